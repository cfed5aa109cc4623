//! A sell of more shares than the broker lets be sold is refused before it is sent.
//!
//! Only a number refuses: a share that is in none of the broker's lists, or of which they say no number, is offered, and the broker
//! answers. To the number are added the shares that were bought and have not arrived, which may be sold before they do, except in
//! trade for trade.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::Holding;
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderRequest, Product, Side};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::{Day, Timestamp};

use super::Desk;
use super::external::LOOKS_APART_MS;

/// Age up to which an answer about shares may let an offer through, by the daemon's clock: the offers of one minute ask once.
const FRESH_MS: i64 = 60_000;

/// The last answer of the broker about its shares.
#[derive(Debug, Default)]
pub(super) struct Sellable {
    answer: Option<(Timestamp, BTreeMap<Symbol, Holding>)>,
    /// Shares of which an offer was refused by that answer. Offers of them ask for no other one before it is time to look again, so
    /// a task that offers each minute costs nothing.
    refused: BTreeSet<Symbol>,
}

impl Sellable {
    fn age(&self, now: Timestamp) -> Option<i64> {
        self.answer.as_ref().map(|(at, _)| now.millis_since(*at))
    }
}

impl Desk {
    /// Returns why a sell is not sent: it is of more than the broker lets be sold. None where the broker says no number or cannot
    /// be asked.
    pub(super) async fn over_sellable(&mut self, request: &OrderRequest, now: Timestamp) -> Option<Refusal> {
        let is_asked = request.side == Side::Sell && request.product == Product::Delivery;
        if !is_asked || self.link.simulated.is_some() {
            return None;
        }
        let rests = self.sellable.age(now).is_some_and(|age| (0..LOOKS_APART_MS).contains(&age));
        if rests && self.sellable.refused.contains(&request.symbol) {
            let refusal = self.too_many(request, now).await;
            if refusal.is_some() {
                return refusal;
            }
        }
        if !self.sellable.age(now).is_some_and(|age| (0..FRESH_MS).contains(&age)) {
            // No answer says no number, and is not waited for at each offer of the minute.
            let held = self.ask_holdings().await.unwrap_or_else(|error| {
                tracing::debug!(user = %self.book.user(), %error, "what may be sold is not known");
                BTreeMap::new()
            });
            self.sellable = Sellable { answer: Some((now, held)), refused: BTreeSet::new() };
        }
        let refusal = self.too_many(request, now).await;
        if refusal.is_some() {
            self.sellable.refused.insert(request.symbol.clone());
        }
        refusal
    }

    /// Returns why an offer is not raised, as [`Desk::over_sellable`]. What stands is offered already: only more of it is asked about.
    pub(super) async fn grows_over_sellable(
        &mut self,
        order: &Order,
        changed: &OrderRequest,
        now: Timestamp,
    ) -> Option<Refusal> {
        let more = changed.quantity.saturating_sub(order.request.quantity);
        if more == 0 {
            return None;
        }
        self.over_sellable(&OrderRequest { quantity: more, ..changed.clone() }, now).await
    }

    async fn too_many(&self, request: &OrderRequest, now: Timestamp) -> Option<Refusal> {
        let OrderRequest { symbol, quantity, .. } = request;
        let (asked_at, held) = self.sellable.answer.as_ref()?;
        let held = held.get(symbol)?;
        let sellable = held.sellable?;
        let free = free_of(held.quantity, sellable, &self.sells_of(symbol, *asked_at));
        if *quantity <= free {
            return None;
        }
        let under_way = self.sold_before_arrival(symbol, now).await;
        if *quantity <= free.saturating_add(under_way) {
            return None;
        }
        let more = match under_way {
            0 => String::new(),
            shares => format!(" and {} not arrived", counted(shares, "that has", "that have")),
        };
        let wanted = counted(*quantity, &format!("share of {symbol} is"), &format!("shares of {symbol} are"));
        let free = counted(free, "of them is", "of them are");
        let detail = format!(
            "{wanted} more than may be sold now: the broker lets {sellable} be sold, {free} not offered yet{more}"
        );
        Some(Refusal { code: RefusalCode::Holdings, detail })
    }

    /// What is offered of a symbol since before an answer, and what was since.
    fn sells_of(&self, symbol: &Symbol, asked_at: Timestamp) -> Sells {
        let is_sell = |order: &&Order| order.request.side == Side::Sell && order.request.symbol == *symbol;
        let mut sells = Sells::default();
        for order in self.book.orders().filter(is_sell) {
            let open = if order.state.is_final() { 0 } else { order.remaining() };
            let (sum, shares) = if order.placed_at < asked_at {
                (&mut sells.before, open)
            } else {
                (&mut sells.since, open.saturating_add(order.filled))
            };
            *sum = sum.saturating_add(shares);
        }
        sells
    }

    /// Shares that were bought, have not arrived, and may be sold nevertheless: all of them but those of a share in trade for trade.
    async fn sold_before_arrival(&self, symbol: &Symbol, now: Timestamp) -> u32 {
        let calendar = self.trading.calendar.current();
        // On the day of settlement they arrive at some hour. Where the calendar ends nothing is known to have arrived.
        let is_unsettled =
            |bought: Day| calendar.settlement_day(bought).map_or(true, |settled| settled >= now.ist_day());
        let shares = self.bought_when(symbol, is_unsettled);
        if shares == 0 {
            return 0;
        }
        let known = self.instrument(symbol, now).await.ok().flatten();
        if known.is_some_and(|instrument| instrument.is_trade_for_trade()) { 0 } else { shares }
    }
}

/// Shares of a symbol that we offer or have sold.
#[derive(Debug, Default)]
struct Sells {
    /// Offered when the broker was asked.
    before: u32,
    /// Offered or sold since.
    since: u32,
}

/// Shares that may be offered still. Whether those that were offered before are out of the broker's number it does not say: they are
/// in it for certain when it is with them more than the account holds.
fn free_of(held: u32, sellable: u32, sells: &Sells) -> u32 {
    let with_offers = u64::from(sellable).saturating_add(u64::from(sells.before));
    let free = if with_offers > u64::from(held) { sellable.saturating_sub(sells.before) } else { sellable };
    free.saturating_sub(sells.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_taken_off_where_the_number_certainly_has_them() {
        let free = |held, sellable, before, since| free_of(held, sellable, &Sells { before, since });
        assert_eq!(free(10, 10, 0, 0), 10);
        assert_eq!(free(10, 10, 4, 0), 6, "a broker that counts executions alone");
        assert_eq!(free(10, 6, 4, 0), 6, "one that counts offers too");
        assert_eq!(free(10, 7, 4, 0), 3, "three are pledged");
        assert_eq!(free(10, 10, 0, 7), 3, "offered since");
        assert_eq!(free(10, 2, 9, 9), 0);
    }
}
