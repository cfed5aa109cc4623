//! The person or script behind a request, as handlers ask for it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use prahari_app::accounts::{Role, Via};
use prahari_app::error::AppError;
use prahari_app::tasks::TaskManifest;
use prahari_app::user::User;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use crate::auth::Identity;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// Anybody who is signed in. A handler that asks for it answers 401 to all others.
#[derive(Debug, Clone, Copy)]
pub struct Caller(pub Identity);

/// An admin. A handler that asks for it answers 403 to other users.
#[derive(Debug, Clone, Copy)]
pub struct Admin(pub Caller);

impl Caller {
    /// Answers 403 to anybody but an admin, where a route is for others in other cases.
    ///
    /// # Errors
    /// When the caller is no admin.
    pub fn require_admin(&self) -> Result<(), Problem> {
        match self.0.role {
            Role::Admin => Ok(()),
            Role::User => Err(Problem::new(Code::AdminOnly, "only an admin may do this")),
        }
    }

    /// Returns whether the caller is an admin.
    pub fn is_admin(&self) -> bool {
        self.0.role == Role::Admin
    }

    /// The caller's session. Answers 403 to API tokens.
    fn with_session(self) -> Result<Person, Problem> {
        match self.0.via {
            Via::Session(session) => Ok(Person { caller: self, session }),
            Via::Token(_) => {
                Err(Problem::new(Code::SessionRequired, "log in for this; an API token does not do"))
            }
        }
    }

    /// The user whose things a request is about: the caller, or the user that an admin names.
    ///
    /// # Errors
    /// Not found, for a user that does not exist and for one that is none of the caller's business alike.
    pub fn target_user(&self, api: &Api, named: Option<u64>) -> Result<Arc<User>, Problem> {
        let user = named.map_or(self.0.user, UserId);
        let unknown = || Problem::new(Code::NotFound, format!("there is no user {user}"));
        if user != self.0.user && self.0.role != Role::Admin {
            return Err(unknown());
        }
        api.daemon.users.find(user).map_err(|_| unknown())
    }
}

impl Caller {
    /// A task that is there and that the caller may see, and so start.
    ///
    /// # Errors
    /// Not found, in the same words for one that there is not and for one that is none of the caller's business.
    pub fn visible_task(&self, api: &Api, task: Task) -> Result<Arc<TaskManifest>, Problem> {
        let manifest = api.daemon.tasks.manifest(task)?;
        if manifest.is_open_to(self.0.role) { Ok(manifest) } else { Err(AppError::UnknownTask(task).into()) }
    }

    /// Whether the caller may see a task that is there or was.
    pub fn may_know(&self, api: &Api, task: Task) -> bool {
        api.daemon.tasks.current().is_open_to(task, self.0.role)
    }
}

/// Somebody with a session, and its number. A handler that asks for it answers 403 to API tokens: what they could do
/// with it would outlive them.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// The signed-in caller.
    pub caller: Caller,
    /// The number of the session by which they ask.
    pub session: u64,
}

/// An admin with a session. A handler that asks for it gives or changes what would outlive a token: users, and
/// links to become one.
#[derive(Debug, Clone, Copy)]
pub struct AdminPerson(pub Person);

impl FromRequestParts<Api> for AdminPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Admin(caller) = Admin::from_request_parts(parts, api).await?;
        caller.with_session().map(Self)
    }
}

impl FromRequestParts<Api> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, api).await?.with_session()
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        match api.identify(parts).await? {
            Some(identity) => {
                // For whatever is read of the body after this: it may take longer than the right lasts.
                parts.extensions.insert(identity);
                Ok(Self(identity))
            }
            None => Err(Problem::new(Code::NotSignedIn, "sign in first")),
        }
    }
}

impl FromRequestParts<Api> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        caller.require_admin().map(|()| Self(caller))
    }
}
