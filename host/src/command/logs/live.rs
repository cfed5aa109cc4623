//! The live stream of a running daemon, as a command listens to it.

use std::time::Duration;

use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::command::remote::Remote;
use crate::exit::Failure;

/// The daemon asks for a sign of life every 20 seconds; after this long without one it is gone.
const SILENT_AT_MOST: Duration = Duration::from_secs(90);

/// Most bytes of one message; the daemon's ring holds 16 MiB of them.
const MOST_MESSAGE_BYTES: usize = 1 << 20;

/// Code with which the daemon closes the stream when it stops.
const STOPS: u16 = 1001;

/// An open stream.
pub(super) struct Live(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Problem document of a refused stream.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

impl Live {
    /// Opens the stream, and hears the greeting: what happens from then on is told.
    pub async fn open(daemon: &Remote) -> Result<Self, Failure> {
        let config = WebSocketConfig::default().max_message_size(Some(MOST_MESSAGE_BYTES));
        let opened = connect_async_with_config(daemon.live_request()?, Some(config), true).await;
        let (socket, _) = opened.map_err(refused)?;
        let mut live = Self(socket);
        live.next().await?;
        Ok(live)
    }

    /// Waits for the next message.
    ///
    /// # Errors
    /// When the stream has ended, with the reason.
    pub async fn next(&mut self) -> Result<Value, Failure> {
        loop {
            let heard = tokio::time::timeout(SILENT_AT_MOST, self.0.next()).await;
            let heard = heard.map_err(|_| Failure::work("the daemon has not been heard for 90 seconds"))?;
            match heard {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(Failure::work);
                }
                Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
                // Pings are answered by the library.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(Failure::work(format!("the daemon is gone: {error}"))),
                None => return Err(closed(None)),
            }
        }
    }
}

fn closed(frame: Option<CloseFrame>) -> Failure {
    match frame {
        Some(frame) if u16::from(frame.code) == STOPS => Failure::work("the daemon has stopped"),
        Some(frame) => Failure::work(format!("the daemon has ended the stream: {}", frame.reason)),
        None => Failure::work("the daemon is gone"),
    }
}

fn refused(error: Error) -> Failure {
    let Error::Http(answer) = error else { return Failure::work(error) };
    let problem = answer.body().as_deref().map(serde_json::from_slice::<Problem>);
    match problem {
        Some(Ok(problem)) => Failure::input(problem.detail),
        _ => Failure::work(format!("the daemon answered {}", answer.status())),
    }
}
