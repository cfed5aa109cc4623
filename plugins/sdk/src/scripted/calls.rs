//! The scripted world as a host.

use super::rules::refusal;
use super::{ScriptedHost, Sent};
use crate::{
    Candle, Capability, Day, DayStatement, Decision, Difference, Funds, Holding, Host, HostError, Instrument,
    Interval, LogLevel, NoticeLevel, Order, OrderChange, OrderFilter, OrderKind, OrderRequest, OrderState,
    Paise, Phase, PhaseWindow, Position, PublishReport, Quote, Refusal, RefusalCode, Selection, Side, Signal,
    SignalDraft, SignalStatus, StateEntry, Strategy, Trade, TradingDay, orders, time,
};

impl ScriptedHost {
    fn gate(&mut self, method: &'static str, capability: Capability) -> Result<(), HostError> {
        self.calls.push(method);
        if self.denied.contains(&capability) {
            return Err(HostError::Denied(capability));
        }
        if self.unavailable.contains(&method) {
            return Err(HostError::Unavailable(format!("{method} is scripted to be unavailable")));
        }
        Ok(())
    }

    fn is_open(&self, day: Day) -> bool {
        const MONDAY_OFFSET: i32 = 3;
        const SATURDAY: i32 = 5;
        day.wrapping_add(MONDAY_OFFSET).rem_euclid(7) < SATURDAY && !self.holidays.contains(&day)
    }

    fn place_one(&mut self, request: &OrderRequest) -> Result<String, Refusal> {
        if let Some(refusal) = self.refusals.get(&request.symbol) {
            return Err(refusal.clone());
        }
        self.check_request(request)?;
        if request.side == Side::Buy {
            self.reserve(request)?;
        }
        if self.unanswered.contains(&request.symbol) {
            self.keep_order(request, OrderState::Unknown, "no answer");
            self.settle_links(request);
            return Err(refusal(RefusalCode::Unsettled, "the broker gave no clear answer"));
        }
        let id = self.keep_order(request, OrderState::Accepted, "");
        self.settle_links(request);
        self.sent.push(Sent::Placed(request.clone()));
        Ok(id)
    }

    /// What a buy of this holds back.
    fn worth(&self, symbol: &str, kind: OrderKind, quantity: u32) -> Paise {
        let last = self.quotes.get(symbol).map_or(0, |quote| quote.last);
        let price = match kind {
            OrderKind::Limit(price) => price,
            OrderKind::Market => last,
        };
        price.saturating_mul(i64::from(quantity))
    }

    fn release(&mut self, order: &Order) {
        if order.side == Side::Buy {
            let rest = order.quantity.saturating_sub(order.filled);
            let held_back = self.worth(&order.symbol, order.kind, rest).min(self.funds.reserved);
            self.funds.reserved -= held_back;
            self.funds.available += held_back;
        }
    }

    fn reserve(&mut self, request: &OrderRequest) -> Result<(), Refusal> {
        let needed = self.worth(&request.symbol, request.kind, request.quantity);
        if needed > self.funds.available {
            let waits = |order: &Order| order.retryable && order.symbol == request.symbol;
            if request.retry_of.is_none() && !self.orders.iter().any(waits) {
                self.keep_order(request, OrderState::Rejected, "insufficient funds");
            }
            return Err(refusal(RefusalCode::Funds, "cash does not cover the order"));
        }
        self.funds.reserved += needed;
        self.funds.available -= needed;
        Ok(())
    }

    fn settle_links(&mut self, request: &OrderRequest) {
        if let Some(retried) = request.retry_of.clone().and_then(|id| self.order_mut(&id)) {
            retried.retryable = false;
        }
        for signal in &mut self.signals {
            if Some(signal.id) == request.signal_id {
                signal.status = SignalStatus::Traded;
            }
        }
    }

    pub(super) fn active(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| is_active(order))
    }

    fn cancel_one(&mut self, id: &str, reason: &str) -> Result<(), Refusal> {
        if let Some(refusal) = self.change_refusals.get(id) {
            return Err(refusal.clone());
        }
        let order = self.order_mut(id).ok_or_else(|| refusal(RefusalCode::UnknownOrder, "no such order"))?;
        let before = order.clone();
        if is_active(order) {
            order.state = OrderState::Cancelled;
        } else if order.retryable {
            order.retryable = false;
        } else {
            return Err(refusal(RefusalCode::State, "the order has ended"));
        }
        order.reason = reason.to_owned();
        if is_active(&before) {
            self.release(&before);
        }
        self.sent.push(Sent::Cancelled(id.to_owned(), reason.to_owned()));
        Ok(())
    }

    fn modify_one(&mut self, id: &str, change: OrderChange) -> Result<(), Refusal> {
        if let Some(refusal) = self.modify_refusals.get(id).or_else(|| self.change_refusals.get(id)) {
            return Err(refusal.clone());
        }
        let order = self.orders.iter().find(|order| order.id == id);
        let order = order.ok_or_else(|| refusal(RefusalCode::UnknownOrder, "no such order"))?;
        if !orders::is_at_broker(order) {
            return Err(refusal(RefusalCode::State, "the order is not at the broker"));
        }
        self.check_change(order, change)?;
        if let Some(order) = self.order_mut(id) {
            order.quantity = change.quantity.unwrap_or(order.quantity);
            order.kind = change.kind.unwrap_or(order.kind);
        }
        self.sent.push(Sent::Modified(id.to_owned(), change));
        Ok(())
    }
}

