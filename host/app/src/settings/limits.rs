//! The limits on a user's orders, shared by the desk that asks them and those who change them.
//!
//! They are not behind the desk's lock: that may be held for as long as a broker takes to answer, and a kill switch must not
//! wait for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use prahari_domain::risk::{OwnLimits, RiskLimits};

use super::Versioned;

/// Where the daemon's kill switch stands in the database.
pub(crate) const KILL_SWITCH_KEY: &str = "kill_switch";

/// The admins' switch that stops the orders of everybody.
#[derive(Debug, Default)]
pub struct KillSwitch(AtomicBool);

impl KillSwitch {
    /// A switch in this position.
    pub fn new(on: bool) -> Self {
        Self(AtomicBool::new(on))
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self, on: bool) {
        self.0.store(on, Ordering::Release);
    }
}

/// The limits of one user by who has set them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitsSet {
    /// What the admin allows.
    pub admin: RiskLimits,
    /// What the user has tightened of it.
    pub own: OwnLimits,
}

/// The limits that hold for one user.
pub struct Limits {
    kill_switch: Arc<KillSwitch>,
    set: RwLock<Held>,
}

struct Held {
    set: Arc<Versioned<LimitsSet>>,
    in_force: Arc<RiskLimits>,
}

impl Held {
    fn of(set: Versioned<LimitsSet>) -> Self {
        let in_force = Arc::new(set.value.admin.tightened(&set.value.own));
        Self { set: Arc::new(set), in_force }
    }
}

impl Limits {
    /// Limits as they were set, under the daemon's kill switch.
    pub fn new(set: Versioned<LimitsSet>, kill_switch: Arc<KillSwitch>) -> Self {
        Self { kill_switch, set: RwLock::new(Held::of(set)) }
    }

    /// Limits of a desk without a daemon around it.
    pub fn fixed(admin: RiskLimits) -> Self {
        let set = Versioned { version: 1, value: LimitsSet { admin, own: OwnLimits::default() } };
        Self::new(set, Arc::default())
    }

    /// The limits by who has set them.
    pub fn set(&self) -> Arc<Versioned<LimitsSet>> {
        self.set.read().unwrap_or_else(PoisonError::into_inner).set.clone()
    }

    /// What an order is checked against at this moment: for each limit the tighter one.
    pub fn in_force(&self) -> Arc<RiskLimits> {
        let held = self.set.read().unwrap_or_else(PoisonError::into_inner).in_force.clone();
        if self.kill_switch.is_on() && !held.kill_switch {
            return Arc::new(RiskLimits { kill_switch: true, ..(*held).clone() });
        }
        held
    }

    pub(super) fn replace(&self, version: u64, value: LimitsSet) {
        let held = Held::of(Versioned { version, value });
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}
