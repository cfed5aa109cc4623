//! Positions and holdings.

use serde_json::json;

use super::reports::{listed, spoil};
use crate::fault::{Fault, Struck};
use crate::incoming::Incoming;
use crate::reply::Reply;
use crate::world::World;

pub(crate) fn positions(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    position_list(world, incoming, struck, false)
}

pub(crate) fn positions_v2(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    if !world.facts.v2_positions {
        return no_route("/portfolio/v2/positions", "/quick/user/positions");
    }
    position_list(world, incoming, struck, true)
}

fn position_list(world: &mut World, incoming: &Incoming, struck: &Struck, with_last: bool) -> Reply {
    match world.authorise(incoming) {
        Ok(account) => listed(world, world.position_rows(account, with_last), struck, "ok"),
        Err(refusal) => refusal,
    }
}

pub(crate) fn holdings(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    // Since June 2026 the address takes no query.
    if incoming.uri.query().is_some() {
        return no_route("/portfolio/v1/holdings?sId=", "/portfolio/v1/holdings");
    }
    let account = match world.authorise(incoming) {
        Ok(account) => account,
        Err(refusal) => return refusal,
    };
    let rows = spoil(world.holding_rows(account), struck);
    let is_error = rows.is_empty() && (world.facts.no_holdings_is_error || struck.has(&Fault::Empty));
    if is_error {
        let ucc = world.ucc(account).unwrap_or_default();
        let text = format!("No holdings found for this client {ucc}");
        return Reply::ok(json!({"stat": "Not_Ok", "errMsg": text}));
    }
    Reply::ok(json!({ "data": rows }))
}

fn no_route(asked: &str, instead: &str) -> Reply {
    let message = format!("route '{asked}' is invalid, Please use {instead}");
    Reply::with(404, json!({"error": [{"code": 404, "message": message}]}))
}
