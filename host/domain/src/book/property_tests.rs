//! Whatever a journal says, the books stay conserved to the paisa, and what is refused leaves no trace.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::charges::{ChargeSchedule, note};
use crate::ids::RunId;
use crate::orders::{Fill, JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Variety};
use crate::time::Timestamp;

const SYMBOLS: [&str; 3] = ["INFY", "M&M", "TCS"];
const STRATEGIES: [StrategyName; 2] = [StrategyName::literal("momentum"), StrategyName::REBOUND];
const CAPITAL: Paise = Paise::rupees(1_000_000);

/// Something that happens to a user's books.
#[derive(Debug, Clone)]
enum Step {
    Place {
        buys: bool,
        symbol: usize,
        quantity: u32,
        limit: Option<i64>,
        strategy: usize,
    },
    Fill {
        order: usize,
        key: u8,
        quantity: u32,
        price: i64,
        days_ago: u64,
    },
    Tell {
        order: usize,
        event: OrderEvent,
    },
    /// Money paid in or, when negative, out.
    Pay(i64),
    NextDay,
}

fn step() -> impl Strategy<Value = Step> {
    let place = (
        prop::bool::weighted(0.6),
        0..SYMBOLS.len(),
        1..80_u32,
        prop::option::of(1_000..200_000_i64),
        0..2_usize,
    )
        .prop_map(|(buys, symbol, quantity, limit, strategy)| Step::Place {
            buys,
            symbol,
            quantity,
            limit,
            strategy,
        });
    let fill = (0..6_usize, any::<u8>(), 0..50_u32, 1..300_000_i64, 0..4_u64).prop_map(
        |(order, key, quantity, price, days_ago)| Step::Fill { order, key, quantity, price, days_ago },
    );
    let tell = (0..6_usize, event()).prop_map(|(order, event)| Step::Tell { order, event });
    prop_oneof![3 => place, 12 => fill, 2 => tell, 1 => (-100_000..100_000_i64).prop_map(Step::Pay), 1 => Just(Step::NextDay)]
}

fn event() -> impl Strategy<Value = OrderEvent> {
    let reason = || "why".to_owned();
    prop_oneof![
        Just(OrderEvent::Sent),
        Just(OrderEvent::Accepted { broker_id: "B".into() }),
        any::<bool>().prop_map(move |retryable| OrderEvent::refused(reason(), retryable)),
        Just(OrderEvent::OutcomeUnknown { reason: reason() }),
        Just(OrderEvent::NotAtBroker),
        (1..300_u32).prop_map(|quantity| OrderEvent::Changed { quantity, kind: OrderKind::Market }),
        Just(OrderEvent::Cancelled { reason: reason() }),
        Just(OrderEvent::Expired { reason: reason() }),
        Just(OrderEvent::RetryGivenUp { reason: reason() }),
    ]
}

/// Books, the journal they were made of, and a simple account of the same fills to compare with.
struct Run {
    book: Book,
    journal: Vec<JournalEntry>,
    placed: Vec<OrderId>,
    day: Day,
    fills: BTreeMap<Day, Vec<DayFill>>,
    /// Shares by strategy and symbol.
    held: BTreeMap<(StrategyName, String), i64>,
}

impl Run {
    fn new() -> Self {
        Self {
            book: Book::open(UserId(1), CAPITAL),
            journal: Vec::new(),
            placed: Vec::new(),
            day: "2026-02-20".parse().unwrap(),
            fills: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    fn of(steps: Vec<Step>) -> Self {
        let mut run = Self::new();
        for step in steps {
            run.step(step);
        }
        run
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::NextDay => self.day = self.day.succ_opt().unwrap(),
            Step::Pay(amount) => {
                self.book.set_capital(self.book.capital() + Paise(amount));
                self.check();
            }
            Step::Place { buys, symbol, quantity, limit, strategy } => {
                let id = self.book.next_order_id(self.day);
                self.placed.push(id);
                let request = request(buys, symbol, quantity, limit);
                let (run, first_placed_at, strategy) = (RunId(1), Timestamp(0), STRATEGIES[strategy]);
                self.tell(id, OrderEvent::Intended { request, run, first_placed_at, strategy, tag: None });
            }
            Step::Fill { order, key, quantity, price, days_ago } => {
                let Some(id) = self.pick(order) else { return };
                let on = self.day - chrono::Days::new(days_ago);
                let at = Timestamp::from_ist(on, "10:00:00".parse().unwrap());
                let fill = Fill { key: key.to_string(), quantity, price: Paise(price), at };
                self.tell(id, OrderEvent::Filled(fill));
            }
            Step::Tell { order, event } => {
                if let Some(id) = self.pick(order) {
                    self.tell(id, event);
                }
            }
        }
    }

    /// One of the latest orders, so that fills find open ones.
    fn pick(&self, back: usize) -> Option<OrderId> {
        self.placed.iter().rev().nth(back).copied()
    }

    fn tell(&mut self, order: OrderId, event: OrderEvent) {
        let at = Timestamp::from_ist(self.day, "11:00:00".parse().unwrap());
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at, event };
        let before = self.book.clone();
        let tried = self.book.try_entries(&[(order, at, entry.event.clone())]);
        let applied = self.book.apply(&entry);
        match tried {
            Ok(part) => {
                let mut taken_over = before.clone();
                taken_over.accept(part);
                assert_eq!(
                    taken_over, self.book,
                    "a part is tried and taken over as the whole would have been"
                );
            }
            Err(error) => assert_eq!(applied.as_ref().err(), Some(&error)),
        }
        match applied {
            Ok(Applied::Changed(changed)) => {
                assert_eq!(self.book.order(&order), Some(&changed));
                self.account(&changed, &entry.event);
                self.journal.push(entry);
            }
            Ok(Applied::Nothing | Applied::Held) | Err(_) => assert_eq!(self.book, before),
        }
        self.check();
    }

