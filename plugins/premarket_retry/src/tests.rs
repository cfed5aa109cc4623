//! The rules of the morning's retries, one sentence each.

use prahari_sdk::{
    OrderKind, OrderState, Phase, PositionEntry, Purpose, ReentryLevel, Refusal, RefusalCode, ScriptedHost,
    Sent, Side, SignalKind, SignalStatus, Summary, Task, Variety, time,
};

use crate::PremarketRetry;

/// Tuesday, 2 January 2024.
const TUESDAY: i32 = 19_724;
const RUNG: Purpose = Purpose::Reentry(ReentryLevel { level: 20, cycle: 1 });

/// A pre-open in which a buy of yesterday evening, refused for want of funds, waits for its retry.
fn morning(purpose: Purpose) -> (ScriptedHost, String) {
    let mut host = ScriptedHost::at(TUESDAY, 9, 0).share("ACME", 30_001);
    host.phase = Phase::PreOpen;
    let signal = host.add_signal("ACME", SignalKind::Buy, 50.0);
    let id = host.add_order("ACME", Side::Buy, 10, OrderKind::Limit(29_000), purpose);
    let order = host.order_mut(&id).unwrap();
    (order.state, order.retryable) = (OrderState::Rejected, true);
    (order.signal_id, order.rsi) = (Some(signal), Some(22.0));
    order.first_placed_at = time::at(TUESDAY - 1, 16, 5);
    (host, id)
}

fn run(host: &mut ScriptedHost) -> Summary {
    let context = host.context("premarket_retry");
    PremarketRetry::run(host, &context).unwrap()
}

/// Every counter of a run, by name.
fn counted(summary: &Summary) -> Vec<(&str, i64)> {
    let mut counted: Vec<(&str, i64)> =
        summary.counters.iter().map(|counter| (counter.name.as_str(), counter.value)).collect();
    counted.sort_unstable();
    counted
}

/// The same before the session begins, when only after-market orders are taken.
fn eight_o_clock(purpose: Purpose) -> (ScriptedHost, String) {
    let (mut host, id) = morning(purpose);
    host.now -= 60 * 60_000;
    (host.phase, host.after_market) = (Phase::Closed, true);
    (host, id)
}

/// The rejected buy of another share.
fn rejected(host: &mut ScriptedHost, symbol: &str) {
    let id = host.add_order(symbol, Side::Buy, 10, OrderKind::Limit(29_000), Purpose::Entry);
    let first_placed_at = time::at(TUESDAY - 1, 16, 5);
    let order = host.order_mut(&id).unwrap();
    (order.state, order.retryable, order.first_placed_at) = (OrderState::Rejected, true, first_placed_at);
}

fn given_up_for(host: &mut ScriptedHost, id: &str, reason: &str) {
    run(host);
    assert_eq!(host.sent, [Sent::Cancelled(id.to_owned(), reason.to_owned())]);
    assert_eq!(host.reasons("ACME"), [reason]);
    assert!(!host.order_mut(id).unwrap().retryable);
}

fn kept_for(host: &mut ScriptedHost, id: &str, reason: &str) {
    run(host);
    assert!(host.sent.is_empty());
    assert_eq!(host.reasons("ACME"), [reason]);
    assert!(host.order_mut(id).unwrap().retryable);
}

#[test]
fn a_rejected_buy_is_placed_again_with_the_indicative_price_and_a_fresh_quantity() {
    let (mut host, id) = morning(Purpose::Entry);
    host.trade_at("ACME", 29_991);
    run(&mut host);
    let placed = host.placed();
    assert_eq!((placed[0].kind, placed[0].quantity), (OrderKind::Limit(29_995), 333));
    assert_eq!((placed[0].variety, placed[0].retry_of.as_deref()), (Variety::Regular, Some(id.as_str())));
    assert_eq!((placed[0].signal_id, placed[0].rsi), (Some(1), Some(22.0)));
    assert_eq!(host.reasons("ACME"), ["retry_placed"]);
}

#[test]
fn the_line_counts_one_rejected_buy_in_the_singular() {
    let (mut host, _) = morning(Purpose::Entry);
    assert_eq!(run(&mut host).text, "1 placed, 0 given up, 0 kept of 1 rejected buy");
}

#[test]
fn without_an_indicative_price_the_last_one_is_used() {
    let (mut host, _) = morning(Purpose::Entry);
    run(&mut host);
    assert_eq!(host.placed()[0].kind, OrderKind::Limit(30_005));
}

