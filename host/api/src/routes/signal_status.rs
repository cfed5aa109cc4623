//! `/api/v1/signals/{id}/reject` and `activate`: a user's own word on a signal.

use axum::extract::State;
use prahari_domain::ids::{SignalId, UserId};
use prahari_domain::signals::SignalStatus;
use prahari_domain::text::is_plain;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::signals::{Signal, find};
use crate::auth::Attempt;
use crate::caller::Caller;
use crate::extract::{Json, Path};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::Bulk;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(reject)).routes(routes!(activate)).routes(routes!(reject_signals))
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

/// Signals that are turned down together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectedSignals {
    /// Ids of the signals.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<u64>,
    /// Reason, for people; may be empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
}

/// Turns signals down for oneself, each by itself: one that cannot be turned down does not keep the others.
#[utoipa::path(post, path = "/api/v1/signals/reject", tag = "signals", request_body = RejectedSignals,
    responses((status = OK, body = Bulk)))]
async fn reject_signals(
    State(api): State<Api>,
    caller: Caller,
    Json(RejectedSignals { ids, reason }): Json<RejectedSignals>,
) -> Result<Json<Bulk>, Problem> {
    check_reason(&reason)?;
    let attempt = |id: u64| Attempt {
        action: "signal.reject",
        resource: resource(id, caller.0.user),
        details: json!({ "reason": reason }),
    };
    let reject = async |id| {
        decide(&api, caller, id, &reason, SignalStatus::Active, SignalStatus::Rejected).await.map(drop)
    };
    Ok(Json(Bulk::each((&api, &caller), ids, 1, attempt, reject).await))
}

/// Turns a signal down for oneself: no task of this user acts on it any more.
#[utoipa::path(post, path = "/api/v1/signals/{id}/reject", operation_id = "reject_signal", tag = "signals", params(("id" = u64, Path)),
    request_body = Word, responses((status = OK, body = Signal)))]
async fn reject(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Json(word): Json<Word>,
) -> Result<Json<Signal>, Problem> {
    check_reason(&word.reason)?;
    decide(&api, caller, id, &word.reason, SignalStatus::Active, SignalStatus::Rejected).await.map(Json)
}

/// Takes back that one turned a signal down.
#[utoipa::path(post, path = "/api/v1/signals/{id}/activate", operation_id = "activate_signal", tag = "signals", params(("id" = u64, Path)),
    request_body = Word, responses((status = OK, body = Signal)))]
async fn activate(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Json(word): Json<Word>,
) -> Result<Json<Signal>, Problem> {
    check_reason(&word.reason)?;
    decide(&api, caller, id, &word.reason, SignalStatus::Rejected, SignalStatus::Active).await.map(Json)
}

fn check_reason(reason: &str) -> Result<(), Problem> {
    if reason.chars().count() > LONGEST_REASON {
        return Err(Problem::invalid(format!("reason: it is longer than {LONGEST_REASON} characters")));
    }
    if !is_plain(reason) {
        return Err(Problem::invalid("reason: it has a character that cannot be seen, or a line break"));
    }
    Ok(())
}

/// In the audit log: a signal may stand for everybody, and what is said of it holds for one user.
fn resource(signal: u64, user: UserId) -> String {
    format!("signal {signal} user {user}")
}

/// Only from one status to the other; when it has the other already, nothing is to be done.
async fn decide(
    api: &Api,
    caller: Caller,
    id: u64,
    reason: &str,
    from: SignalStatus,
    to: SignalStatus,
) -> Result<Signal, Problem> {
    let user = caller.target_user(api, None)?;
    let signal = find(api, &user, id).await?;
    let status = signal.status.0;
    if status == to {
        return Ok(signal);
    }
    if status != from {
        let detail = format!("signal {id} is {} and cannot become {}", status.name(), to.name());
        return Err(Problem::new(Code::SignalNotOpen, detail));
    }
    let action = if to == SignalStatus::Rejected { "signal.reject" } else { "signal.activate" };
    api.audit(&caller, action, resource(id, user.id), json!({ "reason": reason })).await?;
    if to == SignalStatus::Rejected {
        api.daemon.signals.reject(user.id, SignalId(id), reason).await?;
    } else {
        api.daemon.signals.allow(user.id, SignalId(id), reason).await?;
    }
    find(api, &user, id).await
}
