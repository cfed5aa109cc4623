//! Market orders: the limit that each is sent with, and what the book shows of it.

use prahari_domain::instruments::Instrument;
use prahari_domain::orders::BrokerTerms;

use super::*;

fn seen(price: i64, minutes_old: i64) -> PriceSeen {
    let instrument = Instrument {
        symbol: "DEMO".parse().unwrap(),
        series: "EQ".to_owned(),
        tick: Paise(1),
        lot: 1,
        freeze_quantity: 999_900,
        band_low: Paise(20_000),
        band_high: Paise(27_000),
        closing_auction: false,
    };
    PriceSeen { price: Paise(price), minutes_old, instrument }
}

#[tokio::test]
async fn a_market_order_gets_a_limit_by_a_fresh_price_on_the_brokers_own_tick_within_both_bands() {
    let desk = Desk::new().await;
    let request = |side| OrderRequest { side, ..order(OrderKind::Market).request };
    let (buy, sell) = (request(Side::Buy), request(Side::Sell));
    for (side, seen, limit) in [
        (&buy, seen(25_100, 5), Some(25_350)),
        (&sell, seen(25_100, 0), Some(24_850)),
        // The exchange's band ends lower than that of the file, and the file's begins higher.
        (&buy, seen(26_990, 0), Some(27_000)),
        (&sell, seen(22_505, 0), Some(22_500)),
        // Too old, or not to be believed: the broker makes the limit.
        (&buy, seen(25_100, 6), None),
        (&buy, seen(27_200, 0), None),
    ] {
        let found = desk.broker.market_limit(side, &seen, NOW).await;
        assert_eq!(found, limit.map(Paise), "{side:?} {seen:?}");
    }
    assert!(desk.broker.shows_market_as_limit() && desk.placements() == 0);
    // A share that the broker does not list is not sent at all.
    let unlisted = OrderRequest { symbol: "NOWHERE".parse().unwrap(), ..buy };
    assert_eq!(desk.broker.market_limit(&unlisted, &seen(25_100, 0), NOW).await, None);
}

#[tokio::test]
async fn a_market_order_with_its_limit_is_sent_as_that_limit() {
    let desk = Desk::new().await;
    desk.will(PLACE, taken());
    let limited = Order { terms: BrokerTerms::limit(Paise(25_350)), ..order(OrderKind::Market) };
    desk.place(&limited.as_sent()).await.unwrap();
    let sent = desk.fake.to(PLACE).remove(0).fields();
    assert_eq!((&sent["pt"], &sent["pr"], &sent["mp"]), (&json!("L"), &json!("253.50"), &json!("0")));
    // The broker adds the algo id itself, and shows it in the book.
    assert!(sent.get("algId").is_none());
    desk.will("/quick/user/trades", none());
    for (shown, known) in
        [(json!("99999"), Some("99999")), (json!("NA"), None), (json!(0), None), (json!("a b"), None)]
    {
        desk.now_will(BOOK, rows(&[row(json!({ "prc": "253.50", "algId": shown }))]));
        let book = desk.broker.book().await.unwrap();
        assert_eq!(book[0].kind, OrderKind::Limit(Paise(25_350)));
        assert_eq!(book[0].algo_id.as_deref(), known, "{shown}");
    }
}
