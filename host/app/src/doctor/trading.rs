//! Whether the user can trade: the link, the market, the books, what is held and what looks after it.

use prahari_brokers::{Check, Sessions, SourceState};
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::time::{Day, Timestamp};

use super::{Doctor, Facts};
use crate::desk::DeskReadiness;
use crate::error::AppError;
use crate::prices::{WarmState, Warming};
use crate::queries::MarketSources;
use crate::user::User;

/// How long before the pre-open session what is held should have been fetched, in minutes: it begins half an hour before.
const AHEAD_MINUTES: i64 = 20;

/// Most things that a sentence names; it counts the others.
const NAMED: usize = 5;

impl Doctor {
    /// Whether the sources of prices can be asked and have the bars that are final.
    pub(super) fn market(&self, facts: &Facts<'_>) -> Check {
        let due = self.handles.calendar.session(facts.today).is_some_and(|session| {
            facts.now >= session.pre_open.plus_minutes(-AHEAD_MINUTES) && facts.now < session.closes()
        });
        market(&self.queries.market_sources(), ahead(self.prices.warming(), due.then_some(facts.today)))
    }

    /// Whether there is a price of each held share that can be believed.
    pub(super) async fn held_prices(&self, facts: &Facts<'_>) -> Check {
        let Some(desk) = &facts.desk else { return busy("prices") };
        if desk.positions.is_empty() {
            return Check::ok("prices", "nothing is held");
        }
        let valued = self.trading.value(desk.positions.clone(), facts.now).await;
        let unpriced: Vec<&Symbol> =
            valued.iter().filter(|held| held.unpriced).map(|held| &held.position.symbol).collect();
        prices(&unpriced, valued.iter().map(|held| held.at).min(), valued.len())
    }

    /// Whether the broker sees the money for the buys that wait for the next session; none where it says nothing of that.
    pub(super) async fn margin(&self, facts: &Facts<'_>) -> Option<Check> {
        let desk = facts.desk.as_ref()?;
        let broker = facts.user.link().broker;
        broker.margin(&desk.waiting_buys, facts.now).await
    }

    /// Whether a service runs a task for each strategy that holds something.
    ///
    /// # Errors
    /// When the schedules of a service cannot be read.
    pub(super) async fn attended(&self, facts: &Facts<'_>) -> Result<Check, AppError> {
        let Some(desk) = &facts.desk else { return Ok(busy("positions")) };
        if desk.holders.is_empty() {
            return Ok(Check::ok("positions", "no position is open"));
        }
        let after = self.caretakers.of(facts.user).await?;
        let left: Vec<&str> =
            desk.holders.iter().filter(|held| !after.contains_key(*held)).map(|held| held.name()).collect();
        if left.is_empty() {
            let positions = counted(desk.positions.len(), "open position", "open positions");
            return Ok(Check::ok(
                "positions",
                format!("a service looks after all that is held: {positions}"),
            ));
        }
        Ok(Check::failed(
            "positions",
            format!("nothing looks after the positions of the strategies {}", named(&left)),
            "start the user's service, or enable a task of that strategy and restart the service",
        ))
    }
}

/// Whether the broker answered when it was last asked.
pub(super) fn link(user: &User) -> Check {
    let status = user.link().status();
    let name = &status.name;
    if status.silent {
        let said = format!("{name} did not answer the last call in time and is left alone for a while");
        return Check::warning("link", said, "look again in a minute; orders wait until the broker answers");
    }
    let kind = if status.simulated { "a simulated account" } else { "an account with real money" };
    Check::ok("link", format!("linked with {name}, {kind}"))
}

/// Whether the books are whole, and what of each order became is known.
pub(super) fn orders(desk: Option<&DeskReadiness>) -> Check {
    let Some(desk) = desk else { return busy("orders") };
    if let Some(fault) = &desk.fault {
        let advice = "an admin looks at the halt of this user, and at the database";
        return Check::failed("orders", format!("nothing can be booked: {fault}"), advice);
    }
    if !desk.unknown.is_empty() {
        let unknown: Vec<String> = desk.unknown.iter().map(ToString::to_string).collect();
        return Check::failed(
            "orders",
            format!("the broker never said what became of {}", named(&unknown)),
            "compare with the broker's own page; new orders of these symbols wait for it",
        );
    }
    if let Some(stray) = desk.strays.first() {
        let more = counted(desk.strays.len(), "such order stands", "such orders stand");
        let advice = "look at the orders on the broker's own page, and cancel those that should not stand";
        return Check::failed("orders", format!("{stray} ({more})"), advice);
    }
    if desk.needs_reconcile {
        let said = "the broker's book has to be compared first, which is done before anything is sent";
        return Check::not_known("orders", said, "");
    }
    Check::ok("orders", "the broker's book was compared, and every order's state is known")
}

