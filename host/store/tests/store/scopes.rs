//! What one user's scope writes, another's neither sees nor changes.

use prahari_domain::ids::{RunId, SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::OrderState;
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    BrokerChaosRow, DecisionRow, DecisionSearch, LogFilter, LogRow, NewNotification, NotificationFilter,
    NotificationLevel, NotificationRow, OrderFilter, OrderLookRow, PaperRow, ReadinessOutcome, ReadinessRow,
    RecordingRow, RunFilter, RunFinish, SeenFilter, ServiceRow, SessionChange, SignalFilter, SignalRow,
    SignalStatusRow, SlotKind, SlotOutcome, SlotRow, SlotUpdate, StoreError, TaskSettingsRow, TickRow,
    UserScope,
};

use crate::broker_logins::logins;
use crate::support::{TestStore, day, intended, order, order_id, run_start, shared};

fn signal(id: u64, text: &str) -> SignalRow {
    SignalRow {
        id: SignalId(id),
        symbol: Symbol::new("TCS").unwrap(),
        kind: "reentry".to_owned(),
        status: "active".to_owned(),
        day: day("2025-01-02"),
        published_at: Timestamp(1),
        expires_at: Timestamp(2),
        data: text.to_owned(),
    }
}

fn look_for(user: u64) -> OrderLookRow {
    let alike = "[]".to_owned();
    OrderLookRow { order: order_id(user, 1), number: 1, at: Timestamp(5), alike, holdings: None }
}

fn service(user: u64) -> ServiceRow {
    ServiceRow {
        user: UserId(user),
        running: true,
        heartbeat: Some(Timestamp(5)),
        last_task: Some(Task::literal("analysis")),
        error_count: 2,
        last_error: "quote source down".to_owned(),
        schedule_version: 3,
        started_at: Some(Timestamp(4)),
        last_task_at: Some(Timestamp(5)),
    }
}

/// Writes something into every table that holds data of a user.
async fn fill(scope: &UserScope, run: u64, signal_id: u64) {
    let user = scope.id().0;
    scope
        .append_journal(vec![intended(user, 1, run, None)], vec![order(user, 1, OrderState::Sent)])
        .await
        .unwrap();
    scope.save_snapshot(1, vec![9]).await.unwrap();
    scope.start_run(run_start(run, Task::literal("sell_monitor"), 10)).await.unwrap();
    let decision = DecisionRow {
        symbol: "TCS".to_owned(),
        action: "hold".to_owned(),
        reason: "none".to_owned(),
        evidence: vec![],
    };
    let finish = RunFinish {
        recording: RecordingRow { data: vec![1], replies: vec![shared(7)] },
        decisions: vec![decision],
        log: vec![LogRow { level: "info".to_owned(), message: "hello".to_owned(), at: None }],
        state: vec![(Task::literal("sell_monitor"), "key".to_owned(), Some(vec![1]))],
        ..RunFinish::new(RunId(run), "succeeded", Timestamp(11))
    };
    scope.finish_run(finish).await.unwrap();
    let slot = SlotRow::planned(
        scope.id(),
        Task::literal("sell_monitor"),
        day("2025-01-02"),
        Timestamp(10),
        SlotKind::Continuous,
    );
    scope.plan_slots(vec![slot.clone()]).await.unwrap();
    let tick = TickRow {
        at: Timestamp(10),
        count: 1,
        outcome: SlotOutcome::Failed,
        reason: "trap".to_owned(),
        run: None,
    };
    scope.update_slot(SlotUpdate { ticks: vec![tick], ..(&slot).into() }).await.unwrap();
    let message = NotificationRow {
        id: None,
        at: Timestamp(1),
        level: NotificationLevel::Warning,
        title: "title".to_owned(),
        body: "body".to_owned(),
        run: Some(RunId(run)),
    };
    scope.notify(NewNotification::disturbing(message, NotificationKind::Warning)).await.unwrap();
    scope.save_statement(day("2025-01-02"), "{}".to_owned()).await.unwrap();
    scope.save_signals(vec![signal(signal_id, "mine")]).await.unwrap();
    let status = SignalStatusRow {
        signal: SignalId(signal_id),
        status: "traded".to_owned(),
        reason: String::new(),
        at: Timestamp(3),
    };
    scope.set_signal_status(status).await.unwrap();
    let paper = PaperRow { tag: "U1-20250102-0001".to_owned(), active: true, data: vec![run as u8] };
    scope.save_paper(vec![paper], vec![run as u8]).await.unwrap();
    scope.save_service(service(user)).await.unwrap();
    let settings = TaskSettingsRow {
        task: Task::literal("sell_monitor"),
        version: 0,
        settings: format!("{{\"user\":{user}}}"),
        changed_by: scope.id(),
        changed_at: Timestamp(5),
    };
    scope.save_task_settings(settings).await.unwrap();
    let chaos = BrokerChaosRow {
        late_ms: None,
        lose_every: Some(2),
        lag_ms: None,
        down: false,
        since: Timestamp(5),
        until: Timestamp(9),
        set_by: scope.id(),
    };
    scope.save_broker_chaos(chaos).await.unwrap();
    let look = ReadinessRow {
        day: day("2025-01-02"),
        due_at: Timestamp(5),
        looked_at: Some(Timestamp(5)),
        outcome: ReadinessOutcome::Ok,
        reason: String::new(),
        checks: "[]".to_owned(),
    };
    assert!(scope.keep_readiness(look).await.unwrap());
    scope.keep_order_looks(vec![look_for(user)], Vec::new()).await.unwrap();
    let (of, sealed) = (day("2025-01-02"), vec![run as u8]);
    let session = SessionChange::Keep { day: of, sealed };
    scope.save_broker_logins("kotak-neo", logins(of), session).await.unwrap();
}

