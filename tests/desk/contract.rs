//! The scripted host of the SDK and the real desk answer the same calls alike, so that a task which passes its
//! native tests meets no other rules in the daemon.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::{Side as HostSide, broker};
use prahari_runtime::{HostCall, HostReply};
use prahari_sdk::{
    Host, OrderChange, OrderFilter, OrderKind, OrderRequest, Product, Purpose, ReentryLevel, ScriptedHost,
    Side, Variety, time,
};

use super::{HIGH, LOW};
use crate::support::desk_fixture::ask;
use crate::support::fake_broker::PRICE;
use crate::support::{ADMIN, MONDAY, TestHost, at, day, stop};

/// What is asked. Orders are named by their place among those that were placed or kept: `#0` is the first.
enum Call {
    Place(Vec<OrderRequest>),
    Modify(&'static str, Option<u32>, Option<OrderKind>),
    Cancel(Vec<&'static str>),
    /// Takes the rejected order that waits for a retry up among the named ones.
    FindRetry,
}

/// The same user before both hosts: holds 100 ABC, the rest of a million rupees is cash.
struct Both {
    house: TestHost,
    daemon: Arc<Daemon>,
    scripted: ScriptedHost,
    /// Of each named order: its id at the desk, its id in the script.
    ids: Vec<(String, String)>,
}

impl Both {
    async fn new() -> Self {
        let mut house = TestHost::new(1);
        house.make_flat();
        let ten = at(MONDAY, "10:00");
        let daemon = house.start(ten).await;
        let mut both = Self { house, daemon, scripted: script(), ids: Vec::new() };
        let HostReply::Placed(bought) =
            both.ask(HostCall::Place { requests: vec![to_host(&buy("ABC", 100, PRICE.0))] }).await
        else {
            panic!("no answer to a buy")
        };
        bought.into_iter().for_each(|answer| drop(answer.unwrap()));
        let user = both.daemon.users.find(ADMIN).unwrap();
        let mut desk = user.desk.lock().await;
        desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
        let cash = desk.book().cash().0;
        both.scripted.funds = prahari_sdk::Funds { cash, reserved: 0, available: cash };
        drop(desk);
        both
    }

    async fn ask(&self, call: HostCall) -> HostReply {
        ask(&self.daemon, ADMIN, Task::literal("sell_monitor"), call).await
    }

    /// The ids of a named order; a text that names none is the id.
    fn named(&self, name: &str) -> (String, String) {
        match name.strip_prefix('#') {
            Some(place) => self.ids[place.parse::<usize>().unwrap()].clone(),
            None => (name.to_owned(), name.to_owned()),
        }
    }

    /// Asks both; answers what each said.
    async fn call(&mut self, call: Call) -> (Vec<String>, Vec<String>) {
        match call {
            Call::Place(requests) => self.place(requests).await,
            Call::Modify(name, quantity, kind) => {
                let (real, script) = self.named(name);
                let change = broker::OrderChange { quantity, kind: kind.map(kind_to_host) };
                let HostReply::Modified(answer) = self.ask(HostCall::Modify { order_id: real, change }).await
                else {
                    panic!("no answer to a change")
                };
                let scripted = self.scripted.modify(&script, OrderChange { quantity, kind }).unwrap();
                (vec![said(answer)], vec![said(scripted)])
            }
            Call::Cancel(names) => {
                let (real, script): (Vec<_>, Vec<_>) = names.into_iter().map(|name| self.named(name)).unzip();
                let reason = "test".to_owned();
                let HostReply::Cancelled(answers) =
                    self.ask(HostCall::Cancel { order_ids: real, reason }).await
                else {
                    panic!("no answer to a cancellation")
                };
                let scripted = self.scripted.cancel(&script, "test").unwrap();
                (answers.into_iter().map(said).collect(), scripted.into_iter().map(said).collect())
            }
            Call::FindRetry => {
                let HostReply::Orders(real) =
                    self.ask(HostCall::Orders { filter: broker::OrderFilter::Retryable }).await
                else {
                    panic!("no orders")
                };
                let scripted = self.scripted.orders(OrderFilter::Retryable).unwrap();
                self.ids.push((real[0].id.clone(), scripted[0].id.clone()));
                (vec![real.len().to_string()], vec![scripted.len().to_string()])
            }
        }
    }

    async fn place(&mut self, requests: Vec<OrderRequest>) -> (Vec<String>, Vec<String>) {
        let with =
            |request: &OrderRequest, retry_of: Option<String>| OrderRequest { retry_of, ..request.clone() };
        let (mut real, mut script) = (Vec::new(), Vec::new());
        for request in &requests {
            let (of_desk, of_script) = request.retry_of.as_deref().map(|name| self.named(name)).unzip();
            real.push(to_host(&with(request, of_desk)));
            script.push(with(request, of_script));
        }
        let HostReply::Placed(answers) = self.ask(HostCall::Place { requests: real }).await else {
            panic!("no answer to orders")
        };
        let scripted = self.scripted.place(&script).unwrap();
        let both = answers
            .iter()
            .zip(&scripted)
            .filter_map(|(real, script)| Some((real.clone().ok()?, script.clone().ok()?)));
        self.ids.extend(both);
        (answers.into_iter().map(said).collect(), scripted.into_iter().map(said).collect())
    }
}

/// `ok`, or the code of a refusal.
fn said<T, E: std::fmt::Debug + HasCode>(answer: Result<T, E>) -> String {
    answer.map_or_else(|refusal| refusal.code(), |_| "ok".to_owned())
}

trait HasCode {
    fn code(&self) -> String;
}

impl HasCode for prahari_runtime::abi::latest::Refusal {
    fn code(&self) -> String {
        last_word(&format!("{:?}", self.code))
    }
}

impl HasCode for prahari_sdk::Refusal {
    fn code(&self) -> String {
        last_word(&format!("{:?}", self.code))
    }
}

fn last_word(path: &str) -> String {
    path.rsplit("::").next().unwrap().to_owned()
}

fn script() -> ScriptedHost {
    let monday = i32::try_from(day(MONDAY).signed_duration_since(day("1970-01-01")).num_days()).unwrap();
    let mut host = ScriptedHost::at(monday, 10, 0);
    assert_eq!(host.now, time::at(monday, 10, 0));
    for symbol in ["ABC", "XYZ", "PQR", "DEF", "GHI"] {
        host = host.share(symbol, PRICE.0);
    }
    host.position("ABC", 100, PRICE.0)
}

fn order(symbol: &str, side: Side, quantity: u32, limit: i64) -> OrderRequest {
    OrderRequest {
        symbol: symbol.to_owned(),
        side,
        quantity,
        kind: OrderKind::Limit(limit),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: if side == Side::Buy { Purpose::Entry } else { Purpose::Exit("target".to_owned()) },
        signal_id: None,
        rsi: None,
        retry_of: None,
    }
}

fn buy(symbol: &str, quantity: u32, limit: i64) -> OrderRequest {
    order(symbol, Side::Buy, quantity, limit)
}

fn sell(symbol: &str, quantity: u32, limit: i64) -> OrderRequest {
    order(symbol, Side::Sell, quantity, limit)
}

fn retry(symbol: &str, name: &str) -> OrderRequest {
    OrderRequest { retry_of: Some(name.to_owned()), ..buy(symbol, 1, LOW) }
}

fn kind_to_host(kind: OrderKind) -> broker::OrderKind {
    match kind {
        OrderKind::Market => broker::OrderKind::Market,
        OrderKind::Limit(price) => broker::OrderKind::Limit(price),
    }
}

fn to_host(request: &OrderRequest) -> broker::OrderRequest {
    broker::OrderRequest {
        symbol: request.symbol.clone(),
        side: if request.side == Side::Buy { HostSide::Buy } else { HostSide::Sell },
        quantity: request.quantity,
        kind: kind_to_host(request.kind),
        variety: match request.variety {
            Variety::Regular => broker::Variety::Regular,
            Variety::AfterMarket => broker::Variety::AfterMarket,
        },
        product: broker::Product::Delivery,
        purpose: match &request.purpose {
            Purpose::Entry => broker::Purpose::Entry,
            Purpose::Reentry(rung) => {
                broker::Purpose::Reentry(broker::ReentryLevel { level: rung.level, cycle: rung.cycle })
            }
            Purpose::Exit(reason) => broker::Purpose::Exit(reason.clone()),
        },
        signal_id: request.signal_id,
        rsi: request.rsi,
        retry_of: request.retry_of.clone(),
    }
}

/// Every call with what it must be answered.
fn calls() -> Vec<(Call, &'static [&'static str])> {
    let rung = |level, cycle| OrderRequest {
        purpose: Purpose::Reentry(ReentryLevel { level, cycle }),
        ..buy("XYZ", 1, LOW)
    };
    let purpose = |side, purpose| OrderRequest { purpose, ..order("ABC", side, 1, LOW) };
    let exit = || Purpose::Exit("target".to_owned());
    vec![
        // What contradicts itself.
        (
            Call::Place(vec![purpose(Side::Sell, Purpose::Entry), purpose(Side::Buy, exit())]),
            &["State", "State"],
        ),
        (Call::Place(vec![rung(25, 1), rung(30, 0)]), &["State", "State"]),
        (Call::Place(vec![OrderRequest { rsi: Some(-1.0), ..buy("XYZ", 1, LOW) }]), &["State"]),
        (Call::Place(vec![OrderRequest { signal_id: Some(77), ..buy("XYZ", 1, LOW) }]), &["State"]),
        // Numbers, prices, hours.
        (
            Call::Place(vec![
                buy("XYZ", 0, LOW),
                buy("XYZ", 1, LOW + 1),
                buy("XYZ", 1, 7_000),
                buy("XYZ", 1, 0),
            ]),
            &["Quantity", "TickSize", "PriceBand", "PriceBand"],
        ),
        (Call::Place(vec![buy("XYZ", 2_000_000, LOW)]), &["FreezeQuantity"]),
        (
            Call::Place(vec![OrderRequest { variety: Variety::AfterMarket, ..buy("XYZ", 1, LOW) }]),
            &["SessionClosed"],
        ),
        (Call::Place(vec![sell("XYZ", 1, HIGH), sell("ABC", 101, HIGH)]), &["Holdings", "Holdings"]),
        // #0 and #1 stand; the same again does not pass.
        (Call::Place(vec![rung(30, 1), sell("ABC", 60, HIGH)]), &["ok", "ok"]),
        (Call::Place(vec![buy("XYZ", 1, LOW), sell("ABC", 10, HIGH)]), &["Duplicate", "Duplicate"]),
        // What is tried again.
        (Call::Place(vec![retry("PQR", "U1-20250102-0777"), retry("PQR", "#0")]), &["UnknownOrder", "State"]),
        (Call::Place(vec![buy("PQR", 4_000, PRICE.0)]), &["ok"]),
        (Call::Cancel(vec!["#2"]), &["ok"]),
        (Call::Modify("#0", Some(0), None), &["Quantity"]),
        (Call::Modify("#0", None, Some(OrderKind::Limit(LOW + 1))), &["TickSize"]),
        (Call::Modify("#0", None, Some(OrderKind::Limit(13_000))), &["PriceBand"]),
        (Call::Modify("#0", Some(2), Some(OrderKind::Limit(LOW + 5))), &["ok"]),
        (Call::Modify("#1", Some(101), None), &["Holdings"]),
        (Call::Modify("#1", Some(100), None), &["ok"]),
        (Call::Modify("#2", Some(1), None), &["State"]),
        (Call::Modify("U1-20250102-0777", Some(1), None), &["UnknownOrder"]),
        (Call::Cancel(vec!["#1", "#1", "U1-20250102-0777"]), &["ok", "State", "UnknownOrder"]),
        // The money goes to two of nearly five lakh; a third is kept once, and tried again once.
        (Call::Place(vec![buy("PQR", 4_900, PRICE.0), buy("ABC", 4_900, PRICE.0)]), &["ok", "ok"]),
        (Call::Place(vec![buy("DEF", 200, PRICE.0), buy("DEF", 200, PRICE.0)]), &["Funds", "Funds"]),
        (Call::FindRetry, &["1"]),
        (Call::Place(vec![retry("GHI", "#5")]), &["State"]),
        (Call::Place(vec![retry("DEF", "#5")]), &["ok"]),
        (Call::Place(vec![retry("DEF", "#5")]), &["State"]),
    ]
}

#[tokio::test]
async fn the_scripted_host_and_the_desk_answer_the_same_calls_alike() {
    let mut both = Both::new().await;
    for (number, (call, expected)) in calls().into_iter().enumerate() {
        let (real, scripted) = both.call(call).await;
        assert_eq!(real, expected, "the desk, call {number}");
        assert_eq!(scripted, expected, "the script, call {number}");
    }
    let Both { daemon, house: _house, .. } = both;
    stop(daemon).await;
}
