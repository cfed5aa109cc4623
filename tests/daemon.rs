//! The day of the daemon: what runs when, what is accounted for when it cannot, and what a restart makes of it.

#[path = "daemon/accounts.rs"]
mod accounts;
#[path = "daemon/busy.rs"]
mod busy;
#[path = "daemon/closing.rs"]
mod closing;
#[path = "daemon/day_log.rs"]
mod day_log;
#[path = "daemon/hung.rs"]
mod hung;
#[path = "daemon/prices.rs"]
mod prices;
#[path = "daemon/retried.rs"]
mod retried;
#[path = "support/daemon.rs"]
mod support;

use prahari_app::runs::Trigger;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::Capability;
use prahari_runtime::abi::latest::types::HostError;
use prahari_runtime::{Answerer, HostReply};
use prahari_store::{INTERRUPTED, SlotOutcome};
use support::{
    ADMIN, FRIDAY, MONDAY, OTHER, SATURDAY, SUNDAY, TUESDAY, TestHost, at, component, day, end_of, guests,
    run, runs, slot, slots, start_services, stop,
};

#[tokio::test]
async fn a_day_without_trouble_has_every_slot_run_and_the_analysis_once() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:55")).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    for user in [ADMIN, OTHER] {
        for slot in slots(&daemon, user, MONDAY).await {
            assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
        }
        assert_eq!(runs(&daemon, user, Task::literal("position_monitor")).await.len(), 7);
        let ticks = slot(&daemon, user, MONDAY, Task::literal("sell_monitor")).await;
        assert_eq!((ticks.ticks_expected, ticks.ticks_ran, ticks.ticks_failed), (375, 375, 0));
    }
    assert_eq!(runs(&daemon, ADMIN, Task::literal("analysis")).await.len(), 1);
    assert_eq!(runs(&daemon, OTHER, Task::literal("analysis")).await.len(), 0);
}

#[tokio::test]
async fn a_daemon_that_was_down_over_the_open_accounts_for_what_it_missed_and_goes_on() {
    let house = TestHost::new(1);
    house.ran(at(MONDAY, "08:50"), at(MONDAY, "08:59")).await;
    let daemon = house.start(at(MONDAY, "09:30:20")).await;
    run(&daemon, at(TUESDAY, "00:00")).await;

    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_retry")).await;
    assert_eq!(outcome, SlotOutcome::Missed);
    assert_eq!(reason, "due at 2025-03-10 09:00:00.000, and not started until 2025-03-10 09:02:00.000");
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_amo_adjustment")).await;
    assert_eq!(outcome, SlotOutcome::Missed);
    assert_eq!(reason, "due at 2025-03-10 09:05:00.000, and not started until 2025-03-10 09:07:00.000");
    assert!(runs(&daemon, ADMIN, Task::literal("premarket_retry")).await.is_empty());

    // 15 of the 375 ticks, 09:15 to 09:29, were due while it was down.
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    let sentence = "360 of 375 ticks ran, 0 failed, 15 missed (the daemon was not running)";
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, sentence));
    let ticks =
        daemon.store.user(ADMIN).ticks(Task::literal("sell_monitor"), at(MONDAY, "09:15")).await.unwrap();
    assert_eq!(ticks.len(), 15);
    assert_eq!((ticks[0].at, ticks[14].at), (at(MONDAY, "09:15"), at(MONDAY, "09:29")));
    assert!(ticks.iter().all(|tick| tick.outcome == SlotOutcome::Missed && !tick.reason.is_empty()));
    // Due at 09:30, started 20 seconds later.
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("position_monitor")).await.0, SlotOutcome::Ran);
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("eod_cleanup")).await.0, SlotOutcome::Ran);
}

