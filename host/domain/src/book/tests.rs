use super::*;
use crate::ids::RunId;
use crate::orders::{
    Fill, JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, TagCode, Variety,
};
use crate::time::Timestamp;

const USER: UserId = UserId(1);

/// Books with a short way to write journals.
struct Journal {
    book: Book,
    day: Day,
}

impl Journal {
    fn new() -> Self {
        Self { book: Book::open(USER, Paise::rupees(1_000_000)), day: "2026-04-01".parse().unwrap() }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_ist(self.day, "10:00:00".parse().unwrap())
    }

    fn tell(&mut self, order: OrderId, event: OrderEvent) -> Result<Applied, BookError> {
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at: self.at(), event };
        self.book.apply(&entry)
    }

    fn place(&mut self, side: Side, symbol: &str, quantity: u32, kind: OrderKind) -> OrderId {
        self.place_for(StrategyName::REBOUND, side, symbol, quantity, kind)
    }

    fn place_for(
        &mut self,
        strategy: StrategyName,
        side: Side,
        symbol: &str,
        quantity: u32,
        kind: OrderKind,
    ) -> OrderId {
        let id = self.book.next_order_id(self.day);
        let request = OrderRequest {
            symbol: symbol.parse().unwrap(),
            side,
            quantity,
            kind,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: Some(24.5),
            retry_of: None,
        };
        let first_placed_at = self.at();
        self.tell(id, OrderEvent::Intended { request, run: RunId(1), first_placed_at, strategy, tag: None })
            .unwrap();
        id
    }

    fn fill(&mut self, order: OrderId, key: &str, quantity: u32, rupees: i64) -> Result<Applied, BookError> {
        let fill = Fill { key: key.into(), quantity, price: Paise::rupees(rupees), at: self.at() };
        self.tell(order, OrderEvent::Filled(fill))
    }

    fn trade(&mut self, side: Side, symbol: &str, quantity: u32, rupees: i64) -> OrderId {
        let id = self.place(side, symbol, quantity, OrderKind::Market);
        self.fill(id, &format!("{id}"), quantity, rupees).unwrap();
        id
    }

    fn trade_for(&mut self, strategy: StrategyName, side: Side, quantity: u32, rupees: i64) -> OrderId {
        let id = self.place_for(strategy, side, "TCS", quantity, OrderKind::Market);
        self.fill(id, &format!("{id}"), quantity, rupees).unwrap();
        id
    }

    fn next_day(&mut self) {
        self.day = self.day.succ_opt().unwrap();
    }
}

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn no_price(_: &Symbol) -> Option<Paise> {
    None
}

#[test]
fn a_round_trip_leaves_capital_plus_result_less_charges() {
    let mut journal = Journal::new();
    journal.trade(Side::Buy, "RELIANCE", 100, 1_400);
    assert_eq!(journal.book.invested(), Paise::rupees(140_000));
    assert_eq!(journal.book.cash(), Paise::rupees(860_000) - Paise(16_624));
    journal.next_day();
    journal.trade(Side::Sell, "RELIANCE", 100, 1_450);
    assert_eq!(journal.book.realised(), Paise::rupees(5_000));
    assert_eq!(journal.book.realised_on(journal.day), Paise::rupees(5_000));
    assert_eq!(journal.book.charges(), Paise(38_511));
    assert_eq!(journal.book.charges_on(journal.day), Paise(21_887));
    assert_eq!(journal.book.cash(), Paise::rupees(1_000_000) + Paise(461_489));
    assert_eq!(journal.book.difference(), Paise::ZERO);
    assert!(journal.book.positions().is_empty());
}

#[test]
fn selling_the_same_day_turns_the_day_into_intraday() {
    let mut journal = Journal::new();
    journal.trade(Side::Buy, "RELIANCE", 100, 1_400);
    journal.trade(Side::Sell, "RELIANCE", 100, 1_410);
    assert_eq!(journal.book.charges(), Paise(4_951));
    assert_eq!(journal.book.difference(), Paise::ZERO);
}

