//! The slot ledger: planned once, one outcome for ever.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{SlotKind, SlotOutcome, SlotRow, SlotUpdate, StoreError, TickRow, UserScope};
use proptest::prelude::*;

use crate::support::{TestStore, day};

fn slot(task: Task, due_at: i64) -> SlotRow {
    SlotRow::planned(UserId(1), task, day("2025-01-02"), Timestamp(due_at), SlotKind::OneShot)
}

fn ended(slot: &SlotRow, outcome: SlotOutcome, reason: &str) -> SlotUpdate {
    SlotUpdate { outcome: Some(outcome), reason: reason.to_owned(), run: Some(RunId(5)), ..slot.into() }
}

async fn only_slot(user: &UserScope) -> SlotRow {
    let slots = user.slots(day("2025-01-02")).await.unwrap();
    assert_eq!(slots.len(), 1);
    slots.into_iter().next().unwrap()
}

#[tokio::test]
async fn planning_a_slot_again_changes_nothing() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let planned = slot(Task::literal("buy_orders"), 100);
    user.plan_slots(vec![planned.clone(), slot(Task::literal("analysis"), 90)]).await.unwrap();
    user.update_slot_durable(ended(&planned, SlotOutcome::Late, "the daemon was down")).await.unwrap();
    let before = user.slots(day("2025-01-02")).await.unwrap();

    user.plan_slots(vec![planned, slot(Task::literal("analysis"), 90)]).await.unwrap();
    let test = test.reopen().await;
    let after = test.store.user(UserId(1)).slots(day("2025-01-02")).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(
        after.iter().map(|slot| slot.task).collect::<Vec<_>>(),
        [Task::literal("analysis"), Task::literal("buy_orders")]
    );
    assert_eq!(after[1].outcome, Some(SlotOutcome::Late));
    assert_eq!(after[1].reason, "the daemon was down");
    assert_eq!(after[1].run, Some(RunId(5)));
}

#[tokio::test]
async fn a_second_outcome_is_an_error_and_the_first_one_stays() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let planned = slot(Task::literal("eod_cleanup"), 100);
    user.plan_slots(vec![planned.clone()]).await.unwrap();
    user.update_slot_durable(ended(&planned, SlotOutcome::Ran, "")).await.unwrap();

    let error = user.update_slot_durable(ended(&planned, SlotOutcome::Failed, "again")).await.unwrap_err();
    let sentence =
        "the slot of eod_cleanup of user 1 due at 1970-01-01 05:30:00.100 is ran, so it cannot become failed";
    assert_eq!(error.to_string(), sentence);
    user.update_slot_durable(ended(&planned, SlotOutcome::Ran, "another reason")).await.unwrap();
    let kept = only_slot(&user).await;
    assert_eq!((kept.outcome, kept.reason.as_str()), (Some(SlotOutcome::Ran), ""));
}

#[tokio::test]
async fn a_slot_that_was_never_planned_has_no_outcome() {
    let test = TestStore::new();
    let update = ended(&slot(Task::literal("buy_orders"), 1), SlotOutcome::Ran, "");
    let error = test.store.user(UserId(1)).update_slot_durable(update).await.unwrap_err();
    assert!(matches!(error, StoreError::UnknownSlot { task, .. } if task.name() == "buy_orders"));
}

#[tokio::test]
async fn ticks_are_kept_once_each_and_counters_go_on_after_the_outcome() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let mut session = slot(Task::literal("sell_monitor"), 100);
    session.kind = SlotKind::Continuous;
    session.ends_at = Some(Timestamp(900));
    session.ticks_expected = 8;
    user.plan_slots(vec![session.clone()]).await.unwrap();
    let tick = TickRow {
        at: Timestamp(300),
        count: 1,
        outcome: SlotOutcome::Missed,
        reason: "overlap".to_owned(),
        run: None,
    };
    let mut update = SlotUpdate { ticks_failed: 1, ticks: vec![tick.clone()], ..(&session).into() };
    user.update_slot(update.clone()).await.unwrap();
    user.update_slot(update.clone()).await.unwrap();
    update.outcome = Some(SlotOutcome::Ran);
    user.update_slot(update.clone()).await.unwrap();
    update = SlotUpdate { outcome: None, ticks_ran: 7, last_tick_at: Some(Timestamp(860)), ..update };
    user.update_slot_durable(update).await.unwrap();

    let kept = only_slot(&user).await;
    assert_eq!((kept.outcome, kept.ticks_ran, kept.ticks_failed), (Some(SlotOutcome::Ran), 7, 1));
    assert_eq!(
        (kept.ends_at, kept.ticks_expected, kept.last_tick_at),
        (session.ends_at, 8, Some(Timestamp(860)))
    );
    assert_eq!(user.ticks(Task::literal("sell_monitor"), Timestamp(100)).await.unwrap(), [tick]);
}

