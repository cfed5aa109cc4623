//! Faults of single orders: refused although taken, late, stalled, invisible, without a tag, resting.

use kotak_sim::{Call, Effect, Fault, Rule, TagRefusal, When};
use serde_json::{Value, json};

use crate::client::{Client, rows};

fn once(client: &Client, call: Call, fault: Fault) {
    client.sim.add_fault(Rule::new(call, When::Nth(1), fault));
}

#[tokio::test]
async fn a_tag_is_refused_in_three_shapes_although_its_order_exists() {
    let client = Client::new().await;
    for shape in [TagRefusal::Of2026, TagRefusal::Of2025, TagRefusal::Of2024] {
        client.sim.clear_faults();
        once(&client, Call::Place, Fault::TagRefused(shape));
        let tag = format!("{shape:?}");
        let heard = client.place(&tag, json!({})).await;
        assert!(heard.body.contains("Client OrderID already exists"), "{}", heard.body);
        assert!(client.book().await.iter().any(|row| row["GuiOrdId"] == tag.as_str()));
    }
}

#[tokio::test]
async fn an_error_from_core_proves_nothing() {
    let client = Client::new().await;
    for (after_effect, orders) in [(false, 0), (true, 1)] {
        client.sim.clear_faults();
        once(&client, Call::Place, Fault::CoreError { after_effect });
        let heard = client.place(&format!("U7-{after_effect}"), json!({})).await;
        assert_eq!(heard.json(), json!({"stCode": 32, "errMsg": "error from core", "stat": "Not_Ok"}));
        assert_eq!(client.sim.orders("Z0007").len(), orders);
    }
}

#[tokio::test]
async fn an_order_is_rejected_late() {
    let client = Client::new().await;
    let reason = "RMS:Rule: late";
    once(&client, Call::Place, Fault::RejectLate { ms: 2_000, reason: reason.to_owned() });
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    client.sim.advance(1_999);
    assert_eq!(client.row(&number).await["ordSt"], "put order req received");
    client.sim.advance(1);
    let row = client.row(&number).await;
    assert_eq!((&row["ordSt"], &row["rejRsn"]), (&json!("rejected"), &json!(reason)));
    assert!(matches!(client.sim.arrivals()[0].effect, Effect::Taken));
}

#[tokio::test]
async fn an_order_stalls_before_it_is_checked() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::Stalls { ms: 4_300 });
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    client.sim.advance(4_299);
    assert_eq!(client.row(&number).await["ordSt"], "put order req received");
    client.sim.advance(1);
    assert_eq!(client.row(&number).await["ordSt"], "complete");
}

#[tokio::test]
async fn states_are_visible_one_by_one_when_each_takes_time() {
    let client = Client::new().await;
    client.sim.set_step(1_000);
    let number = client.placed("U7-1", json!({})).await;
    for status in ["put order req received", "validation pending", "open pending", "open"] {
        assert_eq!(client.row(&number).await["ordSt"], status);
        client.sim.advance(1_000);
    }
    // What is still on its way can be cancelled.
    let number = client.placed("U7-2", json!({})).await;
    client.cancel(&number, "NO").await;
    client.sim.advance(10_000);
    assert_eq!(client.row(&number).await["ordSt"], "cancelled");
}

#[tokio::test]
async fn an_invisible_order_executes_and_appears_later() {
    let client = Client::new().await;
    let mut feed = crate::sockets::Socket::orders(&client).await;
    once(&client, Call::Place, Fault::Invisible { ms: 4_300 });
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    assert_eq!(client.sim.fills("Z0007").len(), 1);
    feed.assert_silent().await;
    assert!(client.book().await.is_empty());
    assert!(rows(&client.get("/quick/user/trades").await).is_empty());
    assert!(rows(&client.post("/quick/order/history", &json!({"nOrdNo": number})).await).is_empty());
    client.sim.advance(4_300);
    assert_eq!(client.row(&number).await["ordSt"], "complete");
    assert_eq!(rows(&client.get("/quick/user/trades").await).len(), 1);
}

