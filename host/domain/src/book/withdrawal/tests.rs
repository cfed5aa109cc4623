//! A fill that is taken back leaves the books as they would be without it.

use proptest::prelude::*;

use super::*;
use crate::book::Applied;
use crate::ids::{RunId, UserId};
use crate::orders::{OrderKind, OrderRequest, OrderState, Product, Purpose, Variety};
use crate::time::Timestamp;

const USER: UserId = UserId(1);
const REBOUND: StrategyName = StrategyName::REBOUND;
const STRATEGIES: [StrategyName; 2] = [StrategyName::literal("momentum"), REBOUND];

fn tcs() -> Symbol {
    Symbol::new("TCS").unwrap()
}

/// Books and the journal they are of.
struct Told {
    book: Book,
    journal: Vec<JournalEntry>,
    day: Day,
}

impl Told {
    fn new() -> Self {
        let book = Book::open(USER, Paise::rupees(1_000_000));
        Self { book, journal: Vec::new(), day: "2026-04-01".parse().unwrap() }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_ist(self.day, "10:00:00".parse().unwrap())
    }

    fn tell(&mut self, order: OrderId, event: OrderEvent) -> Result<Applied, BookError> {
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at: self.at(), event };
        let applied = self.book.apply(&entry)?;
        if applied != Applied::Nothing {
            self.journal.push(entry);
        }
        assert_eq!(self.book.difference(), Paise::ZERO);
        Ok(applied)
    }

    fn place(&mut self, strategy: StrategyName, side: Side, quantity: u32, purpose: Purpose) -> OrderId {
        let id = self.book.next_order_id(self.day);
        let request = OrderRequest {
            symbol: tcs(),
            side,
            quantity,
            kind: OrderKind::Market,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose,
            signal: None,
            rsi: Some(24.5),
            retry_of: None,
        };
        let first_placed_at = self.at();
        let intended = OrderEvent::Intended { request, run: RunId(1), first_placed_at, strategy, tag: None };
        self.tell(id, intended).unwrap();
        id
    }

    fn fill(&mut self, order: OrderId, quantity: u32, price: i64) -> Result<Applied, BookError> {
        let key = format!("{order}/{}", self.book.next_sequence());
        self.tell(order, OrderEvent::Filled(Fill { key, quantity, price: Paise(price), at: self.at() }))
    }

    fn trade(&mut self, side: Side, quantity: u32, price: i64) -> OrderId {
        let id = self.place(REBOUND, side, quantity, Purpose::Entry);
        self.fill(id, quantity, price).unwrap();
        id
    }

    fn keys(&self, order: OrderId) -> Vec<String> {
        self.book.order(&order).unwrap().fill_keys.clone()
    }

    fn plan(&self, order: OrderId, keys: &[String]) -> Result<Vec<FillWithdrawal>, BookError> {
        self.book.plan_withdrawals(&self.journal, order, keys, "annulled")
    }

    /// Takes all fills of an order back.
    fn withdraw(&mut self, order: OrderId) {
        for withdrawal in self.plan(order, &self.keys(order)).unwrap() {
            let told = self.tell(order, OrderEvent::FillWithdrawn(withdrawal)).unwrap();
            assert!(matches!(told, Applied::Changed(_)));
        }
    }

    fn lots(&self) -> Vec<(u32, i64)> {
        self.book.lots(REBOUND, &tcs()).iter().map(|lot| (lot.quantity, lot.price.0)).collect()
    }

    /// What a fill and what takes it back may not change.
    fn money(&self) -> (Paise, Paise, Paise, Paise) {
        (self.book.cash(), self.book.charges(), self.book.realised(), self.book.invested())
    }

    fn next_day(&mut self) {
        self.day = self.day.succ_opt().unwrap();
    }
}

