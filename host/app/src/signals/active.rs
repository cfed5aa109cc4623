//! The signals that stand: those for everybody and each user's own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parking_lot::RwLock;
use prahari_domain::book::Book;
use prahari_domain::calendar::Calendar;
use prahari_domain::ids::{SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::signals::{self, Signal, SignalDraft, SignalScope, SignalStatus};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};

/// Signals in memory; the database holds the same rows.
#[derive(Debug, Default)]
pub struct ActiveSignals {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    shared: Vec<Signal>,
    personal: BTreeMap<UserId, Vec<Signal>>,
    rejected: BTreeMap<UserId, Rejections>,
}

/// The signals that a user does not want, each with the trading date of the window in which that was said.
pub type Rejections = BTreeMap<SignalId, Day>;

/// What a publication changed: the rows to write, and the counts for the task.
#[derive(Debug, Default)]
pub struct Publication {
    /// New and changed signals as they are now.
    pub rows: Vec<Signal>,
    /// Signals added.
    pub inserted: u32,
    /// Signals updated with new values.
    pub updated: u32,
    /// Signals that expired.
    pub expired: u32,
    /// Drafts that changed nothing.
    pub skipped: u32,
}

impl ActiveSignals {
    /// Creates the set of what the database knows.
    pub fn new(
        shared: Vec<Signal>,
        personal: BTreeMap<UserId, Vec<Signal>>,
        rejected: BTreeMap<UserId, Rejections>,
    ) -> Self {
        Self { inner: RwLock::new(Inner { shared, personal, rejected }) }
    }

    /// Has a user not want a signal, in the window of a trading date.
    pub fn reject(&self, user: UserId, signal: SignalId, window: Day) {
        let mut inner = self.inner.write();
        inner.rejected.entry(user).or_default().insert(signal, window);
    }

    /// Returns whether a signal is among those that a user is shown, whatever became of it.
    pub fn shows(&self, user: UserId, signal: SignalId) -> bool {
        let inner = self.inner.read();
        let personal = inner.personal.get(&user).map_or(&[][..], Vec::as_slice);
        inner.shared.iter().chain(personal).any(|known| known.id == signal)
    }

    /// Takes a rejection back.
    pub fn allow(&self, user: UserId, signal: SignalId) {
        let mut inner = self.inner.write();
        if let Some(rejected) = inner.rejected.get_mut(&user) {
            rejected.remove(&signal);
        }
    }

    /// Merges drafts into the signals of a scope; `next_id` gives each new one its id.
    pub fn publish(
        &self,
        scope: SignalScope,
        drafts: Vec<SignalDraft>,
        now: Timestamp,
        calendar: &Calendar,
        next_id: impl Fn() -> SignalId,
    ) -> Publication {
        let mut guard = self.inner.write();
        let inner = &mut *guard;
        let list = match scope {
            SignalScope::Shared => &mut inner.shared,
            SignalScope::Personal(user) => inner.personal.entry(user).or_default(),
        };
        let merged = signals::merge(list, drafts, now, calendar, scope);
        let mut publication = Publication { skipped: merged.skipped, ..Publication::default() };
        let places = list.iter().enumerate().map(|(place, signal)| (signal.id, place)).collect();
        for change in merged.changes {
            apply(list, &places, &next_id, change, &mut publication);
        }
        list.retain(|signal| signal.status != SignalStatus::Expired);
        publication
    }

    /// Ends the signals of some shares that were published at `since` or later, for everybody and for each user. Answers them as they
    /// are now, by scope.
    pub(super) fn end(
        &self,
        symbols: &BTreeSet<Symbol>,
        since: Timestamp,
    ) -> Vec<(SignalScope, Vec<Signal>)> {
        let mut guard = self.inner.write();
        let Inner { shared, personal, .. } = &mut *guard;
        let own = personal.iter_mut().map(|(user, own)| (SignalScope::Personal(*user), own));
        let lists = std::iter::once((SignalScope::Shared, shared)).chain(own);
        let ended = lists.map(|(scope, list)| (scope, end_in(list, symbols, since)));
        ended.filter(|(_, ended)| !ended.is_empty()).collect()
    }

