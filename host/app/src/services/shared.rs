//! Shared tasks: whose they are, and when their findings count.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
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
    if calendar.analysis_may_write(now) {
        return None;
    }
    let day = now.ist_day();
    Some(if calendar.is_open_on(day) {
        "signals were left untouched: on a trading day they are written before 09:00 or from 16:00".to_owned()
    } else {
        format!("signals were left untouched: {day} is no trading day")
    })
}
