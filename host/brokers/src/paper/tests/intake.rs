use super::*;

fn reason(answer: Result<impl std::fmt::Debug, BrokerError>) -> (String, bool) {
    match answer {
        Err(BrokerError::Refused { reason, retryable }) => (reason, retryable),
        other => panic!("not a refusal: {other:?}"),
    }
}

#[tokio::test]
async fn a_tag_is_never_placed_twice() {
    let bench = Bench::new().await;
    let order = limit(1, Side::Buy, 10, 9_900);
    bench.place(&order, at(TODAY, "10:00")).await.unwrap();
    let mut again = order.clone();
    again.request.quantity = 99;
    assert_eq!(bench.place(&again, at(TODAY, "10:01")).await, Err(BrokerError::TagInUse));
    assert_eq!(bench.broker.book(USER).await.unwrap().len(), 1);
    // Also when it has ended and left the book.
    bench.advance(at(TODAY, "15:30")).await;
    bench.place(&limit(2, Side::Buy, 10, 9_900), at(TOMORROW, "10:00")).await.unwrap();
    let tags: Vec<_> = bench.broker.book(USER).await.unwrap().into_iter().map(|order| order.tag).collect();
    assert_eq!(tags, ["U7-20250102-0002"]);
    assert_eq!(bench.place(&order, at(TOMORROW, "10:01")).await, Err(BrokerError::TagInUse));
    assert_eq!(bench.broker.book(USER).await.unwrap().len(), 1);
    // An id names one order here, whatever its tag.
    let tag = OrderTag::stamp(TagCode::of_number(9), order.id).unwrap();
    let other = Order { tag: Some(tag), ..order };
    let answer = bench.place(&other, at(TOMORROW, "10:01")).await;
    assert_eq!(reason(answer).0, "order U7-20250102-0001 is here already, with another tag");
}

#[tokio::test]
async fn each_phase_takes_the_orders_it_takes() {
    let regular_limit = limit(1, Side::Buy, 10, 9_900);
    let regular_market = market(1, Side::Buy, 10);
    let after_limit = after_market(1, Side::Buy, 10, OrderKind::Limit(Paise(9_900)));
    let cases = [
        (TODAY, "08:54", &regular_limit, Some("the market is closed")),
        (TODAY, "08:54", &after_limit, None),
        (TODAY, "08:55", &after_limit, Some("after-market orders are not taken at 2025-01-02 08:55:00.000")),
        (TODAY, "09:00", &regular_market, None),
        (TODAY, "09:07", &regular_limit, None),
        (TODAY, "09:08", &regular_limit, Some("no orders are taken while the pre-open session is matched")),
        (TODAY, "09:15", &regular_market, None),
        (TODAY, "12:00", &after_limit, Some("after-market orders are not taken at 2025-01-02 12:00:00.000")),
        (TODAY, "15:29", &regular_limit, None),
        (TODAY, "15:45", &regular_market, Some("the paper broker takes no orders after continuous trading")),
        (TODAY, "16:01", &after_limit, None),
        (TODAY, "17:00", &regular_limit, Some("the market is closed")),
        ("2025-01-04", "12:00", &after_limit, None),
        ("2025-01-04", "12:00", &regular_limit, Some("the market is closed")),
        ("2026-09-08", "09:04", &regular_market, None),
        ("2026-09-08", "09:05", &regular_market, Some("market orders are currently not allowed")),
        ("2026-09-08", "09:05", &regular_limit, None),
    ];
    for (day, time, order, refused) in cases {
        let bench = Bench::new().await;
        let answer = bench.place(order, at(day, time)).await;
        match refused {
            None => assert!(answer.is_ok(), "{day} {time}: {answer:?}"),
            Some(expected) => assert_eq!(reason(answer), (expected.to_owned(), false), "{day} {time}"),
        }
    }
}

