//! A clock that is set, and slots that wait for what is shared: on a clock that goes on while work is done.

use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{AlertCode, AlertFilter, AlertRow, SlotOutcome, SlotRow};

use crate::support::living::{Living, accounted_for, closed};
use crate::support::waiting::until_some;
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, guests, slot};

/// Waits for an alert of this code, open or resolved.
async fn alert(daemon: &Daemon, code: AlertCode, open: bool) -> AlertRow {
    until_some(&format!("an alert {code}"), async || {
        let filter = AlertFilter { open: Some(open), before: None, limit: 100 };
        let alerts = daemon.store.system().alerts(filter).await.unwrap();
        alerts.into_iter().find(|alert| alert.code == code)
    })
    .await
}

/// Waits until the buying slot of a user has its outcome.
async fn decided(daemon: &Daemon, user: UserId) -> SlotRow {
    until_some("the outcome of the buying slot", async || {
        daemon.store.flush().await.unwrap();
        let buys = slot(daemon, user, MONDAY, Task::literal("buy_orders")).await;
        buys.outcome.is_some().then_some(buys)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_is_said_until_it_has_reached_what_was_done() {
    let house = TestHost::new(2);
    let living = Living::at_work(&house, at(MONDAY, "09:50"), &[]).await;
    living.pass_until(at(MONDAY, "10:00")).await;
    living.hand.set(at(MONDAY, "08:30"));
    let raised = alert(&living.daemon, AlertCode::ClockSetBack, true).await;
    let detail = "the clock stands at 2025-03-10 08:30:00.000, and everything until 2025-03-10 10:00:00.000 is done already: nothing is started until the clock gets there";
    assert_eq!((raised.user, raised.detail.as_str()), (None, detail));
    // Nothing that is done is done again, and a service that starts meanwhile is not expected to.
    living.daemon.services.restart_service(OTHER).await.unwrap();
    living.hand.pass_until(at(MONDAY, "10:01"));
    let resolved = alert(&living.daemon, AlertCode::ClockSetBack, false).await;
    assert_eq!(resolved.id, raised.id);
    living.handed_out(at(MONDAY, "10:01")).await;
    living.hand.set(at(TUESDAY, "00:01"));
    closed(&living.daemon).await;
    for user in [ADMIN, OTHER] {
        accounted_for(&living.daemon, user).await;
    }
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_forward_is_said_with_how_much_it_passed() {
    let house = TestHost::new(1);
    let living = Living::at_work(&house, at(MONDAY, "09:50"), &[]).await;
    living.pass_until(at(MONDAY, "10:00")).await;
    living.hand.set(at(MONDAY, "10:20"));
    let raised = alert(&living.daemon, AlertCode::ClockJumped, true).await;
    let detail = "the clock jumped from 2025-03-10 10:00:00.000 to 2025-03-10 10:20:00.000, because it was set or the machine was asleep: 20 instants at which something was due were passed at once";
    assert_eq!(raised.detail, detail);
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_real_clock_what_uses_signals_waits_for_the_shared_analysis_and_is_late_from_then() {
    let house = TestHost::new(2);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let living = Living::at_work(&house, at(MONDAY, "15:58"), &[(Task::literal("analysis"), &module)]).await;
    living.hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    living.pass_until(at(MONDAY, "16:05")).await;
    living.hand.pass_until(at(MONDAY, "16:20"));
    living.daemon.store.flush().await.unwrap();
    for user in [ADMIN, OTHER] {
        let buys = slot(&living.daemon, user, MONDAY, Task::literal("buy_orders")).await;
        assert_eq!((buys.outcome, buys.attempts), (None, 0), "{buys:?}");
    }
    house.market.let_go();
    let buys = decided(&living.daemon, OTHER).await;
    assert!(buys.reason.starts_with("waited 900 s for analysis; "), "{buys:?}");
    assert_eq!(buys.outcome, Some(SlotOutcome::Ran), "{buys:?}");
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_the_shared_analysis_runs_at_half_past_five_on_what_there_is() {
    let house = TestHost::new(1);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let living = Living::at_work(&house, at(MONDAY, "15:58"), &[(Task::literal("analysis"), &module)]).await;
    living.hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    living.pass_until(at(MONDAY, "16:05")).await;
    living.hand.pass_until(at(MONDAY, "17:30"));
    let buys = decided(&living.daemon, ADMIN).await;
    let why = "analysis had not ended at 17:30, so it ran on what there was; ";
    assert!(buys.reason.starts_with(why), "{buys:?}");
    house.market.let_go();
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_is_come_to_after_its_latest_says_that_nothing_was_waited_for() {
    let house = TestHost::new(1);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let living = Living::at_work(&house, at(MONDAY, "15:58"), &[(Task::literal("analysis"), &module)]).await;
    living.pass_until(at(MONDAY, "15:59")).await;
    living.hand.set(at(MONDAY, "17:45"));
    let buys = decided(&living.daemon, ADMIN).await;
    assert_eq!((buys.outcome, buys.run), (Some(SlotOutcome::Missed), None), "{buys:?}");
    let why = "17:30, until when it waits for analysis, was past already; due at 2025-03-10 16:05:00.000, ";
    assert!(buys.reason.starts_with(why), "{buys:?}");
    house.market.let_go();
    living.end().await;
}
