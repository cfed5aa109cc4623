//! The way of a feed through a user's HTTP proxy: a tunnel to the broker, as the user's other calls have it.

use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use prahari_secrets::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::connect::dial;

/// Longest answer of a proxy that is read, in bytes; one has some lines.
const LONGEST: usize = 8 << 10;

/// Opens a tunnel to this host and port; an IPv6 host has its brackets.
///
/// # Errors
/// One sentence, without the address of the proxy, which may hold a password.
pub(super) async fn tunnel(proxy: &Secret, host: &str, port: u16) -> Result<TcpStream, String> {
    let proxy =
        Url::parse(proxy.expose()).map_err(|_| "the address of the proxy cannot be read".to_owned())?;
    if proxy.scheme() != "http" {
        return Err("feeds go through a proxy only where that is spoken to without TLS".to_owned());
    }
    let (Some(at), Some(at_port)) = (proxy.host_str(), proxy.port_or_known_default()) else {
        return Err("the address of the proxy names no host".to_owned());
    };
    let mut stream = dial(at, at_port, None).await.map_err(|why| format!("the proxy: {why}"))?;
    let broke = |error: std::io::Error| format!("the proxy: {error}");
    stream.write_all(request(&proxy, host, port).expose().as_bytes()).await.map_err(broke)?;
    let answer = head(&mut stream).await.map_err(broke)?;
    match status(&answer) {
        Some(200..=299) => Ok(stream),
        Some(status) => Err(format!("the proxy answers with status {status}")),
        None => Err("the proxy does not answer as one does".to_owned()),
    }
}

fn request(proxy: &Url, host: &str, port: u16) -> Secret {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let allowed = (!proxy.username().is_empty() || proxy.password().is_some()).then(|| {
        let (name, word) = (decoded(proxy.username()), decoded(proxy.password().unwrap_or_default()));
        let encoded = BASE64.encode(format!("{name}:{word}").as_bytes());
        format!("Proxy-Authorization: Basic {encoded}\r\n")
    });
    let allowed = allowed.unwrap_or_default();
    Secret::new(format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{allowed}\r\n"))
}

/// The head of an answer. Not a byte more is read: what follows is the broker's.
async fn head(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

/// The status of a whole head, such as `HTTP/1.1 200 Connection established`.
fn status(head: &[u8]) -> Option<u16> {
    let line = head.strip_suffix(b"\r\n\r\n")?.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_names_the_broker_and_who_asks() {
        let request = |proxy: &str, host| request(&Url::parse(proxy).unwrap(), host, 443).expose().to_owned();
        assert_eq!(
            request("http://192.0.2.1:3128", "sfeed.example"),
            "CONNECT sfeed.example:443 HTTP/1.1\r\nHost: sfeed.example:443\r\n\r\n"
        );
        // user:p@ss
        assert_eq!(
            request("http://user:p%40ss@192.0.2.1", "[::1]"),
            "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n"
        );
    }

    #[test]
    fn only_a_whole_head_of_http_has_a_status() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", Some(407)),
            ("HTTP/1.1 200 OK\r\n", None),
            ("SSH-2.0-x\r\n\r\n", None),
            ("HTTP/1.1\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(status(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[tokio::test]
    async fn a_proxy_that_cannot_be_used_is_told_without_its_address() {
        let failed = |proxy: &str| {
            let proxy = Secret::new(proxy.to_owned());
            async move { tunnel(&proxy, "sfeed.example", 443).await.unwrap_err() }
        };
        assert_eq!(failed("no address").await, "the address of the proxy cannot be read");
        let with_tls = "feeds go through a proxy only where that is spoken to without TLS";
        assert_eq!(failed("https://user:word@192.0.2.1").await, with_tls);
        assert_eq!(failed("socks5://192.0.2.1").await, with_tls);
        // A port at which nobody listens.
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let refused = failed(&format!("http://user:word@127.0.0.1:{port}")).await;
        assert!(refused.starts_with("the proxy: no connection: ") && !refused.contains("word"), "{refused}");
    }
}
