//! The orders of everybody, newest first.
//!
//! A filter may find little among many, so the rows that are looked at for one page are bounded: a page may be short and
//! says where to go on.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::orders::{MOST_COUNTED, OrderCounts, OrderFilter, state_named, values, wanted};
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

/// A part of a list that was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked<T, C> {
    /// What was found. It may be less than asked for, even nothing, with more to come.
    pub items: Vec<T>,
    /// Where the look ended; none when everything was looked at.
    pub next: Option<C>,
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

    /// The orders of all users that the filter lets through, counted by state, whatever its limit says. Looked at are the
    /// newest 100,000 of its dates.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_counts(&self, filter: OrderFilter) -> Result<OrderCounts, StoreError> {
        self.store.read("count the orders of everybody", move |conn| count(conn, filter)).await
    }
}

fn look(
    conn: &Connection,
    filter: OrderFilter,
    after: Option<PlacedCursor>,
) -> Result<Looked<Order, PlacedCursor>, StoreError> {
    let filter = OrderFilter { after: None, ..filter };
    let mut statement = conn.prepare_cached(&statement(&filter.states))?;
    let mut rows = statement.query(params_from_iter(placed_before(&filter, after, MOST_LOOKED_AT)))?;
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

fn count(conn: &Connection, filter: OrderFilter) -> Result<OrderCounts, StoreError> {
    let filter = OrderFilter { after: None, ..filter };
    let values = params_from_iter(placed_before(&filter, None, MOST_COUNTED));
    let read = |row: &Row<'_>| Ok((state_named(row)?, unsigned(row, "looked_at")?, unsigned(row, "orders")?));
    let found = select(conn, &count_statement(&filter.states), values, read)?;
    let looked_at: u64 = found.iter().map(|(_, looked_at, _)| looked_at).sum();
    let in_states = found.into_iter().filter(|(.., orders)| *orders > 0);
    let states = in_states.filter_map(|(state, _, orders)| Some((state?, orders))).collect();
    Ok(OrderCounts { states, complete: looked_at < u64::from(MOST_COUNTED) })
}

/// The values of the filter, with the place before which the orders have to stand, and how many are looked at.
fn placed_before(filter: &OrderFilter, after: Option<PlacedCursor>, most: u32) -> Vec<Value> {
    let mut values = values(UserId(0), filter, most);
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
    rows("placed_at, id, data", states)
}

/// The same orders, counted.
fn count_statement(states: &[OrderState]) -> String {
    format!(
        "SELECT state, count(*) AS looked_at, count(*) FILTER (WHERE wanted) AS orders
         FROM ({}) GROUP BY state ORDER BY state",
        rows("state", states)
    )
}

/// The newest orders of everybody, and whether each is wanted.
fn rows(columns: &str, states: &[OrderState]) -> String {
    format!(
        "SELECT {columns}, {} AS wanted FROM orders INDEXED BY orders_of_all
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
            let counted = plan_of(&count_statement(states));
            assert!(counted.contains("SEARCH orders USING INDEX orders_of_all (day>? AND "), "{counted}");
        }
    }
}
