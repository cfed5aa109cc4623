//! Shares that the user trades by hand in the account that Prahari trades in: what was sold is booked, what was bought is shown until
//! somebody says whose it is, and what only seems to differ changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::desk::{Desk, DifferenceDecision, DifferenceNews, TradingServices};
use prahari_app::error::AppError;
use prahari_app::prices::PriceJumps;
use prahari_app::settings::Limits;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderState, Purpose, Side, TagCode};
use prahari_domain::risk::RiskLimits;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_store::{
    AlertCode, AlertFilter, DifferenceCause, DifferenceFilter, DifferenceRow, DifferenceState, Durability,
    NewUser, Role, Store,
};
use tempfile::TempDir;

use crate::HIGH;
use crate::pushes::Live;
use crate::support::desk_fixture::{CAPITAL, USER, buy, order_context, sell};
use crate::support::fake_broker::{FlatMarket, PRICE};
use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use crate::support::{MONDAY, OTHER, at, stop};

/// The desk of a user who holds ten shares of ABC at a live broker; Monday goes on from a minute to the next.
pub struct Account {
    _folder: TempDir,
    pub store: Store,
    pub broker: Arc<LiveBroker>,
    pub market: Arc<FlatMarket>,
    trading: Arc<TradingServices>,
    pub desk: Desk,
    pub now: Timestamp,
}

impl Account {
    pub async fn new() -> Self {
        let mut account = Self::empty().await;
        account.bought("ABC", 10).await;
        account
    }

    pub async fn empty() -> Self {
        Self::empty_at(at(MONDAY, "10:00")).await
    }

    pub async fn empty_at(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Full).unwrap();
        let user = NewUser {
            name: "trader".to_owned(),
            role: Role::User,
            capital: CAPITAL,
            strategy: "{}".to_owned(),
            limits: "{}".to_owned(),
            created_at: now,
        };
        assert_eq!(store.system().create_user(user).await.unwrap(), USER);
        let broker = Arc::new(LiveBroker::default());
        let calendar = CalendarHandle::embedded().unwrap();
        let market = Arc::new(FlatMarket::new(calendar.clone()));
        let trading = Arc::new(TradingServices {
            brokers: Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone()))),
            market: market.clone(),
            calendar,
            store: store.clone(),
            jumps: PriceJumps::default(),
            tag_code: TagCode::of_number(1),
        });
        let mut desk = load(&trading).await;
        assert_eq!(desk.reconcile(now).await.unwrap(), []);
        Self { _folder: folder, store, broker, market, trading, desk, now }
    }

    /// Has an order of ours executed.
    pub async fn bought(&mut self, symbol: &str, quantity: u32) -> OrderId {
        let order = buy(symbol, quantity, PRICE.0);
        let id = self.desk.place(order, order_context(self.now)).await.unwrap().unwrap();
        self.broker.execute(USER, &id.to_string(), quantity, PRICE, self.now);
        self.minute().await;
        assert_eq!(self.order(id).state, OrderState::Filled);
        id
    }

    pub async fn offered(&mut self, symbol: &str, quantity: u32) -> OrderId {
        let order = sell(symbol, quantity, HIGH);
        self.desk.place(order, order_context(self.now)).await.unwrap().unwrap()
    }

    /// It is Thursday: what was bought on Monday is settled.
    pub async fn on_thursday(&mut self) {
        self.on("2025-03-13").await;
    }

    /// It is ten o'clock on a later date.
    pub async fn on(&mut self, day: &str) {
        self.minute().await;
        self.now = at(day, "10:00");
        self.minute().await;
    }

    /// A minute passes, and the broker is asked as each minute.
    pub async fn minute(&mut self) {
        self.now = self.now.plus_minutes(1);
        self.desk.sync_fills(self.now).await.unwrap();
    }

    /// A comparison finds the difference, and the next two minutes look at it.
    pub async fn looked_at(&mut self) {
        self.desk.reconcile(self.now).await.unwrap();
        self.minute().await;
        self.minute().await;
    }

    /// The process dies and starts again.
    pub async fn restart(&mut self) {
        self.store.flush().await.unwrap();
        self.desk = load(&self.trading).await;
        self.desk.reconcile(self.now).await.unwrap();
    }

    pub fn order(&self, id: OrderId) -> &Order {
        self.desk.book().order(&id).unwrap()
    }

    pub fn held(&self, symbol: &str) -> u32 {
        self.desk.book().held(&symbol.parse().unwrap())
    }

    pub async fn journal(&self) -> usize {
        self.store.flush().await.unwrap();
        self.store.user(USER).load_journal(0).await.unwrap().len()
    }

    pub async fn differences(&self, open: bool) -> Vec<DifferenceRow> {
        let filter = DifferenceFilter { open: Some(open), before: None, limit: 100 };
        self.store.user(USER).differences(filter).await.unwrap()
    }

    pub async fn only_open(&self) -> DifferenceRow {
        let [row] = self.differences(true).await.try_into().unwrap();
        row
    }

    pub async fn decided(&mut self, id: u64, decision: DifferenceDecision) -> Result<DifferenceRow, String> {
        self.desk.decide_difference(id, decision, USER, self.now).await.unwrap()
    }

    /// Orders that others placed and the books have.
    pub fn external(&self) -> Vec<Order> {
        let orders = self.desk.book().orders();
        orders.filter(|order| order.request.purpose == Purpose::External).cloned().collect()
    }

    /// Nothing is done a second time, however often it is compared.
    pub async fn changes_nothing_more(&mut self) {
        let (journal, book) = (self.journal().await, self.desk.book().clone());
        let differences = (self.differences(true).await, self.differences(false).await);
        self.looked_at().await;
        self.looked_at().await;
        assert_eq!((self.journal().await, self.desk.book()), (journal, &book));
        assert_eq!((self.differences(true).await, self.differences(false).await), differences);
        assert_eq!(book.difference(), Paise::ZERO);
    }
}

