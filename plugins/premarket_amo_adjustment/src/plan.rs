//! What should be done about one pending buy; a pure function of what is known of it.

use prahari_indicators::{ema, ema_step};
use prahari_sdk::orders::{Accepts, accepts, is_at_broker, limit};
use prahari_sdk::sizing::{self, Unsized};
use prahari_sdk::{
    Candle, Instrument, Order, OrderKind, Paise, Phase, Purpose, Quote, Strategy, market, money,
};

/// The average that a buy must stay below.
const EMA_LENGTH: usize = 9;

/// What is known of an order and its share.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The order.
    pub order: &'a Order,
    /// Whether its symbol has an open position.
    pub is_held: bool,
    /// The user's settings.
    pub strategy: &'a Strategy,
    /// The phase of the share now.
    pub phase: Option<Phase>,
    /// Its quote.
    pub quote: Option<&'a Quote>,
    /// Its instrument.
    pub instrument: Option<&'a Instrument>,
    /// Its closed daily bars before today.
    pub candles: &'a [Candle],
    /// Money for new buys, without what this order reserves.
    pub available: Paise,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Nothing, for this reason.
    Leave(&'static str),
    /// Cancel the order, for this reason.
    Cancel(&'static str),
    /// Change it to this quantity and kind.
    Change(u32, OrderKind),
}

/// The price the share is about to open at: the indicative one, or the traded one once the session runs.
pub fn price(view: &View<'_>) -> Option<Paise> {
    let quote = view.quote?;
    let traded = || market::traded_price(quote).filter(|_| view.phase == Some(Phase::Continuous));
    quote.indicative.filter(|price| *price > 0).or_else(traded)
}

/// EMA9 as if today closed at the price; `None` without the price or the history.
pub fn ema9(view: &View<'_>) -> Option<f64> {
    let yesterday = (*ema(&market::closes(view.candles), EMA_LENGTH).last()?)?;
    price(view).map(|price| ema_step(yesterday, money::as_number(price), EMA_LENGTH))
}

/// Decides.
pub fn plan(view: &View<'_>) -> Step {
    decide(view).unwrap_or_else(|step| step)
}

/// The error is an early answer, so that each rule is one line.
fn decide(view: &View<'_>) -> Result<Step, Step> {
    let accepted = check_order(view)?;
    if matches!(view.order.purpose, Purpose::Reentry(_)) && !view.is_held {
        return Err(Step::Cancel("position_closed"));
    }
    let price = price(view).ok_or(Step::Leave("price_unavailable"))?;
    let instrument = view.instrument.ok_or(Step::Leave("instrument_unknown"))?;
    let previous = view.quote.map_or(0, |quote| quote.previous_close);
    if !sizing::is_sane(price, previous, instrument) {
        return Err(Step::Leave("price_not_sane"));
    }
    let ema9 = ema9(view).ok_or(Step::Leave("history_unavailable"))?;
    if money::as_number(price) > view.strategy.premarket_cancel_ema9_ratio * ema9 {
        return Err(Step::Cancel("above_ema9"));
    }
    let quantity = quantity(view, price, instrument)?;
    let kind = match accepted {
        Accepts::Everything => OrderKind::Market,
        _ => OrderKind::Limit(marketable(view.strategy, price, instrument)),
    };
    if quantity == view.order.quantity && kind == view.order.kind {
        return Err(Step::Leave("unchanged"));
    }
    Ok(Step::Change(quantity, kind))
}

fn check_order(view: &View<'_>) -> Result<Accepts, Step> {
    if !is_at_broker(view.order) {
        return Err(Step::Leave("order_unsettled"));
    }
    if view.order.filled > 0 {
        return Err(Step::Leave("partly_filled"));
    }
    match view.phase.map_or(Accepts::Nothing, accepts) {
        Accepts::Nothing => Err(Step::Leave("orders_frozen")),
        // A market order that stands can be neither changed nor cancelled there.
        Accepts::LimitOnly if limit(view.order).is_none() => Err(Step::Leave("market_orders_frozen")),
        accepted => Ok(accepted),
    }
}

/// The capital rule at the new price. A buy that the rule no longer allows is cancelled; one that the money no longer covers
/// keeps what it does cover.
fn quantity(view: &View<'_>, price: Paise, instrument: &Instrument) -> Result<u32, Step> {
    let volume = sizing::average_volume(view.candles);
    let quantity = sizing::buy_quantity(view.strategy, instrument, price, volume);
    let quantity = quantity.map_err(|why| match why {
        Unsized::InvalidPrice => Step::Leave(why.reason()),
        Unsized::Illiquid | Unsized::QuantityZero | Unsized::TooLargeForVolume => Step::Cancel(why.reason()),
    })?;
    // What the order stands at is reserved already.
    let at = limit(view.order).unwrap_or(price);
    let reserved = money::value(at, view.order.quantity).unwrap_or(0);
    match sizing::affordable(quantity, price, view.available.saturating_add(reserved)) {
        0 => Err(Step::Leave("insufficient_funds")),
        affordable => Ok(affordable),
    }
}

/// A limit that trades at once unless the share opens above it: the user's buffer above the price, within the band.
fn marketable(strategy: &Strategy, price: Paise, instrument: &Instrument) -> Paise {
    let with_buffer = money::as_number(price) * (1.0 + strategy.marketable_limit_buffer_pct / 100.0);
    let limit = money::round_up_computed(with_buffer, instrument.tick).unwrap_or(price);
    sizing::buy_limit(limit, instrument)
}
