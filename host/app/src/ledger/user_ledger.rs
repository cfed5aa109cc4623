//! Where one user's ledger is kept in memory, and in which order it is changed.

use parking_lot::{Mutex, MutexGuard};

use super::DayLedger;

/// The ledger of one user.
#[derive(Default)]
pub struct UserLedger {
    day: Mutex<DayLedger>,
    turn: tokio::sync::Mutex<()>,
}

impl UserLedger {
    /// The slots of the day, and those of earlier days that have no outcome yet.
    pub fn lock(&self) -> MutexGuard<'_, DayLedger> {
        self.day.lock()
    }

    /// Whoever changes the ledger holds this until the change is on its way to the database, so that both are changed in the
    /// same order and never disagree. Nothing else is waited for meanwhile.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}
