//! A daemon in the test's own process: real store, runtime, components and broker, on a virtual clock.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

#[path = "captured_log.rs"]
pub mod captured_log;
#[path = "console.rs"]
pub mod console;
#[path = "desk_fixture.rs"]
pub mod desk_fixture;
#[path = "fake_broker.rs"]
pub mod fake_broker;
#[path = "floods.rs"]
pub mod floods;
#[path = "guests.rs"]
pub mod guests;
#[path = "http_client.rs"]
pub mod http_client;
#[path = "listening.rs"]
pub mod listening;
#[path = "live_broker.rs"]
pub mod live_broker;
#[path = "live_desk.rs"]
pub mod live_desk;
#[path = "living.rs"]
pub mod living;
#[path = "waiting.rs"]
pub mod waiting;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::NaiveTime;
use prahari_app::brokers::Brokers;
use prahari_app::clock::{Clock, ManualClock};
use prahari_app::daemon::{Daemon, DaemonDeps};
use prahari_app::desk::TradingServices;
use prahari_app::grants::Allowance;
use prahari_app::modules::{Component, Modules};
use prahari_app::paper_store::PAPER;
use prahari_app::prices::PriceJumps;
use prahari_app::simulation::create_users;
use prahari_app::tasks::{TaskManifest, TaskSet};
use prahari_brokers::{MarketData, SyntheticMarket};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::UserId;
use prahari_domain::orders::TagCode;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::{Compiler, Runtime, RuntimeConfig};
use prahari_schedule::Schedule;
use prahari_store::{Durability, RunFilter, RunRow, SlotOutcome, SlotRow, Store};

use fake_broker::{FakeBroker, FakeBrokerage, HeldMarket, Mishaps};

include!(concat!(env!("OUT_DIR"), "/components.rs"));

/// A Friday with a session; the Monday and Tuesday after it have one too.
pub const FRIDAY: &str = "2025-03-07";
/// The day after.
pub const SATURDAY: &str = "2025-03-08";
/// And so on.
pub const SUNDAY: &str = "2025-03-09";
/// And so on.
pub const MONDAY: &str = "2025-03-10";
/// And so on.
pub const TUESDAY: &str = "2025-03-11";

/// The admin, whose service runs the analysis.
pub const ADMIN: UserId = UserId(1);
/// Somebody else.
pub const OTHER: UserId = UserId(2);

/// Whether the long forms of the tests were asked for.
pub fn heavy() -> bool {
    std::env::var_os("PRAHARI_HEAVY_TESTS").is_some_and(|value| value == "1")
}

/// The day written so.
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An IST instant such as `at(MONDAY, "09:15")`, seconds if wanted.
pub fn at(day: &str, time: &str) -> Timestamp {
    let format = if time.len() > 5 { "%H:%M:%S" } else { "%H:%M" };
    Timestamp::from_ist(self::day(day), NaiveTime::parse_from_str(time, format).unwrap())
}

/// What outlives a daemon: its database, the world around it, and the machine it runs on.
pub struct TestHost {
    folder: tempfile::TempDir,
    calendar: Arc<CalendarHandle>,
    /// The runtime of every daemon started here.
    pub runtime: Arc<Runtime>,
    users: u32,
    /// The market of every daemon started here.
    pub market: Arc<HeldMarket>,
    /// Users whose line to the broker is cut.
    pub unreachable: Arc<Mutex<BTreeSet<UserId>>>,
    /// Users whose calls the broker never answers.
    pub silent: Arc<Mutex<BTreeSet<UserId>>>,
    /// What is to go wrong with the next order of a symbol.
    pub mishaps: Mishaps,
    /// Brokers beside paper.
    pub brokers: Brokers,
}

impl TestHost {
    /// With this many users, none of whose services has ever run.
    pub fn new(users: u32) -> Self {
        // Compiled modules are the same for every test, so they share the cache.
        Self::with_cache(users, &Path::new(env!("CARGO_TARGET_TMPDIR")).join("modules"))
    }

