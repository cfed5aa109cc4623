//! What goes on after whoever asked for it has been answered.

use parking_lot::Mutex;
use tokio::task::JoinSet;

/// Work that nobody waits for.
#[derive(Default)]
pub struct Background(Mutex<JoinSet<()>>);

/// Work that somebody waits for; it goes on when nobody does any more.
struct Awaited(JoinSet<()>);

impl Background {
    /// Runs `work` in the background.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut begun = self.0.lock();
        // Those that have ended are taken out in passing.
        while begun.try_join_next().is_some() {}
        begun.spawn(work);
    }

    /// Waits until all work started so far has ended. Dropping the wait does not cancel the work: a run dropped
    /// in the middle of an order would leave the desk half changed.
    pub async fn finish(&self) {
        let mut awaited = Awaited(std::mem::take(&mut *self.0.lock()));
        while awaited.0.join_next().await.is_some() {}
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.detach_all();
    }
}
