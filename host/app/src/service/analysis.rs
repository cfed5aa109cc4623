//! The shared analysis: whose it is, and when its findings count.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;
use prahari_store::Role;

use crate::daemon::Daemon;
use crate::user::User;

impl Daemon {
    /// For whom an analysis runs that somebody asked for: the admin whose service runs it, or else the first admin.
    /// Always the same, so that two admins who ask at once get one run.
    pub(crate) fn analysis_user(&self) -> Option<Arc<User>> {
        self.analysis_owner().or_else(|| self.users().into_iter().find(|user| user.role() == Role::Admin))
    }
}

/// Why an analysis at this instant leaves the signals as they are, if it does. The same rule decides what
/// [`Daemon::publish`] does with its findings, whatever the module does.
pub(crate) fn leaves_signals_untouched(calendar: &Calendar, now: Timestamp) -> Option<String> {
    if calendar.analysis_may_write(now) {
        return None;
    }
    let day = now.ist_day();
    Some(if calendar.is_open_on(day) {
        "signals were left untouched: on a trading day the analysis writes them before 09:00 or from 16:00"
            .to_owned()
    } else {
        format!("signals were left untouched: {day} is no trading day")
    })
}
