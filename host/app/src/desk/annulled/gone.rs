//! What the broker's book lacks of an order.

use prahari_brokers::BrokerOrder;
use prahari_domain::numbers::counted;
use prahari_domain::orders::Order;

use super::words::shares_of;
use super::{Asked, Question};

/// What the broker's book lacks of the fills of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Gone {
    /// Keys of the fills that it does not show.
    pub(super) keys: Vec<String>,
    /// Shares that its row says to be filled.
    filled: u32,
    /// Shares of the fills that it shows.
    shown: u32,
}

impl Gone {
    /// What is gone of an order; none when the book shows all of it.
    pub(in crate::desk) fn of(ours: &Order, known: &BrokerOrder) -> Option<Self> {
        let is_shown = |key: &&String| known.fills.iter().any(|fill| fill.key == **key);
        let keys: Vec<String> = ours.fill_keys.iter().filter(|key| !is_shown(key)).cloned().collect();
        let shown = shares_of(&known.fills);
        let is_gone = !keys.is_empty() || known.filled < ours.filled;
        is_gone.then_some(Self { keys, filled: known.filled, shown })
    }

    /// Whether the order and the list of executions say the same.
    pub(super) fn is_agreed(&self) -> bool {
        !self.keys.is_empty() && self.filled == self.shown
    }

    /// What a person is asked about lists that have not agreed for a while.
    pub(super) fn disputed(&self, order: &Order) -> Asked {
        let why = if self.is_agreed() {
            "They agree, and by its times the row of the order may be one of before the fill"
        } else {
            "They do not agree"
        };
        let detail = format!(
            "order {}: our books have {} of {} filled, the broker's order {} and its executions {}, {}. {why}: whether a trade was annulled has to be asked there, and nothing is booked",
            order.id,
            counted(order.filled, "share", "shares"),
            order.request.symbol,
            self.filled,
            self.shown,
            self.in_words()
        );
        Asked { gone: Some(self.clone()), question: Question::Disputed, detail }
    }

    /// What the list of executions lacks, as the middle of a sentence.
    fn in_words(&self) -> String {
        match self.keys.as_slice() {
            [] => "which show each fill that our books have".to_owned(),
            [key] => format!("which do not show the fill {key}"),
            keys => format!("which do not show the fills {}", keys.join(", ")),
        }
    }
}
