use super::*;
use crate::broker::BrokerOrderState;

#[tokio::test]
async fn a_buy_limit_fills_when_a_minute_reaches_it() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:03", [9_990, 9_990, 9_945, 9_950], 10_000);
    bench.market.set(TODAY, "10:05", [9_960, 9_960, 9_900, 9_950], 10_000);
    bench.place(&limit(1, Side::Buy, 10, 9_940), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:05:59")).await, []);
    assert_eq!(bench.fills(at(TODAY, "10:06")).await, [(10, Paise(9_940), "10:05".into())]);
}

#[tokio::test]
async fn a_limit_that_the_minute_opens_beyond_fills_at_the_open() {
    let bench = Bench::with_shares(10).await;
    bench.market.set(TODAY, "10:01", [9_900, 9_910, 9_890, 9_900], 10_000);
    bench.market.set(TODAY, "10:03", [10_200, 10_210, 10_190, 10_200], 10_000);
    bench.place(&limit(1, Side::Buy, 10, 9_940), at(TODAY, "10:00")).await.unwrap();
    bench.place(&limit(2, Side::Sell, 10, 10_150), at(TODAY, "10:00")).await.unwrap();
    let expected = [(10, Paise(9_900), "10:01".into()), (10, Paise(10_200), "10:03".into())];
    assert_eq!(bench.fills(at(TODAY, "10:10")).await, expected);
}

#[tokio::test]
async fn a_sell_limit_fills_when_a_minute_reaches_it() {
    let bench = Bench::with_shares(10).await;
    bench.market.set(TODAY, "10:03", [10_010, 10_045, 10_000, 10_000], 10_000);
    bench.market.set(TODAY, "10:05", [10_010, 10_050, 10_000, 10_000], 10_000);
    bench.place(&limit(1, Side::Sell, 10, 10_050), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "11:00")).await, [(10, Paise(10_050), "10:05".into())]);
}

#[tokio::test]
async fn a_market_order_pays_slippage_rounded_against_the_user() {
    let mut prices = std::collections::BTreeSet::new();
    for number in 1..=60 {
        let bench = Bench::with_shares(10).await;
        bench.market.set_previous_close(100_000);
        bench.market.set(TODAY, "10:00", [100_003, 101_000, 99_000, 100_003], 10_000);
        bench.place(&market(number, Side::Sell, 10), at(TODAY, "10:00")).await.unwrap();
        bench.place(&market(number + 100, Side::Buy, 1), at(TODAY, "10:00")).await.unwrap();
        let fills = bench.fills(at(TODAY, "10:01")).await;
        let (sold, bought) = (fills[0].1, fills[1].1);
        // 0.1 % to 0.3 % of 1,000.03 rupees, then to the tick of five paise away from the open.
        assert!((Paise(99_700)..=Paise(99_900)).contains(&sold), "{sold}");
        assert!((Paise(100_105)..=Paise(100_305)).contains(&bought), "{bought}");
        assert_eq!((sold.0 % 5, bought.0 % 5), (0, 0));
        prices.insert(bought);
    }
    assert!(prices.len() > 15, "slippage varies: {prices:?}");
    assert!(prices.first() < Some(&Paise(100_130)) && prices.last() > Some(&Paise(100_280)), "{prices:?}");
}

#[tokio::test]
async fn an_order_takes_a_share_of_each_minutes_volume_until_it_is_filled() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:00", [9_950, 9_950, 9_950, 9_950], 55);
    bench.market.set(TODAY, "10:01", [9_950, 9_950, 9_950, 9_950], 3);
    bench.market.set(TODAY, "10:02", [9_950, 9_950, 9_950, 9_950], 0);
    bench.market.set(TODAY, "10:04", [9_950, 9_950, 9_950, 9_950], 1_000);
    bench.place(&limit(1, Side::Buy, 20, 9_950), at(TODAY, "10:00")).await.unwrap();
    let events = bench.advance(at(TODAY, "10:05")).await;
    let fills = fills_of(&events);
    let seen: Vec<_> = fills.iter().map(|fill| (fill.key.as_str(), fill.quantity, clock(fill.at))).collect();
    let expected = [
        ("U7-20250102-0001#1", 5, "10:00".to_owned()),
        ("U7-20250102-0001#2", 1, "10:01".to_owned()),
        ("U7-20250102-0001#3", 14, "10:04".to_owned()),
    ];
    assert_eq!(seen, expected);
    assert_eq!(bench.broker.book(USER).await.unwrap()[0].state, BrokerOrderState::Filled);
}

