//! The address of a webhook, taken apart once and checked before anything is connected.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::reach::Reach;

/// Longest address, in bytes.
const LONGEST: usize = 500;

/// Most addresses of a name that are looked at.
const MOST_ADDRESSES: usize = 8;

/// An address over which messages may be sent.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Name or number of the host, without brackets.
    pub(crate) host: Host<String>,
    /// Port, also where the address names none.
    pub(crate) port: u16,
    /// Whether it is reached over TLS.
    pub(crate) tls: bool,
    /// The host, and the port where it is not the usual one.
    pub(crate) authority: String,
    /// The whole address, which is for the request alone.
    pub(crate) url: Url,
}

impl Address {
    /// Reads an address that a user gave.
    ///
    /// # Errors
    /// One sentence that says why nothing is sent to it; it does not repeat the address.
    pub(crate) fn read(text: &str, reach: Reach) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the address has more than {LONGEST} characters"));
        }
        let url = Url::parse(text).map_err(|why| format!("the address cannot be read: {why}"))?;
        let tls = match url.scheme() {
            "https" => true,
            "http" if reach == Reach::Local => false,
            _ => return Err("the address must begin with https://".to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address must not hold a name or a password".to_owned());
        }
        let (Some(host), Some(port)) = (url.host().map(|host| host.to_owned()), url.port_or_known_default())
        else {
            return Err("the address names no host".to_owned());
        };
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let address = Self { host, port, tls, authority, url };
        // What a name means is looked up later, but only one of this machine can ever be allowed without TLS.
        if !tls && address.name().is_some_and(|name| !is_of_this_machine(name)) {
            return Err(NEEDS_TLS.to_owned());
        }
        match number_of(&address.host) {
            Some(number) if !tls && !number.to_canonical().is_loopback() => Err(NEEDS_TLS.to_owned()),
            Some(number) if !reach.allows(number, tls) => Err(NOT_ALLOWED.to_owned()),
            _ => Ok(address),
        }
    }

    /// What may be said of it: everything but path and query, which often hold a secret.
    pub(crate) fn shown(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.authority)
    }

    /// The host where it is given as a name, which has to be looked up.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// Looks up where the host is; see [`lookup`].
    ///
    /// # Errors
    /// As [`lookup`].
    pub(crate) async fn resolve(&self, reach: Reach) -> Result<Vec<SocketAddr>, String> {
        lookup(&self.host, self.port, self.tls, reach).await
    }
}

/// The address of a host where it is given as a number.
pub(crate) fn number_of(host: &Host<String>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(number) => Some(IpAddr::V4(*number)),
        Host::Ipv6(number) => Some(IpAddr::V6(*number)),
    }
}

/// Looks up where a host is. Only these addresses are connected to, so that a name which means another machine a
/// moment later changes nothing.
///
/// # Errors
/// When there is no such host, or one of its addresses may not be reached.
pub(crate) async fn lookup(
    host: &Host<String>,
    port: u16,
    tls: bool,
    reach: Reach,
) -> Result<Vec<SocketAddr>, String> {
    let found: Vec<SocketAddr> = match host {
        Host::Domain(name) => tokio::net::lookup_host((name.as_str(), port))
            .await
            .map_err(|_| "the name of the host is not known".to_owned())?
            .collect(),
        number => number_of(number).map(|number| SocketAddr::new(number, port)).into_iter().collect(),
    };
    within_reach(found, tls, reach)
}

/// The first of the addresses that a name has, of which each must be within reach. Whoever answers for the name says how
/// many there are: the others are neither looked at nor connected to.
fn within_reach(mut found: Vec<SocketAddr>, tls: bool, reach: Reach) -> Result<Vec<SocketAddr>, String> {
    found.truncate(MOST_ADDRESSES);
    if found.is_empty() {
        return Err("the name of the host has no address".to_owned());
    }
    if found.iter().any(|address| !reach.allows(address.ip(), tls)) {
        return Err(NOT_ALLOWED.to_owned());
    }
    Ok(found)
}