#[test]
fn the_oldest_lot_is_sold_first_and_the_position_remembers_every_buy() {
    let mut journal = Journal::new();
    let first = journal.trade(Side::Buy, "TCS", 10, 100);
    journal.next_day();
    let second = journal.trade(Side::Buy, "TCS", 10, 80);
    journal.next_day();
    journal.trade(Side::Sell, "TCS", 15, 110);
    // 10 at 100 and 5 at 80 cost 1,400; sold for 1,650.
    assert_eq!(journal.book.realised(), Paise::rupees(250));
    let position = journal.book.position(StrategyName::REBOUND, &symbol("TCS")).unwrap();
    assert_eq!(
        (position.quantity, position.average_price, position.invested),
        (5, Paise::rupees(80), Paise::rupees(400))
    );
    assert_eq!(position.opened_on, "2026-04-01".parse().unwrap());
    let entries: Vec<_> =
        position.entries.iter().map(|entry| (entry.order, entry.quantity, entry.rsi)).collect();
    assert_eq!(entries, [(first, 10, Some(24.5)), (second, 10, Some(24.5))]);
    journal.trade(Side::Sell, "TCS", 5, 110);
    assert!(journal.book.position(StrategyName::REBOUND, &symbol("TCS")).is_none());
}

#[test]
fn parts_of_one_order_are_one_entry_at_their_mean_price() {
    let mut journal = Journal::new();
    let order = journal.place(Side::Buy, "TCS", 9, OrderKind::Market);
    journal.fill(order, "a", 4, 100).unwrap();
    journal.fill(order, "b", 5, 103).unwrap();
    let position = journal.book.position(StrategyName::REBOUND, &symbol("TCS")).unwrap();
    assert_eq!(position.entries.len(), 1);
    // 915 / 9 = 101.666...
    assert_eq!((position.entries[0].price, position.average_price), (Paise(10_167), Paise(10_167)));
    assert_eq!(position.invested, Paise::rupees(915));
}

#[test]
fn a_fill_told_twice_changes_nothing() {
    let mut journal = Journal::new();
    let order = journal.place(Side::Buy, "TCS", 10, OrderKind::Market);
    journal.fill(order, "a", 4, 100).unwrap();
    let before = journal.book.clone();
    assert_eq!(journal.fill(order, "a", 4, 100), Ok(Applied::Nothing));
    assert_eq!(journal.book, before);
}

#[test]
fn selling_more_than_is_held_is_an_error_and_leaves_the_books_alone() {
    let mut journal = Journal::new();
    journal.trade(Side::Buy, "TCS", 10, 100);
    let order = journal.place(Side::Sell, "TCS", 11, OrderKind::Market);
    let before = journal.book.clone();
    let refused = journal.fill(order, "a", 11, 120);
    assert!(matches!(refused, Err(BookError::SoldMoreThanHeld { sold: 11, held: 10, .. })));
    assert_eq!(journal.book, before);
    assert_eq!(journal.book.difference(), Paise::ZERO);
}

#[test]
fn entries_out_of_order_or_of_others_are_refused() {
    let mut journal = Journal::new();
    let order = journal.place(Side::Buy, "TCS", 10, OrderKind::Market);
    let entry = |sequence, order| JournalEntry { sequence, order, at: Timestamp(0), event: OrderEvent::Sent };
    assert!(matches!(
        journal.book.apply(&entry(3, order)),
        Err(BookError::Sequence { expected: 2, found: 3, .. })
    ));
    let theirs = OrderId { user: UserId(2), ..order };
    assert!(matches!(journal.book.apply(&entry(2, theirs)), Err(BookError::OtherUser { .. })));
}

#[test]
fn a_fill_told_days_late_corrects_the_charges_of_its_own_day() {
    let mut journal = Journal::new();
    let day = journal.day;
    let order = journal.place(Side::Buy, "TCS", 10, OrderKind::Market);
    journal.fill(order, "a", 5, 1_000).unwrap();
    let at = journal.at();
    journal.next_day();
    let late = Fill { key: "b".into(), quantity: 5, price: Paise::rupees(1_000), at };
    journal.tell(order, OrderEvent::Filled(late)).unwrap();
    assert_eq!(journal.book.fills_on(day).len(), 2);
    let mut at_once = Journal::new();
    at_once.trade(Side::Buy, "TCS", 10, 1_000);
    assert_eq!(journal.book.charges_on(day), at_once.book.charges_on(day));
    assert_eq!(journal.book.difference(), Paise::ZERO);
}

