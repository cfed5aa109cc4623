//! The rules of the pre-market adjustment, one sentence each.

use prahari_sdk::{
    OrderChange, OrderKind, OrderState, Paise, Phase, Purpose, ReentryLevel, Refusal, RefusalCode,
    ScriptedHost, Sent, Side, Summary, Task,
};

use crate::PremarketAmoAdjustment;

const RUNG: Purpose = Purpose::Reentry(ReentryLevel { level: 20, cycle: 1 });

/// A pre-open with a limit buy of 10 shares on a share that closed at 300 rupees, EMA9 too, and is about to open at `price`.
fn pre_open(price: Paise, purpose: Purpose) -> (ScriptedHost, String) {
    let mut host = ScriptedHost::at(20_000, 9, 5).share("ACME", 30_000);
    host.phase = Phase::PreOpen;
    host.trade_at("ACME", price);
    let id = host.add_order("ACME", Side::Buy, 10, OrderKind::Limit(30_000), purpose);
    (host, id)
}

fn run(host: &mut ScriptedHost) -> Summary {
    let context = host.context("premarket_amo_adjustment");
    PremarketAmoAdjustment::run(host, &context).unwrap()
}

fn left_for(host: &mut ScriptedHost, reason: &str) {
    run(host);
    assert!(host.sent.is_empty(), "{:?}", host.sent);
    assert_eq!(host.reasons("ACME"), [reason]);
}

fn cancelled_for(host: &mut ScriptedHost, id: &str, reason: &str) {
    run(host);
    assert_eq!(host.sent, [Sent::Cancelled(id.to_owned(), reason.to_owned())]);
    assert_eq!(host.reasons("ACME"), [reason]);
}

fn counter(summary: &Summary, name: &str) -> i64 {
    summary.counters.iter().find(|counter| counter.name == name).map_or(0, |counter| counter.value)
}

#[test]
fn a_pending_buy_becomes_a_market_order_sized_at_the_pre_market_price() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    let summary = run(&mut host);
    let change = OrderChange { quantity: Some(344), kind: Some(OrderKind::Market) };
    assert_eq!(host.sent, [Sent::Modified(id, change)]);
    assert_eq!(host.reasons("ACME"), ["adjusted"]);
    assert_eq!(counter(&summary, "adjusted"), 1);
}

#[test]
fn where_market_orders_are_frozen_the_limit_is_set_the_buffer_above_the_price() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    host.phase = Phase::PreOpenLimitOnly;
    run(&mut host);
    // 29,000 x 1.005 = 29,145, a multiple of the tick.
    let change = OrderChange { quantity: Some(344), kind: Some(OrderKind::Limit(29_145)) };
    assert_eq!(host.sent, [Sent::Modified(id, change)]);
}

#[test]
fn the_buffer_is_the_users_setting_and_rounds_up_to_the_tick() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.phase = Phase::PreOpenLimitOnly;
    host.strategy.marketable_limit_buffer_pct = 1.01;
    run(&mut host);
    // 29,292.9 rounded up.
    assert_eq!(host.orders[0].kind, OrderKind::Limit(29_295));
}

#[test]
fn a_marketable_limit_stays_within_the_price_band() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.phase = Phase::PreOpenLimitOnly;
    host.instruments.get_mut("ACME").unwrap().band_high = 29_103;
    run(&mut host);
    assert_eq!(host.orders[0].kind, OrderKind::Limit(29_100));
}

#[test]
fn a_market_order_that_stands_cannot_be_touched_where_market_orders_are_frozen() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    host.order_mut(&id).unwrap().kind = OrderKind::Market;
    host.phase = Phase::PreOpenLimitOnly;
    left_for(&mut host, "market_orders_frozen");
}

#[test]
fn an_order_that_is_right_already_is_left_alone() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    let order = host.order_mut(&id).unwrap();
    (order.quantity, order.kind) = (344, OrderKind::Market);
    left_for(&mut host, "unchanged");
}

#[test]
fn a_price_above_the_part_of_ema9_cancels_the_buy() {
    // EMA9 with 29,700 today is 29,940, and 99 % of it 29,640.6.
    let (mut host, id) = pre_open(29_700, Purpose::Entry);
    cancelled_for(&mut host, &id, "above_ema9");
}

#[test]
fn a_price_just_below_the_part_of_ema9_keeps_the_buy() {
    // EMA9 with 29,620 today is 29,924, and 99 % of it 29,624.8.
    let (mut host, _) = pre_open(29_620, Purpose::Entry);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["adjusted"]);
}

#[test]
fn the_part_of_ema9_is_the_users_setting() {
    let (mut host, _) = pre_open(29_700, Purpose::Entry);
    host.strategy.premarket_cancel_ema9_ratio = 1.0;
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["adjusted"]);
}

#[test]
fn without_an_indicative_price_the_buy_is_left_alone() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.quotes.get_mut("ACME").unwrap().indicative = None;
    let summary = run(&mut host);
    assert_eq!(host.reasons("ACME"), ["price_unavailable"]);
    assert_eq!(counter(&summary, "price_unavailable"), 1);
}

#[test]
fn a_late_run_in_the_session_uses_the_traded_price() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.phase = Phase::Continuous;
    let quote = host.quotes.get_mut("ACME").unwrap();
    (quote.indicative, quote.last) = (None, 29_000);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["adjusted"]);
}

#[test]
fn a_price_that_cannot_be_true_is_not_traded_on() {
    let (mut host, _) = pre_open(20_000, Purpose::Entry);
    left_for(&mut host, "price_not_sane");
}

#[test]
fn a_share_without_history_is_left_alone() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.daily.clear();
    left_for(&mut host, "history_unavailable");
}

