//! Addresses of servers that a command line names: what travels without TLS stays on this machine.

use std::net::IpAddr;

use ureq::http::Uri;

/// Refuses what is no address of a server, and one without TLS that is not of this machine: by `localhost`, or by a number.
///
/// # Errors
/// Why, as the end of a sentence that has named the address.
pub fn check_server(address: &str) -> Result<(), &'static str> {
    let uri: Uri = address.parse().unwrap_or_default();
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(host)) if !host.is_empty() => Ok(()),
        (Some("http"), Some(host)) if is_here(host) => Ok(()),
        _ => Err("use https://, or http:// on this machine"),
    }
}

fn is_here(host: &str) -> bool {
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || number.is_ok_and(|number| number.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_spoken_to() {
        for good in [
            "https://query1.finance.yahoo.com",
            "https://192.0.2.7:8443/",
            "http://127.0.0.1:8700",
            "http://127.9.9.9",
            "http://localhost:8700/",
            "http://[::1]:8700",
        ] {
            assert_eq!(check_server(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "nowhere",
            "127.0.0.1:8700",
            "ftp://127.0.0.1/",
            "http://192.0.2.7:8700",
            "http://example.org",
            "http://localhost.example.org/",
            "http://127.0.0.1.example.org/",
            // What stands before the @ is a name, and no host.
            "http://127.0.0.1:80@example.org/",
            "http://0.0.0.0:8700",
        ] {
            assert_eq!(check_server(bad), Err("use https://, or http:// on this machine"), "{bad}");
        }
    }
}
