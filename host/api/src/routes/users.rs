//! `/api/v1/users`: who is served, for admins.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::{Role, UserRow, check_name};
use prahari_app::brokers::TradingMode;
use prahari_app::user::User as LoadedUser;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::user_list::{UserCursor, UsersQuery};
use crate::caller::{Admin, AdminPerson, Person};
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, ModeName};
use crate::view::{Page, page};

/// Smallest capital of a paper account, in paise: 1,000 rupees.
const LEAST_CAPITAL: i64 = 100_000;
/// Largest capital of a paper account, in paise: 100 crore rupees.
const MOST_CAPITAL: i64 = 100_000_000_000;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change))
        .routes(routes!(make_link))
}

/// Role of a user, which decides what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// May see and change everything, for all users.
    Admin,
    /// May see and change only their own data.
    User,
}

/// A user account.
#[derive(Serialize, ToSchema)]
struct User {
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
    /// Whether their money is made up (`paper`) or real (`live`), by that broker.
    mode: ModeName,
    /// Time at which the user was created, by the daemon's clock.
    created_at: Instant,
}

/// Body that creates a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// Name with which the user logs in.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9._@+-]+$")]
    name: String,
    /// The user's rights: `admin` for everything of everybody, `user` for their own things.
    role: RoleName,
    /// The money their paper account opens with; 10 lakh rupees without it.
    #[schema(minimum = 100000, maximum = 100000000000u64)]
    capital_paise: Option<i64>,
}

/// What changes of a user; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserChange {
    /// The user's rights: `admin` for everything of everybody, `user` for their own things.
    role: Option<RoleName>,
    /// Whether they may log in and their services may run.
    active: Option<bool>,
}

/// Options of the link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkRequest {
    /// Whether its use removes the user's authenticator as well, for somebody who has lost it.
    #[serde(default)]
    remove_totp: bool,
}

/// A one-time link with which the user chooses a password, for a day. It is shown this once.
#[derive(Serialize, ToSchema)]
struct PasswordLink {
    /// The number of the user who chooses a password with it.
    user: u64,
    /// To be sent to `auth/reset`, or opened at the console as `/#reset=…`.
    token: String,
}

/// A new user, and how they come in.
#[derive(Serialize, ToSchema)]
struct CreatedUser {
    /// The user as they were added.
    user: User,
    /// One-time link with which the user sets the password.
    link: PasswordLink,
}

/// Every user, by number or by name.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "users", tag = "users", params(UsersQuery),
    responses((status = OK, body = Page<User>)))]
async fn list(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<UsersQuery>,
) -> Result<Json<Page<User>>, Problem> {
    let (filter, limit) = query.filter()?;
    let order = filter.order.clone();
    let rows = api.daemon.queries.users(filter).await?;
    Ok(Json(page(rows, limit, |row| UserCursor::of(&order, row.id, &row.name), |row| User::of(&api, row))))
}

/// Adds a user, who has no password yet and gets one by the link. Not for API tokens.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "create_user", tag = "users", request_body = NewUser,
    responses((status = CREATED, body = CreatedUser)))]
async fn create(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Json(body): Json<NewUser>,
) -> Result<(StatusCode, Json<CreatedUser>), Problem> {
    check_name(&body.name)?;
    if let Some(paise) = body.capital_paise.filter(|paise| !(LEAST_CAPITAL..=MOST_CAPITAL).contains(paise)) {
        let bounds = format!("{LEAST_CAPITAL} and {MOST_CAPITAL} paise");
        return Err(Problem::invalid(format!("capital_paise: {paise} is not between {bounds}")));
    }
    let role = Role::from(body.role);
    let details = json!({ "role": role.name(), "capital_paise": body.capital_paise });
    // By name: the entry comes before the user, who has no number yet.
    api.audit(&admin.caller, "user.create", format!("user {:?}", body.name), details).await?;
    let new = api.daemon.users_admin.new_user(body.name, role, body.capital_paise.map(Paise))?;
    let id = api.accounts.create_user(new).await?;
    api.daemon.users_admin.add_user(id).await?;
    let token = api.accounts.make_password_link(maker(&admin), id, false).await?;
    let link = PasswordLink { user: id.0, token: token.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(CreatedUser { user: load(&api, id).await?, link })))
}

