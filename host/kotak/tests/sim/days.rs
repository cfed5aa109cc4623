//! A day of one user, from the first order to the holdings of the next morning.

use kotak_sim::{AmoCancel, Call, EmptyReport, Facts, Fault, MarketOrders, RefusedChange, Row, When, ist};
use prahari_brokers::{BrokerError, BrokerOrderState};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, Side, Variety};

use crate::account::{Account, link};

#[tokio::test]
async fn a_day_of_orders_is_booked_as_the_broker_books_it_with_one_login() {
    let account = Account::new().await;
    let cash = account.broker.funds().await.unwrap().cash;
    assert_eq!(cash, Paise(account.spec.cash));
    assert_eq!(account.broker.book().await.unwrap(), []);
    assert_eq!(account.broker.holdings().await.unwrap(), []);

    let buy = account.placed(account.order(1, Side::Buy, 10, OrderKind::Limit(Paise(25_200)))).await;
    account.sim.set_price("DEMO-EQ", 25_150).unwrap();
    account.time.pass(1_000);
    let seen = account.seen(&buy).await;
    assert_eq!(
        (seen.state.clone(), seen.filled, seen.tag.clone()),
        (BrokerOrderState::Filled, 10, buy.id.to_string())
    );
    assert_eq!(seen.fills.iter().map(|fill| fill.quantity).sum::<u32>(), 10);
    // In the book's words, the fills are the broker's own.
    let theirs = account.sim.fills(&account.spec.ucc);
    let value = |quantity: i64, price: i64| quantity * price;
    assert_eq!(
        seen.fills.iter().map(|fill| value(i64::from(fill.quantity), fill.price.0)).sum::<i64>(),
        theirs.iter().map(|fill| value(fill.quantity, fill.price)).sum::<i64>()
    );
    assert_eq!(account.shares().await, [("DEMO".to_owned(), 10)]);

    let sell = account.placed(account.order(2, Side::Sell, 4, OrderKind::Limit(Paise(26_000)))).await;
    account.broker.modify(&sell, 4, OrderKind::Limit(Paise(25_000)), account.now()).await.unwrap();
    account.time.pass(1_000);
    // The change rewrote the tag; the number knows the order.
    let seen = account.seen(&sell).await;
    assert_eq!((seen.tag.as_str(), seen.filled), (sell.id.to_string().as_str(), 4));
    assert_eq!(account.shares().await, [("DEMO".to_owned(), 6)]);

    // Bought shares are settled the next morning, and counted once.
    account.time.pass(86_400_000);
    assert_eq!(account.shares().await, [("DEMO".to_owned(), 6)]);
    assert_eq!(account.logins(), 2);
    assert_eq!(account.most_under_one_tag(), (1, 1));
}

#[tokio::test]
async fn changes_and_cancellations_count_when_they_show_whatever_becomes_of_the_tag() {
    for (rewritten, refused) in [(true, RefusedChange::ReasonOnOpenRow), (false, RefusedChange::NotModified)]
    {
        let facts = Facts {
            tag_rewritten_by_modify: rewritten,
            tag_suffixed_by_cancel: rewritten,
            refused_change: refused,
            ..Facts::default()
        };
        let account = Account::with(facts, |_| {}).await;
        let order = account.placed(account.resting(1)).await;
        let to = OrderKind::Limit(Paise(24_100));
        account.broker.modify(&order, 6, to, account.now()).await.unwrap();
        let seen = account.seen(&order).await;
        assert_eq!((seen.quantity, seen.kind, seen.state.clone()), (6, to, BrokerOrderState::Open));
        let reason = format!("RMS:Margin Exceeds for entity account-{}", account.spec.ucc);
        account.fault(Call::Modify, When::Always, Fault::ChangeRefused { reason });
        account.time.pass(1_000);
        let again = account.broker.modify(&order, 5, OrderKind::Limit(Paise(24_200)), account.now()).await;
        let Err(BrokerError::Refused { reason, .. }) = again else { panic!("{again:?}") };
        assert!(reason.contains("Margin Exceeds") && !reason.contains(&account.spec.ucc), "{reason}");
        assert_eq!(account.seen(&order).await.quantity, 6);
        account.broker.cancel(&order, account.now()).await.unwrap();
        let seen = account.seen(&order).await;
        assert!(matches!(seen.state, BrokerOrderState::Cancelled { .. }), "{seen:?}");
        assert_eq!(seen.tag, order.id.to_string());
        let over = account.broker.cancel(&order, account.now()).await;
        assert!(matches!(over, Err(BrokerError::Refused { .. })), "{over:?}");
    }
}

#[tokio::test]
async fn a_market_order_that_the_broker_makes_a_limit_is_still_ours() {
    for market_orders in
        [MarketOrders::LimitShownAsLimit, MarketOrders::LimitShownAsMarket, MarketOrders::Market]
    {
        let account = Account::with(Facts { market_orders, ..Facts::default() }, |_| {}).await;
        account.fault(Call::Place, When::Always, Fault::Rests);
        let order = account.placed(account.order(1, Side::Buy, 4, OrderKind::Market)).await;
        let seen = account.seen(&order).await;
        assert_eq!((seen.kind, seen.filled, &seen.state), (OrderKind::Market, 0, &BrokerOrderState::Open));
    }
}

