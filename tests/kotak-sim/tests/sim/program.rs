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

/// Whoever misspells a field must not believe that it took effect.
#[tokio::test]
async fn what_is_not_known_or_can_have_no_effect_is_refused_and_what_there_is_is_told() {
    let program = Program::start("2026-11-02 09:20:00");
    let order = json!({"symbol": "DEMO-EQ", "side": "Buy", "quantity": 2, "price": 25_100, "product": "CNC"});
    let with = |field: &str, value: Value| {
        let mut changed = order.clone();
        changed[field] = value;
        changed
    };
    let fault = |when: Value, fault: Value| json!({"calls": {"one": "place"}, "when": when, "fault": fault});
    let cut = json!({"cut": {"after_effect": true}});
    let mut rule = fault(json!("always"), cut.clone());
    rule["acount"] = json!("Z0007");
    let unknown = json!({"cut": {"after_effect": true, "often": 2}});
    let mut of_nobody = fault(json!("always"), cut.clone());
    of_nobody["account"] = json!("Z9999");
    let at_most = |quantity: i64| fault(json!("always"), json!({"fills_at_most": quantity}));
    let too_slow = fault(json!("always"), json!({"slow": {"ms": i64::MAX}}));
    let price = |paise: i64, available: i64| json!({"paise": paise, "available": available});
    let mut odd = serde_json::to_value(kotak_sim::AccountSpec::numbered(8)).unwrap();
    odd["holdings"] = json!([{"symbol": "DEMO-EQ", "quantity": 2, "average": 0, "pledged": 3}]);
    let mut account = serde_json::to_value(kotak_sim::AccountSpec::numbered(8)).unwrap();
    account["holding"] = json!([]);
    let orders = "/accounts/Z0007/orders";
    let mut no_freeze = with("symbol", json!("DEMO-BL"));
    no_freeze["quantity"] = json!(100_000_000);
    for (method, path, body, told) in [
        (
            "PUT",
            "/facts",
            json!({"foo": 1}),
            "unknown field `foo`, expected one of `base_path`, `urls_in_validate`",
        ),
        (
            "POST",
            "/faults",
            rule,
            "unknown field `acount`, expected one of `calls`, `account`, `when`, `fault`",
        ),
        (
            "POST",
            "/faults",
            fault(json!("always"), unknown),
            "unknown field `often`, expected `after_effect`",
        ),
        (
            "POST",
            "/faults",
            fault(json!({"nth": 0}), cut.clone()),
            "Nth(0) is no time at which a fault can strike",
        ),
        ("POST", "/faults", fault(json!({"between": {"from": 2, "until": 2}}), cut), "is no time"),
        ("POST", "/down", json!({"from": 2, "until": 2}), "2 is not before 2"),
        ("POST", "/down", json!({"from": 1, "until": 2, "for": 1}), "unknown field `for`"),
        ("PUT", "/prices/DEMO-EQ", json!({"paise": 25_075, "availabel": 1}), "unknown field `availabel`"),
        ("PUT", "/now", json!(1), "time does not go back"),
        ("PUT", "/now", json!(kotak_sim::LATEST + 1), "is after the year 2099"),
        ("PUT", "/now", json!(99_999_999_999_999_999_i64), "is after the year 2099"),
        ("POST", "/advance", json!(-1), "time does not go back"),
        ("POST", "/advance", json!(400 * 86_400_000_i64 + 1), "more than 400 days"),
        ("POST", "/advance", json!(i64::MAX), "more than 400 days"),
        ("POST", "/faults", of_nobody, "there is no account Z9999"),
        ("POST", "/faults", at_most(-4), "fills_at_most -4: "),
        ("POST", "/faults", at_most(0), "fills_at_most 0: "),
        ("POST", "/faults", too_slow, "a fault lasts from 0 ms to 400 days"),
        ("PUT", "/prices/DEMO-EQ", price(25_075, -1), "-1 shares cannot be available"),
        ("PUT", "/prices/DEMO-EQ", price(25_077, 1), "25077 paise of DEMO-EQ are no multiple of its tick, 5"),
        ("PUT", "/prices/DEMO-EQ", price(22_495, 1), "outside its band, 22500 to 27500"),
        ("PUT", "/prices/DEMO-EQ", price(27_505, 1), "outside its band, 22500 to 27500"),
        ("PUT", "/prices/DEMO-EQ", price(0, 1), "outside its band"),
        ("POST", "/accounts", odd, "2 shares of DEMO-EQ, 3 of them pledged, cannot be held"),
        ("DELETE", "/fills/9", json!(null), "there is no fill 9"),
        ("POST", "/orders/1/reject", json!({"reason": "late"}), "there is no order 1"),
        ("POST", "/orders/1/reject", json!({"reason": " "}), "a rejection has a reason"),
        ("POST", "/accounts", account, "unknown field `holding`"),
        (
            "POST",
            "/accounts",
            json!(kotak_sim::AccountSpec::numbered(7)),
            "there is an account Z0007 already",
        ),
        ("POST", orders, with("tag", json!("mine")), "unknown field `tag`"),
        ("POST", orders, with("product", json!("SOON")), r#""stCode":1007"#),
        ("POST", orders, with("quantity", json!(0)), r#""stCode":1009"#),
        ("POST", orders, with("price", json!(-5)), r#""stCode":1009"#),
        (
            "POST",
            orders,
            with("quantity", json!(999_901)),
            "999901 of DEMO-EQ are more than 999900, the most of one order",
        ),
        ("POST", orders, with("quantity", json!(i64::MAX)), "the most of one order"),
        ("POST", orders, no_freeze, "100000000 of DEMO-BL are more than 99999999, the most of one order"),
        (
            "POST",
            orders,
            with("price", json!(1_000_000_001)),
            "a limit of 1000000001 paise for DEMO-EQ is more than 1000000000",
        ),
        ("POST", orders, with("symbol", json!("Demo 50")), "Demo 50 is an index, which nobody trades"),
    ] {
        let heard = program.command(method, path, &body).await;
        assert_eq!(heard.status, 422, "{path} {body}: {}", heard.body);
        assert!(heard.body.contains(told), "{path} {body}: {}", heard.body);
    }
    let books = program.command("GET", "/accounts/Z0007", &json!(null)).await.json();
    assert_eq!((&books["orders"], &books["cash"]), (&json!([]), &json!(10_000_000)));
    assert_eq!(program.command("GET", "/faults", &json!(null)).await.json(), json!([]));

    program.command("PUT", "/facts", &json!({"duplicate_tag": "of2024"})).await;
    let facts = program.command("GET", "/facts", &json!(null)).await.json();
    assert_eq!((&facts["duplicate_tag"], &facts["longest_tag"]), (&json!("of2024"), &json!(52)));
    let commands = program.command("GET", "/", &json!(null)).await;
    assert_eq!((commands.status, commands.body.as_str()), (200, kotak_sim::COMMANDS));
    let readme = include_str!("../../README.md");
    for line in commands.body.lines().filter_map(|line| line.strip_prefix("  ")) {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let is_command = method.chars().all(char::is_uppercase) && path.starts_with('/');
        assert!(!is_command || readme.contains(&format!("`{method} {path}`")), "{method} {path}");
    }
}

#[tokio::test]
async fn a_trade_is_annulled_and_an_order_rejected_late_by_commands() {
    let program = Program::start("2026-11-02 09:20:00");
    let books = async || program.command("GET", "/accounts/Z0007", &json!(null)).await.json();
    let buy = async |price: i64| {
        let order =
            json!({"symbol": "DEMO-EQ", "side": "Buy", "quantity": 2, "price": price, "product": "CNC"});
        program.command("POST", "/accounts/Z0007/orders", &order).await.body
    };
    // The bounds of what is traded are traded at.
    for paise in [22_500, 27_500, 25_075] {
        let set = program.command("PUT", "/prices/DEMO-EQ", &json!({"paise": paise})).await;
        assert_eq!(set.status, 200, "{}", set.body);
    }
    buy(25_100).await;
    let withdrawn = format!("/fills/{}", books().await["fills"][0]["id"]);
    assert_eq!(program.command("DELETE", &withdrawn, &json!(null)).await.status, 200);
    let after = books().await;
    assert_eq!((&after["fills"], &after["cash"]), (&json!([]), &json!(10_000_000)));
    assert_eq!(program.command("DELETE", &withdrawn, &json!(null)).await.status, 422);

    let reject = format!("/orders/{}/reject", buy(24_000).await);
    let why = json!({"reason": "16283: rejected by the exchange"});
    assert_eq!(program.command("POST", &reject, &why).await.status, 200);
    let order = books().await["orders"][1].clone();
    assert_eq!((&order["status"], &order["reason"]), (&json!("rejected"), &why["reason"]));
    let again = program.command("POST", &reject, &why).await;
    assert!(again.status == 422 && again.body.ends_with("is finished"), "{}", again.body);
}

#[test]
fn a_time_that_is_none_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kotak-sim"));
    let output = command.args(["--now", "yesterday"]).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.trim(), "--now yesterday: write it as 2026-11-02 09:20:00");
}