async fn load(trading: &Arc<TradingServices>) -> Desk {
    let row = trading.store.user(USER).find().await.unwrap().unwrap();
    let (link, _) = trading.brokers.link(LIVE, USER, row.capital).await.unwrap();
    let limits = Arc::new(Limits::fixed(RiskLimits::default()));
    Desk::load(trading.clone(), link, USER, row.capital, limits).await.unwrap()
}

/// The decision to take shares over, at a price or at what the broker says.
pub fn adopt(price: Option<i64>) -> DifferenceDecision {
    DifferenceDecision::Adopt { price: price.map(Paise), strategy: Some(StrategyName::REBOUND) }
}

#[tokio::test]
async fn a_sale_outside_is_booked_at_its_price_after_two_readings_and_the_offer_of_more_is_withdrawn() {
    let mut account = Account::new().await;
    let offer = account.offered("ABC", 10).await;
    let price = Paise(10_150);
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 4, price, account.now);
    let compared = account.desk.reconcile(account.now).await.unwrap();
    assert_eq!(compared[0].detail, "the broker holds 6 shares, our books 10");
    account.minute().await;
    assert_eq!((account.held("ABC"), account.order(offer).state), (10, OrderState::Accepted), "one reading");
    let (cash, charges) = (account.desk.book().cash(), account.desk.book().charges());
    account.minute().await;

    assert_eq!(account.held("ABC"), 6);
    let withdrawn = account.order(offer);
    assert_eq!(withdrawn.state, OrderState::Cancelled);
    let reason = "4 shares of ABC were sold outside, and the offer is of more than is left";
    assert_eq!(withdrawn.reason, reason);
    let [sale] = account.external().try_into().unwrap();
    assert_eq!((sale.request.side, sale.state, sale.filled), (Side::Sell, OrderState::Filled, 4));
    assert_eq!((sale.average_price(), sale.strategy), (Some(price), StrategyName::REBOUND));
    assert!(!sale.fill_keys.iter().any(|key| Fill::is_estimate(key)));
    let book = account.desk.book();
    assert_eq!(book.realised(), Paise(4 * 150));
    assert_eq!(book.cash() - cash, Paise(4 * price.0) - (book.charges() - charges));
    let [row] = account.differences(false).await.try_into().unwrap();
    let end = (row.seen.cause, row.state, row.price, row.estimated, row.decided_by);
    assert_eq!(end, (DifferenceCause::ExternalSale, DifferenceState::Booked, Some(price), false, None));
    assert_eq!(account.desk.reconcile(account.now).await.unwrap(), []);
    account.changes_nothing_more().await;
    account.restart().await;
    assert_eq!(account.held("ABC"), 6);
}

