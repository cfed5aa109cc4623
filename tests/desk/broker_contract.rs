//! What every broker has to hold to, whichever it is: the same rules for each, so that whoever adds one adds a candidate.
//! A rule that cannot be asked of a broker is named by its candidate with the reason; it is tried all the same, so that no
//! exception outlives its reason.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt;
use prahari_brokers::{
    BrokerError, BrokerLink, BrokerOrder, BrokerOrderState, CheckOutcome, NewLink, Placed, pushes,
};
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderRequest, OrderState, OrderTag, Product, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::LOW;
use crate::contract_candidates::{Candidate, Kotak, Live, Paper};
use crate::support::desk_fixture::{CODE, USER, buy, sell};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, at, day};

/// What is asked of every broker, in the order in which it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Where nothing was ordered and nothing is held, both lists are empty, however the broker says it.
    NothingIsAnEmptyList,
    /// An order is in the book when its answer comes, as it was sent.
    TakenIsInTheBook,
    /// The same tag again is looked up, and never placed a second time.
    SameTagIsLookedUp,
    /// Another order is not taken under a tag that one has.
    TagIsOfOneOrder,
    /// A change and a cancellation show in the book once they are answered.
    ChangesShow,
    /// What has ended keeps its tag, and neither it nor what never was takes a change.
    EndedTakesNoChange,
    /// Executions have keys of their own, make up the order, and stay what they are.
    ExecutionsStay,
    /// What was bought is held, once, and can be ordered to be sold.
    BoughtIsHeld,
    /// What was sold is held no more, and there is money.
    SoldIsGone,
    /// Another link is to the same account, and the order that was taken first comes first.
    LinksShareTheAccount,
    /// A tag that another link has sent is not placed again either.
    LinksShareTags,
    /// Another link finds each order by the tag that it was sent with.
    LinksFindOrdersByTag,
    /// Nothing of an account that works is found to fail.
    WorkingIsReady,
    /// What the book does not show has certainly not arrived.
    AbsenceIsProved,
}

impl Rule {
    const ALL: [Self; 14] = [
        Self::NothingIsAnEmptyList,
        Self::TakenIsInTheBook,
        Self::SameTagIsLookedUp,
        Self::TagIsOfOneOrder,
        Self::ChangesShow,
        Self::EndedTakesNoChange,
        Self::ExecutionsStay,
        Self::BoughtIsHeld,
        Self::SoldIsGone,
        Self::LinksShareTheAccount,
        Self::LinksShareTags,
        Self::LinksFindOrdersByTag,
        Self::WorkingIsReady,
        Self::AbsenceIsProved,
    ];
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

/// The order in a book, which has it once.
async fn known(link: &BrokerLink, order: &Order) -> BrokerOrder {
    let mut known = link.broker.book().await.unwrap();
    known.retain(|known| known.tag == order.broker_tag());
    assert_eq!(known.len(), 1, "{known:?}");
    known.remove(0)
}

/// What is answered to a tag that the broker has had: that it is in use, or the number of the order.
fn is_looked_up(answer: &Result<Placed, BrokerError>, number: &str) -> bool {
    match answer {
        Ok(placed) => placed.broker_id == number,
        Err(error) => *error == BrokerError::TagInUse,
    }
}

fn assert_refused(answer: &Result<(), BrokerError>) {
    assert!(matches!(answer, Err(BrokerError::Refused { .. })), "{answer:?}");
}

/// One account at one broker, and the orders of its day.
struct Trial<'a> {
    candidate: &'a dyn Candidate,
    link: BrokerLink,
    minutes: i64,
    standing: Order,
    bought: Order,
    sold: Order,
}

impl<'a> Trial<'a> {
    async fn begin(candidate: &'a dyn Candidate) -> Self {
        Self {
            candidate,
            link: link(candidate).await,
            minutes: 0,
            standing: order(1, buy("XYZ", 10, LOW)),
            bought: order(2, buy("ABC", 10, PRICE.0)),
            sold: order(3, sell("ABC", 10, PRICE.0)),
        }
    }

    fn now(&self) -> Timestamp {
        at(MONDAY, "10:00").plus_minutes(self.minutes)
    }

    /// A minute passes, for the broker too.
    async fn later(&mut self) -> Timestamp {
        self.minutes += 1;
        self.candidate.pass_until(self.now()).await;
        self.now()
    }