/// Returns whether an address is of this machine, by the name that every machine has for itself or by a number.
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_of_this_machine(name),
        Some(Host::Ipv4(number)) => number.is_loopback(),
        Some(Host::Ipv6(number)) => IpAddr::V6(number).to_canonical().is_loopback(),
        None => false,
    }
}

/// Whether a name is one that every machine has for itself (RFC 6761, 6.3).
fn is_of_this_machine(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// Said of an address without TLS that is not of this machine.
const NEEDS_TLS: &str = "the address must begin with https://: without TLS messages go to this machine only, by localhost or its number";

/// Said of an address within this machine or its network.
const NOT_ALLOWED: &str =
    "the host is not on the internet, and the operator does not allow messages within this network";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Address, String> {
        Address::read(text, Reach::Public)
    }

    #[test]
    fn an_address_is_taken_apart_and_shown_without_its_secrets() {
        let address = read("https://hooks.example.org/T0/secret?key=1").unwrap();
        assert_eq!((address.port, address.tls), (443, true));
        assert_eq!((address.url.path(), address.url.query()), ("/T0/secret", Some("key=1")));
        assert_eq!(address.shown(), "https://hooks.example.org");
        assert_eq!(
            read("https://hooks.example.org:8443/").unwrap().shown(),
            "https://hooks.example.org:8443"
        );
        assert_eq!(read("https://[2606:4700::1111]/a").unwrap().authority, "[2606:4700::1111]");
    }

    #[test]
    fn what_nothing_is_sent_to_is_refused_in_one_sentence_that_does_not_repeat_it() {
        let long = format!("https://hooks.example.org/{}", "a".repeat(500));
        for (text, why) in [
            ("http://hooks.example.org/", "the address must begin with https://"),
            ("ftp://hooks.example.org/", "the address must begin with https://"),
            ("file:///etc/passwd", "the address must begin with https://"),
            ("abcdefgh", "the address cannot be read: relative URL without a base"),
            ("https://name:word@hooks.example.org/", "the address must not hold a name or a password"),
            ("https://127.0.0.1/", NOT_ALLOWED),
            ("https://0x7f000001/", NOT_ALLOWED),
            ("https://2130706433/", NOT_ALLOWED),
            ("https://[::ffff:10.0.0.1]/", NOT_ALLOWED),
            (long.as_str(), "the address has more than 500 characters"),
        ] {
            assert_eq!(read(text).err().as_deref(), Some(why), "{text}");
        }
        assert!(Address::read("http://127.0.0.1:8080/", Reach::Local).is_ok());
        for text in ["http://localhost:8080/hook", "http://a.localhost/", "http://[::1]:8080/"] {
            assert!(Address::read(text, Reach::Local).is_ok(), "{text}");
        }
        for text in
            ["http://example.com/", "http://10.0.0.1/", "http://notlocalhost/", "http://[2606:4700::1]/"]
        {
            assert_eq!(Address::read(text, Reach::Local).err().as_deref(), Some(NEEDS_TLS), "{text}");
        }
    }

    #[test]
    fn of_a_host_with_many_addresses_the_first_eight_are_looked_at_and_no_other_is_connected_to() {
        let public = |last: u8| SocketAddr::from(([8, 8, 8, last], 443));
        let within = |found: Vec<SocketAddr>| within_reach(found, true, Reach::Public);
        let many: Vec<SocketAddr> = (0..100).map(public).collect();
        let eight: Vec<SocketAddr> = (0..8).map(public).collect();
        assert_eq!(within(many).unwrap(), eight);
        let inside = SocketAddr::from(([10, 0, 0, 1], 443));
        let with = |place: usize| {
            let mut found = eight.clone();
            found.insert(place, inside);
            within(found)
        };
        assert_eq!(with(7).unwrap_err(), NOT_ALLOWED);
        assert_eq!(with(8).unwrap(), eight);
        assert_eq!(within(Vec::new()).unwrap_err(), "the name of the host has no address");
    }

    #[tokio::test]
    async fn a_name_that_means_this_machine_is_not_reached() {
        let address = read("https://localhost/").unwrap();
        assert_eq!(address.resolve(Reach::Public).await.unwrap_err(), NOT_ALLOWED);
        let found = address.resolve(Reach::Local).await.unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 443));
    }
}
