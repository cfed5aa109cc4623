//! What the order system takes, refuses and rejects, and what becomes of orders.

use kotak_sim::TagRefusal;
use kotak_sim::{
    AccountSpec, AppOrder, Effect, Facts, HoldingSpec, MarketOrders, RefusedChange, Side, Status,
};
use serde_json::{Value, json};

use crate::client::{Client, rows};

fn figures<const N: usize>(row: &Value, names: [&str; N]) -> [Value; N] {
    names.map(|name| row[name].clone())
}

#[tokio::test]
async fn a_limit_rests_until_the_price_comes_and_fills_in_parts() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    let row = client.row(&number).await;
    assert_eq!(
        figures(&row, ["ordSt", "fldQty", "unFldSz", "avgPrc"]),
        [json!("open"), json!(0), json!(4), json!("0.00")]
    );
    client.sim.set_price_with("DEMO-EQ", 24_995, 1).unwrap();
    let row = client.row(&number).await;
    assert_eq!(
        figures(&row, ["ordSt", "fldQty", "unFldSz", "avgPrc"]),
        [json!("open"), json!(1), json!(3), json!("249.95")]
    );
    client.sim.set_price("DEMO-EQ", 24_980).unwrap();
    let row = client.row(&number).await;
    assert_eq!(
        figures(&row, ["ordSt", "fldQty", "unFldSz", "avgPrc"]),
        [json!("complete"), json!(4), json!(0), json!("249.84")]
    );
    let trades = rows(&client.get("/quick/user/trades").await);
    let legs: Vec<[Value; 4]> =
        trades.iter().map(|row| figures(row, ["flId", "flLeg", "fldQty", "avgPrc"])).collect();
    assert_eq!(legs[0], [json!("500001"), json!(1), json!(1), json!("249.95")]);
    assert_eq!(legs[1], [json!("500002"), json!(2), json!(3), json!("249.80")]);
    let row = &rows(&client.get("/quick/user/positions").await)[0];
    assert_eq!(figures(row, ["flBuyQty", "buyAmt"]), ["4", "999.35"]);
    assert_eq!(client.sim.cash("Z0007").unwrap(), 10_000_000 - 99_935);
}

#[tokio::test]
async fn an_immediate_order_leaves_nothing_behind() {
    let client = Client::new().await;
    client.sim.set_price_with("DEMO-EQ", 24_995, 3).unwrap();
    let number = client.placed("U7-1", json!({"rt": "IOC"})).await;
    let row = client.row(&number).await;
    assert_eq!(figures(&row, ["ordSt", "fldQty", "cnlQty"]), [json!("cancelled"), json!(3), json!(1)]);
}

#[tokio::test]
async fn a_malformed_order_is_refused_at_once_with_its_code() {
    let client = Client::with(Facts { orders_per_second: None, ..Facts::default() }).await;
    let cases = [
        (json!({"qt": null}), 1007),
        (json!({"qt": 4}), 1007),
        (json!({"pt": "LIMIT"}), 1007),
        (json!({"ts": "NOSUCH-EQ"}), 1007),
        (json!({"ts": "Demo 50"}), 1007),
        (json!({"es": "xxx_cm"}), 1006),
        (json!({"qt": "0"}), 1009),
        (json!({"qt": "100000000"}), 1009),
        (json!({"pr": "10000000.05"}), 1009),
        (json!({"es": "nse_fo", "ts": "DEMO26NOVFUT", "qt": "30", "pr": "200"}), 1009),
        (json!({"pr": ""}), 1009),
        (json!({"pr": "0"}), 1009),
        (json!({"pr": "250.001"}), 1009),
        (json!({"pt": "MKT", "pr": "0.0"}), 1009),
        (json!({"pt": "SL", "tp": "0"}), 1009),
        (json!({"dq": ""}), 5202),
        (json!({"mp": "1"}), 1007),
        (json!({"ig": ""}), 5204),
        (json!({"ig": null}), 5204),
        (json!({"ig": "x".repeat(53)}), 5204),
    ];
    for (change, code) in cases {
        assert_eq!(client.place("U7-1", change.clone()).await.code(), code, "{change}");
    }
    let heard = client.post("/quick/order/rule/ms/place", &json!("no object")).await;
    assert_eq!(heard.json(), json!({"stCode": 1007, "errMsg": "body invalid", "stat": "bad request"}));
    assert!(client.sim.orders("Z0007").is_empty());
    client.sim.change_facts(|facts| facts.longest_tag = 3);
    assert_eq!(client.place("U7-1", json!({})).await.code(), 5204);
    client.sim.change_facts(|facts| (facts.longest_tag, facts.market_protection_taken) = (4, true));
    assert_eq!(client.place("U7-1", json!({"mp": "1"})).await.code(), 200);
}

