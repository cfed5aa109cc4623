//! The ledger as people read it: what was expected of each task and what became of it.

use prahari_domain::calendar::TradingDay;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use prahari_store::{SlotCounts, SlotFilter, SlotRow};

use super::{Queries, UserQueries};
use crate::error::AppError;

/// The slots of a user on a day, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerDay {
    /// The day as the calendar in force has it.
    pub day: TradingDay,
    /// How many slots of each task stand how, in the order of the tasks.
    pub tasks: Vec<(Task, SlotCounts)>,
}

/// The slots of everybody on a day, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerDayOfAll {
    /// The day as the calendar in force has it, and the counts by task over all users.
    pub ledger: LedgerDay,
    /// The users with slots that are overdue, missed or failed, those with most of them first.
    pub troubled: Vec<(UserId, SlotCounts)>,
}

impl UserQueries<'_> {
    /// The slots of the user that the filter lets through, by due time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slots(&self, filter: SlotFilter) -> Result<Vec<SlotRow>, AppError> {
        Ok(self.scope.slot_page(filter).await?)
    }

    /// The slots of the user on `day`, counted by task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ledger_day(&self, day: Day) -> Result<LedgerDay, AppError> {
        let counts = self.scope.slot_counts(day, self.all.clock.now()).await?;
        Ok(self.all.ledger(day, counts))
    }
}

impl Queries {
    /// The slots of everybody that the filter lets through, by due time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slots_of_all(&self, filter: SlotFilter) -> Result<Vec<SlotRow>, AppError> {
        Ok(self.store.system().slot_page(filter).await?)
    }

    /// The slots of everybody on `day`, counted by task, and the users with trouble, `most_troubled` of them at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ledger_day_of_all(&self, day: Day, most_troubled: u32) -> Result<LedgerDayOfAll, AppError> {
        let (system, now) = (self.store.system(), self.clock.now());
        let counts = system.slot_counts(day, now).await?;
        let troubled = system.users_with_trouble(day, now, most_troubled).await?;
        Ok(LedgerDayOfAll { ledger: self.ledger(day, counts), troubled })
    }

    fn ledger(&self, day: Day, mut tasks: Vec<(Task, SlotCounts)>) -> LedgerDay {
        let known = self.tasks.current();
        tasks.sort_by_key(|(task, _)| known.rank(*task));
        LedgerDay { day: self.trading.calendar.current().day_or_closed(day), tasks }
    }
}
