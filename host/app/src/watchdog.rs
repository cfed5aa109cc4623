//! Expected, and not seen: looks from outside whether the day happens.
//!
//! It shares nothing with the scheduler but the evaluator of schedules: it asks the database which services are on and
//! what the ledger says, works out by itself what should be there by now, and raises an alert where it is not. So it
//! notices a scheduler that hangs, a plan that was never made, and a row that is gone.

use std::collections::BTreeMap;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::{Schedule, Slot, latest_start, slots};
use prahari_store::{AlertCode, Expectation, NewSlotAlert};

use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event, Resource};
use crate::maintenance::Maintenance;
use crate::notices::words;
use crate::tasks::TaskSet;

/// Time after the latest start of a slot until which its outcome is awaited: the longest run, five minutes, and one
/// more.
pub const GRACE_MS: i64 = 6 * 60_000;

/// Raises alerts for slots that were not seen. It keeps in memory how far it has looked.
#[derive(Debug, Clone)]
pub struct Watchdog {
    /// Everything that should have been seen by then was looked for.
    looked: Timestamp,
    /// What is overdue when the daemon starts, the scheduler is given the grace to account for.
    patient_until: Timestamp,
}

impl Watchdog {
    /// A watchdog that has looked at nothing yet.
    pub fn new(of: &Maintenance) -> Self {
        Self { looked: Timestamp(i64::MIN), patient_until: of.handles.clock.now().plus_millis(GRACE_MS) }
    }

    /// Looks once: resolves the alerts of slots that were seen after all, and raises one for each slot that should
    /// have been seen by now. Answers the new ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check(&mut self, of: &Maintenance) -> Result<Vec<NewSlotAlert>, AppError> {
        let now = of.handles.clock.now();
        let system = of.handles.store.system();
        if system.has_open_alerts().await? {
            for resolved in system.resolve_slot_alerts(now).await? {
                let audience = resolved.user.map_or(Audience::Admins, Audience::User);
                of.handles.events.changed(audience, Resource::Alert, resolved.id);
            }
        }
        if now < self.patient_until {
            return Ok(Vec::new());
        }
        let mut missing = Vec::new();
        let changed = system.day_changed().await?;
        for version in system.versions_in_use().await? {
            let expected = match self.expected(of, version, now).await {
                Ok(expected) => expected,
                Err(error) if error.concerns_everybody() => return Err(error),
                // The services of other versions are looked at all the same.
                Err(error) => {
                    tracing::error!(version, %error, "the watchdog cannot look at services with these schedules");
                    continue;
                }
            };
            for expected in expected.into_iter().filter(|expected| counts(expected.owed, changed)) {
                let users = system.unseen(expected.clone()).await?;
                missing.extend(users.into_iter().map(|user| alert(user, &expected, now)));
            }
        }
        self.looked = now;
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let raised = system.raise_slot_alerts(missing, now).await?;
        tell(of, &raised).await?;
        Ok(raised)
    }

    /// Returns what should be seen by now and was not looked for yet, of services with this version of the
    /// schedules.
    async fn expected(
        &self,
        of: &Maintenance,
        version: u64,
        now: Timestamp,
    ) -> Result<Vec<Expectation>, AppError> {
        let calendar = of.handles.calendar.current();
        let set = of.schedules.set(version).await?;
        let today = now.ist_day();
        // A task may be late until the next session opens, so the trading day before counts still.
        let before = calendar.trading_day_from(today, -1).ok();
        let (mut expected, tasks) = (Vec::new(), of.tasks.current());
        for day in before.into_iter().chain([today]) {
            let day = calendar.day_or_closed(day);
            let there = |schedule: &&Schedule| schedule.enabled && tasks.find(schedule.task).is_some();
            for schedule in set.schedules().filter(there) {
                let latest = schedule.after.as_ref().map(|after| after.latest_on(&day));
                for slot in slots(schedule, &day)?.list() {
                    let of_slot =
                        |free| self.of_slot((schedule.task, slot, free), version, (&calendar, &tasks), now);
                    expected.extend(of_slot(slot.due_at));
                    // Whoever waits for other tasks owes it later, and at the latest then.
                    let waits = latest.filter(|latest| slot.ends_at.is_none() && *latest > slot.due_at);
                    expected.extend(waits.and_then(of_slot));
                }
            }
        }
        Ok(expected)
    }

    /// Returns what a slot owes by now, unless it was looked for before: its outcome once it is over, and a
    /// continuous one until then the last of its ticks that should be accounted for. `free` is when a one-shot slot
    /// can start.
    fn of_slot(
        &self,
        (task, slot, free): (Task, Slot, Timestamp),
        schedule_version: u64,
        (calendar, tasks): (&Calendar, &TaskSet),
        now: Timestamp,
    ) -> Option<Expectation> {
        let due_at = slot.due_at;
        let until = slot.instants().last()?;
        let (shared, late) = (tasks.is_shared(task), tasks.late_policy(task));
        let deadline = |at: Timestamp| latest_start(late, at, calendar).plus_millis(GRACE_MS);
        let ends = slot.ends_at.unwrap_or(free);
        let over = deadline(ends);
        let free_until = now.plus_millis(-over.millis_since(ends));
        let expectation = |owed, tick| Expectation {
            task,
            shared,
            due_at,
            until,
            owed,
            tick,
            schedule_version,
            free_until,
        };
        if over <= now {
            return (self.looked < over).then(|| expectation(until, None));
        }
        let tick = slot.ends_at.and_then(|_| slot.instants().take_while(|at| deadline(*at) <= now).last())?;
        Some(expectation(tick, Some(tick)))
    }
}

