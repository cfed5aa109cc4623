//! Settings of a user: each change a version, and of two that start from the same version one wins.

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::settings::{NotificationKind, Silence};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    KEPT_TASK_SETTINGS, NewNotification, NewUser, NotificationFilter, NotificationLevel, NotificationRow,
    Role, Settings, StoreError, TaskSettingsRow, UserRow, UserScope,
};

use crate::support::TestStore;

async fn user(test: &TestStore, name: &str) -> UserScope {
    let new = NewUser {
        name: name.to_owned(),
        role: Role::User,
        capital: Paise::rupees(100),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: Timestamp(1),
    };
    test.store.user(test.store.system().create_user(new).await.unwrap())
}

async fn row(scope: &UserScope) -> UserRow {
    scope.find().await.unwrap().unwrap()
}

#[tokio::test]
async fn each_part_is_kept_with_a_version_of_its_own() {
    let test = TestStore::new();
    let (ravi, asha) = (user(&test, "ravi").await, user(&test, "asha").await);
    let before = row(&asha).await;
    assert_eq!((before.strategy_version, before.limits_version, before.preferences_version), (1, 1, 1));
    assert_eq!((before.price_runs.as_str(), before.price_runs_version), ("{}", 1));
    assert_eq!(ravi.save_price_runs(1, "[6]".to_owned()).await.unwrap(), 2);
    assert_eq!(ravi.save_strategy(1, "[1]".to_owned()).await.unwrap(), 2);
    assert_eq!(ravi.save_strategy(2, "[2]".to_owned()).await.unwrap(), 3);
    assert_eq!(ravi.save_limits(1, "[3]".to_owned(), "[4]".to_owned(), "[7]".to_owned()).await.unwrap(), 2);
    assert_eq!(ravi.save_preferences(1, "[5]".to_owned()).await.unwrap(), 2);
    ravi.save_capital(Paise(7)).await.unwrap();
    let (ravi, asha) = (ravi.id(), asha.id());
    let test = test.reopen().await;
    let after = row(&test.store.user(ravi)).await;
    assert_eq!((after.strategy.as_str(), after.strategy_version), ("[2]", 3));
    assert_eq!((after.limits.as_str(), after.own_limits.as_str(), after.limits_version), ("[3]", "[4]", 2));
    assert_eq!((before.trading_state.as_str(), after.trading_state.as_str()), ("{}", "[7]"));
    assert_eq!((after.preferences.as_str(), after.preferences_version), ("[5]", 2));
    assert_eq!((after.price_runs.as_str(), after.price_runs_version), ("[6]", 2));
    assert_eq!(after.capital, Paise(7));
    assert_eq!(row(&test.store.user(asha)).await, before);
}

#[tokio::test]
async fn a_change_of_an_older_version_is_refused_and_changes_nothing() {
    let test = TestStore::new();
    let ravi = user(&test, "ravi").await;
    ravi.save_preferences(1, "[1]".to_owned()).await.unwrap();
    let before = row(&ravi).await;
    let error = ravi.save_preferences(1, "[2]".to_owned()).await.unwrap_err();
    assert!(matches!(error, StoreError::SettingsChanged { what: Settings::Preferences, found: 2, .. }));
    let sentence = "somebody else has changed the preferences of user 1: its version is 2 by now, not 1";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(row(&ravi).await, before);
    assert!(test.store.health().is_ok());
}

#[tokio::test]
async fn of_changes_at_the_same_time_from_the_same_version_one_wins() {
    let test = TestStore::new();
    let ravi = user(&test, "ravi").await;
    for version in 1..=50 {
        let changes = (0..8).map(|n| {
            let ravi = ravi.clone();
            tokio::spawn(
                async move { ravi.save_strategy(version, n.to_string()).await.map(|_| n.to_string()) },
            )
        });
        let mut won = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            match change.await.unwrap() {
                Ok(value) => won.push(value),
                Err(error) => assert!(matches!(error, StoreError::SettingsChanged { .. }), "{error}"),
            }
        }
        let after = row(&ravi).await;
        assert_eq!((won, after.strategy_version), (vec![after.strategy], version + 1));
    }
}

