//! `/api/v1/halts`: what of a user is halted until an admin lifts it.

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_app::queries::{HaltFilter, HaltRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, OpenList, OpenListOfAll, Page, Part, page, sentence};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(halts)).routes(routes!(lift)).routes(routes!(halts_of_all))
}

/// Body that lifts a halt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Explanation {
    /// What was found, and why orders may be sent again, in one sentence.
    #[schema(min_length = 1, max_length = 500)]
    explanation: String,
}

/// Something of a user that is not sent until an admin lifts that.
#[derive(Debug, Serialize, ToSchema)]
struct Halt {
    /// Id; newer rows have higher ids.
    id: u64,
    /// The number of the user who is halted.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// Symbol that is halted; null when everything of the user is halted.
    #[schema(required)]
    symbol: Option<String>,
    /// Machine-readable reason.
    code: String,
    /// Reason, one sentence.
    reason: String,
    /// Time at which the halt was set.
    since: Instant,
    /// Time at which it was lifted; null while it holds.
    #[schema(required)]
    lifted_at: Option<Instant>,
    /// Admin who lifted it; null while it holds, and of one that ended with a corporate action.
    #[schema(required)]
    lifted_by: Option<u64>,
    /// Reason why it was lifted; empty while it holds.
    explanation: String,
}

/// The halts of a user, newest first.
#[utoipa::path(get, path = "/api/v1/halts", tag = "halts", params(OpenList),
    responses((status = OK, body = Page<Halt>)))]
async fn halts(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<OpenList>,
) -> Result<Json<Page<Halt>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let part = query.part()?;
    let rows = api.daemon.queries.of(&user).halts(filter(part)).await?;
    Ok(Json(page(rows, part.limit, |row| row.id, |row| Halt::of(&api, row))))
}

/// Lifts a halt: orders are sent again. One that is lifted already is refused, and stays as it is.
#[utoipa::path(post, path = "/api/v1/halts/{id}/lift", operation_id = "lift_halt", tag = "halts", params(("id" = u64, Path)),
    request_body = Explanation, responses((status = OK, body = Halt)))]
async fn lift(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
    Json(body): Json<Explanation>,
) -> Result<Json<Halt>, Problem> {
    let explanation = sentence("explanation", &body.explanation)?;
    let unknown = || Problem::new(Code::NotFound, format!("there is no halt {id}"));
    let halt = api.daemon.queries.halt(id).await?.ok_or_else(unknown)?;
    if halt.lifted_at.is_some() {
        return Err(AppError::HaltLifted(id).into());
    }
    let details = json!({ "user": halt.user.0, "symbol": halt.symbol, "explanation": explanation });
    api.audit(&caller, "halt.lift", format!("halt {id}"), details).await?;
    let lifted = api.daemon.users_admin.lift_halt(id, caller.0.user, explanation).await?;
    Ok(Json(Halt::of(&api, lifted)))
}

/// The halts of everybody, newest first.
#[utoipa::path(get, path = "/api/v1/system/halts", tag = "halts", params(OpenListOfAll),
    responses((status = OK, body = Page<Halt>)))]
async fn halts_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<OpenListOfAll>,
) -> Result<Json<Page<Halt>>, Problem> {
    let part = query.part()?;
    let rows = api.daemon.queries.halts_of_all(filter(part)).await?;
    Ok(Json(page(rows, part.limit, |row| row.id, |row| Halt::of(&api, row))))
}

/// One more than the page has, to know whether there are more.
fn filter(Part { open, before, limit }: Part) -> HaltFilter {
    HaltFilter { open, before, limit: limit + 1 }
}

impl Halt {
    /// The view of a halt, with the name of its user.
    fn of(api: &Api, row: HaltRow) -> Self {
        Self {
            id: row.id,
            user: row.user.0,
            user_name: api.user_name(row.user),
            symbol: row.symbol.map(|symbol| symbol.to_string()),
            code: row.code.name().to_owned(),
            reason: row.reason,
            since: Instant(row.since),
            lifted_at: row.lifted_at.map(Instant),
            lifted_by: row.lifted_by.map(|user| user.0),
            explanation: row.explanation,
        }
    }
}