#[tokio::test]
async fn a_slot_within_its_two_minutes_runs_late_and_one_second_later_is_missed() {
    for (now, expected) in [
        ("09:00:59", SlotOutcome::Ran),
        ("09:01:30", SlotOutcome::Late),
        ("09:02:00", SlotOutcome::Late),
        ("09:02:01", SlotOutcome::Missed),
    ] {
        let house = TestHost::new(1);
        house.ran(at(MONDAY, "08:50"), at(MONDAY, "08:59")).await;
        let daemon = house.start(at(MONDAY, now)).await;
        run(&daemon, at(MONDAY, "09:04")).await;
        let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_retry")).await;
        assert_eq!(outcome, expected, "{now}: {reason}");
        assert_eq!(reason.starts_with("started 90 s late; "), now == "09:01:30", "{now}: {reason}");
        let ran = usize::from(expected != SlotOutcome::Missed);
        assert_eq!(runs(&daemon, ADMIN, Task::literal("premarket_retry")).await.len(), ran, "{now}");
    }
}

#[tokio::test]
async fn the_analysis_runs_late_in_the_evening_and_what_needed_it_earlier_is_missed() {
    let house = TestHost::new(1);
    house.ran(at(MONDAY, "08:50"), at(MONDAY, "15:59")).await;
    let daemon = house.start(at(MONDAY, "21:30")).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("analysis")).await;
    assert_eq!(outcome, SlotOutcome::Late);
    assert!(reason.starts_with("started 19800 s late; "), "{reason}");
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await.0, SlotOutcome::Missed);
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("eod_cleanup")).await.0, SlotOutcome::Missed);
    // The session was complete before the daemon went down, and stays so.
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, "375 of 375 ticks ran, 0 failed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_started_at_noon_is_not_expected_to_have_run_in_the_morning() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    let (weak, noon) = (std::sync::Arc::downgrade(&daemon), at(MONDAY, "12:00"));
    daemon.cursor.observe(move |instant| {
        if instant == noon {
            let daemon = weak.upgrade().unwrap();
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(daemon.services.start_service(OTHER)).unwrap();
            });
        }
    });
    run(&daemon, at(TUESDAY, "00:00")).await;

    let all = slots(&daemon, OTHER, MONDAY).await;
    assert!(all.iter().all(|slot| slot.outcome == Some(SlotOutcome::Ran)), "{all:?}");
    assert!(all.iter().all(|slot| slot.ends_at.unwrap_or(slot.due_at) > noon), "{all:?}");
    // 12:30 to 15:30, hourly.
    assert_eq!(all.iter().filter(|slot| slot.task == Task::literal("position_monitor")).count(), 4);
    // 12:01 to 15:29, each minute.
    let (_, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!(reason, "209 of 209 ticks ran, 0 failed");
    let (_, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!(reason, "375 of 375 ticks ran, 0 failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_stopped_at_noon_skips_what_comes_later_and_says_so() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    let noon = at(MONDAY, "12:00");
    let weak = std::sync::Arc::downgrade(&daemon);
    daemon.cursor.observe(move |instant| {
        if instant == noon {
            let daemon = weak.upgrade().unwrap();
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(daemon.services.stop_service(OTHER)).unwrap();
            });
        }
    });
    run(&daemon, at(TUESDAY, "00:00")).await;

    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Skipped, "the service of this user was stopped"));
    // 09:15 to 12:00, each minute.
    let (_, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await;
    let sentence = "166 of 375 ticks ran, 0 failed, 209 skipped (the service of this user was stopped)";
    assert_eq!(reason, sentence);
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await.0, SlotOutcome::Ran);
}

#[tokio::test]
async fn a_service_started_after_a_restart_is_expected_from_then_on_too() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    run(&daemon, at(MONDAY, "08:59")).await;
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "12:00")).await;
    daemon.services.start_service(OTHER).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_retry")).await.0, SlotOutcome::Missed);
    let all = slots(&daemon, OTHER, MONDAY).await;
    assert!(all.iter().all(|slot| slot.outcome == Some(SlotOutcome::Ran)), "{all:?}");
}

