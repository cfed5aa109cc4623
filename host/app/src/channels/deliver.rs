//! Delivers what is queued: the oldest message of each channel, channels beside each other.

use std::pin::pin;
use std::sync::Arc;

use prahari_couriers::{LONGEST_DELIVERY, OutgoingMessage, Undelivered};
use prahari_domain::settings::NotificationKind;
use prahari_domain::time::Timestamp;
use prahari_store::{DeliveryEnd, DeliveryRow, NextDelivery};
use tokio::task::JoinSet;

use super::pauses::{LONGEST_PAUSE_MS, after_failure};
use super::{Channels, destination};
use crate::clock::Clock;
use crate::error::AppError;
use crate::notices::words::digests;

/// Most attempts at a time, of all users together. Each holds a connection and ends within [`LONGEST_DELIVERY`]; with
/// more receivers that hang than this, messages to others wait that long and no trading does.
pub(super) const AT_ONCE: usize = 16;

/// Name of the kind of a test.
const TEST: &str = "test";

/// Interval after which the queue is looked at again when it could not be read, by the daemon's clock.
const AFTER_FAILURE_MS: i64 = 60_000;

impl Channels {
    /// Starts what delivers messages. It ends when the daemon stops and what is under way has ended; dropping the
    /// returned set cuts that off. In lockstep nothing is started.
    pub fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut delivering = JoinSet::new();
        if !self.clock.is_lockstep() {
            delivering.spawn(deliver(self.clone()));
        }
        delivering
    }

    /// Makes what the last process was sending wait again, marked as repeated.
    async fn repeat_interrupted(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let repeated = self.store.system().repeat_interrupted_deliveries(now).await?;
        if repeated > 0 {
            tracing::warn!(
                repeated,
                "messages were being sent when the last process ended; they are repeated"
            );
        }
        Ok(())
    }

    /// Begins the attempts that are due, as far as there is room for them, and returns when the next is due; none when
    /// whatever ends first has to be waited for.
    async fn begin_due(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> Result<Option<Timestamp>, AppError> {
        let room = AT_ONCE.saturating_sub(under_way.len());
        // One more than there is room for tells whether something is left.
        let limit = u32::try_from(room + 1).unwrap_or(u32::MAX);
        let now = self.clock.now();
        let digest = self.store.system().release_digests(now).await?;
        for (index, next) in self.store.system().next_deliveries(limit).await?.into_iter().enumerate() {
            let left = next.due_at.millis_since(now);
            // Set before the clock was set back, it would wait for that long.
            if left > 0 && left <= LONGEST_PAUSE_MS {
                return Ok(digest.into_iter().chain([next.due_at]).min());
            }
            if index >= room {
                return Ok(None);
            }
            if self.hold_in_quiet_hours(&next, now).await? {
                continue;
            }
            if self.store.user(next.user).begin_delivery(next.row.id).await? {
                self.tell_of(next.user, next.row.id);
                under_way.spawn(self.clone().carry(next));
            }
        }
        Ok(digest)
    }

    /// Holds back a message from before the quiet hours that its user has by now; returns whether it did. A test is what
    /// somebody waits for.
    async fn hold_in_quiet_hours(&self, next: &NextDelivery, now: Timestamp) -> Result<bool, AppError> {
        let until = next.row.kind.and_then(|_| (self.quiet)(next.user, now));
        let Some(until) = until else { return Ok(false) };
        self.store.user(next.user).hold_delivery(next.row.id, until).await?;
        self.tell_of(next.user, next.row.id);
        // The next of its channel has its turn at once.
        self.outbox.wake();
        Ok(true)
    }

    /// Makes one attempt and notes what came of it.
    async fn carry(self: Arc<Self>, next: NextDelivery) {
        let attempt = self.attempt(&next).await;
        let now = self.clock.now();
        if let Err(Undelivered { told_admin: Some(said), .. }) = &attempt {
            let (user, delivery) = (next.user, next.row.id);
            tracing::warn!(%user, delivery, said, "a message could not be handed over");
        }
        let ends_channel = attempt.as_ref().is_err_and(|failed| failed.ends_channel);
        let end = match attempt {
            Ok(()) => DeliveryEnd::Delivered { at: now },
            Err(failed) => after_failure(&next.row, failed, now),
        };
        if let DeliveryEnd::GivenUp { reason, .. } = &end {
            let (user, delivery) = (next.user, next.row.id);
            tracing::warn!(%user, delivery, reason, "a message is given up");
        }
        if let Err(error) = self.write_down(&next, end, ends_channel).await {
            tracing::error!(%error, "what came of a delivery could not be written down");
        }
        self.tell_of(next.user, next.row.id);
        self.outbox.wake();
    }

    /// Writes down what came of an attempt, and that a receiver takes nothing any more.
    async fn write_down(
        &self,
        next: &NextDelivery,
        end: DeliveryEnd,
        ends_channel: bool,
    ) -> Result<(), AppError> {
        let scope = self.store.user(next.user);
        let ended = match &end {
            DeliveryEnd::GivenUp { at, reason } if ends_channel => Some((*at, reason.clone())),
            _ => None,
        };
        scope.end_delivery(next.row.id, end).await?;
        if let Some((at, reason)) = ended {
            scope.end_channel(next.row.channel, at, reason).await?;
        }
        Ok(())
    }

    /// Waits until something is queued or ends, or an instant has come.
    async fn wait_for(&self, next: Option<Timestamp>) {
        match next {
            Some(next) => {
                let _whichever_came_first = self.clock.wait_until(next, self.outbox.queued()).await;
            }
            None => self.outbox.queued().notified().await,
        }
    }

    async fn attempt(&self, next: &NextDelivery) -> Result<(), Undelivered> {
        let kept = destination::open(&self.vault, next.user, &next.sealed)
            .map_err(|error| Undelivered::for_good(error.to_string()))?;
        let to = kept.to(&self.carriers)?;
        let message = message(next);
        match tokio::time::timeout(2 * LONGEST_DELIVERY, self.courier.deliver(&to, &message)).await {
            Ok(delivered) => delivered,
            Err(_late) => Err(Undelivered::unclear("the courier did not come back in time")),
        }
    }
}

