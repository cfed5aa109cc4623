//! The paper broker's book on the daemon's store.

use async_trait::async_trait;
use prahari_brokers::{PaperRow, PaperStore, PaperStoreError};
use prahari_domain::ids::UserId;
use prahari_store::{PaperRow as StoredRow, Store, StoreError};

/// The paper broker's name in the registry. Users are linked with it until an admin says otherwise: the default of
/// the column.
pub const PAPER: &str = "paper";

/// Keeps the paper broker's rows in the daemon's database, in the order of its other writes.
pub struct DatabasePaperStore {
    store: Store,
}

impl DatabasePaperStore {
    /// Books on this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

#[async_trait]
impl PaperStore for DatabasePaperStore {
    async fn save(
        &self,
        user: UserId,
        orders: Vec<PaperRow>,
        account: Vec<u8>,
    ) -> Result<(), PaperStoreError> {
        let rows = orders
            .into_iter()
            .map(|PaperRow { tag, active, data }| StoredRow { tag, active, data })
            .collect();
        self.store.user(user).save_paper(rows, account).await.map_err(failed)
    }

    async fn load(&self, user: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), PaperStoreError> {
        let (rows, account) = self.store.user(user).load_paper().await.map_err(failed)?;
        Ok((rows.into_iter().map(row).collect(), account))
    }

    /// Orders written a moment ago may not be committed yet; the broker still has those in memory.
    async fn order(&self, user: UserId, tag: &str) -> Result<Option<PaperRow>, PaperStoreError> {
        Ok(self.store.user(user).paper_order(tag).await.map_err(failed)?.map(row))
    }
}

fn row(StoredRow { tag, active, data }: StoredRow) -> PaperRow {
    PaperRow { tag, active, data }
}

fn failed(error: StoreError) -> PaperStoreError {
    PaperStoreError(error.to_string())
}
