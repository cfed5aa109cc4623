use chrono::NaiveTime;
use prahari_domain::calendar::{Calendar, UnknownDays};
use prahari_domain::time::Timestamp;

use super::*;
use crate::clock_time::clock;

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    Timestamp::from_ist(date.parse().unwrap(), format!("{time}:00").parse().unwrap())
}

fn schedule(task: Task, rule: Rule) -> Schedule {
    Schedule::of(task, rule)
}

fn rule(body: &str) -> Rule {
    Rule::Script(format!("fn slots(day) {{ {body} }}"))
}

fn script(body: &str) -> Schedule {
    schedule(Task::literal("buy_orders"), rule(body))
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

/// The tasks that come with the program, in the order in which they run.
pub(super) const TASKS: [&str; 7] = [
    "premarket_retry",
    "premarket_amo_adjustment",
    "sell_monitor",
    "position_monitor",
    "analysis",
    "buy_orders",
    "eod_cleanup",
];

/// What the manifest of such a task says of its schedule.
fn manifest(name: &str) -> serde_json::Value {
    let file = format!("{}/../../plugins/{name}/manifest.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The rules that the manifest of a task allows.
pub(super) fn bounds(task: Task) -> RuleBounds {
    serde_json::from_value(manifest(task.name())["schedule"]["bounds"].clone()).unwrap()
}

/// Whether a schedule may be saved, by the manifest of its task.
pub(super) fn valid(schedule: &Schedule, calendar: &Calendar) -> Result<(), ScheduleError> {
    validate(schedule, &bounds(schedule.task), calendar, at("2025-01-02 09:00"))
}

fn late(task: Task) -> LatePolicy {
    serde_json::from_value(manifest(task.name())["late"].clone()).unwrap()
}

pub(super) fn defaults() -> Vec<Schedule> {
    let of = |name: &str| {
        let manifest = manifest(name);
        let terms: ScheduleTerms = serde_json::from_value(manifest["schedule"].clone()).unwrap();
        terms.schedule(name.parse().unwrap(), manifest["description"].as_str().unwrap()).unwrap()
    };
    TASKS.map(of).to_vec()
}

fn default_slots(date: &str) -> Vec<(String, String)> {
    let of = |schedule: &Schedule| (schedule.task.to_string(), slots_on(schedule, date).unwrap());
    defaults().iter().map(of).collect()
}

fn expected(times: [&str; 7]) -> Vec<(String, String)> {
    TASKS.iter().zip(times).map(|(task, times)| ((*task).to_owned(), times.to_owned())).collect()
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
    assert_eq!(
        slots_on(&schedule(Task::literal("sell_monitor"), rule), "2024-11-01").unwrap(),
        "18:05-18:45"
    );
    let early = Rule::EachMinute { start: clock(9, 0), end: clock(15, 30) };
    assert_eq!(
        slots_on(&schedule(Task::literal("sell_monitor"), early), "2024-03-02").unwrap(),
        "09:00-10:00 11:30-12:30"
    );
}

#[test]
fn a_time_within_trading_keeps_its_distance_to_the_open_and_ends_with_the_session() {
    let at = |hours, minutes| schedule(Task::literal("buy_orders"), Rule::At { time: clock(hours, minutes) });
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
}

#[test]
fn scripts_may_have_functions_of_their_own() {
    let text = "fn half(a) { a + 30 } fn slots(day) { half(day.moved(\"16:00\")) }";
    let schedule = schedule(Task::literal("buy_orders"), Rule::Script(text.to_owned()));
    assert_eq!(slots_on(&schedule, "2025-01-02").unwrap(), "16:30");
}

#[test]
fn a_script_is_functions_with_slots_among_them_and_nothing_else() {
    let refused = |text: &str| {
        let schedule = schedule(Task::literal("buy_orders"), Rule::Script(text.to_owned()));
        slots_on(&schedule, "2025-01-02").unwrap_err().to_string()
    };
    let start = "the schedule of buy_orders is not valid: the script ";
    assert_eq!(refused("[600]"), format!("{start}has statements outside its functions"));
    for text in
        ["", "// nothing", "fn times(day) { 600 }", "fn slots() { 600 }", "fn slots(day, more) { 600 }"]
    {
        assert_eq!(refused(text), format!("{start}does not define fn slots(day)"), "{text}");
    }
    let again = "fn range(a, b) { [a, b] } fn slots(day) { range(600, 660) }";
    assert_eq!(refused(again), format!("{start}defines range again, which has a meaning already"));
}

#[test]
fn scripts_know_their_day() {
    let facts = r#"if day.date == "2024-11-01" && day.month == 11 && day.day_of_month == 1 && day.special
        && day.note == "Muhurat" && day.opens == 1080 && day.closes == 1140 { "19:15" }"#;
    assert_eq!(slots_on(&script(facts), "2024-11-01").unwrap(), "19:15");
}

fn failure(body: &str) -> String {
    let message = slots_on(&script(body), "2025-01-02").unwrap_err().to_string();
    assert!(message.starts_with("the schedule of buy_orders gives no times for 2025-01-02: "), "{message}");
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn what_a_script_answers_must_be_a_time_of_its_day() {
    for outside in ["-1", "1440", "[600, 2000]"] {
        assert!(failure(outside).contains("outside its day"), "{outside}");
    }
    assert!(failure("1.5").contains("a value of type f64, not a time"));
    assert!(failure("[[600]]").contains("a value of type array, not a time"));
    assert!(failure("\"25:00\"").contains("is not a time such as 09:15"));
    assert!(failure("\"9:15\"").contains("is not a time such as 09:15"), "two digits for the hour");
    assert!(failure("day.moved(\"soon\")").contains("is not a time such as 09:15"));
}

#[test]
fn a_script_that_is_no_rhai_is_told_the_place() {
    let message = refused(Task::literal("buy_orders"), rule("nonsense("));
    assert!(message.contains("line 1"), "{message}");
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
        assert_eq!(valid(&schedule, &calendar()), Ok(()), "{}", schedule.task);
    }
}

fn refused(task: Task, rule: Rule) -> String {
    valid(&schedule(task, rule), &calendar()).unwrap_err().to_string()
}

#[test]
fn premarket_tasks_may_run_from_eight_and_the_analysis_until_twenty() {
    let is_valid = |task, hour, minute| {
        let at = Rule::At { time: clock(hour, minute) };
        valid(&schedule(Task::literal(task), at), &calendar()).is_ok()
    };
    for task in ["premarket_retry", "premarket_amo_adjustment"] {
        assert!(is_valid(task, 8, 0) && !is_valid(task, 7, 59), "{task}");
    }
    assert!(is_valid("analysis", 20, 0) && !is_valid("analysis", 20, 1));
}

#[test]
fn rules_that_do_not_fit_their_task_are_refused() {
    let at = |time| Rule::At { time };
    let hourly = |start, end| Rule::Hourly { start, end };
    let minutes = |start, end| Rule::EachMinute { start, end };
    let late = NaiveTime::from_hms_opt(18, 1, 0).unwrap();
    let seconds = NaiveTime::from_hms_opt(12, 0, 1).unwrap();
    for (task, rule, sentence) in [
        (Task::literal("buy_orders"), at(clock(8, 59)), "08:59 is not between 09:00 and 18:00"),
        (Task::literal("buy_orders"), at(late), "18:01 is not between 09:00 and 18:00"),
        (Task::literal("buy_orders"), at(seconds), "12:00:01 is not a whole minute"),
        (Task::literal("buy_orders"), hourly(clock(9, 30), clock(15, 30)), "at one time of the day"),
        (
            Task::literal("position_monitor"),
            hourly(clock(9, 0), clock(15, 30)),
            "30 minutes past the hour only",
        ),
        (Task::literal("position_monitor"), hourly(clock(15, 30), clock(9, 30)), "is after its end"),
        (Task::literal("position_monitor"), at(clock(9, 30)), "it runs hourly"),
        (Task::literal("sell_monitor"), minutes(clock(15, 30), clock(15, 30)), "is not before its end"),
        (Task::literal("sell_monitor"), at(clock(9, 30)), "it runs each minute"),
        (
            Task::literal("buy_orders"),
            rule("day.each_minute(\"09:15\", \"15:30\")"),
            "it may not run each minute",
        ),
    ] {
        let message = refused(task, rule);
        assert!(message.contains(sentence), "{message}");
    }
}

#[test]
fn a_script_that_fails_on_a_single_day_is_found_before_it_is_saved() {
    for (body, sentence) in [
        ("if day.month == 7 { 2000 }", "outside its day"),
        ("if day.weekday == 3 { 1.5 }", "not a time"),
        ("if day.note == \"Muhurat\" { -1 }", "outside its day"),
        ("if day.date == \"2026-06-17\" { loop {} }", "for 2026-06-17: Too many operations"),
    ] {
        let message = refused(Task::literal("buy_orders"), rule(body));
        assert!(message.contains(sentence), "{message}");
    }
    let moved = script("day.moved(\"16:05\")");
    assert_eq!(valid(&moved, &calendar()), Ok(()));
}

fn one_shot(text: &str) -> Slot {
    Slot { due_at: at(text), ends_at: None, ticks: 1 }
}

#[test]
fn the_preview_lists_the_next_slots_also_after_the_published_calendar() {
    let buys = schedule(Task::literal("buy_orders"), Rule::At { time: clock(16, 5) });
    let next = preview(&buys, &calendar(), at("2025-01-03 16:06"), 3).unwrap();
    assert_eq!(next, ["2025-01-06 16:05", "2025-01-07 16:05", "2025-01-08 16:05"].map(one_shot));
    let last = preview(&buys, &calendar(), at("2026-12-31 00:00"), 3).unwrap();
    assert_eq!(last, ["2026-12-31 16:05", "2027-01-01 16:05", "2027-01-04 16:05"].map(one_shot));
    let window = |from, to, ticks| Slot { due_at: at(from), ends_at: Some(at(to)), ticks };
    let windows = preview(&defaults()[2], &calendar(), at("2024-03-02 00:00"), 2).unwrap();
    let expected = [
        window("2024-03-02 09:15", "2024-03-02 10:00", 45),
        window("2024-03-02 11:30", "2024-03-02 12:30", 60),
    ];
    assert_eq!(windows, expected);
    assert_eq!(windows[0].instants().last(), Some(at("2024-03-02 09:59")));
}

#[test]
fn a_disabled_schedule_has_nothing_to_preview() {
    let off = Schedule { enabled: false, ..defaults().remove(0) };
    assert_eq!(preview(&off, &calendar(), at("2025-01-01 00:00"), 5).unwrap(), []);
    let year = stretch(&off, &calendar(), day("2025-01-01"), day("2025-12-31")).unwrap();
    assert_eq!((year.trading_days, year.days_with_slots, year.slots.len()), (249, 0, 0));
}

fn day(text: &str) -> prahari_domain::time::Day {
    text.parse().unwrap()
}

#[test]
fn a_year_counts_its_days_slots_and_runs() {
    let (from, to) = (day("2025-01-01"), day("2025-12-31"));
    let monitor = stretch(&defaults()[2], &calendar(), from, to).unwrap();
    assert_eq!((monitor.trading_days, monitor.days_with_slots, monitor.slots.len()), (249, 249, 249));
    // 248 days of 375 minutes and the Muhurat hour.
    assert_eq!(monitor.runs(), 248 * 375 + 60);
    let mondays = stretch(&script("if day.weekday == 1 { 600 }"), &calendar(), from, to).unwrap();
    assert_eq!((mondays.days_with_slots, mondays.runs()), (50, 50));
    let beyond = stretch(&defaults()[0], &calendar(), day("2026-12-01"), day("2027-12-31")).unwrap();
    assert_eq!((beyond.from, beyond.to), (Some(day("2026-12-01")), Some(day("2027-12-31"))));
    // 22 trading days of December 2026 and every weekday of 2027.
    assert_eq!((beyond.presumed_from, beyond.trading_days), (Some(day("2027-01-01")), 22 + 261));
    let outside = stretch(&defaults()[0], &calendar(), day("2021-01-01"), day("2022-12-31")).unwrap();
    assert_eq!((outside.from, outside.trading_days), (None, 0));
}

#[test]
fn the_preview_of_a_schedule_that_never_fires_ends() {
    let never = script("if day.date == \"1999-01-01\" { 600 }");
    assert_eq!(preview(&never, &calendar(), at("2026-12-01 00:00"), 5).unwrap(), []);
}

#[test]
fn two_schedules_differ_on_the_days_on_which_their_slots_do() {
    let before = schedule(Task::literal("buy_orders"), Rule::At { time: clock(16, 5) });
    let after = script("if day.weekday == 5 { \"16:30\" } else { day.moved(\"16:05\") }");
    let (from, to) = (day("2025-01-01"), day("2025-01-12"));
    let all = differences(&before, &after, &calendar(), from, to).unwrap();
    let friday = |date: &str| DayDifference {
        day: day(date),
        removed: vec![one_shot(&format!("{date} 16:05"))],
        added: vec![one_shot(&format!("{date} 16:30"))],
    };
    assert_eq!(all, [friday("2025-01-03"), friday("2025-01-10")]);
    assert_eq!(differences(&after, &after, &calendar(), from, to).unwrap(), []);
    let off = Schedule { enabled: false, ..before.clone() };
    let gone = differences(&before, &off, &calendar(), from, to).unwrap();
    assert_eq!(gone.len(), 8, "the trading days");
    assert!(gone.iter().all(|day| day.added.is_empty() && day.removed.len() == 1));
}

#[test]
fn a_longer_session_is_another_slot() {
    let shorter = Rule::EachMinute { start: clock(9, 15), end: clock(15, 0) };
    let shorter = schedule(Task::literal("sell_monitor"), shorter);
    let friday = day("2025-01-03");
    let change = differences(&defaults()[2], &shorter, &calendar(), friday, friday).unwrap().remove(0);
    assert_eq!((change.removed[0].ticks, change.added[0].ticks), (375, 345));
}

#[test]
fn a_late_slot_has_its_window() {
    let latest = |task, due| latest_start(late(task), at(due), &calendar());
    assert_eq!(latest(Task::literal("buy_orders"), "2025-01-03 16:05"), at("2025-01-03 16:07"));
    assert_eq!(latest(Task::literal("sell_monitor"), "2025-01-03 10:00"), at("2025-01-03 10:01"));
    assert_eq!(latest(Task::literal("analysis"), "2025-01-03 16:00"), at("2025-01-06 09:15").plus_millis(-1));
    assert_eq!(
        latest(Task::literal("analysis"), "2026-12-31 16:00"),
        at("2027-01-01 09:15").plus_millis(-1),
        "presumed"
    );
    let closed = calendar().with_unknown_days(UnknownDays::Closed);
    assert_eq!(
        latest_start(late(Task::literal("analysis")), at("2026-12-31 16:00"), &closed),
        at("2026-12-31 16:02")
    );
}

#[test]
fn schedules_are_stored_as_people_write_them() {
    let json = r#"{"task":"position_monitor","rules":[{"hourly":{"start":"09:30","end":"15:30"}}],"after":null,"enabled":true,"description":"Looks for re-entries and exits of open positions"}"#;
    assert_eq!(serde_json::to_string(&defaults()[3]).unwrap(), json);
    assert_eq!(serde_json::from_str::<Schedule>(json).unwrap(), defaults()[3]);
    assert!(serde_json::from_str::<Rule>(r#"{"at":{"time":"9 am"}}"#).is_err());
}
