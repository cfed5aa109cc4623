//! Withdrawals of orders.

use crate::facts::AmoCancel;
use crate::order::Status;
use crate::reply::{self, Reply};
use crate::time::seconds;
use crate::world::World;

/// A withdrawal that was found well-formed.
#[derive(Debug, Clone)]
pub(crate) struct CancelRequest {
    pub number: String,
    pub amo: bool,
    pub symbol: Option<String>,
}

/// The code with which an AMO of the evening before was not cancelled in the morning.
const AMO_NOT_CANCELLED: u32 = 91_400;

impl World {
    /// Withdraws an account's order; its number, or the answer that refuses it.
    pub fn cancel(&mut self, account: usize, request: CancelRequest) -> Result<String, Reply> {
        let index = self.own_order(account, &request.number)?;
        let Some(order) = self.orders.get(index) else {
            return Err(reply::order_unknown(self.facts.unknown_order_code));
        };
        let waits = order.state.status.waits_for_session();
        if order.state.status.is_finished() {
            return Err(reply::order_finished(self.facts.finished_order_code));
        }
        if waits && (!request.amo || (self.facts.amo_cancel_needs_symbol && request.symbol.is_none())) {
            return Err(reply::order_unknown(1006));
        }
        if !waits && request.amo && !order.amo {
            return Err(reply::order_unknown(1006));
        }
        if order.released.is_some() && self.released_amo_is_kept(request.amo) {
            return Err(Reply::code(AMO_NOT_CANCELLED, "order cannot be cancelled"));
        }
        let suffix = self.facts.tag_suffixed_by_cancel.then(|| format!("-{}", seconds(self.now)));
        let status = if waits { Status::AmoCancelled } else { Status::Cancelled };
        let number = request.number;
        if let Some(order) = self.orders.get_mut(index) {
            order.next = None;
            // The tag is written anew with the state that follows.
            if let (Some(suffix), false) = (suffix, order.state.tag.is_empty()) {
                order.state.tag.push_str(&suffix);
            }
        }
        self.cancel_rest(index, status);
        Ok(number)
    }

    fn released_amo_is_kept(&self, as_amo: bool) -> bool {
        match self.facts.amo_cancel_after_release {
            AmoCancel::AsRegular => as_amo,
            AmoCancel::Either => false,
            AmoCancel::Refused => true,
        }
    }
}
