//! `charges`: what trading costs, by the plan of the user's account.

use prahari_domain::book::Book;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::charges::Trade;

use super::{LiveServices, convert, invalid};

impl LiveServices<'_> {
    pub(super) async fn estimate_charges(&self, trades: &[Trade]) -> HostReply {
        let desk = self.user.desk.lock().await;
        let (book, day) = (desk.book(), self.order_context.day);
        let estimates = trades.iter().enumerate().map(|(index, trade)| {
            estimate(book, trade, day).map_err(|reason| format!("trades[{index}]: {reason}"))
        });
        estimates.collect::<Result<_, _>>().map_or_else(invalid, HostReply::ChargesEstimated)
    }
}

/// Returns the charges in paise, or the reason why they are not known.
fn estimate(book: &Book, trade: &Trade, day: Day) -> Result<i64, String> {
    if trade.quantity == 0 || trade.price <= 0 {
        return Err("quantity and price have to be above zero".to_owned());
    }
    let value = Paise(trade.price).times(trade.quantity).ok_or("its value is too large to count")?;
    let charges = book.estimated_charges(convert::side_of(trade.side), value, day);
    charges.map(|charges| charges.0).map_err(|error| error.to_string())
}
