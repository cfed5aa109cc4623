//! Trades that the exchange annuls after they were reported: the books take them back when two readings agree, and a person is asked
//! where they cannot.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use prahari_app::desk::{DailyStatement, DifferenceDecision, FillAlarm, OrderAlarm};
use prahari_app::queries::AlertFilter;
use prahari_app::resolutions::Word;
use prahari_brokers::{BrokerEvent, BrokerEventKind, Pushed};
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, OrderState, Side};
use prahari_domain::risk::RefusalCode;
use prahari_domain::tasks::Task;
use prahari_runtime::HostCall;
use prahari_store::{AlertCode, NewAlert};

use crate::HIGH;
use crate::external::{Account, adopt};
use crate::pushes::Live;
use crate::support::desk_fixture::{CAPITAL, USER, ask, buy, order_context};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, TUESDAY, day, stop};

impl Account {
    /// What is told of executions that are gone, one after the other.
    fn alarms(&mut self) -> Vec<FillAlarm> {
        let of_fills = |alarm| match alarm {
            OrderAlarm::Fill(alarm) => Some(alarm),
            OrderAlarm::Stray(none) if none.open.is_empty() => None,
            other @ (OrderAlarm::Stray(_) | OrderAlarm::Unknown(_)) => panic!("{other:?}"),
        };
        self.desk.take_alarms().into_iter().filter_map(of_fills).collect()
    }

    /// What is told of executions that are gone, and of those that are settled.
    fn told(&mut self) -> (Vec<String>, Vec<String>) {
        let (mut gone, mut settled) = (Vec::new(), Vec::new());
        for alarm in self.alarms() {
            match alarm {
                FillAlarm::Gone { detail, .. } => gone.push(detail),
                FillAlarm::Settled { how, .. } => settled.push(how),
                FillAlarm::Left { .. } => panic!("{alarm:?}"),
            }
        }
        (gone, settled)
    }

    /// A person says that the last fill of an order was annulled, which it was.
    async fn annulled_by_word(&mut self, order: OrderId) -> Fill {
        let fill = self.broker.annul(USER, &order.to_string(), self.now);
        let word = self.desk.annulled_by_word(order, &fill.key, "a call", self.now);
        word.await.unwrap().unwrap();
        fill
    }

    async fn events_of(&self, order: OrderId) -> Vec<&'static str> {
        self.store.flush().await.unwrap();
        let journal = self.store.user(USER).journal_of(order).await.unwrap();
        journal.iter().map(|entry| entry.event.name()).collect()
    }

    /// Fills, charges and note of the statement of Monday.
    async fn statement(&self) -> (u32, Paise, Option<String>) {
        self.store.flush().await.unwrap();
        let text = self.store.user(USER).statement(day(MONDAY)).await.unwrap().unwrap();
        let statement: DailyStatement = serde_json::from_str(&text).unwrap();
        (statement.fills, statement.charges, statement.note)
    }

    async fn minutes(&mut self, minutes: usize) {
        for _ in 0..minutes {
            self.minute().await;
        }
    }
}

#[tokio::test]
async fn an_annulled_buy_is_taken_back_after_two_readings_and_its_offer_is_withdrawn() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let offer = account.offered("ABC", 10).await;
    let fill = account.broker.annul(USER, &bought.to_string(), account.now);
    account.minute().await;
    assert_eq!((account.held("ABC"), account.told()), (10, (vec![], vec![])), "one reading");
    account.minute().await;

    assert_eq!(account.held("ABC"), 0);
    let book = account.desk.book();
    assert_eq!((book.cash(), book.charges(), book.difference()), (CAPITAL, Paise::ZERO, Paise::ZERO));
    let withdrawn = account.order(bought);
    assert_eq!((withdrawn.state, withdrawn.filled), (OrderState::Cancelled, 0));
    assert!(withdrawn.reason.starts_with("the exchange has annulled it"), "{}", withdrawn.reason);
    assert_eq!(account.order(offer).state, OrderState::Cancelled);
    let events = account.events_of(bought).await;
    assert_eq!(events, ["intended", "sent", "accepted", "filled", "fill_withdrawn", "cancelled"]);
    let (gone, _) = account.told();
    let said = format!(
        "order {bought}: the buy of ABC (10 at ₹100.00) was annulled, and is taken back in the books"
    );
    assert_eq!(gone, [said]);
    assert_eq!(account.external(), []);
    // A report that comes late is no proof that the trade stands: only the broker's book is.
    let tag = account.broker.tag_of(USER, &bought.to_string());
    let late = BrokerEvent { broker_id: None, tag, at: account.now, kind: BrokerEventKind::Filled(fill) };
    account.desk.take_pushed(Pushed::Events(vec![late]), account.now).await.unwrap();
    assert_eq!(account.held("ABC"), 0);
    account.changes_nothing_more().await;
    let before = account.desk.book().clone();
    account.restart().await;
    assert_eq!(account.desk.book(), &before, "the journal says the same");
}

