//! Orders of the share on the day, and what became of them.

use prahari_domain::orders::{Order, OrderKind, OrderState, Side};
use prahari_store::OrderFilter;

use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::queries::UserQueries;

/// Most orders that are told.
const MOST_ORDERS: u32 = 20;

impl UserQueries<'_> {
    pub(super) async fn ordered(&self, asked: &Asked) -> Result<Links, AppError> {
        let filter = OrderFilter {
            from: Some(asked.day),
            through: Some(asked.day),
            symbol: Some(asked.symbol.clone()),
            limit: MOST_ORDERS,
            ..OrderFilter::default()
        };
        let found = self.scope.orders(filter).await?;
        let links = found.items.iter().map(link).collect();
        Ok(Links::newest(links, MOST_ORDERS as usize, StepKind::Order, found.next.is_some()))
    }
}

fn link(order: &Order) -> Link {
    let side = match order.request.side {
        Side::Buy => "a buy",
        Side::Sell => "a sell",
    };
    let price = match order.request.kind {
        OrderKind::Market => "at the market".to_owned(),
        OrderKind::Limit(limit) => format!("at a limit of {limit}"),
    };
    let quantity = order.request.quantity;
    let found = format!("{side} of {quantity} {price} {}", became(order));
    let is_open = !order.state.is_final();
    let says = match order.request.side {
        _ if is_open || order.filled > 0 => Says::Ordered,
        Side::Buy => Says::Stops,
        // Of what is held: it says nothing of a signal to buy.
        Side::Sell => Says::Remarks,
    };
    Link::new(StepKind::Order, Some(order.placed_at), found, says).about(StepSubject::Order(order.id))
}

/// What became of an order.
fn became(order: &Order) -> String {
    let (filled, quantity) = (order.filled, order.request.quantity);
    let reason = if order.reason.is_empty() { String::new() } else { format!(": {}", order.reason) };
    let average = order.average_price().map_or_else(String::new, |price| format!(" at {price} on average"));
    match order.state {
        OrderState::Filled => format!("was filled{average}"),
        OrderState::Intent | OrderState::Sent => "is on its way to the broker".to_owned(),
        OrderState::Accepted => "is at the broker, with nothing filled".to_owned(),
        OrderState::PartiallyFilled => {
            format!("is at the broker, with {filled} of {quantity} filled{average}")
        }
        OrderState::Unknown => format!("may be at the broker or not{reason}"),
        OrderState::Rejected => format!("was rejected{reason}"),
        OrderState::Cancelled if filled > 0 => {
            format!("was cancelled with {filled} of {quantity} filled{average}{reason}")
        }
        OrderState::Expired if filled > 0 => {
            format!("expired with {filled} of {quantity} filled{average}{reason}")
        }
        OrderState::Cancelled => format!("was cancelled{reason}"),
        OrderState::Expired => format!("expired{reason}"),
    }
}
