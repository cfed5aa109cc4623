//! The story of an order: the entries of its journal as the API tells them.

use std::collections::BTreeMap;

use prahari_domain::book::FillWithdrawal;
use prahari_domain::orders::{Fill, JournalEntry, OrderEvent, OrderKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::view::{Instant, StrategyLabel};

/// One line of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderEntry {
    /// Sequence number of the entry in the user's journal.
    sequence: u64,
    /// Time at which the event happened by the books; it may be before the daemon learnt of it.
    recorded_at: Instant,
    /// What happened.
    #[serde(flatten)]
    event: EntryEvent,
}

/// What happened to an order, and what is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", content = "detail", rename_all = "snake_case")]
enum EntryEvent {
    /// Written down before anything else.
    Intended(IntendedDetail),
    /// About to be sent; from here on it may have reached the broker.
    Sent {},
    /// The broker has it.
    Accepted {
        /// Number of the order at the broker.
        broker_order_id: String,
    },
    /// Refused by the risk gate or by the broker.
    Rejected {
        /// The reason, in one sentence.
        reason: String,
        /// Whether trying again may succeed.
        retryable: bool,
    },
    /// Sending gave no clear answer.
    OutcomeUnknown(ReasonDetail),
    /// The broker's book shows that it never arrived; it may be sent.
    NotAtBroker {},
    /// A change is about to be sent.
    ChangeRequested(ChangeRequestDetail),
    /// The broker made the change.
    Changed(ChangeDetail),
    /// The broker refused the change or the cancellation; the order stands as it was.
    ChangeRefused(ReasonDetail),
    /// A cancellation is about to be sent.
    CancelRequested(ReasonDetail),
    /// Part or all of it was executed.
    Filled(OrderFill),
    /// The exchange has annulled an execution after it was reported.
    FillWithdrawn(WithdrawnDetail),
    /// It ended by a cancellation.
    Cancelled(ReasonDetail),
    /// It ended with its validity.
    Expired(ReasonDetail),
    /// A rejected order will not be tried again.
    RetryGivenUp(ReasonDetail),
    /// It is about to be sent, or stands at the broker, with something that nobody asked for.
    Terms(TermsDetail),
    /// A corporate action changed what is held; of no order.
    HoldingChanged(ReasonDetail),
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
struct IntendedDetail {
    /// Number of shares.
    quantity: u32,
    /// Limit price per share, in paise; null of an order at the market's price.
    #[schema(required)]
    limit_paise: Option<i64>,
    /// Strategy of the task that asked.
    strategy: StrategyLabel,
    /// The execution that asked; null when none did.
    #[schema(required)]
    execution: Option<u64>,
    /// Time of the first attempt of the chain of retries.
    first_placed_at: Instant,
}

/// What a change makes of an order.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeDetail {
    /// Number of shares after the change, those that are filled included.
    quantity: u32,
    /// Limit price per share after the change, in paise; null of an order at the market's price.
    #[schema(required)]
    limit_paise: Option<i64>,
}

/// What a change that is asked for makes of an order.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeRequestDetail {
    /// Number of shares after the change, those that are filled included.
    quantity: u32,
    /// Limit price per share after the change, in paise; null of an order at the market's price.
    #[schema(required)]
    limit_paise: Option<i64>,
    /// The execution that asked; null when none did, and of changes from before that was kept.
    #[schema(required)]
    execution: Option<u64>,
    /// Why, as a stable code: the reason of what that execution decided about the order, which its task records. A change has no
    /// reason of its own. Null when the task recorded none, or it is not kept any more, and of all but the newest 100 changes.
    #[schema(required)]
    reason: Option<String>,
}

/// What an order has at the broker that nobody asked for. What is null was not told with this entry.
#[derive(Debug, Serialize, ToSchema)]
struct TermsDetail {
    /// Limit per share with which a market order, or a change to one, is sent, in paise.
    #[schema(required)]
    limit_paise: Option<i64>,
    /// The algo id with which the broker tagged it.
    #[schema(required)]
    algo_id: Option<String>,
}

/// Why something happened.
#[derive(Debug, Serialize, ToSchema)]
struct ReasonDetail {
    /// The reason, in one sentence.
    reason: String,
}

/// An execution that was taken back.
#[derive(Debug, Serialize, ToSchema)]
struct WithdrawnDetail {
    /// Key of the fill at the broker.
    key: String,
    /// Shares of the fill.
    quantity: u32,
    /// Price per share, in paise.
    price_paise: i64,
    /// Why it was taken back, one sentence.
    reason: String,
}

