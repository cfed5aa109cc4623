//! What a Prahari task is written with.
//!
//! A task implements [`Task`] against the [`Host`] trait and exports itself with [`export_task!`]. Within a component
//! the host is the imported interfaces; in a native test it is a [`ScriptedHost`], so the same code runs in both.

#[cfg(feature = "actions")]
pub mod actions;
pub mod bindings;
pub mod codec;
mod guest;
mod host;
pub mod market;
pub mod money;
pub mod orders;
pub mod past;
pub mod portfolio;
mod report;
mod scripted;
pub mod sizing;
mod task;
pub mod time;

pub use guest::ImportedHost;
#[doc(hidden)]
pub use guest::run as run_component;
pub use host::Host;
pub use report::{Evidence, Report, plural, tell};
pub use scripted::{ScriptedHost, Sent, candles_from_closes};
pub use task::Task;

pub use bindings::prahari::task::broker::{
    DayStatement, Difference, Funds, Holding, Order, OrderChange, OrderFilter, OrderKind, OrderRequest,
    OrderState, Position, PositionEntry, Product, Purpose, ReentryLevel, Variety,
};
pub use bindings::prahari::task::calendar::{Phase, PhaseWindow, TradingDay};
pub use bindings::prahari::task::charges::Trade;
pub use bindings::prahari::task::config::Strategy;
pub use bindings::prahari::task::decision::Entry as Decision;
pub use bindings::prahari::task::log::Level as LogLevel;
pub use bindings::prahari::task::market::{Candle, Instrument, Interval, Quote};
pub use bindings::prahari::task::notify::Level as NoticeLevel;
pub use bindings::prahari::task::selection::{Choice as Selection, PastGate};
pub use bindings::prahari::task::signals::{
    PublishReport, ReentrySignal, Signal, SignalDraft, SignalKind, SignalStatus,
};
pub use bindings::prahari::task::state::Entry as StateEntry;
pub use bindings::prahari::task::types::{
    Capability, Day, HostError, Instant, Paise, Refusal, RefusalCode, Side,
};
pub use bindings::{Counter, RunContext, Summary, TaskError, TaskInfo, TaskKind, Trigger};
