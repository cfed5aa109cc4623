//! Runs of the task against a scripted host, one sentence each.

use prahari_indicators::Bar;
use prahari_sdk::{
    Candle, Capability, Instrument, LogLevel, PastGate, ScriptedHost, SignalKind, Summary, Task, TaskError,
    past::Past,
};

use crate::Analysis;
use crate::fixtures::{bars_of, winning_bars};

fn candle(bar: &Bar) -> Candle {
    Candle {
        day: bar.day,
        open: bar.open.round() as i64,
        high: bar.high.round() as i64,
        low: bar.low.round() as i64,
        close: bar.close.round() as i64,
        volume: bar.volume as u64,
    }
}

fn winning_candles() -> Vec<Candle> {
    winning_bars().iter().map(candle).collect()
}

/// The market after the close of the day on which the dip ends.
fn evening() -> ScriptedHost {
    let last = winning_candles().last().map_or(0, |candle| candle.day);
    ScriptedHost::at(last, 16, 0)
}

fn with_share(mut host: ScriptedHost, symbol: &str, candles: Vec<Candle>) -> ScriptedHost {
    let instrument = Instrument {
        symbol: symbol.to_owned(),
        series: "EQ".to_owned(),
        tick: 5,
        lot: 1,
        freeze_quantity: 1_000_000,
        band_low: 1,
        band_high: 100_000_000,
        closing_auction: false,
    };
    host.instruments.insert(symbol.to_owned(), instrument);
    host.daily.insert(symbol.to_owned(), candles);
    host
}

/// Closes without any sign, ending on the same day.
fn calm_candles() -> Vec<Candle> {
    let closes: Vec<f64> = (0..1_551).map(|step| 10_000.0 + f64::from(step)).collect();
    bars_of(&closes).iter().map(candle).collect()
}

fn run(host: &mut ScriptedHost) -> Result<Summary, TaskError> {
    let context = host.context("analysis");
    Analysis::run(host, &context)
}

fn counter(summary: &Summary, name: &str) -> i64 {
    summary.counters.iter().find(|counter| counter.name == name).map_or(0, |counter| counter.value)
}

#[test]
fn a_dip_with_a_good_past_is_published() {
    let mut host = with_share(with_share(evening(), "DIP", winning_candles()), "CALM", calm_candles());
    let summary = run(&mut host).unwrap();
    let [draft] = host.published.as_slice() else { panic!("{:?}", host.decisions) };
    assert_eq!(draft.symbol, "DIP");
    assert!(matches!(draft.kind, SignalKind::Buy | SignalKind::StrongBuy));
    assert_eq!(Some(draft.last_close), winning_candles().last().map(|candle| candle.close));
    assert!(draft.rsi < 30.0 && draft.average_volume == 100_000);
    assert!(draft.stop < draft.buy_low && draft.buy_low < draft.buy_high && draft.last_close < draft.target);
    assert!(draft.reasons.contains(&"rsi_oversold".to_owned()), "{draft:?}");
    let past = Past::of(&draft.reasons).unwrap();
    assert!(past.trades >= 5 && past.won + 1 >= past.trades && past.average_profit > 1.5, "{past:?}");
    assert_eq!(host.reasons("DIP"), ["oversold_in_uptrend"]);
    assert_eq!((counter(&summary, "processed"), counter(&summary, "inserted")), (2, 1));
    assert_eq!(counter(&summary, "buy") + counter(&summary, "strong_buy"), 1);
}

#[test]
fn every_symbol_leaves_one_decision_and_is_counted_once() {
    let short = winning_candles().split_off(1_400);
    let stale = winning_candles().into_iter().take(1_540).collect();
    let mut broken = winning_candles();
    broken[1_000].low = 0;
    let host = with_share(with_share(evening(), "DIP", winning_candles()), "CALM", calm_candles());
    let host = with_share(with_share(host, "SHORT", short), "STALE", stale);
    let mut host = with_share(with_share(host, "BROKEN", broken), "EMPTY", Vec::new());
    let summary = run(&mut host).unwrap();
    let expected = [
        ("CALM", "not_oversold"),
        ("SHORT", "insufficient_history"),
        ("STALE", "stale_candles"),
        ("BROKEN", "invalid_candles"),
        ("EMPTY", "no_candles"),
    ];
    for (symbol, reason) in expected {
        assert_eq!(host.reasons(symbol), [reason], "{symbol}");
    }
    assert_eq!(counter(&summary, "processed"), 6);
    let single = ["insufficient_history", "stale_candles", "invalid_candles", "no_candles", "watch"];
    assert_eq!(single.map(|name| counter(&summary, name)), [1; 5]);
}

#[test]
fn on_the_first_day_of_the_calendar_the_session_before_need_not_be_known() {
    let stale = winning_candles().into_iter().take(1_540).collect();
    let mut host = with_share(with_share(evening(), "DIP", winning_candles()), "STALE", stale);
    host.unavailable.push("trading_day_from");
    run(&mut host).unwrap();
    assert_ne!(host.reasons("DIP"), ["stale_candles"]);
    assert_eq!(host.reasons("STALE"), ["stale_candles"]);
}

