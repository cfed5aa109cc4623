//! What corporate actions make of books: figures by hand, and any sequence of them undone again.

use proptest::prelude::*;

use super::*;
use crate::actions::{ActionKind, CorporateAction, Origin, Provenance, Ratio};
use crate::ids::RunId;
use crate::orders::{Fill, JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Variety};
use crate::time::Timestamp;

const USER: UserId = UserId(1);
const OTHER: StrategyName = StrategyName::literal("momentum");

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn ratio(new: u64, old: u64) -> Ratio {
    Ratio::new(new, old).unwrap()
}

fn on(day: &str, kind: ActionKind) -> CorporateAction {
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    CorporateAction::new(symbol("TCS"), day.parse().unwrap(), kind, provenance, "").unwrap()
}

/// Books and the time that goes on in them.
struct Books {
    book: Book,
    day: Day,
    journal: Vec<JournalEntry>,
}

impl Books {
    fn new() -> Self {
        let (book, journal) = (Book::open(USER, Paise::rupees(10_000_000)), Vec::new());
        Self { book, day: "2026-04-01".parse().unwrap(), journal }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_ist(self.day, "09:00:00".parse().unwrap())
    }

    fn tell(&mut self, order: OrderId, event: OrderEvent) -> Result<Applied, BookError> {
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at: self.at(), event };
        let applied = self.book.apply(&entry)?;
        self.journal.push(entry);
        Ok(applied)
    }

    fn trade(&mut self, strategy: StrategyName, side: Side, of: &str, quantity: u32, price: i64) {
        let id = self.book.next_order_id(self.day);
        let request = OrderRequest {
            symbol: symbol(of),
            side,
            quantity,
            kind: OrderKind::Market,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        };
        let first_placed_at = self.at();
        self.tell(id, OrderEvent::Intended { request, run: RunId(1), first_placed_at, strategy, tag: None })
            .unwrap();
        let fill = Fill { key: id.to_string(), quantity, price: Paise(price), at: self.at() };
        self.tell(id, OrderEvent::Filled(fill)).unwrap();
    }

    fn buy(&mut self, quantity: u32, price: i64) {
        self.trade(StrategyName::REBOUND, Side::Buy, "TCS", quantity, price);
    }

    fn change(&mut self, change: &HoldingChange) -> Result<Applied, BookError> {
        let id = OrderId::of_holdings(USER, self.day);
        self.tell(id, OrderEvent::HoldingChanged(change.clone()))
    }

    fn apply(&mut self, number: u64, action: &CorporateAction) -> Option<HoldingChange> {
        let change = self.book.plan_action(ActionId(number), action, None).unwrap()?;
        assert_eq!(self.change(&change), Ok(Applied::Held));
        assert_eq!(self.book.difference(), Paise::ZERO);
        Some(change)
    }

    fn lots(&self, of: &str) -> Vec<(u32, i64)> {
        let lots = self.book.lots(StrategyName::REBOUND, &symbol(of));
        lots.iter().map(|lot| (lot.quantity, lot.price.0)).collect()
    }

    fn shares_of_buys(&self, of: &str) -> Vec<u32> {
        let position = self.book.position(StrategyName::REBOUND, &symbol(of)).unwrap();
        position.entries.iter().map(|entry| entry.quantity).collect()
    }

    /// Where nothing was sold, the buys of each position are its lots, in shares and in cost.
    fn check_history(&self) {
        for (strategy, symbol) in self.book.holders() {
            let (lots, entries) = self.book.holdings.whole(strategy, symbol);
            let held: (u32, Paise) =
                (lots.iter().map(|lot| lot.quantity).sum(), lots.iter().map(OpenLot::cost).sum());
            let bought: (u32, Paise) = (
                entries.iter().map(|entry| entry.quantity).sum(),
                entries.iter().map(|entry| entry.value).sum(),
            );
            assert_eq!(bought, held, "{symbol}");
        }
    }

    fn next_day(&mut self) {
        self.day = self.day.succ_opt().unwrap();
    }
}

