//! Everything a task may ask of its host: one method for each function of the WIT.

use crate::{
    Candle, DayStatement, Decision, Difference, Funds, Holding, HostError, Instrument, Interval, LogLevel,
    NoticeLevel, Order, OrderChange, OrderFilter, OrderRequest, Paise, Phase, Position, PublishReport, Quote,
    Refusal, Selection, Signal, SignalDraft, StateEntry, Strategy, Trade, TradingDay,
};

/// The host as a task sees it.
///
/// # Errors
/// Every method but [`log`](Host::log) answers a [`HostError`] when the capability is not granted, an argument makes
/// no sense, or the thing cannot be had now.
pub trait Host {
    /// `calendar.get-day`
    fn trading_day(&mut self, day: i32) -> Result<TradingDay, HostError>;
    /// `calendar.phases`
    fn phases(&mut self, symbols: &[String]) -> Result<Vec<Phase>, HostError>;
    /// `calendar.after-market-open`
    fn after_market_open(&mut self) -> Result<bool, HostError>;
    /// `calendar.trading-day-from`
    fn trading_day_from(&mut self, day: i32, count: i32) -> Result<i32, HostError>;

    /// `market.universe`
    fn universe(&mut self) -> Result<Vec<String>, HostError>;
    /// `market.quotes`
    fn quotes(&mut self, symbols: &[String]) -> Result<Vec<Option<Quote>>, HostError>;
    /// `market.candles`
    fn candles(
        &mut self,
        symbols: &[String],
        interval: Interval,
        count: u32,
        forming: bool,
    ) -> Result<Vec<Vec<Candle>>, HostError>;
    /// `market.instruments`
    fn instruments(&mut self, symbols: &[String]) -> Result<Vec<Option<Instrument>>, HostError>;

    /// `actions.since`, since 1.3.0, with the feature `actions`: what became of these shares after `day`, oldest first.
    #[cfg(feature = "actions")]
    fn actions_since(
        &mut self,
        symbols: &[String],
        day: i32,
    ) -> Result<Vec<crate::actions::Action>, HostError>;

    /// `broker.place`
    fn place(&mut self, requests: &[OrderRequest]) -> Result<Vec<Result<String, Refusal>>, HostError>;
    /// `broker.modify`
    fn modify(&mut self, order_id: &str, change: OrderChange) -> Result<Result<(), Refusal>, HostError>;
    /// `broker.cancel`
    fn cancel(&mut self, order_ids: &[String], reason: &str) -> Result<Vec<Result<(), Refusal>>, HostError>;
    /// `broker.orders`
    fn orders(&mut self, filter: OrderFilter) -> Result<Vec<Order>, HostError>;
    /// `broker.positions`
    fn positions(&mut self) -> Result<Vec<Position>, HostError>;
    /// `broker.holdings`
    fn holdings(&mut self) -> Result<Vec<Holding>, HostError>;
    /// `broker.get-funds`
    fn funds(&mut self) -> Result<Funds, HostError>;
    /// `broker.reconcile`
    fn reconcile(&mut self) -> Result<Vec<Difference>, HostError>;
    /// `broker.close-day`
    fn close_day(&mut self) -> Result<DayStatement, HostError>;

    /// `charges.estimate`, since 1.1.0: what each trade would cost in charges, in the order asked.
    fn estimate_charges(&mut self, trades: &[Trade]) -> Result<Vec<Paise>, HostError>;

    /// `signals.read`
    fn signals(&mut self) -> Result<Vec<Signal>, HostError>;
    /// `signals.publish`
    fn publish(&mut self, drafts: &[SignalDraft]) -> Result<PublishReport, HostError>;

    /// `config.get`
    fn strategy(&mut self) -> Result<Strategy, HostError>;
    /// `selection.get`, since 1.2.0
    fn selection(&mut self) -> Result<Selection, HostError>;
    /// `settings.get`, since 1.2.0: a JSON object, for `serde_json::from_str` and a type of the task's own.
    fn settings(&mut self) -> Result<String, HostError>;

    /// `state.get`
    fn state(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, HostError>;
    /// `state.keys`
    fn state_keys(&mut self, prefix: &str) -> Result<Vec<String>, HostError>;
    /// `state.set`
    fn set_state(&mut self, entries: &[StateEntry]) -> Result<(), HostError>;

    /// `notify.send`
    fn notify(&mut self, level: NoticeLevel, title: &str, body: &str) -> Result<(), HostError>;
    /// `log.write`
    fn log(&mut self, level: LogLevel, message: &str);
    /// `decision.record`
    fn record(&mut self, decisions: &[Decision]) -> Result<(), HostError>;
}

impl From<HostError> for crate::TaskError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Denied(capability) => Self::Denied(capability),
            HostError::Invalid(what) => Self::Invalid(what),
            HostError::Unavailable(what) => Self::Unavailable(what),
        }
    }
}
