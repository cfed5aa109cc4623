//! What a person trades in the broker's own application beside the daemon: found by itself, shown, decided once, and then over.

use kotak_sim::{AppOrder, InstrumentSpec, Side};
use prahari_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::kotak::world::World;
use crate::support::console::Client;
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, at};

const DIFFERENCES: &str = "/api/v1/user/differences";

impl World {
    /// The user trades in the application, for delivery, at whatever the market trades at.
    fn trade_by_hand(&self, symbol: &str, side: Side, quantity: i64, price: i64) {
        let symbol = format!("{symbol}-EQ");
        self.sim.set_price(&symbol, price).unwrap();
        let order = AppOrder { symbol, side, quantity, price, product: "CNC".to_owned() };
        self.sim.place_in_app(&self.spec.ucc, &order).unwrap();
    }

    /// The two minutes from an instant on, in each of which the desk asks the broker.
    async fn two_minutes_from(&self, instant: Timestamp) {
        for minute in 0..2 {
            self.pass_until(instant.plus_minutes(minute)).await;
            self.sync().await;
        }
    }

    async fn journal(&self) -> usize {
        self.console.daemon.store.flush().await.unwrap();
        self.console.daemon.store.user(OTHER).load_journal(0).await.unwrap().len()
    }
}

/// Some fields of each row of a list, by symbol.
async fn rows(user: &Client, path: &str, fields: &[&str]) -> Vec<Value> {
    let page = user.get(path).await.ok();
    let row = |row: &Value| fields.iter().map(|field| row[*field].clone()).collect::<Value>();
    let mut rows: Vec<Value> = page["items"].as_array().unwrap().iter().map(row).collect();
    rows.sort_by_key(ToString::to_string);
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_trades_by_hand_is_found_decided_once_and_then_no_difference_any_more() {
    let world = World::new(at(MONDAY, "10:00")).await;
    world.sim.list_instrument(InstrumentSpec::share("91002", "PQR", "INE000A01002", 5_000));
    world.sim.list_instrument(InstrumentSpec::share("91003", "XYZ", "INE000A01003", PRICE.0));
    world.enter(&world.credentials()).await;
    world.go_live().await;
    let user = world.console.user().await;
    world.place(&buy("ABC", 10, PRICE.0)).await;
    world.two_minutes_from(at(MONDAY, "10:01")).await;
    assert_eq!(rows(&user, DIFFERENCES, &["symbol"]).await, Vec::<Value>::new());

    // Nobody tells the daemon: it looks by itself, and believes what it sees twice.
    world.trade_by_hand("ABC", Side::Sell, 4, 10_050);
    world.trade_by_hand("XYZ", Side::Buy, 7, 9_900);
    world.trade_by_hand("PQR", Side::Buy, 3, 5_100);
    world.two_minutes_from(at(MONDAY, "10:20")).await;
    let fields = ["symbol", "cause", "quantity", "state", "broker_cost_paise", "price_paise", "estimated"];
    let found = rows(&user, DIFFERENCES, &fields).await;
    assert_eq!(
        found,
        [
            json!(["ABC", "external_sale", 4, "booked", null, 10_050, false]),
            json!(["PQR", "external_purchase", 3, "open", 5_100, null, false]),
            json!(["XYZ", "external_purchase", 7, "open", 9_900, null, false]),
        ]
    );
    let held = async || rows(&user, "/api/v1/positions", &["symbol", "quantity"]).await;
    assert_eq!(held().await, [json!(["ABC", 6])]);

    let open = user.get(&format!("{DIFFERENCES}?open=true")).await.ok();
    let path = |symbol: &str| {
        let mut open = open["items"].as_array().unwrap().iter();
        format!("{DIFFERENCES}/{}", open.find(|row| row["symbol"] == symbol).unwrap()["id"])
    };
    let adopt = json!({ "decision": "adopt", "strategy": "rebound" });
    let adopted = user.post(&path("XYZ"), adopt.clone()).await.ok();
    assert_eq!((&adopted["state"], &adopted["price_paise"]), (&json!("adopted"), &json!(9_900)));
    let ignored = user.post(&path("PQR"), json!({ "decision": "ignore" })).await.ok();
    assert_eq!(ignored["state"], "ignored");
    assert_eq!(user.post(&path("XYZ"), adopt).await.problem(), (409, "difference_refused".to_owned()));
    assert_eq!(held().await, [json!(["ABC", 6]), json!(["XYZ", 7])]);

    // Whatever looks again changes nothing, and the broker was asked for nothing.
    let (journal, decided) = (world.journal().await, user.get(DIFFERENCES).await.ok());
    world.two_minutes_from(at(MONDAY, "10:40")).await;
    {
        let trader = world.console.daemon.users.find(OTHER).unwrap();
        let mut desk = trader.desk.lock().await;
        assert_eq!(desk.reconcile(world.console.daemon.clock.now()).await.unwrap(), []);
    }
    world.two_minutes_from(at(MONDAY, "10:42")).await;
    assert_eq!((world.journal().await, user.get(DIFFERENCES).await.ok()), (journal, decided));
    assert_eq!(held().await, [json!(["ABC", 6]), json!(["XYZ", 7])]);
    let there = world.sim.holdings(&world.spec.ucc).into_iter().map(|held| (held.symbol, held.net));
    let there: Vec<(String, i64)> = there.filter(|(_, net)| *net != 0).collect();
    assert_eq!(there, [("ABC-EQ", 6), ("PQR-EQ", 3), ("XYZ-EQ", 7)].map(|(of, net)| (of.to_owned(), net)));
    let of_daemon = world.sim.orders(&world.spec.ucc).iter().filter(|order| !order.from_app).count();
    assert_eq!((of_daemon, world.logins()), (1, 1));
    world.console.stop().await;
}
