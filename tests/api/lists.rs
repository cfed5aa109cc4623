//! Lists over runs and over users, against what the database and the books say.

use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::RunId;
use prahari_domain::orders::OrderEvent;
use prahari_domain::tasks::Task;
use prahari_runtime::{Recording, capability_name};
use serde_json::{Value, json};

use crate::support::console::{Client, Console, THIRD};
use crate::support::{ADMIN, FRIDAY, MONDAY, OTHER, TestHost, at, run, runs, start_services};

const BUYS: Task = Task::literal("buy_orders");

/// Three users whose services ran from Friday's evening until an hour after Monday's open.
pub async fn monday() -> Console {
    let house = TestHost::new(3);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "10:15")).await;
    Console::over(house, daemon).await
}

/// Every item of a list, page by page.
pub async fn all(client: &Client, path: &str, limit: u32) -> Vec<Value> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}{mark}limit={limit}{cursor}")).await.ok();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", next.replace('&', "%26")),
            None => return items,
        }
    }
}

/// A field of each item.
fn field(items: &[Value], name: &str) -> Vec<Value> {
    items.iter().map(|item| item[name].clone()).collect()
}

async fn recording(console: &Console, run: RunId) -> Recording {
    find_recording(&console.daemon.store.user(OTHER), run).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_finds_runs_and_orders_by_their_numbers_and_sees_whose_they_are() {
    let console = monday().await;
    let (admin, user, other) = (console.admin().await, console.user().await, console.other_user().await);
    let name = console.daemon.users.find(OTHER).unwrap().name.clone();
    let order = user.get("/api/v1/orders?limit=1").await.ok()["items"][0].clone();
    let path = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
    let found = admin.get(&path).await.ok();
    assert_eq!(found, user.get(&path).await.ok());
    assert_eq!((&found["order"]["user"], &found["order"]["user_name"]), (&json!(2), &json!(name)));
    assert_eq!(other.get(&path).await.problem().0, 404);

    let run = RunId(order["execution"].as_u64().unwrap());
    let path = format!("/api/v1/executions/{run}");
    let found = admin.get(&path).await.ok();
    assert_eq!(found, user.get(&path).await.ok());
    assert_eq!((&found["user"], &found["user_name"]), (&json!(2), &json!(name)));
    assert_eq!(other.get(&path).await.problem().0, 404);
    let modules = console.daemon.store.system().modules().await.unwrap();
    let ran = modules.iter().find(|module| found["module_hash"] == module.hash).unwrap();
    assert_eq!(found["module_version"], ran.version);
    let recorded = recording(&console, run).await.run;
    let granted: Vec<&str> = recorded.grant.capabilities().map(capability_name).collect();
    let allowance = &found["allowance"];
    assert_eq!(allowance["capabilities"], json!(granted));
    assert_eq!(allowance["cpu_ms"], recorded.budget.cpu_ms);
    assert_eq!(allowance["kept_log_bytes"], recorded.budget.output.kept_log_bytes);
    let listed = all(&user, "/api/v1/executions", 500).await;
    let listed = listed.iter().find(|execution| execution["id"] == run.0).unwrap();
    assert_eq!((&listed["module_version"], &listed["user_name"]), (&json!(ran.version), &json!(name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_calls_of_a_run_are_told_page_by_page() {
    let console = monday().await;
    let user = console.user().await;
    for task in [BUYS, Task::literal("sell_monitor")] {
        let run = runs(&console.daemon, OTHER, task).await.pop().unwrap().id;
        let recorded = recording(&console, run).await.calls().unwrap();
        let path = format!("/api/v1/executions/{run}/calls");
        let told = all(&user, &path, 1).await;
        assert_eq!(told, all(&user, &path, 500).await);
        assert_eq!(told.len(), recorded.len());
        assert!(!told.is_empty());
        for (index, (told, recorded)) in told.iter().zip(&recorded).enumerate() {
            assert_eq!(
                (&told["index"], &told["function"]),
                (&json!(index), &json!(recorded.call.function()))
            );
            assert!(told["answer"].is_null() != told["error"].is_null(), "{told}");
            if told["cut"] == false {
                let arguments: Value = serde_json::from_str(told["arguments"].as_str().unwrap()).unwrap();
                let expected = match serde_json::to_value(&recorded.call).unwrap() {
                    Value::Object(variant) => variant.into_iter().next().unwrap().1,
                    _ => Value::Null,
                };
                assert_eq!(arguments, expected);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_found_by_run_task_and_states_and_counted() {
    let console = monday().await;
    let user = console.user().await;
    let orders = all(&user, "/api/v1/orders", 500).await;
    assert!(!orders.is_empty());
    let of = |wanted: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        orders.iter().filter(|order| wanted(order)).cloned().collect()
    };
    let execution = orders[0]["execution"].as_u64().unwrap();
    let path = format!("/api/v1/orders?execution={execution}");
    assert_eq!(all(&user, &path, 1).await, of(&|order: &Value| order["execution"] == execution));
    let ids: Vec<u64> = runs(&console.daemon, OTHER, BUYS).await.iter().map(|run| run.id.0).collect();
    let bought = of(&|order: &Value| ids.contains(&order["execution"].as_u64().unwrap()));
    assert!(!bought.is_empty());
    assert_eq!(all(&user, "/api/v1/orders?task=buy_orders", 2).await, bought);
    assert!(all(&user, "/api/v1/orders?task=eod_cleanup", 500).await.is_empty());
    let states = ["filled", "accepted"];
    let path = "/api/v1/orders?states=filled,accepted";
    assert_eq!(
        all(&user, path, 3).await,
        of(&|order: &Value| states.contains(&order["state"].as_str().unwrap()))
    );
    let answer = user.get("/api/v1/orders?states=filled,held").await;
    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
    assert!(
        answer.json()["detail"].as_str().unwrap().starts_with("\"held\" in states is not a state: intent")
    );

    for (query, expected) in [("", orders.clone()), ("?task=buy_orders&side=buy", bought)] {
        counts(&user.get(&format!("/api/v1/orders/summary{query}")).await.ok(), &expected);
    }
}

/// Checks that a summary counts these orders.
#[track_caller]
fn counts(summary: &Value, expected: &[Value]) {
    assert_eq!((&summary["total"], &summary["complete"]), (&json!(expected.len()), &json!(true)));
    let states = summary["states"].as_array().unwrap();
    for counted in states {
        let in_state = expected.iter().filter(|order| order["state"] == counted["state"]).count();
        assert!(in_state > 0 && counted["orders"] == in_state, "{summary}");
    }
    let all: u64 = states.iter().map(|of| of["orders"].as_u64().unwrap()).sum();
    assert_eq!(all, expected.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lists_of_everybody_are_those_of_each_together() {
    let console = monday().await;
    let admin = console.admin().await;
    let users = [ADMIN, OTHER, THIRD];
    let (mut orders, mut executions) = (Vec::new(), Vec::new());
    for user in users {
        orders.extend(all(&admin, &format!("/api/v1/orders?user={user}"), 500).await);
        executions.extend(all(&admin, &format!("/api/v1/executions?user={user}"), 500).await);
    }
    let newest =
        |order: &Value| ["day", "placed_at", "id"].map(|name| order[name].as_str().unwrap().to_owned());
    orders.sort_by_key(|order| std::cmp::Reverse(newest(order)));
    executions.sort_by_key(|execution| std::cmp::Reverse(execution["id"].as_u64()));
    assert!(!orders.is_empty() && executions.len() > 97);
    assert_eq!(all(&admin, "/api/v1/system/orders", 2).await, orders);
    assert_eq!(all(&admin, "/api/v1/system/executions", 97).await, executions);
    let filled: Vec<_> = orders.iter().filter(|order| order["state"] == "filled").cloned().collect();
    assert_eq!(all(&admin, "/api/v1/system/orders?states=filled", 500).await, filled);
    assert!(all(&admin, "/api/v1/system/orders?from=2025-03-12", 500).await.is_empty());
    let none: &[Value] = &[];
    for (query, expected) in [
        ("", &*orders),
        ("?states=filled", &*filled),
        ("?from=2025-03-12", none),
        ("?task=eod_cleanup", none),
    ] {
        counts(&admin.get(&format!("/api/v1/system/orders/summary{query}")).await.ok(), expected);
    }
    let (since, until) = ("2025-03-10T09:30:00%2B05:30", "2025-03-10T09:32:00%2B05:30");
    let between: Vec<_> = executions
        .iter()
        .filter(|execution| {
            ("2025-03-10T09:30".."2025-03-10T09:32").contains(&execution["started_at"].as_str().unwrap())
        })
        .cloned()
        .collect();
    assert!(!between.is_empty());
    let path = format!("/api/v1/system/executions?since={since}&until={until}");
    assert_eq!(all(&admin, &path, 2).await, between);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_holds_is_what_the_books_say_and_no_desk_is_waited_for() {
    let console = monday().await;
    let admin = console.admin().await;
    let mut expected = Vec::new();
    for user in console.daemon.users.all() {
        for held in user.desk.lock().await.book().positions() {
            expected.push((user.id.0, held.symbol.to_string(), held.quantity, held.invested.0));
        }
    }
    assert!(!expected.is_empty());
    let found = |items: &[Value]| -> Vec<_> {
        let held = items.iter().map(|held| {
            let (symbol, quantity) = (held["symbol"].as_str().unwrap(), held["quantity"].as_u64().unwrap());
            let invested = held["invested_paise"].as_i64().unwrap();
            (held["user"].as_u64().unwrap(), symbol.to_owned(), u32::try_from(quantity).unwrap(), invested)
        });
        held.collect()
    };
    for limit in [1, 500] {
        assert_eq!(found(&all(&admin, "/api/v1/system/positions", limit).await), expected);
    }
    let symbol = &expected[0].1;
    let path = format!("/api/v1/system/positions?symbol={}", symbol.replace('&', "%26"));
    let of_symbol: Vec<_> = expected.iter().filter(|held| held.1 == *symbol).cloned().collect();
    assert_eq!(found(&all(&admin, &path, 500).await), of_symbol);

    let user = console.daemon.users.find(OTHER).unwrap();
    let _at_work = user.desk.lock().await;
    let page = admin.get("/api/v1/system/positions?limit=500").await.ok();
    assert_eq!(page["busy"], json!([{ "user": 2, "user_name": user.name }]));
    let others: Vec<_> = expected.into_iter().filter(|held| held.0 != OTHER.0).collect();
    assert_eq!(found(page["items"].as_array().unwrap()), others);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_found_over_runs() {
    let console = monday().await;
    let user = console.user().await;
    let scope = console.daemon.store.user(OTHER);
    let mut expected = Vec::new();
    for run in runs(&console.daemon, OTHER, BUYS).await.into_iter().rev() {
        for (number, decision) in scope.decisions_of(run.id).await.unwrap().into_iter().enumerate() {
            expected.push((run.id.0, number as u64, decision));
        }
    }
    assert!(!expected.is_empty());
    let path = format!("/api/v1/decisions?from={FRIDAY}&through={MONDAY}&task=buy_orders");
    let places = |items: &[Value]| -> Vec<_> {
        items
            .iter()
            .map(|one| (one["execution"].as_u64().unwrap(), one["number"].as_u64().unwrap()))
            .collect()
    };
    let every: Vec<_> = expected.iter().map(|(run, number, _)| (*run, *number)).collect();
    for limit in [1, 500] {
        assert_eq!(places(&all(&user, &path, limit).await), every, "by {limit}");
    }
    let wanted = &expected[0].2;
    let narrow = format!("{path}&action={}&reason={}", wanted.action, wanted.reason);
    let of_kind: Vec<_> = expected
        .iter()
        .filter(|(.., decision)| (&decision.action, &decision.reason) == (&wanted.action, &wanted.reason))
        .map(|(run, number, _)| (*run, *number))
        .collect();
    assert_eq!(places(&all(&user, &narrow, 2).await), of_kind);
    assert!(all(&user, "/api/v1/decisions?day=2025-03-05", 500).await.is_empty());
    for wrong in [
        "from=2025-01-01&through=2025-06-01",
        "day=2025-03-10&from=2025-03-10",
        "from=2025-03-11&through=2025-03-10",
        "symbol=reliance",
        "symbol=%C3%A9",
        "symbol=%00",
        "symbol=",
    ] {
        let answer = user.get(&format!("/api/v1/decisions?{wrong}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".to_owned()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_are_found_by_kind() {
    let console = monday().await;
    let user = console.user().await;
    let signals = all(&user, "/api/v1/signals", 500).await;
    assert!(!signals.is_empty());
    for kinds in ["buy", "strong_buy", "reentry,exit", "buy,strong_buy", "buy,strong_buy,reentry,exit"] {
        let is_meant = |signal: &&Value| kinds.split(',').any(|kind| signal["kind"] == kind);
        let expected: Vec<Value> = signals.iter().filter(is_meant).cloned().collect();
        assert_eq!(all(&user, &format!("/api/v1/signals?kind={kinds}"), 2).await, expected, "{kinds}");
    }
    let answer = user.get("/api/v1/signals?kind=buy,hold").await;
    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn fills_are_those_of_the_journal() {
    let console = monday().await;
    let user = console.user().await;
    let mut expected: Vec<_> = console
        .daemon
        .store
        .user(OTHER)
        .load_journal(0)
        .await
        .unwrap()
        .into_iter()
        .filter_map(|entry| match entry.event {
            OrderEvent::Filled(fill) => Some((entry.at, entry.sequence, entry.order.to_string(), fill)),
            _ => None,
        })
        .collect();
    expected.sort_by_key(|(at, sequence, ..)| std::cmp::Reverse((*at, *sequence)));
    assert!(!expected.is_empty());
    let fills = all(&user, "/api/v1/fills", 1).await;
    assert_eq!(
        field(&fills, "order"),
        expected.iter().map(|(_, _, order, _)| json!(order)).collect::<Vec<_>>()
    );
    for (fill, (.., recorded)) in fills.iter().zip(&expected) {
        assert_eq!(fill["key"], recorded.key);
        assert_eq!(fill["value_paise"], recorded.price.0 * i64::from(recorded.quantity));
    }
    let symbol = fills[0]["symbol"].as_str().unwrap();
    let path = format!("/api/v1/fills?symbol={}&from={MONDAY}&through={MONDAY}", symbol.replace('&', "%26"));
    let of_symbol: Vec<_> = fills.iter().filter(|fill| fill["symbol"] == symbol).cloned().collect();
    assert_eq!(all(&user, &path, 500).await, of_symbol);
    assert!(all(&user, "/api/v1/fills?through=2025-03-06", 500).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_are_found_by_the_share_whose_price_began_them() {
    let console = monday().await;
    let (user, admin) = (console.user().await, console.admin().await);
    for (who, path) in [(&user, "/api/v1/executions"), (&admin, "/api/v1/system/executions")] {
        // Nobody lets tasks run on prices here: what is found with the condition is not the list without it.
        assert!(all(who, &format!("{path}?on_price=XYZ"), 500).await.is_empty());
        for wrong in ["reliance", "%C3%A9", "%00", ""] {
            let answer = who.get(&format!("{path}?on_price={wrong}")).await;
            assert_eq!(answer.problem(), (400, "invalid_request".to_owned()), "{path} {wrong}");
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("on_price"), "{detail}");
        }
    }
}
