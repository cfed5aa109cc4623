//! What is pointed out before a schedule is saved.

use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::tests::{bounds, defaults};
use crate::{Rule, Schedule, ScheduleFlag, ScheduleTerms, flags, parse_time};

fn now() -> Timestamp {
    Timestamp::from_ist("2025-03-10".parse().unwrap(), parse_time("08:50").unwrap())
}

fn flagged(schedule: &Schedule) -> Vec<String> {
    let found = flags(schedule, &bounds(schedule.task), &Calendar::embedded().unwrap(), now()).unwrap();
    found.iter().map(ScheduleFlag::to_string).collect()
}

fn at(task: &'static str, time: &str) -> Schedule {
    Schedule::of(Task::literal(task), Rule::At { time: parse_time(time).unwrap() })
}

fn script(task: &'static str, body: &str) -> Schedule {
    Schedule::of(Task::literal(task), Rule::Script(format!("fn slots(day) {{ {body} }}")))
}

#[test]
fn the_defaults_are_not_flagged() {
    for schedule in defaults() {
        assert_eq!(flagged(&schedule), [""; 0], "{}", schedule.task);
    }
}

#[test]
fn a_task_that_is_due_when_it_can_do_nothing_is_flagged_with_its_hours() {
    let idle =
        "it is due at 15:29 on 2025-03-10, and the task can do nothing outside of 15:30 to 23:59 (IST)";
    assert_eq!(flagged(&at("eod_cleanup", "15:29")), [idle]);
    assert_eq!(flagged(&at("eod_cleanup", "15:30")), [""; 0]);
    assert_eq!(flagged(&at("buy_orders", "16:00")).len(), 1, "after-market orders are taken from 16:01 on");
    assert_eq!(flagged(&at("buy_orders", "16:01")), [""; 0]);
    assert_eq!(flagged(&script("buy_orders", "[\"08:00\", \"17:00\"]")), [""; 0]);
    assert_eq!(flagged(&at("analysis", "09:00")), [""; 0], "it names no hours");
    // Before the session and after it as an after-market order.
    for (time, flags) in [("08:00", 0), ("08:54", 0), ("08:55", 1), ("09:00", 0), ("15:31", 1), ("16:01", 0)]
    {
        assert_eq!(flagged(&at("premarket_retry", time)).len(), flags, "{time}");
    }
    // One slot of many is enough, and on one day of the year.
    let fridays = script("eod_cleanup", "if day.weekday == 5 { [\"12:00\"] } else { [\"18:00\"] }");
    let idle =
        "it is due at 12:00 on 2025-03-21, and the task can do nothing outside of 15:30 to 23:59 (IST)";
    assert_eq!(flagged(&fridays), [idle]);
    let minutes =
        |from: &str, to: &str| script("sell_monitor", &format!("day.each_minute(\"{from}\", \"{to}\")"));
    assert_eq!(flagged(&minutes("08:00", "09:00")).len(), 1);
    assert_eq!(flagged(&minutes("08:00", "09:01")), [""; 0]);
}

#[test]
fn a_schedule_that_never_fires_in_a_year_is_flagged_also_while_it_is_off() {
    let sentence = "it is due on no trading day within a year from 2025-03-10 on";
    let sundays = script("analysis", "if day.weekday == 7 && !day.special { 600 }");
    assert_eq!(flagged(&sundays), [sentence]);
    assert_eq!(flagged(&Schedule { enabled: false, ..sundays }), [sentence]);
    assert_eq!(flagged(&script("analysis", "if day.date == \"2024-12-31\" { 600 }")), [sentence]);
    assert_eq!(flagged(&script("analysis", "if day.date == \"2026-03-09\" { 600 }")), [""; 0]);
}

#[test]
fn useful_hours_that_cannot_be_are_no_terms() {
    let terms = |useful: serde_json::Value| {
        let rules = serde_json::json!([{ "at": { "time": "12:00" } }]);
        let bounds =
            serde_json::json!({ "kinds": ["at"], "earliest": "09:00", "latest": "18:00", "useful": useful });
        let terms = serde_json::json!({ "rules": rules, "bounds": bounds });
        serde_json::from_value::<ScheduleTerms>(terms).unwrap().misfit(Task::literal("analysis"))
    };
    let hours = |from: &str, until: &str| serde_json::json!({ "from": from, "until": until });
    assert_eq!(terms(serde_json::json!([hours("10:00", "10:00")])), None);
    let turned = terms(serde_json::json!([hours("10:00", "09:59")])).unwrap();
    assert_eq!(turned, "bounds: useful hours end before they begin");
    let many = terms(serde_json::Value::from(vec![hours("10:00", "11:00"); 9])).unwrap();
    assert_eq!(many, "bounds: useful has more than 8 entries");
}
