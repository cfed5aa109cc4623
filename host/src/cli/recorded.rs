//! The command lines that look at recorded runs: `prahari replay` and `prahari shadow`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::Candidate;

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The database with the recordings.
    #[arg(long)]
    pub db: PathBuf,
    /// Id of the run.
    #[arg(required_unless_present_any = ["all", "day"])]
    pub run: Option<u64>,
    /// Replay every recorded run.
    #[arg(long, conflicts_with_all = ["run", "day"])]
    pub all: bool,
    /// Every recorded run that started on this day.
    #[arg(long, conflicts_with = "run", value_name = "DATE", value_parser = super::values::date)]
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
    /// Number of trading days to compare; the last one is the newest with a run of the task.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// Only on the runs of this user.
    #[arg(long)]
    pub user: Option<u64>,
    /// Also write the report here, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
}