    /// The signals that stand for a user now, best priority first, each with its status for that user; for a strategy, as what that
    /// one did with them.
    pub fn standing(&self, book: &Book, of: Option<StrategyName>, now: Timestamp) -> Vec<Signal> {
        let inner = self.inner.read();
        let personal = inner.personal.get(&book.user()).map_or(&[][..], Vec::as_slice);
        let rejected = inner.rejected.get(&book.user());
        let acted = acted_on(book, of);
        let mut standing: Vec<Signal> = inner
            .shared
            .iter()
            .chain(personal)
            .filter(|signal| signal.status != SignalStatus::Expired && now < signal.expires_at)
            .map(|signal| Signal { status: status_for(signal, &acted, rejected), ..signal.clone() })
            .collect();
        standing
            .sort_by(|a, b| b.draft.priority_score.total_cmp(&a.draft.priority_score).then(a.id.cmp(&b.id)));
        standing
    }
}

/// Takes the signals of some shares that were published at `since` or later out of a list, and answers them as expired.
fn end_in(list: &mut Vec<Signal>, symbols: &BTreeSet<Symbol>, since: Timestamp) -> Vec<Signal> {
    let mut ended = Vec::new();
    list.retain(|signal| {
        let ends = since <= signal.published_at && symbols.contains(&signal.draft.symbol);
        ended.extend(ends.then(|| Signal { status: SignalStatus::Expired, ..signal.clone() }));
        !ends
    });
    ended
}

/// Carries out one change of the list, in which each signal of before has its place.
fn apply(
    list: &mut Vec<Signal>,
    places: &HashMap<SignalId, usize>,
    next_id: &impl Fn() -> SignalId,
    change: signals::SignalChange,
    publication: &mut Publication,
) {
    use signals::SignalChange::{Expire, Insert, Update};
    match change {
        Insert(mut signal) => {
            signal.id = next_id();
            publication.inserted += 1;
            publication.rows.push(signal.clone());
            list.push(signal);
        }
        Update(signal) => {
            publication.updated += 1;
            publication.rows.push(signal.clone());
            if let Some(known) = places.get(&signal.id).and_then(|place| list.get_mut(*place)) {
                *known = signal;
            }
        }
        Expire(id) => {
            publication.expired += 1;
            if let Some(known) = places.get(&id).and_then(|place| list.get_mut(*place)) {
                known.status = SignalStatus::Expired;
                publication.rows.push(known.clone());
            }
        }
    }
}

/// The orders of a user, or of one strategy of theirs, that act on a signal, by signal.
type Acted<'a> = HashMap<SignalId, Vec<&'a Order>>;

fn acted_on(book: &Book, of: Option<StrategyName>) -> Acted<'_> {
    let mut acted = Acted::new();
    for order in book.orders().filter(|order| of.is_none_or(|of| of == order.strategy)) {
        if let Some(signal) = order.request.signal {
            acted.entry(signal).or_default().push(order);
        }
    }
    acted
}

/// Returns the status of a signal for this user. The user's orders decide it first, so that it cannot contradict
/// them; then a rejection, within the signal's window.
fn status_for(signal: &Signal, acted: &Acted<'_>, rejected: Option<&Rejections>) -> SignalStatus {
    match status_by_orders(signal, acted) {
        SignalStatus::Active if is_rejected(signal, rejected) => SignalStatus::Rejected,
        status => status,
    }
}

/// A signal that was published again in a later window is a new occasion.
fn is_rejected(signal: &Signal, rejected: Option<&Rejections>) -> bool {
    rejected.and_then(|rejected| rejected.get(&signal.id)).is_some_and(|window| *window >= signal.day)
}

fn status_by_orders(signal: &Signal, acted: &Acted<'_>) -> SignalStatus {
    // A signal that was confirmed later is a new occasion: orders of before do not count against it.
    let acted = acted.get(&signal.id).into_iter().flatten();
    let acted = acted.filter(|order| order.placed_at >= signal.published_at);
    let mut status = signal.status;
    for order in acted {
        status = match order.state {
            OrderState::Rejected if order.retryable => SignalStatus::Active,
            OrderState::Rejected | OrderState::Cancelled | OrderState::Expired if order.filled == 0 => {
                SignalStatus::Failed
            }
            _ => return SignalStatus::Traded,
        };
    }
    status
}