#[test]
fn a_bonus_doubles_the_shares_and_keeps_cost_and_cash_to_the_paisa() {
    let mut books = Books::new();
    books.buy(7, 265_571);
    books.next_day();
    let (cash, invested) = (books.book.cash(), books.book.invested());
    let bonus = on("2026-04-02", ActionKind::Bonus { new: 1, held: 1 });
    let change = books.apply(1, &bonus).unwrap();
    assert_eq!(books.lots("TCS"), [(7, 132_786), (7, 132_785)], "the odd paisa is in half of the shares");
    assert_eq!((books.book.cash(), books.book.invested()), (cash, invested));
    assert_eq!(change.shares(), [(symbol("TCS"), 7)]);
    let position = books.book.position(StrategyName::REBOUND, &symbol("TCS")).unwrap();
    assert_eq!((position.quantity, position.entries[0].quantity), (14, 14));
    assert_eq!(books.book.plan_action(ActionId(1), &bonus, None), Ok(None), "once only");
    assert!(matches!(books.change(&change), Err(BookError::ActionTwice { .. })));
}

#[test]
fn what_was_bought_on_the_ex_date_takes_no_part() {
    let mut books = Books::new();
    books.buy(10, 50_000);
    books.next_day();
    books.buy(10, 10_000);
    books.apply(1, &on("2026-04-02", ActionKind::Split { ratio: ratio(5, 1) }));
    assert_eq!(books.lots("TCS"), [(50, 10_000), (10, 10_000)]);
    let split = on("2026-04-01", ActionKind::Split { ratio: ratio(5, 1) });
    assert!(books.book.plan_action(ActionId(2), &split, None).unwrap().is_none());
}

#[test]
fn whole_shares_are_counted_over_all_strategies_and_a_fraction_is_paid_at_its_cost() {
    let mut books = Books::new();
    books.buy(7, 10_000);
    books.trade(OTHER, Side::Buy, "TCS", 6, 10_000);
    books.next_day();
    let (cash, invested) = (books.book.cash(), books.book.invested());
    let change = books.apply(1, &on("2026-04-02", ActionKind::Consolidation { ratio: ratio(1, 2) })).unwrap();
    // 13 shares are 6 and a half.
    assert_eq!(books.book.held(&symbol("TCS")), 6);
    assert_eq!(change.cash, Paise(10_000));
    assert_eq!(books.book.cash(), cash + Paise(10_000));
    assert_eq!(books.book.invested(), invested - Paise(10_000));
    assert_eq!(books.book.realised(), Paise::ZERO);
    books.change(&change.inverse()).unwrap();
    assert_eq!((books.book.cash(), books.book.invested()), (cash, invested));
    assert_eq!(books.lots("TCS"), [(7, 10_000)]);
}

#[test]
fn of_less_than_one_share_nothing_is_left_but_its_cost_in_cash() {
    let mut books = Books::new();
    books.buy(3, 10_001);
    books.next_day();
    let cash = books.book.cash();
    let change =
        books.apply(1, &on("2026-04-02", ActionKind::Consolidation { ratio: ratio(1, 10) })).unwrap();
    assert_eq!((books.book.held(&symbol("TCS")), books.book.cash()), (0, cash + Paise(30_003)));
    books.change(&change.inverse()).unwrap();
    assert_eq!((books.lots("TCS"), books.book.cash()), (vec![(3, 10_001)], cash));
}

#[test]
fn a_demerger_divides_the_cost_and_its_lots_keep_their_dates() {
    let mut books = Books::new();
    books.buy(11, 45_003);
    books.next_day();
    books.buy(9, 40_000);
    books.next_day();
    let invested = books.book.invested();
    let child = Some(symbol("TCSX"));
    let kind = ActionKind::Demerger { child: child.clone(), ratio: ratio(1, 10), parent_share: Some(8_500) };
    books.apply(1, &on("2026-04-03", kind)).unwrap();
    assert_eq!(books.book.held(&symbol("TCS")), 20);
    assert_eq!(books.book.held(&symbol("TCSX")), 2);
    assert_eq!(books.book.invested(), invested);
    let opened = books.book.position(StrategyName::REBOUND, &symbol("TCSX")).unwrap().opened_on;
    assert_eq!(opened.to_string(), "2026-04-01");
    // Without terms and open nothing is known; with the open its factor holds.
    let waits = on("2026-04-03", ActionKind::Demerger { child, ratio: Ratio::ONE, parent_share: None });
    assert_eq!(books.book.plan_action(ActionId(2), &waits, None), Ok(None));
    let factor = crate::actions::PriceFactor::observed(Paise(50_000), Paise(30_000));
    let change = books.book.plan_action(ActionId(2), &waits, factor).unwrap().unwrap();
    books.change(&change).unwrap();
    assert_eq!(books.book.invested(), invested);
}

