//! One user's whole live day: the evening's orders, the pre-open, the session minute by minute, the evening.

use std::collections::BTreeMap;

use kotak_sim::{Side as SideThere, ist};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::Side;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::abi::latest::broker;

use crate::checks::{books_are_the_brokers, nothing_is_doubled_or_hidden};
use crate::live_day::LiveDay;
use crate::support::{ADMIN, FRIDAY, MONDAY, at, day};

/// Sessions at the broker that began on each day.
fn logins(live: &LiveDay) -> BTreeMap<Day, usize> {
    let mut by_day = BTreeMap::new();
    for login in live.outside.sim.logins(&live.outside.account(ADMIN).ucc) {
        assert_eq!(login.refusal, None, "{login:?}");
        if login.complete {
            *by_day.entry(Timestamp(login.at).ist_day()).or_default() += 1;
        }
    }
    by_day
}

/// Buys two shares of which no order stands yet.
async fn buy_two(live: &LiveDay, request: impl AsyncFn(&Symbol) -> broker::OrderRequest) {
    let mut bought = 0;
    for share in &live.shares {
        if bought < 2 && live.place(ADMIN, request(share).await).await.is_ok() {
            bought += 1;
        }
    }
    assert_eq!(bought, 2);
}

#[tokio::test]
async fn a_live_day_is_one_login_fails_at_nothing_and_its_books_are_the_brokers() {
    let live = LiveDay::begin(1, &[ADMIN], at(FRIDAY, "15:55")).await;
    live.leap_until(at(FRIDAY, "16:30")).await;
    // Whatever the strategy has found in the evening, there is something to do on Monday.
    let evening = async |share: &Symbol| {
        let request = live.limit(share, Side::Buy, 10, 4).await;
        broker::OrderRequest { variety: broker::Variety::AfterMarket, ..request }
    };
    buy_two(&live, evening).await;
    live.leap_until(at(MONDAY, "08:59")).await;
    live.pass_until(at(MONDAY, "09:20")).await;
    buy_two(&live, async |share: &Symbol| live.limit(share, Side::Buy, 10, 4).await).await;
    live.pass_until(at(MONDAY, "15:32")).await;
    live.leap_until(at(MONDAY, "19:00")).await;

    let logins = logins(&live);
    assert_eq!((logins[&day(FRIDAY)], logins[&day(MONDAY)]), (1, 1), "{logins:?}");
    live.nothing_failed(ADMIN, MONDAY).await;
    nothing_is_doubled_or_hidden(&live.outside, &live.daemon, ADMIN).await;
    books_are_the_brokers(&live.outside, &live.daemon, ADMIN).await;

    let (orders, opened) = (live.outside.orders(ADMIN), ist("2025-03-10 09:15:00").unwrap());
    let fills = live.outside.sim.fills(&live.outside.account(ADMIN).ucc);
    let bought = fills.iter().filter(|fill| fill.side == SideThere::Buy && fill.at >= opened).count();
    let offered = orders.iter().filter(|order| order.side == SideThere::Sell).count();
    println!("{} orders, {} executions, {offered} sells", orders.len(), fills.len());
    assert!(bought >= 2 && offered >= 1, "what is bought is offered again: {orders:?}");
    live.end().await;
}
