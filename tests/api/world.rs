//! A console with something of a user's in every table, and the routes it serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, Variety, machine,
};
use prahari_domain::settings::NotificationKind;
use prahari_domain::signals::{SignalDraft, SignalKind, SignalScope};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_secrets::Secret;
use prahari_store::{
    AlertFilter, DecisionRow, HaltCode, LogRow, NewNotification, NewSlotAlert, NotificationLevel,
    NotificationRow, RunFinish, RunStart, RunTrigger,
};
use serde_json::{Value, json};

use crate::support::console::Console;
use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use crate::support::{FRIDAY, MONDAY, OTHER, TestHost, at, day};

/// A console, and the ids of what belongs to user 2, by the names that paths use in braces.
pub struct World {
    /// What is asked.
    pub console: Console,
    /// `run`, `order` and so on; `none` is an id that nothing has.
    pub ids: BTreeMap<&'static str, String>,
}

/// A console whose second user trades over a live broker, in a market that stands still.
pub async fn with_live_broker(broker: &Arc<LiveBroker>) -> Console {
    let mut house = TestHost::new(3);
    house.make_flat();
    house.brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    let console = Console::of(house, at(MONDAY, "10:00")).await;
    console.daemon.users_admin.set_broker(OTHER, LIVE).await.unwrap();
    console
}

impl World {
    /// At noon of a trading day.
    pub async fn new() -> Self {
        let now = at(FRIDAY, "12:00");
        let console = Console::start(now).await;
        let user = console.daemon.store.user(OTHER);
        let run = console.daemon.store.system().next_run_id();
        let start = RunStart {
            id: run,
            task: Task::literal("buy_orders"),
            slot_due: None,
            trigger: RunTrigger::Manual,
            service: None,
            module_hash: "d5".repeat(32),
            started_at: now,
            attempt: 1,
            cause: None,
        };
        user.start_run(start).await.unwrap();
        let finish = RunFinish {
            decisions: vec![DecisionRow {
                symbol: "TCS".to_owned(),
                action: "buy".to_owned(),
                reason: "signal".to_owned(),
                evidence: vec![("rsi".to_owned(), "27.4".to_owned())],
            }],
            log: vec![LogRow { level: "info".to_owned(), message: "bought TCS".to_owned(), at: Some(now) }],
            ..RunFinish::new(run, "succeeded", now.plus_millis(20))
        };
        user.finish_run(finish).await.unwrap();
        let order = place(&console, run).await;
        let message = NotificationRow {
            at: now,
            id: None,
            level: NotificationLevel::Info,
            title: "Bought".to_owned(),
            body: "10 TCS".to_owned(),
            run: Some(run),
        };
        user.notify(NewNotification::disturbing(message, NotificationKind::Info)).await.unwrap();
        let signal =
            console.daemon.signals.publish(SignalScope::Personal(OTHER), vec![draft()]).await.unwrap();
        let alert = raise(&console).await;
        let halt = halt(&console).await;
        let (session, token) = come_in(&console).await;
        let channel = add_webhook(&console).await;
        console.daemon.store.flush().await.unwrap();
        let ids = [
            ("user", OTHER.to_string()),
            ("run", run.to_string()),
            ("order", order.to_string()),
            ("notification", "1".to_owned()),
            ("signal", signal.rows[0].id.to_string()),
            ("alert", alert.to_string()),
            ("halt", halt.to_string()),
            ("session", session.to_string()),
            ("token", token.to_string()),
            ("channel", channel.to_string()),
            ("task", "eod_cleanup".to_owned()),
            ("symbol", "TCS".to_owned()),
            ("one", "1".to_owned()),
            ("none", "999999".to_owned()),
        ];
        Self { console, ids: ids.into() }
    }

    /// A path with the ids in the place of their names.
    pub fn fill(&self, path: &str) -> String {
        self.ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
    }

    /// The document that the daemon serves.
    pub async fn document(&self) -> Value {
        self.console.nobody().get("/api/v1/openapi.json").await.ok()
    }
}