    /// The same with compiled modules of its own.
    pub fn with_cache(users: u32, cache: &Path) -> Self {
        let calendar = CalendarHandle::embedded().unwrap();
        let market = SyntheticMarket::new(1, calendar.clone(), day("2023-01-02"), day("2025-03-31")).unwrap();
        let compiler = Compiler::new(env!("CARGO_BIN_EXE_prahari"), &["compile"]);
        let config = RuntimeConfig { concurrent_runs: 8, ..RuntimeConfig::new(cache, compiler) };
        Self {
            folder: tempfile::tempdir().unwrap(),
            calendar,
            runtime: Arc::new(Runtime::new(config).unwrap()),
            users,
            market: Arc::new(HeldMarket::new(Arc::new(market))),
            unreachable: Arc::default(),
            silent: Arc::default(),
            mishaps: Mishaps::default(),
            brokers: Brokers::default(),
        }
    }

    /// On what others left in a folder.
    pub fn over(users: u32, folder: tempfile::TempDir) -> Self {
        Self { folder, ..Self::new(users) }
    }

    /// The same users on another market.
    #[must_use]
    pub fn on(self, market: Arc<dyn MarketData>) -> Self {
        Self { market: Arc::new(HeldMarket::new(market)), ..self }
    }

    /// Has every daemon started here see a market in which everything costs [`outside::PRICE`].
    pub fn make_flat(&mut self) {
        self.market =
            Arc::new(HeldMarket::new(Arc::new(fake_broker::FlatMarket::new(self.calendar.clone()))));
    }

    /// Where the database is.
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("prahari.db")
    }

    /// Starts a daemon on the database, with the clock at `now`.
    pub async fn start(&self, now: Timestamp) -> Arc<Daemon> {
        self.start_with(now, &[]).await
    }

    /// The same with other modules in the places of some tasks.
    pub async fn start_with(&self, now: Timestamp, own: &[(Task, &[u8])]) -> Arc<Daemon> {
        self.start_on(Clock::at(now), own).await
    }

    /// The same on a clock that goes on while work is done, and is moved by hand.
    pub async fn start_manual(&self, now: Timestamp, own: &[(Task, &[u8])]) -> (Arc<Daemon>, ManualClock) {
        let (clock, hand) = Clock::manual(now);
        (self.start_on(clock, own).await, hand)
    }

    /// The same on a clock of one's own.
    pub async fn start_on(&self, clock: Clock, own: &[(Task, &[u8])]) -> Arc<Daemon> {
        let now = clock.now();
        let store = Store::open(self.folder.path().join("prahari.db"), Durability::Off).unwrap();
        create_users(&store, self.users, now).await.unwrap();
        let market: Arc<dyn MarketData> = self.market.clone();
        let broker =
            FakeBroker::open(store.clone(), market.clone(), self.calendar.clone(), self.unreachable.clone());
        let broker =
            Arc::new(broker.await.with_silent(self.silent.clone()).with_mishaps(self.mishaps.clone()));
        let (calendar, jumps) = (self.calendar.clone(), PriceJumps::default());
        let brokers = self.brokers.clone().with(PAPER, Arc::new(FakeBrokerage(broker)));
        let tag_code = TagCode::of_number(7);
        let trading = TradingServices { brokers, market, calendar, store, jumps, tag_code };
        let parts = DaemonDeps {
            clock,
            trading,
            runtime: self.runtime.clone(),
            modules: Arc::new(self.modules(own).await),
            tasks: manifests(),
            schedules: defaults(),
        };
        Daemon::start(parts).await.unwrap()
    }

    /// What a kill at this moment would leave on the disk becomes the database of the daemons that are started from
    /// now on. The one that runs goes on with its own until it is dropped.
    pub fn crash(&mut self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        for name in ["prahari.db", "prahari.db-wal"] {
            let file = self.folder.path().join(name);
            if file.exists() {
                std::fs::copy(file, copy.path().join(name)).unwrap();
            }
        }
        std::mem::replace(&mut self.folder, copy)
    }

    /// Another folder, with what was left in it, is that of the daemons that are started from now on; answers the one before.
    pub fn goes_on_in(&mut self, folder: tempfile::TempDir) -> tempfile::TempDir {
        std::mem::replace(&mut self.folder, folder)
    }

    /// A daemon whose services have run since `from`, stopped at `until`: what is due then was not done any more.
    pub async fn ran(&self, from: Timestamp, until: Timestamp) {
        let daemon = self.start(from).await;
        start_services(&daemon).await;
        run(&daemon, until).await;
        stop(daemon).await;
    }

    async fn modules(&self, own: &[(Task, &[u8])]) -> Modules {
        let component = |(name, bytes): &(&'static str, &'static [u8])| {
            let own = own.iter().find(|(task, _)| task.name() == *name);
            let bytes = own.map_or(Cow::Borrowed(*bytes), |(_, own)| Cow::Owned(own.to_vec()));
            Component { name, bytes, given: own.is_some() }
        };
        let components: Vec<_> = COMPONENTS.iter().map(component).collect();
        Modules::load(&self.runtime, &components).await.unwrap()
    }
}