#[tokio::test]
async fn an_order_is_matched_from_the_first_whole_minute_after_it_arrives() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:00", [9_900, 9_900, 9_900, 9_900], 10_000);
    bench.market.set(TODAY, "10:01", [9_920, 9_920, 9_920, 9_920], 10_000);
    bench.place(&limit(1, Side::Buy, 10, 9_950), at(TODAY, "10:00:01")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:02")).await, [(10, Paise(9_920), "10:01".into())]);
}

#[tokio::test]
async fn an_after_market_order_waits_for_the_auction_of_the_next_session() {
    let bench = Bench::new().await;
    bench.market.set(TOMORROW, "09:15", [9_870, 9_900, 9_800, 9_850], 10_000);
    let evening = at(TODAY, "16:05");
    bench.place(&after_market(1, Side::Buy, 10, OrderKind::Market), evening).await.unwrap();
    bench.place(&after_market(2, Side::Buy, 10, OrderKind::Limit(Paise(9_870))), evening).await.unwrap();
    bench.place(&after_market(3, Side::Buy, 10, OrderKind::Limit(Paise(9_865))), evening).await.unwrap();
    assert_eq!(bench.fills(at(TOMORROW, "09:07:59")).await, []);
    let auction = "09:08".to_owned();
    let expected = [(10, Paise(9_870), auction.clone()), (10, Paise(9_870), auction)];
    assert_eq!(bench.fills(at(TOMORROW, "09:08")).await, expected);
    // What the auction did not fill goes on as an ordinary limit order.
    assert_eq!(bench.fills(at(TOMORROW, "09:16")).await, [(10, Paise(9_865), "09:15".into())]);
}

#[tokio::test]
async fn an_after_market_order_of_a_friday_is_for_monday() {
    let bench = Bench::new().await;
    let friday = at("2025-01-03", "16:05");
    bench.place(&after_market(1, Side::Buy, 10, OrderKind::Market), friday).await.unwrap();
    assert_eq!(bench.advance(at("2025-01-05", "12:00")).await, []);
    let fills = fills_of(&bench.advance(at("2025-01-06", "09:30")).await);
    assert_eq!(fills[0].at, at("2025-01-06", "09:08"));
}

#[tokio::test]
async fn the_auction_fills_a_share_of_the_first_minutes_volume() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "09:15", [10_000, 10_000, 10_000, 10_000], 60);
    bench.place(&limit(1, Side::Buy, 10, 10_000), at(TODAY, "09:01")).await.unwrap();
    let expected = [(6, Paise(10_000), "09:08".into()), (4, Paise(10_000), "09:15".into())];
    assert_eq!(bench.fills(at(TODAY, "09:16")).await, expected);
}

#[tokio::test]
async fn open_orders_expire_at_the_end_of_their_session() {
    let bench = Bench::new().await;
    bench.place(&limit(1, Side::Buy, 10, 9_000), at(TODAY, "10:00")).await.unwrap();
    let evening = at(TODAY, "08:30");
    bench.place(&after_market(2, Side::Buy, 10, OrderKind::Limit(Paise(9_000))), evening).await.unwrap();
    assert_eq!(bench.advance(at(TODAY, "15:29:59")).await, []);
    let events = bench.advance(at(TODAY, "18:00")).await;
    let reason = "the session ended before it was filled".to_owned();
    let tags = ["U7-20250102-0001", "U7-20250102-0002"];
    let expired = tags.map(|tag| BrokerEvent {
        broker_id: Some(format!("P-{tag}")),
        tag: tag.to_owned(),
        at: at(TODAY, "15:30"),
        kind: BrokerEventKind::Expired { reason: reason.clone() },
    });
    assert_eq!(events, expired);
    let states: Vec<_> =
        bench.broker.book(USER).await.unwrap().into_iter().map(|order| order.state).collect();
    assert_eq!(
        states,
        [BrokerOrderState::Expired { reason: reason.clone() }, BrokerOrderState::Expired { reason }]
    );
}

#[tokio::test]
async fn nothing_matches_where_nothing_trades() {
    let bench = Bench::new().await;
    bench.market.stop_trading();
    bench.place(&market(1, Side::Buy, 10), at(TODAY, "09:01")).await.unwrap();
    let events = bench.advance(at(TODAY, "15:30")).await;
    assert!(matches!(events[..], [BrokerEvent { kind: BrokerEventKind::Expired { .. }, .. }]), "{events:?}");
}

#[tokio::test]
async fn a_drill_is_matched_in_both_its_windows_and_not_between_them() {
    let bench = Bench::new().await;
    let saturday = "2024-03-02";
    bench.market.set(saturday, "11:30", [9_900, 9_900, 9_900, 9_900], 50);
    bench.place(&limit(1, Side::Buy, 10, 9_900), at(saturday, "09:50")).await.unwrap();
    bench.market.set(saturday, "11:31", [9_900, 9_900, 9_900, 9_900], 10_000);
    let expected = [(5, Paise(9_900), "11:30".into()), (5, Paise(9_900), "11:31".into())];
    assert_eq!(bench.fills(at(saturday, "13:00")).await, expected);
}

