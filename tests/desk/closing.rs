//! The end of a trading date at one desk: what its statement says, and what is learnt later.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use prahari_app::desk::{DailyStatement, Desk};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderRequest, OrderState, Variety};
use prahari_domain::time::Day;
use prahari_store::PaperRow;

use crate::support::desk_fixture::{DeskFixture, USER, buy, order_context};
use crate::support::{MONDAY, TUESDAY, at, day};
use crate::{LOW, PRICE, WELL};

const WEDNESDAY: &str = "2025-03-12";
const THURSDAY: &str = "2025-03-13";

/// The statements of closed and unclosed dates, oldest first.
async fn statements(trader: &DeskFixture) -> Vec<DailyStatement> {
    trader.store.flush().await.unwrap();
    let rows = trader.store.user(USER).statements().await.unwrap();
    rows.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect()
}

async fn last_closed(trader: &DeskFixture) -> Option<Day> {
    trader.store.flush().await.unwrap();
    trader.store.user(USER).last_closed_date().await.unwrap()
}

async fn close_until(desk: &mut Desk, day: &str) {
    desk.close_past_dates(at(day, "00:00"), None).await.unwrap();
}

fn for_tomorrow(symbol: &str) -> OrderRequest {
    OrderRequest { variety: Variety::AfterMarket, ..buy(symbol, 10, LOW) }
}

#[tokio::test]
async fn what_comes_after_the_evening_report_is_in_the_statement_of_the_date() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.placed(buy("ABC", 100, PRICE.0), at(MONDAY, "10:00")).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let evening = order_context(at(MONDAY, "18:00"));
    assert_eq!(trader.desk.day_statement(evening).await.unwrap().orders_placed, 1);
    assert_eq!(last_closed(&trader).await, None);
    trader.placed(for_tomorrow("XYZ"), at(MONDAY, "20:00")).await;
    // The first thing of the new day closes the one before.
    trader.desk.sync_fills(at(TUESDAY, "00:01")).await.unwrap();
    assert_eq!(last_closed(&trader).await, Some(day(MONDAY)));
    let [monday] = &statements(&trader).await[..] else { panic!() };
    assert_eq!((monday.orders_placed, monday.fills, monday.open_positions), (2, 1, 1));
    assert_eq!(trader.desk.day_statement(evening).await.unwrap(), *monday);
    assert_eq!(trader.desk.book().active_orders().count(), 1);
}

#[tokio::test]
async fn dates_that_ended_while_nothing_ran_are_closed_one_by_one_with_what_happened_on_each() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.placed(buy("ABC", 100, PRICE.0), at(MONDAY, "10:00")).await;
    trader.placed(buy("XYZ", 10, LOW), at(MONDAY, "10:00")).await;
    trader.desk.sync_fills(at(MONDAY, "10:00:30")).await.unwrap();
    // Down before the first minute was over, until Thursday.
    trader.restart().await;
    trader.misbehave(WELL).await;
    trader.desk.sync_fills(at(THURSDAY, "09:30")).await.unwrap();
    let statements = statements(&trader).await;
    let told: Vec<_> = statements
        .iter()
        .map(|of| {
            (of.day, of.orders_placed, of.fills, of.orders_expired, of.open_positions, of.note.as_deref())
        })
        .collect();
    let expected = [
        (day(MONDAY), 2, 1, 1, 1, None),
        (day(TUESDAY), 0, 0, 0, 1, None),
        (day(WEDNESDAY), 0, 0, 0, 1, None),
    ];
    assert_eq!(told, expected);
    assert!(statements[0].charges > Paise::ZERO && statements[1].charges == Paise::ZERO);
    assert!(statements.iter().all(|of| of.cash == trader.desk.book().cash()), "{statements:?}");
    assert_eq!(last_closed(&trader).await, Some(day(WEDNESDAY)));
}

