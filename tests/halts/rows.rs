//! One user's row never stops the start for all.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::settings::Change;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_domain::tasks::Task;
use prahari_store::{
    AlertCode, Durability, HaltCode, ModuleOrigin, NewModule, PinRow, SlotOutcome, Store, UserScope,
};

use crate::support::{
    ADMIN, FRIDAY, MONDAY, OTHER, TestHost, at, day, end_of, run, slots, start_services, stop,
};
use crate::{THIRD, alerts, halts};

/// A house in which three users have traded since Friday evening; it is Monday at 10:00, and no daemon runs.
async fn house() -> TestHost {
    let house = TestHost::new(3);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "10:00")).await;
    stop(daemon).await;
    house
}

/// Damages something while no daemon runs, and starts one.
async fn start_after(house: &TestHost, damage: impl AsyncFnOnce(&Store, UserScope)) -> Arc<Daemon> {
    let store = Store::open(house.database(), Durability::Off).unwrap();
    damage(&store, store.user(OTHER)).await;
    store.close().await.unwrap();
    house.start(at(MONDAY, "10:00")).await
}

/// User 2 is halted for this; the day goes on, and the others' slots of the morning run.
async fn only_one_is_halted(daemon: Arc<Daemon>, code: HaltCode, part_of_reason: &str) {
    let open = halts(&daemon, OTHER).await;
    assert_eq!((open.len(), open[0].code, &open[0].symbol), (1, code, &None), "{open:?}");
    assert!(open[0].reason.contains(part_of_reason), "{:?}", open[0].reason);
    let raised = alerts(&daemon, OTHER).await;
    assert_eq!((raised.len(), raised[0].code), (1, AlertCode::UserHalted), "{raised:?}");
    run(&daemon, at(MONDAY, "10:32")).await;
    assert!(daemon.store.health().is_ok());
    let due = at(MONDAY, "10:30");
    for (user, expected) in
        [(ADMIN, SlotOutcome::Ran), (OTHER, SlotOutcome::Skipped), (THIRD, SlotOutcome::Ran)]
    {
        let slots = slots(&daemon, user, MONDAY).await;
        let monitor = slots
            .iter()
            .find(|slot| slot.task == Task::literal("position_monitor") && slot.due_at == due)
            .unwrap();
        assert_eq!(monitor.outcome, Some(expected), "user {user}: {}", monitor.reason);
        if user == OTHER {
            let reason = format!("this user is halted until an admin lifts it: {}", open[0].reason);
            assert_eq!(monitor.reason, reason);
        }
    }
    stop(daemon).await;
}

