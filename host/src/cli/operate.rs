//! The command lines of an operator: `prahari token`, `user`, `grant`, `schedule` and `api`.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveTime;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use prahari_app::accounts::MOST_TOKEN_DAYS;
use prahari_domain::tasks::Task;

use super::{AsPerson, AtDaemon};

/// Options of `token`.
#[derive(Debug, Args)]
pub struct TokenOptions {
    #[command(flatten)]
    pub person: AsPerson,
    /// Command to run.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What can be done with API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make an API token and print it, this once. By log-in at a running daemon, or with --db on the daemon's machine
    /// while it is stopped.
    New {
        /// The name by which its user knows it.
        name: String,
        /// What it may be used for.
        #[arg(long, value_enum, default_value_t)]
        scope: ScopeName,
        /// After how many days it ends; never without it.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_TOKEN_DAYS)))]
        days: Option<u32>,
        /// The database of a daemon that is stopped; the token belongs to the user of --login.
        #[arg(long)]
        db: Option<PathBuf>,
    },
    /// List one's tokens.
    List,
    /// Revoke one of one's tokens.
    Revoke {
        /// The number that `token list` shows.
        id: u64,
    },
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ScopeName {
    /// Reading.
    #[default]
    Read,
    /// Reading, and changing the user's own data.
    Control,
    /// Everything that an admin may do.
    Admin,
}

/// Options of `user`.
#[derive(Debug, Args)]
pub struct UserOptions {
    #[command(flatten)]
    pub person: AsPerson,
    /// Command to run.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user, and print the link with which they choose a password.
    Add {
        /// Name with which the user logs in.
        name: String,
        /// Make them an admin.
        #[arg(long)]
        admin: bool,
        /// The money that their paper account opens with, in whole rupees; 10 lakh without it.
        #[arg(long, value_name = "RUPEES", value_parser = clap::value_parser!(u32).range(1_000..=1_000_000_000))]
        capital: Option<u32>,
    },
    /// Print a link with which a user chooses another password.
    Reset {
        /// Name of the user.
        name: String,
        /// Its use removes their authenticator as well.
        #[arg(long)]
        remove_totp: bool,
    },
    /// List the users.
    List,
    /// Show whether a user's simulated broker misbehaves on purpose, or have it do so, for practice.
    Chaos {
        /// Name of the user.
        name: String,
        #[command(flatten)]
        modes: ChaosFlags,
        /// Time at which it ends, with its zone, such as 2025-01-02T15:30:00+05:30 for 15:30 IST; the end of the date without it.
        #[arg(long, value_name = "INSTANT", requires = "ChaosFlags")]
        until: Option<String>,
        /// Have it be well again.
        #[arg(long, conflicts_with = "ChaosFlags")]
        off: bool,
    },
}

/// Ways in which a simulated broker misbehaves.
#[derive(Debug, Args)]
pub struct ChaosFlags {
    /// Answers come this many milliseconds late, 1 to 15000.
    #[arg(long, value_name = "MS")]
    pub late_ms: Option<u32>,
    /// Each so-many-th answer to an order, a change or a cancellation is lost, 1 (all of them) to 1000.
    #[arg(long, value_name = "COUNT")]
    pub lose_every: Option<u32>,
    /// The order book lags by this many milliseconds, 1 to 300000.
    #[arg(long, value_name = "MS")]
    pub lag_ms: Option<u32>,
    /// No call arrives.
    #[arg(long)]
    pub down: bool,
}

/// Options of `grant`.
#[derive(Debug, Args)]
pub struct GrantOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: GrantCommand,
}

