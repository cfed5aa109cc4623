//! The daemon's parts around a database in a temporary folder, on made-up days.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::daemon::{Daemon, DaemonDeps};
use prahari_app::desk::TradingServices;
use prahari_app::modules::Modules;
use prahari_app::paper_store::{DatabasePaperStore, PAPER};
use prahari_app::prices::PriceJumps;
use prahari_brokers::{Brokerage, MarketData, PaperBroker, PaperBrokerage, PaperSettings};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::orders::TagCode;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::Runtime;
use prahari_store::{Durability, ServiceRow, Store};
use tempfile::TempDir;

use crate::cli::Market;
use crate::exit::Failure;
use crate::wiring;

/// A Friday: the evening on which orders for Monday are placed.
const EVENING: Day = day(2025, 2, 28);

/// The Monday after it.
pub const MONDAY: Day = day(2025, 3, 3);

/// The market is made until here.
const UNTIL: Day = day(2025, 3, 14);

const SEED: u64 = 1;

/// Everything that daemons of one bench share.
pub struct World {
    pub calendar: Arc<CalendarHandle>,
    pub market: Arc<dyn MarketData>,
    runtime: Arc<Runtime>,
    modules: Arc<Modules>,
    folder: TempDir,
}

impl World {
    /// A market, the built-in modules, and an empty folder.
    pub async fn new() -> Result<Self, Failure> {
        let calendar = wiring::calendar()?;
        let market = wiring::market(&[Market::Synthetic.into()], &calendar, SEED, EVENING, UNTIL)?;
        let (runtime, modules) = wiring::modules(&[]).await?;
        let folder = tempfile::tempdir().map_err(Failure::work)?;
        Ok(Self { calendar, market, runtime, modules: Arc::new(modules), folder })
    }

    /// Returns where the database is, and what else a bench writes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens the store of the bench.
    pub fn store(&self, durability: Durability) -> Result<Store, Failure> {
        Store::open(self.path("prahari.db"), durability).map_err(Failure::work)
    }

    /// The paper broker with an account for each user of the store.
    pub async fn broker(&self, store: &Store) -> Result<PaperBrokerage, Failure> {
        let settings = PaperSettings { seed: SEED, ..PaperSettings::default() };
        let books = Arc::new(DatabasePaperStore::new(store.clone()));
        let broker = PaperBroker::new(settings, self.market.clone(), self.calendar.clone(), books);
        let broker = broker.map_err(Failure::work)?;
        for user in store.system().users().await.map_err(Failure::work)? {
            broker.open_account(user.id, user.capital).await.map_err(Failure::work)?;
        }
        Ok(PaperBrokerage::new(Arc::new(broker)))
    }

    /// A daemon with the given broker that runs the sell monitor and nothing else.
    pub async fn daemon(
        &self,
        store: &Store,
        clock: Clock,
        broker: Arc<dyn Brokerage>,
    ) -> Result<Arc<Daemon>, Failure> {
        let trading = TradingServices {
            brokers: Brokers::default().with(PAPER, broker),
            market: self.market.clone(),
            calendar: self.calendar.clone(),
            store: store.clone(),
            jumps: PriceJumps::default(),
            tag_code: TagCode::of_number(SEED),
        };
        let (runtime, modules) = (self.runtime.clone(), self.modules.clone());
        let tasks = wiring::built_in_tasks(&runtime, &modules).await?;
        let monitor: Vec<_> = tasks.iter().filter(|manifest| manifest.name == TASK).cloned().collect();
        let schedules = wiring::default_schedules(&monitor)?;
        let parts = DaemonDeps { clock, trading, runtime, modules, tasks, schedules };
        Daemon::start(parts).await.map_err(Failure::work)
    }
}

/// The task that is measured.
pub const TASK: Task = Task::literal("sell_monitor");

/// Friday evening, when the broker takes orders for the next day.
pub fn evening() -> Timestamp {
    at(EVENING, 16, 10, 0)
}

/// An instant by the exchange's clock.
pub fn at(day: Day, hour: u32, minute: u32, second: u32) -> Timestamp {
    Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, second).unwrap_or_default())
}

/// Turns every user's service on, for the next daemon on this store.
pub async fn turn_services_on(store: &Store, now: Timestamp) -> Result<(), Failure> {
    for user in store.system().users().await.map_err(Failure::work)? {
        let row = ServiceRow {
            user: user.id,
            running: true,
            heartbeat: Some(now),
            last_task: None,
            error_count: 0,
            last_error: String::new(),
            schedule_version: 1,
            started_at: Some(now),
            last_task_at: None,
        };
        store.user(user.id).save_service(row).await.map_err(Failure::work)?;
    }
    store.flush().await.map_err(Failure::work)
}

const fn day(year: i32, month: u32, day: u32) -> Day {
    match Day::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => Day::MIN,
    }
}
