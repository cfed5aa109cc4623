//! What people see of open alerts and of days that no list of holidays knows: among alerts, in health, in messages
//! and in the report of a simulation.

use std::process::Output;

use prahari_domain::calendar::UnknownDays;
use prahari_store::{AlertCode, NewAlert, NotificationFilter};
use serde_json::{Value, json};

use super::house::console::Console;
use super::house::{ADMIN, OTHER, TestHost, at, run};
use super::support::{read_json, run_well, stderr};

/// A console on the first Monday that is not known.
async fn beyond(unknown_days: UnknownDays) -> Console {
    let house = TestHost::new(2);
    let daemon = house.start(at("2027-01-04", "09:10")).await;
    let calendar = (*daemon.trading.calendar.current()).clone().with_unknown_days(unknown_days);
    daemon.trading.calendar.replace(calendar);
    run(&daemon, at("2027-01-04", "09:20")).await;
    Console::over(house, daemon).await
}

fn codes(alerts: &Value) -> Vec<(&Value, &str)> {
    let alerts = alerts["items"].as_array().unwrap();
    alerts.iter().map(|alert| (&alert["user"], alert["code"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn open_alerts_and_what_is_presumed_are_told_to_those_whom_it_concerns() {
    let console = beyond(UnknownDays::Session).await;
    let alert = |user| NewAlert {
        code: AlertCode::PriceMissing,
        user: Some(user),
        subject: "INFY".to_owned(),
        detail: "INFY has no price".to_owned(),
    };
    console.daemon.notices.raise(alert(ADMIN)).await.unwrap();
    console.daemon.notices.raise(alert(OTHER)).await.unwrap();

    let (admin, user) = (console.admin().await, console.user().await);
    let whole = admin.get("/api/v1/system/alerts?open=true").await.ok();
    let (everybody, one, other) = (Value::Null, json!(ADMIN.0), json!(OTHER.0));
    assert_eq!(
        codes(&whole),
        [(&other, "price_missing"), (&one, "price_missing"), (&everybody, "calendar_ends")]
    );
    let own = user.get("/api/v1/alerts?open=true").await.ok();
    assert_eq!(codes(&own), [(&other, "price_missing")], "only their own");
    for caller in [&admin, &user] {
        let now = caller.get("/api/v1/calendar/now").await.ok();
        assert_eq!(now["today"]["note"], "presumed: no holidays are known after 2026-12-31");
        assert_eq!(now["today"]["open"], true);
        assert_eq!(now["known_through"], "2026-12-31");
    }
    let ends = whole["items"][2]["detail"].as_str().unwrap();
    assert!(ends.contains("weekdays after it are presumed to be sessions"), "{ends}");

    let health = console.nobody().get("/api/v1/system/health").await.ok();
    assert_eq!(health["day_note"], "presumed: no holidays are known after 2026-12-31");
    assert_eq!((&health["known_through"], &health["status"]), (&json!("2026-12-31"), &json!("attention")));
    assert_eq!(health["alerts"][0]["code"], "calendar_ends", "what concerns everybody is told to everybody");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_unknown_days_are_closed_nothing_is_said_to_be_presumed() {
    let console = beyond(UnknownDays::Closed).await;
    let admin = console.admin().await;
    let now = admin.get("/api/v1/calendar/now").await;
    let note = now.ok()["today"]["note"].clone();
    assert_eq!(note, "closed because no holidays are known after 2026-12-31");
    let all = NotificationFilter { limit: 100, ..NotificationFilter::default() };
    let told = console.daemon.store.user(ADMIN).notifications(all).await.unwrap();
    let told: Vec<String> = told.into_iter().map(|message| message.row.body).collect();
    assert!(told.iter().any(|body| body.contains("every day after it is closed")), "{told:?}");
    let health = console.nobody().get("/api/v1/system/health").await.text;
    for said in [note.to_string(), health, told.concat()] {
        assert!(!said.contains("presumed"), "{said}");
    }
    console.stop().await;
}

/// The simulation of the turn of the year, with its report.
fn across_the_year(more: &[&str]) -> (Output, Value) {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let fixed = ["simulate", "--from", "2026-12-30", "--to", "2027-01-06", "--users", "1", "--json"];
    let output = run_well(&[fixed.as_slice(), &[report.to_str().unwrap()], more].concat());
    (output, read_json(&report))
}

#[test]
fn the_report_of_a_simulation_says_which_days_nobody_knew() {
    let (output, report) = across_the_year(&[]);
    let note = "4 weekdays after 2026-12-31 are presumed to be sessions: no holidays of them are known";
    assert_eq!(
        report["days"],
        json!({ "known_through": "2026-12-31", "sessions": 6, "unknown": 4, "note": note })
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.lines().any(|line| line == note), "{printed}");

    let (output, report) = across_the_year(&["--unknown-days", "closed"]);
    let note = "4 weekdays after 2026-12-31 are taken for closed days: no holidays of them are known";
    assert_eq!(
        report["days"],
        json!({ "known_through": "2026-12-31", "sessions": 2, "unknown": 4, "note": note })
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.lines().any(|line| line == note), "{printed}");
    for said in [printed.into_owned(), stderr(&output), report.to_string()] {
        assert!(!said.contains("presumed"), "{said}");
    }
}
