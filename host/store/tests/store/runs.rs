//! Runs: begun, finished with all they leave behind, listed, interrupted.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    DecisionRow, INTERRUPTED, InterruptedRun, LONGEST_COUNTER_NAME, LOOKED_AT, LogRow, MOST_COUNTERS,
    MOST_TOTALS, PrunableRunData, PrunedRuns, RecordingRow, RunCounters, RunCursor, RunFilter, RunFinish,
    RunFootprint, SUPERSEDED, StoreError,
};

use crate::support::{TestStore, run_start, shared};

fn decision(symbol: &str, action: &str) -> DecisionRow {
    DecisionRow {
        symbol: symbol.to_owned(),
        action: action.to_owned(),
        reason: "rsi_exit".to_owned(),
        evidence: vec![("rsi10".to_owned(), "51.2".to_owned())],
    }
}

fn full_finish(id: u64) -> RunFinish {
    RunFinish {
        detail: "2 symbols".to_owned(),
        cpu_micros: 850,
        peak_memory: 1 << 21,
        calls: 12,
        recording: RecordingRow { data: vec![40, 181, 47, 253, 0], replies: vec![shared(1), shared(2)] },
        decisions: vec![decision("TCS", "hold"), decision("INFY", "modify")],
        log: vec![LogRow { level: "warn".to_owned(), message: "stale quote".to_owned(), at: None }],
        state: vec![
            (Task::literal("sell_monitor"), "a".to_owned(), Some(vec![1])),
            (Task::literal("sell_monitor"), "b".to_owned(), Some(vec![2])),
            (Task::literal("sell_monitor"), "a".to_owned(), None),
        ],
        ..RunFinish::new(RunId(id), "succeeded", Timestamp(20))
    }
}

#[tokio::test]
async fn a_finished_run_keeps_all_it_left_behind() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.start_run(run_start(1, Task::literal("sell_monitor"), 10)).await.unwrap();
    user.finish_run(full_finish(1)).await.unwrap();
    let test = test.reopen().await;
    let user = test.store.user(UserId(1));

    let run = user.find_run(RunId(1)).await.unwrap().unwrap();
    assert_eq!((run.outcome.as_deref(), run.detail.as_str()), (Some("succeeded"), "2 symbols"));
    assert_eq!(
        (run.finished_at, run.cpu_micros, run.peak_memory, run.calls),
        (Some(Timestamp(20)), 850, 1 << 21, 12)
    );
    assert_eq!(test.store.system().find_run(RunId(1)).await.unwrap(), Some(run));
    assert_eq!(user.recording(RunId(1)).await.unwrap(), Some(full_finish(1).recording));
    assert_eq!(user.decisions_of(RunId(1)).await.unwrap(), full_finish(1).decisions);
    assert_eq!(user.log_of(RunId(1)).await.unwrap(), full_finish(1).log);
    assert_eq!(user.load_state().await.unwrap(), [(Task::literal("sell_monitor"), "b".to_owned(), vec![2])]);
}

#[tokio::test]
async fn the_newest_runs_come_first_whatever_their_task_and_page_by_page() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let tasks = [
        Task::literal("sell_monitor"),
        Task::literal("position_monitor"),
        Task::literal("sell_monitor"),
        Task::literal("buy_orders"),
        Task::literal("sell_monitor"),
    ];
    for (id, task) in (1..).zip(tasks) {
        user.start_run(run_start(id, task, id.cast_signed() * 10)).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let ids =
        async |filter| -> Vec<u64> { user.runs(filter).await.unwrap().iter().map(|run| run.id.0).collect() };
    assert_eq!(ids(RunFilter::default()).await, [5, 4, 3, 2, 1]);
    assert_eq!(ids(RunFilter { limit: 2, ..Default::default() }).await, [5, 4]);
    let after = RunCursor { started_at: Timestamp(40), run: RunId(4) };
    assert_eq!(ids(RunFilter { limit: 2, after: Some(after), ..Default::default() }).await, [3, 2]);
    assert_eq!(
        ids(RunFilter { task: Some(Task::literal("sell_monitor")), ..Default::default() }).await,
        [5, 3, 1]
    );
    let between = RunFilter { since: Some(Timestamp(20)), until: Some(Timestamp(40)), ..Default::default() };
    assert_eq!(ids(between).await, [3, 2]);
}

