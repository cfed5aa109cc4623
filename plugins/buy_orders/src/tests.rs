//! The rules of the evening buys, one sentence each.

use prahari_sdk::{
    OrderKind, Paise, PastGate, PositionEntry, Purpose, ReentryLevel, ReentrySignal, Refusal, RefusalCode,
    ScriptedHost, Side, SignalKind, SignalStatus, Summary, Task, TaskError, Variety, past::Past, time,
};

use crate::BuyOrders;

/// Monday, 1 January 2024.
const MONDAY: i32 = 19_723;
const RUNG: ReentrySignal = ReentrySignal { level: 20, cycle: 1 };

fn evening() -> ScriptedHost {
    let mut host = ScriptedHost::at(MONDAY, 16, 5);
    host.after_market = true;
    host
}

/// An evening with an active buy signal on a share at 300.01 rupees.
fn with_signal() -> ScriptedHost {
    let mut host = evening().share("ACME", 30_001);
    host.add_signal("ACME", SignalKind::Buy, 50.0);
    host
}

/// An evening with a held share that fell all along, so that its RSI is 0, and a re-entry signal on it.
fn with_reentry() -> ScriptedHost {
    let closes: Vec<Paise> = (0..250).map(|day| 12_490 - day * 10).collect();
    let mut host = evening().share_with_history("HELD", &closes, 10_000).position("HELD", 10, 11_000);
    host.add_signal("HELD", SignalKind::Reentry(RUNG), 10.0);
    host
}

fn run(host: &mut ScriptedHost) -> Summary {
    let context = host.context("buy_orders");
    BuyOrders::run(host, &context).unwrap()
}

fn counter(summary: &Summary, name: &str) -> i64 {
    summary.counters.iter().find(|counter| counter.name == name).map_or(0, |counter| counter.value)
}

fn skipped_for(host: &mut ScriptedHost, symbol: &str, reason: &str) {
    run(host);
    assert!(host.placed().iter().all(|order| order.symbol != symbol), "{symbol} was bought");
    assert_eq!(host.reasons(symbol), [reason]);
}

#[test]
fn a_signal_becomes_an_after_market_limit_buy_at_the_last_close_rounded_up_to_the_tick() {
    let mut host = with_signal();
    let summary = run(&mut host);
    let placed = host.placed();
    assert_eq!(placed[0].kind, OrderKind::Limit(30_005));
    assert_eq!(
        (placed[0].side, placed[0].variety, placed[0].quantity),
        (Side::Buy, Variety::AfterMarket, 333)
    );
    assert_eq!((placed[0].purpose.clone(), placed[0].signal_id), (Purpose::Entry, Some(1)));
    assert_eq!(placed[0].rsi, Some(25.0));
    assert_eq!(host.reasons("ACME"), ["placed"]);
    assert_eq!(counter(&summary, "placed"), 1);
}

/// An evening with two shares whose ranks by score and by priority differ, and a re-entry with the best of both.
fn ranked() -> ScriptedHost {
    let mut host = with_reentry().share("SCORED", 10_000).share("POINTED", 10_000);
    host.add_signal("POINTED", SignalKind::Buy, 30.0);
    host.add_signal("SCORED", SignalKind::StrongBuy, 20.0);
    for signal in &mut host.signals {
        signal.draft.combined_score = if signal.draft.symbol == "SCORED" { 41.0 } else { 40.0 };
    }
    host
}

fn bought(host: &ScriptedHost) -> Vec<&str> {
    host.placed().iter().map(|order| order.symbol.as_str()).collect()
}

#[test]
fn signals_are_bought_best_combined_score_first_and_re_entries_last() {
    let mut host = ranked();
    run(&mut host);
    assert_eq!(bought(&host), ["SCORED", "POINTED", "HELD"]);
}

#[test]
fn a_user_may_rank_buys_by_the_points_of_their_priority() {
    let mut host = ranked();
    host.selection.by_priority = true;
    run(&mut host);
    assert_eq!(bought(&host), ["POINTED", "SCORED", "HELD"]);
}

#[test]
fn of_equal_scores_the_better_priority_is_bought_first() {
    let mut host = ranked();
    for signal in &mut host.signals {
        signal.draft.combined_score = 40.0;
    }
    run(&mut host);
    assert_eq!(bought(&host), ["POINTED", "SCORED", "HELD"]);
}

