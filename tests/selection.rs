//! Which of the analysis' buys are ordered: all of them by default, and with the gate on the past those whose past is good
//! enough. On made-up bars always, on real ones where `PRAHARI_NSE_DATA` names their folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/daemon.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::settings::Change;
use prahari_brokers::{CsvMarket, MarketData, SyntheticMarket};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::settings::Values;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use prahari_store::DecisionRow;
use serde_json::{Value, json};
use support::{ADMIN, TestHost, at, day, run, runs, start_services, stop};

/// Why a buy may stay unordered while nothing is asked of its past: limits, capital, and what is held or under way already.
const LIMITS: [&str; 13] = [
    "active_order_exists",
    "daily_loss_limit",
    "illiquid",
    "insufficient_funds",
    "open_position_exists",
    "orders_per_day_limit",
    "portfolio_limit_reached",
    "position_size_limit",
    "position_too_large_for_volume",
    "price_not_sane",
    "quantity_zero",
    "series_not_allowed",
    "waiting_for_retry",
];

/// Why the re-entry of a held share is not ordered.
const OF_A_REENTRY: [&str; 3] = ["level_already_taken", "level_taken_today", "rsi_recovered"];

/// The documented bounds of the gate, with the least return that it always asks for.
const BOUNDS: [(&str, f64, &str); 4] = [
    ("win_rate_pct", 65.0, "past_win_rate"),
    ("average_profit_pct", 1.5, "past_average_profit"),
    ("backtest_score", 45.0, "past_score"),
    ("combined_score", 25.0, "below_min_combined_score"),
];

/// A buy of the analysis and what the buying made of it.
struct Buy {
    day: Day,
    symbol: String,
    found: BTreeMap<String, String>,
    /// `placed`, or why not.
    outcome: String,
    /// Its place among the orders of the day.
    place: usize,
}

impl Buy {
    fn number(&self, name: &str) -> f64 {
        self.found[name].parse().unwrap()
    }

    /// What of the past is not good enough, in the order in which it is asked; none when it passes.
    fn lacks(&self) -> Vec<&'static str> {
        if self.found["trades"] == "0" {
            return vec!["past_no_trades"];
        }
        let below =
            |(name, least, code): &(&str, f64, &'static str)| (self.number(name) < *least).then_some(*code);
        let mut lacking: Vec<_> = BOUNDS.iter().filter_map(below).collect();
        lacking.extend((self.number("total_return_pct") <= 0.0).then_some("past_return"));
        lacking
    }
}

/// Trades from one day to the evening of another, and answers every final verdict to buy.
async fn traded(market: &Arc<dyn MarketData>, (from, to): (&str, &str), change: Value) -> Vec<Buy> {
    let house = TestHost::new(1).on(market.clone());
    let daemon = house.start(at(from, "00:00")).await;
    // So that limits and capital stand in the way as seldom as they can.
    let mut settings = json!({ "user_capital_paise": 2_500_000, "max_portfolio_size": 20 });
    settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let settings: Values = settings.as_object().unwrap().clone();
    let user = daemon.users.find(ADMIN).unwrap();
    let change = daemon.settings.change_strategy(&user, Change::Merge(&settings), None).await.unwrap();
    change.save().await.unwrap();
    start_services(&daemon).await;
    run(&daemon, at(to, "23:00")).await;
    let buys = buys(&daemon).await;
    stop(daemon).await;
    buys
}

async fn buys(daemon: &Daemon) -> Vec<Buy> {
    let mut buys = Vec::new();
    let bought = by_day(daemon, Task::literal("buy_orders")).await;
    for (day, found) in by_day(daemon, Task::literal("analysis")).await {
        let made = bought.get(&day).map(Vec::as_slice).unwrap_or_default();
        for verdict in
            found.iter().filter(|decision| matches!(decision.action.as_str(), "buy" | "strong_buy"))
        {
            let (place, decision) = made
                .iter()
                .enumerate()
                .find(|(_, decision)| decision.symbol == verdict.symbol)
                .unwrap_or_else(|| panic!("nothing was decided of {} on {day}", verdict.symbol));
            // A held share with a re-entry is decided by that alone.
            let is_reentry = decision.evidence.iter().any(|(name, _)| name == "level")
                || OF_A_REENTRY.contains(&decision.reason.as_str());
            let outcome =
                if is_reentry { "open_position_exists".to_owned() } else { decision.reason.clone() };
            let found = verdict.evidence.iter().cloned().collect();
            buys.push(Buy { day, symbol: verdict.symbol.clone(), found, outcome, place });
        }
    }
    buys
}

