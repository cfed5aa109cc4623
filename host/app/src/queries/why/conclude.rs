//! Where the chain ended: the first link that nothing went on from, told by what the later links say.
//!
//! An order is the end of every chain, whatever became of it. Without one, a decision about a signal of the day or a refusal is as far as it came. Before
//! that the first missing thing counts: bar, signal, halt, run.

use std::collections::BTreeSet;

use prahari_domain::orders::Side;

use super::{Asked, Link, Links, Says, StepKind, WhyNoTrade, WhyStep};

/// What was found at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    pub has_runs: bool,
    /// Whether it is known that the service was turned on or off by then.
    pub has_service: bool,
    /// Whether a signal, a decision or an order names the share.
    pub is_named: bool,
}

/// The answer of these links, which come in the order of the chain.
pub(super) fn conclude(asked: Asked, evidence: Evidence, all: [Links; 6]) -> WhyNoTrade {
    let mut left_out: Vec<StepKind> = all.iter().filter_map(|links| links.cut).collect();
    left_out.dedup();
    let mut links: Vec<Link> = all.into_iter().flat_map(|links| links.links).collect();
    let ordered = ordered(&links);
    let is_ordered = ordered.is_some();
    let conclusion = match ordered.or_else(|| unknown(&asked, evidence)) {
        None => end(&asked, &mut links),
        Some(told) => {
            links.retain(|_| is_ordered);
            told
        }
    };
    let steps: Vec<WhyStep> = links.into_iter().map(|link| link.step).collect();
    WhyNoTrade { symbol: asked.symbol, day: asked.day, conclusion, ordered: is_ordered, steps, left_out }
}

/// What was ordered and what became of it, buys before sells: of each the newest order that came to something, else the newest.
fn ordered(links: &[Link]) -> Option<String> {
    let newest = |says: Says| links.iter().rev().find(|link| link.says == says);
    let of = |side: Side| newest(Says::Ordered(side)).or_else(|| newest(Says::OrderedInVain(side)));
    let told: Vec<&str> =
        [Side::Buy, Side::Sell].into_iter().filter_map(of).map(|link| link.step.found.as_str()).collect();
    (!told.is_empty()).then(|| format!("it was ordered: {}", told.join("; and ")))
}

/// Why nothing can be said of the day; none when something can. What was not found is no step then.
fn unknown(asked: &Asked, evidence: Evidence) -> Option<String> {
    if evidence.is_named || evidence.has_runs {
        return None;
    }
    let Asked { day, symbol, .. } = asked;
    let days = asked.kept.signals_days.min(asked.kept.decisions_days);
    if *day > asked.now.ist_day() {
        Some(format!("nothing is known of {day}: it has not begun"))
    } else if let Some(outside) = &asked.outside {
        Some(format!("nothing is known of {day}: {outside}"))
    } else if !asked.exchange.open {
        Some(format!("nothing was ordered: the exchange was closed on {day}, {}", asked.exchange.note))
    } else if asked.may_be_forgotten(days) {
        Some(format!(
            "nothing is known of {symbol} on {day} any more: what would say it is kept for {days} days"
        ))
    } else if !evidence.has_service {
        Some(format!(
            "nothing is known of {symbol} on {day}: there is no signal, and the service of this user had never been on"
        ))
    } else {
        None
    }
}

/// Marks the step at which the chain ended and says so.
fn end(asked: &Asked, links: &mut [Link]) -> String {
    let remark =
        links.iter().rev().find(|link| link.says == Says::Remarks).map(|link| link.step.found.clone());
    let judged = judged(links);
    let Some(place) = place(links) else {
        return silence(asked);
    };
    let Some(link) = links.get_mut(place) else { return String::new() };
    link.step.stops = true;
    let WhyStep { kind, found, .. } = &link.step;
    match (kind, remark) {
        (StepKind::Signal, Some(remark)) => {
            format!(
                "nothing was ordered: {found}{judged}, and the last word of a task that may trade is: {remark}"
            )
        }
        (StepKind::Signal, None) => format!("nothing was ordered: {found}{judged}"),
        _ => format!("nothing was ordered: {found}"),
    }
}