/// One execution of part of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderFill {
    /// Key of the fill at the broker, unique within the user.
    key: String,
    /// Shares of this fill.
    quantity: u32,
    /// Price per share, in paise.
    price_paise: i64,
    /// Time at which it was executed.
    filled_at: Instant,
    /// Why the exchange or a person took it back, one sentence; null when it stands.
    #[schema(required)]
    withdrawn: Option<String>,
}

/// The limit of an order in paise; none of an order at the market's price.
pub(super) fn limit_paise(kind: OrderKind) -> Option<i64> {
    match kind {
        OrderKind::Market => None,
        OrderKind::Limit(price) => Some(price.0),
    }
}

impl From<JournalEntry> for OrderEntry {
    fn from(entry: JournalEntry) -> Self {
        Self { sequence: entry.sequence, recorded_at: Instant(entry.at), event: entry.event.into() }
    }
}

impl OrderEntry {
    /// The entries of an order, with the reasons of the changes that were asked for, by the sequence numbers of their entries.
    pub(super) fn all(journal: Vec<JournalEntry>, changes: &BTreeMap<u64, String>) -> Vec<Self> {
        let told = |entry: JournalEntry| {
            let reason = changes.get(&entry.sequence).cloned();
            let mut entry = Self::from(entry);
            if let EntryEvent::ChangeRequested(detail) = &mut entry.event {
                detail.reason = reason;
            }
            entry
        };
        journal.into_iter().map(told).collect()
    }
}

impl From<OrderEvent> for EntryEvent {
    fn from(event: OrderEvent) -> Self {
        let because = |reason| ReasonDetail { reason };
        let to = |quantity, kind| ChangeDetail { quantity, limit_paise: limit_paise(kind) };
        match event {
            OrderEvent::Intended { request, run, first_placed_at, strategy, tag: _ } => {
                Self::Intended(IntendedDetail {
                    quantity: request.quantity,
                    limit_paise: limit_paise(request.kind),
                    strategy: StrategyLabel(strategy),
                    execution: run.if_any().map(|run| run.0),
                    first_placed_at: Instant(first_placed_at),
                })
            }
            OrderEvent::Sent => Self::Sent {},
            OrderEvent::Accepted { broker_id } => Self::Accepted { broker_order_id: broker_id },
            OrderEvent::Rejected { reason, retryable, unsettled: _ } => Self::Rejected { reason, retryable },
            OrderEvent::OutcomeUnknown { reason } => Self::OutcomeUnknown(because(reason)),
            OrderEvent::NotAtBroker => Self::NotAtBroker {},
            OrderEvent::ChangeRequested { quantity, kind, run } => {
                Self::ChangeRequested(ChangeRequestDetail {
                    quantity,
                    limit_paise: limit_paise(kind),
                    execution: run.map(|run| run.0),
                    reason: None,
                })
            }
            OrderEvent::Changed { quantity, kind } => Self::Changed(to(quantity, kind)),
            OrderEvent::ChangeRefused { reason } => Self::ChangeRefused(because(reason)),
            OrderEvent::CancelRequested { reason } => Self::CancelRequested(because(reason)),
            OrderEvent::Filled(fill) => Self::Filled((fill, None).into()),
            OrderEvent::FillWithdrawn(withdrawal) => Self::FillWithdrawn(withdrawal.into()),
            OrderEvent::Cancelled { reason } => Self::Cancelled(because(reason)),
            OrderEvent::Expired { reason } => Self::Expired(because(reason)),
            OrderEvent::RetryGivenUp { reason } => Self::RetryGivenUp(because(reason)),
            OrderEvent::Terms(terms) => Self::Terms(TermsDetail {
                limit_paise: terms.limit.or(terms.asked).map(|limit| limit.0),
                algo_id: terms.algo_id,
            }),
            OrderEvent::HoldingChanged(change) => Self::HoldingChanged(because(change.what)),
        }
    }
}

impl From<FillWithdrawal> for WithdrawnDetail {
    fn from(FillWithdrawal { fill, reason, .. }: FillWithdrawal) -> Self {
        Self { key: fill.key, quantity: fill.quantity, price_paise: fill.price.0, reason }
    }
}

