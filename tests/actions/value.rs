//! What is held is worth the same before and after midnight, the booking and the open, where no price has moved.

use prahari_app::daemon::Daemon;
use prahari_app::desk::Valuation;
use prahari_app::queries::PositionsFilter;
use prahari_domain::actions::{ActionKind, Ratio};
use prahari_domain::money::Paise;

use super::world::{WEDNESDAY, action, folder, held, house, symbol, without_order};
use crate::support::desk_fixture::order_context;
use crate::support::fake_broker::Mishap;
use crate::support::{ADMIN, MONDAY, TUESDAY, at, run, stop};

/// The value of the 11 shares at the close of Monday.
const WORTH: Paise = Paise(110_000);

fn split(new: u64) -> ActionKind {
    ActionKind::Split { ratio: Ratio::new(new, 1).unwrap() }
}

fn halved() -> ActionKind {
    ActionKind::Consolidation { ratio: Ratio::new(1, 2).unwrap() }
}

fn demerger(parent_share: Option<u32>) -> ActionKind {
    ActionKind::Demerger { child: Some(symbol("ABCX")), ratio: Ratio::ONE, parent_share }
}

/// Cash and what is held, which everybody who values it says alike.
async fn equity(daemon: &Daemon) -> Paise {
    let user = daemon.users.find(ADMIN).unwrap();
    let (queries, now) = (daemon.queries.of(&user), daemon.clock.now());
    let funds = queries.holdings().await.funds;
    let curve = queries.pnl_curve(now.ist_day(), now.ist_day()).await.unwrap();
    assert_eq!(curve.last().unwrap().equity, funds.total(), "the curve at {now}");
    let filter = PositionsFilter { limit: 100, ..PositionsFilter::default() };
    let of_all = daemon.queries.positions_of_all(std::slice::from_ref(&user), &filter).await.positions;
    let sum: Paise = of_all.iter().map(|(_, valued)| valued.value()).sum();
    assert_eq!(sum, funds.market_value, "what everybody holds at {now}");
    let with_lots = queries.positions_with_lots().await;
    let sum: Paise = with_lots.iter().map(|(valued, _)| valued.value()).sum();
    assert_eq!(sum, funds.market_value, "the lots at {now}");
    let mut desk = user.desk.lock().await;
    let statement = desk.day_statement(order_context(now)).await.unwrap();
    assert_eq!(statement.cash + statement.market_value, funds.total(), "the statement at {now}");
    funds.total()
}

/// The valuation of ABC.
async fn abc(daemon: &Daemon) -> Valuation {
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    let valued = desk.valuations(daemon.clock.now()).await;
    valued.into_iter().find(|valued| valued.position.symbol == symbol("ABC")).unwrap()
}

