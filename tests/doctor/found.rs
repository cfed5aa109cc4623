//! What the host finds of a user, in both outcomes, and how often the broker is asked for it.

use prahari_app::doctor::CheckOutcome::{self, Failed, NotKnown, Ok as Good, Warning};
use prahari_app::doctor::Examination;
use prahari_brokers::Check;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::HostCall;
use prahari_store::HaltCode;

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
