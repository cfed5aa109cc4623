//! Why a signal is not bought. Every check answers a stable reason code; none asks the host.

use std::collections::BTreeSet;

use prahari_sdk::portfolio::Portfolio;
use prahari_sdk::{
    Day, Instrument, Paise, Position, Purpose, Quote, ReentrySignal, Selection, Signal, SignalKind,
    SignalStatus, Strategy, sizing,
};

use crate::gate;

/// Only ordinary shares: the trade-for-trade series may not be sold on the day they are bought.
const SERIES: &str = "EQ";

/// What is known before the first order of the run.
#[derive(Debug)]
pub struct World {
    /// The user's settings.
    pub strategy: Strategy,
    /// How the user has buys chosen.
    pub selection: Selection,
    /// Symbols held and being bought; kept up to date as orders are placed.
    pub portfolio: Portfolio,
    /// Open positions.
    pub positions: Vec<Position>,
    /// Symbols whose rejected buy is still waiting for premarket_retry.
    pub waiting: BTreeSet<String>,
    /// The trading date.
    pub day: Day,
}

/// A buy that passed every check but the host's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Buy {
    /// Shares.
    pub quantity: u32,
    /// Limit price.
    pub limit: Paise,
}

/// Why a signal that stands is not acted on at all; `None` for an active one.
pub fn inactive(status: SignalStatus) -> Option<&'static str> {
    match status {
        SignalStatus::Active => None,
        SignalStatus::Traded => Some("signal_traded"),
        SignalStatus::Rejected => Some("signal_rejected"),
        SignalStatus::Failed => Some("signal_failed"),
        SignalStatus::Expired => Some("signal_expired"),
    }
}

/// The checks of a first buy that need no price.
///
/// # Errors
/// The reason code.
pub fn check_entry(world: &World, signal: &Signal) -> Result<(), &'static str> {
    let symbol = &signal.draft.symbol;
    gate::check(world.selection.past_gate.as_ref(), &signal.draft)?;
    if world.portfolio.holds(symbol) {
        Err("open_position_exists")
    } else {
        check_pending(world, symbol)?;
        if world.portfolio.is_full() { Err("portfolio_limit_reached") } else { Ok(()) }
    }
}

/// The checks of a re-entry that need no price.
///
/// # Errors
/// The reason code.
pub fn check_reentry(world: &World, symbol: &str, wanted: ReentrySignal) -> Result<(), &'static str> {
    let position = world.positions.iter().find(|position| position.symbol == symbol);
    let position = position.ok_or("position_closed")?;
    check_pending(world, symbol)?;
    for entry in &position.entries {
        let Purpose::Reentry(taken) = entry.purpose else { continue };
        // A deeper rung takes those above it along.
        if taken.level <= wanted.level && taken.cycle == wanted.cycle {
            return Err("level_already_taken");
        }
        if taken.level == wanted.level && entry.day == world.day {
            return Err("level_taken_today");
        }
    }
    Ok(())
}

/// Price and size.
///
/// # Errors
/// The reason code.
pub fn size(
    world: &World,
    signal: &Signal,
    quote: Option<&Quote>,
    instrument: Option<&Instrument>,
    average_volume: u64,
) -> Result<Buy, &'static str> {
    let instrument = instrument.ok_or("instrument_unknown")?;
    if instrument.series != SERIES {
        return Err("series_not_allowed");
    }
    let price = quote.map(|quote| quote.last).filter(|price| *price > 0).ok_or("price_unavailable")?;
    if !sizing::is_sane(price, signal.draft.last_close, instrument) {
        return Err("price_not_sane");
    }
    let limit = sizing::buy_limit(price, instrument);
    let quantity = sizing::buy_quantity(&world.strategy, instrument, limit, average_volume);
    Ok(Buy { quantity: quantity.map_err(|why| why.reason())?, limit })
}

/// Whether a signal is a first buy.
pub fn is_entry(signal: &Signal) -> bool {
    matches!(signal.draft.kind, SignalKind::Buy | SignalKind::StrongBuy)
}

/// The rung of a re-entry signal.
pub fn reentry(signal: &Signal) -> Option<ReentrySignal> {
    match signal.draft.kind {
        SignalKind::Reentry(rung) => Some(rung),
        _ => None,
    }
}

fn check_pending(world: &World, symbol: &str) -> Result<(), &'static str> {
    if world.portfolio.is_buying(symbol) {
        Err("active_order_exists")
    } else if world.waiting.contains(symbol) {
        Err("waiting_for_retry")
    } else {
        Ok(())
    }
}
