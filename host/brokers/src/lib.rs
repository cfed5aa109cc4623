//! Brokers and sources of market data: the traits, and the ones that need no account anywhere.
//!
//! Every source is a pure function of the instant it is asked about, so that a virtual clock can move it.

mod adjusted;
mod announced;
mod as_traded;
mod bars;
pub mod bhavcopy;
mod broker;
mod broker_session;
mod chain;
mod chaos;
pub mod csv;
mod fetching;
mod folder;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod line_number;
mod line_record;
mod link;
mod local_address;
mod market;
pub mod paper;
mod path;
mod price_push;
mod push;
mod questions;
mod readiness;
mod rules;
mod seeded_hash;
mod sessions;
mod share_rules;
mod source_state;
pub mod synthetic;
pub mod yahoo;

pub use adjusted::AdjustedMarket;
pub use announced::{
    MOST_ANNOUNCED, MOST_LIST_BYTES, PlainAction, SourceActions, ToldAction, ToldActions, UnreadableRow,
};
pub use bars::{BarMarket, bar_changes};
pub use bhavcopy::BhavcopyMarket;
pub use broker::{
    Broker, BrokerError, BrokerEvent, BrokerEventKind, BrokerOrder, BrokerOrderState, Funds, Holding, Placed,
};
pub use broker_session::{BrokerSession, BrokerSessionState, BrokerSessionView, LoginFailure, SessionEnd};
pub use chain::Chain;
pub use chaos::{
    Chaos, ChaosCounts, ChaosLink, ChaosModes, ChaosSwitch, ChaosTime, MOST_LAG_MS, MOST_LATE_MS,
    MOST_LOSE_EVERY,
};
pub use csv::CsvMarket;
pub use fetching::{OnProgress, Pace, SourceNews, WarmFor, WarmStep, Warmed};
pub use folder::{BarsReport, FolderMarket};
pub use line_number::line_of;
pub use line_record::LineRecord;
pub use link::{AccountChange, BrokerLink, Brokerage, NewLink, OwnAccount, SimulatedAccount};
pub use local_address::check_local_address;
pub use market::{Candles, Interval, MarketData, MarketError, MinuteBar, PriceSeen, Quote};
pub use paper::{
    PaperBroker, PaperBrokerage, PaperError, PaperFaults, PaperRow, PaperSettings, PaperStore,
    PaperStoreError,
};
pub use price_push::{PriceBoard, PricePush, PricePushes};
pub use push::{MOST_WAITING, PushSender, Pushed, Pushes, pushes};
pub use questions::{Answers, Question};
pub use readiness::{Check, CheckOutcome};
pub use sessions::{Session, Sessions};
pub use share_rules::ShareRules;
pub use source_state::{FeedState, LineState, SourceState, SourceTrouble};
pub use synthetic::SyntheticMarket;
pub use yahoo::{
    BarCache, BarCacheError, KeptShare, KeptYear, MemoryBarCache, YahooMarket, YahooSettings, unpack_year,
};
