//! What may be said of the market source yahoo on the command line.

use std::path::PathBuf;

use clap::Args;

/// Options of `--market yahoo`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Yahoo")]
pub struct YahooOptions {
    /// Where the source is asked: https, or http on this machine; the address of its own servers without it.
    #[arg(long, env = "PRAHARI_YAHOO_URL", value_name = "URL")]
    pub yahoo_url: Option<String>,
    /// A file with the shares that make up the source's universe, one symbol in a line. Without it large companies that the
    /// program knows, and among several sources none: then the others say what there is.
    #[arg(long, env = "PRAHARI_YAHOO_SYMBOLS", value_name = "FILE")]
    pub yahoo_symbols: Option<PathBuf>,
    /// Most requests in a minute, 30 without it. More are locked out sooner or later, for a quarter of an hour at least.
    #[arg(long, env = "PRAHARI_YAHOO_PER_MINUTE", value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub yahoo_per_minute: Option<u32>,
}

impl YahooOptions {
    /// The names of those that were given.
    pub fn given(&self) -> Vec<&'static str> {
        let options = [
            ("--yahoo-url", self.yahoo_url.is_some()),
            ("--yahoo-symbols", self.yahoo_symbols.is_some()),
            ("--yahoo-per-minute", self.yahoo_per_minute.is_some()),
        ];
        options.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }
}
