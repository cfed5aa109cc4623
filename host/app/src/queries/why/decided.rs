//! What runs decided about the share, and what of it was refused.

use std::collections::{BTreeMap, BTreeSet};

use prahari_domain::actions::Shut;
use prahari_domain::ids::SignalId;
use prahari_domain::risk::RefusalCode;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{DecisionLine, DecisionRow, DecisionSearch, RunCursor};

use super::words::{self, words};
use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::queries::UserQueries;
use crate::runs::REFUSED_ORDER;
use crate::signals::REFUSED_SIGNAL;

/// Most decisions that are looked at.
const MOST_LOOKED_AT: u32 = 500;

/// Most decisions that are told, those that say the same counted as one.
const MOST_DECISIONS: usize = 50;

/// Most values that are told of what a decision went by, and most characters of them.
const MOST_VALUES: usize = 6;
const LONGEST_VALUES: usize = 200;

/// Evidence with the sentence of a refusal, as tasks and the host itself name it.
const REFUSAL: &str = "refusal";

/// Evidence with the signal that a decision is about.
const SIGNAL: &str = "signal";

impl UserQueries<'_> {
    /// The decisions of the day about the share, those that say the same as one: a task that runs each minute says so each minute.
    pub(super) async fn decided(
        &self,
        asked: &Asked,
        signals: &BTreeSet<SignalId>,
    ) -> Result<Links, AppError> {
        let search = DecisionSearch {
            symbol: Some(asked.symbol.to_string()),
            since: Some(Timestamp::start_of(asked.day)),
            until: Some(Timestamp::end_of(asked.day)),
            limit: MOST_LOOKED_AT,
            ..DecisionSearch::default()
        };
        let found = self.scope.search_decisions(search).await?;
        let (ex_dates, calendar) = (self.all.trading.jumps.ex_dates(), self.all.trading.calendar.current());
        // After the close every share is shut.
        let in_session = |at: Timestamp| asked.exchange.hours().is_some_and(|(_, close)| at < close);
        let shut = |at: Timestamp| {
            ex_dates.without_price(&asked.symbol, true, &calendar, at).filter(|_| in_session(at))
        };
        let link = |(line, times): (DecisionLine, usize)| {
            let reason = reason(&line.decision, shut(line.cursor.run.started_at));
            link((line, times), &reason, asked, signals)
        };
        let links = counted(once_each(found.items)).into_iter().map(link).collect();
        Ok(Links::newest(links, MOST_DECISIONS, StepKind::Decision, found.next.is_some()))
    }
}

/// A refusal: the run that was refused, and the sentence.
type Refused = (RunCursor, String);

/// Each refusal once and by its own code. Tasks write one down with the nearest code that their interface has; where it has none, the
/// host has written it down as well.
fn once_each(mut lines: Vec<DecisionLine>) -> Vec<DecisionLine> {
    let of_host = lines.iter().filter(|line| is_of_host(line));
    let codes: BTreeMap<Refused, String> =
        of_host.filter_map(|line| Some((refused(line)?, line.decision.reason.clone()))).collect();
    let mut repeated: BTreeSet<Refused> = BTreeSet::new();
    for line in lines.iter_mut().filter(|line| !is_of_host(line)) {
        let Some(said) = refused(line) else { continue };
        if let Some(code) = codes.get(&said) {
            line.decision.reason.clone_from(code);
            repeated.insert(said);
        }
    }
    lines.retain(|line| !is_of_host(line) || refused(line).is_none_or(|said| !repeated.contains(&said)));
    lines
}

/// Whether the host wrote it down beside the task.
fn is_of_host(line: &DecisionLine) -> bool {
    line.decision.action == REFUSED_ORDER
}

fn refused(line: &DecisionLine) -> Option<Refused> {
    Some((line.cursor.run, value(&line.decision, REFUSAL)?.to_owned()))
}

/// What makes two decisions say the same.
type Said = (Task, String, String, Option<String>);