#[tokio::test]
async fn an_annulled_sell_brings_its_shares_back_and_is_no_purchase_outside() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    let (cash, charges) = (account.desk.book().cash(), account.desk.book().charges());
    let sold = account.offered("ABC", 10).await;
    account.broker.execute(USER, &sold.to_string(), 10, Paise(HIGH), account.now);
    account.minute().await;
    assert_eq!((account.held("ABC"), account.desk.book().realised()), (0, Paise(10 * (HIGH - PRICE.0))));
    account.broker.annul(USER, &sold.to_string(), account.now);
    // Nothing is open: the fills of the day are looked at each quarter of an hour.
    account.minutes(18).await;
    assert_eq!((account.held("ABC"), account.desk.book().realised()), (10, Paise::ZERO));
    assert_eq!((account.desk.book().cash(), account.desk.book().charges()), (cash, charges));
    assert_eq!((account.external(), account.differences(true).await), (vec![], vec![]));
    // The shares may be offered again.
    account.offered("ABC", 10).await;
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn a_fill_that_one_answer_lacks_stays_and_lists_that_do_not_agree_are_shown_to_a_person() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let id = bought.to_string();
    // Something open has the book read each minute.
    account.offered("ABC", 10).await;
    let fill = account.broker.annul(USER, &id, account.now);
    account.minute().await;
    account.broker.show_fill(USER, &id, fill.clone());
    account.minutes(3).await;
    assert_eq!((account.held("ABC"), account.told()), (10, (vec![], vec![])));

    let hidden = account.broker.hide_fill(USER, &id);
    account.minutes(15).await;
    assert_eq!(account.told(), (vec![], vec![]));
    account.minute().await;
    let (gone, _) = account.told();
    assert_eq!(gone.len(), 1);
    let said = format!(
        "our books have 10 shares of ABC filled, the broker's order 10 and its executions 0, which do not show the fill {}. They do not agree: whether",
        hidden.key
    );
    assert!(gone[0].contains(&said), "{}", gone[0]);
    account.minutes(3).await;
    assert_eq!(
        (account.held("ABC"), account.told()),
        (10, (vec![], vec![])),
        "nothing is booked, and told once"
    );
    account.broker.list_fill(USER, &id, hidden);
    account.minute().await;
    let (gone, settled) = account.told();
    assert_eq!((gone.len(), settled.len()), (0, 1));

    // A book that stands still shows the order as it was before the fill.
    let fill = account.broker.annul(USER, &id, account.now.plus_minutes(-60));
    account.minutes(5).await;
    assert_eq!(account.held("ABC"), 10, "{fill:?}");
    assert_eq!(account.events_of(bought).await, ["intended", "sent", "accepted", "filled"]);
}

#[tokio::test]
async fn an_annulled_buy_whose_shares_were_sold_is_left_to_a_person_and_nothing_is_below_zero() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let sold = account.offered("ABC", 10).await;
    account.broker.execute(USER, &sold.to_string(), 10, Paise(HIGH), account.now);
    account.minute().await;
    let (book, journal) = (account.desk.book().clone(), account.journal().await);
    account.broker.annul(USER, &bought.to_string(), account.now);
    account.minutes(40).await;
    let (gone, _) = account.told();
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].contains("of the ABC that order"), "{}", gone[0]);
    assert!(gone[0].contains("10 shares were sold since"), "{}", gone[0]);
    assert_eq!((account.desk.book(), account.journal().await), (&book, journal));
    assert_eq!((account.external(), account.differences(true).await), (vec![], vec![]));
    account.on(TUESDAY).await;
    account.minutes(2).await;
    assert_eq!(account.told(), (vec![], vec![]), "another date settles nothing");
}

