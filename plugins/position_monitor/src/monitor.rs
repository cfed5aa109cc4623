//! One run, position by position.

use prahari_indicators::{WilderRsi, ema, ema_step};
use prahari_sdk::orders::is_buy;
use prahari_sdk::{
    Candle, Day, Evidence, Host, HostError, Interval, Order, OrderFilter, Paise, Position, Purpose, Quote,
    ReentrySignal, Report, RunContext, SignalDraft, SignalKind, StateEntry, Strategy, TaskError, market,
    money, plural, sizing,
};

use crate::cycle::Cycle;
use crate::ladder;

const EMA_LENGTH: usize = 9;
const LONG_EMA_LENGTH: usize = 200;
/// Bars asked for: at least 150 for the RSI, and enough for EMA200 to have a value.
const HISTORY_BARS: u32 = 400;
/// How far from the average price and from EMA200 a price may be before it is taken for a fault of the data.
const SANE_FROM: f64 = 0.35;
const SANE_TO: f64 = 3.0;

/// What the market says of a position now.
#[derive(Debug, Clone, Copy)]
struct Reading {
    price: Paise,
    rsi: f64,
    closed_on: Day,
    closed_rsi: f64,
    ema9: f64,
    ema200: Option<f64>,
    average_volume: u64,
}

