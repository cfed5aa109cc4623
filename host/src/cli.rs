//! The command line.

mod task;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use prahari_domain::tasks::Task;

pub use task::{Held, Language, NewTask, RunTask, TaskCommand, TaskName};

/// Prahari runs the trading day of many users: every task a sandboxed component, on schedule, accounted for.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the daemon and its page.
    Serve(Serve),
    /// Run the whole daemon over past days on a virtual clock and print what it did.
    Simulate(Simulate),
    /// Run recorded runs again and compare every host call and the outcome.
    Replay(Replay),
    /// Show what another version of a task would have done on the last days; nothing is executed.
    Shadow(Shadow),
    /// Compile a component read from standard input; used by the daemon itself, in a process it can kill.
    #[command(hide = true)]
    Compile,
    /// Run one task's module for the daemon, over the socket that is standard input.
    #[command(hide = true)]
    Worker,
    /// Write, check and try tasks of your own.
    #[command(subcommand)]
    Task(TaskCommand),
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
    /// The versions of the modules that a running daemon runs.
    Module(Module),
    /// The key under which secrets in the database are sealed.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The log of who changed what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Measure the budgets and print one JSON line for each.
    #[command(hide = true)]
    Bench(Bench),
}

impl Command {
    /// Whether a person reads its log on the terminal; the others talk to a program.
    pub fn is_interactive(&self) -> bool {
        !matches!(self, Self::Compile | Self::Worker | Self::Bench(_))
    }
}

/// Options of `module`.
#[derive(Debug, Args)]
pub struct Module {
    /// Where the daemon listens.
    #[arg(long, default_value = "http://127.0.0.1:8700", global = true)]
    pub url: String,
    /// A file with an API token of an admin, of scope admin; without it the environment variable PRAHARI_TOKEN.
    #[arg(long, global = true)]
    pub token_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: ModuleCommand,
}

/// What can be done with versions of modules.
#[derive(Debug, Subcommand)]
pub enum ModuleCommand {
    /// Bring a component as a new version; it does not run before it is activated.
    Add {
        /// For which task.
        task: Task,
        /// The component.
        file: PathBuf,
    },
    /// List the versions.
    List {
        /// Of this task only.
        task: Option<Task>,
    },
    /// Run a version from the next run on.
    Activate {
        /// Of which task.
        task: Task,
        /// Which version.
        version: u64,
        /// Why, for the history.
        #[arg(long, default_value = "")]
        reason: String,
        /// Without an accepted trial, also of a task that may place orders.
        #[arg(long)]
        force: bool,
    },
    /// Try a version on recorded runs, and say what it would have done otherwise.
    Shadow {
        /// Of which task.
        task: Task,
        /// Which version.
        version: u64,
        /// On how many of the last trading days.
        #[arg(long, default_value_t = 5)]
        days: u32,
    },
    /// Agree with what the last trial of a version showed.
    Accept {
        /// Of which task.
        task: Task,
        /// Which version.
        version: u64,
    },
    /// Run the version again that was active before the present one.
    Rollback {
        /// Of which task.
        task: Task,
        /// Why, for the history.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a user stay with a version.
    Pin {
        /// Of which task.
        task: Task,
        /// Which version.
        version: u64,
        /// Which user.
        user: u64,
    },
    /// Let a user follow the active version again.
    Unpin {
        /// Of which task.
        task: Task,
        /// Which user.
        user: u64,
    },
    /// Remove a version that nobody's runs are given.
    Remove {
        /// Of which task.
        task: Task,
        /// Which version.
        version: u64,
    },
}

/// What can be done with the key.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Seal every credential and authenticator secret anew under a new key; the daemon must be stopped.
    Rotate {
        /// The database.
        #[arg(long)]
        db: PathBuf,
        /// The key file; without it the one beside the database.
        #[arg(long)]
        key: Option<PathBuf>,
    },
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, removed or put in; the daemon may run. Exit code 2 when the chain is broken.
    Verify {
        /// The database.
        #[arg(long)]
        db: PathBuf,
    },
}

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Market {
    /// Made-up companies with a seeded history.
    Synthetic,
    /// A folder of daily bars.
    Csv(PathBuf),
}

impl FromStr for Market {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "synthetic" => Ok(Self::Synthetic),
            Some(("csv", dir)) if !dir.is_empty() => Ok(Self::Csv(dir.into())),
            _ => Err(format!("{text:?} is not a market; use synthetic or csv:DIR")),
        }
    }
}

/// A component to run instead of the built-in one.
#[derive(Debug, Clone)]
pub struct OwnModule {
    /// Whose place it takes.
    pub task: Task,
    /// Its file.
    pub file: PathBuf,
}

