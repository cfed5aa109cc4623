//! Fills: resting orders match at the prices that the test sets, or as the test says.

use crate::order::{Fill, Side, Status};
use crate::world::World;

impl World {
    /// The market of an instrument trades at a price; at most `available` of it is for us.
    pub fn set_price(&mut self, instrument: usize, price: i64, available: Option<i64>) {
        let now = self.now;
        let Some(of) = self.instruments.get_mut(instrument) else { return };
        of.trade(now, price);
        of.available = available;
        self.match_all(instrument);
        self.announce_price(instrument);
    }

    /// Every resting order of an instrument gets its chance, older ones first.
    pub fn match_all(&mut self, instrument: usize) {
        for index in 0..self.orders.len() {
            if self.orders.get(index).is_some_and(|order| order.instrument == instrument) {
                self.try_match(index);
            }
        }
    }

    /// Fills what the price allows of one order, at the price.
    pub fn try_match(&mut self, index: usize) {
        if self.phase != super::hours::Phase::Open {
            return;
        }
        self.trigger(index);
        let Some(order) = self.orders.get_mut(index) else { return };
        let Some(instrument) = self.instruments.get(order.instrument) else { return };
        let Some(price) = instrument.last else { return };
        let crosses = match order.side {
            _ if order.state.price == 0 => true,
            Side::Buy => price <= order.state.price,
            Side::Sell => price >= order.state.price,
        };
        let is_open = order.state.status.is_resting() && order.state.status != Status::TriggerPending;
        if !is_open || !crosses || order.rests {
            return;
        }
        let quantity = order.state.left().min(instrument.available.unwrap_or(i64::MAX));
        let quantity = quantity.min(order.first_match.take().unwrap_or(i64::MAX));
        self.fill(index, quantity, price);
    }

    /// A stop whose trigger was reached becomes a limit.
    fn trigger(&mut self, index: usize) {
        let Some(order) = self.orders.get(index) else { return };
        let last = self.instruments.get(order.instrument).and_then(|instrument| instrument.last);
        let Some(last) = last else { return };
        let reached = match order.side {
            Side::Buy => last >= order.state.trigger,
            Side::Sell => last <= order.state.trigger,
        };
        if order.state.status == Status::TriggerPending && reached {
            self.change(index, |state| state.status = Status::Open);
        }
    }

    /// An execution of an order. What is more than its rest is left out.
    pub fn fill(&mut self, index: usize, quantity: i64, price: i64) {
        let id = 500_000 + self.counters.fill();
        let received = self.received();
        let now = self.now;
        let Some(order) = self.orders.get_mut(index) else { return };
        let quantity = quantity.min(order.state.left());
        if quantity <= 0 || order.state.status.is_finished() {
            return;
        }
        let leg = u32::try_from(order.fills.len() + 1).unwrap_or(u32::MAX);
        order.fills.push(Fill { id, leg, at: now, quantity, price, received });
        let instrument = order.instrument;
        if let Some(of) = self.instruments.get_mut(instrument) {
            of.available = of.available.map(|available| (available - quantity).max(0));
            of.volume += quantity;
            of.last_quantity = quantity;
        }
        let is_complete = order.state.left() == quantity;
        if is_complete && self.facts.complete_without_price_first {
            self.announce_without_price(index, quantity);
        }
        self.change(index, |state| {
            state.filled += quantity;
            state.value += quantity * price;
            state.status = if is_complete { Status::Complete } else { Status::Open };
            state.confirmed.get_or_insert(now);
        });
        self.announce_position(index);
    }

    /// Takes an execution back, as the exchange may: the order keeps its state, with less filled. Whether there was one.
    pub fn withdraw_fill(&mut self, id: u64) -> bool {
        let found = self.orders.iter().enumerate().find_map(|(index, order)| {
            let place = order.fills.iter().position(|fill| fill.id == id)?;
            (!order.settled).then_some((index, place))
        });
        let Some((index, place)) = found else { return false };
        let Some(order) = self.orders.get_mut(index) else { return false };
        let fill = order.fills.remove(place);
        self.change(index, |state| {
            state.filled -= fill.quantity;
            state.value -= fill.quantity * fill.price;
        });
        self.announce_position(index);
        true
    }
}
