//! Before and beyond the last day of which the holidays are known.

use prahari_app::daemon::Daemon;
use prahari_domain::calendar::UnknownDays;
use prahari_domain::tasks::Task;
use prahari_schedule::{Rule, Schedule};
use prahari_store::{AlertCode, Durability, NotificationFilter, SlotOutcome, Store};
use serde_json::Value;

use super::house::{ADMIN, TestHost, at, day, defaults, run, slots, start_services, stop};
use super::support::simulate;
use super::{LIST_OF_2027, import};

/// How often the admin was told that the calendar ends.
async fn told(daemon: &Daemon) -> usize {
    messages(&daemon.store).await
}

async fn messages(store: &Store) -> usize {
    let all = NotificationFilter { limit: 1_000, ..NotificationFilter::default() };
    let messages = store.user(ADMIN).notifications(all).await.unwrap();
    messages.iter().filter(|message| message.row.body.starts_with("holidays are known through ")).count()
}

async fn is_open(daemon: &Daemon) -> bool {
    let open = daemon.store.system().open_installation_alerts(100).await.unwrap();
    open.iter().any(|alert| alert.code == AlertCode::CalendarEnds)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_calendar_is_told_weeks_before_and_daily_at_last_until_another_is_brought() {
    let house = TestHost::new(1);
    let daemon = house.start(at("2026-11-14", "12:00")).await;
    run(&daemon, at("2026-11-16", "00:00")).await;
    assert_eq!((is_open(&daemon).await, told(&daemon).await), (false, 0), "46 days before");
    run(&daemon, at("2026-11-16", "12:00")).await;
    assert_eq!((is_open(&daemon).await, told(&daemon).await), (true, 1), "45 days before");
    run(&daemon, at("2026-12-16", "12:00")).await;
    assert_eq!(told(&daemon).await, 1, "15 days before");
    run(&daemon, at("2026-12-19", "12:00")).await;
    assert_eq!(told(&daemon).await, 4, "daily from 14 days before");
    stop(daemon).await;

    let daemon = house.start(at("2026-12-19", "13:00")).await;
    run(&daemon, at("2026-12-19", "14:00")).await;
    assert_eq!(told(&daemon).await, 4, "once a day, also after a start");
    import(&daemon, LIST_OF_2027).await.unwrap();
    assert!(!is_open(&daemon).await);
    run(&daemon, at("2026-12-21", "12:00")).await;
    assert_eq!(told(&daemon).await, 4);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_goes_on_across_the_end_of_the_calendar() {
    let house = TestHost::new(2);
    let daemon = house.start(at("2026-12-31", "15:00")).await;
    start_services(&daemon).await;
    run(&daemon, at("2027-01-04", "09:20")).await;
    // A Friday that nobody knows of to be a holiday, a weekend, a Monday.
    let friday = slots(&daemon, ADMIN, "2027-01-01").await;
    assert!(friday.len() > 10 && friday.iter().all(|slot| slot.outcome.is_some()), "{friday:?}");
    assert_eq!(slots(&daemon, ADMIN, "2027-01-02").await, []);
    let monday = slots(&daemon, ADMIN, "2027-01-04").await;
    let premarket = monday.iter().find(|slot| slot.task == Task::literal("premarket_retry")).unwrap();
    assert_eq!(premarket.outcome, Some(SlotOutcome::Ran));
    assert!(is_open(&daemon).await && daemon.store.health().is_ok());
    stop(daemon).await;

    // And starts again there.
    let daemon = house.start(at("2027-01-04", "09:21")).await;
    run(&daemon, at("2027-01-04", "09:30")).await;
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_covers_a_year_also_across_the_end_of_the_calendar() {
    let house = TestHost::new(1);
    let daemon = house.start(at("2026-11-28", "12:00")).await;
    let candidate = defaults().remove(0);
    let preview = daemon.previews.preview(candidate, 100).await.unwrap();
    let year = preview.year;
    assert_eq!((year.from, year.to), (Some(day("2026-11-28")), Some(day("2027-11-27"))));
    assert_eq!(year.presumed_from, Some(day("2027-01-01")));
    // 23 trading days of 2026 and every weekday of 2027.
    assert_eq!((year.trading_days, year.days_with_slots), (23 + 236, 23 + 236));
    assert_eq!(preview.next.len(), 100);
    let firing = daemon.previews.firing_day(day("2027-06-01")).unwrap();
    assert!(firing.trading_day.open && firing.trading_day.presumed);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_unknown_days_are_closed_nothing_is_due_on_them() {
    let house = TestHost::new(1);
    let daemon = house.start(at("2026-12-31", "17:00")).await;
    let closed = (*daemon.trading.calendar.current()).clone().with_unknown_days(UnknownDays::Closed);
    daemon.trading.calendar.replace(closed);
    start_services(&daemon).await;
    run(&daemon, at("2027-01-05", "12:00")).await;
    assert_eq!(slots(&daemon, ADMIN, "2027-01-04").await, []);
    assert!(is_open(&daemon).await);
    let at_five =
        Schedule { rules: vec![Rule::At { time: "17:00:00".parse().unwrap() }], ..defaults().remove(6) };
    assert_eq!(daemon.previews.preview(at_five, 10).await.unwrap().year.trading_days, 0);
    stop(daemon).await;
}

fn across_the_year(more: &[&str]) -> (Value, tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("sim.db");
    let fixed = ["--from", "2026-12-15", "--to", "2027-01-15", "--users", "1", "--db", db.to_str().unwrap()];
    let simulated = simulate(&[fixed.as_slice(), more].concat());
    (simulated.report, folder, db)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_goes_on_across_the_end_of_the_calendar_with_the_alert_in_december() {
    let (report, _folder, db) = across_the_year(&[]);
    assert_eq!(report["slots"]["expected"], report["slots"]["accounted"]);
    assert_eq!(report["books"][0]["difference_paise"], 0);
    let store = Store::open(&db, Durability::Off).unwrap();
    let alerts = store.system().open_installation_alerts(100).await.unwrap();
    let ends = alerts.iter().find(|alert| alert.code == AlertCode::CalendarEnds).unwrap();
    assert_eq!(ends.raised_at.ist_day(), day("2026-12-15"));
    assert!(ends.detail.starts_with("holidays are known through 31 Dec 2026 only: "), "{}", ends.detail);
    // When it is raised, and each day from 17 December to 15 January.
    assert_eq!(messages(&store).await, 1 + 30);
    // 12 trading days in December, and each weekday of January until the 15th.
    let days = store.user(ADMIN).slots(day("2027-01-15")).await.unwrap();
    assert!(!days.is_empty() && days.iter().all(|slot| slot.outcome.is_some()));
    store.close().await.unwrap();
}
