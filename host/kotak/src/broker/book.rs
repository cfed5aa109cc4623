//! The broker's lists in the words of the desk.

use std::collections::{BTreeMap, HashMap};

use prahari_brokers::{BrokerError, BrokerOrder, BrokerOrderState, Holding, Placed};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Fill, Order, OrderKind};
use prahari_domain::time::Timestamp;

use super::{KotakBroker, Memory};
use crate::wire::holding::HoldingRow;
use crate::wire::order::OrderRow;
use crate::wire::rejection::{Rejection, RejectionKind};
use crate::wire::status::OrderStatus;
use crate::wire::tag::Tag;
use crate::wire::trade::TradeRow;

/// How the broker writes delivery.
const DELIVERY: &str = "CNC";

impl KotakBroker {
    /// The orders of today with their executions.
    pub(super) async fn whole_book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        let rows = self.rows().await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let trades = self.session.trades().await?;
        let mut fills = fills_by_number(trades);
        let mut orders: Vec<BrokerOrder> = rows
            .into_iter()
            .map(|row| {
                let fills = fills.remove(&row.number).unwrap_or_default();
                broker_order(row, fills, &self.memory)
            })
            .collect();
        orders.sort_by(|a, b| age(a).cmp(&age(b)));
        Ok(orders)
    }

    /// The rows of the book. An empty one contradicts orders that the broker has taken today: some sessions see nothing until
    /// the next login, so each is doubted once, and then nothing is concluded.
    async fn rows(&self) -> Result<Vec<OrderRow>, BrokerError> {
        let rows = self.session.book().await?;
        let taken = self.memory.taken_on(self.pace.now().ist_day());
        if !rows.is_empty() || taken == 0 {
            return Ok(rows);
        }
        let helps = match self.session.generation() {
            Some(session) => self.session.doubt(session).await,
            None => false,
        };
        if helps {
            let rows = self.session.book().await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        let taken = counted(taken, "order", "orders");
        Err(BrokerError::Unavailable(format!(
            "the order book: it is empty, and the broker took {taken} of this user today"
        )))
    }

    /// Looks for an order that was sent, or whose tag is taken.
    ///
    /// # Errors
    /// [`BrokerError::Unclear`] when the book does not have it, which proves nothing, or has it as another order.
    pub(super) async fn find_sent(&self, order: &Order) -> Result<Placed, BrokerError> {
        let tag = order.broker_tag();
        let rows = self.session.book().await.map_err(|error| BrokerError::Unclear(error.to_string()))?;
        let mut found = rows.iter().filter(|row| row.tag.sent() == Some(&tag));
        match (found.next(), found.next()) {
            (Some(row), None) if is_same(row, order) => {
                self.memory.bind(&tag, &row.number, order.request.kind);
                Ok(Placed { broker_id: row.number.clone() })
            }
            (Some(row), None) => Err(BrokerError::Unclear(format!(
                "the broker has another order with the tag {tag}, number {}: {} {} of {}",
                row.number,
                if row.side == prahari_domain::orders::Side::Buy { "a buy of" } else { "a sell of" },
                row.quantity,
                row.symbol
            ))),
            (Some(_), Some(_)) => {
                Err(BrokerError::Unclear(format!("the broker shows more than one order with the tag {tag}")))
            }
            (None, _) => Err(BrokerError::Unclear(format!(
                "the order {tag} was sent before and is not in the broker's book, which proves nothing"
            ))),
        }
    }

    /// Settled shares with what today's trades made of them. Shares bought today are with the settled ones from the next
    /// session on; shares sold today are until then.
    pub(super) async fn shares_held(&self) -> Result<Vec<Holding>, BrokerError> {
        let settled = self.session.holdings().await?;
        let of_today = self.session.positions().await?;
        let mut held: BTreeMap<Symbol, Shares> = BTreeMap::new();
        for row in settled {
            held.entry(row.symbol.clone()).or_default().add_settled(&row);
        }
        for row in of_today {
            // A sale of another product is no sale of what is held.
            let shares = if row.product == DELIVERY { row.of_today() } else { row.of_today().max(0) };
            let of_symbol = held.entry(row.symbol.clone()).or_default();
            of_symbol.shares += shares;
            if of_symbol.rows == 0 {
                of_symbol.average = row.buy_value.and_then(|value| value.scale(1, row.bought.into()));
            }
        }
        if let Some((symbol, owed)) = held.iter().find(|(_, held)| held.shares < 0) {
            let shares = owed.shares;
            return Err(BrokerError::Unavailable(format!(
                "the holdings: {symbol} would be {shares} shares; the two lists are not of the same moment"
            )));
        }
        let held = held.into_iter().filter(|(_, held)| held.shares > 0);
        Ok(held.map(|(symbol, held)| held.of(symbol)).collect())
    }
}