#[tokio::test]
async fn settings_of_nobody_cannot_be_changed() {
    let test = TestStore::new();
    let nobody = test.store.user(UserId(9));
    let unknown = |error: StoreError| matches!(error, StoreError::UnknownUser { user: UserId(9) });
    assert!(unknown(nobody.save_strategy(1, String::new()).await.unwrap_err()));
    assert!(unknown(nobody.save_limits(1, String::new(), String::new(), String::new()).await.unwrap_err()));
    assert!(unknown(nobody.save_preferences(1, String::new()).await.unwrap_err()));
    assert!(unknown(nobody.save_capital(Paise(1)).await.unwrap_err()));
}

#[tokio::test]
async fn a_message_keeps_what_it_is_about_and_why_it_was_silent() {
    let test = TestStore::new();
    let ravi = user(&test, "ravi").await;
    for (kind, silence) in [
        (NotificationKind::OrderFilled, None),
        (NotificationKind::Info, Some(Silence::SwitchedOff)),
        (NotificationKind::Alert, Some(Silence::QuietHours)),
    ] {
        let (title, body) = (kind.to_string(), String::new());
        let level = NotificationLevel::Info;
        let at = Timestamp(1);
        let row = NotificationRow { id: None, at, level, title, body, run: None };
        ravi.notify(NewNotification { silence, ..NewNotification::disturbing(row, kind) }).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let kept: Vec<_> = ravi
        .notifications(NotificationFilter::default())
        .await
        .unwrap()
        .iter()
        .map(|row| (row.kind, row.silence))
        .collect();
    let expected = [
        (NotificationKind::Alert, Some(Silence::QuietHours)),
        (NotificationKind::Info, Some(Silence::SwitchedOff)),
        (NotificationKind::OrderFilled, None),
    ];
    assert_eq!(kept, expected);
}

/// Settings of a task that follow a version.
fn of_task(task: &'static str, version: u64) -> TaskSettingsRow {
    TaskSettingsRow {
        task: Task::literal(task),
        version,
        settings: format!("{{\"follows\":{version}}}"),
        changed_by: UserId(1),
        changed_at: Timestamp(9),
    }
}

#[tokio::test]
async fn settings_of_a_task_are_versions_of_which_the_last_hundred_are_kept() {
    let test = TestStore::new();
    let (ravi, asha) = (user(&test, "ravi").await, user(&test, "asha").await);
    for version in 0..KEPT_TASK_SETTINGS + 2 {
        assert_eq!(ravi.save_task_settings(of_task("sell_monitor", version)).await.unwrap(), version + 1);
    }
    asha.save_task_settings(of_task("sell_monitor", 0)).await.unwrap();
    ravi.save_task_settings(of_task("buy_orders", 0)).await.unwrap();
    let error = ravi.save_task_settings(of_task("buy_orders", 0)).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::SettingsChanged { what: Settings::OfTask, expected: 0, found: 1, .. }
    ));
    let sentence =
        "somebody else has changed the settings of the task of user 1: its version is 1 by now, not 0";
    assert_eq!(error.to_string(), sentence);

    let (ravi, asha) = (ravi.id(), asha.id());
    let test = test.reopen().await;
    let in_force = test.store.user(ravi).task_settings().await.unwrap();
    let newest = TaskSettingsRow { version: 102, ..of_task("sell_monitor", 101) };
    assert_eq!(in_force, [TaskSettingsRow { version: 1, ..of_task("buy_orders", 0) }, newest.clone()]);
    let kept = test.store.user(ravi).task_settings_history(Task::literal("sell_monitor")).await.unwrap();
    assert_eq!((kept.len(), &kept[0], kept[99].version), (100, &newest, 3));
    assert_eq!(test.store.user(asha).task_settings().await.unwrap().len(), 1, "others keep theirs");
}
