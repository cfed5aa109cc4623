//! Whether the daemon does its work.

use std::time::Duration;

use prahari_runtime::process_usage::{ProcessUsage, peak_memory_bytes};
use prahari_store::AlertRow;

use super::Queries;
use crate::error::AppError;

/// Whether the daemon can do its work, and what somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What failed, one sentence; none while nothing has.
    pub problem: Option<String>,
    /// The open alerts about the installation, oldest first.
    pub alerts: Vec<AlertRow>,
}

/// What the operating system says of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUse {
    /// Number of the process.
    pub id: u32,
    /// Processor time of all its threads since it was started; none where the platform does not tell.
    pub cpu: Option<Duration>,
    /// Resident memory in bytes, now; none likewise.
    pub memory_bytes: Option<u64>,
    /// The most resident memory that it ever had, in bytes; none likewise.
    pub peak_memory_bytes: Option<u64>,
}

impl ProcessUse {
    /// Returns what this process uses now.
    pub fn now() -> Self {
        let id = std::process::id();
        let usage = ProcessUsage::of(id);
        Self {
            id,
            cpu: usage.map(|usage| usage.cpu),
            memory_bytes: usage.map(|usage| usage.memory_bytes),
            peak_memory_bytes: peak_memory_bytes(),
        }
    }
}

/// How much the database holds and has to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUse {
    /// Bytes that hold something; free pages are left out, because the next rows take them.
    pub used_bytes: u64,
    /// Writes that wait for the next transaction.
    pub waiting_writes: usize,
    /// Most writes that may wait; whoever adds one more waits for room.
    pub most_waiting_writes: usize,
}

impl Queries {
    /// Returns how much the database holds and has to write.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn storage_use(&self) -> Result<StorageUse, AppError> {
        // Before the read, which waits for what is queued.
        let (waiting_writes, most_waiting_writes) = self.store.waiting_writes();
        let used_bytes = self.store.system().used_bytes().await?;
        Ok(StorageUse { used_bytes, waiting_writes, most_waiting_writes })
    }

    /// Returns whether rows are written and can be read, with `most_alerts` open alerts about the installation at
    /// most.
    pub async fn health(&self, most_alerts: u32) -> Health {
        let (alerts, unread) = match self.open_installation_alerts(most_alerts).await {
            Ok(alerts) => (alerts, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let stopped = self.store.health().err();
        Health { problem: stopped.map(|stopped| stopped.to_string()).or(unread), alerts }
    }
}
