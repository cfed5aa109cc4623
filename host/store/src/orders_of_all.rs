//! The orders of everybody, newest first.
//!
//! A filter may find little among many, so the rows that are looked at for one page are bounded: a page may be short and
//! says where to go on.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Timestamp;

use crate::columns::{instant, parsed};
use crate::errors::StoreError;
use crate::looked::{Looked, MOST_LOOKED_AT};
use crate::orders::{MOST_COUNTED, OrderCounts, OrderFilter, count_by_state, values, wanted, wanted_order};
use crate::store::SystemScope;

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
        self.store
            .read("read the orders of everybody", move |conn| look(conn, filter, after, MOST_LOOKED_AT))
            .await
    }

    /// The orders of all users that the filter lets through, counted by state, whatever its limit says. Looked at are the
    /// newest 100,000 of its dates.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_counts(&self, filter: OrderFilter) -> Result<OrderCounts, StoreError> {
        self.store.read("count the orders of everybody", move |conn| count(conn, filter, MOST_COUNTED)).await
    }
}

fn look(
    conn: &Connection,
    filter: OrderFilter,
    after: Option<PlacedCursor>,
    most: u32,
) -> Result<Looked<Order, PlacedCursor>, StoreError> {
    let filter = OrderFilter { after: None, ..filter };
    let mut statement = conn.prepare_cached(&statement(&filter.states))?;
    let rows = statement.query(params_from_iter(placed_before(&filter, after, most)))?;
    Looked::through(rows, filter.limit, most, wanted_order, place)
}

fn place(row: &Row<'_>) -> Result<PlacedCursor, StoreError> {
    Ok(PlacedCursor { placed_at: instant(row, "placed_at")?, order: parsed(row, "id")? })
}

fn count(conn: &Connection, filter: OrderFilter, most: u32) -> Result<OrderCounts, StoreError> {
    let filter = OrderFilter { after: None, ..filter };
    let values = placed_before(&filter, None, most);
    count_by_state(conn, &count_statement(&filter.states), values, most)
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
    use prahari_domain::instruments::Symbol;

    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{new_database, pages_of, write_order};

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

    /// User and number of the orders on each page.
    fn pages(conn: &Connection, filter: &OrderFilter, most: u32) -> Vec<Vec<(u64, u32)>> {
        let pages = pages_of(|after| look(conn, filter.clone(), after, most).unwrap());
        let key = |order: Order| (order.id.user.0, order.id.number);
        pages.into_iter().map(|page| page.into_iter().map(key).collect()).collect()
    }

    #[test]
    fn a_page_ends_at_its_bound_and_the_next_one_goes_on_there() {
        let conn = new_database();
        for (user, number) in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3), (2, 4)] {
            let symbol = if number == 2 { "TCS" } else { "INFY" };
            write_order(&conn, user, number, symbol, OrderState::Sent);
        }
        let rare = OrderFilter { symbol: Symbol::new("TCS").ok(), ..OrderFilter::default() };
        assert_eq!(pages(&conn, &rare, 3), [vec![(2, 2)], vec![], vec![(1, 2)]]);
        let all = OrderFilter { limit: 2, ..OrderFilter::default() };
        let every = [(2, 4), (2, 3), (2, 2), (2, 1), (1, 4), (1, 3), (1, 2), (1, 1)];
        for most in 1..=9 {
            assert_eq!(pages(&conn, &all, most).concat(), every, "by {most}");
        }
    }
}