#[tokio::test]
async fn runs_that_a_crash_interrupted_are_found_and_marked_once() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for id in 1..=3 {
        user.start_run(run_start(id, Task::literal("sell_monitor"), 10)).await.unwrap();
    }
    user.finish_run(RunFinish::new(RunId(2), "succeeded", Timestamp(11))).await.unwrap();
    let test = test.reopen().await;
    let system = test.store.system();
    let open: Vec<_> = system.interrupted_runs().await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(open, [RunId(1), RunId(3)]);

    let interrupted = |id| InterruptedRun { id: RunId(id), user: UserId(1), messages: Vec::new() };
    let runs = [1, 2, 3].map(interrupted).to_vec();
    system.mark_interrupted(runs, "the daemon ended".to_owned(), Timestamp(99)).await.unwrap();
    test.store.flush().await.unwrap();
    assert!(system.interrupted_runs().await.unwrap().is_empty());
    let outcomes: Vec<_> = test
        .store
        .user(UserId(1))
        .runs(RunFilter::default())
        .await
        .unwrap()
        .into_iter()
        .filter_map(|run| run.outcome)
        .collect();
    assert_eq!(outcomes, [INTERRUPTED, "succeeded", INTERRUPTED]);
    assert_eq!(system.next_run_id(), RunId(4));
    assert_eq!(system.next_run_id(), RunId(5));
}

#[tokio::test]
async fn a_superseded_run_does_not_stop_the_next_claim() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let claim =
        async |id, at| user.claim_run_durable(run_start(id, Task::literal("buy_orders"), at), 120_000).await;
    claim(1, 1_000).await.unwrap();
    user.finish_run(RunFinish::new(RunId(1), SUPERSEDED, Timestamp(1_001))).await.unwrap();

    claim(2, 2_000).await.unwrap();
    assert!(matches!(claim(3, 3_000).await, Err(StoreError::RunTooSoon { run: RunId(2), .. })));
}

#[tokio::test]
async fn two_clicks_make_one_run() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let window = 120_000;
    let claims = (1..=2).map(|id| {
        let user = user.clone();
        tokio::spawn(async move {
            user.claim_run_durable(run_start(id, Task::literal("analysis"), 1_000), window).await
        })
    });
    let mut answers = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        answers.push(claim.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().any(|answer| matches!(answer, Err(StoreError::RunTooSoon { .. }))));
    assert_eq!(user.runs(RunFilter::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_is_in_the_way_while_it_executes_and_for_the_window_after_its_start() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let claim =
        async |id, at| user.claim_run_durable(run_start(id, Task::literal("buy_orders"), at), 1_000).await;
    claim(1, 0).await.unwrap();
    assert!(claim(2, 5_000).await.is_err(), "run 1 executes");
    user.finish_run(RunFinish::new(RunId(1), "succeeded", Timestamp(10))).await.unwrap();
    assert!(claim(2, 999).await.is_err(), "run 1 started 999 ms before");
    claim(2, 1_000).await.unwrap();
    let other_task = user.claim_run_durable(run_start(3, Task::literal("eod_cleanup"), 1_000), 1_000).await;
    assert!(other_task.is_ok());
}

#[tokio::test]
async fn a_run_ends_once() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.start_run(run_start(1, Task::literal("sell_monitor"), 10)).await.unwrap();
    user.finish_run(RunFinish::new(RunId(1), "succeeded", Timestamp(11))).await.unwrap();
    test.store.flush().await.unwrap();
    user.finish_run(RunFinish::new(RunId(1), "failed", Timestamp(12))).await.unwrap();
    test.store.flush().await.unwrap();
    let refusal = test.store.take_refusals().remove(0);
    assert_eq!(refusal.user, Some(UserId(1)));
    assert_eq!(refusal.error.to_string(), "user 1 has no executing run 1");
    assert_eq!(user.find_run(RunId(1)).await.unwrap().unwrap().outcome.as_deref(), Some("succeeded"));
}

