//! Users come, change and go; passwords, one-time links, authenticators.

use prahari_domain::ids::UserId;
use prahari_secrets::TotpSecret;
use prahari_store::TokenScope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console, PASSWORD, START};
use crate::support::{FRIDAY, OTHER, at};

const NEW: &str = "another password entirely";

async fn console() -> Console {
    Console::start(at(FRIDAY, "08:00")).await
}

async fn change(admin: &Client, user: u64, body: Value) -> crate::support::console::Answer {
    admin.send(Method::PATCH, &format!("/api/v1/users/{user}"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_chooses_a_password_by_a_link_that_works_once_and_trades_on_paper() {
    let console = console().await;
    let admin = console.admin().await;
    let created = admin.post("/api/v1/users", json!({ "name": "newcomer", "role": "user" })).await.ok();
    let token = created["link"]["token"].as_str().unwrap();
    let choose = json!({ "token": token, "password": NEW });
    let nobody = console.nobody();
    for (password, code) in [("short", "invalid_request"), ("newcomer1234", "weak_password")] {
        let weak = nobody.post("/api/v1/auth/reset", json!({ "token": token, "password": password })).await;
        assert_eq!(weak.problem(), (400, code.to_owned()));
    }
    assert_eq!(nobody.post("/api/v1/auth/reset", choose.clone()).await.status, 204);
    assert_eq!(nobody.post("/api/v1/auth/reset", choose).await.problem(), (409, "link_unusable".to_owned()));
    let newcomer = nobody.log_in("newcomer", NEW).await;
    assert_eq!(newcomer.get("/api/v1/auth/me").await.ok()["id"], 4);
    console.daemon.services.start_service(UserId(4)).await.unwrap();
    let broker = console.daemon.users.find(UserId(4)).unwrap().link().broker;
    assert!(broker.funds().await.is_ok());
    assert_eq!(
        admin.post("/api/v1/users", json!({ "name": "newcomer", "role": "user" })).await.code(),
        "name_taken"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_users_capital_out_of_its_bounds_is_refused_with_all_numbers_in_paise() {
    let console = console().await;
    let admin = console.admin().await;
    for paise in [99_999, 100_000_000_001_i64, -1] {
        let new = json!({ "name": "newcomer", "role": "user", "capital_paise": paise });
        let refused = admin.post("/api/v1/users", new).await;
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
        let sentence =
            format!("capital_paise is a whole number from 100000 to 100000000000; this is {paise}");
        assert!(refused.text.contains(&sentence), "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_link_makes_an_admin_when_nobody_can_log_in_as_one() {
    let console = console().await;
    assert_eq!(console.accounts.set_up_token().await.unwrap(), None);
    let nobody = console.nobody();
    let wrong = json!({ "token": "guess", "name": "boss", "password": NEW });
    assert_eq!(nobody.post("/api/v1/auth/setup", wrong).await.problem(), (409, "link_unusable".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn deactivation_ends_sessions_revokes_tokens_and_stops_the_service() {
    let console = console().await;
    let admin = console.admin().await;
    let (user, token) = (console.user().await, console.token(OTHER, TokenScope::Control).await);
    console.daemon.services.start_service(OTHER).await.unwrap();
    assert_eq!(change(&admin, 2, json!({ "active": false })).await.ok()["active"], false);
    assert_eq!(user.get("/api/v1/auth/me").await.status, 401);
    assert_eq!(token.get("/api/v1/auth/me").await.status, 401);
    assert!(!console.daemon.users.find(OTHER).unwrap().services.is_running());
    assert!(console.daemon.services.start_service(OTHER).await.is_err());
    let log_in = json!({ "name": "user2", "password": PASSWORD });
    assert_eq!(console.nobody().post("/api/v1/auth/login", log_in).await.code(), "wrong_credentials");
    // Back again: the old session and token stay dead.
    change(&admin, 2, json!({ "active": true })).await.ok();
    assert_eq!(user.get("/api/v1/auth/me").await.status, 401);
    assert_eq!(token.get("/api/v1/auth/me").await.status, 401);
    console.user().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_a_new_role_counts_at_once() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    for body in [json!({ "active": false }), json!({ "role": "user" })] {
        assert_eq!(change(&admin, 1, body).await.problem(), (409, "last_admin".to_owned()));
    }
    assert_eq!(user.get("/api/v1/users").await.problem(), (403, "admin_only".to_owned()));
    change(&admin, 2, json!({ "role": "admin" })).await.ok();
    assert_eq!(user.get("/api/v1/users").await.ok()["items"].as_array().unwrap().len(), 3);
    change(&user, 1, json!({ "role": "user" })).await.ok();
    assert_eq!(admin.get("/api/v1/users").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_ends_the_other_sessions() {
    let console = console().await;
    let (here, elsewhere) = (console.user().await, console.user().await);
    let body = |password: &str| json!({ "password": password, "new_password": NEW });
    let wrong = here.post("/api/v1/auth/password", body("wrong")).await;
    assert_eq!(wrong.problem(), (403, "wrong_password".to_owned()));
    assert_eq!(here.post("/api/v1/auth/password", body(PASSWORD)).await.status, 204);
    assert_eq!(elsewhere.get("/api/v1/auth/me").await.status, 401);
    let sessions = here.get("/api/v1/auth/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    console.nobody().log_in("user2", NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_is_asked_for_and_each_code_works_once() {
    let console = console().await;
    let user = console.user().await;
    let begun = user.post("/api/v1/auth/totp/begin", json!({ "password": PASSWORD })).await.ok();
    let bytes = data_encoding::BASE32_NOPAD.decode(begun["secret"].as_str().unwrap().as_bytes()).unwrap();
    let app = TotpSecret::from_bytes(&bytes).unwrap();
    let seconds = (START.0 / 1_000).unsigned_abs();
    let code = |steps: u64| app.code(seconds + 30 * steps).expose().to_owned();
    assert_eq!(user.post("/api/v1/auth/totp/enable", json!({ "code": "000000" })).await.status, 401);
    let enabled = user.post("/api/v1/auth/totp/enable", json!({ "code": code(0) })).await.ok();
    let recovery = enabled["recovery_codes"][0].as_str().unwrap().to_owned();
    let nobody = console.nobody();
    let log_in = async |code: Option<&str>| {
        let body = json!({ "name": "user2", "password": PASSWORD, "code": code });
        let answer = nobody.post("/api/v1/auth/login", body).await;
        (answer.status.as_u16(), answer.code())
    };
    assert_eq!(log_in(None).await, (401, "totp_required".to_owned()));
    assert_eq!(log_in(Some(&code(0))).await, (401, "wrong_totp".to_owned()));
    assert_eq!(log_in(Some(&code(1))).await.0, 200);
    assert_eq!(log_in(Some(&code(1))).await, (401, "wrong_totp".to_owned()));
    assert_eq!(log_in(Some(&recovery)).await.0, 200);
    assert_eq!(log_in(Some(&recovery)).await, (401, "wrong_totp".to_owned()));
    assert_eq!(user.get("/api/v1/auth/me").await.ok()["recovery_codes_left"], 9);
    assert_eq!(user.post("/api/v1/auth/totp/disable", json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(log_in(None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_stand_in_the_audit_log_with_who_made_them() {
    let console = console().await;
    let admin = console.admin().await;
    change(&admin, 2, json!({ "active": false })).await.ok();
    let entries = admin.get("/api/v1/audit?action=user&limit=1").await.ok();
    let entry = &entries["items"][0];
    assert_eq!((&entry["action"], &entry["user_name"]), (&json!("user.change"), &json!("admin")));
    assert_eq!(entry["details"]["active"], false);
    assert_eq!(entry["address"], "127.0.0.1");
    assert_eq!(console.other_user().await.get("/api/v1/audit").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_shown_once_and_revoked_by_their_user_only() {
    let console = console().await;
    let (user, other) = (console.user().await, console.other_user().await);
    let body = |scope: &str| json!({ "name": "script", "scope": scope });
    assert_eq!(
        user.post("/api/v1/auth/tokens", body("admin")).await.problem(),
        (403, "admin_only".to_owned())
    );
    let made = user.post("/api/v1/auth/tokens", body("read")).await.ok();
    let twice = user.post("/api/v1/auth/tokens", body("control")).await;
    assert_eq!(twice.problem(), (409, "name_taken".to_owned()), "by its name a token is kept");
    let token = made["token"].as_str().unwrap();
    let script = console.nobody().with_bearer(token);
    assert_eq!(script.get("/api/v1/auth/me").await.ok()["name"], "user2");
    assert!(!user.get("/api/v1/auth/tokens").await.text.contains(token));
    let path = format!("/api/v1/auth/tokens/{}", made["id"]);
    assert_eq!(other.delete(&path).await.status, 404);
    assert_eq!(user.delete(&path).await.status, 204);
    assert_eq!(script.get("/api/v1/auth/me").await.status, 401);
    user.post("/api/v1/auth/tokens", body("read")).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_in_and_each_change_of_it_leaves_its_entry() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let begun = user.post("/api/v1/auth/totp/begin", json!({ "password": PASSWORD })).await.ok();
    let bytes = data_encoding::BASE32_NOPAD.decode(begun["secret"].as_str().unwrap().as_bytes()).unwrap();
    let code = TotpSecret::from_bytes(&bytes).unwrap().code((START.0 / 1_000).unsigned_abs());
    user.post("/api/v1/auth/totp/enable", json!({ "code": code.expose() })).await.ok();
    user.post("/api/v1/auth/totp/disable", json!({ "password": PASSWORD })).await.ok();
    user.post("/api/v1/auth/password", json!({ "password": PASSWORD, "new_password": NEW })).await.ok();
    let link = admin.post("/api/v1/users/2/reset-link", json!({})).await.ok();
    let chosen = json!({ "token": link["token"], "password": PASSWORD });
    console.nobody().post("/api/v1/auth/reset", chosen).await.ok();
    console.user().await.post("/api/v1/auth/logout", json!({})).await.ok();
    let entries = admin.get("/api/v1/audit?limit=12").await.ok();
    let entries = entries["items"].as_array().unwrap();
    let actions: Vec<&str> = entries.iter().rev().map(|entry| entry["action"].as_str().unwrap()).collect();
    let expected = [
        "session.begin",
        "session.begin",
        "totp.begin",
        "totp.enable",
        "totp.disable",
        "password.change",
        "user.reset_link",
        "password.reset",
        "session.begin",
        "session.end",
    ];
    assert_eq!(actions, expected);
}