#[test]
fn a_limit_buy_is_placed_where_only_limit_orders_are_taken() {
    let (mut host, _) = morning(Purpose::Entry);
    host.phase = Phase::PreOpenLimitOnly;
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn a_morning_without_rejected_buys_asks_one_question() {
    let mut host = ScriptedHost::at(TUESDAY, 9, 0);
    run(&mut host);
    assert_eq!(host.calls, ["orders"]);
}

#[test]
fn a_first_buy_of_a_share_held_by_now_is_given_up() {
    let (host, id) = morning(Purpose::Entry);
    given_up_for(&mut host.position("ACME", 1, 30_000), &id, "open_position_exists");
}

#[test]
fn a_buy_of_a_share_with_an_active_buy_is_given_up() {
    let (mut host, id) = morning(Purpose::Entry);
    host.add_order("ACME", Side::Buy, 1, OrderKind::Limit(30_000), Purpose::Entry);
    given_up_for(&mut host, &id, "active_order_exists");
}

#[test]
fn a_buy_is_given_up_after_the_close_of_the_trading_day_after_its_first_attempt() {
    let (mut host, id) = morning(Purpose::Entry);
    host.order_mut(&id).unwrap().first_placed_at = time::at(TUESDAY - 4, 16, 5);
    // Friday evening's buy could be retried until Monday's close.
    given_up_for(&mut host, &id, "retry_expired");
}

#[test]
fn a_holiday_does_not_count_towards_the_expiry() {
    let (mut host, id) = morning(Purpose::Entry);
    host.order_mut(&id).unwrap().first_placed_at = time::at(TUESDAY - 4, 16, 5);
    host.holidays.insert(TUESDAY - 1);
    run(&mut host);
    assert_eq!(host.placed().len(), 1);
}

#[test]
fn a_buy_whose_signal_expired_is_given_up() {
    let (mut host, id) = morning(Purpose::Entry);
    host.signals[0].status = SignalStatus::Expired;
    given_up_for(&mut host, &id, "signal_expired");
}

#[test]
fn a_buy_whose_signal_the_user_rejected_is_given_up() {
    let (mut host, id) = morning(Purpose::Entry);
    host.signals[0].status = SignalStatus::Rejected;
    given_up_for(&mut host, &id, "signal_rejected");
}

#[test]
fn a_re_entry_of_a_closed_position_is_given_up() {
    let (mut host, id) = morning(RUNG);
    given_up_for(&mut host, &id, "position_closed");
}

#[test]
fn a_re_entry_whose_level_was_bought_meanwhile_is_given_up() {
    let (host, id) = morning(RUNG);
    let mut host = host.position("ACME", 1, 30_000);
    host.positions[0].entries.push(PositionEntry {
        order_id: "other".to_owned(),
        purpose: RUNG,
        quantity: 1,
        price: 30_000,
        rsi: None,
        day: TUESDAY - 1,
    });
    given_up_for(&mut host, &id, "level_already_taken");
}

#[test]
fn a_re_entry_of_a_held_share_is_retried_even_when_the_portfolio_is_full() {
    let (host, _) = morning(RUNG);
    let mut host = host.position("ACME", 1, 30_000);
    host.strategy.max_portfolio_size = 1;
    run(&mut host);
    assert_eq!(host.placed()[0].purpose, RUNG);
}

#[test]
fn a_re_entry_is_cut_down_to_what_the_money_affords() {
    let (host, _) = morning(RUNG);
    let mut host = host.position("ACME", 1, 30_000);
    host.funds.available = 3_000_500;
    run(&mut host);
    assert_eq!(host.placed()[0].quantity, 99);
}

#[test]
fn a_full_portfolio_keeps_the_buy_for_later() {
    let (host, id) = morning(Purpose::Entry);
    let mut host = host.position("OTHER", 1, 100);
    host.strategy.max_portfolio_size = 1;
    kept_for(&mut host, &id, "portfolio_limit_reached");
}

#[test]
fn a_first_buy_that_the_money_still_does_not_cover_is_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    host.funds.available = 9_000_000;
    kept_for(&mut host, &id, "insufficient_funds");
}

#[test]
fn a_buy_that_the_host_finds_too_dear_with_its_charges_is_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    let refusal = Refusal { code: RefusalCode::Funds, detail: "charges".to_owned() };
    host.refusals.insert("ACME".to_owned(), refusal);
    kept_for(&mut host, &id, "insufficient_funds");
}

