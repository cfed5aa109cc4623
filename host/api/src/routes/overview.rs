//! `/api/v1/system/overview`: the day at a glance, which the page shows. Services, slots, orders and positions
//! stand in it as their own routes answer them.

use std::sync::Arc;

use axum::extract::State;
use prahari_app::caretakers::TasksOfStrategies;
use prahari_app::error::AppError;
use prahari_app::queries::{AlertFilter, AlertRow, OrderFilter, Role};
use prahari_app::user::User;
use prahari_domain::calendar::TradingDay;
use prahari_domain::ids::UserId;
use prahari_domain::time::Day;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::Order;
use super::positions::{Funds, Position};
use super::service::{ServiceStatus, service_status};
use super::slots::LedgerSlot;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Date;

/// Most orders of a user; `/api/v1/orders` has them all.
const MOST_ORDERS: u32 = 20;

/// Most open alerts; `/api/v1/alerts` and `/api/v1/system/alerts` have them all.
const MOST_ALERTS: usize = 20;

/// Most users; the page is for one glance.
const MOST_USERS: usize = 50;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(overview))
}

/// The whole daemon at one instant.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    /// The daemon's clock, in IST and for people.
    now_ist: String,
    /// The date in IST.
    day: Date,
    /// Whether the exchange has a session on it.
    trading_day: bool,
    /// Reason why it has none, the name of its special session, or that it is presumed; empty on an ordinary day
    /// that is known.
    note: String,
    /// The last day of which the holidays are known.
    known_through: Date,
    /// The phase of the exchange, such as `continuous` or `closed`.
    phase: &'static str,
    /// The open alerts that concern the caller, newest first, 20 at most.
    alerts: Vec<OverviewAlert>,
    /// Whether there are more of them.
    more_alerts: bool,
    /// Number of users that the caller may see.
    users_total: usize,
    /// The first of them, 50 at most.
    users: Vec<OverviewUser>,
}

/// An alert that nobody has resolved yet.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewAlert {
    /// Time since which it is open, in IST, as text.
    since_ist: String,
    /// The name of the user it is about; null when it concerns the whole installation.
    #[schema(required)]
    about: Option<String>,
    /// Kind of condition, such as `price_missing`.
    code: &'static str,
    /// What is wrong, one sentence.
    detail: String,
}

/// A user at one instant.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewUser {
    /// Id of the user.
    id: u64,
    /// The name by which they log in.
    name: String,
    /// Status of the user's unified service.
    service: ServiceStatus,
    /// Funds of the user.
    funds: Funds,
    /// Their slots of the day, by due time.
    slots: Vec<LedgerSlot>,
    /// Their newest orders, newest first, 20 at most.
    orders: Vec<Order>,
    /// Open positions, by symbol.
    positions: Vec<Position>,
    /// Reason why their slots or orders cannot be read; null when they can. What concerns one user hides nobody
    /// else.
    #[schema(required)]
    problem: Option<String>,
}

/// The day at a glance: a user's own, or everybody's for an admin.
#[utoipa::path(get, path = "/api/v1/system/overview", tag = "system", responses((status = OK, body = Overview)))]
async fn overview(State(api): State<Api>, caller: Caller) -> Result<Json<Overview>, Problem> {
    let daemon = &api.daemon;
    let everybody = caller.0.role == Role::Admin;
    let all = if everybody { daemon.users.all() } else { vec![caller.target_user(&api, None)?] };
    let (now, calendar) = (daemon.clock.now(), daemon.trading.calendar.current());
    let day = now.ist_day();
    let TradingDay { open, note, .. } = calendar.day_or_closed(day);
    let mut users = Vec::with_capacity(all.len().min(MOST_USERS));
    for user in all.iter().take(MOST_USERS) {
        users.push(user_at_a_glance(&api, user, day).await?);
    }
    let alerts = open_alerts(&api, (!everybody).then_some(caller)).await?;
    Ok(Json(Overview {
        now_ist: now.to_string(),
        day: Date(day),
        trading_day: open,
        note,
        known_through: Date(calendar.covers().1),
        phase: calendar.phase_at(now, false).name(),
        more_alerts: alerts.len() > MOST_ALERTS,
        alerts: alerts.into_iter().take(MOST_ALERTS).map(|row| alert(&api, row)).collect(),
        users_total: all.len(),
        users,
    }))
}

/// The newest open alerts, one more than are shown: all, or those that concern one user.
async fn open_alerts(api: &Api, only: Option<Caller>) -> Result<Vec<AlertRow>, Problem> {
    let limit = u32::try_from(MOST_ALERTS + 1).unwrap_or(u32::MAX);
    let queries = &api.daemon.queries;
    Ok(match only {
        Some(caller) => {
            let user = caller.target_user(api, None)?;
            queries.of(&user).open_alerts(limit).await?
        }
        None => queries.alerts_of_all(AlertFilter { open: Some(true), before: None, limit }).await?,
    })
}

fn alert(api: &Api, row: AlertRow) -> OverviewAlert {
    let name = |id: UserId| {
        api.daemon.users.find(id).map_or_else(|_| format!("user {id}"), |user| user.name.clone())
    };
    OverviewAlert {
        since_ist: row.raised_at.to_string(),
        about: row.user.map(name),
        code: row.code.name(),
        detail: row.detail,
    }
}

async fn user_at_a_glance(api: &Api, user: &Arc<User>, day: Day) -> Result<OverviewUser, Problem> {
    let holdings = api.daemon.queries.of(user).holdings().await;
    let (slots, orders, caretakers, problem) = match slots_and_orders(api, user, day).await {
        Ok((slots, orders, caretakers)) => (slots, orders, caretakers, None),
        Err(error) if error.concerns_everybody() => return Err(error.into()),
        Err(error) => (Vec::new(), Vec::new(), TasksOfStrategies::new(), Some(error.to_string())),
    };
    let position = |valuation| Position::of(valuation, &caretakers);
    Ok(OverviewUser {
        id: user.id.0,
        name: user.name.clone(),
        service: service_status(api, user).await?,
        funds: holdings.funds.into(),
        slots,
        orders,
        positions: holdings.positions.into_iter().map(position).collect(),
        problem,
    })
}

async fn slots_and_orders(
    api: &Api,
    user: &User,
    day: Day,
) -> Result<(Vec<LedgerSlot>, Vec<Order>, TasksOfStrategies), AppError> {
    let of_user = api.daemon.queries.of(user);
    let slots = of_user.slots_on(day).await?;
    let orders = of_user.orders(OrderFilter { limit: MOST_ORDERS, ..OrderFilter::default() }).await?;
    let caretakers = of_user.caretakers().await?;
    let slots = slots.into_iter().map(LedgerSlot::from).collect();
    Ok((slots, orders.into_iter().map(Order::from).collect(), caretakers))
}
