//! Logins that are refused, that need a code, and for which something is missing.

use kotak_sim::Call;
use serde_json::json;

use crate::kotak::world::{BROKER, CREDENTIALS, LOGIN, UNBLOCK, World};
use crate::support::console::THIRD;
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, at};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_tried_three_times_and_then_by_nobody_until_a_person_says_so() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    let mut wrong = world.credentials();
    wrong["mpin"] = json!("111111");
    world.enter(&wrong).await;
    world.go_live().await;
    for refused in 1..=3 {
        let answer = user.post(LOGIN, json!({})).await;
        assert_eq!(answer.problem(), (409, "broker_login_failed".to_owned()));
        assert!(answer.text.contains("Invalid MPIN"), "{}", answer.text);
        let session = world.session(&user).await;
        assert_eq!(session["refusals"], json!(refused));
        let state = if refused < 3 { "cooling_down" } else { "blocked" };
        assert_eq!(session["state"], state, "{session}");
        assert_eq!(session["until"].is_string(), refused < 3, "{session}");
        world.pass_seconds(120).await;
    }
    // Neither a person nor a task tries again.
    assert_eq!(user.post(LOGIN, json!({})).await.status, 409);
    assert!(world.place_for(OTHER, &buy("ABC", 1, PRICE.0)).await.is_err());
    assert_eq!(world.sim.calls(Call::Validate, None), 3);
    let session = world.session(&user).await;
    assert_eq!(session["reason"], "refused 3 times: Invalid MPIN");
    let alerts = async |open: bool| {
        let found = user.get(&format!("/api/v1/alerts?open={open}")).await.ok()["items"].clone();
        let found: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .filter(|alert| alert["code"] == "login_blocked")
            .cloned()
            .collect();
        found
    };
    let open = alerts(true).await;
    assert_eq!(open.len(), 1, "{open:?}");
    let detail = "nobody logs in at kotak-neo until a person allows it: refused 3 times: Invalid MPIN";
    assert_eq!(open[0]["detail"], detail);

    // To say so logs nobody in; the right PIN does, when it is needed.
    let session = user.post(UNBLOCK, json!({})).await.ok()["session"].clone();
    assert_eq!(alerts(true).await.len(), 0);
    assert_eq!(alerts(false).await[0]["resolution"], "logins are allowed again");
    assert_eq!((&session["state"], &session["refusals"]), (&json!("none"), &json!(0)));
    assert_eq!(world.sim.calls(Call::Validate, None), 3);
    world.enter(&world.credentials()).await;
    assert_eq!(user.post(LOGIN, json!({})).await.ok()["session"]["state"], "active");
    let audit = world.console.admin().await.get("/api/v1/audit?action=broker.login").await;
    assert_eq!(audit.ok()["items"].as_array().unwrap().len(), 5, "{}", audit.text);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_the_user_types_a_code_each_morning() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    let mut credentials = world.credentials();
    credentials.as_object_mut().unwrap().remove("totp_secret");
    world.enter(&credentials).await;
    world.go_live().await;
    let answer = user.post(LOGIN, json!({})).await;
    assert!(answer.text.contains("there is no one-time code: it has to be typed"), "{}", answer.text);
    assert_eq!(world.session(&user).await["state"], "needs_code");
    for code in ["12345", "1234567", "12345a"] {
        let refused = user.post(LOGIN, json!({ "code": code })).await;
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()), "{code}");
        assert!(!refused.text.contains(code), "{}", refused.text);
    }
    assert_eq!(world.sim.calls(Call::Login, None), 0);
    let code = world.spec.totp(world.sim.now()).unwrap();
    let session = user.post(LOGIN, json!({ "code": code })).await.ok()["session"].clone();
    assert_eq!((&session["state"], world.logins()), (&json!("active"), 1));
    // A second click finds the session.
    user.post(LOGIN, json!({})).await.ok();
    assert_eq!(world.logins(), 1);
    let audit = world.console.admin().await.get("/api/v1/audit?action=broker.login").await;
    assert!(!audit.text.contains(&code), "{}", audit.text);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_tried_as_often_as_passwords_and_the_console_still_lets_its_user_in() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    // Each is refused by the broker or waits; the attempts count here as well.
    let mut waits = 0;
    for _ in 0..8 {
        let answer = user.post(LOGIN, json!({ "code": "000000" })).await;
        assert!(!answer.status.is_success(), "{}", answer.text);
        if answer.status == 429 {
            waits += 1;
            let seconds = answer.retry_after.unwrap();
            let then = world.console.daemon.clock.now().plus_millis(i64::try_from(seconds).unwrap() * 1_000);
            let named = answer.json()["retry_at"].as_str().unwrap().replace('T', " ");
            assert_eq!(named, format!("{then}+05:30"), "{}", answer.text);
        }
        // Or nothing would be sent after the third.
        user.post(UNBLOCK, json!({})).await.ok();
        world.pass_seconds(600).await;
    }
    assert_eq!(waits, 3, "five are free");
    assert_eq!(world.sim.calls(Call::Login, None), 5);
    world.console.user().await.get("/api/v1/auth/me").await.ok();
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_is_no_try_and_the_answer_says_when_one_may_be() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    let code = json!({ "code": "000000" });
    assert_eq!(user.post(LOGIN, code.clone()).await.status, 409);
    let until = world.session(&user).await["until"].clone();
    for _ in 0..10 {
        let answer = user.post(LOGIN, code.clone()).await;
        assert_eq!(answer.problem(), (409, "broker_login_failed".to_owned()));
        assert_eq!(answer.json()["retry_at"], until, "{}", answer.text);
    }
    assert_eq!(world.sim.calls(Call::Login, None), 1);
    world.pass_seconds(120).await;
    assert_eq!(user.post(LOGIN, code).await.status, 409);
    assert_eq!(world.sim.calls(Call::Login, None), 2);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_with_the_place_to_enter_it() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    world.enter(&world.credentials()).await;
    world.go_live().await;
    assert_eq!(user.delete(CREDENTIALS).await.status, 204);
    let answer = user.post(LOGIN, json!({})).await;
    let missing = "no credentials of Kotak Neo are kept; enter them in the console under Settings, Broker";
    assert!(answer.text.contains(missing), "{}", answer.text);
    world.enter(&json!({ "ucc": world.spec.ucc })).await;
    let answer = user.post(LOGIN, json!({})).await;
    let missing = "the credentials lack: access token (consumer key), mobile number, PIN (MPIN)";
    assert!(answer.text.contains(missing), "{}", answer.text);
    assert_eq!(world.sim.calls(Call::Login, None), 0);
    // On paper there is nothing to log in at.
    let third = world.console.logged_in(THIRD).await;
    assert_eq!(third.post(LOGIN, json!({})).await.problem(), (409, "no_broker_session".to_owned()));
    assert_eq!(third.get(BROKER).await.ok()["session"], json!(null));
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_leave_the_machine_as_the_user_says_and_a_session_says_how() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let ours = "127.0.0.2".parse().unwrap();
    world.sim.change_account(&world.spec.ucc, |spec| spec.addresses = vec![ours]).unwrap();
    let refused = world.place_for(OTHER, &buy("ABC", 1, PRICE.0)).await.unwrap_err();
    assert_eq!(world.sim.orders(&world.spec.ucc).len(), 0, "{refused}");
    assert!(
        refused.contains("the call left as this machine routes them: the broker's app has to list"),
        "{refused}"
    );
    let mut credentials = world.credentials();
    credentials["outbound"] = json!("127.0.0.2");
    world.enter(&credentials).await;
    let user = world.console.user().await;
    let kept = user.get(CREDENTIALS).await;
    assert!(kept.text.contains("outbound") && !kept.text.contains("127.0.0.2"), "{}", kept.text);
    assert_eq!(user.get(BROKER).await.ok()["way_out"], json!(null));
    world.place(&buy("ABC", 1, PRICE.0)).await;
    assert_eq!(world.sim.orders(&world.spec.ucc).len(), 1);
    assert_eq!(user.get(BROKER).await.ok()["way_out"], "from 127.0.0.2");
    // Where it is entered, and not only where the broker is needed.
    let answer = user.send(reqwest::Method::PUT, CREDENTIALS, json!({ "outbound": "192.0.2.7" })).await;
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail, "outbound: it is no address of this machine, so nothing can leave from it");
    for bad in ["ftp://proxy:1", "0.0.0.0", "http://proxy"] {
        let answer = user.send(reqwest::Method::PUT, CREDENTIALS, json!({ "outbound": bad })).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
    world.console.stop().await;
}