/// What was decided about a position.
enum Finding {
    Hold(&'static str),
    Exit(&'static str),
    Reentry(ReentrySignal),
}

/// Looks at every position and answers the summary's line.
///
/// # Errors
/// When positions, orders, settings or prices cannot be read, or the signals cannot be published.
pub fn watch(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<String, TaskError> {
    let positions = host.positions()?;
    report.add("checked", i64::try_from(positions.len()).unwrap_or(i64::MAX));
    let symbols: Vec<String> = positions.iter().map(|position| position.symbol.clone()).collect();
    forget_closed(host, &symbols)?;
    if positions.is_empty() {
        return Ok("no open positions".to_owned());
    }
    let strategy = host.strategy()?;
    let today = host.orders(OrderFilter::Today)?;
    let active = host.orders(OrderFilter::Active)?;
    let quotes = host.quotes(&symbols)?;
    let candles = host.candles(&symbols, Interval::Daily, HISTORY_BARS, false)?;
    let cycles = load(host, &positions)?;
    let mut drafts = Vec::new();
    let mut kept = Vec::new();
    for (index, (position, before)) in positions.iter().zip(cycles).enumerate() {
        let quote = quotes.get(index).and_then(Option::as_ref);
        let bars = candles.get(index).map_or(&[][..], Vec::as_slice);
        let reading = read(&strategy, quote, market::before(bars, context.day));
        let mut cycle = Cycle::of(position, before);
        let finding = match &reading {
            Ok(reading) => examine(&strategy, position, reading, &active, &today, &mut cycle, context.day),
            Err(reason) => Finding::Hold(reason),
        };
        if before != Some(cycle) {
            kept.push(StateEntry { key: Cycle::key(&position.symbol), value: Some(cycle.encode()) });
        }
        drafts.extend(decide(position, reading.ok(), &finding, cycle, report));
    }
    if !kept.is_empty() {
        host.set_state(&kept)?;
    }
    publish(host, &drafts, report)?;
    Ok(format!(
        "{}: {}, {}",
        plural(positions.len(), "position", "positions"),
        plural(report.counted("reentry_signals"), "re-entry", "re-entries"),
        plural(report.counted("exit_signals"), "exit", "exits"),
    ))
}

fn publish(host: &mut dyn Host, drafts: &[SignalDraft], report: &mut Report) -> Result<(), HostError> {
    if drafts.is_empty() {
        return Ok(());
    }
    let published = host.publish(drafts)?;
    report.add("signals_inserted", i64::from(published.inserted));
    report.add("signals_updated", i64::from(published.updated));
    report.add("signals_skipped", i64::from(published.skipped));
    Ok(())
}

fn read(strategy: &Strategy, quote: Option<&Quote>, bars: &[Candle]) -> Result<Reading, &'static str> {
    let price = quote.and_then(market::traded_price).ok_or("price_unavailable")?;
    let closes = market::closes(bars);
    let period = usize::try_from(strategy.rsi_period).unwrap_or(usize::MAX);
    let state = WilderRsi::from_closes(&closes, period).ok_or("history_unavailable")?;
    let last = |length| ema(&closes, length).last().copied().flatten();
    let step = |average, length| ema_step(average, money::as_number(price), length);
    Ok(Reading {
        price,
        rsi: state.peek(money::as_number(price)),
        closed_on: bars.last().map(|bar| bar.day).ok_or("history_unavailable")?,
        closed_rsi: state.value(),
        ema9: last(EMA_LENGTH).map(|average| step(average, EMA_LENGTH)).ok_or("history_unavailable")?,
        ema200: last(LONG_EMA_LENGTH).map(|average| step(average, LONG_EMA_LENGTH)),
        average_volume: sizing::average_volume(bars),
    })
}

fn examine(
    strategy: &Strategy,
    position: &Position,
    reading: &Reading,
    active: &[Order],
    today: &[Order],
    cycle: &mut Cycle,
    day: Day,
) -> Finding {
    *cycle = ladder::observe(*cycle, reading.closed_on, reading.closed_rsi);
    if !is_sane(position, reading) {
        return Finding::Hold("price_not_sane");
    }
    if reading.rsi > strategy.rsi_exit {
        return Finding::Exit("rsi_exit");
    }
    if money::as_number(reading.price) >= reading.ema9 {
        return Finding::Exit("ema9_target");
    }
    let (level, next) = match ladder::due(*cycle, position, reading.rsi, day) {
        Ok(due) => due,
        Err(reason) => return Finding::Hold(reason),
    };
    if active.iter().any(|order| is_buy(order) && order.symbol == position.symbol) {
        return Finding::Hold("active_order_exists");
    }
    if ladder::was_taken_on(position, level, day) || was_ordered(today, position, level) {
        return Finding::Hold("level_taken_today");
    }
    *cycle = next;
    Finding::Reentry(ReentrySignal { level, cycle: next.number })
}

fn was_ordered(today: &[Order], position: &Position, level: u8) -> bool {
    let at_level = |order: &Order| matches!(&order.purpose, Purpose::Reentry(rung) if rung.level == level);
    today.iter().any(|order| order.symbol == position.symbol && at_level(order))
}

fn is_sane(position: &Position, reading: &Reading) -> bool {
    let price = money::as_number(reading.price);
    let near = |reference: f64| price >= SANE_FROM * reference && price <= SANE_TO * reference;
    near(money::as_number(position.average_price)) && reading.ema200.is_none_or(near)
}

fn decide(
    position: &Position,
    reading: Option<Reading>,
    finding: &Finding,
    cycle: Cycle,
    report: &mut Report,
) -> Option<SignalDraft> {
    let mut evidence =
        Evidence::new().money("average_price", position.average_price).with("cycle", cycle.number);
    if let Some(reading) = reading {
        evidence = evidence
            .money("price", reading.price)
            .number("rsi", reading.rsi)
            .number("closed_rsi", reading.closed_rsi)
            .money("ema9", money::nearest(reading.ema9).unwrap_or(0));
    }
    let (action, reason, kind) = match finding {
        Finding::Hold(reason) => {
            report.count("held");
            ("hold", *reason, None)
        }
        Finding::Exit(reason) => {
            report.count("exit_signals");
            ("signal_exit", *reason, Some(SignalKind::Exit((*reason).to_owned())))
        }
        Finding::Reentry(rung) => {
            report.count("reentry_signals");
            evidence = evidence.with("level", rung.level);
            ("signal_reentry", "reentry_level_reached", Some(SignalKind::Reentry(*rung)))
        }
    };
    report.decide(&position.symbol, action, reason, evidence);
    Some(draft(position, &reading?, kind?, reason))
}

fn draft(position: &Position, reading: &Reading, kind: SignalKind, reason: &str) -> SignalDraft {
    let ema9 = money::nearest(reading.ema9).unwrap_or(reading.price);
    SignalDraft {
        symbol: position.symbol.clone(),
        kind,
        last_close: reading.price,
        rsi: reading.rsi,
        ema9,
        ema200: reading.ema200.and_then(money::nearest).unwrap_or(0),
        average_volume: reading.average_volume,
        strength_score: 0.0,
        backtest_score: 0.0,
        combined_score: 0.0,
        // Among re-entries the most oversold comes first.
        priority_score: 100.0 - reading.rsi,
        buy_low: reading.price,
        buy_high: reading.price,
        stop: 0,
        target: ema9,
        reasons: vec![reason.to_owned()],
    }
}

fn load(host: &mut dyn Host, positions: &[Position]) -> Result<Vec<Option<Cycle>>, HostError> {
    let keys: Vec<String> = positions.iter().map(|position| Cycle::key(&position.symbol)).collect();
    let kept = host.state(&keys)?;
    let cycle = |index: usize| kept.get(index).and_then(Option::as_deref).and_then(Cycle::decode);
    Ok((0..positions.len()).map(cycle).collect())
}

fn forget_closed(host: &mut dyn Host, symbols: &[String]) -> Result<(), HostError> {
    let keys = host.state_keys(Cycle::prefix())?;
    let is_held =
        |key: &String| Cycle::symbol_of(key).is_some_and(|held| symbols.iter().any(|symbol| symbol == held));
    let gone = keys.into_iter().filter(|key| !is_held(key));
    let entries: Vec<StateEntry> = gone.map(|key| StateEntry { key, value: None }).collect();
    if entries.is_empty() { Ok(()) } else { host.set_state(&entries) }
}
