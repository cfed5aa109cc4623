//! `/api/v1/user/broker`: over which broker one trades, and the session there.
//!
//! Only the route that is for it logs in; whoever looks does not.

use axum::extract::State;
use prahari_app::accounts::AccountError;
use prahari_app::brokers::{BrokerSessionState, BrokerSessionView, BrokerStatus};
use prahari_app::error::AppError;
use prahari_app::user::User;
use prahari_domain::settings::{Values, to_values};
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::settings::limits_in_force;
use crate::auth::Origin;
use crate::caller::{Caller, Person};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::retry_after;
use crate::state::Api;
use crate::view::{Date, Instant, ModeName, UserQuery};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(own_broker)).routes(routes!(log_in)).routes(routes!(unblock))
}

/// A user's link with their broker.
#[derive(Serialize, ToSchema)]
pub(super) struct BrokerBody {
    /// Name of the broker in the registry, such as `paper`.
    broker: String,
    /// Whether the money is made up (`paper`) or real (`live`).
    mode: ModeName,
    /// Whether the account is simulated. Then money is paid in and out at `user/capital`.
    simulated: bool,
    /// The session at the broker; null where nobody logs in.
    #[schema(required)]
    session: Option<SessionBody>,
    /// How the calls of the present session leave the daemon's machine, such as `from 192.0.2.7`; of a proxy its name and port only.
    /// Null without a session.
    #[schema(required)]
    way_out: Option<String>,
    /// What orders are checked against, at this broker as at another.
    #[schema(schema_with = in_force)]
    limits: Values,
    /// Calls that wait for the broker's answer now.
    calls_waiting: u32,
    /// Whether a call was not answered a moment ago, so that the next ones fail at once for a while.
    silent: bool,
    /// Events that the broker told by itself since the user was loaded, and that were new.
    pushes_booked: u64,
    /// Pushed events that the book already had.
    pushes_known: u64,
    /// Pushed events about orders that are not in the user's journal.
    pushes_ignored: u64,
    /// How often the broker's order book was asked for because such events were missing or contradicted the books.
    resyncs: u64,
}

fn in_force() -> Object {
    limits_in_force()
}

/// A user's session at their broker.
#[derive(Serialize, ToSchema)]
struct SessionBody {
    /// State of the session.
    state: BrokerSessionName,
    /// Why it is in this state, in one sentence without secrets; empty where nothing is to be said.
    reason: String,
    /// Time of the login, or at which the one under way began; null in other states.
    #[schema(required)]
    since: Option<Instant>,
    /// The trading day on which it is good; null while there is none.
    #[schema(required)]
    day: Option<Date>,
    /// Time at which it ended; null unless it is over.
    #[schema(required)]
    ended_at: Option<Instant>,
    /// Nobody logs in before this time; null unless it cools down.
    #[schema(required)]
    until: Option<Instant>,
    /// Logins of this day that succeeded.
    logins_today: u32,
    /// Refused logins since the last that succeeded.
    refusals: u32,
    /// Time of the last good answer to a call with the session; null before the first.
    #[schema(required)]
    last_answer: Option<Instant>,
}

/// State of a session at a broker.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BrokerSessionName {
    /// Nobody has logged in; what needs the broker first does.
    None,
    /// A login is under way.
    LoggingIn,
    /// There is a session.
    Active,
    /// There was one; what needs the broker next logs in.
    Over,
    /// A login failed or helped nothing; nobody tries for a while.
    CoolingDown,
    /// The user has to type a one-time code.
    NeedsCode,
    /// Nobody tries until a person says so.
    Blocked,
}

/// What a login takes beside what is kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrokerLogin {
    /// The six-digit code of the authenticator that is registered with the broker; left out where the daemon makes it.
    #[schema(value_type = Option<String>, min_length = 6, max_length = 6, pattern = "^[0-9]+$")]
    code: Option<Secret>,
}

/// Over which broker the caller trades, and how their session there stands. Nobody logs in for it.
#[utoipa::path(get, path = "/api/v1/user/broker", operation_id = "own_broker", tag = "credentials",
    responses((status = OK, body = BrokerBody)))]
async fn own_broker(State(api): State<Api>, caller: Caller) -> Result<Json<BrokerBody>, Problem> {
    let user = api.daemon.users.find(caller.0.user)?;
    BrokerBody::of(&user).map(Json)
}

/// Logs the caller in at their broker, unless there is a session. The answer comes after the login, or after some seconds of it,
/// which then goes on. Not for API tokens.
#[utoipa::path(post, path = "/api/v1/user/broker/login", operation_id = "log_in_at_broker", tag = "credentials", request_body = BrokerLogin,
    responses((status = OK, body = BrokerBody)))]
