//! Both feeds as the facts have them.

use kotak_sim::{Acknowledgement, Facts, Hello};
use serde_json::{Value, json};

use crate::client::Client;
use crate::sockets::{Socket, hello, market_hello, u32_at};

fn states(frames: &[Value]) -> Vec<(String, String)> {
    let orders = frames.iter().filter(|frame| frame["type"] == "order");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    orders.map(|frame| (text(&frame["data"]["ordSt"]), text(&frame["data"]["avgPrc"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(state, price)| ((*state).to_owned(), (*price).to_owned())).collect()
}

#[tokio::test]
async fn each_state_is_a_frame_and_a_completion_first_lacks_its_price() {
    let client = Client::new().await;
    let mut feed = Socket::orders(&client).await;
    client.placed("U7-1", json!({"pr": "251.00"})).await;
    let frames = feed.frames(7).await;
    let path = [
        ("put order req received", "0.00"),
        ("validation pending", "0.00"),
        ("open pending", "0.00"),
        ("open", "0.00"),
        ("complete", "0.00"),
        ("complete", "250.75"),
    ];
    assert_eq!(states(&frames), pairs(&path));
    assert_eq!((&frames[6]["type"], &frames[6]["data"]["flBuyQty"]), (&json!("position"), &json!("4")));
    let received: Vec<i64> =
        frames[..6].iter().map(|frame| frame["data"]["updRecvTm"].as_i64().unwrap()).collect();
    assert!(
        received.is_sorted_by(|a, b| a < b) && received[0] / 1_000_000 == client.sim.now(),
        "{received:?}"
    );
    client.sim.change_facts(|facts| facts.complete_without_price_first = false);
    client.placed("U7-2", json!({"pr": "251.00"})).await;
    let frames = feed.frames(6).await;
    assert_eq!(states(&frames)[4..], pairs(&[("complete", "250.75")]));
}

#[tokio::test]
async fn the_present_state_comes_after_connecting_or_does_not() {
    for present in [true, false] {
        let client = Client::with(Facts { order_feed_sends_present: present, ..Facts::default() }).await;
        client.placed("U7-1", json!({})).await;
        let mut feed = Socket::orders(&client).await;
        if present {
            assert_eq!(states(&feed.frames(1).await), pairs(&[("open", "0.00")]));
        }
        feed.assert_silent().await;
    }
}

#[tokio::test]
async fn a_first_frame_that_is_not_understood_is_dropped_without_a_word() {
    let json_hello = |client: &Client| {
        json!({"type": "cn", "Authorization": client.token, "Sid": client.sid, "src": "WEB"}).to_string()
    };
    for (fact, good, bad) in [(Hello::Json, 1, 0), (Hello::Raw, 0, 1)] {
        let client = Client::with(Facts { order_feed_hello: fact, ..Facts::default() }).await;
        let frames = [hello(&client), json_hello(&client)];
        let mut feed = Socket::open(&client, "/realtime").await.unwrap();
        feed.say(&frames[bad]).await;
        feed.assert_silent().await;
        feed.say(&frames[good]).await;
        assert_eq!(feed.frame().await["ak"], "ok");
    }
}

#[tokio::test]
async fn a_dead_session_is_refused_and_a_heartbeat_is_not_understood() {
    let client = Client::new().await;
    let mut feed = Socket::open(&client, "/realtime").await.unwrap();
    feed.say("{type:cn,Authorization:x,Sid:y,src:WEB}").await;
    assert_eq!(
        feed.frame().await,
        json!({"ak": "nk", "type": "cn", "task": "cn", "msg": "Authentication Failed"})
    );
    feed.assert_silent().await;
    let mut feed = Socket::orders(&client).await;
    feed.say(r#"{"type":"hb"}"#).await;
    let refusal = json!({"ak": "nk", "type": "failed to process request", "task": "nk", "msg": "invalid request format"});
    assert_eq!(feed.frame().await, refusal);
}

#[tokio::test]
async fn the_order_feed_drops_its_connections_after_a_while() {
    let client = Client::with(Facts { order_feed_lasts: Some(120_000), ..Facts::default() }).await;
    let mut feed = Socket::orders(&client).await;
    client.sim.advance(119_999);
    feed.assert_silent().await;
    client.sim.advance(1);
    assert!(feed.next().await.is_none());
    assert_eq!(client.sim.feeds(), (0, 0));
}

#[tokio::test]
async fn the_order_feed_of_a_session_that_was_taken_away_falls_silent() {
    let client = Client::new().await;
    let mut feed = Socket::orders(&client).await;
    let number = client.placed("U7-1", json!({})).await;
    feed.frames(4).await;
    client.sim.log_in_elsewhere("Z0007").unwrap();
    client.sim.fill(&number, 1, 25_000).unwrap();
    feed.assert_silent().await;
}

#[tokio::test]
async fn the_market_feed_lets_in_a_living_session_only() {
    let client = Client::with(Facts { market_feed_greets: false, ..Facts::default() }).await;
    let mut feed = Socket::open(&client, "/apifeed").await.unwrap();
    feed.say(&market_hello(&client).replace("native_batch", "json")).await;
    assert_eq!(feed.frame().await, json!({"message_code": 1120, "message": "invalid session"}));
    let mut feed = Socket::open(&client, "/apifeed").await.unwrap();
    feed.say(&market_hello(&client)).await;
    let welcome = feed.frame().await;
    assert_eq!((&welcome["message_code"], &welcome["format"]), (&json!(1117), &json!("native_batch")));
    assert_eq!(welcome["exchanges"]["cde_fo"], json!({"divider": 10_000_000, "value": 3}));
}

#[tokio::test]
async fn a_subscription_gives_a_snapshot_and_each_price_until_it_ends() {
    let client = Client::new().await;
    let mut feed = Socket::market(&client).await;
    let subscribe = json!({"event": "subscribeScripsLite", "inputtoken": "nse_cm|90001,nse_cm|90002"});
    feed.say(&subscribe.to_string()).await;
    // The other has no price yet.
    let packet = feed.packet().await;
    assert_eq!((packet.len(), u32_at(&packet, 9), u32_at(&packet, 21)), (54, 90_001, 25_075));
    client.sim.set_price("DEMO-EQ", 25_100).unwrap();
    assert_eq!(u32_at(&feed.packet().await, 21), 25_100);
    client.sim.set_price("DEMOS-EQ", 310_000).unwrap();
    assert_eq!(u32_at(&feed.packet().await, 9), 90_002);
    feed.say(&json!({"event": "unsubscribeScripsLite", "inputtoken": "nse_cm|90001"}).to_string()).await;
    feed.assert_silent().await;
    client.sim.set_price("DEMO-EQ", 25_200).unwrap();
    feed.assert_silent().await;
    // Without a subscription, one picture of each, in one message.
    let snapshot = json!({"event": "snapshotDepth", "inputtoken": "nse_cm|90001,nse_cm|90002"});
    feed.say(&snapshot.to_string()).await;
    let packets = feed.packet().await;
    assert_eq!((packets.len(), u32_at(&packets, 304 + 9)), (2 * (144 + 160), 90_002));
    feed.assert_silent().await;
}

#[tokio::test]
async fn an_index_and_the_status_of_the_market_have_packets_of_their_own() {
    let client = Client::stranger(Facts::default(), crate::client::monday("09:10:00")).await;
    let mut client = client;
    client.log_in().await;
    client.sim.set_price("Demo 50", 1_003_550).unwrap();
    let mut feed = Socket::market(&client).await;
    feed.say(&json!({"event": "subscribeIndices", "inputtoken": "nse_cm|26999"}).to_string()).await;
    let packet = feed.packet().await;
    assert_eq!((packet.len(), u32_at(&packet, 29), &packet[66..73]), (87, 1_003_550, b"Demo 50".as_slice()));
    feed.say(&json!({"event": "subscribeExchange"}).to_string()).await;
    feed.assert_silent().await;
    client.sim.set_now(crate::client::monday("09:15:00"));
    let packet = feed.packet().await;
    assert_eq!((packet.len(), &packet[2..4], &packet[9..11]), (16, [105, 0].as_slice(), [1, 0].as_slice()));
}

#[tokio::test]
async fn a_subscription_is_acknowledged_in_two_shapes_before_or_after_the_tick() {
    let client = Client::with(Facts { acknowledgement: Acknowledgement::Flat, ..Facts::default() }).await;
    let subscribe =
        json!({"event": "subscribeScrips", "inputtoken": "nse_cm|90001", "ack_symbol": true}).to_string();
    let mut feed = Socket::market(&client).await;
    feed.say(&subscribe).await;
    let flat = json!({"message_code": 1109, "trading_symbols": {"nse_cm|90001": "DEMO-EQ"}});
    assert_eq!(feed.frame().await, flat);
    assert_eq!(feed.packet().await.len(), 176);
    client.sim.change_facts(|facts| {
        (facts.acknowledgement, facts.acknowledged_after_tick) = (Acknowledgement::Nested, true);
    });
    let mut feed = Socket::market(&client).await;
    feed.say(&subscribe).await;
    assert_eq!(feed.packet().await.len(), 176);
    let nested = json!({"message_code": 1109, "error_code": 0, "description": "SUBSCRIBED",
        "data": {"nse_cm|90001": {"cas_status": 0, "trading_symbols": "DEMO-EQ"}}});
    assert_eq!(feed.frame().await, nested);
}

#[tokio::test]
async fn more_than_two_hundred_instruments_in_a_frame_are_refused() {
    let client = Client::new().await;
    let mut feed = Socket::market(&client).await;
    let many = vec!["nse_cm|90001"; 201].join(",");
    feed.say(&json!({"event": "subscribeScrips", "inputtoken": many}).to_string()).await;
    assert_eq!(feed.frame().await["error_code"], 1);
    client.sim.set_price("DEMO-EQ", 25_100).unwrap();
    feed.assert_silent().await;
}
