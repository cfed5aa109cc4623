//! What the scripted host refuses of an order or a change, as the real desk does: in the same order, with the same codes.

use super::ScriptedHost;
use crate::orders::{self, Accepts};
use crate::{
    Instrument, Order, OrderChange, OrderKind, OrderRequest, OrderState, Paise, Purpose, Refusal,
    RefusalCode, Side, Variety,
};

/// The levels of RSI at which a position may be bought again.
const REENTRY_LEVELS: [u8; 3] = [30, 20, 10];

/// Most characters of the reason code of a sell.
const LONGEST_REASON: usize = 120;

type Verdict = Result<(), Refusal>;

pub(super) fn refusal(code: RefusalCode, detail: &str) -> Refusal {
    Refusal { code, detail: detail.to_owned() }
}

fn refuse(code: RefusalCode, detail: &str) -> Verdict {
    Err(refusal(code, detail))
}

impl ScriptedHost {
    /// Everything but the user's money.
    pub(super) fn check_request(&self, request: &OrderRequest) -> Verdict {
        check_purpose(request)?;
        if request.rsi.is_some_and(|rsi| rsi.is_finite() && !(0.0..=100.0).contains(&rsi)) {
            return refuse(RefusalCode::State, "no RSI is outside of 0 to 100");
        }
        self.check_signal(request)?;
        self.check_retry(request)?;
        let instrument = self.instrument(&request.symbol)?;
        check_quantity(request.quantity, instrument)?;
        match request.variety {
            Variety::AfterMarket if self.after_market => {}
            Variety::AfterMarket => return refuse(RefusalCode::SessionClosed, "no after-market orders now"),
            Variety::Regular => self.check_phase(&request.symbol, request.kind)?,
        }
        check_price(request.kind, request.quantity, instrument)?;
        if self.active().any(|order| order.symbol == request.symbol && order.side == request.side) {
            return refuse(RefusalCode::Duplicate, "an active order exists");
        }
        match request.side {
            Side::Buy => Ok(()),
            Side::Sell => self.check_holdings(&request.symbol, request.quantity, None),
        }
    }

    /// A change of an order at the broker; its money is left out.
    pub(super) fn check_change(&self, order: &Order, change: OrderChange) -> Verdict {
        let (quantity, kind) = (change.quantity.unwrap_or(order.quantity), change.kind.unwrap_or(order.kind));
        if (quantity, kind) == (order.quantity, order.kind) {
            return Ok(());
        }
        let instrument = self.instrument(&order.symbol)?;
        if quantity < order.filled {
            return refuse(RefusalCode::Quantity, "more is filled already");
        }
        check_quantity(quantity, instrument)?;
        if order.variety == Variety::Regular || !self.after_market {
            self.check_phase(&order.symbol, order.kind)?;
            self.check_phase(&order.symbol, kind)?;
        }
        check_price(kind, quantity, instrument)?;
        match order.side {
            Side::Buy => Ok(()),
            Side::Sell => {
                self.check_holdings(&order.symbol, quantity.saturating_sub(order.filled), Some(&order.id))
            }
        }
    }

    fn instrument(&self, symbol: &str) -> Result<&Instrument, Refusal> {
        self.instruments.get(symbol).ok_or_else(|| refusal(RefusalCode::Symbol, "unknown symbol"))
    }

    fn check_signal(&self, request: &OrderRequest) -> Verdict {
        let Some(id) = request.signal_id else { return Ok(()) };
        let named = self.orders.iter().any(|order| order.signal_id == Some(id));
        if named || self.signals.iter().any(|signal| signal.id == id) {
            return Ok(());
        }
        refuse(RefusalCode::State, "no such signal")
    }

    fn check_retry(&self, request: &OrderRequest) -> Verdict {
        let Some(id) = &request.retry_of else { return Ok(()) };
        let earlier = self.orders.iter().find(|order| order.id == *id);
        let earlier = earlier.ok_or_else(|| refusal(RefusalCode::UnknownOrder, "no such order"))?;
        if earlier.state != OrderState::Rejected || !earlier.retryable {
            return refuse(RefusalCode::State, "the order is not to be tried again");
        }
        if (&earlier.symbol, earlier.side) == (&request.symbol, request.side) {
            return Ok(());
        }
        refuse(RefusalCode::State, "the order to be tried again is of another symbol or side")
    }

    fn check_phase(&self, symbol: &str, kind: OrderKind) -> Verdict {
        let phase = self.phases.get(symbol).copied().unwrap_or(self.phase);
        match (orders::accepts(phase), kind) {
            (Accepts::Everything, _) | (Accepts::LimitOnly, OrderKind::Limit(_)) => Ok(()),
            (Accepts::LimitOnly, OrderKind::Market) => {
                refuse(RefusalCode::MarketOrdersFrozen, "only limit orders pass in this phase")
            }
            (Accepts::Nothing, _) => {
                refuse(RefusalCode::SessionClosed, "no orders are accepted in this phase")
            }
        }
    }

    fn check_holdings(&self, symbol: &str, wanted: u32, but: Option<&str>) -> Verdict {
        let held = self.positions.iter().filter(|position| position.symbol == symbol);
        let held = held.map(|position| position.quantity).fold(0, u32::saturating_add);
        let offers = self.active().filter(|order| {
            order.symbol == symbol && order.side == Side::Sell && Some(order.id.as_str()) != but
        });
        let offered = offers.map(|order| order.quantity.saturating_sub(order.filled));
        if wanted <= offered.fold(held, u32::saturating_sub) {
            return Ok(());
        }
        refuse(RefusalCode::Holdings, "more is offered than is held")
    }
}

fn check_purpose(request: &OrderRequest) -> Verdict {
    let fits = match (&request.purpose, request.side) {
        (Purpose::Entry, Side::Buy) => true,
        (Purpose::Reentry(rung), Side::Buy) => REENTRY_LEVELS.contains(&rung.level) && rung.cycle > 0,
        (Purpose::Exit(reason), Side::Sell) => reason.chars().count() <= LONGEST_REASON,
        (Purpose::Entry | Purpose::Reentry(_), Side::Sell) | (Purpose::Exit(_), Side::Buy) => false,
    };
    if fits { Ok(()) } else { refuse(RefusalCode::State, "the purpose does not fit the order") }
}

fn check_quantity(quantity: u32, instrument: &Instrument) -> Verdict {
    if quantity == 0 || quantity.checked_rem(instrument.lot).is_some_and(|over| over != 0) {
        return refuse(RefusalCode::Quantity, "not a multiple of the lot");
    }
    if quantity > instrument.freeze_quantity {
        return refuse(RefusalCode::FreezeQuantity, "above the freeze quantity");
    }
    Ok(())
}

fn check_price(kind: OrderKind, quantity: u32, instrument: &Instrument) -> Verdict {
    let OrderKind::Limit(price) = kind else { return Ok(()) };
    if price <= 0 {
        return refuse(RefusalCode::PriceBand, "no price");
    }
    if price.checked_mul(Paise::from(quantity)).is_none() {
        return refuse(RefusalCode::OrderValue, "more money than there is");
    }
    if price < instrument.band_low || price > instrument.band_high {
        return refuse(RefusalCode::PriceBand, "outside the price band");
    }
    if price.checked_rem(instrument.tick).is_some_and(|over| over != 0) {
        return refuse(RefusalCode::TickSize, "not a multiple of the tick");
    }
    Ok(())
}
