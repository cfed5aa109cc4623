//! One run, order by order.

use prahari_sdk::orders::{
    Accepts, OUTCOME_UNKNOWN, UNKNOWN_OUTCOME, accepts, reason_of, refuses_all, sent_nevertheless,
};
use prahari_sdk::portfolio::Portfolio;
use prahari_sdk::{
    Candle, Evidence, Host, HostError, Instrument, Interval, Order, OrderFilter, OrderKind, OrderRequest,
    Phase, Product, Purpose, Quote, Refusal, RefusalCode, Report, RunContext, Side, TaskError, money, plural,
    sizing, time,
};

use crate::checks::{self, Buy, Market, World};

/// Tries every retryable buy and answers the summary's line.
///
/// # Errors
/// When books, signals, settings or prices cannot be read.
pub fn retry_all(
    host: &mut dyn Host,
    context: &RunContext,
    report: &mut Report,
) -> Result<String, TaskError> {
    let orders = host.orders(OrderFilter::Retryable)?;
    report.add("retried", 0);
    if orders.is_empty() {
        return Ok("nothing to retry".to_owned());
    }
    let mut world = read_world(host, context)?;
    let prices = Prices::read(host, &orders)?;
    let mut closed = None;
    for (index, order) in orders.iter().enumerate() {
        let expires_at = time::retry_expires_at(host, order.first_placed_at)?;
        if let Some(reason) = checks::obsolete(&world, order, expires_at) {
            give_up(host, order, reason, report)?;
        } else if let Some(reason) = closed {
            keep(order, reason, Evidence::new(), report);
        } else {
            closed = retry(host, &mut world, order, &prices.of(index), report)?;
        }
    }
    Ok(format!(
        "{} placed{}, {} given up, {} kept of {}",
        report.counted("placed"),
        report.unknown_outcomes(),
        report.counted("given_up"),
        report.counted("kept"),
        plural(orders.len(), "rejected buy", "rejected buys"),
    ))
}

fn read_world(host: &mut dyn Host, context: &RunContext) -> Result<World, HostError> {
    let strategy = host.strategy()?;
    let positions = host.positions()?;
    let active = host.orders(OrderFilter::Active)?;
    Ok(World {
        strategy,
        portfolio: Portfolio::new(&strategy, &positions, &active),
        positions,
        signals: host.signals()?,
        now: context.now,
    })
}

/// What the market says, by place of the order.
struct Prices {
    phases: Vec<Phase>,
    /// Whether the broker takes after-market orders; not asked while the session takes all that may be sent.
    after_market: bool,
    quotes: Vec<Option<Quote>>,
    instruments: Vec<Option<Instrument>>,
    candles: Vec<Vec<Candle>>,
}

impl Prices {
    fn read(host: &mut dyn Host, orders: &[Order]) -> Result<Self, HostError> {
        let symbols: Vec<String> = orders.iter().map(|order| order.symbol.clone()).collect();
        let sessions = u32::try_from(sizing::VOLUME_SESSIONS).unwrap_or(u32::MAX);
        let phases = host.phases(&symbols)?;
        let is_closed = |phase: &Phase| accepts(*phase) == Accepts::Nothing;
        let after_market = phases.iter().any(is_closed) && host.after_market_open()?;
        Ok(Self {
            phases,
            after_market,
            quotes: host.quotes(&symbols)?,
            instruments: host.instruments(&symbols)?,
            candles: host.candles(&symbols, Interval::Daily, sessions, false)?,
        })
    }

    fn of(&self, index: usize) -> Market<'_> {
        Market {
            phase: self.phases.get(index).copied(),
            after_market: self.after_market,
            quote: self.quotes.get(index).and_then(Option::as_ref),
            instrument: self.instruments.get(index).and_then(Option::as_ref),
            candles: self.candles.get(index).map_or(&[], Vec::as_slice),
        }
    }
}

