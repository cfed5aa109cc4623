//! What can be proved of a user's account without a login.

use std::sync::Arc;
use std::time::Duration;

use super::UserSession;
use crate::client::LineProof;
use crate::error::KotakError;
use crate::settings::Outbound;

/// What was proved.
#[derive(Debug)]
pub(crate) struct AccountProof {
    /// How the user's calls leave this machine.
    pub(crate) outbound: Outbound,
    /// Whether the one-time codes can be made here.
    pub(crate) makes_codes: bool,
    /// Whether the question was asked with the keys of a session.
    pub(crate) with_session: bool,
    /// What the broker answered.
    pub(crate) line: LineProof,
}

impl UserSession {
    /// Opens the credentials and asks the one question that needs no login, with the session of today if there is one.
    ///
    /// # Errors
    /// When the credentials are not complete, or the user's way out cannot be used.
    pub(crate) async fn prove(self: &Arc<Self>, within: Duration) -> Result<AccountProof, KotakError> {
        let (credentials, client) = self.without_session().await?;
        let line = match self.in_use() {
            Some((session, client)) => (true, client.look(Some(&session), within).await),
            None => (false, client.look(None, within).await),
        };
        Ok(AccountProof {
            outbound: credentials.outbound.clone(),
            makes_codes: credentials.codes.is_some(),
            with_session: line.0,
            line: line.1,
        })
    }
}
