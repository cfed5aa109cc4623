//! Who may ask which route: one line for each, and no route without a line.

use reqwest::Method;
use serde_json::Value;

use crate::support::OTHER;
use crate::support::console::Client;
use crate::world::{World, operations};

/// Method and path, the body (empty for none), and the status for nobody, another user, the user, the admin, and a
/// script whose token was the user's and is revoked. Names in braces are ids of the user's things, see [`World`].
type Line = (&'static str, &'static str, [u16; 5]);

#[rustfmt::skip]
const TABLE: &[Line] = &[
    // What                                                     Body                          nobody other user admin revoked
    ("GET /api/v1/calendar/days",                               "",                           [401, 200, 200, 200, 401]),
    ("GET /api/v1/calendar/now",                                "",                           [401, 200, 200, 200, 401]),
    ("GET /api/v1/executions",                                  "",                           [401, 200, 200, 200, 401]),
    ("GET /api/v1/executions?user={user}",                      "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{run}",                            "",                           [401, 404, 200, 404, 401]),
    ("GET /api/v1/executions/{run}?user={user}",                "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{run}/decisions?user={user}",      "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{run}/log?user={user}",            "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/funds?user={user}",                           "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/logs?user={user}",                            "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/notifications?user={user}",                   "",                           [401, 404, 200, 200, 401]),
    ("POST /api/v1/notifications/{notification}/read",          "",                           [401, 404, 200, 404, 401]),
    ("POST /api/v1/notifications/read-all",                     "",                           [401, 200, 200, 200, 401]),
    ("GET /api/v1/orders?user={user}",                          "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/orders/{order}",                              "",                           [401, 404, 200, 404, 401]),
    ("GET /api/v1/orders/{order}?user={user}",                  "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/pnl/daily?user={user}",                       "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/pnl/summary?user={user}",                     "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/positions?user={user}",                       "",                           [401, 404, 200, 200, 401]),
    ("GET /api/v1/signals?user={user}",                         "",                           [401, 404, 200, 200, 401]),
    ("POST /api/v1/signals/{signal}/reject",                    r#"{"reason":"too dear"}"#,   [401, 404, 200, 404, 401]),
    ("POST /api/v1/signals/{signal}/activate",                  r#"{}"#,                      [401, 404, 200, 404, 401]),
    ("GET /api/v1/system/health",                               "",                           [200, 200, 200, 200, 200]),
    ("GET /api/v1/system/overview",                             "",                           [401, 200, 200, 200, 401]),
    ("GET /api/v1/auth/me",                                     "",                           [401, 200, 200, 200, 401]),
    ("POST /api/v1/auth/login",                                 r#"{"name":"-","password":"-"}"#, [401, 401, 401, 401, 401]),
    ("POST /api/v1/auth/logout",                                "",                           [401, 204, 204, 204, 401]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_caller_as_the_table_says() {
    let world = World::new().await;
    let mut wrong = missing(&world.document().await);
    for (request, body, expected) in TABLE {
        // Some requests end sessions, so each line has its own.
        let console = &world.console;
        let callers = [
            console.nobody(),
            console.other_user().await,
            console.user().await,
            console.admin().await,
            console.revoked(OTHER).await,
        ];
        for ((who, caller), expected) in
            ["nobody", "other user", "user", "admin", "revoked"].into_iter().zip(callers).zip(expected)
        {
            let (status, text) = ask(&caller, &world.fill(request), body).await;
            if status != *expected {
                wrong.push(format!("{request} as {who}: {status} instead of {expected}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

async fn ask(caller: &Client, request: &str, body: &'static str) -> (u16, String) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = caller.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    if !body.is_empty() {
        request = request.header("content-type", "application/json").body(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Routes that have no line, and lines that have no route.
fn missing(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let operations = operations(document);
    let is_line_of = |line: &Line, method: &str, path: &str| {
        let (of, call) = line.0.split_once(' ').unwrap();
        of == method && is_call_of(call, path)
    };
    for (method, path, _) in &operations {
        if !TABLE.iter().any(|line| is_line_of(line, method, path)) {
            wrong.push(format!("{method} {path} has no line in the table"));
        }
    }
    for line in TABLE {
        if !operations.iter().any(|(method, path, _)| is_line_of(line, method, path)) {
            wrong.push(format!("{} is no route", line.0));
        }
    }
    wrong
}

/// Whether a path of the table is one of a path of the document: the same but for the names in braces.
fn is_call_of(call: &str, path: &str) -> bool {
    let call = call.split('?').next().unwrap();
    let is_id = |part: &str| part.starts_with('{');
    call.split('/').count() == path.split('/').count()
        && call.split('/').zip(path.split('/')).all(|(a, b)| a == b || (is_id(a) && is_id(b)))
}
