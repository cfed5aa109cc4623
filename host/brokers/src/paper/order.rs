//! An order at the paper broker.

use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderKind, OrderTag, Side};
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::broker::{BrokerOrder, BrokerOrderState};

/// Everything the broker knows of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaperOrder {
    pub id: OrderId,
    pub symbol: Symbol,
    pub side: Side,
    pub quantity: u32,
    pub kind: OrderKind,
    /// The day whose session it is valid for.
    pub session: Day,
    pub state: PaperState,
    pub filled: u32,
    pub fills: Vec<Fill>,
    pub accepted_at: Timestamp,
    pub modified_at: Timestamp,
    pub changed_at: Timestamp,
    /// Everything before this instant has been matched. The kept one may lag behind: matching the time between again
    /// gives the same nothing, or it would have been kept.
    pub matched_until: Timestamp,
    /// Price per share at which cash is held back for a buy.
    pub reserve_price: Paise,
    /// The tag that it was sent with. Last, because orders from before there were tags end without it.
    pub tag: Option<OrderTag>,
}

/// State of an order at the paper broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PaperState {
    Open,
    Filled,
    Cancelled(String),
    Expired(String),
}

impl PaperOrder {
    pub fn new(order: &Order, session: Day, reserve_price: Paise, now: Timestamp) -> Self {
        let request = &order.request;
        Self {
            id: order.id,
            symbol: request.symbol.clone(),
            side: request.side,
            quantity: request.quantity,
            kind: request.kind,
            session,
            state: PaperState::Open,
            filled: 0,
            fills: Vec::new(),
            accepted_at: now,
            modified_at: now,
            changed_at: now,
            matched_until: now,
            reserve_price,
            tag: order.tag,
        }
    }

    /// Reads an order, also one that was written before there were tags.
    pub fn read(bytes: &[u8]) -> Result<Self, postcard::Error> {
        match postcard::from_bytes(bytes) {
            Err(postcard::Error::DeserializeUnexpectedEnd) => {
                let with_none = [bytes, &[0]].concat();
                postcard::from_bytes(&with_none)
            }
            read => read,
        }
    }

    /// The tag as the order desk looks it up.
    pub fn broker_tag(&self) -> String {
        self.tag.map_or_else(|| self.id.to_string(), |tag| tag.to_string())
    }

    pub fn is_open(&self) -> bool {
        self.state == PaperState::Open
    }

    pub fn remaining(&self) -> u32 {
        self.quantity.saturating_sub(self.filled)
    }

    /// The broker's number. It follows from the id, so that a repeated simulation gives the same one.
    pub fn broker_id(&self) -> String {
        format!("P-{}", self.id)
    }

    /// Adds an execution, which ends the order when nothing remains.
    pub fn fill(&mut self, quantity: u32, price: Paise, at: Timestamp) -> Fill {
        let key = format!("{}#{}", self.id, self.fills.len() + 1);
        let fill = Fill { key, quantity, price, at };
        self.fills.push(fill.clone());
        self.filled = self.filled.saturating_add(quantity);
        self.changed_at = at;
        if self.remaining() == 0 {
            self.state = PaperState::Filled;
        }
        fill
    }

    /// Ends the order in this state at this time.
    pub fn end(&mut self, state: PaperState, at: Timestamp) {
        self.state = state;
        self.changed_at = at;
    }

    /// Returns the order in the form that the order desk reads.
    pub fn view(&self) -> BrokerOrder {
        let state = match &self.state {
            PaperState::Open => BrokerOrderState::Open,
            PaperState::Filled => BrokerOrderState::Filled,
            PaperState::Cancelled(reason) => BrokerOrderState::Cancelled { reason: reason.clone() },
            PaperState::Expired(reason) => BrokerOrderState::Expired { reason: reason.clone() },
        };
        BrokerOrder {
            tag: self.broker_tag(),
            broker_id: self.broker_id(),
            symbol: self.symbol.clone(),
            side: self.side,
            quantity: self.quantity,
            kind: self.kind,
            algo_id: None,
            state,
            filled: self.filled,
            fills: self.fills.clone(),
            accepted_at: self.accepted_at,
            modified_at: self.modified_at,
            changed_at: self.changed_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::UserId;
    use prahari_domain::orders::TagCode;

    use super::*;

    #[test]
    fn an_order_from_before_there_were_tags_still_reads() {
        let order = PaperOrder {
            id: OrderId { user: UserId(7), day: Day::default(), number: 1 },
            symbol: "ABC".parse().unwrap(),
            side: Side::Buy,
            quantity: 3,
            kind: OrderKind::Market,
            session: Day::default(),
            state: PaperState::Cancelled("as asked".to_owned()),
            filled: 0,
            fills: Vec::new(),
            accepted_at: Timestamp(1),
            modified_at: Timestamp(2),
            changed_at: Timestamp(3),
            matched_until: Timestamp(4),
            reserve_price: Paise(5),
            tag: None,
        };
        let bytes = postcard::to_stdvec(&order).unwrap();
        let old = &bytes[..bytes.len() - 1];
        assert_eq!(PaperOrder::read(old), Ok(order.clone()));
        assert_eq!(order.broker_tag(), "U7-19700101-0001");
        let tag = OrderTag::stamp(TagCode::of_number(1), order.id).unwrap();
        let tagged = PaperOrder { tag: Some(tag), ..order };
        assert_eq!(PaperOrder::read(&postcard::to_stdvec(&tagged).unwrap()), Ok(tagged.clone()));
        assert_eq!(tagged.view().tag, tag.to_string());
        assert!(PaperOrder::read(&old[..old.len() / 2]).is_err(), "half of one does not");
    }
}