/// Returns one user.
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "user", tag = "users", params(("id" = u64, Path)),
    responses((status = OK, body = User)))]
async fn show(State(api): State<Api>, _admin: Admin, Path(id): Path<u64>) -> Result<Json<User>, Problem> {
    load(&api, UserId(id)).await.map(Json)
}

/// Changes what a user may do, and whether they are active. Somebody who is not active any more is logged out
/// everywhere, their tokens are revoked and their services stopped. Not for API tokens.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "change_user", tag = "users", params(("id" = u64, Path)),
    request_body = UserChange, responses((status = OK, body = User)))]
async fn change(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Path(id): Path<u64>,
    Json(body): Json<UserChange>,
) -> Result<Json<User>, Problem> {
    let id = UserId(id);
    let before = api.daemon.users.find(id)?;
    let role = body.role.map_or(before.access.role(), Role::from);
    let active = body.active.unwrap_or(before.access.is_active());
    let details = json!({
        "role": role.name(), "active": active,
        "before": { "role": before.access.role().name(), "active": before.access.is_active() },
    });
    api.audit(&admin.caller, "user.change", format!("user {id}"), details).await?;
    api.daemon.users_admin.set_access(id, role, active, api.accounts.now()).await?;
    load(&api, id).await.map(Json)
}

/// Makes a one-time link with which the user chooses a password; their earlier links end. It ends when the admin
/// who makes it has another password, is no admin any more, or is not active. Not for API tokens.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-link", operation_id = "make_reset_link", tag = "users", params(("id" = u64, Path)),
    request_body = LinkRequest, responses((status = CREATED, body = PasswordLink)))]
async fn make_link(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Path(id): Path<u64>,
    Json(body): Json<LinkRequest>,
) -> Result<(StatusCode, Json<PasswordLink>), Problem> {
    let user = api.daemon.users.find(UserId(id))?;
    if !user.access.is_active() {
        return Err(Problem::new(Code::UserInactive, format!("user {id} is not active")));
    }
    let details = json!({ "remove_totp": body.remove_totp });
    api.audit(&admin.caller, "user.reset_link", format!("user {id}"), details).await?;
    let token = api.accounts.make_password_link(maker(&admin), user.id, body.remove_totp).await?;
    Ok((StatusCode::CREATED, Json(PasswordLink { user: id, token: token.expose().to_owned() })))
}

async fn load(api: &Api, id: UserId) -> Result<User, Problem> {
    let row = api.accounts.find_user(id).await?;
    row.map(|row| User::of(api, row))
        .ok_or_else(|| Problem::new(Code::NotFound, format!("there is no user {id}")))
}

/// The admin who makes a link, and the session by which they do.
fn maker(admin: &Person) -> (UserId, u64) {
    (admin.caller.0.user, admin.session)
}

/// Whether orders of a user are real: by the link that they have, and by the name of the broker while they have none.
pub(super) fn mode_of(loaded: Option<&LoadedUser>, broker: &str) -> ModeName {
    ModeName(loaded.map_or_else(|| TradingMode::without_link(broker), |user| user.link().mode()))
}

impl User {
    fn of(api: &Api, row: UserRow) -> Self {
        Self {
            mode: mode_of(api.daemon.users.find(row.id).ok().as_deref(), &row.broker),
            id: row.id.0,
            name: row.name,
            role: row.role.into(),
            active: row.active,
            broker: row.broker,
            created_at: row.created_at.into(),
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::User => Self::User,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Admin => Self::Admin,
            RoleName::User => Self::User,
        }
    }
}
