//! Puts the parts together: which market, which broker, which modules, which folders.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::unistd::{Uid, User, geteuid};
use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::daemon::{Daemon, DaemonDeps};
use prahari_app::desk::TradingServices;
use prahari_app::error::AppError;
use prahari_app::modules::{Component, Modules};
use prahari_app::paper_store::{DatabasePaperStore, PAPER};
use prahari_app::prices::PriceJumps;
use prahari_app::tasks::TaskManifest;
use prahari_brokers::{
    AdjustedMarket, Answers, BhavcopyMarket, Chain, CsvMarket, FolderMarket, MarketData, PaperBroker,
    PaperBrokerage, PaperSettings, Question, SyntheticMarket, YahooMarket,
};
use prahari_domain::calendar::{Calendar, CalendarHandle};
use prahari_domain::orders::TagCode;
use prahari_domain::time::Day;
use prahari_runtime::{Compiler, Runtime, RuntimeConfig, RuntimeError};
use prahari_schedule::Schedule;
use prahari_secrets::random_number;
use prahari_store::Store;

use crate::cli::{Market, MarketLink, OwnModule, UnknownDays};
use crate::components::COMPONENTS;
use crate::exit::Failure;
use crate::given_file;

/// Years of history that a made-up market has before its first day: scans look back five years and need some more.
const SYNTHETIC_YEARS: u32 = 7;

/// The calendar that ships with the program.
pub fn calendar() -> Result<Arc<CalendarHandle>, Failure> {
    CalendarHandle::embedded().map_err(Failure::work)
}

/// The calendar of a database: the newest that an operator brought, or the one that ships. A database that is still
/// to be made will have the latter.
pub async fn calendar_of(
    store: Option<&Store>,
    unknown_days: UnknownDays,
) -> Result<Arc<CalendarHandle>, Failure> {
    match store {
        Some(store) => prahari_app::calendar::open(store, unknown_days.into()).await.map_err(Failure::work),
        None => {
            let shipped = Calendar::embedded().map_err(Failure::work)?;
            Ok(CalendarHandle::new(shipped.with_unknown_days(unknown_days.into())))
        }
    }
}

/// Opens sources of prices that are on this machine, which are asked in this order. A made-up market has prices through
/// `until`.
pub fn market(
    markets: &[MarketLink],
    calendar: &Arc<CalendarHandle>,
    seed: u64,
    from: Day,
    until: Day,
) -> Result<Arc<dyn MarketData>, Failure> {
    market_with(markets, calendar, seed, (from, until), Online::default())
}

/// The sources of prices that are over the net, as far as they are opened.
#[derive(Default)]
pub struct Online {
    /// Yahoo Finance.
    pub yahoo: Option<Arc<YahooMarket>>,
    /// Kotak Neo.
    pub kotak: Option<Arc<dyn MarketData>>,
}

/// Opens sources of prices, of which these may be some that are over the net.
pub fn market_with(
    markets: &[MarketLink],
    calendar: &Arc<CalendarHandle>,
    seed: u64,
    (from, until): (Day, Day),
    online: Online,
) -> Result<Arc<dyn MarketData>, Failure> {
    check_links(markets)?;
    if let (Some(user), None) = (MarketLink::kotak_user(markets), &online.kotak) {
        // Before anything is read.
        return Err(only_served(user));
    }
    let mut opened = Vec::new();
    for MarketLink { market, answers } in markets {
        let source = match (market, &online) {
            (Market::Yahoo, Online { yahoo: Some(yahoo), .. }) => Arc::clone(yahoo) as Arc<dyn MarketData>,
            (Market::Kotak(_), Online { kotak: Some(kotak), .. }) => Arc::clone(kotak),
            _ => source(market, calendar, seed, from, until)?,
        };
        opened.push((source, *answers));
    }
    match (opened.pop(), opened.is_empty()) {
        // It answers everything, or it would have been refused.
        (Some((only, _)), true) => Ok(only),
        (last, _) => {
            opened.extend(last);
            Ok(Arc::new(Chain::of(opened, calendar.clone())))
        }
    }
}

