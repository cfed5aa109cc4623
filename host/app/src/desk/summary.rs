//! Telling the user what a trading date came to: once, in the evening or at the latest when the date is closed.

use prahari_domain::orders::Side;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::NewNotification;

use super::{DailyStatement, Desk};
use crate::error::AppError;
use crate::notices::words::days::{DayFacts, summary};

impl Desk {
    /// Tells the user what a date has come to by now, unless they were told or there is nothing to tell.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(crate) async fn tell_of_date(&mut self, day: Day, now: Timestamp) -> Result<(), AppError> {
        if self.knows_of(day) || !self.trading.calendar.current().is_open_on(day) {
            return Ok(());
        }
        self.check_usable()?;
        let statement = self.statement(day, now).await;
        self.scope().save_statement(day, serde_json::to_string(&statement)?).await?;
        self.tell_of(&statement, now).await
    }

    /// The same with the statement that was kept of the date.
    pub(super) async fn tell_of(
        &mut self,
        statement: &DailyStatement,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let day = statement.day;
        if self.knows_of(day) {
            return Ok(());
        }
        let Some(teller) = self.teller.clone() else { return Ok(()) };
        let facts = DayFacts {
            statement,
            opened: self.opened_on(day),
            closed: self.closed_on(day),
            failed: self.scope().slots_in_trouble_on(day).await?,
        };
        if !facts.is_nothing() {
            let words = summary(&facts);
            let kind = words.kind;
            let preferences = teller.preferences.get();
            let message = NewNotification::marked(words.into_row(now, None), kind, &preferences.value);
            // After a restart it may have been told before; then only who listens hears of it again.
            self.scope().tell_of_date(day, message.clone()).await?;
            self.announce_messages(vec![message]);
        }
        self.summarised = Some(day);
        Ok(())
    }

    fn knows_of(&self, day: Day) -> bool {
        self.summarised.is_some_and(|last| day <= last)
    }

    fn opened_on(&self, day: Day) -> u64 {
        let positions = self.book.positions();
        positions.iter().filter(|position| position.opened_on == day).count() as u64
    }

    /// Symbols that were sold on a date and are held no more.
    fn closed_on(&self, day: Day) -> u64 {
        let sold = self.book.fills_on(day).iter().filter(|fill| fill.side == Side::Sell);
        let mut symbols: Vec<_> =
            sold.map(|fill| &fill.symbol).filter(|symbol| self.book.held(symbol) == 0).collect();
        symbols.sort_unstable();
        symbols.dedup();
        symbols.len() as u64
    }
}
