//! Messages that are part of another write, are told once of a date, or wait to become one delivery.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::OrderState;
use prahari_domain::settings::{NotificationKind, Silence};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    ChannelKind, DIGEST_GATHERS_MS, DIGEST_WITHIN_MS, DeliveryEnd, DeliveryFilter, DeliveryRow,
    DeliveryState, InterruptedRun, MOST_DIGEST_LINES, MOST_SINGLE, MOST_WAITING, NewChannel, NewNotification,
    NotificationFilter, NotificationLevel, NotificationRow, RunFinish, SlotKind, SlotOutcome, SlotRow,
    SlotUpdate, TestQueued, UserScope,
};

use crate::support::{TestStore, day, entry, filled, intended, order, run_start};

fn message(title: &str, at: i64, level: NotificationLevel) -> NotificationRow {
    let (title, body) = (title.to_owned(), "a body".to_owned());
    NotificationRow { id: None, at: Timestamp(at), level, title, body, run: None }
}

fn of_fill(title: &str, silence: Option<Silence>) -> NewNotification {
    let row = message(title, 5, NotificationLevel::Info);
    NewNotification { silence, ..NewNotification::disturbing(row, NotificationKind::OrderFilled) }
}

fn slot(due_at: i64) -> SlotRow {
    let task = Task::literal("buy_orders");
    SlotRow::planned(UserId(1), task, day("2025-01-02"), Timestamp(due_at), SlotKind::OneShot)
}

async fn add_channel(user: &UserScope) {
    let new = NewChannel {
        kind: ChannelKind::Webhook,
        name: "mine".to_owned(),
        shown: "https://receiver".to_owned(),
        sealed: vec![1],
        created_at: Timestamp(1),
        chat: None,
    };
    user.add_channel(new, 5).await.unwrap().unwrap();
}

/// The deliveries, oldest first.
async fn deliveries(user: &UserScope) -> Vec<DeliveryRow> {
    let filter = DeliveryFilter { channel: None, state: None, after: None, limit: 500 };
    let mut rows = user.deliveries(filter).await.unwrap();
    rows.reverse();
    rows
}

async fn titles(user: &UserScope) -> Vec<String> {
    let kept = user.notifications(NotificationFilter::default()).await.unwrap();
    kept.into_iter().map(|kept| kept.row.title).collect()
}

async fn tell(user: &UserScope, title: &str, at: i64) {
    let row = message(title, at, NotificationLevel::Info);
    user.notify(NewNotification::disturbing(row, NotificationKind::OrderFilled)).await.unwrap();
}

#[tokio::test]
async fn messages_of_journal_entries_are_kept_and_queued_with_them_or_not_at_all() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    add_channel(&user).await;
    let entries = vec![intended(1, 1, 1, None)];
    let orders = vec![order(1, 1, OrderState::Intent)];
    let told = vec![of_fill("loud", None), of_fill("silent", Some(Silence::SwitchedOff))];
    let written = user.append_journal_telling(entries, orders, told, true).await.unwrap();
    written.committed().await.unwrap();
    assert_eq!(titles(&user).await, ["silent", "loud"]);
    assert_eq!(deliveries(&user).await.len(), 1);
    // One that does not follow is refused, and so is what would have been told of it.
    let gap = vec![entry(1, 7, 1, filled("T-1"))];
    let refused = user.append_journal_telling(gap, vec![], vec![of_fill("never", None)], true).await.unwrap();
    refused.committed().await.unwrap_err();
    assert_eq!((titles(&user).await.len(), deliveries(&user).await.len()), (2, 1));
}

fn told(title: &str) -> Vec<NewNotification> {
    vec![of_fill(title, None)]
}

