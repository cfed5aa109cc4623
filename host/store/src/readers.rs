//! The pool of reading connections. Readers never block the writer.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::connection::open_reader;
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;

/// Most reads at a time; further ones wait. Each costs a connection of about 2 MB when its cache is full.
const READERS: usize = 4;

/// Connections are opened when first needed and kept.
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    /// After the connections, so that it is closed after them.
    file: DatabaseFile,
}

impl Readers {
    pub(crate) fn new(file: DatabaseFile) -> Self {
        Self { idle: Mutex::default(), permits: Arc::new(Semaphore::new(READERS)), file }
    }

    /// Reads on a thread that may block.
    ///
    /// # Errors
    /// When the store is closed, or what `work` answers.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let readers = self.clone();
        let body = move || {
            let _permit = permit;
            let idle = readers.lock().pop();
            let conn = idle.map_or_else(|| readers.open(), Ok)?;
            let result = work(&conn);
            readers.lock().push(conn);
            result
        };
        // A read is only lost when its runtime is shut down or it panicked; either way there is no answer to give.
        tokio::task::spawn_blocking(body).await.map_err(|_| StoreError::Closed)?
    }

    /// Another file may have the database's place by now; nothing is read from that.
    fn open(&self) -> Result<Connection, StoreError> {
        let opened = open_reader(self.file.path());
        self.file.check_place()?;
        opened
    }

    /// Waits for the reads in flight, then closes every connection.
    pub(crate) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(READERS as u32).await {
            all.forget();
        }
        self.permits.close();
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock()
    }
}
