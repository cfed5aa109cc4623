//! Merging a run's findings into the signals that are kept.

use crate::calendar::Calendar;
use crate::ids::SignalId;
use crate::time::{Day, Timestamp};

use super::{Signal, SignalDraft, SignalKind, SignalScope, SignalStatus, expires_at};

/// What a publication does to the kept signals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// The changes, in the order of the drafts; expiries come first.
    pub changes: Vec<SignalChange>,
    /// Drafts that changed nothing.
    pub skipped: u32,
}

/// One change of the kept signals.
#[derive(Debug, Clone, PartialEq)]
pub enum SignalChange {
    /// A new signal; its id is still to be given.
    Insert(Signal),
    /// A kept signal as it is from now on.
    Update(Signal),
    /// A kept signal that no longer stands.
    Expire(SignalId),
}

/// Merges drafts into the existing signals of a scope.
///
/// * Shared findings are written on trading days before 09:00 or from 16:00, personal ones at any hour of a trading day;
///   at other times every draft is skipped and nothing changes.
/// * What a draft is about (for shared ones the symbol, for personal ones symbol and kind) has one active signal. A draft
///   on it updates that signal, or is skipped when it says the same in the same window.
/// * A finding that was traded, rejected or has failed is not published again within its window; later it is.
/// * Active signals whose time is over expire. For shared findings the drafts are complete: an active one that is not
///   among them expires too.
/// * Of several drafts on the same thing the first counts. Drafts of a kind that does not belong to the scope are skipped.
pub fn merge(
    existing: &[Signal],
    drafts: Vec<SignalDraft>,
    now: Timestamp,
    calendar: &Calendar,
    scope: SignalScope,
) -> Merged {
    let skipped = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
    let window = match calendar.signal_window(now) {
        Ok(window) if may_write(now, calendar, scope) => window,
        _ => return Merged { changes: Vec::new(), skipped },
    };
    let mut merger =
        Merger { existing, now, window, expires_at: expires_at(window, calendar), merged: Merged::default() };
    let drafts = merger.distinct(drafts, scope);
    merger.expire(&drafts, scope);
    for draft in drafts {
        merger.publish(draft);
    }
    merger.merged
}

fn may_write(now: Timestamp, calendar: &Calendar, scope: SignalScope) -> bool {
    match scope {
        SignalScope::Shared => calendar.analysis_may_write(now),
        SignalScope::Personal(_) => calendar.is_open_on(now.ist_day()),
    }
}

/// Whether two findings are about the same thing.
fn same_subject(a: &SignalDraft, b: &SignalDraft) -> bool {
    let kinds = match (&a.kind, &b.kind) {
        (SignalKind::Exit(_), SignalKind::Exit(_)) => true,
        (a, b) if a.is_shared() && b.is_shared() => true,
        (a, b) => a == b,
    };
    kinds && a.symbol == b.symbol
}

struct Merger<'a> {
    existing: &'a [Signal],
    now: Timestamp,
    window: Day,
    expires_at: Timestamp,
    merged: Merged,
}

impl Merger<'_> {
    fn distinct(&mut self, drafts: Vec<SignalDraft>, scope: SignalScope) -> Vec<SignalDraft> {
        let mut kept: Vec<SignalDraft> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let belongs = draft.kind.is_shared() == (scope == SignalScope::Shared);
            if belongs && !kept.iter().any(|earlier| same_subject(earlier, &draft)) {
                kept.push(draft);
            } else {
                self.merged.skipped += 1;
            }
        }
        kept
    }

    fn expire(&mut self, drafts: &[SignalDraft], scope: SignalScope) {
        for signal in self.existing.iter().filter(|signal| signal.status == SignalStatus::Active) {
            let confirmed = drafts.iter().any(|draft| same_subject(draft, &signal.draft));
            let dropped = scope == SignalScope::Shared && !confirmed;
            if dropped || self.is_over(signal) {
                self.merged.changes.push(SignalChange::Expire(signal.id));
            }
        }
    }

    fn publish(&mut self, draft: SignalDraft) {
        let about = self.existing.iter().filter(|signal| same_subject(&signal.draft, &draft));
        let latest = about.filter(|signal| !self.is_over(signal)).max_by_key(|signal| signal.id);
        let (window, published_at, expires_at) = (self.window, self.now, self.expires_at);
        let fresh = |id, draft| Signal {
            id,
            status: SignalStatus::Active,
            published_at,
            day: window,
            expires_at,
            draft,
        };
        let change = match latest {
            Some(known) if known.status == SignalStatus::Active => (known.day != window
                || known.draft != draft)
                .then(|| SignalChange::Update(fresh(known.id, draft))),
            Some(known) if known.status != SignalStatus::Expired && known.day == window => None,
            _ => Some(SignalChange::Insert(fresh(SignalId(0), draft))),
        };
        match change {
            Some(change) => self.merged.changes.push(change),
            None => self.merged.skipped += 1,
        }
    }

    fn is_over(&self, signal: &Signal) -> bool {
        signal.expires_at <= self.now
    }
}
