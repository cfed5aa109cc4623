//! Opening and closing the database, and the two scopes through which everything else is reached.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use prahari_domain::ids::{RunId, SignalId, UserId};
use prahari_domain::time::Timestamp;

use crate::connection::{Durability, open_writer};
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;
use crate::lock::{Files, Lock};
use crate::queue::{Caller, Queue, Write};
use crate::readers::Readers;
use crate::refusals::Refusal;
use crate::{migrate, runs, signals, writer};

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What belongs to one user. There is no other way to that user's rows.
#[derive(Clone)]
pub struct UserScope {
    pub(crate) store: Store,
    pub(crate) user: UserId,
}

/// Scope of what concerns the whole daemon.
#[derive(Clone)]
pub struct SystemScope {
    pub(crate) store: Store,
}

struct Inner {
    queue: Arc<Queue>,
    readers: Readers,
    files: Files,
    running: Mutex<Option<Running>>,
    next_run: AtomicU64,
    next_signal: AtomicU64,
}

/// Threads and handles that last until the store is closed.
struct Running {
    thread: JoinHandle<()>,
    /// Keeps the lock of the database file for as long as the store is open.
    _lock: Arc<Lock>,
}

impl Store {
    /// Opens the database at `path`, makes it when there is none, and brings it to the version this program knows.
    /// Blocks; meant for the start of the program.
    ///
    /// # Errors
    /// When it is in use by another store, of a newer version, not a Prahari database, or cannot be read or written.
    /// A file that is refused is left as it was.
    pub fn open(path: impl AsRef<Path>, durability: Durability) -> Result<Self, StoreError> {
        let path = path.as_ref();
        // Before SQLite opens it, and for longer.
        let file = DatabaseFile::open_or_create(path)?;
        let lock = Arc::new(Lock::take(file)?);
        let file = lock.file();
        file.check_other_names()?;
        migrate::inspect_own(file)?;
        file.make_private();
        let mut conn = open_writer(path, durability)?;
        let applied = migrate::migrate(&mut conn, path)?;
        tracing::debug!(path = %path.display(), applied, "opened the database");
        let before = migrate::KNOWN_VERSION.saturating_sub(applied);
        if applied > 0 && before > 0 {
            let (path, now) = (path.display(), migrate::KNOWN_VERSION);
            tracing::warn!(%path, "the database was brought from version {before} to {now}; for an earlier program only a backup from before can be used");
        }
        let inner = Inner {
            queue: Arc::new(Queue::new()),
            readers: Readers::start(path, file.clone())?,
            files: Files::of(file.clone()),
            next_run: AtomicU64::new(runs::first_free_id(&conn)?),
            next_signal: AtomicU64::new(signals::first_free_id(&conn)?),
            running: Mutex::new(None),
        };
        let thread = writer::start(path, conn, inner.queue.clone(), lock.clone())?;
        *inner.running.lock() = Some(Running { thread, _lock: lock });
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The scope of one user.
    pub fn user(&self, user: UserId) -> UserScope {
        UserScope { store: self.clone(), user }
    }

    /// The scope of the daemon.
    pub fn system(&self) -> SystemScope {
        SystemScope { store: self.clone() }
    }

    /// Waits until everything queued so far is on the disk. Reads need no such wait: they see what was queued
    /// before them.
    ///
    /// # Errors
    /// When the store is closed or a write has failed.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.write_durable("flush", |_| Ok(())).await
    }

    /// Returns the error that stopped the writer, if any.
    ///
    /// # Errors
    /// The first failure, or that the store is closed.
    pub fn health(&self) -> Result<(), StoreError> {
        self.inner.queue.health()
    }

    /// Returns the path by which the database was opened.
    pub fn path(&self) -> &Path {
        self.inner.files.path()
    }

    /// Returns how many writes wait for the next transaction, and how many may: whoever adds one more waits.
    pub fn waiting_writes(&self) -> (usize, usize) {
        self.inner.queue.waiting()
    }

    /// Waits until nothing is written any more because a write failed; answers why.
    pub async fn stopped(&self) -> StoreError {
        self.inner.queue.stopped().await
    }

    /// Waits until a write that nobody waited for was refused, or returns at once when that happened since the last
    /// call.
    pub async fn refused(&self) {
        self.inner.queue.refusals.told().await;
    }

    /// The writes that were refused since the last call while nobody waited for them, the first of each user.
    pub fn take_refusals(&self) -> Vec<Refusal> {
        self.inner.queue.refusals.take()
    }

