//! Lists as CSV: the same rows as the lists, in the form that spreadsheets read.

use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, Order, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, Variety, machine,
};
use prahari_domain::strategies::StrategyName;
use reqwest::Method;
use serde_json::Value;

use crate::lists::{all, monday};
use crate::support::console::{Client, Console, THIRD};
use crate::support::{FRIDAY, MONDAY, OTHER, at, day, heavy};

/// A table as it came: its status, its headers, and its text.
struct Came {
    status: u16,
    kind: String,
    disposition: String,
    text: String,
}

async fn table(client: &Client, path: &str) -> Came {
    let answer = client.request(Method::GET, path).header("accept", "text/csv").send().await.unwrap();
    let header =
        |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (status, kind) = (answer.status().as_u16(), header("content-type"));
    let disposition = header("content-disposition");
    Came { status, kind, disposition, text: answer.text().await.unwrap() }
}

/// The cells of a table, line by line, as RFC 4180 says that they are read.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => assert_eq!(characters.peek(), Some(&'\n')),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && line.is_empty(), "the last line ends");
    lines
}

/// What a cell has to say of a value.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => String::new(),
        other => other.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_has_the_items_of_its_list_and_every_field_of_them() {
    let console = monday().await;
    let admin = console.admin().await;
    let week = format!("from={FRIDAY}&to={MONDAY}");
    for (path, name) in [
        ("/api/v1/orders?user=2", "orders"),
        ("/api/v1/orders?user=2&states=filled", "orders"),
        ("/api/v1/system/orders", "orders-of-all"),
        ("/api/v1/fills?user=2", "fills"),
        ("/api/v1/pnl/daily?user=2", "pnl-daily"),
        ("/api/v1/positions/closed?user=2", "positions-closed"),
        ("/api/v1/system/positions", "positions-of-all"),
        ("/api/v1/signals?user=2", "signals"),
        (&*format!("/api/v1/slots?user=2&{week}"), "slots"),
        (&*format!("/api/v1/system/slots?{week}"), "slots-of-all"),
        ("/api/v1/executions?user=2", "executions"),
        ("/api/v1/system/executions", "executions-of-all"),
        ("/api/v1/decisions?user=2", "decisions"),
        ("/api/v1/audit", "audit"),
        ("/api/v1/orders?user=2&from=2025-03-20", "orders"),
    ] {
        let items = all(&admin, path, 500).await;
        let came = table(&admin, path).await;
        has_the_rows(&came, path, name, &items);
    }
}

