//! Sessions and API tokens: who is let in, and for how long.

use prahari_store::TokenScope;
use reqwest::Method;
use serde_json::json;

use crate::support::console::{Console, PASSWORD};
use crate::support::http_client::http_client;
use crate::support::{FRIDAY, OTHER, at};

const ME: &str = "/api/v1/auth/me";
const LOG_IN: &str = "/api/v1/auth/login";
const LOG_OUT: &str = "/api/v1/auth/logout";

async fn console() -> Console {
    Console::start(at(FRIDAY, "08:00")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_with_the_password_and_ends_with_the_log_out() {
    let console = console().await;
    assert_eq!(console.nobody().get(ME).await.problem(), (401, "not_signed_in".to_owned()));
    let answer = console.nobody().post(LOG_IN, json!({ "name": "user2", "password": PASSWORD })).await;
    assert_eq!(answer.ok()["role"], "user");
    let cookie = answer.set_cookie.unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let user = console.nobody().with_cookie(&answer.cookie.unwrap());
    assert_eq!(user.get(ME).await.ok()["name"], "user2");
    assert_eq!(user.post(LOG_OUT, json!({})).await.status, 204);
    assert_eq!(user.get(ME).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let console = console().await;
    let wrong = |name: &str| json!({ "name": name, "password": "not the password" });
    let (known, unknown) = (wrong("user2"), wrong("nobody"));
    let known = console.nobody().post(LOG_IN, known).await;
    let unknown = console.nobody().post(LOG_IN, unknown).await;
    assert_eq!(known.problem(), (401, "wrong_credentials".to_owned()));
    assert_eq!((known.text, known.cookie), (unknown.text, unknown.cookie));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    let console = console().await;
    let idle = console.user().await;
    let used = console.user().await;
    for _ in 0..13 {
        console.pass_seconds(3_600).await;
        assert_eq!(used.get(ME).await.status, 200);
        console.daemon.store.flush().await.unwrap();
    }
    assert_eq!(idle.get(ME).await.status, 401);
    for _ in 0..(7 * 24 - 14) {
        console.pass_seconds(3_600).await;
        assert_eq!(used.get(ME).await.status, 200);
        console.daemon.store.flush().await.unwrap();
    }
    console.pass_seconds(3_600).await;
    assert_eq!(used.get(ME).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_another_page_is_refused() {
    let console = console().await;
    let user = console.user().await;
    for (name, value) in
        [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")]
    {
        let cookie = user.cookie().unwrap();
        let url = format!("http://{}{LOG_OUT}", console.address);
        let request = http_client().post(url).header("cookie", cookie).header(name, value);
        assert_eq!(request.send().await.unwrap().status(), 403, "{name}: {value}");
    }
    let url = format!("http://{}{LOG_OUT}", console.address);
    let silent = http_client().post(url).header("cookie", user.cookie().unwrap());
    assert_eq!(silent.send().await.unwrap().status(), 403);
    assert_eq!(user.get(ME).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scope_says_until_it_is_revoked() {
    let console = console().await;
    let read = console.token(OTHER, TokenScope::Read).await;
    assert_eq!(read.get(ME).await.ok()["via"], "token");
    assert_eq!(read.post(LOG_OUT, json!({})).await.problem(), (403, "token_scope".to_owned()));
    let control = console.token(OTHER, TokenScope::Control).await;
    assert_eq!(control.post(LOG_OUT, json!({})).await.problem(), (403, "session_required".to_owned()));
    assert_eq!(console.revoked(OTHER).await.get(ME).await.status, 401);
    let admin = console.token(crate::support::ADMIN, TokenScope::Control).await;
    assert_eq!(admin.get(ME).await.ok()["role"], "user");
    // A token that is none does not fall back to the session beside it.
    let both = console.user().await.with_bearer("nonsense");
    assert_eq!(both.request(Method::GET, ME).send().await.unwrap().status(), 401);
}
