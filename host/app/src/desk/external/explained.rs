//! What of ours may explain a difference.

use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderState, Side};
use prahari_domain::time::Timestamp;

use crate::desk::Desk;
use crate::desk::their_book::TheirBook;
use crate::error::AppError;

impl Desk {
    /// Returns whether something of ours may explain a difference: a corporate action that is not booked, an order that stands, a
    /// fill that is not booked, or one that the broker shows no more. Fills that the broker's book has are booked.
    pub(super) async fn is_explained(
        &mut self,
        symbol: &Symbol,
        excess: i64,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        if self.trading.jumps.ex_dates().not_booked(symbol, &self.book, now).is_some() {
            return Ok(true);
        }
        // A trade that was annulled is taken back, not sold outside.
        if self.lacks_fills(symbol, theirs, now) {
            return Ok(true);
        }
        let of_symbol = |order: &&Order| order.request.symbol == *symbol;
        let ours: Vec<Order> = self.book.orders().filter(of_symbol).cloned().collect();
        let side = if excess > 0 { Side::Buy } else { Side::Sell };
        // An offer that stands is withdrawn before a sale is booked; a buy is waited for.
        let is_bought = |order: &Order| order.request.side == Side::Buy && !order.state.is_final();
        if excess > 0 && ours.iter().any(is_bought) {
            return Ok(true);
        }
        let mut is_behind = false;
        for order in ours {
            // Of an order of today that the broker's book does not show nobody knows what was filled.
            is_behind |= order.request.side == side
                && order.day() == now.ist_day()
                && order.broker_id.is_some()
                && order.state != OrderState::Filled
                && theirs.find(&order, &self.book).is_none();
            is_behind |= self.catch_up_fills(&order, theirs, now).await?;
        }
        Ok(is_behind)
    }

    /// Books fills of an order of ours that the broker's book has and ours has not, whatever the order ended as. Returns whether
    /// there was any, or one that it does not tell yet.
    pub(in crate::desk) async fn catch_up_fills(
        &mut self,
        order: &Order,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let Some(known) = theirs.find(order, &self.book).filter(|known| known.filled > order.filled) else {
            return Ok(false);
        };
        self.catch_up(order, known, now, &mut Vec::new()).await?;
        Ok(true)
    }
}
