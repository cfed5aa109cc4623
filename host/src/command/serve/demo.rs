//! The demonstration: made-up users with a known password and some weeks behind them. It says so wherever one looks.

use std::net::SocketAddr;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::simulation::new_users;
use prahari_domain::calendar::Calendar;
use prahari_domain::money::Paise;
use prahari_domain::risk::RiskLimits;
use prahari_domain::settings::Strategy;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Passwords, Secret};
use prahari_store::{HaltCode, NewUser, Store};
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

/// Stored under [`HISTORY`] once the days have passed.
const LIVED: &str = "lived through";

/// The user with little money and tight limits.
const SMALL: &str = "user2";

/// The user whose positions are so small that charges eat what they gain.
const LOSING: &str = "user3";

/// The user with an individual service.
const SINGLE: &str = "user4";

/// The user who is halted.
const HALTED: &str = "user5";

/// The days that a demonstration simulates before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Time at which the demonstration's users are created.
    pub begins: Timestamp,
    /// Time up to which the days are simulated.
    pub ends: Timestamp,
}

/// How many users a new demonstration gets.
pub fn users(options: &Serve) -> u32 {
    options.users.unwrap_or(5)
}

/// How many days a new demonstration simulates first.
pub fn history_days(options: &Serve) -> u32 {
    options.history.unwrap_or(45)
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
    let covered = Timestamp::start_of(calendar.covers().0);
    let begins = now.plus_minutes(-i64::from(history_days(options)) * 24 * 60).max(covered);
    let history = History { begins, ends: now };
    let mut users = new_users(users(options), begins).map_err(Failure::work)?;
    for user in &mut users {
        vary(user)?;
    }
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

/// Gives some users money and limits of their own, so that not everybody does the same. What each shows is told at the start.
fn vary(user: &mut NewUser) -> Result<(), Failure> {
    let (mut strategy, mut limits) = (Strategy::default(), RiskLimits::default());
    match user.name.as_str() {
        SMALL => {
            user.capital = Paise::rupees(300_000);
            limits.max_positions = 3;
            limits.max_buys_per_day = 5;
        }
        // The charges of a sale are the same however small it is.
        LOSING => {
            user.capital = Paise::rupees(50_000);
            strategy.user_capital = Paise::rupees(500);
        }
        _ => return Ok(()),
    }
    user.strategy = serde_json::to_string(&strategy).map_err(Failure::work)?;
    user.limits = serde_json::to_string(&limits).map_err(Failure::work)?;
    Ok(())
}

/// The task that the user with an individual service runs: one of theirs that trades all day long.
fn single_task(daemon: &Daemon) -> Option<Task> {
    let tasks = daemon.tasks.current();
    let trades_all_day = |task: &&Task| {
        let manifest = tasks.find(**task).map(|known| &known.manifest);
        manifest.is_some_and(|manifest| {
            manifest.trades() && !manifest.shared && manifest.schedule.bounds.are_continuous()
        })
    };
    tasks.names().iter().find(trades_all_day).copied()
}

/// Has one user run a single task in a process of its own, and halts another, once the days before have passed.
pub async fn make_users_differ(daemon: &Arc<Daemon>) -> Result<(), Failure> {
    for user in daemon.users.all() {
        match user.name.as_str() {
            SINGLE => {
                daemon.services.stop_service(user.id).await.map_err(Failure::work)?;
                let Some(task) = single_task(daemon) else { continue };
                daemon.services.start_individual(user.id, task).await.map_err(Failure::work)?;
            }
            HALTED => {
                let reason = "the demonstration shows what a halt looks like; an admin can lift it";
                let (code, halts) = (HaltCode::AccountUnusable, &daemon.halts);
                halts.halt_user(user.id, code, reason).await.map_err(Failure::work)?;
            }
            _ => {}
        }
    }
    Ok(())
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

/// What some users show, as far as they are there.
fn shown_by(names: &[&str]) -> Option<String> {
    let all = [
        (SMALL, "has little money and tight limits"),
        (LOSING, "trades so little at a time that charges eat it"),
        (SINGLE, "runs one task in a process of its own"),
        (HALTED, "is halted"),
    ];
    let there = all.iter().filter(|(name, _)| names.contains(name));
    let told: Vec<String> = there.map(|(name, what)| format!("{name} {what}")).collect();
    match told.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [others @ .., last] => Some(format!("{} and {last}", others.join(", "))),
    }
}

/// Prints that this is a demonstration, how to log in, and what its users show.
pub fn announce(daemon: &Daemon) {
    say!(
        "*** DEMONSTRATION: made-up users, made-up money, a password that everybody knows. Never use it for anything else. ***"
    );
    say!("Sign in as admin, user2, ... with the password: {PASSWORD}");
    let users = daemon.users.all();
    let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
    if let Some(shown) = shown_by(&names) {
        say!("Of the users, {shown}.");
    }
    say!(
        "Tasks, orders and books follow the clock of the demonstration; log-ins and the audit log have the real time."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_users_that_there_are_are_told_of() {
        assert_eq!(shown_by(&["admin"]), None);
        assert_eq!(shown_by(&["admin", "user2"]).unwrap(), "user2 has little money and tight limits");
        let three = shown_by(&["admin", "user2", "user3"]).unwrap();
        assert!(three.contains("limits and user3 ") && !three.contains("user4"), "{three}");
        let all = shown_by(&["admin", "user2", "user3", "user4", "user5", "user6"]).unwrap();
        assert!(all.contains(", user4 runs") && all.ends_with(" and user5 is halted"), "{all}");
    }
}
