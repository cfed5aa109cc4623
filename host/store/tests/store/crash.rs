//! A process that is killed leaves a prefix of what it wrote, with everything that was acknowledged as durable in it.
//!
//! The test starts itself again as the process to be killed: it writes a known sequence, and says on its output how far
//! it is durable. Step `n` of the sequence leaves a mark that tells `n`, in a table that depends on `n`.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::OrderEvent;
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    Durability, NewNotification, NotificationFilter, NotificationLevel, NotificationRow, PaperRow,
    RecordingRow, RunFilter, RunFinish, Store, StoreError, UserScope,
};
use tempfile::TempDir;

use crate::support::{entry, run_start, shared, shared_in};

const DATABASE: &str = "PRAHARI_TEST_DATABASE";
const ROUNDS: u64 = 20;
/// So that a child whose parent is gone ends by itself.
const LAST_STEP: u64 = 2_000_000;

#[test]
fn a_killed_process_leaves_a_prefix_with_all_that_was_durable() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    if let Some(path) = std::env::var_os(DATABASE) {
        runtime.block_on(write_until_killed(Path::new(&path)));
        return;
    }
    for round in 0..ROUNDS {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("prahari.db");
        let lines = RandomState::new().hash_one(round) % 60;
        let durable = kill_after(&path, lines);
        let store = Store::open(&path, Durability::Full).unwrap();
        let found = runtime.block_on(steps_in(&store));
        let context = format!("killed after {lines} lines, step {durable} was durable");
        assert!(found.iter().copied().eq(1..=found.len() as u64), "{context}, found {found:?}");
        assert!(found.len() as u64 >= durable, "{context}, but only {} steps are there", found.len());
        runtime.block_on(store.close()).unwrap();
        shared_in(folder.path());
    }
}

/// Starts the writing process, kills it after this many lines, and answers the last step it called durable.
fn kill_after(path: &Path, lines: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::a_killed_process_leaves_a_prefix_with_all_that_was_durable", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let durable = |line: String| line.strip_prefix("durable ")?.parse::<u64>().ok();
    // The database exists once the child has said anything of its own.
    let mut last = output.by_ref().find_map(durable).unwrap();
    for line in output.by_ref().take(lines as usize) {
        last = durable(line).unwrap_or(last);
    }
    // On Unix this is SIGKILL: nothing of the child runs after it.
    child.kill().unwrap();
    // What was in the pipe had been acknowledged too.
    last = output.filter_map(durable).last().unwrap_or(last);
    assert!(!child.wait().unwrap().success());
    last
}

async fn write_until_killed(path: &Path) {
    let store = Store::open(path, Durability::Full).unwrap();
    for step in 1..=LAST_STEP {
        take(&store.user(UserId(step % 2 + 1)), step).await.unwrap();
        if is_durable(step) {
            println!("durable {step}");
        }
    }
}

/// One append to the journal in seventeen waits, so that there is always something queued behind it.
fn is_durable(step: u64) -> bool {
    step.is_multiple_of(102)
}

async fn take(user: &UserScope, step: u64) -> Result<(), StoreError> {
    let at = Timestamp(step.cast_signed());
    match step % 6 {
        // Always the same user's, so the sequence number counts them.
        0 => {
            let mut line = entry(user.id().0, step / 6, 1, OrderEvent::Sent);
            line.at = at;
            if is_durable(step) {
                user.append_journal_durable(vec![line], vec![]).await
            } else {
                user.append_journal(vec![line], vec![]).await.map(|_told| ())
            }
        }
        1 => user.start_run(run_start(step, Task::literal("sell_monitor"), at.0)).await,
        // The run that was begun two steps before, by the same user.
        3 => {
            let state = vec![(Task::literal("sell_monitor"), step.to_string(), Some(vec![]))];
            let replies = vec![shared((step % 7) as u8), shared((step % 200) as u8 + 7)];
            let recording = RecordingRow { data: vec![1], replies };
            let run = RunId(step - 2);
            let (kind, row) =
                (NotificationKind::OrderPlaced, NotificationRow { run: Some(run), ..message(at) });
            let messages = vec![NewNotification::disturbing(row, kind)];
            let finish = RunFinish { state, recording, messages, ..RunFinish::new(run, "succeeded", at) };
            user.finish_run(finish).await
        }
        2 => user.notify(NewNotification::disturbing(message(at), NotificationKind::Info)).await,
        4 => {
            user.save_paper(vec![PaperRow { tag: step.to_string(), active: true, data: vec![] }], vec![])
                .await
        }
        _ => {
            user.save_statement(prahari_domain::time::day_from_number(step as i32).unwrap(), String::new())
                .await
        }
    }
}

fn message(at: Timestamp) -> NotificationRow {
    let (title, body) = (String::new(), String::new());
    NotificationRow { id: None, at, level: NotificationLevel::Info, title, body, run: None }
}

/// Every step whose mark is in the database, in order.
async fn steps_in(store: &Store) -> Vec<u64> {
    let mut found = Vec::new();
    for user in [1, 2].map(|id| store.user(UserId(id))) {
        found.extend(user.load_journal(0).await.unwrap().iter().map(|entry| entry.at.0.cast_unsigned()));
        let runs = user.runs(RunFilter { limit: u32::MAX, ..Default::default() }).await.unwrap();
        found.extend(runs.iter().map(|run| run.id.0));
        let finished = user.load_state().await.unwrap();
        assert_eq!(
            finished.len(),
            runs.iter().filter(|run| run.outcome.is_some()).count(),
            "a finish is atomic"
        );
        found.extend(finished.iter().map(|(_, key, _)| key.parse::<u64>().unwrap()));
        let all = NotificationFilter { limit: u32::MAX, ..NotificationFilter::default() };
        let messages = user.notifications(all).await.unwrap();
        // What is told of a run's end has its mark already.
        let (of_runs, own): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| message.row.run.is_some());
        assert_eq!(of_runs.len(), finished.len(), "an end is told with it");
        found.extend(own.iter().map(|message| message.row.at.0.cast_unsigned()));
        found
            .extend(user.load_paper().await.unwrap().0.iter().map(|order| order.tag.parse::<u64>().unwrap()));
        let statements = user.statements().await.unwrap();
        found.extend(statements.iter().map(|(day, _)| prahari_domain::time::day_number(*day) as u64));
    }
    found.sort_unstable();
    found
}
