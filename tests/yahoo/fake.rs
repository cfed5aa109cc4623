//! The fake against what is known of the interface.

use serde_json::Value;

use crate::fake_yahoo::Mood;
use crate::house::http_client::http_client;
use crate::world::{FRIDAY, World, at, day, weekdays};

/// Asks as a browser does; status and text.
async fn ask(world: &World, path: &str, agent: &str) -> (u16, String) {
    let url = format!("{}/v8/finance/chart/{path}", world.fake.url());
    let answer = http_client().get(url).header("user-agent", agent).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64)";

/// 2025-01-02 and 2025-01-04, midnight in India.
const TWO_DAYS: &str = "period1=1735756200&period2=1735929000&interval=1d";

#[tokio::test]
async fn a_chart_has_parallel_columns_stamped_with_the_open() {
    let world = World::of(&[("M&M", weekdays("2024-12-30", FRIDAY, 1_465))], at(FRIDAY, "18:00")).await;
    world.fake.add_phantoms(&[day("2025-01-02")]);
    let (status, text) = ask(&world, &format!("M%26M.NS?{TWO_DAYS}"), BROWSER).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    let result = &answer["chart"]["result"][0];
    assert_eq!((status, &result["meta"]["symbol"]), (200, &Value::from("M&M.NS")));
    assert_eq!(result["timestamp"], serde_json::json!([1_735_789_500, 1_735_875_900]));
    let quote = &result["indicators"]["quote"][0];
    assert_eq!(quote["volume"], serde_json::json!([0, 1_000]));
    assert_eq!(quote["close"][1].as_f64(), Some(1_465.0));
    assert_eq!(answer["chart"]["error"], Value::Null);
}

#[tokio::test]
async fn refusals_have_the_status_and_words_of_the_interface() {
    let world = World::of(&[("ABC", weekdays("2024-12-30", FRIDAY, 100))], at(FRIDAY, "18:00")).await;
    let said = async |path: &str| {
        let (status, text) = ask(&world, path, BROWSER).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        (status, answer["chart"]["error"]["description"].as_str().unwrap().to_owned())
    };
    let missing = said(&format!("NONE.NS?{TWO_DAYS}")).await;
    assert_eq!(missing, (404, "No data found, symbol may be delisted".to_owned()));
    let before = said("ABC.NS?period1=1565740800&period2=1596067200&interval=1d").await;
    let words = "Data doesn't exist for startDate = 1565740800, endDate = 1596067200";
    assert_eq!(before, (400, words.to_owned()));
    assert_eq!(said("ABC.NS?period1=1&period2=2&interval=5h").await.0, 400);
    assert_eq!(said("ABC.NS?period1=1735756200&period2=1736600000&interval=1m").await.0, 422);
    assert_eq!(said("ABC.NS?period1=1700000000&period2=1700000600&interval=1m").await.0, 422);
}

#[tokio::test]
async fn a_library_and_who_asks_too_often_are_locked_out_for_a_quarter_of_an_hour() {
    let world = World::of(&[("ABC", weekdays("2024-12-30", FRIDAY, 100))], at(FRIDAY, "18:00")).await;
    let path = format!("ABC.NS?{TWO_DAYS}");
    let (status, text) = ask(&world, &path, "python-requests/2.32").await;
    assert_eq!((status, text.trim()), (429, "Too Many Requests"));
    world.fake.limit(3, 10_000);
    let mut statuses = Vec::new();
    for minute in [1, 1, 1, 1, 15, 16] {
        world.pace.set(at(FRIDAY, "18:00").plus_minutes(minute));
        statuses.push(ask(&world, &path, BROWSER).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 200]);
}

#[tokio::test]
async fn an_outage_is_a_page_with_a_good_status() {
    let world = World::of(&[], at(FRIDAY, "18:00")).await;
    world.fake.set_mood(Mood::Page);
    let (status, text) = ask(&world, &format!("ABC.NS?{TWO_DAYS}"), BROWSER).await;
    assert_eq!(status, 200);
    assert!(text.contains("Will be right back"), "{text}");
}