async fn log_in(
    State(api): State<Api>,
    person: Person,
    Origin(from): Origin,
    Json(BrokerLogin { code }): Json<BrokerLogin>,
) -> Result<Json<BrokerBody>, Problem> {
    let user = api.daemon.users.find(person.caller.0.user)?;
    let is_code =
        |code: &Secret| code.expose().len() == 6 && code.expose().bytes().all(|b| b.is_ascii_digit());
    if code.as_ref().is_some_and(|code| !is_code(code)) {
        return Err(Problem::invalid("code: 6 digits"));
    }
    api.accounts.count_broker_login(&user.name, &from).map_err(|error| waits(&api, error))?;
    let details = json!({ "broker": user.link().status().name, "with_code": code.is_some() });
    api.audit(&person.caller, "broker.login", format!("user {}", user.id), details).await?;
    let logged_in = api.daemon.users_admin.log_in_at_broker(user.id, code).await;
    let session = |status: &BrokerStatus| status.session.as_ref().map(|session| session.state);
    match &logged_in {
        Ok(status) if matches!(session(status), Some(BrokerSessionState::Active { .. })) => {
            api.accounts.broker_login_succeeded(&user.name, &from);
        }
        // One that goes on, or was refused: a code was tried.
        Ok(_) => {}
        Err(AppError::BrokerLogin(failure)) if failure.was_sent => {}
        Err(_) => api.accounts.broker_login_not_sent(&user.name, &from),
    }
    logged_in?;
    BrokerBody::of(&user).map(Json)
}

/// Lets logins at the broker be tried again, that were blocked after refusals or have to wait. A person says so, after they have
/// looked why. Nobody logs in for it. Not for API tokens.
#[utoipa::path(post, path = "/api/v1/user/broker/unblock", operation_id = "unblock_broker", tag = "credentials", params(UserQuery),
    responses((status = OK, body = BrokerBody)))]
async fn unblock(
    State(api): State<Api>,
    person: Person,
    Query(target): Query<UserQuery>,
) -> Result<Json<BrokerBody>, Problem> {
    let user = person.caller.target_user(&api, target.user)?;
    let details = json!({ "broker": user.link().status().name });
    api.audit(&person.caller, "broker.unblock", format!("user {}", user.id), details).await?;
    api.daemon.users_admin.unblock_broker(user.id).await?;
    BrokerBody::of(&user).map(Json)
}

/// The refusal of an attempt that has to wait, with the time until which.
fn waits(api: &Api, error: AccountError) -> Problem {
    let until = match &error {
        AccountError::TooManyAttempts { retry_after_s } => {
            Some(retry_after::instant_in(*retry_after_s, &api.daemon.clock))
        }
        _ => None,
    };
    let problem = Problem::from(error);
    match until {
        Some(until) => problem.retry_at(until),
        None => problem,
    }
}

impl BrokerBody {
    /// The link of a user as it stands.
    pub(super) fn of(user: &User) -> Result<Self, Problem> {
        let BrokerStatus {
            name,
            mode,
            simulated,
            session,
            way_out,
            calls_waiting,
            silent,
            pushes_booked,
            pushes_known,
            pushes_ignored,
            resyncs,
        } = user.link().status();
        Ok(Self {
            broker: name,
            mode: ModeName(mode),
            simulated,
            session: session.map(SessionBody::from),
            limits: to_values(&*user.settings.limits().in_force())?,
            way_out,
            calls_waiting,
            silent,
            pushes_booked,
            pushes_known,
            pushes_ignored,
            resyncs,
        })
    }
}

impl From<BrokerSessionView> for SessionBody {
    fn from(view: BrokerSessionView) -> Self {
        let BrokerSessionView { state, reason, logins_today, refusals, last_answer } = view;
        let name = match state {
            BrokerSessionState::None => BrokerSessionName::None,
            BrokerSessionState::LoggingIn { .. } => BrokerSessionName::LoggingIn,
            BrokerSessionState::Active { .. } => BrokerSessionName::Active,
            BrokerSessionState::Over { .. } => BrokerSessionName::Over,
            BrokerSessionState::CoolingDown { .. } => BrokerSessionName::CoolingDown,
            BrokerSessionState::NeedsCode => BrokerSessionName::NeedsCode,
            BrokerSessionState::Blocked => BrokerSessionName::Blocked,
        };
        let (mut since, mut day, mut ended_at, mut until) = (None, None, None, None);
        match state {
            BrokerSessionState::LoggingIn { since: at } => since = Some(Instant(at)),
            BrokerSessionState::Active { since: at, day: of } => {
                (since, day) = (Some(Instant(at)), Some(Date(of)))
            }
            BrokerSessionState::Over { at } => ended_at = Some(Instant(at)),
            BrokerSessionState::CoolingDown { until: at } => until = Some(Instant(at)),
            BrokerSessionState::None | BrokerSessionState::NeedsCode | BrokerSessionState::Blocked => {}
        }
        let last_answer = last_answer.map(Instant);
        Self { state: name, reason, since, day, ended_at, until, logins_today, refusals, last_answer }
    }
}
