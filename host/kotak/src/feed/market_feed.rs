//! The market feed over one user's session: the last prices of the shares that are wanted, and how long nothing came.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use parking_lot::Mutex;
use prahari_brokers::Pace;
use prahari_domain::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use super::connect::Socket;
use super::order_feed::pause;
use super::protocol::Protocol;
use super::sfeed::Picture;
use super::silence::{Silence, Watch};
use crate::client::KotakClient;
use crate::session::{Session, UserSession};

/// Time within which the feed lets in, in milliseconds.
const ENTERED_WITHIN: i64 = 10_000;

/// Time between two pings, in milliseconds.
const PING: i64 = 25_000;

/// Silence, pings included, after which a connection is dead, in milliseconds.
const DEAD: i64 = 75_000;

/// Silence of prices that is noticed, in milliseconds.
const NOTICED: i64 = 60_000;

/// Most shares whose prices are kept.
const MOST: usize = 3_000;

/// A price as it was last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What was told.
    pub picture: Picture,
    /// When it came.
    pub at: Timestamp,
}

/// The market feed. It ends with its last owner, and never logs in.
pub struct MarketFeed {
    wanted: watch::Sender<Vec<String>>,
    kept: Arc<Kept>,
    pace: Arc<dyn Pace>,
    task: JoinHandle<()>,
}

struct Kept {
    prices: Mutex<BTreeMap<u32, Heard>>,
    /// The silence of the present connection; none without one.
    watch: Mutex<Option<Watch>>,
    news: watch::Sender<u64>,
}

impl Drop for MarketFeed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MarketFeed {
    /// Follows the feed whenever the user has a session.
    pub fn start(session: Arc<UserSession>, pace: Arc<dyn Pace>) -> Self {
        let wanted = watch::Sender::new(Vec::new());
        let kept =
            Arc::new(Kept { prices: Mutex::default(), watch: Mutex::default(), news: watch::Sender::new(0) });
        let task = tokio::spawn(follow(session, wanted.subscribe(), kept.clone(), pace.clone()));
        Self { wanted, kept, pace, task }
    }

    /// Wants the prices of these shares, by the broker's numbers, at most 3,000 of them.
    pub fn want(&self, tokens: Vec<String>) {
        self.wanted.send_if_modified(|wanted| {
            let changed = *wanted != tokens;
            *wanted = tokens;
            changed
        });
    }

    /// Returns the last price of a share by the broker's number, with when it came.
    pub fn last(&self, token: u32) -> Option<Heard> {
        self.kept.prices.lock().get(&token).cloned()
    }

    /// Returns whether the feed is silent; `open` says whether the market is. Without a connection it is.
    pub fn silence(&self, open: bool) -> Silence {
        let silent = Silence::Silent { millis: i64::MAX };
        let watch = self.kept.watch.lock();
        watch
            .as_ref()
            .map_or(if open { silent } else { Silence::None }, |watch| watch.silence(self.pace.now(), open))
    }

    /// Returns since when there is a connection that was let in, and when prices last came on it; none without one.
    pub fn connection(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        self.kept.watch.lock().as_ref().map(|watch| (watch.connected(), watch.heard()))
    }

    /// Returns what counts the messages with prices.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.kept.news.subscribe()
    }
}

async fn follow(
    session: Arc<UserSession>,
    mut wanted: watch::Receiver<Vec<String>>,
    kept: Arc<Kept>,
    pace: Arc<dyn Pace>,
) {
    let mut changes = session.changes();
    let mut fruitless = 0_u32;
    loop {
        changes.mark_unchanged();
        let Some((current, client)) = session.in_use() else {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        let mut feed =
            Connection { session: &current, client: &client, wanted: &mut wanted, kept: &kept, pace: &*pace };
        let was_let_in = tokio::select! {
            ended = feed.run() => {
                tracing::debug!(why = ended.1, "the market feed ended");
                ended.0
            }
            _ = changes.changed() => true,
        };
        *kept.watch.lock() = None;
        fruitless = if was_let_in { 0 } else { fruitless.saturating_add(1) };
        tokio::select! {
            () = pace.wait_until(pace.now().plus_millis(pause(fruitless))) => {}
            _ = changes.changed() => {}
        }
    }
}

struct Connection<'a> {
    session: &'a Session,
    client: &'a KotakClient,
    wanted: &'a mut watch::Receiver<Vec<String>>,
    kept: &'a Kept,
    pace: &'a dyn Pace,
}

