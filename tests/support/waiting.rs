//! Waiting in a test for what is going to happen: never for ever, and saying what did not.

use std::time::Duration;

/// How long anything is waited for in real time: far longer than a loaded machine takes.
pub const LONGEST: Duration = Duration::from_secs(60);

/// What some work answers, which is to end soon; `what` completes "waited 60 s for".
pub async fn within_a_minute<T>(what: &str, work: impl Future<Output = T>) -> T {
    let answered = tokio::time::timeout(LONGEST, work).await;
    answered.unwrap_or_else(|_| panic!("waited {} s for {what}", LONGEST.as_secs()))
}

/// Looks again and again, with the rest of the world going on in between, until there is something.
pub async fn until_some<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    within_a_minute(what, looking).await
}

/// The same until something is so.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    until_some(what, async || holds().await.then_some(())).await;
}
