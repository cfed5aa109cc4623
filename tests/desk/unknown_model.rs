//! Whatever happens between a desk and a broker whose book proves nothing: no order is sent twice, and none that only one side
//! knows is lost without a word.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_app::desk::{OrderAlarm, UnknownAlarm};
use prahari_app::error::AppError;
use prahari_brokers::{BrokerError, BrokerEvent, BrokerOrder, BrokerOrderState, Pushed};
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderState, TagCode};
use prahari_domain::risk::RiskLimits;
use prahari_domain::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::desk_fixture::{USER, buy, order_context};
use crate::support::heavy;
use crate::support::live_broker::{LiveBroker, Loss};
use crate::support::live_desk::{Installation, LOW, ten};

/// How many sequences are tried: as many as pass in a few seconds, and the long form.
const CASES: u32 = 32;
const CASES_HEAVY: u32 = 4_000;

/// The two shares whose orders are interleaved.
const SHARES: [&str; 2] = ["ABC", "XYZ"];

/// What is done or happens. The number names one of the two shares; what is meant is its newest order.
#[derive(Debug, Clone, Copy)]
enum Step {
    Place(usize, Option<Loss>),
    Modify(usize, i64, Option<Loss>),
    Cancel(usize, Option<Loss>),
    /// The broker executes a part, and tells it or not.
    Execute(usize, u32, bool),
    /// The broker ends it, and tells it or not.
    Withdraw(usize, bool),
    /// It tells once more what it told last.
    TellAgain,
    Gap,
    /// The process dies and starts again, with the kill switch on or off.
    Crash(bool),
    Lag(bool),
    EmptyBook(bool),
    BookDown(bool),
    Hide(usize, bool),
    RewriteTag(usize),
    Minute,
    /// A person who has looked at the broker decides.
    Decide(usize),
}

