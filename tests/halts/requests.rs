//! Case 11: a module that names orders it must not, for one user only.

use prahari_app::modules::Upload;
use prahari_domain::tasks::Task;
use prahari_store::ModuleOrigin;

use crate::faults::{Fault, faulty};
use crate::support::{ADMIN, FRIDAY, MONDAY, OTHER, TUESDAY, TestHost, at, run, runs, start_services, stop};
use crate::{THIRD, halts, journal};

const TASK: Task = Task::literal("buy_orders");

/// From Friday evening, when buys are placed, to the end of Monday; user 2 with this fault.
async fn two_days(fault: Option<Fault>) -> [Vec<String>; 3] {
    let house = TestHost::new(3);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    if let Some(fault) = fault {
        let bytes = faulty(TASK.name(), fault);
        let upload = Upload { task: TASK, bytes, origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
        let version = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap().version;
        daemon.trials.pin_module(OTHER, (TASK, version), ADMIN, true).await.unwrap();
    }
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert!(daemon.store.health().is_ok());
    if fault.is_some() {
        let runs = runs(&daemon, OTHER, TASK).await;
        assert_eq!(runs.len(), 2);
        assert!(runs.iter().all(|run| run.outcome.as_deref() == Some("succeeded")), "{runs:?}");
        assert_eq!(halts(&daemon, OTHER).await, [], "a refusal is the answer, not a halt");
        assert!(daemon.users.find(OTHER).unwrap().services.is_running());
    }
    let journals =
        [journal(&daemon, ADMIN).await, journal(&daemon, OTHER).await, journal(&daemon, THIRD).await];
    stop(daemon).await;
    // And the next start finds everybody.
    let daemon = house.start(at(TUESDAY, "08:00")).await;
    assert_eq!(halts(&daemon, OTHER).await, []);
    stop(daemon).await;
    journals
}

#[tokio::test]
async fn a_module_that_retries_what_it_must_not_is_refused_and_the_other_users_trade_as_without_it() {
    let [one, two, three] = two_days(None).await;
    assert!(one.len() > 4 && two.len() > 4 && three.len() > 4, "everybody trades");
    for id in ["U2-20250102-0777", "U1-20250307-0001"] {
        let [with_one, with_two, with_three] = two_days(Some(Fault::RetryOf(id))).await;
        assert_eq!((&with_one, &with_three), (&one, &three), "{id}");
        assert!(with_two.len() < two.len(), "{id}: the first request of each run is refused");
        assert!(with_two.iter().all(|line| !line.contains(id)), "{id}");
    }
    assert!(MONDAY < TUESDAY);
}