#[test]
fn candles_are_asked_for_in_batches_and_the_long_past_only_for_buys() {
    let mut host = with_share(evening(), "DIP", winning_candles());
    for number in 0..29 {
        host = with_share(host, &format!("CALM{number}"), calm_candles());
    }
    run(&mut host).unwrap();
    let asked = host.calls.iter().filter(|call| **call == "candles").count();
    assert_eq!(asked, 3, "thirty symbols in two batches, and one buy");
}

#[test]
fn the_line_counts_what_there_is_one_of_in_the_singular() {
    let dip = || with_share(evening(), "DIP", winning_candles());
    let line = |mut host: ScriptedHost| run(&mut host).unwrap().text;
    let one = "1 symbol judged, 1 buy found; 1 signal new, 0 updated, 0 expired, 0 left out";
    assert_eq!(line(dip()), one);
    let two = line(with_share(dip(), "CALM", calm_candles()));
    assert!(two.starts_with("2 symbols judged, 1 buy found; "), "{two}");
}

#[test]
fn without_buys_the_empty_list_is_published_so_that_old_signals_expire() {
    let mut host = with_share(evening(), "CALM", calm_candles());
    run(&mut host).unwrap();
    assert!(host.calls.contains(&"publish") && host.published.is_empty());
}

#[test]
fn on_a_closed_day_the_scan_runs_and_publishes_nothing() {
    let mut host = with_share(evening(), "DIP", winning_candles());
    host.day += 1;
    host.now += 86_400_000;
    host.holidays.insert(host.day);
    let summary = run(&mut host).unwrap();
    assert!(!host.calls.contains(&"publish"));
    assert_eq!(host.reasons(""), ["not_trading_day"]);
    assert_eq!(host.reasons("DIP"), ["oversold_in_uptrend"]);
    assert!(
        host.lines.iter().any(|(level, line)| *level == LogLevel::Warn && line.contains("not a trading day"))
    );
    assert!(summary.text.contains("nothing published"), "{}", summary.text);
}

#[test]
fn the_verdict_decides_what_is_published_whatever_the_users_bounds_on_the_past() {
    let mut host = with_share(evening(), "DIP", winning_candles());
    host.strategy.min_combined_score = 99.0;
    host.selection.past_gate =
        Some(PastGate { win_rate: 100.0, average_profit: 99.0, score: 99.0, combined: 99.0 });
    run(&mut host).unwrap();
    assert_eq!(host.published.len(), 1, "each user's own bounds are asked where that user buys");
    let decision = host.decision("DIP").unwrap();
    for name in ["rsi", "trades", "win_rate_pct", "backtest_score", "combined_score"] {
        assert!(decision.evidence.iter().any(|fact| fact.name == name), "{name} is missing");
    }
}

#[test]
fn where_there_is_too_little_history_for_a_sure_average_the_decision_says_so() {
    let young = calm_candles().split_off(1_551 - 400);
    let mut host = with_share(with_share(evening(), "YOUNG", young), "CALM", calm_candles());
    let summary = run(&mut host).unwrap();
    let short = |symbol: &str| {
        let decision = host.decision(symbol).unwrap();
        decision.evidence.iter().find(|fact| fact.name == "short_history").map(|fact| fact.value.clone())
    };
    assert_eq!((short("YOUNG"), short("CALM")), (Some("400 of 850 sessions".to_owned()), None));
    assert_eq!(counter(&summary, "short_history"), 1);
}

#[test]
fn the_users_thresholds_are_used() {
    let mut host = with_share(evening(), "DIP", winning_candles());
    host.strategy.min_absolute_avg_volume = 100_001;
    run(&mut host).unwrap();
    assert_eq!(host.reasons("DIP"), ["illiquid"]);
    host.forget();
    host.strategy.min_absolute_avg_volume = 10_000;
    host.strategy.rsi_oversold = 5.0;
    run(&mut host).unwrap();
    assert_ne!(host.reasons("DIP"), ["oversold_in_uptrend"]);
    host.forget();
    host.strategy.rsi_oversold = 30.0;
    host.strategy.rsi_period = 40;
    run(&mut host).unwrap();
    assert_ne!(host.reasons("DIP"), ["oversold_in_uptrend"], "RSI over forty sessions is not that low");
}

#[test]
fn a_list_that_cannot_be_complete_is_not_published() {
    let mut unavailable = with_share(evening(), "DIP", winning_candles());
    unavailable.unavailable.push("candles");
    assert!(matches!(run(&mut unavailable), Err(TaskError::Unavailable(_))));
    let mut empty = evening();
    assert!(matches!(run(&mut empty), Err(TaskError::Unavailable(_))));
    let mut dark = with_share(evening(), "EMPTY", Vec::new());
    assert!(matches!(run(&mut dark), Err(TaskError::Unavailable(_))));
    for host in [unavailable, empty, dark] {
        assert!(!host.calls.contains(&"publish"));
    }
}

#[test]
fn a_missing_capability_is_reported() {
    let mut host = with_share(evening(), "DIP", winning_candles());
    host.denied.push(Capability::SignalsPublish);
    assert!(matches!(run(&mut host), Err(TaskError::Denied(Capability::SignalsPublish))));
    assert_eq!(host.reasons("DIP"), ["oversold_in_uptrend"], "what was found is still on record");
}
