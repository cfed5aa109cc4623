//! The ordered queue between those who write and the thread that commits.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use prahari_domain::ids::UserId;
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::errors::StoreError;
use crate::refusals::Refusals;

/// One write: what to do inside the transaction.
pub(crate) type Work = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// A write in the queue.
pub(crate) struct Write {
    pub(crate) work: Work,
    pub(crate) caller: Caller,
    /// Whether the write is committed at once.
    pub(crate) urgent: bool,
}

/// Who learns of the result of a write.
pub(crate) enum Caller {
    /// The caller waits until the write is committed.
    Waits(oneshot::Sender<Result<(), StoreError>>),
    /// Somebody looks later what became of it; it concerns this user.
    LooksLater(oneshot::Sender<Result<(), StoreError>>, UserId),
    /// Nobody does; it concerns this user, or the daemon as a whole.
    WentOn(Option<UserId>),
}

/// Most writes in one transaction. A larger group saves little (a commit is spread over 2,000 writes already) and
/// makes the next durable write wait longer.
pub(crate) const GROUP: usize = 2_048;

/// Most writes in the queue; who wants to add another one waits. It bounds memory when tasks are faster than the disk.
const CAPACITY: usize = 8_192;

/// Longest time for which writes that nobody waits for are collected before they are committed, so that a busy
/// daemon makes 50 commits a second instead of thousands. A crash loses at most this much of what nobody waited
/// for.
const LINGER: Duration = Duration::from_millis(20);

