//! Work of which a user may have few at a time, such as uploads, which each hold a whole component, and tables, which each go
//! through a whole list.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;

/// How much of a kind of work is under way, by user.
#[derive(Debug)]
pub(crate) struct PerUser {
    most: u32,
    under_way: Mutex<BTreeMap<UserId, u32>>,
}

/// The right to one piece of work, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    of: Arc<PerUser>,
    user: UserId,
}

impl PerUser {
    /// At most so many pieces of work of each user at once.
    pub(crate) fn of(most: u32) -> Arc<Self> {
        Arc::new(Self { most, under_way: Mutex::default() })
    }

    /// A permit for one more piece of work of a user; none when they have as many as they may.
    pub(crate) fn begin(self: &Arc<Self>, user: UserId) -> Option<Permit> {
        let mut under_way = self.under_way.lock();
        let count = under_way.entry(user).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Permit { of: self.clone(), user })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut under_way = self.of.under_way.lock();
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
    fn a_user_has_so_many_at_once_and_keeps_nobody_else_waiting() {
        let work = PerUser::of(2);
        let (one, other) = (UserId(1), UserId(2));
        let permits = [work.begin(one).unwrap(), work.begin(one).unwrap()];
        assert!(work.begin(one).is_none() && work.begin(other).is_some());
        drop(permits);
        assert!(work.begin(one).is_some());
        assert!(work.under_way.lock().is_empty());
    }
}
