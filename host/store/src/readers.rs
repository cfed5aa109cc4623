//! The pool of reading connections. Readers never block the writer.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection::open_reader;
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;

/// Most reads at a time; further ones wait. Each costs a thread and a connection of about 2 MB when its cache is full.
///
/// The threads are the pool's own: on those of the runtime, of which a new one is started whenever none is idle, a few
/// reads after each other by thousands of callers grow to hundreds of threads, each with memory of its own.
const READERS: usize = 4;

type Job = Box<dyn FnOnce(&mut Reader<'_>) + Send>;

/// Threads that read, each over a connection that is opened when it is first needed and kept.
pub(crate) struct Readers {
    jobs: Arc<Jobs>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Reads that wait for a thread.
struct Jobs {
    waiting: Mutex<Waiting>,
    added: Condvar,
    /// Kept by each thread for longer than its connection.
    file: DatabaseFile,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// What a thread reads with.
struct Reader<'a> {
    file: &'a DatabaseFile,
    conn: Option<Connection>,
}

impl Readers {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives none.
    pub(crate) fn start(path: &Path, file: DatabaseFile) -> Result<Self, StoreError> {
        let jobs = Arc::new(Jobs { waiting: Mutex::default(), added: Condvar::new(), file });
        // First, so that those that were started end when another cannot be.
        let readers = Self { jobs, threads: Mutex::default() };
        for _ in 0..READERS {
            let jobs = readers.jobs.clone();
            let builder = std::thread::Builder::new().name("store reader".to_owned());
            let thread = builder.spawn(move || jobs.read_until_closed()).map_err(|source| {
                let doing = "start a reading thread of";
                StoreError::File { doing, path: path.to_owned(), source: Arc::new(source) }
            })?;
            readers.threads.lock().push(thread);
        }
        Ok(readers)
    }

    /// Reads on one of the threads. A read that nobody waits for any more when its turn comes is left out.
    ///
    /// # Errors
    /// When the store is closed, or what `work` answers.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.jobs.add(Box::new(move |reader| {
            if !answer.is_closed() {
                // Whoever asked may have gone meanwhile.
                let _ = answer.send(reader.conn().and_then(work));
            }
        }))?;
        // It is only dropped when the store is closed or the read panicked; either way there is no answer to give.
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits until every read that was asked for before has ended and every connection is closed.
    pub(crate) async fn close(&self) {
        self.jobs.close();
        let threads = std::mem::take(&mut *self.threads.lock());
        // Panics of reads end where they are read.
        let _ = tokio::task::spawn_blocking(|| threads.into_iter().try_for_each(JoinHandle::join)).await;
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs.close();
    }
}

impl Jobs {
    fn add(&self, job: Job) -> Result<(), StoreError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(StoreError::Closed);
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.added.notify_one();
        Ok(())
    }

    fn close(&self) {
        self.waiting.lock().closed = true;
        self.added.notify_all();
    }

    /// Returns the next read; `None` when the pool is closed and nothing waits any more.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.waiting.lock();
        loop {
            if let Some(job) = waiting.jobs.pop_front() {
                return Some(job);
            }
            if waiting.closed {
                return None;
            }
            self.added.wait(&mut waiting);
        }
    }

    fn read_until_closed(&self) {
        let mut reader = Reader { file: &self.file, conn: None };
        while let Some(job) = self.next() {
            if catch_unwind(AssertUnwindSafe(|| job(&mut reader))).is_err() {
                // Nothing is known of a connection that a panic passed through.
                reader.conn = None;
            }
        }
    }
}

impl Reader<'_> {
    /// The connection. Another file may have the database's place by now; nothing is read from that.
    fn conn(&mut self) -> Result<&Connection, StoreError> {
        if self.conn.is_none() {
            let opened = open_reader(self.file.path());
            self.file.check_place()?;
            self.conn = Some(opened?);
        }
        self.conn.as_ref().ok_or(StoreError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread::ThreadId;

    use super::*;

    fn pool() -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let file = DatabaseFile::open(&path).unwrap();
        let readers = Readers::start(&path, file).unwrap();
        (folder, readers)
    }

    fn tables(conn: &Connection) -> Result<u32, StoreError> {
        Ok(conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn thousands_of_reads_are_done_by_few_threads() {
        let (_folder, readers) = pool();
        let by = |_: &Connection| Ok(std::thread::current().id());
        let reads = futures::future::try_join_all((0..2_000).map(|_| readers.read(by)));
        let threads: BTreeSet<_> =
            reads.await.unwrap().iter().map(|id: &ThreadId| format!("{id:?}")).collect();
        assert!(threads.len() <= READERS, "{threads:?}");
    }

    #[tokio::test]
    async fn a_read_that_panics_takes_none_other_with_it() {
        let (_folder, readers) = pool();
        for _ in 0..2 * READERS {
            let panicked = readers.read(|_| -> Result<(), StoreError> { panic!("as meant") }).await;
            assert!(matches!(panicked, Err(StoreError::Closed)), "{panicked:?}");
        }
        assert_eq!(readers.read(tables).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_read() {
        let (_folder, readers) = pool();
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let busy = (0..READERS).map(|_| {
            let held = held.clone();
            readers.read(move |_| Ok(held.lock().recv().is_ok()))
        });
        let mut busy = std::pin::pin!(futures::future::join_all(busy));
        let (told, reads) = std::sync::mpsc::channel();
        let mut left = Box::pin(readers.read(move |_| Ok(told.send(()).is_ok())));
        // Both are asked for, and then the second is given up while every thread is busy.
        assert!(futures::poll!(&mut busy).is_pending() && futures::poll!(&mut left).is_pending());
        drop(left);
        (0..READERS).for_each(|_| hold.send(()).unwrap());
        busy.await;
        assert_eq!(readers.read(tables).await.unwrap(), 1);
        assert!(reads.recv().is_err(), "it was read for nobody");
    }

    #[tokio::test]
    async fn a_pool_that_closes_ends_what_was_asked_before_and_refuses_what_comes_after() {
        let (_folder, readers) = pool();
        let mut before = Box::pin(readers.read(tables));
        assert!(futures::poll!(&mut before).is_pending());
        readers.close().await;
        assert_eq!(before.await.unwrap(), 1);
        assert!(matches!(readers.read(tables).await, Err(StoreError::Closed)));
    }
}
