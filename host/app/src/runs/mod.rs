//! One execution of a task: a row, then the run, then what it did, in one write.

mod cause;
mod host_calls;
mod once;
mod reconcile;
pub mod recordings;
mod tell;
mod user_runs;

pub use host_calls::LiveServices;
pub use once::{BegunRun, RUN_ONCE_WINDOW_MS};
pub use user_runs::{Executing, TaskMemory, UserRuns};

use std::sync::Arc;

use prahari_domain::ids::RunId;
use prahari_domain::price_cause::PriceCause;
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::{Day, Timestamp, day_number};
use prahari_runtime::abi::latest::{self, RunContext};
use prahari_runtime::{
    Budget, DescribedSettings, Grant, Module, RunOutcome, RunReport, RunRequest, Runtime, SharedReplies,
};
use prahari_store::{
    LogRow, RecordingRow, RunCounters, RunFinish, RunFootprint, RunStart, RunTrigger, ServiceKind,
};

use crate::background::Background;
use crate::day_log::EndedRun;
use crate::desk::{OrderContext, TradingServices};
use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::ledger::Ledger;
use crate::modules::{ModuleHealth, Modules};
use crate::notices::Notices;
use crate::prices::Prices;
use crate::runs::cause::tell_cause;
use crate::runs::recordings::{row_of, size_of};
use crate::services::{Individual, Services, leaves_signals_untouched};
use crate::signals::Signals;
use crate::tasks::Tasks;
use crate::user::User;
use crate::users::Users;
use once::RUN_ONCE_WALL_MS;

/// The decision of the host that an order of a run was refused under a code that the interface of tasks does not have.
pub(crate) const REFUSED_ORDER: &str = "refused";

/// Reasons why a run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The slot of the task was due.
    Scheduled,
    /// A user asked for one run.
    RunOnce,
    /// An operator started it for everybody.
    Manual,
}

impl Trigger {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        self.row().name()
    }

    const fn row(self) -> RunTrigger {
        match self {
            Self::Scheduled => RunTrigger::Scheduled,
            Self::RunOnce => RunTrigger::RunOnce,
            Self::Manual => RunTrigger::Manual,
        }
    }
}

/// A run whose row is made: it executes where and on what was chosen then, whatever changes meanwhile.
pub(crate) struct Begun {
    /// Row of the run.
    pub start: RunStart,
    place: RunTarget,
}

/// Process in which a run executes.
enum RunTarget {
    /// Runs in this process, on this version.
    Here(Arc<Module>),
    /// Runs in the worker of an individual service, on the version it was started with.
    Worker(Individual),
}

impl RunTarget {
    /// Returns what the module asked for when it described itself: what it forgot there is not granted.
    fn wanted(&self) -> Grant {
        match self {
            Self::Here(module) => module.wanted(),
            Self::Worker(service) => service.worker.wanted(),
        }
    }

    /// Returns the schema of the settings that the module describes.
    fn described_settings(&self) -> DescribedSettings {
        match self {
            Self::Here(module) => module.described_settings(),
            Self::Worker(service) => service.worker.described_settings(),
        }
    }
}

/// Result of a run.
#[derive(Debug, Clone)]
pub struct RunAnswer {
    /// Id of the run.
    pub run: RunId,
    /// Outcome of the run.
    pub outcome: RunOutcome,
    /// How long it took by the daemon's clock, in milliseconds.
    pub took_ms: i64,
    /// Whether it did something beside looking: an order was placed, changed or cancelled, a signal published, a message sent.
    pub acted: bool,
}

impl RunAnswer {
    /// Returns the run as a line tells it.
    pub(crate) fn ended(&self, task: Task) -> EndedRun<'_> {
        EndedRun { run: self.run, task, outcome: &self.outcome, took_ms: self.took_ms }
    }
}

/// Executes tasks: what runs, in which process, and what it leaves behind.
pub struct Runs {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) trading: Arc<TradingServices>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) services: Arc<Services>,
    pub(crate) health: Arc<ModuleHealth>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) background: Arc<Background>,
    /// Replies that recent recordings share.
    pub(crate) shared_replies: Arc<SharedReplies>,
}