    /// The fold of all fills once more, by which closed lots are told.
    fn trades(&self) -> Trades {
        let mut trades = Trades::new(Book::usual_plan());
        for entry in &self.journal {
            let OrderEvent::Filled(fill) = &entry.event else { continue };
            let order = self.book.order(&entry.order).unwrap();
            let OrderRequest { symbol, side, .. } = order.request.clone();
            let (order, strategy, fill) = (entry.order, order.strategy, fill.clone());
            trades.book(&OrderFill { order, symbol, side, strategy, fill }).unwrap();
        }
        trades
    }

    fn account(&mut self, order: &Order, event: &OrderEvent) {
        let OrderEvent::Filled(fill) = event else { return };
        let OrderRequest { symbol, side, .. } = order.request.clone();
        let shares = i64::from(fill.quantity) * if side == Side::Buy { 1 } else { -1 };
        *self.held.entry((order.strategy, symbol.to_string())).or_default() += shares;
        let fill_of_day = DayFill { symbol, side, quantity: fill.quantity, price: fill.price };
        self.fills.entry(fill.at.ist_day()).or_default().push(fill_of_day);
    }

    fn check(&self) {
        assert_eq!(self.book.difference(), Paise::ZERO);
        let mut held: BTreeMap<String, i64> = BTreeMap::new();
        let mut money = self.book.capital();
        for fill in self.fills.values().flatten() {
            let value = fill.price.times(fill.quantity).unwrap();
            let sign = if fill.side == Side::Buy { 1 } else { -1 };
            *held.entry(fill.symbol.to_string()).or_default() += sign * i64::from(fill.quantity);
            money += if fill.side == Side::Buy { -value } else { value };
        }
        assert_eq!(self.book.cash(), money - self.book.charges());
        for symbol in SYMBOLS {
            let expected = held.get(symbol).copied().unwrap_or(0);
            assert_eq!(i64::from(self.book.held(&symbol.parse().unwrap())), expected);
        }
        for ((strategy, symbol), shares) in &self.held {
            assert_eq!(i64::from(self.book.held_by(*strategy, &symbol.parse().unwrap())), *shares);
        }
        self.check_results();
        for position in self.book.positions() {
            let bought: u32 = position.entries.iter().map(|entry| entry.quantity).sum();
            assert!(position.quantity > 0 && position.quantity <= bought && position.invested > Paise::ZERO);
        }
    }

    /// What the strategies have brought adds up to what the user has, of each day and altogether.
    fn check_results(&self) {
        let sum = |results: &[StrategyResult]| {
            let all = results.iter();
            all.fold((Paise::ZERO, Paise::ZERO), |(realised, charges), result| {
                (realised + result.realised, charges + result.charges)
            })
        };
        assert_eq!(sum(self.book.results()), (self.book.realised(), self.book.charges()));
        for day in self.fills.keys() {
            let whole = (self.book.realised_on(*day), self.book.charges_on(*day));
            assert_eq!(sum(self.book.results_on(*day)), whole);
        }
        let invested: Paise = self.book.positions().iter().map(|position| position.invested).sum();
        assert_eq!(invested, self.book.invested());
    }

    /// The notes of all days, each computed at once from all its fills.
    fn notes(&self) -> Paise {
        let schedule = ChargeSchedule::embedded().unwrap();
        let plan = schedule.plan("trade_api").unwrap();
        self.fills.iter().map(|(day, fills)| note(fills, *day, schedule, &plan).unwrap().total()).sum()
    }
}

