//! What should be done about one position; a pure function of what is known of it.

use prahari_sdk::{Order, OrderKind, Paise, Position, Quote, market, money, orders};

use crate::memory::Levels;

/// The target's reason code.
pub const EMA9_TARGET: &str = "ema9_target";
/// The reason code of leaving at the market because the RSI has recovered.
pub const RSI_EXIT: &str = "rsi_exit";
/// A limit sell is at the broker and right.
pub const SELL_STANDING: &str = "sell_standing";
/// A market sell is at the broker.
pub const EXIT_PENDING: &str = "exit_pending";
/// A sell was sent of which it is not known whether the broker has it.
pub const ORDER_UNSETTLED: &str = "order_unsettled";
/// The target lies above the price band.
pub const ABOVE_PRICE_BAND: &str = "above_price_band";

/// What is known of a position.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The position.
    pub position: &'a Position,
    /// Its active sells.
    pub sells: &'a [&'a Order],
    /// Its levels.
    pub levels: Option<&'a Levels>,
    /// Its quote.
    pub quote: Option<&'a Quote>,
    /// A target waiting for the band to reach it.
    pub deferred: Option<Paise>,
    /// The RSI above which the position is left.
    pub rsi_exit: f64,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing, for this reason.
    Hold(&'static str),
    /// Wait until the band reaches this target.
    Defer(Paise),
    /// Place a sell, for this reason.
    Sell(u32, OrderKind, &'static str),
    /// Change the order to this quantity and kind, for this reason.
    Change(String, u32, OrderKind, &'static str),
}

/// Decides.
pub fn plan(view: &View<'_>) -> Step {
    match view.sells {
        [] => without_order(view),
        [order] if orders::is_external(order) => Step::Hold("external_order"),
        [order] if orders::is_at_broker(order) => with_order(view, order),
        [_] => Step::Hold(ORDER_UNSETTLED),
        _ => Step::Hold("several_sells"),
    }
}

/// The RSI as if today closed now; `None` before the first trade of the day.
pub fn rsi(view: &View<'_>) -> Option<f64> {
    let price = view.quote.and_then(market::traded_price)?;
    view.levels.map(|levels| levels.rsi(price))
}

/// The limit at which the position should be offered now.
pub fn target(view: &View<'_>) -> Option<Paise> {
    let levels = view.levels?;
    let ema9 = levels.ema9(view.quote.and_then(market::traded_price));
    // A price is never below the band, so a sell at the band's low is as good as one at a lower average.
    let target = money::round_up_computed(ema9, levels.tick)?;
    Some(target.max(money::round_up(levels.band_low, levels.tick)))
}

fn leaves(view: &View<'_>) -> bool {
    rsi(view).is_some_and(|rsi| rsi > view.rsi_exit)
}

fn without_order(view: &View<'_>) -> Step {
    let quantity = most(view, view.position.quantity);
    if leaves(view) {
        return Step::Sell(quantity, OrderKind::Market, RSI_EXIT);
    }
    let (Some(levels), Some(target)) = (view.levels, target(view)) else {
        return Step::Hold("history_unavailable");
    };
    let target = view.deferred.map_or(target, |deferred| target.min(deferred));
    if target > levels.band_high {
        return Step::Defer(target);
    }
    Step::Sell(quantity, OrderKind::Limit(target), EMA9_TARGET)
}

fn with_order(view: &View<'_>, order: &Order) -> Step {
    let quantity = most(view, order.filled.saturating_add(view.position.quantity));
    let Some(limit) = orders::limit(order) else {
        return match quantity == order.quantity {
            true => Step::Hold(EXIT_PENDING),
            false => change(order, quantity, OrderKind::Market, "quantity_changed"),
        };
    };
    if leaves(view) {
        return change(order, quantity, OrderKind::Market, RSI_EXIT);
    }
    match target(view).filter(|target| *target < limit) {
        Some(lower) => change(order, quantity, OrderKind::Limit(lower), "ema9_lowered"),
        None if quantity != order.quantity => change(order, quantity, order.kind, "quantity_changed"),
        None => Step::Hold(SELL_STANDING),
    }
}

fn change(order: &Order, quantity: u32, kind: OrderKind, reason: &'static str) -> Step {
    Step::Change(order.id.clone(), quantity, kind, reason)
}

fn most(view: &View<'_>, quantity: u32) -> u32 {
    match view.levels.map(|levels| levels.freeze) {
        Some(freeze) if freeze > 0 => quantity.min(freeze),
        _ => quantity,
    }
}
