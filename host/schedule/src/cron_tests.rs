//! What cron expressions mean on trading days, and what is none.

use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::tests::valid;
use super::*;

fn cron(expression: &str, zone: &str) -> Schedule {
    let (expression, zone) = (expression.to_owned(), parse_zone(zone).unwrap());
    Schedule::of(Task::literal("buy_orders"), Rule::Cron { expression, zone })
}

fn times(schedule: &Schedule, date: &str) -> String {
    let day = Calendar::embedded().unwrap().trading_day(date.parse().unwrap()).unwrap();
    let DaySlots::Times(times) = slots(schedule, &day).unwrap() else { panic!("times") };
    let times: Vec<_> = times.iter().map(|at| at.ist_time().format("%H:%M").to_string()).collect();
    times.join(" ")
}

fn refused(expression: &str) -> String {
    valid(&cron(expression, "Asia/Kolkata"), &Calendar::embedded().unwrap()).unwrap_err().to_string()
}

#[test]
fn an_expression_is_due_on_trading_days_only() {
    let india = |expression: &str, date: &str| times(&cron(expression, "Asia/Kolkata"), date);
    // A Thursday, a Saturday with a session, one without, and Christmas.
    assert_eq!(india("5 16 * * *", "2025-01-02"), "16:05");
    assert_eq!(india("5 16 * * *", "2025-02-01"), "16:05");
    assert_eq!(india("5 16 * * *", "2025-01-04"), "");
    assert_eq!(india("5 16 * * *", "2025-12-25"), "");
    assert_eq!(india("5 16 * * MON-FRI", "2025-02-01"), "", "a Saturday");
    assert_eq!(india("0,30 9-11/2 * * THU", "2025-01-02"), "09:00 09:30 11:00 11:30");
    assert_eq!(india("0 0 * * *", "2025-01-02"), "00:00", "the first minute");
    assert_eq!(india("59 23 * * *", "2025-01-02"), "23:59", "and the last");
}

#[test]
fn days_of_the_week_and_of_the_month_mean_what_they_do_on_unix() {
    let india = |expression: &str, date: &str| times(&cron(expression, "Asia/Kolkata"), date);
    for (weekday, date) in
        [("1", "2025-01-06"), ("5", "2025-01-03"), ("FRI", "2025-01-03"), ("1-5", "2025-01-02")]
    {
        assert_eq!(india(&format!("0 10 * * {weekday}"), date), "10:00", "{weekday}");
    }
    for sunday in ["0", "7", "SUN"] {
        assert_eq!(
            india(&format!("0 10 * * {sunday}"), "2023-11-12"),
            "10:00",
            "Muhurat trading on a Sunday"
        );
        assert_eq!(india(&format!("0 10 * * {sunday}"), "2025-01-06"), "");
    }
    // Either will do where both are given: the first of the month, and Mondays.
    assert_eq!(india("0 10 1 * MON", "2025-01-01"), "10:00");
    assert_eq!(india("0 10 1 * MON", "2025-01-06"), "10:00");
    assert_eq!(india("0 10 1 * MON", "2025-01-07"), "");
    assert_eq!(india("0 10 L * *", "2025-01-31"), "10:00");
    assert_eq!(india("0 10 * * THU#L", "2025-01-30"), "10:00", "the last Thursday");
    assert_eq!(india("0 10 * * THU#L", "2025-01-23"), "");
    assert_eq!(india("0 10 2W * *", "2025-03-03"), "10:00", "the working day next to a Sunday");
}

#[test]
fn another_zone_moves_with_its_clocks() {
    let new_york = cron("30 9 * * *", "America/New_York");
    // Its clocks went forward on 9 March 2025, a Sunday.
    assert_eq!(times(&new_york, "2025-03-07"), "20:00");
    assert_eq!(times(&new_york, "2025-03-10"), "19:00");
    // What is late there is on the next day of the exchange.
    assert_eq!(times(&cron("0 22 * * THU", "America/New_York"), "2025-01-03"), "08:30");
}

#[test]
fn what_the_clocks_of_a_zone_skip_or_repeat_is_due_once() {
    // In Cairo Friday 25 April 2025 began at 01:00, and the hour before Friday 31 October was there twice.
    assert_eq!(times(&cron("30 0 * * FRI", "Africa/Cairo"), "2025-04-25"), "03:30", "the first minute after");
    assert_eq!(times(&cron("0 1 * * FRI", "Africa/Cairo"), "2025-04-25"), "03:30");
    assert_eq!(times(&cron("30 23 30 10 *", "Africa/Cairo"), "2025-10-31"), "02:00", "the first of the two");
    assert_eq!(
        times(&cron("*/30 23 30 10 *", "Africa/Cairo"), "2025-10-31"),
        "01:30 02:00 02:30 03:00",
        "each half hour goes on"
    );
}

