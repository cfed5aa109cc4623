//! `/api/v1/user/capital`: the money of a simulated account.

use axum::extract::State;
use prahari_app::desk::Money;
use prahari_domain::money::Paise;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::UserQuery;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_capital, set_capital))
}

/// Money of a user, in paise.
#[derive(Debug, Serialize, ToSchema)]
struct MoneyBody {
    /// Paid in altogether, withdrawals taken off.
    capital_paise: i64,
    /// Cash on the account after charges, in paise.
    cash_paise: i64,
    /// Cash reserved for open buys, in paise.
    reserved_paise: i64,
    /// Cash that may be taken out, in paise.
    free_paise: i64,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self {
            capital_paise: money.capital.0,
            cash_paise: money.cash.0,
            reserved_paise: money.reserved.0,
            free_paise: money.free().0,
        }
    }
}

/// Body that sets the capital paid in altogether.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CapitalBody {
    /// More than before pays the difference in, less takes it out, as far as it is free.
    #[schema(minimum = 100, maximum = 100000000000u64)]
    capital_paise: i64,
}

/// What was paid in by the books, and what is free of it.
#[utoipa::path(get, path = "/api/v1/user/capital", tag = "settings", params(UserQuery),
    responses((status = OK, body = MoneyBody)))]
async fn read_capital(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<MoneyBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let money = user.desk.lock().await.money(api.daemon.clock.now()).await;
    Ok(Json(money.into()))
}

/// Pays made-up money into a simulated account, or takes it out. Where the money is real it is the broker's.
#[utoipa::path(put, path = "/api/v1/user/capital", tag = "settings", params(UserQuery), request_body = CapitalBody,
    responses((status = OK, body = MoneyBody)))]
async fn set_capital(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<CapitalBody>,
) -> Result<Json<MoneyBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let now = api.daemon.clock.now();
    let mut desk = user.desk.lock().await;
    desk.simulated_account()?;
    let before = desk.money(now).await;
    before.check_change(Paise(body.capital_paise))?;
    let details = json!({ "before_paise": before.capital, "after_paise": body.capital_paise });
    api.audit(&caller, "capital.set", format!("user {}", user.id), details).await?;
    desk.set_capital(Paise(body.capital_paise), now).await?;
    Ok(Json(desk.money(now).await.into()))
}
