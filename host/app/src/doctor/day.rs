//! Whether the day itself is prepared: the calendar, the service, its slots, the modules of its tasks.

use chrono::Days;
use prahari_brokers::Check;
use prahari_domain::calendar::Calendar;
use prahari_domain::numbers::counted;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use super::{Doctor, Facts};
use crate::error::AppError;

/// Days ahead whose holidays have to be known: what is bought today is looked after for some days.
const DAYS_AHEAD: u64 = 10;

impl Doctor {
    /// Whether the holidays of today and the next days are known.
    pub(super) fn calendar(&self, facts: &Facts<'_>) -> Check {
        calendar(&self.handles.calendar.current(), facts.today)
    }

    /// Whether the slots of today are planned, and what became of those that are over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn slots(&self, facts: &Facts<'_>) -> Result<Check, AppError> {
        let counts = self.queries.of(facts.user).ledger_day(facts.today).await?.tasks;
        let (mut planned, mut wrong) = (0, 0);
        for (_, count) in &counts {
            wrong += count.open + count.missed + count.failed;
            planned += count.expected + count.open + count.ran + count.skipped + count.late;
            planned += count.missed + count.failed;
        }
        let is_open = self.handles.calendar.current().is_open_on(facts.today);
        Ok(match (planned, facts.enabled.is_empty(), is_open) {
            (_, _, _) if wrong > 0 => Check::warning(
                "slots",
                format!(
                    "{wrong} of the {} of today overdue, missed or failed",
                    counted(planned, "slot is", "slots are")
                ),
                "look at the slots of today: each says why",
            ),
            (0, _, false) => Check::ok("slots", "no slot is due on a day without a session"),
            (0, true, true) => {
                Check::not_known("slots", "no service runs an enabled task, so nothing is planned", "")
            }
            (0, false, true) => Check::failed(
                "slots",
                "a service runs tasks, and no slot of today is planned",
                "restart the user's service; if that does not help, look at the log of the daemon",
            ),
            _ => {
                let (slots, tasks) =
                    (counted(planned, "slot", "slots"), counted(counts.len(), "task", "tasks"));
                Check::ok("slots", format!("{slots} of {tasks}, planned or done"))
            }
        })
    }

    /// Whether each task that runs has a module that is fit to.
    pub(super) fn modules(&self, facts: &Facts<'_>) -> Check {
        let user = facts.user.id;
        if facts.enabled.is_empty() {
            return Check::not_known("modules", "no service runs an enabled task", "");
        }
        let (mut missing, mut held_back): (Vec<Task>, Vec<String>) = (Vec::new(), Vec::new());
        for task in &facts.enabled {
            if self.modules.for_user(*task, user).is_err() {
                missing.push(*task);
            } else if let Some(backoff) = self.modules.backoff_of(user, *task, facts.now) {
                held_back.push(format!("{task} until {}: {}", hour(backoff.until), backoff.reason));
            }
        }
        if !missing.is_empty() {
            let advice = "upload a module of the task and activate it";
            return Check::failed("modules", format!("no module is active for {}", listed(&missing)), advice);
        }
        match held_back.first() {
            Some(first) => Check::warning(
                "modules",
                format!(
                    "{} of {} held back; {first}",
                    held_back.len(),
                    counted(facts.enabled.len(), "task is", "tasks are")
                ),
                "look at the last executions of the task, or activate another version",
            ),
            None => {
                let tasks = counted(facts.enabled.len(), "task runs, and has", "tasks run, and each has");
                Check::ok("modules", format!("{tasks} a module"))
            }
        }
    }
}

fn calendar(calendar: &Calendar, today: Day) -> Check {
    let (_, through) = calendar.covers();
    let day = calendar.day_or_closed(today);
    let today_is = match day.hours() {
        Some((opens, closes)) => format!("today is a trading day from {} to {}", hour(opens), hour(closes)),
        None if day.note.is_empty() => "there is no session today".to_owned(),
        None => format!("there is no session today ({})", day.note),
    };
    let advice = "bring the calendar of the next year, as soon as the exchange has published it";
    if calendar.is_presumed(today) {
        let said = format!("{today_is}, which is presumed: holidays are known through {through}");
        return Check::warning("calendar", said, advice);
    }
    if today.checked_add_days(Days::new(DAYS_AHEAD)).is_none_or(|ahead| ahead > through) {
        let said = format!("{today_is}; holidays are known through {through} only");
        return Check::warning("calendar", said, advice);
    }
    Check::ok("calendar", format!("{today_is}; holidays are known through {through}"))
}

/// Whether a service runs for the user.
pub(super) fn service(facts: &Facts<'_>) -> Check {
    let user = facts.user;
    if !user.access.is_active() {
        return Check::warning(
            "service",
            "the user is not active, so nothing runs for them",
            "activate the user",
        );
    }
    if user.services.is_running() {
        return running("the unified service is running", &facts.unserved);
    }
    if user.services.is_any_on() {
        let services = counted(user.services.workers(), "individual service is", "individual services are");
        return running(&format!("{services} running"), &facts.unserved);
    }
    let held = facts.desk.as_ref().map_or(0, |desk| desk.positions.len());
    let advice = "start the user's unified service";
    match held {
        0 => Check::warning("service", "no service is running, so no task runs today", advice),
        held => {
            let positions = counted(held, "position is", "positions are");
            Check::failed("service", format!("no service is running, and {positions} open"), advice)
        }
    }
}

/// A service that runs; doubtful when what its tasks wait for is run by nobody.
fn running(said: &str, unserved: &[(Task, Task)]) -> Check {
    let Some((waiting, shared)) = unserved.first() else { return Check::ok("service", said) };
    Check::warning(
        "service",
        format!("{said}, but no service of an admin runs {shared} for everybody, for which {waiting} waits"),
        format!("an admin starts their own unified service, or one of {shared} alone"),
    )
}

fn hour(at: Timestamp) -> String {
    at.ist_time().format("%H:%M").to_string()
}

fn listed(tasks: &[Task]) -> String {
    tasks.iter().map(|task| task.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use prahari_brokers::CheckOutcome;

    use super::*;

    #[test]
    fn a_calendar_that_ends_soon_or_has_ended_is_told() {
        let shipped = Calendar::embedded().unwrap();
        let (_, through) = shipped.covers();
        let before = |days: u64| through.checked_sub_days(Days::new(days)).unwrap();
        assert_eq!(calendar(&shipped, before(10)).outcome, CheckOutcome::Ok);
        assert_eq!(calendar(&shipped, before(9)).outcome, CheckOutcome::Warning);
        let beyond = calendar(&shipped, through.checked_add_days(Days::new(30)).unwrap());
        assert_eq!(beyond.outcome, CheckOutcome::Warning);
        let monday = calendar(&shipped, "2025-03-10".parse().unwrap());
        assert!(monday.evidence.starts_with("today is a trading day from 09:15 to 15:30; "), "{monday:?}");
        let holi = calendar(&shipped, "2025-03-14".parse().unwrap());
        assert_eq!(holi.outcome, CheckOutcome::Ok);
        assert!(
            holi.evidence.starts_with("there is no session today (") && holi.evidence.contains("Holi"),
            "{holi:?}"
        );
    }
}
