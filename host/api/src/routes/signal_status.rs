//! `/api/v1/signals/{id}/reject` and `activate`: a user's own word on a signal.

use axum::extract::State;
use prahari_domain::ids::SignalId;
use prahari_domain::signals::SignalStatus;
use prahari_domain::text::is_plain;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::signals::{Signal, find};
use crate::caller::Caller;
use crate::extract::{Json, Path};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(reject)).routes(routes!(activate))
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Body with the reason of a rejection or its withdrawal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Word {
    /// Reason, for people; may be empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
}

/// Turns a signal down for oneself: no task of this user acts on it any more.
#[utoipa::path(post, path = "/api/v1/signals/{id}/reject", tag = "signals", params(("id" = u64, Path)),
    request_body = Word, responses((status = OK, body = Signal)))]
async fn reject(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Json(word): Json<Word>,
) -> Result<Json<Signal>, Problem> {
    decide(&api, caller, id, word, SignalStatus::Active, SignalStatus::Rejected).await
}

/// Takes back that one turned a signal down.
#[utoipa::path(post, path = "/api/v1/signals/{id}/activate", tag = "signals", params(("id" = u64, Path)),
    request_body = Word, responses((status = OK, body = Signal)))]
async fn activate(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Json(word): Json<Word>,
) -> Result<Json<Signal>, Problem> {
    decide(&api, caller, id, word, SignalStatus::Rejected, SignalStatus::Active).await
}

/// Only from one status to the other; when it has the other already, nothing is to be done.
async fn decide(
    api: &Api,
    caller: Caller,
    id: u64,
    word: Word,
    from: SignalStatus,
    to: SignalStatus,
) -> Result<Json<Signal>, Problem> {
    if word.reason.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid(format!("reason: it is longer than {LONGEST_REASON} characters")));
    }
    if !is_plain(&word.reason) {
        return Err(Problem::invalid("reason: it has a character that cannot be seen, or a line break"));
    }
    let user = caller.target_user(api, None)?;
    let signal = find(api, &user, id).await?;
    let status = signal.status.0;
    if status == to {
        return Ok(Json(signal));
    }
    if status != from {
        let detail = format!("signal {id} is {} and cannot become {}", status.name(), to.name());
        return Err(Problem::new(Code::SignalNotOpen, detail));
    }
    let action = if to == SignalStatus::Rejected { "signal.reject" } else { "signal.activate" };
    api.audit(&caller, action, format!("signal {id}"), json!({ "reason": word.reason })).await?;
    if to == SignalStatus::Rejected {
        api.daemon.signals.reject(user.id, SignalId(id), &word.reason).await?;
    } else {
        api.daemon.signals.allow(user.id, SignalId(id), &word.reason).await?;
    }
    find(api, &user, id).await.map(Json)
}