    async fn keep(&mut self, rule: Rule) {
        match rule {
            Rule::NothingIsAnEmptyList => self.nothing_is_an_empty_list().await,
            Rule::TakenIsInTheBook => self.taken_is_in_the_book().await,
            Rule::SameTagIsLookedUp => self.same_tag_is_looked_up().await,
            Rule::TagIsOfOneOrder => self.tag_is_of_one_order().await,
            Rule::ChangesShow => self.changes_show().await,
            Rule::EndedTakesNoChange => self.ended_takes_no_change().await,
            Rule::ExecutionsStay => self.executions_stay().await,
            Rule::BoughtIsHeld => self.bought_is_held().await,
            Rule::SoldIsGone => self.sold_is_gone().await,
            Rule::LinksShareTheAccount => self.links_share_the_account().await,
            Rule::LinksShareTags => self.links_share_tags().await,
            Rule::LinksFindOrdersByTag => self.links_find_orders_by_tag().await,
            Rule::WorkingIsReady => self.working_is_ready().await,
            Rule::AbsenceIsProved => assert!(self.link.broker.book_proves_absence()),
        }
    }

    async fn nothing_is_an_empty_list(&mut self) {
        self.later().await;
        assert_eq!(self.link.broker.book().await.unwrap(), []);
        assert_eq!(self.link.broker.holdings().await.unwrap(), []);
    }

    async fn taken_is_in_the_book(&mut self) {
        let now = self.later().await;
        let placed = self.link.broker.place(&self.standing, now).await.unwrap();
        let (seen, kind) = (known(&self.link, &self.standing).await, self.standing.request.kind);
        assert_eq!((&seen.broker_id, &seen.state), (&placed.broker_id, &BrokerOrderState::Open));
        assert_eq!((seen.side, seen.quantity, seen.kind, seen.filled), (Side::Buy, 10, kind, 0));
        self.standing.broker_id = Some(placed.broker_id);
    }

    /// Asks once more for the order that stands or stood; the book has it once, under its number.
    async fn same_tag_is_looked_up(&mut self) {
        let (now, number) = (self.later().await, self.standing.broker_id.clone().unwrap());
        let again = Order { broker_id: None, ..self.standing.clone() };
        let answer = self.link.broker.place(&again, now).await;
        assert!(is_looked_up(&answer, &number), "{answer:?}");
        assert_eq!(known(&self.link, &self.standing).await.broker_id, number);
    }

    async fn tag_is_of_one_order(&mut self) {
        let (now, before) = (self.later().await, self.link.broker.book().await.unwrap());
        for request in [buy("ABC", 10, LOW), buy("XYZ", 3, LOW), sell("XYZ", 10, PRICE.0)] {
            let other = Order { request, broker_id: None, ..self.standing.clone() };
            assert_eq!(self.link.broker.place(&other, now).await, Err(BrokerError::TagInUse));
        }
        assert_eq!(self.link.broker.book().await.unwrap(), before);
    }

    async fn changes_show(&mut self) {
        let (now, kind) = (self.later().await, self.standing.request.kind);
        self.link.broker.modify(&self.standing, 7, kind, now).await.unwrap();
        assert_eq!(known(&self.link, &self.standing).await.quantity, 7);
        self.link.broker.cancel(&self.standing, now).await.unwrap();
        let seen = known(&self.link, &self.standing).await;
        assert!(matches!(seen.state, BrokerOrderState::Cancelled { .. }), "{seen:?}");
    }

    async fn ended_takes_no_change(&mut self) {
        self.same_tag_is_looked_up().await;
        let (now, kind) = (self.later().await, self.standing.request.kind);
        assert_refused(&self.link.broker.cancel(&self.standing, now).await);
        assert_refused(&self.link.broker.modify(&self.standing, 8, kind, now).await);
        let never_sent = order(999, self.standing.request.clone());
        assert_refused(&self.link.broker.cancel(&never_sent, now).await);
        assert_refused(&self.link.broker.modify(&never_sent, 8, kind, now).await);
    }

    async fn executions_stay(&mut self) {
        let now = self.later().await;
        let placed = self.link.broker.place(&self.bought, now).await.unwrap();
        self.bought.broker_id = Some(placed.broker_id);
        self.later().await;
        let now = self.later().await;
        self.candidate.trade(&self.link, now).await;
        let seen = known(&self.link, &self.bought).await;
        assert_eq!((&seen.state, seen.filled), (&BrokerOrderState::Filled, 10));
        assert_eq!(seen.fills.iter().map(|fill| fill.quantity).sum::<u32>(), 10);
        assert!(seen.fills.is_sorted_by_key(|fill| fill.at), "{seen:?}");
        let keys: BTreeSet<_> = seen.fills.iter().map(|fill| fill.key.clone()).collect();
        assert_eq!(keys.len(), seen.fills.len());
        let now = self.later().await;
        self.candidate.trade(&self.link, now).await;
        assert_eq!(known(&self.link, &self.bought).await, seen);
        assert_refused(&self.link.broker.cancel(&self.bought, now).await);
    }

