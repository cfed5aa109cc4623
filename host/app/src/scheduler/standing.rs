//! How the tasks stand that a slot waits for.

use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::ledger::{Barrier, SlotKey};
use crate::tasks::TaskSet;
use crate::user::User;

/// Which tasks are shared, and those who may have slots of them.
pub(super) type Shared<'a> = (&'a TaskSet, &'a [Arc<User>]);

/// State of the tasks that a slot waits for.
pub(super) enum DependencyState {
    /// These have not ended.
    Open(Vec<Task>),
    /// All have; the last one then, as far as this process has seen it.
    Ended(Option<Timestamp>),
}

/// Returns how the tasks stand that a slot waits for: each slot of them that is due at its time or before it, and
/// what somebody started by hand in the place of one.
pub(super) fn standing(
    user: &User,
    key: SlotKey,
    barrier: &Barrier,
    (tasks, admins): Shared<'_>,
) -> DependencyState {
    let (mut open, mut ended) = (Vec::new(), None);
    for task in barrier.tasks.iter() {
        let is_open = if tasks.is_shared(*task) {
            // More than one may have a slot of it, when another admin's service took over during the day.
            admins.iter().fold(false, |open, admin| open | stands_open(admin, *task, key.due_at, &mut ended))
        } else {
            stands_open(user, *task, key.due_at, &mut ended)
        };
        if is_open {
            open.push(*task);
        }
    }
    if open.is_empty() { DependencyState::Ended(ended) } else { DependencyState::Open(open) }
}

/// Returns whether a task of a user has slots until an instant that have not ended; when the last one of those that
/// have did is noted.
fn stands_open(user: &User, task: Task, until: Timestamp, ended: &mut Option<Timestamp>) -> bool {
    let (slots, open) = {
        let ledger = user.ledger.lock();
        let slots = ledger.slots_until(task, until);
        slots.fold((0, 0), |(slots, open), progress| {
            *ended = (*ended).max(progress.ended_at);
            (slots + 1, open + usize::from(progress.outcome.is_none()))
        })
    };
    open > 0 || slots > 0 && user.runs.is_executing(task)
}

/// Tasks as a sentence names them.
pub(super) fn listed(tasks: &[Task]) -> String {
    let names: Vec<String> = tasks.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