/// The last word of each task that may publish signals, oldest first, as the rest of a sentence; empty where none said anything.
fn judged(links: &[Link]) -> String {
    let mut tasks = BTreeSet::new();
    let newest = links.iter().rev().filter(|link| link.says == Says::Judges && tasks.insert(link.step.task));
    let mut told: Vec<&str> = newest.map(|link| link.step.found.as_str()).collect();
    told.reverse();
    if told.is_empty() { String::new() } else { format!("; {}", told.join("; ")) }
}

/// What is said when every link went on and none is an order.
fn silence(asked: &Asked) -> String {
    let days = asked.kept.decisions_days;
    if asked.may_be_forgotten(days) {
        return format!(
            "nothing was ordered, and what would say why may be gone: decisions are kept for {days} days"
        );
    }
    format!("nothing was ordered, and no task that may trade said anything of {}", asked.symbol)
}

/// The place of the link at which the chain ended.
fn place(links: &[Link]) -> Option<usize> {
    let at =
        |link: &Link, says: Says, kinds: &[StepKind]| link.says == says && kinds.contains(&link.step.kind);
    let word = || links.iter().rposition(|link| at(link, Says::Stops, &[StepKind::Decision, StepKind::Gate]));
    let missing = || links.iter().position(|link| link.says == Says::Stops);
    let remark = || links.iter().rposition(|link| link.says == Says::Remarks);
    word().or_else(missing).or_else(remark)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prahari_domain::calendar::Calendar;
    use prahari_domain::instruments::Symbol;
    use prahari_domain::tasks::Task;
    use prahari_domain::time::{Day, Timestamp};

    use super::*;
    use crate::maintenance::Retention;

    fn asked(day: &str, today: &str) -> Asked {
        let (day, today): (Day, Day) = (day.parse().unwrap(), today.parse().unwrap());
        Asked {
            symbol: Symbol::new("TCS").unwrap(),
            day,
            now: Timestamp::start_of(today).plus_minutes(12 * 60),
            exchange: Calendar::embedded().unwrap().day_or_closed(day),
            outside: None,
            tasks: Arc::default(),
            kept: Retention::default(),
        }
    }

    /// The conclusion of links that say what they are, and the place of the one that stops.
    fn concluded(asked: Asked, evidence: Evidence, links: &[(StepKind, Says)]) -> (String, Option<usize>) {
        let of =
            |(kind, says): &(StepKind, Says)| Link::new(*kind, None, format!("a {}", kind.name()), *says);
        let all = Links { links: links.iter().map(of).collect(), cut: None };
        let rest = || Links::default();
        let why = conclude(asked, evidence, [all, rest(), rest(), rest(), rest(), rest()]);
        assert!(why.steps.iter().filter(|step| step.stops).count() <= 1);
        (why.conclusion, why.steps.iter().position(|step| step.stops))
    }

    const NAMED: Evidence = Evidence { has_runs: true, has_service: true, is_named: true };
    const NOTHING: Evidence = Evidence { has_runs: false, has_service: false, is_named: false };

    #[track_caller]
    fn ends(links: &[(StepKind, Says)], conclusion: &str, place: Option<usize>) {
        let found = concluded(asked("2025-03-07", "2025-03-10"), NAMED, links);
        assert_eq!(found, (conclusion.to_owned(), place));
    }

    #[test]
    fn the_chain_ends_at_the_first_thing_that_is_missing() {
        use StepKind::{Bar, Halt, Run, Signal};
        let (bar, signal) = ((Bar, Says::Passes), (Signal, Says::Passes));
        ends(&[(Bar, Says::Stops), (Signal, Says::Stops)], "nothing was ordered: a bar", Some(0));
        ends(&[bar, (Signal, Says::Stops), (Halt, Says::Stops)], "nothing was ordered: a signal", Some(1));
        ends(&[bar, signal, (Halt, Says::Stops), (Run, Says::Stops)], "nothing was ordered: a halt", Some(2));
        ends(&[bar, signal, (Run, Says::Passes), (Run, Says::Stops)], "nothing was ordered: a run", Some(3));
        let silent = "nothing was ordered, and no task that may trade said anything of TCS";
        ends(&[bar, signal, (Run, Says::Passes)], silent, None);
    }

    #[test]
    fn a_decision_about_a_signal_is_further_than_what_is_missing_and_an_order_further_still() {
        use StepKind::{Decision, Gate, Order, Run, Signal};
        let missed = (Run, Says::Stops);
        ends(&[missed, (Decision, Says::Stops)], "nothing was ordered: a decision", Some(1));
        ends(&[(Decision, Says::Stops), (Gate, Says::Stops)], "nothing was ordered: a gate", Some(1));
        for says in
            [Says::Ordered(Side::Buy), Says::OrderedInVain(Side::Buy), Says::OrderedInVain(Side::Sell)]
        {
            ends(&[(Gate, Says::Stops), (Order, says)], "it was ordered: a order", None);
        }
        let both = [(Order, Says::Ordered(Side::Sell)), (Order, Says::OrderedInVain(Side::Buy))];
        ends(&both, "it was ordered: a order; and a order", None);
        // Of a task that follows what is held: it may not be about the signal.
        let remark = (Decision, Says::Remarks);
        ends(&[missed, remark], "nothing was ordered: a run", Some(0));
        ends(&[(Run, Says::Passes), remark], "nothing was ordered: a decision", Some(1));
        let both = "nothing was ordered: a signal, and the last word of a task that may trade is: a decision";
        ends(&[(Signal, Says::Stops), remark], both, Some(0));
    }

    #[test]
    fn of_a_day_without_a_signal_the_last_word_of_each_task_that_may_raise_one_is_told() {
        use StepKind::{Bar, Decision, Signal};
        let (none, judges) = ((Signal, Says::Stops), (Decision, Says::Judges));
        ends(&[none, judges], "nothing was ordered: a signal; a decision", Some(0));
        let both = "nothing was ordered: a signal; a decision, and the last word of a task that may trade is: a decision";
        ends(&[none, judges, (Decision, Says::Remarks)], both, Some(0));
        ends(&[(Bar, Says::Stops), none, judges], "nothing was ordered: a bar", Some(0));
        let link = |task: &'static str, found: &str| {
            let link = Link::new(Decision, None, found.to_owned(), Says::Judges);
            link.of(Task::literal(task))
        };
        let links = [link("analysis", "avoid"), link("position_monitor", "hold"), link("analysis", "watch")];
        assert_eq!(judged(&links), "; hold; watch");
        assert_eq!(judged(&[]), "");
    }

    #[test]
    fn an_order_that_came_to_something_is_told_before_a_later_one_that_did_not() {
        let link = |says: Says, found: &str| Link::new(StepKind::Order, None, found.to_owned(), says);
        let sell = Side::Sell;
        let links = [
            link(Says::Ordered(sell), "a sell was filled"),
            link(Says::OrderedInVain(sell), "a sell expired"),
        ];
        assert_eq!(ordered(&links).as_deref(), Some("it was ordered: a sell was filled"));
        assert_eq!(ordered(&links[1..]).as_deref(), Some("it was ordered: a sell expired"));
        assert_eq!(ordered(&[]), None);
    }

    #[test]
    fn before_the_calendar_begins_nothing_is_known() {
        let outside =
            Some(super::super::outside("2010-01-01".parse().unwrap(), "2023-01-01".parse().unwrap()));
        let asked = Asked { outside, ..asked("2010-01-01", "2025-03-10") };
        let (told, _) = concluded(asked, NOTHING, &[(StepKind::Signal, Says::Stops)]);
        assert_eq!(told, "nothing is known of 2010-01-01: the trading calendar begins on 2023-01-01");
    }

    #[test]
    fn that_nothing_is_known_is_said_with_the_reason() {
        let links = [(StepKind::Signal, Says::Stops)];
        let said = |day: &str, today: &str| concluded(asked(day, today), NOTHING, &links);
        for (day, today, expected) in [
            ("2025-03-11", "2025-03-10", "nothing is known of 2025-03-11: it has not begun"),
            (
                "2025-03-08",
                "2025-03-10",
                "nothing was ordered: the exchange was closed on 2025-03-08, Saturday",
            ),
            (
                "2025-03-07",
                "2026-06-10",
                "nothing is known of TCS on 2025-03-07 any more: what would say it is kept for 400 days",
            ),
            (
                "2025-03-07",
                "2025-03-10",
                "nothing is known of TCS on 2025-03-07: there is no signal, and the service of this user had never been on",
            ),
        ] {
            assert_eq!(said(day, today), (expected.to_owned(), None));
        }
        let with_service = Evidence { has_service: true, ..NOTHING };
        let found = concluded(asked("2025-03-07", "2025-03-10"), with_service, &links);
        assert_eq!(found, ("nothing was ordered: a signal".to_owned(), Some(0)));
    }
}
