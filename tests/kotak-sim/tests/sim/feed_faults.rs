//! Faults of connections and frames of both feeds.

use kotak_sim::{Call, Fault, Rule, When};
use serde_json::json;

use crate::client::Client;
use crate::sockets::{Socket, hello, market_hello, u32_at};

#[tokio::test]
async fn frames_come_twice_swapped_or_not_at_all() {
    let client = Client::new().await;
    let mut feed = Socket::orders(&client).await;
    for (nth, fault) in [(1, Fault::Twice), (3, Fault::Swapped), (5, Fault::Lost)] {
        client.sim.add_fault(Rule::new(Call::OrderFrame, When::Nth(nth), fault));
    }
    client.placed("U7-1", json!({"pr": "251.00"})).await;
    let frames = feed.frames(7).await;
    let states: Vec<&str> =
        frames.iter().map(|frame| frame["data"]["ordSt"].as_str().unwrap_or("position")).collect();
    let expected = [
        "put order req received",
        "put order req received",
        "validation pending",
        "open",
        "open pending",
        "complete",
        "position",
    ];
    assert_eq!(states, expected);
    assert_eq!(frames[5]["data"]["avgPrc"], "250.75");
}

#[tokio::test]
async fn a_market_feed_gives_one_snapshot_and_falls_silent() {
    let client = Client::new().await;
    client.sim.add_fault(Rule::new(Call::MarketFrame, When::After(1), Fault::Lost).for_account("Z0007"));
    let mut feed = Socket::market(&client).await;
    feed.say(&json!({"event": "subscribeScripsLite", "inputtoken": "nse_cm|90001"}).to_string()).await;
    assert_eq!(u32_at(&feed.packet().await, 21), 25_075);
    client.sim.set_price("DEMO-EQ", 25_100).unwrap();
    feed.assert_silent().await;
    client.sim.clear_faults();
    client.sim.set_price("DEMO-EQ", 25_200).unwrap();
    assert_eq!(u32_at(&feed.packet().await, 21), 25_200);
}

#[tokio::test]
async fn a_feed_is_silent_for_a_time() {
    let client = Client::new().await;
    let mut feed = Socket::orders(&client).await;
    let now = client.sim.now();
    client.sim.add_fault(Rule::new(
        Call::OrderFrame,
        When::Between { from: now, until: now + 1_000 },
        Fault::Lost,
    ));
    let number = client.placed("U7-1", json!({})).await;
    feed.assert_silent().await;
    client.sim.advance(1_000);
    client.sim.fill(&number, 1, 25_000).unwrap();
    assert_eq!(feed.frame().await["data"]["fldQty"], 1);
}

#[tokio::test]
async fn a_connection_ends_at_a_frame_which_is_lost() {
    let client = Client::new().await;
    let mut feed = Socket::orders(&client).await;
    client.sim.add_fault(Rule::new(Call::OrderFrame, When::Nth(2), Fault::Closed));
    client.placed("U7-1", json!({})).await;
    assert_eq!(feed.frame().await["data"]["ordSt"], "put order req received");
    assert!(feed.next().await.is_none());
    // The next connection shows what was missed.
    let mut feed = Socket::orders(&client).await;
    assert_eq!(feed.frame().await["data"]["ordSt"], "open");
    client.sim.close_feeds(true);
    assert!(feed.next().await.is_none());
}

#[tokio::test]
async fn a_connection_is_mute_refused_or_cut() {
    let client = Client::new().await;
    for call in [Call::OrderFeed, Call::MarketFeed] {
        for (nth, fault) in [(1, Fault::Mute), (2, Fault::Refused), (3, Fault::Cut { after_effect: false })] {
            client.sim.add_fault(Rule::new(call, When::Nth(nth), fault));
        }
    }
    let mut orders = Socket::open(&client, "/realtime").await.unwrap();
    orders.say(&hello(&client)).await;
    orders.assert_silent().await;
    let mut market = Socket::open(&client, "/apifeed").await.unwrap();
    market.say(&market_hello(&client)).await;
    market.assert_silent().await;
    let mut orders = Socket::open(&client, "/realtime").await.unwrap();
    orders.say(&hello(&client)).await;
    assert_eq!(orders.frame().await["msg"], "Authentication Failed");
    let mut market = Socket::open(&client, "/apifeed").await.unwrap();
    market.say(&market_hello(&client)).await;
    assert_eq!(market.frame().await["message_code"], 1119);
    assert_eq!(market.frame().await["message_code"], 1120);
    assert!(Socket::open(&client, "/realtime").await.is_none());
    assert!(Socket::open(&client, "/apifeed").await.is_none());
    Socket::orders(&client).await;
    Socket::market(&client).await;
}
