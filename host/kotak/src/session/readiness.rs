//! What can be proved of a user's account without a login, and whether everything is there that one takes.

use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::check_local_address;

use super::UserSession;
use crate::client::LineProof;
use crate::error::KotakError;
use crate::settings::Outbound;
use crate::wire::listed::ListedAddresses;

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
    /// The addresses from which the broker takes orders; none where there was no session to ask with.
    pub(crate) listed: Option<Result<ListedAddresses, KotakError>>,
}

impl UserSession {
    /// Opens the credentials and asks the one question that needs no login, with the session of today if there is one.
    ///
    /// # Errors
    /// When the credentials are not complete, or the user's way out cannot be used.
    pub(crate) async fn prove(self: &Arc<Self>, within: Duration) -> Result<AccountProof, KotakError> {
        let (credentials, client) = self.without_session().await?;
        let (line, listed) = match self.in_use() {
            // Beside each other: together they may take no longer than one.
            Some((session, client)) => {
                let (line, listed) = tokio::join!(
                    client.look(Some(&session), within),
                    client.listed_addresses(&session, within)
                );
                (line, Some(listed))
            }
            None => (client.look(None, within).await, None),
        };
        Ok(AccountProof {
            outbound: credentials.outbound.clone(),
            makes_codes: credentials.codes.is_some(),
            with_session: listed.is_some(),
            line,
            listed,
        })
    }

    /// Opens the credentials and looks whether the user's way out can be used; asks nobody.
    ///
    /// # Errors
    /// What is missing, or why calls cannot leave so, in one sentence.
    pub(crate) async fn complete(&self) -> Result<(), String> {
        let (credentials, _) = self.without_session().await.map_err(|error| error.said.to_string())?;
        match credentials.outbound {
            Outbound::Address(address) => check_local_address(address)
                .map_err(|why| format!("the address that calls are to leave from cannot be used: {why}")),
            Outbound::Direct | Outbound::Proxy(_) => Ok(()),
        }
    }
}
