//! By which names the daemon may be asked.
//!
//! A page on a name of its own can have that name resolve to the daemon's address (DNS rebinding); to the browser
//! it is of the same origin then, and may read and send what it likes. But its name stands in `Host`, so a request
//! under a name that is none of ours is not answered.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Problem};
use crate::state::Api;

/// The names of the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    names: BTreeSet<String>,
    listens: IpAddr,
}

impl Hosts {
    /// Creates the list for a daemon that listens on `listens` and has these public names, given without ports.
    pub fn of(listens: SocketAddr, public: impl IntoIterator<Item = String>) -> Self {
        let names = public.into_iter().map(|name| name.to_lowercase()).chain(["localhost".to_owned()]);
        Self { names: names.collect(), listens: listens.ip() }
    }

    /// Returns whether a request may name its host like this. The port is not looked at: a proxy may have another.
    fn know(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        if authority.as_str().contains('@') {
            return false;
        }
        let name = authority.host();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            // No name server can say that an address is another one. Which are ours is not known when all are
            // listened on.
            Ok(_) if self.listens.is_unspecified() => true,
            Ok(address) if self.listens.is_loopback() => address.is_loopback(),
            Ok(address) => address == self.listens || self.names.contains(name),
            Err(_) => self.names.contains(&name.trim_end_matches('.').to_lowercase()),
        }
    }
}

/// Refuses a request under a name that is not the daemon's.
pub(crate) async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    if is_for_us(&api.hosts, &request) {
        return next.run(request).await;
    }
    let sentence = "this daemon is not known by the name in Host; start it with --host to give it one";
    Problem::new(Code::UnknownHost, sentence).into_response()
}

fn is_for_us(hosts: &Hosts, request: &Request) -> bool {
    let named = only(request.headers()).is_some_and(|host| hosts.know(host));
    // A request may name its host in its first line as well, and that name holds then.
    named && request.uri().authority().is_none_or(|authority| hosts.know(authority.as_str()))
}

/// The one host that is named.
fn only(headers: &HeaderMap) -> Option<&str> {
    let mut named = headers.get_all(header::HOST).iter();
    let host = named.next()?.to_str().ok()?;
    named.next().is_none().then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listens: &str, public: &[&str]) -> Hosts {
        Hosts::of(listens.parse().unwrap(), public.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_daemon_on_this_machine_is_known_by_its_addresses_and_localhost() {
        let hosts = hosts("127.0.0.1:8700", &[]);
        for host in ["127.0.0.1:8700", "localhost:8700", "LOCALHOST", "localhost.", "[::1]:8700", "127.0.0.2"]
        {
            assert!(hosts.know(host), "{host}");
        }
        let strange =
            ["evil.example:8700", "localhost.evil.example", "192.0.2.1:8700", "", "a b", "x@localhost"];
        for host in strange {
            assert!(!hosts.know(host), "{host}");
        }
    }

    #[test]
    fn a_public_name_is_known_with_any_port_and_in_any_letters() {
        let hosts = hosts("0.0.0.0:8700", &["Trading.Example"]);
        for host in ["trading.example", "TRADING.example:443", "192.0.2.1:8700", "[2001:db8::1]"] {
            assert!(hosts.know(host), "{host}");
        }
        for host in ["evil.example", "trading.example.evil.example", "192.0.2.1.evil.example"] {
            assert!(!hosts.know(host), "{host}");
        }
    }

    #[test]
    fn one_address_that_is_listened_on_is_the_only_one() {
        let hosts = hosts("192.0.2.7:8700", &[]);
        assert!(hosts.know("192.0.2.7:8700") && hosts.know("localhost:8700"));
        assert!(!hosts.know("192.0.2.8:8700"));
    }
}
