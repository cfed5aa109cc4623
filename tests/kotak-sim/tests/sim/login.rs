//! The login and the life of a session.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use kotak_sim::{AccountSpec, Facts, LoginError, SecondLogin, SessionEnd, SessionError};
use serde_json::{Value, json};

use crate::client::{Client, monday};

#[tokio::test]
async fn a_code_counts_at_the_time_of_the_fake_and_one_step_beside_it() {
    let client = Client::stranger(Facts::default(), monday("09:00:00")).await;
    let now = client.sim.now();
    for (code_of, status) in [(now, 200), (now - 30_000, 200), (now + 30_000, 200), (now - 90_000, 400)] {
        let code = client.spec.totp(code_of).unwrap();
        assert_eq!(client.login_step(&code).await.status, status, "{}", code_of - now);
    }
}

#[tokio::test]
async fn a_refused_login_is_written_in_three_ways() {
    let client = Client::stranger(Facts::default(), monday("09:00:00")).await;
    let list = json!({"error": [{"code": "400", "message": "Invalid TOTP"}]});
    let documented = json!({"status": "error", "message": "Invalid TOTP", "errorCode": "401"});
    let shapes = [
        (LoginError::List, 400, &list),
        (LoginError::ListAndHttp200, 200, &list),
        (LoginError::Documented, 401, &documented),
    ];
    for (shape, status, body) in shapes {
        client.sim.change_facts(|facts| facts.login_error = shape);
        let heard = client.login_step("12345").await;
        assert_eq!((heard.status, &heard.json()), (status, body));
    }
    let refusals: Vec<Option<String>> =
        client.sim.logins(client.ucc()).into_iter().map(|login| login.refusal).collect();
    assert_eq!(refusals, vec![Some("Invalid TOTP".to_owned()); 3]);
}

