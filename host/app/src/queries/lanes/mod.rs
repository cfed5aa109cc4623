//! The day as lanes: for each user and task one row of states, and which users have trouble.

mod draw;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use prahari_domain::ids::UserId;
use prahari_domain::time::Day;
use prahari_store::{ExecutingSlot, LaneRows, LaneTicks, SlotRow};

use super::{Queries, UserQueries};
use crate::error::AppError;
use draw::{Moment, draw};

pub use draw::{LaneSlot, LaneState, TaskLane, TickSpan};

/// Users whose rows are read by one query.
const USERS_AT_ONCE: usize = 100;

/// Rows after which no more users are read for one answer: what a minute task that fails each minute leaves for 100 users.
const MOST_ROWS: usize = 40_000;

/// What of a user somebody has to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Slots of the day that are overdue, missed or failed.
    pub slots: u32,
    /// Open alerts about the user, of whichever day.
    pub open_alerts: u32,
    /// Orders of which it is not known whether the broker has them, of whichever day.
    pub unknown_orders: u32,
}

impl Trouble {
    /// Returns whether there is any.
    pub const fn is_any(self) -> bool {
        self.slots > 0 || self.open_alerts > 0 || self.unknown_orders > 0
    }
}

/// The rows of one user.
type RowsOfUser = (Vec<SlotRow>, Vec<LaneTicks>, Vec<ExecutingSlot>);

impl UserQueries<'_> {
    /// Returns the lanes of the user on `day`, one for each task that has a slot, and what of them is trouble.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lanes(&self, day: Day) -> Result<(Vec<TaskLane>, Trouble), AppError> {
        let LaneRows { slots, ticks, executing } = self.scope.lane_rows(day).await?;
        let (open_alerts, unknown_orders) = self.scope.open_questions().await?;
        let lanes = self.all.draw(|moment| draw(moment, &slots, &ticks, &executing));
        let troubled = lanes.iter().flat_map(|lane| &lane.slots).filter(|slot| slot.state.is_trouble());
        let slots = u32::try_from(troubled.count()).unwrap_or(u32::MAX);
        Ok((lanes, Trouble { slots, open_alerts, unknown_orders }))
    }
}

impl Queries {
    /// Returns the lanes on `day` of the first of these users, in their order: of all of them, unless their day has more rows than
    /// one answer reads. One at least is answered where one is asked for.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lanes_of(
        &self,
        day: Day,
        users: &[UserId],
    ) -> Result<Vec<(UserId, Vec<TaskLane>)>, AppError> {
        let (mut found, mut rows) = (Vec::with_capacity(users.len()), 0);
        for some in users.chunks(USERS_AT_ONCE) {
            if rows > MOST_ROWS {
                break;
            }
            let read = self.store.system().lane_rows(day, some).await?;
            rows += read.slots.len() + read.ticks.len();
            let mut of_users = by_user(read);
            found.extend(some.iter().map(|user| {
                let (slots, ticks, executing) = of_users.remove(user).unwrap_or_default();
                (*user, self.draw(|moment| draw(moment, &slots, &ticks, &executing)))
            }));
        }
        Ok(found)
    }

    /// Returns the users who have trouble on `day`, with what it is; all others have none. Of each kind of trouble the first 200,000 rows
    /// are looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn troubles(&self, day: Day) -> Result<BTreeMap<UserId, Trouble>, AppError> {
        let system = self.store.system();
        let mut troubles: BTreeMap<UserId, Trouble> = BTreeMap::new();
        for (user, count) in system.slots_gone_wrong(day).await? {
            troubles.entry(user).or_default().slots += count;
        }
        let due = system.due_slots(day, self.clock.now()).await?;
        let overdue: Vec<_> = self
            .draw(|moment| due.iter().filter(|slot| moment.is_overdue(slot)).map(|slot| slot.user).collect());
        for user in overdue {
            troubles.entry(user).or_default().slots += 1;
        }
        for (user, count) in system.open_alerts_by_user().await? {
            troubles.entry(user).or_default().open_alerts = count;
        }
        for (user, count) in system.unknown_orders_by_user().await? {
            troubles.entry(user).or_default().unknown_orders = count;
        }
        Ok(troubles)
    }

    /// Draws by the clock, the calendar and the tasks as they are now.
    fn draw<T>(&self, draw: impl FnOnce(&Moment<'_>) -> T) -> T {
        let (calendar, tasks) = (self.trading.calendar.current(), self.tasks.current());
        draw(&Moment { now: self.clock.now(), calendar: &calendar, tasks: &tasks })
    }
}

fn by_user(rows: LaneRows) -> BTreeMap<UserId, RowsOfUser> {
    let mut of_users: BTreeMap<UserId, RowsOfUser> = BTreeMap::new();
    for slot in rows.slots {
        of_users.entry(slot.user).or_default().0.push(slot);
    }
    for ticks in rows.ticks {
        of_users.entry(ticks.user).or_default().1.push(ticks);
    }
    for run in rows.executing {
        of_users.entry(run.user).or_default().2.push(run);
    }
    of_users
}