#[tokio::test]
async fn what_is_learnt_of_a_closed_date_changes_its_statement_and_those_after_it() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    let cash = trader.desk.book().cash();
    trader.placed(buy("ABC", 100, PRICE.0), at(MONDAY, "10:00")).await;
    trader.set_reachable(false);
    close_until(&mut trader.desk, WEDNESDAY).await;
    let [monday, tuesday] = &statements(&trader).await[..] else { panic!() };
    assert_eq!((monday.fills, monday.cash, tuesday.cash), (0, cash, cash));
    assert_eq!(monday.note.as_deref(), Some("the broker cannot be reached: the line is cut"));
    assert_eq!(tuesday.note, monday.note);

    trader.set_reachable(true);
    trader.desk.sync_fills(at(WEDNESDAY, "09:30")).await.unwrap();
    trader.desk.sync_fills(at(WEDNESDAY, "09:31")).await.unwrap();
    let [monday, tuesday] = &statements(&trader).await[..] else { panic!() };
    let book = trader.desk.book();
    assert_eq!((monday.fills, monday.open_positions, tuesday.fills), (1, 1, 0));
    assert_eq!((monday.cash, tuesday.cash), (book.cash(), book.cash()));
    assert_eq!(monday.charges, book.charges());
    assert_eq!((&monday.note, &tuesday.note), (&None, &None));
}

#[tokio::test]
async fn what_is_learnt_of_a_closed_date_before_a_crash_is_in_its_statement_after_it() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.placed(buy("ABC", 100, PRICE.0), at(MONDAY, "10:00")).await;
    trader.set_reachable(false);
    close_until(&mut trader.desk, TUESDAY).await;
    trader.set_reachable(true);
    trader.desk.sync_fills(at(TUESDAY, "09:30")).await.unwrap();
    assert_eq!(statements(&trader).await[0].fills, 0);
    trader.restart().await;
    trader.desk.sync_fills(at(TUESDAY, "09:31")).await.unwrap();
    assert_eq!(statements(&trader).await[0].fills, 1);
}

#[tokio::test]
async fn a_payment_of_today_is_not_in_the_statement_of_yesterday() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    let cash = trader.desk.book().cash();
    let more = trader.desk.book().capital() + Paise::rupees(1_000);
    trader.desk.set_capital(more, at(TUESDAY, "08:00")).await.unwrap();
    let [monday] = &statements(&trader).await[..] else { panic!() };
    assert_eq!((monday.cash, monday.capital), (cash, Some(more - Paise::rupees(1_000))));
}

#[tokio::test]
async fn an_order_of_the_date_that_the_broker_has_no_more_ends_with_it() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    let today = trader.placed(buy("XYZ", 10, LOW), at(MONDAY, "10:00")).await;
    let tomorrow = trader.placed(for_tomorrow("ABC"), at(MONDAY, "17:00")).await;
    // The broker forgets both, as one does whose book is of the running day only.
    let (_, account) = trader.store.user(USER).load_paper().await.unwrap();
    let forgotten =
        [today, tomorrow].map(|id| PaperRow { tag: id.to_string(), active: false, data: Vec::new() });
    trader.store.user(USER).save_paper(forgotten.to_vec(), account.unwrap()).await.unwrap();
    trader.misbehave(WELL).await;
    close_until(&mut trader.desk, TUESDAY).await;
    let order = trader.order(today);
    assert_eq!(order.state, OrderState::Expired);
    assert_eq!(order.reason, "it was valid for 2025-03-10, and is in the broker's book no more");
    assert_eq!(statements(&trader).await[0].orders_expired, 1);
    assert_eq!(trader.order(tomorrow).state, OrderState::Accepted);
}

#[tokio::test]
async fn the_date_of_a_halted_user_is_closed_with_the_reason() {
    let mut trader = DeskFixture::new(at(MONDAY, "10:00")).await;
    trader.desk.close_past_dates(at(TUESDAY, "00:00"), Some("halted: somebody has to look")).await.unwrap();
    assert_eq!(statements(&trader).await[0].note.as_deref(), Some("halted: somebody has to look"));
}

#[tokio::test]
async fn no_more_than_a_year_of_dates_is_closed_after_the_fact() {
    let mut trader = DeskFixture::new(at("2023-06-01", "10:00")).await;
    trader.desk.close_past_dates(at(MONDAY, "00:00"), None).await.unwrap();
    let statements = statements(&trader).await;
    assert_eq!(statements.first().map(|of| of.day), Some(day("2024-03-11")));
    assert_eq!(statements.last().map(|of| of.day), Some(day("2025-03-07")));
    assert_eq!(last_closed(&trader).await, Some(day("2025-03-07")));
}
