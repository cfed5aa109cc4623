//! One run, signal by signal.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use prahari_sdk::orders::{OUTCOME_UNKNOWN, UNKNOWN_OUTCOME, reason_of, refuses_all, sent_nevertheless};
use prahari_sdk::portfolio::Portfolio;
use prahari_sdk::{
    Candle, Evidence, Funds, Host, HostError, Instrument, Interval, Order, OrderFilter, OrderKind,
    OrderRequest, Product, Purpose, Quote, ReentryLevel, Refusal, RefusalCode, Report, RunContext, Side,
    Signal, TaskError, Variety, money, plural, sizing, time,
};

use crate::checks::{self, Buy, World};
use crate::confirm::{self, HISTORY_BARS};

/// What the market says of the symbols that have a signal.
#[derive(Debug, Default)]
struct Prices {
    quotes: BTreeMap<String, Quote>,
    instruments: BTreeMap<String, Instrument>,
    histories: BTreeMap<String, Vec<Candle>>,
}

/// Places what should be bought and answers the summary's line.
///
/// # Errors
/// When signals, books, settings or prices cannot be read.
pub fn buy(host: &mut dyn Host, context: &RunContext, report: &mut Report) -> Result<String, TaskError> {
    let mut world = read_world(host, context)?;
    let subjects = subjects(host.signals()?, &world);
    let prices = read_prices(host, &subjects)?;
    let mut closed = (!subjects.is_empty() && !host.after_market_open()?).then_some("after_market_closed");
    for subject in &subjects {
        report.count("considered");
        match judge(&world, subject, &prices, closed) {
            Some((signal, Ok(wanted))) => closed = place(host, &mut world, signal, wanted, report)?,
            Some((signal, Err(reason))) => skip(signal, reason, &prices, report),
            None => {}
        }
    }
    let symbols = plural(subjects.len(), "symbol with signals", "symbols with signals");
    Ok(format!("{} ordered of {symbols}{}", report.counted("placed"), report.unknown_outcomes()))
}

/// A buy that passed every check, with what its order says of itself.
struct Wanted {
    buy: Buy,
    purpose: Purpose,
    rsi: f64,
}

fn read_world(host: &mut dyn Host, context: &RunContext) -> Result<World, TaskError> {
    let strategy = host.strategy()?;
    let selection = host.selection()?;
    let positions = host.positions()?;
    let active = host.orders(OrderFilter::Active)?;
    let retryable = host.orders(OrderFilter::Retryable)?;
    Ok(World {
        strategy,
        selection,
        portfolio: Portfolio::new(&strategy, &positions, &active),
        positions,
        waiting: waiting(host, &retryable, context)?,
        day: context.day,
    })
}

fn waiting(
    host: &mut dyn Host,
    retryable: &[Order],
    context: &RunContext,
) -> Result<BTreeSet<String>, HostError> {
    let mut waiting = BTreeSet::new();
    for order in retryable {
        if time::retry_expires_at(host, order.first_placed_at)? > context.now {
            waiting.insert(order.symbol.clone());
        }
    }
    Ok(waiting)
}

/// The signals by symbol: first buys as the user ranks them, then re-entries as the host does. A held symbol with both is decided by its
/// re-entry alone. Of several rungs the newest cycle and the deepest level come first.
fn subjects(signals: Vec<Signal>, world: &World) -> Vec<Vec<Signal>> {
    let has_rung = |symbol: &str| {
        let mut rungs = signals.iter().filter(|signal| checks::reentry(signal).is_some());
        world.portfolio.holds(symbol) && rungs.any(|signal| signal.draft.symbol == symbol)
    };
    let mut entries: Vec<&Signal> =
        signals.iter().filter(|signal| checks::is_entry(signal) && !has_rung(&signal.draft.symbol)).collect();
    if !world.selection.by_priority {
        // The host answers them by priority; of equal scores the better priority stays first.
        entries.sort_by(|a, b| b.draft.combined_score.total_cmp(&a.draft.combined_score));
    }
    let reentries = signals.iter().filter(|signal| checks::reentry(signal).is_some());
    let mut subjects: Vec<Vec<Signal>> = Vec::new();
    for signal in entries.into_iter().chain(reentries) {
        let is_same = |subject: &&mut Vec<Signal>| {
            subject.first().is_some_and(|first| first.draft.symbol == signal.draft.symbol)
        };
        match subjects.iter_mut().find(is_same) {
            Some(subject) => subject.push(signal.clone()),
            None => subjects.push(vec![signal.clone()]),
        }
    }
    for subject in &mut subjects {
        subject.sort_by_key(|signal| checks::reentry(signal).map(|rung| (Reverse(rung.cycle), rung.level)));
    }
    subjects
}

