//! A client that asks the fake as the facts describe the calls, byte by byte where that matters.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use kotak_sim::{AccountSpec, Facts, KotakSim, SimClock, ist};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use url::form_urlencoded;

/// An answer.
#[derive(Debug, Clone)]
pub struct Heard {
    pub status: u16,
    pub body: String,
    /// How long the head said that the body is.
    pub length: usize,
    /// What the head said of the time.
    pub date: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// `stCode`.
    pub fn code(&self) -> i64 {
        self.json()["stCode"].as_i64().unwrap_or_else(|| panic!("no code: {}", self.body))
    }
}

/// A fake, and one account that is used.
#[derive(Clone)]
pub struct Client {
    pub sim: KotakSim,
    pub spec: AccountSpec,
    pub base: String,
    pub token: String,
    pub sid: String,
    pub from: IpAddr,
}

/// The time at which most tests begin: a Monday, in market hours.
pub fn monday(time: &str) -> i64 {
    ist(&format!("2026-11-02 {time}")).unwrap()
}

impl Client {
    /// A fake at 09:20:11 with DEMO-EQ at 250.75, and account 7, logged in.
    pub async fn new() -> Self {
        Self::with(Facts::default()).await
    }

    /// The same with other facts.
    pub async fn with(facts: Facts) -> Self {
        let mut client = Self::stranger(facts, monday("09:20:11")).await;
        client.log_in().await;
        client
    }

    /// The same, with no session, at a time.
    pub async fn stranger(facts: Facts, now: i64) -> Self {
        let sim = KotakSim::start_with(SimClock::told(now), facts).await.unwrap();
        let spec = AccountSpec::numbered(7);
        sim.add_account(spec.clone());
        sim.set_price("DEMO-EQ", 25_075).unwrap();
        let from = IpAddr::from([127, 0, 0, 1]);
        Self { sim, spec, base: String::new(), token: String::new(), sid: String::new(), from }
    }

    pub fn ucc(&self) -> &str {
        &self.spec.ucc
    }

    /// Both steps of the login.
    pub async fn log_in(&mut self) {
        let view = self.login_step(&self.code()).await.json()["data"].clone();
        let trade = self.validate_step(&view, &self.spec.mpin.clone()).await.json()["data"].clone();
        self.token = trade["token"].as_str().unwrap().to_owned();
        self.sid = trade["sid"].as_str().unwrap().to_owned();
        let base = trade["baseUrl"].as_str().unwrap().trim_end_matches('/');
        self.base = base.strip_prefix(&self.sim.url()).unwrap().to_owned();
    }

    /// The one-time code of now.
    pub fn code(&self) -> String {
        self.spec.totp(self.sim.now()).unwrap()
    }

    pub async fn login_step(&self, code: &str) -> Heard {
        let body = json!({"mobileNumber": self.spec.mobile, "ucc": self.spec.ucc, "totp": code});
        let token = self.spec.access_token.clone();
        let headers = [("Authorization", token.as_str()), ("neo-fin-key", "neotradeapi")];
        self.ask("POST", "/login/1.0/tradeApiLogin", &headers, &body.to_string()).await
    }

    pub async fn validate_step(&self, view: &Value, mpin: &str) -> Heard {
        let headers = [
            ("authorization", self.spec.access_token.as_str()),
            ("NEO-FIN-KEY", "neotradeapi"),
            ("sid", view["sid"].as_str().unwrap()),
            ("Auth", view["token"].as_str().unwrap()),
        ];
        let body = json!({"mpin": mpin}).to_string();
        self.ask("POST", "/login/1.0/tradeApiValidate", &headers, &body).await
    }

    /// A report.
    pub async fn get(&self, path: &str) -> Heard {
        let headers =
            [("Auth", self.token.as_str()), ("Sid", self.sid.as_str()), ("accept", "application/json")];
        self.ask("GET", &format!("{}{path}", self.base), &headers, "").await
    }

    /// A call of the application: quotes, files.
    pub async fn get_as_application(&self, path: &str) -> Heard {
        let token = self.spec.access_token.clone();
        self.ask("GET", &format!("{}{path}", self.base), &[("Authorization", token.as_str())], "").await
    }

