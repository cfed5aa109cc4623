//! `/api/v1/audit`: who changed what, for admins.

use axum::extract::State;
use prahari_app::audit::{AuditFilter, Entry};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;
use crate::view::{Cursor, Page, limit, page, parse_cursor, range};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(verify))
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
struct AuditEntry {
    /// Numbered from 1 without gaps.
    id: u64,
    /// Real time, also where the daemon's clock is another.
    at: Instant,
    /// The number of the user who did it; null for the program itself.
    user: Option<u64>,
    /// The name by which that user logs in; null for the program itself.
    user_name: Option<String>,
    /// What the action was done with, such as `session 3`, `token 2`, `password`, `one-time link`, `command line`
    /// or `the daemon`.
    via: String,
    /// Action, such as `user.change`.
    action: String,
    /// Object of the action, such as `user 3`.
    resource: String,
    /// The number of the user whom the action is about, where its object names one; null otherwise.
    #[schema(required)]
    subject: Option<u64>,
    /// The name by which that user logs in; null likewise.
    #[schema(required)]
    subject_name: Option<String>,
    /// Parameters of the change, by name; never a secret.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// The address of the request; empty when it is not known.
    address: String,
    /// The HTTP status with which it was answered; null while that is not known, when the request or the daemon was cut off before,
    /// and for what the program did itself.
    #[schema(required)]
    status: Option<u16>,
    /// Why it was refused or has failed, as the `code` of the answer; null when it was done, or that is not known.
    #[schema(required)]
    code: Option<String>,
}

/// Query parameters that select the entries of the audit log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only entries about actions of this user.
    user: Option<u64>,
    /// Only entries of this action, such as `user.change`, or of a group of actions, such as `user`.
    #[param(max_length = 64)]
    action: Option<String>,
    /// Only entries about this thing, such as `user 3`, or about a group of things, such as `user`.
    #[param(max_length = 200)]
    resource: Option<String>,
    /// Only entries at this instant or later.
    since: Option<Instant>,
    /// Only entries before this instant.
    until: Option<Instant>,
    /// Largest number of items, from 1 to 500.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "audit_entries", tag = "audit", params(AuditQuery),
    responses((status = OK, body = Page<AuditEntry>)))]
async fn list(
    State(api): State<Api>,
    _admin: Admin,
    Query(which): Query<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let limit = limit(which.limit)?;
    range(("since", which.since), ("until", which.until))?;
    let filter = AuditFilter {
        user: which.user.map(UserId),
        action: which.action,
        since: which.since.map(|since| since.0),
        until: which.until.map(|until| until.0),
        resource: which.resource,
        before: parse_cursor(which.cursor.as_deref())?,
        limit: limit + 1,
    };
    let entries = api.accounts.audit().entries(filter).await?;
    Ok(Json(page(entries, limit, |entry| entry.id, |entry| to_view(&api, entry))))
}

/// Query parameters that say where a check begins.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VerifyQuery {
    /// Cursor: `next` of the part before; the first entry when nothing is said.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// What a check of the audit log's chain has found.
#[derive(Serialize, ToSchema)]
struct ChainCheck {
    /// The entry after which it began; 0 for the first part.
    after: u64,
    /// Entries after it that are as they were written, up to the first that is not.
    intact: u64,
    /// The hash of the last of them as 64 hexadecimal digits: whoever keeps it elsewhere sees when the chain was written anew.
    head: String,
    /// The first entry that is not as it was written; null when all are.
    #[schema(required)]
    broken: Option<BrokenEntry>,
    /// The `cursor` of the next part; null when the end of the chain was reached, or an entry is broken.
    #[schema(required)]
    next: Option<String>,
}

/// An entry that is not as it was written.
#[derive(Serialize, ToSchema)]
struct BrokenEntry {
    /// The number of the entry.
    entry: u64,
    /// How that shows.
    why: &'static str,
}

/// Checks that the audit log is as it was written: each entry holds the hash of the one before it. One request looks at 200,000
/// entries at most and says where to go on.
#[utoipa::path(get, path = "/api/v1/audit/verify", operation_id = "verify_audit", tag = "audit", params(VerifyQuery),
    responses((status = OK, body = ChainCheck)))]
async fn verify(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<VerifyQuery>,
) -> Result<Json<ChainCheck>, Problem> {
    let after: u64 = parse_cursor(query.cursor.as_deref())?.unwrap_or(0);
    let found = api.accounts.audit().verify_after(after).await?;
    // Nothing follows an entry that there was never: the chain is not broken there.
    if after > found.written {
        return Err(Problem::invalid(format!("cursor: the newest entry is {}", found.written)));
    }
    Ok(Json(ChainCheck {
        after,
        intact: found.intact_through.saturating_sub(after),
        head: found.head,
        broken: found.broken.map(|(entry, why)| BrokenEntry { entry, why }),
        next: found.more.then(|| found.intact_through.write()),
    }))
}

/// The user whom a resource names, such as `user 3` or `grant TASK user 3`.
fn subject_of(resource: &str) -> Option<UserId> {
    let words: Vec<&str> = resource.split(' ').collect();
    let mut pairs = words.windows(2);
    pairs.find_map(|pair| match pair {
        ["user", number] => number.parse().ok().map(UserId),
        _ => None,
    })
}

/// The user whom an entry tells the addition of. It was written before they had a number, so it holds their name, which nobody
/// else ever has; of an attempt that was refused there is no such user, or another.
fn added(api: &Api, entry: &Entry) -> Option<UserId> {
    let was_added = entry.outcome.as_ref().is_some_and(|outcome| (200..300).contains(&outcome.status));
    if entry.action != "user.create" || !was_added {
        return None;
    }
    let name = entry.resource.strip_prefix("user \"")?.strip_suffix('"')?;
    api.daemon.users.all().iter().find(|user| user.name == name).map(|user| user.id)
}

fn to_view(api: &Api, entry: Entry) -> AuditEntry {
    let subject = subject_of(&entry.resource).or_else(|| added(api, &entry));
    let (status, code) = entry.outcome.map(|outcome| (outcome.status, outcome.code)).unzip();
    AuditEntry {
        status,
        code: code.filter(|code| !code.is_empty()),
        id: entry.id,
        at: entry.at.into(),
        user: entry.user.map(|user| user.0),
        user_name: entry.user.and_then(|user| api.daemon.users.find(user).ok()).map(|user| user.name.clone()),
        via: entry.via,
        action: entry.action,
        subject: subject.map(|user| user.0),
        subject_name: subject.and_then(|user| api.daemon.users.find(user).ok()).map(|user| user.name.clone()),
        resource: entry.resource,
        details: entry.details,
        address: entry.address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_user_whom_a_resource_names() {
        assert_eq!(subject_of("user 3"), Some(UserId(3)));
        assert_eq!(subject_of("grant buy_orders user 17"), Some(UserId(17)));
        for none in ["user \"3\"", "user", "session 3", "user -3", ""] {
            assert_eq!(subject_of(none), None, "{none:?}");
        }
    }
}