#[test]
fn fills_are_kept_for_recent_days_only_but_money_for_ever() {
    let mut journal = Journal::new();
    let first = journal.day;
    journal.trade(Side::Buy, "TCS", 10, 1_000);
    let charges = journal.book.charges();
    for _ in 0..=KEPT_DAYS {
        journal.next_day();
    }
    journal.trade(Side::Buy, "TCS", 1, 1_000);
    assert!(journal.book.fills_on(first).is_empty());
    assert!(journal.book.charges() > charges);
    assert_eq!(journal.book.difference(), Paise::ZERO);
}

#[test]
fn open_buys_hold_back_value_and_charges() {
    let mut journal = Journal::new();
    let limit = journal.place(Side::Buy, "RELIANCE", 100, OrderKind::Limit(Paise::rupees(1_400)));
    assert_eq!(journal.book.reserved(&no_price), Paise::rupees(140_000) + Paise(16_624));
    journal.fill(limit, "a", 99, 1_400).unwrap();
    // The last share: 1,400.00 and 1.00 STT, 0.04 transaction, 0.01 GST; stamp duty of 0.21 is no rupee.
    assert_eq!(journal.book.reserved(&no_price), Paise::rupees(1_400) + Paise(105));
    journal.tell(limit, OrderEvent::Cancelled { reason: "enough".into() }).unwrap();
    assert_eq!(journal.book.reserved(&no_price), Paise::ZERO);
    assert_eq!(journal.book.available(&no_price), journal.book.cash());
}

#[test]
fn a_market_buy_holds_back_its_reference_price_or_all_cash_while_it_has_none() {
    let mut journal = Journal::new();
    journal.place(Side::Buy, "RELIANCE", 100, OrderKind::Market);
    assert_eq!(journal.book.open_market_buys().cloned().collect::<Vec<_>>(), [symbol("RELIANCE")]);
    let reference = |_: &Symbol| Some(Paise::rupees(1_400));
    assert_eq!(journal.book.reserved(&reference), Paise::rupees(140_000) + Paise(16_624));
    assert_eq!(journal.book.available(&no_price), Paise::ZERO);
}

