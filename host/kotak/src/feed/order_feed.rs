//! The order feed of one user: it says when the book is worth a look. Its frames have no key of an execution, come twice, in
//! disorder or not at all; so nothing is booked from them.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use prahari_brokers::{Pace, PushSender};
use prahari_domain::time::Timestamp;
use tokio_tungstenite::tungstenite::Message;

use super::connect::Socket;
use super::order_frame::{OrderFrame, Told, hello};
use crate::client::KotakClient;
use crate::session::{Session, UserSession};

/// Time within which the first frame is answered, in milliseconds.
const TAKEN_WITHIN: i64 = 10_000;

/// Time between two pings, in milliseconds; the broker ends connections that are quiet.
const PING: i64 = 25_000;

/// Silence, pings included, after which a connection is dead, in milliseconds.
const DEAD: i64 = 75_000;

/// Pause before the first attempt after a connection that ended, and the longest, in milliseconds.
const PAUSES: (i64, i64) = (1_000, 60_000);

/// Follows the order feed for as long as it is not dropped: whenever the user has a session, with pauses that grow while
/// nothing comes of it. It never logs in.
pub(crate) async fn follow(session: Arc<UserSession>, pushes: PushSender, pace: Arc<dyn Pace>) {
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
        // The form of the first frame that was not taken the last time is not tried again at once.
        let feed = Feed { session: &current, client: &client, pushes: &pushes, pace: &*pace };
        let ended = tokio::select! {
            ended = feed.connection(fruitless % 2 == 1) => ended,
            // Another session, or none: this connection is of the one before.
            _ = changes.changed() => Ended { was_taken: true, why: "the session has changed".to_owned() },
        };
        if ended.was_taken {
            pushes.gap();
            fruitless = 0;
        } else {
            fruitless = fruitless.saturating_add(1);
        }
        tracing::debug!(why = ended.why, "the order feed ended");
        let pause = pause(fruitless);
        tokio::select! {
            () = pace.wait_until(pace.now().plus_millis(pause)) => {}
            _ = changes.changed() => {}
        }
    }
}

/// The pause after so many attempts that came to nothing, in milliseconds.
pub(super) fn pause(fruitless: u32) -> i64 {
    let longer = 1_i64.checked_shl(fruitless.min(16)).unwrap_or(i64::MAX);
    PAUSES.0.saturating_mul(longer).min(PAUSES.1)
}

/// How a connection ended.
struct Ended {
    was_taken: bool,
    why: String,
}

struct Feed<'a> {
    session: &'a Session,
    client: &'a KotakClient,
    pushes: &'a PushSender,
    pace: &'a dyn Pace,
}

impl Feed<'_> {
    /// One connection, from its first frame to its end.
    async fn connection(&self, as_json: bool) -> Ended {
        let mut was_taken = false;
        let why = match self.client.order_feed(self.session).await {
            Ok(mut socket) => self.frames(&mut socket, as_json, &mut was_taken).await,
            Err(why) => why,
        };
        Ended { was_taken, why }
    }

    async fn frames(&self, socket: &mut Socket, as_json: bool, was_taken: &mut bool) -> String {
        let first = hello(&self.session.token, &self.session.sid, as_json);
        if let Err(error) = socket.send(Message::text(first.expose())).await {
            return error.to_string();
        }
        let mut told = Told::default();
        let began = self.pace.now();
        let (mut heard, mut ping) = (began, began.plus_millis(PING));
        loop {
            let until = if *was_taken { ping } else { began.plus_millis(TAKEN_WITHIN) };
            tokio::select! {
                biased;
                frame = socket.next() => {
                    heard = self.pace.now();
                    match frame {
                        Some(Ok(Message::Text(text))) => match self.told(text.as_str(), &mut told, was_taken) {
                            Ok(()) => {}
                            Err(why) => return why,
                        },
                        Some(Ok(Message::Close(_))) | None => return "the broker closed it".to_owned(),
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return error.to_string(),
                    }
                }
                () = self.pace.wait_until(until) => {
                    let now = self.pace.now();
                    if let Some(why) = overdue(now, began, heard, *was_taken) {
                        return why;
                    }
                    ping = now.plus_millis(PING);
                    if let Err(error) = socket.send(Message::Ping(Vec::new().into())).await {
                        return error.to_string();
                    }
                }
            }
        }
    }

    /// Takes a frame up.
    ///
    /// # Errors
    /// Why the connection is of no use.
    fn told(&self, text: &str, told: &mut Told, was_taken: &mut bool) -> Result<(), String> {
        match OrderFrame::read(text, self.client.masker()) {
            // What happened while there was no connection is in no frame.
            OrderFrame::Taken if !*was_taken => {
                *was_taken = true;
                self.pushes.gap();
            }
            OrderFrame::Refused(why) if !*was_taken => return Err(format!("the broker refused it: {why}")),
            OrderFrame::Order(row) if told.is_news(&row) => self.pushes.gap(),
            OrderFrame::Unread => self.pushes.gap(),
            OrderFrame::Taken | OrderFrame::Refused(_) | OrderFrame::Order(_) | OrderFrame::Other => {}
        }
        Ok(())
    }
}

/// Why a connection is given up, if it is.
fn overdue(now: Timestamp, began: Timestamp, heard: Timestamp, was_taken: bool) -> Option<String> {
    if !was_taken && now.millis_since(began) >= TAKEN_WITHIN {
        return Some("the broker did not answer the first frame".to_owned());
    }
    (now.millis_since(heard) >= DEAD).then(|| "nothing was heard, not even the answer to a ping".to_owned())
}

#[cfg(test)]
mod tests;
