//! What messages say, word for word.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use prahari_brokers::Check;
use prahari_domain::book::ClosedLot;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    Fill, Order, OrderKind, OrderRequest, OrderState, Product, Purpose, Side, Variety,
};
use prahari_domain::risk::TradingState;
use prahari_domain::settings::NotificationKind;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertCode, NotificationLevel};

use super::days::{DayFacts, summary};
use super::{Words, alerts, channels, digests, modules, orders, positions, runs, services, trading_state};
use crate::desk::DailyStatement;

fn day() -> Day {
    "2025-03-10".parse().unwrap()
}

fn at(time: &str) -> Timestamp {
    Timestamp::from_ist(day(), time.parse().unwrap())
}

/// An order for 10 INFY, of which so many are filled at ₹1,500.
fn order(side: Side, kind: OrderKind, filled: u32) -> Order {
    let request = OrderRequest {
        symbol: "INFY".parse().unwrap(),
        side,
        quantity: 10,
        kind,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    };
    Order {
        id: OrderId { user: UserId(7), day: day(), number: 3 },
        tag: None,
        request,
        run: RunId(5),
        strategy: StrategyName::REBOUND,
        state: OrderState::Accepted,
        broker_id: None,
        filled,
        fill_value: Paise::rupees(1_500).times(filled).unwrap(),
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: at("09:15:00"),
        placed_at: at("09:15:00"),
        updated_at: at("09:15:00"),
    }
}

fn limit() -> OrderKind {
    OrderKind::Limit(Paise::rupees(1_500))
}

/// Kind, title and text.
fn said(words: &Words) -> (NotificationKind, &str, &str) {
    (words.kind, &words.title, &words.body)
}

#[test]
fn a_trade_outside_says_that_nobody_here_placed_it_and_when_its_price_is_an_estimate() {
    let mut sold = order(Side::Sell, OrderKind::Market, 10);
    sold.request.purpose = Purpose::External;
    sold.fill_keys = vec!["L3/1".to_owned()];
    let body = "Nobody here placed the trade. The books have it as order U7-20250310-0003.";
    let title = "Sold outside: 10 INFY at ₹1,500.00";
    assert_eq!(said(&orders::outside(&sold)), (NotificationKind::OrderFilled, title, body));
    sold.fill_keys.push(Fill::estimated(10, Paise::rupees(1_500), at("10:00:00")).key);
    let more = " The price is an estimate, the last one: the broker does not show the trade.";
    assert_eq!(orders::outside(&sold).body, format!("{body}{more}"));
}

#[test]
fn orders_that_were_placed_are_one_message_that_names_the_first_of_them() {
    assert_eq!(orders::placed(&[]), None);
    let mut late = order(Side::Buy, limit(), 0);
    late.request.variety = Variety::AfterMarket;
    let one = orders::placed(std::slice::from_ref(&late)).unwrap();
    let expected = (
        NotificationKind::OrderPlaced,
        "Order placed: buy 10 INFY at ₹1,500.00, after market",
        "The order is U7-20250310-0003.",
    );
    assert_eq!(said(&one), expected);
    let two = orders::placed(&[late, order(Side::Sell, OrderKind::Market, 0)]).unwrap();
    let expected = (
        NotificationKind::OrderPlaced,
        "2 orders placed",
        "buy 10 INFY at ₹1,500.00, after market\nsell 10 INFY at the market price",
    );
    assert_eq!(said(&two), expected);
    let many = orders::placed(&vec![order(Side::Buy, limit(), 0); 12]).unwrap();
    assert_eq!((many.title.as_str(), many.body.lines().count()), ("12 orders placed", 11));
    assert_eq!(many.body.lines().last(), Some("and 2 more"));
}

