//! The faults that a user, a module or a file can cause for one user.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_app::modules::Upload;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_domain::tasks::Task;
use prahari_store::{Durability, HaltCode, ModuleOrigin, NewModule, PinRow, Store, UserScope};

use crate::faults::{Fault, faulty};
use crate::halts;
use crate::support::{ADMIN, MONDAY, TestHost, at, day, guests, slot};

/// What is wrong with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Their module retries an order of somebody else.
    RetriesForeignOrder,
    /// They restart their service every ten minutes.
    Restarts,
    /// Their stored limits name a setting that there is not.
    UnknownSetting,
    /// The snapshot of their books is damaged.
    DamagedSnapshot,
    /// Their journal does not fold.
    BrokenJournal,
    /// Their account at the paper broker is damaged.
    DamagedAccount,
    /// They are pinned to a module that does not load.
    PinNotLoaded,
    /// Nobody answers for them at the broker.
    CutOff,
    /// Their own allowance lets no run of a task succeed.
    NarrowAllowance,
    /// The module that they are pinned to breaks a rule of WebAssembly in each run.
    Traps,
}

impl Trouble {
    /// All that can be had in lockstep; calls that hang need a clock with deadlines.
    pub const ALL: [Self; 10] = [
        Self::RetriesForeignOrder,
        Self::Restarts,
        Self::UnknownSetting,
        Self::DamagedSnapshot,
        Self::BrokenJournal,
        Self::DamagedAccount,
        Self::PinNotLoaded,
        Self::CutOff,
        Self::NarrowAllowance,
        Self::Traps,
    ];

    /// What the user is halted for, if for anything.
    const fn halt(self) -> Option<HaltCode> {
        match self {
            Self::UnknownSetting => Some(HaltCode::SettingsDamaged),
            Self::BrokenJournal => Some(HaltCode::JournalDamaged),
            Self::DamagedAccount => Some(HaltCode::AccountUnusable),
            Self::PinNotLoaded => Some(HaltCode::PinNotLoaded),
            Self::RetriesForeignOrder
            | Self::Restarts
            | Self::DamagedSnapshot
            | Self::CutOff
            | Self::NarrowAllowance
            | Self::Traps => None,
        }
    }

    /// What can be done while the daemon runs.
    pub async fn plant_before_services(self, house: &TestHost, daemon: &Arc<Daemon>, user: UserId) {
        match self {
            Self::RetriesForeignOrder => {
                let bytes = faulty(Task::literal("buy_orders").name(), Fault::RetryOf("U1-20250307-0001"));
                pin(daemon, user, Task::literal("buy_orders"), bytes).await;
            }
            Self::Traps => pin(daemon, user, Task::literal("sell_monitor"), guests::traps()).await,
            Self::NarrowAllowance => {
                let narrow = Allowance {
                    memory_bytes: 1 << 16,
                    ..crate::support::allowance(Task::literal("sell_monitor"))
                };
                let whom = (Some(user), Task::literal("sell_monitor"));
                daemon.grants.allow(whom, narrow, ADMIN, daemon.clock.now()).await.unwrap();
            }
            Self::CutOff => {
                house.unreachable.lock().unwrap().insert(user);
            }
            _ => {}
        }
    }

    /// What can be done to a database while no daemon runs.
    pub async fn plant_in_rows(self, house: &TestHost, user: UserId) {
        let store = Store::open(house.database(), Durability::Off).unwrap();
        let scope = store.user(user);
        match self {
            Self::UnknownSetting => {
                let version = scope.find().await.unwrap().unwrap().limits_version;
                let own = r#"{"max_everything":1}"#.to_owned();
                scope.save_limits(version, "{}".to_owned(), own, "{}".to_owned()).await.unwrap();
            }
            Self::DamagedSnapshot => {
                let through = scope.load_snapshot().await.unwrap().map_or(1, |(through, _)| through);
                scope.save_snapshot(through, vec![9, 1, 2, 3]).await.unwrap();
            }
            Self::BrokenJournal => break_journal(&scope, user).await,
            Self::DamagedAccount => scope.save_paper(Vec::new(), vec![255; 3]).await.unwrap(),
            Self::PinNotLoaded => pin_to_nothing(&store, user).await,
            _ => {}
        }
        store.close().await.unwrap();
    }

    /// The user is halted if need be, and otherwise goes on as well as they can.
    pub async fn is_told(self, daemon: &Daemon, user: UserId) {
        let open: Vec<HaltCode> = halts(daemon, user).await.into_iter().map(|halt| halt.code).collect();
        assert_eq!(open, self.halt().into_iter().collect::<Vec<_>>(), "{self:?}");
        assert!(daemon.users.find(user).unwrap().services.is_running(), "{self:?}");
        let monitor = slot(daemon, user, MONDAY, Task::literal("sell_monitor")).await;
        if matches!(self, Self::NarrowAllowance | Self::Traps) {
            assert!(monitor.ticks_failed >= 3, "{self:?}: {monitor:?}");
        } else if self.halt().is_some() {
            assert!(monitor.ticks_ran == 0 && monitor.ticks_skipped > 0, "{self:?}: {monitor:?}");
        } else if self == Self::DamagedSnapshot {
            assert!(monitor.ticks_ran >= 25, "{self:?}: {monitor:?}");
        }
    }
}

async fn pin(daemon: &Arc<Daemon>, user: UserId, task: Task, bytes: Vec<u8>) {
    let upload = Upload { task, bytes, origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
    let version = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap().version;
    daemon.trials.pin_module(user, (task, version), ADMIN, true).await.unwrap();
}

async fn break_journal(scope: &UserScope, user: UserId) {
    let sequence = scope.load_journal(0).await.unwrap().last().unwrap().sequence + 1;
    let order = OrderId { user, day: day(MONDAY), number: 77 };
    let entry = JournalEntry { sequence, order, at: at(MONDAY, "07:59"), event: OrderEvent::Sent };
    scope.append_journal_durable(vec![entry], Vec::new()).await.unwrap();
}

async fn pin_to_nothing(store: &Store, user: UserId) {
    let (task, at) = (Task::literal("position_monitor"), at(MONDAY, "07:59"));
    let new = NewModule {
        task,
        hash: "d5".repeat(32),
        bytes: b"not a component".to_vec(),
        origin: ModuleOrigin::Uploaded,
        manifest: None,
        info: "{}".to_owned(),
        at,
        by: Some(ADMIN),
    };
    let version = store.system().add_module(new).await.unwrap().version;
    store.system().pin_module(PinRow { user, task, version, at, by: ADMIN }).await.unwrap();
}
