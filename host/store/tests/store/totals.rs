//! Counts for reports.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{RunFinish, SlotKind, SlotOutcome, SlotRow};

use crate::support::{TestStore, day, intended, order, run_start};

fn at(date: &str, time: &str) -> i64 {
    Timestamp::from_ist(day(date), time.parse().unwrap()).0
}

fn slot(date: &str, task: Task, outcome: Option<SlotOutcome>) -> SlotRow {
    let due_at = Timestamp(at(date, "09:15:00"));
    SlotRow { outcome, ..SlotRow::planned(UserId(1), task, day(date), due_at, SlotKind::OneShot) }
}

#[tokio::test]
async fn months_are_those_of_the_ist_date_and_the_range_is_inclusive() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    // The first and the last moment of January in India are not in January of UTC, or not both.
    let starts = [
        ("2024-12-31", "23:59:59"),
        ("2025-01-01", "00:00:00"),
        ("2025-01-31", "23:59:59"),
        ("2025-02-01", "00:00:00"),
    ];
    for (id, (date, time)) in (1..).zip(starts) {
        user.start_run(run_start(id, Task::literal("analysis"), at(date, time))).await.unwrap();
    }
    user.finish_run(RunFinish::new(RunId(2), "succeeded", Timestamp(0))).await.unwrap();
    test.store.flush().await.unwrap();

    let totals = user.totals(day("2025-01-01"), day("2025-01-31")).await.unwrap();
    assert_eq!(totals.months.keys().collect::<Vec<_>>(), ["2025-01"]);
    let runs = &totals.months["2025-01"].runs["analysis"];
    assert_eq!((runs["succeeded"], runs["executing"], runs.len()), (1, 1, 2));
    let all = test.store.system().totals(day("2024-01-01"), day("2025-12-31")).await.unwrap();
    assert_eq!(all.sum().runs["analysis"]["executing"], 3);
    assert_eq!(all.months.len(), 3);
}

#[tokio::test]
async fn slots_ticks_orders_and_fills_are_counted_for_one_user_or_all() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let mut session = slot("2025-01-02", Task::literal("sell_monitor"), Some(SlotOutcome::Ran));
    (session.ticks_expected, session.ticks_ran, session.ticks_failed) = (375, 370, 5);
    let slots = vec![
        session,
        slot("2025-01-02", Task::literal("buy_orders"), Some(SlotOutcome::Missed)),
        slot("2025-02-03", Task::literal("buy_orders"), None),
    ];
    user.plan_slots(slots).await.unwrap();
    let done = Order {
        filled: 10,
        fill_value: Paise(1),
        fill_keys: vec!["a".to_owned(), "b".to_owned()],
        ..order(1, 1, OrderState::Filled)
    };
    user.append_journal(vec![intended(1, 1, 1, None)], vec![done, order(1, 2, OrderState::Expired)])
        .await
        .unwrap();
    test.store
        .user(UserId(2))
        .append_journal(vec![intended(2, 1, 1, None)], vec![order(2, 1, OrderState::Expired)])
        .await
        .unwrap();
    test.store.flush().await.unwrap();

    let (from, through) = (day("2025-01-01"), day("2025-12-31"));
    let mine = user.totals(from, through).await.unwrap();
    let january = &mine.months["2025-01"];
    assert_eq!((january.slots["ran"], january.slots["missed"], january.slots.len()), (1, 1, 2));
    assert_eq!((january.ticks["expected"], january.ticks["ran"], january.ticks["failed"]), (375, 370, 5));
    assert_eq!((january.orders["filled"], january.orders["expired"], january.fills["buy"]), (1, 1, 2));
    assert_eq!(mine.months["2025-02"].slots["open"], 1);
    assert_eq!(mine.sum().slots_by_task["buy_orders"], 2);
    let all = test.store.system().totals(from, through).await.unwrap().sum();
    assert_eq!((all.orders["filled"], all.orders["expired"]), (1, 2));
}
