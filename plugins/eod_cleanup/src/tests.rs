//! The rules of the end of the day, one sentence each.

use prahari_sdk::{
    Capability, Difference, OrderKind, OrderState, Purpose, Refusal, RefusalCode, ScriptedHost, Sent, Side,
    Summary, Task, TaskError, time,
};

use crate::EodCleanup;

/// Tuesday, 2 January 2024.
const TUESDAY: i32 = 19_724;

fn evening() -> ScriptedHost {
    ScriptedHost::at(TUESDAY, 18, 0)
}

fn with_rejected(placed_on: i32) -> (ScriptedHost, String) {
    let mut host = evening().share("ACME", 10_000);
    let id = host.add_order("ACME", Side::Buy, 1, OrderKind::Limit(10_000), Purpose::Entry);
    let order = host.order_mut(&id).unwrap();
    (order.state, order.retryable) = (OrderState::Rejected, true);
    order.first_placed_at = time::at(placed_on, 16, 5);
    (host, id)
}

fn run(host: &mut ScriptedHost) -> Summary {
    let context = host.context("eod_cleanup");
    EodCleanup::run(host, &context).unwrap()
}

fn counter(summary: &Summary, name: &str) -> Option<i64> {
    summary.counters.iter().find(|counter| counter.name == name).map(|counter| counter.value)
}

#[test]
fn the_day_is_reconciled_before_it_is_closed() {
    let mut host = evening();
    run(&mut host);
    let order = |name| host.calls.iter().position(|call| *call == name).unwrap();
    assert!(order("reconcile") < order("orders") && order("orders") < order("close_day"));
}

#[test]
fn every_difference_is_shown_with_its_kind() {
    let mut host = evening();
    host.differences.push(Difference {
        symbol: "ACME".to_owned(),
        kind: "missed_fill".to_owned(),
        detail: "10 of 10 at 100.00".to_owned(),
    });
    let summary = run(&mut host);
    assert_eq!(host.reasons("ACME"), ["missed_fill"]);
    assert_eq!(counter(&summary, "differences"), Some(1));
}

#[test]
fn a_broker_that_is_down_does_not_keep_the_day_open() {
    let mut host = evening();
    host.unavailable.push("reconcile");
    run(&mut host);
    assert!(host.calls.contains(&"close_day"));
    assert_eq!(host.reasons(""), ["reconcile_unavailable"]);
}

#[test]
fn a_rejected_buy_is_given_up_after_the_close_of_its_next_trading_day() {
    let (mut host, id) = with_rejected(TUESDAY - 1);
    let summary = run(&mut host);
    assert_eq!(host.sent, [Sent::Cancelled(id, "retry_expired".to_owned())]);
    assert_eq!(host.reasons("ACME"), ["retry_expired"]);
    assert_eq!(counter(&summary, "retries_given_up"), Some(1));
}

#[test]
fn a_rejected_buy_of_this_evening_is_kept_for_the_morning() {
    let (mut host, id) = with_rejected(TUESDAY);
    run(&mut host);
    assert!(host.order_mut(&id).unwrap().retryable);
    assert!(host.decisions.is_empty());
}

#[test]
fn a_retry_that_cannot_be_given_up_says_why() {
    let (mut host, id) = with_rejected(TUESDAY - 1);
    host.change_refusals.insert(id, Refusal { code: RefusalCode::State, detail: "gone".to_owned() });
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["order_state"]);
}

#[test]
fn the_summary_is_one_line_in_rupees() {
    let mut host = evening();
    (host.statement.realised, host.statement.unrealised, host.statement.charges) = (123_450, -2_005, 4_510);
    (host.statement.orders_placed, host.statement.fills, host.statement.open_positions) = (5, 4, 3);
    let summary = run(&mut host);
    assert_eq!(
        summary.text,
        "realised ₹1,234.50, unrealised -₹20.05, charges ₹45.10, cash ₹10,00,000.00; \
         5 orders, 4 fills, 3 open positions"
    );
    assert_eq!(counter(&summary, "realised_paise"), Some(123_450));
}

#[test]
fn one_of_a_kind_is_told_in_the_singular() {
    let mut host = evening();
    (host.statement.orders_placed, host.statement.fills, host.statement.open_positions) = (1, 1, 1);
    let text = run(&mut host).text;
    assert!(text.ends_with("; 1 order, 1 fill, 1 open position"), "{text}");
}

#[test]
fn the_host_tells_the_user_and_the_task_sends_and_keeps_nothing() {
    let mut host = evening();
    host.denied.extend([Capability::Notify, Capability::State]);
    run(&mut host);
    run(&mut host);
    assert!(host.notices.is_empty() && host.state.is_empty() && host.lines.is_empty());
}

#[test]
fn a_day_that_cannot_be_closed_fails_the_run() {
    let mut host = evening();
    host.unavailable.push("close_day");
    let context = host.context("eod_cleanup");
    assert!(matches!(EodCleanup::run(&mut host, &context), Err(TaskError::Unavailable(_))));
    assert!(host.notices.is_empty());
}
