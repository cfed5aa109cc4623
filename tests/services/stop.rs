//! What becomes of runs that somebody asked for when the daemon stops.

use std::time::Duration;

use prahari_app::error::AppError;
use prahari_app::shutdown::Stop;
use prahari_domain::tasks::Task;

use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, guests, stop};

const TASK: Task = Task::literal("position_monitor");

#[tokio::test]
async fn a_run_that_the_stop_of_the_daemon_cuts_off_is_interrupted_with_the_reason() {
    let house = TestHost::new(2);
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(TASK, &guests::asks_for_universe())]).await;
    house.market.set_held(true);
    let cut_off = daemon.runs.run_once(ADMIN, TASK, ADMIN).await.unwrap();
    house.market.asked().await;
    daemon.shutdown.begin(Stop::Asked("SIGTERM".to_owned()));
    daemon.shutdown.fail("something that comes of it");
    let refused = daemon.runs.run_once(OTHER, TASK, OTHER).await;
    assert!(matches!(&refused, Err(AppError::Stopping(reason)) if reason == "SIGTERM"), "{refused:?}");
    let refused = daemon.services.start_individual(OTHER, TASK).await;
    assert!(matches!(&refused, Err(AppError::Stopping(_))), "{refused:?}");
    daemon.end_beside_schedule(Duration::from_millis(50)).await;
    daemon.close().await.unwrap();

    house.market.set_held(false);
    let daemon = house.start(at(MONDAY, "10:05")).await;
    let run = daemon.store.user(ADMIN).find_run(cut_off.run).await.unwrap().unwrap();
    assert_eq!(run.outcome.as_deref(), Some("interrupted"));
    assert_eq!(run.detail, "the daemon stopped (SIGTERM) while it was executing");
    stop(daemon).await;
}

#[tokio::test]
async fn a_run_that_ends_in_time_keeps_its_outcome() {
    let house = TestHost::new(1);
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(TASK, &guests::asks_for_universe())]).await;
    house.market.set_held(true);
    let begun = daemon.runs.run_once(ADMIN, TASK, ADMIN).await.unwrap();
    house.market.asked().await;
    daemon.shutdown.begin(Stop::Asked("SIGTERM".to_owned()));
    house.market.let_go();
    daemon.end_beside_schedule(Duration::from_secs(5)).await;
    daemon.close().await.unwrap();
    let daemon = house.start(at(MONDAY, "10:05")).await;
    let run = daemon.store.user(ADMIN).find_run(begun.run).await.unwrap().unwrap();
    assert_eq!(run.outcome.as_deref(), Some("succeeded"), "{}", run.detail);
    stop(daemon).await;
}
