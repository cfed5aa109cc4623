//! `prahari serve`: the daemon and its page.

use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::simulation::create_users;
use prahari_domain::calendar::Calendar;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::Durability;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Serve;
use crate::exit::Failure;
use crate::wiring;

/// How many days a made-up market goes on after the day it is started on.
const SYNTHETIC_DAYS_AHEAD: u64 = 400;

/// Serves until it is told to stop.
pub async fn serve(options: Serve) -> Result<(), Failure> {
    let calendar = wiring::calendar()?;
    // First of all, so that a port in use ends the program with nothing begun.
    let listener = prahari_api::bind(options.listen).await.map_err(Failure::input)?;
    let address = listener.local_addr().map_err(Failure::work)?;
    let (store, _folder) = wiring::database(options.db.as_deref(), Durability::Full)?;
    let today = Clock::System.now().ist_day();
    let clock = clock(&options, &calendar, store.system().cursor().await.map_err(Failure::work)?, today)?;
    let first = clock.now().ist_day();
    let until = first.checked_add_days(chrono::Days::new(SYNTHETIC_DAYS_AHEAD)).unwrap_or(first);
    let market = wiring::market(&options.market, &calendar, options.seed, first, until)?;
    let modules = wiring::modules(&options.modules).await?;
    let new = store.system().users().await.map_err(Failure::work)?.is_empty();
    if new {
        create_users(&store, options.users, clock.now()).await.map_err(Failure::work)?;
    }
    let daemon = wiring::daemon(clock, store.clone(), market, calendar, options.seed, modules).await?;
    if new {
        for user in daemon.users() {
            daemon.start_service(user.id).await.map_err(Failure::work)?;
        }
    }
    println!("Prahari trades on paper. Open http://{address}/");
    run(&daemon, listener).await?;
    store.close().await.map_err(Failure::work)
}

/// Runs scheduler and server until a signal comes or the scheduler fails.
async fn run(daemon: &Arc<Daemon>, listener: tokio::net::TcpListener) -> Result<(), Failure> {
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
    let server = tokio::spawn(prahari_api::serve(listener, daemon.clone(), async move {
        let _ended_either_way = stopped.await;
    }));
    let scheduled: Result<(), AppError> = daemon.scheduler().run(None).await;
    drop(ended);
    server.await.map_err(Failure::work)?.map_err(Failure::work)?;
    scheduled.map_err(Failure::work)
}

fn clock(
    options: &Serve,
    calendar: &Calendar,
    cursor: Option<Timestamp>,
    today: Day,
) -> Result<Clock, Failure> {
    let Some(speed) = options.speed else { return Ok(Clock::System) };
    if let Some(cursor) = cursor {
        return Ok(Clock::scaled(cursor, speed));
    }
    let day = match options.from {
        Some(day) => day,
        None => calendar.trading_day_from(today, -1).map_err(Failure::work)?,
    };
    calendar.trading_day(day).map_err(Failure::input)?;
    let opening = NaiveTime::from_hms_opt(8, 55, 0).unwrap_or_default();
    Ok(Clock::scaled(Timestamp::from_ist(day, opening), speed))
}
