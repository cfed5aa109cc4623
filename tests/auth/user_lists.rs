//! Users as an admin's table shows them, and where they are logged in.

use prahari_domain::ids::UserId;
use prahari_store::{AlertCode, NewAlert, TokenScope};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console, START, THIRD};
use crate::support::{FRIDAY, OTHER, at};

async fn console() -> Console {
    Console::start(at(FRIDAY, "08:00")).await
}

/// The ids of a list, asked for in pages of one.
async fn ids(admin: &Client, path: &str) -> Vec<u64> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{path}&limit=1{cursor}")).await.ok();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_by_name_rights_and_activity_in_either_order() {
    let console = console().await;
    let admin = console.admin().await;
    let mut all: Vec<(String, u64)> =
        console.daemon.users.all().iter().map(|user| (user.name.clone(), user.id.0)).collect();
    all.sort();
    let by_name: Vec<u64> = all.iter().map(|(_, id)| *id).collect();
    let of_two: Vec<u64> = all.iter().filter(|(name, _)| name.contains("user2")).map(|(_, id)| *id).collect();
    admin.send(Method::PATCH, "/api/v1/users/3", json!({ "active": false })).await.ok();
    for path in ["/api/v1/users", "/api/v1/system/users"] {
        assert_eq!(ids(&admin, &format!("{path}?sort=id")).await, [1, 2, 3]);
        assert_eq!(ids(&admin, &format!("{path}?sort=name")).await, by_name);
        assert_eq!(ids(&admin, &format!("{path}?q=USER2")).await, of_two);
        assert_eq!(ids(&admin, &format!("{path}?role=admin")).await, [1]);
        assert_eq!(ids(&admin, &format!("{path}?active=false")).await, [3]);
        assert_eq!(ids(&admin, &format!("{path}?active=true&role=user&sort=name")).await, [2]);
        assert_eq!(ids(&admin, &format!("{path}?q=%25")).await, Vec::<u64>::new(), "no pattern is meant");
        let other = admin.get(&format!("{path}?sort=name&cursor=1")).await;
        assert_eq!(other.problem(), (400, "invalid_request".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_table_says_how_a_user_stands() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let row = async |id: UserId| -> Value {
        let rows = admin.get("/api/v1/system/users").await.ok();
        rows["items"].as_array().unwrap().iter().find(|row| row["id"] == id.0).unwrap().clone()
    };
    let before = row(THIRD).await;
    assert_eq!((&before["seen_at"], &before["net_today_paise"]), (&Value::Null, &json!(0)));
    assert_eq!((&before["running"], &before["kill_switch"]), (&json!(false), &json!(false)));
    user.post("/api/v1/user/service/start", Value::Null).await.ok();
    user.post("/api/v1/user/kill-switch", json!({ "on": true })).await.ok();
    let (code, detail) = (AlertCode::ServiceStopped, "a test says so".to_owned());
    let alert = NewAlert { code, user: Some(OTHER), subject: String::new(), detail };
    console.daemon.store.system().raise_alert(alert, console.daemon.clock.now()).await.unwrap().unwrap();
    let after = row(OTHER).await;
    assert_eq!((&after["running"], &after["kill_switch"]), (&json!(true), &json!(true)));
    assert_eq!((&after["open_alerts"], &after["unknown_orders"]), (&json!(1), &json!(0)));
    assert_eq!((&after["halted"], &after["role"]), (&json!(false), &json!("user")));
    let sessions = admin.get("/api/v1/users/2/sessions").await.ok();
    assert_eq!(after["seen_at"], sessions["items"][0]["seen_at"]);
    assert_eq!(row(THIRD).await["kill_switch"], false, "it is the user's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_signs_a_user_out_everywhere_and_that_is_written_down() {
    let console = console().await;
    let (admin, one, other) = (console.admin().await, console.user().await, console.user().await);
    let script = console.token(OTHER, TokenScope::Read).await;
    let listed = admin.get("/api/v1/users/2/sessions").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(listed["items"].as_array().unwrap().iter().all(|session| session["current"] == false));
    let page = admin.get("/api/v1/users/2/sessions?limit=1").await.ok();
    assert_eq!(page["items"][0], listed["items"][0]);
    let rest = format!("/api/v1/users/2/sessions?limit=1&cursor={}", page["next"].as_str().unwrap());
    let rest = admin.get(&rest).await.ok();
    assert_eq!((&rest["items"][0], &rest["next"]), (&listed["items"][1], &Value::Null));
    let ended = admin.delete("/api/v1/users/2/sessions").await.ok();
    assert_eq!(ended, json!({ "user": 2, "ended": 2 }));
    for client in [&one, &other] {
        assert_eq!(client.get("/api/v1/auth/me").await.status, 401);
    }
    assert_eq!(script.get("/api/v1/auth/me").await.status, 200, "tokens stay");
    assert_eq!(admin.get("/api/v1/auth/me").await.status, 200, "others stay signed in");
    let entry = admin.get("/api/v1/audit?action=session.end_all").await.ok()["items"][0].clone();
    assert_eq!((&entry["user"], &entry["resource"]), (&json!(1), &json!("user 2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_is_told_until_when() {
    let console = console().await;
    let user = console.user().await;
    let me = user.get("/api/v1/auth/me").await.ok();
    let end = START.plus_millis(prahari_app::accounts::SESSION_MS);
    let expected = format!("{}T{}+05:30", end.ist_day(), end.ist_time().format("%H:%M:%S%.3f"));
    assert_eq!((&me["via"], &me["expires_at"]), (&json!("session"), &json!(expected)));
    let script = console.token(OTHER, TokenScope::Read).await;
    let me = script.get("/api/v1/auth/me").await.ok();
    assert_eq!((&me["via"], &me["expires_at"]), (&json!("token"), &Value::Null));
}
