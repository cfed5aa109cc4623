//! Faults of sessions and addresses, at any call.

use kotak_sim::{Call, Calls, Fault, Rule, SessionError, When};
use serde_json::json;

use crate::client::Client;

#[tokio::test]
async fn a_session_ends_at_any_call_and_stays_ended() {
    let mut client = Client::new().await;
    let all = json!({"seg": "ALL", "exch": "ALL", "prod": "ALL"});
    let margin = json!({"exSeg": "nse_cm", "tok": "90001", "qty": "1", "prc": "1"});
    let history = json!({"nOrdNo": "1"});
    for call in 0..10 {
        client.sim.clear_faults();
        let fault = Fault::SessionEnds(SessionError::Gateway900901);
        client.sim.add_fault(Rule::of(Calls::Any, When::Nth(1), fault));
        let heard = match call {
            0 => client.place("U7-1", json!({})).await,
            1 => client.modify("1", json!({})).await,
            2 => client.cancel("1", "NO").await,
            3 => client.get("/quick/user/orders").await,
            4 => client.post("/quick/order/history", &history).await,
            5 => client.get("/quick/user/trades").await,
            6 => client.get("/portfolio/v2/positions").await,
            7 => client.get("/portfolio/v1/holdings").await,
            8 => client.post("/quick/user/limits", &all).await,
            _ => client.post("/quick/user/check-margin", &margin).await,
        };
        assert_eq!((heard.status, &heard.json()["code"]), (401, &json!("900901")), "{call}");
        assert_eq!(client.get("/quick/user/orders").await.code(), 100_022);
        client.log_in().await;
        assert_ne!(client.get("/quick/user/orders").await.code(), 100_022);
    }
    assert!(client.sim.orders("Z0007").is_empty());
}

#[tokio::test]
async fn a_good_session_is_doubted_once() {
    let client = Client::new().await;
    let fault = Fault::SessionDoubted(SessionError::LoginCheck100022);
    client.sim.add_fault(Rule::new(Call::Book, When::Nth(1), fault));
    let heard = client.get("/quick/user/orders").await;
    assert_eq!(heard.json()["stat"], "error in neo-login-check-api");
    assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
}

#[tokio::test]
async fn an_address_is_refused_on_orders_without_effect() {
    let client = Client::new().await;
    for (fault, code) in [(Fault::AddressNotListed, 100_008), (Fault::AddressChanged, 1037)] {
        client.sim.clear_faults();
        client.sim.add_fault(Rule::of(Calls::Orders, When::Always, fault));
        assert_eq!(client.place("U7-1", json!({})).await.code(), code);
        assert_eq!(client.get("/quick/user/orders").await.code(), 5203);
    }
    client.sim.clear_faults();
    assert_eq!(client.place("U7-1", json!({})).await.code(), 200);
}

#[tokio::test]
async fn a_login_meets_trouble_of_the_gateway() {
    let client = Client::new().await;
    let fault = Fault::Answer { status: 503, body: String::new(), after_effect: false };
    client.sim.add_fault(Rule::new(Call::Login, When::Nth(1), fault));
    assert_eq!(client.login_step(&client.code()).await.status, 503);
    assert_eq!(client.login_step(&client.code()).await.status, 200);
}
