//! What headers ask for: HEAD as GET, what whoever has it is not sent again, and what may stand once only.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::lists::monday;
use crate::support::console::{Answer, Client, Console};
use crate::support::{MONDAY, OTHER, at};

async fn headers(client: &Client, method: Method, path: &str, accept: &str) -> HeaderMap {
    let answer = client.request(method, path).header("accept", accept).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.headers().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_of_a_list_and_its_table_are_the_same_with_and_without_the_body() {
    let console = monday().await;
    let user = console.user().await;
    for path in ["/api/v1/orders", "/api/v1/executions", "/api/v1/pnl/charges", "/api/v1/audit/verify"] {
        let client = if path.contains("audit") { console.admin().await } else { user.clone() };
        for accept in ["text/csv", "application/json"] {
            let whole = headers(&client, Method::GET, path, accept).await;
            let alone = headers(&client, Method::HEAD, path, accept).await;
            for name in ["content-type", "etag", "vary", "content-length", "content-disposition"] {
                assert_eq!(alone.get(name), whole.get(name), "{name} of {path} as {accept}");
            }
            if !path.contains("audit") {
                assert_eq!(whole["vary"], "accept, accept-encoding", "{path} as {accept}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_anything_is_sent_nothing_of_what_exists() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let user = console.user().await;
    for (path, status) in
        [("/api/v1/orders", 304), ("/api/v1/system/health", 304), ("/api/v1/executions/999999", 404)]
    {
        let answer = user.request(Method::GET, path).header("if-none-match", "*").send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}

async fn refused(request: RequestBuilder) -> String {
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_a_token_stand_once() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let user = console.user().await;
    let stop = user.request(Method::POST, "/api/v1/user/service/stop").json(&json!({}));
    let twice = stop.header("idempotency-key", "a").header("idempotency-key", "b");
    assert_eq!(refused(twice).await, "Idempotency-Key: it is given twice; send it once");
    let token = console.secret_token(OTHER, prahari_store::TokenScope::Read).await;
    let bearer = format!("Bearer {token}");
    let me = || console.nobody().request(Method::GET, "/api/v1/auth/me").header("authorization", &bearer);
    assert_eq!(me().send().await.unwrap().status(), 200);
    let twice = me().header("authorization", &bearer);
    assert_eq!(refused(twice).await, "Authorization: it is given twice; send it once");
}