#[tokio::test]
async fn a_trade_at_a_corrected_price_takes_the_place_of_the_first() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let id = bought.to_string();
    account.offered("ABC", 10).await;
    let fill = account.broker.annul(USER, &id, account.now);
    account.broker.show_fill(USER, &id, Fill { key: "corrected".to_owned(), price: Paise(9_900), ..fill });
    account.minutes(2).await;
    let order = account.order(bought);
    assert_eq!((order.state, order.average_price()), (OrderState::Filled, Some(Paise(9_900))));
    assert_eq!((account.held("ABC"), account.desk.book().invested()), (10, Paise(99_000)));
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn a_person_says_on_a_later_date_that_a_fill_was_annulled_which_the_book_does_not_show() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let key = account.order(bought).fill_keys[0].clone();
    let word = "the contract note of Tuesday says so";
    let shown = account.desk.annulled_by_word(bought, &key, word, account.now).await.unwrap().unwrap_err();
    assert_eq!(shown.detail, format!("the broker's book shows the fill {key}"));
    account.on_thursday().await;
    let offer = account.offered("ABC", 10).await;
    account.broker.annul(USER, &bought.to_string(), account.now);
    account.minutes(20).await;
    assert_eq!(account.held("ABC"), 10, "the lists of a later date prove nothing");
    let other = account.desk.annulled_by_word(bought, "other", word, account.now).await.unwrap();
    assert_eq!(other.unwrap_err().code, RefusalCode::State);
    let charges = account.desk.book().charges();
    assert!(charges > Paise::ZERO);
    assert_eq!(account.statement().await, (1, charges, None));
    account.desk.annulled_by_word(bought, &key, word, account.now).await.unwrap().unwrap();
    assert_eq!(
        account.statement().await,
        (0, Paise::ZERO, None),
        "the statement of the date is written again"
    );
    let (order, book) = (account.order(bought), account.desk.book());
    assert_eq!(
        (order.state, order.filled, account.order(offer).state),
        (OrderState::Cancelled, 0, OrderState::Cancelled)
    );
    assert_eq!(order.reason, format!("decided by hand that it was annulled: {word}"));
    assert_eq!((book.cash(), book.difference(), account.held("ABC")), (CAPITAL, Paise::ZERO, 0));
    account.looked_at().await;
    account.changes_nothing_more().await;
}

#[tokio::test]
async fn of_an_ended_sell_of_an_earlier_date_nobody_is_asked_whether_its_fill_was_annulled() {
    let mut account = Account::new().await;
    account.on_thursday().await;
    let sold = account.offered("ABC", 4).await;
    account.broker.execute(USER, &sold.to_string(), 4, Paise(HIGH), account.now);
    account.minute().await;
    let key = account.order(sold).fill_keys[0].clone();
    let bought = account.desk.book().orders().next().unwrap().id;
    assert_eq!([bought, sold].map(|id| account.desk.may_be_annulled(id)), [true, true]);
    account.on("2025-03-17").await;
    account.on("2025-03-18").await;
    // The books keep a buy, and with it the word on its fill.
    assert_eq!([bought, sold].map(|id| account.desk.may_be_annulled(id)), [true, false]);
    let refused =
        account.desk.annulled_by_word(sold, &key, "a call", account.now).await.unwrap().unwrap_err();
    assert_eq!(
        (refused.code, refused.detail),
        (RefusalCode::State, format!("fills of order {sold} are final"))
    );
}

#[tokio::test]
async fn a_fill_that_comes_back_is_booked_again_and_settles_what_was_told_of_it_after_a_restart_too() {
    for restarts in [false, true] {
        let mut account = Account::empty().await;
        let bought = account.bought("ABC", 10).await;
        let key = account.order(bought).fill_keys[0].clone();
        let fill = account.broker.annul(USER, &bought.to_string(), account.now);
        account.desk.annulled_by_word(bought, &key, "a call", account.now).await.unwrap().unwrap();
        let (gone, settled) = account.told();
        assert_eq!((account.held("ABC"), gone.len(), settled.len()), (0, 1, 0));
        if restarts {
            account.restart().await;
        }
        account.broker.show_fill(USER, &bought.to_string(), fill);
        account.minute().await;
        assert_eq!(account.held("ABC"), 10);
        let back = format!(
            "it is back: order {bought}: the buy of ABC (10 at ₹100.00) is in the broker's book again, and booked again"
        );
        assert_eq!(account.told(), (vec![], vec![back]));
        account.minute().await;
        assert_eq!(account.told(), (vec![], vec![]), "it is told once");
    }
}

#[tokio::test]
async fn shares_of_an_annulled_sell_are_nobodys_purchase_while_the_book_is_empty_after_a_restart() {
    let mut account = Account::new().await;
    let sold = account.offered("ABC", 10).await;
    account.broker.execute(USER, &sold.to_string(), 10, Paise(HIGH), account.now);
    account.minute().await;
    account.broker.annul(USER, &sold.to_string(), account.now);
    account.broker.set_book_empty(USER, true);
    account.restart().await;
    account.minutes(35).await;
    assert_eq!((account.held("ABC"), account.differences(true).await), (0, vec![]));
    account.broker.set_book_empty(USER, false);
    account.minutes(20).await;
    assert_eq!((account.held("ABC"), account.differences(true).await), (10, vec![]));
    assert_eq!(account.external(), vec![]);
}

