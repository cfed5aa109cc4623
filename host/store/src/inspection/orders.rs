//! The rows of orders, which only repeat what the journal says.

use std::collections::BTreeMap;

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::orders::Order;

use super::Inspection;
use crate::columns::select;
use crate::errors::StoreError;
use crate::orders::OrderColumns;

impl Inspection {
    /// Compares a user's rows of orders with the orders of their folded journal; how many rows there are, and what
    /// is wrong.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn order_faults<'a>(
        &self,
        user: UserId,
        folded: impl Iterator<Item = &'a Order>,
    ) -> Result<(u64, Vec<String>), StoreError> {
        let mut folded: BTreeMap<(String, i64), &Order> =
            folded.map(|order| ((order.id.day.to_string(), i64::from(order.id.number)), order)).collect();
        let sql = "SELECT * FROM orders WHERE user_id = ?1";
        let rows = select(&self.conn, sql, [user.0.cast_signed()], |row| {
            let key: (String, i64) = (row.get("day")?, row.get("number")?);
            let differs = folded.get(&key).map(|order| difference(row, order)).transpose()?.flatten();
            Ok((key, differs))
        })?;
        let mut faults = Vec::new();
        for (key, differs) in &rows {
            match (folded.remove(key), differs) {
                (Some(_), None) => {}
                (Some(Order { id, .. }), Some(what)) => {
                    faults.push(format!("the row of order {id} differs from the journal in its {what}"));
                }
                (None, _) => faults.push(format!(
                    "user {user} has a row of order {} of {}, and the journal knows no such order",
                    key.1, key.0
                )),
            }
        }
        faults.extend(folded.values().map(|order| format!("order {} of the journal has no row", order.id)));
        Ok((rows.len() as u64, faults))
    }
}

/// Returns the first column in which a row differs from the journal.
fn difference(row: &Row<'_>, order: &Order) -> Result<Option<&'static str>, StoreError> {
    let expected = OrderColumns::new(order)?;
    let text = |column: &str| row.get::<_, String>(column).ok();
    let number = |column: &str| row.get::<_, i64>(column).ok();
    // What an earlier release wrote may lack what orders have by now, so it is read before it is compared.
    let kept = text("data").and_then(|data| serde_json::from_str::<Order>(&data).ok());
    let differs = [
        ("id", text("id") != Some(order.id.to_string())),
        ("symbol", text("symbol").as_deref() != Some(expected.symbol.as_str())),
        ("strategy", text("strategy").as_deref() != Some(expected.strategy.as_str())),
        ("side", text("side").as_deref() != Some(expected.side)),
        ("state", text("state").as_deref() != Some(expected.state)),
        ("activity", number("active") != Some(i64::from(expected.active))),
        ("quantity", number("quantity") != Some(i64::from(expected.quantity))),
        ("filled quantity", number("filled") != Some(i64::from(expected.filled))),
        ("time", number("placed_at") != Some(expected.placed_at)),
        ("time of its last change", number("updated_at") != Some(expected.updated_at)),
        ("content", kept.as_ref() != Some(order)),
    ];
    Ok(differs.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what))
}
