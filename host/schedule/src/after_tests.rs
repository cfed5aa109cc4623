//! What schedules wait for.

use chrono::NaiveTime;
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::tests::{defaults, valid};
use super::*;
use crate::clock_time::clock;

fn after(tasks: &[Task]) -> Option<After> {
    Some(After { tasks: tasks.to_vec(), latest: clock(17, 30), then: Then::Run })
}

fn waiting(task: Task, tasks: &[Task]) -> Schedule {
    Schedule { after: after(tasks), ..Schedule::of(task, Rule::At { time: clock(16, 5) }) }
}

#[test]
fn of_the_defaults_only_buying_waits_and_for_the_scan() {
    let waits: Vec<_> = defaults().into_iter().filter_map(|one| Some((one.task, one.after?))).collect();
    assert_eq!(waits, [(Task::literal("buy_orders"), after(&[Task::literal("analysis")]).unwrap())]);
    assert_eq!(check_after(&defaults(), &defaults()), Ok(()));
}

#[test]
fn the_latest_time_moves_with_a_special_session_and_stays_within_its_day() {
    let on = |date: &str, latest: NaiveTime| {
        let day = Calendar::embedded().unwrap().trading_day(date.parse().unwrap()).unwrap();
        let at = After { latest, ..after(&[Task::literal("analysis")]).unwrap() }.latest_on(&day);
        assert_eq!(at.ist_day(), day.day);
        Timestamp::ist_time(at).format("%H:%M").to_string()
    };
    assert_eq!(on("2025-01-02", clock(17, 30)), "17:30");
    assert_eq!(on("2024-11-01", clock(17, 30)), "21:00", "two hours after the close of an evening session");
    assert_eq!(on("2024-11-01", clock(23, 0)), "23:59");
}

#[test]
fn a_schedule_that_cannot_wait_so_is_refused_with_a_sentence() {
    let calendar = Calendar::embedded().unwrap();
    let refused = |schedule: &Schedule| valid(schedule, &calendar).unwrap_err().to_string();
    let start = "the schedule of buy_orders is not valid: ";
    assert_eq!(
        refused(&waiting(Task::literal("buy_orders"), &[])),
        format!("{start}it runs after 0 tasks, not after 1 to 8")
    );
    let many = vec![Task::literal("analysis"); MAX_AFTER + 1];
    assert_eq!(
        refused(&waiting(Task::literal("buy_orders"), &many)),
        format!("{start}it runs after 9 tasks, not after 1 to 8")
    );
    let twice = [Task::literal("analysis"), Task::literal("analysis")];
    assert_eq!(
        refused(&waiting(Task::literal("buy_orders"), &twice)),
        format!("{start}it runs after analysis twice")
    );
    let seconds = After {
        latest: NaiveTime::from_hms_opt(17, 30, 1).unwrap(),
        ..after(&[Task::literal("analysis")]).unwrap()
    };
    let odd = Schedule { after: Some(seconds), ..waiting(Task::literal("buy_orders"), &[]) };
    assert!(refused(&odd).contains("17:30:01 is not a whole minute"), "{}", refused(&odd));
    for rules in [Vec::new(), vec![Rule::At { time: clock(10, 0) }; MAX_RULES + 1]] {
        let count = rules.len();
        let schedule =
            Schedule { rules, ..waiting(Task::literal("buy_orders"), &[Task::literal("analysis")]) };
        assert_eq!(refused(&schedule), format!("{start}it has {count} rules, not 1 to 8"));
    }
}

#[test]
fn nothing_waits_for_itself_or_for_what_is_not_there() {
    let wrong = |changed: &Schedule, others: Vec<Schedule>| {
        let set: Vec<_> = others.into_iter().chain([changed.clone()]).collect();
        check_after(&set, std::slice::from_ref(changed)).unwrap_err().to_string()
    };
    let start = "the schedule of buy_orders is not valid: ";
    let buys = waiting(Task::literal("buy_orders"), &[Task::literal("analysis")]);
    assert_eq!(wrong(&buys, vec![]), format!("{start}it runs after analysis, which has no schedule"));
    let itself = waiting(Task::literal("buy_orders"), &[Task::literal("buy_orders")]);
    assert_eq!(
        wrong(&itself, vec![]),
        format!("{start}it would wait for itself: buy_orders runs after buy_orders")
    );
    let round = vec![
        waiting(Task::literal("analysis"), &[Task::literal("eod_cleanup")]),
        waiting(Task::literal("eod_cleanup"), &[Task::literal("buy_orders")]),
    ];
    let way =
        "buy_orders runs after analysis, analysis runs after eod_cleanup, eod_cleanup runs after buy_orders";
    assert_eq!(wrong(&buys, round), format!("{start}it would wait for itself: {way}"));
    // Two ways to the same task are no circle.
    let both =
        waiting(Task::literal("buy_orders"), &[Task::literal("analysis"), Task::literal("eod_cleanup")]);
    let set = [
        both.clone(),
        waiting(Task::literal("eod_cleanup"), &[Task::literal("analysis")]),
        Schedule { after: None, ..waiting(Task::literal("analysis"), &[]) },
    ];
    assert_eq!(check_after(&set, &set), Ok(()));
}

#[test]
fn rules_of_different_kinds_do_not_mix_and_overlapping_ones_are_one() {
    let calendar = Calendar::embedded().unwrap();
    let minutes = |start, end| Rule::EachMinute { start, end };
    let of = |rules| Schedule {
        rules,
        ..Schedule::of(Task::literal("sell_monitor"), minutes(clock(9, 15), clock(12, 0)))
    };
    let day = calendar.trading_day("2025-01-02".parse().unwrap()).unwrap();
    let windows = |rules| -> Vec<String> {
        let DaySlots::Continuous { windows, .. } = slots(&of(rules), &day).unwrap() else {
            panic!("windows")
        };
        windows
            .iter()
            .map(|(from, to)| {
                format!("{}-{}", from.ist_time().format("%H:%M"), to.ist_time().format("%H:%M"))
            })
            .collect()
    };
    let (morning, noon) = (minutes(clock(9, 15), clock(12, 0)), minutes(clock(11, 0), clock(13, 0)));
    assert_eq!(windows(vec![noon.clone(), morning.clone()]), ["09:15-13:00"]);
    assert_eq!(
        windows(vec![morning.clone(), minutes(clock(12, 0), clock(13, 0))]),
        ["09:15-12:00", "12:00-13:00"]
    );
    let once = Rule::Script("fn slots(day) { 600 }".to_owned());
    let error = valid(&of(vec![morning, once]), &calendar).unwrap_err().to_string();
    assert!(error.ends_with("one of its rules runs each minute and another at single times"), "{error}");
    let broken = Rule::Script("fn slots(day) { 2000 }".to_owned());
    let error = valid(&of(vec![noon, broken]), &calendar).unwrap_err().to_string();
    assert!(error.contains("rule 2: it answered a time outside its day"), "{error}");
}
