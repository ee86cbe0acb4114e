//! Networks as an operator writes them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A network in CIDR form, such as `10.1.0.0/16`. A plain address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a CIDR such as 127.0.0.0/8")]
pub struct InvalidNetwork;

impl Network {
    /// Whether an address is in it. A mapped IPv4 address counts as what it maps to.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let text = text.trim();
        let single = || text.parse::<IpAddr>().map(IpNet::from);
        let network = text.parse().or_else(|_| single());
        network.map(Self).map_err(|_| InvalidNetwork)
    }
}

impl TryFrom<String> for Network {
    type Error = InvalidNetwork;

    fn try_from(text: String) -> Result<Self, InvalidNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_address_is_a_network_of_one() {
        for (text, expected) in [
            ("127.0.0.0/8", "127.0.0.0/8"),
            ("127.0.0.1", "127.0.0.1/32"),
            (" ::1 ", "::1/128"),
        ] {
            let network = text.parse::<Network>().expect("a network");
            assert_eq!(network.to_string(), expected);
        }
        for text in ["", "localhost", "127.0.0.1/33", "127.0.0.1:80"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text}");
        }
    }

    #[test]
    fn a_mapped_address_counts_as_what_it_maps_to() {
        let network = "10.0.0.0/8".parse::<Network>().expect("a network");
        assert!(network.contains("::ffff:10.1.2.3".parse().expect("an address")));
        assert!(!network.contains("::ffff:11.1.2.3".parse().expect("an address")));
    }
}
