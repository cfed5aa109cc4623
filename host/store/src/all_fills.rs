//! Every fill of a user, for what is computed from all of them.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use prahari_domain::book::{OrderFill, TradeEvent};
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Fill, OrderEvent, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, parsed, select, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

/// The index holds fills alone, which are few among the entries of years.
const FILLS: &str = "SELECT sequence, order_id, data FROM journal INDEXED BY journal_fills
                     WHERE user_id = ?1 AND event = 'filled' LIMIT ?2";

/// The same, booked at an instant or later.
const FILLS_SINCE: &str = "SELECT sequence, order_id, data FROM journal INDEXED BY journal_fills
                           WHERE user_id = ?1 AND event = 'filled' AND at >= ?2 LIMIT ?3";

/// What corporate actions changed, few too.
const CHANGES: &str = "SELECT sequence, order_id, data FROM journal INDEXED BY journal_holding_changes
                       WHERE user_id = ?1 AND event = 'holding_changed' AND at >= ?2 LIMIT ?3";

/// Fills that were taken back, fewer still.
const WITHDRAWN: &str = "SELECT sequence, order_id, data FROM journal INDEXED BY journal_withdrawn_fills
                         WHERE user_id = ?1 AND event = 'fill_withdrawn' AND at >= ?2 LIMIT ?3";

/// What an order says of its fills; the side as JSON.
const ORDER: &str = "SELECT symbol, json_quote(side) AS side, strategy FROM orders
                     WHERE user_id = ?1 AND day = ?2 AND number = ?3";

/// The index holds the sequence, so that no row is read.
const NEWEST: &str = "SELECT max(sequence) AS newest FROM journal INDEXED BY journal_fills
                      WHERE user_id = ?1 AND event = 'filled'";

/// The same of what corporate actions changed.
const NEWEST_CHANGE: &str = "SELECT max(sequence) AS newest FROM journal INDEXED BY journal_holding_changes
                             WHERE user_id = ?1 AND event = 'holding_changed'";

/// The same of fills that were taken back.
const NEWEST_WITHDRAWN: &str =
    "SELECT max(sequence) AS newest FROM journal INDEXED BY journal_withdrawn_fills
                                WHERE user_id = ?1 AND event = 'fill_withdrawn'";

impl UserScope {
    /// Returns the sequence of the user's newest fill, withdrawal of one, or change by a corporate action, in the journal; none without one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_fill(&self) -> Result<Option<u64>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the newest fill", move |conn| {
            let read = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>("newest")?.map(i64::cast_unsigned));
            let fill: Option<u64> = select_one(conn, NEWEST, [user], read)?.flatten();
            let withdrawn = select_one(conn, NEWEST_WITHDRAWN, [user], read)?.flatten();
            Ok(fill.max(withdrawn).max(select_one(conn, NEWEST_CHANGE, [user], read)?.flatten()))
        })
        .await
    }

    /// Returns every fill of the user that was not taken back, and every change by a corporate action, in the order of the
    /// journal; none when there are more than `most` of one of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all_fills(&self, most: u32) -> Result<Option<Vec<TradeEvent>>, StoreError> {
        let user = self.user;
        self.read("read all fills", move |conn| look(conn, user, most)).await
    }

    /// Returns the user's fills that were booked at an instant or later and not taken back, and the changes by corporate actions
    /// since, in the order of the journal, at most `most` of each.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn fills_since(&self, since: Timestamp, most: u32) -> Result<Vec<TradeEvent>, StoreError> {
        let values = (self.user.0.cast_signed(), since.0, most);
        self.read("read fills", move |conn| {
            let mut found = select(conn, FILLS_SINCE, values, read)?;
            found.extend(select(conn, CHANGES, values, read)?);
            found.extend(select(conn, WITHDRAWN, values, read)?);
            with_orders(conn, found)
        })
        .await
    }
}

fn look(conn: &Connection, user: UserId, most: u32) -> Result<Option<Vec<TradeEvent>>, StoreError> {
    let values = (user.0.cast_signed(), i64::from(most).saturating_add(1));
    let mut found = select(conn, FILLS, values, read)?;
    let since = (values.0, i64::MIN, values.1);
    let changes = select(conn, CHANGES, since, read)?;
    let withdrawn = select(conn, WITHDRAWN, since, read)?;
    if found.len().max(changes.len()).max(withdrawn.len()) as u64 > u64::from(most) {
        return Ok(None);
    }
    found.extend(changes);
    found.extend(withdrawn);
    with_orders(conn, found).map(Some)
}

