//! Lines about services, for the user.

use prahari_domain::text::into_one_line;
use prahari_store::ServiceLogRow;

use super::Services;
use crate::day_log::Kind;
use crate::error::AppError;
use crate::events::{Audience, Event, LogEvent};
use crate::user::User;

/// Level of a line of the service log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For information.
    Info,
    /// Unusual, and worth a look.
    Warn,
    /// Somebody has to act.
    Error,
}

impl Level {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Info => Kind::Info,
            Self::Warn => Kind::Warn,
            Self::Error => Kind::Error,
        }
    }
}

impl Services {
    /// Keeps a line about a user's services.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn log_service(
        &self,
        user: &User,
        level: Level,
        event: &str,
        message: impl Into<String>,
    ) -> Result<(), AppError> {
        let message = into_one_line(message.into());
        self.handles.day_log.noted(Some(user.id), level.kind(), &message);
        self.handles.events.publish_with(Audience::User(user.id), || {
            let message = message.clone();
            Event::Log(LogEvent { run: None, task: None, level: level.name(), message, number: None })
        });
        let row = ServiceLogRow {
            id: None,
            at: self.handles.clock.now(),
            level: level.name().to_owned(),
            event: event.to_owned(),
            message,
        };
        Ok(self.handles.store.user(user.id).log_service(row).await?)
    }
}