/// Shared by the store and its writer thread.
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: Semaphore,
    pub(crate) refusals: Refusals,
    /// Whether the store has stopped.
    stopped: watch::Sender<bool>,
    /// How many writes are over, of those that were ever queued.
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    writes: VecDeque<Write>,
    /// How many writes were ever queued.
    queued: u64,
    /// The last write of each user of which somebody went on without waiting, and of nobody in particular.
    last: BTreeMap<Option<UserId>, u64>,
    /// Whether a caller waits for one of the writes.
    urgent: bool,
    closing: bool,
    failed: Option<Arc<str>>,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            room: Semaphore::new(CAPACITY),
            refusals: Refusals::default(),
            stopped: watch::Sender::new(false),
            done: watch::Sender::new(0),
        }
    }

    /// Adds a write behind all others, waiting while the queue is full.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub(crate) async fn push(&self, write: Write) -> Result<(), StoreError> {
        match self.room.acquire().await {
            Ok(permit) => permit.forget(),
            Err(_) => return Err(self.refusal()),
        }
        let mut state = self.lock();
        state.check()?;
        let urgent = write.urgent;
        let wake = state.writes.is_empty() || urgent || state.writes.len() + 1 == GROUP;
        state.urgent |= urgent;
        state.add(write);
        drop(state);
        if wake {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Waits for writes and moves a group of them to `group`; `false` when the queue is closed and empty.
    pub(crate) fn take(&self, group: &mut VecDeque<Write>) -> bool {
        let waiting = |state: &mut State| state.writes.is_empty() && !state.closing;
        let mut state = self.lock();
        self.changed.wait_while(&mut state, waiting);
        let mut collecting =
            |state: &mut State| !state.urgent && !state.closing && state.writes.len() < GROUP;
        if collecting(&mut state) {
            self.changed.wait_while_for(&mut state, &mut collecting, LINGER);
        }
        let count = state.writes.len().min(GROUP);
        group.extend(state.writes.drain(..count));
        // What is left goes into the next group at once: it has waited long enough.
        state.urgent = !state.writes.is_empty();
        drop(state);
        self.room.add_permits(count);
        count > 0
    }

    /// Returns how many writes wait to be taken, and how many may.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        (self.lock().writes.len(), CAPACITY)
    }

    /// Notes that this many more writes are committed.
    pub(crate) fn committed(&self, count: usize) {
        // After a failure it stands at its end.
        self.done.send_modify(|done| *done = done.saturating_add(count as u64));
    }

    /// Waits until what is queued now is committed, or never will be because the store has stopped: of a user what was
    /// queued for them and for nobody in particular, otherwise everything.
    pub(crate) async fn caught_up(&self, of: Option<UserId>) {
        let mut done = self.done.subscribe();
        let awaited = {
            let mut state = self.lock();
            let awaited = state.awaited(of);
            if state.failed.is_some() || *done.borrow_and_update() >= awaited {
                return;
            }
            state.urgent = true;
            awaited
        };
        self.changed.notify_one();
        // The sender lives as long as this queue.
        let _never_closed = done.wait_for(|done| *done >= awaited).await.map(|_| ());
    }

    /// Takes no more writes; those in the queue are still committed.
    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.room.close();
        self.changed.notify_one();
    }

    /// Closes the queue after one last write; later writes are refused. A queue that is closed or has failed
    /// stays as it is.
    pub(crate) fn close_after(&self, last: Write) {
        let mut state = self.lock();
        if state.check().is_ok() {
            state.add(last);
        }
        drop(state);
        self.close();
    }

    /// Drops every write in the queue and refuses all later ones with the sentence of the first failure.
    pub(crate) fn fail(&self, sentence: &str) {
        let mut state = self.lock();
        state.failed.get_or_insert_with(|| sentence.into());
        state.writes.clear();
        drop(state);
        self.done.send_replace(u64::MAX);
        self.room.close();
        self.stopped.send_replace(true);
    }

    /// Waits until the store has stopped; answers why.
    pub(crate) async fn stopped(&self) -> StoreError {
        // The sender lives as long as this queue.
        let mut told = self.stopped.subscribe();
        let _never_closed = told.wait_for(|stopped| *stopped).await.map(|_| ());
        self.refusal()
    }

    /// Returns the error for which writes are refused, if any.
    pub(crate) fn health(&self) -> Result<(), StoreError> {
        self.lock().check()
    }

    /// Returns why a write did not happen.
    pub(crate) fn refusal(&self) -> StoreError {
        self.health().err().unwrap_or(StoreError::Closed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn add(&mut self, write: Write) {
        self.queued += 1;
        match &write.caller {
            // Whoever waits reads nothing before it is committed.
            Caller::Waits(_) => {}
            Caller::LooksLater(_, user) => drop(self.last.insert(Some(*user), self.queued)),
            Caller::WentOn(user) => drop(self.last.insert(*user, self.queued)),
        }
        self.writes.push_back(write);
    }

    /// Returns how many writes must be over before a read sees what its reader knows of.
    fn awaited(&self, of: Option<UserId>) -> u64 {
        let last = |of| self.last.get(&of).copied().unwrap_or(0);
        of.map_or(self.queued, |user| last(Some(user)).max(last(None)))
    }

    fn check(&self) -> Result<(), StoreError> {
        match &self.failed {
            Some(first) => Err(StoreError::Stopped { first: first.clone() }),
            None if self.closing => Err(StoreError::Closed),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn write() -> Write {
        Write { work: Box::new(|_| Ok(())), caller: Caller::WentOn(None), urgent: false }
    }

    /// Polls a push once.
    fn is_taken(push: std::pin::Pin<&mut impl Future<Output = Result<(), StoreError>>>) -> bool {
        push.poll(&mut Context::from_waker(Waker::noop())).map(Result::unwrap).is_ready()
    }

    #[test]
    fn a_full_queue_makes_the_next_write_wait_until_a_group_is_taken() {
        let queue = Queue::new();
        for _ in 0..CAPACITY {
            assert!(is_taken(pin!(queue.push(write()))));
        }
        let mut one_more = pin!(queue.push(write()));
        assert!(!is_taken(one_more.as_mut()));
        let mut group = VecDeque::new();
        assert!(queue.take(&mut group));
        assert_eq!(group.len(), GROUP);
        assert!(is_taken(one_more));
    }

    #[test]
    fn a_write_that_waits_for_room_learns_that_the_store_stopped() {
        let queue = Queue::new();
        for _ in 0..CAPACITY {
            assert!(is_taken(pin!(queue.push(write()))));
        }
        let mut one_more = pin!(queue.push(write()));
        assert!(!is_taken(one_more.as_mut()));
        queue.fail("the disk is full");
        let answer = one_more.poll(&mut Context::from_waker(Waker::noop()));
        assert!(
            matches!(answer, std::task::Poll::Ready(Err(StoreError::Stopped { first })) if &*first == "the disk is full")
        );
    }

    fn is_caught_up(queue: &Queue, of: Option<UserId>) -> bool {
        pin!(queue.caught_up(of)).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn write_of(user: Option<u64>) -> Write {
        Write { caller: Caller::WentOn(user.map(UserId)), ..write() }
    }

    #[test]
    fn a_read_waits_for_what_was_queued_for_its_user_and_not_for_others() {
        let (queue, one, two) = (Queue::new(), Some(UserId(1)), Some(UserId(2)));
        assert!(is_caught_up(&queue, None));
        assert!(is_taken(pin!(queue.push(write_of(Some(1))))));
        assert!(!is_caught_up(&queue, one) && !is_caught_up(&queue, None));
        assert!(is_caught_up(&queue, two));
        assert!(is_taken(pin!(queue.push(write_of(None)))));
        assert!(!is_caught_up(&queue, two));
        queue.committed(2);
        assert!(is_caught_up(&queue, one) && is_caught_up(&queue, two) && is_caught_up(&queue, None));
    }

    #[test]
    fn a_read_waits_for_nothing_when_the_store_has_stopped() {
        let queue = Queue::new();
        assert!(is_taken(pin!(queue.push(write()))));
        let mut waiting = pin!(queue.caught_up(None));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        queue.fail("the disk is full");
        assert!(waiting.poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert!(is_caught_up(&queue, Some(UserId(1))));
    }

    #[test]
    fn what_is_queued_before_the_end_is_still_taken() {
        let queue = Queue::new();
        assert!(is_taken(pin!(queue.push(write()))));
        queue.close();
        let mut group = VecDeque::new();
        assert!(queue.take(&mut group));
        assert!(!queue.take(&mut group));
        assert_eq!(group.len(), 1);
    }
}