impl Connection<'_> {
    /// One connection to its end: whether it was let in, and why it ended.
    async fn run(&mut self) -> (bool, String) {
        let mut socket = match self.client.market_feed(self.session).await {
            Ok(socket) => socket,
            Err(why) => return (false, why),
        };
        match self.enter(&mut socket).await {
            Ok(protocol) => (true, self.prices(&mut socket, protocol).await),
            Err(why) => (false, why),
        }
    }

    /// Shows the session's keys, and waits to be let in.
    async fn enter(&self, socket: &mut Socket) -> Result<Protocol, String> {
        let began = self.pace.now();
        let mut protocol = Protocol::of(self.client);
        let frame = protocol.first_frame(self.client, self.session, began);
        socket.send(frame).await.map_err(|error| error.to_string())?;
        loop {
            let frame = tokio::select! {
                frame = socket.next() => frame,
                () = self.pace.wait_until(began.plus_millis(ENTERED_WITHIN)) => {
                    return Err("the broker did not answer the first frame".to_owned());
                }
            };
            match frame {
                Some(Ok(frame)) => match protocol.entered(&frame) {
                    Some(true) => return Ok(protocol),
                    Some(false) => return Err("the broker refused it".to_owned()),
                    None => {}
                },
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("the broker closed it".to_owned()),
            }
        }
    }

    /// Subscribes and takes prices up until the connection ends; answers why.
    async fn prices(&mut self, socket: &mut Socket, mut protocol: Protocol) -> String {
        let mut heard = self.pace.now();
        let mut ping = heard.plus_millis(PING);
        *self.kept.watch.lock() = Some(Watch::new(heard, NOTICED));
        self.wanted.mark_changed();
        loop {
            tokio::select! {
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return "nobody wants it".to_owned();
                    }
                    let wanted = self.wanted.borrow_and_update().clone();
                    for frame in protocol.subscriptions(&wanted) {
                        if let Err(error) = socket.send(frame).await {
                            return error.to_string();
                        }
                    }
                }
                frame = socket.next() => {
                    heard = self.pace.now();
                    match frame {
                        Some(Ok(Message::Binary(bytes))) => {
                            let told = protocol.hear(&bytes);
                            self.take(told.prices, heard);
                            if let Some(answer) = told.answer
                                && let Err(error) = socket.send(answer).await
                            {
                                return error.to_string();
                            }
                        }
                        Some(Ok(Message::Close(_))) | None => return "the broker closed it".to_owned(),
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return error.to_string(),
                    }
                }
                () = self.pace.wait_until(ping) => {
                    let now = self.pace.now();
                    if now.millis_since(heard) >= DEAD {
                        return "nothing was heard, not even the answer to a ping".to_owned();
                    }
                    ping = now.plus_millis(PING);
                    if let Err(error) = socket.send(Message::Ping(Vec::new().into())).await {
                        return error.to_string();
                    }
                }
            }
        }
    }

    fn take(&self, told: Vec<(u32, Picture)>, now: Timestamp) {
        let mut is_news = false;
        let mut prices = self.kept.prices.lock();
        for (token, picture) in told {
            if prices.len() < MOST || prices.contains_key(&token) {
                prices.insert(token, Heard { picture, at: now });
                is_news = true;
            }
        }
        drop(prices);
        if is_news {
            if let Some(watch) = self.kept.watch.lock().as_mut() {
                watch.news(now);
            }
            self.kept.news.send_modify(|count| *count = count.saturating_add(1));
        }
    }
}
