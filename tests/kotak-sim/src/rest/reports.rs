//! Order book, history of an order, trades.

use serde_json::{Value, json};

use crate::fault::{Fault, Row, Struck};
use crate::incoming::Incoming;
use crate::reply::{self, Reply};
use crate::rows::{Fields, as_texts};
use crate::time::Millis;
use crate::world::World;

pub(crate) fn book(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let rows = world.book_rows(account, seen_at(world, struck));
    listed(world, rows, struck, "Ok")
}

pub(crate) fn one_order(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let number = incoming.rest.last().map(String::as_str).unwrap_or_default();
    let mut rows = world.book_rows(account, seen_at(world, struck));
    rows.retain(|row| row.get("nOrdNo").and_then(Value::as_str) == Some(number));
    listed(world, rows, struck, "Ok")
}

pub(crate) fn history(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let fields = incoming.fields();
    let Some(number) = fields.as_ref().and_then(|fields| fields.get("nOrdNo")?.as_str()) else {
        return reply::body_invalid();
    };
    let found = world.orders.iter().find(|order| order.number == number && order.account == account);
    let rows = found.map(|order| world.history_rows(order)).unwrap_or_default();
    listed(world, rows, struck, "Ok")
}

pub(crate) fn trades(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let rows = world.trade_rows(account, seen_at(world, struck));
    listed(world, rows, struck, "ok")
}

/// The time whose state a report shows: now, or earlier while a fault makes it lag.
pub(crate) fn seen_at(world: &World, struck: &Struck) -> Millis {
    let lag = struck.find(|fault| match fault {
        Fault::Lag { ms } => Some(*ms),
        _ => None,
    });
    world.now - lag.unwrap_or(0)
}

/// A report of rows, with what faults do to rows.
pub(crate) fn listed(world: &World, rows: Vec<Fields>, struck: &Struck, stat: &str) -> Reply {
    let rows = spoil(rows, struck);
    if rows.is_empty()
        && let Some(nothing) = reply::no_data(world.facts.empty_report)
    {
        return nothing;
    }
    let stat = if world.facts.mixed_case_of_ok { stat } else { "Ok" };
    Reply::ok(json!({"stat": stat, "stCode": 200, "data": rows}))
}

/// What faults do to rows: they miss one, all, or their numbers.
pub(crate) fn spoil(mut rows: Vec<Fields>, struck: &Struck) -> Vec<Fields> {
    for fault in &struck.0 {
        match fault {
            Fault::Empty => rows.clear(),
            Fault::RowMissing(row) => {
                let place = match row {
                    Row::First => 0,
                    Row::Last => rows.len().saturating_sub(1),
                    Row::At(place) => *place,
                };
                if place < rows.len() {
                    rows.remove(place);
                }
            }
            Fault::NumbersAsTexts => rows = rows.into_iter().map(as_texts).collect(),
            _ => {}
        }
    }
    rows
}