    /// A form with `jData`.
    pub async fn post(&self, path: &str, data: &Value) -> Heard {
        self.try_post(path, data).await.expect("an answer")
    }

    pub async fn try_post(&self, path: &str, data: &Value) -> Option<Heard> {
        let headers = [
            ("Auth", self.token.as_str()),
            ("Sid", self.sid.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let form =
            form_urlencoded::Serializer::new(String::new()).append_pair("jData", &data.to_string()).finish();
        self.try_ask("POST", &format!("{}{path}", self.base), &headers, &form).await
    }

    /// A place of a limit buy or whatever `changes` makes of it.
    pub async fn place(&self, tag: &str, changes: Value) -> Heard {
        self.post("/quick/order/rule/ms/place", &order(tag, changes)).await
    }

    /// The number of an order that is placed and taken.
    pub async fn placed(&self, tag: &str, changes: Value) -> String {
        let heard = self.place(tag, changes).await;
        heard.json()["nOrdNo"].as_str().unwrap_or_else(|| panic!("{}", heard.body)).to_owned()
    }

    pub async fn cancel(&self, number: &str, amo: &str) -> Heard {
        self.post("/quick/order/cancel", &json!({"on": number, "am": amo})).await
    }

    pub async fn modify(&self, number: &str, changes: Value) -> Heard {
        let data = json!({"no": number, "vd": "DAY", "pt": "L", "pr": "249.00", "qt": "4", "tp": "0", "dq": "0", "mp": "0"});
        self.post("/quick/order/vr/modify", &merged(data, changes)).await
    }

    /// The rows of the order book.
    pub async fn book(&self) -> Vec<Value> {
        rows(&self.get("/quick/user/orders").await)
    }

    /// The row of one order in the book.
    pub async fn row(&self, number: &str) -> Value {
        let rows = self.book().await;
        rows.into_iter()
            .find(|row| row["nOrdNo"] == number)
            .unwrap_or_else(|| panic!("{number} is not in the book"))
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Heard {
        self.try_ask(method, path, headers, body).await.expect("an answer")
    }

    /// The answer; `None` when the connection ends, or cannot be made, before there is a whole head.
    pub async fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Heard> {
        let address = self.sim.address();
        let asked = ask(address, self.from, method, path, headers, body);
        soon("an answer", asked).await
    }
}

/// Asks without a bound in time: for answers that never come.
pub async fn ask(
    address: SocketAddr,
    from: IpAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Heard> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from, 0)).unwrap();
    let mut stream = socket.connect(address).await.ok()?;
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{lines}");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    // What came before a break counts.
    let _ = stream.read_to_end(&mut bytes).await;
    read(&String::from_utf8(bytes).unwrap())
}

fn read(text: &str) -> Option<Heard> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    Some(Heard { status, body: body.to_owned(), length, date: header("date").unwrap_or_default() })
}

/// A limit buy of 4 DEMO-EQ at 250.00 with these changes; a change to null leaves a member out.
pub fn order(tag: &str, changes: Value) -> Value {
    let data = json!({
        "am": "NO", "dq": "0", "es": "nse_cm", "mp": "0", "pc": "CNC", "pf": "N", "pr": "250.00", "pt": "L",
        "qt": "4", "rt": "DAY", "tp": "0", "ts": "DEMO-EQ", "tt": "B", "ig": tag,
    });
    merged(data, changes)
}

fn merged(mut data: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => data.as_object_mut().unwrap().remove(name),
            value => data.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    data
}

/// The rows of a report; none when it says that there is nothing.
pub fn rows(heard: &Heard) -> Vec<Value> {
    let body = heard.json();
    if body["stCode"] == 5203 {
        return Vec::new();
    }
    body["data"].as_array().unwrap_or_else(|| panic!("no rows: {body}")).clone()
}

/// Waits for something that is on its way.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .unwrap_or_else(|_| panic!("no {what} in a minute"))
}

/// Waits until something holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    soon(what, wait).await;
}
