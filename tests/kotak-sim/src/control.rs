//! The commands of a test that is another program, as JSON over HTTP on a port of their own.

use std::net::SocketAddr;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::account::AccountSpec;
use crate::arrivals::{Arrival, TagStory};
use crate::facts::Facts;
use crate::fault::Rule;
use crate::net::SimError;
use crate::sim::{AppOrder, KotakSim};
use crate::time::Millis;
use crate::views::{FillView, HoldingView, LoginView, OrderView};

type Refused = (StatusCode, String);

/// Serves the commands; where.
pub(crate) async fn serve(sim: KotakSim, address: SocketAddr) -> Result<SocketAddr, SimError> {
    let fail = |error: std::io::Error| SimError(format!("cannot listen at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let router = Router::new()
        .route("/now", put(set_now))
        .route("/advance", post(advance))
        .route("/facts", put(set_facts))
        .route("/faults", post(add_fault).delete(clear_faults).get(struck))
        .route("/down", post(down))
        .route("/accounts", post(add_account))
        .route("/accounts/{ucc}", get(books))
        .route("/accounts/{ucc}/orders", post(place_in_app))
        .route("/prices/{symbol}", put(set_price))
        .route("/fills/{order}", post(fill))
        .route("/arrivals", get(arrivals))
        .with_state(sim);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn set_now(State(sim): State<KotakSim>, Json(now): Json<Millis>) {
    sim.set_now(now);
}

async fn advance(State(sim): State<KotakSim>, Json(ms): Json<Millis>) {
    sim.advance(ms);
}

async fn set_facts(State(sim): State<KotakSim>, Json(facts): Json<Facts>) {
    sim.change_facts(|known| *known = facts);
}

async fn add_fault(State(sim): State<KotakSim>, Json(rule): Json<Rule>) {
    sim.add_fault(rule);
}

async fn clear_faults(State(sim): State<KotakSim>) {
    sim.clear_faults();
}

async fn struck(State(sim): State<KotakSim>) -> Json<Vec<(Rule, u64)>> {
    Json(sim.struck_faults())
}

#[derive(Deserialize)]
struct Span {
    from: Millis,
    until: Millis,
}

async fn down(State(sim): State<KotakSim>, Json(span): Json<Span>) {
    sim.down_between(span.from, span.until);
}

async fn add_account(State(sim): State<KotakSim>, Json(spec): Json<AccountSpec>) {
    sim.add_account(spec);
}

#[derive(Deserialize)]
struct Price {
    paise: i64,
    available: Option<i64>,
}

async fn set_price(
    State(sim): State<KotakSim>,
    Path(symbol): Path<String>,
    Json(price): Json<Price>,
) -> Result<(), Refused> {
    let set = match price.available {
        Some(available) => sim.set_price_with(&symbol, price.paise, available),
        None => sim.set_price(&symbol, price.paise),
    };
    set.map_err(refused)
}

#[derive(Deserialize)]
struct Filled {
    quantity: i64,
    paise: i64,
}

async fn fill(
    State(sim): State<KotakSim>,
    Path(order): Path<String>,
    Json(filled): Json<Filled>,
) -> Result<(), Refused> {
    sim.fill(&order, filled.quantity, filled.paise).map_err(refused)
}

async fn place_in_app(
    State(sim): State<KotakSim>,
    Path(ucc): Path<String>,
    Json(order): Json<AppOrder>,
) -> Result<String, Refused> {
    sim.place_in_app(&ucc, &order).map_err(refused)
}

#[derive(Serialize)]
struct Books {
    cash: i64,
    orders: Vec<OrderView>,
    fills: Vec<FillView>,
    holdings: Vec<HoldingView>,
    logins: Vec<LoginView>,
}

async fn books(State(sim): State<KotakSim>, Path(ucc): Path<String>) -> Result<Json<Books>, Refused> {
    Ok(Json(Books {
        cash: sim.cash(&ucc).map_err(refused)?,
        orders: sim.orders(&ucc),
        fills: sim.fills(&ucc),
        holdings: sim.holdings(&ucc),
        logins: sim.logins(&ucc),
    }))
}

#[derive(Serialize)]
struct Arrived {
    arrivals: Vec<Arrival>,
    tags: Vec<TagStory>,
}

async fn arrivals(State(sim): State<KotakSim>) -> Json<Arrived> {
    Json(Arrived { arrivals: sim.arrivals(), tags: sim.tags() })
}

fn refused(error: SimError) -> Refused {
    (StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
}
