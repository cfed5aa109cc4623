use super::*;

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    Timestamp::from_ist(day(date), format!("{time}:00").parse().unwrap())
}

fn phases(date: &str, closing_auction: bool) -> String {
    let trading_day = calendar().trading_day(day(date)).unwrap();
    let windows = if closing_auction { trading_day.auction_windows } else { trading_day.windows };
    let time = |at: Timestamp| at.ist_time().format("%H:%M").to_string();
    let text = |w: &PhaseWindow| format!("{} {}-{}", w.phase.name(), time(w.starts), time(w.ends));
    windows.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_calendar_covers_the_published_years_and_says_so_outside() {
    let calendar = calendar();
    assert_eq!(calendar.covers(), (day("2023-01-01"), day("2026-12-31")));
    let error = calendar.trading_day(day("2027-01-04")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2027-01-04 is outside the published trading calendar, which covers 2023-01-01 to 2026-12-31"
    );
    assert!(!calendar.is_open_on(day("2027-01-04")));
}

#[test]
fn the_number_of_trading_days_agrees_with_the_published_lists() {
    let calendar = calendar();
    let open = |year: i32| {
        let days = Day::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
        days.filter(|day| calendar.is_open_on(*day)).count()
    };
    // Weekdays less closures (15, 17, 14, 16) plus sessions on closed days (1, 4, 2, 1; the Muhurat of 2026 has no hours).
    assert_eq!([2023, 2024, 2025, 2026].map(open), [246, 249, 249, 246]);
}

#[test]
fn the_phases_follow_the_regime_of_the_date() {
    let classic = "pre_open 09:00-09:08, pre_open_matching 09:08-09:15, continuous 09:15-15:30, \
                   closing_matching 15:30-15:40, post_close 15:40-16:00";
    assert_eq!(phases("2026-07-31", false), classic);
    assert_eq!(phases("2026-07-31", true), classic);
    assert_eq!(
        phases("2026-08-03", false),
        "pre_open 09:00-09:08, pre_open_matching 09:08-09:15, continuous 09:15-15:30, \
         closing_matching 15:30-15:50, post_close 15:50-16:00"
    );
    assert_eq!(
        phases("2026-09-04", true),
        "pre_open 09:00-09:08, pre_open_matching 09:08-09:15, continuous 09:15-15:15, \
         closing_reference 15:15-15:20, closing_auction 15:20-15:25, closing_auction_limit_only 15:25-15:30, \
         closing_matching 15:30-15:50, post_close 15:50-16:00"
    );
    assert!(phases("2026-09-07", false).starts_with(
        "pre_open 09:00-09:05, pre_open_limit_only 09:05-09:10, pre_open_matching 09:10-09:15, continuous 09:15-15:30"
    ));
}

#[test]
fn a_phase_begins_with_its_first_instant_and_ends_before_its_last() {
    let calendar = calendar();
    let phase = |text, auction| calendar.phase_at(at(text), auction);
    assert_eq!(phase("2025-01-02 08:59", false), Phase::Closed);
    assert_eq!(phase("2025-01-02 09:15", false), Phase::Continuous);
    assert_eq!(phase("2025-01-02 15:30", false), Phase::ClosingMatching);
    assert_eq!(phase("2025-01-02 16:00", false), Phase::Closed);
    assert_eq!(phase("2026-08-03 15:15", true), Phase::ClosingReference);
    assert_eq!(phase("2026-08-03 15:15", false), Phase::Continuous);
    assert!(calendar.has_closing_auction(at("2026-08-03 10:00")));
    assert!(!calendar.has_closing_auction(at("2026-07-31 10:00")));
}

#[test]
fn holidays_and_weekends_are_closed_and_say_why() {
    let calendar = calendar();
    let note = |date| {
        let found = calendar.trading_day(day(date)).unwrap();
        assert!(!found.open && found.windows.is_empty(), "{date}");
        found.note
    };
    assert_eq!(note("2025-01-26"), "Sunday");
    assert_eq!(note("2025-12-25"), "Christmas");
    assert_eq!(note("2026-11-08"), "Muhurat: its hours are not published, so it is treated as closed");
}

#[test]
fn special_sessions_are_open_inside_their_hours_with_a_derived_pre_open() {
    assert_eq!(
        phases("2024-11-01", false),
        "pre_open 17:45-17:53, pre_open_matching 17:53-18:00, continuous 18:00-19:00"
    );
    assert_eq!(
        phases("2024-03-02", false),
        "pre_open 09:00-09:08, pre_open_matching 09:08-09:15, continuous 09:15-10:00, \
         pre_open 11:15-11:23, pre_open_matching 11:23-11:30, continuous 11:30-12:30"
    );
    let calendar = calendar();
    let muhurat = calendar.trading_day(day("2024-11-01")).unwrap();
    assert_eq!((muhurat.note.as_str(), muhurat.special, muhurat.assumed), ("Muhurat", true, true));
    let budget = calendar.trading_day(day("2025-02-01")).unwrap();
    assert!(budget.special && !budget.assumed);
    assert_eq!(phases("2025-02-01", false), phases("2025-01-31", false));
    assert_eq!(
        calendar.continuous(day("2024-03-02")).unwrap(),
        [(at("2024-03-02 09:15"), at("2024-03-02 10:00")), (at("2024-03-02 11:30"), at("2024-03-02 12:30"))]
    );
}

#[test]
fn after_market_orders_are_taken_from_16_01_to_08_55_and_on_closed_days() {
    let calendar = calendar();
    let taken = |text| calendar.after_market_open(at(text));
    assert!(!taken("2025-01-02 16:00") && taken("2025-01-02 16:01"));
    assert!(taken("2025-01-03 08:54") && !taken("2025-01-03 08:55") && !taken("2025-01-03 12:00"));
    assert!(taken("2025-01-04 12:00"), "a Saturday");
    assert!(taken("2024-11-01 17:39") && !taken("2024-11-01 17:40"), "before an evening session");
    assert!(!taken("2024-11-01 19:00") && taken("2024-11-01 19:01"), "after an evening session");
    assert!(!taken("2024-03-02 13:00") && taken("2024-03-02 16:01"), "after a short Saturday");
    assert!(!taken("2027-01-04 12:00"), "outside the calendar");
}

#[test]
fn trading_days_are_counted_over_holidays_and_weekends() {
    let calendar = calendar();
    // 2025-10-21 is a Muhurat session on a holiday, 2025-10-22 is closed.
    assert_eq!(calendar.next_open(day("2025-10-20")), Ok(day("2025-10-21")));
    assert_eq!(calendar.trading_day_from(day("2025-10-20"), 2), Ok(day("2025-10-23")));
    assert_eq!(calendar.trading_day_from(day("2025-10-23"), -2), Ok(day("2025-10-20")));
    assert_eq!(calendar.trading_day_from(day("2025-10-20"), 0), Err(CalendarError::NoDirection));
    assert!(matches!(calendar.next_open(day("2026-12-31")), Err(CalendarError::NotCovered { .. })));
    assert!(matches!(
        calendar.trading_day_from(day("2025-01-01"), i32::MIN),
        Err(CalendarError::NotCovered { .. })
    ));
}

#[test]
fn the_signal_window_runs_from_nine_to_nine_over_closed_days() {
    let calendar = calendar();
    let window = |text| calendar.signal_window(at(text)).unwrap();
    assert_eq!(window("2025-01-03 09:00"), day("2025-01-03"));
    assert_eq!(window("2025-01-03 08:59"), day("2025-01-02"));
    assert_eq!(window("2025-01-05 12:00"), day("2025-01-03"), "a Sunday");
    assert_eq!(window("2025-01-06 08:59"), day("2025-01-03"), "a Monday morning");
    assert!(calendar.signal_window(at("2023-01-01 12:00")).is_err());
}

#[test]
fn the_analysis_writes_outside_trading_hours_of_trading_days() {
    let calendar = calendar();
    let may = |text| calendar.analysis_may_write(at(text));
    assert!(may("2025-01-03 08:59") && !may("2025-01-03 09:00"));
    assert!(!may("2025-01-03 15:59") && may("2025-01-03 16:00"));
    assert!(!may("2025-01-04 18:00") && !may("2025-12-25 18:00"));
}

#[test]
fn an_operators_file_replaces_the_holidays() {
    let file = r#"{"years": {"2030": {
        "holidays": [{"date": "2030-01-26", "name": "Republic Day"}],
        "special_sessions": [{"date": "2030-01-26", "open": "18:00", "close": "19:00", "name": "Evening"}]}}}"#;
    let calendar = Calendar::from_json(file).unwrap();
    assert!(calendar.is_open_on(day("2030-01-26")) && calendar.is_open_on(day("2030-12-25")));
}

