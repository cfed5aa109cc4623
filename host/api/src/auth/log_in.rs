//! Logging in, and out.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use prahari_domain::ids::UserId;
use prahari_domain::text::one_line;
use prahari_secrets::{Secret, Token};
use prahari_store::{LogInRow, NewSession, UserRow};

use super::{Auth, SESSION_MS, cookie, failed, identify, origin, totp};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// How much of what a browser says it is is kept.
const LONGEST_AGENT: usize = 200;

/// What somebody shows who wants to log in.
pub(crate) struct Attempt {
    /// The user's name.
    pub name: String,
    /// Their password.
    pub password: Secret,
    /// Of their authenticator, or one for recovery.
    pub code: Option<Secret>,
}

/// Where somebody who is not logged in comes from. Refuses what says that it comes from another page.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// As the listener saw it.
    pub address: IpAddr,
    /// What the browser says it is.
    pub agent: String,
}

impl FromRequestParts<Api> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        origin::check_told(&parts.headers)?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            // Without an address everybody is throttled as one.
            address: identify::address(parts).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            agent: one_line(agent.unwrap_or_default()).chars().take(LONGEST_AGENT).collect(),
        })
    }
}

impl Auth {
    /// Begins a session for somebody who knows name and password, and has the authenticator if one is in use. Answers
    /// who it is and the cookie.
    ///
    /// # Errors
    /// With the same answer, after the same work, for an unknown name, a wrong password and a user who is not active;
    /// too many attempts; a code that is missing or wrong.
    pub(crate) async fn log_in(
        &self,
        attempt: &Attempt,
        from: &Origin,
    ) -> Result<(UserId, HeaderValue), Problem> {
        let Attempt { name, password, code } = attempt;
        self.throttled(Some(name), from)?;
        let found = self.store.system().find_log_in(name.clone()).await?;
        let hash = found.as_ref().and_then(|(_, log_in)| log_in.password_hash.clone());
        let right = self.verify_password(password, hash.clone()).await?;
        let Some((user, log_in)) = found.filter(|(user, _)| right && user.active) else {
            tracing::warn!(address = %from.address, "a log-in failed");
            return Err(wrong());
        };
        self.check_code(&user, &log_in, code.as_ref()).await?;
        self.throttle.succeeded(Some(name), from.address);
        let cookie = self.begin_session(user.id, from, hash).await?.ok_or_else(wrong)?;
        Ok((user.id, cookie))
    }

    /// Counts an attempt to show a secret; `account` is whose it would be, where that is said.
    ///
    /// # Errors
    /// When there were too many; the answer says when the next is heard.
    pub(crate) fn throttled(&self, account: Option<&str>, from: &Origin) -> Result<(), Problem> {
        let now = self.now();
        self.throttle.begin(account, from.address, now).map_err(|until| {
            let seconds = until.millis_since(now).max(0).unsigned_abs().div_ceil(1_000).max(1);
            if let Some(attempts) = self.throttle.count_refused(now) {
                tracing::warn!(address = %from.address, attempts, "log-ins are throttled; the last was from this address");
            }
            let sentence = format!("too many attempts failed; try again in {seconds} seconds");
            Problem::new(Code::TooManyAttempts, sentence).retry_after(seconds)
        })
    }

    /// Begins a session of a user; none when they are not active any more, or have another password than the one that was
    /// looked at.
    pub(crate) async fn begin_session(
        &self,
        user: UserId,
        from: &Origin,
        password: Option<String>,
    ) -> Result<Option<HeaderValue>, Problem> {
        let token = Token::generate().map_err(failed)?;
        let now = self.now();
        let session = NewSession {
            hash: *token.hash().as_bytes(),
            now,
            expires_at: now.plus_millis(SESSION_MS),
            address: from.address.to_string(),
            agent: from.agent.clone(),
            password,
        };
        let begun = self.store.user(user).open_session(session).await?;
        Ok(begun.and_then(|_| cookie::given(&token, self.secure_cookie)))
    }

    /// Asks for a code when the user has an authenticator.
    async fn check_code(
        &self,
        user: &UserRow,
        log_in: &LogInRow,
        code: Option<&Secret>,
    ) -> Result<(), Problem> {
        let Some(sealed) = &log_in.totp else { return Ok(()) };
        let Some(code) = code.filter(|code| !code.expose().trim().is_empty()) else {
            let sentence =
                "this user logs in with an authenticator as well: send its code, or a recovery code";
            return Err(Problem::new(Code::TotpRequired, sentence));
        };
        if self.use_code(user.id, sealed, code).await? {
            return Ok(());
        }
        Err(totp::wrong_totp())
    }
}

pub(super) fn wrong() -> Problem {
    Problem::new(Code::WrongCredentials, "name or password is wrong")
}