#[tokio::test]
async fn a_used_tag_is_refused_in_three_shapes_also_after_the_order_was_cancelled() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.cancel(&number, "NO").await;
    let of_2026 = "Client Order Id Error Client OrderID already exists";
    let of_2025 = "Put Order Response : Client OrderID already exists Data: 0";
    let shapes = [
        (TagRefusal::Of2026, 400, 32, "stat", of_2026),
        (TagRefusal::Of2025, 200, 32, "stat", of_2025),
        (TagRefusal::Of2024, 200, 5204, "errMsg", "Put Order Response : Client OrderID already exists"),
    ];
    for (shape, status, code, member, text) in shapes {
        client.sim.change_facts(|facts| facts.duplicate_tag = shape);
        let heard = client.place("U7-1", json!({})).await;
        assert_eq!((heard.status, heard.code(), &heard.json()[member]), (status, code, &json!(text)));
    }
    let story = &client.sim.tags()[0];
    assert_eq!((story.places, story.refused, &story.orders), (4, 3, &vec![number]));
}

#[tokio::test]
async fn the_scope_of_a_tag_is_a_setting() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({"pr": "300.00"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "rejected");
    assert_eq!(client.place("U7-1", json!({})).await.code(), 32);
    client.sim.change_facts(|facts| facts.rejected_order_keeps_tag = false);
    client.placed("U7-2", json!({"pr": "300.00"})).await;
    client.placed("U7-2", json!({})).await;
    // Another account has tags of its own.
    let mut other = client.clone();
    other.spec = AccountSpec::numbered(8);
    other.sim.add_account(other.spec.clone());
    other.log_in().await;
    other.placed("U7-2", json!({})).await;
    for (for_ever, code) in [(true, 32), (false, 200)] {
        client.sim.change_facts(|facts| facts.tags_used_for_ever = for_ever);
        client.sim.set_now(crate::client::monday("09:30:00") + 86_400_000);
        let mut client = client.clone();
        client.log_in().await;
        assert_eq!(client.place("U7-2", json!({})).await.code(), code);
    }
}

#[tokio::test]
async fn an_untagged_order_gets_the_brokers_tag_where_it_is_taken() {
    let client = Client::with(Facts { blank_tag_refused: false, ..Facts::default() }).await;
    let number = client.placed("", json!({})).await;
    assert_eq!(client.row(&number).await["GuiOrdId"], "1793591411-100001-ZZZPH0007A-ADMINAPI");
}

#[tokio::test]
async fn a_modification_rewrites_the_tag_and_moves_the_time_and_a_cancellation_appends() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.advance(60_000);
    assert_eq!(
        client.modify(&number, json!({"pr": "248.00", "qt": "5"})).await.json()["nOrdNo"],
        number.as_str()
    );
    let row = client.row(&number).await;
    let names = ["GuiOrdId", "ordDtTm", "ordEntTm", "prc", "mfdBy"];
    let tag = "1793591471-100002-ZZZPH0007A-ADMINAPI";
    assert_eq!(
        figures(&row, names),
        [tag, "02-Nov-2026 09:21:11", "02-Nov-2026 09:20:11", "248.00", "ZZZPH0007A"]
    );
    assert_eq!(row["qty"], 5);
    client.sim.change_facts(|facts| {
        (facts.tag_rewritten_by_modify, facts.change_moves_time) = (false, false);
    });
    let number = client.placed("U7-2", json!({})).await;
    client.sim.advance(60_000);
    client.modify(&number, json!({})).await;
    let row = client.row(&number).await;
    assert_eq!(figures(&row, ["GuiOrdId", "ordDtTm"]), ["U7-2", "02-Nov-2026 09:21:11"]);
    client.cancel(&number, "NO").await;
    assert_eq!(client.row(&number).await["GuiOrdId"], "U7-2-1793591531");
    client.sim.change_facts(|facts| {
        (facts.tag_suffixed_by_cancel, facts.ord_mod_no_has_tag) = (false, true);
    });
    let number = client.placed("U7-3", json!({})).await;
    client.cancel(&number, "NO").await;
    assert_eq!(figures(&client.row(&number).await, ["GuiOrdId", "ordModNo"]), ["U7-3", "U7-3"]);
}

