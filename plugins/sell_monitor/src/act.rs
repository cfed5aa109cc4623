//! Doing what was planned. A decision is recorded when something is done, or when the reason to leave a position alone is
//! another than before; a minute like the last one leaves no trace.

use prahari_sdk::orders::{Accepts, OUTCOME_UNKNOWN, UNKNOWN_OUTCOME, accepts, reason_of, sent_nevertheless};
use prahari_sdk::{
    Evidence, Host, NoticeLevel, OrderChange, OrderKind, OrderRequest, Product, Purpose, Refusal,
    RefusalCode, Report, Side, TaskError, Variety, tell,
};

use crate::memory::Memory;
use crate::plan::{
    ABOVE_PRICE_BAND, EXIT_PENDING, ORDER_UNSETTLED, RSI_EXIT, SELL_STANDING, Step, View, rsi, target,
};

/// Carries out one step and remembers what was said about it.
///
/// # Errors
/// When the host cannot answer; a refusal is a decision.
pub fn carry_out(
    host: &mut dyn Host,
    view: &View<'_>,
    step: Step,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), TaskError> {
    match step {
        Step::Hold(reason) => hold(view, reason, || evidence(view), memory, report),
        Step::Defer(target) => {
            memory.deferred = Some(target);
            report.count("deferred");
            let evidence = || evidence(view).money("deferred_target", target);
            hold(view, ABOVE_PRICE_BAND, evidence, memory, report);
        }
        Step::Sell(quantity, kind, reason) => {
            if may_send(host, view, kind, memory, report)? {
                place(host, view, quantity, kind, reason, memory, report)?;
            }
        }
        Step::Change(id, quantity, kind, reason) => {
            if may_send(host, view, kind, memory, report)? {
                change(host, view, &id, quantity, kind, reason, memory, report)?;
            }
        }
    }
    Ok(())
}

fn hold(
    view: &View<'_>,
    reason: &str,
    evidence: impl FnOnce() -> Evidence,
    memory: &mut Memory,
    report: &mut Report,
) {
    if memory.reason != reason {
        report.decide(&view.position.symbol, "hold", reason, evidence());
        reason.clone_into(&mut memory.reason);
    }
}

/// The phase is asked for only when something is about to be sent, so that a quiet minute does not pay for it.
fn may_send(
    host: &mut dyn Host,
    view: &View<'_>,
    kind: OrderKind,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<bool, TaskError> {
    let phases = host.phases(std::slice::from_ref(&view.position.symbol))?;
    let reason = match (phases.first().map_or(Accepts::Nothing, |phase| accepts(*phase)), kind) {
        (Accepts::Everything, _) | (Accepts::LimitOnly, OrderKind::Limit(_)) => return Ok(true),
        (Accepts::LimitOnly, OrderKind::Market) => "market_orders_frozen",
        (Accepts::Nothing, _) => "session_closed",
    };
    hold(view, reason, || evidence(view), memory, report);
    Ok(false)
}

fn place(
    host: &mut dyn Host,
    view: &View<'_>,
    quantity: u32,
    kind: OrderKind,
    reason: &'static str,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), TaskError> {
    let request = OrderRequest {
        symbol: view.position.symbol.clone(),
        side: Side::Sell,
        quantity,
        kind,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Exit(reason.to_owned()),
        signal_id: None,
        rsi: rsi(view),
        retry_of: None,
    };
    let evidence = evidence(view).with("quantity", quantity);
    match host.place(std::slice::from_ref(&request))?.pop() {
        Some(Ok(id)) => {
            memory.deferred = None;
            report.count("placed");
            done(view, "sell", reason, kind, evidence.with("order", id), memory, report);
        }
        Some(Err(refusal)) => match sent_nevertheless(host, &request, &refusal) {
            Some(id) => {
                memory.deferred = None;
                report.count(UNKNOWN_OUTCOME);
                let evidence = evidence.with("order", id).with("refusal", refusal.detail);
                report.decide(&view.position.symbol, "sell", OUTCOME_UNKNOWN, evidence);
                ORDER_UNSETTLED.clone_into(&mut memory.reason);
            }
            None => refused(view, &refusal, evidence, memory, report),
        },
        None => return Err(TaskError::Unavailable("the host gave no answer to an order".to_owned())),
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "each is one fact of the change")]
fn change(
    host: &mut dyn Host,
    view: &View<'_>,
    id: &str,
    quantity: u32,
    kind: OrderKind,
    reason: &'static str,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), TaskError> {
    let before = view.sells.first();
    let changes = OrderChange {
        quantity: Some(quantity).filter(|quantity| before.is_none_or(|order| order.quantity != *quantity)),
        kind: Some(kind).filter(|kind| before.is_none_or(|order| order.kind != *kind)),
    };
    let evidence = evidence(view).with("order", id).with("quantity", quantity);
    match host.modify(id, changes)? {
        Ok(()) => {
            report.count("changed");
            done(view, "modify", reason, kind, evidence, memory, report);
        }
        // The exit must not hang on a broker that cannot turn a limit into a market order.
        Err(Refusal { code: RefusalCode::Broker, .. }) if reason == RSI_EXIT => {
            replace(host, view, id, quantity, memory, report)?;
        }
        Err(refusal) => refused(view, &refusal, evidence, memory, report),
    }
    Ok(())
}

fn replace(
    host: &mut dyn Host,
    view: &View<'_>,
    id: &str,
    quantity: u32,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), TaskError> {
    let evidence = evidence(view).with("order", id);
    match host.cancel(&[id.to_owned()], "replaced by a market sell")?.pop() {
        Some(Ok(())) => {
            let filled = view.sells.first().map_or(0, |order| order.filled);
            place(host, view, quantity.saturating_sub(filled), OrderKind::Market, RSI_EXIT, memory, report)
        }
        Some(Err(refusal)) => {
            if memory.reason != reason_of(refusal.code) {
                let body = format!("{}: {}", view.position.symbol, refusal.detail);
                tell(host, NoticeLevel::Error, "A position could not be left", &body)?;
            }
            refused(view, &refusal, evidence, memory, report);
            Ok(())
        }
        None => Err(TaskError::Unavailable("the host gave no answer to a cancellation".to_owned())),
    }
}

fn done(
    view: &View<'_>,
    action: &str,
    reason: &str,
    kind: OrderKind,
    evidence: Evidence,
    memory: &mut Memory,
    report: &mut Report,
) {
    if reason == RSI_EXIT {
        report.count("exits");
    }
    let evidence = match kind {
        OrderKind::Limit(price) => evidence.money("limit", price),
        OrderKind::Market => evidence.with("limit", "market"),
    };
    report.decide(&view.position.symbol, action, reason, evidence);
    // What the next quiet minute will find; it need not be said again.
    let standing = if kind == OrderKind::Market { EXIT_PENDING } else { SELL_STANDING };
    standing.clone_into(&mut memory.reason);
}

fn refused(view: &View<'_>, refusal: &Refusal, evidence: Evidence, memory: &mut Memory, report: &mut Report) {
    report.count("refused");
    let evidence = || evidence.with("refusal", &refusal.detail);
    hold(view, reason_of(refusal.code), evidence, memory, report);
}

fn evidence(view: &View<'_>) -> Evidence {
    let mut evidence = Evidence::new();
    if let Some(quote) = view.quote {
        evidence = evidence.money("price", quote.last);
    }
    if let Some(target) = target(view) {
        evidence = evidence.money("ema9_target", target);
    }
    if let Some(rsi) = rsi(view) {
        evidence = evidence.number("rsi", rsi);
    }
    evidence
}
