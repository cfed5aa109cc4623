//! The rules by which the order system rejects orders that it has taken: in the book, not in the answer.

use crate::instruments::rupees;
use crate::order::{Order, Side};
use crate::world::World;

/// Series whose shares cannot be sold before they are settled.
const TRADE_FOR_TRADE: [&str; 6] = ["BE", "BZ", "Z", "T", "TS", "TT"];

/// What was bought and sold since the last settlement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traded {
    pub bought: i64,
    pub paid: i64,
    pub sold: i64,
    pub earned: i64,
}

impl World {
    /// Why an order is rejected, as the book says it; `None` when it goes on.
    pub fn rejection(&self, index: usize) -> Option<String> {
        let order = self.orders.get(index)?;
        let instrument = self.instruments.get(order.instrument)?;
        if !self.is_in_session() {
            return Some("ADAPTER is down".to_owned());
        }
        if order.sent_kind == "SL-M" && self.facts.stop_market_rejected {
            return Some("Market order with Algo Id not allowed".to_owned());
        }
        if order.state.kind != "MKT" && order.state.price == 0 && order.sent_kind != "SL-M" {
            return Some("Market order is not allowed without a last traded price".to_owned());
        }
        if instrument.spec.freeze.is_some_and(|freeze| order.state.quantity > freeze) {
            return Some(format!("RMS:Rule: Check freeze quantity for {}", self.entity(order)));
        }
        self.price_rejection(order, order.state.price).or_else(|| self.means_rejection(order))
    }

    /// Why a price is rejected.
    pub fn price_rejection(&self, order: &Order, price: i64) -> Option<String> {
        let spec = &self.instruments.get(order.instrument)?.spec;
        if price == 0 {
            return None;
        }
        if spec.high > 0 && !(spec.low..=spec.high).contains(&price) {
            return Some(format!(
                "RMS:Rule: Check circuit limit including square off order exceeds : Circuit breach, Order Price :{}, Low Price Range:{} High Price Range:{}",
                rupees(price),
                rupees(spec.low),
                rupees(spec.high),
            ));
        }
        (price % spec.tick.max(1) != 0).then(|| "Order price is not a multiple of the tick size".to_owned())
    }

    /// Why an order is rejected for shares or money.
    pub fn means_rejection(&self, order: &Order) -> Option<String> {
        if order.side == Side::Sell {
            return self.shares_rejection(order);
        }
        let spendable = self.spendable(order.account) + self.order_value(order);
        self.money_rejection(order, self.order_value(order), spendable)
    }

    /// Why an order of this value is rejected when this much can be spent on it.
    pub fn money_rejection(&self, order: &Order, value: i64, spendable: i64) -> Option<String> {
        (value > spendable).then(|| {
            format!(
                "RMS:Margin Exceeds,Cash Available:{},Additional margin required:{} for {} across exchange across segment across product ",
                rupees(spendable),
                rupees(value - spendable),
                self.entity(order),
            )
        })
    }

    fn shares_rejection(&self, order: &Order) -> Option<String> {
        if order.product != "CNC" {
            return None;
        }
        let series = self.instruments.get(order.instrument)?.spec.series.as_str();
        let traded = self.traded(order.account, order.instrument, "CNC");
        let of_today = if TRADE_FOR_TRADE.contains(&series) { 0 } else { traded.bought };
        let open = self.open_sells(order.account, order.instrument, Some(&order.number));
        let can_sell = self.settled_shares(order) + of_today - traded.sold - open;
        (order.state.quantity > can_sell).then(|| {
            format!(
                "RMS:Rule: Check T1 holdings including TT/BE/Z/T/TS ,No Holdings Present  for {} across exchange for  segment CASH across product ",
                self.entity(order),
            )
        })
    }

    fn settled_shares(&self, order: &Order) -> i64 {
        let symbol = self.instruments.get(order.instrument).map(|instrument| &instrument.spec.trading_symbol);
        let account = self.accounts.get(order.account);
        let holding = account.and_then(|account| account.holding(symbol?));
        holding.map_or(0, |holding| holding.quantity - holding.pledged)
    }

    fn entity(&self, order: &Order) -> String {
        let ucc = self.accounts.get(order.account).map_or("", |account| account.spec.ucc.as_str());
        format!("entity account-{ucc}")
    }

    /// What of an instrument was traded under a product since the last settlement.
    pub fn traded(&self, account: usize, instrument: usize, product: &str) -> Traded {
        let mut traded = Traded::default();
        let orders = self.orders.iter().filter(|order| {
            order.account == account
                && order.instrument == instrument
                && order.product == product
                && !order.settled
        });
        for order in orders {
            match order.side {
                Side::Buy => {
                    traded.bought += order.state.filled;
                    traded.paid += order.state.value;
                }
                Side::Sell => {
                    traded.sold += order.state.filled;
                    traded.earned += order.state.value;
                }
            }
        }
        traded
    }

    /// Shares that stand in open sells, one order left out.
    pub fn open_sells(&self, account: usize, instrument: usize, without: Option<&str>) -> i64 {
        let orders = self.orders.iter().filter(|order| {
            order.account == account
                && order.instrument == instrument
                && order.side == Side::Sell
                && order.product == "CNC"
                && !order.state.status.is_finished()
                && Some(order.number.as_str()) != without
        });
        orders.map(|order| order.state.left()).sum()
    }

    /// What an account can still spend: cash and collateral without what buys of today took or reserve.
    pub fn spendable(&self, account: usize) -> i64 {
        let Some(spec) = self.accounts.get(account).map(|account| &account.spec) else { return 0 };
        spec.cash + spec.collateral - self.margin_used(account)
    }

    /// What buys took or reserve, less the proceeds of sales where those can be spent.
    pub fn margin_used(&self, account: usize) -> i64 {
        let orders = self.orders.iter().filter(|order| order.account == account && !order.settled);
        let used = orders.map(|order| match order.side {
            Side::Buy => order.state.value + self.order_value(order),
            Side::Sell if self.facts.sale_proceeds_usable => -order.state.value,
            Side::Sell => 0,
        });
        used.sum()
    }

    /// What the open part of an order is worth at its price; 0 of a finished one.
    pub fn order_value(&self, order: &Order) -> i64 {
        if order.state.status.is_finished() {
            return 0;
        }
        let last = self.instruments.get(order.instrument).and_then(|instrument| instrument.last);
        let price = if order.state.price == 0 { last.unwrap_or(0) } else { order.state.price };
        order.state.left() * price
    }
}
