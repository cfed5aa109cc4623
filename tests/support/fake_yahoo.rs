//! A server that answers as Yahoo's chart interface is known to, on loopback.
//!
//! What it promises, each as the facts about the interface have it:
//!
//! - `GET /v8/finance/chart/{symbol}` with `period1` (included) and `period2` (not included) in seconds and `interval`
//!   `1d` or `1m`; the symbol is the exchange's with `.NS` behind it, percent-encoded.
//! - Bars of days are stamped with the open of the session, prices are rounded to 32 bits, and any slot may be null.
//! - With bars of days, the splits and dividends that it was given within the time asked for; it changes no bar for them.
//! - 404 and `No data found` for a share that is not listed; 400 for a time before the first bar, and for an interval that is
//!   none; 422 for minutes that are too old, or too many.
//! - Who calls himself after a library, or asks too often, is locked out: 429 with a text that is no JSON, for a quarter
//!   of an hour, without saying so.
//! - When it is told to: bars of closed days without volume, the bar of the running day behind `period2`, faults of the server,
//!   half an answer, none at all, another page.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prahari_domain::instruments::Candle;
use prahari_domain::time::{Day, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The time by which it counts requests.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How it is disposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    Well,
    /// It answers with a fault of the server.
    Down,
    /// It answers with half of what it should.
    Half,
    /// It answers with JSON that is no chart.
    Other,
    /// It answers with the page that it has for outages.
    Page,
    /// It never answers.
    Silent,
    /// It has locked out whoever asks.
    LockedOut,
    /// It sends to another host.
    Elsewhere,
    /// It answers with more than anybody asked for.
    Endless,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The symbol, decoded, with `.NS`.
    pub symbol: String,
    /// The interval.
    pub interval: String,
    /// The first day asked for.
    pub from: Day,
    /// When it came.
    pub at: Timestamp,
}

/// What it has and how it is disposed.
struct Inner {
    days: BTreeMap<String, Vec<Candle>>,
    minutes: BTreeMap<String, Vec<Candle>>,
    /// Splits by share: the day, and how many shares became of how many.
    splits: BTreeMap<String, Vec<(Day, u32, u32)>>,
    /// Dividends by share: the day, and rupees a share.
    dividends: BTreeMap<String, Vec<(Day, f64)>>,
    mood: Mood,
    /// Most requests in a number of milliseconds.
    limit: Option<(usize, i64)>,
    locked_out_until: Timestamp,
    /// Days that are answered without volume, with the bar of before.
    phantoms: Vec<Day>,
    asked: Vec<Asked>,
}

/// A running server.
#[derive(Clone)]
pub struct FakeYahoo {
    address: SocketAddr,
    now: Now,
    inner: Arc<Mutex<Inner>>,
}

const LOCKED_OUT_MS: i64 = 15 * 60_000;
const DAY_S: i64 = 86_400;