fn request(buys: bool, symbol: usize, quantity: u32, limit: Option<i64>) -> OrderRequest {
    OrderRequest {
        symbol: SYMBOLS[symbol].parse().unwrap(),
        side: if buys { Side::Buy } else { Side::Sell },
        quantity,
        kind: limit.map_or(OrderKind::Market, |price| OrderKind::Limit(Paise(price))),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..200)
}

proptest! {
    /// `Run` checks conservation, and that nothing changes without a reason, after every step.
    #[test]
    fn any_journal_keeps_the_books_conserved(steps in steps()) {
        let run = Run::of(steps);
        let days = run.fills.keys().next().zip(run.fills.keys().last());
        // Days that are no longer kept are not corrected any more.
        if days.is_none_or(|(first, last)| last.signed_duration_since(*first).num_days() <= KEPT_DAYS) {
            prop_assert_eq!(run.book.charges(), run.notes());
        }
    }

    #[test]
    fn closed_lots_and_what_is_held_add_up_to_the_books(steps in steps()) {
        let run = Run::of(steps);
        let trades = run.trades();
        let closed = trades.closed();
        prop_assert_eq!(closed.iter().map(ClosedLot::gross).sum::<Paise>(), run.book.realised());
        let charges: Paise = closed.iter().map(|lot| lot.charges).sum();
        prop_assert_eq!(charges + trades.charges_of_held(), run.book.charges());
        prop_assert!(closed.iter().all(|lot| lot.charges >= Paise::ZERO));
        prop_assert!(trades.charges_of_held() >= Paise::ZERO);
        let notes: Paise = trades.notes().map(|(_, note)| note.total()).sum();
        prop_assert_eq!(notes, run.book.charges());
        for ((strategy, symbol), held) in &run.held {
            let lots = run.book.lots(*strategy, &symbol.parse().unwrap());
            prop_assert_eq!(lots.iter().map(|lot| i64::from(lot.quantity)).sum::<i64>(), *held);
        }
    }

    #[test]
    fn telling_any_fill_again_changes_nothing(steps in steps()) {
        let mut run = Run::of(steps);
        let fills: Vec<JournalEntry> =
            run.journal.iter().filter(|entry| matches!(entry.event, OrderEvent::Filled(_))).cloned().collect();
        for fill in fills {
            let again = JournalEntry { sequence: run.book.next_sequence(), ..fill };
            let before = run.book.clone();
            prop_assert_eq!(run.book.apply(&again), Ok(Applied::Nothing));
            prop_assert_eq!(&run.book, &before);
        }
    }

    #[test]
    fn the_books_are_a_fold_of_the_journal_from_any_snapshot(steps in steps(), cut in any::<prop::sample::Index>()) {
        let run = Run::of(steps);
        let cut = cut.index(run.journal.len() + 1);
        let mut book = Book::open(UserId(1), CAPITAL);
        for (done, entry) in run.journal.iter().enumerate() {
            if done == cut {
                book = Book::from_snapshot(&book.snapshot().unwrap()).unwrap();
            }
            book.apply(entry).unwrap();
        }
        // The journal knows nothing of what was paid in; whoever folds it is told.
        book.set_capital(run.book.capital());
        prop_assert_eq!(&book, &run.book);
    }

    #[test]
    fn entries_that_are_taken_over_in_batches_make_the_same_books(
        steps in steps(),
        sizes in prop::collection::vec(1..7_usize, 1..9),
    ) {
        let run = Run::of(steps);
        let mut book = Book::open(UserId(1), CAPITAL);
        let mut sizes = sizes.iter().cycle();
        let mut left = run.journal.as_slice();
        while !left.is_empty() {
            let (batch, rest) = left.split_at((*sizes.next().unwrap()).min(left.len()));
            let batch: Vec<TimedEvent> =
                batch.iter().map(|entry| (entry.order, entry.at, entry.event.clone())).collect();
            let part = book.try_entries(&batch).unwrap();
            prop_assert_eq!(part.entries().count(), batch.len());
            book.accept(part);
            left = rest;
        }
        book.set_capital(run.book.capital());
        prop_assert_eq!(&book, &run.book);
    }

    #[test]
    fn what_open_buys_hold_back_is_never_negative_and_available_never_above_cash(steps in steps(), price in 1..200_000_i64) {
        let run = Run::of(steps);
        let price = |_: &Symbol| Some(Paise(price));
        prop_assert!(run.book.reserved(&price) >= Paise::ZERO);
        prop_assert!(run.book.available(&price) <= run.book.cash().max(Paise::ZERO));
    }
}
