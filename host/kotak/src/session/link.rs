//! A user's session as the API shows it and as people act on it.

use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{BrokerSession, BrokerSessionState, BrokerSessionView, LoginFailure, SessionEnd};
use prahari_secrets::Secret;

use super::inner::was_sent;
use super::{SessionState, SessionView, UserSession};

/// The session of a link.
pub(crate) struct LinkedSession(pub(crate) Arc<UserSession>);

#[async_trait]
impl BrokerSession for LinkedSession {
    fn view(&self) -> BrokerSessionView {
        shown(self.0.view())
    }

    async fn log_in(&self, code: Option<Secret>) -> Result<(), LoginFailure> {
        let logged_in = match code {
            Some(code) => self.0.log_in_with(code).await,
            None => self.0.ready().await,
        };
        logged_in.map_err(|error| {
            let retry_at = match self.0.view().state {
                SessionState::CoolingDown { until, .. } => Some(until),
                _ => None,
            };
            LoginFailure { reason: error.to_string(), was_sent: was_sent(&error), retry_at }
        })
    }

    async fn allow_again(&self) {
        self.0.allow_again().await;
    }

    async fn forget(&self, why: SessionEnd) {
        self.0.forget(why).await;
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
