//! What the daemon does about a module that fails, and says of it.

use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_runtime::{ModuleHash, RunOutcome};
use prahari_store::{AlertCode, NewAlert, NewAudit};

use super::Modules;
use super::health::{Backoff, Blame, Consequence, RunEnd};
use crate::clock::Clock;
use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event};
use crate::grants::{Allowance, Grants};
use crate::handles::Handles;
use crate::notices::{Notices, words};
use crate::tasks::Tasks;
use crate::user::User;

/// Most open alerts that are looked through at the start.
const MOST_ALERTS: u32 = 1_000;

/// Does something about modules that keep failing.
pub struct ModuleHealth {
    pub(crate) handles: Handles,
    pub(crate) notices: Arc<Notices>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) tasks: Arc<Tasks>,
}

impl ModuleHealth {
    /// Looks at the end of a run: a version that keeps failing is replaced, or tried less often.
    pub(crate) async fn apply_health_policy(
        &self,
        user: &User,
        task: Task,
        module: ModuleHash,
        allowance: &Arc<Allowance>,
        outcome: &RunOutcome,
    ) -> Result<(), AppError> {
        let (tasks, permission) = (self.tasks.current(), self.grants.permission(task));
        let blame = blame(outcome, allowance, &self.grants.of_everybody(task));
        let end = RunEnd { user: user.id, task, module, outcome, allowance, blame };
        let consequence =
            self.modules.record_outcome(end, (&tasks, permission), self.handles.clock.now()).await?;
        match consequence {
            Consequence::None => Ok(()),
            Consequence::Recovered => self.recovered(task, "a run of it did not fail").await,
            Consequence::BackedOff { until, reason, first, unfit } => {
                tracing::warn!(user = %user.id, %task, %until, reason, "a task that keeps failing is held back");
                if first {
                    self.notify_backoff(user, task, &reason).await?;
                }
                match unfit {
                    Some(version) => self.tell_of_unfit(user, (task, version), &reason).await,
                    None => Ok(()),
                }
            }
            Consequence::RolledBack { from, to, reason } => {
                self.recovered(task, &format!("version {} runs again", to.version)).await?;
                let message = format!(
                    "version {from} of the module of {task} was quarantined and version {} runs again: {reason}",
                    to.version
                );
                self.tell_of_quarantine(task, message).await
            }
        }
    }

    /// Returns why a slot of a task does not run now: the user is halted, or the task is held back. With another
    /// allowance than its failed runs had it is tried at once.
    pub(crate) fn skip_reason(&self, user: &User, task: Task) -> Option<String> {
        if let Some(halt) = user.halts.of_user().filter(|_| !self.tasks.current().is_shared(task)) {
            return Some(format!("this user is halted until an admin lifts it: {}", halt.reason));
        }
        let Backoff { until, reason, under } =
            self.modules.backoff_of(user.id, task, self.handles.clock.now())?;
        (under == self.grants.of(user.id, task)).then(|| format!("{reason}; it is tried again at {until}"))
    }

    async fn notify_backoff(&self, user: &User, task: Task, reason: &str) -> Result<(), AppError> {
        self.notices.tell(user.id, words::modules::held_back(task, reason), None).await
    }

    /// Nothing can take the place of a version that is not fit to run: somebody has to look.
    async fn tell_of_unfit(
        &self,
        user: &User,
        (task, version): (Task, u64),
        reason: &str,
    ) -> Result<(), AppError> {
        let detail = format!(
            "version {version} of the module of {task} keeps failing, and no earlier version can take its place, so the task is held back; of user {}: {reason}",
            user.id
        );
        let subject = task.name().to_owned();
        let alert = NewAlert { code: AlertCode::ModuleUnfit, user: None, subject, detail };
        self.notices.raise(alert).await.map(|_| ())
    }

    /// Resolves the alert about a task whose module kept failing, if there is one.
    pub(crate) async fn recovered(&self, task: Task, how: &str) -> Result<(), AppError> {
        self.notices.clear(AlertCode::ModuleUnfit, None, task.name(), how).await.map(|_| ())
    }

    /// Resolves the alerts of the last process: what it knew of failures is forgotten, and everything is tried
    /// anew.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn begin_anew(&self) -> Result<(), AppError> {
        let open = self.handles.store.system().open_installation_alerts(MOST_ALERTS).await?;
        for alert in open.into_iter().filter(|alert| alert.code == AlertCode::ModuleUnfit) {
            let how = "the daemon was started again, and the task is tried anew";
            self.notices.clear(alert.code, None, &alert.subject, how).await?;
        }
        Ok(())
    }

    async fn tell_of_quarantine(&self, task: Task, message: String) -> Result<(), AppError> {
        tracing::error!(%task, message, "a module was quarantined");
        let entry = NewAudit {
            at: Clock::System.now(),
            user: None,
            via: "the daemon".to_owned(),
            action: "module.quarantine".to_owned(),
            resource: format!("module {task}"),
            details: serde_json::json!({ "message": message }).to_string(),
            address: String::new(),
        };
        self.handles.store.system().append_audit(entry).await?;
        self.handles.events.publish_with(Audience::Admins, || {
            Event::Alert(AlertEvent {
                code: "module_quarantined".to_owned(),
                task: Some(task),
                due_at: None,
                message: message.clone(),
            })
        });
        self.notices.tell_admins(words::modules::rolled_back(task, message)).await
    }
}

/// Whom a failed run speaks against, from what it was allowed and what everybody is.
fn blame(outcome: &RunOutcome, own: &Allowance, everybodys: &Allowance) -> Blame {
    let limit = match outcome {
        RunOutcome::CpuLimit => ("cpu_ms", own.cpu_ms, everybodys.cpu_ms),
        RunOutcome::MemoryLimit => ("memory_bytes", own.memory_bytes, everybodys.memory_bytes),
        RunOutcome::CallLimit => ("calls", own.calls.into(), everybodys.calls.into()),
        RunOutcome::LogLimit => ("log_bytes", own.per_run.log_bytes, everybodys.per_run.log_bytes),
        RunOutcome::ByteLimit => ("item_bytes", own.per_run.item_bytes, everybodys.per_run.item_bytes),
        _ => ("", 0, 0),
    };
    match limit {
        (name, own, others) if own < others => {
            Blame::OwnLimit(format!("{name} {own} where others have {others}"))
        }
        _ if own.is_narrower_than(everybodys) => Blame::Unsure,
        _ => Blame::Version,
    }
}
