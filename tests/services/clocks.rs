//! A clock that is set, and slots that wait for what is shared: on a clock that goes on while work is done.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::ByHand;
use prahari_app::daemon::Daemon;
use prahari_app::stop::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, AlertRow, SlotOutcome, SlotRow};

use super::accounts::{accounted_for, closed, handed_out};
use crate::support::{ADMIN, House, MONDAY, OTHER, TUESDAY, at, guests, slot, start_services};

type Running = tokio::task::JoinHandle<Result<(), prahari_app::error::AppError>>;

async fn running(house: &House, now: Timestamp, own: &[(Task, &[u8])]) -> (Arc<Daemon>, ByHand, Running) {
    let (daemon, hand) = house.start_by_hand(now, own).await;
    start_services(&daemon).await;
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(None).await }
    });
    (daemon, hand, scheduler)
}

/// What must happen within a minute.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it happens within a minute")
}

/// Waits for an alert of this code, open or settled.
async fn alert(daemon: &Daemon, code: AlertCode, open: bool) -> AlertRow {
    let asked = async {
        loop {
            let filter = AlertFilter { open: Some(open), before: None, limit: 100 };
            let alerts = daemon.store.system().alerts(filter).await.unwrap();
            if let Some(alert) = alerts.into_iter().find(|alert| alert.code == code) {
                return alert;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(asked).await
}

/// Waits until the buying slot of a user has its outcome.
async fn decided(daemon: &Daemon, user: UserId) -> SlotRow {
    let asked = async {
        loop {
            daemon.store.settle().await.unwrap();
            let buys = slot(daemon, user, MONDAY, Task::BuyOrders).await;
            if buys.outcome.is_some() {
                return buys;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(asked).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_is_said_until_it_has_reached_what_was_done() {
    let house = House::new(2);
    let (daemon, hand, scheduler) = running(&house, at(MONDAY, "09:50"), &[]).await;
    hand.pass_until(at(MONDAY, "10:00"));
    handed_out(&daemon, at(MONDAY, "10:00")).await;
    hand.set(at(MONDAY, "08:30"));
    let raised = alert(&daemon, AlertCode::ClockSetBack, true).await;
    let detail = "the clock stands at 2025-03-10 08:30:00.000, and everything until 2025-03-10 10:00:00.000 is done already: nothing is started until the clock gets there";
    assert_eq!((raised.user, raised.detail.as_str()), (None, detail));
    // Nothing that is done is done again, and a service that starts meanwhile is not expected to.
    daemon.restart_service(OTHER).await.unwrap();
    hand.pass_until(at(MONDAY, "10:01"));
    let settled = alert(&daemon, AlertCode::ClockSetBack, false).await;
    assert_eq!(settled.id, raised.id);
    handed_out(&daemon, at(MONDAY, "10:01")).await;
    hand.set(at(TUESDAY, "00:01"));
    closed(&daemon).await;
    for user in [ADMIN, OTHER] {
        accounted_for(&daemon, user).await;
    }
    daemon.stop(Stop::Asked("the test is over".to_owned()));
    scheduler.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_forward_is_said_with_how_much_it_passed() {
    let house = House::new(1);
    let (daemon, hand, scheduler) = running(&house, at(MONDAY, "09:50"), &[]).await;
    hand.pass_until(at(MONDAY, "10:00"));
    handed_out(&daemon, at(MONDAY, "10:00")).await;
    hand.set(at(MONDAY, "10:20"));
    let raised = alert(&daemon, AlertCode::ClockJumped, true).await;
    let detail = "the clock jumped from 2025-03-10 10:00:00.000 to 2025-03-10 10:20:00.000, because it was set or the machine was asleep: 20 instants at which something was due were passed at once";
    assert_eq!(raised.detail, detail);
    daemon.stop(Stop::Asked("the test is over".to_owned()));
    scheduler.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_real_clock_what_uses_signals_waits_for_the_shared_analysis_and_is_late_from_then() {
    let house = House::new(2);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let (daemon, hand, scheduler) = running(&house, at(MONDAY, "15:58"), &[(Task::Analysis, &module)]).await;
    hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    hand.pass_until(at(MONDAY, "16:05"));
    handed_out(&daemon, at(MONDAY, "16:05")).await;
    hand.pass_until(at(MONDAY, "16:20"));
    daemon.store.settle().await.unwrap();
    for user in [ADMIN, OTHER] {
        let buys = slot(&daemon, user, MONDAY, Task::BuyOrders).await;
        assert_eq!((buys.outcome, buys.attempts), (None, 0), "{buys:?}");
    }
    house.market.let_go();
    let buys = decided(&daemon, OTHER).await;
    assert!(buys.reason.starts_with("waited 900 s for analysis; "), "{buys:?}");
    assert_eq!(buys.outcome, Some(SlotOutcome::Ran), "{buys:?}");
    daemon.stop(Stop::Asked("the test is over".to_owned()));
    scheduler.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_the_shared_analysis_runs_at_half_past_five_on_what_there_is() {
    let house = House::new(1);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let (daemon, hand, scheduler) = running(&house, at(MONDAY, "15:58"), &[(Task::Analysis, &module)]).await;
    hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    hand.pass_until(at(MONDAY, "16:05"));
    handed_out(&daemon, at(MONDAY, "16:05")).await;
    hand.pass_until(at(MONDAY, "17:30"));
    let buys = decided(&daemon, ADMIN).await;
    let why = "analysis was still executing at 17:30, so it ran on what there was; ";
    assert!(buys.reason.starts_with(why), "{buys:?}");
    house.market.let_go();
    daemon.stop(Stop::Asked("the test is over".to_owned()));
    scheduler.await.unwrap().unwrap();
}
