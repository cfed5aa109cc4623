//! Every kind of right, what ends it, and when the last thing that it could do was refused.

use std::time::Duration;

use prahari_app::clock::Stopwatch;
use prahari_store::TokenScope;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::console::{Client, Console, PASSWORD};
use crate::support::listening::{Listening, request};
use crate::support::{ADMIN, FRIDAY, OTHER, at};

const ME: &str = "/api/v1/auth/me";
const NEW: &str = "another password entirely";

/// The longest time that a stream may outlive its right.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

async fn console() -> Console {
    Console::start(at(FRIDAY, "08:00")).await
}

/// What a right is shown with, and what ends it.
type End = (&'static str, for<'a> fn(&'a Console, &'a Shown) -> futures::future::LocalBoxFuture<'a, ()>);

/// A session or a token of user 2, with its number.
struct Shown {
    client: Client,
    id: u64,
}

async fn session(console: &Console) -> Shown {
    let client = console.user().await;
    let sessions = client.get("/api/v1/auth/sessions").await.ok();
    let own = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true);
    Shown { id: own.unwrap()["id"].as_u64().unwrap(), client }
}

async fn token(console: &Console) -> Shown {
    let wanted = json!({ "name": "script", "scope": "control", "expires_in_days": 1 });
    let made = console.user().await.post("/api/v1/auth/tokens", wanted).await.ok();
    let client = console.nobody().with_bearer(made["token"].as_str().unwrap());
    Shown { id: made["id"].as_u64().unwrap(), client }
}

fn change_password(keep: Value) -> Value {
    json!({ "password": PASSWORD, "new_password": NEW, "keep_tokens": keep })
}

async fn reset(console: &Console) {
    let admin = console.admin().await;
    let link = admin.post("/api/v1/users/2/reset-link", json!({})).await.ok();
    let chosen = json!({ "token": link["token"], "password": NEW });
    console.nobody().post("/api/v1/auth/reset", chosen).await.ok();
}

async fn deactivate(console: &Console) {
    console.admin().await.send(Method::PATCH, "/api/v1/users/2", json!({ "active": false })).await.ok();
}

/// What ends sessions and tokens alike.
const ENDS: [End; 3] = [
    ("a password by a link", |console, _| Box::pin(reset(console))),
    ("a user who is not active", |console, _| Box::pin(deactivate(console))),
    ("a password that was changed elsewhere", |console, _| {
        Box::pin(async move {
            console.user().await.post("/api/v1/auth/password", change_password(json!([]))).await.ok();
        })
    }),
];

const ENDS_OF_SESSIONS: [End; 2] = [
    ("a log-out", |_, shown| {
        Box::pin(async move {
            shown.client.post("/api/v1/auth/logout", json!({})).await.ok();
        })
    }),
    ("its end from another session", |console, shown| {
        Box::pin(async move {
            console.user().await.delete(&format!("/api/v1/auth/sessions/{}", shown.id)).await.ok();
        })
    }),
];

const ENDS_OF_TOKENS: [End; 1] = [("its revocation", |console, shown| {
    Box::pin(async move {
        console.user().await.delete(&format!("/api/v1/auth/tokens/{}", shown.id)).await.ok();
    })
})];

