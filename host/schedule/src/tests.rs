use chrono::NaiveTime;
use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;

use super::*;
use crate::clock_time::clock;

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    Timestamp::from_ist(date.parse().unwrap(), format!("{time}:00").parse().unwrap())
}

fn schedule(task: Task, rule: Rule) -> Schedule {
    Schedule { task, rule, enabled: true, version: 1, description: String::new() }
}

fn script(text: &str) -> Schedule {
    schedule(Task::BuyOrders, Rule::Script(text.to_owned()))
}

fn slots_on(schedule: &Schedule, date: &str) -> Result<String, ScheduleError> {
    let day = calendar().trading_day(date.parse().unwrap()).unwrap();
    let time = |at: &Timestamp| at.ist_time().format("%H:%M").to_string();
    Ok(match slots(schedule, &day)? {
        DaySlots::Times(times) => times.iter().map(time).collect::<Vec<_>>().join(" "),
        DaySlots::Continuous { windows, every_ms } => {
            assert_eq!(every_ms, 60_000);
            windows
                .iter()
                .map(|(from, to)| format!("{}-{}", time(from), time(to)))
                .collect::<Vec<_>>()
                .join(" ")
        }
    })
}

fn default_slots(date: &str) -> Vec<(&'static str, String)> {
    defaults().iter().map(|schedule| (schedule.task.name(), slots_on(schedule, date).unwrap())).collect()
}

fn expected(times: [&str; 7]) -> Vec<(&'static str, String)> {
    Task::ALL.iter().zip(times).map(|(task, times)| (task.name(), times.to_owned())).collect()
}

#[test]
fn the_defaults_are_the_day_of_the_design() {
    let usual = [
        "09:00",
        "09:05",
        "09:15-15:30",
        "09:30 10:30 11:30 12:30 13:30 14:30 15:30",
        "16:00",
        "16:05",
        "18:00",
    ];
    assert_eq!(default_slots("2025-01-02"), expected(usual));
    assert_eq!(default_slots("2025-02-01"), expected(usual), "a Saturday of ordinary hours");
    assert_eq!(default_slots("2026-09-07"), expected(usual), "the rules of the closing auction");
}

#[test]
fn closed_days_have_no_slots() {
    for date in ["2025-01-04", "2025-12-25", "2026-11-08"] {
        assert_eq!(default_slots(date), expected([""; 7]), "{date}");
    }
}

#[test]
fn an_evening_session_moves_every_task() {
    let evening = ["17:45", "17:50", "18:00-19:00", "18:15", "19:30", "19:35", "21:30"];
    assert_eq!(default_slots("2024-11-01"), expected(evening));
}

#[test]
fn an_afternoon_session_never_moves_the_evening_tasks_forward() {
    let afternoon = ["13:30", "13:35", "13:45-14:45", "14:00", "16:00", "16:05", "18:00"];
    assert_eq!(default_slots("2025-10-21"), expected(afternoon));
}

#[test]
fn two_sessions_of_a_day_have_a_slot_each() {
    let drill = ["09:00", "09:05", "09:15-10:00 11:30-12:30", "09:30 11:45", "16:00", "16:05", "18:00"];
    assert_eq!(default_slots("2024-03-02"), expected(drill));
}

#[test]
fn a_monitor_with_a_margin_keeps_it_on_a_special_session() {
    let rule = Rule::EachMinute { start: clock(9, 20), end: clock(15, 15) };
    assert_eq!(slots_on(&schedule(Task::SellMonitor, rule), "2024-11-01").unwrap(), "18:05-18:45");
    let early = Rule::EachMinute { start: clock(9, 0), end: clock(15, 30) };
    assert_eq!(
        slots_on(&schedule(Task::SellMonitor, early), "2024-03-02").unwrap(),
        "09:00-10:00 11:30-12:30"
    );
}

#[test]
fn a_time_within_trading_keeps_its_distance_to_the_open_and_ends_with_the_session() {
    let at = |hours, minutes| schedule(Task::BuyOrders, Rule::At { time: clock(hours, minutes) });
    assert_eq!(slots_on(&at(9, 45), "2024-11-01").unwrap(), "18:30");
    assert_eq!(slots_on(&at(12, 0), "2024-11-01").unwrap(), "19:00");
}

