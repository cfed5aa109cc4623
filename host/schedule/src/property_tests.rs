//! Whatever people write, a schedule answers times of its day or one sentence.

use chrono::NaiveTime;
use prahari_domain::calendar::{Calendar, TradingDay};
use proptest::prelude::*;

use super::*;
use crate::clock_time::clock;

fn any_day() -> impl Strategy<Value = TradingDay> {
    let calendar = Calendar::embedded().unwrap();
    let special = vec!["2023-11-12", "2024-03-02", "2024-05-18", "2024-11-01", "2025-02-01", "2025-10-21"];
    let ordinary =
        (0..1_461_u64).prop_map(|days| Day::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(days));
    let special = prop::sample::select(special).prop_map(|day| day.parse::<Day>().unwrap());
    prop_oneof![ordinary, special].prop_map(move |day| calendar.trading_day(day).unwrap())
}

fn time() -> impl Strategy<Value = NaiveTime> {
    (0..24_i64, 0..60_i64).prop_map(|(hours, minutes)| clock(hours, minutes))
}

/// One field of a cron expression: mostly one that is valid in some place.
fn field() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => Just("*".to_owned()),
        2 => (0..32_u32).prop_map(|number| number.to_string()),
        2 => (0..24_u32, 0..60_u32).prop_map(|(from, to)| format!("{from}-{to}")),
        1 => (1..61_u32).prop_map(|step| format!("*/{step}")),
        1 => prop::sample::select(vec!["L", "15W", "MON-FRI", "5#3", "FRI#L", "JAN", "?", "0-7", "7"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 1..3).prop_map(|parts| parts.join(","))
}

/// Cron expressions of which many are valid, and texts that are none.
fn cron() -> impl Strategy<Value = Rule> {
    let zones =
        vec!["Asia/Kolkata", "Europe/London", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"];
    let zone = prop::sample::select(zones).prop_map(|name| parse_zone(name).unwrap());
    let fields = prop::collection::vec(field(), 5).prop_map(|fields| fields.join(" "));
    let expression = prop_oneof![6 => fields, 1 => ".{0,40}", 1 => "[0-9A-Z*,/?# -]{0,40}"];
    (expression, zone).prop_map(|(expression, zone)| Rule::Cron { expression, zone })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop::collection::vec(prop_oneof![3 => rule(), 2 => cron()], 1..4)
}

fn of_rules(task: Task, rules: Vec<Rule>) -> Schedule {
    Schedule { task, rules, after: None, enabled: true, description: String::new() }
}

fn rule() -> impl Strategy<Value = Rule> {
    // Words that functions are made of, so that some get past the parser.
    let body = |body: String| Rule::Script(format!("fn slots(day) {{ {body} }}"));
    let word = r#"day|\.|moved|\("09:00"\)|hourly|\(|\)|\[|\]|,|600|-|\+|let a = |;|a|if|else|\{|\}|loop|opens|"| |return"#;
    prop_oneof![
        time().prop_map(|time| Rule::At { time }),
        (time(), time()).prop_map(|(start, end)| Rule::Hourly { start, end }),
        (time(), time()).prop_map(|(start, end)| Rule::EachMinute { start, end }),
        ".{0,60}".prop_map(Rule::Script),
        prop::string::string_regex(&format!("({word}){{1,20}}")).unwrap().prop_map(body),
    ]
}

proptest! {
    #[test]
    fn slots_are_times_of_their_day_in_order_or_a_sentence(day in any_day(), rules in rules()) {
        let schedule = of_rules(Task::literal("sell_monitor"), rules);
        let answer = slots(&schedule, &day);
        prop_assert_eq!(&answer, &slots(&schedule, &day), "asked twice");
        match answer {
            Ok(DaySlots::Times(times)) => {
                prop_assert!(day.open || times.is_empty());
                prop_assert!(times.is_sorted_by(|a, b| a < b));
                prop_assert!(times.len() <= MAX_TIMES);
                prop_assert!(times.iter().all(|at| at.ist_day() == day.day));
            }
            Ok(DaySlots::Continuous { windows, .. }) => {
                prop_assert!(windows.iter().all(|(from, to)| from < to && from.ist_day() == day.day));
                prop_assert!(windows.is_sorted_by(|a, b| a.1 <= b.0));
            }
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn several_rules_are_due_when_one_of_them_is(day in any_day(), rules in rules()) {
        let alone: Vec<_> =
            rules.iter().map(|rule| slots(&Schedule::of(Task::literal("sell_monitor"), rule.clone()), &day)).collect();
        let together = slots(&of_rules(Task::literal("sell_monitor"), rules), &day);
        if let Ok(together) = together {
            let instants = |slots: DaySlots| -> std::collections::BTreeSet<_> {
                slots.list().iter().flat_map(Slot::instants).collect()
            };
            let each = alone.into_iter().flat_map(|slots| instants(slots.unwrap())).collect();
            prop_assert_eq!(instants(together), each);
        } else if alone.iter().all(Result::is_ok) {
            let error = together.unwrap_err().to_string();
            prop_assert!(error.contains("together") || error.contains("each minute and another"), "{}", error);
        }
    }

    #[test]
    fn what_is_valid_has_slots_on_every_day(day in any_day(), rule in rule(), name in prop::sample::select(super::tests::TASKS.to_vec())) {
        let task: Task = name.parse().unwrap();
        let schedule = Schedule::of(task, rule);
        let scripted = matches!(schedule.rules[..], [Rule::Script(_)]);
        if !scripted && super::tests::valid(&schedule, &Calendar::embedded().unwrap()).is_ok() {
            prop_assert!(slots(&schedule, &day).is_ok());
        }
    }
}