#[tokio::test]
async fn an_order_of_the_evening_keeps_its_number_and_is_cancelled_by_what_it_is_by_then() {
    for symbol in [false, true] {
        let facts = Facts {
            amo_cancel_after_release: AmoCancel::AsRegular,
            amo_cancel_needs_symbol: symbol,
            ..Facts::default()
        };
        let account = Account::with(facts, |_| {}).await;
        let until = ist("2026-11-02 16:30:00").unwrap();
        account.time.pass(until - account.now().0);
        let amo = |number| {
            let order = account.resting(number);
            let request = OrderRequest { variety: Variety::AfterMarket, ..order.request.clone() };
            prahari_domain::orders::Order { request, ..order }
        };
        let (early, late) = (account.placed(amo(1)).await, account.placed(amo(2)).await);
        account.broker.cancel(&early, account.now()).await.unwrap();
        let until = ist("2026-11-03 09:20:00").unwrap();
        account.time.pass(until - account.now().0);
        // Another day, another link after a restart: number and tag are those of the evening.
        let (broker, _pushes) = link(&account.brokerage).await;
        let book = broker.book().await.unwrap();
        let seen = book.iter().find(|known| Some(&known.broker_id) == late.broker_id.as_ref()).unwrap();
        assert_eq!((seen.tag.as_str(), &seen.state), (late.id.to_string().as_str(), &BrokerOrderState::Open));
        assert!(seen.broker_id.starts_with("261102"));
        broker.cancel(&late, account.now()).await.unwrap();
    }
}

#[tokio::test]
async fn lists_are_read_in_each_form_that_is_known() {
    for other in [false, true] {
        let facts = Facts {
            empty_report: if other { EmptyReport::NoData } else { EmptyReport::EmptyList },
            mixed_case_of_ok: other,
            no_holdings_is_error: other,
            trades_have_tag: other,
            base_path: if other { "/gw".to_owned() } else { String::new() },
            urls_in_validate: other,
            ..Facts::default()
        };
        let positions =
            if other { prahari_kotak::PositionsPath::Quick } else { prahari_kotak::PositionsPath::Portfolio };
        let account = Account::with(facts, |settings| settings.positions = positions).await;
        assert_eq!(account.broker.book().await.unwrap(), []);
        assert_eq!(account.broker.holdings().await.unwrap(), []);
        let order = account.placed(account.order(1, Side::Buy, 3, OrderKind::Limit(Paise(25_200)))).await;
        account.sim.add_fault(kotak_sim::Rule::of(
            kotak_sim::Calls::Reports,
            When::Always,
            Fault::NumbersAsTexts,
        ));
        assert_eq!(account.seen(&order).await.filled, 3);
        assert_eq!(account.shares().await, [("DEMO".to_owned(), 3)]);
        assert_eq!(account.session().address().await.unwrap(), "127.0.0.1");
        let quotes =
            account.session().quotes(&["90001".to_owned()], prahari_kotak::QuoteFilter::All).await.unwrap();
        assert_eq!(quotes[0].last, Some(Paise(25_100)));
        assert_eq!(account.session().history(order.broker_id.as_ref().unwrap()).await.unwrap()[0].filled, 3);
    }
}

#[tokio::test]
async fn an_annulled_trade_is_in_neither_list_and_its_order_has_ended() {
    let account = Account::new().await;
    assert!(!account.broker.executions_are_final());
    let buy = account.placed(account.order(1, Side::Buy, 10, OrderKind::Limit(Paise(25_200)))).await;
    let before = account.seen(&buy).await;
    assert_eq!((before.state, before.filled, before.fills.len()), (BrokerOrderState::Filled, 10, 1));
    account.time.pass(60_000);
    let [fill] = account.sim.fills(&account.spec.ucc).try_into().unwrap();
    account.sim.withdraw_fill(fill.id).unwrap();
    account.time.pass(1_000);
    let after = account.seen(&buy).await;
    assert_eq!((after.state, after.filled, after.fills), (BrokerOrderState::Filled, 0, vec![]));
    // Its row is not that of before the trade.
    assert!(after.changed_at >= before.fills[0].at, "{}", after.changed_at.0);
    assert_eq!(account.broker.holdings().await.unwrap(), []);
    // Nor is that of one which was taken long after it was placed: executions leave the time of the order's last change as it is.
    let rests = account.placed(account.resting(3)).await;
    account.time.pass(60_000);
    account.sim.fill(rests.broker_id.as_deref().unwrap(), 4, 24_000).unwrap();
    let filled = account.seen(&rests).await.fills[0].at;
    account.time.pass(60_000);
    let [taken] = account.sim.fills(&account.spec.ucc).try_into().unwrap();
    account.sim.withdraw_fill(taken.id).unwrap();
    account.time.pass(1_000);
    let after = account.seen(&rests).await;
    assert_eq!((after.filled, after.fills), (0, vec![]));
    assert!(after.changed_at >= filled, "{} is before {}", after.changed_at, filled);
    // Where the list of trades lacks a row and nothing was annulled, the order says so.
    let other = account.placed(account.order(2, Side::Buy, 4, OrderKind::Limit(Paise(25_200)))).await;
    account.fault(Call::Trades, When::Always, Fault::RowMissing(Row::First));
    let lacking = account.seen(&other).await;
    assert_eq!((lacking.state, lacking.filled, lacking.fills), (BrokerOrderState::Open, 4, vec![]));
}
