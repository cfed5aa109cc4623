//! The audit log, as handlers write to it.

use std::net::IpAddr;

use prahari_app::accounts::Via;
use prahari_app::audit::Change;
use prahari_domain::ids::UserId;
use serde_json::Value;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::state::Api;

impl Api {
    /// Writes down what somebody is about to change, and waits until that is durable. Called before the change, so that
    /// there is none without its entry; an entry without a change is an attempt that failed.
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
        Ok(self.accounts.audit().append(change).await?)
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
        Ok(self.accounts.audit().append(change).await?)
    }
}
