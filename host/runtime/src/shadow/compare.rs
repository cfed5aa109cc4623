//! What two runs did, side by side.

use std::collections::{BTreeMap, BTreeSet};

use crate::abi::latest::{TaskError, decision, log};
use crate::call::HostCall;
use crate::outcome::RunOutcome;
use crate::recording::RecordedCall;
use crate::replay::same;

use super::terms::Terms;
use super::trade::{Trade, Traded, trades};
use super::{Minor, OrderLine, TradeMatch};

/// First difference in the effects or the outcome of two runs.
pub(super) struct Divergence {
    /// Index of the candidate's call, or of the recorded call that it left out; the first is 0. Where only the
    /// outcome differs, the number of the candidate's calls.
    pub call: usize,
    /// What differs, one sentence.
    pub sentence: String,
}

/// Effects of a run, by kind of call.
pub(super) struct RunEffects<'a> {
    trades: Vec<Traded>,
    /// State that the run leaves; empty when it failed.
    kept: BTreeMap<&'a str, (usize, Option<&'a [u8]>)>,
    notices: Vec<(usize, &'a HostCall)>,
    publications: Vec<(usize, &'a HostCall)>,
    decisions: Vec<&'a decision::Entry>,
    log: Vec<(log::Level, &'a str)>,
    outcome: &'a RunOutcome,
    calls: usize,
}

impl<'a> RunEffects<'a> {
    pub(super) fn of(calls: &'a [RecordedCall], outcome: &'a RunOutcome) -> Self {
        let mut effects = Self {
            trades: trades(calls),
            kept: BTreeMap::new(),
            notices: Vec::new(),
            publications: Vec::new(),
            decisions: Vec::new(),
            log: Vec::new(),
            outcome,
            calls: calls.len(),
        };
        for (at, recorded) in calls.iter().enumerate() {
            match &recorded.call {
                HostCall::SetState { entries } if outcome.is_success() => {
                    let entries = entries.iter();
                    effects.kept.extend(entries.map(|it| (it.key.as_str(), (at, it.value.as_deref()))));
                }
                call @ HostCall::Notify { .. } => effects.notices.push((at, call)),
                call @ HostCall::PublishSignals { .. } => effects.publications.push((at, call)),
                HostCall::RecordDecisions { entries } => effects.decisions.extend(entries),
                HostCall::Log { level, message } => effects.log.push((*level, message)),
                _ => {}
            }
        }
        effects
    }

    /// The first difference that matters, in the order of the candidate's calls.
    pub(super) fn divergence(&self, candidate: &Self, lines: &[OrderLine]) -> Option<Divergence> {
        let found = [
            self.first_trade(candidate, lines),
            self.first_kept(candidate),
            first_call(&self.notices, &candidate.notices, "another message to the user"),
            first_call(&self.publications, &candidate.publications, "another publication of signals"),
        ];
        let first = found.into_iter().flatten().min_by_key(|divergence| divergence.call);
        first.or_else(|| self.other_end(candidate))
    }

    /// Differences of what is only told: the summary, decisions and log lines.
    pub(super) fn minor(&self, candidate: &Self) -> Vec<Minor> {
        let mut minor = Vec::new();
        if !same(self.outcome, candidate.outcome) {
            minor.push(Minor::Summary);
        }
        if !same(&self.decisions, &candidate.decisions) {
            minor.push(Minor::Decisions);
        }
        if !same(&self.log, &candidate.log) {
            minor.push(Minor::Log);
        }
        minor
    }

    /// Order by order, in the candidate's order; then what it left out. `reached` says whether it came to its own end.
    pub(super) fn lines(&self, candidate: &Self, terms: &Terms, reached: bool) -> Vec<OrderLine> {
        let partners = partners(&self.trades, &candidate.trades);
        let mut furthest = None;
        let mut lines = Vec::new();
        for (traded, partner) in candidate.trades.iter().zip(&partners) {
            let recorded = partner.and_then(|index| self.trades.get(index));
            let in_order = *partner >= furthest;
            furthest = furthest.max(*partner);
            let standing = match (recorded, refusal(traded, terms)) {
                (Some(recorded), refusal) if recorded.trade.is(&traded.trade) => match refusal {
                    Some(reason) if !recorded.was_refused() => TradeMatch::Refused(reason),
                    None if recorded.refusal_of_gate().is_some() => TradeMatch::Allowed,
                    _ if in_order => TradeMatch::Same,
                    _ => TradeMatch::Moved,
                },
                (_, Some(reason)) => TradeMatch::Refused(reason),
                (Some(_), None) => TradeMatch::Other,
                (None, None) => TradeMatch::Added,
            };
            lines.push(line(recorded, Some(traded), standing));
        }
        let left_out = self.trades.iter().enumerate().filter(|(index, _)| !partners.contains(&Some(*index)));
        let standing = if reached { TradeMatch::Missing } else { TradeMatch::NotReached };
        lines.extend(left_out.map(|(_, recorded)| line(Some(recorded), None, standing.clone())));
        lines
    }

    fn first_trade(&self, candidate: &Self, lines: &[OrderLine]) -> Option<Divergence> {
        let first = lines.iter().position(|line| line.standing != TradeMatch::Same)?;
        // The lines begin with the candidate's trades; what it left out has only its recorded place.
        let of_candidate = candidate.trades.get(first).map(|traded| traded.call);
        let recorded = |line: &OrderLine| {
            self.trades.iter().find(|traded| line.recorded.as_ref().is_some_and(|it| it.is(&traded.trade)))
        };
        let line = lines.get(first)?;
        let call = of_candidate.or_else(|| recorded(line).map(|traded| traded.call))?;
        Some(Divergence { call, sentence: line.to_string() })
    }

    /// A run that fails keeps nothing; then its end is the difference.
    fn first_kept(&self, candidate: &Self) -> Option<Divergence> {
        if !ends_alike(self.outcome, candidate.outcome) {
            return None;
        }
        let value =
            |effects: &Self, key: &str| effects.kept.get(key).map(|(_, value)| value.map(<[u8]>::to_vec));
        let keys: BTreeSet<&str> = self.kept.keys().chain(candidate.kept.keys()).copied().collect();
        let differing = keys.into_iter().filter(|key| value(self, key) != value(candidate, key));
        let indices = differing.filter_map(|key| {
            let index = candidate.kept.get(key).or_else(|| self.kept.get(key))?.0;
            Some((index, key))
        });
        let (call, key) = indices.min_by_key(|(index, _)| *index)?;
        Some(Divergence { call, sentence: format!("it remembers something else under {key:?}") })
    }

    fn other_end(&self, candidate: &Self) -> Option<Divergence> {
        (!ends_alike(self.outcome, candidate.outcome)).then(|| Divergence {
            call: candidate.calls,
            sentence: format!("it ended as {} instead of {}", end(candidate.outcome), end(self.outcome)),
        })
    }
}

/// Returns whether two ends mean the same for everybody but a reader of their texts.
pub(super) fn ends_alike(left: &RunOutcome, right: &RunOutcome) -> bool {
    match (left, right) {
        (RunOutcome::TaskFailed(left), RunOutcome::TaskFailed(right)) => match (left, right) {
            (TaskError::Denied(left), TaskError::Denied(right)) => left == right,
            _ => std::mem::discriminant(left) == std::mem::discriminant(right),
        },
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

fn end(outcome: &RunOutcome) -> String {
    format!("{} ({})", outcome.name(), outcome.detail())
}

fn line(recorded: Option<&Traded>, candidate: Option<&Traded>, standing: TradeMatch) -> OrderLine {
    let trade = |traded: &Traded| traded.trade.clone();
    OrderLine { recorded: recorded.map(trade), candidate: candidate.map(trade), standing }
}

fn refusal(traded: &Traded, terms: &Terms) -> Option<String> {
    terms.refusal(&traded.trade).map(|refusal| refusal.detail).or_else(|| traded.refusal_of_gate())
}

/// Returns for each of the candidate's trades the recorded trade to compare it with: an equal one, else one of
/// the same symbol or order, else one of the same kind.
fn partners(recorded: &[Traded], candidate: &[Traded]) -> Vec<Option<usize>> {
    let mut partners = vec![None; candidate.len()];
    let mut taken = vec![false; recorded.len()];
    let fits: [fn(&Trade, &Trade) -> bool; 3] =
        [Trade::is, |left, right| left.is_like(right) && left.subject() == right.subject(), Trade::is_like];
    for fits in fits {
        for (partner, traded) in partners.iter_mut().zip(candidate).filter(|(partner, _)| partner.is_none()) {
            let mut free = recorded.iter().enumerate().zip(taken.iter_mut()).filter(|(_, taken)| !**taken);
            if let Some(((index, _), taken)) = free.find(|((_, it), _)| fits(&it.trade, &traded.trade)) {
                *taken = true;
                *partner = Some(index);
            }
        }
    }
    partners
}

fn first_call(
    recorded: &[(usize, &HostCall)],
    candidate: &[(usize, &HostCall)],
    what: &str,
) -> Option<Divergence> {
    let count = recorded.len().max(candidate.len());
    let parted = |index: &usize| match (recorded.get(*index), candidate.get(*index)) {
        (Some((_, left)), Some((_, right))) => !same(left, right),
        _ => true,
    };
    let index = (0..count).find(parted)?;
    let (call, sentence) = match (recorded.get(index), candidate.get(index)) {
        (_, Some((call, it))) => (*call, format!("{}: {what}", it.function())),
        (Some((call, it)), None) => (*call, format!("{}: it was recorded and is missing", it.function())),
        (None, None) => return None,
    };
    Some(Divergence { call, sentence })
}
