//! What the daemon logs and where, on the command line of `prahari serve`.

use std::path::PathBuf;

use clap::Args;

/// What is logged and where. The environment variable `PRAHARI_LOG` says otherwise for both places, such as
/// `warn,prahari_app=debug`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub struct LogOptions {
    /// Tell errors and warnings only on standard error. Without it also what the day brings: the start, each run in one
    /// line, services, the stop. The environment variable PRAHARI_LOG, such as warn,prahari_app=debug, wins over both.
    #[arg(long)]
    pub quiet: bool,
    /// Also write the log into a folder, into one file a day: prahari-DATE.log, by the daemon's clock in IST.
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
    /// How many days of these files are kept.
    #[arg(long, value_name = "DAYS", default_value_t = 30, requires = "log_dir", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub log_days: u32,
}
