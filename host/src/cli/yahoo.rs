//! What may be said of the market source yahoo on the command line.

use std::path::PathBuf;

use clap::Args;

/// Options of `--market yahoo`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Yahoo")]
pub struct YahooOptions {
    /// Where the source is asked: https, or http on this machine.
    #[arg(
        long,
        env = "PRAHARI_YAHOO_URL",
        value_name = "URL",
        default_value = "https://query1.finance.yahoo.com"
    )]
    pub yahoo_url: String,
    /// A file with the shares that make up the source's universe, one symbol in a line. Without it large companies that the
    /// program knows, and among several sources none: then the others say what there is.
    #[arg(long, env = "PRAHARI_YAHOO_SYMBOLS", value_name = "FILE")]
    pub yahoo_symbols: Option<PathBuf>,
    /// Most requests in a minute. More than 30 are locked out sooner or later, for a quarter of an hour at least.
    #[arg(long, env = "PRAHARI_YAHOO_PER_MINUTE", value_name = "REQUESTS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub yahoo_per_minute: u32,
}
