//! Everybody's prices from the broker, with the session of one user who trades live.

use kotak_sim::Call;
use prahari_domain::ids::UserId;
use serde_json::{Value, json};

use crate::kotak::world::World;
use crate::support::console::{Client, THIRD};
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, at};

const QUOTES: &str = "/api/v1/market/quotes?symbols=ABC,NOPE";
const SOURCES: &str = "/api/v1/system/market/sources";

async fn filled(world: &World, user: UserId, client: &Client, id: &str) -> Value {
    world.sync_of(user).await;
    world.order(client, id).await["filled_quantity"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_user_trades_on_the_prices_of_a_live_user_with_one_login() {
    let world = World::on_its_prices(at(MONDAY, "10:00")).await;
    world.pass_seconds(30).await;
    world.enter(&world.credentials()).await;
    world.go_live().await;
    let (live, admin) = (world.console.user().await, world.console.admin().await);
    let quotes = live.get(QUOTES).await.ok();
    assert_eq!(
        (&quotes["quotes"][0]["last_paise"], &quotes["unpriced"]),
        (&json!(PRICE.0), &json!(["NOPE"]))
    );
    assert_eq!(quotes["quotes"][0]["source"], "kotak");

    let bought = world.place_for(OTHER, &buy("ABC", 10, PRICE.0)).await.unwrap();
    let on_paper = world.place_for(THIRD, &buy("ABC", 1, PRICE.0)).await.unwrap();
    world.sim.set_price("ABC-EQ", PRICE.0).unwrap();
    assert_eq!(filled(&world, OTHER, &live, &bought).await, json!(10));
    // What the fake trades in the next minute is what the paper user's order meets.
    world.pass_until(at(MONDAY, "10:02:20")).await;
    world.sim.set_price("ABC-EQ", PRICE.0 - 10).unwrap();
    world.sim.set_volume("ABC-EQ", 5_000).unwrap();
    world.pass_until(at(MONDAY, "10:03:05")).await;
    let third = world.console.other_user().await;
    assert_eq!(filled(&world, THIRD, &third, &on_paper).await, json!(1));
    let prices: Vec<_> = world.sim.fills(&world.spec.ucc).iter().map(|fill| fill.price).collect();
    assert_eq!(prices, [PRICE.0]);

    let sources = admin.get(SOURCES).await.ok();
    let kotak = &sources["items"][1];
    assert_eq!((&kotak["source"], &kotak["answers"]), (&json!("kotak"), &json!(["quotes", "instruments"])));
    assert_eq!((&kotak["trouble"], &kotak["shares"]), (&Value::Null, &json!(7)));
    // Prices, shares and trading have one session and one file.
    assert_eq!((world.logins(), world.sim.calls(Call::File, None)), (1, 1));
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_users_session_prices_are_down_for_a_reason_and_nobody_tries_on() {
    let world = World::on_its_prices(at(MONDAY, "10:00")).await;
    world.pass_seconds(30).await;
    let user = world.console.user().await;
    for _ in 0..5 {
        let refused = user.get(QUOTES).await;
        assert_eq!(refused.problem().0, 503);
        world.pass_seconds(20).await;
    }
    let sources = world.console.admin().await.get(SOURCES).await.ok();
    let why = sources["items"][1]["trouble"]["reason"].as_str().unwrap();
    assert!(why.contains("no credentials of Kotak Neo are kept"), "{why}");
    assert_eq!(world.sim.calls(Call::Login, None), 0);
    // Once they are there, so are the prices.
    world.enter(&world.credentials()).await;
    world.pass_seconds(120).await;
    let quotes = user.get(QUOTES).await.ok();
    assert_eq!(quotes["quotes"][0]["last_paise"], json!(PRICE.0));
    assert_eq!(world.logins(), 1);
    world.console.stop().await;
}