#[test]
fn a_fill_says_how_much_of_the_order_it_is() {
    let whole = orders::filled(&order(Side::Buy, limit(), 10));
    let kind = NotificationKind::OrderFilled;
    let expected = (kind, "Bought 10 INFY at ₹1,500.00", "The order U7-20250310-0003 is filled.");
    assert_eq!(said(&whole), expected);
    let mut of_another = order(Side::Sell, limit(), 4);
    of_another.strategy = StrategyName::literal("momentum");
    let part = orders::filled(&of_another);
    let expected = (
        kind,
        "Sold 4 of 10 INFY at ₹1,500.00",
        "The order U7-20250310-0003 of momentum is filled in part; 6 shares are open.",
    );
    assert_eq!(said(&part), expected);
    of_another.state = OrderState::Cancelled;
    let late = "The order U7-20250310-0003 of momentum is filled in part; the rest has ended.";
    assert_eq!(orders::filled(&of_another).body, late);
}

#[test]
fn an_order_that_ends_otherwise_says_why() {
    let refused = orders::refused(&order(Side::Buy, limit(), 0), "the cash does not cover it", true);
    let expected = (
        NotificationKind::OrderRejected,
        "Buy of 10 INFY was refused",
        "The order U7-20250310-0003: the cash does not cover it. It may be tried again.",
    );
    assert_eq!((said(&refused), refused.level), (expected, NotificationLevel::Warning));
    let withdrawn = orders::withdrawn(&order(Side::Sell, limit(), 0), "exit.");
    let kind = NotificationKind::OrderCancelled;
    let expected = (kind, "Sell of 10 INFY was withdrawn unfilled", "The order U7-20250310-0003: exit.");
    assert_eq!(said(&withdrawn), expected);
    let expired = orders::expired(&order(Side::Buy, limit(), 4), "");
    let expected = (
        kind,
        "Buy of 10 INFY expired with 4 of them bought",
        "The order U7-20250310-0003: no reason was given.",
    );
    assert_eq!(said(&expired), expected);
}

#[test]
fn reasons_have_money_as_everywhere_and_codes_as_words() {
    let refused = orders::refused(
        &order(Side::Buy, limit(), 0),
        "insufficient balance: ₹99,051.70 with charges, ₹75,949.03 more than is free",
        true,
    );
    let body = "The order U7-20250310-0003: insufficient balance: ₹99,051.70 with charges, ₹75,949.03 more than is free. \
                It may be tried again.";
    assert_eq!(refused.body, body);
    let withdrawn = orders::withdrawn(&order(Side::Sell, limit(), 0), "rsi_exit");
    assert_eq!(withdrawn.body, "The order U7-20250310-0003: RSI exit.");
    let withdrawn = orders::withdrawn(&order(Side::Buy, limit(), 0), "retry_expired");
    assert_eq!(withdrawn.body, "The order U7-20250310-0003: the time to try it again is over.");
}

#[test]
fn a_position_that_is_closed_says_what_it_came_to_net_of_charges() {
    let sold = order(Side::Sell, limit(), 10);
    let lot = |quantity, sell_price| ClosedLot {
        number: 1,
        symbol: "INFY".parse().unwrap(),
        strategy: StrategyName::REBOUND,
        quantity,
        bought_by: OrderId { number: 1, ..sold.id },
        bought_on: "2025-03-07".parse().unwrap(),
        buy_price: Paise::rupees(1_450),
        sold_by: sold.id,
        sold_on: day(),
        sell_price,
        charges: Paise(1_234),
    };
    assert_eq!(positions::closed(&sold, &[]), None);
    let lots = [lot(4, Paise::rupees(1_500)), lot(6, Paise::rupees(1_510))];
    let won = positions::closed(&sold, &lots).unwrap();
    let expected = (
        NotificationKind::PositionClosed,
        "INFY is closed with a profit of ₹535.32",
        "Sold 10 shares at ₹1,506.00, bought at ₹1,450.00, after 3 days: ₹560.00 before charges of ₹24.68. \
         The last order is U7-20250310-0003.",
    );
    assert_eq!(said(&won), expected);
    let lost = positions::closed(&sold, &[lot(1, Paise::rupees(1_440))]).unwrap();
    assert_eq!(lost.title, "INFY is closed with a loss of ₹22.34");
    assert!(lost.body.starts_with("Sold 1 share at ₹1,440.00, "), "{}", lost.body);
}