    /// Looks whether the database is still the file that was opened. When it was deleted or replaced, everything
    /// that is written would be lost with it, so the store stops.
    ///
    /// # Errors
    /// [`StoreError::Gone`].
    pub fn check_files(&self) -> Result<(), StoreError> {
        self.inner.files.check().inspect_err(|gone| self.inner.queue.fail(&gone.to_string()))
    }

    /// Commits what is queued, closes the database and lets others open it. Every later call fails.
    ///
    /// Dropping the last clone commits what is queued too, but does not wait for it.
    ///
    /// # Errors
    /// When a write had failed before; the database is closed all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.close_with(Queue::close).await
    }

    /// Closes the store, see [`Store::close`]. The last write gives every run without an outcome the outcome
    /// [`INTERRUPTED`](crate::INTERRUPTED) with this reason.
    ///
    /// # Errors
    /// As [`Store::close`].
    pub async fn close_interrupting(&self, reason: String, at: Timestamp) -> Result<(), StoreError> {
        let work = move |conn: &Connection| {
            runs::interrupt_all(conn, &reason, at).map_err(|error| error.while_doing("interrupt the runs"))
        };
        self.close_with(|queue| {
            queue.close_after(Write { work: Box::new(work), caller: Caller::WentOn(None), urgent: false })
        })
        .await
    }

    async fn close_with(&self, close: impl FnOnce(&Queue)) -> Result<(), StoreError> {
        let before = self.health();
        self.inner.readers.close().await;
        close(&self.inner.queue);
        let running = self.inner.running.lock().take();
        if let Some(running) = running {
            // A thread that panicked has said so through the queue.
            let _ = tokio::task::spawn_blocking(move || running.thread.join()).await;
        }
        match (before, self.health()) {
            (Err(StoreError::Closed), _) => Ok(()),
            (Err(stopped), _) | (Ok(()), Err(stopped @ StoreError::Stopped { .. })) => Err(stopped),
            (Ok(()), _) => Ok(()),
        }
    }

    /// A run id that was never given before.
    pub(crate) fn next_run_id(&self) -> RunId {
        RunId(self.inner.next_run.fetch_add(1, Ordering::Relaxed))
    }

    /// A signal id that was never given before.
    pub(crate) fn next_signal_id(&self) -> SignalId {
        SignalId(self.inner.next_signal.fetch_add(1, Ordering::Relaxed))
    }

    /// Queues a write that concerns no single user and does not wait for it. See [`UserScope::write`].
    pub(crate) async fn write(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.queue(None, doing, work).await
    }

    async fn queue(
        &self,
        user: Option<UserId>,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let work = Box::new(move |conn: &Connection| work(conn).map_err(|error| error.while_doing(doing)));
        self.inner.queue.push(Write { work, caller: Caller::WentOn(user), urgent: false }).await
    }

    /// Queues a write that may be refused and returns once it is queued. The caller decides when to look at the
    /// result.
    pub(crate) async fn queue_write(
        &self,
        doing: &'static str,
        user: UserId,
        urgent: bool,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<PendingWrite, StoreError> {
        let work = Box::new(move |conn: &Connection| work(conn).map_err(|error| error.while_doing(doing)));
        let (answer, told) = oneshot::channel();
        self.inner.queue.push(Write { work, caller: Caller::LooksLater(answer, user), urgent }).await?;
        Ok(PendingWrite { told, queue: self.inner.queue.clone() })
    }

    /// Queues a write and waits until it is committed; answers what it answered.
    pub(crate) async fn write_durable<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (value_in, mut value_out) = oneshot::channel();
        let work = Box::new(move |conn: &Connection| {
            let value = work(conn).map_err(|error| error.while_doing(doing))?;
            let _ = value_in.send(value);
            Ok(())
        });
        let (answer, committed) = oneshot::channel();
        self.inner.queue.push(Write { work, caller: Caller::Waits(answer), urgent: true }).await?;
        committed.await.unwrap_or_else(|_| Err(self.inner.queue.refusal()))?;
        value_out.try_recv().map_err(|_| self.inner.queue.refusal())
    }

    /// Reads what is committed, with everything that was queued before.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_after(None, doing, work).await
    }

    async fn read_after<T: Send + 'static>(
        &self,
        writes_of: Option<UserId>,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.queue.caught_up(writes_of).await;
        self.inner.readers.read(move |conn| work(conn).map_err(|error| error.while_doing(doing))).await
    }
}