#[tokio::test]
async fn an_offer_of_what_is_left_stays_where_the_sale_is_shown() {
    let mut account = Account::new().await;
    let offer = account.offered("ABC", 6).await;
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 4, PRICE, account.now);
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.order(offer).state), (6, OrderState::Accepted));
    // The same offer is too much after another sale.
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 1, PRICE, account.now);
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.order(offer).state), (5, OrderState::Cancelled));
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn a_sale_that_the_broker_does_not_show_is_booked_at_the_last_price_and_says_so() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    account.broker.set_held(USER, "ABC", 3);
    account.looked_at().await;
    assert_eq!(account.held("ABC"), 3);
    let [sale] = account.external().try_into().unwrap();
    assert_eq!((sale.filled, sale.average_price()), (7, Some(PRICE)));
    assert!(Fill::is_estimate(&sale.fill_keys[0]), "{sale:?}");
    assert!(account.differences(false).await[0].estimated);
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn shares_that_were_just_bought_may_be_in_no_list_until_they_are_settled() {
    let mut account = Account::new().await;
    let offer = account.offered("ABC", 10).await;
    account.broker.set_held(USER, "ABC", 3);
    account.looked_at().await;
    account.looked_at().await;
    assert_eq!(
        (account.held("ABC"), account.external(), account.differences(true).await),
        (10, vec![], vec![])
    );
    assert_eq!(account.order(offer).state, OrderState::Accepted);
    // A sale that the broker shows is one, whenever the shares were bought.
    account.broker.set_held(USER, "ABC", 10);
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 7, PRICE, account.now);
    account.looked_at().await;
    assert_eq!(account.held("ABC"), 3);
}

#[tokio::test]
async fn an_order_that_the_broker_rejects_later_may_be_tried_again_where_it_says_so() {
    let mut account = Account::empty().await;
    let order = buy("ABC", 10, PRICE.0);
    let id = account.desk.place(order, order_context(account.now)).await.unwrap().unwrap();
    account.broker.reject(USER, &id.to_string(), "margin exceeds", (true, false));
    account.minute().await;
    assert_eq!((account.order(id).state, account.order(id).retryable), (OrderState::Rejected, true));
}

