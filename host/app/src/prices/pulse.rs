//! The pulse of the market: once a minute of the session, listeners of the live stream are told the prices that they want.
//!
//! The scheduler gives it, after it has handed out what is due. All shares are asked for in one question to the source, only
//! while somebody listens, and beside the schedule: a source that hangs holds up nothing, and while it is asked the next
//! pulses are passed over. What it does not answer is not told, and no price of before is told in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parking_lot::Mutex;
use prahari_brokers::{Quote, Sessions};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use crate::prices::changes::Watched;
use crate::prices::{PriceChange, Prices};

const MINUTE_MS: i64 = 60_000;

/// Longest time that a desk is waited for on a real clock: one whose broker does not answer costs its user the prices of this
/// minute, and nobody else more than this.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How far the pulse has come.
#[derive(Debug, Default)]
pub struct PricePulse {
    /// Held while the source is asked.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The last minute for which it was asked.
    minute: Mutex<Option<Timestamp>>,
    used: Mutex<PulseUse>,
}

/// What the last pulse asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PulseUse {
    /// Shares that were asked for, [`MOST_PRICED`](crate::events::MOST_PRICED) at most.
    pub shares: usize,
    /// Shares that somebody wanted and that had no place.
    pub left_out: usize,
}

impl PricePulse {
    /// Takes the minute of an instant; `false` when it was taken.
    fn take_minute(&self, now: Timestamp) -> bool {
        let minute = minute_of(now);
        self.minute.lock().replace(minute) != Some(minute)
    }
}

impl Prices {
    /// Returns what the last pulse asked for; nothing while nobody listens.
    pub fn pulse_use(&self) -> PulseUse {
        if self.handles.events.are_prices_wanted() { *self.pulse.used.lock() } else { PulseUse::default() }
    }

    /// Tells the listeners the prices of now: not outside the session, once a minute, and not while those of an earlier minute
    /// are still asked for. In lockstep they are told when this returns.
    pub(crate) async fn tell_prices(self: &Arc<Self>) {
        // The clock's own time: what is made up for late is no new price.
        let now = self.handles.clock.now();
        if !self.handles.events.are_prices_wanted() || !self.is_session_minute(now) {
            return self.changes.watch(Watched::default());
        }
        let Ok(turn) = self.pulse.turn.clone().try_lock_owned() else {
            return tracing::debug!(
                "no prices are told this minute: those of an earlier one are not here yet"
            );
        };
        if !self.pulse.take_minute(now) {
            return;
        }
        if self.handles.clock.is_lockstep() {
            return self.ask_and_tell(now).await;
        }
        let prices = Arc::clone(self);
        self.background.spawn(async move {
            prices.ask_and_tell(now).await;
            drop(turn);
        });
    }

    /// Returns whether an instant lies in a minute of the day's session, the one that begins at its close included.
    fn is_session_minute(&self, now: Timestamp) -> bool {
        let session = self.handles.calendar.session(now.ist_day());
        session.is_some_and(|session| (session.opens()..=session.closes()).contains(&minute_of(now)))
    }

    async fn ask_and_tell(&self, now: Timestamp) {
        let events = &self.handles.events;
        let followed = events.followed_holders().into_iter().map(|user| self.held_by(user));
        let held: BTreeMap<UserId, BTreeSet<Symbol>> =
            join_all(followed).await.into_iter().flatten().collect();
        let picked = events.pick_priced(&held);
        *self.pulse.used.lock() = PulseUse { shares: picked.shares.len(), left_out: picked.left_out };
        self.changes.watch(Watched { shares: picked.shares.clone(), held: held.clone() });
        self.ask_and_tell_of(picked.shares, held, now).await;
    }

    /// Tells the listeners those prices that have changed and that they want. Nobody waits for it on a real clock, and while earlier
    /// ones are asked for still none are told.
    pub(crate) async fn tell_changes(self: &Arc<Self>, changes: &BTreeMap<Symbol, PriceChange>) {
        let Watched { shares, held } = self.changes.watched(changes.keys());
        if shares.is_empty() {
            return;
        }
        let now = self.handles.clock.now();
        if self.handles.clock.is_lockstep() {
            return self.ask_and_tell_of(shares, held, now).await;
        }
        let Ok(turn) = self.changes.turn.clone().try_lock_owned() else { return };
        let prices = Arc::clone(self);
        self.background.spawn(async move {
            prices.ask_and_tell_of(shares, held, now).await;
            drop(turn);
        });
    }

    async fn ask_and_tell_of(
        &self,
        shares: BTreeSet<Symbol>,
        held: BTreeMap<UserId, BTreeSet<Symbol>>,
        now: Timestamp,
    ) {
        if shares.is_empty() {
            return;
        }
        let (events, symbols) = (&self.handles.events, shares.into_iter().collect::<Vec<Symbol>>());
        match self.trading.market.quotes(&symbols, now).await {
            Ok(quotes) => {
                let told: Vec<Quote> =
                    quotes.into_iter().flatten().filter(|quote| self.counts(quote, now)).collect();
                events.tell_prices(&told, held);
            }
            Err(error) => tracing::warn!(%error, "prices cannot be told now"),
        }
    }

    /// The shares that a user holds, without those of which an action is not booked yet; none of a user who is gone or whose desk is busy for long.
    async fn held_by(&self, id: UserId) -> Option<(UserId, BTreeSet<Symbol>)> {
        let user = self.users.find(id).ok()?;
        let desk = if self.handles.clock.is_lockstep() {
            user.desk.lock().await
        } else {
            tokio::time::timeout(LONGEST_WAIT, user.desk.lock()).await.ok()?
        };
        Some((id, desk.symbols_as_traded(self.handles.clock.now())))
    }

    /// Returns whether a price is of today's trading and one that positions are valued at.
    fn counts(&self, quote: &Quote, now: Timestamp) -> bool {
        quote.at.ist_day() == now.ist_day() && self.is_price(&quote.symbol, quote.at)
    }

    /// Returns whether what a source calls the price of a share is one of the shares that are held: after a jump that nobody has
    /// explained it is of others, and before the special pre-open of a demerged share is over there is none.
    pub(super) fn is_price(&self, symbol: &Symbol, at: Timestamp) -> bool {
        !self.trading.jumps.counts_before(symbol) && self.trading.special_pre_open(symbol, at).is_none()
    }
}

/// The whole minute that an instant falls in.
fn minute_of(now: Timestamp) -> Timestamp {
    now.plus_millis(-now.0.rem_euclid(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_taken_once_also_by_a_clock_that_was_set_back() {
        let pulse = PricePulse::default();
        let taken = [0, 59_999, 60_000, 119_999, 0].map(|at| pulse.take_minute(Timestamp(at)));
        assert_eq!(taken, [true, false, true, false, true]);
    }
}
