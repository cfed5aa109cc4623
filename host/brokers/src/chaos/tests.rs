//! Each way to misbehave, around a paper account.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, OrderKind, Side};
use prahari_domain::time::Timestamp;

use super::lag::as_of;
use super::*;
use crate::broker::{BrokerError, BrokerOrder, BrokerOrderState};
use crate::link::{BrokerLink, Brokerage, NewLink, SimulatedAccount};
use crate::paper::tests::{Script, TODAY, TOMORROW, USER, at, fills_of, limit};
use crate::paper::{MemoryPaperStore, PaperBroker, PaperBrokerage, PaperSettings};
use crate::push::pushes;
use crate::readiness::{Check, CheckOutcome};

/// A clock that a test sets, and callers who wait for ten seconds.
struct HeldTime {
    now: Mutex<Timestamp>,
    late: Mutex<Vec<u32>>,
}

#[async_trait]
impl ChaosTime for HeldTime {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn be_late(&self, late_ms: u32) -> bool {
        self.late.lock().unwrap().push(late_ms);
        late_ms < 10_000
    }
}

/// A user's link with the paper broker, around which a switch stands.
struct Practice {
    time: Arc<HeldTime>,
    switch: Arc<ChaosSwitch>,
    link: BrokerLink,
}

impl Practice {
    async fn new(now: Timestamp) -> Self {
        let calendar = CalendarHandle::embedded().unwrap();
        let (market, store) = (Arc::new(Script::default()), Arc::new(MemoryPaperStore::default()));
        let broker = PaperBroker::new(PaperSettings::default(), market, calendar, store).unwrap();
        let (sender, _pushes) = pushes();
        let new = NewLink { user: USER, capital: Paise::rupees(100_000), pushes: sender };
        let link = PaperBrokerage::new(Arc::new(broker)).link(new).await.unwrap();
        let time = Arc::new(HeldTime { now: Mutex::new(now), late: Mutex::default() });
        let switch = Arc::new(ChaosSwitch::new(USER, time.clone()));
        Self { link: ChaosLink::around(link, &switch), time, switch }
    }

    fn set_time(&self, now: Timestamp) {
        *self.time.now.lock().unwrap() = now;
    }

    fn turn_on(&self, modes: ChaosModes) {
        self.switch.set(Some(Chaos { modes, since: self.time.now(), until: at(TOMORROW, "00:00") }));
    }

    async fn place(&self, number: u32) -> Result<(), BrokerError> {
        let order = limit(number, Side::Buy, 10, 10_000);
        self.link.broker.place(&order, self.time.now()).await.map(drop)
    }

    fn account(&self) -> &dyn SimulatedAccount {
        self.link.simulated.as_deref().unwrap()
    }

    async fn book(&self) -> Vec<BrokerOrder> {
        self.link.broker.book().await.unwrap()
    }
}

const NONE: ChaosModes = ChaosModes { late_ms: None, lose_every: None, lag_ms: None, down: false };

#[tokio::test]
async fn an_answer_is_late_when_the_order_is_taken_and_beyond_the_deadline_nobody_hears_it() {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    practice.turn_on(ChaosModes { late_ms: Some(2_000), ..NONE });
    assert_eq!(practice.place(1).await, Ok(()));
    assert_eq!(*practice.time.late.lock().unwrap(), [2_000]);
    practice.turn_on(ChaosModes { late_ms: Some(12_000), ..NONE });
    let too_late = "the answer to an order came too late, by the chaos switch".to_owned();
    assert_eq!(practice.place(2).await, Err(BrokerError::Unclear(too_late)));
    assert!(matches!(practice.link.broker.book().await, Err(BrokerError::Unavailable(_))));
    assert_eq!(practice.switch.counts(), ChaosCounts { late: 2, ..ChaosCounts::default() });
    practice.switch.set(None);
    assert_eq!(practice.book().await.len(), 2);
}

/// Which of nine orders lost their answer.
async fn lost_of_nine(day: &str) -> Vec<u32> {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    let modes = ChaosModes { lose_every: Some(3), ..NONE };
    practice.switch.set(Some(Chaos { modes, since: at(TODAY, "10:00"), until: at("2025-02-01", "00:00") }));
    practice.set_time(at(day, "10:00"));
    let mut lost = Vec::new();
    for number in 1..=9 {
        if let Err(error) = practice.place(number).await {
            let said = "the answer to an order was lost, by the chaos switch".to_owned();
            assert_eq!(error, BrokerError::Unclear(said));
            lost.push(number);
        }
    }
    assert_eq!(practice.switch.counts().lost, 3);
    assert_eq!(practice.book().await.len(), 9, "every order was taken");
    assert!(practice.link.broker.book_proves_absence(), "an order is in the book before its answer is lost");
    lost
}

