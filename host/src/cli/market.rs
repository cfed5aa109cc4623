//! The command line of `prahari market`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use prahari_domain::instruments::Symbol;

use super::Market;

/// What can be done with the files of a market source; no daemon is asked.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Read a folder as the daemon would, and say what is in it and what was left out. Exit code 1 when sessions between its
    /// first and last day have no bar of any share, 2 when it cannot be used.
    Check {
        /// The folder: csv:DIR or bhavcopy:DIR.
        #[arg(value_name = "MARKET")]
        market: Market,
    },
    /// Write the bars of a folder as one file for each share, as csv:DIR reads them.
    Export(MarketExport),
}

/// Options of `market export`.
#[derive(Debug, Args)]
pub struct MarketExport {
    /// The folder to read: csv:DIR or bhavcopy:DIR.
    #[arg(value_name = "MARKET")]
    pub market: Market,
    /// The folder to write into; it is made when it is missing, and must be empty.
    #[arg(value_name = "DIR")]
    pub to: PathBuf,
    /// First day, included; by default the first that there is.
    #[arg(long)]
    pub from: Option<NaiveDate>,
    /// Last day, included; by default the last that there is.
    #[arg(long)]
    pub until: Option<NaiveDate>,
    /// Only this share; may be given several times.
    #[arg(long = "symbol", value_name = "SYMBOL")]
    pub symbols: Vec<Symbol>,
}