/// The fills and changes of entries, in the order of the journal, each fill with what its order says.
fn with_orders(
    conn: &Connection,
    mut found: Vec<(u64, OrderId, OrderEvent)>,
) -> Result<Vec<TradeEvent>, StoreError> {
    found.sort_unstable_by_key(|(sequence, ..)| *sequence);
    let mut orders: HashMap<OrderId, (Symbol, Side, StrategyName)> = HashMap::new();
    let mut events = Vec::with_capacity(found.len());
    for (_, order, event) in found {
        let fill = match event {
            OrderEvent::Filled(fill) => fill,
            OrderEvent::HoldingChanged(change) => {
                events.push(TradeEvent::Change(change));
                continue;
            }
            OrderEvent::FillWithdrawn(withdrawal) => {
                take_out(&mut events, order, &withdrawal.fill.key);
                continue;
            }
            _ => continue,
        };
        let known = orders.get(&order).cloned();
        let known = match known {
            Some(known) => known,
            // An order and its entries are written together.
            None => match find(conn, order)? {
                Some(read) => orders.entry(order).or_insert(read).clone(),
                None => continue,
            },
        };
        events.push(TradeEvent::Fill(of(order, known, fill)));
    }
    Ok(events)
}

/// Takes a fill out that the exchange has annulled: the books are what they would be without it.
fn take_out(events: &mut Vec<TradeEvent>, of: OrderId, key: &str) {
    let is_it = |event: &TradeEvent| match event {
        TradeEvent::Fill(OrderFill { order, fill, .. }) => *order == of && fill.key == key,
        TradeEvent::Change(_) => false,
    };
    // It is an older one than all that are asked for, where it is not there.
    if let Some(place) = events.iter().rposition(is_it) {
        events.remove(place);
    }
}

fn of(order: OrderId, (symbol, side, strategy): (Symbol, Side, StrategyName), fill: Fill) -> OrderFill {
    OrderFill { order, symbol, side, strategy, fill }
}

fn find(conn: &Connection, order: OrderId) -> Result<Option<(Symbol, Side, StrategyName)>, StoreError> {
    let values = (order.user.0.cast_signed(), order.day.to_string(), order.number);
    select_one(conn, ORDER, values, |row| {
        Ok((parsed(row, "symbol")?, from_json(row, "side")?, parsed(row, "strategy")?))
    })
}

/// Reads the columns of [`FILLS`].
fn read(row: &Row<'_>) -> Result<(u64, OrderId, OrderEvent), StoreError> {
    Ok((unsigned(row, "sequence")?, parsed(row, "order_id")?, from_json(row, "data")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn fills_and_their_orders_are_found_by_their_indices() {
        let plan = plan_of(FILLS);
        assert!(plan.starts_with("SEARCH journal USING INDEX journal_fills (user_id=?)"), "{plan}");
        let plan = plan_of(FILLS_SINCE);
        assert!(plan.starts_with("SEARCH journal USING INDEX journal_fills (user_id=? AND at>?)"), "{plan}");
        let plan = plan_of(NEWEST);
        assert!(plan.starts_with("SEARCH journal USING COVERING INDEX journal_fills (user_id=?)"), "{plan}");
        let plan = plan_of(CHANGES);
        assert!(
            plan.starts_with("SEARCH journal USING INDEX journal_holding_changes (user_id=? AND at>?)"),
            "{plan}"
        );
        let plan = plan_of(WITHDRAWN);
        assert!(
            plan.starts_with("SEARCH journal USING INDEX journal_withdrawn_fills (user_id=? AND at>?)"),
            "{plan}"
        );
        let plan = plan_of(NEWEST_WITHDRAWN);
        assert!(
            plan.starts_with("SEARCH journal USING COVERING INDEX journal_withdrawn_fills (user_id=?)"),
            "{plan}"
        );
        let plan = plan_of(ORDER);
        assert!(plan.contains("(user_id=? AND day=? AND number=?)"), "{plan}");
    }
}