/// Refuses sources that cannot stand together, and such as leave a question that nobody may answer.
pub fn check_links(markets: &[MarketLink]) -> Result<(), Failure> {
    if markets.len() > 1 && MarketLink::any(markets, &Market::Synthetic) {
        return Err(Failure::input(
            "--market synthetic stands alone: made-up prices are not mixed with those of other sources",
        ));
    }
    check_kotak(markets)?;
    let missing = Answers::missing(markets.iter().map(|link| link.answers));
    if missing.is_empty() {
        return Ok(());
    }
    let missing: Vec<&str> = missing.into_iter().map(Question::name).collect();
    let (missing, named) = (missing.join(" and "), MarketLink::listed(markets));
    Err(Failure::input(format!(
        "--market {named}: no source may answer {missing}; name it before the = of one, or add a source without ="
    )))
}

/// Refuses Kotak Neo where it is asked for what it does not have, or is named twice.
fn check_kotak(markets: &[MarketLink]) -> Result<(), Failure> {
    let named: Vec<&MarketLink> =
        markets.iter().filter(|link| matches!(link.market, Market::Kotak(_))).collect();
    let refuse = |why: String| Err(Failure::input(format!("--market {why}")));
    match named.as_slice() {
        [] => Ok(()),
        [link] if link.answers.may(Question::Bars) || link.answers.may(Question::Actions) => {
            let market = &link.market;
            refuse(format!(
                "{link}: Kotak Neo has no bars of closed days and no corporate actions; write quotes,instruments={market}, and name another source for these"
            ))
        }
        [_] => Ok(()),
        _ => {
            let named = MarketLink::listed(markets);
            refuse(format!("{named}: kotak is named twice; prices are had with the session of one user"))
        }
    }
}

/// Kotak Neo elsewhere than where users have sessions.
fn only_served(user: &str) -> Failure {
    Failure::input(format!(
        "--market kotak:{user} is for serve: it has prices of the running day only, with the session of a user"
    ))
}

/// Opens one source of prices.
fn source(
    which: &Market,
    calendar: &Arc<CalendarHandle>,
    seed: u64,
    from: Day,
    until: Day,
) -> Result<Arc<dyn MarketData>, Failure> {
    match which {
        Market::Csv(_) | Market::RawCsv(_) | Market::Bhavcopy(_) => {
            let market = folder(which, calendar, seed)?;
            // Daily files of the exchange are as traded; a folder of bars is what its owner says that it is.
            Ok(match which {
                Market::Bhavcopy(_) | Market::RawCsv(_) => Arc::new(AdjustedMarket::new(Arc::new(market))),
                _ => Arc::new(market),
            })
        }
        Market::Synthetic => {
            let market = SyntheticMarket::new(seed, calendar.clone(), years_before(from), until);
            Ok(Arc::new(market.map_err(Failure::input)?))
        }
        Market::Yahoo => Err(Failure::input("--market yahoo is for serve and simulate")),
        Market::Kotak(user) => Err(only_served(user)),
    }
}

/// Opens a source that is made of the files of a folder.
pub fn folder(market: &Market, calendar: &Arc<CalendarHandle>, seed: u64) -> Result<FolderMarket, Failure> {
    // Real time also where a simulation has another one: nobody has bars of days that have not come.
    let (sessions, time) = (calendar.clone(), Arc::new(Clock::System));
    match market {
        Market::Csv(dir) => CsvMarket::open_in_time(dir, false, seed, sessions, time).map_err(Failure::input),
        Market::RawCsv(dir) => {
            CsvMarket::open_in_time(dir, true, seed, sessions, time).map_err(Failure::input)
        }
        Market::Bhavcopy(dir) => {
            BhavcopyMarket::open_in_time(dir, seed, sessions, time).map_err(Failure::input)
        }
        Market::Synthetic | Market::Yahoo | Market::Kotak(_) => {
            Err(Failure::input(format!("{market} has no files: name csv:DIR, csv-raw:DIR or bhavcopy:DIR")))
        }
    }
}