#[tokio::test]
async fn what_is_said_of_a_withdrawn_or_decided_slot_while_nobody_waits_changes_nothing_and_stops_nothing() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let (withdrawn, decided) =
        (slot(Task::literal("sell_monitor"), 100), slot(Task::literal("buy_orders"), 100));
    user.plan_slots(vec![withdrawn.clone(), decided.clone()]).await.unwrap();
    user.withdraw_slots(vec![(Task::literal("sell_monitor"), Timestamp(100))]).await.unwrap();
    let tick = TickRow {
        at: Timestamp(100),
        count: 1,
        outcome: SlotOutcome::Missed,
        reason: "late".to_owned(),
        run: None,
    };
    user.update_slot(SlotUpdate { attempts: 1, ticks: vec![tick], ..(&withdrawn).into() }).await.unwrap();
    user.update_slot(ended(&decided, SlotOutcome::Skipped, "first")).await.unwrap();
    user.update_slot(ended(&decided, SlotOutcome::Ran, "second")).await.unwrap();
    test.store.flush().await.unwrap();
    let kept = only_slot(&user).await;
    assert_eq!(
        (kept.task, kept.outcome, kept.reason.as_str()),
        (Task::literal("buy_orders"), Some(SlotOutcome::Skipped), "first")
    );
    assert!(user.ticks(Task::literal("sell_monitor"), Timestamp(100)).await.unwrap().is_empty());
    assert!(test.store.take_refusals().is_empty());
}

#[tokio::test]
async fn many_ticks_in_a_row_are_one_row_that_may_grow_and_are_read_one_by_one() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let session =
        SlotRow { kind: SlotKind::Continuous, ticks_expected: 9, ..slot(Task::literal("sell_monitor"), 0) };
    user.plan_slots(vec![session.clone()]).await.unwrap();
    let passed = |count| TickRow {
        at: Timestamp(60_000),
        count,
        outcome: SlotOutcome::Missed,
        reason: "the daemon was not running".to_owned(),
        run: None,
    };
    for count in [2, 3] {
        let update = SlotUpdate { ticks_missed: count, ticks: vec![passed(count)], ..(&session).into() };
        user.update_slot(update).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let ticks = user.ticks(Task::literal("sell_monitor"), Timestamp(0)).await.unwrap();
    assert_eq!(ticks.iter().map(|tick| tick.at.0).collect::<Vec<_>>(), [60_000, 120_000, 180_000]);
    assert!(ticks.iter().all(|tick| TickRow { at: Timestamp(60_000), ..tick.clone() } == passed(1)));
    let reasons = user.tick_reasons(Task::literal("sell_monitor"), Timestamp(0)).await.unwrap();
    assert_eq!(reasons, [(SlotOutcome::Missed, passed(1).reason, 3)]);
}

fn any_outcome() -> impl Strategy<Value = Option<SlotOutcome>> {
    use SlotOutcome::{Failed, Late, Missed, Ran, Skipped};
    prop_oneof![Just(None), prop::sample::select(vec![Ran, Skipped, Late, Missed, Failed]).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_said_of_a_slot_its_first_outcome_wins(said in prop::collection::vec(any_outcome(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let test = TestStore::new();
            let user = test.store.user(UserId(1));
            let planned = slot(Task::literal("buy_orders"), 100);
            user.plan_slots(vec![planned.clone()]).await.unwrap();
            let first = said.iter().flatten().next().copied();
            let mut seen = None;
            for outcome in said {
                let answer = user.update_slot_durable(SlotUpdate { outcome, ..(&planned).into() }).await;
                let contradicts = outcome.is_some_and(|now| seen.is_some_and(|first| first != now));
                prop_assert_eq!(matches!(answer, Err(StoreError::OutcomeKept { .. })), contradicts);
                prop_assert_eq!(answer.is_ok(), !contradicts);
                seen = seen.or(outcome);
            }
            prop_assert_eq!(only_slot(&user).await.outcome, first);
            Ok(())
        })?;
    }
}
