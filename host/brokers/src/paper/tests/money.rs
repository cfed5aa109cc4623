use prahari_domain::charges::{DayFill, note};

use super::*;

/// What the fills of one day must have cost.
fn charges(fills: &[(Side, u32, i64)]) -> Paise {
    let schedule = ChargeSchedule::embedded().unwrap();
    let plan = schedule.plan("trade_api").unwrap();
    let symbol: Symbol = "ABC".parse().unwrap();
    let fill = |(side, quantity, price): &(Side, u32, i64)| DayFill {
        symbol: symbol.clone(),
        side: *side,
        quantity: *quantity,
        price: Paise(*price),
    };
    let fills: Vec<DayFill> = fills.iter().map(fill).collect();
    note(&fills, TODAY.parse().unwrap(), schedule, &plan).unwrap().total()
}

#[tokio::test]
async fn cash_pays_for_shares_and_the_charges_of_the_day() {
    let bench = Bench::with_shares(100).await;
    let bought = charges(&[(Side::Buy, 100, 10_000)]);
    assert_eq!(bench.broker.funds(USER).await.unwrap().cash, Paise::rupees(90_000) - bought);
    assert_eq!(bench.shares().await, [("ABC".parse().unwrap(), 100)]);
    bench.market.set(TODAY, "10:00", [10_100, 10_100, 10_100, 10_100], 10_000);
    bench.place(&limit(1, Side::Sell, 100, 10_100), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.fills(at(TODAY, "10:01")).await.len(), 1);
    // Sold on the same day, so the purchase is charged as intraday after all.
    let both = charges(&[(Side::Buy, 100, 10_000), (Side::Sell, 100, 10_100)]);
    assert!(both < bought + charges(&[(Side::Sell, 100, 10_100)]));
    assert_eq!(bench.broker.funds(USER).await.unwrap().cash, Paise::rupees(100_100) - both);
    assert_eq!(bench.shares().await, []);
}

#[tokio::test]
async fn each_day_has_its_own_charges() {
    let bench = Bench::with_shares(100).await;
    bench.place(&limit(1, Side::Sell, 100, 10_000), at(TOMORROW, "10:00")).await.unwrap();
    bench.advance(at(TOMORROW, "10:01")).await;
    let apart = charges(&[(Side::Buy, 100, 10_000)]) + charges(&[(Side::Sell, 100, 10_000)]);
    assert_eq!(bench.broker.funds(USER).await.unwrap().cash, Paise::rupees(100_000) - apart);
}

#[tokio::test]
async fn a_market_order_that_cash_no_longer_covers_is_filled_in_part_and_ended() {
    let bench = Bench::new().await;
    bench.market.set(TOMORROW, "09:15", [11_000, 11_010, 10_990, 11_000], 100_000);
    bench.place(&after_market(1, Side::Buy, 990, OrderKind::Market), at(TODAY, "16:05")).await.unwrap();
    let events = bench.advance(at(TOMORROW, "09:30")).await;
    let fills = fills_of(&events);
    // 908 cost 99,880.00 and about 118.60 in charges; one more is beyond 100,000.00.
    assert_eq!((fills[0].quantity, fills[0].price), (908, Paise(11_000)));
    let reason = "cash does not cover more than 908 of 990 shares at ₹110.00".to_owned();
    assert_eq!(events[1].kind, BrokerEventKind::Cancelled { reason });
    assert_eq!(events.len(), 2);
    let cash = bench.broker.funds(USER).await.unwrap().cash;
    assert!((Paise::ZERO..Paise::rupees(3)).contains(&cash), "{cash}");
}

#[tokio::test]
async fn money_and_shares_are_neither_made_nor_lost() {
    let bench = Bench::new().await;
    let mut fills = Vec::new();
    for number in 0..20 {
        let minute = at(TODAY, "10:00").plus_minutes(i64::from(number) * 7);
        let quantity = 3 + number % 11;
        bench.place(&market(number * 2 + 1, Side::Buy, quantity), minute).await.unwrap();
        let sell = bench.place(&market(number * 2 + 2, Side::Sell, 2), minute.plus_minutes(2)).await;
        assert!(sell.is_ok());
        for event in bench.advance(minute.plus_minutes(5)).await {
            let side = if event.tag.ends_with(|last: char| last.to_digit(10).unwrap() % 2 == 1) {
                Side::Buy
            } else {
                Side::Sell
            };
            fills.extend(fills_of(&[event]).into_iter().map(|fill| (side, fill.quantity, fill.price.0)));
        }
    }
    assert_eq!(fills.len(), 40);
    let traded: i64 = fills
        .iter()
        .map(|(side, quantity, price)| {
            let value = i64::from(*quantity) * price;
            if *side == Side::Buy { -value } else { value }
        })
        .sum();
    let held: i64 = fills
        .iter()
        .map(
            |(side, quantity, _)| {
                if *side == Side::Buy { i64::from(*quantity) } else { -i64::from(*quantity) }
            },
        )
        .sum();
    let expected = Paise::rupees(100_000) + Paise(traded) - charges(&fills);
    assert_eq!(bench.broker.funds(USER).await.unwrap().cash, expected);
    assert_eq!(bench.shares().await[0].1, u32::try_from(held).unwrap());
}
