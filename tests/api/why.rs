//! Why a share was not traded: what is answered after an evening of four users, each stopped elsewhere in the chain.

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console, THIRD};
use crate::support::{ADMIN, FRIDAY, MONDAY, OTHER, SATURDAY, TestHost, at, run};

/// Somebody whose service was turned off again before anything was due.
const OFF: UserId = UserId(4);

/// After two evenings of buying: the third user has what they could get, the second may not order for more than 100 rupees.
async fn two_evenings() -> Console {
    let house = TestHost::new(4);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    let console = Console::over(house, daemon).await;
    let limits = json!({ "values": { "max_order_value_paise": 10_000 } });
    console.user().await.send(Method::PATCH, "/api/v1/user/limits", limits).await.ok();
    for user in [ADMIN, OTHER, THIRD, OFF] {
        console.daemon.services.start_service(user).await.unwrap();
    }
    console.daemon.services.stop_service(OFF).await.unwrap();
    run(&console.daemon, at(MONDAY, "16:30")).await;
    console
}

fn path(symbol: &str, day: &str) -> String {
    format!("/api/v1/user/symbols/{}/why?day={day}", symbol.replace('&', "%26"))
}

async fn why(client: &Client, symbol: &str, day: &str) -> Value {
    let told = client.get(&path(symbol, day)).await.ok();
    assert_eq!((&told["symbol"], &told["day"]), (&json!(symbol), &json!(day)));
    told
}

fn conclusion(told: &Value) -> &str {
    told["conclusion"].as_str().unwrap()
}