/// The first signal of a symbol that may be bought on, or the reason why none may: that of its first active signal.
fn judge<'a>(
    world: &World,
    subject: &'a [Signal],
    prices: &Prices,
    closed: Option<&'static str>,
) -> Option<(&'a Signal, Result<Wanted, &'static str>)> {
    let mut skipped: Option<(&Signal, &'static str)> = None;
    for signal in subject {
        let outcome = match (checks::inactive(signal.status), closed) {
            (Some(reason), _) | (None, Some(reason)) => Err(reason),
            (None, None) => consider(world, signal, prices),
        };
        let reason = match outcome {
            Ok(wanted) => return Some((signal, Ok(wanted))),
            Err(reason) => reason,
        };
        let says_more = checks::inactive(signal.status).is_none()
            && skipped.is_some_and(|(earlier, _)| checks::inactive(earlier.status).is_some());
        if skipped.is_none() || says_more {
            skipped = Some((signal, reason));
        }
    }
    skipped.map(|(signal, reason)| (signal, Err(reason)))
}

fn read_prices(host: &mut dyn Host, subjects: &[Vec<Signal>]) -> Result<Prices, HostError> {
    let symbols_of = |keep: fn(&Signal) -> bool| -> Vec<String> {
        let signals = subjects.iter().flatten();
        let symbols = signals.filter(|signal| keep(signal)).map(|signal| signal.draft.symbol.clone());
        symbols.collect::<BTreeSet<String>>().into_iter().collect()
    };
    let symbols = symbols_of(|signal| checks::inactive(signal.status).is_none());
    if symbols.is_empty() {
        return Ok(Prices::default());
    }
    let quotes = host.quotes(&symbols)?;
    let instruments = host.instruments(&symbols)?;
    let held =
        symbols_of(|signal| checks::inactive(signal.status).is_none() && checks::reentry(signal).is_some());
    let histories =
        if held.is_empty() { Vec::new() } else { host.candles(&held, Interval::Daily, HISTORY_BARS, false)? };
    Ok(Prices {
        quotes: symbols.iter().cloned().zip(quotes).filter_map(|(key, value)| Some((key, value?))).collect(),
        instruments: symbols
            .iter()
            .cloned()
            .zip(instruments)
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
        histories: held.into_iter().zip(histories).collect(),
    })
}

fn consider(world: &World, signal: &Signal, prices: &Prices) -> Result<Wanted, &'static str> {
    let symbol = &signal.draft.symbol;
    let sized = |average_volume| {
        checks::size(world, signal, prices.quotes.get(symbol), prices.instruments.get(symbol), average_volume)
    };
    let Some(rung) = checks::reentry(signal) else {
        checks::check_entry(world, signal)?;
        let buy = sized(signal.draft.average_volume)?;
        return Ok(Wanted { buy, purpose: Purpose::Entry, rsi: signal.draft.rsi });
    };
    checks::check_reentry(world, symbol, rung)?;
    let candles = prices.histories.get(symbol).map_or(&[][..], Vec::as_slice);
    let rsi = confirm::confirm(candles, world.strategy.rsi_period, rung)?;
    let buy = sized(sizing::average_volume(candles))?;
    Ok(Wanted { buy, purpose: Purpose::Reentry(ReentryLevel { level: rung.level, cycle: rung.cycle }), rsi })
}

