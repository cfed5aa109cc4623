//! A query or a body that an operation does not take is refused, and nothing is done.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::console::{Client, Console};
use crate::support::{MONDAY, OTHER, at};
use crate::world::{World, filled, operations};

/// The status of an answer, and its sentence when it is a problem.
async fn ask(client: &Client, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
    let request = client.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap_or_default();
    (status, problem["detail"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_an_operation_does_not_have_is_refused_by_every_one() {
    let world = World::new().await;
    let document = world.document().await;
    let admin = world.console.admin().await;
    let mut wrong = Vec::new();
    for (method, path, _) in operations(&document) {
        let path = format!("{}?nonsense=1", filled(&path));
        let (status, detail) = ask(&admin, &method, &path, None).await;
        if status != 400 || !detail.starts_with("nonsense is no parameter of this: ") {
            wrong.push(format!("{method} {path}: {status} {detail}"));
        }
        if method == "GET" {
            let (status, _) = ask(&admin, "HEAD", &path, None).await;
            if status != 400 {
                wrong.push(format!("HEAD {path}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_refused_by_every_operation_that_takes_none() {
    let world = World::new().await;
    let document = world.document().await;
    let admin = world.console.admin().await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let without = |(_, _, operation): &(String, String, Value)| operation["requestBody"].is_null();
    for (method, path, _) in operations(&document).into_iter().filter(without) {
        asked += 1;
        let path = filled(&path);
        let (status, detail) = ask(&admin, &method, &path, Some(&json!({ "nonsense": 1 }))).await;
        if (status, &*detail) != (400, "nonsense is no field of this: there are none") {
            wrong.push(format!("{method} {path}: {status} {detail}"));
        }
    }
    assert!(wrong.is_empty() && asked > 50, "{asked}\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_means_one_user_does_not_stop_everybody() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let (admin, user, nobody) = (console.admin().await, console.user().await, console.nobody());
    let everybody = "/api/v1/system/kill-switch";
    let one = format!("{everybody}?user={OTHER}");
    let on = json!({ "on": true });
    let (status, detail) = ask(&admin, "POST", &one, Some(&on)).await;
    assert_eq!((status, &*detail), (400, "user is no parameter of this: there are none"));
    assert_eq!(admin.get(everybody).await.ok()["on"], false);
    // Of what belongs to a user alone it is said that it is about whoever asks.
    let own = "/api/v1/user/trading-state";
    let halted = json!({ "state": "halted", "reason": "a rest" });
    let (status, detail) = ask(&admin, "PUT", &format!("{own}?user={OTHER}"), Some(&halted)).await;
    let said = "user is no parameter of this: there are none; it is about whoever asks";
    assert_eq!((status, &*detail), (400, said));
    assert_eq!(admin.get(own).await.ok()["state"], "active");
    // Who may not ask at all is told that first.
    assert_eq!(nobody.post(&one, on).await.status, 401);
    let stop = "/api/v1/user/service/stop";
    assert_eq!(nobody.post(stop, json!({ "user": 3 })).await.status, 401);
    user.post("/api/v1/user/service/start", json!({})).await.ok();
    let (status, detail) = ask(&user, "POST", stop, Some(&json!({ "user": 3 }))).await;
    assert_eq!((status, &*detail), (400, "user is no field of this: there are none"));
    assert_eq!(user.get("/api/v1/user/service/status").await.ok()["running"], true);
    for nothing in [json!({}), Value::Null] {
        user.post(stop, nothing).await.ok();
    }
    assert_eq!(ask(&user, "POST", stop, None).await.0, 200);
    assert_eq!(user.get("/api/v1/jobs?").await.status, 200, "a question mark alone asks for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_that_is_not_expected_is_not_waited_for() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let user = console.user().await;
    let (host, cookie) = (console.address, user.cookie().unwrap().to_owned());
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /api/v1/user/service/stop HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookie}\r\n\
         connection: close\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n{{"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("the body is not expected: this takes none, or {}"), "{answer}");
}
