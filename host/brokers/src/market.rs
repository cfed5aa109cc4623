//! What Prahari asks of a source of market data.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Candle, Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use crate::announced::SourceActions;
use crate::fetching::{OnProgress, SourceNews, WarmFor, Warmed};
use crate::folder::BarsReport;
use crate::price_push::PricePushes;
use crate::source_state::SourceState;

/// A source of prices. The instant is always passed in; a source never shows anything that is later than it.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// Name of the source, as `--market` has it, such as `csv`.
    fn source(&self) -> &'static str;

    /// Returns the folders whose files the source is made of; none of one that is not made of files.
    fn folders(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Every symbol there is, sorted.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when the source cannot be asked.
    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError>;

    /// One entry per symbol asked, in that order; `None` where the symbol is unknown or has no price yet.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when the source cannot be asked.
    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError>;

    /// The newest `count` candles, oldest first; an unknown symbol has none.
    ///
    /// Without `forming` they are made of closed sessions only: a day counts as closed 10 minutes after its
    /// session. With it, the running session is part of the last one. A running week is made of its days so far in
    /// both cases.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when the source cannot be asked.
    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError>;

    /// Returns what the exchange says of each symbol on the day of `now`, in the order asked.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when the source cannot be asked.
    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError>;

    /// The whole minute that `instant` falls in, for matching once that minute is over; `None` outside the session and
    /// where nothing is traded that day.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when the source cannot be asked.
    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError>;

    /// Takes up what was added to a source that does not see it by itself, and answers what was found where
    /// something had changed. Called between two trading days, so that what is new counts from the next one.
    ///
    /// # Errors
    /// When what is there now cannot be read; the source goes on with what it had.
    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        Ok(None)
    }

    /// Returns what was found when the source was read; `None` of one that is not made of files.
    fn report(&self) -> Option<BarsReport> {
        None
    }

    /// Returns which part of a session's trades was delivered, and not sold again on the same day, in hundredths of a percent;
    /// `None` where the source does not tell it. Known with the bar of the day, when that is over.
    fn delivered(&self, _symbol: &Symbol, _day: Day) -> Option<u16> {
        None
    }

    /// Returns the corporate actions that the source tells; none of one that tells none. What is new is there after
    /// [`MarketData::refresh`] found something.
    fn actions(&self) -> Arc<SourceActions> {
        Arc::default()
    }

    /// Returns whether something of the source is fetched from elsewhere when it is asked for, so that it is worth
    /// fetching ahead.
    fn fetches(&self) -> bool {
        false
    }

    /// Fetches what will be asked of these shares at `now` and is not there, a few at a time; what it cannot fetch is
    /// named in the result. A source that has everything does nothing.
    async fn warm(
        &self,
        _symbols: &[Symbol],
        _reason: WarmFor,
        _now: Timestamp,
        _progress: OnProgress<'_>,
    ) -> Warmed {
        Warmed::default()
    }

    /// How the source stands; of several in a chain each, in their order.
    fn sources(&self) -> Vec<SourceState> {
        let state = SourceState::new(self.source());
        vec![SourceState { folders: self.folders(), report: self.report(), ..state }]
    }

    /// The prices that the source tells by itself; `None` of one that only answers.
    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        None
    }

    /// Takes what happened to the source since this was last asked.
    fn news(&self) -> Vec<SourceNews> {
        Vec::new()
    }

    /// Takes the corporate actions that are known from now on: bars as traded are adjusted by them, and prices of past days
    /// are computed back from bars that are adjusted. A source that does neither lets them go.
    fn take_actions(&self, _factors: &Arc<ActionFactors>) {}

    /// Returns whether prices of the source of this name are as they were traded. Of one that is not, nobody knows which
    /// actions are in its prices already.
    fn is_raw(&self, _source: &str) -> bool {
        false
    }
}

/// Length of time that one candle covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// One bar for each session.
    Daily,
    /// Monday to Sunday, dated by its Monday.
    Weekly,
}

/// The last known state of a symbol's trading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Symbol of the share.
    pub symbol: Symbol,
    /// Last traded price; before the first trade of the day, the previous close.
    pub last: Paise,
    /// Pre-open indicative price, from the start of the pre-open session to the open.
    pub indicative: Option<Paise>,
    /// Opening price of today; none before the open.
    pub open: Option<Paise>,
    /// Today's highest price so far.
    pub high: Option<Paise>,
    /// Today's lowest price so far.
    pub low: Option<Paise>,
    /// Close of the last session before today as it was, also on an ex-date: the exchange does not adjust it. Of a share that
    /// has changed its symbol since then that of the earlier symbol, where the source has raw prices; of a share that trades for
    /// the first time its open.
    pub previous_close: Paise,
    /// Shares traded today so far.
    pub volume: u64,
    /// Time at which the last trade was seen.
    pub at: Timestamp,
    /// Name of the source that says so, such as `csv`.
    pub source: &'static str,
    /// Whether a price in it is computed back from an adjusted one by corporate actions: the source does not have what was
    /// traded. Prices of the running day never are, other than the previous close.
    pub derived: bool,
}

