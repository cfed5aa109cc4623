//! Where the paper broker keeps its book, so that it is still there after a restart, as a real broker's is.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use parking_lot::{Mutex, MutexGuard};
use prahari_domain::ids::UserId;

/// Keeps opaque rows per user.
#[async_trait]
pub trait PaperStore: Send + Sync {
    /// Adds orders, replaces those with the same tag, and replaces the account, all or nothing. Writes take effect in
    /// the order in which they are made, before any later write of the daemon.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn save(
        &self,
        user: UserId,
        orders: Vec<PaperRow>,
        account: Vec<u8>,
    ) -> Result<(), PaperStoreError>;

    /// The rows marked active, and the account; `None` when the user has none.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn load(&self, user: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), PaperStoreError>;

    /// One order, active or not. Only asked for orders of earlier days, whose rows were written long before.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn order(&self, user: UserId, tag: &str) -> Result<Option<PaperRow>, PaperStoreError>;
}

/// An order as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// Our order id, unique within the user.
    pub tag: String,
    /// Whether it is still in the broker's book: open, or ended on the running day.
    pub active: bool,
    /// The encoded order.
    pub data: Vec<u8>,
}

/// The store did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the paper broker's book cannot be kept: {0}")]
pub struct PaperStoreError(pub String);

/// Keeps the rows in memory: for a paper broker that need not outlive its process.
#[derive(Debug, Default)]
pub struct MemoryPaperStore {
    users: Mutex<HashMap<UserId, Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    orders: BTreeMap<String, PaperRow>,
    account: Option<Vec<u8>>,
}

impl MemoryPaperStore {
    fn users(&self) -> MutexGuard<'_, HashMap<UserId, Kept>> {
        self.users.lock()
    }
}

#[async_trait]
impl PaperStore for MemoryPaperStore {
    async fn save(
        &self,
        user: UserId,
        orders: Vec<PaperRow>,
        account: Vec<u8>,
    ) -> Result<(), PaperStoreError> {
        let mut users = self.users();
        let kept = users.entry(user).or_default();
        kept.orders.extend(orders.into_iter().map(|row| (row.tag.clone(), row)));
        kept.account = Some(account);
        Ok(())
    }

    async fn load(&self, user: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), PaperStoreError> {
        let users = self.users();
        let Some(kept) = users.get(&user) else { return Ok((Vec::new(), None)) };
        let active = kept.orders.values().filter(|row| row.active).cloned().collect();
        Ok((active, kept.account.clone()))
    }

    async fn order(&self, user: UserId, tag: &str) -> Result<Option<PaperRow>, PaperStoreError> {
        Ok(self.users().get(&user).and_then(|kept| kept.orders.get(tag)).cloned())
    }
}
