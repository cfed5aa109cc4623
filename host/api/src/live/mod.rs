//! One client of the live stream, from greeting to close.

mod close_reason;
mod credential;

use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use futures::SinkExt;
use prahari_app::accounts::Role;
use prahari_app::events::{Delivery, Filter, Greeting, Listener, Since, Start, Subscription};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

pub use credential::Credential;

use close_reason::CloseReason;

use crate::caller::Caller;
use crate::state::Api;

/// How often a client is asked for a pong. Also keeps the connection open through proxies, which cut idle ones after a
/// minute.
const PING: Duration = Duration::from_secs(20);

/// A client that has not answered this many pings is gone.
const MISSED_PINGS: u32 = 3;

/// The credential is looked at again with every so-many-th ping, because a session also ends by itself.
const PINGS_PER_CHECK: u32 = 3;

/// Longest time that a client may take for one batch. Until then it costs its buffers and nothing more: events wait
/// in the ring.
const STUCK: Duration = Duration::from_secs(30);

/// Longest time that a close may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Most bytes of a message from a client. Clients only answer pings.
const MOST_INCOMING: usize = 1 << 10;

/// Buffers of a connection, in bytes. The library's defaults hold 256 kB for each client, which only listens.
const READ_BUFFER: usize = 1 << 10;
/// Size of the buffer written to the socket at once, in bytes.
const WRITE_BUFFER: usize = 8 << 10;

/// Sets the limits of a connection before it begins.
pub fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(MOST_INCOMING)
        .max_frame_size(MOST_INCOMING)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
}

/// Sends the events that the filter lets through until the client goes, may not listen any more, or the daemon stops.
pub async fn stream(
    socket: WebSocket,
    api: Api,
    caller: Caller,
    credential: Credential,
    (filter, since): (Filter, Option<Since>),
) {
    let listener = match caller.0.role {
        Role::Admin => Listener::Admin(caller.0.user),
        Role::User => Listener::User(caller.0.user),
    };
    let (subscription, greeting) = api.daemon.events.subscribe_to(listener, filter, since.as_ref());
    let mut client = Client { socket, api, listener, credential, subscription, unanswered: 0 };
    let reason = match client.greet(greeting).await {
        Ok(()) => client.serve().await,
        Err(reason) => reason,
    };
    tracing::debug!(user = %listener.user(), ?reason, "a live stream ended");
    client.close(reason).await;
}

struct Client {
    socket: WebSocket,
    api: Api,
    listener: Listener,
    credential: Credential,
    subscription: Subscription,
    /// Pings since anything was heard of the client.
    unanswered: u32,
}

impl Client {
    async fn greet(&mut self, greeting: Greeting) -> Result<(), CloseReason> {
        // Between the request and the subscription the rights may have changed, and nobody would have said so.
        self.check().await?;
        let start = match greeting.start {
            Start::New => "new",
            Start::Resumed => "resumed",
            Start::Resync => "resync",
        };
        let Greeting { epoch, sequence, .. } = greeting;
        let hello =
            serde_json::json!({ "type": "hello", "epoch": epoch, "sequence": sequence, "start": start });
        self.send(vec![hello.to_string()]).await
    }

    async fn serve(&mut self) -> CloseReason {
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick is at once.
        ping.tick().await;
        let mut pings = 0_u32;
        loop {
            if let Err(reason) = self.step(&mut ping, &mut pings).await {
                return reason;
            }
        }
    }

    async fn step(&mut self, ping: &mut Interval, pings: &mut u32) -> Result<(), CloseReason> {
        tokio::select! {
            delivery = self.subscription.next() => self.deliver(delivery).await,
            incoming = self.socket.recv() => match incoming {
                Some(Ok(Message::Pong(_) | Message::Ping(_))) => {
                    self.unanswered = 0;
                    Ok(())
                }
                Some(Ok(Message::Text(_) | Message::Binary(_))) => Err(CloseReason::Spoken),
                Some(Ok(Message::Close(_)) | Err(_)) | None => Err(CloseReason::Gone),
            },
            _ = ping.tick() => {
                *pings = pings.wrapping_add(1);
                if pings.is_multiple_of(PINGS_PER_CHECK) {
                    self.check().await?;
                }
                self.ping().await
            }
        }
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), CloseReason> {
        match delivery {
            Delivery::Events(events) => {
                self.send(events.iter().map(prahari_app::events::Message::json).collect()).await
            }
            Delivery::Prices(prices) => self.send(prices.iter().map(ToString::to_string).collect()).await,
            Delivery::Resync(sequence) => {
                self.send(vec![serde_json::json!({ "type": "resync", "sequence": sequence }).to_string()])
                    .await
            }
            Delivery::Recheck => self.check().await,
            Delivery::Ended => Err(CloseReason::Stopping),
        }
    }

    /// Asks for a sign of life and says how far the client has come, so that one with nothing to hear can resume as
    /// well.
    async fn ping(&mut self) -> Result<(), CloseReason> {
        if self.unanswered >= MISSED_PINGS {
            return Err(CloseReason::Silent);
        }
        self.unanswered += 1;
        if let Some(sequence) = self.subscription.caught_up() {
            self.send(vec![serde_json::json!({ "type": "beat", "sequence": sequence }).to_string()]).await?;
        }
        let ping = self.socket.send(Message::Ping(Default::default()));
        in_time(STUCK, ping).await
    }

    /// Checks whether the client still may listen, and to the same things.
    async fn check(&mut self) -> Result<(), CloseReason> {
        match self.credential.identify(&self.api).await {
            Ok(Some(identity)) => {
                let admin = matches!(self.listener, Listener::Admin(_));
                let same = identity.user == self.listener.user() && (identity.role == Role::Admin) == admin;
                if same { Ok(()) } else { Err(CloseReason::OtherRights) }
            }
            Ok(None) => Err(CloseReason::SignedOut),
            Err(_) => Err(CloseReason::Unsure),
        }
    }

    async fn send(&mut self, texts: Vec<String>) -> Result<(), CloseReason> {
        let socket = &mut self.socket;
        let sending = async {
            for text in texts {
                socket.feed(Message::Text(text.into())).await?;
            }
            socket.flush().await
        };
        in_time(STUCK, sending).await
    }

    /// Closes with a code and a reason, if the client still takes them.
    async fn close(mut self, reason: CloseReason) {
        if let Some(frame) = reason.frame() {
            let closing = async {
                self.socket.send(Message::Close(Some(frame))).await?;
                // What the client sends before it has read the close would otherwise cut it off.
                while let Some(Ok(_)) = self.socket.recv().await {}
                Ok::<_, axum::Error>(())
            };
            let _gone_without_it = timeout(CLOSE_WITHIN, closing).await;
        }
    }
}

async fn in_time(
    limit: Duration,
    sending: impl Future<Output = Result<(), axum::Error>>,
) -> Result<(), CloseReason> {
    match timeout(limit, pin!(sending)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(CloseReason::Gone),
        Err(_) => Err(CloseReason::Stuck),
    }
}