#[tokio::test]
async fn price_and_quantity_follow_the_exchanges_rules() {
    let cases = [
        (limit(1, Side::Buy, 10, 9_902), "₹99.02 is not a multiple of the tick of ABC, ₹0.05"),
        (limit(1, Side::Buy, 10, 7_995), "₹79.95 is outside the band of ABC, ₹80.00 to ₹120.00"),
        (limit(1, Side::Buy, 10, 12_005), "₹120.05 is outside the band of ABC, ₹80.00 to ₹120.00"),
        (limit(1, Side::Buy, 0, 10_000), "0 shares of ABC are no multiple of the lot of 1"),
        (
            limit(1, Side::Buy, 1_000_001, 10_000),
            "1000001 shares of ABC are above the freeze quantity of 1000000",
        ),
    ];
    let bench = Bench::new().await;
    for (order, expected) in cases {
        assert_eq!(reason(bench.place(&order, at(TODAY, "10:00")).await), (expected.to_owned(), false));
    }
    let mut unknown = limit(1, Side::Buy, 1, 10_000);
    unknown.request.symbol = "NOPE".parse().unwrap();
    assert_eq!(reason(bench.place(&unknown, at(TODAY, "10:00")).await).0, "NOPE is not traded");
    let stranger = bench.broker.place(UserId(9), &limit(1, Side::Buy, 1, 10_000), at(TODAY, "10:00")).await;
    assert_eq!(reason(stranger).0, "user 9 has no paper account");
}

#[tokio::test]
async fn open_buys_hold_cash_back_and_a_buy_beyond_the_rest_may_be_retried() {
    let bench = Bench::new().await;
    let now = at(TODAY, "10:00");
    bench.place(&limit(1, Side::Buy, 900, 9_900), now).await.unwrap();
    let funds = bench.broker.funds(USER).await.unwrap();
    assert_eq!(funds.cash, Paise::rupees(100_000));
    // 89,100.00 and its charges: 89 STT, 2.65 transaction and 0.09 IPFT, 0.09 SEBI, 13 stamp, 0.51 GST.
    assert_eq!(funds.reserved, Paise(8_910_000 + 8_900 + 265 + 9 + 9 + 1_300 + 51));
    let (refused, retryable) = reason(bench.place(&limit(2, Side::Buy, 200, 9_900), now).await);
    let expected = "200 shares of ABC need ₹19,823.74, and ₹10,794.66 is available";
    assert_eq!((refused.as_str(), retryable), (expected, true));
    bench.broker.cancel(USER, &limit(1, Side::Buy, 900, 9_900), now).await.unwrap();
    assert_eq!(bench.broker.funds(USER).await.unwrap().reserved, Paise::ZERO);
    bench.place(&limit(2, Side::Buy, 200, 9_900), now).await.unwrap();
}

#[tokio::test]
async fn no_more_is_sold_than_is_held_and_not_offered() {
    let bench = Bench::with_shares(10).await;
    let now = at(TODAY, "10:00");
    assert_eq!(
        reason(bench.place(&limit(1, Side::Sell, 11, 11_000), now).await).0,
        "10 shares of ABC can be sold, not 11"
    );
    bench.place(&limit(2, Side::Sell, 6, 11_000), now).await.unwrap();
    assert_eq!(
        reason(bench.place(&market(3, Side::Sell, 5), now).await).0,
        "4 shares of ABC can be sold, not 5"
    );
    bench.place(&market(4, Side::Sell, 4), now).await.unwrap();
}

#[tokio::test]
async fn a_change_is_matched_from_its_instant_on() {
    let bench = Bench::new().await;
    let order = limit(1, Side::Buy, 10, 9_800);
    bench.market.set(TODAY, "10:02", [9_900, 9_900, 9_900, 9_900], 10_000);
    bench.market.set(TODAY, "10:08", [9_900, 9_900, 9_900, 9_900], 10_000);
    bench.place(&order, at(TODAY, "10:00")).await.unwrap();
    let now = at(TODAY, "10:05:30");
    bench.broker.modify(USER, &order, 20, OrderKind::Limit(Paise(9_900)), now).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:10")).await, [(20, Paise(9_900), "10:08".into())]);
    let known = bench.broker.book(USER).await.unwrap().remove(0);
    assert_eq!((known.quantity, known.kind), (20, OrderKind::Limit(Paise(9_900))));
    assert_eq!((known.accepted_at, known.modified_at), (at(TODAY, "10:00"), now));
    assert_eq!(known.changed_at, at(TODAY, "10:08"));
}

