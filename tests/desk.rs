//! The order desk before a broker that loses answers and requests, and across restarts.

#[path = "desk/annulled.rs"]
mod annulled;
#[path = "desk/arbitrary.rs"]
mod arbitrary;
#[path = "desk/batch.rs"]
mod batch;
#[path = "desk/broker_contract.rs"]
mod broker_contract;
#[path = "desk/brokers.rs"]
mod brokers;
#[path = "desk/by_hand.rs"]
mod by_hand;
#[path = "desk/chaos.rs"]
mod chaos;
#[path = "desk/closing.rs"]
mod closing;
#[path = "desk/contract.rs"]
mod contract;
#[path = "desk/contract_candidates.rs"]
mod contract_candidates;
#[path = "desk/evening.rs"]
mod evening;
#[path = "desk/external.rs"]
mod external;
#[path = "desk/gone.rs"]
mod gone;
#[path = "desk/identity.rs"]
mod identity;
#[path = "desk/late.rs"]
mod late;
#[path = "desk/market_orders.rs"]
mod market_orders;
#[path = "desk/not_arrived.rs"]
mod not_arrived;
#[path = "kotak_day/outside.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of other tests too; clippy exempts only the tests themselves"
)]
mod outside;
#[path = "desk/pushes.rs"]
mod pushes;
#[path = "desk/requests.rs"]
mod requests;
#[path = "desk/sellable.rs"]
mod sellable;
#[path = "desk/share_rules.rs"]
mod share_rules;
#[path = "desk/strays.rs"]
mod strays;
#[path = "support/daemon.rs"]
mod support;
#[path = "desk/trading_state.rs"]
mod trading_state;
#[path = "desk/unknown.rs"]
mod unknown;
#[path = "desk/unknown_model.rs"]
mod unknown_model;

use prahari_app::desk::DifferenceKind::{ExternalTrade, LostOrder, MissedFill, SettledOrder};
use prahari_app::error::AppError;
use prahari_brokers::PaperFaults;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, OrderState, Side};
use prahari_domain::risk::RefusalCode;
use support::desk_fixture::{CAPITAL, DeskFixture, USER, buy, order_context, sell};
use support::fake_broker::PRICE;
use support::{MONDAY, TUESDAY, at, day};

const WELL: PaperFaults = PaperFaults { lose_reply: 0, lose_request: 0, down: 0, late_ms: 0 };
const LOSE_REPLIES: PaperFaults = PaperFaults { lose_reply: 1_000, ..WELL };
const LOSE_REQUESTS: PaperFaults = PaperFaults { lose_request: 1_000, ..WELL };
const DOWN: PaperFaults = PaperFaults { down: 1_000, ..WELL };

/// Below the market's one price, so that a buy stands.
const LOW: i64 = 9_000;
/// Above it, so that a sell stands.
const HIGH: i64 = 11_000;

#[tokio::test]
async fn after_a_lost_reply_nothing_is_sent_until_the_brokers_book_settles_it() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let standing = trader.placed(buy("XYZ", 10, LOW), ten).await;
    trader.misbehave(LOSE_REPLIES).await;
    assert_eq!(trader.refused(buy("ABC", 10, LOW), ten).await.code, RefusalCode::Unsettled);
    let unknown = trader.desk.book().orders().last().unwrap().id;
    assert_eq!(trader.order(unknown).state, OrderState::Unknown);
    assert!(trader.desk.needs_reconcile());

    trader.misbehave(WELL).await;
    trader.set_reachable(false);
    let sent = trader.fake_broker.sent();
    let later = at(MONDAY, "10:01");
    let before = trader.journal().await.len();
    assert!(matches!(trader.place(buy("PQR", 1, LOW), later).await, Err(AppError::Broker(_))));
    assert!(matches!(trader.place(buy("ABC", 10, LOW), later).await, Err(AppError::Broker(_))));
    let kind = Some(OrderKind::Limit(Paise(LOW + 5)));
    assert!(matches!(
        trader.desk.modify(standing, None, kind, order_context(later)).await,
        Err(AppError::Broker(_))
    ));
    assert!(matches!(
        trader.desk.cancel(standing, "why", order_context(later)).await,
        Err(AppError::Broker(_))
    ));
    assert_eq!(trader.fake_broker.sent(), sent);
    assert_eq!(trader.journal().await.len(), before);

    trader.set_reachable(true);
    assert_eq!(trader.reconciled(later).await, [SettledOrder]);
    assert!(!trader.desk.needs_reconcile());
    assert_eq!(trader.order(unknown).state, OrderState::Accepted);
    let theirs = trader.theirs().await;
    assert_eq!(theirs.iter().filter(|order| order.symbol.as_str() == "ABC").count(), 1);
    assert_eq!(trader.fake_broker.sent(), sent);
    trader.placed(buy("PQR", 1, LOW), later).await;
}