fn demerger(new: u64, old: u64) -> ActionKind {
    ActionKind::Demerger { child: Some(symbol("TCSX")), ratio: ratio(new, old), parent_share: Some(6_000) }
}

#[test]
fn the_fraction_of_a_share_of_a_new_company_is_paid_at_its_part_of_the_cost() {
    // 567 shares at ₹176.20 give 141.75, and 1524 give 217 and five sevenths.
    for (held, price, old, whole, cash) in
        [(567, 17_620, 4, 141, 21_144), (1_524, 28_080, 7, 217, 56_160), (20, 10_000, 4, 5, 0)]
    {
        let mut books = Books::new();
        books.buy(held, price);
        books.next_day();
        let (before, invested) = (books.book.cash(), books.book.invested());
        let change = books.apply(1, &on("2026-04-02", demerger(1, old))).unwrap();
        assert_eq!((books.book.held(&symbol("TCS")), books.book.held(&symbol("TCSX"))), (held, whole));
        assert_eq!((change.cash, books.book.cash()), (Paise(cash), before + Paise(cash)), "{held}");
        let goes = invested.0 * 4 / 10;
        assert_eq!(books.book.invested_in(&symbol("TCSX")), Paise(goes - cash));
        assert_eq!(books.book.invested_in(&symbol("TCS")), Paise(invested.0 - goes));
        assert_eq!(books.book.realised(), Paise::ZERO);
        books.change(&change.inverse()).unwrap();
        assert_eq!((books.lots("TCS"), books.book.cash()), (vec![(held, price)], before));
        assert_eq!(books.book.held(&symbol("TCSX")), 0);
    }
}

#[test]
fn fractions_of_a_new_company_are_counted_over_all_strategies_and_less_than_a_share_is_paid_whole() {
    let mut books = Books::new();
    books.buy(5, 10_000);
    books.trade(OTHER, Side::Buy, "TCS", 5, 10_000);
    books.next_day();
    let cash = books.book.cash();
    // Each alone has one share and a quarter, together they have two and a half.
    let change = books.apply(1, &on("2026-04-02", demerger(1, 4))).unwrap();
    assert_eq!((books.book.held(&symbol("TCSX")), change.cash), (2, Paise(8_000)));
    assert_eq!(books.book.cash(), cash + change.cash);
    books.change(&change.inverse()).unwrap();
    let change = books.apply(2, &on("2026-04-02", demerger(1, 100))).unwrap();
    assert_eq!((books.book.held(&symbol("TCSX")), change.cash), (0, Paise(40_000)));
    assert_eq!((books.book.held(&symbol("TCS")), books.book.invested()), (10, Paise(60_000)));
    books.change(&change.inverse()).unwrap();
    assert_eq!((books.book.cash(), books.book.invested()), (cash, Paise(100_000)));
}

#[test]
fn an_entry_of_a_demerger_that_paid_no_fraction_counts_as_it_was_written() {
    let mut books = Books::new();
    books.buy(567, 17_620);
    books.next_day();
    let cash = books.book.cash();
    let mut change =
        books.book.plan_action(ActionId(1), &on("2026-04-02", demerger(1, 4)), None).unwrap().unwrap();
    // As journals have it from before fractions of a new company were paid: all of the cost is in the whole shares.
    change.cash = Paise::ZERO;
    let lot = change.parts[1].after[0];
    change.parts[1].after = vec![
        OpenLot { quantity: 135, price: Paise(28_342), ..lot },
        OpenLot { quantity: 6, price: Paise(28_341), ..lot },
    ];
    assert_eq!(books.change(&change), Ok(Applied::Held));
    assert_eq!((books.book.invested_in(&symbol("TCSX")), books.book.cash()), (Paise(3_996_216), cash));
    assert_eq!(books.change(&change.inverse()), Ok(Applied::Held));
    assert_eq!((books.lots("TCS"), books.book.cash()), (vec![(567, 17_620)], cash));
}

