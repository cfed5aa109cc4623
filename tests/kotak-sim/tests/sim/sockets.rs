//! Clients of both feeds, on real sockets.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, soon};

/// A connection to a feed.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Opens a connection; `None` when it is not taken.
    pub async fn open(client: &Client, path: &str) -> Option<Self> {
        let stream = TcpStream::connect(client.sim.address()).await.ok()?;
        let url = format!("ws://{}{path}", client.sim.address());
        let opened = soon("connection", tokio_tungstenite::client_async(url, stream)).await;
        opened.ok().map(|(stream, _)| Self { stream })
    }

    /// The order feed, let in and acknowledged.
    pub async fn orders(client: &Client) -> Self {
        let mut socket = Self::open(client, "/realtime").await.unwrap();
        socket.say(&hello(client)).await;
        assert_eq!(socket.frame().await, json!({"ak": "ok", "type": "cn", "task": "cn", "msg": "connected"}));
        socket
    }

    /// The market feed, greeted and let in.
    pub async fn market(client: &Client) -> Self {
        let mut socket = Self::open(client, "/apifeed").await.unwrap();
        assert_eq!(socket.frame().await["message_code"], 1119);
        socket.say(&market_hello(client)).await;
        assert_eq!(socket.frame().await["message_code"], 1117);
        socket
    }

    pub async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// The next message; `None` at the end.
    pub async fn next(&mut self) -> Option<Message> {
        match soon("message", self.stream.next()).await? {
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(message) => Some(message),
        }
    }

    /// The next message as JSON.
    pub async fn frame(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("no JSON: {other:?}"),
        }
    }

    pub async fn frames(&mut self, count: usize) -> Vec<Value> {
        let mut frames = Vec::new();
        while frames.len() < count {
            frames.push(self.frame().await);
        }
        frames
    }

    /// The next message as bytes.
    pub async fn packet(&mut self) -> Vec<u8> {
        match self.next().await {
            Some(Message::Binary(bytes)) => bytes.to_vec(),
            other => panic!("no packet: {other:?}"),
        }
    }

    /// Asserts that nothing is on its way: a ping is answered before anything else.
    pub async fn assert_silent(&mut self) {
        self.stream.send(Message::Ping(b"still there".to_vec().into())).await.unwrap();
        match self.next().await {
            Some(Message::Pong(_)) => {}
            other => panic!("not silent: {other:?}"),
        }
    }
}

/// The first frame of the order feed, which is no JSON.
pub fn hello(client: &Client) -> String {
    format!("{{type:cn,Authorization:{},Sid:{},src:WEB}}", client.token, client.sid)
}

/// The first frame of the market feed.
pub fn market_hello(client: &Client) -> String {
    json!({
        "user": client.spec.ucc, "auth": client.sid, "format": "native_batch", "source": "NEOTRADEAPI",
        "platform": "Web", "version": "1.2.3", "sdk_version": 2, "sdk_date": "2026-08-07T00:00:00.000Z",
        "conn_req_time": client.sim.now(), "sessionValidation": false,
    })
    .to_string()
}

/// An unsigned number in a packet.
pub fn u32_at(packet: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(packet[at..at + 4].try_into().unwrap())
}