#[test]
fn a_wrong_file_is_refused_in_one_sentence() {
    let year = |holidays: &str, sessions: &str| {
        format!(r#"{{"years": {{"2030": {{"holidays": [{holidays}], "special_sessions": [{sessions}]}}}}}}"#)
    };
    let holiday = r#"{"date": "2030-01-26", "name": "R"}"#;
    let reversed = r#"{"date": "2030-11-01", "open": "19:00", "close": "18:00", "name": "M"}"#;
    let evening = r#"{"date": "2030-11-01", "open": "18:00", "close": "19:00", "name": "M"}"#;
    let odd = r#"{"date": "2030-11-01", "open": "6 pm", "close": "19:00", "name": "M"}"#;
    let wrong = [
        ("[]".to_owned(), "cannot be read"),
        (year("", ""), "no year has holidays"),
        (year(r#"{"date": "2031-01-26", "name": "R"}"#, ""), "2031-01-26 is listed under 2030"),
        (year(holiday, reversed), "the session of 2030-11-01 closes before it opens"),
        (
            year(holiday, &format!("{evening}, {evening}")),
            "the sessions of 2030-11-01 overlap or are not in order",
        ),
        (year(holiday, odd), "is not a time such as 09:15"),
    ];
    for (text, expected) in wrong {
        let message = Calendar::from_json(&text).unwrap_err().to_string();
        assert!(message.contains(expected) && !message.contains('\n'), "{message}");
    }
}

#[test]
fn the_phases_of_every_day_follow_each_other_and_answer_for_themselves() {
    let calendar = calendar();
    let (from, to) = calendar.covers();
    for day in from.iter_days().take_while(|day| *day <= to) {
        let found = calendar.trading_day(day).unwrap();
        assert_eq!(found.open, calendar.is_open_on(day), "{day}");
        for (windows, auction) in [(&found.windows, false), (&found.auction_windows, true)] {
            assert_eq!(windows.is_empty(), !found.open, "{day}");
            assert!(windows.is_sorted_by(|a, b| a.ends <= b.starts), "{day}");
            for window in windows {
                assert!(window.starts < window.ends && window.starts.ist_day() == day);
                assert_eq!(calendar.phase_at(window.starts, auction), window.phase);
                assert_eq!(calendar.phase_at(window.ends.plus_millis(-1), auction), window.phase);
            }
        }
    }
}

#[test]
fn counting_trading_days_forth_and_back_returns() {
    let calendar = calendar();
    let start = day("2024-06-03");
    for count in 1..=250 {
        let there = calendar.trading_day_from(start, count).unwrap();
        assert_eq!(calendar.trading_day_from(there, -count), Ok(start), "{count}");
    }
}