#[test]
fn the_buys_of_a_position_are_what_its_lots_have_become() {
    let mut books = Books::new();
    for (quantity, price) in [(495, 20_371), (505, 19_999), (524, 19_184), (3, 19_000)] {
        books.buy(quantity, price);
        books.next_day();
    }
    let consolidation = ActionKind::Consolidation { ratio: ratio(1, 10) };
    let change = books.apply(1, &on("2026-04-05", consolidation)).unwrap();
    assert_eq!(books.shares_of_buys("TCS"), [49, 51, 52, 0], "the last one is less than a share");
    books.check_history();
    books.next_day();
    books.apply(2, &on("2026-04-06", demerger(1, 10))).unwrap();
    assert_eq!(books.shares_of_buys("TCS"), [49, 51, 52, 0]);
    assert_eq!(books.shares_of_buys("TCSX"), [4, 6, 5, 0]);
    books.check_history();
    assert_eq!(change.inverse().parts[0].entries_after.len(), 4);
}

#[test]
fn of_a_buy_that_is_sold_in_part_what_is_sold_is_scaled_apart_from_what_is_held() {
    let mut books = Books::new();
    books.buy(30, 10_000);
    books.next_day();
    books.buy(20, 20_000);
    books.trade(StrategyName::REBOUND, Side::Sell, "TCS", 25, 20_000);
    books.next_day();
    books.apply(1, &on("2026-04-03", ActionKind::Consolidation { ratio: ratio(1, 10) })).unwrap();
    // The five that are left of the first buy go on to the second: 25 are two and a half.
    let position = books.book.position(StrategyName::REBOUND, &symbol("TCS")).unwrap();
    assert_eq!((position.quantity, position.invested), (2, Paise(350_000)));
    let buys: Vec<(u32, Paise)> =
        position.entries.iter().map(|entry| (entry.quantity, entry.price)).collect();
    assert_eq!(buys, [(2, Paise(125_000)), (2, Paise(175_000))]);
}

#[test]
fn a_symbol_change_moves_the_position_and_a_dividend_is_income_beside_cash() {
    let mut books = Books::new();
    books.buy(10, 10_000);
    books.next_day();
    let cash = books.book.cash();
    books.apply(1, &on("2026-04-02", ActionKind::Dividend { per_share: Paise(147) })).unwrap();
    assert_eq!((books.book.income(), books.book.cash()), (Paise(1_470), cash));
    assert_eq!(books.book.results_on(books.day)[0].income, Paise(1_470));
    assert_eq!(books.book.results()[0].income, Paise(1_470));
    books.apply(2, &on("2026-04-02", ActionKind::SymbolChange { to: symbol("TCSNEW") })).unwrap();
    assert_eq!(books.lots("TCSNEW"), [(10, 10_000)]);
    assert_eq!(books.book.held(&symbol("TCS")), 0);
    assert_eq!(books.book.applied_actions(), [ActionId(1), ActionId(2)]);
}

#[test]
fn a_dividend_is_for_what_was_held_before_its_ex_date_in_the_shares_of_that_day() {
    let mut books = Books::new();
    books.buy(7, 10_000);
    books.trade(OTHER, Side::Buy, "TCS", 5, 10_000);
    books.next_day();
    books.apply(1, &on("2026-04-02", ActionKind::Bonus { new: 1, held: 1 }));
    books.trade(StrategyName::REBOUND, Side::Sell, "TCS", 14, 6_000);
    books.next_day();
    books.apply(2, &on("2026-04-03", ActionKind::SymbolChange { to: symbol("TCSNEW") }));

    let mut held = HeldShares::default();
    let (first, rest) = books.journal.split_at(3);
    held.extend(first);
    held.extend(rest);
    assert_eq!(held.through() + 1, books.book.next_sequence());
    let before = |of: &str, ex_day: &str| held.before(&symbol(of), ex_day.parse().unwrap());
    assert_eq!(before("TCS", "2026-04-01"), []);
    let mut both = vec![(StrategyName::REBOUND, 7), (OTHER, 5)];
    both.sort_unstable();
    assert_eq!(before("TCS", "2026-04-02"), both);
    assert_eq!(before("TCS", "2026-04-03"), [(OTHER, 10)]);
    assert_eq!((before("TCS", "2026-04-04"), before("TCSNEW", "2026-04-04")), (vec![], vec![(OTHER, 10)]));

    let dividend = on("2026-04-02", ActionKind::Dividend { per_share: Paise(147) });
    let change = books.book.plan_dividend(ActionId(3), &dividend, &both).unwrap();
    assert_eq!(books.change(&change), Ok(Applied::Held));
    assert_eq!((books.book.income(), books.book.difference()), (Paise(147 * 12), Paise::ZERO));
    assert_eq!(books.book.plan_dividend(ActionId(3), &dividend, &both), None);
    assert_eq!(change.inverse().per_share(), Some(Paise(147)));
    assert_eq!(books.change(&change.inverse()), Ok(Applied::Held));
    assert_eq!(books.book.income(), Paise::ZERO);
    assert_eq!(books.book.plan_dividend(ActionId(4), &dividend, &[]), None);
}

