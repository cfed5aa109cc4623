//! Why a rejected buy is given up, or kept for later. Every check answers a stable reason code; none asks the host.

use prahari_sdk::orders::{Accepts, accepts};
use prahari_sdk::portfolio::Portfolio;
use prahari_sdk::{
    Candle, Instant, Instrument, Order, Paise, Phase, Position, Purpose, Quote, Signal, SignalStatus,
    Strategy, Variety, market, money, sizing,
};

/// What is known before the first order of the run.
#[derive(Debug)]
pub struct World {
    /// The user's settings.
    pub strategy: Strategy,
    /// Symbols held and being bought; kept up to date as orders are placed.
    pub portfolio: Portfolio,
    /// Open positions.
    pub positions: Vec<Position>,
    /// Signals that stand.
    pub signals: Vec<Signal>,
    /// The host's clock.
    pub now: Instant,
}

/// What the market says of one symbol.
#[derive(Debug, Clone, Copy)]
pub struct Market<'a> {
    /// Its phase.
    pub phase: Option<Phase>,
    /// Whether the broker takes after-market orders while the phase takes none.
    pub after_market: bool,
    /// Its quote.
    pub quote: Option<&'a Quote>,
    /// Its instrument.
    pub instrument: Option<&'a Instrument>,
    /// Its closed daily bars.
    pub candles: &'a [Candle],
}

/// A buy that passed every check but the host's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buy {
    /// Shares.
    pub quantity: u32,
    /// Limit price.
    pub limit: Paise,
    /// Into the session as it is, or held by the broker until the next one opens.
    pub variety: Variety,
}

/// Why the order has lost its reason to exist; `None` when it has not.
pub fn obsolete(world: &World, order: &Order, expires_at: Instant) -> Option<&'static str> {
    let symbol = &order.symbol;
    if expires_at <= world.now {
        return Some("retry_expired");
    }
    if world.portfolio.is_buying(symbol) {
        return Some("active_order_exists");
    }
    match &order.purpose {
        Purpose::Reentry(rung) => {
            let position = world.positions.iter().find(|position| &position.symbol == symbol);
            let Some(position) = position else { return Some("position_closed") };
            if position.entries.iter().any(|entry| entry.purpose == Purpose::Reentry(*rung)) {
                return Some("level_already_taken");
            }
        }
        _ if world.portfolio.holds(symbol) => return Some("open_position_exists"),
        _ => {}
    }
    signal_gone(world, order)
}

/// Price and size for this morning.
///
/// # Errors
/// The reason code why not now.
pub fn size(
    world: &World,
    order: &Order,
    around: &Market<'_>,
    available: Paise,
) -> Result<Buy, &'static str> {
    let is_entry = order.purpose == Purpose::Entry;
    if is_entry && world.portfolio.is_full() {
        return Err("portfolio_limit_reached");
    }
    let variety = match around.phase.map_or(Accepts::Nothing, accepts) {
        Accepts::LimitOnly | Accepts::Everything => Variety::Regular,
        Accepts::Nothing if around.after_market => Variety::AfterMarket,
        Accepts::Nothing => return Err("session_closed"),
    };
    let instrument = around.instrument.ok_or("instrument_unknown")?;
    let quote = around.quote.ok_or("price_unavailable")?;
    let price = market::pre_open_price(quote).ok_or("price_unavailable")?;
    if !sizing::is_sane(price, quote.previous_close, instrument) {
        return Err("price_not_sane");
    }
    let limit = sizing::buy_limit(price, instrument);
    let volume = sizing::average_volume(around.candles);
    let quantity =
        sizing::buy_quantity(&world.strategy, instrument, limit, volume).map_err(|why| why.reason())?;
    let affordable = sizing::affordable(quantity, limit, available);
    let is_covered = money::value(limit, quantity).is_some_and(|value| value <= available);
    // A first buy is bought whole or not at all; a re-entry is cut down to what the money affords.
    match (is_entry, affordable) {
        (true, _) if is_covered => Ok(Buy { quantity, limit, variety }),
        (true, _) | (false, 0) => Err("insufficient_funds"),
        (false, quantity) => Ok(Buy { quantity, limit, variety }),
    }
}

/// An order placed without a signal does not depend on one.
fn signal_gone(world: &World, order: &Order) -> Option<&'static str> {
    let id = order.signal_id?;
    match world.signals.iter().find(|signal| signal.id == id).map(|signal| signal.status) {
        None | Some(SignalStatus::Expired) => Some("signal_expired"),
        Some(SignalStatus::Rejected) => Some("signal_rejected"),
        Some(SignalStatus::Active | SignalStatus::Traded | SignalStatus::Failed) => None,
    }
}
