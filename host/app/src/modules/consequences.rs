//! What the daemon does about a module that fails, and says of it.

use prahari_domain::tasks::Task;
use prahari_runtime::{ModuleHash, RunOutcome};
use prahari_store::{NewAudit, NotificationLevel};

use super::health::Consequence;
use crate::clock::Clock;
use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event};
use crate::user::User;

impl Daemon {
    /// Looks at the end of a run: a version that keeps failing is replaced, or tried less often.
    pub(crate) async fn draw_consequences(
        &self,
        user: &User,
        task: Task,
        module: ModuleHash,
        outcome: &RunOutcome,
    ) -> Result<(), AppError> {
        let permission = self.grants.permission(task);
        let now = self.clock.now();
        let consequence = self.modules.observe((user.id, task), module, outcome, permission, now).await?;
        match consequence {
            Consequence::None => Ok(()),
            Consequence::HeldBack(until) => {
                tracing::warn!(user = %user.id, %task, %until, "a task that keeps failing is held back");
                Ok(())
            }
            Consequence::RolledBack { from, to, reason } => {
                let message = format!(
                    "version {from} of the module of {task} was quarantined and version {} runs again: {reason}",
                    to.version
                );
                self.tell_of_quarantine(task, message).await
            }
        }
    }

    /// Why a slot of a task does not run now, when the task is held back.
    pub(crate) fn held_back(&self, user: &User, task: Task) -> Option<String> {
        let (until, failures) = self.modules.held_back(user.id, task, self.clock.now())?;
        Some(format!(
            "{failures} runs in a row failed by the module's own fault; it is tried again at {until}"
        ))
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
        self.store.system().append_audit(entry).await?;
        self.events.publish_with(Audience::Admins, || {
            Event::Alert(AlertEvent {
                code: "module_quarantined".to_owned(),
                task: Some(task),
                due_at: None,
                message: message.clone(),
            })
        });
        let title = format!("The module of {task} was rolled back");
        self.notify_admins(NotificationLevel::Error, &title, &message).await
    }
}
