//! Orders as the journal left them, for queries.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{JournalEntry, Order, OrderState, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;

use crate::columns::{execute, from_json, parsed, select, select_one, to_json, unsigned};
use crate::errors::StoreError;
use crate::journal;
use crate::looked::{Looked, MOST_LOOKED_AT};
use crate::store::UserScope;

/// Selects the orders to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only orders of this trading date or later.
    pub from: Option<Day>,
    /// Only orders of this trading date or earlier.
    pub through: Option<Day>,
    /// Only orders of this symbol.
    pub symbol: Option<Symbol>,
    /// Of this strategy only.
    pub strategy: Option<StrategyName>,
    /// Only orders of this side.
    pub side: Option<Side>,
    /// Only orders in one of these states; in any when there are none.
    pub states: Vec<OrderState>,
    /// Only orders that this run decided.
    pub execution: Option<RunId>,
    /// Only orders that a run of this task decided, as far as runs are kept.
    pub task: Option<Task>,
    /// Only orders to which something can still happen (true), or only those in a final state (false).
    pub active: Option<bool>,
    /// Continues after this entry of the list: [`Looked::next`] of the page before.
    pub after: Option<OrderId>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for OrderFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self {
            from: None,
            through: None,
            symbol: None,
            strategy: None,
            side: None,
            states: Vec::new(),
            execution: None,
            task: None,
            active: None,
            after: None,
            limit: 100,
        }
    }
}

/// Orders counted by state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCounts {
    /// The states in which there are any, by name.
    pub states: Vec<(OrderState, u64)>,
    /// Whether these are all: only the newest 100,000 are looked at.
    pub complete: bool,
}

/// Most orders that are looked at to count them: more than a user places in years.
pub(crate) const MOST_COUNTED: u32 = 100_000;

/// Columns of an order.
pub(crate) struct OrderColumns {
    id: OrderId,
    pub(crate) symbol: String,
    pub(crate) strategy: String,
    pub(crate) side: &'static str,
    pub(crate) state: &'static str,
    pub(crate) active: bool,
    pub(crate) quantity: u32,
    pub(crate) filled: u32,
    pub(crate) placed_at: i64,
    pub(crate) updated_at: i64,
    data: String,
}

impl OrderColumns {
    pub(crate) fn new(order: &Order) -> Result<Self, StoreError> {
        Ok(Self {
            id: order.id,
            symbol: order.request.symbol.as_str().to_owned(),
            strategy: order.strategy.name().to_owned(),
            side: side_name(order.request.side),
            state: order.state.name(),
            active: !order.state.is_final(),
            quantity: order.request.quantity,
            filled: order.filled,
            placed_at: order.placed_at.0,
            updated_at: order.updated_at.0,
            data: to_json("an order", order)?,
        })
    }

    pub(crate) fn write(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO orders (user_id, day, number, id, symbol, side, state, active, quantity, filled,
                                       placed_at, updated_at, data, strategy)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                   ON CONFLICT (user_id, day, number) DO UPDATE
                   SET state = excluded.state, active = excluded.active, quantity = excluded.quantity,
                       filled = excluded.filled, updated_at = excluded.updated_at, data = excluded.data";
        let values = (
            self.id.user.0.cast_signed(),
            self.id.day.to_string(),
            self.id.number,
            self.id.to_string(),
            &self.symbol,
            self.side,
            self.state,
            self.active,
            self.quantity,
            self.filled,
            self.placed_at,
            self.updated_at,
            &self.data,
            &self.strategy,
        );
        execute(conn, sql, values).map(|_| ())
    }
}

impl UserScope {
    /// The newest orders that the filter lets through, newest first: by trading date, then by number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders(&self, filter: OrderFilter) -> Result<Looked<Order, OrderId>, StoreError> {
        let user = self.user;
        self.read("read the orders", move |conn| list(conn, user, &filter, MOST_LOOKED_AT)).await
    }

    /// The orders that the filter lets through, counted by state, whatever its limit says.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_counts(&self, filter: OrderFilter) -> Result<OrderCounts, StoreError> {
        let user = self.user;
        self.read("count the orders", move |conn| count(conn, user, &filter, MOST_COUNTED)).await
    }

    /// Returns what the journal says of one order, in sequence; nothing when the order is unknown or another
    /// user's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn journal_of(&self, order: OrderId) -> Result<Vec<JournalEntry>, StoreError> {
        let values = (self.user.0.cast_signed(), order.to_string());
        self.read("read the journal of an order", move |conn| {
            select(conn, JOURNAL_OF_ORDER, values, journal::read)
        })
        .await
    }

    /// The orders of one trading date, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders_of(&self, day: Day) -> Result<Vec<Order>, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.read("read the orders of a day", move |conn| {
            let sql = "SELECT data FROM orders WHERE user_id = ?1 AND day = ?2 ORDER BY number";
            select(conn, sql, values, |row| from_json(row, "data"))
        })
        .await
    }

    /// One order; none when it is unknown or another user's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        if id.user != self.user {
            return Ok(None);
        }
        self.read("read an order", move |conn| find(conn, id)).await
    }
}