/// The newest of those that say the same, with their number, oldest first. They come newest run first.
fn counted(lines: Vec<DecisionLine>) -> Vec<(DecisionLine, usize)> {
    let mut places: BTreeMap<Said, usize> = BTreeMap::new();
    let mut counted: Vec<(DecisionLine, usize)> = Vec::new();
    for line in lines {
        let DecisionRow { action, reason, .. } = &line.decision;
        let refusal = value(&line.decision, REFUSAL).map(str::to_owned);
        let said = (line.task, action.clone(), reason.clone(), refusal);
        let place = *places.entry(said).or_insert(counted.len());
        match counted.get_mut(place) {
            Some((_, times)) => *times += 1,
            None => counted.push((line, 1)),
        }
    }
    counted.sort_by_key(|(line, _)| (line.cursor.run, line.cursor.number));
    counted
}

/// Why a run decided so, in words. Of a demerged share that is not traded yet, tasks are told that its session is closed.
fn reason(decision: &DecisionRow, shut: Option<Shut>) -> String {
    let is_closed = decision.reason == RefusalCode::SessionClosed.name();
    match shut.filter(|_| is_closed) {
        Some(Shut::SpecialPreOpen { ex_day, until }) => {
            let until = until.ist_time().format("%H:%M");
            format!(
                "the share was not traded yet, as it is demerged on {ex_day} and its special pre-open ends at {until}"
            )
        }
        Some(Shut::NoOpen { ex_day }) => {
            format!("the share was not traded yet, as it is demerged on {ex_day} and has no open since")
        }
        Some(Shut::NotBooked { .. }) | None => words(&decision.reason),
    }
}

fn link(
    (line, times): (DecisionLine, usize),
    reason: &str,
    asked: &Asked,
    signals: &BTreeSet<SignalId>,
) -> Link {
    let DecisionLine { cursor, task, decision } = line;
    let refusal = value(&decision, REFUSAL);
    let names_signal = value(&decision, SIGNAL)
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|id| signals.contains(&SignalId(id)));
    let says = match (asked.may_trade(task), refusal.is_some() || names_signal) {
        (true, true) => Says::Stops,
        (true, false) => Says::Remarks,
        (false, _) if signals.is_empty() && asked.may_signal(task) => Says::Judges,
        (false, _) => Says::Passes,
    };
    let (title, action) = (asked.title(task), words(&decision.action));
    let (kind, found) = match refusal {
        Some(refusal) => {
            let what = what_was_refused(&decision);
            (StepKind::Gate, format!("{title} was refused {what} ({reason}): {refusal}"))
        }
        None => (StepKind::Decision, format!("{title} decided {action}: {reason}{}", values(&decision))),
    };
    let found = if times > 1 { format!("{found}; {times} times that day") } else { found };
    Link::new(kind, Some(cursor.run.started_at), found, says).of(task).about(StepSubject::Run(cursor.run.run))
}

/// What a decision with a refusal is about.
fn what_was_refused(decision: &DecisionRow) -> &'static str {
    if decision.action == REFUSED_SIGNAL { "a signal" } else { "an order" }
}

/// A value of the evidence by its name.
fn value<'a>(decision: &'a DecisionRow, name: &str) -> Option<&'a str> {
    decision.evidence.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
}