/// The names of the built-in tasks, in the order in which they run.
pub fn tasks() -> Vec<Task> {
    COMPONENTS.iter().map(|(name, _)| Task::literal(name)).collect()
}

/// What the built-in tasks are.
pub fn manifests() -> Vec<TaskManifest> {
    tasks().into_iter().map(manifest).collect()
}

/// What a built-in task is, as its component exports it.
pub fn manifest(task: Task) -> TaskManifest {
    let file = format!("{}/../plugins/{task}/manifest.json", env!("CARGO_MANIFEST_DIR"));
    TaskManifest::read(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The built-in tasks, in their order.
pub fn task_set() -> TaskSet {
    TaskSet::built_in(manifests())
}

/// The schedules that the built-in tasks begin with.
pub fn defaults() -> Vec<Schedule> {
    manifests().iter().map(|manifest| manifest.default_schedule().unwrap()).collect()
}

/// What a built-in task may do and use while no operator has said anything.
pub fn allowance(task: Task) -> Allowance {
    Allowance::default_of(&manifest(task))
}

/// The built-in component of a task.
pub fn component(task: Task) -> &'static [u8] {
    COMPONENTS.iter().find(|(name, _)| *name == task.name()).unwrap().1
}

/// Turns every user's service on.
pub async fn start_services(daemon: &Arc<Daemon>) {
    for user in daemon.users.all() {
        daemon.services.start_service(user.id).await.unwrap();
    }
}

/// Does everything due before `until`.
pub async fn run(daemon: &Arc<Daemon>, until: Timestamp) {
    daemon.scheduler().run(Some(until)).await.unwrap();
    daemon.store.flush().await.unwrap();
}

/// Ends a daemon and closes its database.
pub async fn stop(daemon: Arc<Daemon>) {
    daemon.store.close().await.unwrap();
}

/// A user's slots of a day.
pub async fn slots(daemon: &Daemon, user: UserId, day: &str) -> Vec<SlotRow> {
    daemon.store.user(user).slots(self::day(day)).await.unwrap()
}

/// The slot of a task, the first of the day.
pub async fn slot(daemon: &Daemon, user: UserId, day: &str, task: Task) -> SlotRow {
    slots(daemon, user, day).await.into_iter().find(|slot| slot.task == task).unwrap()
}

/// What became of a slot, and why.
pub async fn end_of(daemon: &Daemon, user: UserId, day: &str, task: Task) -> (SlotOutcome, String) {
    let slot = slot(daemon, user, day, task).await;
    (slot.outcome.unwrap(), slot.reason)
}

/// A user's runs of a task, oldest first.
pub async fn runs(daemon: &Daemon, user: UserId, task: Task) -> Vec<RunRow> {
    let filter = RunFilter { task: Some(task), limit: 1_000, ..RunFilter::default() };
    let mut runs = daemon.store.user(user).runs(filter).await.unwrap();
    runs.sort_by_key(|run| run.id);
    runs
}
