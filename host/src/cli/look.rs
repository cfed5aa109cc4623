//! The command lines of whoever looks at what a daemon does: `prahari logs`, `runs`, `orders`, `positions`, `doctor`,
//! `settings` and `trading`.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;

use super::{AtDaemon, FieldValue};

/// Options of `logs`.
#[derive(Debug, Args)]
pub struct Logs {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long)]
    pub user: Option<u64>,
    /// Only what runs of this task wrote; without it also the lines about services.
    #[arg(long)]
    pub task: Option<Task>,
    /// Only lines of this level or a more severe one.
    #[arg(long, value_enum, default_value_t)]
    pub level: LineLevel,
    /// How many of the newest lines are shown first.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
    /// Go on with new lines as they come, until Ctrl-C or the daemon ends; exit code 1 when it is the daemon.
    #[arg(long, short)]
    pub follow: bool,
}

/// Level of a line, the least severe first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LineLevel {
    /// Details for the author of a task.
    #[default]
    Debug,
    /// Normal operation.
    Info,
    /// Something is unusual.
    Warn,
    /// An operation failed.
    Error,
}

impl LineLevel {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Options of `runs`.
#[derive(Debug, Args)]
pub struct RunsOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long, global = true)]
    pub user: Option<u64>,
    /// Command to run.
    #[command(subcommand)]
    pub command: RunsCommand,
}

/// What can be asked about runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the newest runs.
    List {
        /// Only runs of this task.
        #[arg(long)]
        task: Option<Task>,
        /// Only runs that ended like this, such as succeeded or task_failed; executing for those under way.
        #[arg(long)]
        outcome: Option<String>,
        /// How many are shown.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Show one run: what it used, counted, decided and wrote to its log.
    Show {
        /// The number that `runs list` shows.
        run: u64,
    },
}

/// Options of `orders`.
#[derive(Debug, Args)]
pub struct Orders {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long)]
    pub user: Option<u64>,
    /// Only orders of this symbol.
    #[arg(long)]
    pub symbol: Option<Symbol>,
    /// Only orders of this trading date.
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub day: Option<NaiveDate>,
    /// Only orders to which something can still happen.
    #[arg(long)]
    pub active: bool,
    /// How many are shown, the newest ones.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}

/// Options of `positions`.
#[derive(Debug, Args)]
pub struct Positions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long)]
    pub user: Option<u64>,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long)]
    pub user: Option<u64>,
}

/// Options of `settings`.
#[derive(Debug, Args)]
pub struct SettingsOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of another user, for an admin.
    #[arg(long, global = true)]
    pub user: Option<u64>,
    /// Command to run.
    #[command(subcommand)]
    pub command: SettingsCommand,
}

/// What can be done with the settings of a user's strategy.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show each setting with its value, or some of them with what they are.
    Show {
        /// Names of settings.
        names: Vec<String>,
    },
    /// Set single settings; the others stay. For runs that start from now on.
    Set {
        /// Settings as `settings show` names them, such as rsi_period=14, past_gate=on or user_capital_paise=5000000; amounts
        /// in paise.
        #[arg(required = true, value_name = "NAME=VALUE")]
        settings: Vec<FieldValue>,
    },
    /// Bring the defaults of some settings back, or all of them.
    Reset {
        /// Names of settings; all without one.
        names: Vec<String>,
    },
    /// List who changed settings and what, newest first; for admins.
    History {
        /// How many changes are shown.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
}

/// Options of `trading`.
#[derive(Debug, Args)]
pub struct TradingOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of a user, for an admin: the state that is set is one that the user cannot take back.
    #[arg(long, global = true)]
    pub user: Option<u64>,
    /// Command to run.
    #[command(subcommand)]
    pub command: TradingCommand,
}

/// What can be done with a trading state.
#[derive(Debug, Subcommand)]
pub enum TradingCommand {
    /// Show what may be sent, and why not more.
    Show,
    /// Set the state, from the next order on.
    Set {
        /// The state.
        #[arg(value_enum)]
        state: TradingStateArgument,
        /// Why, one sentence.
        #[arg(long)]
        reason: String,
    },
}

/// A trading state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TradingStateArgument {
    /// Everything that the limits let through.
    Active,
    /// Only what lowers a position: sells of what is held, fewer shares of open buys, cancellations.
    // By the name that the API has and that the answer shows; as people write it, too.
    #[value(name = "reduce_only", alias = "reduce-only")]
    ReduceOnly,
    /// Cancellations only: the kill switch.
    Halted,
}

impl TradingStateArgument {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ReduceOnly => "reduce_only",
            Self::Halted => "halted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trading_state_is_read_in_both_spellings_and_written_in_that_of_the_api() {
        for state in TradingStateArgument::value_variants() {
            let value = state.to_possible_value().unwrap();
            assert_eq!(value.get_name(), state.name());
            for spelling in [state.name().to_owned(), state.name().replace('_', "-")] {
                assert_eq!(TradingStateArgument::from_str(&spelling, false), Ok(*state), "{spelling}");
            }
        }
        assert!(TradingStateArgument::from_str("reduceonly", false).is_err());
    }
}
