//! Which addresses may be connected to: the special-purpose registries of IANA (RFC 6890 and its
//! successors) are blocked unless an operator lists a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::Network;

/// Decides on addresses.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allow: Vec<Network>,
}

impl Guard {
    /// A guard with the operator's exceptions.
    pub fn new(allow: Vec<Network>) -> Self {
        Self { allow }
    }

    /// Whether an address may be connected to. A mapped IPv4 address counts as what it maps to.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allow.iter().any(|network| network.contains(address))
            || match address {
                IpAddr::V4(address) => is_public_v4(address),
                IpAddr::V6(address) => is_public_v6(address),
            }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240 // reserved, and broadcast
        || (a == 100 && (64..128).contains(&b)) // shared address space, RFC 6598
        || (a == 198 && (18..20).contains(&b)) // benchmarking, RFC 2544
        || (a == 192 && b == 0 && c == 0) // protocol assignments, RFC 6890
        || (a == 192 && b == 88 && c == 99)) // 6to4 relay, RFC 7526
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is routed; what is special inside of it is taken out.
    (0x2000..0x4000).contains(&a)
        && a != 0x2002 // 6to4
        && !(a == 0x2001 && b < 0x0200) // protocol assignments with Teredo, RFC 2928
        && !(a == 0x2001 && b == 0x0db8) // documentation
        && a != 0x3fff // documentation, RFC 9637
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(guard: &Guard, address: &str) -> bool {
        guard.allows(address.parse().expect("an address"))
    }

    #[test]
    fn special_ranges_are_blocked() {
        let guard = Guard::default();
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "3fff::1",
        ] {
            assert!(!allows(&guard, address), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        let guard = Guard::default();
        for address in ["1.1.1.1", "8.8.8.8", "140.82.112.3", "2606:4700::1111"] {
            assert!(allows(&guard, address), "{address}");
        }
    }

    #[test]
    fn an_operator_opens_a_network() {
        let guard = Guard::new(vec!["127.0.0.0/8".parse().expect("a network")]);
        assert!(allows(&guard, "127.0.0.1"));
        assert!(allows(&guard, "::ffff:127.0.0.1"));
        assert!(!allows(&guard, "10.0.0.1"));
    }
}
