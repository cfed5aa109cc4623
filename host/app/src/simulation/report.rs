//! What a simulation did: slots, runs, signals, orders, books, by month and in total.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Datelike;
use prahari_brokers::Holding;
use prahari_domain::book::StrategyResult;
use prahari_domain::calendar::{Calendar, UnknownDays};
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Day;
use prahari_runtime::process_usage::peak_memory_bytes;
use prahari_store::{HaltFilter, HaltRow, MonthTotals};
use serde::Serialize;

use super::Simulation;
use crate::daemon::Daemon;
use crate::desk::{DailyStatement, Valuation};
use crate::error::AppError;
use crate::user::User;

/// The most halts that a report lists.
const MOST_HALTS: u32 = 1_000;

/// Counts by name.
type Counts = BTreeMap<String, u64>;

/// The report of a simulation. Money in paise.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Settings of the simulation.
    pub settings: Simulation,
    /// What an operator should know of the bars; empty of a made-up market.
    pub bars: Vec<String>,
    /// The days, as far as the calendar knows them.
    pub days: DaysReport,
    /// Outcomes of the slots.
    pub slots: SlotReport,
    /// Counts of runs.
    pub runs: RunReport,
    /// Signals published, by kind.
    pub signals: Counts,
    /// Counts of orders.
    pub orders: OrderReport,
    /// Number of fills, by side.
    pub fills: Counts,
    /// What of a user was halted and never lifted: nobody explains anything in a simulation.
    pub halts: Vec<HaltReport>,
    /// Each user's books at the end.
    pub books: Vec<BookReport>,
    /// Totals of each month, by its name such as `2025-01`.
    pub months: BTreeMap<String, MonthReport>,
    /// Digest of what happened to all orders of all users.
    pub journal_digest: String,
    /// Real seconds from the first instant to the last.
    pub wall_seconds: f64,
    /// Most memory the process ever held, in bytes; 0 where the system does not tell.
    pub peak_rss_bytes: u64,
}

/// The days of a simulation, by the calendar in force at its end.
#[derive(Debug, Clone, Serialize)]
pub struct DaysReport {
    /// The last day of which the holidays are known.
    pub known_through: Day,
    /// Days with a session.
    pub sessions: u64,
    /// Weekdays among the simulated days of which it is not known whether they are holidays.
    pub unknown: u64,
    /// What was made of those, in one sentence; none when all days are known.
    pub note: Option<String>,
}

/// The slot ledger: every expected slot has exactly one outcome, or is open.
#[derive(Debug, Clone, Serialize)]
pub struct SlotReport {
    /// Slots that were due.
    pub expected: u64,
    /// Number of slots with an outcome.
    pub accounted: u64,
    /// Slots by outcome.
    pub by_outcome: Counts,
    /// Slots by task.
    pub by_task: Counts,
    /// Ticks of continuous slots.
    pub ticks: Counts,
}

/// Counts of runs.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// Number of runs.
    pub total: u64,
    /// Number of runs by task.
    pub by_task: Counts,
    /// Number of runs by task and outcome.
    pub by_outcome: BTreeMap<String, Counts>,
}

/// Counts of orders.
#[derive(Debug, Clone, Serialize)]
pub struct OrderReport {
    /// Number of orders by final (or current) state.
    pub by_state: Counts,
}

/// Something that was not traded any more from a day on.
#[derive(Debug, Clone, Serialize)]
pub struct HaltReport {
    /// The user that it belongs to.
    pub user: u64,
    /// Symbol that was halted; none when everything of the user was halted.
    pub symbol: Option<String>,
    /// The day since which it held.
    pub since: Day,
    /// The reason, in one sentence.
    pub reason: String,
}

/// One strategy's part in a user's books at the end.
#[derive(Debug, Clone, Serialize)]
pub struct StrategyReport {
    /// The strategy.
    pub strategy: StrategyName,
    /// Sales less the cost of its own lots that were sold.
    pub realised_paise: i64,
    /// By how much its fills made the charges grow.
    pub charges_paise: i64,
    /// Its lots still held, at cost.
    pub invested_paise: i64,
    /// Market value less cost of them.
    pub unrealised_paise: i64,
    /// Its executions.
    pub fills: u32,
}

