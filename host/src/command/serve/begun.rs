//! What a database was begun with and cannot be changed later: the seed of market and broker, the day of a virtual
//! clock, and users and history of a demonstration.

use std::fmt::Display;

use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::simulation::Simulation;
use prahari_domain::numbers::counted;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::{clock, demo};
use crate::cli::Serve;
use crate::exit::Failure;

/// Key under which the options that the database was begun with are stored.
const KEY: &str = "served_with";

/// Where the instant stands at which a clock that is not the system's was when the daemon stopped.
const STOPPED_AT: &str = "clock_stopped_at";

/// The seed when none is named.
const USUAL_SEED: u64 = 1;

/// Options that a database was begun with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The seed of the made-up market and of the paper broker: with another one prices would jump under what is held.
    pub seed: u64,
    /// The day on which a virtual clock started; none on the real one.
    from: Option<Day>,
    /// The number of users of a demonstration, and of the days that it simulated first; none of anything else and of a
    /// database of an earlier release.
    #[serde(default)]
    users: Option<u32>,
    #[serde(default)]
    history: Option<u32>,
}

impl Begun {
    /// Returns what the options mean for a database, which may have been begun by an earlier start. What was begun
    /// with something else is refused rather than ignored; the same options again go on.
    ///
    /// # Errors
    /// When an option contradicts what the database was begun with, or it cannot be read.
    pub async fn with(options: &Serve, store: &Store) -> Result<Self, Failure> {
        let system = store.system();
        let new = Self {
            seed: options.seed.unwrap_or(USUAL_SEED),
            from: options.from,
            users: options.demo.then(|| demo::users(options)),
            history: options.demo.then(|| demo::history_days(options)),
        };
        // Until there are users nothing rests on it.
        if system.users().await.map_err(Failure::work)?.is_empty() {
            return Ok(new);
        }
        let kept = match system.meta(KEY).await.map_err(Failure::work)? {
            Some(text) => serde_json::from_str(&text).map_err(Failure::work)?,
            None => match Simulation::of(store).await.map_err(Failure::work)? {
                Some(Simulation { seed, from, .. }) => {
                    Self { seed, from: Some(from), users: None, history: None }
                }
                None => return Ok(of_earlier_release(new, system.cursor().await.map_err(Failure::work)?)),
            },
        };
        kept.refuse_others(options)?;
        Ok(kept)
    }

    /// Refuses options that say something else.
    fn refuse_others(self, options: &Serve) -> Result<(), Failure> {
        let Self { seed, from, users, history } = self;
        refuse_other("--seed", options.seed, Some(seed), |seed| format!("with seed {seed}"))?;
        refuse_other("--users", options.users, users, |users| {
            format!("with {}", counted(users, "user", "users"))
        })?;
        refuse_other("--history", options.history, history, |days| {
            format!("with {} of history", counted(days, "day", "days"))
        })?;
        let goes_on = |from: Day| format!("on {from} and goes on where it stopped");
        refuse_other("--from", options.from, from, goes_on)?;
        match (options.from, from) {
            (Some(given), None) => Err(contradiction("--from", given, "on the real clock and goes on by it")),
            _ => Ok(()),
        }
    }

    /// Keeps it for later starts, with the day on which the clock starts; what an earlier start kept stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(self, store: &Store, starts: Option<Day>) -> Result<(), Failure> {
        let kept = Self { from: self.from.or(starts), ..self };
        let text = serde_json::to_string(&kept).map_err(Failure::work)?;
        store.system().set_meta(KEY, text).await.map_err(Failure::work)
    }
}

/// Refuses an option that is given otherwise than the database was begun.
fn refuse_other<T: Display + PartialEq>(
    option: &str,
    given: Option<T>,
    begun: Option<T>,
    how: impl Fn(T) -> String,
) -> Result<(), Failure> {
    match (given, begun) {
        (Some(given), Some(begun)) if given != begun => Err(contradiction(option, given, &how(begun))),
        _ => Ok(()),
    }
}

fn contradiction(option: &str, given: impl Display, how: &str) -> Failure {
    Failure::input(format!(
        "{option} {given}: the database was begun {how}; leave it out to go on, or name another database to begin anew"
    ))
}

/// Keeps how far a clock has come that is not the system's: between two instants of the schedule nothing else says it.
///
/// # Errors
/// When it cannot be written.
pub async fn keep_clock(daemon: &Daemon) -> Result<(), StoreError> {
    if !matches!(daemon.clock, Clock::Scaled(_)) {
        return Ok(());
    }
    let now = daemon.clock.now().0.to_string();
    daemon.store.system().set_meta(STOPPED_AT, now).await
}

/// Where a clock that is not the system's goes on: where the last process stopped, or, when it was killed, at the latest instant that
/// the database knows of, so that nothing happens before what has happened. None for the system's, and where none has run.
///
/// # Errors
/// When the database cannot be read.
pub async fn reached(
    options: &Serve,
    store: &Store,
    cursor: Option<Timestamp>,
) -> Result<Option<Timestamp>, Failure> {
    let (Some(cursor), Some(_)) = (cursor, clock::speed(options)) else { return Ok(None) };
    let system = store.system();
    let stopped = system.meta(STOPPED_AT).await.map_err(Failure::work)?;
    let stopped = stopped.and_then(|text| text.parse().ok()).map(Timestamp);
    // Between two instants of the schedule people and brokers have acted.
    let latest = system.latest_instant().await.map_err(Failure::work)?;
    Ok(Some(cursor).max(stopped).max(latest))
}

/// A database of an earlier release does not say what it was begun with.
fn of_earlier_release(new: Begun, cursor: Option<Timestamp>) -> Begun {
    if let (Some(from), Some(reached)) = (new.from, cursor) {
        tracing::warn!("--from {from} has no effect: the database goes on at {reached}, where it stopped");
    }
    Begun { from: cursor.map(Timestamp::ist_day).or(new.from), ..new }
}
