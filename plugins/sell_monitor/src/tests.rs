//! The rules of the sell monitor, one sentence each.

use prahari_sdk::{
    Capability, OrderChange, OrderKind, OrderState, Paise, Phase, Purpose, Refusal, RefusalCode,
    ScriptedHost, Sent, Side, Summary, Task, TaskError,
};

use crate::SellMonitor;

/// A steady fall of 10 paise a day to 100 rupees: EMA9 stands 40 paise above the close and RSI at 0.
fn falling() -> Vec<Paise> {
    (0..250).map(|day| 12_490 - day * 10).collect()
}

/// EMA9 with a close of 10,000 today is 0.2 x 10,000 + 0.8 x 10,040 = 10,032, rounded up to the tick of 5.
const TARGET: Paise = 10_035;

fn world() -> ScriptedHost {
    ScriptedHost::at(20_000, 9, 15)
        .share_with_history("ACME", &falling(), 10_000)
        .position("ACME", 100, 10_500)
}

fn tick(host: &mut ScriptedHost) -> Summary {
    let context = host.context("sell_monitor");
    SellMonitor::run(host, &context).unwrap()
}

/// A world in which the first tick has placed the sell, and nothing is recorded any more.
fn with_sell() -> (ScriptedHost, String) {
    let mut host = world();
    tick(&mut host);
    host.forget();
    let id = host.orders[0].id.clone();
    (host, id)
}

fn counter(summary: &Summary, name: &str) -> i64 {
    summary.counters.iter().find(|counter| counter.name == name).map_or(0, |counter| counter.value)
}

fn refusal(code: RefusalCode) -> Refusal {
    Refusal { code, detail: "scripted".to_owned() }
}

#[test]
fn a_position_without_a_sell_is_offered_whole_at_ema9_rounded_up_to_the_tick() {
    let mut host = world();
    tick(&mut host);
    let placed = host.placed();
    assert_eq!(placed.len(), 1);
    assert_eq!((placed[0].side, placed[0].quantity), (Side::Sell, 100));
    assert_eq!(placed[0].kind, OrderKind::Limit(TARGET));
    assert_eq!(placed[0].purpose, Purpose::Exit("ema9_target".to_owned()));
    assert_eq!(host.reasons("ACME"), ["ema9_target"]);
}

#[test]
fn the_line_counts_what_there_is_one_of_in_the_singular() {
    let mut host = world();
    assert_eq!(tick(&mut host).text, "1 position: 1 sell placed, 0 changed, 0 exits");
    assert_eq!(tick(&mut host).text, "1 position: 0 sells placed, 0 changed, 0 exits");
}

#[test]
fn before_the_first_trade_the_target_is_yesterdays_average() {
    let mut host = world();
    host.quotes.get_mut("ACME").unwrap().open = None;
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(10_040));
}

#[test]
fn without_a_quote_the_target_is_yesterdays_average() {
    let mut host = world();
    host.quotes.clear();
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(10_040));
}

#[test]
fn a_minute_in_which_nothing_changes_asks_five_questions_and_says_nothing() {
    let (mut host, _) = with_sell();
    tick(&mut host);
    assert_eq!(host.calls, ["strategy", "positions", "orders", "state", "quotes"]);
    assert!(host.decisions.is_empty() && host.sent.is_empty());
}

#[test]
fn the_first_minute_of_a_day_says_one_thing_about_each_position() {
    let (mut host, _) = with_sell();
    host.day += 1;
    tick(&mut host);
    assert_eq!(host.reasons("ACME"), ["sell_standing"]);
    host.forget();
    tick(&mut host);
    assert!(host.decisions.is_empty());
}

#[test]
fn the_limit_is_lowered_when_the_rounded_average_falls_below_it() {
    let (mut host, id) = with_sell();
    host.trade_at("ACME", 9_950);
    tick(&mut host);
    // 0.2 x 9,950 + 0.8 x 10,040 = 10,022.
    let change = OrderChange { quantity: None, kind: Some(OrderKind::Limit(10_025)) };
    assert_eq!(host.sent, [Sent::Modified(id, change)]);
    assert_eq!(host.reasons("ACME"), ["ema9_lowered"]);
    host.forget();
    tick(&mut host);
    assert!(host.decisions.is_empty(), "the minute after a change is quiet");
}

#[test]
fn the_limit_is_never_raised() {
    let (mut host, _) = with_sell();
    host.trade_at("ACME", 10_050);
    tick(&mut host);
    assert!(host.sent.is_empty() && host.decisions.is_empty());
}

