//! The host within a component: each method calls the import of the same name.

use crate::bindings::prahari::task::{
    broker, calendar, charges, config, decision, log, market, notify, selection, settings, signals, state,
};
use crate::{
    Candle, DayStatement, Decision, Difference, Funds, Holding, Host, HostError, Instrument, Interval,
    LogLevel, NoticeLevel, Order, OrderChange, OrderFilter, OrderRequest, Paise, Phase, Position,
    PublishReport, Quote, Refusal, RunContext, Selection, Signal, SignalDraft, StateEntry, Strategy, Summary,
    Task, TaskError, Trade, TradingDay,
};

/// The real host. Usable only inside a component.
#[derive(Debug, Default, Clone, Copy)]
pub struct ImportedHost;

/// Runs a task inside a component. A panic is written to the run's log before the trap, because without a hook
/// it says nothing on `wasm32-unknown-unknown`.
pub fn run<T: Task>(context: &RunContext) -> Result<Summary, TaskError> {
    std::panic::set_hook(Box::new(|panic| log::write(LogLevel::Error, &panic.to_string())));
    T::run(&mut ImportedHost, context)
}

impl Host for ImportedHost {
    fn trading_day(&mut self, day: i32) -> Result<TradingDay, HostError> {
        calendar::get_day(day)
    }

    fn phases(&mut self, symbols: &[String]) -> Result<Vec<Phase>, HostError> {
        calendar::phases(symbols)
    }

    fn after_market_open(&mut self) -> Result<bool, HostError> {
        calendar::after_market_open()
    }

    fn trading_day_from(&mut self, day: i32, count: i32) -> Result<i32, HostError> {
        calendar::trading_day_from(day, count)
    }

    fn universe(&mut self) -> Result<Vec<String>, HostError> {
        market::universe()
    }

    fn quotes(&mut self, symbols: &[String]) -> Result<Vec<Option<Quote>>, HostError> {
        market::quotes(symbols)
    }

    fn candles(
        &mut self,
        symbols: &[String],
        interval: Interval,
        count: u32,
        forming: bool,
    ) -> Result<Vec<Vec<Candle>>, HostError> {
        market::candles(symbols, interval, count, forming)
    }

    fn instruments(&mut self, symbols: &[String]) -> Result<Vec<Option<Instrument>>, HostError> {
        market::instruments(symbols)
    }

    #[cfg(feature = "actions")]
    fn actions_since(
        &mut self,
        symbols: &[String],
        day: i32,
    ) -> Result<Vec<crate::actions::Action>, HostError> {
        crate::actions::since(symbols, day)
    }

    fn place(&mut self, requests: &[OrderRequest]) -> Result<Vec<Result<String, Refusal>>, HostError> {
        broker::place(requests)
    }

    fn modify(&mut self, order_id: &str, change: OrderChange) -> Result<Result<(), Refusal>, HostError> {
        broker::modify(order_id, change)
    }

    fn cancel(&mut self, order_ids: &[String], reason: &str) -> Result<Vec<Result<(), Refusal>>, HostError> {
        broker::cancel(order_ids, reason)
    }

    fn orders(&mut self, filter: OrderFilter) -> Result<Vec<Order>, HostError> {
        broker::orders(filter)
    }

    fn positions(&mut self) -> Result<Vec<Position>, HostError> {
        broker::positions()
    }

    fn holdings(&mut self) -> Result<Vec<Holding>, HostError> {
        broker::holdings()
    }

    fn funds(&mut self) -> Result<Funds, HostError> {
        broker::get_funds()
    }

    fn reconcile(&mut self) -> Result<Vec<Difference>, HostError> {
        broker::reconcile()
    }

    fn close_day(&mut self) -> Result<DayStatement, HostError> {
        broker::close_day()
    }

    fn estimate_charges(&mut self, trades: &[Trade]) -> Result<Vec<Paise>, HostError> {
        charges::estimate(trades)
    }

    fn signals(&mut self) -> Result<Vec<Signal>, HostError> {
        signals::read()
    }

    fn publish(&mut self, drafts: &[SignalDraft]) -> Result<PublishReport, HostError> {
        signals::publish(drafts)
    }

    fn strategy(&mut self) -> Result<Strategy, HostError> {
        config::get()
    }

    fn selection(&mut self) -> Result<Selection, HostError> {
        selection::get()
    }

    fn settings(&mut self) -> Result<String, HostError> {
        settings::get()
    }

    fn state(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, HostError> {
        state::get(keys)
    }

    fn state_keys(&mut self, prefix: &str) -> Result<Vec<String>, HostError> {
        state::keys(prefix)
    }

    fn set_state(&mut self, entries: &[StateEntry]) -> Result<(), HostError> {
        state::set(entries)
    }

    fn notify(&mut self, level: NoticeLevel, title: &str, body: &str) -> Result<(), HostError> {
        notify::send(level, title, body)
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        log::write(level, message);
    }

    fn record(&mut self, decisions: &[Decision]) -> Result<(), HostError> {
        decision::record(decisions)
    }
}