impl FromStr for OwnModule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (task, file) = text.split_once('=').ok_or_else(|| format!("{text:?} is not TASK=FILE"))?;
        Ok(Self { task: task.parse().map_err(|error| format!("{error}"))?, file: file.into() })
    }
}

/// A component that may come in the place of a task's version.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Whose place it takes; none for the task that it names itself after.
    pub task: Option<Task>,
    /// Its file.
    pub file: PathBuf,
}

impl FromStr for Candidate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_task = |(task, _): &(&str, &str)| !task.contains(['/', '.']);
        match text.split_once('=').filter(is_task) {
            None => Ok(Self { task: None, file: text.into() }),
            Some(_) => text.parse().map(|OwnModule { task, file }| Self { task: Some(task), file }),
        }
    }
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8700")]
    pub listen: SocketAddr,
    /// The database; it is made when it is missing. A demonstration can do without: then it is gone at the end.
    #[arg(long, required_unless_present = "demo")]
    pub db: Option<PathBuf>,
    /// The key file under which credentials are sealed; it is made when it is missing. Without it the name of the database
    /// with .key added.
    #[arg(long, requires = "db")]
    pub key: Option<PathBuf>,
    /// A demonstration: made-up users with a known password, and some weeks behind them.
    #[arg(long)]
    pub demo: bool,
    /// How many made-up users a new demonstration gets; the first is the admin.
    #[arg(long, default_value_t = 3, requires = "demo", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users: u32,
    /// Where prices come from: synthetic or csv:DIR.
    #[arg(long, default_value = "synthetic")]
    pub market: Market,
    /// Run on a virtual clock this many times as fast as the real one; without it on the real clock.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: Option<u32>,
    /// With --speed: the day to start at, 08:55 IST; without it the last trading day before today.
    #[arg(long, requires = "speed")]
    pub from: Option<NaiveDate>,
    /// How many days before its start a new demonstration simulates first, so that there is something to see.
    #[arg(long, default_value_t = 45, requires = "demo", value_parser = clap::value_parser!(u32).range(0..=365))]
    pub history: u32,
    /// Seed of the made-up market and of the paper broker.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Run a component of your own for a task.
    #[arg(long = "module", value_name = "TASK=FILE")]
    pub modules: Vec<OwnModule>,
    /// Keep the components that stand in this folder, and those that come into it, as versions of their tasks; to run one
    /// stays the act of an admin. A file is for the task that its name begins with, else for the one that it names itself
    /// after.
    #[arg(long, value_name = "DIR")]
    pub watch_modules: Option<PathBuf>,
}

/// Options of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Where prices come from: synthetic or csv:DIR.
    #[arg(long, default_value = "synthetic")]
    pub market: Market,
    /// First day.
    #[arg(long)]
    pub from: NaiveDate,
    /// Last day, included.
    #[arg(long)]
    pub to: NaiveDate,
    /// How many users; the first is the admin, whose service runs the analysis.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users: u32,
    /// Seed of the made-up market and of the paper broker.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Also write the report here, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Keep everything in this database, for --resume and for `prahari replay`; without it a temporary one is used.
    #[arg(long)]
    pub db: Option<PathBuf>,
    /// Go on with an interrupted simulation of the same settings.
    #[arg(long, requires = "db")]
    pub resume: bool,
    /// Run a component of your own for a task.
    #[arg(long = "module", value_name = "TASK=FILE")]
    pub modules: Vec<OwnModule>,
}

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The database with the recordings.
    #[arg(long)]
    pub db: PathBuf,
    /// Which run.
    #[arg(required_unless_present_any = ["all", "day"])]
    pub run: Option<u64>,
    /// Every recorded run.
    #[arg(long, conflicts_with_all = ["run", "day"])]
    pub all: bool,
    /// Every recorded run that started on this day.
    #[arg(long, conflicts_with = "run", value_name = "DATE")]
    pub day: Option<NaiveDate>,
    /// A component to try on the runs of its task in place of the version that ran: what it would have done is compared
    /// with what was done. Without TASK it is for the task that it names itself after.
    #[arg(long = "module", value_name = "[TASK=]FILE")]
    pub modules: Vec<Candidate>,
}

/// Options of `shadow`.
#[derive(Debug, Args)]
pub struct Shadow {
    /// The database with the recordings.
    #[arg(long)]
    pub db: PathBuf,
    /// The component to try. Without TASK it is for the task that it names itself after.
    #[arg(long, value_name = "[TASK=]FILE")]
    pub module: Candidate,
    /// On how many trading days, the newest with a run of the task being the last.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// Only on the runs of this user.
    #[arg(long)]
    pub user: Option<u64>,
    /// Also write the report here, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// One JSON object a line; there is no other form.
    #[arg(long)]
    pub json: bool,
    /// Only the benches whose name contains this.
    pub name: Option<String>,
}
