//! A user's session as the API shows it and as people act on it.

use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{BrokerError, BrokerSession, BrokerSessionState, BrokerSessionView, SessionEnd};
use prahari_secrets::Secret;

use super::{SessionState, SessionView, UserSession};

/// The session of a link.
pub(crate) struct LinkedSession(pub(crate) Arc<UserSession>);

#[async_trait]
impl BrokerSession for LinkedSession {
    fn view(&self) -> BrokerSessionView {
        shown(self.0.view())
    }

    async fn log_in(&self, code: Option<Secret>) -> Result<(), BrokerError> {
        let logged_in = match code {
            Some(code) => self.0.log_in_with(code).await,
            None => self.0.ready().await,
        };
        // Also what was refused: nothing was sent that a login was needed for.
        logged_in.map_err(|error| BrokerError::Unavailable(error.to_string()))
    }

    fn allow_again(&self) {
        self.0.allow_again();
    }

    fn forget(&self, why: SessionEnd) {
        self.0.forget(why);
    }
}

fn shown(view: SessionView) -> BrokerSessionView {
    let SessionView { state, logins_today, refusals, last_answer } = view;
    let (state, reason) = match state {
        SessionState::None { reason } => (BrokerSessionState::None, reason.to_string()),
        SessionState::LoggingIn { since } => (BrokerSessionState::LoggingIn { since }, String::new()),
        SessionState::Active { since, day } => (BrokerSessionState::Active { since, day }, String::new()),
        SessionState::Over { at, reason } => (BrokerSessionState::Over { at }, reason.to_string()),
        SessionState::CoolingDown { until, reason } => {
            (BrokerSessionState::CoolingDown { until }, reason.to_string())
        }
        SessionState::NeedsCode => {
            let reason = "there is no secret to make one-time codes with: the code has to be typed";
            (BrokerSessionState::NeedsCode, reason.to_owned())
        }
        SessionState::Blocked { reason } => (BrokerSessionState::Blocked, reason.to_string()),
    };
    BrokerSessionView { state, reason, logins_today, refusals, last_answer }
}