#[tokio::test]
async fn a_slot_whose_task_is_still_executing_is_skipped_and_says_so() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    let user = daemon.users.find(OTHER).unwrap();
    let retry = user.runs.begin(Task::literal("premarket_retry")).unwrap();
    let monitor = user.runs.begin(Task::literal("sell_monitor")).unwrap();
    assert!(user.runs.begin(Task::literal("sell_monitor")).is_none());
    let again = daemon
        .runs
        .execute(&user, Task::literal("sell_monitor"), at(MONDAY, "08:51"), Trigger::RunOnce, 1)
        .await;
    assert!(again.unwrap().is_none());
    run(&daemon, at(MONDAY, "15:31")).await;
    drop((retry, monitor));

    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("premarket_retry")).await;
    assert_eq!(outcome, SlotOutcome::Skipped);
    assert_eq!(reason, "the previous premarket_retry of this user was still executing");
    assert_eq!(
        end_of(&daemon, OTHER, MONDAY, Task::literal("premarket_amo_adjustment")).await.0,
        SlotOutcome::Ran
    );
    let ticks =
        daemon.store.user(OTHER).ticks(Task::literal("sell_monitor"), at(MONDAY, "09:15")).await.unwrap();
    assert_eq!(ticks.len(), 375);
    assert!(ticks.iter().all(|tick| tick.outcome == SlotOutcome::Skipped));
    assert_eq!(ticks[0].reason, "the previous tick was still executing");
    assert!(runs(&daemon, OTHER, Task::literal("sell_monitor")).await.is_empty());
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_retry")).await.0, SlotOutcome::Ran);
    assert!(user.runs.begin(Task::literal("sell_monitor")).is_some());
}

#[tokio::test]
async fn a_run_that_was_executing_when_the_process_died_is_interrupted_and_its_slot_runs_again() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    start_services(&daemon).await;
    house.market.set_held(true);
    let running = daemon.clone();
    let scheduler = tokio::spawn(async move { running.scheduler().run(Some(at(MONDAY, "17:00"))).await });
    house.market.asked().await;
    scheduler.abort();
    assert!(scheduler.await.unwrap_err().is_cancelled());
    daemon.store.flush().await.unwrap();
    assert_eq!(runs(&daemon, ADMIN, Task::literal("analysis")).await[0].outcome, None);
    stop(daemon).await;

    house.market.set_held(false);
    let daemon = house.start(at(MONDAY, "16:00:30")).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let runs = runs(&daemon, ADMIN, Task::literal("analysis")).await;
    let outcomes: Vec<_> = runs.iter().map(|run| (run.attempt, run.outcome.as_deref().unwrap())).collect();
    assert_eq!(outcomes, [(1, INTERRUPTED), (2, "succeeded")]);
    assert_eq!(runs[0].slot_due, runs[1].slot_due);
    let slot = slot(&daemon, ADMIN, MONDAY, Task::literal("analysis")).await;
    assert_eq!((slot.outcome, slot.run, slot.attempts), (Some(SlotOutcome::Ran), Some(runs[1].id), 2));
}

#[tokio::test]
async fn a_weekend_has_no_slots() {
    let house = TestHost::new(1);
    let daemon = house.start(at(FRIDAY, "15:45")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:01")).await;
    for day in [SATURDAY, SUNDAY] {
        assert_eq!(slots(&daemon, ADMIN, day).await, []);
    }
    let weekend = at(SATURDAY, "00:00")..at(MONDAY, "00:00");
    for task in crate::support::tasks() {
        let runs = runs(&daemon, ADMIN, task).await;
        assert!(runs.iter().all(|run| !weekend.contains(&run.started_at)), "{task}");
    }
    assert_eq!(end_of(&daemon, ADMIN, FRIDAY, Task::literal("eod_cleanup")).await.0, SlotOutcome::Ran);
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("premarket_retry")).await.0, SlotOutcome::Ran);
}

