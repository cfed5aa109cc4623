//! Users, services, schedules and settings of the database.

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{NewUser, Role, ScheduleChange, ServiceRow, StoreError, UserRow};

use crate::support::{TestStore, entry, intended};

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
async fn users_are_gone_through_a_few_at_a_time() {
    let test = TestStore::new();
    let system = test.store.system();
    for name in ["asha", "ravi", "mira"] {
        system.create_user(new_user(name, Role::Admin)).await.unwrap();
    }
    let page = async |after| -> Vec<u64> {
        system.users_after(UserId(after), 2).await.unwrap().iter().map(|user| user.id.0).collect()
    };
    assert_eq!((page(0).await, page(2).await, page(3).await), (vec![1, 2], vec![3], vec![]));
}

#[tokio::test]
async fn the_latest_instant_is_that_of_whatever_happened_last_however_it_was_written() {
    let test = TestStore::new();
    let system = test.store.system();
    let asha = system.create_user(new_user("asha", Role::Admin)).await.unwrap();
    assert_eq!(system.latest_instant().await.unwrap(), None);
    let told_late = JournalEntry { at: Timestamp(30), ..intended(asha.0, 1, 1, None) };
    let later = entry(asha.0, 2, 1, OrderEvent::Sent);
    test.store.user(asha).append_journal_durable(vec![told_late, later], vec![]).await.unwrap();
    assert_eq!(system.latest_instant().await.unwrap(), Some(Timestamp(30)));
    let line = vec![(asha, "it is on".to_owned())];
    system.log_services(Timestamp(40), "service_heartbeat", line).await.unwrap();
    assert_eq!(system.latest_instant().await.unwrap(), Some(Timestamp(40)));
}

#[tokio::test]
async fn a_user_can_be_changed_but_not_into_another() {
    let test = TestStore::new();
    let system = test.store.system();
    let asha = system.create_user(new_user("asha", Role::Admin)).await.unwrap();
    let ravi = system.create_user(new_user("ravi", Role::User)).await.unwrap();
    let before = test.store.user(ravi).find().await.unwrap().unwrap();
    let after = UserRow { active: false, role: Role::Admin, ..before.clone() };
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

fn change(task: Task, rule: &str) -> ScheduleChange {
    let (rules, description) = (rule.to_owned(), "at the close".to_owned());
    ScheduleChange { task, enabled: true, rules, after: None, description }
}

/// What stands in a version: task, rule, and the version that wrote it.
async fn set(test: &TestStore, version: u64) -> Vec<(Task, String, u64)> {
    let rows = test.store.system().schedules(version).await.unwrap();
    rows.into_iter().map(|row| (row.task, row.rules, row.version)).collect()
}

#[tokio::test]
async fn each_change_of_schedules_is_a_version_of_the_whole_set_and_old_ones_stay() {
    let test = TestStore::new();
    let system = test.store.system();
    assert_eq!(system.schedule_version().await.unwrap(), 0);
    let defaults =
        vec![change(Task::literal("analysis"), "16:00"), change(Task::literal("buy_orders"), "16:05")];
    assert_eq!(system.create_schedules(defaults, Timestamp(3)).await.unwrap(), 1);
    let admin = test.store.user(UserId(7));
    let later = vec![change(Task::literal("buy_orders"), "16:10")];
    assert_eq!(admin.change_schedules(1, later, Timestamp(4)).await.unwrap(), 2);
    let both = vec![change(Task::literal("analysis"), "16:01"), change(Task::literal("buy_orders"), "16:11")];
    assert_eq!(admin.change_schedules(2, both, Timestamp(5)).await.unwrap(), 3);

    let test = test.reopen().await;
    assert_eq!(test.store.system().schedule_version().await.unwrap(), 3);
    let entry = |task, rule: &str, version| (task, rule.to_owned(), version);
    let first =
        [entry(Task::literal("analysis"), "16:00", 1), entry(Task::literal("buy_orders"), "16:05", 1)];
    let second =
        [entry(Task::literal("analysis"), "16:00", 1), entry(Task::literal("buy_orders"), "16:10", 2)];
    let third =
        [entry(Task::literal("analysis"), "16:01", 3), entry(Task::literal("buy_orders"), "16:11", 3)];
    assert_eq!(set(&test, 1).await, first);
    assert_eq!(set(&test, 2).await, second);
    assert_eq!(set(&test, 3).await, third);
    assert_eq!(set(&test, 0).await, []);

    let history = test.store.system().schedule_history(Task::literal("buy_orders")).await.unwrap();
    let seen: Vec<_> = history.iter().map(|row| (row.version, row.changed_by, row.changed_at.0)).collect();
    assert_eq!(seen, [(3, Some(UserId(7)), 5), (2, Some(UserId(7)), 4), (1, None, 3)]);
    let first: Vec<_> = history.iter().map(|row| (row.created_by, row.created_at.0)).collect();
    assert_eq!(first, [(None, 3); 3]);
}

#[tokio::test]
async fn a_change_of_schedules_against_an_old_version_is_refused_and_changes_nothing() {
    let test = TestStore::new();
    test.store
        .system()
        .create_schedules(vec![change(Task::literal("buy_orders"), "16:05")], Timestamp(3))
        .await
        .unwrap();
    let admin = test.store.user(UserId(7));
    admin
        .change_schedules(1, vec![change(Task::literal("buy_orders"), "16:10")], Timestamp(4))
        .await
        .unwrap();
    let late =
        admin.change_schedules(1, vec![change(Task::literal("buy_orders"), "16:20")], Timestamp(5)).await;
    let sentence = "the schedules are at version 2, and the change was made against version 1";
    assert_eq!(late.unwrap_err().to_string(), sentence);
    let again = test
        .store
        .system()
        .create_schedules(vec![change(Task::literal("buy_orders"), "16:05")], Timestamp(6))
        .await;
    assert!(matches!(again, Err(StoreError::ScheduleChanged { expected: 0, current: 2 })));
    assert_eq!(set(&test, 9).await, [(Task::literal("buy_orders"), "16:10".to_owned(), 2)]);
    assert!(test.store.health().is_ok());
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
        started_at: None,
        last_task_at: None,
    };
    test.store.user(UserId(2)).save_service(seen(2, true)).await.unwrap();
    test.store.user(UserId(1)).save_service(seen(1, true)).await.unwrap();
    test.store.user(UserId(2)).save_service(seen(2, false)).await.unwrap();
    test.store.flush().await.unwrap();
    assert_eq!(test.store.system().services().await.unwrap(), [seen(1, true), seen(2, false)]);
}
