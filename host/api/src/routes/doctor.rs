//! `/api/v1/user/doctor`: what can be proved of a user's day before the market opens, and what was found in the mornings. Nobody
//! is logged in at a broker for it. A look that is some seconds old is answered again, so that whoever asks often asks the broker
//! no more often.

use axum::extract::State;
use prahari_app::doctor::{Check, Examination, MORNINGS_SHOWN, Morning, due_on};
use prahari_app::user::User;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{CheckOutcomeName, Date, Instant, MorningOutcomeName, UserQuery};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(doctor)).routes(routes!(mornings)).routes(routes!(doctor_of_user))
}

/// What was found of a user.
#[derive(Debug, Serialize, ToSchema)]
struct DoctorReport {
    /// The number of the user.
    user: u64,
    /// The name by which they log in.
    user_name: String,
    /// When it was looked, some seconds ago at most.
    at: Instant,
    /// The most severe outcome; what cannot be proved makes nothing worse.
    outcome: CheckOutcomeName,
    /// What was looked at, the broker's part first.
    #[schema(max_items = 40)]
    checks: Vec<DoctorCheck>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
struct DoctorCheck {
    /// What was looked at, such as `clock`.
    #[schema(max_length = 40)]
    name: String,
    /// How it came out.
    outcome: CheckOutcomeName,
    /// What was found, one sentence without a capital and a stop.
    #[schema(max_length = 700)]
    evidence: String,
    /// What somebody has to do, likewise; empty when nothing is to be done.
    #[schema(max_length = 300)]
    advice: String,
}

/// The looks of the newest mornings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DoctorMornings {
    /// When everybody is looked at today; null on a day without a session.
    #[schema(required)]
    due_at: Option<Instant>,
    /// The newest mornings, newest first.
    #[schema(max_items = 10)]
    items: Vec<DoctorMorning>,
}

/// The look of one morning.
#[derive(Debug, Serialize, ToSchema)]
struct DoctorMorning {
    /// The trading date.
    day: Date,
    /// When it was due.
    due_at: Instant,
    /// When it was made; null when it was missed.
    #[schema(required)]
    looked_at: Option<Instant>,
    /// How it came out.
    outcome: MorningOutcomeName,
    /// Why it was late or missed, one sentence; empty when it was in time.
    reason: String,
    /// What was looked at; empty when it was missed.
    #[schema(max_items = 40)]
    checks: Vec<DoctorCheck>,
}

/// What can be proved of a user's day now.
#[utoipa::path(get, path = "/api/v1/user/doctor", tag = "doctor", params(UserQuery),
    responses((status = OK, body = DoctorReport)))]
async fn doctor(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<UserQuery>,
) -> Result<Json<DoctorReport>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    report(&api, &user).await
}

/// What can be proved of the day of one user, for admins.
#[utoipa::path(get, path = "/api/v1/users/{id}/doctor", tag = "doctor", params(("id" = u64, Path)),
    responses((status = OK, body = DoctorReport)))]
async fn doctor_of_user(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
) -> Result<Json<DoctorReport>, Problem> {
    let user = caller.target_user(&api, Some(id))?;
    report(&api, &user).await
}

/// What was found in the newest mornings, by the look that the daemon makes itself before each session.
#[utoipa::path(get, path = "/api/v1/user/doctor/mornings", operation_id = "doctor_mornings", tag = "doctor", params(UserQuery),
    responses((status = OK, body = DoctorMornings)))]
async fn mornings(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<UserQuery>,
) -> Result<Json<DoctorMornings>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    Ok(Json(newest_mornings(&api, &user, MORNINGS_SHOWN).await?))
}

/// At most this many of the newest mornings of a user.
pub(super) async fn newest_mornings(api: &Api, user: &User, most: u32) -> Result<DoctorMornings, Problem> {
    let today = api.daemon.clock.now().ist_day();
    let is_open = api.daemon.trading.calendar.current().is_open_on(today);
    let found = api.daemon.doctor.mornings(user, most).await?;
    Ok(DoctorMornings {
        due_at: is_open.then(|| Instant(due_on(today))),
        items: found.into_iter().map(DoctorMorning::from).collect(),
    })
}

async fn report(api: &Api, user: &User) -> Result<Json<DoctorReport>, Problem> {
    let found = api.daemon.doctor.examine(user).await?;
    let outcome = CheckOutcomeName(found.outcome());
    let Examination { at, checks, .. } = found;
    let checks = checks.into_iter().map(DoctorCheck::from).collect();
    Ok(Json(DoctorReport { user: user.id.0, user_name: user.name.clone(), at: Instant(at), outcome, checks }))
}

impl From<Check> for DoctorCheck {
    fn from(check: Check) -> Self {
        let Check { name, outcome, evidence, advice, .. } = check;
        Self { name: name.into_owned(), outcome: CheckOutcomeName(outcome), evidence, advice }
    }
}

impl From<Morning> for DoctorMorning {
    fn from(morning: Morning) -> Self {
        let Morning { day, due_at, looked_at, outcome, reason, checks } = morning;
        Self {
            day: Date(day),
            due_at: Instant(due_at),
            looked_at: looked_at.map(Instant),
            outcome: MorningOutcomeName(outcome),
            reason,
            checks: checks.into_iter().map(DoctorCheck::from).collect(),
        }
    }
}
