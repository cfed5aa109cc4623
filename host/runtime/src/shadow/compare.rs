//! What two runs did, side by side.

use std::collections::{BTreeMap, BTreeSet};

use crate::abi::latest::{TaskError, decision, log};
use crate::call::HostCall;
use crate::outcome::RunOutcome;
use crate::recording::RecordedCall;
use crate::replay::same;

use super::terms::Terms;
use super::trade::{Trade, Traded, trades};
use super::{Minor, OrderLine, Standing};

/// Where two runs part.
pub(super) struct Parting {
    /// The call, from 0.
    pub call: usize,
    /// What is different there.
    pub sentence: String,
}

/// The calls of a run by what they are good for.
pub(super) struct Deeds<'a> {
    trades: Vec<Traded>,
    /// What it leaves in its memory; nothing when it failed.
    kept: BTreeMap<&'a str, (usize, Option<&'a [u8]>)>,
    notices: Vec<(usize, &'a HostCall)>,
    publications: Vec<(usize, &'a HostCall)>,
    decisions: Vec<&'a decision::Entry>,
    log: Vec<(log::Level, &'a str)>,
    outcome: &'a RunOutcome,
    calls: usize,
}

impl<'a> Deeds<'a> {
    pub(super) fn of(calls: &'a [RecordedCall], outcome: &'a RunOutcome) -> Self {
        let mut deeds = Self {
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
                    deeds.kept.extend(entries.map(|it| (it.key.as_str(), (at, it.value.as_deref()))));
                }
                call @ HostCall::Notify { .. } => deeds.notices.push((at, call)),
                call @ HostCall::PublishSignals { .. } => deeds.publications.push((at, call)),
                HostCall::RecordDecisions { entries } => deeds.decisions.extend(entries),
                HostCall::Log { level, message } => deeds.log.push((*level, message)),
                _ => {}
            }
        }
        deeds
    }

    /// The first difference that matters, in the order of the candidate's calls.
    pub(super) fn parting(&self, candidate: &Self, lines: &[OrderLine]) -> Option<Parting> {
        let found = [
            self.first_trade(candidate, lines),
            self.first_kept(candidate),
            first_call(&self.notices, &candidate.notices, "another message to the user"),
            first_call(&self.publications, &candidate.publications, "another publication of signals"),
        ];
        let first = found.into_iter().flatten().min_by_key(|parting| parting.call);
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
            let recorded = partner.and_then(|place| self.trades.get(place));
            let in_order = *partner >= furthest;
            furthest = furthest.max(*partner);
            let standing = match (recorded, refusal(traded, terms)) {
                (Some(recorded), refusal) if recorded.trade.is(&traded.trade) => match refusal {
                    Some(reason) if !recorded.was_refused() => Standing::Refused(reason),
                    None if recorded.refusal_of_gate().is_some() => Standing::Allowed,
                    _ if in_order => Standing::Same,
                    _ => Standing::Moved,
                },
                (_, Some(reason)) => Standing::Refused(reason),
                (Some(_), None) => Standing::Other,
                (None, None) => Standing::Added,
            };
            lines.push(line(recorded, Some(traded), standing));
        }
        let left_out = self.trades.iter().enumerate().filter(|(place, _)| !partners.contains(&Some(*place)));
        let standing = if reached { Standing::Missing } else { Standing::NotReached };
        lines.extend(left_out.map(|(_, recorded)| line(Some(recorded), None, standing.clone())));
        lines
    }

    fn first_trade(&self, candidate: &Self, lines: &[OrderLine]) -> Option<Parting> {
        let first = lines.iter().position(|line| line.standing != Standing::Same)?;
        // The lines begin with the candidate's trades; what it left out has only its recorded place.
        let of_candidate = candidate.trades.get(first).map(|traded| traded.call);
        let recorded = |line: &OrderLine| {
            self.trades.iter().find(|traded| line.recorded.as_ref().is_some_and(|it| it.is(&traded.trade)))
        };
        let line = lines.get(first)?;
        let call = of_candidate.or_else(|| recorded(line).map(|traded| traded.call))?;
        Some(Parting { call, sentence: line.to_string() })
    }

    /// A run that fails keeps nothing; then its end is the difference.
    fn first_kept(&self, candidate: &Self) -> Option<Parting> {
        if !ends_alike(self.outcome, candidate.outcome) {
            return None;
        }
        let value = |deeds: &Self, key: &str| deeds.kept.get(key).map(|(_, value)| value.map(<[u8]>::to_vec));
        let keys: BTreeSet<&str> = self.kept.keys().chain(candidate.kept.keys()).copied().collect();
        let differing = keys.into_iter().filter(|key| value(self, key) != value(candidate, key));
        let places = differing.filter_map(|key| {
            let place = candidate.kept.get(key).or_else(|| self.kept.get(key))?.0;
            Some((place, key))
        });
        let (call, key) = places.min_by_key(|(place, _)| *place)?;
        Some(Parting { call, sentence: format!("it remembers something else under {key:?}") })
    }

    fn other_end(&self, candidate: &Self) -> Option<Parting> {
        (!ends_alike(self.outcome, candidate.outcome)).then(|| Parting {
            call: candidate.calls,
            sentence: format!("it ended as {} instead of {}", end(candidate.outcome), end(self.outcome)),
        })
    }
}

/// Whether two ends mean the same for everybody but a reader of their texts.
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

fn line(recorded: Option<&Traded>, candidate: Option<&Traded>, standing: Standing) -> OrderLine {
    let trade = |traded: &Traded| traded.trade.clone();
    OrderLine { recorded: recorded.map(trade), candidate: candidate.map(trade), standing }
}

fn refusal(traded: &Traded, terms: &Terms) -> Option<String> {
    terms.refusal(&traded.trade).map(|refusal| refusal.detail).or_else(|| traded.refusal_of_gate())
}

/// For each of the candidate's trades the recorded one to lay beside it: an equal one, else one about the same symbol or
/// order, else one of the same kind.
fn partners(recorded: &[Traded], candidate: &[Traded]) -> Vec<Option<usize>> {
    let mut partners = vec![None; candidate.len()];
    let mut taken = vec![false; recorded.len()];
    let fits: [fn(&Trade, &Trade) -> bool; 3] =
        [Trade::is, |left, right| left.is_like(right) && left.subject() == right.subject(), Trade::is_like];
    for fits in fits {
        for (partner, traded) in partners.iter_mut().zip(candidate).filter(|(partner, _)| partner.is_none()) {
            let mut free = recorded.iter().enumerate().zip(taken.iter_mut()).filter(|(_, taken)| !**taken);
            if let Some(((place, _), taken)) = free.find(|((_, it), _)| fits(&it.trade, &traded.trade)) {
                *taken = true;
                *partner = Some(place);
            }
        }
    }
    partners
}

fn first_call(
    recorded: &[(usize, &HostCall)],
    candidate: &[(usize, &HostCall)],
    what: &str,
) -> Option<Parting> {
    let count = recorded.len().max(candidate.len());
    let parted = |place: &usize| match (recorded.get(*place), candidate.get(*place)) {
        (Some((_, left)), Some((_, right))) => !same(left, right),
        _ => true,
    };
    let place = (0..count).find(parted)?;
    let (call, sentence) = match (recorded.get(place), candidate.get(place)) {
        (_, Some((call, it))) => (*call, format!("{}: {what}", it.function())),
        (Some((call, it)), None) => (*call, format!("{}: it was recorded and is missing", it.function())),
        (None, None) => return None,
    };
    Some(Parting { call, sentence })
}