/// Returns the day on which the history of a made-up market begins that is used from a day on.
fn years_before(from: Day) -> Day {
    // By months: the 29th of February has no namesake in most years.
    from.checked_sub_months(chrono::Months::new(12 * SYNTHETIC_YEARS)).unwrap_or(from)
}

/// Builds the runtime of modules; this very program compiles them, in a process of its own.
pub fn runtime() -> Result<Arc<Runtime>, Failure> {
    let program = std::env::current_exe().map_err(Failure::work)?;
    let config = RuntimeConfig::new(cache_folder()?, Compiler::new(program, &["compile"]));
    Runtime::new(config).map(Arc::new).map_err(|error| match error {
        // A folder or a file of this user, which the sentence names.
        RuntimeError::Cache(error) => Failure::input(error),
        error => Failure::work(error),
    })
}

/// The runtime and the built-in modules, with the user's own in their places.
pub async fn modules(own: &[OwnModule]) -> Result<(Arc<Runtime>, Modules), Failure> {
    let mut replaced = Vec::new();
    for module in own {
        replaced.push((module, given_file::read_component("module", &module.file)?));
    }
    let mut components = Vec::new();
    for (module, bytes) in replaced.iter().filter(|(module, _)| !is_shipped(module)) {
        // A task of its own, of a simulation.
        components.push(Component {
            name: module.task.name(),
            bytes: Cow::Owned(bytes.clone()),
            given: true,
        });
    }
    for (name, bytes) in COMPONENTS {
        let own = replaced.iter().find(|(module, _)| module.task.name() == *name);
        components.push(match own {
            Some((_, bytes)) => Component { name, bytes: Cow::Owned(bytes.clone()), given: true },
            None => Component { name, bytes: Cow::Borrowed(*bytes), given: false },
        });
    }
    let runtime = runtime()?;
    // A built-in module that does not load is our fault, one that the user named is theirs.
    let fault = |error: AppError| if own.is_empty() { Failure::work(error) } else { Failure::input(error) };
    let modules = Modules::load(&runtime, &components).await.map_err(fault)?;
    Ok((runtime, modules))
}

/// Refuses a component for a task that does not come with the program: a daemon takes up a task by what an admin accepts, and
/// keeps it, while what is named on the command line is for one process.
pub fn check_shipped(own: &[OwnModule]) -> Result<(), Failure> {
    let Some(OwnModule { task, file }) = own.iter().find(|module| !is_shipped(module)) else { return Ok(()) };
    let file = file.display();
    Err(Failure::input(format!(
        "--module {task}={file}: no task {task} comes with the program; add it to the running daemon with `prahari task add {file}`"
    )))
}

fn is_shipped(module: &OwnModule) -> bool {
    COMPONENTS.iter().any(|(name, _)| *name == module.task.name())
}

/// What a daemon draws from: the seed of its paper broker, and the code in the tags of its orders.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    seed: u64,
    tag_code: TagCode,
}

impl Draws {
    /// A daemon that may share accounts at brokers with others, such as one on a copy of its database. The code is new
    /// at each start.
    pub fn served(seed: u64) -> Result<Self, Failure> {
        let number = random_number().map_err(Failure::work)?;
        Ok(Self { seed, tag_code: TagCode::of_number(number) })
    }

    /// A simulation, which is the same each time.
    pub const fn simulated(seed: u64) -> Self {
        Self { seed, tag_code: TagCode::of_number(seed) }
    }
}

/// What the daemon asks of the outside.
#[derive(Clone)]
pub struct Outside {
    /// Prices.
    pub market: Arc<dyn MarketData>,
    /// Brokers beside paper.
    pub brokers: Brokers,
}