#[test]
fn each_order_is_a_call_of_its_own_after_a_look_at_the_money() {
    let mut host = with_signal().share("NEXT", 10_000);
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    run(&mut host);
    let calls: Vec<&str> =
        host.calls.iter().copied().filter(|call| matches!(*call, "funds" | "place")).collect();
    assert_eq!(calls, ["funds", "place", "funds", "place"]);
}

/// The documented bounds of the gate.
const GATE: PastGate = PastGate { win_rate: 65.0, average_profit: 1.5, score: 45.0, combined: 25.0 };
/// A past that just passes them.
const PAST: Past = Past { trades: 20, won: 13, average_profit: 1.5, total_return: 0.1 };

/// An evening with a buy signal on a share with this past, of a user who asks for more than just any.
fn gated(past: &Past) -> ScriptedHost {
    let mut host = with_signal();
    host.selection.past_gate = Some(GATE);
    host.signals[0].draft.reasons = past.codes().to_vec();
    (host.signals[0].draft.backtest_score, host.signals[0].draft.combined_score) = (45.0, 25.0);
    host
}

#[test]
fn without_a_gate_a_buy_is_ordered_whatever_its_past_and_its_scores() {
    let mut host = gated(&Past { trades: 0, won: 0, average_profit: 0.0, total_return: 0.0 });
    host.selection.past_gate = None;
    (host.signals[0].draft.backtest_score, host.signals[0].draft.combined_score) = (0.0, 0.0);
    // The oldest components ask it always; this one knows of the gate.
    host.strategy.min_combined_score = 100.0;
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["placed"]);
}

#[test]
fn with_the_gate_a_past_at_its_bounds_is_bought() {
    let mut host = gated(&PAST);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["placed"]);
}

#[test]
fn each_bound_of_the_gate_refuses_by_itself() {
    skipped_for(&mut gated(&Past { trades: 0, won: 0, ..PAST }), "ACME", "past_no_trades");
    skipped_for(&mut gated(&Past { won: 12, ..PAST }), "ACME", "past_win_rate");
    skipped_for(&mut gated(&Past { average_profit: 1.4999, ..PAST }), "ACME", "past_average_profit");
    skipped_for(&mut gated(&Past { total_return: 0.0, ..PAST }), "ACME", "past_return");
    let mut scored = gated(&PAST);
    scored.signals[0].draft.backtest_score = 44.9;
    skipped_for(&mut scored, "ACME", "past_score");
    let mut combined = gated(&PAST);
    combined.signals[0].draft.combined_score = 24.9;
    skipped_for(&mut combined, "ACME", "below_min_combined_score");
    let mut untold = gated(&PAST);
    untold.signals[0].draft.reasons.clear();
    skipped_for(&mut untold, "ACME", "past_unknown");
}

#[test]
fn what_the_gate_refuses_is_counted_and_leaves_its_place_to_others() {
    let mut host = gated(&Past { won: 1, ..PAST }).share("NEXT", 10_000);
    host.strategy.max_portfolio_size = 1;
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    host.signals[1].draft.combined_score = 25.0;
    host.signals[1].draft.reasons = PAST.codes().to_vec();
    let summary = run(&mut host);
    assert_eq!((bought(&host), counter(&summary, "skipped_past_gate")), (vec!["NEXT"], 1));
}

#[test]
fn a_held_share_is_not_bought_on_a_first_buy_signal() {
    let mut host = with_signal().position("ACME", 10, 30_000);
    skipped_for(&mut host, "ACME", "open_position_exists");
}

#[test]
fn a_share_with_an_active_buy_is_skipped() {
    let mut host = with_signal();
    host.add_order("ACME", Side::Buy, 1, OrderKind::Limit(30_000), Purpose::Entry);
    skipped_for(&mut host, "ACME", "active_order_exists");
}

#[test]
fn a_share_whose_rejected_buy_waits_for_its_retry_is_skipped() {
    let mut host = with_signal();
    host.funds.available = 0;
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["insufficient_funds"]);
    host.forget();
    skipped_for(&mut host, "ACME", "waiting_for_retry");
}

