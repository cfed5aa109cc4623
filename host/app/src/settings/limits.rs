//! The limits on a user's orders, shared by the desk that asks them and those who change them.
//!
//! They are not behind the desk's lock: that may be held for as long as a broker takes to answer, and a kill switch
//! must not wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::RwLock;
use prahari_domain::risk::{OwnLimits, RiskLimits, StatedStates};
use prahari_store::{Store, StoreError};

use super::Versioned;

/// Key under which the daemon's kill switch is stored.
const KILL_SWITCH_KEY: &str = "kill_switch";

/// The admins' switch that stops the orders of everybody.
#[derive(Debug, Default)]
pub struct KillSwitch {
    on: AtomicBool,
    /// Requests to turn it on that are not written down yet; while there are any, it is on.
    turning_on: AtomicUsize,
    /// Held by one change at a time, from the write to the switch.
    changing: tokio::sync::Mutex<()>,
}

impl KillSwitch {
    /// A switch in this position.
    pub fn new(on: bool) -> Self {
        Self { on: AtomicBool::new(on), ..Self::default() }
    }

    /// Loads the position in which it was left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let kept = store.system().meta(KILL_SWITCH_KEY).await?;
        Ok(Self::new(kept.as_deref() == Some("true")))
    }

    /// Returns whether the switch is on.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire) || self.turning_on.load(Ordering::Acquire) > 0
    }

    /// Turns it on or off and writes that down. It is on at once, before that is written, and off only after.
    /// Changes at the same time follow each other, so what is written last is what holds.
    ///
    /// # Errors
    /// When it cannot be written down; a switch that was to be turned on is on all the same.
    pub(crate) async fn set(&self, on: bool, store: &Store) -> Result<(), StoreError> {
        let _turning_on = on.then(|| TurningOn::begin(self));
        let _changing = self.changing.lock().await;
        if on {
            self.on.store(true, Ordering::Release);
        }
        store.system().set_meta(KILL_SWITCH_KEY, on.to_string()).await?;
        self.on.store(on, Ordering::Release);
        Ok(())
    }
}

/// A request to turn the switch on, as long as it waits for its turn.
struct TurningOn<'a>(&'a KillSwitch);

impl<'a> TurningOn<'a> {
    fn begin(switch: &'a KillSwitch) -> Self {
        switch.turning_on.fetch_add(1, Ordering::AcqRel);
        Self(switch)
    }
}

impl Drop for TurningOn<'_> {
    fn drop(&mut self) {
        self.0.turning_on.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The limits of one user by who has set them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LimitsSet {
    /// Limits that the admin has set.
    pub admin: RiskLimits,
    /// Tighter limits that the user has set.
    pub own: OwnLimits,
    /// What both have set of the trading state.
    pub states: StatedStates,
}

/// The limits that hold for one user.
pub struct Limits {
    kill_switch: Arc<KillSwitch>,
    set: RwLock<EffectiveLimits>,
}

struct EffectiveLimits {
    set: Arc<Versioned<LimitsSet>>,
    in_force: Arc<RiskLimits>,
}

impl EffectiveLimits {
    fn of(set: Versioned<LimitsSet>) -> Self {
        let LimitsSet { admin, own, states } = &set.value;
        let mut in_force = admin.tightened(own);
        if let Some(stated) = states.reduce_only() {
            in_force.reduce_only = Some(stated.reason.clone());
        }
        Self { set: Arc::new(set), in_force: Arc::new(in_force) }
    }
}

impl Limits {
    /// Limits as they were set, under the daemon's kill switch.
    pub fn new(set: Versioned<LimitsSet>, kill_switch: Arc<KillSwitch>) -> Self {
        Self { kill_switch, set: RwLock::new(EffectiveLimits::of(set)) }
    }

    /// Limits of a desk without a daemon around it.
    pub fn fixed(admin: RiskLimits) -> Self {
        let set = Versioned { version: 1, value: LimitsSet { admin, ..LimitsSet::default() } };
        Self::new(set, Arc::default())
    }

    /// The limits by who has set them.
    pub fn set(&self) -> Arc<Versioned<LimitsSet>> {
        self.set.read().set.clone()
    }

    /// Returns whether the daemon's kill switch stops the orders of everybody.
    pub fn is_stopped_for_all(&self) -> bool {
        self.kill_switch.is_on()
    }

    /// Returns what an order is checked against at this moment: for each limit the tighter one, and the trading state.
    pub fn in_force(&self) -> Arc<RiskLimits> {
        let held = self.set.read().in_force.clone();
        if self.kill_switch.is_on() && !held.kill_switch {
            return Arc::new(RiskLimits { kill_switch: true, ..(*held).clone() });
        }
        held
    }

    pub(crate) fn replace(&self, version: u64, value: LimitsSet) {
        let held = EffectiveLimits::of(Versioned { version, value });
        *self.set.write() = held;
    }
}