#[test]
fn a_day_is_told_net_of_charges_with_what_failed() {
    let mut statement = DailyStatement {
        day: day(),
        cash: Paise::rupees(250_000),
        invested: Paise::rupees(15_000),
        market_value: Paise(1_498_000),
        realised: Paise(56_000),
        unrealised: Paise(-2_000),
        charges: Paise(2_468),
        income: Paise::ZERO,
        orders_placed: 4,
        fills: 1,
        orders_expired: 1,
        open_positions: 1,
        unpriced: Vec::new(),
        capital: None,
        strategies: Vec::new(),
        note: None,
    };
    let told = summary(&DayFacts { statement: &statement, opened: 0, closed: 1, failed: 0 });
    let expected = (
        NotificationKind::DailySummary,
        "10 Mar 2025: net ₹535.32",
        "Realised ₹560.00, charges ₹24.68, net ₹535.32.\n\
         1 open position worth ₹14,980.00, unrealised -₹20.00; cash ₹2,50,000.00.\n\
         4 orders placed, 1 fill, 1 order expired.\n\
         0 positions opened, 1 closed.",
    );
    assert_eq!(said(&told), expected);
    let paid = DailyStatement { income: Paise(14_700), ..statement.clone() };
    let paid = summary(&DayFacts { statement: &paid, opened: 0, closed: 1, failed: 0 });
    assert_eq!(paid.title, "10 Mar 2025: net ₹682.32");
    let first = "Realised ₹560.00, dividends ₹147.00 to the bank, charges ₹24.68, net ₹682.32.";
    assert_eq!(paid.body.lines().next(), Some(first));
    statement.note = Some("the broker did not answer".to_owned());
    let told = summary(&DayFacts { statement: &statement, opened: 1, closed: 0, failed: 2 });
    let end = "1 position opened, 0 closed.\n2 expected runs failed or missed.\nThe books may be incomplete: the broker did not answer.";
    assert!(told.body.ends_with(end), "{}", told.body);
    statement =
        DailyStatement { orders_placed: 0, fills: 0, orders_expired: 0, open_positions: 0, ..statement };
    assert!(!DayFacts { statement: &statement, opened: 0, closed: 0, failed: 0 }.is_nothing());
    statement.note = None;
    assert!(DayFacts { statement: &statement, opened: 0, closed: 0, failed: 0 }.is_nothing());
    statement.income = Paise(1);
    assert!(!DayFacts { statement: &statement, opened: 0, closed: 0, failed: 0 }.is_nothing());
}

#[test]
fn runs_services_and_alerts_say_which_and_why() {
    let task = Task::literal("sell_monitor");
    let failed = runs::failed(task, at("16:05:00"), "no quotes");
    assert_eq!(said(&failed), (NotificationKind::TaskFailed, "sell_monitor of 16:05 failed", "no quotes"));
    let missed = runs::missed(task, at("09:30:00"), "the daemon was down");
    assert_eq!(missed.title, "sell_monitor of 09:30 was missed");
    let tick = runs::first_tick_failed(task, at("10:31:00"), "no quotes");
    let body = "no quotes\nIt goes on each minute; further failures of this session are not told one by one.";
    assert_eq!((tick.title.as_str(), tick.body.as_str()), ("sell_monitor failed at 10:31", body));
    let started = services::started(None, "user 1 (admin)");
    let expected =
        (NotificationKind::ServiceStarted, "Your service was started", "It was started by user 1 (admin).");
    assert_eq!(said(&started), expected);
    assert_eq!(services::stopped(Some(task), "user 1").title, "Your service of sell_monitor was stopped");
    let halted = alerts::raised(AlertCode::UserHalted, "nothing of this user is sent".to_owned());
    let expected = (NotificationKind::Alert, "Trading of a user is halted", "nothing of this user is sent");
    assert_eq!((said(&halted), halted.level), (expected, NotificationLevel::Error));
    // True of what prices contradict and of what the books do, of one and of many.
    let doubted = alerts::raised(AlertCode::ActionDoubted, String::new());
    assert_eq!(doubted.title, "Corporate actions wait for an admin's word");
    let failed: Vec<Check> =
        (1..=7).map(|_| Check::failed("halts", "nothing of this user is sent", "")).collect();
    let failed: Vec<&Check> = failed.iter().collect();
    assert_eq!(
        alerts::not_ready(&failed[..1]),
        "1 check of the doctor failed: halts: nothing of this user is sent"
    );
    let several = alerts::not_ready(&failed);
    assert!(several.starts_with("7 checks of the doctor failed: halts: "), "{several}");
    assert!(several.ends_with("nothing of this user is sent; and 2 more"), "{several}");
    let users: Vec<UserId> = (1..=7).map(UserId).collect();
    let unseen = alerts::not_seen_for(task, at("09:15:00"), &users);
    assert_eq!(unseen.title, "sell_monitor was expected and not seen for 7 users");
    assert!(unseen.body.ends_with(": users 1, 2, 3, 4, 5 and others"), "{}", unseen.body);
}