#[tokio::test]
async fn the_next_order_settles_the_lost_one_by_itself_first() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(LOSE_REPLIES).await;
    trader.refused(buy("ABC", 10, LOW), ten).await;
    trader.misbehave(WELL).await;
    // The same again is a duplicate of what the broker turned out to have.
    assert_eq!(trader.refused(buy("ABC", 10, LOW), ten).await.code, RefusalCode::Duplicate);
    trader.placed(buy("XYZ", 10, LOW), ten).await;
    assert_eq!(trader.theirs().await.len(), 2);
}

#[tokio::test]
async fn a_lost_request_is_sent_again_once_within_two_minutes() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.misbehave(LOSE_REQUESTS).await;
    let refusal = trader.refused(buy("ABC", 10, LOW), at(MONDAY, "10:00")).await;
    assert_eq!(refusal.code, RefusalCode::Unsettled);
    let id = trader.desk.book().orders().last().unwrap().id;
    assert_eq!(trader.order(id).state, OrderState::Unknown);
    assert!(trader.theirs().await.is_empty());

    trader.misbehave(WELL).await;
    assert_eq!(trader.reconciled(at(MONDAY, "10:02")).await, [LostOrder]);
    assert_eq!(trader.reconciled(at(MONDAY, "10:02")).await, []);
    assert_eq!(trader.fake_broker.sent(), 2);
    assert_eq!(trader.theirs().await.len(), 1);
    assert_eq!(trader.order(id).state, OrderState::Accepted);
    assert_eq!(
        trader.events(id).await,
        ["intended", "sent", "outcome_unknown", "not_at_broker", "sent", "accepted"]
    );
}

#[tokio::test]
async fn what_certainly_did_not_leave_is_dropped_with_its_reason_and_decided_anew() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(DOWN).await;
    let refusal = trader.refused(buy("ABC", 10, LOW), ten).await;
    let dropped = trader.desk.book().orders().last().unwrap().clone();
    assert_eq!(refusal.code, RefusalCode::Broker);
    assert!(
        refusal
            .detail
            .starts_with(&format!("order {} was not sent: the broker cannot be reached: ", dropped.id)),
        "{refusal}"
    );
    assert_eq!((dropped.state, dropped.retryable), (OrderState::Rejected, true));
    assert!(
        dropped.reason.starts_with("it was not sent: the broker cannot be reached: "),
        "{}",
        dropped.reason
    );
    assert!(!trader.desk.needs_reconcile(), "nothing has to be compared");
    assert_eq!(trader.events(dropped.id).await, ["intended", "sent", "rejected"]);
    // A second one of the same kind does not wait beside it.
    trader.refused(buy("ABC", 10, LOW), ten).await;
    assert_eq!(trader.desk.book().retryable_orders().count(), 1);

    trader.misbehave(WELL).await;
    let again = OrderRequest { retry_of: Some(dropped.id), ..buy("ABC", 10, LOW) };
    let id = trader.placed(again, at(MONDAY, "10:01")).await;
    assert_eq!(trader.order(id).state, OrderState::Accepted);
    assert_eq!(trader.desk.book().retryable_orders().count(), 0);
    assert_eq!(trader.theirs().await.len(), 1);
    assert_eq!(trader.reconciled(at(MONDAY, "10:01")).await, []);
}

