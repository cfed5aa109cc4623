//! `prahari market fetch`: bars of closed days into a database, before anybody asks for them; and what was restated of those
//! that are there.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use prahari_app::bar_cache::{DatabaseBarCache, Restatement, restatements};
use prahari_app::clock::Clock;
use prahari_brokers::{MarketData, Warmed};

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;
use prahari_store::{Durability, Store};

use super::SEED;
use crate::cli::{Market, MarketFetch, UnknownDays};
use crate::exit::{Failure, say};
use crate::fetched;
use crate::wiring;

/// Exit code when something could not be fetched.
const INCOMPLETE: u8 = 1;

/// The sources of which versions of bars are kept.
const SOURCES: [&str; 4] = ["bhavcopy", "csv", "csv-raw", "yahoo"];

/// Fetches what is missing, and says what failed.
pub(super) async fn fetch(options: MarketFetch) -> Result<ExitCode, Failure> {
    let days = days(&options, Clock::System.now().ist_day())?;
    // Before the database is made.
    fetched::check(&[Market::Yahoo.into()], &options.yahoo)?;
    let database = wiring::database(Some(&options.db), Durability::Full)?;
    let fetched = fetch_into(&database.store, &options, days).await;
    let closed = database.store.close().await.map_err(Failure::work);
    let warmed = fetched?;
    closed?;
    warmed.unsaid().iter().for_each(|line| say!("{line}"));
    Ok(if warmed.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// The first and last day that are wanted.
fn days(options: &MarketFetch, today: Day) -> Result<(Day, Day), Failure> {
    for (name, day) in [("--from", options.from), ("--until", options.until)] {
        if let Some(day) = day.filter(|day| *day > today) {
            return Err(Failure::input(format!("{name} {day} has not come: today is {today}, in IST")));
        }
    }
    let until = options.until.unwrap_or(today);
    let from = options.from.unwrap_or(until);
    if from > until {
        return Err(Failure::input(format!("--from {from} is after --until {until}")));
    }
    Ok((from, until))
}

async fn fetch_into(store: &Store, options: &MarketFetch, days: (Day, Day)) -> Result<Warmed, Failure> {
    let calendar = wiring::calendar_of(Some(store), UnknownDays::default()).await?;
    let cache = Arc::new(DatabaseBarCache::new(store.clone()));
    let yahoo = fetched::open(&[Market::Yahoo.into()], &options.yahoo, &calendar, SEED, cache)?;
    let Some(yahoo) = yahoo else { return Ok(Warmed::default()) };
    let universe = yahoo.universe().await.map_err(Failure::work)?;
    let symbols = if options.symbols.is_empty() { universe.to_vec() } else { options.symbols.clone() };
    Ok(fetched::fill(&*yahoo, &symbols, days).await)
}

/// Prints each bar that came otherwise than it was known.
pub(super) async fn restated(db: &Path, symbol: &Symbol) -> Result<(), Failure> {
    if !db.exists() {
        return Err(Failure::input(format!("there is no database {}", db.display())));
    }
    let database = wiring::database(Some(db), Durability::Full)?;
    let found = all_restatements(&database.store, symbol).await;
    let closed = database.store.close().await.map_err(Failure::work);
    let found = found?;
    closed?;
    if found.is_empty() {
        say!("nothing of {symbol} was restated");
    }
    for (source, restatement) in &found {
        let (year, version, at) = (restatement.year, restatement.version, restatement.stored_at);
        say!("{source}: {year}, version {version}, read at {at} IST:");
        restatement.changes.iter().for_each(|change| say!("  {change}"));
    }
    Ok(())
}

async fn all_restatements(
    store: &Store,
    symbol: &Symbol,
) -> Result<Vec<(&'static str, Restatement)>, Failure> {
    let mut found = Vec::new();
    for source in SOURCES {
        let of = restatements(store, source, symbol).await.map_err(Failure::work)?;
        found.extend(of.into_iter().map(|restatement| (source, restatement)));
    }
    Ok(found)
}
