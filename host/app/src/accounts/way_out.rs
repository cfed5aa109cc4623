//! How calls to a broker may leave this machine, as a user enters it.

use std::net::IpAddr;

use prahari_brokers::check_local_address;
use url::Url;

/// Longest text that is taken, in bytes.
const LONGEST: usize = 256;

/// Refuses a way out that no call could take: what is neither an address of this machine nor the address of an HTTP proxy. The
/// proxy is not asked, because it may be there only tomorrow.
///
/// # Errors
/// What is wrong, in one sentence that repeats nothing of it: there may be a password in it.
pub fn check_way_out(text: &str) -> Result<(), String> {
    match text.parse::<IpAddr>() {
        Ok(address) => check_local_address(address),
        Err(_) if is_proxy(text) => Ok(()),
        Err(_) => Err("an IP address of this machine, or http://HOST:PORT of a proxy".to_owned()),
    }
}

/// Whether a text is the address of a proxy that is named with its port, and of nothing below it.
fn is_proxy(text: &str) -> bool {
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Some(rest) = text.strip_prefix("http://") else { return false };
    // What reads addresses takes the port of the scheme for none, so it is looked for in the text.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let has_port =
        place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0));
    has_port
        && Url::parse(text).is_ok_and(|url| {
            url.has_host() && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_out_is_an_address_of_this_machine_or_a_proxy_with_its_port() {
        for good in [
            "127.0.0.1",
            "http://proxy.example:3128",
            "http://proxy.example:80",
            "http://a:b@192.0.2.7:3128/",
            "http://[::1]:1",
        ] {
            assert_eq!(check_way_out(good), Ok(()), "{good}");
        }
        let form = "an IP address of this machine, or http://HOST:PORT of a proxy";
        for bad in [
            "",
            "proxy.example",
            "http://proxy.example",
            "https://proxy.example:1",
            "http://:80",
            "http://a:0",
            "http://a b:80",
            "http://a/b:80",
            "http://us/er:word@a:80",
            "http://a:80/below",
            "http://a:80?x",
            "http://a:80#x",
            "http://[::1:80",
            "http://192.0.2.999:80",
            "socks5://a:1",
            "http://a:99999",
        ] {
            assert_eq!(check_way_out(bad), Err(form.to_owned()), "{bad}");
        }
        let longest = format!("http://{}:80", "a.".repeat(123) + "a");
        assert_eq!((longest.len(), check_way_out(&longest).is_ok()), (257, false));
        assert_eq!(check_way_out(&longest.replacen("a.", "a", 1)), Ok(()));
    }

    #[test]
    fn an_address_that_this_machine_does_not_have_is_refused_when_it_is_entered() {
        let refused = check_way_out("192.0.2.7").unwrap_err();
        assert_eq!(refused, "it is no address of this machine, so nothing can leave from it");
        for many in ["0.0.0.0", "224.0.0.1", "255.255.255.255"] {
            assert_eq!(check_way_out(many).unwrap_err(), "it is no address of one machine", "{many}");
        }
    }
}