/// Checks that a table has a line for each of these items, with every field of it.
fn has_the_rows(came: &Came, path: &str, name: &str, items: &[Value]) {
    assert_eq!((came.status, &*came.kind), (200, "text/csv; charset=utf-8; header=present"), "{}", came.text);
    assert_eq!(came.disposition, format!("attachment; filename=\"{name}-{MONDAY}.csv\""));
    let lines = cells(&came.text);
    let columns = &lines[0];
    assert_eq!(lines.len(), items.len() + 1, "{path}");
    for (line, item) in lines[1..].iter().zip(items) {
        assert_eq!(line.len(), columns.len());
        for (column, cell) in columns.iter().zip(line) {
            let value = column.split('.').fold(item, |value, name| &value[name]);
            // A text that looks like a formula has an apostrophe before it.
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            assert_eq!(cell, said(value), "{column} of {path}");
        }
        for (name, value) in item.as_object().unwrap() {
            let begin = format!("{name}.");
            let has = columns.iter().any(|column| column == name || column.starts_with(&begin));
            assert!(has || value.is_null(), "{name} of {path} is in no column");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_figures_has_the_rows_of_its_answer() {
    let console = monday().await;
    let admin = console.admin().await;
    for (path, name, rows) in [
        ("/api/v1/pnl/charges?user=2&by=day", "charges", "/days"),
        ("/api/v1/pnl/curve?user=2", "curve", "/points"),
        ("/api/v1/positions?user=2", "positions", "/items"),
        ("/api/v1/positions?user=2&lots=true", "positions", "/items"),
        ("/api/v1/analytics/tasks?user=2", "analytics", "/rows"),
        ("/api/v1/system/analytics?by=user&limit=500", "analytics-of-all", "/rows/items"),
    ] {
        let answer = admin.get(path).await.ok();
        let items = answer.pointer(rows).unwrap().as_array().unwrap();
        assert!(!items.is_empty(), "{path}: {answer}");
        has_the_rows(&table(&admin, &path.replace("&limit=500", "")).await, path, name, items);
    }
    // Charges are told by day in a table, whether that is said or not.
    let [said, unsaid] = ["/api/v1/pnl/charges?user=2&by=day", "/api/v1/pnl/charges?user=2"];
    assert_eq!(table(&admin, said).await.text, table(&admin, unsaid).await.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_refused_while_a_part_of_it_cannot_be_read() {
    let console = monday().await;
    let admin = console.admin().await;
    let user = console.daemon.users.find(OTHER).unwrap();
    let _at_work = user.desk.lock().await;
    let came = table(&admin, "/api/v1/system/positions").await;
    assert_eq!((came.status, &*came.kind), (503, "application/problem+json"), "{}", came.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_refused_as_its_list_is() {
    let console = monday().await;
    let (user, nobody) = (console.user().await, console.nobody());
    for (client, path, status) in [
        (&nobody, "/api/v1/orders", 401),
        (&user, "/api/v1/orders?user=3", 404),
        (&user, "/api/v1/system/orders", 403),
        (&user, "/api/v1/orders?limit=5", 400),
        (&user, "/api/v1/orders?cursor=U2-20250307-0001", 400),
        (&user, "/api/v1/orders?held=yes", 400),
        (&user, "/api/v1/orders?from=2025-03-07&through=2025-03-06", 400),
    ] {
        let came = table(client, path).await;
        assert_eq!((came.status, &*came.kind), (status, "application/problem+json"), "{path}: {}", came.text);
    }
    let came = table(&user, "/api/v1/orders?limit=5").await;
    assert!(came.text.contains("limit: a CSV answer has everything that the filter says"), "{}", came.text);
    // What is no list is answered as ever.
    assert_eq!(table(&user, "/api/v1/funds").await.kind, "application/json");
}

/// Orders of a day long ago that only the database knows.
async fn old_orders(console: &Console, count: u32) {
    let day = day("2024-03-07");
    let order = |number| -> Order {
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
        let (run, placed_at) = (RunId(0), at("2024-03-07", "12:00"));
        let event = OrderEvent::Intended {
            request,
            run,
            first_placed_at: placed_at,
            strategy: StrategyName::REBOUND,
            tag: None,
        };
        let entry =
            JournalEntry { sequence: 1, order: OrderId { user: THIRD, day, number }, at: placed_at, event };
        machine::transition(None, &entry).unwrap().order
    };
    let orders = (1..=count).map(order).collect();
    console.daemon.store.user(THIRD).append_journal_durable(Vec::new(), orders).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_table_is_whole_and_one_that_is_too_large_is_refused() {
    let console = monday().await;
    let user = console.other_user().await;
    let path = "/api/v1/orders?from=2024-03-07&through=2024-03-07";
    old_orders(&console, 9_000).await;
    let lines = cells(&table(&user, path).await.text);
    let ids: Vec<&str> = lines[1..].iter().map(|line| &*line[0]).collect();
    let expected: Vec<String> = (1..=9_000).rev().map(|number| format!("U3-20240307-{number:04}")).collect();
    assert_eq!(ids, expected);
    if !heavy() {
        return;
    }
    old_orders(&console, 100_000).await;
    assert_eq!(cells(&table(&user, path).await.text).len(), 100_001);
    old_orders(&console, 100_001).await;
    let came = table(&user, path).await;
    assert_eq!(came.status, 400);
    assert!(came.text.contains("narrow the range of dates"), "{}", came.text);
}
