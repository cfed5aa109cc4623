//! A calendar of the database that cannot be read any more.

use std::fs;
use std::path::Path;

use prahari_domain::calendar::UnknownDays;
use prahari_store::NotificationFilter;
use serde_json::Value;

use super::house::console::Console;
use super::house::{ADMIN, MONDAY, TestHost, at, day, run, stop};
use super::{LIST_OF_2027, import};

/// Writes `damaged` over the last place in the file at which `written` stands.
fn overwrite(file: &Path, written: &str, damaged: &[u8]) {
    let mut bytes = fs::read(file).unwrap();
    let written = written.as_bytes();
    let found = (0..bytes.len() - written.len()).rev().find(|at| bytes[*at..].starts_with(written));
    let place = found.unwrap();
    bytes[place..place + damaged.len()].copy_from_slice(damaged);
    fs::write(file, bytes).unwrap();
}

async fn told(console: &Console) -> usize {
    let all = NotificationFilter { limit: 100, ..NotificationFilter::default() };
    let messages = console.daemon.store.user(ADMIN).notifications(all).await.unwrap();
    let is_about =
        |body: &str| body.starts_with("version 2 of the calendar in the database cannot be read: ");
    messages.iter().filter(|message| is_about(&message.row.body)).count()
}

async fn health(console: &Console) -> Value {
    console.nobody().get("/api/v1/system/health").await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_calendar_is_an_alert_of_the_installation_until_another_is_brought() {
    let of_document = (r#""as_of": "2026-12-12""#, br#""as_of": "2026-13-12""#.as_slice());
    let of_row = ("operator2026-12-12", b"operator2026-13-12".as_slice());
    let no_text = ("operator2026-12-12", b"operator\xff026-12-12".as_slice());
    for ((written, damaged), listed) in [(of_document, 3), (of_row, 2), (no_text, 2)] {
        let house = TestHost::new(1);
        let daemon = house.start(at(MONDAY, "08:50")).await;
        import(&daemon, LIST_OF_2027).await.unwrap();
        stop(daemon).await;
        overwrite(&house.database(), written, damaged);

        let daemon = house.start(at(MONDAY, "08:51")).await;
        let opened = prahari_app::calendar::open(&daemon.store, UnknownDays::Session).await.unwrap();
        assert_eq!(opened.current().covers().1, day("2026-12-31"), "the one that ships takes its place");
        run(&daemon, at(MONDAY, "08:55")).await;
        let console = Console::over(house, daemon).await;
        let seen = health(&console).await;
        assert_eq!(
            (&seen["status"], &seen["alerts"][0]["code"]),
            (&"attention".into(), &"calendar_damaged".into())
        );
        let detail = seen["alerts"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with("version 2 of the calendar in the database cannot be read: "), "{detail}");
        assert!(detail.contains("the calendar that ships with the program takes its place"), "{detail}");
        assert_eq!(told(&console).await, 1);

        // Everything that mends it goes on as usual.
        let admin = console.admin().await;
        assert_eq!(admin.get("/api/v1/calendar/versions").await.ok()["newest"], 2);
        let list: Value = serde_json::from_str(LIST_OF_2027).unwrap();
        admin.post("/api/v1/calendar?expected_version=2", list).await.ok();
        assert_eq!(health(&console).await["status"], "ok");
        let versions = admin.get("/api/v1/calendar/versions").await.ok();
        assert_eq!((&versions["newest"], versions["items"].as_array().unwrap().len()), (&3.into(), listed));
        let house = console.stop().await;
        let daemon = house.start(at(MONDAY, "08:56")).await;
        run(&daemon, at(MONDAY, "08:58")).await;
        assert!(!daemon.store.system().has_open_alerts().await.unwrap());
        stop(daemon).await;
    }
}