#[test]
fn a_rejected_buy_that_has_expired_does_not_stand_in_the_way() {
    let mut host = with_signal();
    host.funds.available = 0;
    run(&mut host);
    host.orders[0].first_placed_at = time::at(MONDAY - 3, 16, 5);
    host.funds.available = 100_000_000;
    host.forget();
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn a_full_portfolio_takes_no_further_share() {
    let mut host = with_signal().share("NEXT", 10_000).position("HELD", 1, 100);
    host.strategy.max_portfolio_size = 2;
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    let summary = run(&mut host);
    assert_eq!(host.reasons("ACME"), ["placed"]);
    assert_eq!(host.reasons("NEXT"), ["portfolio_limit_reached"]);
    assert_eq!(counter(&summary, "skipped_portfolio_limit"), 1);
}

#[test]
fn an_unknown_instrument_is_skipped() {
    let mut host = with_signal();
    host.instruments.clear();
    skipped_for(&mut host, "ACME", "instrument_unknown");
}

#[test]
fn a_trade_for_trade_share_is_skipped() {
    let mut host = with_signal();
    host.instruments.get_mut("ACME").unwrap().series = "BE".to_owned();
    skipped_for(&mut host, "ACME", "series_not_allowed");
}

#[test]
fn a_share_without_a_price_is_skipped() {
    let mut host = with_signal();
    host.quotes.clear();
    skipped_for(&mut host, "ACME", "price_unavailable");
}

#[test]
fn a_price_that_cannot_be_true_is_not_traded_on() {
    let mut host = with_signal();
    host.signals[0].draft.last_close = 20_000;
    skipped_for(&mut host, "ACME", "price_not_sane");
}

#[test]
fn an_illiquid_share_is_skipped_instead_of_getting_the_full_capital() {
    let mut host = with_signal();
    host.signals[0].draft.average_volume = 9_999;
    skipped_for(&mut host, "ACME", "illiquid");
}

#[test]
fn a_share_dearer_than_the_capital_is_skipped() {
    let mut host = with_signal();
    host.strategy.user_capital = 30_000;
    skipped_for(&mut host, "ACME", "quantity_zero");
}

#[test]
fn an_order_too_large_for_the_volume_is_skipped() {
    let mut host = evening().share("DEAR", 600_000);
    host.add_signal("DEAR", SignalKind::Buy, 1.0);
    host.strategy.min_absolute_avg_volume = 1;
    host.signals[0].draft.average_volume = 160;
    skipped_for(&mut host, "DEAR", "position_too_large_for_volume");
}

#[test]
fn a_buy_that_the_money_does_not_cover_is_kept_for_the_retry() {
    let mut host = with_signal();
    host.funds.available = 1_000;
    let summary = run(&mut host);
    assert_eq!(host.reasons("ACME"), ["insufficient_funds"]);
    assert_eq!(counter(&summary, "failed_balance"), 1);
    assert!(host.orders[0].retryable);
}

#[test]
fn a_refusal_of_one_symbol_does_not_stop_the_next() {
    let mut host = with_signal().share("NEXT", 10_000);
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    host.refusals
        .insert("ACME".to_owned(), Refusal { code: RefusalCode::PriceBand, detail: "scripted".to_owned() });
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["outside_price_band"]);
    assert_eq!(host.reasons("NEXT"), ["placed"]);
}

#[test]
fn a_refusal_of_everything_is_asked_for_once_and_said_of_each() {
    let mut host = with_signal().share("NEXT", 10_000);
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    let refusal = Refusal { code: RefusalCode::KillSwitch, detail: "scripted".to_owned() };
    host.refusals.insert("ACME".to_owned(), refusal);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["kill_switch"]);
    assert_eq!(host.reasons("NEXT"), ["kill_switch"]);
    assert_eq!(host.calls.iter().filter(|call| **call == "place").count(), 1);
}

#[test]
fn a_buy_of_unknown_outcome_is_counted_apart_from_what_was_refused() {
    let mut host = with_signal().share("NEXT", 10_000);
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    host.unanswered.insert("ACME".to_owned());
    let summary = run(&mut host);
    assert_eq!(summary.text, "0 ordered of 2 symbols with signals, 1 of unknown outcome");
    assert_eq!(["unknown_outcome", "refused", "placed"].map(|name| counter(&summary, name)), [1, 0, 0]);
    assert_eq!(host.reasons("ACME"), ["outcome_unknown"]);
    assert_eq!(host.reasons("NEXT"), ["earlier_order_unsettled"]);
    let order = host.decisions[0].evidence.iter().find(|fact| fact.name == "order").unwrap();
    assert_eq!(order.value, host.orders[0].id);

    // Nothing of this one was sent.
    let mut host = with_signal();
    let refusal = Refusal { code: RefusalCode::Unsettled, detail: "scripted".to_owned() };
    host.refusals.insert("ACME".to_owned(), refusal);
    let summary = run(&mut host);
    assert_eq!(["unknown_outcome", "refused"].map(|name| counter(&summary, name)), [0, 1]);
    assert_eq!(summary.text, "0 ordered of 1 symbol with signals");
}

