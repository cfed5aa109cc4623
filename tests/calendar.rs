//! The calendar as operators bring it: taken up by a running daemon, kept in versions, and beyond its end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

#[path = "support/bounded.rs"]
mod bounded;
#[path = "calendar/command.rs"]
mod command;
#[path = "calendar/damaged.rs"]
mod damaged;
#[path = "calendar/ends.rs"]
mod ends;
#[path = "support/daemon.rs"]
mod house;
#[path = "calendar/reopened.rs"]
mod reopened;
#[path = "support/serving.rs"]
mod serving;
#[path = "calendar/shown.rs"]
mod shown;
mod support;

use std::sync::Arc;

use house::{ADMIN, MONDAY, OTHER, TestHost, at, day, run, slot, slots, start_services, stop};
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_domain::calendar::{Calendar, CalendarDocument, UnknownDays};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{CalendarOrigin, ServiceLogFilter, SlotOutcome, SlotRow, StoreError};

/// The shipped list of 2025 with one more holiday, as an operator brings it.
fn with_holiday(date: &str, name: &str) -> String {
    with_2025(|year| {
        let holidays = year["holidays"].as_array_mut().unwrap();
        holidays.push(serde_json::json!({ "date": date, "name": name, "source": "NSE/CMTR/1" }));
    })
}

fn with_session(date: &str, open: &str, close: &str) -> String {
    with_2025(|year| {
        let session = serde_json::json!({ "date": date, "name": "Drill", "open": open, "close": close });
        year["special_sessions"].as_array_mut().unwrap().insert(0, session);
        let sessions = year["special_sessions"].as_array_mut().unwrap();
        sessions.sort_by_key(|session| session["date"].as_str().unwrap().to_owned());
    })
}

fn with_2025(change: impl FnOnce(&mut serde_json::Value)) -> String {
    let document = serde_json::to_value(Calendar::embedded().unwrap().document()).unwrap();
    let mut year = document["years"]["2025"].clone();
    change(&mut year);
    serde_json::json!({ "years": { "2025": year } }).to_string()
}

/// The list of 2027 as far as its dates are fixed.
pub const LIST_OF_2027: &str = r#"{"as_of": "2026-12-12", "years": {"2027": {"source": "NSE/CMTR/2", "holidays": [
    {"date": "2027-01-26", "name": "Republic Day"}, {"date": "2027-03-26", "name": "Good Friday"}]}}}"#;

async fn import(daemon: &Daemon, text: &str) -> Result<u64, AppError> {
    let calendar = daemon.calendars.read_calendar(text, false)?;
    let expected = daemon.store.system().newest_calendar().await?.unwrap().0.version;
    daemon.calendars.import_calendar(ADMIN, expected, calendar).await
}