impl Runs {
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
        let Some(_executing) = user.runs.begin(task) else { return Ok(None) };
        let begun = self.begin_run(user, task, due_at, trigger, attempt)?;
        self.handles.store.user(user.id).start_run(begun.start.clone()).await?;
        self.perform(user, begun, due_at, trigger).await.map(Some)
    }

    /// Runs a task for a user because a price has changed, beside its slots; `None` when it is still executing. The task is told
    /// that its service runs it, as in a tick; what it was run for stands in the row, the recording, the log and its decisions.
    ///
    /// # Errors
    /// As [`Runs::execute`].
    pub(crate) async fn execute_on_price(
        &self,
        user: &User,
        task: Task,
        due_at: Timestamp,
        cause: PriceCause,
    ) -> Result<Option<RunAnswer>, AppError> {
        let Some(_executing) = user.runs.begin(task) else { return Ok(None) };
        let Begun { start, place } = self.begin_run(user, task, due_at, Trigger::Scheduled, 1)?;
        let start = RunStart { slot_due: None, cause: Some(cause), ..start };
        self.handles.store.user(user.id).start_run(start.clone()).await?;
        self.perform(user, Begun { start, place }, due_at, Trigger::Scheduled).await.map(Some)
    }

    /// The row of a run that begins now, and what it executes on.
    pub(crate) fn begin_run(
        &self,
        user: &User,
        task: Task,
        due_at: Timestamp,
        trigger: Trigger,
        attempt: u32,
    ) -> Result<Begun, AppError> {
        let (place, hash, service) = match user.services.individual(task) {
            Some(service) => {
                let hash = service.worker.module();
                (RunTarget::Worker(service), hash, ServiceKind::Individual)
            }
            None => {
                let module = self.modules.for_user(task, user.id)?.module;
                let hash = module.hash();
                (RunTarget::Here(module), hash, ServiceKind::Unified)
            }
        };
        let start = RunStart {
            task,
            service: (trigger == Trigger::Scheduled).then_some(service),
            slot_due: (trigger == Trigger::Scheduled).then_some(due_at),
            trigger: trigger.row(),
            module_hash: hash.to_string(),
            id: self.handles.store.system().next_run_id(),
            started_at: self.handles.clock.now(),
            attempt,
            cause: None,
        };
        Ok(Begun { start, place })
    }

    /// Carries out a run whose row is written and whose task is marked as executing. Whatever happens, the row ends.
    pub(crate) async fn perform(
        &self,
        user: &User,
        begun: Begun,
        due_at: Timestamp,
        trigger: Trigger,
    ) -> Result<RunAnswer, AppError> {
        let run = begun.start.id;
        user.runs.set_began(begun.start.task, begun.start.started_at);
        let performed = self.try_perform(user, begun, due_at, trigger).await;
        if let Err(error) = &performed {
            let told = into_one_line(error.to_string());
            user.services.activity().failed(told.clone());
            let messages = self.told_of_placed(user, run).await;
            let scope = self.handles.store.user(user.id);
            scope.abandon_run(run, told, self.handles.clock.now(), messages.clone()).await?;
            self.notices.announce(user.id, messages);
        }
        performed
    }

    async fn try_perform(
        &self,
        user: &User,
        Begun { start, place }: Begun,
        due_at: Timestamp,
        trigger: Trigger,
    ) -> Result<RunAnswer, AppError> {
        self.resolve_unknown_orders(user).await?;
        let RunStart { id: run, task, started_at, cause, .. } = start;
        let tasks = self.tasks.current();
        let strategy = tasks.strategy(task);
        let order_context = OrderContext { run, strategy, day: due_at.ist_day(), now: started_at };
        tracing::trace!(%run, user = %user.id, %task, "run started");
        let audience = Audience::User(user.id);
        self.handles.events.publish_with(audience, || {
            Event::Task(TaskEvent::Started { run, task, trigger: trigger.name(), due_at })
        });
        let mut services = LiveServices::new(self, user, task, order_context);
        services.described_settings = place.described_settings();
        let allowance = services.allowance.clone();
        let used = self.left_on(user, task, started_at.ist_day()).await?;
        let request = RunRequest {
            context: context(user, task, due_at, trigger, &order_context),
            grant: allowance.grant().intersection(place.wanted()),
            budget: budget(allowance.budget(&tasks.limits(task), &used), trigger),
        };
        let report = match &place {
            RunTarget::Worker(service) => {
                self.services.run_individually(user, task, service, request, &mut services).await?
            }
            RunTarget::Here(module) => self.runtime.run(module, request, &mut services).await,
        };
        let (module, outcome) = (report.recording.run.module, report.outcome.clone());
        let mut finish = self.finish_of(user, (task, run, cause), report, services, used).await?;
        if finish.orders > 0 {
            finish.messages = self.told_of_placed(user, run).await;
        }
        user.runs.set_left(task, started_at.ist_day(), used.plus(finish.left));
        let detail = finish.detail.clone();
        let (took_ms, acted) = (finish.finished_at.millis_since(started_at), has_acted(&finish));
        let messages = finish.messages.clone();
        user.services.activity().ran(task, finish.finished_at, &outcome);
        self.handles.store.user(user.id).finish_run(finish).await?;
        tracing::trace!(%run, outcome = outcome.name(), "run finished");
        self.notices.announce(user.id, messages);
        self.handles.events.publish_with(audience, || {
            Event::Task(TaskEvent::Finished { run, task, outcome: outcome.name(), detail })
        });
        self.health.apply_health_policy(user, task, module, &allowance, &outcome).await?;
        if tasks.is_shared(task) {
            self.prices.look_for_stale_bars(order_context.day).await?;
        }
        Ok(RunAnswer { run, outcome, took_ms, acted })
    }

    /// Returns what the runs of a task have left behind on a date. One run of it is executing at a time, so nothing
    /// is added meanwhile.
    async fn left_on(&self, user: &User, task: Task, day: Day) -> Result<RunFootprint, AppError> {
        if let Some(left) = user.runs.left_on(task, day) {
            return Ok(left);
        }
        let (from, until) = (Timestamp::start_of(day), Timestamp::end_of(day));
        Ok(self.handles.store.user(user.id).footprint_of(task, from, until).await?)
    }

    /// Gathers what a run leaves behind, on a day that has seen `used`; its state is kept only when it succeeded.
    async fn finish_of(
        &self,
        user: &User,
        (task, id, cause): (Task, RunId, Option<PriceCause>),
        mut report: RunReport,
        services: LiveServices<'_>,
        used: RunFootprint,
    ) -> Result<RunFinish, AppError> {
        let finished_at = self.handles.clock.now();
        let began = services.order_context.now;
        let LiveServices { state, mut decisions, mut log, orders, journaled, allowance, .. } = services;
        let mut left = left_of(&report);
        if let Some(cause) = &cause {
            tell_cause(cause, began, &mut decisions, &mut log);
        }
        report.recording.run.cause = cause;
        let recorded = row_of(report.recording, &self.shared_replies).await;
        let mut recording = recorded.map_err(|source| AppError::Recording { run: id, source })?;
        if journaled == 0 && !allowance.keeps_recording(size_of(&recording), &used) {
            recording = RecordingRow::default();
        }
        left.recording_bytes = size_of(&recording);
        let mut detail = report.outcome.detail();
        let untouched = leaves_signals_untouched(&self.handles.calendar.current(), finished_at);
        if let Some(warning) = untouched.filter(|_| self.tasks.current().is_shared(task)) {
            detail = format!("{detail}; {warning}");
            log.push(LogRow { level: "warn".to_owned(), message: warning, at: Some(finished_at) });
        }
        let mut state: Vec<_> = if report.outcome.is_success() {
            state.into_changes().into_iter().map(|(key, value)| (task, key, value)).collect()
        } else {
            Vec::new()
        };
        if !state.is_empty() {
            let mut memory = user.runs.memory();
            state.retain(|(_, key, _)| !user.runs.is_outdated(task, key));
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
            detail,
            finished_at,
            cpu_micros: u64::try_from(report.cpu.as_micros()).unwrap_or(u64::MAX),
            peak_memory: report.peak_memory,
            calls: u64::from(report.usage.calls),
            orders,
            journaled,
            left,
            counters: counters_of(&report.outcome),
            recording,
            decisions,
            log,
            state,
            messages: Vec::new(),
        })
    }
}

