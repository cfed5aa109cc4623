//! The command line of `prahari calendar`, and what a calendar that ends is taken for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::AtDaemon;

/// Options of `calendar`.
#[derive(Debug, Args)]
pub struct Calendar {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: CalendarCommand,
}

/// What can be done with the calendar.
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Say which days and which slots a file would change; nothing is taken up.
    Preview(CalendarFile),
    /// Put a file in force: the years, hours and phases that it names. Today's slots follow it at once.
    Import(CalendarFile),
    /// List the versions that were in force, and a newer one that ships with the program.
    Versions,
    /// Print a version as a file that can be changed and imported.
    Show {
        /// Version number; by default the one in force.
        #[arg(conflicts_with = "shipped")]
        version: Option<u64>,
        /// The one that ships with the program.
        #[arg(long)]
        shipped: bool,
    },
}

/// A file with a calendar.
#[derive(Debug, Args)]
pub struct CalendarFile {
    /// Path of the file.
    pub file: PathBuf,
    /// The file is a whole calendar: what it does not name is gone.
    #[arg(long)]
    pub whole: bool,
}

/// What weekdays are taken for after the last day of which the holidays are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum UnknownDays {
    /// Days with an ordinary session.
    #[default]
    Session,
    /// Days without a session.
    Closed,
}

impl From<UnknownDays> for prahari_domain::calendar::UnknownDays {
    fn from(days: UnknownDays) -> Self {
        match days {
            UnknownDays::Session => Self::Session,
            UnknownDays::Closed => Self::Closed,
        }
    }
}
