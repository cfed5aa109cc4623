//! `prahari:task@1.0.0`: the adapter that turns each import into one `HostCall`.

use wasmtime::Result;

use crate::abi::v1::bindings::prahari::task::types::{Day, HostError, Refusal};
use crate::abi::v1::bindings::prahari::task::{
    broker, calendar, config, decision, log, market, notify, signals, state, types,
};
use crate::call::{HostCall, HostReply};
use crate::state::RunState;

/// Asks the host one call and takes the reply that belongs to it; any other reply is a fault of the host.
macro_rules! ask {
    ($state:expr, $call:expr, $reply:ident) => {
        match $state.ask($call).await? {
            HostReply::$reply(value) => Ok(Ok(value)),
            HostReply::Refused(error) => Ok(Err(error)),
            other => Err($state.mismatch(stringify!($reply), &other)),
        }
    };
    ($state:expr, $call:expr, $reply:ident, nothing) => {
        match $state.ask($call).await? {
            HostReply::$reply => Ok(Ok(())),
            HostReply::Refused(error) => Ok(Err(error)),
            other => Err($state.mismatch(stringify!($reply), &other)),
        }
    };
}

pub(super) use ask;

/// The answer of an import that the host may refuse.
pub(super) type Answer<T> = Result<Result<T, HostError>>;

impl types::Host for RunState {}

impl calendar::Host for RunState {
    async fn get_day(&mut self, day: Day) -> Answer<calendar::TradingDay> {
        ask!(self, HostCall::GetDay { day }, Day)
    }

    async fn phases(&mut self, symbols: Vec<String>) -> Answer<Vec<calendar::Phase>> {
        ask!(self, HostCall::Phases { symbols }, Phases)
    }

    async fn after_market_open(&mut self) -> Answer<bool> {
        ask!(self, HostCall::AfterMarketOpen, AfterMarketOpen)
    }

    async fn trading_day_from(&mut self, day: Day, count: i32) -> Answer<Day> {
        ask!(self, HostCall::TradingDayFrom { day, count }, TradingDayFrom)
    }
}

impl market::Host for RunState {
    async fn universe(&mut self) -> Answer<Vec<String>> {
        ask!(self, HostCall::Universe, Universe)
    }

    async fn quotes(&mut self, symbols: Vec<String>) -> Answer<Vec<Option<market::Quote>>> {
        ask!(self, HostCall::Quotes { symbols }, Quotes)
    }

    async fn candles(
        &mut self,
        symbols: Vec<String>,
        interval: market::Interval,
        count: u32,
        forming: bool,
    ) -> Answer<Vec<Vec<market::Candle>>> {
        ask!(self, HostCall::Candles { symbols, interval, count, forming }, Candles)
    }

    async fn instruments(&mut self, symbols: Vec<String>) -> Answer<Vec<Option<market::Instrument>>> {
        ask!(self, HostCall::Instruments { symbols }, Instruments)
    }
}

impl broker::Host for RunState {
    async fn place(&mut self, requests: Vec<broker::OrderRequest>) -> Answer<Vec<Result<String, Refusal>>> {
        ask!(self, HostCall::Place { requests }, Placed)
    }

    async fn modify(&mut self, order_id: String, change: broker::OrderChange) -> Answer<Result<(), Refusal>> {
        ask!(self, HostCall::Modify { order_id, change }, Modified)
    }

    async fn cancel(&mut self, order_ids: Vec<String>, reason: String) -> Answer<Vec<Result<(), Refusal>>> {
        ask!(self, HostCall::Cancel { order_ids, reason }, Cancelled)
    }

    async fn orders(&mut self, filter: broker::OrderFilter) -> Answer<Vec<broker::Order>> {
        ask!(self, HostCall::Orders { filter }, Orders)
    }

    async fn positions(&mut self) -> Answer<Vec<broker::Position>> {
        ask!(self, HostCall::Positions, Positions)
    }

    async fn holdings(&mut self) -> Answer<Vec<broker::Holding>> {
        ask!(self, HostCall::Holdings, Holdings)
    }

    async fn get_funds(&mut self) -> Answer<broker::Funds> {
        ask!(self, HostCall::Funds, Funds)
    }

    async fn reconcile(&mut self) -> Answer<Vec<broker::Difference>> {
        ask!(self, HostCall::Reconcile, Reconciled)
    }

    async fn close_day(&mut self) -> Answer<broker::DayStatement> {
        ask!(self, HostCall::CloseDay, DayClosed)
    }
}

impl signals::Host for RunState {
    async fn read(&mut self) -> Answer<Vec<signals::Signal>> {
        ask!(self, HostCall::ReadSignals, Signals)
    }

    async fn publish(&mut self, drafts: Vec<signals::SignalDraft>) -> Answer<signals::PublishReport> {
        ask!(self, HostCall::PublishSignals { drafts }, Published)
    }
}

impl config::Host for RunState {
    async fn get(&mut self) -> Answer<config::Strategy> {
        ask!(self, HostCall::GetConfig, Config)
    }
}

impl state::Host for RunState {
    async fn get(&mut self, keys: Vec<String>) -> Answer<Vec<Option<Vec<u8>>>> {
        ask!(self, HostCall::GetState { keys }, StateValues)
    }

    async fn keys(&mut self, prefix: String) -> Answer<Vec<String>> {
        ask!(self, HostCall::StateKeys { prefix }, StateKeys)
    }

    async fn set(&mut self, entries: Vec<state::Entry>) -> Answer<()> {
        ask!(self, HostCall::SetState { entries }, StateSet, nothing)
    }
}

impl notify::Host for RunState {
    async fn send(&mut self, level: notify::Level, title: String, body: String) -> Answer<()> {
        ask!(self, HostCall::Notify { level, title, body }, Notified, nothing)
    }
}

impl log::Host for RunState {
    async fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        self.log(level, message).await
    }
}

impl decision::Host for RunState {
    async fn record(&mut self, entries: Vec<decision::Entry>) -> Answer<()> {
        ask!(self, HostCall::RecordDecisions { entries }, DecisionsRecorded, nothing)
    }
}