/// One user's books at the end.
#[derive(Debug, Clone, Serialize)]
pub struct BookReport {
    /// The user that it belongs to.
    pub user: u64,
    /// Capital that the account was opened with, in paise.
    pub capital_paise: i64,
    /// Cash as the broker has it, which keeps its own ledger.
    pub cash_paise: i64,
    /// Lots still held, at cost.
    pub invested_paise: i64,
    /// Sales less the cost of what was sold.
    pub realised_paise: i64,
    /// Market value less cost of what is held.
    pub unrealised_paise: i64,
    /// All charges, in paise.
    pub charges_paise: i64,
    /// Capital + realised - charges - broker's cash - lots at cost: zero, or the books are wrong.
    pub difference_paise: i64,
    /// Symbols of which the broker holds another number of shares than our lots say.
    pub holdings_differing: u64,
    /// The part of each strategy, by name; they add up to the sums above.
    pub strategies: Vec<StrategyReport>,
    /// Digest of what happened to this user's orders.
    pub journal_digest: String,
}

/// Totals of one month.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MonthReport {
    /// Counts from the store.
    #[serde(flatten)]
    pub counts: MonthTotals,
    /// Realised by all users.
    pub realised_paise: i64,
    /// Charges of all users.
    pub charges_paise: i64,
    /// Market value less cost at the month's last statement, all users.
    pub unrealised_paise: i64,
}

impl Report {
    /// Reads the report from the store and the books.
    ///
    /// # Errors
    /// When the store or the broker cannot be read.
    pub async fn of(daemon: &Arc<Daemon>, simulation: &Simulation, wall: Duration) -> Result<Self, AppError> {
        let system = daemon.store.system();
        let totals = system.totals(simulation.from, simulation.to).await?;
        let sum = totals.sum();
        let mut months: BTreeMap<String, MonthReport> = totals
            .months
            .into_iter()
            .map(|(name, counts)| (name, MonthReport { counts, ..MonthReport::default() }))
            .collect();
        let mut books = Vec::new();
        for user in daemon.users.all() {
            add_statements(daemon, &user, &mut months).await?;
            books.push(book_report(daemon, &user).await?);
        }
        Ok(Self {
            settings: simulation.clone(),
            bars: daemon.trading.market.report().map_or_else(Vec::new, |report| report.notes),
            days: days_report(&daemon.trading.calendar.current(), simulation.from, simulation.to),
            slots: slot_report(&sum),
            runs: run_report(&sum),
            signals: sum.signals,
            orders: OrderReport { by_state: sum.orders },
            fills: sum.fills,
            halts: halts(daemon).await?,
            books,
            months,
            journal_digest: system.journal_digest().await?,
            wall_seconds: wall.as_secs_f64(),
            peak_rss_bytes: peak_memory_bytes().unwrap_or(0),
        })
    }

    /// Returns whether every slot has an outcome and every book balances.
    pub fn is_sound(&self) -> bool {
        let balanced = |book: &BookReport| book.difference_paise == 0 && book.holdings_differing == 0;
        self.slots.expected == self.slots.accounted && self.books.iter().all(balanced)
    }
}

/// Open halts, oldest first.
async fn halts(daemon: &Daemon) -> Result<Vec<HaltReport>, AppError> {
    let filter = HaltFilter { open: Some(true), before: None, limit: MOST_HALTS };
    let rows = daemon.store.system().halts(filter).await?;
    let report = |row: HaltRow| HaltReport {
        user: row.user.0,
        symbol: row.symbol.map(|symbol| symbol.to_string()),
        since: row.since.ist_day(),
        reason: row.reason,
    };
    Ok(rows.into_iter().rev().map(report).collect())
}