#[tokio::test]
async fn a_list_that_is_short_once_changes_nothing() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    account.broker.set_held(USER, "ABC", 3);
    account.desk.reconcile(account.now).await.unwrap();
    account.minute().await;
    account.broker.set_held(USER, "ABC", 10);
    account.minute().await;
    // Another shortness is seen for the first time.
    account.broker.set_held(USER, "ABC", 4);
    account.desk.reconcile(account.now).await.unwrap();
    account.minute().await;
    account.broker.set_held(USER, "ABC", 5);
    account.minute().await;
    account.broker.set_held(USER, "ABC", 10);
    account.minute().await;
    assert_eq!((account.held("ABC"), account.external()), (10, vec![]));
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn what_an_offer_of_ours_has_sold_is_not_taken_for_a_sale_outside() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    let offer = account.offered("ABC", 10).await;
    let id = offer.to_string();
    // The list of shares knows of the execution, and the order book is behind.
    account.broker.set_hidden(USER, &id, true);
    account.broker.execute(USER, &id, 4, Paise(HIGH), account.now);
    account.looked_at().await;
    account.minute().await;
    assert_eq!((account.held("ABC"), account.external()), (10, vec![]));
    account.broker.set_hidden(USER, &id, false);
    account.minute().await;
    assert_eq!((account.held("ABC"), account.order(offer).filled), (6, 4));
    account.minute().await;
    assert_eq!((account.held("ABC"), account.external()), (6, vec![]));
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn shares_that_are_gone_without_a_reason_wait_for_a_person() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    let offer = account.offered("ABC", 10).await;
    // Nothing is held at all, which a broken list says as well.
    account.broker.set_held(USER, "ABC", 0);
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!((row.seen.cause, row.seen.quantity), (DifferenceCause::Unexplained, 10));
    let why = "ABC: the broker holds 0 shares, our books 10, and its list of shares is empty, so nothing of it is believed";
    assert_eq!(row.seen.detail, why);
    assert_eq!((account.held("ABC"), account.order(offer).state), (10, OrderState::Accepted));
    let refused = account.decided(row.id, DifferenceDecision::Ignore).await.unwrap_err();
    assert_eq!(refused, "shares that the books hold and the broker does not cannot be left to others");
    let row = account.decided(row.id, adopt(Some(9_900))).await.unwrap();
    assert_eq!(account.order(offer).state, OrderState::Cancelled, "it offered what is gone");
    let end = (row.state, row.price, row.estimated, row.decided_by);
    assert_eq!(end, (DifferenceState::Adopted, Some(Paise(9_900)), false, Some(USER)));
    assert_eq!((account.held("ABC"), account.desk.book().realised()), (0, Paise(-1_000)));
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn shares_under_another_name_are_not_taken_for_sold() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    account.broker.set_held(USER, "ABC", 0);
    account.broker.set_held(USER, "NEWNAME", 10);
    account.looked_at().await;
    let open = account.differences(true).await;
    let seen: Vec<_> = open.iter().map(|row| (row.seen.symbol.as_str(), row.seen.cause)).collect();
    let expected = [("NEWNAME", DifferenceCause::OpeningHolding), ("ABC", DifferenceCause::Unexplained)];
    assert_eq!(seen, expected);
    assert_eq!((account.held("ABC"), account.external()), (10, vec![]));
    // Broker and books are the same again.
    account.broker.set_held(USER, "ABC", 10);
    account.broker.set_held(USER, "NEWNAME", 0);
    account.looked_at().await;
    assert_eq!(account.differences(true).await, []);
    assert!(account.differences(false).await.iter().all(|row| row.state == DifferenceState::Gone));
}