#[tokio::test]
async fn what_a_login_lacks_is_named() {
    let client = Client::stranger(Facts::default(), monday("09:00:00")).await;
    let path = "/login/1.0/tradeApiLogin";
    let token = client.spec.access_token.as_str();
    let good = [("Authorization", token), ("neo-fin-key", "neotradeapi")];
    let message = |body: &Value| body["error"][0]["message"].as_str().unwrap().to_owned();
    let missing = client.ask("POST", path, &good, r#"{"mobileNumber":"+91","ucc":"Z0007"}"#).await;
    assert_eq!((missing.status, message(&missing.json())), (200, "Missing required field 'Totp'".to_owned()));
    let bare = client.ask("POST", path, &good[..1], "{}").await;
    assert_eq!(bare.json()["error"][0]["code"], "10512");
    let unknown = client.ask("POST", path, &[("Authorization", "Bearer x"), good[1]], "{}").await;
    assert_eq!(
        (unknown.status, message(&unknown.json())),
        (424, "Consumer key Bearer x does not exist".to_owned())
    );
}

#[tokio::test]
async fn a_wrong_mpin_gives_no_session() {
    let client = Client::stranger(Facts::default(), monday("09:00:00")).await;
    let view = client.login_step(&client.code()).await.json()["data"].clone();
    assert_eq!(client.validate_step(&view, "999999").await.status, 400);
    assert!(client.sim.logins(client.ucc()).iter().all(|login| !login.complete));
}

#[tokio::test]
async fn the_token_of_the_first_step_opens_nothing() {
    let mut client = Client::stranger(Facts::default(), monday("09:20:00")).await;
    let view = client.login_step(&client.code()).await.json()["data"].clone();
    (client.token, client.sid) =
        (view["token"].as_str().unwrap().to_owned(), view["sid"].as_str().unwrap().to_owned());
    assert_eq!(client.get("/quick/user/orders").await.code(), 100_021);
    assert_eq!(client.place("t1", json!({})).await.code(), 100_021);
}

#[tokio::test]
async fn a_token_says_when_it_ends_unless_it_is_opaque() {
    let client = Client::new().await;
    let claims = BASE64URL_NOPAD.decode(client.token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"], monday("23:59:59") / 1000 + 1);
    let opaque = Client::with(Facts { token_is_jwt: false, ..Facts::default() }).await;
    assert!(BASE64URL_NOPAD.decode(opaque.token.split('.').nth(1).unwrap().as_bytes()).is_err());
}

#[tokio::test]
async fn a_session_ends_at_midnight_or_after_a_while() {
    let client = Client::new().await;
    client.sim.set_now(monday("23:59:59"));
    assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
    client.sim.advance(1000);
    assert_eq!(client.get("/quick/user/orders").await.code(), 100_022);
    let hour = Facts { session_ends: SessionEnd::After(3_600_000), ..Facts::default() };
    let client = Client::with(hour).await;
    client.sim.advance(3_599_999);
    assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
    client.sim.advance(1);
    assert_eq!(client.get("/quick/user/orders").await.code(), 100_022);
}

#[tokio::test]
async fn an_ended_session_is_answered_in_each_of_its_shapes() {
    let client = Client::new().await;
    client.sim.end_sessions(client.ucc()).unwrap();
    let shapes = [
        (SessionError::Gateway900901, 401, json!("900901"), "code"),
        (SessionError::InvalidToken100022, 200, json!(100_022), "stCode"),
        (SessionError::LoginCheck100022, 200, json!("error in neo-login-check-api"), "stat"),
        (SessionError::Documented1003, 403, json!(1003), "stCode"),
        (SessionError::Documented1003Http200, 200, json!(1003), "stCode"),
    ];
    for (shape, status, value, member) in shapes {
        client.sim.change_facts(|facts| facts.session_error = shape);
        let heard = client.get("/quick/user/orders").await;
        assert_eq!((heard.status, &heard.json()[member]), (status, &value));
    }
    client.sim.change_facts(|facts| facts.session_error = SessionError::Bare403);
    let heard = client.place("t1", json!({})).await;
    assert_eq!((heard.status, heard.body.as_str()), (403, ""));
}

#[tokio::test]
async fn a_second_login_ends_the_first_session_or_lives_beside_it() {
    let client = Client::new().await;
    client.sim.log_in_elsewhere(client.ucc()).unwrap();
    assert_eq!(client.get("/quick/user/orders").await.code(), 100_022);
    let client = Client::with(Facts { second_login: SecondLogin::Coexists, ..Facts::default() }).await;
    client.sim.log_in_elsewhere(client.ucc()).unwrap();
    assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
    client.sim.log_in_elsewhere(client.ucc()).unwrap();
    assert_eq!(client.get("/quick/user/orders").await.code(), 100_022);
}

#[tokio::test]
async fn orders_come_from_a_listed_address_and_the_one_that_logged_in() {
    let mut client = Client::new().await;
    client.from = IpAddr::from([127, 0, 0, 2]);
    assert_eq!(client.place("t1", json!({})).await.code(), 1037);
    // Reports are not checked.
    assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
    client.sim.change_facts(|facts| facts.session_bound_to_address = false);
    let list = |spec: &mut AccountSpec| spec.addresses = vec![IpAddr::from([127, 0, 0, 1])];
    client.sim.change_account(client.ucc(), list).unwrap();
    assert_eq!(client.place("t2", json!({})).await.code(), 100_008);
    client.from = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(client.place("t3", json!({})).await.code(), 200);
}

#[tokio::test]
async fn the_access_token_of_another_application_is_not_authorised() {
    let client = Client::new().await;
    let headers = [
        ("Auth", client.token.as_str()),
        ("Sid", client.sid.as_str()),
        ("Authorization", "00000000-0000-4000-8000-00000000ffff"),
    ];
    let form = format!("jData={}", crate::client::order("t1", json!({})));
    let heard = client.ask("POST", "/quick/order/rule/ms/place", &headers, &form).await;
    assert_eq!((heard.code(), &heard.json()["errMsg"]), (100_008, &json!("unauthorized")));
}

#[tokio::test]
async fn the_feeds_are_in_the_answer_of_the_login_or_only_in_the_config() {
    let client = Client::with(Facts { urls_in_validate: false, ..Facts::default() }).await;
    let view = client.login_step(&client.code()).await.json()["data"].clone();
    let trade = client.validate_step(&view, &client.spec.mpin).await.json();
    assert!(trade["data"].get("feedUrl").is_none() && trade["data"].get("baseUrl").is_some());
}

#[tokio::test]
async fn logins_are_counted_each_with_its_outcome() {
    let mut client = Client::new().await;
    client.sim.advance(60_000);
    client.log_in().await;
    let complete: Vec<i64> =
        client.sim.logins("Z0007").iter().filter(|login| login.complete).map(|login| login.at).collect();
    assert_eq!(complete, [monday("09:20:11"), monday("09:21:11")]);
}