#[test]
fn the_words_of_a_dividend_name_its_amount() {
    for paise in [1, 147, 100_000, 12_345_678, 100_000_000] {
        let words = ActionKind::Dividend { per_share: Paise(paise) }.to_string();
        assert_eq!(ActionKind::dividend_in(&words), Some(Paise(paise)), "{words}");
        // As journals have them from before there was a sign.
        let words = format!("dividend of {} a share", Paise(paise));
        assert_eq!(ActionKind::dividend_in(&words), Some(Paise(paise)), "{words}");
    }
    for words in [
        "bonus of 1 new for 1 held",
        "dividend of ₹ a share",
        "dividend of ₹1 a share",
        "dividend of -1.00 a share",
        "",
    ] {
        assert_eq!(ActionKind::dividend_in(words), None, "{words}");
    }
}

#[test]
fn what_was_traded_since_a_day_is_known_for_the_days_whose_fills_are_kept() {
    let mut books = Books::new();
    books.buy(7, 10_000);
    let first = books.day;
    assert!(!books.book.is_untraded_since(&symbol("TCS"), first));
    assert!(books.book.is_untraded_since(&symbol("INFY"), first));
    assert!(books.book.is_untraded_since(&symbol("TCS"), first.succ_opt().unwrap()));
    (0..=KEPT_DAYS).for_each(|_| books.next_day());
    books.trade(StrategyName::REBOUND, Side::Buy, "INFY", 1, 10_000);
    assert_eq!(books.book.fills_kept_from(), first.succ_opt().unwrap());
    assert!(!books.book.is_untraded_since(&symbol("SBIN"), first), "nobody knows");
}

#[test]
fn what_was_sold_since_is_not_undone_and_the_books_stay_as_they_are() {
    let mut books = Books::new();
    books.buy(10, 10_000);
    books.next_day();
    let change = books.apply(1, &on("2026-04-02", ActionKind::Bonus { new: 1, held: 1 })).unwrap();
    books.trade(StrategyName::REBOUND, Side::Sell, "TCS", 1, 6_000);
    let before = books.book.clone();
    let refused = books.change(&change.inverse()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "TCS on 2026-04-02: bonus of 1 new for 1 held: the lots of TCS are not those that it is about; \
         shares were traded since"
    );
    assert_eq!(books.book, before);
    assert!(matches!(
        books.change(&HoldingChange { action: ActionId(9), ..change.inverse() }),
        Err(BookError::ActionNotApplied { .. })
    ));
}

#[test]
fn more_shares_than_can_be_counted_and_a_cost_that_does_not_stay_are_refused() {
    let mut books = Books::new();
    books.buy(10, 1);
    books.buy(u32::MAX / 2, 1);
    books.next_day();
    let split = on("2026-04-02", ActionKind::Split { ratio: ratio(5, 1) });
    let refused = books.book.plan_action(ActionId(1), &split, None).unwrap_err();
    assert!(refused.to_string().contains("would be above 4294967295"), "{refused}");
    let bonus = on("2026-04-02", ActionKind::Bonus { new: 1, held: 2 });
    let mut change = books.book.plan_action(ActionId(1), &bonus, None).unwrap().unwrap();
    change.cash += Paise(1);
    assert!(matches!(books.change(&change), Err(BookError::Unbalanced { .. })));
    let order = OrderId { user: USER, day: books.day, number: 7 };
    let told = books.tell(order, OrderEvent::HoldingChanged(change));
    assert!(matches!(told, Err(BookError::NotAboutHoldings { .. })));
}

