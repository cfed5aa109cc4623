//! `prahari serve`: the daemon and its page.

mod begun;
mod brokers;
mod clock;
mod demo;
mod descriptors;
mod messages;
mod signals;
mod started;
mod stop;

use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;

use prahari_api::{Api, Hosts};
use prahari_app::accounts::{AccountSettings, Accounts};
use prahari_app::bar_cache::DatabaseBarCache;
use prahari_app::chats::Chats;
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::modules::{ModuleFolder, Watching};
use prahari_app::prices::log_bars;
use prahari_app::vault::Vault;
use prahari_kotak::KotakSettings;
use prahari_secrets::KeyFile;
use prahari_store::Durability;
use signals::Signals;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cli::{Market, MarketLink, Serve};
use crate::exit::{Failure, say};
use crate::fetched;
use crate::wiring::{self, Database, Draws, Online, Outside};
use begun::Begun;
use messages::Messages;

/// Number of days for which a made-up market goes on after the date of the clock at the start of the daemon.
const SYNTHETIC_DAYS_AHEAD: u64 = 400;

/// Serves until a signal stops it or something fails without which it cannot go on.
pub async fn serve(options: Serve) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    // Before anything is opened, and before other threads look at it.
    let descriptors = descriptors::for_connections();
    if options.demo {
        demo::check_address(options.listen)?;
    }
    wiring::check_shipped(&options.modules)?;
    wiring::check_links(&options.markets)?;
    fetched::check(&options.markets, &options.yahoo)?;
    messages::telegram(&options)?;
    let kotak = brokers::kotak_settings(&options)?;
    let folder =
        options.watch_modules.as_deref().map(ModuleFolder::open).transpose().map_err(Failure::input)?;
    // First of all, so that a port in use ends the program with nothing begun.
    let listener = prahari_api::bind(options.listen).await.map_err(Failure::input)?;
    let database = wiring::database(options.db.as_deref(), Durability::Full)?;
    let prepared = tokio::select! {
        prepared = prepare(&options, &database, &listener, folder, kotak) => prepared.map(Some),
        signal = signals.stop() => {
            tracing::warn!(reason = signal, "the daemon stops before it has begun to serve");
            Ok(None)
        }
    };
    let served = match prepared {
        Ok(Some(prepared)) => {
            let Prepared { daemon, api, chats, watching } = prepared;
            let hosts = Hosts::of(options.listen, options.hosts.iter().cloned());
            let api = api.with_limits(options.connections.limits(descriptors)).with_hosts(hosts);
            let api = api.with_starts_per_hour(options.service_starts_per_hour);
            run(Prepared { daemon, api, chats, watching }, listener, &mut signals).await
        }
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    // Also after a failure: what was written before it is to be found on the disk.
    let closed = database.store.close().await.map_err(Failure::work);
    served.and(closed)
}

/// A daemon that is ready to serve.
struct Prepared {
    daemon: Arc<Daemon>,
    api: Api,
    chats: Arc<Chats>,
    watching: Option<Watching>,
}

