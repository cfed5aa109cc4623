//! The line that says with what the daemon has started.

use std::collections::BTreeMap;

use prahari_app::brokers::TradingMode;
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::day_log::TARGET;
use prahari_domain::numbers::counted;
use tokio::net::TcpListener;

use super::clock;
use crate::cli::Serve;

/// Tells it to whoever watches.
pub fn tell(options: &Serve, daemon: &Daemon, listener: &TcpListener) {
    let users = daemon.users.all();
    let address = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    let database = match &options.db {
        Some(path) => path.display().to_string(),
        None => "a temporary one".to_owned(),
    };
    let clock = match (&daemon.clock, clock::speed(options)) {
        (Clock::System, _) | (_, None) => "the system's".to_owned(),
        (_, Some(speed)) => format!("{speed} times as fast"),
    };
    tracing::info!(
        target: TARGET,
        version = env!("CARGO_PKG_VERSION"),
        address,
        database,
        trades = trades(daemon),
        clock,
        tag_code = %daemon.trading.tag_code,
        holidays_known_until = %daemon.trading.calendar.current().covers().1,
        users = users.len(),
        services = daemon.users.running().len(),
        "the daemon has started"
    );
}

/// Returns with whose money users trade, after the word `trades`.
pub fn money(daemon: &Daemon) -> String {
    let live = daemon.users.all().iter().filter(|user| user.link().mode() == TradingMode::Live).count();
    match live {
        0 => "on paper".to_owned(),
        live => format!("with real money for {}", counted(live, "user", "users")),
    }
}

/// Returns over which brokers users trade, such as `paper (simulated): 5 users`.
fn trades(daemon: &Daemon) -> String {
    let mut brokers: BTreeMap<String, usize> = BTreeMap::new();
    for user in daemon.users.all() {
        let link = user.link();
        let simulated = if link.simulated.is_some() { " (simulated)" } else { "" };
        *brokers.entry(format!("{}{simulated}", link.name)).or_default() += 1;
    }
    let named =
        brokers.iter().map(|(broker, users)| format!("{broker}: {}", counted(*users, "user", "users")));
    let named: Vec<String> = named.collect();
    if named.is_empty() { "nobody yet".to_owned() } else { named.join(", ") }
}