#[test]
fn order_numbers_count_per_day_and_survive_forgetting() {
    let mut journal = Journal::new();
    let first = journal.trade(Side::Buy, "TCS", 1, 100);
    journal.next_day();
    let open = journal.place(Side::Buy, "TCS", 1, OrderKind::Market);
    assert_eq!((first.number, open.number, journal.book.next_order_id(journal.day).number), (1, 1, 2));
    let kept_from = journal.day.succ_opt().unwrap();
    journal.book.drop_closed(kept_from);
    assert!(journal.book.order(&first).is_none() && journal.book.order(&open).is_some());
    let request = journal.book.order(&open).unwrap().request.clone();
    let event = OrderEvent::Intended {
        request,
        run: RunId(1),
        first_placed_at: Timestamp(0),
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    let reused = OrderId { number: 9, ..first };
    assert!(matches!(journal.tell(reused, event), Err(BookError::Pruned { .. })));
}

#[test]
fn ended_sells_can_be_forgotten_before_the_buys() {
    let mut journal = Journal::new();
    let buy = journal.trade(Side::Buy, "TCS", 10, 100);
    let sold = journal.trade(Side::Sell, "TCS", 5, 110);
    let open = journal.place(Side::Sell, "TCS", 5, OrderKind::Market);
    journal.next_day();
    let today = journal.day;
    journal.book.drop_closed_sells(today);
    let known = [buy, sold, open].map(|id| journal.book.order(&id).is_some());
    assert_eq!(known, [true, false, true]);
    assert_eq!(journal.book.next_order_id(buy.day).number, 4);
    assert_eq!(journal.book.realised(), Paise::rupees(50));
}

#[test]
fn orders_are_listed_by_what_can_be_done_with_them() {
    let mut journal = Journal::new();
    let open = journal.place(Side::Buy, "TCS", 1, OrderKind::Market);
    let short = journal.place(Side::Buy, "INFY", 1, OrderKind::Market);
    journal.tell(short, OrderEvent::refused("no funds", true)).unwrap();
    assert_eq!(journal.book.active_orders().map(|order| order.id).collect::<Vec<_>>(), [open]);
    assert_eq!(journal.book.retryable_orders().map(|order| order.id).collect::<Vec<_>>(), [short]);
    let placed_on = journal.day;
    journal.next_day();
    journal.tell(open, OrderEvent::Sent).unwrap();
    assert_eq!(journal.book.orders_on(placed_on).count(), 2);
    assert_eq!(journal.book.orders_on(journal.day).map(|order| order.id).collect::<Vec<_>>(), [open]);
}

#[test]
fn books_survive_a_snapshot_and_json() {
    let mut journal = Journal::new();
    journal.trade(Side::Buy, "M&M", 10, 100);
    journal.place(Side::Sell, "M&M", 4, OrderKind::Limit(Paise::rupees(120)));
    let bytes = journal.book.snapshot().unwrap();
    assert_eq!(Book::from_snapshot(&bytes), Ok(journal.book.clone()));
    let json = serde_json::to_string(&journal.book).unwrap();
    assert_eq!(serde_json::from_str::<Book>(&json).unwrap(), journal.book);
    let mut other = bytes.clone();
    other[0] = 9;
    for bad in [&other[..], &bytes[..bytes.len() / 2], &[]] {
        assert!(matches!(Book::from_snapshot(bad), Err(BookError::Snapshot(_))));
    }
}

const MOMENTUM: StrategyName = StrategyName::literal("momentum");

#[test]
fn two_strategies_hold_a_symbol_apart_and_each_sells_its_own_oldest_lots() {
    let mut journal = Journal::new();
    journal.trade_for(StrategyName::REBOUND, Side::Buy, 10, 1_000);
    journal.next_day();
    let bought = journal.trade_for(MOMENTUM, Side::Buy, 4, 1_100);
    let tcs = symbol("TCS");
    assert_eq!((journal.book.held(&tcs), journal.book.held_by(MOMENTUM, &tcs)), (14, 4));
    assert_eq!(journal.book.held_symbols().collect::<Vec<_>>(), [&tcs], "one symbol, however many hold it");
    let held = journal.book.position(MOMENTUM, &tcs).unwrap();
    assert_eq!((held.quantity, held.invested, held.entries[0].order), (4, Paise::rupees(4_400), bought));

    journal.next_day();
    journal.trade_for(MOMENTUM, Side::Sell, 4, 1_200);
    assert_eq!(
        journal.book.realised(),
        Paise::rupees(400),
        "not the older and cheaper lots of the other one"
    );
    assert_eq!((journal.book.held(&tcs), journal.book.position(MOMENTUM, &tcs)), (10, None));
    let of = |strategy| *journal.book.results().iter().find(|result| result.strategy == strategy).unwrap();
    let (theirs, ours) = (of(MOMENTUM), of(StrategyName::REBOUND));
    assert_eq!((theirs.realised, ours.realised), (Paise::rupees(400), Paise::ZERO));
    assert_eq!((theirs.fills, ours.fills), (2, 1));
    assert_eq!(theirs.charges + ours.charges, journal.book.charges());
    assert!(theirs.charges > Paise::ZERO && ours.charges > Paise::ZERO);
    assert_eq!(journal.book.difference(), Paise::ZERO);
}

#[test]
fn a_fill_cannot_take_the_shares_of_another_strategy() {
    let mut journal = Journal::new();
    journal.trade_for(StrategyName::REBOUND, Side::Buy, 10, 1_000);
    let order = journal.place_for(MOMENTUM, Side::Sell, "TCS", 10, OrderKind::Market);
    let before = journal.book.clone();
    let refused = journal.fill(order, "k", 10, 1_100);
    assert!(matches!(refused, Err(BookError::SoldMoreThanHeld { sold: 10, held: 0, .. })));
    assert_eq!(journal.book, before);
}

#[test]
fn a_journal_of_before_there_were_strategies_is_of_rebound_and_one_of_now_says_it_the_same_way() {
    let intended = OrderEvent::Intended {
        request: OrderRequest {
            symbol: symbol("TCS"),
            side: Side::Buy,
            quantity: 1,
            kind: OrderKind::Market,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        },
        run: RunId(1),
        first_placed_at: Timestamp(0),
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    let text = serde_json::to_string(&intended).unwrap();
    assert!(!text.contains("strategy"), "{text}");
    assert_eq!(serde_json::from_str::<OrderEvent>(&text).unwrap(), intended);
    let OrderEvent::Intended { request, run, first_placed_at, .. } = intended else { panic!("it is one") };
    let other = OrderEvent::Intended { request, run, first_placed_at, strategy: MOMENTUM, tag: None };
    let text = serde_json::to_string(&other).unwrap();
    assert!(text.contains("\"strategy\":\"momentum\""), "{text}");
    assert_eq!(serde_json::from_str::<OrderEvent>(&text).unwrap(), other);
}

#[test]
fn an_order_is_found_by_the_brokers_number_first_and_by_its_tag_only_as_that_was_given() {
    let mut journal = Journal::new();
    let code = TagCode::of_number(5);
    let mut tagged = |broker_id: Option<&str>| {
        let order = journal.book.next_order_id(journal.day);
        let tag = OrderTag::stamp(code, order).unwrap();
        let event = OrderEvent::Intended {
            request: OrderRequest {
                symbol: symbol("TCS"),
                side: Side::Buy,
                quantity: 1,
                kind: OrderKind::Market,
                variety: Variety::Regular,
                product: Product::Delivery,
                purpose: Purpose::Entry,
                signal: None,
                rsi: None,
                retry_of: None,
            },
            run: RunId(1),
            first_placed_at: Timestamp(1),
            strategy: StrategyName::REBOUND,
            tag: Some(tag),
        };
        journal.tell(order, event).unwrap();
        if let Some(broker_id) = broker_id {
            journal.tell(order, OrderEvent::Accepted { broker_id: broker_id.to_owned() }).unwrap();
        }
        (order, tag.to_string())
    };
    let (first, first_tag) = tagged(Some("B1"));
    let (second, second_tag) = tagged(None);
    let of_before = journal.place(Side::Buy, "INFY", 1, OrderKind::Market);
    let id_of = |broker_id, tag: &str| journal.book.order_at_broker(broker_id, tag).map(|order| order.id);
    assert_eq!(id_of(Some("B1"), &first_tag), Some(first));
    assert_eq!(id_of(Some("B1"), "1767225600-17-CUSTOMER-ADMINAPI"), Some(first), "its tag was written anew");
    assert_eq!(id_of(Some("B1"), &second_tag), Some(first), "the number counts");
    assert_eq!(id_of(Some("B9"), &second_tag), Some(second), "its number is not known yet");
    assert_eq!(id_of(None, &second_tag), Some(second));
    assert_eq!(id_of(Some("B9"), &first_tag), None, "the broker has given it another number");
    assert_eq!(id_of(None, &of_before.to_string()), Some(of_before));
    for nobodys in [
        OrderTag::stamp(TagCode::of_number(6), second).unwrap().to_string(),
        OrderTag::stamp(code, of_before).unwrap().to_string(),
        second.to_string(),
        format!("{second_tag}-1767225600"),
        String::new(),
    ] {
        assert_eq!(id_of(Some("B9"), &nobodys), None, "{nobodys}");
    }
}

#[test]
fn a_journal_of_before_there_were_tags_reads_and_says_nothing_of_them() {
    let old = r#"{"event":"intended","request":{"symbol":"TCS","side":"buy","quantity":1,"kind":"market","variety":"regular","product":"delivery","purpose":"entry","signal":null,"rsi":null,"retry_of":null},"run":1,"first_placed_at":1}"#;
    let event: OrderEvent = serde_json::from_str(old).unwrap();
    assert!(matches!(event, OrderEvent::Intended { tag: None, .. }), "{event:?}");
    assert_eq!(serde_json::to_string(&event).unwrap(), old);
}
