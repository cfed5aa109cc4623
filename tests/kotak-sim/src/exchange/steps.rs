//! The path of an order through the order system, one state after the other.

use crate::order::{Next, State, Status};
use crate::world::World;

impl World {
    /// Changes the state of an order, keeps the one before, and tells the order feed.
    pub fn change(&mut self, index: usize, change: impl FnOnce(&mut State)) {
        let received = self.received();
        let now = self.now;
        let Some(order) = self.orders.get_mut(index) else { return };
        change(&mut order.state);
        (order.state.at, order.state.received) = (now, received);
        order.past.push(order.state.clone());
        self.announce_order(index);
    }

    /// What was due for an order happens.
    pub fn run_due(&mut self, index: usize) {
        let Some(order) = self.orders.get_mut(index) else { return };
        match order.next.take() {
            Some(Next::Reject(_, reason)) if !order.state.status.is_finished() => self.reject(index, reason),
            Some(Next::Step(_)) => self.step(index),
            _ => {}
        }
    }

    /// The next state of an order that the order system works on.
    pub fn step(&mut self, index: usize) {
        let Some(order) = self.orders.get(index) else { return };
        match order.state.status {
            Status::PutReceived => {
                self.change(index, |state| state.status = Status::ValidationPending);
                self.step_later(index);
            }
            Status::ValidationPending => match self.rejection(index) {
                Some(reason) => self.reject(index, reason),
                None => {
                    self.change(index, |state| state.status = Status::OpenPending);
                    self.step_later(index);
                }
            },
            Status::OpenPending => self.enter_book(index),
            _ => {}
        }
    }

    fn step_later(&mut self, index: usize) {
        let at = self.now + self.step_ms;
        if let Some(order) = self.orders.get_mut(index) {
            order.next = Some(Next::Step(at));
        }
    }

    fn enter_book(&mut self, index: usize) {
        let number = format!("11{:014}", self.counters.exchange());
        let now = self.now;
        self.change(index, |state| {
            let is_stop = state.kind.starts_with("SL");
            state.status = if is_stop { Status::TriggerPending } else { Status::Open };
            state.confirmed = Some(now);
            state.exchange_number = Some(number);
        });
        self.try_match(index);
        let leaves_nothing = |order: &crate::order::Order| {
            order.validity == "IOC" && order.state.status.is_resting() && !order.rests
        };
        if self.orders.get(index).is_some_and(leaves_nothing) {
            self.cancel_rest(index, Status::Cancelled);
        }
    }

    /// Rejects an order: only `ordSt` says so for sure.
    pub fn reject(&mut self, index: usize, reason: String) {
        let keeps = self.facts.rejected_order_keeps_tag;
        if let Some(order) = self.orders.get(index)
            && let (false, Some(tag)) = (keeps, &order.sent_tag)
            && let Some(account) = self.accounts.get_mut(order.account)
        {
            account.tags.remove(tag);
        }
        self.change(index, |state| {
            state.status = Status::Rejected;
            state.reason = Some(reason);
        });
    }

    /// Cancels what is left of an order.
    pub fn cancel_rest(&mut self, index: usize, status: Status) {
        let now = self.now;
        self.change(index, |state| {
            state.cancelled += state.left();
            state.status = status;
            state.changed = now;
        });
    }

    /// The evening's orders go to the exchange.
    pub fn release_amo(&mut self) {
        for index in 0..self.orders.len() {
            let now = self.now;
            let Some(order) = self.orders.get_mut(index) else { return };
            if !order.state.status.waits_for_session() {
                continue;
            }
            order.released = Some(now);
            self.change(index, |state| state.status = Status::PutReceived);
            self.step_later(index);
        }
    }

    /// The end of the session: nothing rests over night.
    pub fn end_resting(&mut self) {
        for index in 0..self.orders.len() {
            if self.orders.get(index).is_some_and(|order| order.state.status.is_resting()) {
                self.cancel_rest(index, Status::Cancelled);
            }
        }
    }
}
