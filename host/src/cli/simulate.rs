//! The command line of `prahari simulate`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::{MarketLink, OwnModule, UnknownDays, YahooOptions};

/// Options of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Source of prices: synthetic, csv:DIR, csv-raw:DIR, bhavcopy:DIR or yahoo. Given several times, they are asked in that order.
    /// ANSWERS=MARKET asks a source only for these of bars, quotes, instruments and actions, as in quotes=yahoo.
    #[arg(long = "market", value_name = "MARKET", default_value = "synthetic")]
    pub markets: Vec<MarketLink>,
    /// First date, included.
    #[arg(long, value_parser = super::values::date)]
    pub from: NaiveDate,
    /// Last date, included.
    #[arg(long, value_parser = super::values::date)]
    pub to: NaiveDate,
    /// How many users; the first is the admin, whose service runs what all share.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users: u32,
    /// What weekdays are taken for after the last day of which the holidays are known.
    #[arg(long, value_enum, default_value_t)]
    pub unknown_days: UnknownDays,
    /// Seed of the made-up market and of the paper broker.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Also write the report here, as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Also write what happened to every order here, one line each: two builds that trade alike write the same bytes.
    #[arg(long)]
    pub orders: Option<PathBuf>,
    /// Keep everything in this database, for --resume and for `prahari replay`; without it a temporary one is used.
    #[arg(long)]
    pub db: Option<PathBuf>,
    /// Go on with an interrupted simulation of the same settings.
    #[arg(long, requires = "db")]
    pub resume: bool,
    /// Run a component of your own for a task. One that exports a manifest may be a task of its own, for this simulation.
    #[arg(long = "module", value_name = "TASK=FILE")]
    pub modules: Vec<OwnModule>,
    /// With --market yahoo: the database that keeps what is fetched, as `prahari market fetch` does; only what is not there is
    /// fetched. It is made when it is missing.
    #[arg(long, env = "PRAHARI_YAHOO_CACHE", value_name = "DB")]
    pub yahoo_cache: Option<PathBuf>,
    // Last, because its heading holds for whatever follows.
    #[command(flatten)]
    pub yahoo: YahooOptions,
}