#[test]
fn a_buy_that_is_taken_back_leaves_cash_charges_lots_and_levels_as_they_were() {
    let mut told = Told::new();
    told.trade(Side::Buy, 10, 10_015);
    told.next_day();
    let (money, lots, position) = (told.money(), told.lots(), told.book.position(REBOUND, &tcs()).unwrap());
    let deeper = told.place(REBOUND, Side::Buy, 7, Purpose::Reentry { level: 20, cycle: 1 });
    told.fill(deeper, 3, 9_005).unwrap();
    told.fill(deeper, 4, 9_010).unwrap();
    assert_eq!(told.book.position(REBOUND, &tcs()).unwrap().entries.len(), 2);
    told.withdraw(deeper);
    assert_eq!((told.money(), told.lots()), (money, lots));
    assert_eq!(told.book.position(REBOUND, &tcs()), Some(position), "the level is free again");
    let order = told.book.order(&deeper).unwrap();
    assert_eq!((order.state, order.filled, order.fill_value), (OrderState::Accepted, 0, Paise::ZERO));
    assert_eq!((told.book.fills_on(told.day), told.book.results()[0].fills), ([].as_slice(), 1));
    // A second withdrawal of the same fill tells nothing new; the fill itself may be told again.
    let entry = told.journal.iter().rev().find(|entry| entry.order == deeper).unwrap().clone();
    assert_eq!(told.tell(deeper, entry.event), Ok(Applied::Nothing));
    let first =
        told.journal.iter().find_map(|entry| fill_of(entry).filter(|_| entry.order == deeper)).unwrap();
    let again = OrderEvent::Filled(first.clone());
    assert!(matches!(told.tell(deeper, again), Ok(Applied::Changed(_))));
    assert_eq!(told.lots(), [(10, 10_015), (3, 9_005)]);
    told.withdraw(deeper);
    assert_eq!(told.money(), money);
}

#[test]
fn a_sell_that_is_taken_back_returns_its_lots_and_the_history_of_the_position() {
    let mut told = Told::new();
    told.trade(Side::Buy, 10, 10_000);
    told.next_day();
    told.trade(Side::Buy, 5, 9_000);
    told.next_day();
    let (money, lots, position) = (told.money(), told.lots(), told.book.position(REBOUND, &tcs()).unwrap());
    let sold = told.trade(Side::Sell, 15, 11_000);
    assert!(told.book.position(REBOUND, &tcs()).is_none());
    told.withdraw(sold);
    assert_eq!((told.money(), told.lots()), (money, lots));
    assert_eq!(told.book.position(REBOUND, &tcs()), Some(position));
    // What ended stays ended, and is part filled.
    let part = told.place(REBOUND, Side::Sell, 10, Purpose::Exit("test".to_owned()));
    told.fill(part, 4, 11_000).unwrap();
    told.tell(part, OrderEvent::Cancelled { reason: "withdrawn".to_owned() }).unwrap();
    told.withdraw(part);
    assert_eq!(
        (told.book.order(&part).unwrap().state, told.lots()),
        (OrderState::Cancelled, vec![(10, 10_000), (5, 9_000)])
    );
}

#[test]
fn what_later_sells_took_follows_and_shares_that_were_sold_are_not_taken_back() {
    let mut told = Told::new();
    let first = told.trade(Side::Buy, 10, 10_000);
    told.trade(Side::Buy, 10, 9_000);
    told.trade(Side::Sell, 10, 11_000);
    assert_eq!((told.lots(), told.book.realised()), (vec![(10, 9_000)], Paise(10_000)));
    told.withdraw(first);
    assert_eq!((told.lots(), told.book.realised()), (vec![], Paise(20_000)), "the sell took the other lot");
    let last = told.trade(Side::Buy, 4, 9_500);
    told.trade(Side::Sell, 1, 9_600);
    let before = told.book.clone();
    let refused = told.plan(last, &told.keys(last)).unwrap_err();
    assert_eq!(refused, BookError::WithdrawnSharesSold { order: last, symbol: tcs(), quantity: 1 });
    assert_eq!(told.book, before);
    let unknown = told.plan(last, &["other".to_owned()]);
    assert!(matches!(unknown, Err(BookError::NoSuchFill { .. })), "{unknown:?}");
}

#[test]
fn of_a_buy_of_which_a_part_was_sold_the_refusal_names_that_part() {
    let mut told = Told::new();
    let bought = told.place(REBOUND, Side::Buy, 20, Purpose::Entry);
    told.fill(bought, 12, 10_000).unwrap();
    told.fill(bought, 8, 10_000).unwrap();
    told.trade(Side::Sell, 6, 11_000);
    told.trade(Side::Sell, 7, 11_000);
    let refused = |keys: &[String]| told.plan(bought, keys).unwrap_err();
    let sold = |quantity| BookError::WithdrawnSharesSold { order: bought, symbol: tcs(), quantity };
    let keys = told.keys(bought);
    assert_eq!(refused(&keys), sold(13));
    assert_eq!(refused(&keys[..1]), sold(5), "eight of the other fill were there to be sold");
}