#[test]
fn an_unknown_instrument_is_left_alone() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.instruments.clear();
    left_for(&mut host, "instrument_unknown");
}

#[test]
fn no_order_is_changed_while_the_pre_open_is_matching() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.phase = Phase::PreOpenMatching;
    host.quotes.get_mut("ACME").unwrap().indicative = Some(29_000);
    left_for(&mut host, "orders_frozen");
}

#[test]
fn an_order_whose_outcome_is_not_known_is_left_alone() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    host.order_mut(&id).unwrap().state = OrderState::Unknown;
    left_for(&mut host, "order_unsettled");
}

#[test]
fn a_partly_filled_buy_is_left_alone() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    let order = host.order_mut(&id).unwrap();
    (order.state, order.filled) = (OrderState::PartiallyFilled, 3);
    left_for(&mut host, "partly_filled");
}

#[test]
fn a_re_entry_whose_position_is_closed_is_cancelled() {
    let (mut host, id) = pre_open(29_000, RUNG);
    cancelled_for(&mut host, &id, "position_closed");
}

#[test]
fn a_re_entry_of_an_open_position_is_adjusted_like_a_first_buy() {
    let (host, _) = pre_open(29_000, RUNG);
    let mut host = host.position("ACME", 5, 31_000);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["adjusted"]);
}

#[test]
fn a_buy_that_the_sizing_rules_no_longer_allow_is_cancelled() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    host.strategy.min_absolute_avg_volume = 1_000_001;
    cancelled_for(&mut host, &id, "illiquid");
}

#[test]
fn a_larger_quantity_is_cut_down_to_what_the_money_affords() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.funds.available = 2_700_000;
    run(&mut host);
    // 30,000 rupees with what the order has reserved, less one part in 200.
    assert_eq!(host.orders[0].quantity, 102);
}

#[test]
fn a_buy_that_no_money_is_left_for_is_left_alone() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.funds.available = -290_000;
    left_for(&mut host, "insufficient_funds");
}

#[test]
fn a_refused_change_is_said_with_the_brokers_words() {
    let (mut host, id) = pre_open(29_000, Purpose::Entry);
    host.change_refusals.insert(id, Refusal { code: RefusalCode::Broker, detail: "too late".to_owned() });
    let summary = run(&mut host);
    assert_eq!(host.reasons("ACME"), ["broker_refused"]);
    assert!(host.decisions[0].evidence.iter().any(|fact| fact.value == "too late"));
    assert_eq!(counter(&summary, "modification_failed"), 1);
}

#[test]
fn a_refused_cancellation_is_said_too() {
    let (mut host, id) = pre_open(29_700, Purpose::Entry);
    host.change_refusals.insert(id, Refusal { code: RefusalCode::State, detail: "filled".to_owned() });
    left_for(&mut host, "order_state");
}

#[test]
fn switched_off_it_leaves_every_buy_and_says_so() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.strategy.enable_premarket_adjustment = false;
    assert_eq!(run(&mut host).text, "switched off; 1 pending buy left as it is");
    host.forget();
    left_for(&mut host, "adjustment_disabled");
}

#[test]
fn the_line_counts_one_pending_buy_in_the_singular() {
    let (mut host, _) = pre_open(29_620, Purpose::Entry);
    assert_eq!(run(&mut host).text, "1 adjusted, 0 cancelled of 1 pending buy");
}

#[test]
fn a_buy_that_somebody_placed_outside_is_left_to_them() {
    let (mut host, _) = pre_open(29_000, Purpose::Exit("external".to_owned()));
    assert_eq!(run(&mut host).text, "no pending buys");
    assert!(host.sent.is_empty());
}

#[test]
fn sells_are_none_of_its_business() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.orders[0].side = Side::Sell;
    assert_eq!(run(&mut host).text, "no pending buys");
    assert_eq!(host.calls, ["orders"]);
}

#[test]
fn each_pending_buy_is_counted_once_by_what_became_of_it() {
    let (mut host, right) = pre_open(29_000, Purpose::Entry);
    let order = host.order_mut(&right).unwrap();
    (order.quantity, order.kind) = (344, OrderKind::Market);
    for (symbol, price) in [("LOWER", 29_000), ("ABOVE", 29_700), ("SILENT", 29_000), ("REFUSED", 29_000)] {
        host = host.share(symbol, 30_000);
        host.trade_at(symbol, price);
        host.add_order(symbol, Side::Buy, 10, OrderKind::Limit(30_000), Purpose::Entry);
    }
    host.quotes.get_mut("SILENT").unwrap().indicative = None;
    let refused = host.orders.last().unwrap().id.clone();
    let refusal = Refusal { code: RefusalCode::Broker, detail: "scripted".to_owned() };
    host.modify_refusals.insert(refused, refusal);
    let summary = run(&mut host);
    let names = [
        "total_orders",
        "no_adjustment_needed",
        "adjusted",
        "cancelled",
        "cancelled_above_ema9",
        "price_unavailable",
        "modification_failed",
        "left",
    ];
    assert_eq!(names.map(|name| counter(&summary, name)), [5, 1, 1, 1, 1, 1, 1, 0]);
}

#[test]
fn a_morning_without_pending_buys_counts_none() {
    let mut host = ScriptedHost::at(20_000, 9, 5);
    assert_eq!(counter(&run(&mut host), "total_orders"), 0);
    assert_eq!(run(&mut host).counters.len(), 1);
}

#[test]
fn what_is_switched_off_is_counted_as_such() {
    let (mut host, _) = pre_open(29_000, Purpose::Entry);
    host.strategy.enable_premarket_adjustment = false;
    let summary = run(&mut host);
    assert_eq!((counter(&summary, "total_orders"), counter(&summary, "skipped_not_enabled")), (1, 1));
}