    async fn bought_is_held(&mut self) {
        let [held] = self.link.broker.holdings().await.unwrap().try_into().unwrap();
        assert_eq!((held.symbol.as_str(), held.quantity, held.product), ("ABC", 10, Product::Delivery));
        // What a broker says of them is of these shares, and a cost of nothing is none.
        assert!(held.sellable.is_none_or(|sellable| sellable <= held.quantity), "{held:?}");
        assert!(held.average_cost.is_none_or(|cost| cost > Paise::ZERO), "{held:?}");
    }

    async fn sold_is_gone(&mut self) {
        let now = self.later().await;
        let placed = self.link.broker.place(&self.sold, now).await.unwrap();
        self.sold.broker_id = Some(placed.broker_id);
        self.later().await;
        let now = self.later().await;
        self.candidate.trade(&self.link, now).await;
        assert_eq!(known(&self.link, &self.sold).await.state, BrokerOrderState::Filled);
        assert_eq!(self.link.broker.holdings().await.unwrap(), []);
        assert!(self.link.broker.funds().await.unwrap().available() > Paise::ZERO);
    }

    async fn links_share_the_account(&mut self) {
        let (second, now) = (link(self.candidate).await, self.later().await);
        let untagged = |order: BrokerOrder| BrokerOrder { tag: String::new(), ..order };
        let theirs = second.broker.book().await.unwrap().into_iter().map(untagged).collect::<Vec<_>>();
        let ours = self.link.broker.book().await.unwrap().into_iter().map(untagged);
        assert_eq!(theirs, ours.collect::<Vec<_>>());
        let numbers = [&self.standing, &self.bought, &self.sold].map(|order| order.broker_id.clone());
        assert!(theirs.into_iter().map(|order| Some(order.broker_id)).eq(numbers));
        assert_eq!(second.broker.book_proves_absence(), self.link.broker.book_proves_absence());
        assert_refused(&second.broker.cancel(&self.bought, now).await);
    }

    /// As after a restart: only the journal says that it may have been sent.
    async fn links_share_tags(&mut self) {
        let (second, now) = (link(self.candidate).await, self.later().await);
        let number = self.bought.broker_id.clone().unwrap();
        let again = Order { broker_id: None, state: OrderState::Unknown, ..self.bought.clone() };
        let answer = second.broker.place(&again, now).await;
        assert!(is_looked_up(&answer, &number), "{answer:?}");
        assert_eq!(second.broker.book().await.unwrap().len(), 3);
    }

    async fn links_find_orders_by_tag(&mut self) {
        let second = link(self.candidate).await;
        let tags: Vec<_> = second.broker.book().await.unwrap().into_iter().map(|order| order.tag).collect();
        assert_eq!(tags, [&self.standing, &self.bought, &self.sold].map(Order::broker_tag));
    }

    async fn working_is_ready(&mut self) {
        let now = self.later().await;
        let checks = self.link.broker.readiness(now).await;
        assert!(!checks.is_empty(), "it says something of itself");
        assert!(checks.iter().all(|check| check.outcome != CheckOutcome::Failed), "{checks:?}");
    }
}

async fn holds_to_the_contract(candidate: &dyn Candidate) {
    let mut trial = Trial::begin(candidate).await;
    for rule in Rule::ALL {
        let exception = candidate.exceptions().iter().find(|(excepted, _)| *excepted == rule);
        let kept = AssertUnwindSafe(trial.keep(rule)).catch_unwind().await;
        match (exception, kept) {
            (None, Ok(())) => {}
            (None, Err(broken)) => resume_unwind(broken),
            (Some((_, why)), Err(_)) => println!("{rule:?} is not asked of it: {why}"),
            (Some((_, why)), Ok(())) => panic!("{rule:?} holds, and was excepted: {why}"),
        }
    }
}

#[tokio::test]
async fn paper_holds_to_the_contract_of_brokers() {
    holds_to_the_contract(&Paper::new()).await;
}

#[tokio::test]
async fn the_live_broker_of_the_tests_holds_to_the_contract_of_brokers() {
    holds_to_the_contract(&Live::new()).await;
}

#[tokio::test]
async fn kotak_neo_over_its_fake_holds_to_the_contract_of_brokers() {
    let kotak = Kotak::new().await;
    holds_to_the_contract(&kotak).await;
    // However often it was asked for, each order left once, over one session.
    let sent: Vec<_> = kotak.outside.sim.tags().into_iter().map(|story| story.places).collect();
    assert_eq!((sent, kotak.outside.logins(USER)), (vec![1, 1, 1], 1));
}