impl From<Arc<dyn MarketData>> for Outside {
    /// No broker but paper.
    fn from(market: Arc<dyn MarketData>) -> Self {
        Self { market, brokers: Brokers::default() }
    }
}

/// Builds the daemon of a database with the tasks that come with the program.
pub async fn daemon(
    clock: Clock,
    store: Store,
    outside: impl Into<Outside>,
    calendar: Arc<CalendarHandle>,
    draws: Draws,
    parts: (Arc<Runtime>, Arc<Modules>),
) -> Result<Arc<Daemon>, Failure> {
    let tasks = built_in_tasks(&parts.0, &parts.1).await?;
    daemon_of(clock, store, outside, calendar, draws, parts, tasks).await
}

/// Builds the daemon of a database with these tasks.
pub async fn daemon_of(
    clock: Clock,
    store: Store,
    outside: impl Into<Outside>,
    calendar: Arc<CalendarHandle>,
    draws: Draws,
    (runtime, modules): (Arc<Runtime>, Arc<Modules>),
    tasks: Vec<TaskManifest>,
) -> Result<Arc<Daemon>, Failure> {
    let Outside { market, brokers } = outside.into();
    let settings = PaperSettings { seed: draws.seed, ..PaperSettings::default() };
    let books = Arc::new(DatabasePaperStore::new(store.clone()));
    let broker =
        PaperBroker::new(settings, market.clone(), calendar.clone(), books).map_err(Failure::work)?;
    let schedules = default_schedules(&tasks)?;
    let brokers = brokers.with(PAPER, Arc::new(PaperBrokerage::new(Arc::new(broker))));
    let (jumps, tag_code) = (PriceJumps::default(), draws.tag_code);
    let trading = TradingServices { brokers, market, calendar, store, jumps, tag_code };
    Daemon::start(DaemonDeps { clock, trading, runtime, modules, tasks, schedules })
        .await
        .map_err(Failure::work)
}

/// Returns what the tasks are that come with the program: as the modules say that it starts with, and of one that
/// was given and says nothing, as the built-in one in whose place it stands.
pub async fn built_in_tasks(runtime: &Arc<Runtime>, modules: &Modules) -> Result<Vec<TaskManifest>, Failure> {
    let mut tasks = modules.manifests().map_err(Failure::input)?;
    for task in modules.tasks() {
        if tasks.iter().all(|manifest| manifest.name != task) {
            let shipped = COMPONENTS.iter().find(|(name, _)| *name == task.name());
            let (_, bytes) = shipped.ok_or_else(|| {
                Failure::input(format!("the module of {task} exports no manifest, and no task of that name comes with the program"))
            })?;
            let module = runtime.load(bytes).await.map_err(Failure::work)?;
            let manifest = module.manifest().map(TaskManifest::read).transpose().map_err(Failure::work)?;
            tasks.extend(manifest);
        }
    }
    tasks.sort_by_key(|manifest| (manifest.rank, manifest.name));
    Ok(tasks)
}

/// The schedules that these tasks begin with.
pub fn default_schedules(tasks: &[TaskManifest]) -> Result<Vec<Schedule>, Failure> {
    tasks.iter().map(|task| task.default_schedule().map_err(Failure::work)).collect()
}

/// Returns where compiled modules are kept between starts: in the cache folder that the environment names, else in
/// that of the user's home. Never in a folder that everybody can write into, where somebody else may have been
/// first.
fn cache_folder() -> Result<PathBuf, Failure> {
    let given = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || given("HOME").or_else(|| home_of(geteuid()));
    let cache = given("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    cache.map(|cache| cache.join("prahari")).ok_or_else(|| {
        Failure::input(
            "there is no place for compiled modules: this user has no home; name a folder of theirs in XDG_CACHE_HOME",
        )
    })
}

