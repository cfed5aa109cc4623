//! One run, order by order.

use std::collections::BTreeSet;

use prahari_sdk::orders::{is_buy, is_external, limit, reason_of};
use prahari_sdk::{
    Evidence, Host, Interval, Order, OrderChange, OrderFilter, OrderKind, Paise, Refusal, Report, RunContext,
    Strategy, TaskError, market, plural,
};

use crate::plan::{Step, View, ema9, plan, price};

/// Bars asked for: enough for the average volume of 50 sessions and for EMA9 to forget its seed.
const HISTORY_BARS: u32 = 100;

/// Adjusts every pending buy and answers the summary's line.
///
/// # Errors
/// When books, settings or prices cannot be read.
pub fn adjust_all(
    host: &mut dyn Host,
    context: &RunContext,
    report: &mut Report,
) -> Result<String, TaskError> {
    let active = host.orders(OrderFilter::Active)?;
    let orders: Vec<Order> =
        active.into_iter().filter(|order| is_buy(order) && !is_external(order)).collect();
    report.add("total_orders", i64::try_from(orders.len()).unwrap_or(i64::MAX));
    if orders.is_empty() {
        return Ok("no pending buys".to_owned());
    }
    let strategy = host.strategy()?;
    if !strategy.enable_premarket_adjustment {
        for order in &orders {
            report.count("skipped_not_enabled");
            report.decide(
                &order.symbol,
                "hold",
                "adjustment_disabled",
                Evidence::new().with("order", &order.id),
            );
        }
        let buys = plural(orders.len(), "pending buy left as it is", "pending buys left as they are");
        return Ok(format!("switched off; {buys}"));
    }
    adjust(host, context, &strategy, &orders, report)?;
    Ok(format!(
        "{} adjusted, {} cancelled of {}",
        report.counted("adjusted"),
        report.counted("cancelled"),
        plural(orders.len(), "pending buy", "pending buys"),
    ))
}

fn adjust(
    host: &mut dyn Host,
    context: &RunContext,
    strategy: &Strategy,
    orders: &[Order],
    report: &mut Report,
) -> Result<(), TaskError> {
    let held: BTreeSet<String> = host.positions()?.into_iter().map(|position| position.symbol).collect();
    let symbols: Vec<String> = orders.iter().map(|order| order.symbol.clone()).collect();
    let phases = host.phases(&symbols)?;
    let quotes = market::if_available(host.quotes(&symbols))?;
    let instruments = market::if_available(host.instruments(&symbols))?;
    let candles = market::if_available(host.candles(&symbols, Interval::Daily, HISTORY_BARS, false))?;
    for (index, order) in orders.iter().enumerate() {
        let bars = candles.get(index).map_or(&[][..], Vec::as_slice);
        let view = View {
            order,
            is_held: held.contains(&order.symbol),
            strategy,
            phase: phases.get(index).copied(),
            quote: quotes.get(index).and_then(Option::as_ref),
            instrument: instruments.get(index).and_then(Option::as_ref),
            candles: market::before(bars, context.day),
            // Asked for anew each time: a cancellation or a smaller order frees money for the next.
            available: host.funds()?.available,
        };
        carry_out(host, &view, report)?;
    }
    Ok(())
}

fn carry_out(host: &mut dyn Host, view: &View<'_>, report: &mut Report) -> Result<(), TaskError> {
    let symbol = &view.order.symbol;
    match plan(view) {
        Step::Leave(reason) => {
            report.count(match reason {
                "unchanged" => "no_adjustment_needed",
                "price_unavailable" => "price_unavailable",
                _ => "left",
            });
            report.decide(symbol, "hold", reason, evidence(view));
        }
        Step::Cancel(reason) => cancel(host, view, reason, report)?,
        Step::Change(quantity, kind) => change(host, view, quantity, kind, report)?,
    }
    Ok(())
}

fn cancel(
    host: &mut dyn Host,
    view: &View<'_>,
    reason: &'static str,
    report: &mut Report,
) -> Result<(), TaskError> {
    match host.cancel(std::slice::from_ref(&view.order.id), reason)?.pop() {
        Some(Ok(())) => {
            report.count("cancelled");
            if reason == "above_ema9" {
                report.count("cancelled_above_ema9");
            }
            report.decide(&view.order.symbol, "cancel", reason, evidence(view));
        }
        Some(Err(refusal)) => refused(view, &refusal, reason, report),
        None => return Err(TaskError::Unavailable("the host gave no answer to a cancellation".to_owned())),
    }
    Ok(())
}

fn change(
    host: &mut dyn Host,
    view: &View<'_>,
    quantity: u32,
    kind: OrderKind,
    report: &mut Report,
) -> Result<(), TaskError> {
    let change = OrderChange {
        quantity: Some(quantity).filter(|quantity| *quantity != view.order.quantity),
        kind: Some(kind).filter(|kind| *kind != view.order.kind),
    };
    match host.modify(&view.order.id, change)? {
        Ok(()) => {
            report.count("adjusted");
            let evidence = evidence(view).with("new_quantity", quantity);
            report.decide(
                &view.order.symbol,
                "modify",
                "adjusted",
                with_kind(evidence, "new_limit", kind_limit(kind)),
            );
        }
        Err(refusal) => refused(view, &refusal, "adjusted", report),
    }
    Ok(())
}

fn refused(view: &View<'_>, refusal: &Refusal, wanted: &str, report: &mut Report) {
    report.count("modification_failed");
    let evidence = evidence(view).with("wanted", wanted).with("refusal", &refusal.detail);
    report.decide(&view.order.symbol, "hold", reason_of(refusal.code), evidence);
}

fn evidence(view: &View<'_>) -> Evidence {
    let evidence = Evidence::new().with("order", &view.order.id).with("quantity", view.order.quantity);
    let mut evidence = with_kind(evidence, "limit", limit(view.order));
    if let Some(price) = price(view) {
        evidence = evidence.money("price", price);
    }
    if let Some(ema9) = ema9(view).and_then(prahari_sdk::money::nearest) {
        evidence = evidence.money("ema9", ema9);
    }
    evidence
}

fn with_kind(evidence: Evidence, name: &str, limit: Option<Paise>) -> Evidence {
    match limit {
        Some(price) => evidence.money(name, price),
        None => evidence.with(name, "market"),
    }
}

fn kind_limit(kind: OrderKind) -> Option<Paise> {
    match kind {
        OrderKind::Limit(price) => Some(price),
        OrderKind::Market => None,
    }
}
