//! What belongs to the run's own user and task: settings, state, notifications, log, decisions.

use prahari_domain::text::one_line;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::{decision, log, notify, state};
use prahari_store::{DecisionRow, LogRow, NotificationLevel, NotificationRow};

use crate::events::{Audience, Event, LogEvent};

use super::{Answer, LiveServices, convert, invalid};

/// The longest key of task state, in bytes.
const LONGEST_KEY: usize = 200;
/// The most state one task may keep for one user, in bytes of keys and values: it stays in memory for every user.
const MOST_STATE: usize = 256 << 10;

impl LiveServices<'_> {
    pub(super) fn get_config(&self) -> HostReply {
        HostReply::Config(convert::strategy(&self.strategy.value))
    }

    pub(super) fn get_state(&self, keys: &[String]) -> HostReply {
        let memory = self.user.memory();
        let kept = memory.get(&self.task);
        let value = |key: &String| match self.state_writes.get(key) {
            Some(written) => written.clone(),
            None => kept.and_then(|kept| kept.get(key)).cloned(),
        };
        HostReply::StateValues(keys.iter().map(value).collect())
    }

    pub(super) fn state_keys(&self, prefix: &str) -> HostReply {
        let memory = self.user.memory();
        let mut keys: std::collections::BTreeSet<String> =
            memory.get(&self.task).into_iter().flat_map(|kept| kept.keys().cloned()).collect();
        for (key, value) in &self.state_writes {
            if value.is_some() {
                keys.insert(key.clone())
            } else {
                keys.remove(key)
            };
        }
        HostReply::StateKeys(keys.into_iter().filter(|key| key.starts_with(prefix)).collect())
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
        let mut writes = self.state_writes.clone();
        writes.extend(entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())));
        let size = self.state_size(&writes);
        if size > MOST_STATE {
            return invalid(format!(
                "entries: the state of {} would be {size} bytes, allowed are {MOST_STATE}",
                self.task
            ));
        }
        self.state_writes = writes;
        HostReply::StateSet
    }

    fn state_size(&self, writes: &std::collections::BTreeMap<String, Option<Vec<u8>>>) -> usize {
        let memory = self.user.memory();
        let kept = memory.get(&self.task).into_iter().flatten().filter(|(key, _)| !writes.contains_key(*key));
        let kept: usize = kept.map(|(key, value)| key.len() + value.len()).sum();
        let written = writes.iter().filter_map(|(key, value)| Some(key.len() + value.as_ref()?.len()));
        kept + written.sum::<usize>()
    }

    pub(super) async fn notify(&self, level: notify::Level, title: &str, body: &str) -> Answer {
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
            run: Some(self.occasion.run),
        };
        self.daemon.send_notification(self.user.id, row).await?;
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
        let (run, task) = (Some(self.occasion.run), Some(self.task));
        self.daemon.events.publish_with(Audience::User(self.user.id), || {
            Event::Log(LogEvent { run, task, level, message: message.clone() })
        });
        self.log.push(LogRow { level: level.to_owned(), message });
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
