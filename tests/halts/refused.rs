//! Writes that nobody waits for and the database refuses; who is told of an alert, and what a monitor sees.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_domain::tasks::Task;
use prahari_store::{AlertCode, HaltCode, NewAlert, NotificationFilter, RunFinish, SlotOutcome};
use serde_json::Value;

use crate::support::console::Console;
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, day, run, slots, start_services, stop};
use crate::{THIRD, alerts, halts};

async fn at_work() -> (TestHost, Arc<Daemon>) {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "10:28")).await;
    start_services(&daemon).await;
    (house, daemon)
}

/// The messages of this title that a user has.
async fn told(daemon: &Daemon, user: UserId, title: &str) -> Vec<String> {
    let kept = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
    kept.into_iter().map(|kept| kept.row).filter(|row| row.title == title).map(|row| row.body).collect()
}

/// What became of the position monitor at 10:30.
async fn at_half_past_ten(daemon: &Daemon, user: UserId) -> SlotOutcome {
    let slots = slots(daemon, user, MONDAY).await;
    let due = |slot: &&prahari_store::SlotRow| {
        slot.task == Task::literal("position_monitor") && slot.due_at == at(MONDAY, "10:30")
    };
    slots.iter().find(due).unwrap().outcome.unwrap()
}

#[tokio::test]
async fn a_refused_write_to_a_journal_halts_its_user_and_the_admins_are_told_which_user_that_is() {
    let (_house, daemon) = at_work().await;
    let order = OrderId { user: OTHER, day: day(MONDAY), number: 77 };
    let beyond = JournalEntry { sequence: 5, order, at: at(MONDAY, "10:28"), event: OrderEvent::Sent };
    drop(daemon.store.user(OTHER).append_journal(vec![beyond], Vec::new()).await.unwrap());
    // It is refused before the next instant, at which the daemon looks.
    daemon.store.flush().await.unwrap();
    run(&daemon, at(MONDAY, "10:32")).await;

    let open = halts(&daemon, OTHER).await;
    let sentence = "the journal of user 2 continues with entry 1, not with entry 5";
    assert_eq!((open.len(), open[0].code, open[0].reason.as_str()), (1, HaltCode::JournalDamaged, sentence));
    let [admin, other, third] = [
        at_half_past_ten(&daemon, ADMIN).await,
        at_half_past_ten(&daemon, OTHER).await,
        at_half_past_ten(&daemon, THIRD).await,
    ];
    assert_eq!((admin, other, third), (SlotOutcome::Ran, SlotOutcome::Skipped, SlotOutcome::Ran));
    let title = "Trading of a user is halted";
    let own = format!("nothing of this user is sent: {sentence}");
    assert_eq!(told(&daemon, ADMIN, title).await, [format!("user 2: {own}")]);
    assert_eq!(told(&daemon, OTHER, title).await, [own]);
    assert_eq!(told(&daemon, THIRD, title).await, [""; 0]);
    stop(daemon).await;
}

#[tokio::test]
async fn another_refused_write_is_an_alert_that_names_its_user_and_halts_nobody() {
    let (_house, daemon) = at_work().await;
    let unknown = RunFinish::new(RunId(7_777), "succeeded", daemon.clock.now());
    daemon.store.user(OTHER).finish_run(unknown).await.unwrap();
    // It is refused before the next instant, at which the daemon looks.
    daemon.store.flush().await.unwrap();
    run(&daemon, at(MONDAY, "10:32")).await;

    let raised = alerts(&daemon, OTHER).await;
    let sentence = "a write contradicts what the database holds: user 2 has no executing run 7777";
    assert_eq!(
        (raised.len(), raised[0].code, raised[0].detail.as_str()),
        (1, AlertCode::WriteRefused, sentence)
    );
    let title = "Something could not be written down";
    assert_eq!(told(&daemon, ADMIN, title).await, [format!("user 2: {sentence}")]);
    assert_eq!(halts(&daemon, OTHER).await, []);
    assert_eq!(at_half_past_ten(&daemon, OTHER).await, SlotOutcome::Ran);
    stop(daemon).await;
}

#[tokio::test]
async fn the_health_route_names_twenty_alerts_at_most_the_oldest_first_and_none_of_a_user() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let raise = async |user, number: usize| {
        let (subject, detail) = (number.to_string(), format!("alert {number}"));
        let alert = NewAlert { code: AlertCode::BarsStale, user, subject, detail };
        assert!(console.daemon.notices.raise(alert).await.unwrap());
    };
    raise(Some(OTHER), 99).await;
    for number in 0..25 {
        raise(None, number).await;
    }
    let health = console.nobody().get("/api/v1/system/health").await.ok();
    assert_eq!(health["status"], "attention");
    let named = |list: &Value| {
        let all = list.as_array().unwrap().iter();
        all.map(|alert| alert["detail"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(named(&health["alerts"]), (0..20).map(|number| format!("alert {number}")).collect::<Vec<_>>());
    let all = console.admin().await.get("/api/v1/system/alerts?limit=100").await.ok();
    assert_eq!(named(&all["items"]).len(), 26, "the rest is where the documentation says");
    console.stop().await;
}
