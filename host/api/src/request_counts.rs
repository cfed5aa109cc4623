//! How many requests were answered how, and how long that took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{Response, StatusCode};
use tower_http::trace::{DefaultOnResponse, OnResponse};
use tracing::{Level, Span};

use crate::state::Api;

/// The upper bounds of the classes of latency, in milliseconds. What took longer is in one more class.
const BOUNDS_MS: [u64; 14] = [1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 250, 1_000, 5_000, 30_000];

/// Answers since the start, by status and by latency. Counting one neither waits nor allocates.
#[derive(Debug, Default)]
pub struct RequestCounts {
    /// By the first digit of the status, from 1 to 5.
    classes: [AtomicU64; 5],
    /// By class of latency; streams are in none, because they last as long as they are wanted.
    latencies: [AtomicU64; BOUNDS_MS.len() + 1],
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestUse {
    /// Answers by the first digit of the status, from 1 to 5.
    pub classes: [u64; 5],
    latencies: [u64; BOUNDS_MS.len() + 1],
}

impl RequestCounts {
    fn count(&self, status: StatusCode, latency: Duration) {
        let class = usize::from(status.as_u16() / 100).checked_sub(1);
        if let Some(class) = class.and_then(|class| self.classes.get(class)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        if status.is_informational() {
            return;
        }
        let took = latency.as_micros();
        let place = BOUNDS_MS.iter().position(|bound| took <= u128::from(*bound) * 1_000);
        if let Some(counted) = self.latencies.get(place.unwrap_or(BOUNDS_MS.len())) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the counts now.
    pub fn now(&self) -> RequestUse {
        RequestUse {
            classes: self.classes.each_ref().map(|count| count.load(Ordering::Relaxed)),
            latencies: self.latencies.each_ref().map(|count| count.load(Ordering::Relaxed)),
        }
    }
}

impl RequestUse {
    /// Returns the latency that `percent` of the answers kept to, as the upper bound of its class in milliseconds; none when there
    /// was no answer, or it is longer than the longest class.
    pub fn percentile_ms(&self, percent: u64) -> Option<u64> {
        let all: u64 = self.latencies.iter().sum();
        let wanted = (all * percent).div_ceil(100).max(1);
        let mut so_far = 0;
        self.latencies.iter().zip(BOUNDS_MS).find_map(|(count, bound)| {
            so_far += count;
            (so_far >= wanted).then_some(bound)
        })
    }
}

/// Counts each answer, beside the line that is logged of it.
#[derive(Clone)]
pub(crate) struct CountAnswers(pub Api);

impl<B> OnResponse<B> for CountAnswers {
    fn on_response(self, response: &Response<B>, latency: Duration, span: &Span) {
        self.0.requests.count(response.status(), latency);
        DefaultOnResponse::new().level(Level::DEBUG).on_response(response, latency, span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_status_and_latency_and_streams_by_status_only() {
        let counts = RequestCounts::default();
        assert_eq!(counts.now().percentile_ms(50), None);
        for _ in 0..98 {
            counts.count(StatusCode::OK, Duration::from_micros(900));
        }
        counts.count(StatusCode::NOT_FOUND, Duration::from_micros(1_001));
        counts.count(StatusCode::INTERNAL_SERVER_ERROR, Duration::from_secs(4));
        counts.count(StatusCode::SWITCHING_PROTOCOLS, Duration::from_secs(9_000));
        let now = counts.now();
        assert_eq!(now.classes, [1, 98, 0, 1, 1]);
        assert_eq!([50, 98, 99, 100].map(|percent| now.percentile_ms(percent)), [1, 1, 2, 5_000].map(Some));
        counts.count(StatusCode::OK, Duration::from_secs(31));
        assert_eq!(counts.now().percentile_ms(100), None, "it is longer than any class");
    }
}