fn is_active(order: &Order) -> bool {
    use OrderState::{Accepted, Intent, PartiallyFilled, Sent, Unknown};
    matches!(order.state, Intent | Sent | Accepted | Unknown | PartiallyFilled)
}

fn regular_windows(day: Day) -> Vec<PhaseWindow> {
    let window = |phase, from: (u8, u8), to: (u8, u8)| PhaseWindow {
        phase,
        starts: time::at(day, from.0, from.1),
        ends: time::at(day, to.0, to.1),
    };
    vec![
        window(Phase::PreOpen, (9, 0), (9, 8)),
        window(Phase::PreOpenMatching, (9, 8), (9, 15)),
        window(Phase::Continuous, (9, 15), (15, 30)),
        window(Phase::ClosingMatching, (15, 30), (15, 40)),
        window(Phase::PostClose, (15, 40), (16, 0)),
    ]
}

impl Host for ScriptedHost {
    fn trading_day(&mut self, day: i32) -> Result<TradingDay, HostError> {
        self.gate("trading_day", Capability::Calendar)?;
        let open = self.is_open(day);
        let note = if open { String::new() } else { "closed".to_owned() };
        Ok(TradingDay { day, open, note, windows: if open { regular_windows(day) } else { Vec::new() } })
    }

    fn phases(&mut self, symbols: &[String]) -> Result<Vec<Phase>, HostError> {
        self.gate("phases", Capability::Calendar)?;
        Ok(symbols.iter().map(|symbol| self.phases.get(symbol).copied().unwrap_or(self.phase)).collect())
    }

    fn after_market_open(&mut self) -> Result<bool, HostError> {
        self.gate("after_market_open", Capability::Calendar)?;
        Ok(self.after_market)
    }

    fn trading_day_from(&mut self, day: i32, count: i32) -> Result<i32, HostError> {
        self.gate("trading_day_from", Capability::Calendar)?;
        if count == 0 {
            return Err(HostError::Invalid("count is 0".to_owned()));
        }
        let mut left = count.abs();
        let mut found = day;
        while left > 0 {
            found += count.signum();
            left -= i32::from(self.is_open(found));
        }
        Ok(found)
    }

    fn universe(&mut self) -> Result<Vec<String>, HostError> {
        self.gate("universe", Capability::Market)?;
        Ok(self.instruments.keys().cloned().collect())
    }

    fn quotes(&mut self, symbols: &[String]) -> Result<Vec<Option<Quote>>, HostError> {
        self.gate("quotes", Capability::Market)?;
        Ok(symbols.iter().map(|symbol| self.quotes.get(symbol).cloned()).collect())
    }

    fn candles(
        &mut self,
        symbols: &[String],
        interval: Interval,
        count: u32,
        forming: bool,
    ) -> Result<Vec<Vec<Candle>>, HostError> {
        self.gate("candles", Capability::Market)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let closed = match interval {
            Interval::Daily => &self.daily,
            Interval::Weekly => &self.weekly,
        };
        let bars = |symbol: &String| {
            let mut bars = closed.get(symbol).cloned().unwrap_or_default();
            bars.extend(self.forming.get(symbol).filter(|_| forming).cloned());
            bars.split_off(bars.len().saturating_sub(count))
        };
        Ok(symbols.iter().map(bars).collect())
    }

    fn instruments(&mut self, symbols: &[String]) -> Result<Vec<Option<Instrument>>, HostError> {
        self.gate("instruments", Capability::Market)?;
        Ok(symbols.iter().map(|symbol| self.instruments.get(symbol).cloned()).collect())
    }

    fn place(&mut self, requests: &[OrderRequest]) -> Result<Vec<Result<String, Refusal>>, HostError> {
        self.gate("place", Capability::BrokerTrade)?;
        Ok(requests.iter().map(|request| self.place_one(request)).collect())
    }

    fn modify(&mut self, order_id: &str, change: OrderChange) -> Result<Result<(), Refusal>, HostError> {
        self.gate("modify", Capability::BrokerTrade)?;
        Ok(self.modify_one(order_id, change))
    }

    fn cancel(&mut self, order_ids: &[String], reason: &str) -> Result<Vec<Result<(), Refusal>>, HostError> {
        self.gate("cancel", Capability::BrokerTrade)?;
        Ok(order_ids.iter().map(|id| self.cancel_one(id, reason)).collect())
    }

