//! Changes of the prices of shares that somebody follows, as the market source pushes them.
//!
//! A change is told once, at most one a second and share. What a source tells late or twice, a price of another day and one
//! after a jump that nobody has explained are no changes. Of a source that pushes nothing there are none between two minutes,
//! and at each minute tasks have their ticks and listeners are told prices anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_brokers::{PricePush, PricePushes, Sessions};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use crate::prices::Prices;
use crate::prices::age::is_too_old;
use crate::prices::silence::Silence;

/// Largest number of shares that are followed at once, over all users: as many as the stream tells prices of. A feed takes
/// some hundreds, and each costs a price in memory.
pub const MOST_FOLLOWED: usize = 500;

/// Shortest time between two changes of one share, in milliseconds.
const APART_MS: i64 = 1_000;

/// How far a source's clock may be ahead of ours, in milliseconds. A price of later on would keep those of now from counting.
const MOST_AHEAD_MS: i64 = 5_000;

/// A price that is another one than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// The share.
    pub symbol: Symbol,
    /// The price before.
    pub before: Paise,
    /// The price that it changed to.
    pub last: Paise,
    /// Time of that price, as its source says.
    pub at: Timestamp,
}

/// The shares that are followed, and the prices that were seen of them.
#[derive(Debug, Default)]
pub struct PriceChanges {
    pub(super) state: Mutex<State>,
    /// Held while listeners are told prices that have changed.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

/// The shares that listeners of the stream want, and those of the users whom they follow.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    pub shares: BTreeSet<Symbol>,
    pub held: BTreeMap<UserId, BTreeSet<Symbol>>,
}

/// How much is followed, and what came of it since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangesUse {
    /// Shares that are followed, [`MOST_FOLLOWED`] at most.
    pub shares: usize,
    /// Those of them whose prices the source pushes.
    pub pushed: usize,
    /// Shares that somebody holds or watches and that had no place.
    pub left_out: usize,
    /// Changes that were told.
    pub changes: u64,
    /// Prices that did not count: of another day, too old, after a jump that nobody has explained, or of a demerged share before it
    /// trades.
    pub not_counted: u64,
}

#[derive(Debug, Default)]
pub(super) struct State {
    followed: BTreeSet<Symbol>,
    watched: Watched,
    /// Those of them that the source pushes.
    pub pushed: BTreeSet<Symbol>,
    seen: BTreeMap<Symbol, Seen>,
    /// When a change is told that came too soon after the one before.
    put_off: Option<Timestamp>,
    pub silence: Silence,
    used: ChangesUse,
}

/// The newest price of a share.
#[derive(Debug, Clone, Copy)]
struct Seen {
    last: Paise,
    at: Timestamp,
    /// When a change was last told.
    told_at: Option<Timestamp>,
}

impl State {
    /// Looks at the newest price of a share; the change, if it is one that is told now.
    fn look(&mut self, push: &PricePush, now: Timestamp) -> Option<PriceChange> {
        let fresh = Seen { last: push.last, at: push.at, told_at: None };
        let Some(seen) = self.seen.get_mut(&push.symbol) else {
            // The first one: there is nothing that it differs from.
            self.seen.insert(push.symbol.clone(), fresh);
            return None;
        };
        if push.at < seen.at || push.last == seen.last {
            seen.at = seen.at.max(push.at);
            return None;
        }
        let earliest = seen.told_at.map(|told_at| told_at.plus_millis(APART_MS));
        if let Some(earliest) = earliest.filter(|earliest| now < *earliest) {
            self.put_off = Some(self.put_off.map_or(earliest, |put_off| put_off.min(earliest)));
            return None;
        }
        let before = std::mem::replace(seen, Seen { told_at: Some(now), ..fresh }).last;
        self.used.changes += 1;
        Some(PriceChange { symbol: push.symbol.clone(), before, last: push.last, at: push.at })
    }
}

impl PriceChanges {
    /// Takes what the listeners of the stream want, as of the pulse of the market.
    pub(super) fn watch(&self, watched: Watched) {
        self.state.lock().watched = watched;
    }

    /// Returns what of these shares the listeners want.
    pub(super) fn watched<'a>(&self, symbols: impl Iterator<Item = &'a Symbol>) -> Watched {
        let state = self.state.lock();
        let shares: BTreeSet<Symbol> =
            symbols.filter(|symbol| state.watched.shares.contains(*symbol)).cloned().collect();
        let held = if shares.is_empty() { BTreeMap::new() } else { state.watched.held.clone() };
        Watched { shares, held }
    }
}

impl Prices {
    /// How much is followed, and what came of it since the start.
    pub fn changes_use(&self) -> ChangesUse {
        let state = self.changes.state.lock();
        ChangesUse { shares: state.followed.len(), pushed: state.pushed.len(), ..state.used }
    }

    /// Returns whether the price of any share is followed.
    pub(crate) fn follows_changes(&self) -> bool {
        !self.changes.state.lock().followed.is_empty()
    }

    /// Returns whether the prices of any shares are, or should be, followed.
    pub(crate) fn has_to_follow(&self) -> bool {
        let state = self.changes.state.lock();
        !state.followed.is_empty() || !state.watched.shares.is_empty()
    }

