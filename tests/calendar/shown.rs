//! What people see of open alerts and of days that no list of holidays knows: on the page, in health, in messages
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

fn codes(overview: &Value) -> Vec<(&Value, &str)> {
    let alerts = overview["alerts"].as_array().unwrap();
    alerts.iter().map(|alert| (&alert["about"], alert["code"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_open_alerts_and_what_is_presumed_to_those_whom_it_concerns() {
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
    let whole = admin.get("/api/v1/system/overview").await.ok();
    let (everybody, other) = (Value::Null, json!("user2"));
    assert_eq!(
        codes(&whole),
        [(&other, "price_missing"), (&json!("admin"), "price_missing"), (&everybody, "calendar_ends")]
    );
    let own = user.get("/api/v1/system/overview").await.ok();
    assert_eq!(codes(&own), [(&other, "price_missing"), (&everybody, "calendar_ends")], "only their own");
    for overview in [&whole, &own] {
        assert_eq!(overview["note"], "presumed: no holidays are known after 2026-12-31");
        assert_eq!((&overview["trading_day"], &overview["more_alerts"]), (&json!(true), &json!(false)));
        assert_eq!(overview["known_through"], "2026-12-31");
    }
    let ends = whole["alerts"][2]["detail"].as_str().unwrap();
    assert!(ends.contains("weekdays after it are presumed to be sessions"), "{ends}");
    // The page's program shows each of them.
    let page = console.nobody().request(reqwest::Method::GET, "/assets/app.js").send().await.unwrap();
    let page = page.text().await.unwrap();
    let of_alert = whole["alerts"][0].as_object().unwrap().keys().map(|key| format!("alert.{key}"));
    let of_day = ["note", "known_through", "alerts", "more_alerts"].map(|key| format!("overview.{key}"));
    for field in of_alert.chain(of_day) {
        assert!(page.contains(&field), "{field} is not shown");
    }
    for name in 0..25 {
        let subject = format!("SHARE{name}");
        console.daemon.notices.raise(NewAlert { subject, ..alert(OTHER) }).await.unwrap();
    }
    let own = user.get("/api/v1/system/overview").await.ok();
    assert_eq!((codes(&own).len(), &own["more_alerts"]), (20, &json!(true)));

    let health = console.nobody().get("/api/v1/system/health").await.ok();
    assert_eq!(health["day_note"], "presumed: no holidays are known after 2026-12-31");
    assert_eq!((&health["known_through"], &health["status"]), (&json!("2026-12-31"), &json!("attention")));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_unknown_days_are_closed_nothing_is_said_to_be_presumed() {
    let console = beyond(UnknownDays::Closed).await;
    let admin = console.admin().await;
    let overview = admin.get("/api/v1/system/overview").await;
    assert_eq!(overview.ok()["note"], "closed because no holidays are known after 2026-12-31");
    let all = NotificationFilter { limit: 100, ..NotificationFilter::default() };
    let told = console.daemon.store.user(ADMIN).notifications(all).await.unwrap();
    let told: Vec<String> = told.into_iter().map(|message| message.row.body).collect();
    assert!(told.iter().any(|body| body.contains("every day after it is closed")), "{told:?}");
    let health = console.nobody().get("/api/v1/system/health").await.text;
    for said in [overview.text, health, told.concat()] {
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
