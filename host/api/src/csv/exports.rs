//! Tables that are being written: few of one user at a time, since each goes through a whole list.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;

/// Most tables of one user at once. Default 2: one that downloads, and the next that somebody clicks on meanwhile.
const MOST_AT_ONCE: u32 = 2;

/// Number of tables that are being written, by user.
#[derive(Debug, Default)]
pub(crate) struct Exports(Mutex<BTreeMap<UserId, u32>>);

/// The right to one table, until it is dropped.
#[derive(Debug)]
pub(super) struct ExportPermit {
    exports: Arc<Exports>,
    user: UserId,
}

impl Exports {
    /// A permit for one more table of a user; none when they have as many as they may.
    pub(super) fn begin(self: &Arc<Self>, user: UserId) -> Option<ExportPermit> {
        let mut under_way = self.0.lock();
        let count = under_way.entry(user).or_default();
        if *count >= MOST_AT_ONCE {
            return None;
        }
        *count += 1;
        Some(ExportPermit { exports: self.clone(), user })
    }
}

impl Drop for ExportPermit {
    fn drop(&mut self) {
        let mut under_way = self.exports.0.lock();
        if let Some(count) = under_way.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                under_way.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_two_tables_at_once_and_keeps_nobody_else_waiting() {
        let exports = Arc::<Exports>::default();
        let (one, other) = (UserId(1), UserId(2));
        let permits = [exports.begin(one).unwrap(), exports.begin(one).unwrap()];
        assert!(exports.begin(one).is_none() && exports.begin(other).is_some());
        drop(permits);
        assert!(exports.begin(one).is_some());
        assert!(exports.0.lock().is_empty());
    }
}