#[tokio::test]
async fn a_tag_is_lost_or_replaced() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::TagLost);
    let number = client.placed("U7-1", json!({})).await;
    assert_eq!(client.row(&number).await["GuiOrdId"], "");
    client.sim.clear_faults();
    once(&client, Call::Place, Fault::TagReplaced);
    let number = client.placed("U7-2", json!({})).await;
    assert!(client.row(&number).await["GuiOrdId"].as_str().unwrap().ends_with("-ADMINAPI"));
    // It is used all the same.
    assert_eq!(client.place("U7-2", json!({})).await.code(), 32);
}

#[tokio::test]
async fn a_market_order_rests_as_a_limit_until_it_is_filled() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::Rests);
    let number = client.placed("U7-1", json!({"pt": "MKT", "pr": "0"})).await;
    client.sim.set_price("DEMO-EQ", 25_000).unwrap();
    let row = client.row(&number).await;
    assert_eq!(["ordSt", "prcTp", "prc"].map(|name| row[name].clone()), ["open", "L", "253.25"]);
    assert!(client.sim.fill(&number, 5, 25_000).is_err());
    client.sim.fill(&number, 4, 25_100).unwrap();
    assert_eq!(client.row(&number).await["avgPrc"], "251.00");
}

#[tokio::test]
async fn the_first_match_is_a_part() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::FillsAtMost(1));
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    let figures = |row: Value| ["ordSt", "fldQty", "unFldSz"].map(|name| row[name].clone());
    assert_eq!(figures(client.row(&number).await), [json!("open"), json!(1), json!(3)]);
    client.sim.set_price("DEMO-EQ", 25_080).unwrap();
    assert_eq!(figures(client.row(&number).await), [json!("complete"), json!(4), json!(0)]);
}

#[tokio::test]
async fn a_change_is_acknowledged_and_refused() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.advance(60_000);
    once(&client, Call::Modify, Fault::ChangeRefused { reason: "RMS:Margin Exceeds".to_owned() });
    assert_eq!(client.modify(&number, json!({"pr": "248.00"})).await.json()["stat"], "Ok");
    let row = client.row(&number).await;
    let figures = ["ordSt", "rejRsn", "prc", "ordDtTm"].map(|name| row[name].clone());
    assert_eq!(figures, ["open", "RMS:Margin Exceeds", "250.00", "02-Nov-2026 09:21:11"]);
}

#[tokio::test]
async fn the_exchange_rejects_an_open_order() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.reject(&number, "self trade").unwrap();
    assert_eq!(client.row(&number).await["ordSt"], "rejected");
    assert!(client.sim.reject(&number, "again").is_err());
}

#[tokio::test]
async fn the_exchange_takes_a_fill_back() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.set_price_with("DEMO-EQ", 24_990, 1).unwrap();
    client.sim.set_price("DEMO-EQ", 24_980).unwrap();
    let withdrawn = client.sim.fills("Z0007")[1].id;
    client.sim.withdraw_fill(withdrawn).unwrap();
    let row = client.row(&number).await;
    assert_eq!(["fldQty", "avgPrc"].map(|name| row[name].clone()), [json!(1), json!("249.90")]);
    assert_eq!(rows(&client.get("/quick/user/trades").await).len(), 1);
    assert_eq!(client.sim.cash("Z0007").unwrap(), 10_000_000 - 24_990);
    assert!(client.sim.withdraw_fill(withdrawn).is_err());
}

#[tokio::test]
async fn refusals_that_were_seen_have_a_fault_each_and_no_effect() {
    let client = Client::new().await;
    for (fault, code) in [(Fault::algo_order(), 1017), (Fault::insufficient_balance(), 1004)] {
        client.sim.clear_faults();
        once(&client, Call::Place, fault);
        assert_eq!(client.place("U7-1", json!({})).await.code(), code);
    }
    assert!(client.sim.orders("Z0007").is_empty());
    once(&client, Call::Quotes, Fault::quotes_upstream());
    let heard = client.get_as_application("/script-details/1.0/quotes/neosymbol/nse_cm|90001/ltp").await;
    assert_eq!((heard.status, &heard.json()["message"]), (400, &json!("Failed to call upstream quote API")));
}