#[tokio::test]
async fn while_the_broker_cannot_be_reached_no_order_is_written_down_for_nothing() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(DOWN).await;
    trader.refused(buy("ABC", 10, LOW), ten).await;
    trader.set_reachable(false);
    let before = trader.journal().await.len();
    for symbol in ["ABC", "XYZ", "PQR"] {
        let refusal = trader.refused(buy(symbol, 10, LOW), ten).await;
        assert_eq!(refusal.code, RefusalCode::Broker);
        assert!(refusal.detail.starts_with("nothing is sent: the broker cannot be reached: "), "{refusal}");
    }
    assert_eq!((trader.journal().await.len(), trader.fake_broker.sent()), (before, 1));
    trader.set_reachable(true);
    trader.misbehave(WELL).await;
    trader.placed(buy("XYZ", 10, LOW), ten).await;
}

#[tokio::test]
async fn a_lost_request_that_is_older_is_cancelled_and_not_sent() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.misbehave(LOSE_REQUESTS).await;
    trader.refused(buy("ABC", 10, LOW), at(MONDAY, "10:00")).await;
    trader.misbehave(WELL).await;
    let id = trader.desk.book().orders().last().unwrap().id;
    assert_eq!(trader.reconciled(at(MONDAY, "10:02:01")).await, [LostOrder]);
    assert_eq!(trader.order(id).state, OrderState::Cancelled);
    assert_eq!(trader.order(id).reason, "it never reached the broker and is too old to send");
    assert_eq!(trader.fake_broker.sent(), 1);
    assert!(trader.theirs().await.is_empty());
}

#[tokio::test]
async fn an_order_of_unknown_outcome_is_settled_by_the_broker_after_a_crash() {
    // The broker has the order, the journal does not know it, and the process died.
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(LOSE_REPLIES).await;
    trader.refused(buy("ABC", 10, LOW), ten).await;
    trader.misbehave(WELL).await;
    trader.restart().await;
    assert!(trader.desk.needs_reconcile());
    trader.placed(buy("XYZ", 10, LOW), at(MONDAY, "10:01")).await;
    assert_eq!(trader.theirs().await.len(), 2);
    assert!(trader.desk.book().orders().all(|order| order.state == OrderState::Accepted));
}

#[tokio::test]
async fn a_fill_that_was_not_reported_is_adopted_exactly_once() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(PaperFaults { late_ms: 120_000, ..WELL }).await;
    let id = trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    // The broker has it filled in its book, and will say so two minutes late.
    assert_eq!(trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap(), []);
    assert_eq!(trader.order(id).state, OrderState::Accepted);
    assert_eq!(trader.reconciled(at(MONDAY, "10:01")).await, [MissedFill]);
    assert_eq!(trader.order(id).state, OrderState::Filled);
    let after = trader.desk.book().clone();
    assert_eq!(trader.reconciled(at(MONDAY, "10:01")).await, []);
    assert_eq!(trader.desk.sync_fills(at(MONDAY, "10:05")).await.unwrap(), [id]);
    assert_eq!(*trader.desk.book(), after);
    assert_eq!(after.held(&"ABC".parse().unwrap()), 10);
    assert_eq!(after.difference(), Paise::ZERO);
    assert_eq!(trader.events(id).await.iter().filter(|name| **name == "filled").count(), 1);
}

