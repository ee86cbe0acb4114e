//! Which address a request comes from, when proxies of ours stand before us.

use std::net::IpAddr;

use http::HeaderMap;
use kit::network::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Hops that are looked at, from ours outwards.
const HOPS_MAX: usize = 32;

/// The client's address: that of the peer, unless it is a proxy that we trust. Then it is the last
/// one of `X-Forwarded-For` that no proxy of ours has: those before it may be invented.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer;
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for hop in hops.take(HOPS_MAX) {
        if !is_trusted(address) {
            return address;
        }
        match hop.trim().parse() {
            Ok(hop) => address = hop,
            Err(_) => return address,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_str(line).expect("visible");
            headers.append(FORWARDED_FOR, line);
        }
        let trusted = ["10.0.0.0/8", "::1"].map(|network| network.parse().expect("a network"));
        let peer = peer.parse().expect("an address");
        client_address(peer, &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_last_hop_that_is_not_ours_is_the_client() {
        let invented = "198.51.100.1, 203.0.113.9, 10.0.0.2";
        assert_eq!(client("10.0.0.1", &[invented]), "203.0.113.9");
        let two_lines = ["198.51.100.1", "203.0.113.9,10.0.0.2"];
        assert_eq!(client("10.0.0.1", &two_lines), "203.0.113.9");
        assert_eq!(client("::1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        assert_eq!(client("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(
            client("10.0.0.1", &["203.0.113.9, unknown, 10.0.0.2"]),
            "10.0.0.2"
        );
    }
}
