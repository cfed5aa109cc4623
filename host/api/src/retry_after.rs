//! `Retry-After` on every refusal that names the time of the next try, in the seconds that HTTP means: real ones, at the speed
//! of the daemon's clock.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use prahari_app::clock::Clock;
use prahari_domain::time::Timestamp;

use crate::state::Api;

/// Time of the next possible try, which a refusal carries beside its body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryAt(pub(crate) Timestamp);

/// Adds the header where a refusal means that it may be tried again, and does not say so yet.
pub(crate) async fn tell(State(api): State<Api>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let passes = matches!(answer.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if let Some(RetryAt(at)) = answer.extensions().get().copied().filter(|_| passes) {
        let seconds = HeaderValue::from(seconds_until(at, &api.daemon.clock));
        answer.headers_mut().entry(header::RETRY_AFTER).or_insert(seconds);
    }
    answer
}

/// Returns the whole seconds until then, at least one: never so few that the next try comes too early.
fn seconds_until(at: Timestamp, clock: &Clock) -> u64 {
    let now = clock.now();
    let left_ms = at.millis_since(now).max(0).unsigned_abs();
    // One that is moved by hand has the speed 0.
    let times = u64::from(clock.speed_at(now).times.max(1));
    left_ms.div_ceil(1_000 * times).max(1)
}

/// Returns the instant by the daemon's clock that is so many real seconds away.
pub(crate) fn instant_in(seconds: u64, clock: &Clock) -> Timestamp {
    let now = clock.now();
    let times = i64::from(clock.speed_at(now).times.max(1));
    let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000).saturating_mul(times);
    Timestamp(now.0.saturating_add(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seconds_are_never_too_few() {
        let (clock, _hand) = Clock::manual(Timestamp(10_000));
        assert_eq!(seconds_until(Timestamp(40_001), &clock), 31);
        assert_eq!(seconds_until(Timestamp(9_000), &clock), 1);
    }

    #[test]
    fn an_instant_that_is_named_is_as_many_real_seconds_away() {
        let (clock, _hand) = Clock::manual(Timestamp(10_000));
        assert_eq!(instant_in(30, &clock), Timestamp(40_000));
        assert_eq!(instant_in(u64::MAX, &clock), Timestamp(i64::MAX));
        let fast = Clock::scaled(Timestamp(0), 60);
        let seconds = seconds_until(instant_in(30, &fast), &fast);
        assert!((29..=30).contains(&seconds), "{seconds}");
    }

    #[test]
    fn the_seconds_are_real_ones_however_fast_the_clock_runs() {
        let seconds = seconds_until(Timestamp(3_600_000), &Clock::scaled(Timestamp(0), 60));
        assert!((1..=60).contains(&seconds), "{seconds}");
    }
}
