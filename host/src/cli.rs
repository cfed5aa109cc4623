//! The command line.

mod actions;
mod calendar;
mod connecting;
mod log;
mod look;
mod market;
mod module;
mod operate;
mod recorded;
mod remote;
mod serve;
mod service;
mod simulate;
mod task;
mod values;
mod yahoo;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use prahari_domain::text::one_line;

pub use actions::{Actions, ActionsCommand};
pub use calendar::{Calendar, CalendarCommand, CalendarFile, UnknownDays};
pub use look::{
    Doctor, Logs, Orders, Positions, RunsCommand, RunsOptions, SettingsCommand, SettingsOptions,
    TradingCommand, TradingOptions,
};
pub use market::{MarketCheck, MarketCommand, MarketExport, MarketFetch};
pub use module::{Module, ModuleCommand};
pub use operate::{
    ApiCall, ChaosFlags, FieldValue, GrantCommand, GrantOptions, RuleOptions, ScheduleCommand,
    ScheduleOptions, ScopeName, TimeRange, TokenCommand, TokenOptions, UserCommand, UserOptions,
};
pub use recorded::{Replay, Shadow};
pub use remote::{AsPerson, AtDaemon};
pub use serve::Serve;
pub use service::{RestartName, ServiceCommand, ServiceOptions};
pub use simulate::Simulate;
pub use task::{
    HeldShares, Language, NewTask, RunTask, TaskCommand, TaskName, TaskSettingsCommand, TaskSettingsOptions,
};
pub use values::{Candidate, Market, MarketLink, OwnModule};
pub use yahoo::YahooOptions;

/// Prahari runs the trading day of many users: every task a sandboxed component, on schedule, accounted for.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110)]
pub struct Cli {
    /// Command to run.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the command line of this process, and ends it when it cannot be meant. What is then said repeats
    /// arguments, of which one may be the name of a file that somebody else chose: it is said of the arguments made
    /// safe to show.
    pub fn read() -> Self {
        let refused = match Self::try_parse() {
            Ok(cli) => return cli,
            Err(refused) if refused.use_stderr() => refused,
            // Help and version repeat nothing.
            Err(asked) => asked.exit(),
        };
        let shown = std::env::args_os().map(|given| one_line(&given.to_string_lossy()).into_owned());
        match Self::try_parse_from(shown) {
            Err(shown) if shown.use_stderr() => shown.exit(),
            _ => {
                crate::exit::complain(&refused.to_string());
                std::process::exit(2)
            }
        }
    }
}

/// Commands of `prahari`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the daemon and its page.
    Serve(Box<Serve>),
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
    /// What is in the files of a market source, and fetching the bars of one over the net.
    #[command(subcommand)]
    Market(MarketCommand),
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
    /// The versions of the modules that a running daemon runs.
    Module(Module),
    /// The calendar of the exchange by which a running daemon works.
    Calendar(Calendar),
    /// The corporate actions that a running daemon knows: splits, bonus issues, dividends and the like.
    Actions(Actions),
    /// When the tasks of a running daemon run.
    Schedule(ScheduleOptions),
    /// What the tasks of a running daemon may do and use.
    Grant(GrantOptions),
    /// The services of a user at a running daemon.
    Service(ServiceOptions),
    /// The users of a running daemon.
    User(UserOptions),
    /// API tokens, with which programs show who they are.
    Token(TokenOptions),
    /// What runs at a running daemon wrote, and what happened to services.
    Logs(Logs),
    /// What ran at a running daemon, and how it ended.
    Runs(RunsOptions),
    /// The orders of a user at a running daemon.
    Orders(Orders),
    /// What a user of a running daemon holds, and their money.
    Positions(Positions),
    /// What of a user's day can be proved before the market opens, without a login at the broker. Exit code 1 when something
    /// failed.
    Doctor(Doctor),
    /// The settings of a user's strategy at a running daemon.
    Settings(SettingsOptions),
    /// What of a user's orders may be sent at a running daemon: everything, only what lowers positions, or nothing.
    Trading(TradingOptions),
    /// Send any request to a running daemon and print its answer.
    Api(ApiCall),
    /// The key under which secrets in the database are sealed.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The log of who changed what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The database as a whole.
    #[command(subcommand)]
    Database(DatabaseCommand),
    /// Measure the budgets and print one JSON line for each.
    #[command(hide = true)]
    Bench(Bench),
}

impl Command {
    /// Returns whether a person reads its log on the terminal; the others talk to a program.
    pub fn is_interactive(&self) -> bool {
        !matches!(self, Self::Compile | Self::Worker | Self::Bench(_))
    }
}

/// What can be done with the key.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Seal every credential and authenticator secret anew under a new key; the daemon must be stopped.
    Rotate {
        /// Path of the database.
        #[arg(long)]
        db: PathBuf,
        /// The key file; without it the one beside the database.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Give up the credentials and authenticators that the key file does not open, because their key is lost; their
    /// users enter them again. The daemon must be stopped.
    Forget {
        /// Path of the database.
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
        /// Path of the database.
        #[arg(long)]
        db: PathBuf,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with a database.
#[derive(Debug, Subcommand)]
pub enum DatabaseCommand {
    /// Look at everything: pages, journals, books, snapshots, paper accounts, audit log, recordings. Changes
    /// nothing, and the daemon may run. Exit code 1 when something is wrong, with a sentence that says what and
    /// where.
    Check {
        /// Path of the database.
        #[arg(long)]
        db: PathBuf,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a copy of the database as it is now to a new file; the daemon may run and goes on. The copy is checked as `check`
    /// does, with exit code 1 when something is wrong. The key file is not in it: keep it apart.
    Backup {
        /// Path of the database.
        #[arg(long)]
        db: PathBuf,
        /// The file to write; there must be none of that name.
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Put a backup in the place of the database, once it was checked; the daemon must be stopped. A database that stands
    /// there is moved aside, to its name with .before-restore added.
    Restore {
        /// Path of the database.
        #[arg(long)]
        db: PathBuf,
        /// The backup; it stays as it is.
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
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