#[tokio::test]
async fn from_september_2026_the_auction_is_matched_at_ten_past_nine() {
    let bench = Bench::new().await;
    let day = "2026-09-08";
    bench.place(&limit(1, Side::Buy, 10, 10_000), at(day, "09:01")).await.unwrap();
    assert_eq!(bench.fills(at(day, "09:15")).await, [(10, Paise(10_000), "09:10".into())]);
}

#[tokio::test]
async fn advancing_again_to_the_same_instant_changes_nothing() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:05", [9_950, 9_950, 9_950, 9_950], 30);
    bench.place(&limit(1, Side::Buy, 10, 9_950), at(TODAY, "10:00")).await.unwrap();
    for time in ["10:06", "10:06:30", "15:30"] {
        let first = bench.advance(at(TODAY, time)).await;
        let book = bench.broker.book(USER).await.unwrap();
        let funds = bench.broker.funds(USER).await.unwrap();
        assert_eq!(first.is_empty(), time == "10:06:30");
        assert_eq!(bench.advance(at(TODAY, time)).await, []);
        assert_eq!(bench.broker.book(USER).await.unwrap(), book);
        assert_eq!(bench.broker.funds(USER).await.unwrap(), funds);
    }
}

#[tokio::test]
async fn one_long_step_does_what_many_short_steps_do() {
    let run = async |times: &[&str]| {
        let bench = Bench::new().await;
        for minute in 0..60 {
            let low = 10_000 - minute * 5;
            bench.market.set(TODAY, &format!("10:{minute:02}"), [low + 20, low + 20, low, low], 40);
        }
        bench.place(&limit(1, Side::Buy, 30, 9_900), at(TODAY, "10:00")).await.unwrap();
        bench.place(&market(2, Side::Buy, 9), at(TODAY, "10:00")).await.unwrap();
        let mut events = Vec::new();
        for time in times {
            events.extend(bench.advance(at(TODAY, time)).await);
        }
        (events, bench.broker.funds(USER).await.unwrap())
    };
    let short: Vec<String> = (1..60).map(|minute| format!("10:{minute:02}:17")).collect();
    let mut short: Vec<&str> = short.iter().map(String::as_str).collect();
    short.push("15:31");
    let (events, funds) = run(&["15:31"]).await;
    assert!(events.len() > 10);
    assert_eq!(run(&short).await, (events, funds));
}

#[tokio::test]
async fn a_market_that_is_down_delays_matching_and_loses_nothing() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:05", [9_950, 9_950, 9_950, 9_950], 10_000);
    bench.place(&limit(1, Side::Buy, 10, 9_950), at(TODAY, "10:00")).await.unwrap();
    bench.market.set_down(true);
    let failed = bench.broker.advance(USER, at(TODAY, "10:10")).await;
    assert!(matches!(failed, Err(BrokerError::Unavailable(_))), "{failed:?}");
    bench.market.set_down(false);
    assert_eq!(bench.fills(at(TODAY, "10:11")).await, [(10, Paise(9_950), "10:05".into())]);
}

#[tokio::test]
async fn who_has_nothing_open_is_passed_over() {
    let bench = Bench::new().await;
    bench.broker.open_account(UserId(8), Paise::rupees(1)).await.unwrap();
    assert!(!bench.broker.has_open(USER));
    bench.place(&limit(1, Side::Buy, 10, 9_000), at(TODAY, "10:00")).await.unwrap();
    assert!(bench.broker.has_open(USER));
    assert_eq!(bench.broker.users_with_open(), [USER]);
    bench.advance(at(TODAY, "15:30")).await;
    assert!(!bench.broker.has_open(USER));
    assert!(!bench.broker.has_open(UserId(99)));
}

#[tokio::test]
async fn what_happens_to_a_user_does_not_depend_on_others() {
    let alone = Bench::new().await;
    let crowded = Bench::new().await;
    let other = UserId(8);
    crowded.broker.open_account(other, Paise::rupees(100_000)).await.unwrap();
    for bench in [&alone, &crowded] {
        bench.market.set(TODAY, "10:00", [10_000, 10_100, 9_900, 10_000], 10_000);
    }
    let mut seen = [Vec::new(), Vec::new(), Vec::new()];
    for number in 1..=8 {
        let mut foreign = market(number, Side::Buy, 1);
        foreign.id.user = other;
        crowded.broker.place(other, &foreign, at(TODAY, "10:00")).await.unwrap();
        for bench in [&alone, &crowded] {
            bench.place(&market(number, Side::Buy, 1), at(TODAY, "10:00")).await.unwrap();
        }
    }
    seen[0] = fills_of(&alone.advance(at(TODAY, "10:02")).await);
    seen[1] = fills_of(&crowded.advance(at(TODAY, "10:02")).await);
    seen[2] = fills_of(&crowded.broker.advance(other, at(TODAY, "10:02")).await.unwrap());
    assert_eq!(seen[0], seen[1]);
    let prices = seen.map(|fills| fills.iter().map(|fill| fill.price).collect::<Vec<_>>());
    assert_ne!(prices[1], prices[2]);
}