/// The home that the system knows of a user, where it is one: those of system users often are not there.
fn home_of(user: Uid) -> Option<PathBuf> {
    User::from_uid(user).ok().flatten().map(|user| user.dir).filter(|home| home.is_dir())
}

/// A database that is open, with its path.
pub struct Database {
    /// The opened store.
    pub store: Store,
    /// Path of the database.
    pub path: PathBuf,
    /// Folder of a temporary database; it is removed with it.
    _folder: Option<tempfile::TempDir>,
}

/// A database to keep, or one in a temporary folder that goes with it.
pub fn database(kept: Option<&Path>, temporary: prahari_store::Durability) -> Result<Database, Failure> {
    let (path, durability, folder) = match kept {
        Some(path) => (path.to_owned(), prahari_store::Durability::Full, None),
        None => {
            let folder = tempfile::tempdir().map_err(Failure::work)?;
            (folder.path().join("prahari.db"), temporary, Some(folder))
        }
    };
    let store = Store::open(&path, durability).map_err(Failure::input)?;
    Ok(Database { store, path, _folder: folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_no_source_may_answer_is_refused_by_name() {
        let links =
            |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<MarketLink>>();
        let refused = |names: &[&str]| match check_links(&links(names)) {
            Err(Failure::Input(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert!(check_links(&links(&["bars,instruments=csv:a", "quotes=yahoo"])).is_ok());
        let said = refused(&["bars=csv:a", "quotes=yahoo"]);
        assert!(
            said.contains("--market bars=csv:a,quotes=yahoo: no source may answer instruments;"),
            "{said}"
        );
        assert!(refused(&["quotes=yahoo"]).contains("no source may answer bars and instruments;"));
        assert!(refused(&["synthetic", "yahoo"]).contains("stands alone"));
    }

    #[test]
    fn kotak_neo_is_asked_for_prices_and_shares_of_the_day_and_for_nothing_else() {
        let links =
            |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<MarketLink>>();
        let refused = |names: &[&str]| match check_links(&links(names)) {
            Err(Failure::Input(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert!(check_links(&links(&["bars=csv:a", "quotes,instruments=kotak:asha"])).is_ok());
        for named in ["kotak:asha", "bars,quotes=kotak:asha", "quotes,actions=kotak:asha"] {
            let said = refused(&["csv:a", named]);
            assert!(said.starts_with(&format!("--market {named}: Kotak Neo has no bars")), "{said}");
        }
        let twice = refused(&["csv:a", "quotes=kotak:asha", "instruments=kotak:ravi"]);
        assert!(twice.contains("kotak is named twice"), "{twice}");
        assert!(refused(&["quotes,instruments=kotak:asha"]).contains("no source may answer bars;"));
        let links = links(&["csv:a", "quotes=kotak:asha"]);
        assert_eq!(MarketLink::kotak_user(&links), Some("asha"));
        let day = "2025-03-10".parse().unwrap();
        let opened = source(&links[1].market, &calendar().unwrap(), 1, day, day);
        match opened {
            Err(Failure::Input(reason)) => {
                assert!(reason.starts_with("--market kotak:asha is for serve"), "{reason}")
            }
            _ => panic!("it was opened"),
        }
    }

    #[test]
    fn each_start_that_serves_has_a_code_of_its_own_and_a_simulation_that_of_its_seed() {
        let code = || Draws::served(1).unwrap().tag_code;
        assert_ne!(code(), code());
        assert_eq!(Draws::simulated(1).tag_code, Draws::simulated(1).tag_code);
        assert_ne!(Draws::simulated(1).tag_code, Draws::simulated(2).tag_code);
    }

    #[test]
    fn a_history_is_seven_years_long_also_from_a_day_that_few_years_have() {
        let before = |day: &str| years_before(day.parse().unwrap()).to_string();
        assert_eq!(before("2028-02-29"), "2021-02-28");
        assert_eq!(before("2025-03-10"), "2018-03-10");
    }
}