/// Returns whether something of a day is owed that another calendar changed at an instant: what was due until then
/// may have been withdrawn, or have had its time while the day was closed. Other days are as they were.
fn counts(owed: Timestamp, changed: Option<Timestamp>) -> bool {
    changed.is_none_or(|changed| owed > changed || owed.ist_day() != changed.ist_day())
}

fn alert(user: UserId, expected: &Expectation, now: Timestamp) -> NewSlotAlert {
    let Expectation { task, due_at, until, tick, .. } = *expected;
    let detail = match tick {
        Some(tick) => {
            format!("{task} due at {due_at}: its tick of {tick} was expected and not seen until {now}")
        }
        None => format!("{task} due at {due_at} was expected and not seen until {now}"),
    };
    NewSlotAlert { user, task, due_at, until, detail }
}

/// Sends each user their own alerts, and every admin one message for each slot.
async fn tell(of: &Maintenance, raised: &[NewSlotAlert]) -> Result<(), AppError> {
    let mut by_slot: BTreeMap<(Timestamp, Task), Vec<UserId>> = BTreeMap::new();
    for alert in raised {
        by_slot.entry((alert.due_at, alert.task)).or_default().push(alert.user);
        of.handles.events.publish_with(Audience::User(alert.user), || {
            Event::Alert(AlertEvent {
                code: AlertCode::SlotNotSeen.name().to_owned(),
                task: Some(alert.task),
                due_at: Some(alert.due_at),
                message: alert.detail.clone(),
            })
        });
        of.notices.tell(alert.user, words::alerts::not_seen(alert.task, alert.detail.clone()), None).await?;
    }
    let admins = of.users.admins();
    for ((due_at, task), users) in by_slot {
        // One line for all of them: what concerns one user often concerns every one.
        tracing::error!(%task, %due_at, users = users.len(), first = ?users.first(), "expected, not seen");
        for admin in &admins {
            // Who owes the slot alone knows of it already.
            if users != [admin.id] {
                let words = words::alerts::not_seen_for(task, due_at, &users);
                of.notices.tell(admin.id, words, None).await?;
            }
        }
    }
    Ok(())
}
