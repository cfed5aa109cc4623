//! Calls that a broker does not answer.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many are not answered yet, and the most that ever were.
#[derive(Default)]
pub(super) struct Unanswered {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Unanswered {
    /// A call that is not answered before it is dropped.
    pub(super) fn begin(&self) -> Waiting<'_> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Waiting(self)
    }

    /// The most that ever waited at the same time.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// One of them.
pub(super) struct Waiting<'a>(&'a Unanswered);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}