#[tokio::test]
async fn the_reason_of_a_cancellation_survives_a_crash_before_its_answer_is_written() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let id = trader.placed(buy("ABC", 10, LOW), ten).await;
    trader.misbehave(LOSE_REPLIES).await;
    let answer =
        trader.desk.cancel(id, "the signal expired", order_context(at(MONDAY, "10:05"))).await.unwrap();
    assert_eq!(answer.unwrap_err().code, RefusalCode::Unsettled);
    assert_eq!(trader.order(id).state, OrderState::Accepted);
    trader.misbehave(WELL).await;
    trader.restart().await;
    assert_eq!(trader.reconciled(at(MONDAY, "10:06")).await, [SettledOrder]);
    assert_eq!(trader.order(id).state, OrderState::Cancelled);
    assert_eq!(trader.order(id).reason, "the signal expired");
    assert_eq!(trader.events(id).await.last(), Some(&"cancelled"));
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_learnt_from_the_brokers_book() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let id = trader.placed(buy("ABC", 10, LOW), ten).await;
    trader.misbehave(LOSE_REPLIES).await;
    let answer = trader.desk.modify(id, Some(20), None, order_context(at(MONDAY, "10:05"))).await.unwrap();
    assert_eq!(answer.unwrap_err().code, RefusalCode::Unsettled);
    assert_eq!(trader.order(id).request.quantity, 10);
    trader.misbehave(WELL).await;
    assert_eq!(trader.reconciled(at(MONDAY, "10:06")).await, [SettledOrder]);
    assert_eq!(trader.order(id).request.quantity, 20);
}

#[tokio::test]
async fn a_buy_that_cash_does_not_cover_is_kept_once_however_often_it_is_tried() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let dear = buy("ABC", 1_001, PRICE.0);
    for minute in 0..5 {
        let refusal = trader.refused(dear.clone(), ten.plus_minutes(minute)).await;
        assert_eq!(refusal.code, RefusalCode::Funds);
    }
    trader.restart().await;
    trader.reconciled(ten.plus_minutes(5)).await;
    trader.refused(dear, ten.plus_minutes(6)).await;
    let kept: Vec<_> = trader.desk.book().orders().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].state, kept[0].retryable), (OrderState::Rejected, true));
    assert!(kept[0].reason.starts_with("insufficient balance: "), "{}", kept[0].reason);
    assert_eq!(trader.fake_broker.sent(), 0);
    // Any other refusal leaves no order at all.
    assert_eq!(trader.refused(sell("ABC", 1, HIGH), ten).await.code, RefusalCode::Holdings);
    assert_eq!(trader.desk.book().orders().count(), 1);
}

#[tokio::test]
async fn a_retry_settles_the_order_that_it_tries_again() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    // 900 of the 1,000 shares' worth are held back for another buy.
    let other = trader.placed(buy("XYZ", 1_000, LOW), ten).await;
    trader.refused(buy("ABC", 500, LOW), ten).await;
    let first = trader.desk.book().retryable_orders().next().unwrap().id;
    let again = OrderRequest { retry_of: Some(first), ..buy("ABC", 400, LOW) };
    // Refused again: the first stays the one to try.
    assert_eq!(trader.refused(again.clone(), ten.plus_minutes(1)).await.code, RefusalCode::Funds);
    assert_eq!(trader.desk.book().retryable_orders().map(|order| order.id).collect::<Vec<_>>(), [first]);

    trader.desk.cancel(other, "room for another", order_context(ten.plus_minutes(2))).await.unwrap().unwrap();
    let second = trader.placed(again, ten.plus_minutes(3)).await;
    assert_eq!(trader.desk.book().retryable_orders().count(), 0);
    let reason = &trader.order(first).reason;
    assert!(reason.ends_with(&format!("; given up: tried again as {second}")), "{reason}");
    assert_eq!(trader.order(second).first_placed_at, ten);
    let (theirs, live) = (trader.theirs().await, trader.desk.book().clone());
    assert_eq!(theirs.iter().filter(|order| order.symbol.as_str() == "ABC").count(), 1);
    // One commit: no crash can leave both, or neither.
    trader.restart().await;
    assert_eq!(*trader.desk.book(), live);
}