#[tokio::test]
async fn messages_of_a_runs_end_are_kept_and_queued_with_it_or_not_at_all() {
    let test = TestStore::new();
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    add_channel(&user).await;
    for id in 1..=3 {
        user.start_run(run_start(id, Task::literal("buy_orders"), 10)).await.unwrap();
    }
    let ended =
        |title| RunFinish { messages: told(title), ..RunFinish::new(RunId(1), "succeeded", Timestamp(20)) };
    user.finish_run(ended("placed")).await.unwrap();
    assert_eq!((titles(&user).await, deliveries(&user).await.len()), (vec!["placed".to_owned()], 1));
    // A run that has its end gets no other one, whichever way, and nothing is told of that.
    user.finish_run(ended("again")).await.unwrap();
    user.abandon_run(RunId(1), "abandoned".to_owned(), Timestamp(21), told("again")).await.unwrap();
    let interrupted = |id, title| InterruptedRun { id: RunId(id), user: UserId(1), messages: told(title) };
    let runs = vec![interrupted(1, "again"), interrupted(2, "interrupted")];
    system.mark_interrupted(runs, "the daemon ended".to_owned(), Timestamp(22)).await.unwrap();
    user.abandon_run(RunId(3), "no worker".to_owned(), Timestamp(23), told("abandoned")).await.unwrap();
    test.store.flush().await.unwrap();
    assert_eq!(titles(&user).await, ["abandoned", "interrupted", "placed"]);
    assert_eq!(deliveries(&user).await.len(), 3);
}

#[tokio::test]
async fn messages_of_a_slots_outcome_are_kept_with_it_once_and_none_of_one_that_is_not_taken() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let (planned, withdrawn) = (slot(100), slot(200));
    user.plan_slots(vec![planned.clone()]).await.unwrap();
    let ended = |slot: &SlotRow, outcome, title| SlotUpdate {
        outcome: Some(outcome),
        messages: told(title),
        ..SlotUpdate::from(slot)
    };
    user.update_slot(ended(&planned, SlotOutcome::Failed, "failed")).await.unwrap();
    user.update_slot(ended(&planned, SlotOutcome::Failed, "the same again")).await.unwrap();
    user.update_slot(ended(&planned, SlotOutcome::Missed, "another outcome")).await.unwrap();
    user.update_slot(ended(&withdrawn, SlotOutcome::Missed, "no such slot")).await.unwrap();
    // What changes nothing about the outcome, such as the first failed tick, is told with its row.
    let progress = SlotUpdate { messages: told("a tick"), ..SlotUpdate::from(&planned) };
    user.update_slot(progress).await.unwrap();
    test.store.flush().await.unwrap();
    assert_eq!(titles(&user).await, ["a tick", "failed"]);
}

#[tokio::test]
async fn a_date_is_told_once_also_after_a_start_and_none_without_a_statement() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.tell_of_date(day("2025-03-07"), of_fill("no statement", None)).await.unwrap();
    user.save_statement(day("2025-03-07"), "{}".to_owned()).await.unwrap();
    user.tell_of_date(day("2025-03-07"), of_fill("evening", None)).await.unwrap();
    let test = test.reopen().await;
    let user = test.store.user(UserId(1));
    user.close_date(day("2025-03-07"), "{}".to_owned(), None).await.unwrap();
    user.tell_of_date(day("2025-03-07"), of_fill("midnight", None)).await.unwrap();
    assert_eq!(titles(&user).await, ["evening"]);
}