#[test]
fn an_average_that_falls_within_the_same_tick_changes_nothing() {
    let (mut host, _) = with_sell();
    host.trade_at("ACME", 9_995);
    tick(&mut host);
    assert!(host.sent.is_empty());
}

#[test]
fn a_position_that_grew_has_its_sell_enlarged_at_the_same_price() {
    let (mut host, id) = with_sell();
    host.positions[0].quantity = 150;
    tick(&mut host);
    let change = OrderChange { quantity: Some(150), kind: None };
    assert_eq!(host.sent, [Sent::Modified(id, change)]);
    assert_eq!(host.reasons("ACME"), ["quantity_changed"]);
}

#[test]
fn a_partly_filled_sell_still_covers_the_rest_of_the_position() {
    let (mut host, id) = with_sell();
    host.positions[0].quantity = 70;
    let order = host.order_mut(&id).unwrap();
    order.filled = 30;
    order.state = OrderState::PartiallyFilled;
    tick(&mut host);
    assert!(host.sent.is_empty(), "30 sold and 70 held make the 100 that are offered");
}

#[test]
fn an_rsi_above_the_exit_level_turns_the_limit_into_a_market_order() {
    let (mut host, id) = with_sell();
    host.trade_at("ACME", 10_095);
    tick(&mut host);
    let change = OrderChange { quantity: None, kind: Some(OrderKind::Market) };
    assert_eq!(host.sent, [Sent::Modified(id, change)]);
    assert_eq!(host.reasons("ACME"), ["rsi_exit"]);
    host.forget();
    tick(&mut host);
    assert!(host.sent.is_empty() && host.decisions.is_empty(), "the exit is pending");
}

#[test]
fn an_rsi_just_below_the_exit_level_does_not() {
    let (mut host, _) = with_sell();
    host.trade_at("ACME", 10_085);
    tick(&mut host);
    assert!(host.sent.is_empty());
}

#[test]
fn the_exit_level_is_the_users_setting() {
    let (mut host, _) = with_sell();
    host.strategy.rsi_exit = 60.0;
    host.trade_at("ACME", 10_095);
    tick(&mut host);
    assert!(host.sent.is_empty());
}

#[test]
fn a_position_without_a_sell_is_left_at_the_market_when_the_rsi_has_recovered() {
    let mut host = world();
    host.trade_at("ACME", 10_095);
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Market);
    assert_eq!(host.placed()[0].purpose, Purpose::Exit("rsi_exit".to_owned()));
}

#[test]
fn a_market_exit_waits_while_market_orders_are_frozen() {
    let (mut host, _) = with_sell();
    host.phase = Phase::ClosingAuctionLimitOnly;
    host.trade_at("ACME", 10_095);
    tick(&mut host);
    tick(&mut host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), ["market_orders_frozen"], "said once, not each minute");
}

#[test]
fn nothing_is_sent_while_the_session_takes_no_orders() {
    let mut host = world();
    host.phase = Phase::ClosingReference;
    tick(&mut host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), ["session_closed"]);
}

#[test]
fn a_target_above_the_band_is_deferred_and_placed_when_the_band_reaches_it() {
    let mut host = world();
    host.instruments.get_mut("ACME").unwrap().band_high = 10_030;
    tick(&mut host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), ["above_price_band"]);
    host.forget();
    tick(&mut host);
    assert!(host.decisions.is_empty(), "waiting is said once");
    host.instruments.get_mut("ACME").unwrap().band_high = 10_100;
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(TARGET));
}

#[test]
fn a_deferred_target_keeps_its_lowest_value() {
    let mut host = world();
    host.instruments.get_mut("ACME").unwrap().band_high = 10_000;
    host.trade_at("ACME", 9_950);
    tick(&mut host);
    host.trade_at("ACME", 10_050);
    host.instruments.get_mut("ACME").unwrap().band_high = 10_100;
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(10_025), "not the 10,045 of the higher price");
}

#[test]
fn a_target_below_the_band_is_offered_at_the_bands_low() {
    let mut host = world();
    host.instruments.get_mut("ACME").unwrap().band_low = 10_041;
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(10_045));
}

