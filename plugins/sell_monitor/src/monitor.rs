//! One minute: read, plan, act.

use std::collections::BTreeSet;

use prahari_sdk::{
    Evidence, Host, HostError, Interval, Order, OrderFilter, Position, Quote, Report, RunContext, Side,
    StateEntry, Strategy, TaskError, market, orders, plural,
};

use crate::act;
use crate::memory::{HISTORY_BARS, Levels, Memory};
use crate::plan::{View, plan};

/// How long to wait before asking again for a history that could not be had: often enough for the day, rare enough
/// that a share without history costs next to nothing.
const ASK_AGAIN_MS: i64 = 15 * 60_000;

/// Looks after every position once and answers the summary's line.
///
/// # Errors
/// When positions, orders or settings cannot be read.
pub fn tick(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<String, TaskError> {
    let strategy = host.strategy()?;
    let positions = host.positions()?;
    let active = host.orders(OrderFilter::Active)?;
    cancel_orphans(host, &positions, &active, report)?;
    report.add("checked", i64::try_from(positions.len()).unwrap_or(i64::MAX));
    if positions.is_empty() {
        return Ok("no open positions".to_owned());
    }
    let symbols: Vec<String> = positions.iter().map(|position| position.symbol.clone()).collect();
    let before = load(host, context, &symbols)?;
    let mut memories = before.clone();
    refresh(host, context, &strategy, &symbols, &mut memories, report)?;
    let quotes = market::if_available(host.quotes(&symbols))?;
    for (index, (position, memory)) in positions.iter().zip(&mut memories).enumerate() {
        let quote = quotes.get(index).and_then(Option::as_ref);
        follow(host, &strategy, position, quote, &active, memory, report)?;
    }
    save(host, &symbols, &before, &memories)?;
    Ok(summary(positions.len(), report))
}

fn follow(
    host: &mut dyn Host,
    strategy: &Strategy,
    position: &Position,
    quote: Option<&Quote>,
    active: &[Order],
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), TaskError> {
    let of_position = |order: &&Order| order.side == Side::Sell && order.symbol == position.symbol;
    let sells: Vec<&Order> = active.iter().filter(of_position).collect();
    let levels = memory.levels;
    let view = View {
        position,
        sells: &sells,
        levels: levels.as_ref(),
        quote,
        deferred: memory.deferred,
        rsi_exit: strategy.rsi_exit,
    };
    let step = plan(&view);
    act::carry_out(host, &view, step, memory, report)
}

fn load(host: &mut dyn Host, context: &RunContext, symbols: &[String]) -> Result<Vec<Memory>, HostError> {
    let keys: Vec<String> = symbols.iter().map(|symbol| Memory::key(symbol)).collect();
    let kept = host.state(&keys)?;
    let memory = |index: usize| {
        let bytes = kept.get(index).and_then(Option::as_deref);
        let memory = bytes.and_then(Memory::decode).filter(|memory| memory.day == context.day);
        memory.unwrap_or_else(|| Memory::new(context.day))
    };
    Ok((0..symbols.len()).map(memory).collect())
}

fn save(
    host: &mut dyn Host,
    symbols: &[String],
    before: &[Memory],
    after: &[Memory],
) -> Result<(), HostError> {
    let changed = symbols.iter().zip(before).zip(after).filter(|((_, before), after)| before != after);
    let entries: Vec<StateEntry> = changed
        .map(|((symbol, _), memory)| StateEntry { key: Memory::key(symbol), value: Some(memory.encode()) })
        .collect();
    if entries.is_empty() { Ok(()) } else { host.set_state(&entries) }
}

/// Fetches levels that are missing, and what is said of the shares whose sells are deferred or were refused for it, in one call
/// each.
fn refresh(
    host: &mut dyn Host,
    context: &RunContext,
    strategy: &Strategy,
    symbols: &[String],
    memories: &mut [Memory],
    report: &mut Report,
) -> Result<(), TaskError> {
    let period = usize::try_from(strategy.rsi_period).unwrap_or(usize::MAX);
    let lacks = |memory: &Memory| match memory.levels {
        Some(levels) => levels.rsi_period() != period,
        None => context.now.saturating_sub(memory.asked_at) >= ASK_AGAIN_MS,
    };
    let pairs = || symbols.iter().enumerate().zip(memories.iter());
    let lacking: BTreeSet<usize> =
        pairs().filter(|(_, memory)| lacks(memory)).map(|((index, _), _)| index).collect();
    let is_old = |memory: &Memory| memory.deferred.is_some() || memory.was_refused_by_rules();
    let old = pairs().filter(|(_, memory)| is_old(memory)).map(|((index, _), _)| index);
    let stale: BTreeSet<usize> = lacking.iter().copied().chain(old).collect();
    if stale.is_empty() {
        return Ok(());
    }
    let named = |set: &BTreeSet<usize>| -> Vec<String> {
        set.iter().filter_map(|index| symbols.get(*index).cloned()).collect()
    };
    let instruments = market::if_available(host.instruments(&named(&stale)))?;
    for (index, instrument) in stale.iter().zip(&instruments) {
        let levels = memories.get_mut(*index).and_then(|memory| memory.levels.as_mut());
        if let (Some(levels), Some(instrument)) = (levels, instrument) {
            levels.adopt(instrument);
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let candles = market::if_available(host.candles(&named(&lacking), Interval::Daily, HISTORY_BARS, false))?;
    for (place, index) in lacking.iter().enumerate() {
        let Some(memory) = memories.get_mut(*index) else { continue };
        let nth = stale.iter().position(|stale| stale == index);
        let instrument = nth.and_then(|nth| instruments.get(nth)).and_then(Option::as_ref);
        let bars = candles.get(place).map_or(&[][..], |bars| market::before(bars, context.day));
        memory.asked_at = context.now;
        memory.levels = instrument.and_then(|instrument| Levels::new(bars, strategy.rsi_period, instrument));
    }
    report.add("histories_read", i64::try_from(lacking.len()).unwrap_or(i64::MAX));
    forget_closed(host, symbols)?;
    Ok(())
}

/// Drops the memory of positions that are no longer open; done only when histories are read, so once or twice a day.
fn forget_closed(host: &mut dyn Host, symbols: &[String]) -> Result<(), HostError> {
    let keys = host.state_keys(Memory::prefix())?;
    let is_held =
        |key: &String| Memory::symbol_of(key).is_some_and(|held| symbols.iter().any(|symbol| symbol == held));
    let gone = keys.into_iter().filter(|key| !is_held(key));
    let entries: Vec<StateEntry> = gone.map(|key| StateEntry { key, value: None }).collect();
    if entries.is_empty() { Ok(()) } else { host.set_state(&entries) }
}

/// A sell or a re-entry whose position is closed has lost its purpose.
fn cancel_orphans(
    host: &mut dyn Host,
    positions: &[Position],
    active: &[Order],
    report: &mut Report,
) -> Result<(), TaskError> {
    let is_orphan = |order: &&Order| {
        let of_position = order.side == Side::Sell || !orders::is_entry(order);
        of_position
            && orders::is_at_broker(order)
            && !orders::is_external(order)
            && !positions.iter().any(|position| position.symbol == order.symbol)
    };
    let orphans: Vec<&Order> = active.iter().filter(is_orphan).collect();
    if orphans.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = orphans.iter().map(|order| order.id.clone()).collect();
    let answers = host.cancel(&ids, "position closed")?;
    for (order, answer) in orphans.iter().zip(answers) {
        let evidence = Evidence::new().with("order", &order.id);
        match answer {
            Ok(()) => {
                report.count("cancelled");
                report.decide(&order.symbol, "cancel", "position_closed", evidence);
            }
            Err(refusal) => {
                let evidence = evidence.with("refusal", refusal.detail);
                report.decide(&order.symbol, "hold", orders::reason_of(refusal.code), evidence);
            }
        }
    }
    Ok(())
}

fn summary(positions: usize, report: &Report) -> String {
    format!(
        "{}: {} placed{}, {} changed, {}",
        plural(positions, "position", "positions"),
        plural(report.counted("placed"), "sell", "sells"),
        report.unknown_outcomes(),
        report.counted("changed"),
        plural(report.counted("exits"), "exit", "exits"),
    )
}
