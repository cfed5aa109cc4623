//! Some days in which users have every fault that a user, a module or a file can cause: the others trade as without them.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_app::modules::Upload;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, HaltCode, ModuleOrigin, Store};

use crate::faults::{Fault, faulty};
use crate::support::{
    ADMIN, FRIDAY, House, MONDAY, TUESDAY, at, day, end_of, heavy, run, start_services, stop,
};
use crate::{halts, journal};

/// Their module retries an order of somebody else.
const RETRIES: UserId = UserId(2);
/// They restart their service every ten minutes.
const RESTARTS: UserId = UserId(3);
/// Their stored limits name a setting that there is not.
const UNKNOWN_SETTING: UserId = UserId(4);
/// Their journal does not fold.
const BROKEN_JOURNAL: UserId = UserId(5);
/// Nobody answers for them at the broker.
const CUT_OFF: UserId = UserId(6);
/// Their own allowance lets no run of a task succeed.
const NARROW: UserId = UserId(7);
/// The first of those who have no fault; the admin has none either.
const FIRST_SOUND: u64 = 8;

/// How many users there are, and the instant that ends the days: a week for twenty in the long form.
fn extent() -> (u32, Timestamp) {
    if heavy() { (20, at("2025-03-15", "00:00")) } else { (9, at(TUESDAY, "00:00")) }
}

async fn plant_before_services(house: &House, daemon: &Arc<Daemon>) {
    let bytes = faulty(Task::BuyOrders.name(), Fault::RetryOf("U1-20250307-0001"));
    let upload = Upload { task: Task::BuyOrders, bytes, origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
    let version = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap().version;
    daemon.pin_module(RETRIES, (Task::BuyOrders, version), ADMIN, true).await.unwrap();
    let narrow = Allowance { memory_bytes: 1 << 16, ..Allowance::default_of(Task::SellMonitor) };
    let whom = (Some(NARROW), Task::SellMonitor);
    daemon.grants.allow(whom, narrow, ADMIN, daemon.clock.now()).await.unwrap();
    house.unreachable.lock().unwrap().insert(CUT_OFF);
}

/// While no daemon runs.
async fn plant_in_rows(house: &House) {
    let store = Store::open(house.database(), Durability::Off).unwrap();
    let user = store.user(UNKNOWN_SETTING);
    let version = user.find().await.unwrap().unwrap().limits_version;
    user.save_limits(version, "{}".to_owned(), r#"{"max_everything":1}"#.to_owned()).await.unwrap();
    let user = store.user(BROKEN_JOURNAL);
    let sequence = user.load_journal(0).await.unwrap().last().unwrap().sequence + 1;
    let order = OrderId { user: BROKEN_JOURNAL, day: day(MONDAY), number: 77 };
    let entry = JournalEntry { sequence, order, at: at(MONDAY, "07:59"), event: OrderEvent::Sent };
    user.append_journal_durable(vec![entry], Vec::new()).await.unwrap();
    store.close().await.unwrap();
}

/// Lets the days pass, restarting the service of one user every ten minutes if they are the faulty ones.
async fn pass(daemon: &Arc<Daemon>, from: Timestamp, until: Timestamp, faulty: bool) {
    let mut instant = from;
    while instant < until {
        instant = instant.plus_minutes(if faulty { 10 } else { 24 * 60 }).min(until);
        run(daemon, instant).await;
        if faulty {
            daemon.restart_service(RESTARTS).await.unwrap();
        }
    }
}

/// The journals of the users who have no fault.
async fn days(faulty: bool) -> BTreeMap<UserId, Vec<String>> {
    let (users, end) = extent();
    let house = House::new(users);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    if faulty {
        plant_before_services(&house, &daemon).await;
    }
    start_services(&daemon).await;
    pass(&daemon, at(FRIDAY, "15:50"), at(MONDAY, "08:00"), faulty).await;
    stop(daemon).await;
    if faulty {
        plant_in_rows(&house).await;
    }
    let daemon = house.start(at(MONDAY, "08:00")).await;
    pass(&daemon, at(MONDAY, "08:00"), end, faulty).await;
    if faulty {
        each_fault_is_told(&daemon).await;
    }
    assert!(daemon.store.health().is_ok());
    let mut journals = BTreeMap::new();
    for user in [1].into_iter().chain(FIRST_SOUND..=u64::from(users)).map(UserId) {
        journals.insert(user, journal(&daemon, user).await);
    }
    stop(daemon).await;
    journals
}

async fn each_fault_is_told(daemon: &Daemon) {
    for (user, code) in
        [(UNKNOWN_SETTING, HaltCode::SettingsDamaged), (BROKEN_JOURNAL, HaltCode::JournalDamaged)]
    {
        let open = halts(daemon, user).await;
        assert_eq!((open.len(), open[0].code), (1, code), "user {user}: {open:?}");
    }
    for user in [RETRIES, RESTARTS, NARROW] {
        assert_eq!(halts(daemon, user).await, [], "user {user} needs no halt");
        assert!(daemon.user(user).unwrap().is_running(), "user {user}");
    }
    let (_, reason) = end_of(daemon, NARROW, MONDAY, Task::SellMonitor).await;
    assert!(reason.starts_with("0 of 375 ticks ran"), "{reason}");
}

#[tokio::test]
async fn the_faults_of_some_users_change_no_entry_in_the_journals_of_the_others() {
    let without = days(false).await;
    assert!(without.values().all(|journal| journal.len() > 4), "everybody trades");
    assert_eq!(days(true).await, without);
}
