//! Building a scripted world and asking what happened in it.

use super::{ScriptedHost, Sent};
use crate::{
    Candle, Day, DayStatement, Decision, Funds, Instrument, Order, OrderKind, OrderRequest, OrderState,
    Paise, Phase, Position, PositionEntry, Product, Purpose, Quote, RunContext, Selection, Side, Signal,
    SignalDraft, SignalKind, SignalStatus, Strategy, Trigger, Variety, time,
};

/// Daily volume of the shares that [`ScriptedHost::share`] makes: liquid enough for every rule.
const VOLUME: u64 = 1_000_000;
const RUPEE: Paise = 100;

/// Daily bars with these closes, one for each calendar day up to and including `last`.
pub fn candles_from_closes(last: Day, closes: &[Paise]) -> Vec<Candle> {
    let first = last.saturating_sub(i32::try_from(closes.len()).unwrap_or(i32::MAX)).saturating_add(1);
    let bar = |(day, close): (Day, &Paise)| Candle {
        day,
        open: *close,
        high: *close,
        low: *close,
        close: *close,
        volume: VOLUME,
    };
    (first..=last).zip(closes).map(bar).collect()
}

impl ScriptedHost {
    /// An empty market at that time of that date, in continuous trading, with 10 lakh rupees of cash.
    pub fn at(day: Day, hour: u8, minute: u8) -> Self {
        let cash = 1_000_000 * RUPEE;
        Self {
            day,
            now: time::at(day, hour, minute),
            holidays: Default::default(),
            phase: Phase::Continuous,
            phases: Default::default(),
            after_market: false,
            quotes: Default::default(),
            daily: Default::default(),
            weekly: Default::default(),
            forming: Default::default(),
            instruments: Default::default(),
            #[cfg(feature = "actions")]
            actions: Vec::new(),
            orders: Vec::new(),
            positions: Vec::new(),
            holdings: Vec::new(),
            funds: Funds { cash, reserved: 0, available: cash },
            charges_per_mille: 1,
            signals: Vec::new(),
            strategy: Self::default_strategy(),
            selection: Selection { past_gate: None, by_priority: false },
            settings: "{}".to_owned(),
            state: Default::default(),
            differences: Vec::new(),
            statement: DayStatement {
                day,
                cash,
                invested: 0,
                market_value: 0,
                realised: 0,
                unrealised: 0,
                charges: 0,
                orders_placed: 0,
                fills: 0,
                orders_expired: 0,
                open_positions: 0,
            },
            denied: Vec::new(),
            unavailable: Vec::new(),
            refusals: Default::default(),
            unanswered: Default::default(),
            change_refusals: Default::default(),
            modify_refusals: Default::default(),
            sent: Vec::new(),
            decisions: Vec::new(),
            lines: Vec::new(),
            notices: Vec::new(),
            published: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// The settings a new user has.
    pub fn default_strategy() -> Strategy {
        Strategy {
            rsi_period: 10,
            rsi_oversold: 30.0,
            rsi_extreme_oversold: 20.0,
            rsi_near_oversold: 40.0,
            rsi_exit: 50.0,
            user_capital: 100_000 * RUPEE,
            max_order_value: 500_000 * RUPEE,
            max_portfolio_size: 6,
            max_position_volume_ratio: 0.10,
            min_absolute_avg_volume: 10_000,
            chart_quality_enabled: true,
            chart_quality_min_score: 50.0,
            chart_quality_max_gap_frequency: 25.0,
            chart_quality_min_daily_range_pct: 1.0,
            chart_quality_max_extreme_candle_frequency: 20.0,
            min_combined_score: 25.0,
            enable_premarket_adjustment: true,
            marketable_limit_buffer_pct: 0.5,
            premarket_cancel_ema9_ratio: 0.99,
        }
    }

    /// The context of a scheduled run of a task now.
    pub fn context(&self, task: &str) -> RunContext {
        RunContext {
            run_id: 1,
            user_id: 1,
            task: task.to_owned(),
            day: self.day,
            due_at: self.now,
            now: self.now,
            trigger: Trigger::Scheduled,
        }
    }

    /// Adds a share with a flat history of 250 closed bars at `price`, a quote at it, a tick of 5 paise and a band of 20 %.
    #[must_use]
    pub fn share(self, symbol: &str, price: Paise) -> Self {
        let history = vec![price; 250];
        self.share_with_history(symbol, &history, price)
    }

    /// The same with these closes up to yesterday, and a quote at `last`.
    #[must_use]
    pub fn share_with_history(mut self, symbol: &str, closes: &[Paise], last: Paise) -> Self {
        let previous_close = closes.last().copied().unwrap_or(last);
        self.daily.insert(symbol.to_owned(), candles_from_closes(self.day - 1, closes));
        self.quotes.insert(
            symbol.to_owned(),
            Quote {
                symbol: symbol.to_owned(),
                last,
                indicative: None,
                open: Some(last),
                high: Some(last),
                low: Some(last),
                previous_close,
                volume: VOLUME,
                at: self.now,
            },
        );
        self.instruments.insert(
            symbol.to_owned(),
            Instrument {
                symbol: symbol.to_owned(),
                series: "EQ".to_owned(),
                tick: 5,
                lot: 1,
                freeze_quantity: 1_000_000,
                band_low: previous_close - previous_close / 5,
                band_high: previous_close + previous_close / 5,
                closing_auction: false,
            },
        );
        self
    }

    /// Sets the price a share trades at now; before the open, its indicative price too.
    pub fn trade_at(&mut self, symbol: &str, price: Paise) {
        let pre_open =
            matches!(self.phase, Phase::PreOpen | Phase::PreOpenLimitOnly | Phase::PreOpenMatching);
        if let Some(quote) = self.quotes.get_mut(symbol) {
            if pre_open {
                quote.indicative = Some(price);
            } else {
                quote.last = price;
            }
            quote.at = self.now;
        }
    }

    /// Adds a position from one entry, bought the day before at RSI 25.
    #[must_use]
    pub fn position(mut self, symbol: &str, quantity: u32, price: Paise) -> Self {
        let entry = PositionEntry {
            order_id: format!("entry-{symbol}"),
            purpose: Purpose::Entry,
            quantity,
            price,
            rsi: Some(25.0),
            day: self.day - 1,
        };
        self.positions.push(Position {
            symbol: symbol.to_owned(),
            quantity,
            average_price: price,
            opened_on: self.day - 1,
            entries: vec![entry],
        });
        self
    }

    /// Adds an accepted order placed now and answers its id. Change it through [`order_mut`](Self::order_mut).
    pub fn add_order(
        &mut self,
        symbol: &str,
        side: Side,
        quantity: u32,
        kind: OrderKind,
        purpose: Purpose,
    ) -> String {
        let request = OrderRequest {
            symbol: symbol.to_owned(),
            side,
            quantity,
            kind,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose,
            signal_id: None,
            rsi: None,
            retry_of: None,
        };
        self.keep_order(&request, OrderState::Accepted, "")
    }

    /// The order with that id.
    pub fn order_mut(&mut self, id: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    /// Adds an active signal, published now with the share's last price and volume, and answers its id.
    pub fn add_signal(&mut self, symbol: &str, kind: SignalKind, priority: f64) -> u64 {
        let last_close = self.quotes.get(symbol).map_or(0, |quote| quote.last);
        let id = self.signals.iter().map(|signal| signal.id).max().unwrap_or(0) + 1;
        self.signals.push(Signal {
            id,
            status: SignalStatus::Active,
            published_at: self.now,
            day: self.day,
            expires_at: time::at(self.day + 1, 15, 30),
            draft: SignalDraft {
                symbol: symbol.to_owned(),
                kind,
                last_close,
                rsi: 25.0,
                ema9: last_close,
                ema200: last_close,
                average_volume: VOLUME,
                strength_score: 20.0,
                backtest_score: 60.0,
                combined_score: 40.0,
                priority_score: priority,
                buy_low: last_close,
                buy_high: last_close,
                stop: last_close,
                target: last_close,
                reasons: Vec::new(),
            },
        });
        id
    }

    /// The reason codes of the decisions about a symbol, in order.
    pub fn reasons(&self, symbol: &str) -> Vec<&str> {
        self.decisions
            .iter()
            .filter(|entry| entry.symbol == symbol)
            .map(|entry| entry.reason.as_str())
            .collect()
    }

    /// The one decision about a symbol; `None` when there is none or more than one.
    pub fn decision(&self, symbol: &str) -> Option<&Decision> {
        let mut found = self.decisions.iter().filter(|entry| entry.symbol == symbol);
        found.next().filter(|_| found.next().is_none())
    }

    /// The orders placed, in order.
    pub fn placed(&self) -> Vec<&OrderRequest> {
        self.sent
            .iter()
            .filter_map(|sent| match sent {
                Sent::Placed(request) => Some(request),
                _ => None,
            })
            .collect()
    }

    /// Forgets what was recorded, so that a second run can be looked at alone.
    pub fn forget(&mut self) {
        self.sent.clear();
        self.decisions.clear();
        self.lines.clear();
        self.notices.clear();
        self.published.clear();
        self.calls.clear();
    }

    pub(super) fn keep_order(&mut self, request: &OrderRequest, state: OrderState, reason: &str) -> String {
        let id = format!("order-{}", self.orders.len() + 1);
        let first_placed_at = request
            .retry_of
            .as_ref()
            .and_then(|retried| self.orders.iter().find(|order| &order.id == retried))
            .map_or(self.now, |order| order.first_placed_at);
        self.orders.push(Order {
            id: id.clone(),
            symbol: request.symbol.clone(),
            side: request.side,
            quantity: request.quantity,
            kind: request.kind,
            variety: request.variety,
            product: request.product,
            purpose: request.purpose.clone(),
            signal_id: request.signal_id,
            rsi: request.rsi,
            retry_of: request.retry_of.clone(),
            state,
            filled: 0,
            average_price: None,
            reason: reason.to_owned(),
            retryable: state == OrderState::Rejected,
            first_placed_at,
            placed_at: self.now,
            day: self.day,
        });
        id
    }
}