#[tokio::test]
async fn each_third_answer_is_lost_and_which_ones_follows_from_the_day() {
    let lost = lost_of_nine(TODAY).await;
    assert!(lost.windows(2).all(|pair| pair[1] - pair[0] == 3), "{lost:?}");
    assert_eq!(lost_of_nine(TODAY).await, lost);
    let mut first = Vec::new();
    for day in ["2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08", "2025-01-09", "2025-01-10"] {
        first.push(lost_of_nine(day).await[0]);
    }
    assert!(first.iter().any(|number| *number != first[0]), "{first:?}");
}

#[tokio::test]
async fn a_refusal_is_not_lost() {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    practice.turn_on(ChaosModes { lose_every: Some(1), ..NONE });
    let unknown = limit(77, Side::Buy, 10, 9_000);
    let refused = practice.link.broker.cancel(&unknown, at(TODAY, "10:00")).await;
    assert!(matches!(refused, Err(BrokerError::Refused { .. })), "{refused:?}");
    assert_eq!(practice.switch.counts().lost, 0);
}

#[tokio::test]
async fn a_book_that_lags_shows_orders_and_fills_later_and_proves_nothing() {
    // The link is older than the lag.
    let practice = Practice::new(at(TODAY, "09:30")).await;
    practice.set_time(at(TODAY, "10:00"));
    practice.turn_on(ChaosModes { lag_ms: Some(120_000), ..NONE });
    assert_eq!(practice.place(1).await, Ok(()));
    let account = practice.account();
    practice.set_time(at(TODAY, "10:01:59"));
    assert_eq!(practice.book().await, []);
    assert!(!practice.link.broker.book_proves_absence());
    assert_eq!(account.advance(at(TODAY, "10:01:59")).await, Ok(Vec::new()));
    assert!(account.has_open());
    assert_eq!(practice.switch.counts().lagged, 1);

    practice.set_time(at(TODAY, "10:02"));
    assert_eq!(practice.book().await.len(), 1);
    practice.set_time(at(TODAY, "10:03"));
    let events = account.advance(at(TODAY, "10:03")).await.unwrap();
    let fills = fills_of(&events);
    assert_eq!((fills.len(), fills[0].quantity, fills[0].at), (1, 10, at(TODAY, "10:00")));
    assert_eq!(practice.book().await[0].state, BrokerOrderState::Filled);
    assert!(!account.has_open());
}

#[tokio::test]
async fn a_book_that_lagged_may_be_in_somebodys_hands_for_a_minute_more() {
    let practice = Practice::new(at(TODAY, "09:30")).await;
    practice.set_time(at(TODAY, "10:00"));
    let modes = ChaosModes { lag_ms: Some(30_000), ..NONE };
    practice.switch.set(Some(Chaos { modes, since: at(TODAY, "10:00"), until: at(TODAY, "10:05") }));
    practice.set_time(at(TODAY, "10:05"));
    assert_eq!(practice.switch.in_force(), None);
    assert!(practice.switch.ended().is_some());
    let proves = || practice.link.broker.book_proves_absence();
    assert!(!proves());
    practice.set_time(at(TODAY, "10:05:59"));
    assert!(!proves());
    practice.set_time(at(TODAY, "10:06"));
    assert!(proves());
    // Turned off by hand it is the same.
    practice.turn_on(modes);
    practice.switch.set(None);
    assert!(!proves());
    practice.set_time(at(TODAY, "10:07"));
    assert!(proves());
}

#[tokio::test]
async fn a_link_that_is_made_while_the_book_lags_waits_for_one_that_shows_all_from_before() {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    practice.turn_on(ChaosModes { lag_ms: Some(60_000), ..NONE });
    practice.set_time(at(TODAY, "10:00:59"));
    let early = practice.link.broker.book().await;
    assert!(matches!(early, Err(BrokerError::Unavailable(_))), "{early:?}");
    practice.set_time(at(TODAY, "10:01"));
    assert_eq!(practice.book().await, []);
}

