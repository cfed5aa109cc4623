//! The fake as a program, driven by its commands.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command, Stdio};

use kotak_sim::{Call, Fault, Rule, When};
use serde_json::{Value, json};

use crate::client::{Heard, ask, monday, soon};

struct Program {
    child: Child,
    url: SocketAddr,
    control: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Starts the program and reads where it listens.
    fn start(now: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kotak-sim"));
        let mut child =
            command.args(["--now", now, "--account", "7"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
        let address =
            |value: &Value| value.as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        let url = address(&next()["url"]);
        let control = address(&next()["control"]);
        assert_eq!(next()["ucc"], "Z0007");
        Self { child, url, control }
    }

    async fn command(&self, method: &str, path: &str, body: &Value) -> Heard {
        let headers = [("Content-Type", "application/json")];
        let from = IpAddr::from([127, 0, 0, 1]);
        let body = body.to_string();
        soon("an answer", ask(self.control, from, method, path, &headers, &body)).await.unwrap()
    }

    async fn quote(&self) -> Heard {
        let token = kotak_sim::AccountSpec::numbered(7).access_token;
        let path = "/script-details/1.0/quotes/neosymbol/nse_cm|90001/ltp";
        let headers = [("Authorization", token.as_str())];
        let from = IpAddr::from([127, 0, 0, 1]);
        soon("an answer", ask(self.url, from, "GET", path, &headers, "")).await.unwrap()
    }
}

#[tokio::test]
async fn commands_set_prices_time_and_faults_and_read_the_books() {
    let program = Program::start("2026-11-02 09:20:00");
    assert_eq!(program.command("PUT", "/prices/DEMO-EQ", &json!({"paise": 25_075})).await.status, 200);
    assert_eq!(program.quote().await.json()[0]["ltp"], "250.7500");
    let unknown = program.command("PUT", "/prices/NOSUCH", &json!({"paise": 1})).await;
    assert_eq!((unknown.status, unknown.body.as_str()), (422, "no instrument trades as NOSUCH"));
    let until = monday("09:21:00");
    let rule = Rule::new(Call::Quotes, When::Between { from: 0, until }, Fault::RateLimited);
    let added = program.command("POST", "/faults", &serde_json::to_value(rule).unwrap()).await;
    assert_eq!(added.status, 200);
    assert_eq!(program.quote().await.status, 429);
    assert_eq!(program.command("GET", "/faults", &json!(null)).await.json()[0][1], 1);
    program.command("PUT", "/now", &json!(until)).await;
    assert_eq!(program.quote().await.status, 200);
    let order = json!({"symbol": "DEMO-EQ", "side": "Buy", "quantity": 2, "price": 25_100, "product": "CNC"});
    program.command("POST", "/accounts/Z0007/orders", &order).await;
    let books = program.command("GET", "/accounts/Z0007", &json!(null)).await.json();
    assert_eq!((&books["cash"], &books["fills"][0]["quantity"]), (&json!(9_949_850), &json!(2)));
    let arrived = program.command("GET", "/arrivals", &json!(null)).await.json();
    assert_eq!(arrived, json!({"arrivals": [], "tags": []}));
}

#[test]
fn a_time_that_is_none_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kotak-sim"));
    let output = command.args(["--now", "yesterday"]).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.trim(), "--now yesterday: write it as 2026-11-02 09:20:00");
}
