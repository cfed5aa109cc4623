//! Merging a run's findings into the signals that are kept.

use std::collections::{HashMap, HashSet};

use crate::calendar::Calendar;
use crate::ids::SignalId;
use crate::instruments::Symbol;
use crate::time::{Day, Timestamp};

use super::{Signal, SignalDraft, SignalKind, SignalScope, SignalStatus, expires_at};

/// Effect of a publication on the stored signals.
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
/// * Findings are written at any hour of a trading day, shared ones except where [`untouched`] says otherwise. When nothing is
///   written, every draft is skipped.
/// * Shared findings rest on complete bars, so those of before the close rest on the session before. They end with trading
///   on the day after that session, whenever they were found: no evening buys on bars of two days ago.
/// * What a draft is about (for shared ones the symbol, for personal ones symbol and kind) has one active signal. A draft
///   on it updates that signal, or is skipped when it says the same in the same window or on the same bars.
/// * A finding that was traded, rejected or has failed is not published again within its window or on the same bars; later it
///   is.
/// * Active signals whose time is over expire, except those that are found again in their window. For shared findings the
///   drafts are complete: an active one that is not among them expires too.
/// * Of several drafts on the same thing the first counts. Drafts of a kind that does not belong to the scope are skipped.
pub fn merge(
    existing: &[Signal],
    drafts: Vec<SignalDraft>,
    now: Timestamp,
    calendar: &Calendar,
    scope: SignalScope,
) -> Merged {
    let skipped = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
    let Some((window, expires_at)) = times(now, calendar, scope) else {
        return Merged { changes: Vec::new(), skipped };
    };
    let latest = latest(existing, now, window);
    let mut merger = Merger { existing, latest, now, window, expires_at, merged: Merged::default() };
    let drafts = merger.distinct(drafts, scope);
    merger.expire(&drafts, scope);
    for draft in drafts {
        merger.publish(draft);
    }
    merger.merged
}

/// Why findings for everybody change nothing at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untouched {
    /// Nothing has changed since the last session.
    ClosedDay(Day),
    /// The session is over and its bars are not complete: what rests on the bars before has just ended.
    UntilBarsAreComplete(Timestamp),
}

/// Why findings for everybody change nothing now; `None` when they are written.
pub fn untouched(now: Timestamp, calendar: &Calendar) -> Option<Untouched> {
    let day = now.ist_day();
    let close = calendar.trading_day(day).ok().and_then(|today| today.hours()).map(|(_, close)| close);
    let complete = calendar.bars_complete_at(day);
    match close.zip(complete) {
        None => Some(Untouched::ClosedDay(day)),
        Some((close, complete)) if (close..complete).contains(&now) => {
            Some(Untouched::UntilBarsAreComplete(complete))
        }
        Some(_) => None,
    }
}

/// The window of what is found now and when it ends; `None` when nothing is written.
fn times(now: Timestamp, calendar: &Calendar, scope: SignalScope) -> Option<(Day, Timestamp)> {
    let window = calendar.signal_window(now).ok()?;
    let session = match scope {
        SignalScope::Shared if untouched(now, calendar).is_some() => return None,
        SignalScope::Shared => calendar.newest_complete_session(now).ok()?,
        SignalScope::Personal(_) if !calendar.is_open_on(now.ist_day()) => return None,
        SignalScope::Personal(_) => window,
    };
    Some((window, expires_at(session, calendar)))
}

fn latest(existing: &[Signal], now: Timestamp, window: Day) -> HashMap<Subject<'_>, &Signal> {
    let mut latest: HashMap<Subject<'_>, &Signal> = HashMap::new();
    for signal in existing.iter().filter(|signal| signal.expires_at > now || signal.day == window) {
        let newest = latest.entry(Subject::from(&signal.draft)).or_insert(signal);
        if signal.id >= newest.id {
            *newest = signal;
        }
    }
    latest
}

/// What a finding is about: two with the same subject are findings on the same thing.
#[derive(PartialEq, Eq, Hash)]
struct Subject<'a> {
    symbol: &'a Symbol,
    kind: SubjectKind,
}

#[derive(PartialEq, Eq, Hash)]
enum SubjectKind {
    Buy,
    Reentry { level: u8, cycle: u32 },
    Exit,
}

impl<'a> From<&'a SignalDraft> for Subject<'a> {
    fn from(draft: &'a SignalDraft) -> Self {
        let kind = match &draft.kind {
            SignalKind::Buy | SignalKind::StrongBuy => SubjectKind::Buy,
            SignalKind::Reentry { level, cycle } => SubjectKind::Reentry { level: *level, cycle: *cycle },
            SignalKind::Exit(_) => SubjectKind::Exit,
        };
        Self { symbol: &draft.symbol, kind }
    }
}

struct Merger<'a> {
    existing: &'a [Signal],
    /// The newest signal of each subject whose time is not over, or whose window goes on.
    latest: HashMap<Subject<'a>, &'a Signal>,
    now: Timestamp,
    window: Day,
    expires_at: Timestamp,
    merged: Merged,
}

impl Merger<'_> {
    fn distinct(&mut self, drafts: Vec<SignalDraft>, scope: SignalScope) -> Vec<SignalDraft> {
        let belongs = |draft: &SignalDraft| draft.kind.is_shared() == (scope == SignalScope::Shared);
        let mut seen = HashSet::with_capacity(drafts.len());
        let kept: Vec<bool> =
            drafts.iter().map(|draft| belongs(draft) && seen.insert(Subject::from(draft))).collect();
        drop(seen);
        let all = drafts.len();
        let kept: Vec<SignalDraft> =
            drafts.into_iter().zip(kept).filter_map(|(draft, kept)| kept.then_some(draft)).collect();
        let skipped = u32::try_from(all - kept.len()).unwrap_or(u32::MAX);
        self.merged.skipped = self.merged.skipped.saturating_add(skipped);
        kept
    }

    fn expire(&mut self, drafts: &[SignalDraft], scope: SignalScope) {
        let found: HashSet<Subject<'_>> = drafts.iter().map(Subject::from).collect();
        for signal in self.existing.iter().filter(|signal| signal.status == SignalStatus::Active) {
            let confirmed = found.contains(&Subject::from(&signal.draft));
            let dropped = scope == SignalScope::Shared && !confirmed;
            let renewed = confirmed && signal.day == self.window;
            if dropped || (self.is_over(signal) && !renewed) {
                self.merged.changes.push(SignalChange::Expire(signal.id));
            }
        }
    }

    fn publish(&mut self, draft: SignalDraft) {
        let latest = self.latest.get(&Subject::from(&draft)).copied();
        let (window, published_at, expires_at) = (self.window, self.now, self.expires_at);
        let fresh = |id, day, draft| Signal {
            id,
            status: SignalStatus::Active,
            published_at,
            day,
            expires_at,
            draft,
        };
        // What ends at the same time rests on the same bars.
        let same_bars = latest.is_some_and(|known| known.expires_at == expires_at);
        let same_occasion =
            latest.is_some_and(|known| same_bars || (known.day == window && !self.is_over(known)));
        let change = match latest {
            Some(known) if known.status == SignalStatus::Active => {
                // On the same bars it stays in its window, so that what users said of it there holds.
                let day = if same_bars { known.day } else { window };
                let is_new = !same_occasion || known.draft != draft;
                is_new.then(|| SignalChange::Update(fresh(known.id, day, draft)))
            }
            Some(known) if known.status != SignalStatus::Expired && (same_bars || known.day == window) => {
                None
            }
            _ => Some(SignalChange::Insert(fresh(SignalId(0), window, draft))),
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
