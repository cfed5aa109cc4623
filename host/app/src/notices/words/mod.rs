//! What messages say: the one place in which the host writes title and text, from typed facts, as plain text.
//!
//! A title is one line that says all by itself, because a phone may show no more. Money stands as `₹1,234.50`
//! (`prahari_domain::money::rupees`), what is counted as `1 fill` or `3 fills` (`prahari_domain::numbers::counted`), codes as words (`codes`), times are IST. What a task sends is in the task's own words.

pub(crate) mod actions;
pub(crate) mod alerts;
pub(crate) mod channels;
pub(crate) mod codes;
pub(crate) mod days;
pub(crate) mod digests;
pub(crate) mod modules;
pub(crate) mod orders;
pub(crate) mod positions;
pub(crate) mod runs;
pub(crate) mod services;
#[cfg(test)]
mod tests;
pub(crate) mod trading_state;

use prahari_domain::ids::RunId;
use prahari_domain::settings::NotificationKind;
use prahari_domain::text::{into_one_line, lines};
use prahari_domain::time::Timestamp;
use prahari_store::{NotificationLevel, NotificationRow};

/// A message in words, with its kind and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// What it is about.
    pub kind: NotificationKind,
    /// How much it needs somebody.
    pub level: NotificationLevel,
    /// The message in one line.
    pub title: String,
    /// What there is to say beyond the title.
    pub body: String,
}

impl Words {
    /// The message as it is kept, of an instant and of the run that it is about.
    pub fn into_row(self, at: Timestamp, run: Option<RunId>) -> NotificationRow {
        let Self { level, title, body, .. } = self;
        // Words of brokers and guests may stand in them.
        let (title, body) = (into_one_line(title), lines(&body).into_owned());
        NotificationRow { id: None, at, level, title, body, run }
    }
}

/// The IST time of day, such as `09:15`.
fn time_of(at: Timestamp) -> String {
    at.ist_time().format("%H:%M").to_string()
}
