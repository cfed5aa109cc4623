//! Uploads that are under way: few of one user at a time, since each holds a whole component and waits for its turn
//! to be compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::ids::UserId;

/// Most uploads of one user at once; each may hold 32 MiB. Default 2: one that compiles, and the next that arrives
/// meanwhile.
const MOST_AT_ONCE: u32 = 2;

/// Number of uploads under way, by user.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<BTreeMap<UserId, u32>>);

/// The right to one upload, until it is dropped.
#[derive(Debug)]
pub(crate) struct UploadPermit {
    uploads: Arc<Uploads>,
    user: UserId,
}

impl Uploads {
    /// A permit for one more upload of a user; none when they have as many as they may.
    pub(crate) fn begin(self: &Arc<Self>, user: UserId) -> Option<UploadPermit> {
        let mut under_way = self.under_way();
        let count = under_way.entry(user).or_default();
        if *count >= MOST_AT_ONCE {
            return None;
        }
        *count += 1;
        Some(UploadPermit { uploads: self.clone(), user })
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<UserId, u32>> {
        // Each change is of one number.
        self.0.lock()
    }
}

impl Drop for UploadPermit {
    fn drop(&mut self) {
        let mut under_way = self.uploads.under_way();
        if let Some(count) = under_way.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                under_way.remove(&self.user);
            }
        }
    }
}