/// Delivers until the daemon stops, and ends when what is under way by then has ended. Whoever stops the daemon waits for
/// that only so long; what is cut off is repeated after the next start, and says so.
async fn deliver(channels: Arc<Channels>) {
    if let Err(error) = channels.repeat_interrupted().await {
        tracing::error!(%error, "what the last process was sending could not be made to wait again");
    }
    let mut under_way = JoinSet::new();
    let mut stopped = pin!(channels.shutdown.begun());
    while !channels.shutdown.is_begun() {
        while under_way.try_join_next().is_some() {}
        let next = channels.begin_due(&mut under_way).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the messages that are due could not be read");
            Some(channels.clock.now().plus_millis(AFTER_FAILURE_MS))
        });
        tokio::select! {
            _reason_is_logged = &mut stopped => {}
            () = channels.wait_for(next) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// A delivery with title and text as they are sent: those of a digest are kept as the titles that it gathered.
pub(super) fn as_sent(row: DeliveryRow) -> DeliveryRow {
    let count = row.more.saturating_add(1);
    match row.kind.filter(|_| row.says_how_many()) {
        Some(kind) => {
            let (title, body) = (digests::title(kind, count), digests::body(&row.body, count));
            DeliveryRow { title, body, ..row }
        }
        None => row,
    }
}

/// The message as it is sent.
fn message(next: &NextDelivery) -> OutgoingMessage {
    let row = as_sent(next.row.clone());
    let says_how_many = row.says_how_many();
    OutgoingMessage {
        // A database from a backup gives numbers again; with its instant a name is never given twice.
        id: format!("prahari-{}-{}", row.at.0, row.id),
        kind: row.kind.map_or(TEST, NotificationKind::name).to_owned(),
        level: row.level.name().to_owned(),
        title: row.title,
        body: row.body,
        at: row.at,
        more: row.more,
        says_how_many,
        repeated: row.repeated,
        // Real time, as receivers have it, at whatever speed the daemon's clock runs.
        attempted_at: Clock::System.now(),
    }
}
