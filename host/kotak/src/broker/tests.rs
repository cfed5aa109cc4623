//! One user's orders: what is sent, how often, and what is concluded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use prahari_brokers::{Broker, BrokerError, BrokerOrderState, Brokerage, NewLink, pushes};
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderRequest, Product, Purpose, Side};
use prahari_domain::strategies::StrategyName;
use serde_json::{Value, json};

use super::*;
use crate::fake::{Asked, Fake, JumpingTime, NOW, Reply, USER, ok, sessions, settings, standard_reply, time};

mod market_order;
mod share_rules;

const FILE: &str = "pSymbol,pGroup,pExchSeg,pSymbolName,pTrdSymbol,pISIN,dTickSize ,lLotSize,pCreditRating,dHighPriceRange ,dLowPriceRange ,lFreezeQty
90001,EQ,nse_cm,DEMO,DEMO-EQ,INE000A00001,5,1,,27500,22500,999900
90003,BE,nse_cm,DEMOT,DEMOT-BE,INE000A00003,1,1,,1050,950,999900
";

/// What the fake answers, by the part of the path.
type Answers = Arc<Mutex<Vec<(&'static str, Reply)>>>;

struct Desk {
    fake: Fake,
    time: Arc<JumpingTime>,
    broker: Arc<dyn Broker>,
    answers: Answers,
}

impl Desk {
    async fn new() -> Self {
        let answers: Answers = Arc::default();
        let known = answers.clone();
        let fake = Fake::new(move |asked: &Asked| {
            let path = asked.path.as_str();
            if path.ends_with("file-paths") {
                let host = asked.header("Host").unwrap_or_default();
                return ok(
                    json!({ "data": { "filesPaths": [format!("http://{host}/2026-11-02/nse_cm-v1.csv")] } }),
                );
            }
            if path.ends_with(".csv") {
                return Reply::Answer(200, FILE.to_owned());
            }
            let mut known = known.lock();
            let found = known.iter().position(|(part, _)| path.contains(part));
            // The last answer for a path stays.
            match found {
                Some(at) if known.iter().filter(|(part, _)| path.contains(part)).count() > 1 => {
                    known.remove(at).1
                }
                Some(at) => known[at].1.clone(),
                None => standard_reply(),
            }
        })
        .await;
        let time = time();
        let settings = settings(&fake);
        let brokerage =
            KotakBrokerage::new(Arc::new(settings.clone()), time.clone(), sessions(settings, time.clone()));
        let (sender, _) = pushes();
        let new = NewLink { user: USER, capital: Paise::ZERO, pushes: sender };
        let broker = brokerage.link(new).await.unwrap().broker;
        Self { fake, time, broker, answers }
    }

    fn will(&self, part: &'static str, reply: Reply) {
        self.answers.lock().push((part, reply));
    }

    fn now_will(&self, part: &'static str, reply: Reply) {
        self.answers.lock().retain(|(other, _)| *other != part);
        self.will(part, reply);
    }

    async fn place(&self, order: &Order) -> Result<Placed, BrokerError> {
        self.broker.place(order, NOW).await
    }

    fn placements(&self) -> usize {
        self.fake.to(PLACE).len()
    }
}

const PLACE: &str = "/quick/order/rule/ms/place";
const MODIFY: &str = "/quick/order/vr/modify";
const CANCEL: &str = "/quick/order/cancel";
const BOOK: &str = "/quick/user/orders";
const NUMBER: &str = "261102000000041";

fn order(kind: OrderKind) -> Order {
    let request = OrderRequest {
        symbol: "DEMO".parse().unwrap(),
        side: Side::Buy,
        quantity: 4,
        kind,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    };
    Order {
        id: OrderId { user: USER, day: NOW.ist_day(), number: 41 },
        request,
        run: RunId(1),
        strategy: StrategyName::REBOUND,
        tag: None,
        state: OrderState::Sent,
        broker_id: None,
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: NOW,
        placed_at: NOW,
        updated_at: NOW,
    }
}

fn limit() -> Order {
    order(OrderKind::Limit(Paise(25_075)))
}

fn standing() -> Order {
    Order { broker_id: Some(NUMBER.to_owned()), ..limit() }
}

fn taken() -> Reply {
    ok(json!({ "nOrdNo": NUMBER, "stat": "Ok", "stCode": 200 }))
}

fn row(fields: Value) -> Value {
    let mut row = json!({
        "exSeg": "nse_cm", "nOrdNo": NUMBER, "ordDtTm": "02-Nov-2026 09:20:11", "ordEntTm": "02-Nov-2026 09:20:11",
        "prod": "CNC", "prc": "250.75", "prcTp": "L", "qty": 4, "fldQty": 0, "rejRsn": "--", "series": "EQ", "ordSt": "open",
        "sym": "DEMO", "trnsTp": "B", "trdSym": "DEMO-EQ", "GuiOrdId": "U7-20261102-0041",
    });
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn rows(rows: &[Value]) -> Reply {
    ok(json!({ "stat": "Ok", "stCode": 200, "data": rows }))
}

fn none() -> Reply {
    ok(json!({ "stat": "Not_Ok", "stCode": 5203, "errMsg": "No Data", "desc": "data not found" }))
}

#[tokio::test]
async fn an_order_is_sent_as_the_broker_takes_it() {
    let desk = Desk::new().await;
    desk.will(PLACE, taken());
    assert_eq!(desk.place(&limit()).await.unwrap().broker_id, NUMBER);
    let asked = desk.fake.to(PLACE).remove(0);
    assert_eq!(
        asked.fields(),
        json!({
            "am": "NO", "dq": "0", "es": "nse_cm", "ig": "U7-20261102-0041", "mp": "0", "os": "NEOTRADEAPI", "pc": "CNC",
            "pf": "N", "pr": "250.75", "pt": "L", "qt": "4", "rt": "DAY", "tp": "0", "ts": "DEMO-EQ", "tt": "B",
        })
    );
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(
        (asked.header("Auth"), asked.header("neo-fin-key")),
        (Some("hdr.Trade.sig1"), Some("neotradeapi"))
    );
    assert!(asked.header("Sid").is_some());
    let market = Order { id: OrderId { number: 42, ..limit().id }, ..order(OrderKind::Market) };
    let waiting = OrderRequest { variety: Variety::AfterMarket, ..market.request.clone() };
    desk.place(&Order { request: waiting, ..market }).await.unwrap();
    let fields = desk.fake.to(PLACE).remove(1).fields();
    assert_eq!((&fields["am"], &fields["pt"], &fields["pr"]), (&json!("YES"), &json!("MKT"), &json!("0")));
}

#[tokio::test]
async fn the_same_tag_is_never_sent_twice() {
    let desk = Desk::new().await;
    desk.will(PLACE, taken());
    let first = desk.place(&limit()).await.unwrap();
    assert_eq!(desk.place(&limit()).await.unwrap(), first);
    // Another order under it is not taken for the one that has it.
    let mut other = limit();
    other.request.quantity = 5;
    assert_eq!(desk.place(&other).await, Err(BrokerError::TagInUse));
    assert_eq!(desk.placements(), 1);
}

/// Each of these leaves the order unknown; asking again looks into the book and sends nothing.
#[tokio::test]
async fn what_may_have_arrived_is_unknown_and_looked_for() {
    let answer = |status, body: Value| Reply::Answer(status, body.to_string());
    for unclear in [
        Reply::Break,
        Reply::Answer(200, String::new()),
        Reply::Answer(200, "<html>".to_owned()),
        Reply::Answer(502, "<html>".to_owned()),
        answer(429, json!({ "code": 429, "error": "Rate limit exceeded" })),
        answer(200, json!({ "stat": "Ok", "stCode": 200 })),
        answer(200, json!({ "stat": "Not_Ok", "stCode": 32, "errMsg": "error from core" })),
        answer(200, json!({ "stat": "Not_Ok", "stCode": 1005, "errMsg": "internal" })),
        answer(200, json!({ "stat": "Not_Ok", "stCode": 424_242_424, "errMsg": "new" })),
    ] {
        let desk = Desk::new().await;
        desk.will(PLACE, unclear.clone());
        let error = desk.place(&limit()).await.unwrap_err();
        assert!(matches!(error, BrokerError::Unclear(_)), "{unclear:?}: {error:?}");
        desk.will(BOOK, none());
        let again = desk.place(&limit()).await.unwrap_err();
        assert!(matches!(&again, BrokerError::Unclear(said) if said.contains("proves nothing")), "{again:?}");
        desk.now_will(BOOK, rows(&[row(json!({}))]));
        assert_eq!(desk.place(&limit()).await.unwrap().broker_id, NUMBER);
        assert_eq!(desk.placements(), 1, "{unclear:?}");
    }
}

#[tokio::test]
async fn a_silent_broker_leaves_it_unknown_when_the_time_is_over() {
    let desk = Desk::new().await;
    desk.will(PLACE, taken());
    desk.place(&limit()).await.unwrap();
    let quick = KotakSettings { send: std::time::Duration::from_millis(50), ..settings(&desk.fake) };
    let all = sessions(quick.clone(), desk.time.clone());
    let brokerage = KotakBrokerage::new(Arc::new(quick), desk.time.clone(), all);
    let (sender, _) = pushes();
    let new = NewLink { user: USER, capital: Paise::ZERO, pushes: sender };
    let broker = brokerage.link(new).await.unwrap().broker;
    desk.now_will(PLACE, Reply::Silence);
    let error = broker.place(&limit(), NOW).await.unwrap_err();
    assert_eq!(error, BrokerError::Unclear("an order: no answer within 0.05 s".to_owned()));
}

#[tokio::test]
async fn a_tag_that_is_taken_proves_an_order_that_the_book_tells() {
    let refusal = json!({ "stCode": 32, "errMsg": "error from core", "stat": "Client Order Id Error Client OrderID already exists" });
    for status in [400, 200] {
        let desk = Desk::new().await;
        desk.will(PLACE, Reply::Answer(status, refusal.to_string()));
        assert_eq!(desk.place(&limit()).await, Err(BrokerError::TagInUse));
        // Asked again, nothing is sent: the same order is found by its tag, and another one with it is not ours.
        desk.will(BOOK, rows(&[row(json!({ "qty": 40 }))]));
        let error = desk.place(&limit()).await.unwrap_err();
        assert!(
            matches!(&error, BrokerError::Unclear(said) if said.contains("another order with the tag")),
            "{error:?}"
        );
        desk.now_will(BOOK, rows(&[row(json!({}))]));
        assert_eq!(desk.place(&limit()).await.unwrap().broker_id, NUMBER);
        assert_eq!(desk.placements(), 1);
    }
}

#[tokio::test]
async fn a_session_that_is_over_sends_no_order_again_and_lets_it_be_decided_anew() {
    let desk = Desk::new().await;
    desk.will(PLACE, ok(json!({ "stCode": 100_022, "errMsg": "invalid session token", "stat": "Not_Ok" })));
    desk.will(PLACE, taken());
    let error = desk.place(&limit()).await.unwrap_err();
    assert!(matches!(error, BrokerError::Refused { retryable: true, .. }), "{error:?}");
    assert_eq!(desk.placements(), 1);
    // The new decision has a new tag, and a new session.
    desk.time.pass(61_000);
    let anew = Order { id: OrderId { number: 42, ..limit().id }, ..limit() };
    desk.place(&anew).await.unwrap();
    assert_eq!((desk.placements(), desk.fake.logins()), (2, 2));
}

#[tokio::test]
async fn what_is_refused_is_refused_and_what_never_left_is_told_so() {
    let desk = Desk::new().await;
    for (code, retryable) in [(1_009, false), (1_004, true), (100_008, true), (1_017, false)] {
        desk.now_will(PLACE, ok(json!({ "stCode": code, "errMsg": "no, account-ZZ9Z9", "stat": "Not_Ok" })));
        let error = desk.place(&limit()).await.unwrap_err();
        let how = match code {
            100_008 => {
                "; the call left as this machine routes them: the broker's app has to list that address, and the access token has to be \
                 of this application"
            }
            _ => "",
        };
        let reason = format!("an order: no, account-[masked]{how} (code {code})");
        assert_eq!(error, BrokerError::Refused { reason, retryable });
    }
    let sent = desk.placements();
    let mut odd = limit();
    odd.request.kind = OrderKind::Limit(Paise(25_073));
    assert!(matches!(desk.place(&odd).await, Err(BrokerError::Refused { retryable: false, .. })));
    odd.request.symbol = "NOSUCH".parse().unwrap();
    assert!(matches!(desk.place(&odd).await, Err(BrokerError::Refused { retryable: false, .. })));
    odd.request.symbol = "DEMOT".parse().unwrap();
    assert!(matches!(desk.place(&odd).await, Err(BrokerError::Refused { retryable: false, .. })));
    assert_eq!(desk.placements(), sent);
}

#[tokio::test]
async fn no_login_means_that_nothing_was_sent() {
    let desk = Desk::new().await;
    desk.will("tradeApiLogin", Reply::Answer(503, String::new()));
    let error = desk.place(&limit()).await.unwrap_err();
    assert!(matches!(error, BrokerError::Unavailable(_)), "{error:?}");
    assert_eq!(desk.placements(), 0);
}

#[tokio::test]
async fn a_change_counts_when_the_book_shows_it() {
    let desk = Desk::new().await;
    desk.will(MODIFY, taken());
    let to = OrderKind::Limit(Paise(25_100));
    desk.will(BOOK, rows(&[row(json!({}))]));
    desk.will(BOOK, rows(&[row(json!({ "ordSt": "modify pending" }))]));
    desk.will(
        BOOK,
        rows(&[row(
            json!({ "ordSt": "open", "prc": "251.00", "qty": 5, "GuiOrdId": "1-2-AAAAA0000A-ADMINAPI" }),
        )]),
    );
    desk.broker.modify(&standing(), 5, to, NOW).await.unwrap();
    let sent = desk.fake.to(MODIFY).remove(0).fields();
    let expected = json!({ "dq": "0", "mp": "0", "no": NUMBER, "pc": "CNC", "pr": "251.00", "pt": "L", "qt": "5", "tp": "0", "vd": "DAY" });
    assert_eq!(sent, expected);
    // Refused: the reason stands beside an order that is still open.
    let desk = Desk::new().await;
    desk.will(MODIFY, taken());
    desk.will(BOOK, rows(&[row(json!({}))]));
    desk.will(BOOK, rows(&[row(json!({ "rejRsn": "RMS:Margin Exceeds for entity account-ZZ9Z9" }))]));
    let error = desk.broker.modify(&standing(), 5, to, NOW).await.unwrap_err();
    let reason = "RMS:Margin Exceeds for entity account-[masked]".to_owned();
    assert_eq!(error, BrokerError::Refused { reason, retryable: false });
    // Neither shows: it is unknown.
    let desk = Desk::new().await;
    desk.will(MODIFY, taken());
    desk.will(BOOK, rows(&[row(json!({}))]));
    let error = desk.broker.modify(&standing(), 5, to, NOW).await.unwrap_err();
    assert!(matches!(error, BrokerError::Unclear(_)), "{error:?}");
    assert_eq!(desk.fake.to(MODIFY).len(), 1);
}

#[tokio::test]
async fn a_cancellation_counts_when_the_book_shows_it() {
    for (after, expected) in [
        ("cancelled", Ok(())),
        ("complete", Err(false)),
        ("not cancelled", Err(false)),
        ("cancel pending", Err(true)),
    ] {
        let desk = Desk::new().await;
        desk.will(CANCEL, taken());
        desk.will(BOOK, rows(&[row(json!({}))]));
        desk.will(BOOK, rows(&[row(json!({ "ordSt": after }))]));
        let done = desk.broker.cancel(&standing(), NOW).await;
        assert_eq!(
            done.clone().map_err(|error| matches!(error, BrokerError::Unclear(_))),
            expected,
            "{after}: {done:?}"
        );
        assert_eq!(desk.fake.to(CANCEL).remove(0).fields(), json!({ "am": "NO", "on": NUMBER }));
    }
}

#[tokio::test]
async fn an_order_that_waits_for_the_session_is_cancelled_as_one_until_it_is_released() {
    let desk = Desk::new().await;
    desk.will(CANCEL, taken());
    desk.will(PLACE, taken());
    let other = Order { id: OrderId { number: 1, ..limit().id }, ..limit() };
    desk.place(&other).await.unwrap();
    desk.will(BOOK, rows(&[row(json!({ "ordSt": "after market order req received", "ordGenTp": "AMO" }))]));
    desk.will(BOOK, rows(&[row(json!({ "ordSt": "cancelled after market order", "ordGenTp": "AMO" }))]));
    desk.broker.cancel(&standing(), NOW).await.unwrap();
    let sent = desk.fake.to(CANCEL).remove(0).fields();
    assert_eq!(sent, json!({ "am": "YES", "on": NUMBER, "ts": "DEMO-EQ" }));
    desk.now_will(BOOK, rows(&[row(json!({ "ordSt": "open", "ordGenTp": "AMO" }))]));
    let _unclear = desk.broker.cancel(&standing(), NOW).await;
    assert_eq!(desk.fake.to(CANCEL).remove(1).fields()["am"], json!("NO"));
}

#[tokio::test]
async fn what_has_ended_or_is_not_shown_is_not_changed() {
    for (book, said) in [
        (rows(&[row(json!({ "ordSt": "complete" }))]), "has ended at the broker"),
        (rows(&[row(json!({ "nOrdNo": "9" }))]), "does not show order"),
        (none(), "does not show order"),
    ] {
        let desk = Desk::new().await;
        desk.will(BOOK, book);
        let error = desk.broker.cancel(&standing(), NOW).await.unwrap_err();
        assert!(matches!(&error, BrokerError::Refused { reason, .. } if reason.contains(said)), "{error:?}");
        assert!(desk.fake.to(CANCEL).is_empty());
    }
}

#[tokio::test]
async fn the_book_joins_orders_and_executions_and_knows_ours_under_any_tag() {
    let desk = Desk::new().await;
    desk.will(PLACE, taken());
    desk.place(&order(OrderKind::Market)).await.unwrap();
    let fill = |id: &str, quantity: u32| {
        json!({ "exSeg": "nse_cm", "nOrdNo": NUMBER, "avgPrc": "253.20", "exOrdId": "11", "flId": id, "fldQty": quantity,
                "exTm": "02-Nov-2026 09:20:12", "series": "EQ", "sym": "DEMO", "trdSym": "DEMO-EQ", "trnsTp": "B" })
    };
    let foreign =
        row(json!({ "nOrdNo": "48", "GuiOrdId": "1793593000-100002-AAAAA0000A-ADMINAPI", "qty": "2" }));
    let future = json!({ "exSeg": "nse_fo", "nOrdNo": "77" });
    let rewritten = "1793592900-100001-AAAAA0000A-ADMINAPI";
    desk.will(
        BOOK,
        rows(&[foreign, row(json!({ "fldQty": 3, "prc": "253.25", "GuiOrdId": rewritten })), future]),
    );
    desk.will("/quick/user/trades", rows(&[fill("2", 2), fill("1", 1), fill("1", 1)]));
    let book = desk.broker.book().await.unwrap();
    assert_eq!(book.iter().map(|order| order.tag.as_str()).collect::<Vec<_>>(), ["", "U7-20261102-0041"]);
    let ours = &book[1];
    // The limit is the broker's, made of our market order: nobody changed it.
    assert_eq!((ours.kind, ours.filled, &ours.state), (OrderKind::Market, 3, &BrokerOrderState::Open));
    let fills: Vec<(&str, u32)> = ours.fills.iter().map(|fill| (fill.key.as_str(), fill.quantity)).collect();
    assert_eq!(fills, [("11-1", 1), ("11-2", 2)]);
    assert!(!desk.broker.book_proves_absence());
}

/// Books and executions are two lists, and a row may be missing in one answer.
#[tokio::test]
async fn an_order_has_not_ended_before_all_of_its_executions_are_shown() {
    let desk = Desk::new().await;
    let fill = |id: &str| {
        json!({ "exSeg": "nse_cm", "nOrdNo": NUMBER, "avgPrc": "250.00", "exOrdId": "11", "flId": id, "fldQty": 1,
                "exTm": "02-Nov-2026 09:20:12", "series": "EQ", "sym": "DEMO", "trdSym": "DEMO-EQ", "trnsTp": "B" })
    };
    desk.will(BOOK, rows(&[row(json!({ "ordSt": "cancelled", "fldQty": 2 }))]));
    for (shown, has_ended) in [(vec![fill("1")], false), (vec![fill("1"), fill("2")], true)] {
        desk.now_will("/quick/user/trades", rows(&shown));
        let book = desk.broker.book().await.unwrap();
        assert_eq!((book[0].filled, book[0].fills.len()), (2, shown.len()));
        assert_eq!(book[0].state != BrokerOrderState::Open, has_ended, "{:?}", book[0]);
    }
    // The book may be behind the executions too: no order is smaller than what is filled of it.
    desk.now_will(BOOK, rows(&[row(json!({ "qty": 1, "fldQty": 1 }))]));
    assert_eq!(desk.broker.book().await.unwrap()[0].quantity, 2);
}

#[tokio::test]
async fn an_empty_book_after_an_order_is_doubted_once_and_never_believed() {
    let desk = Desk::new().await;
    desk.will(BOOK, none());
    assert_eq!(desk.broker.book().await.unwrap(), []);
    desk.will(PLACE, taken());
    desk.place(&limit()).await.unwrap();
    for _ in 0..3 {
        desk.time.pass(120_000);
        let error = desk.broker.book().await.unwrap_err();
        assert!(
            matches!(&error, BrokerError::Unavailable(said) if said.contains("it is empty")),
            "{error:?}"
        );
    }
    assert_eq!(desk.fake.logins(), 2);
}

#[tokio::test]
async fn a_book_that_is_empty_on_the_next_day_contradicts_no_order_of_the_day_before() {
    let desk = Desk::new().await;
    desk.will(BOOK, none());
    desk.will(PLACE, taken());
    desk.place(&limit()).await.unwrap();
    assert!(desk.broker.book().await.is_err());
    desk.time.pass(24 * 3_600_000);
    assert_eq!(desk.broker.book().await.unwrap(), []);
}

#[tokio::test]
async fn shares_held_are_the_settled_ones_with_the_trades_of_today() {
    let desk = Desk::new().await;
    let held = |symbol: &str, quantity: u32| json!({ "symbol": symbol, "series": "EQ", "quantity": quantity, "exchangeSegment": "nse_cm" });
    let traded = |symbol: &str, bought: u32, sold: u32| json!({ "exSeg": "nse_cm", "prod": "CNC", "sym": symbol, "flBuyQty": bought.to_string(), "flSellQty": sold.to_string(), "cfBuyQty": "0" });
    let mut short = traded("SHORT", 0, 5);
    short["prod"] = json!("MIS");
    desk.will("/holdings", ok(json!({ "data": [held("OLD", 10), held("GONE", 2)] })));
    desk.will("/positions", rows(&[traded("OLD", 0, 4), traded("NEW", 5, 1), traded("GONE", 0, 2), short]));
    let shares = desk.broker.holdings().await.unwrap();
    let shares: Vec<(&str, u32)> = shares.iter().map(|held| (held.symbol.as_str(), held.quantity)).collect();
    assert_eq!(shares, [("NEW", 4), ("OLD", 6)]);
    // Nothing held is an error text there, and an empty list here.
    desk.now_will(
        "/holdings",
        ok(json!({ "stat": "Not_Ok", "errMsg": "No holdings found for this client ZZ9Z9" })),
    );
    desk.now_will("/positions", none());
    assert_eq!(desk.broker.holdings().await.unwrap(), []);
    // Anything else is not.
    desk.now_will(
        "/holdings",
        Reply::Answer(404, "{\"error\":[{\"code\":404,\"message\":\"route\"}]}".to_owned()),
    );
    assert!(desk.broker.holdings().await.is_err());
}

#[tokio::test]
async fn money_is_cash_without_what_shares_are_lent_upon() {
    let desk = Desk::new().await;
    desk.will("/limits", ok(json!({ "stat": "Ok", "stCode": 200, "Net": "81219.409999999996", "MarginUsed": "18780.59", "CollateralValue": "40000", "Collateral": "60000" })));
    let funds = desk.broker.funds().await.unwrap();
    assert_eq!((funds.cash, funds.available()), (Paise::rupees(40_000), Paise(2_121_941)));
    desk.now_will("/limits", ok(json!({ "stat": "Ok", "stCode": 200, "Net": "0", "MarginUsed": "0", "CollateralValue": "0", "Collateral": "0" })));
    assert!(matches!(desk.broker.funds().await, Err(BrokerError::Unavailable(_))));
}

#[tokio::test]
async fn orders_stay_below_the_limit_of_the_exchange() {
    let desk = Desk::new().await;
    let count = AtomicUsize::new(0);
    desk.will(PLACE, taken());
    let began = desk.time.0.load(Ordering::SeqCst);
    for number in 100..112 {
        let one = Order { id: OrderId { number, ..limit().id }, ..limit() };
        desk.place(&one).await.unwrap();
        count.fetch_add(1, Ordering::SeqCst);
    }
    // Twelve at five a second: the eleventh begins two seconds after the first.
    assert_eq!((desk.time.0.load(Ordering::SeqCst) - began, count.load(Ordering::SeqCst)), (2_000, 12));
}

#[tokio::test]
async fn a_body_longer_than_any_is_not_read_to_its_end() {
    let desk = Desk::new().await;
    desk.will(BOOK, Reply::Answer(200, " ".repeat(9 << 20)));
    let error = desk.broker.book().await.unwrap_err();
    assert_eq!(
        error,
        BrokerError::Unavailable("the order book: the answer is longer than it may be".to_owned())
    );
}

#[tokio::test]
async fn prices_are_asked_for_some_at_a_time_without_the_keys_of_the_session() {
    let desk = Desk::new().await;
    let quote = |token: &str| json!({ "exchange_token": token, "exchange": "nse_cm", "ltp": "250.7500" });
    desk.will("/quotes/", ok(json!([quote("90001")])));
    let settings = KotakSettings { quotes_at_once: 2, ..settings(&desk.fake) };
    let session = sessions(settings, desk.time.clone()).of(USER);
    let tokens = ["90001", "Nifty 50", "90003"].map(str::to_owned);
    let found = session.quotes(&tokens, crate::QuoteFilter::Last).await.unwrap();
    assert_eq!(found.iter().map(|quote| quote.last).collect::<Vec<_>>(), [Some(Paise(25_075)); 2]);
    let asked = desk.fake.to("/quotes/");
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    let base = "/script-details/1.0/quotes/neosymbol";
    assert_eq!(
        paths,
        [format!("{base}/nse_cm|90001,nse_cm|Nifty%2050/ltp"), format!("{base}/nse_cm|90003/ltp")]
    );
    assert!(asked.iter().all(|asked| asked.header("Auth").is_none() && asked.header("Sid").is_none()));
    assert!(asked.iter().all(|asked| asked.header("Authorization").is_some()));
    // One bad row makes the answer one that cannot be read.
    desk.now_will("/quotes/", ok(json!([quote("90001"), { "ltp": "1" }])));
    assert!(session.quotes(&tokens, crate::QuoteFilter::All).await.is_err());
}
