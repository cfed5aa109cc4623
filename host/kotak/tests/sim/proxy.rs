//! A user whose calls and feeds leave by an HTTP proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kotak_sim::Facts;
use prahari_brokers::Pushed;
use prahari_kotak::Outbound;
use prahari_secrets::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::account::Account;

/// What the proxy wants to hear: `user:p@ss`.
const ALLOWED: &str = "proxy-authorization: basic dxnlcjpwqhnz";

/// A proxy, with how many tunnels it has dug and how many other requests it has passed on.
struct Proxy {
    address: SocketAddr,
    tunnels: Arc<AtomicUsize>,
    passed_on: Arc<AtomicUsize>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tunnels, passed_on) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let counts = (tunnels.clone(), passed_on.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, counts.clone()));
            }
        });
        Self { address, tunnels, passed_on }
    }

    fn outbound(&self, password: &str) -> Outbound {
        Outbound::Proxy(Secret::new(format!("http://user:{password}@{}", self.address)))
    }
}

/// Serves one connection: a tunnel, or requests to one host passed on as they are.
async fn serve(mut client: TcpStream, (tunnels, passed_on): (Arc<AtomicUsize>, Arc<AtomicUsize>)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else { return };
        head.push(byte);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    if !text.to_ascii_lowercase().contains(ALLOWED) {
        let _ = client
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await;
        return;
    }
    let target = text.split(' ').nth(1).unwrap();
    let is_tunnel = text.starts_with("CONNECT ");
    let host = target.strip_prefix("http://").map_or(target, |rest| rest.split('/').next().unwrap());
    let mut server = TcpStream::connect(host).await.unwrap();
    if is_tunnel {
        tunnels.fetch_add(1, Ordering::SeqCst);
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    } else {
        passed_on.fetch_add(1, Ordering::SeqCst);
        server.write_all(&head).await.unwrap();
    }
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test]
async fn calls_and_feeds_leave_by_the_proxy_of_the_user() {
    let proxy = Proxy::start().await;
    let outbound = proxy.outbound("p%40ss");
    let mut account =
        Account::leaving(outbound, Facts::default(), |settings| settings.order_feed = true).await;
    account.broker.funds().await.unwrap();
    // The feed is entered.
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    let order = account.resting(1);
    account.broker.place(&order, account.now()).await.unwrap();
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    let counts = [&proxy.tunnels, &proxy.passed_on].map(|count| count.load(Ordering::SeqCst));
    assert!(counts[0] >= 1 && counts[1] >= 2, "{counts:?}");
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_no_way_and_its_password_is_not_told() {
    let proxy = Proxy::start().await;
    let account = Account::leaving(proxy.outbound("wrong-word"), Facts::default(), |_| {}).await;
    let refused = account.broker.funds().await.unwrap_err().to_string();
    assert!(!refused.contains("wrong-word") && !refused.contains("user"), "{refused}");
    assert_eq!((account.logins(), proxy.tunnels.load(Ordering::SeqCst)), (0, 0));
}
