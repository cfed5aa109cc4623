//! The fills of a user as they are listed: by time, page by page.

use rusqlite::{Connection, Row};

use prahari_domain::book::FillWithdrawal;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Fill, Order, OrderEvent};
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::looked::{Looked, MOST_LOOKED_AT};
use crate::orders;
use crate::store::UserScope;

/// Selects the fills to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillFilter {
    /// Only fills at this instant or later.
    pub since: Option<Timestamp>,
    /// Only fills before this instant.
    pub until: Option<Timestamp>,
    /// Only fills of this symbol.
    pub symbol: Option<Symbol>,
    /// Continues after this entry of the list.
    pub after: Option<FillCursor>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

/// Where a fill stands in the list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FillCursor {
    /// Time of the fill by the books.
    pub at: Timestamp,
    /// Sequence number of its entry in the user's journal.
    pub sequence: u64,
}

/// A fill with the order that it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundFill {
    /// Place of the fill in the list.
    pub cursor: FillCursor,
    /// The order as it stands now.
    pub order: Order,
    /// The fill.
    pub fill: Fill,
    /// Why it was taken back, one sentence; none when it stands.
    pub withdrawn: Option<String>,
}

impl UserScope {
    /// The newest fills that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn fill_page(&self, filter: FillFilter) -> Result<Looked<FoundFill, FillCursor>, StoreError> {
        let user = self.user;
        self.read("read the fills", move |conn| look(conn, user, &filter, MOST_LOOKED_AT)).await
    }
}

impl UserScope {
    /// The fills that were taken back, with their order, the oldest withdrawal first; also those that were booked again since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn withdrawn_fills(&self) -> Result<Vec<(OrderId, Fill)>, StoreError> {
        let user = self.user;
        self.read("read the fills that were taken back", move |conn| {
            let Withdrawn(found) = Withdrawn::of(conn, user)?;
            Ok(found.into_iter().map(|(_, order, withdrawal)| (order, withdrawal.fill)).collect())
        })
        .await
    }
}

/// Most withdrawals that are looked through for a page; the exchange annuls a trade in years.
const MOST_WITHDRAWN: u32 = 10_000;

/// Fills that were taken back, the oldest first.
const WITHDRAWN: &str = "SELECT sequence, order_id, data FROM journal INDEXED BY journal_withdrawn_fills
                         WHERE user_id = ?1 AND event = 'fill_withdrawn' ORDER BY sequence LIMIT ?2";

/// Why fills of a user were taken back.
struct Withdrawn(Vec<(u64, OrderId, FillWithdrawal)>);

impl Withdrawn {
    fn of(conn: &Connection, user: UserId) -> Result<Self, StoreError> {
        let read = |row: &Row<'_>| -> Result<_, StoreError> {
            let OrderEvent::FillWithdrawn(withdrawal) = from_json(row, "data")? else { return Ok(None) };
            Ok(Some((unsigned(row, "sequence")?, parsed(row, "order_id")?, withdrawal)))
        };
        let found = select(conn, WITHDRAWN, (user.0.cast_signed(), MOST_WITHDRAWN), read)?;
        Ok(Self(found.into_iter().flatten().collect()))
    }

    /// Why a fill was taken back; one that was told again later stands.
    fn reason(&self, sequence: u64, of: OrderId, key: &str) -> Option<String> {
        let is_it = |(later, order, withdrawal): &&(u64, OrderId, FillWithdrawal)| {
            *later > sequence && *order == of && withdrawal.fill.key == key
        };
        self.0.iter().find(is_it).map(|(_, _, withdrawal)| withdrawal.reason.clone())
    }
}

const FILLS: &str = "SELECT sequence, order_id, at, data FROM journal INDEXED BY journal_fills
                     WHERE user_id = ?1 AND event = 'filled' AND at >= ?2 AND (at, sequence) < (?3, ?4)
                     ORDER BY at DESC, sequence DESC LIMIT ?5";

fn look(
    conn: &Connection,
    user: UserId,
    filter: &FillFilter,
    most: u32,
) -> Result<Looked<FoundFill, FillCursor>, StoreError> {
    let until = (filter.until.map_or(i64::MAX, |until| until.0), i64::MIN);
    let (at, sequence) =
        filter.after.map_or(until, |after| until.min((after.at.0, after.sequence.cast_signed())));
    let withdrawn = Withdrawn::of(conn, user)?;
    let mut statement = conn.prepare_cached(FILLS)?;
    let since = filter.since.map_or(i64::MIN, |since| since.0);
    let rows = statement.query((user.0.cast_signed(), since, at, sequence, most))?;
    Looked::through(rows, filter.limit, most, |row| find(conn, filter, &withdrawn, row), place)
}

/// The fill of a row, when it is of the share that is asked for.
fn find(
    conn: &Connection,
    filter: &FillFilter,
    withdrawn: &Withdrawn,
    row: &Row<'_>,
) -> Result<Option<FoundFill>, StoreError> {
    let order = orders::find(conn, parsed(row, "order_id")?)?;
    let is_of = |order: &Order| filter.symbol.as_ref().is_none_or(|symbol| order.request.symbol == *symbol);
    match (order.filter(is_of), from_json(row, "data")?) {
        (Some(order), OrderEvent::Filled(fill)) => {
            let cursor = place(row)?;
            let withdrawn = withdrawn.reason(cursor.sequence, order.id, &fill.key);
            Ok(Some(FoundFill { cursor, order, fill, withdrawn }))
        }
        _ => Ok(None),
    }
}

fn place(row: &Row<'_>) -> Result<FillCursor, StoreError> {
    Ok(FillCursor { at: instant(row, "at")?, sequence: unsigned(row, "sequence")? })
}

#[cfg(test)]
mod tests {
    use prahari_domain::orders::OrderState;

    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{fill, new_database, pages_of, write_order};

    #[test]
    fn fills_are_walked_by_time() {
        let plan = plan_of(FILLS);
        assert!(
            plan.starts_with("SEARCH journal USING INDEX journal_fills (user_id=? AND at>? AND "),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn a_page_ends_at_its_bound_and_the_next_one_goes_on_there() {
        let conn = new_database();
        write_order(&conn, 1, 1, "TCS", OrderState::Filled);
        write_order(&conn, 1, 2, "INFY", OrderState::Filled);
        (1..=7).for_each(|sequence| fill(&conn, 1, sequence, if [2, 7].contains(&sequence) { 1 } else { 2 }));
        let pages = |symbol: Option<&str>, limit, most| -> Vec<Vec<u64>> {
            let symbol = symbol.map(|symbol| Symbol::new(symbol).unwrap());
            let page = |after| FillFilter { since: None, until: None, symbol: symbol.clone(), after, limit };
            let pages = pages_of(|after| look(&conn, UserId(1), &page(after), most).unwrap());
            pages.into_iter().map(|page| page.iter().map(|fill| fill.cursor.sequence).collect()).collect()
        };
        assert_eq!(pages(Some("TCS"), 9, 2), [vec![7], vec![], vec![2], vec![]]);
        for most in 1..=8 {
            assert_eq!(pages(None, 2, most).concat(), [7, 6, 5, 4, 3, 2, 1], "by {most}");
        }
    }
}
