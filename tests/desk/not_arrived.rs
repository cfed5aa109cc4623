//! Sells that the broker refuses because the shares have not arrived: one a date and share, however the refusal is learnt.

use prahari_brokers::Pushed;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderState;
use prahari_domain::risk::RefusalCode;

use crate::HIGH;
use crate::external::Account;
use crate::support::desk_fixture::{USER, order_context, sell};

#[tokio::test]
async fn shares_that_have_not_arrived_are_offered_again_on_the_next_date_and_not_each_minute() {
    let mut account = Account::new().await;
    let offer = account.offered("ABC", 10).await;
    account.broker.reject(USER, &offer.to_string(), "no holdings present", (false, true));
    account.minute().await;
    assert_eq!((account.order(offer).state, account.order(offer).retryable), (OrderState::Rejected, false));
    let taken = account.broker.taken(USER);
    for _ in 0..3 {
        account.minute().await;
        let again = account.desk.place(sell("ABC", 10, HIGH), order_context(account.now)).await.unwrap();
        let refusal = again.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Holdings);
        assert!(refusal.detail.contains("offered again on the next trading date"), "{}", refusal.detail);
    }
    assert_eq!(account.broker.taken(USER), taken, "nothing more was sent");
    // Another share, and the next date.
    account.bought("XYZ", 5).await;
    account.offered("XYZ", 5).await;
    account.on_thursday().await;
    account.offered("ABC", 10).await;
}

#[tokio::test]
async fn a_restart_sends_no_second_sell_of_shares_that_the_broker_refused_that_date_as_not_arrived() {
    let mut account = Account::new().await;
    account.bought("XYZ", 5).await;
    let offers = [account.offered("ABC", 10).await, account.offered("XYZ", 5).await];
    // The rest of an order that was filled in part is refused like a whole one.
    account.broker.execute(USER, &offers[1].to_string(), 2, Paise(HIGH), account.now);
    for offer in offers {
        account.broker.reject(USER, &offer.to_string(), "no holdings present", (false, true));
    }
    account.minute().await;
    assert_eq!(offers.map(|id| account.order(id).state), [OrderState::Rejected, OrderState::Cancelled]);
    let taken = account.broker.taken(USER);
    for _ in 0..2 {
        account.restart().await;
        account.minute().await;
        for (symbol, quantity) in [("ABC", 10), ("XYZ", 3)] {
            let order = sell(symbol, quantity, HIGH);
            let refusal = account.desk.place(order, order_context(account.now)).await.unwrap().unwrap_err();
            assert_eq!(refusal.code, RefusalCode::Holdings);
            assert!(refusal.detail.contains("offered again on the next trading date"), "{}", refusal.detail);
        }
    }
    assert_eq!(account.broker.taken(USER), taken, "nothing more was sent");
    account.on_thursday().await;
    account.restart().await;
    account.offered("ABC", 10).await;
}

#[tokio::test]
async fn shares_that_have_not_arrived_are_not_offered_again_that_date_when_the_refusal_is_pushed() {
    let mut account = Account::new().await;
    let offer = account.offered("ABC", 10).await;
    let asked = account.broker.books_asked(USER);
    let refused = account.broker.reject(USER, &offer.to_string(), "no holdings present", (false, true));
    account.desk.take_pushed(Pushed::Events(vec![refused]), account.now).await.unwrap();
    assert_eq!((account.order(offer).state, account.order(offer).retryable), (OrderState::Rejected, false));
    assert_eq!(account.broker.books_asked(USER), asked, "nothing but the push has told it");
    let taken = account.broker.taken(USER);
    for restarts in [false, true] {
        if restarts {
            account.restart().await;
        }
        let order = sell("ABC", 10, HIGH);
        let refusal = account.desk.place(order, order_context(account.now)).await.unwrap().unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Holdings);
        assert!(refusal.detail.contains("offered again on the next trading date"), "{}", refusal.detail);
    }
    assert_eq!(account.broker.taken(USER), taken, "nothing more was sent");
    account.on_thursday().await;
    account.offered("ABC", 10).await;
}