fn loss() -> impl Strategy<Value = Option<Loss>> {
    prop_oneof![
        4 => Just(None),
        2 => Just(Some(Loss::Answer)),
        2 => Just(Some(Loss::Request)),
        1 => Just(Some(Loss::Unsent)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let share = || 0..SHARES.len();
    prop_oneof![
        8 => (share(), loss()).prop_map(|(share, loss)| Step::Place(share, loss)),
        2 => (share(), 0..5_i64, loss()).prop_map(|(share, ticks, loss)| Step::Modify(share, ticks, loss)),
        3 => (share(), loss()).prop_map(|(share, loss)| Step::Cancel(share, loss)),
        5 => (share(), 1..11_u32, any::<bool>())
            .prop_map(|(share, quantity, tells)| Step::Execute(share, quantity, tells)),
        2 => (share(), any::<bool>()).prop_map(|(share, tells)| Step::Withdraw(share, tells)),
        1 => Just(Step::TellAgain),
        1 => Just(Step::Gap),
        2 => any::<bool>().prop_map(Step::Crash),
        2 => any::<bool>().prop_map(Step::Lag),
        2 => any::<bool>().prop_map(Step::EmptyBook),
        1 => any::<bool>().prop_map(Step::BookDown),
        2 => (share(), any::<bool>()).prop_map(|(share, hides)| Step::Hide(share, hides)),
        1 => share().prop_map(Step::RewriteTag),
        8 => Just(Step::Minute),
        1 => share().prop_map(Step::Decide),
    ]
}

/// A trader in the hands of the steps.
struct Run {
    trader: Installation,
    broker: Arc<LiveBroker>,
    now: Timestamp,
    starts: u64,
    last_told: Option<BrokerEvent>,
    /// The orders about which an alert is open.
    alarmed: BTreeSet<OrderId>,
}

/// A broker that cannot be asked is no fault of the desk.
fn unless_down<T>(result: Result<T, AppError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(AppError::Broker(BrokerError::Unavailable(_))) => None,
        Err(error) => panic!("{error}"),
    }
}

fn is_open(known: &BrokerOrder) -> bool {
    known.state == BrokerOrderState::Open
}

impl Run {
    async fn new() -> Self {
        let broker = Arc::new(LiveBroker::default());
        let trader = Installation::new(&broker).await;
        Self { trader, broker, now: ten(), starts: 1, last_told: None, alarmed: BTreeSet::new() }
    }

    /// Our newest order of a share.
    fn newest(&self, share: usize) -> Option<OrderId> {
        let of_share = |order: &&Order| order.request.symbol.as_str() == SHARES[share];
        self.trader.desk.book().orders().filter(of_share).last().map(|order| order.id)
    }

    /// The broker's side of our newest order of a share.
    fn theirs(&self, share: usize) -> Option<(OrderId, BrokerOrder)> {
        let id = self.newest(share)?;
        self.broker.all_taken(USER).into_iter().find(|(taken, _)| *taken == id)
    }

    async fn step(&mut self, step: Step) {
        let order_context = order_context(self.now);
        match step {
            Step::Place(share, loss) => {
                loss.into_iter().for_each(|loss| self.broker.lose_next(USER, loss));
                let _refused =
                    unless_down(self.trader.desk.place(buy(SHARES[share], 10, LOW), order_context).await);
            }
            Step::Modify(share, ticks, loss) => {
                let Some(id) = self.newest(share) else { return };
                loss.into_iter().for_each(|loss| self.broker.lose_next_change(USER, loss));
                let kind = Some(OrderKind::Limit(Paise(LOW + 5 * ticks)));
                let _refused = unless_down(self.trader.desk.modify(id, None, kind, order_context).await);
            }
            Step::Cancel(share, loss) => {
                let Some(id) = self.newest(share) else { return };
                loss.into_iter().for_each(|loss| self.broker.lose_next_change(USER, loss));
                let _refused = unless_down(self.trader.desk.cancel(id, "enough", order_context).await);
            }
            Step::Execute(share, quantity, tells) => {
                let Some((id, known)) = self.theirs(share).filter(|(_, known)| is_open(known)) else {
                    return;
                };
                let quantity = quantity.min(known.quantity - known.filled);
                let event = self.broker.execute(USER, &id.to_string(), quantity, Paise(LOW), self.now);
                self.tell(event, tells).await;
            }
            Step::Withdraw(share, tells) => {
                let Some((id, _)) = self.theirs(share).filter(|(_, known)| is_open(known)) else { return };
                let event = self.broker.withdraw(USER, &id.to_string(), self.now);
                self.tell(event, tells).await;
            }
            Step::TellAgain => {
                if let Some(event) = self.last_told.clone() {
                    self.tell(event, true).await;
                }
            }
            Step::Gap => drop(unless_down(self.trader.desk.take_pushed(Pushed::Gap, self.now).await)),
            Step::Crash(kill_switch) => {
                self.starts += 1;
                let limits = RiskLimits { kill_switch, ..RiskLimits::default() };
                self.trader.restart_under(TagCode::of_number(self.starts), limits).await;
            }
            Step::Lag(lags) => self.broker.set_lagging(USER, lags),
            Step::EmptyBook(empty) => self.broker.set_book_empty(USER, empty),
            Step::BookDown(down) => self.broker.set_book_down(USER, down),
            Step::Hide(share, hides) => {
                if let Some((id, _)) = self.theirs(share) {
                    self.broker.set_hidden(USER, &id.to_string(), hides);
                }
            }
            Step::RewriteTag(share) => {
                if let Some((id, _)) = self.theirs(share) {
                    self.broker.rewrite_tag(USER, &id.to_string());
                }
            }
            Step::Minute => self.minute().await,
            Step::Decide(share) => {
                let Some(id) = self.newest(share).filter(|_| self.theirs(share).is_none()) else { return };
                let decided = self.trader.desk.never_arrived(id, "it is not there", self.now).await;
                let _refused = unless_down(decided);
            }
        }
    }

    async fn tell(&mut self, event: BrokerEvent, tells: bool) {
        if tells {
            let told = Pushed::Events(vec![event.clone()]);
            let _changed = unless_down(self.trader.desk.take_pushed(told, self.now).await);
        }
        self.last_told = Some(event);
    }

    /// What the daemon does each minute.
    async fn minute(&mut self) {
        self.now = self.now.plus_minutes(1);
        if self.trader.desk.needs_reconcile()
            && unless_down(self.trader.desk.reconcile(self.now).await).is_none()
        {
            return;
        }
        if unless_down(self.trader.desk.sync_fills(self.now).await).is_none() {
            return;
        }
        self.hear();
        for unknown in self.trader.desk.unknown_orders() {
            assert!(self.alarmed.contains(&unknown.order.id), "nobody was told of {}", unknown.order.id);
        }
    }

    fn hear(&mut self) {
        for alarm in self.trader.desk.take_alarms() {
            match alarm {
                OrderAlarm::Unknown(UnknownAlarm::Raised { order, .. }) => self.alarmed.insert(order),
                OrderAlarm::Unknown(UnknownAlarm::Over { order, .. }) => self.alarmed.remove(&order),
                OrderAlarm::Stray(none) if none.open.is_empty() => continue,
                other @ (OrderAlarm::Stray(_) | OrderAlarm::Fill(_)) => panic!("{other:?}"),
            };
        }
    }

    /// No tag has left twice, and of each share one order stands at most.
    fn check(&mut self) {
        self.hear();
        let requests = self.broker.requests(USER);
        let tags: BTreeSet<&String> = requests.iter().collect();
        assert_eq!(tags.len(), requests.len(), "{requests:?}");
        let taken = self.broker.all_taken(USER);
        for share in SHARES {
            let open = taken.iter().filter(|(_, known)| known.symbol.as_str() == share && is_open(known));
            assert!(open.count() <= 1, "two orders of {share} stand at the broker");
        }
        assert_eq!(self.trader.desk.book().difference(), Paise::ZERO);
    }

    /// The broker is well again: both sides agree, and of what cannot be told apart somebody knows.
    async fn end(mut self) {
        self.broker.set_lagging(USER, false);
        self.broker.set_book_empty(USER, false);
        self.broker.set_book_down(USER, false);
        self.now = self.now.plus_minutes(1);
        self.trader.desk.reconcile(self.now).await.unwrap();
        self.minute().await;
        self.check();
        let taken = self.broker.all_taken(USER);
        for (id, known) in &taken {
            let ours = self.trader.order(*id);
            if ours.state == OrderState::Unknown {
                assert_ne!(known.tag, ours.broker_tag(), "{ours:?} is in the book as it was given");
                assert!(self.alarmed.contains(id));
                continue;
            }
            assert_eq!(ours.filled, known.filled, "{ours:?} {known:?}");
            assert_eq!(!ours.state.is_final(), is_open(known), "{ours:?} {known:?}");
        }
        for ours in self.trader.desk.book().orders() {
            if taken.iter().any(|(id, _)| *id == ours.id) {
                continue;
            }
            match ours.state {
                OrderState::Unknown => assert!(self.alarmed.contains(&ours.id)),
                OrderState::Rejected => assert!(ours.reason.starts_with("it was not sent"), "{ours:?}"),
                OrderState::Cancelled => assert!(ours.reason.starts_with("decided by hand"), "{ours:?}"),
                _ => panic!("the broker has no {ours:?}"),
            }
        }
        assert_eq!(self.trader.folded().await, *self.trader.desk.book());
    }
}

#[test]
fn no_order_is_sent_twice_and_none_is_lost_without_a_word() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = if heavy() { CASES_HEAVY } else { CASES };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let steps = prop::collection::vec(step(), 1..40);
    let tried = runner.run(&steps, |steps| {
        runtime.block_on(async {
            let mut run = Run::new().await;
            for step in steps {
                run.step(step).await;
                run.check();
            }
            run.end().await;
        });
        Ok(())
    });
    tried.unwrap();
}
