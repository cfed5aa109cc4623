//! The demonstration: made-up users with a known password and some weeks behind them. It says so wherever one looks.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::daemon::Daemon;
use prahari_app::simulation::new_users;
use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Passwords, Secret};
use prahari_store::Store;
use serde::{Deserialize, Serialize};

use crate::cli::Serve;
use crate::exit::{Failure, say};

/// The password of every made-up user. Everybody may know it, which is why a demonstration is reachable from its own
/// machine only.
pub const PASSWORD: &str = "prahari-demo";

/// Marks the database of a demonstration, so that it is never served as a real one.
const MARK: &str = "demonstration";

/// Where the days stand that a demonstration simulates before it is shown.
const HISTORY: &str = "demonstration_history";

/// Stored under the key once the days have passed.
const LIVED: &str = "lived through";

/// The days that a demonstration simulates before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Time at which the demonstration's users are created.
    pub begins: Timestamp,
    /// Time at which somebody is to see it.
    pub ends: Timestamp,
}

/// Refuses to show known passwords to a network.
pub fn check_address(listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::input(format!(
        "a demonstration has users with a known password, so it listens on a loopback address only, not on {listen}"
    )))
}

/// Refuses to serve a demonstration as a real installation, or the other way round.
pub async fn check_database(store: &Store, demo: bool) -> Result<(), Failure> {
    let system = store.system();
    let marked = system.meta(MARK).await.map_err(Failure::work)?.is_some();
    let used = !system.users().await.map_err(Failure::work)?.is_empty();
    match (demo, marked, used) {
        (false, true, _) => Err(Failure::input(
            "the database holds a demonstration with known passwords: serve it with --demo",
        )),
        (true, false, true) => {
            Err(Failure::input("the database has users already: a demonstration needs a database of its own"))
        }
        (true, true, _) | (_, false, _) => Ok(()),
    }
}

/// The history of which a start that was ended too early may have left a part.
pub async fn unfinished_history(store: &Store) -> Result<Option<History>, Failure> {
    match store.system().meta(HISTORY).await.map_err(Failure::work)?.as_deref() {
        None | Some(LIVED) => Ok(None),
        Some(history) => serde_json::from_str(history).map(Some).map_err(Failure::work),
    }
}

/// Makes the users with their password, as of the day on which their history begins. Either all of it is there
/// afterwards, with the mark of a demonstration and the history to be lived through, or nothing.
pub async fn populate(
    options: &Serve,
    store: &Store,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<History, Failure> {
    let covered = Timestamp::from_ist(calendar.covers().0, NaiveTime::MIN);
    let begins = now.plus_minutes(-i64::from(options.history) * 24 * 60).max(covered);
    let history = History { begins, ends: now };
    let users = new_users(options.users, begins).map_err(Failure::work)?;
    // One hash for all: it is no secret that they have the same password.
    let passwords = Passwords::new(Cost::Standard).map_err(Failure::work)?;
    let hash = passwords.hash(&Secret::new(PASSWORD.to_owned())).map_err(Failure::work)?;
    let facts = vec![
        (MARK, "its users have a known password".to_owned()),
        (HISTORY, serde_json::to_string(&history).map_err(Failure::work)?),
    ];
    store.system().create_users_with_password(users, hash, facts).await.map_err(Failure::work)?;
    Ok(history)
}

/// Turns every service on and lets the days until `now` pass at once. What an earlier start has lived through
/// already is not done again.
pub async fn live_through(daemon: &Arc<Daemon>, now: Timestamp) -> Result<(), Failure> {
    for user in daemon.users.all().into_iter().filter(|user| !user.services.is_running()) {
        daemon.services.start_service(user.id).await.map_err(Failure::work)?;
    }
    if daemon.clock.now() < now {
        say!("Simulating the days before {}, so that there is something to see.", now.ist_day());
        daemon.scheduler().run(Some(now)).await.map_err(Failure::work)?;
    }
    daemon.store.system().set_meta(HISTORY, LIVED.to_owned()).await.map_err(Failure::work)?;
    daemon.store.flush().await.map_err(Failure::work)
}

/// Prints that this is a demonstration and how to log in.
pub fn announce() {
    say!(
        "*** DEMONSTRATION: made-up users, made-up money, a password that everybody knows. Never use it for anything else. ***"
    );
    say!("Sign in as admin, user2, ... with the password: {PASSWORD}");
}
