//! Kotak Neo as a source of market data: prices of the running day and what the broker says of each share, had with the session
//! of one user whom the operator names.
//!
//! - Prices come from the market feed for the shares that are followed, and are asked for else, some shares in one question. While
//!   the feed is silent although the exchange trades, everything is asked for.
//! - One question is on its way at a time, for everybody who waits: what several want is asked for once. Answers serve for two
//!   seconds, half a minute while the exchange does not trade; those of a share that the feed tells for a minute.
//! - A share that the broker's file does not list has no answer. A broker that does not answer, or a session that cannot be had, is
//!   an error that says why, and nobody asks for some seconds then.
//! - There are no bars: the broker has no history that could be relied on.

mod bring;
mod figures;
mod held;
mod line;
mod pushes;
mod tape;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prahari_brokers::{
    Candles, Interval, LineState, MarketData, MarketError, MinuteBar, Pace, PricePushes, Quote,
    Sessions as Hours, SourceNews, SourceState, SourceTrouble,
};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use self::bring::Bringer;
use self::tape::minute_of;
use crate::scrip::Scrip;
use crate::session::Sessions;
use crate::settings::KotakSettings;
use crate::shares::Shares;

/// Name of the source.
const SOURCE: &str = "kotak";

/// For how long an answer serves, in milliseconds.
const SERVES_MS: i64 = 2_000;

/// The same while the exchange does not trade, in milliseconds.
const SERVES_CLOSED_MS: i64 = 30_000;

/// For how long what is known is better than nothing, in milliseconds.
const KEPT_MS: i64 = 60_000;

/// How long ago a question is about the past, in milliseconds: what is known now is no answer to it.
const PAST_MS: i64 = 60_000;

/// Highest price of a share for which the broker names none.
const NO_BAND: Paise = Paise::rupees(1_000_000);

/// Says with whose session prices are had.
#[async_trait]
pub trait PriceAccount: Send + Sync {
    /// Returns the user.
    ///
    /// # Errors
    /// One sentence, when there is no such user.
    async fn user(&self) -> Result<UserId, String>;
}

/// What the source is made of.
pub struct KotakMarketParts {
    /// How the broker is spoken to.
    pub settings: Arc<KotakSettings>,
    /// Real time.
    pub pace: Arc<dyn Pace>,
    /// The sessions of all users, which trading uses too: nothing logs in twice.
    pub sessions: Arc<Sessions>,
    /// The file of all shares, which trading uses too.
    pub shares: Arc<Shares>,
    /// When the exchange trades.
    pub hours: Arc<dyn Hours>,
    /// Whose session it is.
    pub account: Arc<dyn PriceAccount>,
}

/// Prices from Kotak Neo.
pub struct KotakMarket {
    bringer: Arc<Bringer>,
    /// How long a question waits for its answer.
    patience: Duration,
}

impl KotakMarket {
    /// A source of which nothing was asked yet; nobody logs in by that.
    pub fn new(parts: KotakMarketParts) -> Self {
        let patience = parts.settings.prepare;
        Self { bringer: Arc::new(Bringer::new(parts)), patience }
    }

    /// Waits until these shares were asked for at this time or later, as long as patience lasts. What was begun goes on.
    ///
    /// # Errors
    /// When something could not be asked, or is still on its way.
    async fn gather(&self, symbols: &[Symbol], since: Timestamp) -> Result<(), MarketError> {
        if self.bringer.has_all(symbols, since) {
            return Ok(());
        }
        let (bringer, symbols) = (self.bringer.clone(), symbols.to_vec());
        self.patiently(async move { bringer.bring(&symbols, since).await }).await
    }

    /// Waits for the file of all shares of today.
    ///
    /// # Errors
    /// When it cannot be had, or is still on its way.
    async fn file(&self) -> Result<(), MarketError> {
        if self.bringer.listed().is_some() {
            return Ok(());
        }
        let bringer = self.bringer.clone();
        self.patiently(async move { bringer.file().await.map(|_| ()) }).await
    }

