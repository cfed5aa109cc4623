//! Lists, page by page.

use chrono::Datelike;
use prahari_app::queries::{
    FillCursor, NoteCursor, PlacedCursor, PositionKey, RestatedCursor, RunCursor, SignalCursor, SlotCursor,
};
use prahari_domain::ids::{ActionId, OrderId, RunId, SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Items per page when the request gives no limit.
const USUAL_LIMIT: u32 = 50;

/// Most items of a page.
const MOST_ITEMS: u32 = 500;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, the newest first where they have a time.
    pub items: Vec<T>,
    /// The `cursor` of the next page; null on the last one. A page may be short, even empty, and have a next one.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is always answered whole.
    pub fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), next: None }
    }
}

/// Returns how many items are asked for.
///
/// # Errors
/// When they are none or too many.
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(USUAL_LIMIT) {
        limit @ 1..=MOST_ITEMS => Ok(limit),
        other => Err(Problem::invalid(format!("limit: {other} is not between 1 and {MOST_ITEMS}"))),
    }
}

/// The page of a list that was read one item further than the limit, to know whether there is more.
pub fn page<T, C: Cursor, V>(
    mut items: Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> C,
    view: impl Fn(T) -> V,
) -> Page<V> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| cursor(last).write());
    Page { items: items.into_iter().map(view).collect(), next }
}

/// The place in a list that the text of a cursor names.
///
/// # Errors
/// When it is none that was given out.
pub fn parse_cursor<C: Cursor>(text: Option<&str>) -> Result<Option<C>, Problem> {
    let read = |text| {
        C::read(text).ok_or_else(|| Problem::invalid("cursor: it is not the `next` of an earlier page"))
    };
    text.map(read).transpose()
}

/// A place in a list, as the text that a client hands back.
pub trait Cursor: Sized {
    /// Writes the cursor as text.
    fn write(&self) -> String;
    /// Reads a cursor from text; `None` when the text is not one.
    fn read(text: &str) -> Option<Self>;
}

impl Cursor for u64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        // The database numbers rows with signed integers.
        text.parse().ok().filter(|number| i64::try_from(*number).is_ok())
    }
}

impl Cursor for Day {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Cursor for (Day, ActionId) {
    fn write(&self) -> String {
        format!("{}.{}", self.0, self.1)
    }

    fn read(text: &str) -> Option<Self> {
        let (day, action) = text.split_once('.')?;
        Some((day.parse().ok()?, ActionId(u64::read(action)?)))
    }
}

impl Cursor for Symbol {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::new(text).ok()
    }
}

impl Cursor for OrderId {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Cursor for RunCursor {
    fn write(&self) -> String {
        format!("{}.{}", self.started_at.0, self.run)
    }

    fn read(text: &str) -> Option<Self> {
        let (started_at, run) = text.split_once('.')?;
        Some(Self { started_at: Timestamp(started_at.parse().ok()?), run: RunId(run.parse().ok()?) })
    }
}

impl Cursor for NoteCursor {
    fn write(&self) -> String {
        format!("{}.{}", self.run.write(), self.number)
    }

    fn read(text: &str) -> Option<Self> {
        let (run, number) = text.rsplit_once('.')?;
        Some(Self { run: RunCursor::read(run)?, number: number.parse().ok()? })
    }
}

impl Cursor for SignalCursor {
    fn write(&self) -> String {
        format!("{}.{}", self.day, self.signal)
    }

    fn read(text: &str) -> Option<Self> {
        let (day, signal) = text.split_once('.')?;
        Some(Self { day: day.parse().ok()?, signal: SignalId(signal.parse().ok()?) })
    }
}

impl Cursor for SlotCursor {
    fn write(&self) -> String {
        format!("{}.{}.{}", self.due_at.0, self.user, self.task)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (due_at, user, task) = (parts.next()?.parse().ok()?, u64::read(parts.next()?)?, parts.next()?);
        let cursor = Self { due_at: Timestamp(due_at), user: UserId(user), task: task.parse().ok()? };
        parts.next().is_none().then_some(cursor)
    }
}

impl Cursor for FillCursor {
    fn write(&self) -> String {
        format!("{}.{}", self.at.0, self.sequence)
    }

    fn read(text: &str) -> Option<Self> {
        let (at, sequence) = text.split_once('.')?;
        Some(Self { at: Timestamp(at.parse().ok()?), sequence: u64::read(sequence)? })
    }
}

impl Cursor for PlacedCursor {
    fn write(&self) -> String {
        format!("{}.{}", self.placed_at.0, self.order)
    }