/// A queued write whose result can be awaited.
pub struct PendingWrite {
    told: oneshot::Receiver<Result<(), StoreError>>,
    queue: Arc<Queue>,
}

impl PendingWrite {
    /// Waits until the write is committed.
    ///
    /// # Errors
    /// When it was refused, or the store is closed or has stopped.
    pub async fn committed(self) -> Result<(), StoreError> {
        let Self { told, queue } = self;
        told.await.unwrap_or_else(|_| Err(queue.refusal()))
    }

    /// Returns the result if there is one; `None` while the write is queued.
    pub fn try_result(&mut self) -> Option<Result<(), StoreError>> {
        match self.told.try_recv() {
            Ok(result) => Some(result),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(self.queue.refusal())),
        }
    }
}

impl UserScope {
    /// Returns the user of the scope.
    pub fn id(&self) -> UserId {
        self.user
    }

    /// Queues a write of what this user has and does not wait for it. When it is refused, before it changed
    /// anything, that concerns this user alone ([`Store::take_refusals`]); when it fails otherwise, the store
    /// stops.
    pub(crate) async fn write(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.store.queue(Some(self.user), doing, work).await
    }

    /// Reads what is committed, with everything that was queued before for this user and for nobody in particular.
    /// What is queued for others is not waited for.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store.read_after(Some(self.user), doing, work).await
    }

    /// Refuses a row of another user.
    pub(crate) fn check_owner(&self, what: &'static str, owner: UserId) -> Result<(), StoreError> {
        if owner == self.user {
            Ok(())
        } else {
            Err(StoreError::ForeignUser { what, owner, scope: self.user })
        }
    }
}

impl SystemScope {
    /// A run id that was never given before. Numbered from 1; an id whose run never became durable may be given
    /// again after a crash.
    pub fn next_run_id(&self) -> RunId {
        self.store.next_run_id()
    }

    /// A signal id that was never given before, in the same sense.
    pub fn next_signal_id(&self) -> SignalId {
        self.store.next_signal_id()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_store() -> (Store, tempfile::TempDir) {
        let folder = tempfile::TempDir::new().unwrap();
        (Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap(), folder)
    }

    #[tokio::test]
    async fn a_panic_in_a_write_stops_the_store_instead_of_leaving_everybody_waiting() {
        let (store, _folder) = new_store();
        store.write("panic", |_| panic!("on purpose")).await.unwrap();
        let error = store.flush().await.unwrap_err();
        assert!(matches!(error, StoreError::Stopped { .. }), "{error}");
        assert!(matches!(store.close().await, Err(StoreError::Stopped { .. })));
    }

    #[tokio::test]
    async fn sqlite_itself_refusing_a_write_is_told_to_its_caller_and_to_all_later_ones() {
        let (store, _folder) = new_store();
        let insert = "INSERT INTO meta (key, value) VALUES ('a', NULL)";
        let error =
            store.write_durable("save nothing", |conn| Ok(conn.execute(insert, [])?)).await.unwrap_err();
        let sentence = "cannot save nothing in the database: NOT NULL constraint failed: meta.value";
        assert_eq!(error.to_string(), sentence);
        assert!(store.flush().await.unwrap_err().to_string().ends_with(sentence));
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let (store, _folder) = new_store();
        let read = store.read("write", |conn| Ok(conn.execute("DELETE FROM meta", [])?)).await;
        assert!(read.unwrap_err().to_string().contains("readonly"));
        assert!(store.health().is_ok());
    }

    #[tokio::test]
    async fn a_read_sees_what_was_queued_before_it() {
        let (store, _folder) = new_store();
        for at in 1..50 {
            store.system().save_cursor(Timestamp(at)).await.unwrap();
            assert_eq!(store.system().cursor().await.unwrap(), Some(Timestamp(at)));
        }
    }

    #[tokio::test]
    async fn dropping_the_last_clone_commits_what_is_queued() {
        let (store, folder) = new_store();
        store.system().set_meta("seed", "7".to_owned()).await.unwrap();
        let running = store.inner.running.lock().take().unwrap();
        drop(store);
        running.thread.join().unwrap();
        drop(running._lock);
        let again = Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap();
        assert_eq!(again.system().meta("seed").await.unwrap().as_deref(), Some("7"));
    }
}