/// The decisions of a task's run of each day.
async fn by_day(daemon: &Daemon, task: Task) -> BTreeMap<Day, Vec<DecisionRow>> {
    let mut decisions = BTreeMap::new();
    for run in runs(daemon, ADMIN, task).await {
        assert_eq!(run.outcome.as_deref(), Some("succeeded"), "{run:?}");
        let made = daemon.store.user(ADMIN).decisions_of(run.id).await.unwrap();
        decisions.insert(run.started_at.ist_day(), made);
    }
    decisions
}

fn ordered(buys: &[Buy]) -> usize {
    buys.iter().filter(|buy| buy.outcome == "placed").count()
}

fn every_buy_is_ordered_within_limits(buys: &[Buy]) {
    for Buy { day, symbol, outcome, .. } in buys {
        assert!(outcome == "placed" || LIMITS.contains(&outcome.as_str()), "{symbol} on {day}: {outcome}");
    }
    // The best combined score of a day is bought first.
    for pair in buys.iter().flat_map(|one| buys.iter().map(move |other| (one, other))) {
        let (one, other) = pair;
        if one.day == other.day && one.place < other.place && other.outcome == "placed" {
            let (first, second) = (one.number("combined_score"), other.number("combined_score"));
            assert!(first >= second, "{} before {} on {}", one.symbol, other.symbol, one.day);
        }
    }
}

fn the_gate_chooses_by_the_past(buys: &[Buy]) -> usize {
    let mut refused = 0;
    for buy in buys {
        let (lacks, outcome) = (buy.lacks(), buy.outcome.as_str());
        if lacks.is_empty() {
            assert!(
                outcome == "placed" || LIMITS.contains(&outcome),
                "{} on {}: {outcome}",
                buy.symbol,
                buy.day
            );
        } else {
            let is_named = lacks.contains(&outcome) || outcome == "open_position_exists";
            assert!(is_named, "{} on {}: {outcome}, and it lacks {lacks:?}", buy.symbol, buy.day);
            refused += 1;
        }
    }
    refused
}

async fn both_choices(market: Arc<dyn MarketData>, days: (&str, &str)) {
    let free = traded(&market, days, json!({})).await;
    every_buy_is_ordered_within_limits(&free);
    let gated = traded(&market, days, json!({ "past_gate": true })).await;
    let refused = the_gate_chooses_by_the_past(&gated);
    println!(
        "{} to {}: of {} buys {} are ordered; with the gate, which refuses {refused}, {} of {}",
        days.0,
        days.1,
        free.len(),
        ordered(&free),
        ordered(&gated),
        gated.len()
    );
    assert!(ordered(&free) > ordered(&gated) && ordered(&gated) > 0 && refused > 0);
    // The verdicts are the analysis' own: what is bought of them changes none.
    let verdicts = |buys: &[Buy]| buys.iter().map(|buy| (buy.day, buy.symbol.clone())).collect::<Vec<_>>();
    assert_eq!(verdicts(&free), verdicts(&gated));
}

#[tokio::test]
async fn made_up_buys_are_ordered_by_default_and_chosen_by_the_gate() {
    let calendar = CalendarHandle::embedded().unwrap();
    let market = SyntheticMarket::new(1, calendar, day("2018-01-01"), day("2024-06-28")).unwrap();
    both_choices(Arc::new(market), ("2024-03-11", "2024-04-26")).await;
}

#[tokio::test]
async fn real_buys_are_ordered_by_default_and_chosen_by_the_gate() {
    let Some(folder) = std::env::var_os("PRAHARI_NSE_DATA").map(|data| PathBuf::from(data).join("csv"))
    else {
        eprintln!("left out: PRAHARI_NSE_DATA names no folder of real daily bars");
        return;
    };
    let calendar = CalendarHandle::embedded().unwrap();
    let market = CsvMarket::open(&folder, 1, calendar).unwrap();
    both_choices(Arc::new(market), ("2025-01-01", "2025-03-31")).await;
}