#[test]
fn scripts_answer_texts_minutes_arrays_or_nothing() {
    let on = |text: &str| slots_on(&script(text), "2025-01-02").unwrap();
    assert_eq!(on("\"10:00\""), "10:00");
    assert_eq!(on("600"), "10:00");
    assert_eq!(on("[\"11:00\", 600, \"10:00\"]"), "10:00 11:00", "sorted, each once");
    assert_eq!(on("()"), "");
    assert_eq!(on("if day.weekday == 4 { \"16:05\" }"), "16:05", "a Thursday");
    assert_eq!(on("if day.weekday == 5 { \"16:05\" }"), "");
    assert_eq!(
        on("let t = []; for m in range(day.opens, day.closes, 120) { t.push(m); } t"),
        "09:15 11:15 13:15 15:15"
    );
    assert_eq!(on("fn half(a) { a + 30 } half(day.moved(\"16:00\"))"), "16:30");
}

#[test]
fn scripts_know_their_day() {
    let facts = r#"if day.date == "2024-11-01" && day.month == 11 && day.day_of_month == 1 && day.special
        && day.note == "Muhurat" && day.opens == 1080 && day.closes == 1140 { "19:15" }"#;
    assert_eq!(slots_on(&script(facts), "2024-11-01").unwrap(), "19:15");
}

