//! The audit log as an admin reads it: what is about whom, in which time, and whether it is as it was written.

use prahari_domain::time::Timestamp;
use prahari_store::verify_audit;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console, START};
use crate::support::{FRIDAY, at};

async fn resources(admin: &Client, query: &str) -> Vec<String> {
    let page = admin.get(&format!("/api/v1/audit?limit=500{query}")).await.ok();
    let items = page["items"].as_array().unwrap().iter();
    items.map(|entry| entry["resource"].as_str().unwrap().to_owned()).collect()
}

fn instant(at: Timestamp) -> String {
    format!("{}T{}%2B05:30", at.ist_day(), at.ist_time().format("%H:%M:%S%.3f"))
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_by_what_they_are_about_and_until_when() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let admin = console.admin().await;
    admin.send(Method::PATCH, "/api/v1/users/3", json!({ "active": true })).await.ok();
    console.pass_seconds(60).await;
    admin.delete("/api/v1/users/2/sessions").await.ok();
    assert_eq!(resources(&admin, "&resource=user%203").await, ["user 3"]);
    let of_users = resources(&admin, "&resource=user").await;
    assert!(of_users.len() >= 3 && of_users.iter().all(|resource| resource.starts_with("user ")));
    assert_eq!(of_users.first().map(String::as_str), Some("user 2"), "the newest is first");
    assert_eq!(resources(&admin, "&resource=use").await, Vec::<String>::new());
    let minute = START.plus_millis(60_000);
    let before = resources(&admin, &format!("&until={}", instant(minute))).await;
    assert!(before.contains(&"user 3".to_owned()) && !before.contains(&"user 2".to_owned()), "{before:?}");
    let after = resources(&admin, &format!("&since={}", instant(minute))).await;
    assert_eq!(after, ["user 2"]);
    let reversed = format!("/api/v1/audit?since={}&until={}", instant(minute), instant(START));
    assert_eq!(admin.get(&reversed).await.problem().0, 400);
    let entry = admin.get("/api/v1/audit?resource=user%203").await.ok()["items"][0].clone();
    let name = console.daemon.users.all().into_iter().find(|user| user.id.0 == 3).unwrap().name.clone();
    assert_eq!((&entry["subject"], &entry["subject_name"]), (&json!(3), &json!(name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_checked_as_the_command_line_does() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let admin = console.admin().await;
    admin.send(Method::PATCH, "/api/v1/users/3", json!({ "active": true })).await.ok();
    console.daemon.store.flush().await.unwrap();
    let check = admin.get("/api/v1/audit/verify").await.ok();
    let theirs = verify_audit(&console.house.database()).unwrap();
    assert_eq!((&check["intact"], &check["head"]), (&json!(theirs.entries), &json!(theirs.head)));
    assert!(theirs.entries >= 2);
    assert_eq!((&check["after"], &check["broken"], &check["next"]), (&json!(0), &Value::Null, &Value::Null));
    let rest = admin.get("/api/v1/audit/verify?cursor=1").await.ok();
    assert_eq!((&rest["after"], &rest["intact"]), (&json!(1), &json!(theirs.entries - 1)));
    let end = admin.get(&format!("/api/v1/audit/verify?cursor={}", theirs.entries)).await.ok();
    assert_eq!((&end["intact"], &end["broken"]), (&json!(0), &Value::Null));
    for beyond in [theirs.entries + 1, 999_999, u64::MAX >> 1] {
        let answer = admin.get(&format!("/api/v1/audit/verify?cursor={beyond}")).await;
        assert_eq!(answer.problem(), (400, "invalid_request".to_owned()), "{beyond}");
        assert!(answer.text.contains("cursor: the newest entry is"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_is_about_the_new_user_and_a_refused_one_about_nobody() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let admin = console.admin().await;
    let new = json!({ "name": "meera", "role": "user" });
    let created = admin.post("/api/v1/users", new.clone()).await.ok();
    assert_eq!(admin.post("/api/v1/users", new).await.status, 409);
    console.daemon.store.flush().await.unwrap();
    let entries = admin.get("/api/v1/audit?action=user.create").await.ok();
    let [refused, done] = [0_usize, 1].map(|place| &entries["items"][place]);
    assert_eq!((&done["subject"], &done["subject_name"]), (&created["user"]["id"], &json!("meera")));
    assert_eq!((&refused["status"], &refused["subject"]), (&json!(409), &Value::Null));
}
