//! Clients of the live stream, on real sockets.

use futures::{SinkExt, StreamExt};
use prahari_domain::ids::UserId;
use prahari_secrets::Token;
use prahari_store::{NewApiToken, TokenScope};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::console::Console;
use super::waiting::within_a_minute;

/// An open stream.
pub struct Listening {
    socket: WebSocketStream<TcpStream>,
}

/// What comes on a stream.
#[derive(Debug)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// The end, with code and reason; code 0 without a goodbye.
    End(u16, String),
}

impl Listening {
    /// Opens the stream with a request; the error is the status that was answered instead.
    pub async fn open(console: &Console, request: Request) -> Result<Self, u16> {
        let stream = TcpStream::connect(console.address).await.unwrap();
        // The library's buffers would be most of the memory that the tests measure.
        let config = WebSocketConfig::default().read_buffer_size(4 << 10).write_buffer_size(1 << 10);
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The next message or the end; pings are answered on the way.
    pub async fn next(&mut self) -> Heard {
        loop {
            match within_a_minute("a message of the stream", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Heard::Message(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Heard::End(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                None | Some(Err(_) | Ok(Message::Close(None))) => return Heard::End(0, String::new()),
                Some(Ok(other)) => panic!("{other:?}"),
            }
        }
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        match self.next().await {
            Heard::Message(message) => message,
            end => panic!("{end:?}"),
        }
    }

    /// The next event that is no beat.
    pub async fn event(&mut self) -> Value {
        loop {
            let message = self.message().await;
            if message["type"] != "beat" {
                return message;
            }
        }
    }

    /// Code and reason of the end, whatever comes before it.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            if let Heard::End(code, reason) = self.next().await {
                return (code, reason);
            }
        }
    }

    /// Says something, as far as anybody listens.
    ///
    /// # Errors
    /// When the daemon hangs up before all is said.
    #[allow(clippy::result_large_err, reason = "the library's error, in a test")]
    pub async fn say(&mut self, text: String) -> Result<(), Error> {
        self.socket.send(Message::text(text)).await
    }
}

/// A request for the stream, with `query` such as `?since=1&epoch=a`, and headers.
pub fn request(console: &Console, query: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = format!("ws://{}/api/v1/live{query}", console.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

/// A script's token of a user, as the header that shows it.
pub async fn bearer(console: &Console, user: UserId, scope: TokenScope) -> String {
    let token = Token::generate().unwrap();
    let new = NewApiToken {
        hash: *token.hash().as_bytes(),
        name: "listens".to_owned(),
        scope,
        now: console.real.now(),
        expires_at: None,
        session: None,
    };
    console.daemon.store.user(user).create_api_token(new).await.unwrap();
    format!("Bearer {}", token.expose())
}

/// Listens with a token, and answers the greeting as well.
pub async fn listen(console: &Console, bearer: &str, query: &str) -> (Listening, Value) {
    let request = request(console, query, &[("authorization", bearer)]);
    let mut listening = Listening::open(console, request).await.unwrap();
    let hello = listening.message().await;
    assert_eq!(hello["type"], "hello");
    (listening, hello)
}
