//! Brokers and sources of market data: the traits, and the ones that need no account anywhere.
//!
//! Every source is a pure function of the instant it is asked about, so that a virtual clock can move it.

mod bars;
mod broker;
pub mod csv;
mod draw;
mod market;
pub mod paper;
mod path;
mod rules;
mod sessions;
pub mod synthetic;

pub use bars::BarMarket;
pub use broker::{
    Broker, BrokerError, BrokerEvent, BrokerEventKind, BrokerOrder, BrokerOrderState, Funds, OwnAccount,
    Placed,
};
pub use csv::{BarsReport, CsvMarket};
pub use market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
pub use paper::{PaperBroker, PaperError, PaperFaults, PaperRow, PaperSettings, PaperStore, PaperStoreError};
pub use sessions::{Session, Sessions};
pub use synthetic::SyntheticMarket;
