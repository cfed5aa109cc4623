//! Shared tasks: whose they are, and when their findings count.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::signals::{self, Untouched};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::Services;
use crate::user::User;

impl Services {
    /// Returns the user for whom a shared task is run once: the admin whose service runs it, else the first
    /// admin. It is always the same one, so that two admins who ask at once get one run.
    pub(crate) fn user_of_shared(&self, task: Task) -> Option<Arc<User>> {
        self.ledger.owner_of_shared(task).or_else(|| self.users.admins().into_iter().next())
    }
}

/// Returns why a shared run at this instant leaves the signals as they are, if it does. The same rule decides what
/// [`Signals::publish`](crate::signals::Signals::publish) does with its findings, whatever the module does.
pub(crate) fn leaves_signals_untouched(calendar: &Calendar, now: Timestamp) -> Option<String> {
    let reason = match signals::untouched(now, calendar)? {
        Untouched::ClosedDay(day) => format!("{day} is no trading day"),
        Untouched::UntilBarsAreComplete(complete) => {
            format!("the bars of today are complete from {} on", complete.ist_time().format("%H:%M"))
        }
    };
    Some(format!("signals were left untouched: {reason}"))
}
