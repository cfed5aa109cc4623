//! What every broker has to hold to, whichever it is: the same steps for each, so that whoever adds one adds a
//! candidate here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::paper::MemoryPaperStore;
use prahari_brokers::{
    BrokerError, BrokerLink, BrokerOrder, BrokerOrderState, Brokerage, NewLink, PaperBroker, PaperBrokerage,
    PaperSettings, pushes,
};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest, OrderState, OrderTag, Product, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::LOW;
use crate::support::desk_fixture::{CODE, USER, buy, sell};
use crate::support::fake_broker::{FlatMarket, PRICE};
use crate::support::live_broker::{LiveBroker, LiveBrokerage};
use crate::support::{MONDAY, at, day};

/// A broker that is tried.
#[async_trait]
trait Candidate: Sync {
    /// Where links come from.
    fn brokerage(&self) -> &dyn Brokerage;

    /// Has everything executed that can be at [`PRICE`], in two parts where the broker can.
    async fn trade(&self, link: &BrokerLink, now: Timestamp);
}

/// Paper on a flat market: time does it.
struct Paper(PaperBrokerage);

impl Paper {
    fn new() -> Self {
        let calendar = CalendarHandle::embedded().unwrap();
        let (market, store) =
            (Arc::new(FlatMarket::new(calendar.clone())), Arc::new(MemoryPaperStore::default()));
        let broker = PaperBroker::new(PaperSettings::default(), market, calendar, store).unwrap();
        Self(PaperBrokerage::new(Arc::new(broker)))
    }
}

#[async_trait]
impl Candidate for Paper {
    fn brokerage(&self) -> &dyn Brokerage {
        &self.0
    }

    async fn trade(&self, link: &BrokerLink, now: Timestamp) {
        link.simulated.as_ref().unwrap().advance(now).await.unwrap();
    }
}

/// The live broker of the tests.
struct Live(LiveBrokerage);

#[async_trait]
impl Candidate for Live {
    fn brokerage(&self) -> &dyn Brokerage {
        &self.0
    }

    async fn trade(&self, link: &BrokerLink, now: Timestamp) {
        for order in link.broker.book().await.unwrap() {
            if order.state == BrokerOrderState::Open && order.kind != OrderKind::Limit(Paise(LOW)) {
                let id = order.tag.parse::<OrderTag>().unwrap().order().to_string();
                self.0.0.execute(USER, &id, 1, PRICE, now);
                self.0.0.execute(USER, &id, order.quantity - 1, PRICE, now);
            }
        }
    }
}

fn order(number: u32, request: OrderRequest) -> Order {
    let now = at(MONDAY, "10:00");
    let id = OrderId { user: USER, day: day(MONDAY), number };
    Order {
        id,
        tag: Some(OrderTag::stamp(CODE, id).unwrap()),
        request,
        run: RunId(1),
        strategy: StrategyName::REBOUND,
        state: OrderState::Sent,
        broker_id: None,
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: now,
        placed_at: now,
        updated_at: now,
    }
}

async fn link(candidate: &dyn Candidate) -> BrokerLink {
    let (sender, _) = pushes();
    let new = NewLink { user: USER, capital: Paise::rupees(1_000_000), pushes: sender };
    candidate.brokerage().link(new).await.unwrap()
}

/// The order in the broker's book, which has it once.
async fn known(link: &BrokerLink, order: &Order) -> BrokerOrder {
    let mut known = link.broker.book().await.unwrap();
    known.retain(|known| known.tag == order.broker_tag());
    assert_eq!(known.len(), 1, "{known:?}");
    known.remove(0)
}

/// An order is in the book when its answer comes, and never twice. Answers the order with its number.
async fn takes_each_tag_once(link: &BrokerLink, standing: Order, now: Timestamp) -> Order {
    let placed = link.broker.place(&standing, now).await.unwrap();
    let standing = &Order { broker_id: Some(placed.broker_id.clone()), ..standing };
    let seen = known(link, standing).await;
    assert_eq!((seen.broker_id.as_str(), &seen.state), (placed.broker_id.as_str(), &BrokerOrderState::Open));
    assert_eq!((seen.side, seen.quantity, seen.kind, seen.filled), (Side::Buy, 10, standing.request.kind, 0));
    assert_eq!(link.broker.place(standing, now.plus_minutes(1)).await, Err(BrokerError::TagInUse));
    assert_eq!(known(link, standing).await.broker_id, placed.broker_id);
    standing.clone()
}