#[tokio::test]
async fn what_is_ignored_is_not_shown_again_while_it_is_unchanged_and_is_sold_first() {
    let mut account = Account::new().await;
    account.broker.trade_outside(USER, ("ABC", Side::Buy), 5, Paise(9_500), account.now);
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!((row.seen.cause, row.seen.quantity), (DifferenceCause::ExternalPurchase, 5));
    assert_eq!(account.held("ABC"), 10, "nothing is taken over by itself");
    let told = account.desk.take_differences();
    assert!(
        matches!(&told[..], [DifferenceNews::Stands { symbol, .. }] if symbol.as_str() == "ABC"),
        "{told:?}"
    );
    account.minute().await;
    assert_eq!(account.desk.take_differences(), [], "it is told once");

    let row = account.decided(row.id, DifferenceDecision::Ignore).await.unwrap();
    assert_eq!((row.state, row.decided_by), (DifferenceState::Ignored, Some(USER)));
    assert_eq!(account.desk.reconcile(account.now).await.unwrap(), []);
    account.changes_nothing_more().await;
    account.restart().await;
    assert_eq!(account.desk.reconcile(account.now).await.unwrap(), []);

    // More of it is another difference, of the new shares alone.
    account.broker.trade_outside(USER, ("ABC", Side::Buy), 2, Paise(9_500), account.now);
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!(row.seen.quantity, 2);
    account.decided(row.id, DifferenceDecision::Ignore).await.unwrap();

    // The seven are sold before any of ours.
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 6, Paise(9_600), account.now);
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.external()), (10, vec![]));
    account.broker.trade_outside(USER, ("ABC", Side::Sell), 3, Paise(9_700), account.now);
    account.looked_at().await;
    assert_eq!(account.held("ABC"), 8);
    let [sale] = account.external().try_into().unwrap();
    assert_eq!((sale.filled, sale.average_price()), (2, Some(Paise(9_700))));
    assert_eq!(account.desk.reconcile(account.now).await.unwrap(), []);
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn shares_that_are_adopted_are_paid_in_at_their_cost_and_cash_stays() {
    let mut account = Account::new().await;
    account.broker.set_held(USER, "OLD", 20);
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!((row.seen.cause, row.seen.broker_cost), (DifferenceCause::OpeningHolding, None));
    let refused = account.decided(row.id, adopt(None)).await.unwrap_err();
    assert_eq!(refused, "the broker does not say what OLD cost, so its cost has to be given");
    let nobodys = DifferenceDecision::Adopt { price: Some(Paise(8_000)), strategy: None };
    let refused = account.decided(row.id, nobodys).await.unwrap_err();
    assert_eq!(refused, "shares become those of a strategy, which has to be named");
    let (cash, capital) = (account.desk.book().cash(), account.desk.book().capital());
    let row = account.decided(row.id, adopt(Some(8_000))).await.unwrap();
    assert_eq!((row.state, row.strategy), (DifferenceState::Adopted, Some(StrategyName::REBOUND)));

    let book = account.desk.book();
    let position = book.position(StrategyName::REBOUND, &"OLD".parse().unwrap()).unwrap();
    assert_eq!((position.quantity, position.average_price), (20, Paise(8_000)));
    assert_eq!(position.entries[0].purpose, Purpose::External);
    assert_eq!(book.cash(), cash);
    assert!(book.capital() - capital >= Paise(160_000), "{:?}", book.capital());
    account.changes_nothing_more().await;
    let before = account.desk.book().clone();
    account.restart().await;
    let book = account.desk.book();
    assert_eq!((book.cash(), book.capital()), (before.cash(), before.capital()));
    assert_eq!(book.positions(), before.positions());
    let again = account.decided(row.id, adopt(Some(8_000))).await.unwrap_err();
    assert_eq!(again, format!("difference {} is not open any more", row.id));
}

