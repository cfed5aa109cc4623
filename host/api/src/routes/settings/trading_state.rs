//! `/api/v1/user/trading-state`: what of a user's orders may be sent, and why not more. Users set their own; what an admin sets at
//! `/api/v1/users/{id}/trading-state` only an admin takes back.

use axum::extract::State;
use prahari_app::settings::{Hand, LimitsSet, Restriction, TradingStatus, Versioned};
use prahari_app::user::User;
use prahari_domain::risk::{StatedState, TradingState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, TradingStateName, sentence};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_own, set_own)).routes(routes!(read_of_user, set_of_user))
}

/// Body that sets a trading state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StateChange {
    /// The state: `active` for everything that the limits let through, `reduce_only` for what lowers positions, `halted` for
    /// cancellations only.
    state: TradingStateName,
    /// Why it is set, one sentence. It is shown as long as the state holds.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// The version of the limits that the change starts from; it is refused with `settings_changed` when there is a newer one.
    /// Without it the state is set whatever stands.
    expected_version: Option<u64>,
}

/// What of a user's orders may be sent, and why not more.
#[derive(Debug, Serialize, ToSchema)]
struct TradingStateBody {
    /// The user's number.
    user: u64,
    /// The state that holds: of everything that restricts the user, the one that lets least through.
    state: TradingStateName,
    /// Version of the limits, with which the state changes.
    version: u64,
    /// What the user has set.
    own: StateOfHand,
    /// What an admin has set for the user, who cannot take it back.
    admin: StateOfHand,
    /// Every reason why less than everything may be sent, those that let least through first; four at most.
    #[schema(max_items = 4)]
    restrictions: Vec<RestrictionBody>,
}

/// The state that the user or an admin has set, the kill switch of the same hand counted: while it is on, the state is `halted`.
#[derive(Debug, Serialize, ToSchema)]
struct StateOfHand {
    /// The state.
    state: TradingStateName,
    /// Why it was set; null when it was never set, and while a kill switch is on that was turned without a reason.
    #[schema(required)]
    reason: Option<String>,
    /// Time at which it was set; null likewise.
    #[schema(required)]
    since: Option<Instant>,
    /// Name of whoever has set it; null likewise.
    #[schema(required)]
    by: Option<String>,
}

/// One reason why less than everything may be sent.
#[derive(Debug, Serialize, ToSchema)]
struct RestrictionBody {
    /// `daemon` for the kill switch of everybody, `halt` for a halt of everything of the user, `admin` and `own` for the trading
    /// state and the kill switch that an admin or the user has set.
    source: &'static str,
    /// What it lets through.
    state: TradingStateName,
    /// Why, one sentence.
    reason: String,
    /// Time since which it holds; null of a kill switch that was turned without a reason.
    #[schema(required)]
    since: Option<Instant>,
    /// Name of whoever has set it; null of a halt, and of a kill switch that was turned without a reason.
    #[schema(required)]
    by: Option<String>,
    /// Who may lift it: `user` or `admin`.
    lifted_by: &'static str,
}

/// What of the caller's orders may be sent, and why not more.
#[utoipa::path(get, path = "/api/v1/user/trading-state", operation_id = "trading_state", tag = "settings",
    responses((status = OK, body = TradingStateBody)))]
async fn read_own(State(api): State<Api>, caller: Caller) -> Result<Json<TradingStateBody>, Problem> {
    let user = caller.target_user(&api, None)?;
    Ok(Json(body(&api, &user)))
}

/// Sets the caller's own trading state, from the next order on. Halted turns the own kill switch on, any other state turns it
/// off. What an admin has set, and a halt, hold all the same: the answer says what may be sent.
#[utoipa::path(put, path = "/api/v1/user/trading-state", operation_id = "set_trading_state", tag = "settings",
    request_body = StateChange, responses((status = OK, body = TradingStateBody)))]
async fn set_own(
    State(api): State<Api>,
    caller: Caller,
    Json(change): Json<StateChange>,
) -> Result<Json<TradingStateBody>, Problem> {
    let user = caller.target_user(&api, None)?;
    set(&api, &caller, &user, Hand::Own, change).await?;
    Ok(Json(body(&api, &user)))
}