#[test]
fn a_share_without_enough_history_is_held_and_asked_for_again_after_a_quarter_of_an_hour() {
    let mut host = world();
    let history = host.daily.remove("ACME").unwrap();
    tick(&mut host);
    assert_eq!(host.reasons("ACME"), ["history_unavailable"]);
    host.daily.insert("ACME".to_owned(), history);
    host.forget();
    tick(&mut host);
    assert!(!host.calls.contains(&"candles"));
    host.now += 15 * 60_000;
    tick(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn todays_bar_is_not_part_of_yesterdays_levels() {
    let mut host = world();
    let mut today = host.daily["ACME"][249];
    (today.day, today.close) = (host.day, 5_000);
    host.daily.get_mut("ACME").unwrap().push(today);
    tick(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(TARGET));
}

#[test]
fn a_changed_rsi_period_is_taken_up_at_once() {
    let (mut host, _) = with_sell();
    host.strategy.rsi_period = 14;
    tick(&mut host);
    assert!(host.calls.contains(&"candles"));
    host.forget();
    tick(&mut host);
    assert!(!host.calls.contains(&"candles"));
}

#[test]
fn an_order_whose_outcome_is_not_known_is_left_alone() {
    let (mut host, id) = with_sell();
    host.order_mut(&id).unwrap().state = OrderState::Unknown;
    host.trade_at("ACME", 10_095);
    tick(&mut host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), ["order_unsettled"]);
}

#[test]
fn several_sells_of_one_position_are_left_to_the_user() {
    let (mut host, _) = with_sell();
    host.add_order("ACME", Side::Sell, 10, OrderKind::Limit(11_000), Purpose::Exit("manual".to_owned()));
    tick(&mut host);
    assert_eq!(host.reasons("ACME"), ["several_sells"]);
}

#[test]
fn an_order_that_somebody_placed_outside_is_left_to_them() {
    let mut host = world();
    let outside = || Purpose::Exit("external".to_owned());
    host.add_order("ACME", Side::Sell, 40, OrderKind::Limit(11_000), outside());
    host.add_order("OTHER", Side::Sell, 5, OrderKind::Limit(11_000), outside());
    host.add_order("THIRD", Side::Buy, 5, OrderKind::Limit(11_000), outside());
    tick(&mut host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), ["external_order"]);
}

#[test]
fn a_refused_sell_is_tried_each_minute_and_said_once() {
    let mut host = world();
    host.refusals.insert("ACME".to_owned(), refusal(RefusalCode::KillSwitch));
    tick(&mut host);
    tick(&mut host);
    assert_eq!(host.calls.iter().filter(|call| **call == "place").count(), 2);
    assert_eq!(host.reasons("ACME"), ["kill_switch"]);
}

#[test]
fn a_sell_that_is_refused_for_its_tick_is_made_anew_on_the_tick_of_the_next_minute() {
    for (code, reason) in [(RefusalCode::TickSize, "tick_size"), (RefusalCode::Broker, "broker_refused")] {
        let mut host = world();
        host.refusals.insert("ACME".to_owned(), refusal(code));
        tick(&mut host);
        assert_eq!(host.reasons("ACME"), [reason]);
        host.refusals.clear();
        host.instruments.get_mut("ACME").unwrap().tick = 50;
        host.forget();
        tick(&mut host);
        assert_eq!(host.placed()[0].kind, OrderKind::Limit(10_050));
        assert!(!host.calls.contains(&"candles"), "the history is as it was");
        host.forget();
        tick(&mut host);
        assert!(!host.calls.contains(&"instruments"), "what stands needs nothing more");
    }
}

#[test]
fn a_sell_of_unknown_outcome_is_counted_apart_and_said_once() {
    let mut host = world();
    host.unanswered.insert("ACME".to_owned());
    let summary = tick(&mut host);
    assert_eq!(summary.text, "1 position: 0 sells placed, 1 of unknown outcome, 0 changed, 0 exits");
    assert_eq!(["unknown_outcome", "refused"].map(|name| counter(&summary, name)), [1, 0]);
    tick(&mut host);
    assert_eq!(host.calls.iter().filter(|call| **call == "place").count(), 1);
    assert_eq!(host.reasons("ACME"), ["outcome_unknown"]);
}

#[test]
fn an_exit_that_the_broker_will_not_change_is_cancelled_and_sold_anew() {
    let mut host = world();
    let id = host.add_order(
        "ACME",
        Side::Sell,
        100,
        OrderKind::Limit(10_500),
        Purpose::Exit("ema9_target".to_owned()),
    );
    host.trade_at("ACME", 10_095);
    host.modify_refusals.insert(id.clone(), refusal(RefusalCode::Broker));
    tick(&mut host);
    assert_eq!(host.sent[0], Sent::Cancelled(id, "replaced by a market sell".to_owned()));
    assert_eq!(host.placed()[0].kind, OrderKind::Market);
}

