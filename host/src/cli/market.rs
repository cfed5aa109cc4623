//! The command line of `prahari market`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use prahari_domain::instruments::Symbol;

use super::{Market, MarketLink, YahooOptions};

/// What can be done with the files of a market source; no daemon is asked.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Read folders as the daemon would, and say what is in each and what was left out. Of several sources, and where ANSWERS= says
    /// what one may answer, it says also who is asked for what. Exit code 1 when sessions between the first and last day of a
    /// folder have no bar of any share, or rows or files could not be used; 2 when it cannot be used at all.
    Check(MarketCheck),
    /// Write the bars of a folder as one file for each share, as csv:DIR and csv-raw:DIR read them.
    Export(MarketExport),
    /// Fetch the bars of closed days that are not in a database yet, for a daemon or a simulation that uses it; no daemon may
    /// run on it. Exit code 1 when something could not be fetched.
    Fetch(MarketFetch),
    /// Print what a source said of a share's past otherwise than before, from the versions that a database keeps; no daemon may
    /// run on it.
    Restated {
        /// The database.
        #[arg(long)]
        db: PathBuf,
        /// The share.
        symbol: Symbol,
    },
}

/// Options of `market check`.
#[derive(Debug, Args)]
pub struct MarketCheck {
    /// The sources as --market of `prahari serve` names them: csv:DIR, csv-raw:DIR, bhavcopy:DIR, or yahoo, which is not asked here.
    #[arg(value_name = "MARKET", required = true)]
    pub markets: Vec<MarketLink>,
    /// A database whose corporate actions explain jumps too, beside those that the folders tell; no daemon may run on it.
    #[arg(long)]
    pub db: Option<PathBuf>,
    /// Print what was found as JSON, with every share and session that is named.
    #[arg(long)]
    pub json: bool,
}

/// Options of `market fetch`.
#[derive(Debug, Args)]
pub struct MarketFetch {
    /// The database that keeps the bars; it is made when it is missing.
    #[arg(long)]
    pub db: PathBuf,
    /// First date for which bars are wanted, included, such as 2025-03-10; by default that of --until. The years before it on which
    /// tasks look back are fetched as well.
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub from: Option<NaiveDate>,
    /// Last date for which bars are wanted, included, such as 2025-03-14, and no later than today; by default today. Dates are those
    /// of the exchange, in IST. The bar of a day is fetched once its session is over.
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub until: Option<NaiveDate>,
    /// Only this share; may be given several times. Without it all of the source's universe.
    #[arg(long = "symbol", value_name = "SYMBOL")]
    pub symbols: Vec<Symbol>,
    // Last, because its heading holds for whatever follows.
    #[command(flatten)]
    pub yahoo: YahooOptions,
}

/// Options of `market export`.
#[derive(Debug, Args)]
pub struct MarketExport {
    /// The folder to read: csv:DIR, csv-raw:DIR or bhavcopy:DIR.
    #[arg(value_name = "MARKET")]
    pub market: Market,
    /// The folder to write into; it is made when it is missing, and must be empty.
    #[arg(value_name = "DIR")]
    pub to: PathBuf,
    /// First date, included, such as 2025-03-10; by default that of the first bar.
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub from: Option<NaiveDate>,
    /// Last date, included, such as 2025-03-14; by default that of the last bar.
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub until: Option<NaiveDate>,
    /// Only this share; may be given several times.
    #[arg(long = "symbol", value_name = "SYMBOL")]
    pub symbols: Vec<Symbol>,
}