/// Opens a stream with whatever the client shows.
async fn listen(console: &Console, shown: &Shown) -> Listening {
    let origin = format!("http://{}", console.address);
    let mut headers = vec![("origin", origin.as_str())];
    headers.extend(shown.client.cookie().map(|cookie| ("cookie", cookie)));
    let bearer = shown.client.bearer().map(|token| format!("Bearer {token}"));
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let mut listening = Listening::open(console, request(console, "", &headers)).await.unwrap();
    assert_eq!(listening.message().await["type"], "hello");
    listening
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_and_a_token_end_at_once_and_their_streams_within_two_seconds() {
    for of_session in [true, false] {
        let own: &[End] = if of_session { &ENDS_OF_SESSIONS } else { &ENDS_OF_TOKENS };
        for (by, end) in ENDS.iter().chain(own) {
            let console = console().await;
            let (right, shown) = if of_session {
                ("session", session(&console).await)
            } else {
                ("token", token(&console).await)
            };
            let mut stream = listen(&console, &shown).await;
            assert_eq!(shown.client.get(ME).await.status, 200);
            end(&console, &shown).await;
            let stopwatch = Stopwatch::start();
            assert_eq!(shown.client.get(ME).await.status, 401, "{right} after {by}");
            let refused = stopwatch.elapsed();
            let ended = tokio::time::timeout(ENDS_WITHIN, stream.end()).await;
            let (code, _) = ended.unwrap_or_else(|_| panic!("the stream of a {right} goes on after {by}"));
            assert_eq!(code, 4401, "{right} after {by}");
            println!(
                "{right}: ended by {by}; the next request was refused after {refused:?}, its stream ended after {:?}",
                stopwatch.elapsed()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_goes_on_after_a_new_password_when_its_user_names_it() {
    let console = console().await;
    let (kept, user) = (token(&console).await, console.user().await);
    let slip = user.post("/api/v1/auth/password", change_password(json!(["scrypt"]))).await;
    assert_eq!(slip.problem(), (400, "invalid_request".to_owned()));
    let mut stream = listen(&console, &kept).await;
    user.post("/api/v1/auth/password", change_password(json!(["script"]))).await.ok();
    assert_eq!(kept.client.get(ME).await.status, 200);
    console.daemon.events.publish(
        prahari_app::events::Audience::User(OTHER),
        prahari_app::events::Event::Log(prahari_app::events::LogEvent {
            run: None,
            task: None,
            level: "info",
            message: "still here".to_owned(),
            number: None,
        }),
    );
    assert_eq!(stream.event().await["message"], "still here");
    console.pass_seconds(24 * 3_600).await;
    assert_eq!(kept.client.get(ME).await.status, 401, "a token ends when it expires");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_outlive_a_token_cannot_be_done_with_one() {
    let console = console().await;
    let script = console.token(ADMIN, TokenScope::Admin).await;
    assert_eq!(script.get("/api/v1/users").await.status, 200);
    for (method, path, body) in [
        ("POST", "/api/v1/users", json!({ "name": "newcomer", "role": "admin" })),
        ("PATCH", "/api/v1/users/2", json!({ "role": "admin" })),
        ("POST", "/api/v1/users/2/reset-link", json!({})),
        ("POST", "/api/v1/auth/tokens", json!({ "name": "another", "scope": "admin" })),
        ("POST", "/api/v1/auth/password", change_password(json!([]))),
        ("POST", "/api/v1/auth/totp/begin", json!({ "password": PASSWORD })),
        ("POST", "/api/v1/auth/totp/enable", json!({ "code": "000000" })),
        ("POST", "/api/v1/auth/totp/disable", json!({ "password": PASSWORD })),
        ("PUT", "/api/v1/user/broker/credentials", json!({ "mpin": "123456" })),
    ] {
        let answer = script.send(Method::from_bytes(method.as_bytes()).unwrap(), path, body).await;
        assert_eq!(answer.problem(), (403, "session_required".to_owned()), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_the_right_of_the_admin_who_made_it() {
    let (password, other) = (change_password(json!([])), json!({ "role": "admin" }));
    let ends =
        ["its maker's new password", "its maker's other role", "its maker's end", "a newer link", "a day"];
    for by in ends {
        let console = console().await;
        let admin = console.admin().await;
        admin.send(Method::PATCH, "/api/v1/users/3", other.clone()).await.ok();
        let second = console.other_user().await;
        let link = second.post("/api/v1/users/2/reset-link", json!({})).await.ok();
        match by {
            "its maker's new password" => second.post("/api/v1/auth/password", password.clone()).await.ok(),
            "its maker's other role" => {
                admin.send(Method::PATCH, "/api/v1/users/3", json!({ "role": "user" })).await.ok()
            }
            "its maker's end" => {
                // Back again at once: what has ended does not come back.
                admin.send(Method::PATCH, "/api/v1/users/3", json!({ "active": false })).await.ok();
                admin.send(Method::PATCH, "/api/v1/users/3", json!({ "active": true })).await.ok()
            }
            "a newer link" => admin.post("/api/v1/users/2/reset-link", json!({})).await.ok(),
            _ => {
                console.pass_seconds(24 * 3_600).await;
                Value::Null
            }
        };
        let chosen = json!({ "token": link["token"], "password": NEW });
        let answer = console.nobody().post("/api/v1/auth/reset", chosen).await;
        assert_eq!(answer.problem(), (409, "link_unusable".to_owned()), "after {by}");
        println!("link: ended by {by}; its first use after that was refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_to_be_the_first_admin_ends_when_there_is_one() {
    let console = console().await;
    let system = console.daemon.store.system();
    let (hash, now) = (*prahari_secrets::TokenHash::of("guessed").as_bytes(), console.real.now());
    let link = prahari_store::NewLink { hash, now, expires_at: now.plus_millis(3_600_000), made_by: None };
    system.create_setup_link(link).await.unwrap();
    let wanted = json!({ "token": "guessed", "name": "boss", "password": NEW });
    let answer = console.nobody().post("/api/v1/auth/setup", wanted).await;
    assert_eq!(answer.problem(), (409, "link_unusable".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_ends_while_the_body_is_sent_changes_nothing() {
    let console = console().await;
    let shown = token(&console).await;
    let body = json!({ "on": true }).to_string();
    let mut line = TcpStream::connect(console.address).await.unwrap();
    let head = format!(
        "POST /api/v1/user/kill-switch HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        console.address,
        shown.client.bearer().unwrap(),
        body.len(),
    );
    line.write_all(head.as_bytes()).await.unwrap();
    // Who asks is known when the body is waited for.
    let mut waited_for = [0; 12];
    line.read_exact(&mut waited_for).await.unwrap();
    assert_eq!(&waited_for, b"HTTP/1.1 100");
    ENDS_OF_TOKENS[0].1(&console, &shown).await;
    line.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 401"), "{answer}");
    let user = console.user().await;
    assert_eq!(user.get("/api/v1/user/limits").await.status, 200);
    let audit = console.admin().await.get("/api/v1/audit?action=limits").await.ok();
    assert_eq!(audit["items"], json!([]), "{audit}");
}