    /// Does something to its end, and waits for it as long as patience lasts.
    async fn patiently(
        &self,
        work: impl Future<Output = Result<(), String>> + Send + 'static,
    ) -> Result<(), MarketError> {
        let done = match tokio::time::timeout(self.patience, tokio::spawn(work)).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err("the question was ended".to_owned()),
            Err(_) => Err("the broker is still being asked".to_owned()),
        };
        done.map_err(MarketError::Unavailable)
    }

    /// The prices as they were known at an instant.
    ///
    /// # Errors
    /// When none was, because nothing was seen of a share that is listed.
    fn quotes_as_of(&self, symbols: &[Symbol], then: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let quotes: Vec<_> = symbols.iter().map(|symbol| self.bringer.quote_as_of(symbol, then)).collect();
        let is_unseen = |symbol: &&Symbol| self.bringer.lists(symbol) && !self.bringer.has_seen(symbol);
        match symbols.iter().find(is_unseen) {
            Some(unseen) if quotes.iter().all(Option::is_none) => {
                let time = then.ist_time().format("%H:%M:%S");
                Err(MarketError::Unavailable(format!("what {unseen} cost at {time} was not seen")))
            }
            _ => Ok(quotes),
        }
    }

    /// Whether a time is so long ago that it is asked what was known then.
    fn is_past(&self, instant: Timestamp) -> bool {
        self.bringer.now().millis_since(instant) >= PAST_MS
    }
}

#[async_trait]
impl MarketData for KotakMarket {
    fn source(&self) -> &'static str {
        SOURCE
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.file().await?;
        let file = self.bringer.listed();
        Ok(file.iter().flat_map(|file| file.all()).map(|scrip| scrip.symbol.clone()).collect())
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        if self.is_past(now) {
            return self.quotes_as_of(symbols, now);
        }
        let real = self.bringer.now();
        let serves = if self.bringer.is_day_of_trading(real) { SERVES_MS } else { SERVES_CLOSED_MS };
        let gathered = self.gather(symbols, real.plus_millis(1 - serves)).await;
        let quotes: Vec<_> = symbols.iter().map(|symbol| self.bringer.quote(symbol, now)).collect();
        if !symbols.is_empty() && quotes.iter().all(Option::is_none) {
            gathered?;
            if let Some(listed) = symbols.iter().find(|symbol| self.bringer.lists(symbol)) {
                return Err(MarketError::Unavailable(format!("the broker tells no price of {listed} now")));
            }
        }
        Ok(quotes)
    }

    /// None: the broker has no history that could be relied on.
    async fn candles(
        &self,
        _symbol: &Symbol,
        _interval: Interval,
        _count: u32,
        _forming: bool,
        _now: Timestamp,
    ) -> Result<Candles, MarketError> {
        Ok(Candles::none(SOURCE))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        _now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.file().await?;
        let file = self.bringer.listed();
        let of = |symbol: &Symbol| file.as_ref().and_then(|file| file.find(symbol)).map(instrument);
        Ok(symbols.iter().map(of).collect())
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        let real = self.bringer.now();
        let over = minute_of(instant).plus_minutes(1);
        let is_of_today = instant.ist_day() == real.ist_day();
        if over > real || !is_of_today || !self.bringer.trades_at(instant) {
            return Ok(None);
        }
        let gathered = self.gather(std::slice::from_ref(symbol), over).await;
        match self.bringer.minute(symbol, instant) {
            Some(bar) => Ok(Some(bar)),
            None => gathered.map(|()| None),
        }
    }

    fn news(&self) -> Vec<SourceNews> {
        self.bringer.line().news()
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        self.bringer.follows().then_some(self)
    }

    fn sources(&self) -> Vec<SourceState> {
        let now = self.bringer.now();
        let feed = self.bringer.feed_state();
        let silent = feed.as_ref().filter(|feed| feed.silent).map(|feed| SourceTrouble {
            reason: "the market feed is silent; prices are asked for instead".to_owned(),
            since: feed.heard_at.or(feed.connected),
            until: None,
            keeps_old: false,
        });
        let (down, line) = self.bringer.line().state(now, self.bringer.per_minute());
        let (tapes, waiting) = self.bringer.counts();
        vec![SourceState {
            shares: self.bringer.listed().map_or(0, |file| file.len()),
            trouble: down.or(silent),
            line: Some(LineState { waiting, tapes, most_tapes: held::MOST_SHARES, ..line }),
            feed,
            ..SourceState::new(SOURCE)
        }]
    }
}

/// What the broker says of a share, as everybody is told it.
fn instrument(scrip: &Scrip) -> Instrument {
    Instrument {
        symbol: scrip.symbol.clone(),
        series: scrip.series.clone(),
        tick: scrip.tick,
        lot: scrip.lot,
        freeze_quantity: scrip.freeze_quantity.unwrap_or(u32::MAX),
        band_low: scrip.band_low.unwrap_or(scrip.tick),
        band_high: scrip.band_high.unwrap_or(NO_BAND),
        // The file does not say which shares take part in it.
        closing_auction: false,
    }
}
