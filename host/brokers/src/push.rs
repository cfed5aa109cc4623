//! What a broker tells by itself, from its feed to the desk of one user.
//!
//! The broker never waits: what does not fit is left out, and the desk is told to ask for the broker's book
//! instead, which says the same. So a flood costs a bounded amount of memory, and nothing is lost by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, mpsc};

use crate::broker::BrokerEvent;

/// Largest number of events of one user that wait for the desk. A large order that is filled in pieces makes some
/// dozen within a second, and a desk that waits for its broker's answer takes none for some seconds.
pub const MOST_WAITING: usize = 256;

/// Largest number of events that a desk takes at once.
const AT_ONCE: usize = 64;

/// Sending end of the channel; the broker holds it.
#[derive(Clone)]
pub struct PushSender {
    events: mpsc::Sender<BrokerEvent>,
    gap: Arc<Gap>,
}

/// Receiving end of the channel; the desk holds it.
pub struct Pushes {
    events: mpsc::Receiver<BrokerEvent>,
    gap: Arc<Gap>,
}

/// What the desk receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// These happened, as far as the broker says in this order.
    Events(Vec<BrokerEvent>),
    /// Something happened that is in no event: only the broker's book tells.
    Gap,
}

#[derive(Default)]
struct Gap {
    open: AtomicBool,
    opened: Notify,
}

/// Creates the channel of one user's pushes.
pub fn pushes() -> (PushSender, Pushes) {
    let (sender, receiver) = mpsc::channel(MOST_WAITING);
    let gap = Arc::new(Gap::default());
    (PushSender { events: sender, gap: gap.clone() }, Pushes { events: receiver, gap })
}

impl PushSender {
    /// Sends an event of an order of the user. Repeated events, late events and events of unknown orders do no
    /// harm.
    pub fn push(&self, event: BrokerEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            self.gap();
        }
    }

    /// Reports a gap: events may be missing, as after an interrupted feed.
    pub fn gap(&self) {
        self.gap.open.store(true, Ordering::Release);
        self.gap.opened.notify_one();
    }
}

impl Pushes {
    /// Returns what came since the last time; waits until there is something. None when the broker will tell
    /// nothing more.
    pub async fn next(&mut self) -> Option<Pushed> {
        let mut events = Vec::new();
        loop {
            // After the events that came before it: what they tell need not be asked for.
            if self.events.is_empty() && self.gap.open.swap(false, Ordering::AcqRel) {
                return Some(Pushed::Gap);
            }
            tokio::select! {
                biased;
                count = self.events.recv_many(&mut events, AT_ONCE) => match count {
                    0 if self.gap.open.load(Ordering::Acquire) => {}
                    0 => return None,
                    _ => return Some(Pushed::Events(events)),
                },
                () = self.gap.opened.notified() => {}
            }
        }
    }

    /// Returns whether nothing more will come: the broker has dropped its end, and everything was taken.
    pub fn is_over(&self) -> bool {
        self.events.is_closed() && self.events.is_empty() && !self.gap.open.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::time::Timestamp;

    use super::*;
    use crate::broker::BrokerEventKind;

    fn event(number: usize) -> BrokerEvent {
        let kind = BrokerEventKind::Expired { reason: "the end".to_owned() };
        BrokerEvent { broker_id: None, tag: number.to_string(), at: Timestamp(0), kind }
    }

    fn tags(pushed: Option<Pushed>) -> Vec<String> {
        match pushed {
            Some(Pushed::Events(events)) => events.into_iter().map(|event| event.tag).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_flood_is_cut_at_its_bound_and_ends_with_a_gap() {
        let (sender, mut pushes) = pushes();
        for number in 0..10 * MOST_WAITING {
            sender.push(event(number));
        }
        let mut got = Vec::new();
        while got.len() < MOST_WAITING {
            got.extend(tags(pushes.next().await));
        }
        let expected: Vec<String> = (0..MOST_WAITING).map(|number| number.to_string()).collect();
        assert_eq!(got, expected);
        assert_eq!(pushes.next().await, Some(Pushed::Gap));
        // Once: what comes later is told as before.
        sender.push(event(7));
        assert_eq!(tags(pushes.next().await), ["7"]);
    }

    #[tokio::test]
    async fn what_was_pushed_is_told_after_the_broker_has_gone() {
        let (sender, mut pushes) = pushes();
        sender.push(event(1));
        sender.gap();
        assert!(!pushes.is_over());
        drop(sender);
        assert_eq!(tags(pushes.next().await), ["1"]);
        assert_eq!(pushes.next().await, Some(Pushed::Gap));
        assert_eq!(pushes.next().await, None);
        assert!(pushes.is_over());
    }

    #[tokio::test]
    async fn a_gap_alone_wakes_whoever_waits() {
        let (sender, mut pushes) = pushes();
        let waiting = tokio::spawn(async move { pushes.next().await });
        tokio::task::yield_now().await;
        sender.gap();
        assert_eq!(waiting.await.unwrap(), Some(Pushed::Gap));
    }
}