#[tokio::test]
async fn an_unknown_setting_halts_its_user_and_the_halt_is_lifted_once_it_is_mended() {
    let house = house().await;
    let daemon = start_after(&house, async |_, user| {
        let version = user.find().await.unwrap().unwrap().limits_version;
        let own = r#"{"max_everything":1}"#.to_owned();
        user.save_limits(version, "{}".to_owned(), own, "{}".to_owned()).await.unwrap();
    })
    .await;
    let halt = halts(&daemon, OTHER).await[0].id;
    let stands = daemon.users_admin.lift_halt(halt, ADMIN, "let us see").await.unwrap_err().to_string();
    assert!(
        stands.starts_with("the halt of user 2 stands: the stored own limits cannot be read"),
        "{stands}"
    );
    only_one_is_halted(daemon, HaltCode::SettingsDamaged, "unknown field `max_everything`").await;

    let daemon = start_after(&house, async |_, user| {
        let version = user.find().await.unwrap().unwrap().limits_version;
        user.save_limits(version, "{}".to_owned(), "{}".to_owned(), "{}".to_owned()).await.unwrap();
    })
    .await;
    let halt = halts(&daemon, OTHER).await[0].id;
    let lifted = daemon.users_admin.lift_halt(halt, ADMIN, "the row is mended").await.unwrap();
    assert_eq!((lifted.lifted_by, lifted.explanation.as_str()), (Some(ADMIN), "the row is mended"));
    assert_eq!(alerts(&daemon, OTHER).await, []);
    run(&daemon, at(MONDAY, "18:01")).await;
    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!(outcome, SlotOutcome::Ran, "{reason}");
    stop(daemon).await;
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_is_mended_by_the_defaults_although_they_are_in_force() {
    let house = house().await;
    let daemon = start_after(&house, async |_, user| {
        let version = user.find().await.unwrap().unwrap().strategy_version;
        user.save_strategy(version, r#"{"rsi_everything":1}"#.to_owned()).await.unwrap();
    })
    .await;
    let user = daemon.users.find(OTHER).unwrap();
    let before = user.settings.strategy().version;
    let change = daemon.settings.change_strategy(&user, Change::Reset, None).await.unwrap();
    assert_eq!(change.save().await.unwrap(), before + 1);
    let halt = halts(&daemon, OTHER).await[0].id;
    daemon.users_admin.lift_halt(halt, ADMIN, "the defaults do").await.unwrap();
    let change = daemon.settings.change_strategy(&user, Change::Reset, None).await.unwrap();
    assert_eq!(change.save().await.unwrap(), before + 1, "it is as it is kept now");
    stop(daemon).await;
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_folded_from_the_journal_and_halts_nobody() {
    let house = house().await;
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let before = daemon.users.find(OTHER).unwrap().desk.lock().await.book().clone();
    stop(daemon).await;
    let of_another_version = vec![9, 1, 2, 3];
    for damaged in [of_another_version, Vec::new(), vec![1, 255, 255, 255]] {
        let daemon = start_after(&house, async |_, user| {
            let through = user.load_snapshot().await.unwrap().map_or(1, |(through, _)| through);
            user.save_snapshot(through, damaged).await.unwrap();
        })
        .await;
        assert_eq!(halts(&daemon, OTHER).await, []);
        let after = daemon.users.find(OTHER).unwrap().desk.lock().await.book().clone();
        assert_eq!(after.positions(), before.positions());
        assert_eq!((after.cash(), after.next_sequence()), (before.cash(), before.next_sequence()));
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_journal_that_does_not_fold_halts_its_user_and_can_still_be_read() {
    let house = house().await;
    let daemon = start_after(&house, async |_, user| {
        let sequence = user.load_journal(0).await.unwrap().last().unwrap().sequence + 1;
        let order = OrderId { user: OTHER, day: day(MONDAY), number: 77 };
        let entry = JournalEntry { sequence, order, at: at(MONDAY, "09:59"), event: OrderEvent::Sent };
        user.append_journal_durable(vec![entry], Vec::new()).await.unwrap();
    })
    .await;
    {
        let user = daemon.users.find(OTHER).unwrap();
        let desk = user.desk.lock().await;
        assert!(desk.fault().is_some());
        assert!(desk.book().orders().count() > 0, "what folds is shown");
    }
    let (code, reason) = (HaltCode::JournalDamaged, "order U2-20250310-0077 has no intent in the journal");
    only_one_is_halted(daemon, code, reason).await;
}

#[tokio::test]
async fn a_journal_that_ends_before_its_snapshot_halts_its_user() {
    let house = house().await;
    let daemon = start_after(&house, async |_, user| {
        let beyond = user.load_journal(0).await.unwrap().last().unwrap().sequence + 1;
        user.save_snapshot(beyond, Vec::new()).await.unwrap();
    })
    .await;
    let reason = "is not the one that the snapshot of the books was made from";
    only_one_is_halted(daemon, HaltCode::JournalDamaged, reason).await;
}

#[tokio::test]
async fn a_damaged_account_at_the_paper_broker_halts_its_user() {
    let house = house().await;
    let daemon = start_after(&house, async |_, user| {
        user.save_paper(Vec::new(), vec![255; 3]).await.unwrap();
    })
    .await;
    only_one_is_halted(daemon, HaltCode::AccountUnusable, "the paper account of user 2 is damaged").await;
}

#[tokio::test]
async fn a_pin_to_a_module_that_does_not_load_halts_its_user() {
    let house = house().await;
    let (task, now) = (Task::literal("position_monitor"), at(MONDAY, "09:59"));
    let daemon = start_after(&house, async |store, _| {
        let new = NewModule {
            task,
            hash: "d5".repeat(32),
            bytes: b"not a component".to_vec(),
            origin: ModuleOrigin::Uploaded,
            manifest: None,
            info: "{}".to_owned(),
            at: now,
            by: Some(ADMIN),
        };
        let version = store.system().add_module(new).await.unwrap().version;
        let pin = PinRow { user: OTHER, task, version, at: now, by: ADMIN };
        store.system().pin_module(pin).await.unwrap();
    })
    .await;
    only_one_is_halted(daemon, HaltCode::PinNotLoaded, "to which this user is pinned").await;
    assert_ne!(THIRD, UserId(2));
}

#[tokio::test]
async fn a_broker_that_there_is_not_halts_its_user_and_the_halt_is_lifted_once_the_row_is_mended() {
    let house = house().await;
    let daemon =
        start_after(&house, async |_, user| user.save_broker("nowhere".to_owned()).await.unwrap()).await;
    let halt = halts(&daemon, OTHER).await[0].id;
    let stands = daemon.users_admin.lift_halt(halt, ADMIN, "let us see").await.unwrap_err().to_string();
    let why = r#"there is no broker "nowhere"; there are: paper"#;
    assert_eq!(stands, format!("the halt of user 2 stands: {why}"));
    only_one_is_halted(daemon, HaltCode::AccountUnusable, why).await;

    let daemon =
        start_after(&house, async |_, user| user.save_broker("paper".to_owned()).await.unwrap()).await;
    let halt = halts(&daemon, OTHER).await[0].id;
    daemon.users_admin.lift_halt(halt, ADMIN, "the row is mended").await.unwrap();
    assert!(daemon.users_admin.broker_status(OTHER).unwrap().simulated);
    run(&daemon, at(MONDAY, "18:01")).await;
    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!(outcome, SlotOutcome::Ran, "{reason}");
    stop(daemon).await;
}