fn kinds(told: &Value) -> Vec<&str> {
    told["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect()
}

/// The one step at which the chain ended.
#[track_caller]
fn stop(told: &Value) -> &Value {
    let steps = told["steps"].as_array().unwrap();
    let stops: Vec<&Value> = steps.iter().filter(|step| step["stops"] == true).collect();
    assert_eq!(stops.len(), 1, "{told}");
    stops[0]
}

#[track_caller]
fn starts(told: &Value, expected: &str) {
    assert!(conclusion(told).starts_with(expected), "{expected:?} of {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_link_of_the_chain_is_told_and_the_first_that_is_missing_ends_it() {
    let console = two_evenings().await;
    let third = console.other_user().await;
    let orders = third.get("/api/v1/orders?side=buy&limit=500").await.ok();
    let order = orders["items"].as_array().unwrap().last().expect("the third user has ordered").clone();
    let (symbol, day) = (order["symbol"].as_str().unwrap(), order["day"].as_str().unwrap());
    what_was_ordered_stops_nowhere(&third, &order).await;
    what_a_limit_refused_ends_at_the_gate(&console, symbol, day).await;
    without_a_signal_it_ends_there(&console, day).await;
    without_a_signal_the_word_of_the_analysis_is_told_to_who_runs_it(&console, day).await;
    a_service_that_was_off_is_said(&console, symbol, day).await;
    of_other_days_nothing_is_known(&console, symbol).await;
    a_state_that_lets_no_buy_through_is_a_step_of_today(&third, symbol).await;
}

async fn a_state_that_lets_no_buy_through_is_a_step_of_today(third: &Client, symbol: &str) {
    let body = json!({ "state": "reduce_only", "reason": "results are due" });
    third.send(Method::PUT, "/api/v1/user/trading-state", body).await.ok();
    let told = why(third, symbol, MONDAY).await;
    let found = "the trading state is reduce-only now, and nothing of this user is bought: results are due";
    let is_told = |step: &Value| step["kind"] == "halt" && step["found"] == found;
    assert!(told["steps"].as_array().unwrap().iter().any(is_told), "{told}");
}

async fn what_was_ordered_stops_nowhere(third: &Client, order: &Value) {
    let told = why(third, order["symbol"].as_str().unwrap(), order["day"].as_str().unwrap()).await;
    starts(&told, "it was ordered: a buy of ");
    assert_eq!(told["ordered"], true);
    let kinds = kinds(&told);
    for kind in ["bar", "signal", "run", "decision", "order"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let steps = told["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["stops"] == false), "{told}");
    assert!(steps.iter().any(|step| step["order"] == order["id"]), "{told}");
    let decided = |step: &Value| step["kind"] == "decision" && step["execution"] == order["execution"];
    assert!(steps.iter().any(decided), "{told}");
}

async fn what_a_limit_refused_ends_at_the_gate(console: &Console, symbol: &str, day: &str) {
    let (user, third) = (console.user().await, console.other_user().await);
    let told = why(&user, symbol, day).await;
    starts(
        &told,
        "nothing was ordered: Buy orders was refused an order (order value limit): the order is worth ",
    );
    assert_eq!(told["ordered"], false);
    let stop = stop(&told);
    assert_eq!((&stop["kind"], &stop["task"]), (&json!("gate"), &json!("buy_orders")));
    let execution = format!("/api/v1/executions/{}", stop["execution"]);
    assert_eq!(user.get(&execution).await.status, 200);
    assert_eq!(third.get(&execution).await.status, 404);
    // An admin is told the same of the user, and nobody else is told anything.
    let of_user = format!("{}&user={OTHER}", path(symbol, day));
    assert_eq!(console.admin().await.get(&of_user).await.ok(), told);
    assert_eq!(third.get(&of_user).await.problem(), (404, "not_found".to_owned()));
    assert!(!third.get(&path(symbol, day)).await.text.contains("order value limit"));
}

async fn without_a_signal_it_ends_there(console: &Console, day: &str) {
    let user = console.user().await;
    let silent = silent(console, &user, day).await;
    let told = why(&user, &silent, day).await;
    assert!(conclusion(&told).contains(&format!("no signal for {silent} of {day}")), "{told}");
    assert_eq!(stop(&told)["kind"], "signal");
    assert!(kinds(&told).contains(&"run"), "{told}");
}

/// A share of which there is neither a signal of the day nor any order.
async fn silent(console: &Console, client: &Client, day: &str) -> String {
    let signals = client.get(&format!("/api/v1/signals?from={day}&through={day}&limit=500")).await.ok();
    let orders = client.get("/api/v1/orders?limit=500").await.ok();
    let named: Vec<&Value> =
        [&signals, &orders].into_iter().flat_map(|list| list["items"].as_array().unwrap()).collect();
    let universe = console.daemon.trading.market.universe().await.unwrap();
    let is_silent = |symbol: &&Symbol| named.iter().all(|item| item["symbol"] != symbol.as_str());
    universe.iter().find(is_silent).expect("some share has no signal").to_string()
}

async fn without_a_signal_the_word_of_the_analysis_is_told_to_who_runs_it(console: &Console, day: &str) {
    let admin = console.admin().await;
    let silent = silent(console, &admin, day).await;
    let told = why(&admin, &silent, day).await;
    let judged = told["steps"].as_array().unwrap().iter().rev().find(|step| step["task"] == "analysis");
    let judged = judged.expect("the analysis has judged it")["found"].as_str().unwrap();
    assert!(judged.starts_with("Analysis decided "), "{judged}");
    for says in [format!(" no signal for {silent} of {day}"), format!("; {judged}")] {
        assert!(conclusion(&told).contains(&says), "{says:?} of {told}");
    }
}

async fn a_service_that_was_off_is_said(console: &Console, symbol: &str, day: &str) {
    let told = why(&console.logged_in(OFF).await, symbol, day).await;
    starts(
        &told,
        "nothing was ordered: the service of this user was off: the unified service was stopped by ",
    );
    assert_eq!(stop(&told)["kind"], "halt");
    let kinds = kinds(&told);
    assert!(kinds.contains(&"signal") && !kinds.contains(&"run"), "{kinds:?}");
}

async fn of_other_days_nothing_is_known(console: &Console, symbol: &str) {
    let user = console.user().await;
    for (day, expected) in [
        ("2025-03-05", format!("nothing is known of {symbol} on 2025-03-05: ")),
        (SATURDAY, format!("nothing was ordered: the exchange was closed on {SATURDAY}, ")),
        (
            "2025-02-26",
            "nothing was ordered: the exchange was closed on 2025-02-26, Mahashivratri".to_owned(),
        ),
        ("2025-03-20", "nothing is known of 2025-03-20: it has not begun".to_owned()),
        (
            "2010-01-01",
            "nothing is known of 2010-01-01: the trading calendar begins on 2023-01-01".to_owned(),
        ),
    ] {
        let told = why(&user, symbol, day).await;
        starts(&told, &expected);
        assert_eq!((&told["steps"], &told["ordered"]), (&json!([]), &json!(false)));
    }
    // Without a day it is the newest trading date.
    let newest = user.get(path(symbol, "").trim_end_matches("?day=")).await.ok();
    assert_eq!(newest["day"], MONDAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused_in_a_sentence() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let user = console.user().await;
    for (symbol, day, status, named) in [
        ("tcs", MONDAY, 400, "symbol"),
        ("TCS", "2025-02-30", 400, "day"),
        ("TCS", "today", 400, "day"),
        ("NOSUCHSHARE", MONDAY, 404, "there is no share NOSUCHSHARE"),
    ] {
        let answer = user.get(&path(symbol, day)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(named), "{detail}");
    }
}