/// Returns whether a run did something beside looking. What tasks count says nothing of it: some count what they saw.
fn has_acted(finish: &RunFinish) -> bool {
    finish.orders > 0 || finish.left.signals > 0 || finish.left.notifications > 0
}

/// Returns what a run cost the host and left behind, but for its recording.
fn left_of(report: &RunReport) -> RunFootprint {
    let usage = report.usage;
    RunFootprint {
        host_micros: u64::try_from(report.host.as_micros()).unwrap_or(u64::MAX),
        rows: usage.rows,
        refused: usage.refused.into(),
        order_changes: usage.order_changes.into(),
        decisions: usage.decisions.into(),
        decision_bytes: usage.decision_bytes,
        notifications: usage.notifications.into(),
        log_bytes: usage.kept_log_bytes,
        signals: usage.signals.into(),
        state_changes: usage.state_changes.into(),
        recording_bytes: 0,
    }
}

/// Returns what a run counted; only one that did its work has.
fn counters_of(outcome: &RunOutcome) -> RunCounters {
    match outcome {
        RunOutcome::Succeeded(summary) => {
            RunCounters::of(summary.counters.iter().map(|counter| (counter.name.clone(), counter.value)))
        }
        _ => RunCounters::default(),
    }
}

/// Most characters of how a run ended that are kept with its slot and tick; the rest stands with the run.
const LONGEST_REASON: usize = 300;

/// Returns how a run ended, as it is kept with its slot or tick.
pub(crate) fn reason_of(outcome: &RunOutcome) -> String {
    let detail = outcome.detail();
    match detail.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}...", detail.get(..end).unwrap_or_default()),
        None => detail,
    }
}

/// What a run may use. A run that somebody asked for may wait longer for the world: no tick is due after it.
fn budget(budget: Budget, trigger: Trigger) -> Budget {
    match trigger {
        Trigger::Scheduled => budget,
        Trigger::RunOnce | Trigger::Manual => Budget { wall_ms: RUN_ONCE_WALL_MS, ..budget },
    }
}

fn context(
    user: &User,
    task: Task,
    due_at: Timestamp,
    trigger: Trigger,
    order_context: &OrderContext,
) -> RunContext {
    RunContext {
        run_id: order_context.run.0,
        user_id: user.id.0,
        task: task.name().to_owned(),
        day: day_number(order_context.day),
        due_at: due_at.0,
        now: order_context.now.0,
        trigger: match trigger {
            Trigger::Scheduled => latest::Trigger::Scheduled,
            Trigger::RunOnce | Trigger::Manual => latest::Trigger::RunOnce,
        },
    }
}
