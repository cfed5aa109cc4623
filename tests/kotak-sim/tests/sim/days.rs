//! Hours, evenings, nights: AMO, what the book forgets, what is settled.

use kotak_sim::{AmoCancel, Facts};
use serde_json::{Value, json};

use crate::client::{Client, monday, rows};

const DAY: i64 = 86_400_000;

async fn at(facts: Facts, now: i64) -> Client {
    let mut client = Client::stranger(facts, now).await;
    client.log_in().await;
    client
}

#[tokio::test]
async fn a_regular_order_out_of_hours_ends_rejected() {
    for time in ["08:59:59", "15:30:00", "20:00:00"] {
        let client = at(Facts::default(), monday(time)).await;
        let number = client.placed("U7-1", json!({})).await;
        let row = client.row(&number).await;
        assert_eq!(
            (&row["ordSt"], &row["rejRsn"]),
            (&json!("rejected"), &json!("ADAPTER is down")),
            "{time}"
        );
    }
}

#[tokio::test]
async fn orders_of_the_pre_open_match_when_the_market_opens() {
    let client = at(Facts::default(), monday("09:05:00")).await;
    let number = client.placed("U7-1", json!({"pr": "251.00"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "open");
    client.sim.set_now(monday("09:15:00"));
    let row = client.row(&number).await;
    assert_eq!((&row["ordSt"], &row["exCfmTm"]), (&json!("complete"), &json!("02-Nov-2026 09:05:00")));
}

#[tokio::test]
async fn an_amo_of_the_evening_keeps_its_number_and_goes_out_in_the_morning() {
    let mut client = at(Facts::default(), monday("16:05:10")).await;
    let number = client.placed("U7-1", json!({"am": "YES"})).await;
    assert_eq!(number, "261102000000001");
    let row = client.row(&number).await;
    assert_eq!(
        (&row["ordSt"], &row["ordGenTp"], &row["exOrdId"]),
        (&json!("after market order req received"), &json!("AMO"), &json!("NA"))
    );
    client.sim.set_now(monday("08:50:00") + DAY);
    client.log_in().await;
    client.modify(&number, json!({"am": "YES", "pr": "251.00"})).await;
    assert_eq!(client.row(&number).await["ordSt"], "modify after market order req received");
    client.sim.set_now(monday("09:00:00") + DAY);
    assert_eq!(client.row(&number).await["ordSt"], "open");
    client.sim.set_now(monday("09:15:00") + DAY);
    let row = client.row(&number).await;
    assert_eq!((&row["ordSt"], &row["ordEntTm"]), (&json!("complete"), &json!("02-Nov-2026 16:05:10")));
}

#[tokio::test]
async fn an_amo_without_margin_is_rejected_when_it_is_released() {
    let mut client = at(Facts::default(), monday("16:05:10")).await;
    let number = client.placed("U7-1", json!({"am": "YES"})).await;
    client.sim.change_account("Z0007", |spec| spec.cash = 0).unwrap();
    client.sim.set_now(monday("09:00:00") + DAY);
    client.log_in().await;
    let row = client.row(&number).await;
    assert!(row["rejRsn"].as_str().unwrap().starts_with("RMS:Margin Exceeds"), "{row}");
}

#[tokio::test]
async fn an_amo_waits_over_the_weekend_and_a_holiday() {
    // The Friday before.
    let mut client = at(Facts::default(), monday("16:05:10") - 3 * DAY).await;
    client.sim.add_holiday("2026-11-02").unwrap();
    let number = client.placed("U7-1", json!({"am": "YES"})).await;
    for (days, status) in
        [(1, "after market order req received"), (3, "after market order req received"), (4, "open")]
    {
        client.sim.set_now(monday("09:01:00") + (days - 3) * DAY);
        client.log_in().await;
        assert_eq!(client.row(&number).await["ordSt"], status, "{days} days later");
    }
}

#[tokio::test]
async fn which_cancellation_of_an_amo_works_depends_on_its_release_and_the_facts() {
    let cases = [
        (AmoCancel::AsRegular, "YES", 91_400),
        (AmoCancel::AsRegular, "NO", 200),
        (AmoCancel::Either, "YES", 200),
        (AmoCancel::Refused, "NO", 91_400),
    ];
    for (fact, am, code) in cases {
        let facts = Facts { amo_cancel_after_release: fact, ..Facts::default() };
        let mut client = at(facts, monday("16:05:10")).await;
        let number = client.placed("U7-1", json!({"am": "YES"})).await;
        client.sim.set_now(monday("09:16:00") + DAY);
        client.log_in().await;
        assert_eq!(client.cancel(&number, am).await.code(), code, "{fact:?} {am}");
    }
    let client = at(Facts { amo_cancel_needs_symbol: true, ..Facts::default() }, monday("16:05:10")).await;
    let number = client.placed("U7-1", json!({"am": "YES"})).await;
    assert_eq!(client.cancel(&number, "NO").await.code(), 1006);
    assert_eq!(client.cancel(&number, "YES").await.code(), 1006);
    let with_symbol = json!({"on": number, "am": "YES", "ts": "DEMO-EQ"});
    assert_eq!(client.post("/quick/order/cancel", &with_symbol).await.code(), 200);
    assert_eq!(client.row(&number).await["ordSt"], "cancelled after market order");
}

#[tokio::test]
async fn an_amo_in_market_hours_is_rejected_or_taken_as_a_regular_order() {
    for (rejected, status) in [(true, "rejected"), (false, "open")] {
        let client =
            at(Facts { amo_in_session_rejected: rejected, ..Facts::default() }, monday("10:00:00")).await;
        let number = client.placed("U7-1", json!({"am": "YES"})).await;
        assert_eq!(client.row(&number).await["ordSt"], status);
    }
}

#[tokio::test]
async fn nothing_rests_over_the_close() {
    let client = Client::new().await;
    let number = client.placed("U7-1", json!({})).await;
    client.sim.set_now(monday("15:30:00"));
    assert_eq!(client.row(&number).await["ordSt"], "cancelled");
}

#[tokio::test]
async fn the_book_forgets_at_midnight_or_in_the_morning() {
    for (clears_at, at_six) in [(0, 0), (7 * 3_600_000, 1)] {
        let mut client =
            at(Facts { book_clears_at: clears_at, ..Facts::default() }, monday("10:00:00")).await;
        client.placed("U7-1", json!({"pr": "251.00"})).await;
        client.sim.set_now(monday("06:00:00") + DAY);
        client.log_in().await;
        assert_eq!(client.book().await.len(), at_six);
        client.sim.set_now(monday("07:00:00") + DAY);
        assert_eq!(client.book().await.len(), 0);
    }
}

#[tokio::test]
async fn what_was_traded_is_held_and_paid_on_the_next_trading_day() {
    // A Friday: the position stays over the weekend.
    let mut client = at(Facts::default(), monday("10:00:00") - 3 * DAY).await;
    client.placed("U7-1", json!({"pr": "251.00"})).await;
    let quantities =
        |rows: &[Value], name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<Value>>();
    client.sim.set_now(monday("10:00:00") - DAY);
    client.log_in().await;
    assert_eq!(quantities(&rows(&client.get("/quick/user/positions").await), "flBuyQty"), ["4"]);
    client.sim.set_now(monday("08:00:00"));
    client.log_in().await;
    assert_eq!(client.get("/quick/user/positions").await.code(), 5203);
    let held = client.get("/portfolio/v1/holdings").await.json()["data"][0].clone();
    assert_eq!((&held["quantity"], &held["averagePrice"]), (&json!(4), &json!(250.75)));
    let all = json!({"seg": "ALL", "exch": "ALL", "prod": "ALL"});
    let limits = client.post("/quick/user/limits", &all).await.json();
    assert_eq!((&limits["CollateralValue"], &limits["MarginUsed"]), (&json!("98997"), &json!("0")));
    assert_eq!(client.sim.cash("Z0007").unwrap(), 9_899_700);
    assert_eq!(client.sim.holdings("Z0007")[0].net, 4);
}

#[tokio::test]
async fn contracts_are_carried_at_the_last_price_of_the_day() {
    let mut client = Client::new().await;
    client.sim.set_price("DEMO26NOVFUT", 20_000).unwrap();
    let future = json!({"es": "nse_fo", "ts": "DEMO26NOVFUT", "qt": "50", "pr": "200.00", "pc": "NRML"});
    client.placed("U7-1", future).await;
    client.sim.set_price("DEMO26NOVFUT", 20_350).unwrap();
    client.sim.set_now(monday("09:30:00") + DAY);
    client.log_in().await;
    let row = rows(&client.get("/portfolio/v2/positions").await)[0].clone();
    let figures = ["cfBuyQty", "cfBuyAmt", "flBuyQty", "type", "lotSz"].map(|name| row[name].clone());
    assert_eq!(figures, ["50", "10175.00", "0", "FUTSTK", "50"]);
}

#[tokio::test]
async fn a_jump_of_days_does_everything_in_its_order_and_the_same_each_time() {
    let run = || async {
        let mut client = at(Facts::default(), monday("16:05:00")).await;
        client.sim.set_step(500);
        let first = client.placed("U7-1", json!({"am": "YES", "pr": "251.00"})).await;
        client.placed("U7-2", json!({"am": "YES"})).await;
        client.sim.set_now(monday("12:00:00") + DAY);
        client.log_in().await;
        let history = rows(&client.post("/quick/order/history", &json!({"nOrdNo": first})).await);
        let times: Vec<(Value, Value)> =
            history.iter().map(|row| (row["ordSt"].clone(), row["flDtTm"].clone())).collect();
        (times, format!("{:?}", client.sim.orders("Z0007")))
    };
    let (once, again) = (run().await, run().await);
    assert_eq!(once, again);
    let (times, _) = once;
    assert_eq!(times[0], (json!("complete"), json!("03-Nov-2026 09:15:00")));
    assert_eq!(times[1], (json!("open"), json!("03-Nov-2026 09:00:01")));
    assert_eq!(times.last().unwrap().0, "after market order req received");
}