/// Shares of one symbol, summed over the rows of both lists.
#[derive(Default)]
struct Shares {
    shares: i64,
    /// Rows of settled shares.
    rows: u32,
    isin: Option<String>,
    /// None once a row does not say it.
    sellable: Option<u32>,
    average: Option<Paise>,
}

impl Shares {
    fn add_settled(&mut self, row: &HoldingRow) {
        self.shares += i64::from(row.quantity);
        let before = if self.rows == 0 { Some(0) } else { self.sellable };
        self.sellable = before.zip(row.sellable).map(|(before, of_row)| before.saturating_add(of_row));
        // The cost of two rows, such as of two series, is not that of one of them.
        self.average = row.average.filter(|average| self.rows == 0 && average.0 > 0);
        self.isin = self.isin.take().or_else(|| row.isin.clone());
        self.rows = self.rows.saturating_add(1);
    }

    fn of(self, symbol: Symbol) -> Holding {
        let shares = u32::try_from(self.shares).unwrap_or(u32::MAX);
        Holding {
            isin: self.isin,
            // Of shares that were bought today the list of settled ones says nothing.
            sellable: self.sellable.map(|sellable| sellable.min(shares)),
            average_cost: self.average.filter(|average| average.0 > 0),
            ..Holding::of_shares(symbol, shares)
        }
    }
}

/// By which orders follow each other as the broker took them: its times are whole seconds, and its numbers count up.
fn age(order: &BrokerOrder) -> (Timestamp, usize, &str) {
    (order.accepted_at, order.broker_id.len(), &order.broker_id)
}

/// Whether a row is the order: the tag alone may be of another installation's.
fn is_same(row: &OrderRow, order: &Order) -> bool {
    let request = &order.request;
    row.symbol == request.symbol && row.side == request.side && row.quantity == request.quantity
}

fn fills_by_number(trades: Vec<TradeRow>) -> HashMap<String, Vec<Fill>> {
    let mut fills: HashMap<String, Vec<Fill>> = HashMap::new();
    for trade in trades {
        let of_order = fills.entry(trade.number).or_default();
        if !of_order.iter().any(|fill| fill.key == trade.fill.key) {
            of_order.push(trade.fill);
        }
    }
    for of_order in fills.values_mut() {
        of_order.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
    }
    fills
}

/// A row in the words of the desk. Number before tag: a tag is rewritten by a change. A market order that the broker
/// shows as a limit is still ours as it was sent.
pub(super) fn broker_order(row: OrderRow, fills: Vec<Fill>, memory: &Memory) -> BrokerOrder {
    let ours = memory.of_number(&row.number);
    let by_tag = || row.tag.sent().and_then(|tag| memory.kind(tag));
    let sent_as = ours.as_ref().map(|(_, kind)| *kind).or_else(by_tag);
    let kind = if sent_as == Some(OrderKind::Market) { OrderKind::Market } else { row.kind };
    let tag = ours.map(|(tag, _)| tag).or_else(|| row.tag.sent().map(str::to_owned)).unwrap_or_default();
    if let (Tag::Plain(tag), Some(kind)) = (&row.tag, sent_as) {
        memory.bind(tag, &row.number, kind);
    }
    let shown = fills.iter().map(|fill| fill.quantity).fold(0, u32::saturating_add);
    // Whoever books an end asks no more: it is told with the last execution, which another list has.
    let state = if shown < row.filled { BrokerOrderState::Open } else { state(&row) };
    BrokerOrder {
        tag,
        symbol: row.symbol.clone(),
        // A book that is behind the executions may show the quantity before a change, of which more is filled by now.
        quantity: row.quantity.max(shown),
        side: row.side,
        kind,
        state,
        algo_id: row.algo_id,
        filled: row.filled,
        fills,
        accepted_at: row.entered_at,
        modified_at: row.changed_at,
        changed_at: row.as_of,
        broker_id: row.number,
    }
}

fn state(row: &OrderRow) -> BrokerOrderState {
    let reason = |otherwise: &str| {
        row.reason.as_ref().map_or_else(|| otherwise.to_owned(), |reason| reason.said.to_string())
    };
    match row.status {
        OrderStatus::Complete => BrokerOrderState::Filled,
        OrderStatus::Rejected => BrokerOrderState::Rejected {
            reason: reason("the broker refused it and gave no reason"),
            retryable: row.reason.as_ref().is_some_and(Rejection::is_retryable),
            unsettled: row.reason.as_ref().is_some_and(|reason| reason.kind == RejectionKind::Unsettled),
        },
        OrderStatus::Cancelled => BrokerOrderState::Cancelled { reason: reason("cancelled at the broker") },
        // A reason beside an order that has not ended is that of a refused change.
        _ => BrokerOrderState::Open,
    }
}