const JOURNAL_OF_ORDER: &str = "SELECT sequence, order_id, at, data FROM journal INDEXED BY journal_of_order
                                WHERE user_id = ?1 AND order_id = ?2 ORDER BY sequence";

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// One order, whoever's it is.
pub(crate) fn find(conn: &Connection, id: OrderId) -> Result<Option<Order>, StoreError> {
    let sql = "SELECT data FROM orders WHERE user_id = ?1 AND day = ?2 AND number = ?3";
    let values = (id.user.0.cast_signed(), id.day.to_string(), id.number);
    select_one(conn, sql, values, |row| from_json(row, "data"))
}

fn list(
    conn: &Connection,
    user: UserId,
    filter: &OrderFilter,
    most: u32,
) -> Result<Looked<Order, OrderId>, StoreError> {
    let mut statement = conn.prepare_cached(&statement(filter))?;
    let rows = statement.query(params_from_iter(values(user, filter, most)))?;
    Looked::through(rows, filter.limit, most, wanted_order, |row| parsed(row, "id"))
}

/// The order of a row, when the conditions of [`wanted`] hold for it.
pub(crate) fn wanted_order(row: &Row<'_>) -> Result<Option<Order>, StoreError> {
    Ok(if row.get("wanted")? { Some(from_json(row, "data")?) } else { None })
}

fn count(
    conn: &Connection,
    user: UserId,
    filter: &OrderFilter,
    most: u32,
) -> Result<OrderCounts, StoreError> {
    count_by_state(conn, &count_statement(filter), values(user, filter, most), most)
}

/// Counts by state what a statement found among the at most `most` rows that it looked at.
pub(crate) fn count_by_state(
    conn: &Connection,
    sql: &str,
    values: Vec<Value>,
    most: u32,
) -> Result<OrderCounts, StoreError> {
    let found = select(conn, sql, params_from_iter(values), |row| {
        Ok((state_named(row)?, unsigned(row, "orders")?, unsigned(row, "looked_at")?))
    })?;
    let looked_at: u64 = found.iter().map(|(.., looked_at)| looked_at).sum();
    let counted = found.into_iter().filter(|(_, orders, _)| *orders > 0);
    let states = counted.filter_map(|(state, orders, _)| Some((state?, orders))).collect();
    Ok(OrderCounts { states, complete: looked_at < u64::from(most) })
}

fn state_named(row: &Row<'_>) -> Result<Option<OrderState>, StoreError> {
    let name = row.get_ref("state")?.as_str().map_err(rusqlite::Error::from)?;
    Ok(OrderState::ALL.into_iter().find(|state| state.name() == name))
}

/// The values of the parameters of [`statement`] and [`wanted`], in their order; `most` rows are looked at.
pub(crate) fn values(user: UserId, filter: &OrderFilter, most: u32) -> Vec<Value> {
    let text = |text: &str| Value::from(text.to_owned());
    // Every day sorts between these texts.
    let from = filter.from.map_or_else(String::new, |day| day.to_string());
    let through = filter.through.map_or_else(|| "~".to_owned(), |day| day.to_string());
    let until = (through, i64::MAX);
    let (day, number) = filter
        .after
        .map_or(until.clone(), |after| until.min((after.day.to_string(), i64::from(after.number))));
    vec![
        user.0.cast_signed().into(),
        from.into(),
        day.into(),
        number.into(),
        filter.symbol.as_ref().map(|symbol| text(symbol.as_str())).into(),
        filter.side.map(|side| text(side_name(side))).into(),
        filter.execution.map(|run| run.0.cast_signed()).into(),
        filter.active.map(i64::from).into(),
        i64::from(most).into(),
        filter.strategy.map(|strategy| text(strategy.name())).into(),
        filter.task.map(|task| text(task.name())).into(),
    ]
}

/// The orders to look at, newest first, and whether each is wanted.
fn statement(filter: &OrderFilter) -> String {
    format!("SELECT id, data, {} AS wanted {}", wanted(&filter.states), rows(filter))
}

/// The same orders, counted: those that are wanted, and all.
fn count_statement(filter: &OrderFilter) -> String {
    format!(
        "SELECT state, sum(wanted) AS orders, count(*) AS looked_at
         FROM (SELECT state, {} AS wanted {}) GROUP BY state ORDER BY state",
        wanted(&filter.states),
        rows(filter)
    )
}

