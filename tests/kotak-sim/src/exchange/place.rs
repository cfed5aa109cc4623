//! A new order: from a request that was found well-formed to its first state.

use crate::facts::MarketOrders;
use crate::fault::{Fault, Struck};
use crate::order::{Next, Order, Side, State, Status};
use crate::time::{seconds, short_date};
use crate::world::World;

/// The products that there are.
pub(crate) const PRODUCTS: [&str; 4] = ["CNC", "NRML", "MIS", "MTF"];

/// What is ordered.
#[derive(Debug, Clone)]
pub(crate) struct NewOrder {
    pub tag: Option<String>,
    pub instrument: usize,
    pub side: Side,
    pub product: String,
    pub kind: String,
    pub validity: String,
    pub quantity: i64,
    pub price: i64,
    pub trigger: i64,
    pub amo: bool,
    pub from_app: bool,
}

impl World {
    /// Whether an account has used a tag in a way that still counts.
    pub fn tag_is_used(&self, account: usize, tag: &str) -> bool {
        let Some(used) = self.accounts.get(account).and_then(|account| account.tags.get(tag)) else {
            return false;
        };
        self.facts.tags_used_for_ever || crate::time::day_of(*used) == self.day
    }

    /// Takes an order into the order system; its number.
    pub fn take(&mut self, account: usize, new: NewOrder, struck: &Struck) -> String {
        let number = format!("{}{:09}", short_date(self.now), self.counters.order());
        let own_tag = self.own_tag(account);
        if let Some(tag) = &new.tag
            && let Some(account) = self.accounts.get_mut(account)
        {
            account.tags.insert(tag.clone(), self.now);
        }
        let tag = match &new.tag {
            Some(_) if struck.has(&Fault::TagLost) => String::new(),
            Some(tag) if !struck.has(&Fault::TagReplaced) => tag.clone(),
            _ => own_tag,
        };
        let waits = new.amo && (self.is_amo_time() || self.facts.amo_in_session_rejected);
        let status = if waits { Status::AmoReceived } else { Status::PutReceived };
        let (kind, price) = self.shown_price(&new);
        let state = State {
            status,
            quantity: new.quantity,
            filled: 0,
            cancelled: 0,
            value: 0,
            price,
            trigger: new.trigger,
            kind,
            reason: None,
            tag,
            modified_by: None,
            changed: self.now,
            confirmed: None,
            exchange_number: None,
            at: self.now,
            received: 0,
        };
        let invisible = struck.find(|fault| match fault {
            Fault::Invisible { ms } => Some(*ms),
            _ => None,
        });
        let order = Order {
            number: number.clone(),
            account,
            instrument: new.instrument,
            side: new.side,
            product: new.product,
            validity: new.validity,
            sent_tag: new.tag,
            sent_kind: new.kind,
            from_app: new.from_app,
            amo: waits,
            entered: self.now,
            released: None,
            visible_from: self.now + invisible.unwrap_or(0),
            rests: struck.has(&Fault::Rests),
            first_match: struck.find(|fault| match fault {
                Fault::FillsAtMost(quantity) => Some(*quantity),
                _ => None,
            }),
            next: self.first_step(waits, struck),
            settled: false,
            state,
            fills: Vec::new(),
            past: Vec::new(),
        };
        self.orders.push(order);
        self.change(self.orders.len() - 1, |_| {});
        number
    }

    /// The broker's own tag, with the account's PAN inside as the broker has it.
    pub fn own_tag(&mut self, account: usize) -> String {
        let number = 100_000 + self.counters.own_tag();
        let pan = self.accounts.get(account).map_or("", |account| account.spec.pan.as_str());
        format!("{}-{number}-{pan}-ADMINAPI", seconds(self.now))
    }

    fn first_step(&self, waits: bool, struck: &Struck) -> Option<Next> {
        let late = struck.find(|fault| match fault {
            Fault::RejectLate { ms, reason } => Some(Next::Reject(self.now + ms, reason.clone())),
            Fault::Stalls { ms } => Some(Next::Step(self.now + ms)),
            _ => None,
        });
        if late.is_some() {
            return late;
        }
        if !waits {
            return Some(Next::Step(self.now + self.step_ms));
        }
        // An AMO in market hours.
        (!self.is_amo_time()).then(|| Next::Reject(self.now, "AMO are not taken in market hours".to_owned()))
    }

    /// Kind and price as the book shows them: market orders become limits on the broker's grid.
    fn shown_price(&self, new: &NewOrder) -> (String, i64) {
        let is_market = new.kind == "MKT";
        let is_zero_limit = new.kind == "L" && new.price == 0;
        if !is_market && !is_zero_limit || is_market && self.facts.market_orders == MarketOrders::Market {
            return (new.kind.clone(), new.price);
        }
        let kind = match self.facts.market_orders {
            MarketOrders::LimitShownAsMarket if is_market => "MKT",
            _ => "L",
        };
        (kind.to_owned(), self.market_limit(new.instrument, new.side).unwrap_or(0))
    }

    /// The limit that stands for a market order: around the last price, or around the close before there is one. `None`
    /// for an option without a last price.
    pub fn market_limit(&self, instrument: usize, side: Side) -> Option<i64> {
        let instrument = self.instruments.get(instrument)?;
        let is_option = matches!(instrument.spec.option.as_str(), "CE" | "PE");
        let reference = match instrument.last {
            Some(last) => last,
            None if is_option => return None,
            None => instrument.spec.close,
        };
        let away = if is_option { option_step(reference) } else { share_step(reference) };
        let tick = instrument.spec.tick.max(1);
        Some(match side {
            Side::Buy => (reference + away) / tick * tick,
            Side::Sell => ((reference - away + tick - 1) / tick * tick).max(tick),
        })
    }
}

/// How far the limit of a share or future is from the price.
fn share_step(price: i64) -> i64 {
    match price {
        ..10_000 => price * 2 / 100,
        10_000..=50_000 => price / 100,
        _ => price / 200,
    }
}

/// How far the limit of an option is from the price.
fn option_step(price: i64) -> i64 {
    match price {
        ..100 => 10,
        100..500 => price / 10,
        500..1_000 => price * 5 / 100,
        1_000..10_000 => price * 3 / 100,
        10_000..=50_000 => price * 2 / 100,
        _ => price / 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_market_orders_has_the_steps_that_are_known() {
        let shares: Vec<i64> = [5_000, 10_000, 25_075, 50_000, 60_000].map(share_step).to_vec();
        assert_eq!(shares, [100, 100, 250, 500, 300]);
        let options: Vec<i64> = [50, 200, 800, 5_000, 20_000, 60_000].map(option_step).to_vec();
        assert_eq!(options, [10, 20, 40, 150, 400, 600]);
    }
}