#[tokio::test]
async fn a_retryable_order_that_is_given_up_is_not_tried_again() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.refused(buy("ABC", 1_001, PRICE.0), ten).await;
    let first = trader.desk.book().retryable_orders().next().unwrap().id;
    trader.desk.cancel(first, "expired", order_context(ten)).await.unwrap().unwrap();
    assert_eq!(trader.desk.book().retryable_orders().count(), 0);
    assert_eq!(trader.fake_broker.sent(), 0);
}

/// A day with a fill, a standing order that expires, and a refusal; closed in the evening.
#[expect(clippy::unwrap_used, reason = "a helper of tests; clippy exempts only the tests themselves")]
async fn monday(trader: &mut DeskFixture) {
    let ten = at(MONDAY, "10:00");
    trader.placed(buy("ABC", 100, PRICE.0), ten).await;
    trader.placed(buy("XYZ", 100, LOW), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    trader.refused(buy("PQR", 5_000, LOW), ten).await;
    trader.desk.sync_fills(at(MONDAY, "15:30")).await.unwrap();
    let evening = order_context(at(MONDAY, "18:00"));
    let statement = trader.desk.day_statement(evening).await.unwrap();
    assert_eq!((statement.fills, statement.orders_expired, statement.open_positions), (1, 1, 1));
    // Asking again, or after the date was closed, answers the same.
    assert_eq!(trader.desk.day_statement(evening).await.unwrap(), statement);
    trader.desk.close_past_dates(at(TUESDAY, "00:00"), None).await.unwrap();
    assert_eq!(trader.desk.day_statement(evening).await.unwrap(), statement);
}

#[tokio::test]
async fn a_restart_rebuilds_the_same_books_from_journal_and_snapshot() {
    let mut trader = DeskFixture::new(at(MONDAY, "09:30")).await;
    trader.placed(buy("ABC", 100, PRICE.0), at(MONDAY, "09:30")).await;
    trader.desk.sync_fills(at(MONDAY, "09:31")).await.unwrap();
    let live = trader.desk.book().clone();
    trader.restart().await;
    assert_eq!(*trader.desk.book(), live);
    assert_eq!(live.held(&"ABC".parse().unwrap()), 100);

    let mut trader = DeskFixture::new(at(MONDAY, "09:30")).await;
    monday(&mut trader).await;
    trader.restart().await;
    trader.reconciled(at(TUESDAY, "09:20")).await;
    let sold = trader.placed(sell("ABC", 40, PRICE.0), at(TUESDAY, "09:20")).await;
    trader.desk.sync_fills(at(TUESDAY, "09:21")).await.unwrap();
    trader.placed(sell("ABC", 60, HIGH), at(TUESDAY, "09:22")).await;
    assert_eq!(trader.order(sold).state, OrderState::Filled);
    let live = trader.desk.book().clone();
    trader.restart().await;
    assert_eq!(*trader.desk.book(), live);

    let folded = trader.folded().await;
    assert_eq!(folded.next_sequence(), live.next_sequence());
    assert!(folded.orders().eq(live.orders()));
    assert_eq!(folded.positions(), live.positions());
    for (of_fold, of_live) in [
        (folded.cash(), live.cash()),
        (folded.invested(), live.invested()),
        (folded.realised(), live.realised()),
        (folded.charges(), live.charges()),
        (folded.charges_on(day(MONDAY)), live.charges_on(day(MONDAY))),
    ] {
        assert_eq!(of_fold, of_live);
    }
    assert_eq!(live.difference(), Paise::ZERO);
    assert!(live.cash() < CAPITAL && live.charges() > Paise::ZERO);
    assert_eq!(trader.fake_broker.funds(USER).await.unwrap().cash, live.cash());
}

#[tokio::test]
async fn shares_bought_outside_are_reported_and_not_adopted() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let ours = trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    // The user buys more of it, and something else, in the broker's own application.
    let by_hand = trader.order(ours).clone();
    for (number, symbol) in [(901, "ABC"), (902, "XYZ")] {
        let mut order = by_hand.clone();
        order.id.number = number;
        order.request.symbol = symbol.parse().unwrap();
        trader.fake_broker.place(USER, &order, at(MONDAY, "10:05")).await.unwrap();
    }
    trader.fake_broker.advance(USER, at(MONDAY, "10:07")).await.unwrap();
    let before = trader.desk.book().clone();
    let differences = trader.desk.reconcile(at(MONDAY, "10:08")).await.unwrap();
    let told: Vec<_> =
        differences.iter().map(|found| (found.symbol.as_str(), found.kind, found.detail.as_str())).collect();
    assert_eq!(
        told,
        [
            ("ABC", ExternalTrade, "the broker holds 20 shares, our books 10"),
            ("XYZ", ExternalTrade, "the broker holds 10 shares, our books none"),
        ]
    );
    assert_eq!(*trader.desk.book(), before);
    // What we did not buy we do not sell.
    let refusal = trader.refused(sell("XYZ", 10, HIGH), at(MONDAY, "10:08")).await;
    assert_eq!(refusal.code, RefusalCode::Holdings);
    assert_eq!(trader.desk.book().orders().filter(|order| order.request.side == Side::Sell).count(), 0);
}