impl FakeYahoo {
    /// Starts one with these bars of days; it counts requests by this time.
    pub async fn start(days: BTreeMap<String, Vec<Candle>>, now: Now) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Inner {
            days,
            minutes: BTreeMap::new(),
            splits: BTreeMap::new(),
            dividends: BTreeMap::new(),
            mood: Mood::Well,
            limit: None,
            locked_out_until: Timestamp(i64::MIN),
            phantoms: Vec::new(),
            asked: Vec::new(),
        };
        let fake = Self { address, now, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new().route("/v8/finance/chart/{symbol}", get(chart)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Disposes it so from now on.
    pub fn set_mood(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// Locks out whoever asks more often.
    pub fn limit(&self, requests: usize, in_millis: i64) {
        self.inner.lock().unwrap().limit = Some((requests, in_millis));
    }

    /// Answers these days without volume, as it does for some days without a session.
    pub fn add_phantoms(&self, days: &[Day]) {
        self.inner.lock().unwrap().phantoms.extend(days);
    }

    /// Changes what it has of the days of shares.
    pub fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<Candle>>)) {
        change(&mut self.inner.lock().unwrap().days);
    }

    /// Tells these splits of a share: the day, and how many shares became of how many.
    pub fn set_splits(&self, symbol: &str, splits: &[(Day, u32, u32)]) {
        self.inner.lock().unwrap().splits.insert(symbol.to_owned(), splits.to_vec());
    }

    /// Tells these dividends of a share: the day, and rupees a share.
    pub fn set_dividends(&self, symbol: &str, dividends: &[(Day, f64)]) {
        self.inner.lock().unwrap().dividends.insert(symbol.to_owned(), dividends.to_vec());
    }

    /// The minutes of a share's day from 09:15 on, each with one price in paise and a volume.
    pub fn set_minutes(&self, symbol: &str, day: Day, prices: &[(i64, u64)]) {
        let minute = |(price, volume): &(i64, u64)| {
            let price = prahari_domain::money::Paise(*price);
            Candle { day, open: price, high: price, low: price, close: price, volume: *volume }
        };
        let minutes = prices.iter().map(minute).collect();
        self.inner.lock().unwrap().minutes.insert(symbol.to_owned(), minutes);
    }

    /// Takes the requests that came since this was last asked.
    pub fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    /// Notes a request; how the server is disposed towards it.
    fn note(&self, asked: Asked) -> Mood {
        let mut inner = self.inner.lock().unwrap();
        let at = asked.at;
        inner.asked.push(asked);
        if at < inner.locked_out_until {
            return Mood::LockedOut;
        }
        let is_over = inner.limit.is_some_and(|(most, window)| {
            let recent = inner.asked.iter().rev().take_while(|before| before.at.0 > at.0 - window);
            recent.count() > most
        });
        if is_over || inner.mood == Mood::LockedOut {
            inner.locked_out_until = at.plus_millis(LOCKED_OUT_MS);
            return Mood::LockedOut;
        }
        inner.mood
    }
}

/// The open of the session of a day, in seconds: 09:15 in India.
fn stamp(day: Day) -> i64 {
    Timestamp::start_of(day).plus_minutes(9 * 60 + 15).0 / 1_000
}

async fn chart(
    State(fake): State<FakeYahoo>,
    Path(symbol): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let interval = query.get("interval").cloned().unwrap_or_default();
    let (from, to, at) = (number("period1"), number("period2"), (fake.now)());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first = Timestamp(from * 1_000).ist_day();
    let mood = fake.note(Asked { symbol: symbol.clone(), interval: interval.clone(), from: first, at });
    let answer = if agent.starts_with("Mozilla/5.0") {
        told(&fake, &symbol, &interval, (from, to), at)
    } else {
        too_many()
    };
    match mood {
        Mood::Well => answer,
        Mood::LockedOut => too_many(),
        Mood::Down => (StatusCode::BAD_GATEWAY, "").into_response(),
        Mood::Page => {
            ([(header::CONTENT_TYPE, "text/html")], "<html>Will be right back</html>").into_response()
        }
        Mood::Other => axum::Json(json!({ "quotes": [] })).into_response(),
        Mood::Half => {
            let whole = json!({ "chart": { "result": [{ "meta": { "symbol": symbol } }] } }).to_string();
            ([(header::CONTENT_TYPE, "application/json")], whole[..whole.len() / 2].to_owned())
                .into_response()
        }
        Mood::Silent => std::future::pending().await,
        Mood::Endless => " ".repeat(9 << 20).into_response(),
        Mood::Elsewhere => (StatusCode::FOUND, [(header::LOCATION, "http://localhost:1/")]).into_response(),
    }
}

fn too_many() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\r\n").into_response()
}

fn refused(status: StatusCode, code: &str, description: String) -> Response {
    let body = json!({ "chart": { "result": null, "error": { "code": code, "description": description } } });
    (status, axum::Json(body)).into_response()
}

fn told(fake: &FakeYahoo, symbol: &str, interval: &str, (from, to): (i64, i64), at: Timestamp) -> Response {
    let inner = fake.inner.lock().unwrap();
    let name = symbol.strip_suffix(".NS").unwrap_or(symbol);
    let Some(days) = inner.days.get(name) else {
        let description = "No data found, symbol may be delisted".to_owned();
        return refused(StatusCode::NOT_FOUND, "Not Found", description);
    };
    let now = at.0 / 1_000;
    let rows: Vec<(i64, Option<Candle>)> = match interval {
        "1d" => rows_of_days(days, &inner.phantoms, (from, to)),
        "1m" if to - from > 8 * DAY_S => {
            let description =
                "Only 8 days worth of 1m granularity data are allowed to be fetched per request.";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", description.to_owned());
        }
        "1m" if from < now - 30 * DAY_S => {
            let description = format!(
                "1m data not available for startTime={from} and endTime={to}. The requested range must be within the last 30 days."
            );
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", description);
        }
        "1m" => {
            let minutes = inner.minutes.get(name).map(Vec::as_slice).unwrap_or_default();
            let minutes = minutes.iter().enumerate();
            minutes
                .map(|(number, bar)| (stamp(bar.day) + 60 * i64::try_from(number).unwrap(), Some(*bar)))
                // The minute that runs is there as well, as far as it has come.
                .filter(|(stamp, _)| (from..to).contains(stamp) && *stamp <= now)
                .collect()
        }
        other => {
            let description =
                format!("Invalid input - interval={other} is not supported. Valid intervals: [1m, 1d]");
            return refused(StatusCode::BAD_REQUEST, "Bad Request", description);
        }
    };
    let first = days.first().map(|bar| stamp(bar.day));
    if interval == "1d" && rows.is_empty() && first.is_some_and(|first| to <= first) {
        let description = format!("Data doesn't exist for startDate = {from}, endDate = {to}");
        return refused(StatusCode::BAD_REQUEST, "Bad Request", description);
    }
    let events = if interval == "1d" { inner.events(name, (from, to)) } else { Value::Null };
    axum::Json(body(symbol, interval, &rows, events)).into_response()
}