#[tokio::test]
async fn slippage_ends_at_the_prices_that_were_traded_in_the_minute() {
    let bench = Bench::with_shares(10).await;
    // The least slippage of 0.1 % would be ten paise.
    bench.market.set(TODAY, "10:00", [10_000, 10_003, 9_998, 10_000], 10_000);
    bench.place(&market(1, Side::Buy, 10), at(TODAY, "10:00")).await.unwrap();
    bench.place(&market(2, Side::Sell, 10), at(TODAY, "10:00")).await.unwrap();
    let expected = [(10, Paise(10_003), "10:00".into()), (10, Paise(9_998), "10:00".into())];
    assert_eq!(bench.fills(at(TODAY, "10:01")).await, expected);
}

/// Every minute of the day is traded at this price only.
fn lock_at(bench: &Bench, price: i64) {
    for minute in 0..375 {
        let time = at(TODAY, "09:15").plus_minutes(minute).ist_time().format("%H:%M").to_string();
        bench.market.set(TODAY, &time, [price; 4], 10_000);
    }
}

#[tokio::test]
async fn at_a_locked_circuit_nobody_takes_the_other_side() {
    // The exchange's bands; at 9,999 the circuit is rounded to the tick.
    let cases = [(10_200, 9_800), (10_500, 9_500), (11_000, 9_000), (12_000, 8_000), (11_995, 8_000)];
    for (upper, lower) in cases {
        let bench = Bench::with_shares(10).await;
        bench.market.set_previous_close(if upper == 11_995 { 9_999 } else { 10_000 });
        lock_at(&bench, upper);
        bench.place(&market(1, Side::Buy, 10), at(TODAY, "10:00")).await.unwrap();
        bench.place(&market(2, Side::Sell, 5), at(TODAY, "10:00")).await.unwrap();
        assert_eq!(bench.fills(at(TODAY, "11:00")).await, [(5, Paise(upper), "10:00".into())], "{upper}");
        lock_at(&bench, lower);
        bench.place(&market(3, Side::Sell, 5), at(TODAY, "11:00")).await.unwrap();
        assert_eq!(bench.fills(at(TODAY, "11:01")).await, [(10, Paise(lower), "11:00".into())], "{lower}");
        let events = bench.advance(at(TODAY, "15:30")).await;
        assert_eq!(fills_of(&events), [], "{lower}");
    }
}

#[tokio::test]
async fn an_after_market_buy_of_a_share_that_opens_locked_is_not_filled() {
    let bench = Bench::new().await;
    bench.market.set(TOMORROW, "09:15", [12_000; 4], 10_000);
    bench.place(&after_market(1, Side::Buy, 10, OrderKind::Market), at(TODAY, "16:05")).await.unwrap();
    assert_eq!(bench.fills(at(TOMORROW, "09:16")).await, []);
}

#[tokio::test]
async fn a_quiet_minute_inside_the_band_is_no_circuit() {
    let bench = Bench::new().await;
    bench.market.set(TODAY, "10:00", [10_300; 4], 10_000);
    bench.place(&market(1, Side::Buy, 10), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:01")).await, [(10, Paise(10_300), "10:00".into())]);
}

#[tokio::test]
async fn nothing_is_filled_outside_the_days_band() {
    for (price, side) in [(5_000, Side::Buy), (5_000, Side::Sell), (100_000, Side::Sell)] {
        let bench = Bench::with_shares(10).await;
        let range = [price, price + 10, price - 10, price];
        bench.market.set(TODAY, "10:00", range, 10_000);
        bench.market.set(TOMORROW, "09:15", range, 10_000);
        bench.place(&market(1, side, 10), at(TODAY, "10:00")).await.unwrap();
        assert_eq!(bench.fills(at(TODAY, "10:01")).await, [], "{price}");
        let order = after_market(2, side, 10, OrderKind::Market);
        bench.broker.cancel(USER, &market(1, side, 10), at(TODAY, "10:01")).await.unwrap();
        bench.place(&order, at(TODAY, "16:05")).await.unwrap();
        assert_eq!(bench.fills(at(TOMORROW, "09:08")).await, [], "{price}");
    }
}