/// What a decision went by, in brackets; empty when it says nothing.
fn values(decision: &DecisionRow) -> String {
    let named = decision.evidence.iter().take(MOST_VALUES);
    let all: Vec<String> =
        named.map(|(name, text)| format!("{} {}", words(name), words::value(name, text))).collect();
    if all.is_empty() {
        return String::new();
    }
    let text = all.join(", ");
    let is_cut = text.chars().count() > LONGEST_VALUES || decision.evidence.len() > MOST_VALUES;
    let text: String = text.chars().take(LONGEST_VALUES).collect();
    let rest = if is_cut { ", ..." } else { "" };
    format!(" ({text}{rest})")
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::RunId;
    use prahari_store::NoteCursor;

    use super::*;

    fn line(run: u64, reason: &str, evidence: &[(&str, &str)]) -> DecisionLine {
        let at = Timestamp(run.cast_signed());
        let evidence = evidence.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        DecisionLine {
            cursor: NoteCursor { run: RunCursor { started_at: at, run: RunId(run) }, number: 0 },
            task: Task::literal("each_minute"),
            decision: DecisionRow {
                symbol: "TCS".to_owned(),
                action: "hold".to_owned(),
                reason: reason.to_owned(),
                evidence: evidence.collect(),
            },
        }
    }

    #[test]
    fn decisions_that_say_the_same_are_told_once_as_the_newest() {
        let lines = vec![
            line(5, "target_stands", &[("price", "5")]),
            line(4, "too_dear", &[]),
            line(3, "target_stands", &[("price", "3")]),
            line(2, "target_stands", &[("refusal", "no money")]),
        ];
        let told: Vec<(u64, usize)> =
            counted(lines).into_iter().map(|(line, times)| (line.cursor.run.run.0, times)).collect();
        assert_eq!(told, [(2, 1), (4, 1), (5, 2)]);
    }

    #[test]
    fn a_refusal_that_the_host_wrote_down_too_is_told_once_with_its_own_code() {
        let of_host = |run: u64, refusal: &str| {
            let line = line(run, "symbol_halted", &[("refusal", refusal)]);
            DecisionLine {
                decision: DecisionRow { action: REFUSED_ORDER.to_owned(), ..line.decision },
                ..line
            }
        };
        let of_task = |run, refusal| line(run, "symbol_refused", &[("price", "5"), ("refusal", refusal)]);
        let lines = vec![
            // Told by the host alone, of another run and with another sentence.
            of_host(3, "it is halted"),
            of_host(2, "it is halted"),
            of_task(2, "it is halted"),
            of_task(2, "it is not listed"),
            line(2, "too_dear", &[]),
            of_task(1, "it is halted"),
        ];
        let told: Vec<(u64, String, String)> = once_each(lines)
            .into_iter()
            .map(|line| (line.cursor.run.run.0, line.decision.action, line.decision.reason))
            .collect();
        let expected = [
            (3, REFUSED_ORDER, "symbol_halted"),
            (2, "hold", "symbol_halted"),
            (2, "hold", "symbol_refused"),
            (2, "hold", "too_dear"),
            (1, "hold", "symbol_refused"),
        ];
        assert_eq!(told, expected.map(|(run, action, reason)| (run, action.to_owned(), reason.to_owned())));
    }

    #[test]
    fn of_a_demerged_share_that_is_not_traded_yet_no_closed_session_is_told() {
        let closed = line(1, "session_closed", &[]).decision;
        assert_eq!(reason(&closed, None), "session closed");
        let ex_day = "2025-03-11".parse().unwrap();
        let shut = Shut::SpecialPreOpen { ex_day, until: Timestamp::start_of(ex_day).plus_minutes(600) };
        let said = "the share was not traded yet, as it is demerged on 2025-03-11 and its special pre-open ends at 10:00";
        assert_eq!(reason(&closed, Some(shut.clone())), said);
        let no_open = "the share was not traded yet, as it is demerged on 2025-03-11 and has no open since";
        assert_eq!(reason(&closed, Some(Shut::NoOpen { ex_day })), no_open);
        assert_eq!(reason(&line(1, "too_dear", &[]).decision, Some(shut)), "too dear");
    }

    #[test]
    fn a_refused_signal_is_told_as_one() {
        let order = line(1, "symbol_halted", &[("refusal", "it jumped")]).decision;
        assert_eq!(what_was_refused(&order), "an order");
        let signal = DecisionRow { action: REFUSED_SIGNAL.to_owned(), ..order };
        assert_eq!(what_was_refused(&signal), "a signal");
    }

    #[test]
    fn what_a_decision_went_by_is_bounded() {
        assert_eq!(values(&line(1, "x", &[]).decision), "");
        let two = line(1, "x", &[("last_close", "9.00"), ("rsi", "27")]);
        assert_eq!(values(&two.decision), " (last close ₹9.00, RSI 27)");
        let long = "9".repeat(300);
        let long = values(&line(1, "x", &[("price", &long)]).decision);
        assert!(long.chars().count() < LONGEST_VALUES + 20 && long.ends_with(", ...)"), "{long}");
    }
}
