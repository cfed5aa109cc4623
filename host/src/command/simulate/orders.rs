//! The canonical list of a simulation: every fact of every order, one line each, in words that no release changes.
//!
//! Two builds that trade alike print the same bytes, whatever they call things in their databases. So a change that is
//! meant to change nothing is compared with `diff`, and one that is meant to change something shows where.

use std::fmt::Write as _;

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, OrderEvent, OrderKind, OrderRequest, Side};
use prahari_domain::time::Timestamp;
use prahari_store::{Store, StoreError};

/// The columns, separated by tabs: instants in IST, prices and amounts in paise, `-` where an entry has none. The
/// amount is price times quantity; charges are no part of an order.
const HEADER: &str = "user\torder\tinstant\tevent\tsymbol\tside\tquantity\tprice\tamount\n";

/// Returns the list of `users` in their order, each in the order of its journal.
///
/// # Errors
/// When a journal cannot be read.
pub async fn list(store: &Store, users: Vec<UserId>) -> Result<String, StoreError> {
    let mut text = HEADER.to_owned();
    for user in users {
        for entry in store.user(user).load_journal(0).await? {
            if let Some(line) = Line::of(&entry) {
                line.write(user, &entry, &mut text);
            }
        }
    }
    Ok(text)
}

/// Line of the list for one journal entry.
#[derive(Default)]
struct Line<'a> {
    event: &'a str,
    request: Option<&'a OrderRequest>,
    quantity: Option<u32>,
    price: Option<Paise>,
    /// Time at which the exchange did it, where that is not when we learnt it.
    at: Option<Timestamp>,
}

impl<'a> Line<'a> {
    /// Nothing for entries that only say what was known at the time.
    fn of(entry: &'a JournalEntry) -> Option<Self> {
        let line = match &entry.event {
            OrderEvent::Intended { request, .. } => Self {
                event: "placed",
                request: Some(request),
                quantity: Some(request.quantity),
                price: limit(request.kind),
                at: None,
            },
            OrderEvent::Accepted { .. } => Self { event: "accepted", ..Self::default() },
            OrderEvent::Rejected { .. } => Self { event: "rejected", ..Self::default() },
            OrderEvent::Changed { quantity, kind } => {
                Self { event: "changed", quantity: Some(*quantity), price: limit(*kind), ..Self::default() }
            }
            OrderEvent::Filled(fill) => Self {
                event: "filled",
                quantity: Some(fill.quantity),
                price: Some(fill.price),
                at: Some(fill.at),
                ..Self::default()
            },
            OrderEvent::FillWithdrawn(withdrawal) => Self {
                event: "fill_withdrawn",
                quantity: Some(withdrawal.fill.quantity),
                price: Some(withdrawal.fill.price),
                at: Some(withdrawal.fill.at),
                ..Self::default()
            },
            OrderEvent::Cancelled { .. } => Self { event: "cancelled", ..Self::default() },
            OrderEvent::Expired { .. } => Self { event: "expired", ..Self::default() },
            OrderEvent::RetryGivenUp { .. } => Self { event: "retry_given_up", ..Self::default() },
            OrderEvent::HoldingChanged(_) => Self { event: "holding_changed", ..Self::default() },
            OrderEvent::Sent
            | OrderEvent::OutcomeUnknown { .. }
            | OrderEvent::NotAtBroker
            | OrderEvent::ChangeRequested { .. }
            | OrderEvent::ChangeRefused { .. }
            | OrderEvent::CancelRequested { .. }
            | OrderEvent::Terms(_) => return None,
        };
        Some(line)
    }

    fn write(&self, user: UserId, entry: &JournalEntry, text: &mut String) {
        let instant = self.at.unwrap_or(entry.at);
        let symbol = self.request.map_or("-".to_owned(), |request| request.symbol.to_string());
        let side = self.request.map_or("-", |request| match request.side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        });
        let amount = self.price.zip(self.quantity).map(|(price, quantity)| price.0 * i64::from(quantity));
        let number = |value: Option<i64>| value.map_or("-".to_owned(), |value| value.to_string());
        let _ = writeln!(
            text,
            "{}\t{}\t{}T{}\t{}\t{symbol}\t{side}\t{}\t{}\t{}",
            user.0,
            entry.order,
            instant.ist_day(),
            instant.ist_time().format("%H:%M:%S%.3f"),
            self.event,
            number(self.quantity.map(i64::from)),
            number(self.price.map(|price| price.0)),
            number(amount),
        );
    }
}

fn limit(kind: OrderKind) -> Option<Paise> {
    match kind {
        OrderKind::Market => None,
        OrderKind::Limit(price) => Some(price),
    }
}
