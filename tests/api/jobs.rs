//! Long work that is asked for with `Prefer: respond-async`.

use prahari_store::TokenScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console};
use crate::support::{ADMIN, MONDAY, at};

/// Asks for the replay of a day as a job, and returns the address of the job.
async fn replay_as_job(client: &Client, body: Value) -> String {
    as_job(client, "/api/v1/replays", body).await
}

async fn as_job(client: &Client, path: &str, body: Value) -> String {
    let request = client.request(Method::POST, path).header("prefer", "respond-async").json(&body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 202);
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// Waits until a job has ended; asking is the only waiting.
async fn ended(client: &Client, job: &str) -> Value {
    loop {
        let found = client.get(job).await.ok();
        if found["state"] != "under_way" {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_with_the_answer_that_the_request_would_have_had() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    let once = json!({ "task": "position_monitor" });
    admin.post("/api/v1/service/individual/run-once", once).await.ok();
    // It may still execute; asking is the only waiting.
    while admin.get("/api/v1/executions").await.ok()["items"][0]["outcome"] == "executing" {}
    let day = json!({ "day": MONDAY });
    let answered = admin.post("/api/v1/replays", day.clone()).await.ok();
    let job = replay_as_job(&admin, day).await;
    let found = ended(&admin, &job).await;
    assert_eq!((&found["state"], &found["status"]), (&json!("succeeded"), &json!(200)), "{found}");
    assert_eq!(found["answer"], answered);
    assert_eq!(found["path"], "/api/v1/replays");
    let runs = answered["replayed"].as_u64().unwrap() + answered["without_recording"].as_u64().unwrap();
    assert_eq!((&found["done"], runs), (&json!(runs), 1), "each run was counted: {found}");
    let listed = admin.get("/api/v1/jobs").await.ok();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["answer"]), (&found["id"], &Value::Null));
    // It is none of anybody else's, and none of the admin's own tokens of a lesser scope.
    assert_eq!(console.user().await.get(&job).await.status, 404);
    for scope in [TokenScope::Read, TokenScope::Control] {
        let script = console.token(ADMIN, scope).await;
        assert_eq!(script.get(&job).await.problem(), (404, "not_found".to_owned()), "{scope:?}");
        assert_eq!(script.get("/api/v1/jobs").await.ok()["items"], json!([]));
    }
    assert_eq!(console.token(ADMIN, TokenScope::Admin).await.get(&job).await.ok()["id"], found["id"]);
    let run = admin.get("/api/v1/executions").await.ok()["items"][0]["id"].clone();
    let single = as_job(&admin, &format!("/api/v1/executions/{run}/replay"), json!({})).await;
    let single = ended(&admin, &single).await;
    assert_eq!((&single["state"], &single["done"]), (&json!("succeeded"), &json!(1)), "{single}");
    // One that has ended stays as it is.
    assert_eq!(admin.delete(&job).await.ok()["state"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preference_may_have_parameters_and_others_beside_it() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    for (prefer, status) in
        [("respond-async;foo=bar", 202), ("wait=5, Respond-Async ; a", 202), ("respond-asynchronously", 200)]
    {
        let request = admin.request(Method::POST, "/api/v1/replays").header("prefer", prefer);
        let answer = request.json(&json!({ "day": MONDAY })).send().await.unwrap();
        assert_eq!(answer.status(), status, "{prefer}");
        if let Some(job) = answer.headers().get("location") {
            ended(&admin, job.to_str().unwrap()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_refused_says_why_and_who_may_not_ask_gets_none() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    let wrong = json!({ "day": MONDAY, "module": "0".repeat(64) });
    let found = ended(&admin, &replay_as_job(&admin, wrong).await).await;
    assert_eq!((&found["state"], &found["status"]), (&json!("failed"), &json!(400)), "{found}");
    assert_eq!(found["answer"]["code"], "invalid_request");
    let request = console.nobody().request(Method::POST, "/api/v1/replays").header("prefer", "respond-async");
    assert_eq!(request.json(&json!({ "day": MONDAY })).send().await.unwrap().status(), 401);
    let user = console.user().await;
    let found = ended(&user, &replay_as_job(&user, json!({ "day": MONDAY })).await).await;
    assert_eq!(found["status"], 403);
}
