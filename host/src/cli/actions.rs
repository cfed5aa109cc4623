//! The command line of `prahari actions`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use prahari_domain::actions::ActionName;
use prahari_domain::instruments::Symbol;

use super::{AtDaemon, FieldValue};

/// Options of `actions`.
#[derive(Debug, Args)]
pub struct Actions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: ActionsCommand,
}

/// What can be done with corporate actions.
#[derive(Debug, Subcommand)]
pub enum ActionsCommand {
    /// List those that are known, the latest ex-date first.
    List {
        /// Only of this share.
        #[arg(long)]
        symbol: Option<Symbol>,
        /// Only those that have come this far.
        #[arg(long, value_enum)]
        state: Option<StateName>,
        /// Only with this ex-date or a later one.
        #[arg(long, value_name = "DATE", value_parser = super::values::date)]
        from: Option<NaiveDate>,
        /// Only with this ex-date or an earlier one.
        #[arg(long, value_name = "DATE", value_parser = super::values::date)]
        until: Option<NaiveDate>,
        /// How many are shown.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Enter one. On its ex-date it changes the books of whoever held the share.
    Add {
        /// The share, by its symbol before the action.
        symbol: Symbol,
        /// First trading date without the right, such as 2024-10-28.
        #[arg(value_parser = super::values::date)]
        ex_day: NaiveDate,
        /// What it is.
        #[arg(value_parser = PossibleValuesParser::new(ActionName::ALL.map(ActionName::name)))]
        kind: String,
        /// Its figures, such as new=1 held=1 of a bonus or per_share_paise=900 of a dividend; amounts in paise.
        #[arg(value_name = "NAME=VALUE")]
        figures: Vec<FieldValue>,
        /// What is to be remembered of it.
        #[arg(long)]
        note: Option<String>,
        /// Enter it although bars, calendar or market speak against it, or it replaces one that is known.
        #[arg(long)]
        confirm: bool,
    },
    /// Bring a list: the exchange's bc file, the table of its site, or a CSV or JSON with figures. Exit code 1 when rows cannot be used,
    /// are left out, or say something else than what is booked.
    Import {
        /// Path of the list.
        file: PathBuf,
        /// Only say what it would change.
        #[arg(long)]
        dry_run: bool,
        /// Take up actions too that bars, calendar or market speak against.
        #[arg(long)]
        confirm: bool,
    },
    /// List actions of sources that prices or known actions contradict: they wait for a decision.
    Doubted {
        /// Those that are decided too.
        #[arg(long)]
        all: bool,
        /// How many are shown.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Take up a doubted one, whatever speaks against it.
    Confirm {
        /// The number that `actions doubted` shows.
        doubted: u64,
    },
    /// Reject a doubted one: it counts for nothing, also while its source goes on telling it.
    Reject {
        /// The number that `actions doubted` shows.
        doubted: u64,
        /// Why it does not count, in one sentence.
        #[arg(long)]
        reason: String,
    },
    /// Take one back: what it had booked is booked back.
    Undo {
        /// The number that `actions list` shows.
        action: u64,
        /// Why it does not count, in one sentence.
        #[arg(long)]
        reason: String,
    },
}

/// How far an action has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateName {
    /// Its ex-date has not come.
    Announced,
    /// The books of whoever held the share are changed.
    Applied,
    /// It was taken back.
    Undone,
}

impl StateName {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Applied => "applied",
            Self::Undone => "undone",
        }
    }
}