#[test]
fn a_retry_of_unknown_outcome_is_neither_refused_nor_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    host.unanswered.insert("ACME".to_owned());
    let summary = run(&mut host);
    assert_eq!(summary.text, "0 placed, 1 of unknown outcome, 0 given up, 0 kept of 1 rejected buy");
    assert_eq!(counted(&summary), [("retried", 1), ("unknown_outcome", 1)]);
    assert_eq!(host.reasons("ACME"), ["outcome_unknown"]);
    assert!(!host.order_mut(&id).unwrap().retryable);
}

#[test]
fn nothing_is_placed_while_the_pre_open_is_matching() {
    let (mut host, id) = morning(Purpose::Entry);
    host.phase = Phase::PreOpenMatching;
    kept_for(&mut host, &id, "session_closed");
}

#[test]
fn an_unknown_instrument_is_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    host.instruments.clear();
    kept_for(&mut host, &id, "instrument_unknown");
}

#[test]
fn a_share_without_a_price_is_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    host.quotes.clear();
    kept_for(&mut host, &id, "price_unavailable");
}

#[test]
fn an_indicative_price_that_cannot_be_true_is_not_traded_on() {
    let (mut host, id) = morning(Purpose::Entry);
    host.trade_at("ACME", 20_000);
    kept_for(&mut host, &id, "price_not_sane");
}

#[test]
fn a_share_that_became_illiquid_is_kept() {
    let (mut host, id) = morning(Purpose::Entry);
    host.daily.clear();
    kept_for(&mut host, &id, "illiquid");
}

#[test]
fn a_refusal_of_everything_is_asked_for_once_and_said_of_each() {
    let (host, first) = morning(Purpose::Entry);
    let mut host = host.share("NEXT", 10_000);
    let mut next = host.order_mut(&first).unwrap().clone();
    (next.id, next.symbol) = ("next".to_owned(), "NEXT".to_owned());
    host.orders.push(next);
    let refusal = Refusal { code: RefusalCode::DailyLoss, detail: "scripted".to_owned() };
    host.refusals.insert("ACME".to_owned(), refusal);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["daily_loss_limit"]);
    assert_eq!(host.reasons("NEXT"), ["daily_loss_limit"]);
    assert_eq!(host.calls.iter().filter(|call| **call == "place").count(), 1);
}

#[test]
fn before_the_session_a_rejected_buy_is_placed_again_as_an_after_market_order() {
    let (mut host, id) = eight_o_clock(Purpose::Entry);
    run(&mut host);
    let placed = host.placed();
    // Without a pre-open there is no indicative price: the last one, rounded up.
    assert_eq!((placed[0].variety, placed[0].kind), (Variety::AfterMarket, OrderKind::Limit(30_005)));
    assert_eq!(placed[0].retry_of.as_deref(), Some(id.as_str()));
    assert_eq!(host.reasons("ACME"), ["retry_placed"]);
}

#[test]
fn between_the_after_market_hours_and_the_session_a_buy_is_kept() {
    let (mut host, id) = eight_o_clock(Purpose::Entry);
    host.after_market = false;
    kept_for(&mut host, &id, "session_closed");
}

#[test]
fn in_the_session_nobody_asks_for_after_market_hours_and_the_order_is_one_of_the_session() {
    let (mut host, _) = morning(Purpose::Entry);
    host.after_market = true;
    run(&mut host);
    assert_eq!(host.placed()[0].variety, Variety::Regular);
    assert!(!host.calls.contains(&"after_market_open"), "{:?}", host.calls);
}

#[test]
fn each_rejected_buy_is_counted_once_by_what_became_of_it() {
    let (mut host, _) = morning(Purpose::Entry);
    for symbol in ["SECOND", "THIRD", "FOURTH", "FIFTH"] {
        host = host.share(symbol, 30_001);
        rejected(&mut host, symbol);
    }
    host = host.position("SECOND", 1, 30_000);
    host.quotes.remove("THIRD");
    let refusal = |code| Refusal { code, detail: "scripted".to_owned() };
    host.refusals.insert("FOURTH".to_owned(), refusal(RefusalCode::Funds));
    host.refusals.insert("FIFTH".to_owned(), refusal(RefusalCode::PriceBand));
    let summary = run(&mut host);
    let expected = [
        ("failed_balance", 1),
        ("given_up", 1),
        ("kept", 3),
        ("placed", 1),
        ("refused", 1),
        // What was given up was not tried.
        ("retried", 4),
    ];
    assert_eq!(counted(&summary), expected);
}

#[test]
fn a_morning_without_rejected_buys_counts_that_nothing_was_tried() {
    let mut host = ScriptedHost::at(TUESDAY, 9, 0);
    assert_eq!(counted(&run(&mut host)), [("retried", 0)]);
}
