//! Which addresses may be reached at a user's word. A daemon that connects to wherever a user says would otherwise
//! be that user's way into the network that it stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far the daemon goes for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Public addresses of the internet, and only over TLS.
    #[default]
    Public,
    /// Every address, and without TLS to this machine itself. The operator's choice, for receivers in a network that
    /// all users of the daemon may reach anyway, and for tests.
    Local,
}

impl Reach {
    /// Returns whether an address may be connected to; `tls` says how.
    pub(crate) fn allows(self, address: IpAddr, tls: bool) -> bool {
        let address = address.to_canonical();
        match self {
            Self::Public => tls && is_public(address),
            Self::Local => (tls || address.is_loopback()) && !address.is_multicast(),
        }
    }
}

/// Returns whether an address is one of the internet and no other kind.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything that the registry of special addresses (RFC 6890) does not take out.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation();
    // This network, shared by carriers, assigned to protocols, relays of 6to4, benchmarks, and what is reserved.
    let reserved = a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !special && !reserved
}

/// Only what is given to the internet (2000::/3), without the parts that hold other addresses or are for protocols
/// and documents.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    let protocols = first == 0x2001 && second < 0x0200;
    let documents = (first == 0x2001 && second == 0x0db8) || first & 0xfff0 == 0x3ff0;
    let holds_another = first == 0x2002;
    global && !protocols && !documents && !holds_another
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for text in ["8.8.8.8", "149.154.167.220", "100.63.255.255", "172.32.0.1", "2606:4700::1111"] {
            assert!(Reach::Public.allows(address(text), true), "{text}");
            assert!(!Reach::Public.allows(address(text), false), "{text} without TLS");
        }
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!Reach::Public.allows(address(text), true), "{text}");
        }
    }

    #[test]
    fn an_operator_may_open_the_own_network_over_tls_and_the_own_machine_without() {
        for text in ["10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "8.8.8.8"] {
            assert!(Reach::Local.allows(address(text), true), "{text}");
        }
        assert!(Reach::Local.allows(address("127.0.0.1"), false));
        assert!(Reach::Local.allows(address("::1"), false));
        for text in ["10.0.0.1", "8.8.8.8", "169.254.169.254"] {
            assert!(!Reach::Local.allows(address(text), false), "{text}");
        }
    }
}