/// Whether anything is halted.
pub(super) fn halts(user: &User) -> Check {
    let open = user.halts.open();
    if let Some(halt) = &open.user {
        let said = format!("nothing of this user is sent: {}", halt.reason);
        return Check::failed("halts", said, "an admin looks at the reason and lifts the halt");
    }
    if user.settings.limits().in_force().kill_switch {
        return Check::warning(
            "halts",
            "a kill switch is on, so nothing is bought or sold",
            "turn it off when trading may go on",
        );
    }
    let symbols: Vec<&str> = open.symbols.keys().map(Symbol::as_str).collect();
    match symbols.as_slice() {
        [] => Check::ok("halts", "nothing is halted"),
        symbols => Check::warning(
            "halts",
            format!("no order of {} is sent", named(symbols)),
            "an admin looks at the reason and lifts the halt",
        ),
    }
}

/// What is wrong with fetching ahead what is held, on a day on which that should be done by now.
fn ahead(state: WarmState, due: Option<Day>) -> Option<String> {
    let held = state.held.filter(|held| Some(held.began_at.ist_day()) == due);
    match held {
        None => (state.fetches && due.is_some()).then(|| "nothing was fetched today".to_owned()),
        Some(held) if held.ended_at.is_none() => None,
        Some(Warming { problem: Some(problem), .. }) => Some(problem),
        Some(held) if held.failed > 0 => {
            Some(format!("of {} of {} nothing was fetched", held.failed, counted(held.of, "share", "shares")))
        }
        Some(_) => None,
    }
}

/// The sources that have a trouble, each with what is wrong: those that go on with what they read before, or the others.
fn with_trouble(sources: &[SourceState], keeps_old: bool) -> Vec<String> {
    let said = |source: &SourceState| {
        let trouble = source.trouble.as_ref().filter(|trouble| trouble.keeps_old == keeps_old)?;
        let does = if keeps_old { " uses what it read before" } else { "" };
        Some(format!("{}{does}: {}", source.source, trouble.reason))
    };
    sources.iter().filter_map(said).collect()
}

fn market(found: &MarketSources, failed_ahead: Option<String>) -> Check {
    let MarketSources { sources, expected } = found;
    let (troubled, kept) = (with_trouble(sources, false), with_trouble(sources, true));
    let advice = "look at the sources on the page of market data";
    if !troubled.is_empty() {
        let said = format!(
            "{} of {} cannot be used; {}",
            troubled.len(),
            counted(sources.len(), "source of prices", "sources of prices"),
            named(&troubled)
        );
        return match troubled.len() == sources.len() {
            true => Check::failed("market", said, advice),
            false => Check::warning("market", said, advice),
        };
    }
    // As the alert about the folder has it: prices are had, and new bars are not.
    if !kept.is_empty() {
        return Check::warning("market", named(&kept), "mend the folder; it is read again by itself");
    }
    let stale = sources.iter().find_map(|source| {
        let (newest, expected) = (source.newest?, (*expected)?);
        (newest < expected).then(|| {
            format!("the newest bar of {} is of {newest}, and that of {expected} is final", source.source)
        })
    });
    if let Some(said) = stale {
        return Check::warning("market", said, "bring the bars of the days that are missing");
    }
    if let Some(reason) = failed_ahead {
        let said = format!("prices of what is held were not all fetched ahead: {reason}");
        return Check::warning("market", said, "it is tried again; look at the page of market data");
    }
    let names: Vec<&str> = sources.iter().map(|source| source.source).collect();
    Check::ok("market", format!("prices come from {}", named(&names)))
}

fn prices(unpriced: &[&Symbol], oldest: Option<Timestamp>, held: usize) -> Check {
    if unpriced.is_empty() {
        let oldest = oldest.map_or_else(String::new, |at| format!(", the oldest of {}", at.ist_day()));
        let held = counted(held, "position has", "positions have");
        return Check::ok("prices", format!("{held} a price{oldest}"));
    }
    let names: Vec<&str> = unpriced.iter().map(|symbol| symbol.as_str()).collect();
    Check::warning(
        "prices",
        format!("no price that can be believed is known of {}", named(&names)),
        "look at the share: it may be suspended, renamed or split",
    )
}

fn busy(name: &'static str) -> Check {
    Check::not_known(name, "the desk waits for its broker", "look again in a moment")
}

