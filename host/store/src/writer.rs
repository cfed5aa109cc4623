//! The thread that owns the writing connection: commits what is queued, in order, in groups.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::errors::StoreError;
use crate::lock::Lock;
use crate::queue::{Caller, Queue, Write};
use crate::refusals::Refusals;

type Answer = (oneshot::Sender<Result<(), StoreError>>, Result<(), StoreError>);

/// Starts the thread. It ends when the queue is closed and empty, or when a write fails.
///
/// The lock on the database is kept until then, so that nobody else opens it while writes are still being committed.
pub(crate) fn start(
    path: &Path,
    conn: Connection,
    queue: Arc<Queue>,
    lock: Arc<Lock>,
) -> Result<JoinHandle<()>, StoreError> {
    let body = move || {
        let _lock = lock;
        write_until_closed(conn, &queue);
    };
    std::thread::Builder::new().name("store writer".to_owned()).spawn(body).map_err(|source| {
        StoreError::File {
            doing: "start the writer thread of",
            path: path.to_owned(),
            source: Arc::new(source),
        }
    })
}

fn write_until_closed(mut conn: Connection, queue: &Queue) {
    let mut group = VecDeque::new();
    let mut answers = Vec::new();
    // Declared last, so that it marks the failure before a panic drops the answers that others wait for.
    let guard = FailOnPanic(queue);
    while queue.take(&mut group) {
        let count = group.len();
        match commit(&mut conn, &mut group, &mut answers, &queue.refusals) {
            Ok(()) => {
                queue.committed(count);
                answers.drain(..).for_each(tell);
            }
            Err(error) => {
                tracing::error!(%error, "a write failed; nothing is written to the database any more");
                queue.fail(&error.to_string());
                break;
            }
        }
    }
    drop(guard);
}

/// Does every write of the group in one transaction.
///
/// A refusal that somebody waits for is that caller's affair. One that nobody waits for concerns the user whose row
/// it was: it changed nothing, so the others' writes go on, and the daemon is told whom it has to stop. Anything
/// else is a failure of the database itself: going on would leave a hole in everybody's history, so the whole group
/// is undone and the store stops.
fn commit(
    conn: &mut Connection,
    group: &mut VecDeque<Write>,
    answers: &mut Vec<Answer>,
    refusals: &Refusals,
) -> Result<(), StoreError> {
    let failed = |doing| move |error: rusqlite::Error| StoreError::from(error).while_doing(doing);
    let transaction = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed("begin a group of writes"))?;
    while let Some(Write { work, caller, .. }) = group.pop_front() {
        let before = transaction.total_changes();
        match (work(&transaction), caller) {
            (Ok(()), Caller::Waits(answer) | Caller::LooksLater(answer, _)) => answers.push((answer, Ok(()))),
            (Ok(()), Caller::WentOn(_)) => {}
            (Err(error), Caller::Waits(answer)) if error.is_refusal() => answers.push((answer, Err(error))),
            (Err(error), Caller::LooksLater(answer, user))
                if error.is_refusal() && transaction.total_changes() == before =>
            {
                refusals.add(Some(user), error.clone());
                answers.push((answer, Err(error)));
            }
            // Half a write cannot be taken back alone.
            (Err(error), Caller::WentOn(user))
                if error.is_refusal() && transaction.total_changes() == before =>
            {
                refusals.add(user, error);
            }
            (Err(error), caller) => {
                if let Caller::Waits(answer) | Caller::LooksLater(answer, _) = caller {
                    tell((answer, Err(error.clone())));
                }
                return Err(error);
            }
        }
    }
    transaction.commit().map_err(failed("commit a group of writes"))
}

fn tell((answer, result): Answer) {
    // Whoever waited may be gone; the write stands all the same.
    let _ = answer.send(result);
}

/// Without it, a panic would leave every later caller waiting for a thread that is gone.
struct FailOnPanic<'a>(&'a Queue);

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail("the writer thread ended unexpectedly");
        }
    }
}
