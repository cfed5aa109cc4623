//! The rules, in the order in which they are asked. The first that refuses is the answer.

use std::collections::BTreeSet;

use crate::instruments::Symbol;
use crate::money::{Paise, rupees};
use crate::numbers::counted;
use crate::orders::{Order, OrderKind, OrderRequest, OrderState, Purpose, Side, Variety};

use super::{Refusal, RefusalCode, RiskView, names};

type Verdict = Result<(), Refusal>;

fn refuse(code: RefusalCode, detail: impl Into<String>) -> Verdict {
    Err(Refusal { code, detail: detail.into() })
}

/// Why an order is refused whose worth no account can have.
fn too_much(quantity: u32, price: Paise) -> String {
    let shares = counted(quantity, "share", "shares");
    format!("{shares} at {} would be more money than there is", rupees(price))
}

/// Checks that a new order may be written down and sent.
///
/// # Errors
/// With the first rule that refuses it.
pub fn check(request: &OrderRequest, view: &RiskView<'_>) -> Verdict {
    let gate = Gate { request, view, replaces: None };
    gate.may_trade()?;
    gate.names()?;
    gate.symbol()?;
    gate.quantity()?;
    gate.session()?;
    gate.price()?;
    gate.orders_per_day()?;
    gate.no_duplicate()?;
    match request.side {
        Side::Buy => gate.buy(),
        Side::Sell => gate.holdings(),
    }
}

/// Checks that an order that is written down and has certainly not reached the broker may be sent now, by the rules
/// for a new order except those for what it names, for orders per day and for duplicates. Its own shares and money
/// are not counted against it.
///
/// # Errors
/// With the first rule that refuses it.
pub fn check_resend(order: &Order, view: &RiskView<'_>) -> Verdict {
    let gate = Gate { request: &order.request, view, replaces: Some(order) };
    gate.may_trade()?;
    gate.symbol()?;
    gate.quantity()?;
    gate.session()?;
    gate.price()?;
    match order.request.side {
        Side::Buy => gate.buy(),
        Side::Sell => gate.holdings(),
    }
}

/// Checks that an order at the broker may be changed to look like `changed`. Only quantity and kind may differ.
///
/// # Errors
/// With the first rule that refuses it.
pub fn check_change(order: &Order, changed: &OrderRequest, view: &RiskView<'_>) -> Verdict {
    if !matches!(order.state, OrderState::Accepted | OrderState::PartiallyFilled) {
        return refuse(
            RefusalCode::State,
            format!("order {} is {} and cannot be changed", order.id, order.state.in_words()),
        );
    }
    let allowed = OrderRequest { quantity: changed.quantity, kind: changed.kind, ..order.request.clone() };
    if *changed != allowed {
        return refuse(
            RefusalCode::State,
            format!("of order {} only quantity and kind can change", order.id),
        );
    }
    let gate = Gate { request: changed, view, replaces: Some(order) };
    gate.may_trade()?;
    gate.symbol()?;
    gate.quantity()?;
    gate.session_of_change(order)?;
    gate.price()?;
    match changed.side {
        Side::Buy if gate.grows(order)? => gate.buy(),
        Side::Buy => Ok(()),
        Side::Sell => gate.holdings(),
    }
}

/// Returns whether a buy becomes one of fewer shares at no higher a price. A market order has no price to compare with.
fn lowers(order: &Order, changed: &OrderRequest) -> bool {
    let no_dearer = match (order.request.kind, changed.kind) {
        (OrderKind::Limit(before), OrderKind::Limit(after)) => after <= before,
        (OrderKind::Market, OrderKind::Market) => true,
        (OrderKind::Limit(_), OrderKind::Market) | (OrderKind::Market, OrderKind::Limit(_)) => false,
    };
    no_dearer && changed.quantity < order.request.quantity
}

struct Gate<'a> {
    request: &'a OrderRequest,
    view: &'a RiskView<'a>,
    /// The order that the request would change; its own shares and money are not counted against it.
    replaces: Option<&'a Order>,
}

