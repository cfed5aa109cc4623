//! Changes of orders: acknowledged at once, carried out or refused in the book.

use crate::facts::RefusedChange;
use crate::fault::{Fault, Struck};
use crate::order::Status;
use crate::reply::{self, Reply};
use crate::world::World;

/// A change that was found well-formed.
#[derive(Debug, Clone)]
pub(crate) struct ModifyRequest {
    pub number: String,
    pub kind: String,
    pub price: i64,
    pub trigger: i64,
    pub quantity: i64,
    pub validity: String,
    pub amo: bool,
}

impl World {
    /// Takes a change of an account's order; the order's number, or the answer that refuses it.
    pub fn modify(
        &mut self,
        account: usize,
        request: ModifyRequest,
        struck: &Struck,
    ) -> Result<String, Reply> {
        let index = self.own_order(account, &request.number)?;
        let Some(order) = self.orders.get(index) else {
            return Err(reply::order_unknown(self.facts.unknown_order_code));
        };
        if order.state.status.is_finished() {
            return Err(reply::order_finished(self.facts.finished_order_code));
        }
        if order.state.status.waits_for_session() != request.amo {
            return Err(reply::order_unknown(1006));
        }
        let forced = struck.find(|fault| match fault {
            Fault::ChangeRefused { reason } => Some(reason.clone()),
            _ => None,
        });
        match forced.or_else(|| self.change_rejection(index, &request)) {
            Some(reason) => self.refuse_change(index, reason),
            None => self.carry_out(index, request.clone()),
        }
        Ok(request.number)
    }

    /// Where an account's order is; an order of somebody else is none.
    pub fn own_order(&self, account: usize, number: &str) -> Result<usize, Reply> {
        let found = self.orders.iter().position(|order| order.number == number && order.account == account);
        found.ok_or_else(|| reply::order_unknown(self.facts.unknown_order_code))
    }

    fn change_rejection(&self, index: usize, request: &ModifyRequest) -> Option<String> {
        let order = self.orders.get(index)?;
        if request.quantity < order.state.filled && self.facts.modify_below_filled_refused {
            return Some("Quantity is below the traded quantity".to_owned());
        }
        let mut changed = order.clone();
        changed.state.quantity = request.quantity;
        changed.state.price = request.price;
        let value = self.order_value(&changed);
        let spendable = self.spendable(order.account) + self.order_value(order);
        let for_money = match order.side {
            crate::order::Side::Buy => self.money_rejection(order, value, spendable),
            crate::order::Side::Sell => self.means_rejection(&changed),
        };
        self.price_rejection(order, request.price).or(for_money)
    }

    fn refuse_change(&mut self, index: usize, reason: String) {
        let (now, moves) = (self.now, self.facts.change_moves_time);
        let not_modified = self.facts.refused_change == RefusedChange::NotModified;
        self.change(index, |state| {
            state.reason = Some(reason);
            if moves {
                state.changed = now;
            }
            if not_modified && !state.status.waits_for_session() {
                state.status = Status::NotModified;
            }
        });
    }

    fn carry_out(&mut self, index: usize, request: ModifyRequest) {
        let (now, moves) = (self.now, self.facts.change_moves_time);
        let Some(account) = self.orders.get(index).map(|order| order.account) else { return };
        let rewritten = self.facts.tag_rewritten_by_modify.then(|| self.own_tag(account));
        let pan = self.accounts.get(account).map(|account| account.spec.pan.clone());
        if let Some(order) = self.orders.get_mut(index) {
            order.validity = request.validity;
        }
        let before = self.orders.get(index).map(|order| order.state.status);
        self.change(index, |state| {
            state.status =
                if state.status.waits_for_session() { Status::AmoModified } else { Status::Modified };
            state.quantity = request.quantity.max(state.filled);
            (state.price, state.trigger, state.kind) = (request.price, request.trigger, request.kind);
            state.reason = None;
            state.modified_by = pan;
            if moves {
                state.changed = now;
            }
            if let Some(tag) = rewritten {
                state.tag = tag;
            }
        });
        let Some(before) = before.filter(|before| !before.waits_for_session()) else { return };
        let is_filled = self.orders.get(index).is_some_and(|order| order.state.left() == 0);
        let after = match before {
            _ if is_filled => Status::Complete,
            Status::Modified | Status::NotModified => Status::Open,
            other => other,
        };
        self.change(index, |state| state.status = after);
        self.try_match(index);
    }
}
