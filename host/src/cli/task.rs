//! The command line of `prahari task`: for people who write tasks.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveTime};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;

use super::{AtDaemon, FieldValue, MarketLink};

/// What can be done with a task of your own.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Make a folder with a small working task to begin with.
    New(NewTask),
    /// Compile a Rust task and make its component, NAME.wasm in the project's folder.
    Build {
        /// Folder of the project.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Load a component as the daemon would and say what it is. Exit code 2 when it is refused.
    Check {
        /// Path of the component.
        file: PathBuf,
    },
    /// Add a component to a running daemon as a task of its own.
    Add {
        /// Path of the component.
        file: PathBuf,
        /// The manifest of the task, as JSON, for a component that exports none.
        #[arg(long)]
        manifest: Option<PathBuf>,
        #[command(flatten)]
        daemon: AtDaemon,
    },
    /// Remove a task from a running daemon; what it did can still be read.
    Remove {
        /// The task that it is about.
        task: Task,
        #[command(flatten)]
        daemon: AtDaemon,
    },
    /// Accept the manifest of a version of a task's module as what the task is from now on.
    Accept {
        /// The task that it is about.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        #[command(flatten)]
        daemon: AtDaemon,
    },
    /// List the tasks of a running daemon, in the order in which they run.
    List {
        #[command(flatten)]
        daemon: AtDaemon,
    },
    /// Show or change what a user sets for a task.
    Settings(TaskSettingsOptions),
    /// Run a component once on a paper account on a past day, and print what it asked, decided and ordered.
    Run(RunTask),
}

/// Options of `task settings`.
#[derive(Debug, Args)]
pub struct TaskSettingsOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: TaskSettingsCommand,
}

/// What can be done with the settings of a task.
#[derive(Debug, Subcommand)]
pub enum TaskSettingsCommand {
    /// Show what is set, and the defaults of the rest.
    Show {
        /// Name of the task.
        task: Task,
        /// Id of the user, for an admin; oneself without it.
        #[arg(long)]
        user: Option<u64>,
    },
    /// Set single settings; the others stay. From the next run on.
    #[command(group(ArgGroup::new("what").required(true).multiple(true).args(["fields", "unset", "file"])))]
    Set {
        /// Name of the task.
        task: Task,
        /// Settings by name, such as lookback=30; a value is JSON, or a text that is none.
        #[arg(value_name = "NAME=VALUE")]
        fields: Vec<FieldValue>,
        /// A setting that gets its default back. May be repeated.
        #[arg(long, value_name = "NAME")]
        unset: Vec<String>,
        /// A file with all settings as a JSON object, which replaces what is set.
        #[arg(long, conflicts_with_all = ["fields", "unset"])]
        file: Option<PathBuf>,
        /// Id of the user, for an admin; oneself without it.
        #[arg(long)]
        user: Option<u64>,
    },
}

/// Options of `task new`.
#[derive(Debug, Args)]
pub struct NewTask {
    /// What the task is called: small letters and digits in words with `_` between them.
    pub name: TaskName,
    /// Language of the project.
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// The folder to make; without it the task's name.
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

/// A language that there is a template for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Rust, with the SDK and its scripted host for tests.
    #[default]
    Rust,
    /// Python, built with componentize-py.
    Python,
    /// JavaScript, by jco with QuickJS.
    Js,
}

/// The name of a task, such as `gap_watch`: what crates, files and WIT packages can all be named after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskName(String);

impl TaskName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the words of the name, which stand between its `_`.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split('_')
    }
}

impl FromStr for TaskName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Task>().map(|task| Self(task.to_string())).map_err(|error| error.to_string())
    }
}

/// Options of `task run`.
#[derive(Debug, Args)]
pub struct RunTask {
    /// Path of the component.
    pub file: PathBuf,
    /// Date of the run (IST).
    #[arg(long, value_parser = super::values::date)]
    pub day: NaiveDate,
    /// The time of that day, IST.
    #[arg(long, default_value = "10:00", value_parser = time_of_day)]
    pub at: NaiveTime,
    /// Task whose grant and budget the run gets: by the manifest that the component exports for it, else by that of
    /// the built-in task. By default the task that the component names itself after.
    #[arg(long)]
    pub task: Option<Task>,
    /// Source of prices: synthetic, csv:DIR, csv-raw:DIR or bhavcopy:DIR. Given several times, they are asked in that order.
    /// ANSWERS=MARKET asks a source only for these of bars, quotes, instruments and actions, as in quotes=yahoo.
    #[arg(long = "market", value_name = "MARKET", default_value = "synthetic")]
    pub markets: Vec<MarketLink>,
    /// Shares that the account holds; they are bought at the market on the trading day before. May be repeated.
    #[arg(long = "hold", value_name = "SYMBOL:QUANTITY")]
    pub held: Vec<HeldShares>,
    /// A file with what the user has set for the task, as a JSON object; without it the defaults hold.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Seed of the made-up market and of the paper broker.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Run it this many times more on the same answers and print how long one fresh run takes.
    #[arg(long, value_name = "RUNS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub measure: Option<u32>,
    /// Also write everything that is printed here, in full, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// A position that the account has when the task runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldShares {
    /// Symbol of the shares.
    pub symbol: Symbol,
    /// Number of shares held.
    pub quantity: u32,
}

impl FromStr for HeldShares {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is not SYMBOL:QUANTITY, such as INFY:10");
        let (symbol, quantity) = text.split_once(':').ok_or_else(wrong)?;
        let symbol = Symbol::new(symbol).map_err(|error| error.to_string())?;
        let quantity = quantity.parse().ok().filter(|quantity| *quantity > 0).ok_or_else(wrong)?;
        Ok(Self { symbol, quantity })
    }
}

/// Reads a time of day such as `09:15`.
pub(super) fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is not a time such as 09:15"))
}