fn days_report(calendar: &Calendar, from: Day, to: Day) -> DaysReport {
    let known_through = calendar.covers().1;
    let (mut sessions, mut unknown) = (0, 0);
    for day in from.iter_days().take_while(|day| *day <= to) {
        sessions += u64::from(calendar.is_open_on(day));
        unknown += u64::from(calendar.is_presumed(day) && day.weekday().num_days_from_monday() < 5);
    }
    let taken_for = match calendar.unknown_days() {
        UnknownDays::Session => "are presumed to be sessions",
        UnknownDays::Closed => "are taken for closed days",
    };
    let note = (unknown > 0).then(|| {
        format!("{unknown} weekdays after {known_through} {taken_for}: no holidays of them are known")
    });
    DaysReport { known_through, sessions, unknown, note }
}

fn slot_report(sum: &MonthTotals) -> SlotReport {
    let expected = sum.slots.values().sum();
    let open = sum.slots.get("open").copied().unwrap_or(0);
    SlotReport {
        expected,
        accounted: expected - open,
        by_outcome: sum.slots.clone(),
        by_task: sum.slots_by_task.clone(),
        ticks: sum.ticks.clone(),
    }
}

fn run_report(sum: &MonthTotals) -> RunReport {
    let by_task: Counts =
        sum.runs.iter().map(|(task, counts)| (task.clone(), counts.values().sum())).collect();
    RunReport { total: by_task.values().sum(), by_task, by_outcome: sum.runs.clone() }
}

async fn add_statements(
    daemon: &Daemon,
    user: &User,
    months: &mut BTreeMap<String, MonthReport>,
) -> Result<(), AppError> {
    let mut unrealised: BTreeMap<String, Paise> = BTreeMap::new();
    for (day, text) in daemon.store.user(user.id).statements().await? {
        let statement: DailyStatement = serde_json::from_str(&text)?;
        let name = day.format("%Y-%m").to_string();
        let month = months.entry(name.clone()).or_default();
        month.realised_paise += statement.realised.0;
        month.charges_paise += statement.charges.0;
        unrealised.insert(name, statement.unrealised);
    }
    for (name, amount) in unrealised {
        months.entry(name).or_default().unrealised_paise += amount.0;
    }
    Ok(())
}

async fn book_report(daemon: &Daemon, user: &User) -> Result<BookReport, AppError> {
    let broker = user.link().broker;
    let broker_cash = broker.funds().await?.cash;
    let held: BTreeMap<_, _> = broker
        .holdings()
        .await?
        .into_iter()
        .map(Holding::into_shares)
        .filter(|(_, held)| *held > 0)
        .collect();
    let desk = user.desk.lock().await;
    let book = desk.book();
    let ours: BTreeMap<_, _> =
        book.held_symbols().map(|symbol| (symbol.clone(), book.held(symbol))).collect();
    let missing = ours.iter().filter(|(symbol, quantity)| held.get(*symbol) != Some(*quantity)).count();
    let surplus = held.keys().filter(|symbol| !ours.contains_key(*symbol)).count();
    let held = desk.valuations(daemon.clock.now()).await;
    let value: Paise = held.iter().map(Valuation::value).sum();
    let difference = book.capital() + book.realised() - book.charges() - broker_cash - book.invested();
    Ok(BookReport {
        user: user.id.0,
        capital_paise: book.capital().0,
        cash_paise: broker_cash.0,
        invested_paise: book.invested().0,
        realised_paise: book.realised().0,
        unrealised_paise: (value - book.invested()).0,
        charges_paise: book.charges().0,
        difference_paise: difference.0,
        holdings_differing: u64::try_from(missing + surplus).unwrap_or(u64::MAX),
        strategies: book.results().iter().map(|result| strategy_report(result, &held)).collect(),
        journal_digest: daemon.store.user(user.id).journal_digest().await?,
    })
}

fn strategy_report(result: &StrategyResult, held: &[Valuation]) -> StrategyReport {
    // Whoever holds lots has bought them, so each strategy that holds any has a result.
    let own = || held.iter().filter(|valued| valued.position.strategy == result.strategy);
    let invested: Paise = own().map(|valued| valued.position.invested).sum();
    let value: Paise = own().map(Valuation::value).sum();
    StrategyReport {
        strategy: result.strategy,
        realised_paise: result.realised.0,
        charges_paise: result.charges.0,
        invested_paise: invested.0,
        unrealised_paise: (value - invested).0,
        fills: result.fills,
    }
}