#[tokio::test]
async fn a_change_that_funds_do_not_allow_leaves_the_order_open_with_a_reason() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    let heard = client.modify(&number, json!({"qt": "4000"})).await;
    assert_eq!(heard.json()["stat"], "Ok");
    let row = client.row(&number).await;
    assert_eq!(figures(&row, ["ordSt", "qty"]), [json!("open"), json!(4)]);
    assert!(
        row["rejRsn"]
            .as_str()
            .unwrap()
            .starts_with("RMS:Margin Exceeds,Cash Available:100000.00,Additional margin required:896000.00")
    );
    client.sim.change_facts(|facts| facts.refused_change = RefusedChange::NotModified);
    client.modify(&number, json!({"qt": "4000"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "not modified");
    // It still lives.
    client.sim.set_price("DEMO-EQ", 24_900).unwrap();
    assert_eq!(client.row(&number).await["ordSt"], "complete");
}

#[tokio::test]
async fn a_total_below_what_is_filled_is_a_setting() {
    for (refused, status, quantity) in [(true, "open", 4), (false, "complete", 3)] {
        let client = Client::with(Facts { modify_below_filled_refused: refused, ..Facts::default() }).await;
        let number = client.placed("U7-1", json!({})).await;
        client.sim.fill(&number, 3, 25_000).unwrap();
        client.modify(&number, json!({"qt": "2", "pr": "250.00"})).await;
        let row = client.row(&number).await;
        assert_eq!(figures(&row, ["ordSt", "qty", "fldQty"]), [json!(status), json!(quantity), json!(3)]);
    }
}

#[tokio::test]
async fn a_finished_or_unknown_order_is_neither_changed_nor_cancelled() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    let finished =
        json!({"stCode": 1021, "errMsg": "order is completed", "stat": "please provide valid order number"});
    assert_eq!(client.cancel(&number, "NO").await.json(), finished);
    assert_eq!(client.modify(&number, json!({})).await.json(), finished);
    assert_eq!(client.cancel("261102000000999", "NO").await.code(), 5204);
    client.sim.change_facts(|facts| (facts.finished_order_code, facts.unknown_order_code) = (1006, 1006));
    assert_eq!(client.cancel(&number, "NO").await.code(), 1006);
    assert_eq!(client.modify("261102000000999", json!({})).await.code(), 1006);
}

#[tokio::test]
async fn a_cancelled_order_may_hold_fills() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.fill(&number, 1, 25_000).unwrap();
    client.cancel(&number, "NO").await;
    let row = client.row(&number).await;
    let names = ["ordSt", "fldQty", "cnlQty", "unFldSz"];
    assert_eq!(figures(&row, names), [json!("cancelled"), json!(1), json!(3), json!(0)]);
    assert!(client.sim.fill(&number, 1, 25_000).is_err());
}

#[tokio::test]
async fn a_market_order_becomes_a_limit_in_the_book() {
    let shown = [
        (MarketOrders::LimitShownAsLimit, "L", "253.25"),
        (MarketOrders::LimitShownAsMarket, "MKT", "253.25"),
        (MarketOrders::Market, "MKT", "0.00"),
    ];
    for (fact, kind, price) in shown {
        let client = Client::with(Facts { market_orders: fact, ..Facts::default() }).await;
        let number = client.placed("U7-1", json!({"pt": "MKT", "pr": "0"})).await;
        let row = client.row(&number).await;
        assert_eq!(figures(&row, ["prcTp", "prc", "ordSt", "avgPrc"]), [kind, price, "complete", "250.75"]);
    }
}