#[test]
fn an_exit_that_can_be_neither_changed_nor_cancelled_alerts_the_user_once() {
    let (mut host, id) = with_sell();
    host.trade_at("ACME", 10_095);
    host.change_refusals.insert(id, refusal(RefusalCode::Broker));
    tick(&mut host);
    tick(&mut host);
    assert_eq!(host.notices.len(), 1);
    assert_eq!(host.reasons("ACME"), ["broker_refused"]);
}

#[test]
fn sells_and_re_entries_of_a_closed_position_are_cancelled() {
    let (mut host, sell) = with_sell();
    host.positions.clear();
    let level = prahari_sdk::ReentryLevel { level: 20, cycle: 1 };
    let buy = host.add_order("ACME", Side::Buy, 50, OrderKind::Limit(9_900), Purpose::Reentry(level));
    let entry = host.add_order("OTHER", Side::Buy, 50, OrderKind::Limit(9_900), Purpose::Entry);
    tick(&mut host);
    let reason = "position closed".to_owned();
    assert_eq!(host.sent, [Sent::Cancelled(sell, reason.clone()), Sent::Cancelled(buy, reason)]);
    assert_eq!(host.reasons("ACME"), ["position_closed", "position_closed"]);
    assert_eq!(host.order_mut(&entry).unwrap().state, OrderState::Accepted);
}

#[test]
fn a_position_opened_during_the_day_gets_its_sell_although_others_have_theirs() {
    let (mut host, _) = with_sell();
    host = host.share_with_history("NEW", &falling(), 10_000).position("NEW", 10, 10_000);
    tick(&mut host);
    assert_eq!(host.placed()[0].symbol, "NEW");
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn the_memory_of_a_closed_position_is_dropped() {
    let (mut host, _) = with_sell();
    host.positions.clear();
    host = host.share_with_history("NEW", &falling(), 10_000).position("NEW", 10, 10_000);
    tick(&mut host);
    assert_eq!(host.state.keys().collect::<Vec<_>>(), ["sell/NEW"]);
}

#[test]
fn without_leave_to_trade_the_run_fails_and_says_which_leave_it_lacks() {
    let mut host = world();
    host.denied.push(Capability::BrokerTrade);
    let context = host.context("sell_monitor");
    assert_eq!(SellMonitor::run(&mut host, &context), Err(TaskError::Denied(Capability::BrokerTrade)));
}

#[test]
fn an_offer_is_no_larger_than_the_freeze_quantity() {
    let mut host = world();
    host.instruments.get_mut("ACME").unwrap().freeze_quantity = 60;
    tick(&mut host);
    assert_eq!(host.placed()[0].quantity, 60);
    host.forget();
    tick(&mut host);
    assert!(host.sent.is_empty());
}

/// What a tick counted: checked, placed, changed, cancelled, exits, deferred, refused, histories read.
fn counted(summary: &Summary) -> [i64; 8] {
    ["checked", "placed", "changed", "cancelled", "exits", "deferred", "refused", "histories_read"]
        .map(|name| counter(summary, name))
}

#[test]
fn a_tick_counts_what_it_looked_at_and_what_it_did() {
    let mut host = world();
    assert_eq!(counted(&tick(&mut host)), [1, 1, 0, 0, 0, 0, 0, 1], "the sell is placed");
    assert_eq!(counted(&tick(&mut host)), [1, 0, 0, 0, 0, 0, 0, 0], "nothing changes");
    host.trade_at("ACME", 9_950);
    assert_eq!(counted(&tick(&mut host)), [1, 0, 1, 0, 0, 0, 0, 0], "the limit is lowered");
    host.trade_at("ACME", 10_095);
    assert_eq!(counted(&tick(&mut host)), [1, 0, 1, 0, 1, 0, 0, 0], "the order becomes a market order");
    host.positions.clear();
    assert_eq!(counted(&tick(&mut host)), [0, 0, 0, 1, 0, 0, 0, 0], "the position is closed");
}

#[test]
fn what_waits_for_the_band_and_what_is_refused_is_counted_each_minute() {
    let mut host = world();
    host.instruments.get_mut("ACME").unwrap().band_high = 10_030;
    assert_eq!(counter(&tick(&mut host), "deferred"), 1);
    assert_eq!(counter(&tick(&mut host), "deferred"), 1);
    let mut host = world();
    host.refusals.insert("ACME".to_owned(), refusal(RefusalCode::KillSwitch));
    assert_eq!(counter(&tick(&mut host), "refused"), 1);
    assert_eq!(counter(&tick(&mut host), "refused"), 1);
}
