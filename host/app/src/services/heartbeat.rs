//! What running services say of themselves each minute, in one write for all of them.

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::RunOutcome;
use prahari_store::{HeartbeatRow, ServiceRow};

use super::Services;
use crate::error::AppError;
use crate::events::ServiceChange;
use crate::user::User;

/// What a user's services have done, as far as this process knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Time of the last heartbeat.
    pub heartbeat: Option<Timestamp>,
    /// Time of the last start.
    pub started_at: Option<Timestamp>,
    /// Last task that ran, and the time at which it ended.
    pub last_task: Option<(Task, Timestamp)>,
    /// Failures since the service was started.
    pub error_count: u64,
    /// The last failure; empty when there was none.
    pub last_error: String,
    /// The schedules that it was started with.
    pub schedule_version: u64,
    /// Whether a run has ended or something has failed since the last heartbeat.
    pub(super) changed: bool,
}

impl Activity {
    /// Restores the activity from its row.
    pub fn of(row: &ServiceRow) -> Self {
        Self {
            heartbeat: row.heartbeat,
            started_at: row.started_at,
            last_task: row.last_task.zip(row.last_task_at),
            error_count: row.error_count,
            last_error: row.last_error.clone(),
            schedule_version: row.schedule_version,
            changed: false,
        }
    }

    /// A run has ended.
    pub(crate) fn ran(&mut self, task: Task, at: Timestamp, outcome: &RunOutcome) {
        self.last_task = Some((task, at));
        self.changed = true;
        // The end of a worker is counted where it is noticed, and is none of the task's failures when somebody asked for it.
        if !outcome.is_success() && !matches!(outcome, RunOutcome::WorkerEnded(_)) {
            self.failed(format!("{task}: {}", outcome.detail()));
        }
    }

    /// Counts a failure and keeps it as the last one.
    pub(crate) fn failed(&mut self, error: String) {
        self.error_count += 1;
        self.changed = true;
        // Words of guests and workers may stand in it.
        self.last_error = into_one_line(error);
    }
}

/// The hour in India in which services last said that they live.
#[derive(Debug, Default)]
pub(crate) struct Hour(Mutex<Option<(Day, u32)>>);

impl Hour {
    /// Returns whether another hour has begun since the last call. The first call begins none: what was started has just said so.
    fn turns(&self, now: Timestamp) -> bool {
        let hour = (now.ist_day(), now.ist_minute_of_day() / 60);
        self.0.lock().replace(hour).is_some_and(|last| last != hour)
    }
}

impl Services {
    /// Stores the heartbeat of every running service and what users' services have done since the last one, and each hour a line
    /// in the log of whose services are on. Called each minute of the daemon's clock; three statements even with 10,000 services.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn beat(&self) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let mut heartbeats = Vec::new();
        for user in self.users.all() {
            let mut activity = user.services.activity();
            if user.services.is_running() {
                activity.heartbeat = Some(now);
                self.tell_of_service(user.id, ServiceChange::Heartbeat, "");
            }
            heartbeats.extend(heartbeat(user.id, &mut activity));
        }
        self.handles.store.system().beat(now, heartbeats).await?;
        if self.hour.turns(now) {
            let all = self.users.all();
            let lines = all.iter().filter_map(|user| alive(user).map(|line| (user.id, line))).collect();
            self.handles.store.system().log_services(now, "service_heartbeat", lines).await?;
        }
        Ok(())
    }
}

/// What a user's services have done since the last heartbeat, if anything.
fn heartbeat(user: UserId, activity: &mut Activity) -> Option<HeartbeatRow> {
    std::mem::take(&mut activity.changed).then(|| HeartbeatRow {
        user,
        last_task: activity.last_task,
        error_count: activity.error_count,
        last_error: activity.last_error.clone(),
    })
}

/// One sentence about the services of a user that are on, if any is.
fn alive(user: &User) -> Option<String> {
    let which = on(user)?;
    let activity = user.services.activity();
    let last = match activity.last_task {
        Some((task, at)) => format!("the last task was {task}, ended at {at}"),
        None => "no task has run yet".to_owned(),
    };
    let failures = activity.error_count;
    Some(format!("{which} running; {last}; failures since the start: {failures}"))
}

/// The services of a user that are on, as the subject of a sentence with its verb.
fn on(user: &User) -> Option<String> {
    if user.services.is_running() {
        return Some("the unified service is".to_owned());
    }
    let tasks: Vec<_> = user.services.individuals().iter().map(Task::to_string).collect();
    match tasks.as_slice() {
        [] => None,
        [task] => Some(format!("the individual service of {task} is")),
        tasks => Some(format!("the individual services of {} are", tasks.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_turns_once_and_not_at_the_first_look() {
        let hour = Hour::default();
        let at = |minute: i64| Timestamp::start_of("2025-03-10".parse().unwrap()).plus_minutes(minute);
        let turned: Vec<_> = [3, 59, 60, 61, 119, 300, 301].map(|minute| hour.turns(at(minute))).into();
        assert_eq!(turned, [false, false, true, false, false, true, false]);
    }

    #[test]
    fn the_end_of_a_worker_is_no_failure_of_the_task_and_any_other_is() {
        let (task, at) = (Task::literal("sell_monitor"), Timestamp(5));
        let mut activity = Activity::default();
        activity.ran(task, at, &RunOutcome::WorkerEnded("it was killed".to_owned()));
        assert_eq!((activity.error_count, activity.last_task), (0, Some((task, at))));
        activity.ran(task, at, &RunOutcome::CpuLimit);
        assert_eq!(activity.error_count, 1);
    }
}
