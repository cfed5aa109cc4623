//! Fills that the exchange annuls after they were reported.
//!
//! Nobody says so: the execution is gone from the broker's list, and its order has less filled. Rows are missing from single answers,
//! so it is believed when two readings some time apart say the same, list and order agree, and the order's row is not older than the
//! fill. Then the journal takes the fill back, and what was offered beyond what is left is withdrawn before. What cannot be booked is
//! shown to a person, and nothing of the share is put down to others' trade meanwhile. A fill may come back, and is looked for.

mod alarms;
mod by_word;
mod gone;
mod take_back;
mod watch;
mod words;

use std::collections::BTreeMap;

use prahari_domain::book::Book;
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Fill, JournalEntry, OrderEvent};
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, UserScope};

use super::external::LOOKS_APART_MS;

pub use alarms::FillAlarm;
use alarms::{Asked, Question};
pub(super) use gone::Gone;

/// Most open alerts that are looked through at a start, the newest ones.
const MOST_ALERTS: u32 = 500;

/// What is known of fills that the broker shows no more.
#[derive(Debug, Default)]
pub(super) struct Annulled {
    /// When the broker's book was last looked through for them.
    looked_at: Option<Timestamp>,
    /// What was seen of each order, and when first.
    suspected: BTreeMap<OrderId, (Gone, Timestamp)>,
    /// What could not be taken back, and when it was tried.
    stuck: BTreeMap<OrderId, (Gone, Timestamp)>,
    /// What a person was told to decide of an order.
    asked: BTreeMap<OrderId, Asked>,
    /// The fills that were taken back and have not come back, by their order.
    taken_back: BTreeMap<OrderId, Vec<Fill>>,
    /// What there is to tell.
    alarms: Vec<FillAlarm>,
}

impl Annulled {
    /// What was taken back before a start. Where it cannot be read nothing is known of it: the journal has it all the same.
    pub async fn load(scope: &UserScope, book: &Book) -> Self {
        let withdrawn = scope.withdrawn_fills().await.unwrap_or_else(|error| {
            tracing::warn!(user = %scope.id(), %error, "which fills were taken back cannot be read");
            Vec::new()
        });
        let mut annulled = Self::default();
        for (id, fill) in withdrawn {
            if book.order(&id).is_some_and(|order| !order.fill_keys.contains(&fill.key)) {
                annulled.note(id, fill);
            }
        }
        annulled.load_asked(scope, book).await;
        annulled
    }

    /// What a person was told before a start and has not resolved, of orders of which nothing is taken back.
    async fn load_asked(&mut self, scope: &UserScope, book: &Book) {
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_ALERTS };
        let alerts = scope.alerts(filter).await.unwrap_or_else(|error| {
            tracing::warn!(user = %scope.id(), %error, "which alerts of annulled fills are open cannot be read");
            Vec::new()
        });
        for alert in alerts.into_iter().filter(|alert| alert.code == AlertCode::FillWithdrawn) {
            let Ok(id) = alert.subject.parse::<OrderId>() else { continue };
            if book.order(&id).is_some() && !self.taken_back.contains_key(&id) {
                self.asked.insert(id, Asked::before(alert.detail));
            }
        }
    }

    /// Notes that a fill was taken back.
    fn note(&mut self, order: OrderId, fill: Fill) {
        let fills = self.taken_back.entry(order).or_default();
        // One may be annulled, come back and be annulled again.
        fills.retain(|noted| noted.key != fill.key);
        fills.push(fill);
    }

    /// Returns whether a fill was taken back: only the broker's book may say that it stands after all.
    pub fn has(&self, order: OrderId, key: &str) -> bool {
        self.taken_back.get(&order).is_some_and(|fills| fills.iter().any(|fill| fill.key == key))
    }

    /// Takes the fills that are booked again out of those that were taken back, and answers them by their order.
    pub fn returned(&mut self, entries: &[JournalEntry]) -> BTreeMap<OrderId, Vec<Fill>> {
        let mut returned: BTreeMap<OrderId, Vec<Fill>> = BTreeMap::new();
        for entry in entries {
            let OrderEvent::Filled(fill) = &entry.event else { continue };
            if !self.has(entry.order, &fill.key) {
                continue;
            }
            if let Some(fills) = self.taken_back.get_mut(&entry.order) {
                fills.retain(|noted| noted.key != fill.key);
            }
            self.taken_back.retain(|_, fills| !fills.is_empty());
            returned.entry(entry.order).or_default().push(fill.clone());
        }
        returned
    }

    fn is_stuck(&self, order: OrderId, gone: &Gone, now: Timestamp) -> bool {
        let tried = self.stuck.get(&order).filter(|(of, _)| of == gone);
        tried.is_some_and(|(_, at)| now.millis_since(*at) < LOOKS_APART_MS)
    }
}