#[tokio::test]
async fn equity_is_the_same_over_midnight_booking_and_open_where_no_price_moves() {
    let all = ["00:01", "08:59", "09:01", "09:16"];
    let cases = [
        (split(5), 2_000, all.to_vec()),
        (ActionKind::Bonus { new: 1, held: 1 }, 5_000, all.to_vec()),
        // A fraction is paid out at its cost, which is its price here.
        (halved(), 20_000, all.to_vec()),
        (demerger(Some(6_000)), 6_000, all.to_vec()),
        // Booked at ten, when its open is known.
        (demerger(None), 6_000, [all.as_slice(), &["09:50", "10:02"]].concat()),
        // Nothing of a paisa is lost where the price after does not come out even.
        (split(3), 3_333, vec!["00:01", "08:59", "09:01"]),
    ];
    for (kind, price, times) in cases {
        let name = kind.to_string();
        let folder = folder(price);
        let house = house(&folder);
        let daemon = without_order(&house).await;
        daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
        run(&daemon, at(MONDAY, "23:59")).await;
        let before = equity(&daemon).await;
        assert_eq!(abc(&daemon).await.value(), WORTH, "{name}");
        for time in times {
            run(&daemon, at(TUESDAY, time)).await;
            assert_eq!(equity(&daemon).await, before, "{name} at {time}");
        }
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_demerged_share_counts_at_the_close_before_until_its_special_pre_open_is_over() {
    // Its first price is another than the terms of the demerger say, and this source tells one from 09:15 on.
    let folder = folder(5_700);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    daemon.actions.add(action(TUESDAY, demerger(Some(6_000))), "asha").await.unwrap();
    run(&daemon, at(MONDAY, "23:59")).await;
    let before = equity(&daemon).await;
    for time in ["00:01", "09:16", "09:59"] {
        run(&daemon, at(TUESDAY, time)).await;
        assert_eq!(equity(&daemon).await, before, "{time}");
    }
    let valued = abc(&daemon).await;
    let monday = crate::support::day(MONDAY);
    assert_eq!((valued.price, valued.unpriced, valued.at.ist_day()), (Paise(6_000), true, monday));

    run(&daemon, at(TUESDAY, "10:02")).await;
    let valued = abc(&daemon).await;
    assert_eq!((valued.price, valued.unpriced), (Paise(5_700), false));
    assert_eq!(equity(&daemon).await, before - Paise(11 * 300));
    stop(daemon).await;
}

#[tokio::test]
async fn a_demerger_that_names_no_company_takes_nothing_from_what_is_held_before_the_share_trades() {
    // Whether its change of price comes or not, with terms and without.
    for (price, parent_share) in [(10_000, Some(6_000)), (6_000, Some(6_000)), (6_000, None), (10_000, None)]
    {
        let name = format!("{parent_share:?} at {price}");
        let folder = folder(price);
        let house = house(&folder);
        let daemon = without_order(&house).await;
        let kind = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share };
        daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
        run(&daemon, at(MONDAY, "23:59")).await;
        let before = equity(&daemon).await;
        for time in ["00:01", "08:59", "09:16", "09:59"] {
            run(&daemon, at(TUESDAY, time)).await;
            assert_eq!(equity(&daemon).await, before, "{name}: {time}");
            let valued = abc(&daemon).await;
            assert_eq!((valued.price, valued.value()), (Paise(10_000), WORTH), "{name}: {time}");
        }
        // From then on its own price counts, also where the share is halted because the change did not come.
        let since = [(TUESDAY, "10:05"), (TUESDAY, "16:00"), (WEDNESDAY, "08:59"), (WEDNESDAY, "09:20")];
        for (day, time) in since {
            run(&daemon, at(day, time)).await;
            let valued = abc(&daemon).await;
            assert_eq!((valued.price, valued.unpriced), (Paise(price), false), "{name}: {day} at {time}");
            let lost = Paise(11 * (10_000 - price));
            assert_eq!(equity(&daemon).await, before - lost, "{name}: {day} at {time}");
        }
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_share_that_jumps_beside_a_demerger_without_a_company_counts_at_the_close_before() {
    // Neither as before nor by the terms.
    let folder = folder(15_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    let kind = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: Some(6_000) };
    daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
    let before = equity(&daemon).await;
    for (day, time) in [(TUESDAY, "10:05"), (TUESDAY, "20:00"), (WEDNESDAY, "08:59"), (WEDNESDAY, "09:20")] {
        run(&daemon, at(day, time)).await;
        let valued = abc(&daemon).await;
        assert_eq!((valued.price, valued.unpriced), (Paise(10_000), true), "{day} at {time}");
        assert_eq!(equity(&daemon).await, before, "{day} at {time}");
    }
    stop(daemon).await;
}

#[tokio::test]
async fn while_the_booking_is_held_up_the_price_is_of_the_shares_of_before() {
    let folder = folder(5_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    let before = equity(&daemon).await;
    house.mishaps.lock().unwrap().insert(symbol("ABC"), Mishap::LineCut);
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (11, 110_000), "it is not booked");
    assert_eq!(equity(&daemon).await, before);
    let valued = abc(&daemon).await;
    assert_eq!((valued.price, valued.value(), valued.unpriced), (Paise(10_000), WORTH, false));

    house.unreachable.lock().unwrap().clear();
    run(&daemon, at(TUESDAY, "09:10")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    assert_eq!(equity(&daemon).await, before);
    let valued = abc(&daemon).await;
    assert_eq!((valued.price, valued.value()), (Paise(5_000), WORTH));
    stop(daemon).await;
}

#[tokio::test]
async fn a_share_that_is_halted_by_a_mismatch_is_worth_what_it_was_however_many_the_books_have() {
    // The price after, what was announced, the shares of ABC after it, and the price that each counts at.
    let cases = [
        // Another ratio than the market's, which is one for one.
        (5_000, Some(split(5)), 55, 2_000),
        // Announced, and did not take place.
        (10_000, Some(split(5)), 55, 2_000),
        (5_000, Some(halved()), 5, 20_000),
        // Nobody announced anything.
        (5_000, None, 11, 10_000),
    ];
    for (price, kind, shares, counts_at) in cases {
        let name = format!("{kind:?} at {price}");
        let folder = folder(price);
        let house = house(&folder);
        let daemon = without_order(&house).await;
        if let Some(kind) = kind {
            daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
        }
        let before = equity(&daemon).await;
        for (day, time) in [
            (TUESDAY, "00:01"),
            (TUESDAY, "08:59"),
            (TUESDAY, "09:01"),
            (TUESDAY, "09:16"),
            (TUESDAY, "20:00"),
            (WEDNESDAY, "08:59"),
            (WEDNESDAY, "09:16"),
        ] {
            run(&daemon, at(day, time)).await;
            assert_eq!(equity(&daemon).await, before, "{name}: {day} at {time}");
        }
        let valued = abc(&daemon).await;
        let found = (valued.position.quantity, valued.price, valued.unpriced, valued.at.ist_day());
        assert_eq!(found, (shares, Paise(counts_at), true, crate::support::day(MONDAY)), "{name}");
        stop(daemon).await;
    }
}