#[tokio::test]
async fn many_of_a_kind_gather_in_a_digest_that_names_the_first_and_is_released_in_its_time() {
    let test = TestStore::new();
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    add_channel(&user).await;
    let count = u64::from(MOST_SINGLE) + MOST_DIGEST_LINES + 4;
    for number in 1..=count {
        tell(&user, &format!("fill {number}"), 1_000).await;
    }
    let rows = deliveries(&user).await;
    assert_eq!(rows.len() as u64, u64::from(MOST_SINGLE) + 1);
    let digest = rows.last().unwrap();
    assert_eq!((digest.digest, digest.more), (true, MOST_DIGEST_LINES + 3));
    assert_eq!(digest.body.lines().count() as u64, MOST_DIGEST_LINES);
    assert!(digest.body.starts_with("fill 4\nfill 5\n"), "{}", digest.body);
    let due = Timestamp(1_000 + DIGEST_GATHERS_MS);
    assert_eq!(digest.due_at, Some(due));

    // It is not next while it gathers, and what somebody has to act on does not join it.
    let error = message("act", 1_001, NotificationLevel::Error);
    user.notify(NewNotification::disturbing(error, NotificationKind::OrderFilled)).await.unwrap();
    assert_eq!(deliveries(&user).await.len() as u64, u64::from(MOST_SINGLE) + 2);
    assert_eq!(system.release_digests(due.plus_millis(-1)).await.unwrap(), Some(due));
    assert_eq!(system.release_digests(due).await.unwrap(), None);
    // From then on it is one of the channel's line, and the next of the kind begins another.
    tell(&user, "late", due.0).await;
    let rows = deliveries(&user).await;
    assert_eq!((rows.last().unwrap().digest, rows.last().unwrap().more), (true, 0));
    tell(&user, "much later", due.0 + DIGEST_WITHIN_MS).await;
    assert!(!deliveries(&user).await.last().unwrap().digest);
}

#[tokio::test]
async fn a_clock_that_was_set_back_holds_no_digest_for_long() {
    let test = TestStore::new();
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    add_channel(&user).await;
    for number in 0..=MOST_SINGLE {
        tell(&user, &format!("fill {number}"), 10 * DIGEST_WITHIN_MS).await;
    }
    assert_eq!(system.release_digests(Timestamp(0)).await.unwrap(), None);
}

/// A message that came in quiet hours, which end at `until`.
fn held(title: &str, at: i64, level: NotificationLevel, until: i64) -> NewNotification {
    NewNotification {
        silence: Some(Silence::QuietHours),
        held_until: Some(Timestamp(until)),
        ..NewNotification::disturbing(message(title, at, level), NotificationKind::OrderFilled)
    }
}

const HOUR: i64 = 60 * 60_000;
/// The end of the quiet hours of these tests: 07:30 IST.
const MORNING: i64 = 2 * HOUR;

#[tokio::test]
async fn what_quiet_hours_hold_back_is_seen_with_its_reason_and_is_next_once_after_them_also_over_a_start() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    add_channel(&user).await;
    for number in 1..=3 {
        let of_kind = held(&format!("fill {number}"), number, NotificationLevel::Info, MORNING);
        user.notify(of_kind).await.unwrap();
    }
    user.notify(held("act", 4, NotificationLevel::Error, MORNING)).await.unwrap();
    let test = test.reopen().await;
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    let rows = deliveries(&user).await;
    let seen: Vec<_> = rows.iter().map(|row| (row.title.as_str(), row.more, row.digest, row.state)).collect();
    let waiting = DeliveryState::Waiting;
    assert_eq!(seen, [("fill 1", 2, true, waiting), ("act", 0, false, waiting)]);
    assert_eq!(rows[0].body, "fill 1\nfill 2\nfill 3");
    let reason = "held until 07:30 IST, the end of your quiet hours";
    assert!(
        rows.iter().all(|row| row.reason == reason && row.due_at == Some(Timestamp(MORNING))),
        "{rows:?}"
    );

    // They are over a minute early for nobody, and a test in between hurries nothing.
    let channel = rows[0].channel;
    let queued = user.queue_test(channel, message("a test", 5, NotificationLevel::Info), 10).await.unwrap();
    assert!(matches!(queued, TestQueued::Queued(_)), "{queued:?}");
    let next = system.release_digests(Timestamp(MORNING - 1)).await.unwrap();
    assert_eq!(next, Some(Timestamp(MORNING)));
    assert_eq!(heads(&test).await, ["a test"]);
    assert_eq!(system.release_digests(Timestamp(MORNING)).await.unwrap(), None);
    assert_eq!(heads(&test).await, ["a test", "fill 1"]);
    // Nothing holds it back any more, so that is no reason of it either, before an attempt and after one.
    let let_go = &deliveries(&user).await[0];
    assert_eq!((let_go.state, let_go.reason.as_str()), (waiting, ""));
    assert!(user.begin_delivery(rows[0].id).await.unwrap());
    user.end_delivery(rows[0].id, DeliveryEnd::Delivered { at: Timestamp(MORNING) }).await.unwrap();
    assert_eq!(heads(&test).await, ["a test", "act"]);
    let delivered = &deliveries(&user).await[0];
    assert_eq!((delivered.state, delivered.reason.as_str()), (DeliveryState::Delivered, ""));
}