/// What is known of a share's price at the moment a market order of it is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceSeen {
    /// Last price, per share; before the open the indicative one, where the source tells it.
    pub price: Paise,
    /// Its age in minutes of trading.
    pub minutes_old: i64,
    /// What the exchange says of the share today.
    pub instrument: Instrument,
}

/// One minute of trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteBar {
    /// Start of the minute.
    pub at: Timestamp,
    /// First price of the minute.
    pub open: Paise,
    /// Highest price of the minute.
    pub high: Paise,
    /// Lowest price of the minute.
    pub low: Paise,
    /// Last price of the minute.
    pub close: Paise,
    /// Number of shares traded in the minute.
    pub volume: u64,
}

/// A run of candles, shared with the source instead of copied.
#[derive(Debug, Clone)]
pub struct Candles {
    bars: Arc<[Candle]>,
    from: usize,
    to: usize,
    tail: Option<Candle>,
    source: &'static str,
    as_of: Option<Timestamp>,
    derived: bool,
}

impl Candles {
    /// Returns a run without candles, as the source of this name has it.
    pub fn none(source: &'static str) -> Self {
        Self { bars: Arc::from([]), from: 0, to: 0, tail: None, source, as_of: None, derived: false }
    }

    /// The last `count` of `bars[..to]` followed by `tail`, as the source of this name has them.
    pub fn newest(
        source: &'static str,
        bars: Arc<[Candle]>,
        to: usize,
        tail: Option<Candle>,
        count: u32,
    ) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let to = to.min(bars.len());
        let tail = tail.filter(|_| count > 0);
        let from = to.saturating_sub(count - usize::from(tail.is_some()));
        Self { bars, from, to, tail, source, as_of: None, derived: false }
    }

    /// The same candles with the time of the newest trade that is in them.
    #[must_use]
    pub fn known_at(self, as_of: Option<Timestamp>) -> Self {
        Self { as_of, ..self }
    }

    /// The same candles, perhaps computed back.
    #[must_use]
    pub fn derived_if(self, derived: bool) -> Self {
        Self { derived, ..self }
    }

    /// Returns whether the candles are computed back from adjusted ones by corporate actions that came later: the source does
    /// not have them in the prices of the day asked about.
    pub fn is_derived(&self) -> bool {
        self.derived
    }

    /// Name of the source that says so, such as `csv`.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Time of the newest trade that is in the candles: the end of the last session, or the minute asked about while one
    /// runs; `None` where there are no candles or the source does not know.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// Returns the number of candles.
    pub fn len(&self) -> usize {
        self.to - self.from + usize::from(self.tail.is_some())
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The finished candles, oldest first.
    pub fn finished(&self) -> &[Candle] {
        self.bars.get(self.from..self.to).unwrap_or_default()
    }

    /// The running session's or week's candle, which comes after the finished ones.
    pub fn running(&self) -> Option<&Candle> {
        self.tail.as_ref()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Candle> {
        self.finished().iter().chain(self.tail.as_ref())
    }

    /// Returns the newest candle.
    pub fn last(&self) -> Option<&Candle> {
        self.tail.as_ref().or_else(|| self.finished().last())
    }

    /// A copy of all of them, oldest first.
    pub fn to_vec(&self) -> Vec<Candle> {
        self.iter().copied().collect()
    }
}

/// Reasons why a source cannot be opened or asked. Each message is one sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// The folder cannot be read.
    #[error("cannot read the market folder {path}: {reason}")]
    Folder {
        /// Path of the folder, as given.
        path: String,
        /// Error of the operating system.
        reason: String,
    },
    /// The folder has no price files; what is added says which folders in it were passed over.
    #[error("the market folder {0} has no .csv or .csv.gz files{1}")]
    EmptyFolder(String, String),
    /// A file as a whole.
    #[error("{file}: {reason}")]
    File {
        /// Path of the file.
        file: String,
        /// What is wrong, one sentence.
        reason: String,
    },
    /// A row of a file is wrong.
    #[error("{file} line {line}: {reason}")]
    Row {
        /// Path of the file.
        file: String,
        /// Line number; the header is line 1.
        line: u64,
        /// What is wrong, one sentence.
        reason: String,
    },
    /// Days no synthetic market can be made for.
    #[error("a market from {from} to {to} cannot be made: {reason}")]
    Range {
        /// First day of the requested range.
        from: Day,
        /// Last day of the requested range.
        to: Day,
        /// What is wrong, one sentence.
        reason: &'static str,
    },
    /// The exchange's rules that ship with the program do not read.
    #[error("the exchange rules that ship with this build are damaged: {0}")]
    Rules(String),
    /// The source cannot be asked now.
    #[error("market data cannot be had: {0}")]
    Unavailable(String),
}

impl MarketError {
    /// What is wrong with a file, without its name where that is told beside it.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::File { reason, .. } => reason,
            other => other.to_string(),
        }
    }
}
