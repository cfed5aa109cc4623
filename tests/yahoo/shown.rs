//! Bars of the past that came otherwise, as an admin reads them.

use std::sync::Arc;

use prahari_app::bar_cache::DatabaseBarCache;
use reqwest::Method;
use serde_json::{Value, json};

use crate::house::console::{Client, Console};
use crate::house::{MONDAY, TestHost, at};
use crate::world::{FRIDAY, THURSDAY, World, closes, day, weekdays};

const PATH: &str = "/api/v1/system/market/restatements";

/// Every item, so many on a page.
async fn all(client: &Client, filter: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{PATH}?limit={limit}{filter}{cursor}")).await.ok();
        let found = page["items"].as_array().unwrap();
        assert!(found.len() <= limit);
        items.extend(found.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", next.replace('&', "%26")),
            None => return items,
        }
    }
}

#[tokio::test]
async fn what_came_otherwise_is_told_bar_by_bar_with_what_changed() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "18:00")).await;
    let console = Console::over(house, daemon.clone()).await;
    let first = ["M&M", "ABC"].map(|name| (name, weekdays("2024-12-30", THURSDAY, 100)));
    let mut world = World::of(&first, at(THURSDAY, "18:00")).await;
    world.cache = Arc::new(DatabaseBarCache::new(daemon.store.clone()));
    for name in ["ABC", "M&M"] {
        closes(&world.market(), name, at(THURSDAY, "18:00")).await;
    }
    let admin = console.admin().await;
    assert_eq!(all(&admin, "", 50).await, Vec::<Value>::new());
    // A volume of one share, and a split of the other a while later.
    world.fake.change(|days| {
        let bars = days.get_mut("M&M").unwrap();
        bars.iter_mut().find(|bar| bar.day == day(THURSDAY)).unwrap().volume = 1_234;
        bars.extend(weekdays(FRIDAY, FRIDAY, 100));
        days.insert("ABC".to_owned(), weekdays("2024-12-30", FRIDAY, 50));
    });
    for (name, time) in [("M&M", "18:00"), ("ABC", "18:30")] {
        world.pace.set(at(FRIDAY, time));
        closes(&world.market(), name, at(FRIDAY, time)).await;
    }
    daemon.store.flush().await.unwrap();
    let items = all(&admin, "", 50).await;
    let told: Vec<_> =
        items.iter().map(|item| (item["symbol"].as_str().unwrap(), item["day"].as_str().unwrap())).collect();
    let split = ["2025-01-02", "2025-01-01", "2024-12-31", "2024-12-30"].map(|day| ("ABC", day));
    assert_eq!(told, [&split[..], &[("M&M", THURSDAY)]].concat());
    let (halved, volume) = (&items[0], &items[4]);
    assert_eq!(halved["changed"], json!(["open", "high", "low", "close"]));
    assert_eq!(
        (&halved["before"]["close_paise"], &halved["after"]["close_paise"]),
        (&json!(10_000), &json!(5_000))
    );
    assert_eq!((&volume["changed"], &volume["source"]), (&json!(["volume"]), &json!("yahoo")));
    assert_eq!((&volume["before"]["volume"], &volume["after"]["volume"]), (&json!(1_000), &json!(1_234)));
    assert_eq!(volume["restated_at"], "2025-01-03T18:00:00.000+05:30");
    // Page by page, also in the middle of a year; and of one share.
    for limit in [1, 2, 3] {
        assert_eq!(all(&admin, "", limit).await, items, "{limit}");
    }
    assert_eq!(all(&admin, "&symbol=M%26M", 50).await, items[4..]);
    let request = admin.request(Method::GET, PATH).header("accept", "text/csv");
    let table = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(table.lines().count(), 6, "{table}");
    let first = "restated_at,source,symbol,day,changed,before.close_paise,after.close_paise,";
    assert!(table.starts_with(first), "{table}");
    console.stop().await;
}