    /// Follows these shares from now on, those that listeners of the stream want, and no others, [`MOST_FOLLOWED`] at most: these
    /// first, and of either the first by name, so that the same ones have a place each time. Returns whether others were followed before.
    pub(crate) fn follow_changes(&self, held: &BTreeSet<Symbol>) -> bool {
        let Some(pushes) = self.pushes() else { return false };
        let followed: BTreeSet<Symbol> = {
            let mut state = self.changes.state.lock();
            let watched = state.watched.shares.difference(held);
            let wanted = held.len() + watched.clone().count();
            let followed: BTreeSet<Symbol> =
                held.iter().chain(watched).take(MOST_FOLLOWED).cloned().collect();
            state.used.left_out = wanted - followed.len();
            if followed == state.followed {
                return false;
            }
            followed
        };
        let symbols: Vec<Symbol> = followed.iter().cloned().collect();
        let pushed = pushes.follow(&symbols);
        let mut state = self.changes.state.lock();
        state.seen.retain(|symbol, _| followed.contains(symbol));
        (state.followed, state.pushed) = (followed, pushed);
        true
    }

    /// The next instant after `cursor` at which a price may have changed, if it is known.
    pub(crate) fn next_change(&self, cursor: Timestamp) -> Option<Timestamp> {
        if !self.follows_changes() {
            return None;
        }
        let clock = &self.handles.clock;
        // On a real clock what was passed over is seen with what comes next; a virtual one stands at the cursor.
        let slack = if clock.is_lockstep() { 1 } else { APART_MS };
        let after = cursor.max(clock.now().plus_millis(-slack));
        let put_off = self.changes.state.lock().put_off.map(|at| at.max(after.plus_millis(1)));
        let pushed = self.pushes().and_then(|pushes| pushes.next_after(after));
        put_off.into_iter().chain(pushed).min()
    }

    /// Returns when a price has come that was not to be foreseen; never while nobody follows any. It may be dropped at any time.
    pub(crate) async fn price_came(&self) {
        match self.pushes().filter(|_| self.follows_changes()) {
            Some(pushes) => pushes.pushed().await,
            None => std::future::pending().await,
        }
    }

    /// Returns the changes until now of the shares that are followed, by symbol.
    pub(crate) fn take_changes(&self) -> BTreeMap<Symbol, PriceChange> {
        let now = self.handles.clock.now();
        let symbols: Vec<Symbol> = {
            let mut state = self.changes.state.lock();
            state.put_off = None;
            state.followed.iter().cloned().collect()
        };
        let pushed = self.pushes().map(|pushes| pushes.newest(&symbols, now)).unwrap_or_default();
        if !self.is_trading(now) {
            return BTreeMap::new();
        }
        let mut state = self.changes.state.lock();
        for push in pushed.iter().flatten() {
            let seen = state.seen.get(&push.symbol);
            state.silence.heard |= seen.is_none_or(|seen| push.at > seen.at);
        }
        let mut changes = BTreeMap::new();
        for push in pushed.into_iter().flatten() {
            if !self.counts_as_change(&push, now) {
                let is_other = state.seen.get(&push.symbol).is_none_or(|seen| seen.last != push.last);
                state.used.not_counted += u64::from(is_other);
            } else if let Some(change) = state.look(&push, now) {
                changes.insert(change.symbol.clone(), change);
            }
        }
        changes
    }

    fn pushes(&self) -> Option<&dyn PricePushes> {
        self.trading.market.price_pushes()
    }

    /// Returns whether trading is on at an instant, breaks between two sessions left out.
    pub(super) fn is_trading(&self, now: Timestamp) -> bool {
        self.handles.calendar.session(now.ist_day()).is_some_and(|session| session.index_of(now).is_some())
    }

    /// Returns whether something may happen because of a price: as for prices that are told, and not on an old one.
    fn counts_as_change(&self, push: &PricePush, now: Timestamp) -> bool {
        push.at.ist_day() == now.ist_day()
            && push.at.millis_since(now) <= MOST_AHEAD_MS
            && self.is_price(&push.symbol, push.at)
            && !is_too_old(push.at, self.handles.calendar.as_ref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(last: i64, at: i64) -> PricePush {
        PricePush {
            symbol: Symbol::new("ABC").unwrap(),
            last: Paise(last),
            at: Timestamp(at),
            source: "feed",
        }
    }

    #[test]
    fn a_change_is_told_once_and_at_most_one_a_second() {
        let mut state = State::default();
        let mut look = |last, at, now| {
            let told =
                state.look(&push(last, at), Timestamp(now)).map(|change| (change.before.0, change.last.0));
            (told, state.put_off.take().map(|at| at.0))
        };
        assert_eq!(look(100, 0, 0), (None, None), "the first price is no change");
        assert_eq!(look(101, 5, 10), (Some((100, 101)), None));
        assert_eq!(look(101, 6, 20), (None, None), "the same price again");
        assert_eq!(look(99, 4, 30), (None, None), "an older price");
        assert_eq!(look(102, 40, 50), (None, Some(1_010)), "too soon, and put off");
        assert_eq!(look(103, 1_000, 1_009), (None, Some(1_010)));
        assert_eq!(look(103, 1_000, 1_010), (Some((101, 103)), None), "the newest, when a second has passed");
        assert_eq!(look(101, 1_020, 1_030), (None, Some(2_010)));
        assert_eq!(look(103, 1_040, 2_010), (None, None), "it went back meanwhile");
    }
}