fn failure(text: &str) -> String {
    let message = slots_on(&script(text), "2025-01-02").unwrap_err().to_string();
    assert!(message.starts_with("the schedule of buy_orders gives no times for 2025-01-02: "), "{message}");
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn what_a_script_answers_must_be_a_time_of_its_day() {
    for outside in ["-1", "1440", "[600, 2000]"] {
        assert!(failure(outside).contains("outside its day"), "{outside}");
    }
    assert!(failure("1.5").contains("not a time"));
    assert!(failure("\"25:00\"").contains("is not a time such as 09:15"));
    assert!(failure("day.moved(\"soon\")").contains("is not a time such as 09:15"));
    assert!(failure("nonsense(").contains("line 1"));
}

#[test]
fn a_script_is_stopped_at_every_limit() {
    assert!(failure("loop {}").contains("Too many operations"));
    assert!(failure("fn f(n) { f(n + 1) } f(0)").contains("Stack overflow"));
    assert!(failure("let s = \"0123456789\"; loop { s += s; }").contains("Length of string too large"));
    assert!(failure("let a = []; loop { a.push(1); }").contains("Size of array/BLOB too large"));
    let map = (0..40).map(|key| format!("k{key}: 1")).collect::<Vec<_>>().join(", ");
    assert!(failure(&format!("#{{{map}}}")).contains("properties"));
    let deep = format!("{}1{}", "(1 + ".repeat(50), ")".repeat(50));
    assert!(failure(&deep).contains("maximum complexity"));
    let variables: String = (0..100).map(|n| format!("let v{n} = 1;")).collect();
    assert!(failure(&variables).contains("Too many variables"));
    let functions: String = (0..20).map(|n| format!("fn f{n}() {{ 1 }}")).collect();
    assert!(failure(&functions).contains("functions"));
    assert!(failure(&" ".repeat(MAX_SCRIPT_BYTES + 1)).contains("the limit is 4096"));
}

#[test]
fn a_script_has_nothing_but_arithmetic() {
    for forbidden in ["eval(\"600\")", "import \"x\" as x;", "timestamp()", "[3, 1].sort()", "rand()"] {
        failure(forbidden);
    }
    assert!(failure("day = 1").contains("constant"));
}

#[test]
fn a_loop_over_every_minute_is_within_the_limits() {
    let text =
        "let t = []; for m in range(0, 1440) { if m % 60 == 5 && m > 540 && m < 960 { t.push(m); } } t";
    assert_eq!(slots_on(&script(text), "2025-01-02").unwrap(), "09:05 10:05 11:05 12:05 13:05 14:05 15:05");
}

#[test]
fn the_defaults_are_valid() {
    for schedule in defaults() {
        assert_eq!(validate(&schedule, &calendar()), Ok(()), "{}", schedule.task);
    }
}

fn refused(task: Task, rule: Rule) -> String {
    validate(&schedule(task, rule), &calendar()).unwrap_err().to_string()
}

#[test]
fn rules_that_do_not_fit_their_task_are_refused() {
    let at = |time| Rule::At { time };
    let hourly = |start, end| Rule::Hourly { start, end };
    let minutes = |start, end| Rule::EachMinute { start, end };
    let late = NaiveTime::from_hms_opt(18, 1, 0).unwrap();
    let seconds = NaiveTime::from_hms_opt(12, 0, 1).unwrap();
    for (task, rule, sentence) in [
        (Task::BuyOrders, at(clock(8, 59)), "not a whole minute from 09:00 to 18:00"),
        (Task::BuyOrders, at(late), "not a whole minute from 09:00 to 18:00"),
        (Task::BuyOrders, at(seconds), "not a whole minute from 09:00 to 18:00"),
        (Task::BuyOrders, hourly(clock(9, 30), clock(15, 30)), "at one time of the day"),
        (Task::PositionMonitor, hourly(clock(9, 0), clock(15, 30)), "half past the hour only"),
        (Task::PositionMonitor, hourly(clock(15, 30), clock(9, 30)), "is after its end"),
        (Task::PositionMonitor, at(clock(9, 30)), "it runs hourly"),
        (Task::SellMonitor, minutes(clock(15, 30), clock(15, 30)), "is not before its end"),
        (Task::SellMonitor, at(clock(9, 30)), "it runs each minute"),
        (Task::BuyOrders, Rule::Script("day.each_minute(\"09:15\", \"15:30\")".into()), "only sell_monitor"),
    ] {
        let message = refused(task, rule);
        assert!(message.contains(sentence), "{message}");
    }
}

#[test]
fn a_script_that_fails_on_some_day_only_is_found_before_it_is_saved() {
    assert!(
        refused(Task::BuyOrders, Rule::Script("if day.month == 7 { 2000 }".into()))
            .contains("outside its day")
    );
    assert!(
        refused(Task::BuyOrders, Rule::Script("if day.weekday == 3 { 1.5 }".into())).contains("not a time")
    );
    assert!(
        refused(Task::BuyOrders, Rule::Script("if day.note == \"Muhurat\" { -1 }".into()))
            .contains("outside")
    );
    assert_eq!(validate(&script("day.moved(\"16:05\")"), &calendar()), Ok(()));
}

#[test]
fn the_preview_lists_the_next_runs_and_stops_with_the_calendar() {
    let buys = schedule(Task::BuyOrders, Rule::At { time: clock(16, 5) });
    let next = preview(&buys, &calendar(), at("2025-01-03 16:06"), 3).unwrap();
    assert_eq!(next, [at("2025-01-06 16:05"), at("2025-01-07 16:05"), at("2025-01-08 16:05")]);
    let year = preview(&buys, &calendar(), at("2025-01-01 00:00"), 249).unwrap();
    assert_eq!(year.last(), Some(&at("2025-12-31 16:05")));
    assert_eq!(preview(&buys, &calendar(), at("2026-12-31 00:00"), 5).unwrap(), [at("2026-12-31 16:05")]);
    let monitor = &defaults()[2];
    let windows = preview(monitor, &calendar(), at("2024-03-02 00:00"), 2).unwrap();
    assert_eq!(windows, [at("2024-03-02 09:15"), at("2024-03-02 11:30")]);
}

#[test]
fn a_late_slot_has_its_window() {
    let latest = |task, due| latest_start(task, at(due), &calendar());
    assert_eq!(latest(Task::BuyOrders, "2025-01-03 16:05"), at("2025-01-03 16:07"));
    assert_eq!(latest(Task::SellMonitor, "2025-01-03 10:00"), at("2025-01-03 10:01"));
    assert_eq!(latest(Task::Analysis, "2025-01-03 16:00"), at("2025-01-06 09:15").plus_millis(-1));
    assert_eq!(latest(Task::Analysis, "2026-12-31 16:00"), at("2026-12-31 16:02"));
}

#[test]
fn schedules_are_stored_as_people_write_them() {
    let json = r#"{"task":"position_monitor","rule":{"hourly":{"start":"09:30","end":"15:30"}},"enabled":true,"version":1,"description":"Looks for re-entries and exits of open positions"}"#;
    assert_eq!(serde_json::to_string(&defaults()[3]).unwrap(), json);
    assert_eq!(serde_json::from_str::<Schedule>(json).unwrap(), defaults()[3]);
    assert!(serde_json::from_str::<Rule>(r#"{"at":{"time":"9 am"}}"#).is_err());
}