    fn read(text: &str) -> Option<Self> {
        let (placed_at, order) = text.split_once('.')?;
        Some(Self { placed_at: Timestamp(placed_at.parse().ok()?), order: order.parse().ok()? })
    }
}

impl Cursor for PositionKey {
    fn write(&self) -> String {
        format!("{}.{}.{}", self.user, self.symbol, self.strategy)
    }

    fn read(text: &str) -> Option<Self> {
        let (user, position) = text.split_once('.')?;
        let (symbol, strategy) = position.rsplit_once('.')?;
        let (symbol, strategy) = (Symbol::new(symbol).ok()?, strategy.parse().ok()?);
        Some(Self { user: UserId(u64::read(user)?), symbol, strategy })
    }
}

impl Cursor for RestatedCursor {
    fn write(&self) -> String {
        let Self { restated_at, source, symbol, year: _, version, day } = self;
        format!("{}.{source}.{symbol}.{version}.{day}", restated_at.0)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let restated_at = Timestamp(parts.next()?.parse().ok()?);
        let (source, symbol) = (parts.next()?.to_owned(), Symbol::new(parts.next()?).ok()?);
        let (version, day) = (parts.next()?.parse().ok()?, parts.next()?.parse::<Day>().ok()?);
        let cursor = Self { restated_at, source, symbol, year: day.year(), version, day };
        parts.next().is_none().then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::tasks::Task;

    use super::*;

    #[test]
    fn a_page_has_a_next_one_only_when_there_is_more() {
        let of = |items: &[u64]| page(items.to_vec(), 2, |item| *item, |item| item);
        assert_eq!(of(&[9, 8, 7]).next.as_deref(), Some("8"));
        assert_eq!(of(&[9, 8, 7]).items, [9, 8]);
        assert_eq!(of(&[9, 8]).next, None);
    }

    #[test]
    fn a_cursor_reads_back_what_it_wrote_and_nothing_else() {
        let run = RunCursor { started_at: Timestamp(-5), run: RunId(7) };
        let line = NoteCursor { run, number: 3 };
        assert_eq!(RunCursor::read(&run.write()), Some(run));
        assert_eq!(NoteCursor::read(&line.write()), Some(line));
        let slot = SlotCursor { due_at: Timestamp(9), user: UserId(3), task: Task::literal("sell_monitor") };
        assert_eq!(SlotCursor::read(&slot.write()), Some(slot));
        let last = NoteCursor { run, number: u32::MAX };
        assert_eq!(NoteCursor::read(&last.write()), Some(last));
        let fill = FillCursor { at: Timestamp(8), sequence: 2 };
        assert_eq!(FillCursor::read(&fill.write()), Some(fill));
        let order = "U2-20250307-0001".parse().unwrap();
        let placed = PlacedCursor { placed_at: Timestamp(8), order };
        assert_eq!(PlacedCursor::read(&placed.write()), Some(placed));
        let action = ("2024-10-28".parse().unwrap(), ActionId(7));
        assert_eq!(<(Day, ActionId)>::read(&action.write()), Some(action));
        let (symbol, strategy) = (Symbol::new("M&M").unwrap(), "rebound".parse().unwrap());
        let position = PositionKey { user: UserId(3), symbol, strategy };
        assert_eq!(PositionKey::read(&position.write()), Some(position));
        let (symbol, day) = (Symbol::new("M&M").unwrap(), "2024-06-28".parse::<Day>().unwrap());
        let restated = RestatedCursor {
            restated_at: Timestamp(8),
            source: "yahoo".to_owned(),
            symbol,
            year: 2024,
            version: 2,
            day,
        };
        assert_eq!(RestatedCursor::read(&restated.write()), Some(restated));
        for text in ["", ".", "1", "1.", "x.1", "1.2.3.4", "1.-2"] {
            assert!(parse_cursor::<FillCursor>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<PlacedCursor>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<(Day, ActionId)>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<PositionKey>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<RestatedCursor>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<RunCursor>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<NoteCursor>(Some(text)).is_err(), "{text:?}");
            assert!(parse_cursor::<SlotCursor>(Some(text)).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_limit_has_bounds() {
        assert_eq!(limit(None).unwrap(), 50);
        assert_eq!(limit(Some(500)).unwrap(), 500);
        assert!(limit(Some(0)).is_err());
        assert!(limit(Some(501)).is_err());
    }
}