#[test]
fn services_that_fail_and_modules_say_what_the_daemon_does_about_it() {
    let task = Task::literal("sell_monitor");
    let stopped = services::individual_stopped(task, "it was ended by SIGKILL");
    let expected = (
        NotificationKind::Error,
        "Your service of sell_monitor was stopped",
        "it was ended by SIGKILL. It stays stopped until you start it again.",
    );
    assert_eq!(said(&stopped), expected);
    let again = services::individual_restarts(task, "it was ended by SIGKILL", &"it restarts at 10:30");
    let expected = (
        NotificationKind::Warning,
        "Your service of sell_monitor failed and is started again",
        "it was ended by SIGKILL; it restarts at 10:30.",
    );
    assert_eq!(said(&again), expected);
    let failed = services::failed("the books".to_owned());
    assert_eq!(said(&failed), (NotificationKind::Error, "Your service was stopped", "the books"));
    let held_back = modules::held_back(task, "3 runs in a row failed");
    let body = "3 runs in a row failed. It is tried again from time to time, and at once when its allowance is changed.";
    assert_eq!(said(&held_back), (NotificationKind::Error, "sell_monitor is held back", body));
    let rolled_back = modules::rolled_back(task, "version 1 runs again".to_owned());
    assert_eq!(rolled_back.title, "The module of sell_monitor was rolled back");
    assert_eq!(channels::test().title, "A test from Prahari");
}

#[test]
fn a_digest_counts_its_messages_and_names_the_first() {
    assert_eq!(digests::title(NotificationKind::OrderFilled, 14), "14 orders filled");
    assert_eq!(digests::title(NotificationKind::Warning, 1), "1 warning");
    assert_eq!(digests::body("one\ntwo", 2), "one\ntwo");
    assert_eq!(digests::body("one\ntwo", 5), "one\ntwo\nand 3 more");
}

#[test]
fn what_brokers_say_cannot_break_a_title_or_hide_in_a_text() {
    let refused = orders::refused(&order(Side::Buy, limit(), 0), "no\u{1b}[2J\nmore", false);
    let row = refused.into_row(at("10:00:00"), Some(RunId(5)));
    assert_eq!(row.body, "The order U7-20250310-0003: no\\u001b[2J\nmore.");
    assert_eq!((row.title.as_str(), row.run), ("Buy of 10 INFY was refused", Some(RunId(5))));
}

#[test]
fn a_trading_state_that_an_admin_has_set_says_who_why_and_what_is_sent_then() {
    let of = |state| trading_state::set(state, "the books look odd", "asha");
    let halted = of(TradingState::Halted);
    assert_eq!((halted.kind, halted.level), (NotificationKind::Warning, NotificationLevel::Warning));
    assert_eq!(halted.title, "An admin has halted your trading");
    let body = "asha: the books look odd\nOnly cancellations are sent. Open orders stay at the broker.";
    assert_eq!(halted.body, body);
    let reduce_only = of(TradingState::ReduceOnly);
    assert_eq!(reduce_only.title, "An admin has set your trading to reduce-only");
    let body = "asha: the books look odd\nOnly sells of what you hold, fewer shares of open buys and cancellations are sent. \
                Open buys stay at the broker.";
    assert_eq!(reduce_only.body, body);
    let active = of(TradingState::Active);
    assert_eq!((active.kind, active.level), (NotificationKind::Info, NotificationLevel::Info));
    assert_eq!(active.title, "An admin lets you trade again");
    assert_eq!(active.body, "asha: the books look odd\nWhat you have set yourself still holds.");
}