/// Every operation of the document: its method in capitals, its path, and what is said of it.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let path = path.clone();
        operations
            .into_iter()
            .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths.iter().flat_map(of).collect()
}

/// A path with well-formed ids that nothing has.
pub fn filled(path: &str) -> String {
    let part = |part: &str| match part {
        "{task}" => "eod_cleanup".to_owned(),
        "{symbol}" => "NOSUCHSHARE".to_owned(),
        id if id.starts_with('{') => "999999".to_owned(),
        other => other.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// An order of the user that waits at the broker.
async fn place(console: &Console, run: RunId) -> OrderId {
    let now = console.daemon.clock.now();
    let id = OrderId { user: OTHER, day: day(FRIDAY), number: 1 };
    let request = OrderRequest {
        symbol: Symbol::new("TCS").unwrap(),
        side: Side::Buy,
        quantity: 10,
        kind: OrderKind::Limit(Paise(301_205)),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: Some(27.4),
        retry_of: None,
    };
    let event = OrderEvent::Intended {
        request,
        run,
        first_placed_at: now,
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    let entry = JournalEntry { sequence: 1, order: id, at: now, event };
    let order = machine::transition(None, &entry).unwrap().order;
    console.daemon.store.user(OTHER).append_journal_durable(vec![entry], vec![order]).await.unwrap();
    id
}

/// An alert of the user.
async fn raise(console: &Console) -> u64 {
    let due_at = at(FRIDAY, "09:00");
    let detail = "premarket_retry was expected and not seen".to_owned();
    let alert =
        NewSlotAlert { user: OTHER, task: Task::literal("premarket_retry"), due_at, until: due_at, detail };
    let system = console.daemon.store.system();
    system.raise_slot_alerts(vec![alert], console.daemon.clock.now()).await.unwrap();
    let newest = AlertFilter { open: Some(true), before: None, limit: 1 };
    console.daemon.store.user(OTHER).alerts(newest).await.unwrap()[0].id
}

/// A halt of the user.
async fn halt(console: &Console) -> u64 {
    let symbol = Symbol::new("TCS").unwrap();
    console
        .daemon
        .halts
        .halt_symbol(OTHER, &symbol, HaltCode::ImpossiblePrice, "half of yesterday")
        .await
        .unwrap();
    console.daemon.store.user(OTHER).open_halts().await.unwrap()[0].id
}

/// A session and a token of the user that no client uses.
async fn come_in(console: &Console) -> (u64, u64) {
    let user = console.user().await;
    let sessions = user.get("/api/v1/auth/sessions").await.ok();
    let made = user.post("/api/v1/auth/tokens", json!({ "name": "of a script", "scope": "read" })).await.ok();
    (sessions["items"][0]["id"].as_u64().unwrap(), made["id"].as_u64().unwrap())
}

/// A channel of the user, to which nothing is sent on the virtual clock.
async fn add_webhook(console: &Console) -> u64 {
    let url = Secret::new("https://hooks.example.org/T0/x".to_owned());
    let prepared = console.channels.prepare_webhook(url).unwrap();
    console.channels.add_webhook(OTHER, "of a script".to_owned(), prepared).await.unwrap().id
}

fn draft() -> SignalDraft {
    SignalDraft {
        symbol: Symbol::new("TCS").unwrap(),
        kind: SignalKind::Reentry { level: 20, cycle: 1 },
        last_close: Paise(301_200),
        rsi: 19.0,
        ema9: Paise(310_000),
        ema200: Paise(290_000),
        average_volume: 1_000_000,
        strength_score: 10.0,
        backtest_score: 50.0,
        combined_score: 30.0,
        priority_score: 40.0,
        buy_low: Paise(300_000),
        buy_high: Paise(302_000),
        stop: Paise(280_000),
        target: Paise(320_000),
        reasons: vec!["hammer".to_owned()],
    }
}
