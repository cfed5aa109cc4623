//! `/api/v1/system/users`: one row for each user, as an admin's table shows them; and which users a list is of.

use axum::extract::State;
use prahari_app::accounts::Role;
use prahari_app::chaos;
use prahari_app::queries::{UserFilter, UserGlance, UserOrder};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings::trading_state::state_of;
use super::users::{RoleName, mode_of};
use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Instant, ModeName, Page, TradingStateName, limit, parse_cursor};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(users_at_a_glance))
}

/// Order of a list of users.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum UserSort {
    /// By number.
    #[default]
    Id,
    /// By name.
    Name,
}

/// Query parameters that select users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UsersQuery {
    /// Only users whose name contains this text; capitals count as small letters.
    #[param(min_length = 1, max_length = 64)]
    q: Option<String>,
    /// Only active users (true) or only those who are not (false).
    active: Option<bool>,
    /// Only users with these rights.
    #[param(inline)]
    role: Option<RoleName>,
    /// Order of the list; by number when nothing is said.
    #[param(inline)]
    sort: Option<UserSort>,
    /// Largest number of items, from 1 to 500.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page, which was in the same order.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

impl UsersQuery {
    /// Returns what to read, one user further than the limit, and the limit.
    pub(super) fn filter(self) -> Result<(UserFilter, u32), Problem> {
        let limit = limit(self.limit)?;
        let after: Option<UserCursor> = parse_cursor(self.cursor.as_deref())?;
        let order = match (self.sort.unwrap_or_default(), after) {
            (UserSort::Id, None) => UserOrder::Id(None),
            (UserSort::Name, None) => UserOrder::Name(None),
            (UserSort::Id, Some(UserCursor::Id(user))) => UserOrder::Id(Some(user)),
            (UserSort::Name, Some(UserCursor::Name(name))) => UserOrder::Name(Some(name)),
            _ => return Err(Problem::invalid("cursor: it is of a list in another order")),
        };
        let role = self.role.map(Role::from);
        Ok((UserFilter { text: self.q, active: self.active, role, order, limit: limit + 1 }, limit))
    }
}

/// A user's place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UserCursor {
    Id(UserId),
    Name(String),
}

impl UserCursor {
    /// Returns the place of a user in a list of this order.
    pub(super) fn of(order: &UserOrder, id: UserId, name: &str) -> Self {
        match order {
            UserOrder::Id(_) => Self::Id(id),
            UserOrder::Name(_) => Self::Name(name.to_owned()),
        }
    }
}

impl Cursor for UserCursor {
    fn write(&self) -> String {
        match self {
            Self::Id(user) => user.to_string(),
            Self::Name(name) => format!("name.{name}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix("name.") {
            Some(name) => Some(Self::Name(name.to_owned())),
            None => u64::read(text).map(|user| Self::Id(UserId(user))),
        }
    }
}

/// A user as an admin's table shows them.
#[derive(Debug, Serialize, ToSchema)]
struct UserAtAGlance {
    /// The user's number, by which other routes name them.
    id: u64,
    /// Name with which the user logs in.
    name: String,
    /// The user's rights: `admin` for everything of everybody, `user` for their own things.
    role: RoleName,
    /// Whether they may log in and their services may run.
    active: bool,
    /// The name of the broker that they trade over.
    broker: String,
    /// Whether orders of theirs are real, by the broker that they are linked with now.
    mode: ModeName,
    /// Whether their simulated broker misbehaves on purpose now, for practice.
    chaos: bool,
    /// Whether their unified service is running now.
    running: bool,
    /// Whether a kill switch stops their orders: their own or everybody's.
    kill_switch: bool,
    /// What of theirs may be sent, by everything that restricts them.
    trading_state: TradingStateName,
    /// Whether everything of theirs is halted until an admin lifts that.
    halted: bool,
    /// Open alerts about them.
    open_alerts: u32,
    /// Orders of which it is not known whether the broker has them.
    unknown_orders: u32,
    /// What today has brought by now: realised and dividends, less charges; null while their orders wait for the broker.
    #[schema(required)]
    net_today_paise: Option<i64>,
    /// Real time at which a session of theirs was last used, to the minute; null when they have no session.
    #[schema(required)]
    seen_at: Option<Instant>,
    /// Time at which the user was created, by the daemon's clock.
    created_at: Instant,
}

/// Every user, each in one row.
#[utoipa::path(get, path = "/api/v1/system/users", operation_id = "users_at_a_glance", tag = "users", params(UsersQuery),
    responses((status = OK, body = Page<UserAtAGlance>)))]
async fn users_at_a_glance(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<UsersQuery>,
) -> Result<Json<Page<UserAtAGlance>>, Problem> {
    let (filter, limit) = query.filter()?;
    let order = filter.order.clone();
    let rows = api.daemon.queries.users_at_a_glance(filter).await?;
    let place = |glance: &UserGlance| UserCursor::of(&order, glance.row.id, &glance.row.name);
    Ok(Json(crate::view::page(rows, limit, place, |glance| at_a_glance(&api, glance))))
}

fn at_a_glance(api: &Api, glance: UserGlance) -> UserAtAGlance {
    let UserGlance { row, seen_at, open_alerts, unknown_orders } = glance;
    // Whoever the daemon has not loaded does nothing.
    let user = api.daemon.users.find(row.id).ok();
    let net = user.as_ref().and_then(|user| api.daemon.queries.of(user).net_today());
    UserAtAGlance {
        id: row.id.0,
        name: row.name,
        role: row.role.into(),
        active: row.active,
        mode: mode_of(user.as_deref(), &row.broker),
        chaos: user.as_ref().is_some_and(|user| chaos::status_of(user).is_some()),
        broker: row.broker,
        running: user.as_ref().is_some_and(|user| user.services.is_running()),
        kill_switch: user.as_ref().is_some_and(|user| user.settings.limits().in_force().kill_switch),
        trading_state: state_of(user.as_deref()),
        halted: user.as_ref().is_some_and(|user| user.halts.of_user().is_some()),
        open_alerts,
        unknown_orders,
        net_today_paise: net.map(|net| net.0),
        seen_at: seen_at.map(Instant),
        created_at: row.created_at.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_what_it_wrote() {
        for place in [UserCursor::Id(UserId(7)), UserCursor::Name("a.b@c".to_owned())] {
            assert_eq!(UserCursor::read(&place.write()), Some(place));
        }
        for text in ["", "x", "-1", "7.1"] {
            assert_eq!(UserCursor::read(text), None, "{text:?}");
        }
    }
}