#[tokio::test]
async fn old_recordings_are_forgotten_their_runs_are_not_and_runs_with_orders_keep_theirs() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for id in 1..=3 {
        user.start_run(run_start(id, Task::literal("sell_monitor"), id.cast_signed() * 10)).await.unwrap();
        user.finish_run(RunFinish { orders: 1, journaled: u32::from(id == 1), ..full_finish(id) })
            .await
            .unwrap();
    }
    let system = test.store.system();
    let batch = system.prune_run_data(PrunableRunData::Recordings, RunId(0), Timestamp(30)).await.unwrap();
    assert_eq!(batch, PrunedRuns { through: Some(RunId(2)), changed: 1 });
    let batch = system.prune_run_data(PrunableRunData::Recordings, RunId(2), Timestamp(30)).await.unwrap();
    assert_eq!(batch, PrunedRuns { through: None, changed: 0 });
    assert!(user.recording(RunId(1)).await.unwrap().is_some());
    assert_eq!(user.recording(RunId(2)).await.unwrap(), None);
    assert!(user.recording(RunId(3)).await.unwrap().is_some());
    assert_eq!(user.runs(RunFilter::default()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn plain_ticks_go_with_all_they_left_and_everything_else_stays() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let finishes = [
        (Task::literal("sell_monitor"), full_finish(1)),
        (Task::literal("sell_monitor"), RunFinish { orders: 1, journaled: 2, ..full_finish(2) }),
        (Task::literal("sell_monitor"), RunFinish { outcome: "trapped".to_owned(), ..full_finish(3) }),
        (Task::literal("position_monitor"), full_finish(4)),
        (Task::literal("sell_monitor"), full_finish(5)),
    ];
    for (task, finish) in finishes {
        user.start_run(run_start(finish.id.0, task, 10)).await.unwrap();
        user.finish_run(finish).await.unwrap();
    }
    let system = test.store.system();
    let batch = system
        .prune_run_data(
            PrunableRunData::PlainRuns(vec![Task::literal("sell_monitor")]),
            RunId(0),
            Timestamp(20),
        )
        .await
        .unwrap();
    assert_eq!(batch, PrunedRuns { through: Some(RunId(5)), changed: 1 });
    let left: Vec<u64> = user.runs(RunFilter::default()).await.unwrap().iter().map(|run| run.id.0).collect();
    // The newest stays, so that its number is not given again.
    assert_eq!(left, [5, 4, 3, 2]);
    assert_eq!(user.recording(RunId(1)).await.unwrap(), None);
    assert_eq!(user.log_of(RunId(1)).await.unwrap(), []);
    let batch = system.prune_run_data(PrunableRunData::Logs, RunId(0), Timestamp(20)).await.unwrap();
    assert_eq!((batch.through, batch.changed), (Some(RunId(5)), 4));
    assert_eq!(user.log_of(RunId(4)).await.unwrap(), []);
    assert_eq!(user.decisions_of(RunId(4)).await.unwrap().len(), 2);
    let batch = system.prune_run_data(PrunableRunData::Decisions, RunId(0), Timestamp(20)).await.unwrap();
    assert_eq!((batch.through, batch.changed), (Some(RunId(5)), 4));
    assert_eq!(user.decisions_of(RunId(4)).await.unwrap(), []);
}

#[tokio::test]
async fn how_long_sentences_end_is_forgotten_once() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.start_run(run_start(1, Task::literal("eod_cleanup"), 10)).await.unwrap();
    user.finish_run(RunFinish { detail: "é".repeat(900), ..full_finish(1) }).await.unwrap();
    let system = test.store.system();
    let forget = || system.prune_run_data(PrunableRunData::Details, RunId(0), Timestamp(20));
    assert_eq!(forget().await.unwrap().changed, 1);
    assert_eq!(forget().await.unwrap().changed, 0);
    let detail = user.find_run(RunId(1)).await.unwrap().unwrap().detail;
    assert_eq!(detail, format!("{}...", "é".repeat(200)));
}

#[tokio::test]
async fn what_runs_left_behind_is_kept_with_each_and_summed_up_by_task_and_time() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let left = RunFootprint {
        host_micros: 1,
        rows: 2,
        refused: 3,
        order_changes: 4,
        decisions: 5,
        decision_bytes: 6,
        notifications: 7,
        log_bytes: 8,
        signals: 9,
        state_changes: 10,
        recording_bytes: 11,
    };
    for (id, task) in [
        (1, Task::literal("sell_monitor")),
        (2, Task::literal("sell_monitor")),
        (3, Task::literal("eod_cleanup")),
        (4, Task::literal("sell_monitor")),
    ] {
        user.start_run(run_start(id, task, id.cast_signed() * 10)).await.unwrap();
        user.finish_run(RunFinish { left, ..full_finish(id) }).await.unwrap();
    }
    test.store.flush().await.unwrap();
    assert_eq!(user.find_run(RunId(1)).await.unwrap().unwrap().left, left);
    let of = |task| user.footprint_of(task, Timestamp(10), Timestamp(40));
    assert_eq!(of(Task::literal("sell_monitor")).await.unwrap(), left.plus(left));
    assert_eq!(of(Task::literal("eod_cleanup")).await.unwrap(), left);
    assert_eq!(of(Task::literal("analysis")).await.unwrap(), RunFootprint::default());
    let used = user.used(Timestamp(10), Timestamp(40)).await.unwrap();
    assert_eq!(
        used.iter().map(|used| (used.task, used.left)).collect::<Vec<_>>(),
        [(Task::literal("eod_cleanup"), left), (Task::literal("sell_monitor"), left.plus(left))]
    );
}

