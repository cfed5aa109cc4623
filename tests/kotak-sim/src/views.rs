//! What a checker is told of the broker's own books: the truth, whatever reports say.

use serde::Serialize;

use crate::order::{Order, Side, Status};
use crate::time::Millis;
use crate::world::World;

/// An order as the broker has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// The broker's number.
    pub number: String,
    /// The tag that was sent.
    pub sent_tag: Option<String>,
    /// `GuiOrdId` now.
    pub tag: String,
    /// Symbol to trade by.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// `CNC` and so on.
    pub product: String,
    /// State.
    pub status: Status,
    /// `rejRsn`.
    pub reason: Option<String>,
    /// Total.
    pub quantity: i64,
    /// Filled.
    pub filled: i64,
    /// Sum of quantity times price of the fills, in paise.
    pub value: i64,
    /// Limit in paise, 0 without one.
    pub price: i64,
    /// When it was taken.
    pub entered: Millis,
    /// Whether it came as an AMO.
    pub amo: bool,
    /// Whether it came from the broker's app.
    pub from_app: bool,
}

/// A fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FillView {
    /// The order's number.
    pub order: String,
    /// `flId`.
    pub id: u64,
    /// When.
    pub at: Millis,
    /// Symbol to trade by.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// Quantity.
    pub quantity: i64,
    /// Paise.
    pub price: i64,
}

/// Shares that are held, of today's trades too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldingView {
    /// Symbol to trade by.
    pub symbol: String,
    /// Settled shares.
    pub settled: i64,
    /// Settled shares and what was bought and sold since the last settlement.
    pub net: i64,
}

/// An attempt to log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginView {
    /// When.
    pub at: Millis,
    /// Whether it was the second step, and succeeded: a session began.
    pub complete: bool,
    /// Why it was refused.
    pub refusal: Option<String>,
}

impl World {
    pub fn order_view(&self, order: &Order) -> OrderView {
        OrderView {
            number: order.number.clone(),
            sent_tag: order.sent_tag.clone(),
            tag: order.state.tag.clone(),
            symbol: self.symbol(order.instrument),
            side: order.side,
            product: order.product.clone(),
            status: order.state.status,
            reason: order.state.reason.clone(),
            quantity: order.state.quantity,
            filled: order.state.filled,
            value: order.state.value,
            price: order.state.price,
            entered: order.entered,
            amo: order.amo,
            from_app: order.from_app,
        }
    }

    pub fn fill_views(&self, account: usize) -> Vec<FillView> {
        let own = self.orders.iter().filter(|order| order.account == account);
        let mut fills: Vec<FillView> = own
            .flat_map(|order| {
                order.fills.iter().map(|fill| FillView {
                    order: order.number.clone(),
                    id: fill.id,
                    at: fill.at,
                    symbol: self.symbol(order.instrument),
                    side: order.side,
                    quantity: fill.quantity,
                    price: fill.price,
                })
            })
            .collect();
        fills.sort_by_key(|fill| fill.id);
        fills
    }

    pub fn holding_views(&self, account: usize) -> Vec<HoldingView> {
        let all = self.instruments.iter().enumerate().filter_map(|(index, instrument)| {
            let symbol = instrument.spec.trading_symbol.clone();
            let settled = self.accounts.get(account)?.holding(&symbol).map_or(0, |holding| holding.quantity);
            let traded = self.traded(account, index, "CNC");
            let net = settled + traded.bought - traded.sold;
            (settled != 0 || net != 0).then_some(HoldingView { symbol, settled, net })
        });
        all.collect()
    }

    /// Cash in paise with all trades in it, settled or not; charges are no business of the fake.
    pub fn cash_view(&self, account: usize) -> i64 {
        let cash = self.accounts.get(account).map_or(0, |account| account.spec.cash);
        let open = self
            .orders
            .iter()
            .filter(|order| order.account == account && !order.settled && order.product != "NRML");
        let traded = open.map(|order| match order.side {
            Side::Buy => -order.state.value,
            Side::Sell => order.state.value,
        });
        cash + traded.sum::<i64>()
    }

    fn symbol(&self, instrument: usize) -> String {
        self.instruments.get(instrument).map(|of| of.spec.trading_symbol.clone()).unwrap_or_default()
    }
}
