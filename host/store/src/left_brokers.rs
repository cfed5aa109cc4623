//! The brokers that users have left, by which it is known over which one an order went.

use rusqlite::{Connection, Row};

use prahari_domain::ids::{OrderId, UserId};

use crate::columns::{execute, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

/// A broker that a user has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBroker {
    /// The last order that was placed while they were there.
    pub last: OrderId,
    /// Name of the broker.
    pub broker: String,
}

impl UserScope {
    /// The brokers that the user has left after an order, the first of them first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn left_brokers(&self) -> Result<Vec<LeftBroker>, StoreError> {
        let user = self.user;
        self.read("read the brokers that a user has left", move |conn| {
            let sql = "SELECT last_day, last_number, broker FROM left_brokers
                       WHERE user_id = ?1 ORDER BY last_day, last_number";
            select(conn, sql, [user.0.cast_signed()], |row| read(row, user))
        })
        .await
    }
}

/// Notes that a user leaves their broker for another one. Where no order was placed since the last time, there is nothing to note.
pub(crate) fn leave(conn: &Connection, user: UserId, other: &str) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO left_brokers (user_id, last_day, last_number, broker)
               SELECT users.id, orders.day, orders.number, users.broker
               FROM users JOIN orders ON orders.user_id = users.id
               WHERE users.id = ?1 AND users.broker <> ?2
               ORDER BY orders.day DESC, orders.number DESC LIMIT 1";
    execute(conn, sql, (user.0.cast_signed(), other))?;
    Ok(())
}

fn read(row: &Row<'_>, user: UserId) -> Result<LeftBroker, StoreError> {
    let number = u32::try_from(unsigned(row, "last_number")?).unwrap_or(u32::MAX);
    let last = OrderId { user, day: parsed(row, "last_day")?, number };
    Ok(LeftBroker { last, broker: row.get("broker")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::migrate;

    #[test]
    fn a_broker_is_left_with_the_last_order_that_went_over_it() {
        let conn = &mut Connection::open_in_memory().unwrap();
        migrate(conn, std::path::Path::new("in memory")).unwrap();
        let user = UserId(7);
        let run = |sql: &str| conn.execute_batch(sql).unwrap();
        run("INSERT INTO users (id, name, role, active, capital, strategy, limits, created_at)
             VALUES (7, 'a', 'user', 1, 0, '{}', '{}', 0), (8, 'b', 'user', 1, 0, '{}', '{}', 0)");
        let order = |user: u64, day: &str, number: u32| {
            run(&format!(
                "INSERT INTO orders (user_id, day, number, id, symbol, side, state, active, quantity, filled, placed_at, updated_at, data)
                 VALUES ({user}, '{day}', {number}, 'U{user}-{day}-{number}', 'TCS', 'buy', 'filled', 0, 1, 1, 0, 0, '{{}}')"
            ));
        };
        let to = |broker: &str| {
            leave(conn, user, broker).unwrap();
            run(&format!("UPDATE users SET broker = '{broker}' WHERE id = 7"));
        };
        // Nothing was placed yet.
        to("live");
        order(7, "2025-03-07", 2);
        order(7, "2025-03-10", 1);
        order(8, "2025-03-11", 9);
        to("live");
        to("paper");
        // Nothing was placed in between.
        to("live");
        order(7, "2025-03-10", 2);
        to("paper");
        let left = |number, broker: &str| LeftBroker {
            last: OrderId { user, day: "2025-03-10".parse().unwrap(), number },
            broker: broker.to_owned(),
        };
        let found: Vec<LeftBroker> = select(
            conn,
            "SELECT * FROM left_brokers WHERE user_id = 7 ORDER BY last_day, last_number",
            [],
            |row| read(row, user),
        )
        .unwrap();
        assert_eq!(found, [left(1, "live"), left(2, "live")]);
    }
}
