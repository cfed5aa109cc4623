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
use crate::sensible;
use crate::sim::{AppOrder, KotakSim};
use crate::time::Millis;
use crate::views::{FillView, HoldingView, LoginView, OrderView};

type Refused = (StatusCode, String);

/// The commands, as `GET /` and `--help` tell them.
pub const COMMANDS: &str = include_str!("commands.txt");

/// Serves the commands; where.
pub(crate) async fn serve(sim: KotakSim, address: SocketAddr) -> Result<SocketAddr, SimError> {
    let fail = |error: std::io::Error| SimError(format!("cannot listen at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let router = Router::new()
        .route("/", get(commands))
        .route("/now", put(set_now))
        .route("/advance", post(advance))
        .route("/facts", get(facts).put(set_facts))
        .route("/faults", post(add_fault).delete(clear_faults).get(struck))
        .route("/down", post(down))
        .route("/accounts", post(add_account))
        .route("/accounts/{ucc}", get(books))
        .route("/accounts/{ucc}/orders", post(place_in_app))
        .route("/prices/{symbol}", put(set_price))
        // By the number of an order that is to be filled, and by that of a fill that is withdrawn.
        .route("/fills/{number}", post(fill).delete(withdraw_fill))
        .route("/orders/{order}/reject", post(reject))
        .route("/arrivals", get(arrivals))
        .with_state(sim);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn commands() -> &'static str {
    COMMANDS
}

async fn set_now(State(sim): State<KotakSim>, Json(now): Json<Millis>) -> Result<(), Refused> {
    sensible::time(sim.now(), now).map_err(nonsense)?;
    sim.set_now(now);
    Ok(())
}

async fn advance(State(sim): State<KotakSim>, Json(ms): Json<Millis>) -> Result<(), Refused> {
    sim.set_now(sensible::advance(sim.now(), ms).map_err(nonsense)?);
    Ok(())
}

async fn facts(State(sim): State<KotakSim>) -> Json<Facts> {
    Json(sim.facts())
}

async fn set_facts(State(sim): State<KotakSim>, Json(facts): Json<Facts>) {
    sim.change_facts(|known| *known = facts);
}

async fn add_fault(State(sim): State<KotakSim>, Json(rule): Json<Rule>) -> Result<(), Refused> {
    sensible::rule(&sim, &rule).map_err(nonsense)?;
    sim.add_fault(rule);
    Ok(())
}

async fn clear_faults(State(sim): State<KotakSim>) {
    sim.clear_faults();
}

async fn struck(State(sim): State<KotakSim>) -> Json<Vec<(Rule, u64)>> {
    Json(sim.struck_faults())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from: Millis,
    until: Millis,
}

async fn down(State(sim): State<KotakSim>, Json(span): Json<Span>) -> Result<(), Refused> {
    if span.from >= span.until {
        return Err(nonsense(format!("{} is not before {}", span.from, span.until)));
    }
    sim.down_between(span.from, span.until);
    Ok(())
}

async fn add_account(State(sim): State<KotakSim>, Json(spec): Json<AccountSpec>) -> Result<(), Refused> {
    sensible::account(&sim, &spec).map_err(nonsense)?;
    sim.add_account(spec);
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    paise: i64,
    available: Option<i64>,
}

async fn set_price(
    State(sim): State<KotakSim>,
    Path(symbol): Path<String>,
    Json(price): Json<Price>,
) -> Result<(), Refused> {
    sensible::price(&sim, &symbol, price.paise, price.available).map_err(nonsense)?;
    let set = match price.available {
        Some(available) => sim.set_price_with(&symbol, price.paise, available),
        None => sim.set_price(&symbol, price.paise),
    };
    set.map_err(refused)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    quantity: i64,
    paise: i64,
}

async fn fill(
    State(sim): State<KotakSim>,
    Path(order): Path<String>,
    Json(filled): Json<Filled>,
) -> Result<(), Refused> {
    sensible::fill(filled.paise).map_err(nonsense)?;
    sim.fill(&order, filled.quantity, filled.paise).map_err(refused)
}

async fn withdraw_fill(State(sim): State<KotakSim>, Path(id): Path<u64>) -> Result<(), Refused> {
    sim.withdraw_fill(id).map_err(refused)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejected {
    reason: String,
}

async fn reject(
    State(sim): State<KotakSim>,
    Path(order): Path<String>,
    Json(rejected): Json<Rejected>,
) -> Result<(), Refused> {
    sensible::reason(&rejected.reason).map_err(nonsense)?;
    sim.reject(&order, &rejected.reason).map_err(refused)
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
    nonsense(error.to_string())
}

fn nonsense(sentence: String) -> Refused {
    (StatusCode::UNPROCESSABLE_ENTITY, sentence)
}
