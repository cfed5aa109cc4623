use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;

use super::*;
use crate::defaults;

fn due(task: Task, day: &str) -> Vec<String> {
    let calendar = Calendar::embedded().unwrap();
    let schedule = defaults().into_iter().find(|schedule| schedule.task == task).unwrap();
    let clock = |at: &Timestamp| at.ist_time().format("%H:%M").to_string();
    match slots(&schedule, &calendar.trading_day(day.parse().unwrap()).unwrap()).unwrap() {
        DaySlots::Times(times) => times.iter().map(clock).collect(),
        DaySlots::Continuous { windows, .. } => {
            windows.iter().map(|(starts, ends)| format!("{}-{}", clock(starts), clock(ends))).collect()
        }
    }
}

#[test]
fn an_ordinary_day_has_the_times_of_the_design() {
    let times: Vec<_> = Task::ALL.iter().flat_map(|task| due(*task, "2025-01-02")).collect();
    let expected = [
        "09:00", "09:05", "09:15-15:30", "09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00",
        "16:05", "18:00",
    ];
    assert_eq!(times, expected);
}

#[test]
fn nothing_is_due_on_weekends_and_holidays() {
    for day in ["2025-01-04", "2025-02-26"] {
        assert!(Task::ALL.iter().all(|task| due(*task, day).is_empty()), "{day}");
    }
}

#[test]
fn a_full_saturday_session_is_like_an_ordinary_day() {
    assert!(Task::ALL.iter().all(|task| due(*task, "2025-02-01") == due(*task, "2025-01-02")));
}

#[test]
fn the_muhurat_hour_moves_the_tasks_with_it() {
    assert_eq!(due(Task::PremarketRetry, "2025-10-21"), ["13:30"]);
    assert_eq!(due(Task::SellMonitor, "2025-10-21"), ["13:45-14:45"]);
    assert_eq!(due(Task::PositionMonitor, "2025-10-21"), ["14:00"]);
    assert_eq!(due(Task::Analysis, "2025-10-21"), ["16:00"]);
    assert_eq!(due(Task::Analysis, "2024-11-01"), ["19:30"]);
    assert_eq!(due(Task::EodCleanup, "2024-11-01"), ["21:30"]);
}

#[test]
fn a_drill_with_two_windows_has_two_continuous_slots() {
    assert_eq!(due(Task::SellMonitor, "2024-03-02"), ["09:15-10:00", "11:30-12:30"]);
}

#[test]
fn a_schedule_that_is_off_has_no_slots() {
    let calendar = Calendar::embedded().unwrap();
    let day = calendar.trading_day("2025-01-02".parse().unwrap()).unwrap();
    for schedule in defaults() {
        assert_eq!(slots(&Schedule { enabled: false, ..schedule }, &day).unwrap(), DaySlots::none());
    }
}

#[test]
fn the_plain_fields_are_validated() {
    let schedule = |task, rule| Schedule { task, rule, enabled: true, version: 1, description: String::new() };
    let time = |hour, minute| crate::schedule::at(hour, minute);
    let refused = [
        schedule(Task::BuyOrders, Rule::At { time: time(8, 59) }),
        schedule(Task::BuyOrders, Rule::At { time: time(18, 1) }),
        schedule(Task::PositionMonitor, Rule::Hourly { start: time(9, 15), end: time(15, 30) }),
        schedule(Task::SellMonitor, Rule::EachMinute { start: time(15, 30), end: time(9, 15) }),
        schedule(Task::Analysis, Rule::Script { source: "fn other() { }".to_owned() }),
    ];
    for schedule in refused {
        assert!(matches!(schedule.validate(), Err(ScheduleError::Invalid { .. })), "{schedule:?}");
    }
    assert!(defaults().iter().all(|schedule| schedule.validate().is_ok()));
}

#[test]
fn the_preview_is_what_the_evaluator_says_of_each_day() {
    let calendar = Calendar::embedded().unwrap();
    let from = "2025-10-20".parse().unwrap();
    for schedule in defaults() {
        let expected: Vec<_> = (0..3)
            .flat_map(|days| match slots(&schedule, &calendar.trading_day(from + chrono::Days::new(days)).unwrap()) {
                Ok(DaySlots::Times(times)) => times,
                Ok(DaySlots::Continuous { windows, .. }) => windows.into_iter().map(|(at, _)| at).collect(),
                Err(error) => panic!("{error}"),
            })
            .collect();
        let preview = crate::preview(&schedule, &calendar, from, expected.len()).unwrap();
        assert_eq!(preview.into_iter().map(|due| due.at).collect::<Vec<_>>(), expected);
    }
}