#[test]
fn a_bad_expression_is_refused_with_the_field_that_is_wrong() {
    let start = "the schedule of buy_orders is not valid: ";
    for (expression, sentence) in [
        (
            "",
            "the cron expression has 0 fields instead of five: minute, hour, day of the month, month, day of the week",
        ),
        ("0 30 9 * * *", "the cron expression has 6 fields instead of five"),
        ("@daily", "the cron expression has the character '@', which means nothing in one"),
        (
            "0 9 * * \u{202e}*",
            "the cron expression has the character '\\u{202e}', which means nothing in one",
        ),
        ("60 9 * * *", "the minute \"60\" of the cron expression is not valid: "),
        ("0 24 * * *", "the hour \"24\" of the cron expression is not valid: "),
        ("0 9 32 * *", "the day of the month \"32\" of the cron expression is not valid: "),
        ("0 9 * 13 *", "the month \"13\" of the cron expression is not valid: "),
        ("0 9 * * 8", "the day of the week \"8\" of the cron expression is not valid: "),
        ("0 9 * * LUNCH", "the day of the week \"LUNCH\" of the cron expression is not valid: "),
        ("*/0 9 * * *", "the minute \"*/0\" of the cron expression is not valid: "),
        (
            "99999999999999999999 9 * * *",
            "the minute \"99999999999999999999\" of the cron expression is not valid: ",
        ),
    ] {
        let message = refused(expression);
        assert!(message.starts_with(&format!("{start}{sentence}")), "{expression}: {message}");
    }
}

#[test]
fn an_expression_is_bounded() {
    let long = format!("{} 9 * * *", "1,".repeat(MAX_CRON_BYTES));
    assert!(refused(&long).ends_with("the limit is 256"), "{}", refused(&long));
    let message = refused("* * * * *");
    assert!(message.ends_with("it is due more than 100 times, which is the limit"), "{message}");
    // 96 times a day are allowed, and so are the same by two rules; other 96 are not.
    let often = cron("*/15 * * * *", "Asia/Kolkata");
    let twice = |more: &str| Schedule {
        rules: [often.rules.clone(), cron(more, "Asia/Kolkata").rules].concat(),
        ..often.clone()
    };
    assert_eq!(times(&often, "2025-01-02").split(' ').count(), 96);
    assert_eq!(times(&twice("0,15,30,45 * * * *"), "2025-01-02"), times(&often, "2025-01-02"));
    let error = valid(&twice("7-52/15 * * * *"), &Calendar::embedded().unwrap()).unwrap_err().to_string();
    assert!(error.contains("its rules answer 192 times together, the limit is 100"), "{error}");
}

#[test]
fn an_expression_that_is_due_on_no_day_to_come_is_refused_also_beside_others() {
    let calendar = Calendar::embedded().unwrap();
    let bounds = super::tests::bounds(Task::literal("buy_orders"));
    let on = |schedule: &Schedule, now: &str| validate(schedule, &bounds, &calendar, super::tests::at(now));
    // No such date; a leap day, on a Thursday in 2024 and a Tuesday in 2028; Christmas; days of the week without a session.
    for (expression, now, never) in [
        ("0 9 30 2 *", "2025-01-02 09:00", true),
        ("0 9 29 2 *", "2024-02-29 08:59", false),
        ("0 9 29 2 *", "2024-02-29 09:01", true),
        ("0 9 29 2 *", "2027-03-01 09:00", false),
        ("0 9 25 12 *", "2025-01-02 09:00", true),
        ("0 9 * * MON-FRI", "2025-01-02 09:00", false),
        ("0 9 2 1 *", "2025-01-02 09:01", false),
    ] {
        let alone = cron(expression, "Asia/Kolkata");
        let other = cron("5 16 * * *", "Asia/Kolkata");
        let beside = Schedule { rules: [other.rules, alone.rules.clone()].concat(), ..alone.clone() };
        for (schedule, rule) in [(&alone, ""), (&beside, "rule 2: ")] {
            let found = on(schedule, now);
            assert_eq!(found.is_err(), never, "{expression} {now}: {found:?}");
            if let Err(error) = found {
                let sentence = format!(
                    "the schedule of buy_orders is not valid: {rule}the cron expression {expression:?} is due on no trading day within 400 days from {} on",
                    &now[..10]
                );
                assert_eq!(error.to_string(), sentence);
            }
        }
    }
    // Days after the published ones may be taken for closed: that is no fault of the expression.
    let last = calendar.covers().1;
    let closed = calendar.clone().with_unknown_days(prahari_domain::calendar::UnknownDays::Closed);
    let now = Timestamp::start_of(last);
    let weekly = cron("0 9 * * MON", "Asia/Kolkata");
    assert_eq!(validate(&weekly, &bounds, &closed, now), Ok(()));
}

#[test]
fn zones_have_names() {
    assert_eq!(parse_zone("Asia/Kolkata"), Ok(india()));
    for wrong in ["Mars/Olympus", "", "asia/kolkata", "IST+5:30", "\u{202e}"] {
        assert!(
            parse_zone(wrong).unwrap_err().ends_with("is not a time zone such as Asia/Kolkata"),
            "{wrong}"
        );
    }
}

#[test]
fn cron_rules_are_stored_as_people_write_them() {
    let json = r#"{"cron":{"expression":"30 9 * * MON","zone":"Europe/London"}}"#;
    let rule: Rule = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&rule).unwrap(), json);
    let short: Rule = serde_json::from_str(r#"{"cron":{"expression":"30 9 * * MON"}}"#).unwrap();
    assert_eq!(short, Rule::Cron { expression: "30 9 * * MON".to_owned(), zone: india() });
}
