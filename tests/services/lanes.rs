//! The day as lanes: the same as the ledger says, and whoever has trouble first.

use prahari_app::watchdog::Watchdog;
use serde_json::{Value, json};

use crate::move_to;
use crate::support::console::{Client, Console};
use crate::support::{MONDAY, OTHER, at, run, slots, start_services};

/// The users of every page, asked for one by one.
async fn each_page(admin: &Client, query: &str) -> Vec<u64> {
    let (mut users, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/system/lanes?limit=1{query}{cursor}")).await.ok();
        users.extend(page["items"].as_array().unwrap().iter().map(|of| of["user"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { return users };
        cursor = format!("&cursor={next}");
    }
}

fn lane(lanes: &Value, task: &str) -> Value {
    lanes["tasks"].as_array().unwrap().iter().find(|lane| lane["task"] == task).unwrap().clone()
}

#[tokio::test]
async fn lanes_say_what_the_ledger_says_and_each_minute_of_a_session_once() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    start_services(daemon).await;
    run(daemon, at(MONDAY, "12:00")).await;
    move_to(daemon, at(MONDAY, "12:00")).await;
    let lanes = user.get("/api/v1/slots/lanes?date=2025-03-10").await.ok();
    let rows = slots(daemon, OTHER, MONDAY).await;
    let drawn: usize =
        lanes["tasks"].as_array().unwrap().iter().map(|lane| lane["slots"].as_array().unwrap().len()).sum();
    assert_eq!((rows.len(), drawn), (12, 12), "{lanes:#}");
    for row in &rows {
        let state = row.outcome.map_or("due", prahari_store::SlotOutcome::name);
        let slots = lane(&lanes, row.task.name())["slots"].clone();
        let due = format!("2025-03-10T{}.000+05:30", row.due_at.ist_time().format("%H:%M:%S"));
        let found = slots.as_array().unwrap().iter().find(|slot| slot[0] == due).unwrap();
        assert_eq!(found[1], state, "{row:?}");
        assert_eq!(found[2].as_u64(), row.run.map(|run| run.0), "{row:?}");
    }
    let ran = json!(["ran", "2025-03-10T09:15:00.000+05:30", 165]);
    let due = json!(["due", "2025-03-10T12:00:00.000+05:30", 210]);
    assert_eq!(lane(&lanes, "sell_monitor")["ticks"], json!([ran, due]));
    assert_eq!(lane(&lanes, "buy_orders")["ticks"], json!([]));
    // An admin is answered the same of everybody, page by page too.
    let all = admin.get("/api/v1/system/lanes").await.ok();
    let mut lanes = lanes;
    let mornings = lanes.as_object_mut().unwrap().remove("mornings").unwrap();
    assert_eq!(mornings["due_at"], "2025-03-10T08:40:00.000+05:30", "of one user with the doctor's morning");
    assert_eq!(all["items"][1], lanes, "it is the same day for an admin");
    assert_eq!((all["items"].as_array().unwrap().len(), &all["next"]), (3, &Value::Null));
    assert_eq!(each_page(&admin, "").await, [1, 2, 3]);
    let name = daemon.users.find(OTHER).unwrap().name.clone();
    let named = daemon.users.all().into_iter().filter(|user| user.name.contains(&name));
    let named: Vec<u64> = named.map(|user| user.id.0).collect();
    assert_eq!(each_page(&admin, &format!("&q={}", name.to_uppercase())).await, named);
    assert_eq!(each_page(&admin, "&q=nobody-is-called-that").await, Vec::<u64>::new());
    let yesterday = admin.get("/api/v1/system/lanes?date=2025-03-07").await.ok();
    assert!(yesterday["items"].as_array().unwrap().iter().all(|user| user["tasks"] == json!([])));
}

#[tokio::test]
async fn whoever_has_trouble_comes_first() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    run(daemon, at(MONDAY, "08:51")).await;
    daemon.services.start_service(OTHER).await.unwrap();
    let mut watchdog = Watchdog::new(&daemon.maintenance);
    // From here on nobody runs the scheduler, so the slot of 09:00 is not seen.
    move_to(daemon, at(MONDAY, "09:10")).await;
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap().len(), 1);
    let lanes = user.get("/api/v1/slots/lanes").await.ok();
    let expected = json!([["2025-03-10T09:00:00.000+05:30", "overdue", null]]);
    assert_eq!(lane(&lanes, "premarket_retry")["slots"], expected);
    let counts = |of: &Value| json!([of["troubled_slots"], of["open_alerts"], of["unknown_orders"]]);
    assert_eq!((counts(&lanes), &lanes["running"]), (json!([1, 1, 0]), &json!(true)));
    let all = admin.get("/api/v1/system/lanes").await.ok();
    let tasks = |of: &Value| of["tasks"].clone();
    assert_eq!((&all["items"][0]["user"], tasks(&all["items"][0])), (&lanes["user"], tasks(&lanes)));
    assert_eq!(counts(&all["items"][0]), counts(&lanes));
    assert_eq!(counts(&all["items"][1]), json!([0, 0, 0]));
    // Every row about several users names the one that it is about.
    let name = json!(daemon.users.find(OTHER).unwrap().name);
    for path in ["system/slots?user=2", "system/alerts", "slots?user=2", "alerts?user=2"] {
        let rows = admin.get(&format!("/api/v1/{path}")).await.ok();
        assert_eq!(rows["items"][0]["user_name"], name, "{path}: {rows}");
    }
    let services = admin.get("/api/v1/service/status").await.ok();
    assert_eq!((&services["items"][1]["user"], &services["items"][1]["user_name"]), (&json!(2), &name));
    assert_eq!(admin.get("/api/v1/system/slots/day").await.ok()["troubled"][0]["user_name"], name);
    assert_eq!(each_page(&admin, "").await, [2, 1, 3]);
    assert_eq!(each_page(&admin, "&trouble=true").await, [2]);
    assert_eq!(each_page(&admin, "&trouble=false").await, [1, 3]);
    let wrong = admin.get("/api/v1/system/lanes?cursor=7.1").await;
    assert_eq!(wrong.problem(), (400, "invalid_request".to_owned()));
}
