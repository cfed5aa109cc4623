//! Which addresses are spoken to. The broker's answers name addresses, and tokens go to them: they are checked first.

use url::{Host, Url};

/// The domain of the broker.
const DOMAIN: &str = "kotaksecurities.com";

/// Longest address that is taken, in bytes.
const LONGEST: usize = 500;

/// How far calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the broker, over TLS.
    Broker,
    /// To this machine, where a fake of the broker answers.
    ThisMachine,
}

impl Reach {
    /// Reads from the address of the login how far everything may go.
    ///
    /// # Errors
    /// One sentence, when the address is neither the broker's nor of this machine.
    pub(crate) fn of(login: &Url) -> Result<Self, String> {
        [Self::Broker, Self::ThisMachine]
            .into_iter()
            .find(|reach| reach.allows(login))
            .ok_or_else(|| "the address of the login is neither the broker's nor of this machine".to_owned())
    }

    /// Returns whether an address may be spoken to.
    pub(crate) fn allows(self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        match (self, url.host()) {
            (Self::Broker, Some(Host::Domain(name))) => {
                let inside =
                    name.strip_suffix(DOMAIN).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                inside && matches!(url.scheme(), "https" | "wss")
            }
            (Self::ThisMachine, Some(Host::Ipv4(number))) => number.is_loopback() && is_known(url),
            (Self::ThisMachine, Some(Host::Ipv6(number))) => number.is_loopback() && is_known(url),
            (Self::ThisMachine, Some(Host::Domain(name))) => name == "localhost" && is_known(url),
            _ => false,
        }
    }

    /// Reads an address that the broker gave; a bare host is one over TLS. None when it may not be spoken to.
    pub(crate) fn read(self, text: &str) -> Option<Url> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        Url::parse(&whole).ok().filter(|url| self.allows(url))
    }
}

fn is_known(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss")
}

/// Returns an address below another, whose own path is kept: `https://a/b` and `c/d` is `https://a/b/c/d`.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let whole = format!("{}/{}", base.path().trim_end_matches('/'), path.trim_start_matches('/'));
    url.set_path(&whole);
    url.set_query(None);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn tokens_go_to_the_broker_or_stay_on_this_machine() {
        let broker = Reach::of(&url("https://mis.kotaksecurities.com/")).unwrap();
        let here = Reach::of(&url("http://127.0.0.1:18080/")).unwrap();
        assert_eq!((broker, here), (Reach::Broker, Reach::ThisMachine));
        for good in ["https://e22.kotaksecurities.com/a/", "cis.kotaksecurities.com"] {
            assert!(broker.read(good).is_some() && here.read(good).is_none(), "{good}");
        }
        for bad in [
            "http://e22.kotaksecurities.com/",
            "https://evilkotaksecurities.com/",
            "https://kotaksecurities.com.evil.example/",
            "https://a:b@e22.kotaksecurities.com/",
            "https://192.0.2.1/",
            "",
            "://",
        ] {
            assert!(broker.read(bad).is_none() && here.read(bad).is_none(), "{bad}");
        }
        assert!(here.read("http://127.0.0.1:1/a").is_some());
        assert!(Reach::of(&url("https://example.org/")).is_err());
    }

    #[test]
    fn a_path_of_the_base_is_kept() {
        let below = |base| below(&url(base), "quick/user/orders").to_string();
        assert_eq!(below("https://a.example"), "https://a.example/quick/user/orders");
        assert_eq!(below("https://a.example/b/?x=1"), "https://a.example/b/quick/user/orders");
    }
}