/// Places one order; answers the reason why no further order of this run would be taken, if there is one.
fn place(
    host: &mut dyn Host,
    world: &mut World,
    signal: &Signal,
    wanted: Wanted,
    report: &mut Report,
) -> Result<Option<&'static str>, TaskError> {
    let symbol = &signal.draft.symbol;
    let funds = host.funds()?;
    let is_entry = wanted.purpose == Purpose::Entry;
    let quantity = match sizing::affordable(wanted.buy.quantity, wanted.buy.limit, funds.available) {
        // A re-entry is cut down to what the money affords. When that is nothing the whole order is placed all the same:
        // the host refuses it and keeps it for premarket_retry, as it does with a first buy.
        affordable if affordable > 0 && !is_entry => affordable,
        _ => wanted.buy.quantity,
    };
    let request = OrderRequest {
        symbol: symbol.clone(),
        side: Side::Buy,
        quantity,
        kind: OrderKind::Limit(wanted.buy.limit),
        variety: Variety::AfterMarket,
        product: Product::Delivery,
        purpose: wanted.purpose,
        signal_id: Some(signal.id),
        rsi: Some(wanted.rsi),
        retry_of: None,
    };
    let evidence = evidence(signal, &request, wanted.buy.limit, &funds);
    match host.place(std::slice::from_ref(&request))?.pop() {
        Some(Ok(id)) => {
            world.portfolio.note_buy(symbol, is_entry);
            report.count(if is_entry { "placed_entries" } else { "placed_reentries" });
            report.count("placed");
            report.decide(symbol, "buy", "placed", evidence.with("order", id));
            Ok(None)
        }
        Some(Err(refusal)) => match sent_nevertheless(host, &request, &refusal) {
            Some(id) => {
                world.portfolio.note_buy(symbol, is_entry);
                report.count(UNKNOWN_OUTCOME);
                let evidence = evidence.with("order", id).with("refusal", refusal.detail);
                report.decide(symbol, "buy", OUTCOME_UNKNOWN, evidence);
                Ok(Some(reason_of(refusal.code)))
            }
            None => Ok(refused(symbol, &refusal, evidence, report)),
        },
        None => Err(TaskError::Unavailable("the host gave no answer to an order".to_owned())),
    }
}

fn refused(symbol: &str, refusal: &Refusal, evidence: Evidence, report: &mut Report) -> Option<&'static str> {
    let reason = reason_of(refusal.code);
    report.count(if refusal.code == RefusalCode::Funds { "failed_balance" } else { "refused" });
    report.decide(symbol, "skip", reason, evidence.with("refusal", &refusal.detail));
    refuses_all(refusal.code).then_some(reason)
}

fn evidence(signal: &Signal, request: &OrderRequest, limit: i64, funds: &Funds) -> Evidence {
    let evidence = Evidence::new()
        .with("signal", signal.id)
        .with("quantity", request.quantity)
        .money("limit", limit)
        .money("value", money::value(limit, request.quantity).unwrap_or(i64::MAX))
        .money("available", funds.available)
        .number("priority", signal.draft.priority_score)
        .number("combined_score", signal.draft.combined_score)
        .number("rsi", request.rsi.unwrap_or(signal.draft.rsi));
    match &request.purpose {
        Purpose::Reentry(rung) => evidence.with("level", rung.level).with("cycle", rung.cycle),
        _ => evidence,
    }
}

fn skip(signal: &Signal, reason: &'static str, prices: &Prices, report: &mut Report) {
    report.count("skipped");
    report.count(counter_of(reason));
    let mut evidence = Evidence::new()
        .with("signal", signal.id)
        .number("priority", signal.draft.priority_score)
        .number("combined_score", signal.draft.combined_score)
        .money("last_close", signal.draft.last_close)
        .with("average_volume", signal.draft.average_volume);
    if let Some(quote) = prices.quotes.get(&signal.draft.symbol) {
        evidence = evidence.money("price", quote.last);
    }
    report.decide(&signal.draft.symbol, "skip", reason, evidence);
}

fn counter_of(reason: &str) -> &'static str {
    match reason {
        "portfolio_limit_reached" => "skipped_portfolio_limit",
        "open_position_exists" | "active_order_exists" | "waiting_for_retry" | "signal_traded" => {
            "skipped_duplicates"
        }
        "past_unknown"
        | "past_no_trades"
        | "past_win_rate"
        | "past_average_profit"
        | "past_return"
        | "past_score"
        | "below_min_combined_score" => "skipped_past_gate",
        "instrument_unknown" | "price_unavailable" | "history_unavailable" => "skipped_missing_data",
        "quantity_zero" | "illiquid" | "position_too_large_for_volume" => "skipped_invalid_quantity",
        _ => "skipped_other",
    }
}