#[tokio::test]
async fn decisions_and_log_lines_are_read_page_by_page() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.start_run(run_start(1, Task::literal("sell_monitor"), 10)).await.unwrap();
    let decisions = (0..5).map(|number| decision(&format!("S{number}"), "hold")).collect();
    let log = ["a", "b", &"x".repeat(2 << 20), "c"].map(|text| LogRow {
        level: "info".to_owned(),
        message: text.to_owned(),
        at: None,
    });
    user.finish_run(RunFinish { decisions, log: log.to_vec(), ..full_finish(1) }).await.unwrap();
    test.store.flush().await.unwrap();
    let page = user.decisions_page(RunId(1), 1, 3).await.unwrap();
    let symbols: Vec<_> =
        page.items.iter().map(|(number, decision)| (*number, decision.symbol.as_str())).collect();
    assert_eq!((symbols.as_slice(), page.next), ([(1, "S1"), (2, "S2"), (3, "S3")].as_slice(), Some(4)));
    assert_eq!(user.decisions_page(RunId(1), 4, 3).await.unwrap().next, None);
    assert_eq!(user.decisions_page(RunId(1), 9, 3).await.unwrap().items, []);
    // A page ends behind the line that is too long for it, whatever was asked for.
    let page = user.log_page(RunId(1), 0, 500).await.unwrap();
    assert_eq!((page.items.len(), page.next), (3, Some(3)));
    let other = test.store.user(UserId(2));
    assert_eq!(other.log_page(RunId(1), 0, 500).await.unwrap().items, []);
}

fn named(names: impl IntoIterator<Item = String>) -> RunCounters {
    RunCounters::of(names.into_iter().map(|name| (name, 1)))
}

#[test]
fn of_what_a_run_counts_a_bounded_part_is_kept_and_the_rest_is_counted() {
    let of = |counters: &[(&str, i64)]| {
        RunCounters::of(counters.iter().map(|(name, value)| ((*name).to_owned(), *value)))
    };
    let many = named((0..MOST_COUNTERS + 3).map(|number| format!("counter_{number}")));
    assert_eq!((many.counted.len(), many.left_out), (MOST_COUNTERS, 3));
    let long = named([LONGEST_COUNTER_NAME, LONGEST_COUNTER_NAME + 1, 0].map(|length| "é".repeat(length)));
    assert_eq!((long.counted.len(), long.left_out), (1, 2));
    let twice = of(&[("placed", i64::MAX), ("a\nb", 2), ("placed", 1)]);
    assert_eq!(twice.counted, [("placed".to_owned(), i64::MAX), ("a\\nb".to_owned(), 2)]);
}

#[tokio::test]
async fn what_runs_counted_stands_at_the_run_and_is_added_up_by_task_and_day() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let (monitor, buys) = (Task::literal("sell_monitor"), Task::literal("buy_orders"));
    let counted = |value| RunCounters::of([("checked".to_owned(), value), ("placed".to_owned(), 1)]);
    for (id, task, started, counters) in [
        (1, monitor, 10, counted(7)),
        (2, monitor, 20, counted(i64::MAX)),
        (3, buys, 25, named((0..9).map(|number| format!("skipped_{number}")))),
        (4, monitor, 30, counted(1)),
    ] {
        user.start_run(run_start(id, task, started)).await.unwrap();
        let finish = RunFinish { counters, ..RunFinish::new(RunId(id), "succeeded", Timestamp(started + 1)) };
        user.finish_run(finish).await.unwrap();
    }
    user.start_run(run_start(5, buys, 26)).await.unwrap();
    user.finish_run(RunFinish::new(RunId(5), "trapped", Timestamp(27))).await.unwrap();
    let test = test.reopen().await;
    let user = test.store.user(UserId(1));
    assert_eq!(user.find_run(RunId(1)).await.unwrap().unwrap().counters, counted(7));
    assert_eq!(user.find_run(RunId(5)).await.unwrap().unwrap().counters, RunCounters::default());
    let totals = user.counter_totals(Timestamp(10), Timestamp(30)).await.unwrap();
    let [of_buys, of_monitor] = &totals[..] else { panic!("{totals:?}") };
    assert_eq!((of_buys.task, of_buys.runs, of_buys.succeeded, of_buys.counted.len()), (buys, 2, 1, 9));
    assert_eq!((of_monitor.runs, of_monitor.counted["placed"]), (2, 2));
    assert_eq!(
        of_monitor.counted["checked"],
        i64::MAX,
        "a sum that is too large stops at the largest number"
    );
    assert_eq!(test.store.user(UserId(2)).counter_totals(Timestamp(0), Timestamp(99)).await.unwrap(), []);
}

