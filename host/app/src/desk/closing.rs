//! Closing trading dates: the statement, the expiry of what was valid for the date, the snapshot, the forgetting.
//!
//! The host does it, not a task: after a date is over, beside the schedule, and in any case before the desk takes a
//! report or an order of a later date. A date that ended while the daemon was down is closed at the next start in
//! the same way, several of them one after the other: the broker is asked what happened up to the end of each
//! before it is closed. What is learnt of a date that is closed already changes its statement.

use prahari_brokers::Sessions;
use prahari_domain::book::{Book, standing_entries};
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent, OrderState, Variety};
use prahari_domain::time::{Day, Timestamp};

use super::unknown::end_not_seen;
use super::{DailyStatement, Desk};
use crate::error::AppError;

/// Days for which a closed order stays in memory. Signals live for two trading days and a retry ends with the next
/// one; ten calendar days cover both across the longest run of holidays.
const REMEMBERED_DAYS: u64 = 10;

/// The most calendar days that are closed after the fact; a daemon that was down for longer has no statements of the
/// dates before.
const MOST_DAYS: u64 = 366;

/// The closed dates of a desk.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dates {
    /// The first date that is not closed; `None` until the desk is first asked for anything.
    open_from: Option<Day>,
    /// The latest instant of which an entry was booked since the books were loaded.
    latest: Option<Timestamp>,
    /// The first closed date of which something was learnt after its close.
    stale_from: Option<Day>,
    /// Number of entries and of orders in the last snapshot.
    snapshot: (u64, usize),
}

impl Dates {
    /// The dates of books that were just loaded, from the first one that is not closed.
    pub(super) fn new(open_from: Option<Day>, snapshot: (u64, usize)) -> Self {
        Self { open_from, latest: None, stale_from: None, snapshot }
    }

    /// Takes note of an entry that was read with all others from the first on, because there is no snapshot. The
    /// statements of closed dates know it.
    pub(super) fn saw(&mut self, at: Timestamp) {
        self.latest = self.latest.max(Some(at));
    }

    /// Takes note of an entry that was booked, or that the last snapshot does not have.
    pub(super) fn note(&mut self, at: Timestamp) {
        self.saw(at);
        let day = at.ist_day();
        if self.is_closed(day) {
            self.stale_from = Some(self.stale_from.map_or(day, |from| from.min(day)));
        }
    }

    /// Returns whether a date is closed.
    pub(super) fn is_closed(&self, day: Day) -> bool {
        self.open_from.is_some_and(|open| day < open)
    }
}

impl Desk {
    /// Closes every trading date before that of `now` that is not closed yet, oldest first, and writes the
    /// statements of closed dates anew of which something was learnt since. `note` is why the books may be
    /// incomplete, if so. Costs nothing when there is nothing to do.
    ///
    /// # Errors
    /// When the store cannot be read or written. What the broker or the journal refuses is said in the statement.
    pub async fn close_past_dates(&mut self, now: Timestamp, note: Option<&str>) -> Result<(), AppError> {
        let today = now.ist_day();
        let open = *self.dates.open_from.get_or_insert(today);
        if open < today {
            self.close_dates(open, today, now, note.map(str::to_owned)).await?;
        }
        if let Some(from) = self.dates.stale_from.take() {
            self.restate(from).await?;
        }
        Ok(())
    }

    async fn close_dates(
        &mut self,
        open: Day,
        today: Day,
        now: Timestamp,
        mut note: Option<String>,
    ) -> Result<(), AppError> {
        let earliest = today.checked_sub_days(chrono::Days::new(MOST_DAYS)).unwrap_or(open);
        if earliest > open {
            let user = self.book.user();
            tracing::warn!(%user, from = %open, until = %earliest, "dates that are too long ago get no statement");
        }
        note = note.or_else(|| self.fault.clone());
        if self.needs_reconcile && note.is_none() {
            note = as_note(self.reconcile(now).await.map(|_| ()))?;
        }
        for day in open.max(earliest).iter_days().take_while(|day| *day < today) {
            if self.trading.calendar.current().is_open_on(day) {
                if note.is_none() {
                    note = as_note(self.follow_to_end_of(day).await)?;
                }
                self.close_date(day, note.as_deref(), now).await?;
            }
            self.dates.open_from = day.succ_opt();
        }
        Ok(())
    }

    /// Books what happened at the broker up to the end of a date, and the end of the orders that were valid for it.
    async fn follow_to_end_of(&mut self, day: Day) -> Result<(), AppError> {
        self.take_reports(last_instant(day)).await?;
        let over: Vec<Order> =
            self.book.active_orders().filter(|order| self.was_valid_through(order, day)).cloned().collect();
        if over.is_empty() {
            return Ok(());
        }
        let theirs = self.ask_book().await?;
        let (mut behind, proven) = (false, self.link.broker.book_proves_absence());
        for order in over {
            if theirs.find(&order, &self.book).is_some() {
                behind = true;
                continue;
            }
            let reason = if proven {
                format!("it was valid for {day}, and is in the broker's book no more")
            } else {
                // Nothing can be executed of it any more. What was, only the broker knows.
                let reason = end_not_seen(day);
                self.tell_of_end_not_seen(&order, &reason);
                reason
            };
            self.record(order.id, last_instant(day), OrderEvent::Expired { reason }).await?;
        }
        if behind {
            self.reconcile(last_instant(day)).await?;
        }
        Ok(())
    }