/// The first of some names, and how many more there are.
pub(super) fn named<T: AsRef<str>>(names: &[T]) -> String {
    let first: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use prahari_brokers::CheckOutcome::{Failed, NotKnown, Ok as Good, Warning};
    use prahari_brokers::SourceTrouble;
    use prahari_domain::ids::{OrderId, UserId};

    use super::*;
    use crate::prices::WarmKind;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn desk() -> DeskReadiness {
        DeskReadiness {
            positions: Vec::new(),
            holders: Default::default(),
            waiting_buys: Vec::new(),
            unknown: Vec::new(),
            strays: Vec::new(),
            needs_reconcile: false,
            fault: None,
        }
    }

    #[test]
    fn a_desk_says_what_is_wrong_with_orders() {
        let order = OrderId { user: UserId(1), day: day("2025-03-10"), number: 7 };
        let unknown = orders(Some(&DeskReadiness { unknown: vec![order], ..desk() }));
        assert_eq!(unknown.outcome, Failed);
        assert!(unknown.evidence.ends_with(&order.to_string()), "{unknown:?}");
        for (desk, expected) in [
            (Some(desk()), Good),
            (Some(DeskReadiness { needs_reconcile: true, ..desk() }), NotKnown),
            (Some(DeskReadiness { strays: vec!["order 7 at the broker".to_owned()], ..desk() }), Failed),
            (Some(DeskReadiness { fault: Some("a gap".to_owned()), ..desk() }), Failed),
            (None, NotKnown),
        ] {
            assert_eq!(orders(desk.as_ref()).outcome, expected, "{desk:?}");
        }
    }

    #[test]
    fn a_market_is_as_good_as_its_sources_and_their_newest_bars() {
        let good = SourceState { newest: Some(day("2025-03-07")), ..SourceState::new("csv") };
        let trouble = |keeps_old| {
            let reason = if keeps_old { "line 7: a day twice" } else { "no connection" }.to_owned();
            Some(SourceTrouble { reason, since: None, until: None, keeps_old })
        };
        let bad = SourceState { trouble: trouble(false), ..SourceState::new("yahoo") };
        let old = SourceState { trouble: trouble(true), ..good.clone() };
        let of = |sources: &[&SourceState], expected: &str, failed: Option<&str>| {
            let sources = sources.iter().map(|source| (*source).clone()).collect();
            let found = MarketSources { sources, expected: Some(day(expected)) };
            market(&found, failed.map(str::to_owned))
        };
        let outcome = |sources: &[&SourceState], expected: &str, failed: Option<&str>| {
            of(sources, expected, failed).outcome
        };
        assert_eq!(outcome(&[&good], "2025-03-07", None), Good);
        assert_eq!(outcome(&[&good], "2025-03-10", None), Warning);
        assert_eq!(outcome(&[&good], "2025-03-07", Some("no connection")), Warning);
        assert_eq!(outcome(&[&good, &bad], "2025-03-07", None), Warning);
        assert_eq!(outcome(&[&bad], "2025-03-07", None), Failed);
        // The prices are had: what was read before is used, as the alert says.
        let kept = of(&[&old], "2025-03-07", None);
        assert_eq!(
            (kept.outcome, kept.evidence.as_str()),
            (Warning, "csv uses what it read before: line 7: a day twice")
        );
        let both = of(&[&old, &bad], "2025-03-07", None);
        let said = "1 of 2 sources of prices cannot be used; yahoo: no connection";
        assert_eq!((both.outcome, both.evidence.as_str()), (Warning, said));
    }

    #[test]
    fn what_is_held_should_have_been_fetched_ahead_and_whole() {
        let today = day("2025-03-10");
        let warming = |began: &str| Warming {
            kind: WarmKind::Held,
            asked_by: None,
            began_at: Timestamp::start_of(day(began)),
            ended_at: Some(Timestamp::start_of(day(began))),
            source: None,
            done: 3,
            of: 3,
            fetched: 3,
            known: 0,
            unlisted: 0,
            failed: 0,
            unlisted_shares: Vec::new(),
            failures: Vec::new(),
            problem: None,
        };
        let of = |held: Option<Warming>, due: Option<Day>| {
            ahead(WarmState { fetches: true, held, universe: None, again_at: None }, due)
        };
        assert_eq!(of(Some(warming("2025-03-10")), Some(today)), None);
        assert_eq!(of(None, None), None, "too early");
        let not_yet = Some("nothing was fetched today".to_owned());
        assert_eq!(of(None, Some(today)), not_yet);
        assert_eq!(of(Some(warming("2025-03-07")), Some(today)), not_yet);
        let failed = Warming { failed: 2, ..warming("2025-03-10") };
        let said = "of 2 of 3 shares nothing was fetched".to_owned();
        assert_eq!(of(Some(failed), Some(today)), Some(said));
        let problem = Warming { problem: Some("no connection".to_owned()), ..warming("2025-03-10") };
        assert_eq!(of(Some(problem), Some(today)), Some("no connection".to_owned()));
        let local = WarmState { fetches: false, held: None, universe: None, again_at: None };
        assert_eq!(ahead(local, Some(today)), None, "nothing is fetched on this machine");
    }

    #[test]
    fn shares_without_a_price_are_named_and_counted() {
        let symbols: Vec<Symbol> =
            ["A", "B", "C", "D", "E", "F", "G"].map(|name| name.parse().unwrap()).into();
        let unpriced: Vec<&Symbol> = symbols.iter().collect();
        let check = prices(&unpriced, None, 9);
        assert_eq!(check.outcome, Warning);
        assert_eq!(check.evidence, "no price that can be believed is known of A, B, C, D, E and 2 more");
        assert_eq!(prices(&[], None, 9).evidence, "9 positions have a price");
    }
}
