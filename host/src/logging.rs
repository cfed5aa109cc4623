//! Log lines on standard error: readable on a terminal, JSON otherwise. `PRAHARI_LOG` sets the level, `warn` by default.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging for this process.
pub fn start(enabled: bool) {
    if !enabled {
        return;
    }
    let filter = EnvFilter::try_from_env("PRAHARI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first: nothing is lost by it.
    let _already_started =
        if std::io::stderr().is_terminal() { lines.try_init() } else { lines.json().try_init() };
}
