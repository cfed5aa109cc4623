//! Whatever is asked of the desk: the journal folds, the store goes on, and the paper broker's account and our
//! books agree to the paisa.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use prahari_brokers::{Holding, PaperFaults};
use prahari_domain::book::Book;
use prahari_domain::ids::{OrderId, SignalId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, Product, Purpose, Side, Variety};
use prahari_domain::time::{Day, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{LOSE_REPLIES, LOSE_REQUESTS, WELL};
use crate::support::desk_fixture::{DeskFixture, USER, order_context};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, at, day, heavy};

/// How many sequences are tried: as many as pass in a few seconds, and the long form.
const CASES: u32 = 24;
const CASES_HEAVY: u32 = 2_000;

/// What somebody asks of the desk, or what happens meanwhile.
#[derive(Debug, Clone)]
enum Step {
    Place(Vec<Wanted>),
    Modify(Named, Option<u32>, Option<OrderKind>),
    Cancel(Named),
    /// Minutes pass, and the broker reports.
    Wait(i64),
    /// The rest of the day passes, is closed, and the next one begins.
    NextDay,
    Restart,
    Broker(PaperFaults),
}

/// A request whose names are filled in when it is made.
#[derive(Debug, Clone)]
struct Wanted {
    request: OrderRequest,
    retry_of: Option<Named>,
}

/// An order that somebody names: one of the latest, another user's, or any at all.
#[derive(Debug, Clone, Copy)]
enum Named {
    Latest(usize),
    Foreign(usize),
    Any(u64, u32),
}

fn named() -> impl Strategy<Value = Named> {
    prop_oneof![
        6 => (0..8_usize).prop_map(Named::Latest),
        1 => (0..8_usize).prop_map(Named::Foreign),
        1 => (0..3_u64, any::<u32>()).prop_map(|(user, number)| Named::Any(user, number)),
    ]
}

fn kind() -> impl Strategy<Value = OrderKind> {
    let ticks = (1_500..2_500_i64).prop_map(|ticks| OrderKind::Limit(Paise(ticks * 5)));
    let any_price =
        prop_oneof![any::<i64>(), -10..30_000_i64].prop_map(|price| OrderKind::Limit(Paise(price)));
    let near = prop_oneof![Just(9_000), Just(PRICE.0), Just(11_000)]
        .prop_map(|price| OrderKind::Limit(Paise(price)));
    prop_oneof![4 => near, 2 => ticks, 1 => any_price, 2 => Just(OrderKind::Market)]
}

fn quantity() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 1..60_u32, 2 => 100..1_200_u32, 1 => any::<u32>(), 1 => Just(0)]
}

fn purpose() -> impl Strategy<Value = Option<Purpose>> {
    let rung = (0..4_u8, 0..3_u32).prop_map(|(tens, cycle)| Purpose::Reentry { level: tens * 10, cycle });
    prop_oneof![
        6 => Just(None),
        1 => prop_oneof![Just(Purpose::Entry), Just(Purpose::External), rung].prop_map(Some),
        1 => "\\PC{0,130}".prop_map(|reason| Some(Purpose::Exit(reason))),
    ]
}