#[tokio::test]
async fn what_is_delivered_after_an_attempt_that_failed_keeps_no_reason() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    add_channel(&user).await;
    tell(&user, "a fill", 1).await;
    let id = deliveries(&user).await[0].id;
    for (end, state, reason) in [
        (
            DeliveryEnd::Again {
                due_at: Timestamp(5),
                reason: "no connection".to_owned(),
                perhaps_arrived: false,
            },
            DeliveryState::Waiting,
            "no connection",
        ),
        (DeliveryEnd::Delivered { at: Timestamp(6) }, DeliveryState::Delivered, ""),
    ] {
        assert!(user.begin_delivery(id).await.unwrap());
        user.end_delivery(id, end).await.unwrap();
        let row = &deliveries(&user).await[0];
        assert_eq!((row.state, row.reason.as_str()), (state, reason));
    }
}

/// Titles of what is next.
async fn heads(test: &TestStore) -> Vec<String> {
    let next = test.store.system().next_deliveries(10).await.unwrap();
    next.into_iter().map(|next| next.row.title).collect()
}

#[tokio::test]
async fn what_is_held_and_what_is_not_join_no_digest_of_each_other() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    add_channel(&user).await;
    for number in 0..=i64::from(MOST_SINGLE) {
        tell(&user, "of the evening", number).await;
    }
    user.notify(held("of the night", 10, NotificationLevel::Info, MORNING)).await.unwrap();
    // The quiet hours were switched off, or a digest of the evening gathers still.
    tell(&user, "loud again", 11).await;
    user.notify(held("of the night too", 12, NotificationLevel::Info, MORNING)).await.unwrap();
    let rows = deliveries(&user).await;
    assert_eq!(rows.len(), MOST_SINGLE as usize + 2);
    let (evening, night) = (&rows[MOST_SINGLE as usize], &rows[MOST_SINGLE as usize + 1]);
    assert_eq!(evening.body, "of the evening\nloud again");
    assert_eq!((evening.more, evening.reason.as_str()), (1, ""));
    assert_eq!(night.body, "of the night\nof the night too");
}

#[tokio::test]
async fn what_a_night_holds_back_is_bounded_and_a_clock_set_back_holds_it_for_no_longer_than_a_day() {
    let test = TestStore::new();
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    add_channel(&user).await;
    for number in 0..i64::from(MOST_WAITING) + 4 {
        user.notify(held("act", number, NotificationLevel::Error, MORNING)).await.unwrap();
    }
    let rows = deliveries(&user).await;
    assert_eq!(rows.len(), MOST_WAITING as usize);
    assert_eq!((rows.last().unwrap().more, rows[0].more), (4, 0));
    // What does not wait is not folded into what does.
    tell(&user, "loud", 1_000).await;
    assert_eq!(heads(&test).await, ["loud"]);
    let day_before = Timestamp(MORNING - 24 * HOUR);
    assert_eq!(system.release_digests(day_before).await.unwrap(), Some(Timestamp(MORNING)));
    assert_eq!(system.release_digests(day_before.plus_millis(-1)).await.unwrap(), None);
    assert_eq!(heads(&test).await, ["act"]);
}
