//! Manifests that nobody should have to read.

use serde_json::json;

use super::{manifest, support};
use support::console::{Client, Console};
use support::{MONDAY, at, guests};

async fn refused(admin: &Client, component: &[u8]) -> String {
    let answer = admin.upload("/api/v1/tasks", component).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_not_fit_to_be_read_is_refused_in_one_sentence() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    for (component, sentence) in [
        (guests::never_says(), "did not say its manifest: the run used up its processor time"),
        (guests::says_much(20_000), "20000 bytes of manifest; at most 16384 are allowed"),
        (guests::says_much(50 << 20), "did not say its manifest"),
        (guests::says("not JSON"), "the manifest does not read"),
        (guests::says(&"[".repeat(9_000)), "the manifest does not read"),
        (guests::says(&manifest("Evil Task", &json!({}))), "is not a name such as gap_watch"),
        (guests::says(&manifest("small", &json!({ "title": "a\nb" }))), "title: one line"),
        (guests::says(&manifest("small", &json!({ "capabilities": ["root"] }))), "no capability \"root\""),
        (
            guests::says(&manifest(
                "small",
                &json!({ "schedule": {
                    "rules": [{ "script": "fn slots(day) { loop {} }" }],
                    "bounds": { "kinds": ["at"], "earliest": "09:15", "latest": "15:30" },
                } }),
            )),
            "Too many operations",
        ),
        (
            guests::says(&manifest(
                "small",
                &json!({ "schedule": {
                    "rules": vec![json!({ "at": { "time": "10:00" } }); 500],
                    "bounds": { "kinds": ["at"], "earliest": "09:15", "latest": "15:30" },
                } }),
            )),
            "rules",
        ),
        (guests::asks_for_holdings(), "exports no manifest; give the manifest of the task"),
    ] {
        let said = refused(&admin, &component).await;
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    let listed = admin.get("/api/v1/tasks").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 7, "nothing of them is left");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_asks_and_the_bounds_of_the_host_hold() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let greedy = manifest("small", &json!({ "limits": { "memory_bytes": 1_u64 << 40 } }));
    let said = refused(&admin, &guests::says(&greedy)).await;
    assert!(said.contains("memory_bytes: 1099511627776 is not between 65536 and 536870912"), "{said}");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_may_be_64_tasks() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let path = |number: usize| format!("/api/v1/tasks/small_t{number}");
    let document = |number: usize| {
        serde_json::from_str::<serde_json::Value>(&manifest(&format!("small_t{number}"), &json!({}))).unwrap()
    };
    for number in 8..=64 {
        admin.send(reqwest::Method::PUT, &path(number), document(number)).await.ok();
    }
    let one_more = admin.send(reqwest::Method::PUT, &path(65), document(65)).await;
    assert_eq!(one_more.problem(), (409, "too_many_tasks".to_owned()));
    console.stop().await;
}
