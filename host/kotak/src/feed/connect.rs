//! A WebSocket to the broker, by the user's way out of this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use super::tunnel::tunnel;
use crate::settings::Outbound;

/// Longest message of a feed, in bytes.
const LONGEST: usize = 1 << 20;

/// Either kind of connection.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A feed's connection.
pub(crate) type Socket = WebSocketStream<Box<dyn Wire>>;

/// Connects to a feed.
///
/// # Errors
/// One sentence, without the address.
pub(crate) async fn connect(
    url: &Url,
    outbound: &Outbound,
    tls: ClientConfig,
    within: Duration,
) -> Result<Socket, String> {
    let connected = tokio::time::timeout(within, open(url, outbound, tls)).await;
    connected.unwrap_or_else(|_| Err(format!("no connection within {} s", within.as_secs_f32())))
}

async fn open(url: &Url, outbound: &Outbound, tls: ClientConfig) -> Result<Socket, String> {
    let secure = matches!(url.scheme(), "https" | "wss");
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err("the address of the feed names no host".to_owned());
    };
    let stream = match outbound {
        Outbound::Direct => dial(host, port, None).await?,
        Outbound::Address(address) => dial(host, port, Some(*address)).await?,
        // The broker compares the addresses of orders only, yet a second way out of this machine is not what was asked for.
        Outbound::Proxy(proxy) => tunnel(proxy, host, port).await?,
    };
    let wire: Box<dyn Wire> = if secure {
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_| "the host has no name for TLS".to_owned())?;
        let secured = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
        Box::new(secured.map_err(|error| format!("TLS failed: {error}"))?)
    } else {
        Box::new(stream)
    };
    let mut address = url.clone();
    // The same for both: what is encrypted was decided above.
    if address.set_scheme(if secure { "wss" } else { "ws" }).is_err() {
        let rest = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
        address = Url::parse(&format!("{}://{rest}", if secure { "wss" } else { "ws" }))
            .map_err(|error| error.to_string())?;
    }
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    let upgraded = client_async_with_config(address.as_str(), wire, Some(config)).await;
    upgraded.map(|(socket, _)| socket).map_err(|error| format!("the feed did not open: {error}"))
}

/// Connects to a host, an IPv6 one with or without its brackets, from this address of this machine where one is given.
///
/// # Errors
/// One sentence, without the host.
pub(super) async fn dial(host: &str, port: u16, from: Option<IpAddr>) -> Result<TcpStream, String> {
    let host = host.trim_matches(['[', ']']);
    let found =
        tokio::net::lookup_host((host, port)).await.map_err(|_| "the host is not known".to_owned())?;
    let mut last = "the host has no address".to_owned();
    for address in found.filter(|address| from.is_none_or(|from| from.is_ipv4() == address.is_ipv4())) {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let connected = async {
            let socket = socket?;
            if let Some(from) = from {
                socket.bind(SocketAddr::new(from, 0))?;
            }
            socket.connect(address).await
        };
        match connected.await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("no connection: {error}"),
        }
    }
    Err(last)
}