#[tokio::test]
async fn what_the_risk_system_does_not_allow_is_rejected_in_the_book() {
    let client = Client::with(Facts { orders_per_second: None, ..Facts::default() }).await;
    client.sim.set_price("DEMOT-BE", 1_000).unwrap();
    let cases = [
        (
            json!({"pr": "300.00"}),
            "RMS:Rule: Check circuit limit including square off order exceeds : Circuit breach, Order Price :300.00, Low Price Range:225.00 High Price Range:275.00",
        ),
        (
            json!({"qt": "4000"}),
            "RMS:Margin Exceeds,Cash Available:100000.00,Additional margin required:900000.00 for entity account-Z0007 across exchange across segment across product ",
        ),
        (json!({"qt": "1000000"}), "RMS:Rule: Check freeze quantity for entity account-Z0007"),
        (
            json!({"tt": "S"}),
            "RMS:Rule: Check T1 holdings including TT/BE/Z/T/TS ,No Holdings Present  for entity account-Z0007 across exchange for  segment CASH across product ",
        ),
        (json!({"pt": "SL-M", "pr": "0", "tp": "260.00"}), "Market order with Algo Id not allowed"),
        (json!({"pr": "250.02"}), "Order price is not a multiple of the tick size"),
        (
            json!({"es": "nse_fo", "ts": "DEMO26NOV250CE", "qt": "50", "pt": "MKT", "pr": "0", "pc": "NRML"}),
            "Market order is not allowed without a last traded price",
        ),
    ];
    for (place, (change, reason)) in cases.into_iter().enumerate() {
        let number = client.placed(&format!("U7-{place}"), change).await;
        assert_eq!(
            figures(&client.row(&number).await, ["ordSt", "rejRsn", "exOrdId"]),
            ["rejected", reason, "NA"]
        );
    }
}

#[tokio::test]
async fn shares_bought_today_can_be_sold_unless_they_are_trade_for_trade() {
    let client = Client::new().await;
    client.sim.set_price("DEMOT-BE", 1_000).unwrap();
    for (place, (symbol, price, status)) in
        [("DEMO-EQ", "251.00", "complete"), ("DEMOT-BE", "10.00", "rejected")].into_iter().enumerate()
    {
        client.placed(&format!("buy-{place}"), json!({"ts": symbol, "pr": price})).await;
        let sell = json!({"ts": symbol, "pr": if price == "10.00" { "10.00" } else { "250.00" }, "tt": "S"});
        let number = client.placed(&format!("sell-{place}"), sell).await;
        assert_eq!(client.row(&number).await["ordSt"], status, "{symbol}");
    }
}

#[tokio::test]
async fn settled_shares_are_sold_once_and_become_unsellable() {
    let client = Client::new().await;
    let held = HoldingSpec { symbol: "DEMO-EQ".to_owned(), quantity: 10, average: 24_000, pledged: 2 };
    client.sim.change_account("Z0007", |spec| spec.holdings.push(held)).unwrap();
    let open = client.placed("s1", json!({"tt": "S", "qt": "3", "pr": "260.00"})).await;
    let sold = client.placed("s2", json!({"tt": "S", "qt": "4", "pr": "250.00"})).await;
    let late = client.placed("s3", json!({"tt": "S", "qt": "2", "pr": "250.00"})).await;
    let states = [client.row(&open).await, client.row(&sold).await, client.row(&late).await];
    assert_eq!(states.map(|row| row["ordSt"].clone()), ["open", "complete", "rejected"]);
    let row = client.get("/portfolio/v1/holdings").await.json()["data"][0].clone();
    assert_eq!(figures(&row, ["quantity", "sellableQuantity"]), [10, 4]);
    client.sim.change_facts(|facts| facts.open_sells_lower_sellable = true);
    let row = client.get("/portfolio/v1/holdings").await.json()["data"][0].clone();
    assert_eq!(row["sellableQuantity"], 1);
}

#[tokio::test]
async fn proceeds_of_a_sale_can_be_spent_on_the_day_or_not() {
    for (usable, status) in [(true, "complete"), (false, "rejected")] {
        let client = Client::with(Facts { sale_proceeds_usable: usable, ..Facts::default() }).await;
        let held = HoldingSpec { symbol: "DEMO-EQ".to_owned(), quantity: 10, average: 24_000, pledged: 0 };
        let poor = |spec: &mut AccountSpec| (spec.cash, spec.holdings) = (0, vec![held]);
        client.sim.change_account("Z0007", poor).unwrap();
        client.placed("s1", json!({"tt": "S", "qt": "10"})).await;
        let number = client.placed("b1", json!({"pr": "250.75", "qt": "10"})).await;
        assert_eq!(client.row(&number).await["ordSt"], status);
    }
}

