//! Text that people give is kept only when all of it can be seen, and what was kept before that was so is answered
//! safely.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_store::{
    DecisionRow, LogRow, NewApiToken, NewNotification, NewSession, NotificationLevel, NotificationRow,
    RunFinish, RunStart, RunTrigger, ServiceLogRow, TokenScope,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::shown::{HOSTILE, is_obeyed};
use crate::support::console::{Client, Console};
use crate::support::{FRIDAY, OTHER, at};
use crate::world::World;

/// Each kind of what cannot be seen, alone.
const HIDDEN: [&str; 9] =
    ["\u{202e}", "\u{2066}", "\u{1b}[2J", "\n", "\u{7}", "\u{200b}", "\u{2028}", "\u{9b}31m", "\u{e0041}"];

/// Every request whose text is kept and shown to others: who, how, where, and the body with the text in it.
fn texts(text: &str) -> Vec<(bool, Method, &'static str, Value)> {
    let rule = json!({ "kind": "at", "time": "16:10" });
    let script = json!({ "kind": "script", "script": format!("fn slots(day) {{ 600 }} // {text}") });
    let schedule = |rule: &Value, description: &str| json!({ "expected_version": 1, "rule": rule, "enabled": true, "description": description });
    let buy_orders = "/api/v1/service/schedules/buy_orders";
    vec![
        (true, Method::POST, "/api/v1/users", json!({ "name": text, "role": "user" })),
        (false, Method::POST, "/api/v1/auth/tokens", json!({ "name": text, "scope": "read" })),
        (false, Method::POST, "/api/v1/user/channels/telegram", json!({ "name": text })),
        (
            false,
            Method::POST,
            "/api/v1/user/channels/email",
            json!({ "name": text, "address": "asha@example.org" }),
        ),
        (
            false,
            Method::POST,
            "/api/v1/user/channels/webhooks",
            json!({ "name": text, "url": "https://hooks.example.org/" }),
        ),
        (true, Method::PUT, buy_orders, schedule(&rule, text)),
        (true, Method::PUT, buy_orders, schedule(&script, "")),
        (true, Method::POST, "/api/v1/modules/buy_orders/1/activate", json!({ "reason": text })),
        (true, Method::POST, "/api/v1/modules/buy_orders/rollback", json!({ "reason": text })),
        (false, Method::POST, "/api/v1/signals/{signal}/reject", json!({ "reason": text })),
        (false, Method::POST, "/api/v1/alerts/{alert}/resolve", json!({ "resolution": text })),
        (true, Method::POST, "/api/v1/halts/{halt}/lift", json!({ "explanation": text })),
        (true, Method::POST, "/api/v1/market/price-jumps/TCS/explain", json!({ "explanation": text })),
        (false, Method::PUT, "/api/v1/user/trading-state", json!({ "state": "reduce_only", "reason": text })),
        (
            true,
            Method::PUT,
            "/api/v1/users/2/trading-state",
            json!({ "state": "reduce_only", "reason": text }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_refused_in_every_text_that_is_kept() {
    let world = World::new().await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    for hidden in HIDDEN {
        for (by_admin, method, path, body) in texts(&format!("seen{hidden}seen")) {
            // A script is lines.
            if hidden == "\n" && body["rule"]["kind"] == "script" {
                continue;
            }
            let who = if by_admin { &admin } else { &user };
            let answer = who.send(method, &world.fill(path), body).await;
            assert_eq!(answer.status, 400, "{hidden:?} at {path}: {}", answer.text);
            assert!(!answer.text.contains(is_obeyed), "{hidden:?} at {path}: {}", answer.text);
        }
    }
    // The same with nothing hidden is taken or refused for another reason.
    for (by_admin, method, path, body) in texts("दिखता है ✓") {
        let who = if by_admin { &admin } else { &user };
        let answer = who.send(method, &world.fill(path), body).await;
        let is_name = path.ends_with("/users");
        assert_eq!(answer.status == 400, is_name, "{path}: {}", answer.text);
    }
}

/// Puts harm into whatever is kept, as if it had come before it was looked at.
async fn spoil(console: &Console) -> RunId {
    let (now, hostile) = (at(FRIDAY, "12:01"), || HOSTILE.to_owned());
    let user = console.daemon.store.user(OTHER);
    let run = console.daemon.store.system().next_run_id();
    let start = RunStart {
        id: run,
        task: Task::literal("buy_orders"),
        slot_due: None,
        trigger: RunTrigger::Manual,
        service: None,
        module_hash: hostile(),
        started_at: now,
        attempt: 1,
        cause: None,
    };
    user.start_run(start).await.unwrap();
    let finish = RunFinish {
        decisions: vec![DecisionRow {
            symbol: hostile(),
            action: hostile(),
            reason: hostile(),
            evidence: vec![(hostile(), hostile())],
        }],
        log: vec![LogRow { level: "info".to_owned(), message: hostile(), at: None }],
        ..RunFinish::new(run, "succeeded", now.plus_millis(20))
    };
    user.finish_run(finish).await.unwrap();
    let (level, title, body) = (NotificationLevel::Info, hostile(), hostile());
    let message = NotificationRow { at: now, id: None, level, title, body, run: Some(run) };
    user.notify(NewNotification::disturbing(message, NotificationKind::Info)).await.unwrap();
    let (level, event, message) = ("info".to_owned(), hostile(), hostile());
    user.log_service(ServiceLogRow { id: None, at: now, level, event, message }).await.unwrap();
    let token = NewApiToken {
        hash: [7; 32],
        name: hostile(),
        scope: TokenScope::Read,
        now: console.real.now(),
        expires_at: None,
        session: None,
    };
    user.create_api_token(token).await.unwrap();
    let expires_at = console.real.now().plus_minutes(60);
    let (address, agent) = (hostile(), hostile());
    let now = console.real.now();
    let session = NewSession { hash: [8; 32], now, expires_at, address, agent, password: None };
    user.open_session(session).await.unwrap().unwrap();
    console.daemon.store.flush().await.unwrap();
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_holds_nothing_that_a_terminal_obeys_whatever_is_kept() {
    let world = World::new().await;
    let run = spoil(&world.console).await;
    let user = world.console.logged_in(UserId(OTHER.0)).await;
    let mut seen = 0;
    for path in [
        "/api/v1/executions",
        &format!("/api/v1/executions/{run}"),
        &format!("/api/v1/executions/{run}/decisions"),
        &format!("/api/v1/executions/{run}/log"),
        "/api/v1/logs",
        "/api/v1/notifications",
        "/api/v1/user/service/logs",
        "/api/v1/auth/tokens",
        "/api/v1/auth/sessions",
    ] {
        let answer = user.get(path).await;
        assert!(answer.status.is_success() && !answer.text.contains(is_obeyed), "{path}: {}", answer.text);
        seen += usize::from(answer.text.contains("FAKED"));
    }
    assert!(seen >= 7, "only {seen} answers had the text");
    let tokens = user.get("/api/v1/auth/tokens").await.ok();
    let names: Vec<_> = tokens["items"].as_array().unwrap().iter().map(|token| &token["name"]).collect();
    assert!(names.iter().all(|name| !name.as_str().unwrap().contains(is_obeyed)), "{names:?}");
    other_words(&user).await;
}

/// A program reads the very text of an answer that was made safe.
async fn other_words(user: &Client) {
    let kept = user.get("/api/v1/notifications").await.ok();
    let texts = kept["items"].as_array().unwrap().iter();
    assert!(texts.map(|kept| kept["title"].as_str().unwrap()).any(|title| title == HOSTILE));
}