#[test]
fn nothing_is_bought_while_after_market_orders_are_not_taken() {
    let mut host = with_signal();
    host.after_market = false;
    skipped_for(&mut host, "ACME", "after_market_closed");
}

#[test]
fn a_signal_that_is_no_longer_active_says_so() {
    for (status, reason) in [
        (SignalStatus::Traded, "signal_traded"),
        (SignalStatus::Rejected, "signal_rejected"),
        (SignalStatus::Failed, "signal_failed"),
    ] {
        let mut host = with_signal();
        host.signals[0].status = status;
        skipped_for(&mut host, "ACME", reason);
    }
}

#[test]
fn an_interrupted_run_that_is_run_again_places_only_what_is_missing() {
    let mut host = with_signal().share("NEXT", 10_000);
    host.add_signal("NEXT", SignalKind::Buy, 40.0);
    host.unavailable.push("record");
    host.refusals.insert("NEXT".to_owned(), Refusal { code: RefusalCode::Broker, detail: "down".to_owned() });
    let context = host.context("buy_orders");
    assert!(matches!(BuyOrders::run(&mut host, &context), Err(TaskError::Unavailable(_))));
    host.unavailable.clear();
    host.refusals.clear();
    host.forget();
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
    assert_eq!(host.reasons("ACME"), ["signal_traded"]);
    assert_eq!(host.reasons("NEXT"), ["placed"]);
}

#[test]
fn a_re_entry_is_bought_with_its_rung_and_the_rsi_of_the_close() {
    let mut host = with_reentry();
    run(&mut host);
    let placed = host.placed();
    assert_eq!(placed[0].purpose, Purpose::Reentry(ReentryLevel { level: 20, cycle: 1 }));
    assert_eq!((placed[0].quantity, placed[0].rsi), (1_000, Some(0.0)));
    assert_eq!(host.reasons("HELD"), ["placed"]);
}

