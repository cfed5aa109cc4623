//! One execution of a task: a row, then the run, then what it did, in one write.

use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;
use prahari_domain::text::one_line;
use prahari_domain::time::{Timestamp, day_number};
use prahari_runtime::abi::latest::{self, RunContext};
use prahari_runtime::{RunOutcome, RunReport, RunRequest};
use prahari_store::{RunFinish, RunStart, RunTrigger};

use crate::daemon::Daemon;
use crate::desk::Occasion;
use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::grants::{default_budget, default_grant};
use crate::services::LiveServices;
use crate::user::User;

/// Why a run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Its slot was due.
    Scheduled,
    /// A user asked for one run.
    RunOnce,
}

impl Trigger {
    /// Its name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::RunOnce => "run_once",
        }
    }
}

/// What became of a run.
#[derive(Debug, Clone)]
pub struct RunAnswer {
    /// Its id.
    pub run: RunId,
    /// How it ended.
    pub outcome: RunOutcome,
}

impl Daemon {
    /// Runs a task for a user; `None` when the same task of that user is still executing.
    ///
    /// # Errors
    /// When the store fails or there is no module. What the guest does wrong is an outcome, not an error.
    pub async fn execute(
        &self,
        user: &User,
        task: Task,
        due_at: Timestamp,
        trigger: Trigger,
        attempt: u32,
    ) -> Result<Option<RunAnswer>, AppError> {
        let Some(_executing) = user.begin(task) else { return Ok(None) };
        let module = self.modules.of(task)?;
        let run = self.next_run();
        let started_at = self.clock.now();
        let occasion = Occasion { run, day: due_at.ist_day(), now: started_at };
        let scope = self.store.user(user.id);
        scope
            .start_run(RunStart {
                id: run,
                task,
                slot_due: (trigger == Trigger::Scheduled).then_some(due_at),
                trigger: match trigger {
                    Trigger::Scheduled => RunTrigger::Scheduled,
                    Trigger::RunOnce => RunTrigger::RunOnce,
                },
                module_hash: module.hash().to_string(),
                started_at,
                attempt,
            })
            .await?;
        tracing::trace!(%run, user = %user.id, %task, "run started");
        let audience = Audience::User(user.id);
        self.events.publish_with(audience, || {
            Event::Task(TaskEvent::Started { run, task, trigger: trigger.name(), due_at })
        });
        let request = RunRequest {
            context: context(user, task, due_at, trigger, &occasion),
            grant: default_grant(task),
            budget: default_budget(task),
        };
        let mut services = LiveServices::new(self, user, task, occasion);
        let report = match user.individual(task) {
            Some(service) => self.run_individually(user, task, &service, request, &mut services).await?,
            None => self.runtime.run(module, request, &mut services).await,
        };
        let finish = self.finish_of(user, task, run, &report, services)?;
        let outcome = report.outcome;
        scope.finish_run(finish).await?;
        tracing::trace!(%run, outcome = outcome.name(), "run finished");
        self.events.publish_with(audience, || {
            let (outcome, detail) = (outcome.name(), detail_of(&outcome));
            Event::Task(TaskEvent::Finished { run, task, outcome, detail })
        });
        Ok(Some(RunAnswer { run, outcome }))
    }

    /// Gathers what a run leaves behind; its state is kept only when it succeeded.
    fn finish_of(
        &self,
        user: &User,
        task: Task,
        id: RunId,
        report: &RunReport,
        services: LiveServices<'_>,
    ) -> Result<RunFinish, AppError> {
        let LiveServices { state_writes, decisions, log, .. } = services;
        let state: Vec<_> = if report.outcome.is_success() {
            state_writes.into_iter().map(|(key, value)| (task, key, value)).collect()
        } else {
            Vec::new()
        };
        if !state.is_empty() {
            let mut memory = user.memory();
            let kept = memory.entry(task).or_default();
            for (_, key, value) in &state {
                match value {
                    Some(value) => kept.insert(key.clone(), value.clone()),
                    None => kept.remove(key),
                };
            }
        }
        Ok(RunFinish {
            id,
            outcome: report.outcome.name().to_owned(),
            detail: detail_of(&report.outcome),
            finished_at: self.clock.now(),
            cpu_micros: u64::try_from(report.cpu.as_micros()).unwrap_or(u64::MAX),
            peak_memory: report.peak_memory,
            calls: u64::from(report.usage.calls),
            recording: report.recording.encode()?,
            decisions,
            log,
            state,
        })
    }
}

/// How a run ended, in one sentence for people; the guest may have had a part in it.
pub(crate) fn detail_of(outcome: &RunOutcome) -> String {
    one_line(&outcome.detail()).into_owned()
}

fn context(user: &User, task: Task, due_at: Timestamp, trigger: Trigger, occasion: &Occasion) -> RunContext {
    RunContext {
        run_id: occasion.run.0,
        user_id: user.id.0,
        task: task.name().to_owned(),
        day: day_number(occasion.day),
        due_at: due_at.0,
        now: occasion.now.0,
        trigger: match trigger {
            Trigger::Scheduled => latest::Trigger::Scheduled,
            Trigger::RunOnce => latest::Trigger::RunOnce,
        },
    }
}