#[tokio::test]
async fn an_after_market_order_is_changed_in_the_pre_open_until_its_phase_forbids_it() {
    let order = after_market(1, Side::Buy, 10, OrderKind::Limit(Paise(9_900)));
    let cases = [
        ("2025-01-02", "08:30", OrderKind::Market, None),
        (
            "2025-01-02",
            "08:57",
            OrderKind::Market,
            Some("after-market orders cannot be changed at 2025-01-02 08:57:00.000"),
        ),
        ("2025-01-02", "09:05", OrderKind::Market, None),
        (
            "2025-01-02",
            "09:10",
            OrderKind::Market,
            Some("no orders are taken while the pre-open session is matched"),
        ),
        ("2026-09-08", "09:05", OrderKind::Market, Some("market orders are currently not allowed")),
        ("2026-09-08", "09:05", OrderKind::Limit(Paise(9_950)), None),
    ];
    for (day, time, kind, refused) in cases {
        let bench = Bench::new().await;
        bench.place(&order, at(day, "08:00")).await.unwrap();
        let answer = bench.broker.modify(USER, &order, 8, kind, at(day, time)).await;
        match refused {
            None => assert_eq!(answer, Ok(()), "{day} {time}"),
            Some(expected) => assert_eq!(reason(answer).0, expected, "{day} {time}"),
        }
    }
}

#[tokio::test]
async fn a_change_is_checked_like_an_order() {
    let bench = Bench::new().await;
    let order = limit(1, Side::Buy, 10, 9_900);
    bench.market.set(TODAY, "10:01", [9_900, 9_900, 9_900, 9_900], 40);
    bench.place(&order, at(TODAY, "10:00")).await.unwrap();
    let now = at(TODAY, "10:02");
    let modify = async |quantity, price| {
        reason(bench.broker.modify(USER, &order, quantity, OrderKind::Limit(Paise(price)), now).await).0
    };
    assert_eq!(modify(10, 9_901).await, "₹99.01 is not a multiple of the tick of ABC, ₹0.05");
    assert_eq!(modify(4, 9_900).await, "4 shares of order U7-20250102-0001 are filled already");
    assert!(modify(2_000, 9_900).await.starts_with("1996 shares of ABC need "));
    let mut unknown = order.clone();
    unknown.id.number = 2;
    let answer = bench.broker.modify(USER, &unknown, 5, OrderKind::Market, now).await;
    assert_eq!(reason(answer).0, "there is no order U7-20250102-0002");
}

#[tokio::test]
async fn what_was_filled_before_a_cancellation_stays_filled_and_is_reported() {
    let bench = Bench::new().await;
    let order = limit(1, Side::Buy, 10, 9_900);
    bench.market.set(TODAY, "10:01", [9_900, 9_900, 9_900, 9_900], 40);
    bench.place(&order, at(TODAY, "10:00")).await.unwrap();
    bench.broker.cancel(USER, &order, at(TODAY, "10:03")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:04")).await, [(4, Paise(9_900), "10:01".into())]);
    let again = bench.broker.cancel(USER, &order, at(TODAY, "10:05")).await;
    assert_eq!(reason(again).0, "order U7-20250102-0001 is cancelled already");
    assert_eq!(bench.shares().await, [("ABC".parse().unwrap(), 4)]);
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let calendar = CalendarHandle::embedded().unwrap();
    let open = |settings: PaperSettings| {
        let market = Arc::new(Script::default());
        let store = Arc::new(MemoryPaperStore::default());
        PaperBroker::new(settings, market, calendar.clone(), store).err().map(|error| error.to_string())
    };
    assert_eq!(open(PaperSettings::default()), None);
    let upside_down = PaperSettings { slippage_least: 5_000, ..PaperSettings::default() };
    assert_eq!(
        open(upside_down).unwrap(),
        "the paper broker cannot work: the least slippage is above the greatest"
    );
    assert!(open(PaperSettings { volume_percent: 0, ..PaperSettings::default() }).is_some());
    assert!(open(PaperSettings { slippage_greatest: 1_000_000, ..PaperSettings::default() }).is_some());
    assert!(
        open(PaperSettings { plan: "gold".into(), ..PaperSettings::default() }).unwrap().contains("gold")
    );
    let faults = PaperFaults { lose_reply: 600, down: 500, ..PaperFaults::default() };
    assert!(open(PaperSettings { faults, ..PaperSettings::default() }).is_some());
}