#[test]
fn an_entry_that_does_not_fit_the_books_changes_nothing() {
    let mut told = Told::new();
    let order = told.trade(Side::Buy, 10, 10_000);
    let [withdrawal] = told.plan(order, &told.keys(order)).unwrap().try_into().unwrap();
    let before = told.book.clone();
    let mut other = withdrawal.clone();
    other.part.before[0].price = Paise(9_999);
    let told_other = told.tell(order, OrderEvent::FillWithdrawn(other));
    assert!(matches!(told_other, Err(BookError::HoldingDiffers { .. })), "{told_other:?}");
    let mut short = withdrawal.clone();
    short.part.after = vec![OpenLot { quantity: 1, ..short.part.before[0] }];
    let told_short = told.tell(order, OrderEvent::FillWithdrawn(short));
    assert!(matches!(told_short, Err(BookError::Unbalanced { .. })), "{told_short:?}");
    let mut late = withdrawal;
    late.fill.price = Paise(10_001);
    assert!(told.tell(order, OrderEvent::FillWithdrawn(late)).is_err());
    assert_eq!(told.book, before);
}

#[test]
fn the_journal_has_the_whole_fill_and_reads_it_again() {
    let mut told = Told::new();
    let order = told.trade(Side::Buy, 10, 10_000);
    let [withdrawal] = told.plan(order, &told.keys(order)).unwrap().try_into().unwrap();
    let event = OrderEvent::FillWithdrawn(withdrawal);
    let text = serde_json::to_string(&event).unwrap();
    assert!(text.starts_with(r#"{"event":"fill_withdrawn","fill":{"key":"#), "{text}");
    assert_eq!(serde_json::from_str::<OrderEvent>(&text).unwrap(), event);
    assert!(event.is_fact());
}

/// A trade: buys, strategy, shares, price in paise, and whether a day passes after it.
fn trades() -> impl Strategy<Value = Vec<(bool, usize, u32, i64, bool)>> {
    let trade =
        (prop::bool::weighted(0.6), 0..2_usize, 1..40_u32, 1_000..300_000_i64, prop::bool::weighted(0.1));
    prop::collection::vec(trade, 1..40)
}

/// The books without one fill, or the first error on the way.
fn folded_without(journal: &[JournalEntry], without: usize) -> Result<Book, BookError> {
    let mut book = Book::open(USER, Paise::rupees(1_000_000));
    for (place, entry) in journal.iter().enumerate() {
        if place != without {
            book.apply(&JournalEntry { sequence: book.next_sequence(), ..entry.clone() })?;
        }
    }
    Ok(book)
}

proptest! {
    #[test]
    fn books_after_a_withdrawal_are_those_of_a_journal_without_the_fill(
        trades in trades(),
        which in any::<prop::sample::Index>(),
    ) {
        let mut told = Told::new();
        for (buys, strategy, quantity, price, passes) in trades {
            let side = if buys { Side::Buy } else { Side::Sell };
            let id = told.place(STRATEGIES[strategy], side, quantity + 1, Purpose::Entry);
            // A sell of more than is held is refused.
            let _refused = told.fill(id, quantity, price);
            if passes && told.day < "2026-04-05".parse().unwrap() {
                told.next_day();
            }
        }
        let fills: Vec<usize> =
            (0..told.journal.len()).filter(|place| fill_of(&told.journal[*place]).is_some()).collect();
        prop_assume!(!fills.is_empty());
        let place = fills[which.index(fills.len())];
        let (order, key) = (told.journal[place].order, fill_of(&told.journal[place]).unwrap().key.clone());
        match (told.plan(order, &[key]), folded_without(&told.journal, place)) {
            (Ok(planned), Ok(expected)) => {
                let [withdrawal] = planned.try_into().unwrap();
                let event = OrderEvent::FillWithdrawn(withdrawal);
                let part = told.book.try_entries(&[(order, told.at(), event.clone())]).unwrap();
                let mut accepted = told.book.clone();
                accepted.accept(part);
                told.tell(order, event).unwrap();
                prop_assert_eq!(&accepted, &told.book);
                let of = |book: &Book| (book.cash(), book.charges(), book.realised(), book.invested(), book.positions());
                prop_assert_eq!(of(&told.book), of(&expected));
                for strategy in STRATEGIES {
                    prop_assert_eq!(told.book.lots(strategy, &tcs()), expected.lots(strategy, &tcs()));
                }
                // The journal says the same again.
                let again = folded_without(&told.journal, usize::MAX).unwrap();
                prop_assert_eq!(again, told.book);
            }
            (Err(BookError::WithdrawnSharesSold { .. }), Err(BookError::SoldMoreThanHeld { .. })) => {}
            (planned, expected) => prop_assert!(false, "{planned:?} and {expected:?}"),
        }
    }
}
