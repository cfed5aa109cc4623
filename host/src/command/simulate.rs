//! `prahari simulate`: the whole daemon over past days.

mod orders;
mod print;

use std::fs::File;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use prahari_app::bar_cache::DatabaseBarCache;
use prahari_app::clock::Clock;
use prahari_app::error::AppError;
use prahari_app::modules::Modules;
use prahari_app::prices::log_bars;
use prahari_app::simulation::{Report, Simulation};
use prahari_brokers::{BarCache, MarketData, MemoryBarCache};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::text::lines;
use prahari_domain::time::Day;
use prahari_runtime::Runtime;
use prahari_store::{Durability, Store};

use crate::cli::{Market, MarketLink, Simulate, UnknownDays};
use crate::exit::{Failure, warn};
use crate::fetched;
use crate::wiring::{self, Draws, Online};

/// Simulates and prints the report.
pub async fn simulate(options: Simulate) -> Result<(), Failure> {
    let mut simulation = Simulation {
        market: MarketLink::listed(&options.markets),
        from: options.from,
        to: options.to,
        users: options.users,
        seed: options.seed,
        bars: None,
        unknown_days_closed: options.unknown_days == UnknownDays::Closed,
    };
    fetched::check(&options.markets, &options.yahoo)?;
    // A new database is as good as a file: it cannot be made where nothing can be written.
    let new = options.db.iter().filter(|db| !db.exists());
    for path in options.json.iter().chain(&options.orders).chain(new) {
        check_writable(path)?;
    }
    if options.json.is_some() && options.json == options.orders {
        return Err(Failure::input("--json and --orders name the same file"));
    }
    // A new database is made when everything that it is for is known to be usable.
    let kept = match &options.db {
        Some(db) if db.exists() => Some(wiring::database(Some(db), Durability::Off)?),
        _ => None,
    };
    let calendar = wiring::calendar_of(kept.as_ref().map(|kept| &kept.store), options.unknown_days).await?;
    simulation.check(&calendar.current()).map_err(Failure::input)?;
    let days = (options.from, options.to);
    let is_fetched = MarketLink::any(&options.markets, &Market::Yahoo);
    if options.yahoo_cache.is_some() && !is_fetched {
        warn("--yahoo-cache has no effect without --market yahoo");
    }
    let cache = options.yahoo_cache.as_deref().filter(|_| is_fetched);
    let cache = cache.map(|path| wiring::database(Some(path), Durability::Off)).transpose()?;
    let kept_bars: Arc<dyn BarCache> = match &cache {
        Some(cache) => Arc::new(DatabaseBarCache::new(cache.store.clone())),
        None => Arc::new(MemoryBarCache::default()),
    };
    let yahoo = fetched::open(&options.markets, &options.yahoo, &calendar, options.seed, kept_bars)?;
    let online = Online { yahoo: yahoo.clone(), kotak: None };
    let market = wiring::market_with(&options.markets, &calendar, options.seed, days, online)?;
    if let Some(yahoo) = &yahoo {
        let filled = fetched::fill_and_freeze(yahoo, &market, days).await;
        if let (Err(_), Some(cache)) = (&filled, &cache) {
            // What could be fetched is there at the next try.
            cache.store.close().await.map_err(Failure::work)?;
        }
        filled?;
    }
    simulation.bars = market.report().map(|report| report.digest);
    let modules = wiring::modules(&options.modules).await?;
    // A temporary database is thrown away, so nothing is gained by waiting for the disk.
    let new = || wiring::database(options.db.as_deref(), Durability::Off);
    let database = kept.map_or_else(new, Ok)?;
    let store = database.store.clone();
    let done = run(&options, &simulation, store.clone(), market, calendar, modules).await;
    // Also after a failure: what was written before it is to be found on the disk.
    let closed = store.close().await.map_err(Failure::work);
    if let Some(cache) = cache {
        cache.store.close().await.map_err(Failure::work)?;
    }
    let report = done?;
    closed?;
    print::report(&report);
    if let Some(path) = &options.json {
        write_json(path, &report)?;
    }
    if report.is_sound() {
        Ok(())
    } else {
        Err(Failure::work("the slots or the books do not add up: see the report"))
    }
}

async fn run(
    options: &Simulate,
    simulation: &Simulation,
    store: Store,
    market: Arc<dyn MarketData>,
    calendar: Arc<CalendarHandle>,
    modules: (Arc<Runtime>, Modules),
) -> Result<Report, Failure> {
    let start = simulation.prepare(&store, options.resume).await.map_err(fault)?;
    let daemon = wiring::daemon(
        Clock::at(start),
        store,
        market,
        calendar,
        Draws::simulated(options.seed),
        (modules.0, Arc::new(modules.1)),
    )
    .await?;
    daemon.trading.market.report().iter().for_each(log_bars);
    let bar = progress_bar(options.from, options.to);
    daemon.cursor.observe(observer(bar.clone(), options.from));
    let report = simulation.run(&daemon).await.map_err(fault);
    bar.finish_and_clear();
    if let Some(path) = options.orders.as_deref().filter(|_| report.is_ok()) {
        let users = daemon.users.all().iter().map(|user| user.id).collect();
        write_file(path, &orders::list(&daemon.store, users).await.map_err(Failure::work)?)?;
    }
    report
}

/// Days and databases that cannot be used are the user's to mend, anything else is ours.
fn fault(error: AppError) -> Failure {
    match error {
        AppError::Range { .. } | AppError::Resume(_) => Failure::input(error),
        other => Failure::work(other),
    }
}

fn progress_bar(from: Day, to: Day) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let days = to.signed_duration_since(from).num_days().unsigned_abs() + 1;
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} days, {eta} left");
    ProgressBar::new(days).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn observer(bar: ProgressBar, from: Day) -> impl Fn(prahari_domain::time::Timestamp) + Send + Sync {
    move |instant| {
        let day = instant.ist_day();
        let done = day.signed_duration_since(from).num_days().unsigned_abs();
        if done != bar.position() {
            bar.set_message(day.to_string());
            bar.set_position(done);
        }
    }
}

/// A file that cannot be written is better known before a long simulation than after it.
fn check_writable(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What is written takes the place of a file that is there, and must not that of anything else.
    let replaceable = std::fs::metadata(path).map_or(true, |there| there.is_file());
    if !folder.is_dir() {
        let path = path.display();
        return Err(Failure::input(format!("nothing can be written to {path}: there is no such folder")));
    }
    if !replaceable {
        return Err(Failure::input(format!("{} is not a file that can be written anew", path.display())));
    }
    // Rights are not all that may be in the way: only a file that is made shows that one can be.
    let beside = part_of(path);
    let there = beside.symlink_metadata().is_ok();
    File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&beside)
        .map_err(|error| Failure::input(format!("nothing can be written to {}: {error}", path.display())))?;
    if !there {
        std::fs::remove_file(&beside).map_err(Failure::work)?;
    }
    Ok(())
}

/// The file beside another one in which that is written until it is whole.
fn part_of(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    beside.into()
}

fn write_json(path: &Path, report: &Report) -> Result<(), Failure> {
    write_file(path, &lines(&serde_json::to_string_pretty(report).map_err(Failure::work)?))
}

/// Writes beside the file and renames, so that a reader never sees half of it.
fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = part_of(path);
    std::fs::write(&beside, text.as_bytes())
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| Failure::work(format!("cannot write {}: {error}", path.display())))
}