#[tokio::test]
async fn nothing_is_decided_of_a_share_while_a_fill_of_it_is_not_shown() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    account.broker.trade_outside(USER, ("ABC", Side::Buy), 4, PRICE, account.now);
    account.looked_at().await;
    let difference = account.only_open().await.id;
    let hidden = account.broker.hide_fill(USER, &bought.to_string());
    for decision in [adopt(None), DifferenceDecision::Ignore] {
        let refused = account.decided(difference, decision).await.unwrap_err();
        assert!(
            refused.starts_with("the broker's book does not show a fill of ABC that our books have"),
            "{refused}"
        );
    }
    assert_eq!(account.held("ABC"), 10);
    account.broker.list_fill(USER, &bought.to_string(), hidden);
    account.decided(difference, adopt(None)).await.unwrap();
    assert_eq!(account.held("ABC"), 14);
}

#[tokio::test]
async fn the_word_of_a_person_is_refused_while_the_row_of_the_order_still_counts_the_fill() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let (id, key) = (bought.to_string(), account.order(bought).fill_keys[0].clone());
    account.broker.hide_fill(USER, &id);
    let refused =
        account.desk.annulled_by_word(bought, &key, "a call", account.now).await.unwrap().unwrap_err();
    let said = format!(
        "the broker's order still has 10 shares filled, its executions 0: while they do not agree the fill {key} stays"
    );
    assert_eq!((refused.code, refused.detail), (RefusalCode::State, said));
    assert_eq!(account.held("ABC"), 10);
    // Of an order without a row the person's word is all there is.
    account.broker.set_hidden(USER, &id, true);
    account.desk.annulled_by_word(bought, &key, "a call", account.now).await.unwrap().unwrap();
    assert_eq!(account.held("ABC"), 0);
}

#[tokio::test]
async fn a_fill_that_comes_back_late_on_a_quiet_day_is_booked_within_minutes() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let fill = account.annulled_by_word(bought).await;
    // Nothing is open, and what others trade is looked at each quarter of an hour only.
    account.minutes(20).await;
    account.broker.show_fill(USER, &bought.to_string(), fill);
    account.minutes(6).await;
    assert_eq!(account.held("ABC"), 10);
    let (_, settled) = account.told();
    assert_eq!(settled.len(), 1);
}

#[tokio::test]
async fn what_was_taken_back_is_looked_for_until_its_day_is_over_and_once_on_a_later_date() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let fill = account.annulled_by_word(bought).await;
    let asked = |account: &Account| account.broker.books_asked(USER);
    let before = asked(&account);
    account.minutes(60).await;
    assert!((12..=20).contains(&(asked(&account) - before)), "{}", asked(&account) - before);
    account.on(TUESDAY).await;
    let before = asked(&account);
    account.minutes(60).await;
    assert_eq!(asked(&account), before, "nothing is to be expected any more");
    account.broker.show_fill(USER, &bought.to_string(), fill);
    account.on("2025-03-12").await;
    assert_eq!(account.held("ABC"), 10);
}

#[tokio::test]
async fn the_alert_of_two_annulled_fills_of_an_order_says_after_each_step_what_is_open() {
    let mut account = Account::empty().await;
    let order =
        account.desk.place(buy("ABC", 10, PRICE.0), order_context(account.now)).await.unwrap().unwrap();
    let id = order.to_string();
    for (quantity, price) in [(4, PRICE), (6, Paise(9_900))] {
        account.broker.execute(USER, &id, quantity, price, account.now);
        account.minute().await;
    }
    let gone = |fills: &str| FillAlarm::Gone {
        order,
        detail: format!("order {id}: the buy of ABC ({fills}) was annulled, and is taken back in the books"),
    };
    let second = account.annulled_by_word(order).await;
    assert_eq!(account.alarms(), [gone("6 at ₹99.00")]);
    let first = account.annulled_by_word(order).await;
    assert_eq!(account.alarms(), [gone("6 at ₹99.00, 4 at ₹100.00")]);
    account.restart().await;

    account.broker.show_fill(USER, &id, second);
    account.minute().await;
    let FillAlarm::Gone { detail, .. } = gone("4 at ₹100.00") else { panic!() };
    assert_eq!(account.alarms(), [FillAlarm::Left { order, detail }]);
    account.broker.show_fill(USER, &id, first);
    account.minute().await;
    let (gone, settled) = account.told();
    assert_eq!((gone.len(), settled.len(), account.held("ABC")), (0, 1, 10));
}

