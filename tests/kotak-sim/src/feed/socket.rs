//! The connections of the feeds: who comes, what is read, what is written.

use axum::extract::ConnectInfo;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Out;
use super::market::Entry;
use super::orders::Greeting;
use crate::calls::Call;
use crate::fault::{Fault, Struck};
use crate::net::Connection;
use crate::sim::Shared;

/// A connection to the order feed.
pub(crate) async fn order_feed(
    State(shared): State<Shared>,
    ConnectInfo(from): ConnectInfo<Connection>,
    upgrade: WebSocketUpgrade,
) -> Response {
    connect(shared, from, upgrade, Way::Orders).await
}

/// A connection to the market feed.
pub(crate) async fn market_feed(
    State(shared): State<Shared>,
    ConnectInfo(from): ConnectInfo<Connection>,
    upgrade: WebSocketUpgrade,
) -> Response {
    connect(shared, from, upgrade, Way::Market).await
}

/// A connection to the older market feed.
pub(crate) async fn older_market_feed(
    State(shared): State<Shared>,
    ConnectInfo(from): ConnectInfo<Connection>,
    upgrade: WebSocketUpgrade,
) -> Response {
    connect(shared, from, upgrade, Way::Older).await
}

/// The feeds that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Orders,
    Market,
    Older,
}

async fn connect(shared: Shared, from: Connection, upgrade: WebSocketUpgrade, way: Way) -> Response {
    let call = if way == Way::Orders { Call::OrderFeed } else { Call::MarketFeed };
    let struck = {
        let mut world = shared.world();
        let now = world.now;
        world.calls.push((now, call, None));
        world.faults.strike(call, None, now)
    };
    for fault in &struck.0 {
        match fault {
            Fault::Cut { .. } => {
                from.cut();
                return std::future::pending().await;
            }
            Fault::NoAnswer { .. } => return std::future::pending().await,
            Fault::Answer { status, body, .. } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                return (status, body.clone()).into_response();
            }
            _ => {}
        }
    }
    upgrade.on_upgrade(move |socket| attend(shared, socket, way, struck))
}

/// A connection with what it has become so far.
struct Attended {
    shared: Shared,
    way: Way,
    struck: Struck,
    out: UnboundedSender<Out>,
    /// Its number, once it was let in.
    entered: Option<u64>,
}

async fn attend(shared: Shared, socket: WebSocket, way: Way, struck: Struck) {
    let (out, outbox) = unbounded_channel();
    let mut attended = Attended { shared, way, struck, out, entered: None };
    attended.greet();
    exchange_frames(socket, outbox, &mut attended).await;
    if let Some(id) = attended.entered {
        attended.shared.world().hub.leave(id);
    }
}

async fn exchange_frames(socket: WebSocket, mut outbox: UnboundedReceiver<Out>, attended: &mut Attended) {
    let (mut sink, mut stream) = socket.split();
    loop {
        tokio::select! {
            frame = outbox.recv() => {
                let message = match frame {
                    Some(Out::Text(text)) => Message::Text(text.into()),
                    Some(Out::Binary(bytes)) => Message::Binary(bytes.into()),
                    Some(Out::Close) | None => {
                        let _ = sink.close().await;
                        return;
                    }
                };
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => attended.hear(&text),
                Some(Ok(Message::Binary(bytes))) => attended.hear_bytes(&bytes),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                // Pings are answered by the library.
                Some(Ok(_)) => {}
            },
        }
    }
}

impl Attended {
    fn is_mute(&self) -> bool {
        self.struck.has(&Fault::Mute)
    }

    fn say(&self, text: String) {
        // The receiver lives as long as this connection is attended.
        let _ = self.out.send(Out::Text(text));
    }

    fn greet(&self) {
        if self.way == Way::Market
            && !self.is_mute()
            && let Some(greeting) = self.shared.world().market_greeting()
        {
            self.say(greeting);
        }
    }

    fn hear(&mut self, text: &str) {
        if self.is_mute() {
            return;
        }
        let shared = self.shared.clone();
        let mut world = shared.world();
        match (self.entered, self.way) {
            // It is spoken to in binary only.
            (_, Way::Older) => {}
            (Some(id), Way::Orders) => world.hear_order_feed(id),
            (Some(id), Way::Market) => world.hear_market_feed(id, text),
            (None, Way::Orders) => {
                let text =
                    if self.struck.has(&Fault::Refused) { "{type:cn,Authorization:,Sid:}" } else { text };
                match world.greet_order_feed(text, self.out.clone()) {
                    Greeting::Entered(id) => self.entered = Some(id),
                    Greeting::Refused(refusal) => self.say(refusal),
                    Greeting::Dropped => {}
                }
            }
            (None, Way::Market) => {
                let text = if self.struck.has(&Fault::Refused) { "" } else { text };
                match world.enter_market_feed(text, self.out.clone()) {
                    Entry::Entered(id) => self.entered = Some(id),
                    Entry::Refused(refusal) => self.say(refusal),
                }
            }
        }
    }

    fn hear_bytes(&mut self, bytes: &[u8]) {
        if self.is_mute() || self.way != Way::Older {
            return;
        }
        let shared = self.shared.clone();
        let mut world = shared.world();
        match self.entered {
            Some(id) => world.hear_older_feed(id, bytes),
            None => {
                let bytes: &[u8] = if self.struck.has(&Fault::Refused) { &[] } else { bytes };
                let (entered, answer) = world.enter_older_feed(bytes, self.out.clone());
                self.entered = entered;
                // The receiver lives as long as this connection is attended.
                let _ = self.out.send(Out::Binary(answer));
            }
        }
    }
}