/// What of a user's orders may be sent, and why not more.
#[utoipa::path(get, path = "/api/v1/users/{id}/trading-state", operation_id = "trading_state_of_user", tag = "settings",
    params(("id" = u64, Path)), responses((status = OK, body = TradingStateBody)))]
async fn read_of_user(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
) -> Result<Json<TradingStateBody>, Problem> {
    let user = caller.target_user(&api, Some(id))?;
    Ok(Json(body(&api, &user)))
}

/// Sets a trading state that the user cannot take back, from the next order on, and tells the user. What the user has set holds
/// all the same.
#[utoipa::path(put, path = "/api/v1/users/{id}/trading-state", operation_id = "set_trading_state_of_user", tag = "settings",
    params(("id" = u64, Path)), request_body = StateChange, responses((status = OK, body = TradingStateBody)))]
async fn set_of_user(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
    Json(change): Json<StateChange>,
) -> Result<Json<TradingStateBody>, Problem> {
    let user = caller.target_user(&api, Some(id))?;
    set(&api, &caller, &user, Hand::Admin, change).await?;
    Ok(Json(body(&api, &user)))
}

/// Checks, writes down and sets a state, and tells the user what somebody else has set.
async fn set(
    api: &Api,
    caller: &Caller,
    user: &User,
    hand: Hand,
    StateChange { state: TradingStateName(state), reason, expected_version }: StateChange,
) -> Result<(), Problem> {
    let reason = sentence("reason", &reason)?;
    let (by, since) = (caller.0.user, api.daemon.clock.now());
    let stated = StatedState { state, reason: reason.to_owned(), since, by };
    let change = api.daemon.settings.change_trading_state(user, hand, stated, expected_version).await?;
    let action = match hand {
        Hand::Own => "trading_state.set_own",
        Hand::Admin => "trading_state.set",
    };
    let details = json!({ "state": state.name(), "reason": reason });
    api.audit(caller, action, format!("user {}", user.id), details).await?;
    let differs = change.differs();
    change.save().await?;
    if differs && by != user.id {
        let by = api.user_name(by);
        api.daemon.users_admin.tell_of_trading_state(user, state, reason, &by).await;
    }
    Ok(())
}

fn body(api: &Api, user: &User) -> TradingStateBody {
    let TradingStatus { state, restrictions } = TradingStatus::of(user);
    let set = user.settings.limits().set();
    let Versioned { version, value } = &*set;
    TradingStateBody {
        user: user.id.0,
        state: TradingStateName(state),
        version: *version,
        own: StateOfHand::of(api, value, Hand::Own),
        admin: StateOfHand::of(api, value, Hand::Admin),
        restrictions: restrictions.into_iter().map(|held| RestrictionBody::of(api, held)).collect(),
    }
}

impl StateOfHand {
    fn of(api: &Api, set: &LimitsSet, hand: Hand) -> Self {
        let stated = set.stated(hand);
        Self {
            state: TradingStateName(set.state_of(hand)),
            reason: stated.map(|stated| stated.reason.clone()),
            since: stated.map(|stated| Instant(stated.since)),
            by: stated.map(|stated| api.user_name(stated.by)),
        }
    }
}

impl RestrictionBody {
    fn of(api: &Api, held: Restriction) -> Self {
        let Restriction { source, state, reason, since, by } = held;
        Self {
            source: source.name(),
            state: TradingStateName(state),
            reason,
            since: since.map(Instant),
            by: by.map(|by| api.user_name(by)),
            lifted_by: match source.lifted_by() {
                Hand::Own => "user",
                Hand::Admin => "admin",
            },
        }
    }
}

/// Returns the state that holds for a user; somebody whom the daemon has not loaded sends nothing.
pub(in crate::routes) fn state_of(user: Option<&User>) -> TradingStateName {
    TradingStateName(user.map_or(TradingState::Halted, |user| TradingStatus::of(user).state))
}