#[tokio::test]
async fn what_the_broker_says_of_the_cost_is_taken_where_nobody_says_otherwise() {
    let mut account = Account::new().await;
    account.broker.set_held(USER, "OLD", 20);
    account.broker.set_cost(USER, "OLD", Paise(7_777));
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!(row.seen.broker_cost, Some(Paise(7_777)));
    // What is adopted is what is there now.
    account.broker.set_held(USER, "OLD", 19);
    let refused = account.decided(row.id, adopt(None)).await.unwrap_err();
    assert_eq!(refused, "OLD differs otherwise than it did: the broker holds 19 shares, our books none");
    account.looked_at().await;
    let row = account.only_open().await;
    let row = account.decided(row.id, adopt(None)).await.unwrap();
    assert_eq!((row.price, account.held("OLD")), (Some(Paise(7_777)), 19));

    // Of a purchase that the broker shows the executions count, not the mean of the list; an offer of ours is no obstacle.
    let offer = account.offered("OLD", 19).await;
    account.broker.trade_outside(USER, ("OLD", Side::Buy), 2, Paise(9_000), account.now);
    account.looked_at().await;
    let row = account.only_open().await;
    assert_eq!(row.seen.broker_cost, Some(Paise(9_000)));
    let row = account.decided(row.id, adopt(None)).await.unwrap();
    assert_eq!((row.price, account.held("OLD")), (Some(Paise(9_000)), 21));
    assert_eq!(account.order(offer).state, OrderState::Accepted);
    assert_eq!(account.external().last().unwrap().fill_keys.len(), 1);
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn by_the_users_rule_purchases_are_taken_over_whose_cost_the_broker_tells_and_nothing_else() {
    let mut account = Account::new().await;
    account.desk.adopt_purchases_for(Some(StrategyName::REBOUND)).await.unwrap();
    account.restart().await;
    let cash = account.desk.book().cash();
    account.broker.trade_outside(USER, ("ABC", Side::Buy), 5, Paise(9_400), account.now);
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.differences(true).await), (15, vec![]));
    let [row] = account.differences(false).await.try_into().unwrap();
    assert_eq!((row.state, row.decided_by), (DifferenceState::Adopted, None));
    assert_eq!((row.price, account.desk.book().cash()), (Some(Paise(9_400)), cash));
    let told = account.desk.take_differences();
    assert!(!told.iter().any(|news| matches!(news, DifferenceNews::Stands { .. })), "{told:?}");
    assert_eq!(account.desk.reconcile(account.now).await.unwrap(), []);
    account.changes_nothing_more().await;
    // What it cost nobody knows; and these were there before.
    account.broker.set_held(USER, "ABC", 17);
    account.broker.set_cost(USER, "OLD", Paise(9_800));
    account.broker.set_held(USER, "OLD", 20);
    account.looked_at().await;
    assert_eq!((account.held("ABC"), account.held("OLD")), (15, 0));
    assert_eq!(account.differences(true).await.len(), 2);
    // Without the rule each is asked about.
    account.desk.adopt_purchases_for(None).await.unwrap();
    account.broker.trade_outside(USER, ("XYZ", Side::Buy), 1, Paise(9_400), account.now);
    account.looked_at().await;
    assert_eq!((account.held("XYZ"), account.differences(true).await.len()), (0, 3));
}

#[tokio::test]
async fn an_alert_stands_while_nobody_has_said_whose_shares_they_are() {
    let live = Live::new().await;
    let user = live.daemon.users.find(OTHER).unwrap();
    live.broker.set_held(OTHER, "OLD", 20);
    user.desk.lock().await.reconcile(at(MONDAY, "10:00")).await.unwrap();
    for minute in ["10:00", "10:01", "10:02"] {
        user.desk.lock().await.sync_fills(at(MONDAY, minute)).await.unwrap();
    }
    let alerts = async |open| {
        let filter = AlertFilter { open: Some(open), before: None, limit: 10 };
        let alerts = live.daemon.queries.of(&user).alerts(filter).await.unwrap();
        alerts.into_iter().filter(|alert| alert.code == AlertCode::HoldingsDiffer).collect::<Vec<_>>()
    };
    let unknown = StrategyName::literal("nobodys");
    let nobodys = DifferenceDecision::Adopt { price: Some(PRICE), strategy: Some(unknown) };
    let refused = live.daemon.differences.decide(&user, 1, nobodys, OTHER).await;
    assert!(
        matches!(refused, Err(AppError::DifferenceRefused(why)) if why == "no task is of the strategy nobodys")
    );
    // What is new is told with the next thing that is done for the user, whatever comes of it.
    let refused = live.daemon.differences.decide(&user, 999, DifferenceDecision::Ignore, OTHER).await;
    assert!(matches!(refused, Err(AppError::DifferenceRefused(_))));
    let open = alerts(true).await;
    assert_eq!(open[0].detail, "OLD: the broker holds 20 shares, our books none");
    let [row] = live.daemon.store.user(OTHER).open_differences().await.unwrap().try_into().unwrap();
    live.daemon.differences.decide(&user, row.id, DifferenceDecision::Ignore, OTHER).await.unwrap();
    assert_eq!(alerts(true).await, []);
    assert_eq!(alerts(false).await[0].resolution, "the shares are not Prahari's");
    stop(live.daemon).await;
}
