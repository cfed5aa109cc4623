//! `prahari serve`: the daemon and its page.

use std::sync::Arc;

use chrono::NaiveTime;
use prahari_api::{Auth, AuthSettings};
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::simulation::create_users;
use prahari_app::vault::Vault;
use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Key, KeyRing};
use prahari_store::{Durability, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Serve;
use crate::exit::{Failure, say};
use crate::wiring;

/// How many days a made-up market goes on after the day it is started on.
const SYNTHETIC_DAYS_AHEAD: u64 = 400;

/// Serves until it is told to stop.
pub async fn serve(options: Serve) -> Result<(), Failure> {
    let calendar = wiring::calendar()?;
    // First of all, so that a port in use ends the program with nothing begun.
    let listener = prahari_api::bind(options.listen).await.map_err(Failure::input)?;
    let (store, _folder) = wiring::database(options.db.as_deref(), Durability::Full)?;
    let served = start(&options, &calendar, &store, listener).await;
    // Also after a failure: what was written before it is to be found on the disk.
    let closed = store.close().await.map_err(Failure::work);
    served.and(closed)
}

async fn start(
    options: &Serve,
    calendar: &Arc<Calendar>,
    store: &Store,
    listener: TcpListener,
) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(Failure::work)?;
    let cursor = store.system().cursor().await.map_err(Failure::work)?;
    let clock = clock(options, calendar, cursor)?;
    let first = clock.now().ist_day();
    let until = first.checked_add_days(chrono::Days::new(SYNTHETIC_DAYS_AHEAD)).unwrap_or(first);
    let market = wiring::market(&options.market, calendar, options.seed, first, until)?;
    let (runtime, modules) = wiring::modules(&options.modules).await?;
    let modules = Arc::new(modules);
    let wire = async |clock: Clock| {
        let parts = (runtime.clone(), modules.clone());
        wiring::daemon(clock, store.clone(), market.clone(), calendar.clone(), options.seed, parts).await
    };
    if store.system().users().await.map_err(Failure::work)?.is_empty() {
        let days = i64::from(if options.speed.is_some() { options.history } else { 0 });
        let covered = Timestamp::from_ist(calendar.covers().0, NaiveTime::MIN);
        let begin = clock.now().plus_minutes(-days * 24 * 60).max(covered);
        create_users(store, options.users, begin).await.map_err(Failure::work)?;
        let daemon = wire(Clock::at(begin)).await?;
        for user in daemon.users() {
            daemon.start_service(user.id).await.map_err(Failure::work)?;
        }
        if days > 0 {
            say!("Simulating the {days} days before {first}, so that there is something to see.");
            daemon.scheduler().run(Some(clock.now())).await.map_err(Failure::work)?;
        }
        store.settle().await.map_err(Failure::work)?;
    }
    // The simulation took real time, in which a scaled clock ran on.
    let daemon = wire(clock.started_again()).await?;
    say!("Prahari trades on paper. Open http://{address}/");
    let vault = match &options.db {
        Some(path) => Vault::beside(path),
        // What goes with the process can be sealed under a key that does.
        None => Key::generate().map(|key| Vault::new(KeyRing::new(key, Vec::new()))),
    };
    let settings = AuthSettings::listening(address.ip().is_loopback());
    let vault = Arc::new(vault.map_err(Failure::input)?);
    let auth = Auth::new(store.clone(), vault, settings).map_err(Failure::work)?;
    run(&daemon, Arc::new(auth), listener).await
}

/// Runs scheduler and server until a signal comes or the scheduler fails.
async fn run(daemon: &Arc<Daemon>, auth: Arc<Auth>, listener: TcpListener) -> Result<(), Failure> {
    let stopping = daemon.clone();
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::work)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        stopping.stop();
    });
    let (ended, stopped) = tokio::sync::oneshot::channel::<()>();
    let api = prahari_api::Api { daemon: daemon.clone(), auth };
    let server = tokio::spawn(prahari_api::serve(listener, api, async move {
        let _ended_either_way = stopped.await;
    }));
    let scheduled: Result<(), AppError> = daemon.scheduler().run(None).await;
    drop(ended);
    server.await.map_err(Failure::work)?.map_err(Failure::work)?;
    scheduled.map_err(Failure::work)
}

fn clock(options: &Serve, calendar: &Calendar, cursor: Option<Timestamp>) -> Result<Clock, Failure> {
    let Some(speed) = options.speed else { return Ok(Clock::System) };
    if let Some(cursor) = cursor {
        return Ok(Clock::scaled(cursor, speed));
    }
    let day = match options.from {
        Some(day) => day,
        None => calendar.trading_day_from(Clock::System.now().ist_day(), -1).map_err(Failure::work)?,
    };
    calendar.trading_day(day).map_err(Failure::input)?;
    let opening = NaiveTime::from_hms_opt(8, 55, 0).unwrap_or_default();
    Ok(Clock::scaled(Timestamp::from_ist(day, opening), speed))
}
