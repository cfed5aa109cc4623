//! Buys that the money of the evening does not cover, and the morning that tries them again: with the real tasks.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::daemon::Daemon;
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState, Side, Variety};
use prahari_domain::tasks::Task;
use prahari_schedule::{Rule, Schedule};
use prahari_store::{OrderFilter, RunRow, RunTrigger};

use crate::support::{ADMIN, MONDAY, TUESDAY, TestHost, at, run, runs, start_services};

const RETRY: Task = Task::literal("premarket_retry");

/// Pays into the account or takes out of it, so that it opened with so many rupees.
async fn set_capital(daemon: &Daemon, rupees: i64) {
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.set_capital(Paise::rupees(rupees), daemon.clock.now()).await.unwrap();
}

async fn buys(daemon: &Daemon) -> Vec<Order> {
    daemon.store.flush().await.unwrap();
    let filter = OrderFilter { side: Some(Side::Buy), limit: 1_000, ..OrderFilter::default() };
    daemon.store.user(ADMIN).orders(filter).await.unwrap().items
}

fn counted(run: &RunRow, name: &str) -> i64 {
    run.counters.counted.iter().find(|(counter, _)| counter == name).map_or(0, |(_, value)| *value)
}

/// An evening of a user without the money for anything that is to be bought; answers what was refused.
async fn poor_evening(daemon: &Arc<Daemon>) -> BTreeSet<OrderId> {
    set_capital(daemon, 20_000).await;
    start_services(daemon).await;
    run(daemon, at(MONDAY, "18:05")).await;
    let refused = buys(daemon).await;
    assert!(!refused.is_empty(), "there is something to buy");
    for order in &refused {
        assert_eq!((order.state, order.retryable), (OrderState::Rejected, true), "{order:?}");
    }
    let evening = runs(daemon, ADMIN, Task::literal("buy_orders")).await.remove(0);
    assert_eq!(counted(&evening, "failed_balance"), refused.len() as i64, "{evening:?}");
    refused.into_iter().map(|order| order.id).collect()
}

/// What the morning has placed for those that were refused, each of which is settled by that.
async fn retried(daemon: &Daemon, refused: &BTreeSet<OrderId>) -> Vec<Order> {
    let all = buys(daemon).await;
    let (first, again): (Vec<Order>, Vec<Order>) =
        all.into_iter().partition(|order| refused.contains(&order.id));
    assert!(!again.is_empty(), "the money covers some by now");
    for order in &again {
        let of = order.request.retry_of.unwrap();
        let of = first.iter().find(|first| first.id == of).unwrap();
        assert!(!of.retryable, "{of:?}");
        assert_eq!(
            (of.request.symbol.clone(), of.first_placed_at),
            (order.request.symbol.clone(), order.first_placed_at)
        );
        assert!(order.request.quantity > 0);
    }
    let morning = runs(daemon, ADMIN, RETRY).await.remove(0);
    assert_eq!((morning.trigger, morning.outcome.as_deref()), (RunTrigger::Scheduled, Some("succeeded")));
    assert!(again.iter().all(|order| order.run == morning.id), "{morning:?}");
    assert_eq!(counted(&morning, "placed"), again.len() as i64, "{morning:?}");
    let all = ["placed", "kept", "given_up"].map(|name| counted(&morning, name)).iter().sum::<i64>();
    assert_eq!(all, refused.len() as i64, "{morning:?}");
    again
}

#[tokio::test]
async fn what_the_evening_could_not_pay_for_is_placed_again_in_the_morning_and_bought() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:58")).await;
    let refused = poor_evening(&daemon).await;
    run(&daemon, at(TUESDAY, "08:30")).await;
    set_capital(&daemon, 1_000_000).await;
    run(&daemon, at(TUESDAY, "09:01")).await;
    let again = retried(&daemon, &refused).await;
    assert!(again.iter().all(|order| order.request.variety == Variety::Regular), "{again:?}");
    run(&daemon, at(TUESDAY, "10:00")).await;
    let later = buys(&daemon).await;
    assert!(later.iter().any(|order| order.request.retry_of.is_some() && order.state == OrderState::Filled));
}

#[tokio::test]
async fn a_morning_at_eight_places_after_market_orders_that_the_session_takes_up() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:58")).await;
    let at_eight = Rule::At { time: NaiveTime::from_hms_opt(8, 0, 0).unwrap() };
    let (version, calendar) = (daemon.schedules.current().version, daemon.trading.calendar.current());
    let wanted = vec![Schedule::of(RETRY, at_eight)];
    daemon.schedules.change(ADMIN, version, wanted, &calendar, daemon.clock.now()).await.unwrap();
    let refused = poor_evening(&daemon).await;
    run(&daemon, at(TUESDAY, "07:30")).await;
    set_capital(&daemon, 1_000_000).await;
    run(&daemon, at(TUESDAY, "08:01")).await;
    let again = retried(&daemon, &refused).await;
    for order in &again {
        assert_eq!(
            (order.request.variety, order.state),
            (Variety::AfterMarket, OrderState::Accepted),
            "{order:?}"
        );
    }
    // The adjustment of five past nine sees them as any other.
    run(&daemon, at(TUESDAY, "10:00")).await;
    let later = buys(&daemon).await;
    let ends = later.iter().filter(|order| order.request.retry_of.is_some()).map(|order| order.state);
    let ends: Vec<OrderState> = ends.collect();
    assert!(ends.contains(&OrderState::Filled), "{ends:?}");
    assert!(!ends.contains(&OrderState::Rejected) && !ends.contains(&OrderState::Unknown), "{ends:?}");
}