#[tokio::test]
async fn the_sums_of_a_day_have_a_bounded_number_of_names() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    for id in 1..=5 {
        user.start_run(run_start(id, Task::literal("sell_monitor"), 10)).await.unwrap();
        let counters = named((0..MOST_COUNTERS).map(|number| format!("run_{id}_{number}")));
        user.finish_run(RunFinish { counters, ..RunFinish::new(RunId(id), "succeeded", Timestamp(20)) })
            .await
            .unwrap();
    }
    test.store.flush().await.unwrap();
    let totals = user.counter_totals(Timestamp(0), Timestamp(99)).await.unwrap();
    assert_eq!(totals[0].counted.len(), MOST_TOTALS);
    assert_eq!(totals[0].left_out as usize, 5 * MOST_COUNTERS - MOST_TOTALS);
}

#[tokio::test]
async fn the_last_word_of_each_task_about_a_symbol_is_found_and_no_older_one() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let (monitor, exits) = (Task::literal("position_monitor"), Task::literal("sell_monitor"));
    for (id, task, decisions) in [
        (1, monitor, vec![decision("TCS", "hold"), decision("INFY", "hold")]),
        (2, monitor, vec![decision("TCS", "watch"), decision("TCS", "exit")]),
        (3, exits, vec![decision("TCS", "modify")]),
        (4, monitor, vec![decision("WIPRO", "hold")]),
    ] {
        user.start_run(run_start(id, task, id.cast_signed() * 10)).await.unwrap();
        let left = RunFootprint { decisions: decisions.len() as u64, ..RunFootprint::default() };
        let finish = RunFinish { decisions, left, ..RunFinish::new(RunId(id), "succeeded", Timestamp(99)) };
        user.finish_run(finish).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let found = async |symbols: &[&str], since| -> Vec<(u64, String, String)> {
        let symbols = symbols.iter().map(|symbol| (*symbol).to_owned()).collect();
        let found = user.last_decisions(symbols, Timestamp(since)).await.unwrap();
        found.into_iter().map(|one| (one.run.0, one.decision.symbol, one.decision.action)).collect()
    };
    let line = |run, symbol: &str, action: &str| (run, symbol.to_owned(), action.to_owned());
    let both = [line(3, "TCS", "modify"), line(2, "TCS", "exit"), line(1, "INFY", "hold")];
    assert_eq!(found(&["TCS", "INFY"], 0).await, both);
    assert_eq!(found(&["TCS", "INFY"], 20).await, both[..2]);
    assert_eq!(found(&["SBIN"], 0).await, []);
}

#[tokio::test]
async fn a_task_that_never_names_a_symbol_is_not_searched_to_its_first_run() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let monitor = Task::literal("position_monitor");
    let runs = u64::from(LOOKED_AT) + 1;
    for id in 1..=runs {
        user.start_run(run_start(id, monitor, id.cast_signed())).await.unwrap();
        let symbol = match id {
            1 => "OLD",
            2 => "TCS",
            _ => "WIPRO",
        };
        let left = RunFootprint { decisions: 1, ..RunFootprint::default() };
        let decisions = vec![decision(symbol, "hold")];
        let finish = RunFinish { decisions, left, ..RunFinish::new(RunId(id), "succeeded", Timestamp(9999)) };
        user.finish_run(finish).await.unwrap();
    }
    test.store.flush().await.unwrap();
    let symbols = ["OLD", "TCS"].map(str::to_owned).into();
    let found = user.last_decisions(symbols, Timestamp(0)).await.unwrap();
    assert_eq!(found.iter().map(|one| one.run.0).collect::<Vec<_>>(), [2]);
}
