//! How far long work has come, told to whoever asked for it: the work counts, and knows nothing of who reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! {
    static COUNTED: Arc<Progress>;
}

/// Pieces of work that are done.
#[derive(Debug, Default)]
pub struct Progress(AtomicU64);

impl Progress {
    /// Runs `work`, whose pieces are counted here.
    pub async fn of<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        COUNTED.scope(self, work).await
    }

    /// Returns the number of pieces that are done, such as runs that were replayed.
    pub fn done(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts a piece of work, where somebody reads it.
pub(crate) fn one_more() {
    // Nobody reads what is awaited by whoever asked for it.
    let _unread = COUNTED.try_with(|progress| progress.0.fetch_add(1, Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_counted_where_somebody_reads_it() {
        one_more();
        let progress = Arc::new(Progress::default());
        progress.clone().of(async { (0..3).for_each(|_| one_more()) }).await;
        assert_eq!(progress.done(), 3);
    }
}