#[tokio::test]
async fn a_stop_waits_for_its_trigger() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({"pt": "SL", "tp": "252.00", "pr": "253.00"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "trigger pending");
    client.sim.set_price("DEMO-EQ", 25_195).unwrap();
    assert_eq!(client.row(&number).await["ordSt"], "trigger pending");
    client.sim.set_price("DEMO-EQ", 25_200).unwrap();
    assert_eq!(figures(&client.row(&number).await, ["ordSt", "avgPrc"]), ["complete", "252.00"]);
    client.sim.change_facts(|facts| facts.stop_market_rejected = false);
    let number = client.placed("U7-2", json!({"pt": "SL-M", "tp": "253.00", "pr": "0"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "trigger pending");
}

#[tokio::test]
async fn a_limit_of_zero_is_refused_or_gets_a_default_price() {
    let client = Client::with(Facts { zero_limit_gets_default_price: true, ..Facts::default() }).await;
    let number = client.placed("U7-1", json!({"pr": "0"})).await;
    assert_eq!(figures(&client.row(&number).await, ["prcTp", "prc"]), ["L", "253.25"]);
}

#[tokio::test]
async fn orders_of_the_app_stand_in_the_same_book_with_numbers_as_texts() {
    let client = Client::new().await;
    let order = AppOrder {
        symbol: "DEMO-EQ".into(),
        side: Side::Buy,
        quantity: 2,
        price: 25_000,
        product: "CNC".into(),
    };
    let number = client.sim.place_in_app("Z0007", &order).unwrap();
    let row = client.row(&number).await;
    assert_eq!(
        figures(&row, ["qty", "fldQty", "stat", "ordSt", "ordSrc", "ordModNo"]),
        ["2", "0", "Ok", "open", "ADMINCPPAPI_MOB", ""]
    );
    assert!(row["GuiOrdId"].as_str().unwrap().ends_with("-ZZZPH0007A-ADMINAPI"));
    assert!(client.sim.arrivals().is_empty());
}

#[tokio::test]
async fn one_order_and_its_history_are_asked_by_number_and_only_by_its_owner() {
    let client = Client::new().await;
    let first = client.placed("U7-1", json!({})).await;
    client.placed("U7-2", json!({})).await;
    let one = rows(&client.get(&format!("/quick/user/orders/{first}")).await);
    assert_eq!((one.len(), &one[0]["GuiOrdId"]), (1, &json!("U7-1")));
    let mut other = client.clone();
    other.spec = AccountSpec::numbered(8);
    other.sim.add_account(other.spec.clone());
    other.log_in().await;
    assert_eq!(other.get(&format!("/quick/user/orders/{first}")).await.code(), 5203);
    assert_eq!(other.post("/quick/order/history", &json!({"nOrdNo": first})).await.code(), 5203);
    assert_eq!(other.cancel(&first, "NO").await.code(), 5204);
}

#[tokio::test]
async fn each_call_that_trades_is_an_arrival_with_its_time_and_what_became_of_it() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.advance(5);
    client.place("U7-1", json!({})).await;
    client.cancel(&number, "NO").await;
    let arrivals = client.sim.arrivals();
    let at = crate::client::monday("09:20:11");
    assert_eq!(arrivals.iter().map(|arrival| arrival.at - at).collect::<Vec<i64>>(), [0, 5, 5]);
    assert_eq!((&arrivals[0].effect, &arrivals[0].order), (&Effect::Taken, &Some(number.clone())));
    assert!(matches!(&arrivals[1].effect, Effect::Refused(body) if body.contains("already exists")));
    assert_eq!((&arrivals[2].tag, &arrivals[2].order), (&None, &Some(number)));
    assert_eq!(client.sim.orders("Z0007")[0].status, Status::Cancelled);
}

#[tokio::test]
async fn the_eleventh_order_of_a_second_is_one_too_many() {
    let client = Client::new().await;
    for place in 0..10 {
        client.placed(&format!("U7-{place}"), json!({"pr": "249.00", "qt": "1"})).await;
    }
    let heard = client.place("U7-10", json!({})).await;
    let body = json!({"code": 429, "error": "Rate limit exceeded", "message": "too many request received"});
    assert_eq!((heard.status, heard.json()), (429, body));
    client.sim.advance(1000);
    assert_eq!(client.place("U7-11", json!({})).await.code(), 200);
    // Reports are counted for themselves, if at all.
    client.sim.change_facts(|facts| facts.other_calls_per_second = Some(1));
    assert_eq!(client.get("/quick/user/orders").await.status, 200);
    assert_eq!(client.get("/quick/user/orders").await.status, 429);
}
