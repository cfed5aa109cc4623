//! A sell of more than the broker lets be sold is refused here, and only where the broker says a number.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use prahari_domain::risk::RefusalCode;

use crate::HIGH;
use crate::external::Account;
use crate::support::at;
use crate::support::desk_fixture::{USER, order_context, sell};

impl Account {
    /// Why a sell is refused.
    async fn refused_sell(&mut self, quantity: u32) -> String {
        let order = sell("ABC", quantity, HIGH);
        let refusal = self.desk.place(order, order_context(self.now)).await.unwrap().unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Holdings);
        refusal.detail
    }
}

#[tokio::test]
async fn more_than_may_be_sold_is_refused_before_it_is_sent_and_the_broker_is_not_asked_each_minute() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    account.broker.set_sellable(USER, "ABC", 6);
    let (taken, asked) = (account.broker.taken(USER), account.broker.holdings_asked(USER));
    let detail = account.refused_sell(7).await;
    assert!(
        detail.starts_with("7 shares of ABC are more than may be sold now: the broker lets 6 be sold"),
        "{detail}"
    );
    for _ in 0..5 {
        account.minute().await;
        account.refused_sell(7).await;
    }
    assert_eq!(account.broker.taken(USER), taken, "nothing was sent");
    assert_eq!(account.broker.holdings_asked(USER), asked + 1);
    let offer = account.offered("ABC", 6).await;
    let context = order_context(account.now);
    let raised = account.desk.modify(offer, Some(7), None, context).await.unwrap();
    assert_eq!(raised.unwrap_err().code, RefusalCode::Holdings);
}

#[tokio::test]
async fn shares_that_have_not_arrived_may_be_sold_except_in_trade_for_trade() {
    let mut account = Account::new().await;
    account.broker.set_sellable(USER, "ABC", 0);
    let offer = account.offered("ABC", 10).await;
    let withdrawn = account.desk.cancel(offer, "test", order_context(account.now)).await.unwrap();
    withdrawn.unwrap();
    account.market.set_trade_for_trade();
    account.minute().await;
    account.refused_sell(1).await;
    // A share of which the broker says nothing is offered: absence proves nothing.
    account.bought("XYZ", 5).await;
    account.offered("XYZ", 5).await;
}

#[tokio::test]
async fn a_settlement_holiday_keeps_shares_on_their_way_for_another_day() {
    // 19 February 2026 trades and does not settle: what is bought on the 18th arrives on the 20th, a Friday.
    let mut account = Account::empty_at(at("2026-02-18", "10:00")).await;
    account.bought("ABC", 10).await;
    account.broker.set_sellable(USER, "ABC", 0);
    account.on("2026-02-20").await;
    let offer = account.offered("ABC", 10).await;
    account.desk.cancel(offer, "test", order_context(account.now)).await.unwrap().unwrap();
    account.on("2026-02-23").await;
    account.refused_sell(10).await;
    // Missing shares are believed to be sold once they have certainly arrived, which is a day later than without the holiday.
    account.broker.set_held(USER, "ABC", 3);
    account.looked_at().await;
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.external().len()), (10, 0));
    account.on("2026-02-24").await;
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.external().len()), (3, 1));
}