#[test]
fn closed_trades_follow_an_action_and_add_up_to_the_books() {
    let mut books = Books::new();
    let mut trades = Trades::new(Book::usual_plan());
    let filled = |books: &Books, side, quantity, price| OrderFill {
        order: books.book.orders().last().unwrap().id,
        symbol: symbol("TCS"),
        side,
        strategy: StrategyName::REBOUND,
        fill: Fill { key: String::new(), quantity, price: Paise(price), at: books.at() },
    };
    books.buy(7, 10_001);
    trades.book(&filled(&books, Side::Buy, 7, 10_001)).unwrap();
    books.next_day();
    let change = books.apply(1, &on("2026-04-02", ActionKind::Bonus { new: 1, held: 1 })).unwrap();
    trades.change(&change);
    books.trade(StrategyName::REBOUND, Side::Sell, "TCS", 9, 6_000);
    trades.book(&filled(&books, Side::Sell, 9, 6_000)).unwrap();
    let gross: Paise = trades.closed().iter().map(ClosedLot::gross).sum();
    let charges: Paise = trades.closed().iter().map(|lot| lot.charges).sum();
    assert_eq!(gross, books.book.realised());
    assert_eq!(charges + trades.charges_of_held(), books.book.charges());
}

#[test]
fn an_entry_about_holdings_reads_back_and_snapshots_hold_it() {
    let mut books = Books::new();
    books.buy(7, 10_001);
    books.next_day();
    let change = books.apply(1, &on("2026-04-02", ActionKind::Bonus { new: 1, held: 1 })).unwrap();
    let event = OrderEvent::HoldingChanged(change);
    let json = serde_json::to_string(&event).unwrap();
    assert!(json.starts_with("{\"event\":\"holding_changed\",\"action\":1,"), "{json}");
    assert_eq!(serde_json::from_str::<OrderEvent>(&json).unwrap(), event);
    assert_eq!(Book::from_snapshot(&books.book.snapshot().unwrap()).unwrap(), books.book);
}

fn kind() -> impl Strategy<Value = ActionKind> {
    let small = || 1..12_u32;
    prop_oneof![
        (2..12_u64).prop_map(|new| ActionKind::Split { ratio: ratio(new, 1) }),
        (2..12_u64).prop_map(|old| ActionKind::Consolidation { ratio: ratio(1, old) }),
        (small(), small()).prop_map(|(new, held)| ActionKind::Bonus { new, held }),
        (small(), small(), 1..10_000_u32).prop_map(|(new, old, stays)| ActionKind::Demerger {
            child: Some(symbol("TCSX")),
            ratio: ratio(new.into(), old.into()),
            parent_share: Some(stays),
        }),
        Just(ActionKind::SymbolChange { to: symbol("TCSNEW") }),
        (1..50_000_i64).prop_map(|paise| ActionKind::Dividend { per_share: Paise(paise) }),
    ]
}

proptest! {
    #[test]
    fn a_sequence_of_actions_and_its_inverse_return_the_books(
        buys in prop::collection::vec((1..60_u32, 1..500_000_i64, any::<bool>(), any::<bool>()), 1..8),
        kinds in prop::collection::vec(kind(), 1..6),
    ) {
        let mut books = Books::new();
        for (quantity, price, other, next) in buys {
            let strategy = if other { OTHER } else { StrategyName::REBOUND };
            books.trade(strategy, Side::Buy, "TCS", quantity, price);
            if next {
                books.next_day();
            }
        }
        books.next_day();
        let before = books.book.clone();
        let mut changes = Vec::new();
        for (number, kind) in (1..).zip(kinds) {
            let (cash, invested) = (books.book.cash(), books.book.invested());
            let action = on(&books.day.to_string(), kind);
            if let Some(change) = books.apply(number, &action) {
                prop_assert_eq!(books.book.cash() + books.book.invested(), cash + invested);
                books.check_history();
                changes.push(change);
            }
            books.next_day();
        }
        while let Some(change) = changes.pop() {
            prop_assert_eq!(books.change(&change.inverse()), Ok(Applied::Held));
            prop_assert_eq!(books.book.difference(), Paise::ZERO);
        }
        prop_assert_eq!(books.book.positions(), before.positions());
        for (strategy, symbol) in before.holders() {
            prop_assert_eq!(books.book.lots(strategy, symbol), before.lots(strategy, symbol));
        }
        prop_assert_eq!((books.book.cash(), books.book.income()), (before.cash(), Paise::ZERO));
        prop_assert!(books.book.applied_actions().is_empty());
    }
}