impl From<(Fill, Option<String>)> for OrderFill {
    fn from((fill, withdrawn): (Fill, Option<String>)) -> Self {
        Self {
            withdrawn,
            key: fill.key,
            quantity: fill.quantity,
            price_paise: fill.price.0,
            filled_at: Instant(fill.at),
        }
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::{OrderId, RunId, UserId};
    use prahari_domain::instruments::Symbol;
    use prahari_domain::money::Paise;
    use prahari_domain::orders::{BrokerTerms, OrderRequest, Product, Purpose, Side, Variety};
    use prahari_domain::strategies::StrategyName;
    use prahari_domain::time::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn told(event: OrderEvent) -> Value {
        let at = Timestamp(1_735_789_500_000);
        let order = OrderId { user: UserId(1), day: at.ist_day(), number: 1 };
        let entry = JournalEntry { sequence: 7, order, at, event };
        serde_json::to_value(OrderEntry::from(entry)).unwrap()
    }

    #[test]
    fn an_entry_names_its_event_and_has_its_fields_apart() {
        let at = "2025-01-02T09:15:00.000+05:30";
        assert_eq!(
            told(OrderEvent::Sent),
            json!({ "sequence": 7, "recorded_at": at, "event": "sent", "detail": {} })
        );
        let changed = told(OrderEvent::Changed { quantity: 12, kind: OrderKind::Limit(Paise(133_170)) });
        assert_eq!(changed["detail"], json!({ "quantity": 12, "limit_paise": 133_170 }));
        let fill = Fill {
            key: "f1".to_owned(),
            quantity: 12,
            price: Paise(140_250),
            at: Timestamp(1_735_789_500_000),
        };
        let filled = told(OrderEvent::Filled(fill));
        let detail = json!({ "key": "f1", "quantity": 12, "price_paise": 140_250, "filled_at": at, "withdrawn": null });
        assert_eq!((&filled["event"], &filled["detail"]), (&json!("filled"), &detail));
    }

    #[test]
    fn a_change_that_is_asked_for_tells_by_which_execution_and_why() {
        let at = Timestamp(1_735_789_500_000);
        let order = OrderId { user: UserId(1), day: at.ist_day(), number: 1 };
        let asked = |sequence, run| {
            let event = OrderEvent::ChangeRequested { quantity: 12, kind: OrderKind::Market, run };
            JournalEntry { sequence, order, at, event }
        };
        let journal = vec![asked(7, Some(RunId(9))), asked(8, None)];
        let changes = BTreeMap::from([(7, "rsi_exit".to_owned())]);
        let told = serde_json::to_value(OrderEntry::all(journal, &changes)).unwrap();
        let detail = |execution: Value, reason: Value| json!({ "quantity": 12, "limit_paise": null, "execution": execution, "reason": reason });
        assert_eq!(told[0]["detail"], detail(json!(9), json!("rsi_exit")));
        assert_eq!(told[1]["detail"], detail(Value::Null, Value::Null));
    }

    #[test]
    fn an_order_that_no_execution_decided_names_none() {
        let intended = |run| {
            let request = OrderRequest {
                symbol: Symbol::new("TCS").unwrap(),
                side: Side::Sell,
                quantity: 4,
                kind: OrderKind::Market,
                variety: Variety::Regular,
                product: Product::Delivery,
                purpose: Purpose::External,
                signal: None,
                rsi: None,
                retry_of: None,
            };
            let (first_placed_at, strategy) = (Timestamp(1), StrategyName::REBOUND);
            told(OrderEvent::Intended { request, run, first_placed_at, strategy, tag: None })
        };
        assert_eq!(intended(RunId(0))["detail"]["execution"], Value::Null);
        assert_eq!(intended(RunId(3))["detail"]["execution"], json!(3));
    }

    #[test]
    fn a_limit_that_nobody_asked_for_is_told_and_so_is_an_algo_id() {
        let detail = |terms| told(OrderEvent::Terms(terms))["detail"].clone();
        let limit = json!({ "limit_paise": 40_100, "algo_id": null });
        assert_eq!(detail(BrokerTerms::limit(Paise(40_100))), limit);
        assert_eq!(detail(BrokerTerms::asked(Paise(40_100))), limit);
        let tagged = BrokerTerms { algo_id: Some("99999".to_owned()), ..BrokerTerms::default() };
        assert_eq!(detail(tagged), json!({ "limit_paise": null, "algo_id": "99999" }));
    }

    #[test]
    fn every_event_has_the_name_that_the_journal_gives_it() {
        let reason = || "a sentence".to_owned();
        for event in [
            OrderEvent::NotAtBroker,
            OrderEvent::OutcomeUnknown { reason: reason() },
            OrderEvent::ChangeRefused { reason: reason() },
            OrderEvent::CancelRequested { reason: reason() },
            OrderEvent::RetryGivenUp { reason: reason() },
            OrderEvent::ChangeRequested { quantity: 1, kind: OrderKind::Market, run: None },
            OrderEvent::Terms(BrokerTerms::limit(Paise(1))),
        ] {
            assert_eq!(told(event.clone())["event"], event.name(), "{event:?}");
        }
    }
}