/// Tries one order; answers the reason why no further order of this run would be taken, if there is one.
fn retry(
    host: &mut dyn Host,
    world: &mut World,
    order: &Order,
    around: &Market<'_>,
    report: &mut Report,
) -> Result<Option<&'static str>, TaskError> {
    report.count("retried");
    let available = host.funds()?.available;
    let evidence = Evidence::new().money("available", available);
    let buy = match checks::size(world, order, around, available) {
        Ok(buy) => buy,
        Err(reason) => {
            keep(order, reason, evidence, report);
            return Ok(None);
        }
    };
    let evidence = evidence
        .with("quantity", buy.quantity)
        .money("limit", buy.limit)
        .money("value", money::value(buy.limit, buy.quantity).unwrap_or(i64::MAX));
    let request = request(order, buy);
    match host.place(std::slice::from_ref(&request))?.pop() {
        Some(Ok(id)) => {
            world.portfolio.note_buy(&order.symbol, order.purpose == Purpose::Entry);
            report.count("placed");
            let evidence = evidence.with("order", id).with("retry_of", &order.id);
            report.decide(&order.symbol, "buy", "retry_placed", evidence);
            Ok(None)
        }
        Some(Err(refusal)) => match sent_nevertheless(host, &request, &refusal) {
            Some(id) => {
                world.portfolio.note_buy(&order.symbol, order.purpose == Purpose::Entry);
                report.count(UNKNOWN_OUTCOME);
                let evidence = evidence.with("order", id).with("retry_of", &order.id);
                let evidence = evidence.with("refusal", refusal.detail);
                report.decide(&order.symbol, "buy", OUTCOME_UNKNOWN, evidence);
                Ok(Some(reason_of(refusal.code)))
            }
            None => Ok(refused(order, &refusal, evidence, report)),
        },
        None => Err(TaskError::Unavailable("the host gave no answer to an order".to_owned())),
    }
}

fn request(order: &Order, buy: Buy) -> OrderRequest {
    OrderRequest {
        symbol: order.symbol.clone(),
        side: Side::Buy,
        quantity: buy.quantity,
        kind: OrderKind::Limit(buy.limit),
        variety: buy.variety,
        product: Product::Delivery,
        purpose: order.purpose.clone(),
        signal_id: order.signal_id,
        rsi: order.rsi,
        retry_of: Some(order.id.clone()),
    }
}

fn refused(
    order: &Order,
    refusal: &Refusal,
    evidence: Evidence,
    report: &mut Report,
) -> Option<&'static str> {
    if refusal.code != RefusalCode::Funds {
        report.count("refused");
    }
    let reason = reason_of(refusal.code);
    keep(order, reason, evidence.with("refusal", &refusal.detail), report);
    refuses_all(refusal.code).then_some(reason)
}

fn keep(order: &Order, reason: &'static str, evidence: Evidence, report: &mut Report) {
    report.count("kept");
    if reason == "insufficient_funds" {
        report.count("failed_balance");
    }
    report.decide(&order.symbol, "skip", reason, evidence.with("retry_of", &order.id));
}

fn give_up(
    host: &mut dyn Host,
    order: &Order,
    reason: &'static str,
    report: &mut Report,
) -> Result<(), TaskError> {
    let evidence = Evidence::new().with("retry_of", &order.id);
    match host.cancel(std::slice::from_ref(&order.id), reason)?.pop() {
        Some(Ok(())) => {
            report.count("given_up");
            report.decide(&order.symbol, "cancel", reason, evidence);
            Ok(())
        }
        Some(Err(refusal)) => {
            report.count("refused");
            let evidence = evidence.with("wanted", reason).with("refusal", refusal.detail);
            report.decide(&order.symbol, "skip", reason_of(refusal.code), evidence);
            Ok(())
        }
        None => Err(TaskError::Unavailable("the host gave no answer to a cancellation".to_owned())),
    }
}