/// How many things each read of a scope finds.
async fn counts(scope: &UserScope, run: u64) -> Vec<(&'static str, usize)> {
    let date = day("2025-01-02");
    let (paper, account) = scope.load_paper().await.unwrap();
    let active = OrderFilter { active: Some(true), ..OrderFilter::default() };
    vec![
        ("journal", scope.load_journal(0).await.unwrap().len()),
        ("snapshot", scope.load_snapshot().await.unwrap().iter().len()),
        ("orders", scope.orders(OrderFilter::default()).await.unwrap().items.len()),
        ("active orders", scope.orders(active).await.unwrap().items.len()),
        ("orders of the day", scope.orders_of(date).await.unwrap().len()),
        ("journal of the order", scope.journal_of(order_id(1, 1)).await.unwrap().len()),
        ("order", scope.find_order(order_id(1, 1)).await.unwrap().iter().len()),
        ("runs", scope.runs(RunFilter::default()).await.unwrap().len()),
        ("run", scope.find_run(RunId(run)).await.unwrap().iter().len()),
        ("recording", scope.recording(RunId(run)).await.unwrap().iter().len()),
        ("decisions", scope.search_decisions(DecisionSearch::default()).await.unwrap().items.len()),
        ("decisions of the run", scope.decisions_of(RunId(run)).await.unwrap().len()),
        (
            "decisions of each run",
            scope.decisions_of_each(vec![RunId(run)]).await.unwrap().iter().map(|(_, of)| of.len()).sum(),
        ),
        ("log of the run", scope.log_of(RunId(run)).await.unwrap().len()),
        ("log lines", scope.search_log(LogFilter::default()).await.unwrap().items.len()),
        ("counted orders", scope.order_counts(OrderFilter::default()).await.unwrap().states.len()),
        ("data of the recording", scope.recording_data(RunId(run)).await.unwrap().iter().len()),
        ("state", scope.load_state().await.unwrap().len()),
        ("slots", scope.slots(date).await.unwrap().len()),
        ("slots of lanes", scope.lane_rows(date).await.unwrap().slots.len()),
        ("ticks", scope.ticks(Task::literal("sell_monitor"), Timestamp(10)).await.unwrap().len()),
        ("notifications", scope.notifications(NotificationFilter::default()).await.unwrap().len()),
        ("unread notifications", scope.unread_notifications().await.unwrap() as usize),
        ("statements of the day", scope.statements_between(date, date, 9).await.unwrap().len()),
        ("statements", scope.statements().await.unwrap().len()),
        ("statement", scope.statement(date).await.unwrap().iter().len()),
        ("signals", scope.load_signals(SignalFilter::default()).await.unwrap().len()),
        ("seen signals", scope.seen_signals(SeenFilter::default()).await.unwrap().len()),
        ("signal statuses", scope.signal_statuses(date).await.unwrap().len()),
        ("paper orders", paper.len()),
        ("paper account", account.iter().len()),
        ("paper order", scope.paper_order("U1-20250102-0001").await.unwrap().iter().len()),
        ("service", scope.service().await.unwrap().iter().len()),
        ("settings of tasks", scope.task_settings().await.unwrap().len()),
        (
            "versions of the settings of a task",
            scope.task_settings_history(Task::literal("sell_monitor")).await.unwrap().len(),
        ),
        ("misbehaviour of the broker", scope.broker_chaos().await.unwrap().iter().len()),
        ("looks of the doctor", scope.readiness(9).await.unwrap().len()),
        ("look of a date", scope.readiness_of(date).await.unwrap().iter().len()),
        ("looks for orders", scope.order_looks().await.unwrap().len()),
        ("logins at the broker", scope.broker_logins("kotak-neo").await.unwrap().iter().len()),
        ("session at the broker", scope.broker_session("kotak-neo", date).await.unwrap().iter().len()),
        ("months", scope.totals(date, date).await.unwrap().months.len()),
    ]
}