async fn prepare(
    options: &Serve,
    database: &Database,
    listener: &TcpListener,
    folder: Option<ModuleFolder>,
    kotak: KotakSettings,
) -> Result<Prepared, Failure> {
    let store = &database.store;
    demo::check_database(store, options.demo).await?;
    let served = Begun::with(options, store).await?;
    let vault = vault(options, database).await?;
    let calendar = &wiring::calendar_of(Some(store), options.unknown_days).await?;
    let cursor = store.system().cursor().await.map_err(Failure::work)?;
    let begun = demo::unfinished_history(store).await?;
    // A history that was cut off goes on to where it was to end.
    let reached = begun.map(|history| history.ends).or(begun::reached(options, store, cursor).await?);
    let clock = clock::clock(options, &calendar.current(), reached)?;
    crate::logging::follow(clock.clone());
    let first = clock.now().ist_day();
    let until = first.checked_add_days(chrono::Days::new(SYNTHETIC_DAYS_AHEAD)).unwrap_or(first);
    if options.demo && MarketLink::any(&options.markets, &Market::Yahoo) {
        return Err(Failure::input(
            "--market yahoo is not for a demonstration, which lives through days at once",
        ));
    }
    let cache = Arc::new(DatabaseBarCache::new(store.clone()));
    let yahoo = fetched::open(&options.markets, &options.yahoo, calendar, served.seed, cache)?;
    let kotak = brokers::kotak(kotak, (options, &clock), store, &vault)?;
    let online = Online { yahoo, kotak: brokers::kotak_market(kotak.as_ref(), options, store, calendar)? };
    let market = wiring::market_with(&options.markets, calendar, served.seed, (first, until), online)?;
    let (runtime, modules) = wiring::modules(&options.modules).await?;
    let modules = Arc::new(modules);
    served.keep(store, clock::speed(options).map(|_| first)).await?;
    let draws = Draws::served(served.seed)?;
    let wire = async |clock: Clock| {
        let parts = (runtime.clone(), modules.clone());
        let brokers = brokers::beside_paper(kotak.as_ref(), &clock);
        let outside = Outside { market: market.clone(), brokers };
        wiring::daemon(clock, store.clone(), outside, calendar.clone(), draws, parts).await
    };
    // Where the clock is set back to, so that the history does not go on after it.
    let starts = clock.restarted().now();
    let history = match begun {
        None if options.demo && store.system().users().await.map_err(Failure::work)?.is_empty() => {
            Some(demo::populate(options, store, &calendar.current(), starts).await?)
        }
        begun => begun,
    };
    if let Some(history) = history {
        let reached = cursor.unwrap_or(history.begins);
        demo::live_through(&wire(Clock::at(reached)).await?, starts).await?;
    }
    // The history took real time, in which a scaled clock ran on.
    let clock = clock.restarted();
    crate::logging::follow(clock.clone());
    let daemon = wire(clock).await?;
    // Not before the daemon has said which actions are known: they explain jumps.
    if let Some(report) = market.report() {
        log_bars(&report);
        report.shown().iter().for_each(|note| say!("{note}"));
    }
    if let Some(folder) = &options.backups {
        daemon.doctor.follow_backups(folder.clone());
    }
    if history.is_some() {
        demo::make_users_differ(&daemon).await?;
    }
    let messages = Messages::load(options, &daemon, vault.clone()).await?;
    let accounts = Accounts::new(store.clone(), daemon.events.clone(), vault, AccountSettings::default());
    let accounts = Arc::new(accounts.map_err(Failure::work)?);
    if let (Some(speed), None) = (clock::speed(options), begun) {
        match reached {
            Some(reached) => {
                tracing::info!(%reached, speed, "the clock goes on where the last process was");
                say!("The clock goes on at {reached} IST, where the last process was; its speed is {speed}.")
            }
            None => {
                let (day, time) = (starts.ist_day(), starts.ist_time().format("%H:%M"));
                say!("The clock begins on {day} at {time} IST; its speed is {speed}.");
            }
        }
    }
    announce(options, &daemon, &accounts, listener).await?;
    started::tell(options, &daemon, listener);
    let chats = messages.chats(&daemon, &accounts);
    let api = Api::new(daemon.clone(), accounts, messages.channels);
    let api = if options.listen.ip().is_loopback() { api } else { api.with_secure_cookie() };
    let api = if options.demo { api.as_demonstration() } else { api };
    let watching =
        folder.map(|folder| daemon.trials.watch_modules(folder)).transpose().map_err(Failure::work)?;
    Ok(Prepared { daemon, api, chats, watching })
}

/// Returns what opens the secrets of a database, with the key file beside it.
async fn vault(options: &Serve, database: &Database) -> Result<Arc<Vault>, Failure> {
    let file = options.key.as_ref().map_or_else(|| KeyFile::beside(&database.path), KeyFile::at);
    Vault::open(&database.store, &file).await.map(Arc::new).map_err(Failure::input)
}

/// Prints the address and how to log in.
async fn announce(
    options: &Serve,
    daemon: &Daemon,
    accounts: &Accounts,
    listener: &TcpListener,
) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(Failure::work)?;
    if options.demo {
        demo::announce(daemon);
    } else if let Some(token) = accounts.set_up_token().await.map_err(Failure::work)? {
        // Last, because it is what somebody who has just started the daemon needs.
        say!("Prahari trades on paper at http://{address}/, and waits to be set up.");
        say!("There is no admin yet. Make yourself one within a day. Open http://{address}/#setup={token}");
        return Ok(());
    }
    say!("Prahari trades {}. Open http://{address}/", started::money(daemon));
    Ok(())
}

/// Runs scheduler and server until a signal comes or something fails, and ends them in order.
async fn run(prepared: Prepared, listener: TcpListener, signals: &mut Signals) -> Result<(), Failure> {
    let Prepared { daemon, api, chats, watching } = prepared;
    let (delivering, asking) = (api.channels.start(), chats.start());
    let stopped = daemon.shutdown.begun();
    let serving = async move {
        prahari_api::serve(listener, api, async move { drop(stopped.await) }).await;
        Ok::<(), Infallible>(())
    };
    let mut scheduler = daemon.scheduler();
    let parts = stop::Parts {
        server: part(&daemon, serving),
        scheduler: part(&daemon, async move { scheduler.run(None).await }),
        delivering,
    };
    let upkeep = daemon.maintenance.start_upkeep();
    let ended = stop::until_stopped(&daemon, parts, signals).await;
    drop((upkeep, watching, asking));
    ended
}

/// Does something that goes on until the daemon stops; its failure is the daemon's, and so is its end by a panic.
fn part<E: Display + Send + 'static>(
    daemon: &Arc<Daemon>,
    work: impl Future<Output = Result<(), E>> + Send + 'static,
) -> JoinHandle<()> {
    let daemon = daemon.clone();
    let working = tokio::spawn(work);
    tokio::spawn(async move {
        match working.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => daemon.shutdown.fail(error),
            Err(error) => daemon.shutdown.fail(format!("a part of the daemon ended unexpectedly: {error}")),
        }
    })
}