/// A daemon with two users whose services are on, with everything done before this time of the Monday.
async fn at_work(house: &TestHost, time: &str) -> Arc<Daemon> {
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, time)).await;
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_closes_today_withdraws_what_is_not_due_yet_and_says_why() {
    let house = TestHost::new(2);
    let daemon = at_work(&house, "12:00").await;
    assert_eq!(import(&daemon, &with_holiday(MONDAY, "Day of mourning")).await.unwrap(), 2);
    for user in [ADMIN, OTHER] {
        let left = slots(&daemon, user, MONDAY).await;
        assert!(left.iter().all(|slot| slot.outcome.is_some()), "{left:?}");
        assert!(left.iter().all(|slot| slot.due_at < at(MONDAY, "12:00")), "{left:?}");
        let monitor = slot(&daemon, user, MONDAY, Task::literal("sell_monitor")).await;
        assert_eq!(monitor.outcome, Some(SlotOutcome::Ran));
        assert!(
            monitor.reason.ends_with("the calendar was changed: 2025-03-10 is closed, Day of mourning"),
            "{}",
            monitor.reason
        );
        let lines = ServiceLogFilter { levels: Vec::new(), before: None, limit: 100 };
        let log = daemon.store.user(user).service_log(lines).await.unwrap();
        let said = log.iter().find(|line| line.event == "calendar_changed").unwrap();
        assert!(said.message.contains("buy_orders of 2025-03-10 16:05"), "{}", said.message);
    }
    run(&daemon, at("2025-03-11", "09:10")).await;
    assert!(!daemon.store.system().has_open_alerts().await.unwrap(), "nobody waits for what is not expected");
    let tomorrow = slot(&daemon, OTHER, "2025-03-11", Task::literal("premarket_retry")).await;
    assert_eq!(tomorrow.outcome, Some(SlotOutcome::Ran), "the day after goes on");
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_opens_a_closed_day_gives_it_its_slots() {
    const SATURDAY: &str = "2025-03-08";
    let house = TestHost::new(1);
    let daemon = house.start(at(SATURDAY, "08:00")).await;
    start_services(&daemon).await;
    run(&daemon, at(SATURDAY, "08:30")).await;
    assert_eq!(slots(&daemon, ADMIN, SATURDAY).await, []);
    import(&daemon, &with_session(SATURDAY, "09:15", "10:00")).await.unwrap();
    run(&daemon, at(SATURDAY, "20:00")).await;
    let monitor = slot(&daemon, ADMIN, SATURDAY, Task::literal("sell_monitor")).await;
    assert_eq!(
        (monitor.outcome, monitor.ticks_expected, monitor.ticks_ran),
        (Some(SlotOutcome::Ran), 45, 45)
    );
    assert!(slots(&daemon, ADMIN, SATURDAY).await.iter().all(|slot| slot.outcome.is_some()));
    stop(daemon).await;
}

/// Ticks that a user's slots of Monday expect, that ran, and that were noted.
async fn ticks(daemon: &Daemon, user: UserId) -> (u32, u32, u32) {
    let slots = slots(daemon, user, MONDAY).await;
    let sum = |of: fn(&SlotRow) -> u32| slots.iter().map(of).sum();
    let noted = sum(|slot| slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed);
    (sum(|slot| slot.ticks_expected), sum(|slot| slot.ticks_ran), noted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_closed_and_opened_again_expects_each_tick_once() {
    let house = TestHost::new(2);
    let daemon = at_work(&house, "12:00").await;
    import(&daemon, &with_holiday(MONDAY, "Day of mourning")).await.unwrap();
    let (expected, ran, noted) = ticks(&daemon, ADMIN).await;
    assert_eq!((expected, noted), (ran, 0), "what is to come is not expected of a closed day");
    import(&daemon, &with_2025(|_| ())).await.unwrap();
    run(&daemon, at(MONDAY, "13:00")).await;
    assert_eq!(ticks(&daemon, ADMIN).await.0, 375);
    // Once more, and this time half an hour passes.
    import(&daemon, &with_holiday(MONDAY, "Day of mourning")).await.unwrap();
    daemon.clock.wait_until(at(MONDAY, "13:30"), &tokio::sync::Notify::new()).await;
    import(&daemon, &with_2025(|_| ())).await.unwrap();
    run(&daemon, at(MONDAY, "20:00")).await;
    // Those from 13:00 through 13:30 fell on a closed day.
    for user in [ADMIN, OTHER] {
        assert_eq!(ticks(&daemon, user).await, (344, 344, 0));
        let all = slots(&daemon, user, MONDAY).await;
        assert!(all.iter().all(|slot| slot.outcome == Some(SlotOutcome::Ran)), "{all:?}");
        let counts = daemon.store.user(user).slot_counts(day(MONDAY), at(MONDAY, "20:00")).await.unwrap();
        assert_eq!(counts.iter().map(|(_, counts)| counts.ticks_expected).sum::<u64>(), 344);
    }
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_says_nothing_else_of_today_moves_no_slot() {
    let house = TestHost::new(1);
    let daemon = at_work(&house, "12:00").await;
    let before = slots(&daemon, ADMIN, MONDAY).await;
    import(&daemon, LIST_OF_2027).await.unwrap();
    assert_eq!(slots(&daemon, ADMIN, MONDAY).await, before);
    assert!(!daemon.trading.calendar.current().is_open_on(day("2027-01-26")));
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_changes_nothing_and_a_late_import_is_refused() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let wrong = import(&daemon, &with_holiday("2026-01-01", "New Year")).await.unwrap_err();
    assert_eq!(wrong.to_string(), "the calendar is wrong: 2026-01-01 is listed under 2025");
    let begins_late = Calendar::embedded().unwrap().document().to_text().unwrap();
    let mut document = CalendarDocument::parse(&begins_late).unwrap();
    document.years.remove(&2023);
    let refused = daemon.calendars.read_calendar(&document.to_text().unwrap(), true).unwrap_err();
    assert!(refused.to_string().contains("it begins on 2024-01-01"), "{refused}");
    assert_eq!(daemon.store.system().calendars().await.unwrap().len(), 1);
    let calendar = daemon.calendars.read_calendar(LIST_OF_2027, false).unwrap();
    daemon.calendars.import_calendar(ADMIN, 1, calendar.clone()).await.unwrap();
    let late = daemon.calendars.import_calendar(ADMIN, 1, calendar).await.unwrap_err();
    assert!(
        matches!(late, AppError::Store(StoreError::CalendarChanged { expected: 1, current: 2 })),
        "{late}"
    );
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_kept_and_the_newest_is_in_force_after_a_restart() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    import(&daemon, LIST_OF_2027).await.unwrap();
    let rows = daemon.store.system().calendars().await.unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row.version, row.origin, row.known_through.to_string())).collect();
    let (operator, shipped) = (CalendarOrigin::Operator, CalendarOrigin::Shipped);
    assert_eq!(told, [(2, operator, "2027-12-31".to_owned()), (1, shipped, "2026-12-31".to_owned())]);
    assert_eq!(rows[0].imported_by, Some(ADMIN));
    let opened = prahari_app::calendar::open(&daemon.store, UnknownDays::Closed).await.unwrap();
    let calendar = opened.current();
    assert_eq!(calendar.covers().1, day("2027-12-31"));
    assert!(calendar.is_open_on(day("2027-01-25")) && !calendar.is_open_on(day("2028-01-03")));
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_calendar_that_ships_replaces_one_that_shipped_and_is_offered_beside_an_operators() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    // As an older program left it: the same calendar of an earlier day.
    let older = r#"{"as_of": "2025-12-15"}"#;
    import(&daemon, older).await.unwrap();
    let offered = daemon.calendars.offered_calendar().await.unwrap().unwrap();
    assert_eq!(offered.known_through, day("2026-12-31"));
    let kept = prahari_app::calendar::open(&daemon.store, UnknownDays::Session).await.unwrap();
    assert_eq!(kept.current().document().as_of, day("2025-12-15"), "an operator's is never replaced");

    let shipped = Calendar::embedded().unwrap();
    daemon.calendars.import_calendar(ADMIN, 2, shipped.clone()).await.unwrap();
    assert_eq!(daemon.calendars.offered_calendar().await.unwrap(), None);
    assert_eq!(daemon.store.system().calendars().await.unwrap()[0].origin, CalendarOrigin::Shipped);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_which_days_and_slots_change_and_changes_nothing() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let calendar =
        daemon.calendars.read_calendar(&with_holiday("2025-03-12", "Day of mourning"), false).unwrap();
    let preview = daemon.calendars.preview_calendar(calendar).await.unwrap();
    assert_eq!((preview.known_through, preview.would_know_through), (day("2026-12-31"), day("2026-12-31")));
    assert_eq!(preview.days.len(), 1);
    assert_eq!((preview.days[0].before.open, preview.days[0].after.open), (true, false));
    let tasks: Vec<Task> = preview.slots.iter().map(|change| change.task).collect();
    assert_eq!(tasks, house::tasks());
    assert!(preview.slots.iter().all(|change| change.difference.added.is_empty()));
    assert!(daemon.trading.calendar.current().is_open_on(day("2025-03-12")));
    assert_eq!(daemon.store.system().calendars().await.unwrap().len(), 1);
    stop(daemon).await;
}