fn request() -> impl Strategy<Value = OrderRequest> {
    let side = prop_oneof![3 => Just(Side::Buy), 2 => Just(Side::Sell)];
    let variety = prop_oneof![6 => Just(Variety::Regular), 1 => Just(Variety::AfterMarket)];
    let product = prop_oneof![6 => Just(Product::Delivery), 1 => Just(Product::Intraday)];
    let rsi =
        prop_oneof![4 => Just(None), 2 => (0.0..100.0).prop_map(Some), 1 => any::<f64>().prop_map(Some)];
    let symbol = prop_oneof![Just("ABC"), Just("XYZ"), Just("PQR"), Just("M&M")];
    let signal = prop::option::weighted(0.2, any::<u64>());
    (symbol, side, quantity(), kind(), variety, product, purpose(), rsi, signal).prop_map(
        |(symbol, side, quantity, kind, variety, product, purpose, rsi, signal)| {
            let fits = if side == Side::Buy { Purpose::Entry } else { Purpose::Exit("target".to_owned()) };
            OrderRequest {
                symbol: symbol.parse().unwrap(),
                side,
                quantity,
                kind,
                variety,
                product,
                purpose: purpose.unwrap_or(fits),
                signal: signal.map(SignalId),
                rsi,
                retry_of: None,
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let wanted = (request(), prop::option::weighted(0.3, named()))
        .prop_map(|(request, retry_of)| Wanted { request, retry_of });
    let faults = prop_oneof![2 => Just(WELL), 1 => Just(LOSE_REPLIES), 1 => Just(LOSE_REQUESTS)];
    prop_oneof![
        10 => prop::collection::vec(wanted, 1..5).prop_map(Step::Place),
        4 => (named(), prop::option::of(quantity()), prop::option::of(kind()))
            .prop_map(|(order, quantity, kind)| Step::Modify(order, quantity, kind)),
        3 => named().prop_map(Step::Cancel),
        5 => (0..4_i64).prop_map(Step::Wait),
        1 => Just(Step::NextDay),
        1 => Just(Step::Restart),
        2 => faults.prop_map(Step::Broker),
    ]
}

/// A trader in the hands of the steps.
struct Run {
    trader: DeskFixture,
    now: Timestamp,
    /// The next trading days.
    days: Vec<Day>,
}

impl Run {
    async fn new() -> Self {
        let now = at(MONDAY, "10:00");
        let days = ["2025-03-13", "2025-03-12", "2025-03-11"].map(day).to_vec();
        Self { trader: DeskFixture::new(now).await, now, days }
    }

    fn order(&self, named: Named) -> OrderId {
        let orders = || self.trader.desk.book().orders();
        let nothing = OrderId { user: USER, day: self.now.ist_day(), number: 999 };
        let latest = |back: usize| orders().map(|order| order.id).rev_nth(back).unwrap_or(nothing);
        match named {
            Named::Latest(back) => latest(back),
            Named::Foreign(back) => OrderId { user: UserId(3), ..latest(back) },
            Named::Any(user, number) => OrderId { user: UserId(user), day: self.now.ist_day(), number },
        }
    }

    async fn step(&mut self, step: Step) {
        let order_context = order_context(self.now);
        match step {
            Step::Place(batch) => {
                for Wanted { request, retry_of } in batch {
                    let retry_of = retry_of.map(|named| self.order(named));
                    let request = OrderRequest { retry_of, ..request };
                    let _answer = self.trader.desk.place(request, order_context).await.unwrap();
                }
            }
            Step::Modify(named, quantity, kind) => {
                let id = self.order(named);
                let _answer = self.trader.desk.modify(id, quantity, kind, order_context).await.unwrap();
            }
            Step::Cancel(named) => {
                let id = self.order(named);
                let _answer = self.trader.desk.cancel(id, "asked", order_context).await.unwrap();
            }
            Step::Wait(minutes) => {
                self.now = self.now.plus_minutes(minutes);
                self.trader.desk.sync_fills(self.now).await.unwrap();
            }
            Step::NextDay => self.next_day().await,
            Step::Restart => self.trader.restart().await,
            Step::Broker(faults) => self.trader.misbehave(faults).await,
        }
    }

    async fn next_day(&mut self) {
        let Some(next) = self.days.pop() else { return };
        let today = self.now.ist_day().to_string();
        for time in ["15:31", "18:00"] {
            self.now = at(&today, time);
            self.trader.desk.sync_fills(self.now).await.unwrap();
        }
        self.trader.desk.day_statement(order_context(self.now)).await.unwrap();
        self.now = at(&next.to_string(), "09:30");
        self.trader.desk.sync_fills(self.now).await.unwrap();
    }

    /// The broker is well again, everything is compared, and all three agree: books, journal, account.
    async fn check(mut self) {
        let trader = &mut self.trader;
        trader.misbehave(WELL).await;
        trader.desk.reconcile(self.now).await.unwrap();
        trader.desk.sync_fills(self.now).await.unwrap();
        assert_eq!(trader.desk.reconcile(self.now).await.unwrap(), []);
        assert!(trader.store.health().is_ok());
        let live = trader.desk.book().clone();
        assert_eq!(live.difference(), Paise::ZERO);
        assert_eq!(trader.fake_broker.funds(USER).await.unwrap().cash, live.cash());
        let held: Vec<_> = live.positions().into_iter().map(|held| (held.symbol, held.quantity)).collect();
        let theirs = trader.fake_broker.holdings(USER).await.unwrap().into_iter();
        assert_eq!(theirs.map(Holding::into_shares).collect::<Vec<_>>(), held);
        agree(&trader.folded().await, &live);
        trader.restart().await;
        assert_eq!(trader.desk.fault(), None);
        agree(trader.desk.book(), &live);
    }
}

/// Apart from what one of them has forgotten.
fn agree(one: &Book, other: &Book) {
    assert_eq!(one.next_sequence(), other.next_sequence());
    assert_eq!(one.positions(), other.positions());
    assert!(one.active_orders().eq(other.active_orders()));
    assert!(one.retryable_orders().eq(other.retryable_orders()));
    let sums = |book: &Book| [book.cash(), book.invested(), book.realised(), book.charges()];
    assert_eq!(sums(one), sums(other));
}

trait RevNth: Iterator + Sized {
    /// The item so far from the end.
    fn rev_nth(self, back: usize) -> Option<Self::Item> {
        let mut items: Vec<Self::Item> = self.collect();
        items.len().checked_sub(back + 1).map(|place| items.swap_remove(place))
    }
}

impl<I: Iterator> RevNth for I {}

#[test]
fn whatever_is_asked_of_the_desk_books_journal_and_broker_agree() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = if heavy() { CASES_HEAVY } else { CASES };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let steps = prop::collection::vec(step(), 1..40);
    let tried = runner.run(&steps, |steps| {
        runtime.block_on(async {
            let mut run = Run::new().await;
            for step in steps {
                run.step(step).await;
            }
            run.check().await;
        });
        Ok(())
    });
    tried.unwrap();
}
