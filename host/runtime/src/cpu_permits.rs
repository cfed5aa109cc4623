//! How long-running guests share the threads.
//!
//! A worker thread of the async runtime looks at its timers and sockets when it runs out of work, else only every
//! few dozen tasks. If guests that loop for ever kept all workers busy, a timer would be noticed a third of a
//! second late however often they gave way. So a guest that wants to run on after its first tick needs a permit, of
//! which there is one less than workers: one worker is always free for timers, and for the short runs that almost
//! all runs are.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Time for which a guest on the only worker stands aside at each tick; the least a timer can wait.
const ASIDE: Duration = Duration::from_millis(1);

/// The permits of one async runtime, counted when the first guest needs one.
#[derive(Debug, Default)]
pub(crate) struct CpuPermits(OnceLock<Count>);

#[derive(Debug)]
struct Count {
    free: Arc<Semaphore>,
    /// There is one worker, so none can be kept free.
    only_worker: bool,
}

impl CpuPermits {
    /// Creates permits for a process that runs one guest and nothing else.
    pub(crate) fn alone() -> Self {
        Self(OnceLock::from(Count { free: Arc::new(Semaphore::new(1)), only_worker: false }))
    }

    /// Waits for a permit, first come first served.
    pub(crate) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        let count = self.0.get_or_init(Count::of_this_runtime);
        if count.only_worker {
            #[expect(
                clippy::disallowed_methods,
                reason = "real time even when the clock is virtual: it frees the thread"
            )]
            tokio::time::sleep(ASIDE).await;
        } else {
            tokio::task::yield_now().await;
        }
        // The semaphore is never closed.
        Arc::clone(&count.free).acquire_owned().await.ok()
    }
}

impl Count {
    fn of_this_runtime() -> Self {
        let workers = Handle::current().metrics().num_workers();
        Self { free: Arc::new(Semaphore::new(workers.saturating_sub(1).max(1))), only_worker: workers <= 1 }
    }
}
