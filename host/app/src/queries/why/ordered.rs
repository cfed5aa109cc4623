//! Orders of the share on the day, and what became of them.

use prahari_domain::money::rupees;
use prahari_domain::orders::{Order, OrderKind, OrderState, Side};
use prahari_store::OrderFilter;

use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::notices::words::codes;
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
    let (side, name) = match order.request.side {
        Side::Buy => (Side::Buy, "a buy"),
        Side::Sell => (Side::Sell, "a sell"),
    };
    let price = match order.request.kind {
        OrderKind::Market => "at the market".to_owned(),
        OrderKind::Limit(limit) => format!("at a limit of {}", rupees(limit)),
    };
    let quantity = order.request.quantity;
    let found = format!("{name} of {quantity} {price} {}", became(order));
    let in_vain = order.state.is_final() && order.filled == 0;
    let says = if in_vain { Says::OrderedInVain(side) } else { Says::Ordered(side) };
    Link::new(StepKind::Order, Some(order.placed_at), found, says).about(StepSubject::Order(order.id))
}

/// What became of an order.
fn became(order: &Order) -> String {
    let (filled, quantity) = (order.filled, order.request.quantity);
    let reason = if order.reason.is_empty() {
        String::new()
    } else {
        format!(": {}", codes::in_sentence(&order.reason))
    };
    let average =
        order.average_price().map_or_else(String::new, |price| format!(" at {} on average", rupees(price)));
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
        OrderState::Cancelled => format!("was cancelled with nothing filled{reason}"),
        OrderState::Expired => format!("expired with nothing filled{reason}"),
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::{OrderId, RunId, UserId};
    use prahari_domain::money::Paise;
    use prahari_domain::orders::{OrderRequest, Product, Purpose, Variety};
    use prahari_domain::strategies::StrategyName;
    use prahari_domain::time::Timestamp;

    use super::*;

    fn order(side: Side, state: OrderState, filled: u32) -> Order {
        let request = OrderRequest {
            symbol: "TCS".parse().unwrap(),
            side,
            quantity: 10,
            kind: OrderKind::Limit(Paise::rupees(1_500)),
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        };
        Order {
            id: OrderId { user: UserId(7), day: "2025-03-10".parse().unwrap(), number: 3 },
            tag: None,
            request,
            run: RunId(5),
            strategy: StrategyName::REBOUND,
            state,
            broker_id: None,
            filled,
            fill_value: Paise::rupees(1_500).times(filled).unwrap(),
            fill_keys: Vec::new(),
            terms: Default::default(),
            reason: String::new(),
            retryable: false,
            first_placed_at: Timestamp(1),
            placed_at: Timestamp(1),
            updated_at: Timestamp(1),
        }
    }

    #[test]
    fn an_order_is_one_whatever_became_of_it() {
        let said = |side, state, filled| {
            let link = link(&order(side, state, filled));
            (link.says, link.step.found)
        };
        let sell = "a sell of 10 at a limit of ₹1,500.00";
        let expired = said(Side::Sell, OrderState::Expired, 0);
        assert_eq!(expired, (Says::OrderedInVain(Side::Sell), format!("{sell} expired with nothing filled")));
        let (says, found) = said(Side::Sell, OrderState::Cancelled, 4);
        assert_eq!(says, Says::Ordered(Side::Sell));
        assert_eq!(found, format!("{sell} was cancelled with 4 of 10 filled at ₹1,500.00 on average"));
        assert_eq!(said(Side::Buy, OrderState::Accepted, 0).0, Says::Ordered(Side::Buy));
        assert_eq!(said(Side::Buy, OrderState::Rejected, 0).0, Says::OrderedInVain(Side::Buy));
    }
}