    fn orders(&mut self, filter: OrderFilter) -> Result<Vec<Order>, HostError> {
        self.gate("orders", Capability::BrokerRead)?;
        let day = self.day;
        let listed = |order: &&Order| match filter {
            OrderFilter::Active => is_active(order),
            OrderFilter::Retryable => order.retryable,
            OrderFilter::Today => order.day == day,
        };
        Ok(self.orders.iter().filter(listed).cloned().collect())
    }

    fn positions(&mut self) -> Result<Vec<Position>, HostError> {
        self.gate("positions", Capability::BrokerRead)?;
        Ok(self.positions.clone())
    }

    fn holdings(&mut self) -> Result<Vec<Holding>, HostError> {
        self.gate("holdings", Capability::BrokerRead)?;
        Ok(self.holdings.clone())
    }

    fn funds(&mut self) -> Result<Funds, HostError> {
        self.gate("funds", Capability::BrokerRead)?;
        Ok(self.funds)
    }

    fn reconcile(&mut self) -> Result<Vec<Difference>, HostError> {
        self.gate("reconcile", Capability::BrokerTrade)?;
        Ok(self.differences.clone())
    }

    fn close_day(&mut self) -> Result<DayStatement, HostError> {
        self.gate("close_day", Capability::BrokerTrade)?;
        Ok(self.statement)
    }

    fn estimate_charges(&mut self, trades: &[Trade]) -> Result<Vec<Paise>, HostError> {
        self.gate("estimate_charges", Capability::BrokerRead)?;
        let charge = |trade: &Trade| {
            let value = trade.price.saturating_mul(i64::from(trade.quantity));
            value.saturating_mul(self.charges_per_mille) / 1_000
        };
        Ok(trades.iter().map(charge).collect())
    }

    fn signals(&mut self) -> Result<Vec<Signal>, HostError> {
        self.gate("signals", Capability::SignalsRead)?;
        let standing = self.signals.iter().filter(|signal| signal.status != SignalStatus::Expired);
        let mut signals: Vec<Signal> = standing.cloned().collect();
        signals.sort_by(|a, b| b.draft.priority_score.total_cmp(&a.draft.priority_score));
        Ok(signals)
    }

    fn publish(&mut self, drafts: &[SignalDraft]) -> Result<PublishReport, HostError> {
        self.gate("publish", Capability::SignalsPublish)?;
        self.published.extend_from_slice(drafts);
        let inserted = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
        Ok(PublishReport { inserted, updated: 0, expired: 0, skipped: 0 })
    }

    fn strategy(&mut self) -> Result<Strategy, HostError> {
        self.gate("strategy", Capability::Config)?;
        Ok(self.strategy)
    }

    #[cfg(feature = "actions")]
    fn actions_since(
        &mut self,
        symbols: &[String],
        day: Day,
    ) -> Result<Vec<crate::actions::Action>, HostError> {
        const MOST_SYMBOLS: usize = 1_000;
        self.gate("actions_since", Capability::Market)?;
        if symbols.len() > MOST_SYMBOLS {
            let sentence = format!("symbols: {} in one call, allowed are {MOST_SYMBOLS}", symbols.len());
            return Err(HostError::Invalid(sentence));
        }
        let until = self.day;
        let told = |action: &&crate::actions::Action| {
            action.ex_day > day && action.ex_day <= until && symbols.contains(&action.symbol)
        };
        Ok(self.actions.iter().filter(told).cloned().collect())
    }

    fn selection(&mut self) -> Result<Selection, HostError> {
        self.gate("selection", Capability::Config)?;
        Ok(self.selection)
    }

    fn settings(&mut self) -> Result<String, HostError> {
        self.gate("settings", Capability::Config)?;
        Ok(self.settings.clone())
    }

    fn state(&mut self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, HostError> {
        self.gate("state", Capability::State)?;
        Ok(keys.iter().map(|key| self.state.get(key).cloned()).collect())
    }

    fn state_keys(&mut self, prefix: &str) -> Result<Vec<String>, HostError> {
        self.gate("state_keys", Capability::State)?;
        Ok(self.state.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }

    fn set_state(&mut self, entries: &[StateEntry]) -> Result<(), HostError> {
        self.gate("set_state", Capability::State)?;
        for entry in entries {
            match &entry.value {
                Some(value) => self.state.insert(entry.key.clone(), value.clone()),
                None => self.state.remove(&entry.key),
            };
        }
        Ok(())
    }

    fn notify(&mut self, level: NoticeLevel, title: &str, body: &str) -> Result<(), HostError> {
        self.gate("notify", Capability::Notify)?;
        self.notices.push((level, title.to_owned(), body.to_owned()));
        Ok(())
    }

    fn log(&mut self, level: LogLevel, message: &str) {
        if self.gate("log", Capability::Log).is_ok() {
            self.lines.push((level, message.to_owned()));
        }
    }

    fn record(&mut self, decisions: &[Decision]) -> Result<(), HostError> {
        self.gate("record", Capability::Decision)?;
        self.decisions.extend_from_slice(decisions);
        Ok(())
    }
}