#[tokio::test]
async fn a_user_without_a_line_to_the_broker_fails_alone_and_the_next_day_starts_anew() {
    let house = TestHost::new(2);
    house.unreachable.lock().unwrap().insert(OTHER);
    let module = guests::asks_for_holdings();
    let daemon = house.start_with(at(MONDAY, "08:50"), &[(Task::literal("eod_cleanup"), &module)]).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    for slot in slots(&daemon, ADMIN, MONDAY).await {
        assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
    }
    for slot in slots(&daemon, OTHER, MONDAY).await {
        // The two that have to see the broker's holdings.
        let failed = ["buy_orders", "eod_cleanup"].contains(&slot.task.name());
        let expected = if failed { SlotOutcome::Failed } else { SlotOutcome::Ran };
        assert_eq!(slot.outcome, Some(expected), "{slot:?}");
        assert_eq!(slot.reason.starts_with("unavailable: "), failed, "{slot:?}");
    }
    stop(daemon).await;

    house.unreachable.lock().unwrap().clear();
    let daemon = house.start(at(TUESDAY, "00:00")).await;
    run(&daemon, at("2025-03-12", "00:00")).await;
    for slot in slots(&daemon, OTHER, TUESDAY).await {
        assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
    }
    // The host closes each date, whatever the task could do; what it could not learn of Monday then it has learnt
    // since.
    let statements = daemon.store.user(OTHER).statements().await.unwrap();
    assert_eq!(statements.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [day(MONDAY), day(TUESDAY)]);
}

#[tokio::test]
async fn a_failed_run_leaves_the_state_of_its_task_as_it_was() {
    let house = TestHost::new(1);
    let kept = |value: &[u8]| vec![(Task::literal("eod_cleanup"), "kept".to_owned(), value.to_vec())];
    // Each day another module stands in for eod_cleanup.
    for (day, value, succeeds, expected) in
        [(FRIDAY, '1', true, kept(b"1")), (MONDAY, '2', false, kept(b"1")), (TUESDAY, '3', true, kept(b"3"))]
    {
        let module = guests::writes_state(value, succeeds);
        let daemon = house.start_with(at(day, "17:00"), &[(Task::literal("eod_cleanup"), &module)]).await;
        start_services(&daemon).await;
        run(&daemon, at(day, "19:00")).await;
        let outcome = if succeeds { SlotOutcome::Ran } else { SlotOutcome::Failed };
        assert_eq!(end_of(&daemon, ADMIN, day, Task::literal("eod_cleanup")).await.0, outcome, "{day}");
        assert_eq!(daemon.store.user(ADMIN).load_state().await.unwrap(), expected, "{day}");
        let user = daemon.users.find(ADMIN).unwrap();
        assert_eq!(user.runs.memory()[&Task::literal("eod_cleanup")]["kept"], expected[0].2, "{day}");
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_task_without_a_grant_gets_a_typed_refusal() {
    // The analysis may not see the broker, so buy_orders in its place gets nowhere.
    let house = TestHost::new(1);
    let daemon = house
        .start_with(
            at(MONDAY, "15:50"),
            &[(Task::literal("analysis"), component(Task::literal("buy_orders")))],
        )
        .await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "16:01")).await;
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("analysis")).await;
    assert_eq!(outcome, SlotOutcome::Failed);
    assert_eq!(reason, "the task needs the capability broker-read, which was not granted");
    let run = runs(&daemon, ADMIN, Task::literal("analysis")).await.remove(0);
    let recording = find_recording(&daemon.store.user(ADMIN), run.id).await.unwrap().unwrap();
    let calls = recording.calls().unwrap();
    let denied = HostReply::Refused(HostError::Denied(Capability::BrokerRead));
    assert!(calls.iter().any(|call| call.answer == Some((Answerer::Gate, denied.clone()))), "{calls:?}");
}