#[tokio::test]
async fn money_is_paid_in_and_what_is_free_may_be_taken_out_and_a_restart_changes_nothing_of_it() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.placed(buy("ABC", 100, 10_000), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:05")).await.unwrap();
    assert_eq!(trader.desk.book().held(&"ABC".parse().unwrap()), 100);
    trader.placed(buy("XYZ", 100, LOW), at(MONDAY, "10:06")).await;

    let now = at(MONDAY, "10:07");
    let money = trader.desk.money(now).await;
    assert!(money.reserved >= Paise(100 * LOW), "{money:?}");
    // One paisa more than is free stays in, and nothing has changed.
    let least = money.capital - money.free();
    let refused = trader.desk.set_capital(least - Paise(1), now).await.unwrap_err();
    let sentence = format!(
        "capital_paise is {}, but must be at least {} paise: {} paise are neither invested, lost nor held back \
         for open buys",
        least.0 - 1,
        least.0,
        money.free().0
    );
    assert_eq!(refused.to_string(), sentence);
    assert_eq!(trader.desk.money(now).await, money);

    for capital in [CAPITAL + Paise(12_345), least] {
        trader.desk.set_capital(capital, now).await.unwrap();
        let paid = trader.desk.money(now).await;
        assert_eq!(paid.cash - money.cash, capital - CAPITAL);
        assert_eq!(trader.desk.book().difference(), Paise::ZERO);
        assert_eq!(trader.fake_broker.funds(USER).await.unwrap().cash, paid.cash);
    }
    assert_eq!(trader.desk.money(now).await.free(), Paise::ZERO);
    let refusal = trader.refused(buy("PQR", 1, LOW), now).await;
    assert_eq!(refusal.code, RefusalCode::Funds);

    let before = trader.desk.money(now).await;
    trader.restart().await;
    trader.misbehave(WELL).await;
    assert_eq!(trader.reconciled(now).await, []);
    assert_eq!(trader.desk.money(now).await, before);
    assert_eq!(trader.fake_broker.funds(USER).await.unwrap().cash, before.cash);
}

#[tokio::test]
async fn a_payment_of_which_only_the_row_was_written_is_made_good_at_the_next_start() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.placed(buy("ABC", 100, 10_000), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:05")).await.unwrap();
    trader.desk.close_past_dates(at(TUESDAY, "00:00"), None).await.unwrap();
    let before = trader.desk.money(ten).await;
    let more = CAPITAL + Paise::rupees(5_000);
    trader.store.user(USER).save_capital(more).await.unwrap();
    trader.restart().await;
    trader.misbehave(WELL).await;
    let after = trader.desk.money(ten).await;
    assert_eq!((after.capital, after.cash), (more, before.cash + Paise::rupees(5_000)));
    assert_eq!(trader.desk.book().difference(), Paise::ZERO);
    assert_eq!(trader.fake_broker.funds(USER).await.unwrap().cash, after.cash);
}
