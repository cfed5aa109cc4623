//! The audit log, as handlers write to it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;
use prahari_app::accounts::Via;
use prahari_app::audit::{AuditOutcome, Change};
use prahari_domain::ids::UserId;
use serde_json::Value;

use crate::caller::Caller;
use crate::problem::{Code, Problem};
use crate::state::Api;

impl Api {
    /// Writes down what somebody is about to change, and waits until that is durable. Called before the change, so that
    /// there is none without its entry, and before everything by which the change may be refused. What comes of it is added with the
    /// answer.
    ///
    /// `action` is a word for the kind of thing and one for what is done, such as `user.deactivate`; `resource` says
    /// which one, such as `user 3`. `details` never hold a secret.
    ///
    /// # Errors
    /// When it cannot be written; the change must not take place then.
    pub async fn audit(
        &self,
        caller: &Caller,
        action: &str,
        resource: impl Into<String>,
        details: Value,
    ) -> Result<(), Problem> {
        let via = match caller.0.via {
            Via::Session(id) => format!("session {id}"),
            Via::Token(id) => format!("token {id}"),
        };
        let (user, address) = (Some(caller.0.user), caller.0.address);
        let change = Change { user, via, action, resource: resource.into(), details, address };
        self.begin(change).await
    }

    /// Writes an audit entry for a person without a session, identified in another way.
    pub(crate) async fn audit_unknown(
        &self,
        user: Option<UserId>,
        via: &str,
        action: &str,
        resource: impl Into<String>,
        address: IpAddr,
    ) -> Result<(), Problem> {
        let details = Value::Object(serde_json::Map::new());
        let (via, address) = (via.to_owned(), Some(address));
        let change = Change { user, via, action, resource: resource.into(), details, address };
        self.begin(change).await
    }

    async fn begin(&self, change: Change<'_>) -> Result<(), Problem> {
        let entry = self.accounts.audit().append(change).await?;
        // Outside of a request, as in a test of a handler, there is no answer that could be told.
        let _told = ATTEMPTS.try_with(|attempts| attempts.lock().push(entry));
        Ok(())
    }
}

tokio::task_local! {
    /// The entries that were made while a request is answered.
    static ATTEMPTS: Arc<Mutex<Vec<u64>>>;
}

/// Adds to the entries that a request made what it was answered. One that is cut off before its answer leaves them as they are:
/// nobody knows what came of it.
pub(crate) async fn tell_outcomes(State(api): State<Api>, request: Request, next: Next) -> Response {
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let answer = ATTEMPTS.scope(attempts.clone(), next.run(request)).await;
    let code = answer.extensions().get::<Code>().map(|code| code.name()).unwrap_or_default();
    tell(&api, &attempts, &AuditOutcome { status: answer.status().as_u16(), code }).await;
    answer
}

/// One of the things that a request asks for, as the audit log names it.
pub(crate) struct Attempt {
    /// As in [`Api::audit`].
    pub(crate) action: &'static str,
    /// As in [`Api::audit`], and as the route for a single one writes it.
    pub(crate) resource: String,
    /// As in [`Api::audit`].
    pub(crate) details: Value,
}

/// Does one of the things that a request asks for, and adds to the entries of this one what became of it: the answer to the
/// request is about all of them. Where nothing came to an entry, as of one that there is not, the attempt itself becomes one.
pub(crate) async fn told_apart(
    api: &Api,
    caller: &Caller,
    Attempt { action, resource, details }: Attempt,
    work: impl Future<Output = Result<(), Problem>>,
) -> Result<(), Problem> {
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let mut done = ATTEMPTS.scope(attempts.clone(), work).await;
    let is_silent = attempts.lock().is_empty();
    if is_silent {
        let entry = api.audit(caller, action, resource, details);
        done = ATTEMPTS.scope(attempts.clone(), entry).await.and(done);
    }
    let outcome = match &done {
        Ok(()) => AuditOutcome { status: StatusCode::OK.as_u16(), code: String::new() },
        Err(problem) => {
            AuditOutcome { status: problem.code().status().as_u16(), code: problem.code().name() }
        }
    };
    tell(api, &attempts, &outcome).await;
    done
}

async fn tell(api: &Api, attempts: &Mutex<Vec<u64>>, outcome: &AuditOutcome) {
    let entries = std::mem::take(&mut *attempts.lock());
    for entry in entries {
        if let Err(error) = api.accounts.audit().end(entry, outcome.clone()).await {
            tracing::error!(entry, %error, "the outcome of an audit entry could not be written down");
        }
    }
}