/// The orders of the index that lets through least of what is not wanted. It is named, because SQLite takes the range of days for more
/// selective than it is.
fn rows(filter: &OrderFilter) -> String {
    let states = filter.states.as_slice();
    let active_states = !states.is_empty() && states.iter().all(|state| !state.is_final());
    let (index, condition) = match filter {
        OrderFilter { execution: Some(_), .. } => ("orders_of_run", "data ->> '$.run' = ?7"),
        _ if filter.active.unwrap_or(active_states) => ("orders_active", "active = 1"),
        OrderFilter { symbol: Some(_), .. } => ("orders_of_symbol", "symbol = ?5"),
        _ if states == [OrderState::Rejected] => ("orders_rejected", "state = 'rejected'"),
        _ => ("sqlite_autoindex_orders_1", "user_id = ?1"),
    };
    format!(
        "FROM orders INDEXED BY {index}
         WHERE user_id = ?1 AND {condition} AND day >= ?2 AND (day, number) < (?3, ?4)
         ORDER BY day DESC, number DESC LIMIT ?9"
    )
}

/// The conditions of a filter but for the user and the place in the list.
pub(crate) fn wanted(states: &[OrderState]) -> String {
    let names: Vec<String> = states.iter().map(|state| format!("'{}'", state.name())).collect();
    let in_states =
        if names.is_empty() { String::new() } else { format!(" AND state IN ({})", names.join(", ")) };
    format!(
        "(?5 IS NULL OR symbol = ?5) AND (?6 IS NULL OR side = ?6) AND (?8 IS NULL OR active = ?8)
             AND (?10 IS NULL OR strategy = ?10) AND (?7 IS NULL OR data ->> '$.run' = ?7)
             AND (?11 IS NULL OR EXISTS (SELECT 1 FROM runs
                                         WHERE runs.id = orders.data ->> '$.run' AND runs.task = ?11)){in_states}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{new_database, pages_of, start, write_order};

    #[track_caller]
    fn uses(filter: OrderFilter, index: &str) {
        let plan = plan_of(&statement(&filter));
        assert!(plan.starts_with(&format!("SEARCH orders USING INDEX {index} ")), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
        let counted = plan_of(&count_statement(&filter));
        assert!(counted.contains(&format!("SEARCH orders USING INDEX {index} ")), "{counted}");
    }

    #[test]
    fn no_filter_walks_through_all_orders_of_a_user() {
        let all = OrderFilter::default;
        uses(all(), "sqlite_autoindex_orders_1");
        uses(OrderFilter { symbol: Symbol::new("TCS").ok(), ..all() }, "orders_of_symbol");
        uses(OrderFilter { active: Some(true), ..all() }, "orders_active");
        let states = |states: &[OrderState]| OrderFilter { states: states.to_vec(), ..all() };
        uses(states(&[OrderState::Unknown, OrderState::Sent]), "orders_active");
        uses(states(&[OrderState::Rejected]), "orders_rejected");
        uses(states(&[OrderState::Rejected, OrderState::Sent]), "sqlite_autoindex_orders_1");
        uses(OrderFilter { execution: Some(RunId(1)), ..all() }, "orders_of_run");
        uses(OrderFilter { task: Some(Task::literal("buy_orders")), ..all() }, "sqlite_autoindex_orders_1");
        let plan = plan_of(JOURNAL_OF_ORDER);
        assert!(
            plan.starts_with("SEARCH journal USING INDEX journal_of_order (user_id=? AND order_id=?)"),
            "{plan}"
        );
    }

    #[test]
    fn a_page_of_a_rare_task_ends_at_its_bound_and_the_next_one_goes_on_there() {
        let conn = new_database();
        (1..=7).for_each(|number| write_order(&conn, 1, number, "TCS", OrderState::Sent));
        [2, 6].into_iter().for_each(|run| start(&conn, 1, run, run));
        let pages = |task, limit, most| -> Vec<Vec<u32>> {
            let filter = |after| OrderFilter { task, after, limit, ..OrderFilter::default() };
            let pages = pages_of(|after| list(&conn, UserId(1), &filter(after), most).unwrap());
            pages.into_iter().map(|page| page.iter().map(|order| order.id.number).collect()).collect()
        };
        let task = Some(Task::literal("each_minute"));
        assert_eq!(pages(task, 9, 2), [vec![6], vec![], vec![2], vec![]]);
        for most in 1..=8 {
            assert_eq!(pages(None, 2, most).concat(), [7, 6, 5, 4, 3, 2, 1], "by {most}");
        }
        let counted = |most| {
            let counts =
                count(&conn, UserId(1), &OrderFilter { task, ..OrderFilter::default() }, most).unwrap();
            (counts.states, counts.complete)
        };
        assert_eq!(counted(8), (vec![(OrderState::Sent, 2)], true));
        assert_eq!(counted(3), (vec![(OrderState::Sent, 1)], false));
        assert_eq!(counted(1), (vec![], false));
    }
}