impl Inner {
    /// What it tells of a share beside its bars; null when that is nothing.
    fn events(&self, name: &str, (from, to): (i64, i64)) -> Value {
        let mut events = serde_json::Map::new();
        let is_asked = |day: Day| (from..to).contains(&stamp(day));
        let splits: serde_json::Map<String, Value> = self
            .splits
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(day, ..)| is_asked(*day))
            .map(|(day, new, old)| {
                let at = stamp(*day);
                let split = json!({ "date": at, "numerator": f64::from(*new), "denominator": f64::from(*old),
                                    "splitRatio": format!("{new}:{old}") });
                (at.to_string(), split)
            })
            .collect();
        let dividends: serde_json::Map<String, Value> = self
            .dividends
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(day, _)| is_asked(*day))
            .map(|(day, amount)| (stamp(*day).to_string(), json!({ "amount": amount, "date": stamp(*day) })))
            .collect();
        for (kind, told) in [("splits", splits), ("dividends", dividends)] {
            if !told.is_empty() {
                events.insert(kind.to_owned(), Value::Object(told));
            }
        }
        if events.is_empty() { Value::Null } else { Value::Object(events) }
    }
}

fn rows_of_days(days: &[Candle], phantoms: &[Day], (from, to): (i64, i64)) -> Vec<(i64, Option<Candle>)> {
    let mut rows: BTreeMap<i64, Option<Candle>> =
        days.iter().map(|bar| (stamp(bar.day), Some(*bar))).collect();
    for phantom in phantoms {
        let before = days.iter().rev().find(|bar| bar.day < *phantom);
        let repeated =
            before.map(|bar| Candle { open: bar.close, high: bar.close, low: bar.close, volume: 0, ..*bar });
        rows.insert(stamp(*phantom), repeated);
    }
    rows.range(from..to).map(|(stamp, bar)| (*stamp, *bar)).collect()
}

fn body(symbol: &str, interval: &str, rows: &[(i64, Option<Candle>)], events: Value) -> Value {
    let column = |of: fn(&Candle) -> i64| {
        let price = |paise: i64| f64::from((paise as f64 / 100.0) as f32);
        rows.iter().map(|(_, bar)| bar.as_ref().map(|bar| price(of(bar)))).collect::<Vec<_>>()
    };
    let volumes: Vec<Option<u64>> = rows.iter().map(|(_, bar)| bar.as_ref().map(|bar| bar.volume)).collect();
    let quote = json!({
        "open": column(|bar| bar.open.0),
        "high": column(|bar| bar.high.0),
        "low": column(|bar| bar.low.0),
        "close": column(|bar| bar.close.0),
        "volume": volumes,
    });
    let meta = json!({
        "currency": "INR", "symbol": symbol, "exchangeName": "NSI", "instrumentType": "EQUITY",
        "gmtoffset": 19_800, "timezone": "IST", "exchangeTimezoneName": "Asia/Kolkata",
        "dataGranularity": interval, "range": "",
    });
    let stamps: Vec<i64> = rows.iter().map(|(stamp, _)| *stamp).collect();
    let mut result = if stamps.is_empty() {
        // Without bars the times are not there at all.
        json!({ "meta": meta, "indicators": { "quote": [{}] } })
    } else {
        json!({ "meta": meta, "timestamp": stamps, "indicators": { "quote": [quote] } })
    };
    if !events.is_null() {
        result["events"] = events;
    }
    json!({ "chart": { "result": [result], "error": null } })
}
