//! The orders of everybody, newest first.
//!
//! A filter may find little among many, so the rows that are looked at for one page are bounded: a page may be short and
//! says where to go on.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, parsed};
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::orders::{OrderFilter, values, wanted};
use crate::store::SystemScope;

/// Most orders that are looked at for one page.
const MOST_LOOKED_AT: u32 = 5_000;

/// Where an order stands in the list of everybody's: by trading date, then by the time at which it was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedCursor {
    /// Time at which the order was written down.
    pub placed_at: Timestamp,
    /// The order, whose id has the trading date.
    pub order: OrderId,
}

impl SystemScope {
    /// The newest orders of all users that the filter lets through, after a place in the list. Where the filter itself
    /// says to go on is not looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders(
        &self,
        filter: OrderFilter,
        after: Option<PlacedCursor>,
    ) -> Result<Looked<Order, PlacedCursor>, StoreError> {
        self.store.read("read the orders of everybody", move |conn| look(conn, filter, after)).await
    }
}

fn look(
    conn: &Connection,
    filter: OrderFilter,
    after: Option<PlacedCursor>,
) -> Result<Looked<Order, PlacedCursor>, StoreError> {
    let filter = OrderFilter { after: None, ..filter };
    let mut statement = conn.prepare_cached(&statement(&filter.states))?;
    let mut rows = statement.query(params_from_iter(placed_before(&filter, after)))?;
    let mut page = Looked { items: Vec::new(), next: None };
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        looked_at += 1;
        if row.get("wanted")? {
            page.items.push(from_json(row, "data")?);
        }
        if page.items.len() >= filter.limit as usize || looked_at == MOST_LOOKED_AT {
            let placed_at = instant(row, "placed_at")?;
            page.next = Some(PlacedCursor { placed_at, order: parsed(row, "id")? });
            break;
        }
    }
    Ok(page)
}

/// The values of the filter, with the place before which the orders have to stand.
fn placed_before(filter: &OrderFilter, after: Option<PlacedCursor>) -> Vec<Value> {
    let mut values = values(UserId(0), filter, MOST_LOOKED_AT);
    let through = filter.through.map_or_else(|| "~".to_owned(), |day| day.to_string());
    let until = (through, i64::MAX, "~".to_owned());
    let (day, placed_at, id) = after.map_or(until.clone(), |after| {
        until.min((after.order.day.to_string(), after.placed_at.0, after.order.to_string()))
    });
    for (place, value) in [(2, day.into()), (3, placed_at.into())] {
        if let Some(slot) = values.get_mut(place) {
            *slot = value;
        }
    }
    values.push(id.into());
    values
}

fn statement(states: &[OrderState]) -> String {
    format!(
        "SELECT placed_at, id, data, {} AS wanted FROM orders INDEXED BY orders_of_all
         WHERE day >= ?2 AND (day, placed_at, id) < (?3, ?4, ?12)
         ORDER BY day DESC, placed_at DESC, id DESC LIMIT ?9",
        wanted(states)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn the_orders_of_everybody_are_walked_by_date() {
        for states in [&[][..], &[OrderState::Sent]] {
            let plan = plan_of(&statement(states));
            assert!(plan.starts_with("SEARCH orders USING INDEX orders_of_all (day>? AND "), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
    }
}
