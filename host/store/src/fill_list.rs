//! The fills of a user as they are listed: by time, page by page.

use rusqlite::Connection;

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Fill, Order, OrderEvent};
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, parsed, select_one, unsigned};
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::store::UserScope;

/// Most fills that are looked at for one page.
const MOST_LOOKED_AT: u32 = 5_000;

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
}

impl UserScope {
    /// The newest fills that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn fill_page(&self, filter: FillFilter) -> Result<Looked<FoundFill, FillCursor>, StoreError> {
        let user = self.user;
        self.read("read the fills", move |conn| look(conn, user, &filter)).await
    }
}

const FILLS: &str = "SELECT sequence, order_id, at, data FROM journal INDEXED BY journal_fills
                     WHERE user_id = ?1 AND event = 'filled' AND at >= ?2 AND (at, sequence) < (?3, ?4)
                     ORDER BY at DESC, sequence DESC LIMIT ?5";

const ORDER: &str = "SELECT data FROM orders WHERE user_id = ?1 AND day = ?2 AND number = ?3";

fn look(
    conn: &Connection,
    user: UserId,
    filter: &FillFilter,
) -> Result<Looked<FoundFill, FillCursor>, StoreError> {
    let user = user.0.cast_signed();
    let until = (filter.until.map_or(i64::MAX, |until| until.0), i64::MIN);
    let (at, sequence) =
        filter.after.map_or(until, |after| until.min((after.at.0, after.sequence.cast_signed())));
    let mut statement = conn.prepare_cached(FILLS)?;
    let since = filter.since.map_or(i64::MIN, |since| since.0);
    let mut rows = statement.query((user, since, at, sequence, MOST_LOOKED_AT))?;
    let mut page = Looked { items: Vec::new(), next: None };
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        looked_at += 1;
        let cursor = FillCursor { at: instant(row, "at")?, sequence: unsigned(row, "sequence")? };
        let id: OrderId = parsed(row, "order_id")?;
        let key = (user, id.day.to_string(), id.number);
        let order: Option<Order> = select_one(conn, ORDER, key, |row| from_json(row, "data"))?;
        let wanted =
            |order: &Order| filter.symbol.as_ref().is_none_or(|symbol| order.request.symbol == *symbol);
        if let (Some(order), OrderEvent::Filled(fill)) = (order.filter(wanted), from_json(row, "data")?) {
            page.items.push(FoundFill { cursor, order, fill });
        }
        if page.items.len() >= filter.limit as usize || looked_at == MOST_LOOKED_AT {
            page.next = Some(cursor);
            break;
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn fills_are_walked_by_time() {
        let plan = plan_of(FILLS);
        assert!(
            plan.starts_with("SEARCH journal USING INDEX journal_fills (user_id=? AND at>? AND "),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
