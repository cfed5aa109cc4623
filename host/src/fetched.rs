//! The market source that is over the net: opened as the command line says, and fetched before it is used without it.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use prahari_app::clock::Clock;
use prahari_brokers::{BarCache, MarketData, WarmFor, WarmStep, Warmed, YahooMarket, YahooSettings};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};

use crate::addresses::check_server;
use crate::cli::{Market, MarketLink, YahooOptions};
use crate::exit::{Failure, say, warn};
use crate::given_file;

/// Most bytes of a list of shares.
const MOST_LIST_BYTES: usize = 1 << 20;

/// Refuses an address that may not be asked, and says which options have no effect because the source is not among the markets.
pub fn check(markets: &[MarketLink], options: &YahooOptions) -> Result<(), Failure> {
    if MarketLink::any(markets, &Market::Yahoo) {
        return check_url(options);
    }
    options.given().iter().for_each(|name| warn(&format!("{name} has no effect without --market yahoo")));
    Ok(())
}

/// Opens the source if it is among the markets; bars of closed days come from the cache and go into it.
pub fn open(
    markets: &[MarketLink],
    options: &YahooOptions,
    calendar: &Arc<CalendarHandle>,
    seed: u64,
    cache: Arc<dyn BarCache>,
) -> Result<Option<Arc<YahooMarket>>, Failure> {
    if !MarketLink::any(markets, &Market::Yahoo) {
        return Ok(None);
    }
    let mut settings = settings(options)?;
    if markets.len() > 1 && options.yahoo_symbols.is_none() {
        settings.universe.clear();
    }
    // The world outside goes by its own time, whatever the daemon's clock does.
    let pace = Arc::new(Clock::System);
    let market = YahooMarket::new(settings, seed, calendar.clone(), cache, pace).map_err(Failure::work)?;
    Ok(Some(Arc::new(market)))
}

fn check_url(options: &YahooOptions) -> Result<(), Failure> {
    let Some(url) = &options.yahoo_url else { return Ok(()) };
    check_server(url).map_err(|why| Failure::input(format!("--yahoo-url {url}: {why}")))
}

fn settings(options: &YahooOptions) -> Result<YahooSettings, Failure> {
    check_url(options)?;
    let usual = YahooSettings::default();
    let mut settings = YahooSettings {
        url: options.yahoo_url.clone().unwrap_or(usual.url),
        per_minute: options.yahoo_per_minute.unwrap_or(usual.per_minute),
        ..usual
    };
    if let Some(file) = &options.yahoo_symbols {
        let bytes = given_file::read("list of shares", file, MOST_LIST_BYTES)?;
        let read = YahooSettings::read_universe(&String::from_utf8_lossy(&bytes));
        settings.universe = read.map_err(|reason| Failure::input(format!("{}: {reason}", file.display())))?;
    }
    Ok(settings)
}

/// Fetches everything that days from one through another can ask of every share, and nothing after it: what is answered then
/// does not depend on the net.
pub async fn fill_and_freeze(
    yahoo: &YahooMarket,
    market: &Arc<dyn MarketData>,
    (from, to): (Day, Day),
) -> Result<(), Failure> {
    let universe = market.universe().await.map_err(Failure::work)?;
    let warmed = fill(&**market, &universe, (from, to)).await;
    if !warmed.failed.is_empty() {
        return Err(Failure::work(format!("the prices cannot be fetched: {}", warmed.sentence())));
    }
    yahoo.freeze(&universe).await;
    Ok(())
}

/// Fetches what is missing of shares for days from one through another, with progress; what failed is in the answer.
pub async fn fill(market: &dyn MarketData, symbols: &[Symbol], (from, to): (Day, Day)) -> Warmed {
    let bar = progress_bar(symbols.len());
    let progress = |step: WarmStep| bar.set_position(u64::try_from(step.done).unwrap_or(u64::MAX));
    // The history that the first day looks back on, then the last day.
    let mut first = market.warm(symbols, WarmFor::Prices, Timestamp::start_of(from), &progress).await;
    let failed = std::mem::take(&mut first.failed);
    let rest: Vec<Symbol> =
        symbols.iter().filter(|symbol| failed.iter().all(|(failed, _)| failed != *symbol)).cloned().collect();
    let last = market.warm(&rest, WarmFor::Prices, Timestamp::end_of(to), &progress).await;
    bar.finish_and_clear();
    let fetched = first.fetched.max(last.fetched);
    let known = rest.len().saturating_sub(fetched + last.unlisted.len() + last.failed.len());
    let failed = failed.into_iter().chain(last.failed).collect();
    let warmed = Warmed { fetched, known, unlisted: last.unlisted, failed };
    say!("Prices: {}.", warmed.sentence());
    warmed
}

fn progress_bar(shares: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("fetching {wide_bar} {pos}/{len} shares, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(shares).unwrap_or(u64::MAX)).with_style(style)
}
