//! The actions that are known.

use axum::extract::State;
use prahari_app::actions::ActionFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::ListedAction;
use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{ActionStateName, Date, Page, limit, page, parse_cursor, range, symbol};

/// Query parameters that select actions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsQuery {
    /// Only actions of this share.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Only actions that have come this far.
    #[param(inline)]
    state: Option<ActionStateName>,
    /// Only actions with this ex-date or a later one.
    #[param(inline)]
    from: Option<Date>,
    /// Only actions with this ex-date or an earlier one.
    #[param(inline)]
    until: Option<Date>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The corporate actions that are known, the latest ex-date first.
#[utoipa::path(get, path = "/api/v1/system/actions", operation_id = "corporate_actions", tag = "actions", params(ActionsQuery),
    responses((status = OK, body = Page<ListedAction>)))]
pub async fn actions(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<ActionsQuery>,
) -> Result<Json<Page<ListedAction>>, Problem> {
    range(("from", query.from), ("until", query.until))?;
    let limit = limit(query.limit)?;
    let filter = ActionFilter {
        symbol: symbol(query.symbol.as_deref())?,
        state: query.state.map(|state| state.0),
        from: query.from.map(|day| day.0),
        until: query.until.map(|day| day.0),
        before: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
        ..ActionFilter::default()
    };
    let rows = api.daemon.actions.list(filter).await?;
    Ok(Json(page(rows, limit, |row| (row.action.ex_day(), row.id), ListedAction::from)))
}
