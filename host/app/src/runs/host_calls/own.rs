//! What belongs to the run's own user and task: settings, state, notifications, log, decisions.

use prahari_domain::text::one_line;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::{decision, log, notify, state};
use prahari_store::{DecisionRow, LogRow, NotificationLevel, NotificationRow};
use serde_json::Value;

use crate::events::{Audience, Event, LogEvent};

use super::{Answer, LiveServices, convert, invalid};

/// The longest key of task state, in bytes.
const LONGEST_KEY: usize = 200;

impl LiveServices<'_> {
    pub(super) fn get_config(&self) -> HostReply {
        HostReply::Config(convert::strategy(&self.strategy.value))
    }

    pub(super) fn get_selection(&self) -> HostReply {
        HostReply::Selection(convert::selection(&self.strategy.value))
    }

    pub(super) fn get_settings(&self) -> HostReply {
        match self.task_settings.in_force(self.task, &self.described_settings) {
            Ok(values) => HostReply::Settings(Value::Object(values).to_string()),
            Err(error) => invalid(error.to_string()),
        }
    }

    pub(super) fn get_state(&self, keys: &[String]) -> HostReply {
        let memory = self.user.runs.memory();
        let kept = memory.get(&self.task);
        HostReply::StateValues(keys.iter().map(|key| self.state.get(kept, key).cloned()).collect())
    }

    pub(super) fn state_keys(&self, prefix: &str) -> HostReply {
        HostReply::StateKeys(self.state.keys(self.user.runs.memory().get(&self.task), prefix))
    }

    pub(super) fn set_state(&mut self, entries: &[state::Entry]) -> HostReply {
        if let Some(entry) =
            entries.iter().find(|entry| entry.key.is_empty() || entry.key.len() > LONGEST_KEY)
        {
            return invalid(format!(
                "entries: a key has {} bytes, allowed are 1 to {LONGEST_KEY}",
                entry.key.len()
            ));
        }
        let mut memory = self.user.runs.memory();
        let kept = memory.entry(self.task).or_default();
        match self.state.set(kept, entries, &self.allowance.per_run) {
            Ok(()) => HostReply::StateSet,
            Err(why) => invalid(format!("entries: the state of {} would be {why}", self.task)),
        }
    }

    pub(super) async fn notify(&mut self, level: notify::Level, title: &str, body: &str) -> Answer {
        let row = NotificationRow {
            at: self.now().now,
            id: None,
            level: match level {
                notify::Level::Info => NotificationLevel::Info,
                notify::Level::Warning => NotificationLevel::Warning,
                notify::Level::Error => NotificationLevel::Error,
            },
            title: title.to_owned(),
            body: body.to_owned(),
            run: Some(self.order_context.run),
        };
        self.runs.notices.send(self.user.id, row).await?;
        self.has_queued().await?;
        Ok(HostReply::Notified)
    }

    pub(super) fn write_log(&mut self, level: log::Level, message: &str) -> HostReply {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        let message = one_line(message).into_owned();
        let (run, task) = (Some(self.order_context.run), Some(self.task));
        let (at, number) = (self.runs.handles.clock.now(), u32::try_from(self.log.len()).ok());
        self.runs.handles.events.publish_at(Audience::User(self.user.id), at, || {
            Event::Log(LogEvent { run, task, level, message: message.clone(), number })
        });
        self.log.push(LogRow { level: level.to_owned(), message, at: Some(at) });
        HostReply::Logged
    }

    pub(super) fn record_decisions(&mut self, entries: &[decision::Entry]) -> HostReply {
        self.decisions.extend(entries.iter().map(|entry| DecisionRow {
            symbol: one_line(&entry.symbol).into_owned(),
            action: one_line(&entry.action).into_owned(),
            reason: one_line(&entry.reason).into_owned(),
            evidence: convert::evidence(&entry.evidence),
        }));
        HostReply::DecisionsRecorded
    }
}