    /// Returns whether an order stood at the broker for a session that was over at the end of a date.
    fn was_valid_through(&self, order: &Order, day: Day) -> bool {
        let stands = matches!(order.state, OrderState::Accepted | OrderState::PartiallyFilled);
        stands
            && match order.request.variety {
                Variety::Regular => order.placed_at.ist_day() <= day,
                Variety::AfterMarket => self
                    .trading
                    .calendar
                    .current()
                    .session(day)
                    .is_some_and(|session| order.placed_at < session.pre_open),
            }
    }

    async fn close_date(&mut self, day: Day, note: Option<&str>, now: Timestamp) -> Result<(), AppError> {
        let mut statement = if self.dates.latest.is_some_and(|at| at > last_instant(day)) {
            self.statement_as_of(day, self.book.capital()).await?
        } else {
            self.statement(day, last_instant(day)).await
        };
        let note = note.map(str::to_owned).or_else(|| self.not_known_of(day));
        statement.note = statement.note.or(note);
        // Each position is offered anew each day, so ended sells are most of the orders; nothing asks for them again.
        self.book.drop_closed_sells(day);
        if let Some(before) = day.checked_sub_days(chrono::Days::new(REMEMBERED_DAYS)) {
            self.book.drop_closed(before);
        }
        let (through, orders) = (self.book.next_sequence().saturating_sub(1), self.book.orders().count());
        // Books that end at a fault are no place to go on from.
        let changed = self.fault.is_none() && self.dates.snapshot != (through, orders);
        let snapshot = if changed { Some((through, self.book.snapshot()?)) } else { None };
        self.scope().close_date(day, serde_json::to_string(&statement)?, snapshot).await?;
        self.dates.snapshot = (through, orders);
        self.announce_statement(day);
        // Of several dates that ended while the daemon was down the last is news.
        let last = self.trading.calendar.current().trading_day_from(now.ist_day(), -1).ok();
        if last == Some(day) { self.tell_of(&statement, now).await } else { Ok(()) }
    }

    /// Writes the statements of closed dates from `from` on anew.
    async fn restate(&mut self, from: Day) -> Result<(), AppError> {
        let Some(open) = self.dates.open_from else { return Ok(()) };
        let earliest = open.checked_sub_days(chrono::Days::new(MOST_DAYS)).unwrap_or(from);
        for day in from.max(earliest).iter_days().take_while(|day| *day < open) {
            let Some(written) = self.scope().statement(day).await? else { continue };
            let written: DailyStatement = serde_json::from_str(&written)?;
            let capital = written.capital.unwrap_or(self.book.capital());
            let statement = self.statement_as_of(day, capital).await?;
            self.scope().close_date(day, serde_json::to_string(&statement)?, None).await?;
            self.announce_statement(day);
        }
        Ok(())
    }

    /// The statement of a date from its own journal entries and prices, whatever came after it.
    async fn statement_as_of(&self, day: Day, capital: Paise) -> Result<DailyStatement, AppError> {
        let (book, note) = self.books_as_of(day, capital).await?;
        let desk = Self {
            trading: self.trading.clone(),
            link: self.link.clone(),
            resynced: None,
            book,
            limits: self.limits.clone(),
            halts: self.halts.clone(),
            needs_reconcile: true,
            events: None,
            teller: None,
            summarised: None,
            fault: None,
            queued: Default::default(),
            signals: None,
            outside: Default::default(),
            unknown: Default::default(),
            strays: Default::default(),
            annulled: Default::default(),
            sellable: Default::default(),
            unreached: false,
            dates: self.dates,
        };
        let note = note.or_else(|| self.not_known_of(day));
        Ok(DailyStatement { note, ..desk.statement(day, last_instant(day)).await })
    }

    /// The fold of the entries up to the end of a date. Entries are in the order in which they were learnt, so one that
    /// stands on a later one is left out, and the note says so.
    async fn books_as_of(&self, day: Day, capital: Paise) -> Result<(Book, Option<String>), AppError> {
        let mut book = Book::open(self.book.user(), capital);
        let mut note = None;
        let entries = self.scope().load_journal(0).await?;
        // Of a fill that was annulled later the date knows nothing.
        let standing = standing_entries(&entries).into_iter();
        for entry in standing.filter(|entry| entry.at <= last_instant(day)) {
            let sequence = book.next_sequence();
            if let Err(error) = book.apply(&JournalEntry { sequence, ..entry.clone() }) {
                note = Some(format!("an entry of the date could not be told apart from later ones: {error}"));
            }
        }
        Ok((book, note))
    }
}

/// The last millisecond of a date.
pub(crate) fn last_instant(day: Day) -> Timestamp {
    let next = day.succ_opt().unwrap_or(day);
    Timestamp::start_of(next).plus_millis(-1)
}

/// Returns what went wrong as a sentence for the statement, unless nothing can be written any more.
fn as_note(result: Result<(), AppError>) -> Result<Option<String>, AppError> {
    match result {
        Ok(()) => Ok(None),
        Err(error) if error.concerns_everybody() => Err(error),
        Err(error) => Ok(Some(error.to_string())),
    }
}