#[tokio::test]
async fn nothing_that_one_user_wrote_is_seen_by_another() {
    let test = TestStore::new();
    let (mine, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    fill(&mine, 1, 1).await;
    test.store.flush().await.unwrap();
    for (what, count) in counts(&mine, 1).await {
        assert_eq!(count, 1, "{what} of user 1");
    }
    for (what, count) in counts(&other, 1).await {
        assert_eq!(count, 0, "{what} of user 2");
    }
}

#[tokio::test]
async fn what_another_user_writes_under_the_same_keys_changes_nothing_of_mine() {
    let test = TestStore::new();
    let (mine, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    fill(&mine, 1, 1).await;
    fill(&other, 2, 2).await;
    test.store.flush().await.unwrap();
    for (what, count) in counts(&mine, 1).await {
        assert_eq!(count, 1, "{what} of user 1");
    }
    assert_eq!(mine.load_paper().await.unwrap().1, Some(vec![1]));
    assert_eq!(other.load_paper().await.unwrap().1, Some(vec![2]));
    assert_eq!(mine.paper_order("U1-20250102-0001").await.unwrap().unwrap().data, [1]);
}

#[tokio::test]
async fn rows_of_another_user_are_refused_before_they_are_queued() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let foreign = |answer: Result<(), StoreError>| {
        let error = answer.unwrap_err();
        assert!(
            matches!(error, StoreError::ForeignUser { owner: UserId(2), scope: UserId(1), .. }),
            "{error}"
        );
    };
    foreign(user.append_journal_durable(vec![intended(2, 1, 1, None)], vec![]).await);
    let orders = vec![order(2, 1, OrderState::Sent)];
    foreign(user.append_journal(vec![intended(1, 1, 1, None)], orders).await.map(|_told| ()));
    foreign(user.save_service(service(2)).await);
    foreign(user.keep_order_looks(vec![look_for(2)], Vec::new()).await);
    let slot = SlotRow::planned(
        UserId(2),
        Task::literal("analysis"),
        day("2025-01-02"),
        Timestamp(1),
        SlotKind::OneShot,
    );
    foreign(user.plan_slots(vec![slot]).await);
    test.store.flush().await.unwrap();
    assert!(user.load_journal(0).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_of_another_user_cannot_be_finished() {
    let test = TestStore::new();
    test.store.user(UserId(1)).start_run(run_start(1, Task::literal("analysis"), 1)).await.unwrap();
    let finish = RunFinish::new(RunId(1), "succeeded", Timestamp(2));
    test.store.user(UserId(2)).finish_run(finish).await.unwrap();
    test.store.flush().await.unwrap();
    let refusal = test.store.take_refusals().remove(0);
    assert_eq!(refusal.user, Some(UserId(2)));
    assert_eq!(refusal.error.to_string(), "user 2 has no executing run 1");
    let run = test.store.user(UserId(1)).find_run(RunId(1)).await.unwrap().unwrap();
    assert_eq!(run.outcome, None, "it goes on");
}

#[tokio::test]
async fn a_signal_keeps_its_owner() {
    for owner_is_user in [true, false] {
        let test = TestStore::new();
        let (user, system) = (test.store.user(UserId(1)), test.store.system());
        if owner_is_user {
            user.save_signals(vec![signal(1, "first")]).await.unwrap();
            test.store.flush().await.unwrap();
            system.save_signals(vec![signal(1, "second")]).await.unwrap();
        } else {
            system.save_signals(vec![signal(1, "first")]).await.unwrap();
            test.store.flush().await.unwrap();
            user.save_signals(vec![signal(1, "second")]).await.unwrap();
        }
        test.store.flush().await.unwrap();
        let refusal = test.store.take_refusals().remove(0);
        assert_eq!(refusal.user, (!owner_is_user).then_some(UserId(1)));
        assert_eq!(refusal.error.to_string(), "signal 1 has another owner already");
        let kept = user.find_signal(SignalId(1)).await.unwrap().unwrap();
        assert_eq!((kept.row.data.as_str(), kept.personal), ("first", owner_is_user));
    }
}

#[tokio::test]
async fn shared_signals_are_not_personal_ones() {
    let test = TestStore::new();
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    let mut ended = signal(3, "ended");
    ended.status = "expired".to_owned();
    system.save_signals(vec![signal(1, "shared"), ended.clone()]).await.unwrap();
    user.save_signals(vec![signal(2, "own")]).await.unwrap();
    system.save_signals(vec![signal(1, "shared, newer")]).await.unwrap();
    test.store.flush().await.unwrap();

    let all = SignalFilter::default();
    let active = SignalFilter { active_only: true, ..all };
    let later = SignalFilter { since: Some(day("2025-01-03")), ..all };
    assert_eq!(system.load_signals(all).await.unwrap(), [signal(1, "shared, newer"), ended]);
    assert_eq!(system.load_signals(active).await.unwrap(), [signal(1, "shared, newer")]);
    assert_eq!(user.load_signals(active).await.unwrap(), [signal(2, "own")]);
    assert!(system.load_signals(later).await.unwrap().is_empty());
    assert_eq!(
        system.next_signal_id(),
        SignalId(1),
        "ids are counted from what the database held when it was opened"
    );
}