/// Changes show in the book, and an order that has ended takes none.
async fn changes_only_what_stands(link: &BrokerLink, standing: &Order, now: Timestamp) {
    let kind = standing.request.kind;
    link.broker.modify(standing, 7, kind, now).await.unwrap();
    assert_eq!(known(link, standing).await.quantity, 7);
    link.broker.cancel(standing, now).await.unwrap();
    assert!(matches!(known(link, standing).await.state, BrokerOrderState::Cancelled { .. }));
    // What has ended keeps its tag.
    assert_eq!(link.broker.place(standing, now).await, Err(BrokerError::TagInUse));
    let again = link.broker.cancel(standing, now).await;
    assert!(matches!(again, Err(BrokerError::Refused { .. })), "{again:?}");
    let changed = link.broker.modify(standing, 8, kind, now).await;
    assert!(matches!(changed, Err(BrokerError::Refused { .. })), "{changed:?}");
    let unknown = link.broker.cancel(&order(999, standing.request.clone()), now).await;
    assert!(matches!(unknown, Err(BrokerError::Refused { .. })), "{unknown:?}");
}

/// Executions have keys of their own, stay what they are, and are shares.
async fn keys_each_fill_once(candidate: &dyn Candidate, link: &BrokerLink, bought: &Order, now: Timestamp) {
    link.broker.place(bought, now).await.unwrap();
    candidate.trade(link, now.plus_minutes(2)).await;
    let seen = known(link, bought).await;
    assert_eq!((&seen.state, seen.filled), (&BrokerOrderState::Filled, 10));
    assert_eq!(seen.fills.iter().map(|fill| fill.quantity).sum::<u32>(), 10);
    let keys: BTreeSet<_> = seen.fills.iter().map(|fill| fill.key.clone()).collect();
    assert_eq!(keys.len(), seen.fills.len());
    candidate.trade(link, now.plus_minutes(3)).await;
    assert_eq!(known(link, bought).await, seen);
    let [held] = link.broker.holdings().await.unwrap().try_into().unwrap();
    assert_eq!((held.symbol.as_str(), held.quantity, held.product), ("ABC", 10, Product::Delivery));
    // What a broker says of them is of these shares, and a cost of nothing is none.
    assert!(held.sellable.is_none_or(|sellable| sellable <= held.quantity), "{held:?}");
    assert!(held.average_cost.is_none_or(|cost| cost > Paise::ZERO), "{held:?}");
}

async fn holds_to_the_contract(candidate: &dyn Candidate) {
    let now = at(MONDAY, "10:00");
    let first = link(candidate).await;
    assert_eq!(first.broker.book().await.unwrap(), []);
    let standing = takes_each_tag_once(&first, order(1, buy("XYZ", 10, LOW)), now).await;
    changes_only_what_stands(&first, &standing, now.plus_minutes(2)).await;
    let bought = order(2, buy("ABC", 10, PRICE.0));
    keys_each_fill_once(candidate, &first, &bought, now.plus_minutes(3)).await;
    let sold = order(3, sell("ABC", 10, PRICE.0));
    first.broker.place(&sold, now.plus_minutes(10)).await.unwrap();
    candidate.trade(&first, now.plus_minutes(12)).await;
    assert_eq!(first.broker.holdings().await.unwrap().iter().map(|held| held.quantity).sum::<u32>(), 0);
    assert!(first.broker.funds().await.unwrap().available() > Paise::ZERO);

    // Another link is to the same account; the oldest order comes first.
    let second = link(candidate).await;
    let tags: Vec<_> = second.broker.book().await.unwrap().into_iter().map(|order| order.tag).collect();
    assert_eq!(tags, [standing, bought, sold].map(|order| order.broker_tag()));
    assert_eq!(second.broker.book().await.unwrap(), first.broker.book().await.unwrap());
    assert_eq!(second.broker.book_proves_absence(), first.broker.book_proves_absence());
    // Nothing of an account that works is found to fail.
    let checks = second.broker.readiness(prahari_domain::time::Timestamp(0)).await;
    assert!(!checks.is_empty(), "it says something of itself");
    assert!(checks.iter().all(|check| check.outcome != prahari_brokers::CheckOutcome::Failed), "{checks:?}");
}

#[tokio::test]
async fn paper_holds_to_the_contract_of_brokers() {
    let paper = Paper::new();
    holds_to_the_contract(&paper).await;
    assert!(link(&paper).await.broker.book_proves_absence());
}

#[tokio::test]
async fn the_live_broker_of_the_tests_holds_to_the_contract_of_brokers() {
    let live = Live(LiveBrokerage(Arc::new(LiveBroker::default())));
    holds_to_the_contract(&live).await;
    // What a broker does not say of itself is not believed of it.
    assert!(!link(&live).await.broker.book_proves_absence());
}