#[tokio::test]
async fn what_a_person_has_to_decide_follows_what_the_lists_show() {
    let mut account = Account::empty().await;
    let order =
        account.desk.place(buy("ABC", 10, PRICE.0), order_context(account.now)).await.unwrap().unwrap();
    let id = order.to_string();
    for quantity in [4, 6] {
        account.broker.execute(USER, &id, quantity, PRICE, account.now);
        account.minute().await;
    }
    let hidden = [account.broker.hide_fill(USER, &id), account.broker.hide_fill(USER, &id)];
    account.minutes(32).await;
    let (gone, _) = account.told();
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].contains("and its executions 0, which do not show the fills"), "{}", gone[0]);
    let [second, first] = hidden;
    let key = first.key.clone();
    account.broker.list_fill(USER, &id, second);
    account.minute().await;
    let [FillAlarm::Left { detail, .. }] = &account.alarms()[..] else { panic!() };
    assert!(detail.contains(&format!("and its executions 6, which do not show the fill {key}.")), "{detail}");
    account.broker.list_fill(USER, &id, first);
    account.minute().await;
    let (_, settled) = account.told();
    assert_eq!(settled, [format!("the broker and the books agree on what was filled of order {id}")]);
}

#[tokio::test]
async fn an_alert_of_before_a_restart_is_not_told_again_and_is_settled_when_the_lists_agree() {
    let mut account = Account::empty().await;
    let bought = account.bought("ABC", 10).await;
    let hidden = account.broker.hide_fill(USER, &bought.to_string());
    account.minutes(32).await;
    let (mut gone, _) = account.told();
    let (code, user, subject) = (AlertCode::FillWithdrawn, Some(USER), bought.to_string());
    let alert = NewAlert { code, user, subject, detail: gone.pop().unwrap() };
    account.store.system().raise_alert(alert, account.now).await.unwrap();
    account.restart().await;
    account.minutes(20).await;
    assert_eq!(account.alarms(), []);
    account.broker.list_fill(USER, &bought.to_string(), hidden);
    account.minute().await;
    let (gone, settled) = account.told();
    assert_eq!((gone.len(), settled.len()), (0, 1));
}

#[tokio::test]
async fn one_open_alert_of_an_order_says_which_of_its_fills_are_gone_until_the_last_is_back() {
    let live = Live::new().await;
    let user = live.daemon.users.find(OTHER).unwrap();
    let open = async || {
        let filter = AlertFilter { open: Some(true), before: None, limit: 50 };
        let alerts = live.daemon.queries.of(&user).alerts(filter).await.unwrap();
        let of_fills = alerts.into_iter().filter(|alert| alert.code == AlertCode::FillWithdrawn);
        of_fills.map(|alert| (alert.id, alert.detail)).collect::<Vec<_>>()
    };
    let id = live.buy("ABC", 10).await;
    for quantity in [4, 6] {
        live.execute(&id, quantity);
    }
    user.desk.lock().await.sync_fills(live.daemon.clock.now()).await.unwrap();
    let annul = async || {
        let fill = live.broker.annul(OTHER, &id, live.daemon.clock.now());
        let (order, word) = (id.parse().unwrap(), Word::Annulled(&fill.key));
        live.daemon.resolutions.take(&user, order, word, "a call").await.unwrap().unwrap().unwrap();
        fill
    };
    let second = annul().await;
    let [(alert, one)] = open().await.try_into().unwrap();
    assert!(one.contains("(6 at ₹100.00)"), "{one}");
    let first = annul().await;
    let [(same, both)] = open().await.try_into().unwrap();
    assert_eq!(same, alert);
    assert!(both.contains("(6 at ₹100.00, 4 at ₹100.00)"), "{both}");

    let compared = async || ask(&live.daemon, OTHER, Task::literal("buy_orders"), HostCall::Reconcile).await;
    live.broker.show_fill(OTHER, &id, second);
    compared().await;
    let [(same, left)] = open().await.try_into().unwrap();
    assert_eq!(same, alert);
    assert!(left.contains("(4 at ₹100.00)"), "{left}");
    live.broker.show_fill(OTHER, &id, first);
    compared().await;
    assert_eq!(open().await, []);
    stop(live.daemon).await;
}
