//! One login: two steps, of which the first takes the one-time code.

use prahari_brokers::Pace;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, TotpStep};

use super::Session;
use crate::client::KotakClient;
use crate::credentials::Credentials;
use crate::error::{Call, KotakError};

/// Seconds that a code must be good for when it is sent: it is checked when it arrives.
const LEAST_LEFT: u64 = 3;

/// The code to log in with, and the step that it belongs to. A code is used once, so a login in the same half minute as
/// the last one waits for the next.
///
/// # Errors
/// When there is neither a typed code nor a secret to make one with.
pub(super) async fn code(
    credentials: &Credentials,
    typed: Option<Secret>,
    last: Option<TotpStep>,
    pace: &dyn Pace,
) -> Result<(Secret, Option<TotpStep>), KotakError> {
    if let Some(typed) = typed {
        return Ok((typed, None));
    }
    let Some(codes) = &credentials.codes else {
        return Err(KotakError::not_sent(Call::LogIn, "there is no one-time code: it has to be typed"));
    };
    let now = seconds(pace.now());
    let step = TotpStep::at(now);
    let is_late = step.end().saturating_sub(now) < LEAST_LEFT;
    let step = if is_late { TotpStep(step.0 + 1) } else { step };
    let step = last.map_or(step, |last| step.max(TotpStep(last.0 + 1)));
    let begin = TotpStep(step.0.saturating_sub(1)).end();
    if begin > now {
        pace.wait_until(Timestamp(i64::try_from(begin.saturating_mul(1_000)).unwrap_or(i64::MAX))).await;
    }
    let unusable = || KotakError::not_sent(Call::LogIn, "no one-time code can be made of the secret");
    Ok((codes.code(begin).ok_or_else(unusable)?, Some(step)))
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.0 / 1_000).unwrap_or(0)
}

/// Both steps.
///
/// # Errors
/// Those of either step.
pub(super) async fn log_in(
    client: &KotakClient,
    credentials: &Credentials,
    code: &Secret,
    generation: u64,
    pace: &dyn Pace,
) -> Result<Session, KotakError> {
    let view = client.log_in(credentials, code).await?;
    let opened = client.validate(credentials, &view).await?;
    let since = pace.now();
    Ok(Session {
        generation,
        day: since.ist_day(),
        since,
        token: opened.keys.token,
        sid: opened.keys.sid,
        also_secret: opened.keys.also_secret,
        base: opened.base,
        feed: opened.feed,
        orders: opened.orders,
        data_centre: opened.data_centre,
    })
}