impl Gate<'_> {
    /// What forbids orders whatever their figures are.
    fn may_trade(&self) -> Verdict {
        self.switch()?;
        self.settled()?;
        self.halted()?;
        self.reduces()?;
        self.shut()
    }

    fn switch(&self) -> Verdict {
        if self.view.limits.kill_switch {
            return refuse(RefusalCode::KillSwitch, "the kill switch is on: only cancellations are accepted");
        }
        Ok(())
    }

    /// An order of unknown outcome may stand at the broker already: nothing of its symbol and side is sent beside it, of
    /// whichever strategy.
    fn settled(&self) -> Verdict {
        let (symbol, side) = (&self.request.symbol, self.request.side);
        let unknown = self.other_orders(symbol, side).find(|order| order.state == OrderState::Unknown);
        let Some(order) = unknown else { return Ok(()) };
        let traded = match side {
            Side::Buy => "bought",
            Side::Sell => "sold",
        };
        refuse(
            RefusalCode::Unsettled,
            format!(
                "the outcome of order {} is not known, and nothing more of {symbol} is {traded} before it is",
                order.id
            ),
        )
    }

    fn names(&self) -> Verdict {
        names::check(self.request, self.view)
    }

    fn halted(&self) -> Verdict {
        if let Some(reason) = self.view.halted.user {
            let detail = format!("orders of this user are halted until an admin lifts it: {reason}");
            return refuse(RefusalCode::UserHalted, detail);
        }
        match self.view.halted.symbol {
            Some(reason) => refuse(
                RefusalCode::SymbolHalted,
                format!("orders of {} are halted until an admin lifts it: {reason}", self.request.symbol),
            ),
            None => Ok(()),
        }
    }

    /// In reduce-only no buy is sent, neither new nor again, and none is changed but to fewer shares at no higher a price. What a
    /// sell may offer is the same in every state, see [`Gate::holdings`].
    fn reduces(&self) -> Verdict {
        let Some(reason) = &self.view.limits.reduce_only else { return Ok(()) };
        let lowers = self.replaces.is_some_and(|order| lowers(order, self.request));
        if self.request.side == Side::Sell || lowers {
            return Ok(());
        }
        let detail = format!(
            "the trading state is reduce-only: of {} only sells of what is held, fewer shares of an open buy and \
             cancellations are accepted: {reason}",
            self.request.symbol
        );
        refuse(RefusalCode::ReduceOnly, detail)
    }

    /// A share without a price is neither bought nor left: nobody trades it.
    fn shut(&self) -> Verdict {
        self.view.shut.map_or(Ok(()), |reason| refuse(RefusalCode::SessionClosed, reason))
    }

    fn symbol(&self) -> Verdict {
        let (symbol, side) = (&self.request.symbol, self.request.side);
        match (self.view.market_down, side) {
            // What is held can be left without the market's word: the exchange looks at the order too.
            (Some(_), Side::Sell) => return Ok(()),
            (Some(reason), Side::Buy) => {
                let detail = format!("{symbol} cannot be checked, market data is unavailable: {reason}");
                return refuse(RefusalCode::MarketUnavailable, detail);
            }
            (None, _) => {}
        }
        if self.view.instrument.is_none() {
            return refuse(RefusalCode::Symbol, format!("the exchange lists no {symbol} today"));
        }
        match &self.view.limits.allowed_symbols {
            // The list says what may be bought. What is held of others may be left.
            Some(allowed) if side == Side::Buy && !allowed.contains(symbol) => refuse(
                RefusalCode::Symbol,
                format!("{symbol} is not among the symbols allowed for this user"),
            ),
            _ => Ok(()),
        }
    }

    fn quantity(&self) -> Verdict {
        let quantity = self.request.quantity;
        let filled = self.replaces.map_or(0, |order| order.filled);
        if quantity == 0 || quantity < filled {
            let least = counted(filled.max(1), "share is", "shares are");
            let detail = format!("{quantity} were asked for, and at least {least} needed");
            return refuse(RefusalCode::Quantity, detail);
        }
        let Some(instrument) = self.view.instrument else { return Ok(()) };
        if quantity.checked_rem(instrument.lot).is_some_and(|over| over != 0) {
            let shares = counted(quantity, "share is", "shares are");
            let detail = format!("{shares} no multiple of the lot of {}", instrument.lot);
            return refuse(RefusalCode::Quantity, detail);
        }
        if quantity > instrument.freeze_quantity {
            let detail = format!("{quantity} shares: one order takes at most {}", instrument.freeze_quantity);
            return refuse(RefusalCode::FreezeQuantity, detail);
        }
        Ok(())
    }

    fn session(&self) -> Verdict {
        match self.request.variety {
            Variety::AfterMarket if self.view.after_market_open => Ok(()),
            Variety::AfterMarket => {
                refuse(RefusalCode::SessionClosed, "the broker does not accept after-market orders now")
            }
            Variety::Regular => self.phase_takes(self.request.kind),
        }
    }

    /// An after-market order stands with the broker until the pre-open, and at the exchange from then on.
    fn session_of_change(&self, order: &Order) -> Verdict {
        if order.request.variety == Variety::AfterMarket && self.view.after_market_open {
            return Ok(());
        }
        // Where market orders are frozen, one that stands cannot be touched either.
        self.phase_takes(order.request.kind)?;
        self.phase_takes(self.request.kind)
    }

    fn phase_takes(&self, kind: OrderKind) -> Verdict {
        let phase = self.view.phase;
        match kind {
            OrderKind::Limit(_) if phase.takes_limit_orders() => Ok(()),
            OrderKind::Market if phase.takes_market_orders() => Ok(()),
            OrderKind::Market if phase.takes_limit_orders() => refuse(
                RefusalCode::MarketOrdersFrozen,
                format!("in phase {} only limit orders pass", phase.name()),
            ),
            OrderKind::Limit(_) | OrderKind::Market => refuse(
                RefusalCode::SessionClosed,
                format!("no such orders are accepted in phase {}", phase.name()),
            ),
        }
    }

    fn price(&self) -> Verdict {
        let OrderKind::Limit(price) = self.request.kind else { return Ok(()) };
        if price.0 <= 0 {
            return refuse(RefusalCode::PriceBand, format!("a limit of {} is no price", rupees(price)));
        }
        if price.times(self.request.quantity).is_none() {
            return refuse(RefusalCode::OrderValue, too_much(self.request.quantity, price));
        }
        let Some(instrument) = self.view.instrument else { return Ok(()) };
        let (low, high, tick) = (instrument.band_low, instrument.band_high, instrument.tick);
        if price < low || price > high {
            let detail = format!(
                "a limit of {} is outside today's band of {} to {}",
                rupees(price),
                rupees(low),
                rupees(high)
            );
            return refuse(RefusalCode::PriceBand, detail);
        }
        if price.round_down_to(tick) != price {
            let detail =
                format!("a limit of {} is not a multiple of the tick of {}", rupees(price), rupees(tick));
            return refuse(RefusalCode::TickSize, detail);
        }
        Ok(())
    }

    fn orders_per_day(&self) -> Verdict {
        let (day, side) = (self.view.day, self.request.side);
        let limit = match side {
            Side::Buy => self.view.limits.max_buys_per_day,
            Side::Sell => self.view.limits.max_sells_per_day,
        };
        // What others traded in the account was not placed here.
        let is_placed = |order: &&Order| {
            order.day() == day && order.request.side == side && order.request.purpose != Purpose::External
        };
        let placed = self.view.book.orders().filter(is_placed).count();
        if u32::try_from(placed).is_ok_and(|placed| placed < limit) {
            return Ok(());
        }
        let placed = counted(placed, "order", "orders");
        let detail = format!("{placed} of this side on {day}: the limit is {limit}");
        refuse(RefusalCode::OrdersPerDay, detail)
    }

    fn no_duplicate(&self) -> Verdict {
        // Two strategies may want the same share on the same day: their orders and lots are apart.
        let same = |order: &&Order| {
            order.strategy == self.view.strategy
                && order.request.symbol == self.request.symbol
                && order.request.side == self.request.side
        };
        match self.view.book.active_orders().find(same) {
            Some(order) => refuse(
                RefusalCode::Duplicate,
                format!("order {} for {} is still open on this side", order.id, order.request.symbol),
            ),
            None => Ok(()),
        }
    }

    fn holdings(&self) -> Verdict {
        let symbol = &self.request.symbol;
        let (book, strategy) = (self.view.book, self.view.strategy);
        let own = book.held_by(strategy, symbol);
        let offers = self.other_orders(symbol, Side::Sell).filter(|order| order.strategy == strategy);
        let (free, wanted) = (offers.map(Order::remaining).fold(own, u32::saturating_sub), self.wanted());
        if wanted <= free {
            return Ok(());
        }
        let others = match book.held(symbol).saturating_sub(own) {
            0 => String::new(),
            others => {
                let belong = counted(others, "more belongs", "more belong");
                format!("; {belong} to other strategies than {strategy}")
            }
        };
        let (wanted, free) = (counted(wanted, "share", "shares"), counted(free, "is", "are"));
        let detail = format!("{wanted} of {symbol} offered, but {free} held and not yet offered{others}");
        refuse(RefusalCode::Holdings, detail)
    }

    /// Every limit on money, for a new buy or one that grows.
    fn buy(&self) -> Verdict {
        let value = self.value(self.request.kind, self.wanted())?;
        self.order_value(value)?;
        self.daily_loss()?;
        self.position_count()?;
        self.position_size(value)?;
        self.funds(value)
    }

    fn order_value(&self, value: Paise) -> Verdict {
        let limit = self.view.limits.max_order_value;
        if value <= limit {
            return Ok(());
        }
        refuse(
            RefusalCode::OrderValue,
            format!("the order is worth {}: the limit is {}", rupees(value), rupees(limit)),
        )
    }

    fn daily_loss(&self) -> Verdict {
        let (book, day, limit) = (self.view.book, self.view.day, self.view.limits.max_daily_loss);
        let loss = book.charges_on(day) - book.realised_on(day);
        if loss < limit {
            return Ok(());
        }
        refuse(
            RefusalCode::DailyLoss,
            format!("{} lost on {day}: from {} on only sells are accepted", rupees(loss), rupees(limit)),
        )
    }

    fn position_count(&self) -> Verdict {
        let mut symbols: BTreeSet<&Symbol> = self.view.book.held_symbols().collect();
        let buying = self.view.book.active_orders().filter(|order| order.request.side == Side::Buy);
        symbols.extend(buying.map(|order| &order.request.symbol));
        let limit = self.view.limits.max_positions;
        let known = symbols.contains(&self.request.symbol);
        if known || u32::try_from(symbols.len()).is_ok_and(|count| count < limit) {
            return Ok(());
        }
        let held = counted(symbols.len(), "symbol is", "symbols are");
        let detail = format!("{held} held or being bought: the limit is {limit}");
        refuse(RefusalCode::PositionCount, detail)
    }

    fn position_size(&self, value: Paise) -> Verdict {
        let (symbol, limit) = (&self.request.symbol, self.view.limits.max_position_value);
        let mut size = self.view.book.invested_in(symbol) + value;
        for order in self.other_orders(symbol, Side::Buy) {
            size += self.value_of(order)?;
        }
        if size <= limit {
            return Ok(());
        }
        refuse(
            RefusalCode::PositionSize,
            format!("{symbol} would take {}: the limit is {}", rupees(size), rupees(limit)),
        )
    }

    fn funds(&self, value: Paise) -> Verdict {
        let (book, day) = (self.view.book, self.view.day);
        let mut free = book.cash() - self.view.reserved;
        // What the changed order holds back now is free for the order it becomes.
        if let Some(order) = self.replaces {
            free += book.cost_of_buy(self.value_of(order)?, order.day()).unwrap_or_default();
        }
        let Some(needed) = book.cost_of_buy(value, day) else {
            return refuse(RefusalCode::Funds, format!("the charges of {day} are not known"));
        };
        if needed <= free {
            return Ok(());
        }
        let short = needed - free;
        let detail = format!(
            "insufficient balance: {} with charges, {} more than is free",
            rupees(needed),
            rupees(short)
        );
        refuse(RefusalCode::Funds, detail)
    }

    /// Returns whether the change asks for more money than the order as it stands.
    fn grows(&self, order: &Order) -> Result<bool, Refusal> {
        Ok(self.value(self.request.kind, self.wanted())? > self.value_of(order)?)
    }

    /// The worth of shares at the limit, or at the last price.
    fn value(&self, kind: OrderKind, quantity: u32) -> Result<Paise, Refusal> {
        let price = match kind {
            OrderKind::Limit(price) => Some(price),
            OrderKind::Market => self.view.last_price.filter(|price| price.0 > 0),
        };
        let Some(price) = price else {
            let detail = format!("{} has no price to value a market order with", self.request.symbol);
            return Err(Refusal { code: RefusalCode::Symbol, detail });
        };
        let refusal = || Refusal { code: RefusalCode::OrderValue, detail: too_much(quantity, price) };
        price.times(quantity).ok_or_else(refusal)
    }

    /// Returns what an active order of this symbol is still worth.
    fn value_of(&self, order: &Order) -> Result<Paise, Refusal> {
        self.value(order.request.kind, order.remaining())
    }

    /// Shares of the request that are not filled yet.
    fn wanted(&self) -> u32 {
        self.request.quantity.saturating_sub(self.replaces.map_or(0, |order| order.filled))
    }

    /// Active orders besides the one that is changed.
    fn other_orders<'a>(&'a self, symbol: &'a Symbol, side: Side) -> impl Iterator<Item = &'a Order> {
        self.view.book.active_orders().filter(move |order| {
            order.request.symbol == *symbol
                && order.request.side == side
                && self.replaces.is_none_or(|replaced| replaced.id != order.id)
        })
    }
}