#[test]
fn a_re_entry_is_bought_even_when_the_portfolio_is_full() {
    let mut host = with_reentry();
    host.strategy.max_portfolio_size = 1;
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn a_held_share_with_both_signals_is_decided_once_by_its_re_entry() {
    let mut host = with_reentry();
    host.add_signal("HELD", SignalKind::Buy, 90.0);
    run(&mut host);
    assert_eq!(host.reasons("HELD"), ["placed"]);
    assert_ne!(host.placed()[0].purpose, Purpose::Entry);
}

#[test]
fn a_re_entry_of_a_closed_position_is_skipped() {
    let mut host = with_reentry();
    host.positions.clear();
    skipped_for(&mut host, "HELD", "position_closed");
}

#[test]
fn a_re_entry_with_an_active_buy_is_skipped() {
    let mut host = with_reentry();
    let rung = Purpose::Reentry(ReentryLevel { level: 30, cycle: 1 });
    host.add_order("HELD", Side::Buy, 1, OrderKind::Limit(9_900), rung);
    skipped_for(&mut host, "HELD", "active_order_exists");
}

fn taken(host: &mut ScriptedHost, cycle: u32, day: i32) {
    host.positions[0].entries.push(PositionEntry {
        order_id: "earlier".to_owned(),
        purpose: Purpose::Reentry(ReentryLevel { level: 20, cycle }),
        quantity: 1,
        price: 10_000,
        rsi: Some(19.0),
        day,
    });
}

#[test]
fn a_level_taken_in_this_cycle_is_not_bought_again() {
    let mut host = with_reentry();
    taken(&mut host, 1, MONDAY - 7);
    skipped_for(&mut host, "HELD", "level_already_taken");
}

#[test]
fn a_level_above_one_taken_in_this_cycle_is_not_bought_either() {
    let mut host = with_reentry();
    host.signals[0].draft.kind = SignalKind::Reentry(ReentrySignal { level: 30, cycle: 1 });
    taken(&mut host, 1, MONDAY - 7);
    skipped_for(&mut host, "HELD", "level_already_taken");
}

#[test]
fn of_several_rungs_the_deepest_that_the_close_confirms_is_bought() {
    let mut host = with_reentry();
    host.add_signal("HELD", SignalKind::Reentry(ReentrySignal { level: 30, cycle: 1 }), 5.0);
    // 31 paise up on an average loss of 9 a day: RSI 25.6.
    host.daily.get_mut("HELD").unwrap().last_mut().unwrap().close = 10_041;
    run(&mut host);
    assert_eq!(host.placed()[0].purpose, Purpose::Reentry(ReentryLevel { level: 30, cycle: 1 }));
    assert_eq!(host.reasons("HELD"), ["placed"]);
}

#[test]
fn several_rungs_that_are_not_bought_leave_one_reason() {
    let mut host = with_reentry();
    host.signals[0].status = SignalStatus::Failed;
    host.add_signal("HELD", SignalKind::Reentry(ReentrySignal { level: 30, cycle: 1 }), 5.0);
    host.daily.get_mut("HELD").unwrap().last_mut().unwrap().close = 10_200;
    skipped_for(&mut host, "HELD", "rsi_recovered");
}

#[test]
fn a_level_bought_today_is_not_bought_again_in_a_new_cycle() {
    let mut host = with_reentry();
    host.signals[0].draft.kind = SignalKind::Reentry(ReentrySignal { level: 20, cycle: 2 });
    taken(&mut host, 1, MONDAY);
    skipped_for(&mut host, "HELD", "level_taken_today");
}

#[test]
fn a_level_of_an_earlier_cycle_is_free_again() {
    let mut host = with_reentry();
    host.signals[0].draft.kind = SignalKind::Reentry(ReentrySignal { level: 20, cycle: 2 });
    taken(&mut host, 1, MONDAY - 7);
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn a_re_entry_whose_rsi_recovered_by_the_close_is_skipped() {
    let mut host = with_reentry();
    host.daily.get_mut("HELD").unwrap().last_mut().unwrap().close = 10_200;
    skipped_for(&mut host, "HELD", "rsi_recovered");
}

#[test]
fn a_re_entry_without_history_is_skipped() {
    let mut host = with_reentry();
    host.daily.clear();
    skipped_for(&mut host, "HELD", "history_unavailable");
}

#[test]
fn a_re_entry_is_cut_down_to_what_the_money_affords() {
    let mut host = with_reentry();
    host.funds.available = 1_000_000;
    run(&mut host);
    assert_eq!(host.placed()[0].quantity, 99, "one in 200 is left for charges");
}

#[test]
fn a_re_entry_without_any_money_is_kept_whole_for_the_retry() {
    let mut host = with_reentry();
    host.funds.available = 0;
    run(&mut host);
    assert_eq!(host.reasons("HELD"), ["insufficient_funds"]);
    assert_eq!((host.orders[0].quantity, host.orders[0].retryable), (1_000, true));
}

#[test]
fn an_evening_without_signals_does_nothing() {
    let mut host = evening();
    assert_eq!(run(&mut host).text, "0 ordered of 0 symbols with signals");
    assert!(host.decisions.is_empty());
}

#[test]
fn an_evening_says_what_it_ordered_and_not_that_it_was_bought() {
    assert_eq!(run(&mut with_signal()).text, "1 ordered of 1 symbol with signals");
    assert_eq!(run(&mut ranked()).text, "3 ordered of 3 symbols with signals");
}

#[test]
fn what_is_left_out_is_counted_by_its_reason() {
    let counts = |mut host: ScriptedHost| {
        let summary = run(&mut host);
        ["considered", "skipped", "skipped_duplicates", "skipped_missing_data", "skipped_invalid_quantity"]
            .map(|name| counter(&summary, name))
    };
    assert_eq!(counts(with_signal()), [1, 0, 0, 0, 0]);
    assert_eq!(counts(with_signal().position("ACME", 10, 30_000)), [1, 1, 1, 0, 0], "held already");
    let mut silent = with_signal();
    silent.quotes.clear();
    assert_eq!(counts(silent), [1, 1, 0, 1, 0], "no price");
    let mut dear = with_signal();
    dear.strategy.user_capital = 30_000;
    assert_eq!(counts(dear), [1, 1, 0, 0, 1], "not one share for the money");
}

#[test]
fn first_buys_and_re_entries_are_counted_apart_and_together() {
    let mut host = with_reentry().share("ACME", 30_001);
    host.add_signal("ACME", SignalKind::Buy, 50.0);
    let summary = run(&mut host);
    let counts = ["placed", "placed_entries", "placed_reentries"].map(|name| counter(&summary, name));
    assert_eq!(counts, [2, 1, 1]);
}
