//! What the host finds of a user, in both outcomes, and how often the broker is asked for it.

use std::time::{Duration, UNIX_EPOCH};

use prahari_app::doctor::CheckOutcome::{self, Failed, NotKnown, Ok as Good, Warning};
use prahari_app::doctor::Examination;
use prahari_brokers::Check;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::HostCall;
use prahari_store::{DatabaseCopy, HaltCode};

use crate::probe::{PROBE, Probe};
use crate::support::desk_fixture::{ask, buy, to_host};
use crate::support::fake_broker::PRICE;
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, run, start_services};
use crate::{outcome, pass_until};

fn all(found: &Examination, names: &[&str]) -> Vec<CheckOutcome> {
    names.iter().map(|name| outcome(found, name)).collect()
}

#[tokio::test]
async fn a_user_whose_service_runs_is_ready_and_one_whose_does_not_is_told_what_to_do() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    let user = daemon.users.find(OTHER).unwrap();
    let before = daemon.doctor.examine(&user).await.unwrap();
    assert_eq!(all(&before, &["service", "slots", "modules"]), [Warning, NotKnown, NotKnown]);
    let service = before.checks.iter().find(|check| check.name == "service").unwrap();
    assert_eq!(service.advice, "start the user's unified service");
    let same =
        ["link", "calendar", "market", "prices", "positions", "halts", "alerts", "channels", "storage"];
    assert_eq!(all(&before, &same), [Good; 9], "{before:?}");

    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "08:45")).await;
    pass_until(&daemon, at(MONDAY, "08:50")).await;
    let after = daemon.doctor.examine(&user).await.unwrap();
    assert_eq!(all(&after, &["service", "slots", "modules"]), [Good; 3], "{after:?}");
    assert_eq!(all(&after, &same), [Good; 9], "{after:?}");
    assert_eq!(after.outcome(), Good);
}

#[tokio::test]
async fn a_service_whose_tasks_wait_for_what_nobody_runs_is_doubted() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    let user = daemon.users.find(OTHER).unwrap();
    let service = async || {
        pass_until(&daemon, daemon.clock.now().plus_minutes(1)).await;
        let found = daemon.doctor.examine(&user).await.unwrap();
        found.checks.into_iter().find(|check| check.name == "service").unwrap()
    };
    daemon.services.start_service(OTHER).await.unwrap();
    let alone = service().await;
    let said = "the unified service is running, but no service of an admin runs analysis for everybody, for which buy_orders waits";
    assert_eq!((alone.outcome, alone.evidence.as_str()), (Warning, said));
    assert_eq!(alone.advice, "an admin starts their own unified service, or one of analysis alone");
    daemon.services.start_service(ADMIN).await.unwrap();
    let served = service().await;
    assert_eq!((served.outcome, served.evidence.as_str()), (Good, "the unified service is running"));
}

#[tokio::test]
async fn what_is_halted_or_stopped_is_found_for_whom_it_concerns() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    start_services(&daemon).await;
    let symbol = "TCS".parse().unwrap();
    daemon.halts.halt_symbol(OTHER, &symbol, HaltCode::ImpossiblePrice, "a price").await.unwrap();
    let look = async |user: UserId| {
        pass_until(&daemon, daemon.clock.now().plus_minutes(1)).await;
        daemon.doctor.examine(&daemon.users.find(user).unwrap()).await.unwrap()
    };
    assert_eq!(all(&look(OTHER).await, &["halts", "alerts"]), [Warning, Warning]);
    daemon.halts.halt_user(OTHER, HaltCode::JournalDamaged, "a gap").await.unwrap();
    let found = look(OTHER).await;
    assert_eq!((all(&found, &["halts"]), found.outcome()), (vec![Failed], Failed));
    assert_eq!(all(&look(ADMIN).await, &["halts", "alerts"]), [Good, Good]);
    daemon.settings.set_kill_switch(true).await.unwrap();
    assert_eq!(all(&look(ADMIN).await, &["halts"]), [Warning]);
}

#[tokio::test]
async fn positions_that_nothing_looks_after_fail_until_a_service_runs() {
    let mut house = TestHost::new(2);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
    ask(&daemon, ADMIN, Task::literal("sell_monitor"), HostCall::Place { requests }).await;
    pass_until(&daemon, at(MONDAY, "10:01")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let before = daemon.doctor.examine(&user).await.unwrap();
    assert_eq!(all(&before, &["service", "positions", "prices"]), [Failed, Failed, Good], "{before:?}");
    daemon.services.start_service(ADMIN).await.unwrap();
    pass_until(&daemon, at(MONDAY, "10:02")).await;
    let after = daemon.doctor.examine(&user).await.unwrap();
    assert_eq!(all(&after, &["service", "positions", "orders"]), [Good; 3], "{after:?}");
}

#[tokio::test]
async fn whoever_asks_again_and_again_asks_the_broker_once_in_a_while() {
    let (probe, house) = Probe::in_house(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    probe.says((0..40).map(|_| Check::ok("session", "logged in")).collect());
    let user = daemon.users.find(OTHER).unwrap();
    let (first, second) = tokio::join!(daemon.doctor.examine(&user), daemon.doctor.examine(&user));
    assert_eq!((first.unwrap(), probe.asked()), (second.unwrap(), 1));
    pass_until(&daemon, at(MONDAY, "08:40:09")).await;
    let again = daemon.doctor.examine(&user).await.unwrap();
    assert_eq!((again.at, probe.asked()), (at(MONDAY, "08:40"), 1));
    // However much a broker says of itself, some of it is taken.
    assert_eq!(again.checks.iter().filter(|check| check.name == "session").count(), 20);
    pass_until(&daemon, at(MONDAY, "08:40:10")).await;
    assert_eq!(daemon.doctor.examine(&user).await.unwrap().at, at(MONDAY, "08:40:10"));
    assert_eq!(probe.asked(), 2);
}

#[tokio::test]
async fn the_disk_and_the_backups_are_looked_at_where_they_are() {
    let (_probe, house) = Probe::in_house(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    let user = daemon.users.find(OTHER).unwrap();
    let check = async || {
        pass_until(&daemon, daemon.clock.now().plus_minutes(1)).await;
        let found = daemon.doctor.examine(&user).await.unwrap();
        let disk = found.checks.iter().find(|check| check.name == "disk").unwrap();
        assert!(disk.evidence.ends_with(" MB are free where the database stands"), "{disk:?}");
        found.checks.into_iter().find(|check| check.name == "backup")
    };
    // Only whoever has money to lose is told that nothing is known of backups.
    assert_eq!(check().await, None);
    daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    assert_eq!(check().await.unwrap().outcome, NotKnown);
    let folder = tempfile::tempdir().unwrap();
    daemon.doctor.follow_backups(folder.path().to_owned());
    let none = check().await.unwrap();
    assert_eq!(
        (none.outcome, none.evidence.as_str()),
        (Warning, "there is no backup in the folder of backups")
    );
    let backup = folder.path().join("monday.db");
    DatabaseCopy::make(daemon.store.path(), &backup).unwrap().keep().unwrap();
    let written = |at: Timestamp| {
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap());
        std::fs::File::options().write(true).open(&backup).unwrap().set_modified(at).unwrap();
    };
    written(at(MONDAY, "01:00"));
    let made = check().await.unwrap();
    assert_eq!(made.evidence, format!("the newest backup is of {MONDAY} 01:00"));
    assert_eq!(made.outcome, Good);
    written(at(MONDAY, "01:00").plus_minutes(-2 * 24 * 60));
    assert_eq!(check().await.unwrap().outcome, Warning);
}
