//! Users, services, schedules and settings of the database.

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{NewUser, Role, ScheduleRow, ServiceRow, StoreError, UserRow};

use crate::support::TestStore;

fn new_user(name: &str, role: Role) -> NewUser {
    NewUser {
        name: name.to_owned(),
        role,
        capital: Paise::rupees(500_000),
        strategy: "{\"rsi_period\":10}".to_owned(),
        limits: "{}".to_owned(),
        created_at: Timestamp(7),
    }
}

#[tokio::test]
async fn users_are_numbered_from_one_and_a_taken_name_takes_no_number() {
    let test = TestStore::new();
    let system = test.store.system();
    assert_eq!(system.create_user(new_user("asha", Role::Admin)).await.unwrap(), UserId(1));
    let taken = system.create_user(new_user("asha", Role::User)).await.unwrap_err();
    assert_eq!(taken.to_string(), "there is a user named \"asha\" already");
    assert_eq!(system.create_user(new_user("ravi", Role::User)).await.unwrap(), UserId(2));

    let users = system.users().await.unwrap();
    let seen: Vec<_> =
        users.iter().map(|user| (user.id.0, user.name.as_str(), user.role, user.active)).collect();
    assert_eq!(seen, [(1, "asha", Role::Admin, true), (2, "ravi", Role::User, true)]);
}

#[tokio::test]
async fn a_user_can_be_changed_but_not_into_another() {
    let test = TestStore::new();
    let system = test.store.system();
    let asha = system.create_user(new_user("asha", Role::Admin)).await.unwrap();
    let ravi = system.create_user(new_user("ravi", Role::User)).await.unwrap();
    let before = test.store.user(ravi).find().await.unwrap().unwrap();
    let after = UserRow { active: false, limits: "{\"orders_per_day\":3}".to_owned(), ..before.clone() };
    test.store.user(ravi).save(after.clone()).await.unwrap();
    assert_eq!(test.store.user(ravi).find().await.unwrap(), Some(after.clone()));

    let renamed = UserRow { name: "asha".to_owned(), ..after.clone() };
    assert!(matches!(test.store.user(ravi).save(renamed).await, Err(StoreError::NameTaken { .. })));
    assert!(matches!(test.store.user(asha).save(after.clone()).await, Err(StoreError::ForeignUser { .. })));
    let unknown = UserRow { id: UserId(9), name: "new".to_owned(), ..after };
    assert!(matches!(test.store.user(UserId(9)).save(unknown).await, Err(StoreError::UnknownUser { .. })));
    assert_eq!(test.store.user(UserId(9)).find().await.unwrap(), None);
}

#[tokio::test]
async fn the_cursor_and_settings_survive_a_restart() {
    let test = TestStore::new();
    assert_eq!(test.store.system().cursor().await.unwrap(), None);
    for at in [5, 6, 1_735_789_500_000] {
        test.store.system().save_cursor(Timestamp(at)).await.unwrap();
    }
    test.store.system().set_meta("seed", "42".to_owned()).await.unwrap();
    let test = test.reopen().await;
    assert_eq!(test.store.system().cursor().await.unwrap(), Some(Timestamp(1_735_789_500_000)));
    assert_eq!(test.store.system().meta("seed").await.unwrap().as_deref(), Some("42"));
    assert_eq!(test.store.system().meta("absent").await.unwrap(), None);
}

#[tokio::test]
async fn each_change_of_a_schedule_is_a_version_and_old_ones_stay() {
    let test = TestStore::new();
    let system = test.store.system();
    let row = |task, rule: &str| ScheduleRow {
        task,
        version: 0,
        enabled: true,
        rule: rule.to_owned(),
        description: "at the close".to_owned(),
        changed_by: "asha".to_owned(),
        changed_at: Timestamp(3),
    };
    assert_eq!(system.save_schedule(row(Task::BuyOrders, "16:05")).await.unwrap(), 1);
    assert_eq!(system.save_schedule(row(Task::Analysis, "16:00")).await.unwrap(), 1);
    let off = ScheduleRow { enabled: false, ..row(Task::BuyOrders, "16:10") };
    assert_eq!(system.save_schedule(off.clone()).await.unwrap(), 2);

    let current = system.schedules().await.unwrap();
    let newest =
        [ScheduleRow { version: 1, ..row(Task::Analysis, "16:00") }, ScheduleRow { version: 2, ..off }];
    assert_eq!(current, newest);
    let first = system.schedule(Task::BuyOrders, 1).await.unwrap().unwrap();
    assert_eq!((first.rule.as_str(), first.enabled), ("16:05", true));
    assert_eq!(system.schedule(Task::BuyOrders, 3).await.unwrap(), None);
}

#[tokio::test]
async fn services_are_listed_as_last_seen() {
    let test = TestStore::new();
    let seen = |user, running| ServiceRow {
        user: UserId(user),
        running,
        heartbeat: None,
        last_task: None,
        error_count: 0,
        last_error: String::new(),
        schedule_version: 1,
    };
    test.store.user(UserId(2)).save_service(seen(2, true)).await.unwrap();
    test.store.user(UserId(1)).save_service(seen(1, true)).await.unwrap();
    test.store.user(UserId(2)).save_service(seen(2, false)).await.unwrap();
    test.store.settle().await.unwrap();
    assert_eq!(test.store.system().services().await.unwrap(), [seen(1, true), seen(2, false)]);
}