#[test]
fn a_book_is_cut_to_what_had_happened() {
    let fill = |key: &str, time: &str| Fill {
        key: key.to_owned(),
        quantity: 5,
        price: Paise(10_000),
        at: at(TODAY, time),
    };
    let order = BrokerOrder {
        tag: "T".to_owned(),
        broker_id: "B".to_owned(),
        symbol: "ABC".parse().unwrap(),
        side: Side::Buy,
        quantity: 10,
        kind: OrderKind::Market,
        algo_id: None,
        state: BrokerOrderState::Filled,
        filled: 10,
        fills: vec![fill("1", "10:02"), fill("2", "10:04")],
        accepted_at: at(TODAY, "10:00"),
        modified_at: at(TODAY, "10:00"),
        changed_at: at(TODAY, "10:04"),
    };
    let shown = |time: &str| as_of(vec![order.clone()], at(TODAY, time));
    assert_eq!(shown("09:59"), (Vec::new(), true));
    let (part, is_behind) = shown("10:03");
    assert!(is_behind);
    assert_eq!((part[0].filled, part[0].fills.len()), (5, 1));
    assert_eq!((&part[0].state, part[0].changed_at), (&BrokerOrderState::Open, at(TODAY, "10:02")));
    assert_eq!(shown("10:04"), (vec![order.clone()], false));

    let reason = "as asked".to_owned();
    let ended = BrokerOrder {
        state: BrokerOrderState::Cancelled { reason },
        filled: 0,
        fills: Vec::new(),
        ..order.clone()
    };
    let (before, _) = as_of(vec![ended], at(TODAY, "10:03"));
    assert_eq!(before[0].state, BrokerOrderState::Open);
}

#[tokio::test]
async fn a_broker_that_is_down_takes_no_call_and_is_well_when_it_is_over() {
    let now = at(TODAY, "10:00");
    let practice = Practice::new(now).await;
    practice.place(1).await.unwrap();
    practice.turn_on(ChaosModes { down: true, ..NONE });
    let down = || BrokerError::Unavailable("it is down, by the chaos switch".to_owned());
    let order = limit(1, Side::Buy, 10, 10_000);
    let (broker, account) = (&practice.link.broker, practice.account());
    assert_eq!(practice.place(2).await, Err(down()));
    assert_eq!(broker.modify(&order, 5, OrderKind::Market, now).await, Err(down()));
    assert_eq!(broker.cancel(&order, now).await, Err(down()));
    assert_eq!(broker.book().await, Err(down()));
    assert_eq!(broker.holdings().await, Err(down()));
    assert_eq!(broker.funds().await, Err(down()));
    assert_eq!(account.advance(now).await, Err(down()));
    assert_eq!(account.view().await, Err(down()));
    assert_eq!(account.set_capital(Paise::rupees(1), now).await, Err(down()));
    assert_eq!(practice.switch.counts(), ChaosCounts { refused: 9, ..ChaosCounts::default() });

    practice.set_time(at(TOMORROW, "00:00"));
    let book = practice.book().await;
    assert_eq!(book.len(), 1, "what was sent meanwhile did not arrive");
    assert_eq!((book[0].quantity, &book[0].state), (10, &BrokerOrderState::Open));
}

#[tokio::test]
async fn a_link_without_a_simulated_account_stays_as_it_is() {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    practice.turn_on(ChaosModes { down: true, ..NONE });
    let broker = practice.link.broker.clone();
    let live = ChaosLink::around(
        BrokerLink { broker: broker.clone(), simulated: None, session: None },
        &practice.switch,
    );
    assert!(live.simulated.is_none());
    assert!(Arc::ptr_eq(&live.broker, &broker));
}

#[tokio::test]
async fn whoever_looks_whether_the_day_can_begin_is_told_of_it() {
    let practice = Practice::new(at(TODAY, "10:00")).await;
    let named = |checks: Vec<Check>| checks.into_iter().find(|check| check.name == "chaos");
    let broker = practice.link.broker.clone();
    assert_eq!(named(broker.readiness(at(TODAY, "10:00")).await), None);
    practice.turn_on(ChaosModes { down: true, ..NONE });
    let told = named(broker.readiness(at(TODAY, "10:00")).await).unwrap();
    assert_eq!(told.outcome, CheckOutcome::Warning);
    assert!(told.evidence.starts_with("the broker misbehaves on purpose until "), "{told:?}");
}
