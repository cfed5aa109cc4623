//! The night: what was traded becomes holdings and cash, contracts are carried at the day's last price.

use crate::account::{CarriedSpec, HoldingSpec};
use crate::order::{Order, Side};
use crate::world::World;

impl World {
    /// Settles everything that was traded before a trading day begins, and starts the day of each instrument.
    pub fn settle(&mut self) {
        let due: Vec<usize> = (0..self.orders.len())
            .filter(|index| {
                self.orders
                    .get(*index)
                    .is_some_and(|order| !order.settled && order.state.status.is_finished())
            })
            .collect();
        for index in due {
            let Some(order) = self.orders.get_mut(index) else { continue };
            order.settled = true;
            let order = order.clone();
            if order.state.filled > 0 {
                self.settle_order(&order);
            }
        }
        self.mark_carried();
        self.instruments.iter_mut().for_each(crate::instruments::Instrument::start_day);
    }

    fn settle_order(&mut self, order: &Order) {
        let Some(symbol) =
            self.instruments.get(order.instrument).map(|instrument| instrument.spec.trading_symbol.clone())
        else {
            return;
        };
        let Some(account) = self.accounts.get_mut(order.account) else { return };
        let (filled, value) = (order.state.filled, order.state.value);
        if order.product == "NRML" {
            let signed = if order.side == Side::Buy { filled } else { -filled };
            return carry(&mut account.spec.carried, symbol, signed, order.state.average());
        }
        account.spec.cash += if order.side == Side::Buy { -value } else { value };
        if order.product == "CNC" {
            deliver(&mut account.spec.holdings, symbol, order.side, filled, value);
        }
    }

    /// Carried contracts are valued at the last price of the day.
    fn mark_carried(&mut self) {
        let carried = self.accounts.iter_mut().flat_map(|account| &mut account.spec.carried);
        for position in carried {
            let of = self.instruments.iter().find(|of| of.spec.trading_symbol == position.symbol);
            if let Some(last) = of.and_then(|of| of.last) {
                position.settlement = last;
            }
        }
    }
}

fn carry(carried: &mut Vec<CarriedSpec>, symbol: String, signed: i64, cost: i64) {
    match carried.iter_mut().find(|position| position.symbol == symbol && position.product == "NRML") {
        Some(position) => position.net += signed,
        None => carried.push(CarriedSpec {
            symbol,
            product: "NRML".to_owned(),
            net: signed,
            settlement: cost,
            cost,
        }),
    }
    carried.retain(|position| position.net != 0);
}

fn deliver(holdings: &mut Vec<HoldingSpec>, symbol: String, side: Side, quantity: i64, value: i64) {
    let place = holdings.iter().position(|holding| holding.symbol == symbol);
    match (side, place.and_then(|place| holdings.get_mut(place))) {
        (Side::Buy, Some(held)) => {
            let total = held.quantity + quantity;
            // A cost that is not known stays so.
            if held.average > 0 && total > 0 {
                held.average = (held.average * held.quantity + value + total / 2) / total;
            }
            held.quantity = total;
        }
        (Side::Buy, None) => {
            let average = if quantity > 0 { (value + quantity / 2) / quantity } else { 0 };
            holdings.push(HoldingSpec { symbol, quantity, average, pledged: 0 });
        }
        (Side::Sell, Some(held)) => held.quantity -= quantity,
        (Side::Sell, None) => {}
    }
    holdings.retain(|holding| holding.quantity != 0);
}