/// What can be done with what tasks are granted.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// Show what a task, or each, may do and use.
    Show {
        /// Name of the task.
        task: Option<Task>,
        /// Id of a user with an allowance of their own.
        #[arg(long)]
        user: Option<u64>,
    },
    /// Set single fields; the others stay. From the next run on.
    Set {
        /// Name of the task.
        task: Task,
        /// Fields as `grant show` names them, such as cpu_ms=500, per_run.decisions=100, capabilities=market,log or
        /// orders_per_day=none.
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<FieldValue>,
        /// Id of the user for whom alone it holds.
        #[arg(long)]
        user: Option<u64>,
    },
    /// Remove what was set, by which the default holds again.
    Reset {
        /// Name of the task.
        task: Task,
        /// Id of the user for whom it was set.
        #[arg(long)]
        user: Option<u64>,
    },
}

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    /// Name of the field, with a dot before the name of one within.
    pub field: String,
    /// Its value as text.
    pub value: String,
}

impl FromStr for FieldValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((field, value)) if !field.is_empty() && !value.is_empty() => {
                Ok(Self { field: field.to_owned(), value: value.to_owned() })
            }
            _ => Err(format!("{text:?} is not a name and its value, such as NAME=5")),
        }
    }
}

/// Options of `schedule`.
#[derive(Debug, Args)]
pub struct ScheduleOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: ScheduleCommand,
}

/// What can be done with schedules.
#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// List the schedules, each with its next run and what is odd about it.
    List,
    /// Say what another schedule would do; nothing is saved.
    Preview {
        /// Name of the task.
        task: Task,
        #[command(flatten)]
        rule: RuleOptions,
        /// How many of its next runs are shown.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
        next: u32,
    },
    /// Give a task another schedule. What runs goes on by the old one until its service is started again.
    Set {
        /// Name of the task.
        task: Task,
        #[command(flatten)]
        rule: RuleOptions,
        /// One sentence for people.
        #[arg(long, default_value = "")]
        description: String,
        /// Save it although it is flagged.
        #[arg(long)]
        confirm: bool,
    },
    /// Turn a task on.
    On {
        /// Name of the task.
        task: Task,
        /// Turn it on although its schedule is flagged.
        #[arg(long)]
        confirm: bool,
    },
    /// Turn a task off.
    Off {
        /// Name of the task.
        task: Task,
    },
}

/// One rule of a schedule.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("rule").required(true).args(["at", "hourly", "each_minute", "script", "cron"])))]
pub struct RuleOptions {
    /// Once a day at this time, IST.
    #[arg(long, value_name = "TIME", value_parser = super::task::time_of_day)]
    pub at: Option<NaiveTime>,
    /// Each hour from one time to another, IST, such as 09:30-15:30.
    #[arg(long, value_name = "TIME-TIME")]
    pub hourly: Option<TimeRange>,
    /// Each minute from one time until before another, IST, such as 09:15-15:30.
    #[arg(long, value_name = "TIME-TIME")]
    pub each_minute: Option<TimeRange>,
    /// A file with a script that defines `fn slots(day)`.
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// A cron expression of five fields, such as "30 9 * * MON-FRI".
    #[arg(long, value_name = "EXPRESSION")]
    pub cron: Option<String>,
    /// The time zone of the cron expression.
    #[arg(long, requires = "cron", default_value = "Asia/Kolkata")]
    pub zone: String,
}

/// Two times of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first.
    pub from: NaiveTime,
    /// The last.
    pub to: NaiveTime,
}

impl FromStr for TimeRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) =
            text.split_once('-').ok_or_else(|| format!("{text:?} is not TIME-TIME, such as 09:30-15:30"))?;
        Ok(Self { from: super::task::time_of_day(from)?, to: super::task::time_of_day(to)? })
    }
}

/// Options of `api`.
#[derive(Debug, Args)]
pub struct ApiCall {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// The method.
    #[arg(value_enum, ignore_case = true)]
    pub method: Method,
    /// The path behind /api/v1, such as /orders?limit=5; docs/openapi.json describes all of them.
    pub path: String,
    /// The body, as JSON.
    #[arg(long)]
    pub data: Option<String>,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Puts something in the place of what is there.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
