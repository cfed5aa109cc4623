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
fn the_calendar_covers_the_published_years_and_says_so_before_them() {
    let calendar = calendar();
    assert_eq!(calendar.covers(), (day("2023-01-01"), day("2026-12-31")));
    let outside = "is outside the trading calendar, which reaches from 2023-01-01 to 2100-12-31";
    for date in ["2022-12-30", "2101-01-03"] {
        assert_eq!(calendar.trading_day(day(date)).unwrap_err().to_string(), format!("{date} {outside}"));
        assert!(!calendar.is_open_on(day(date)));
        let closed = calendar.day_or_closed(day(date));
        assert_eq!((closed.open, closed.note), (false, format!("{date} {outside}")));
    }
}

#[test]
fn weekdays_after_the_published_years_are_presumed_sessions_and_say_so() {
    let calendar = calendar();
    let monday = calendar.trading_day(day("2027-01-04")).unwrap();
    assert!(monday.open && monday.presumed && monday.settlement && !monday.special && !monday.assumed);
    assert_eq!(monday.note, "presumed: no holidays are known after 2026-12-31");
    assert_eq!(phases("2027-01-04", true), phases("2026-12-31", true));
    let saturday = calendar.trading_day(day("2027-01-02")).unwrap();
    assert_eq!((saturday.open, saturday.presumed, saturday.note.as_str()), (false, true, "Saturday"));
    assert!(!calendar.trading_day(day("2026-12-31")).unwrap().presumed);
    assert_eq!(calendar.next_open(day("2026-12-31")), Ok(day("2027-01-01")));
}

#[test]
fn a_setting_makes_the_days_after_the_published_years_closed() {
    let calendar = calendar().with_unknown_days(UnknownDays::Closed);
    let monday = calendar.trading_day(day("2027-01-04")).unwrap();
    assert_eq!((monday.open, monday.presumed), (false, true));
    assert_eq!(monday.note, "closed because no holidays are known after 2026-12-31");
    assert!(calendar.is_open_on(day("2026-12-31")));
    assert!(matches!(calendar.next_open(day("2026-12-31")), Err(CalendarError::NotCovered { .. })));
}

#[test]
fn the_number_of_trading_days_agrees_with_the_published_lists() {
    let calendar = calendar();
    let open = |year: i32| {
        let days = Day::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
        days.filter(|day| calendar.is_open_on(*day)).count()
    };
    // Weekdays less closures (15, 17, 14, 16) plus sessions on closed days (1, 4, 2, 1; the Muhurat of 2026 has no
    // hours).
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
    let new_pre_open =
        "pre_open 09:00-09:05, pre_open_limit_only 09:05-09:10, pre_open_matching 09:10-09:15, ";
    let others =
        format!("{new_pre_open}continuous 09:15-15:30, closing_matching 15:30-15:50, post_close 15:50-16:00");
    assert_eq!((phases("2026-09-07", false), phases("2026-12-04", false)), (others.clone(), others.clone()));
    assert_eq!(
        phases("2026-12-04", true),
        format!(
            "{new_pre_open}continuous 09:15-15:15, closing_reference 15:15-15:20, closing_auction 15:20-15:25, \
             closing_auction_limit_only 15:25-15:30, closing_matching 15:30-15:50, post_close 15:50-16:00"
        )
    );
    assert_eq!(phases("2026-12-07", false), others);
    assert_eq!(
        phases("2026-12-07", true),
        format!(
            "{new_pre_open}continuous 09:15-15:30, closing_reference 15:30-15:31, closing_auction 15:31-15:36, \
             closing_auction_limit_only 15:36-15:40, closing_matching 15:40-15:50, post_close 15:50-16:00"
        )
    );
}

#[test]
fn the_drill_of_may_2024_had_its_second_session_from_11_30() {
    assert_eq!(
        phases("2024-05-18", false),
        "pre_open 09:00-09:08, pre_open_matching 09:08-09:15, continuous 09:15-10:00, \
         pre_open 11:15-11:23, pre_open_matching 11:23-11:30, continuous 11:30-12:30"
    );
    assert!(!calendar().trading_day(day("2024-05-18")).unwrap().assumed, "its phases are published");
}

#[test]
fn a_settlement_holiday_trades_and_does_not_settle() {
    let calendar = calendar();
    for date in ["2026-02-19", "2026-03-19", "2026-04-01", "2026-08-26"] {
        let found = calendar.trading_day(day(date)).unwrap();
        assert_eq!((found.open, found.settlement), (true, false), "{date}");
    }
    assert!(calendar.trading_day(day("2026-02-20")).unwrap().settlement);
    assert!(!calendar.trading_day(day("2026-02-21")).unwrap().settlement, "a Saturday");
    // Shares bought on the day before a settlement holiday arrive a day later.
    assert_eq!(calendar.settlement_day(day("2026-02-17")), Ok(day("2026-02-18")));
    assert_eq!(calendar.settlement_day(day("2026-02-18")), Ok(day("2026-02-20")));
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
fn the_next_phase_is_that_of_today_or_of_the_next_day_with_a_session() {
    let calendar = calendar();
    let next = |text| calendar.next_phase(at(text)).map(|(phase, starts)| (phase.name(), starts.to_string()));
    let expected = |phase, starts: &str| Some((phase, at(starts).to_string()));
    assert_eq!(next("2025-01-02 08:00"), expected("pre_open", "2025-01-02 09:00"));
    assert_eq!(next("2025-01-02 09:15"), expected("closing_matching", "2025-01-02 15:30"));
    let last = calendar.trading_day(day("2025-01-02")).unwrap().windows.last().unwrap().ends;
    assert_eq!(calendar.next_phase(last.plus_millis(-1)), Some((Phase::Closed, last)));
    // Over a weekend.
    assert_eq!(next("2025-01-03 20:00"), expected("pre_open", "2025-01-06 09:00"));
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
    assert!(!taken("2027-01-04 12:00") && taken("2027-01-04 16:01"), "a presumed session");
    assert!(!taken("2022-01-03 16:01"), "outside the calendar");
}

#[test]
fn trading_days_are_counted_over_holidays_and_weekends() {
    let calendar = calendar();
    // 2025-10-21 is a Muhurat session on a holiday, 2025-10-22 is closed.
    assert_eq!(calendar.next_open(day("2025-10-20")), Ok(day("2025-10-21")));
    assert_eq!(calendar.trading_day_from(day("2025-10-20"), 2), Ok(day("2025-10-23")));
    assert_eq!(calendar.trading_day_from(day("2025-10-23"), -2), Ok(day("2025-10-20")));
    assert_eq!(calendar.trading_day_from(day("2025-10-20"), 0), Err(CalendarError::NoDirection));
    assert!(matches!(
        calendar.trading_day_from(day("2025-01-01"), i32::MIN),
        Err(CalendarError::NotCovered { .. })
    ));
    let far = calendar.trading_day_from(day("2025-01-01"), i32::MAX);
    assert_eq!(far, Err(CalendarError::TooFar { count: i32::MAX, most: 2_500 }));
    assert!(calendar.trading_day_from(day("2025-01-01"), 2_500).is_ok());
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
fn the_bars_of_a_session_are_complete_ten_minutes_after_it() {
    let calendar = calendar();
    let newest = |text| calendar.newest_complete_session(at(text)).unwrap();
    assert_eq!(newest("2025-01-03 15:39"), day("2025-01-02"));
    assert_eq!(newest("2025-01-03 15:40"), day("2025-01-03"));
    assert_eq!(newest("2025-01-06 08:00"), day("2025-01-03"), "a Monday morning");
    assert_eq!(newest("2025-01-05 12:00"), day("2025-01-03"), "a Sunday");
    assert_eq!(
        (newest("2024-11-01 16:00"), newest("2024-11-01 19:10")),
        (day("2024-10-31"), day("2024-11-01"))
    );
    assert_eq!(calendar.bars_complete_at(day("2025-12-25")), None);
    assert!(calendar.newest_complete_session(at("2023-01-01 12:00")).is_err());
}

#[test]
fn a_document_of_before_that_says_when_the_analysis_writes_is_still_read() {
    let shipped = calendar();
    let mut text: serde_json::Value = serde_json::to_value(shipped.document()).unwrap();
    assert_eq!(text["hours"]["analysis_writes_from"], serde_json::Value::Null);
    text["hours"]["analysis_writes_from"] = "16:00".into();
    let old: CalendarDocument = serde_json::from_value(text).unwrap();
    assert_eq!(&old, shipped.document());
}

#[test]
fn an_operators_file_adds_the_years_that_it_names() {
    let file = r#"{"years": {"2027": {"source": "NSE/CMTR/1",
        "holidays": [{"date": "2027-01-26", "name": "Republic Day"}],
        "special_sessions": [{"date": "2027-10-29", "open": "18:00", "close": "19:00", "name": "Muhurat"}]}}}"#;
    let shipped = calendar();
    let amended = Calendar::of(shipped.document().amended(file).unwrap()).unwrap();
    assert_eq!(amended.covers(), (day("2023-01-01"), day("2027-12-31")));
    assert!(!amended.is_open_on(day("2027-01-26")) && !amended.is_open_on(day("2025-12-25")));
    let changed = changes(&shipped, &amended, day("2026-12-01"));
    let days: Vec<_> = changed.iter().map(|change| change.after.day.to_string()).collect();
    assert_eq!(days, ["2027-01-26", "2027-10-29"]);
    let whole = Calendar::from_json(&amended.document().to_text().unwrap()).unwrap();
    assert_eq!(whole, amended, "a document reads back as it was written");
}

#[test]
fn a_special_session_may_bring_all_its_phases() {
    let window =
        |phase, starts, ends| format!(r#"{{"phase": "{phase}", "starts": "{starts}", "ends": "{ends}"}}"#);
    let pre_open = window("pre_open", "17:45", "18:00");
    let ordinary = [pre_open.clone(), window("continuous", "18:00", "19:00")].join(", ");
    let auction =
        [pre_open, window("continuous", "18:00", "19:00"), window("closing_auction", "19:00", "19:10")]
            .join(", ");
    let file = format!(
        r#"{{"years": {{"2027": {{"source": "S", "holidays": [{{"date": "2027-01-26", "name": "R"}}],
            "special_sessions": [{{"date": "2027-10-29", "name": "Muhurat", "phases": [{ordinary}],
            "closing_auction": [{auction}]}}]}}}}}}"#
    );
    let calendar = Calendar::of(calendar().document().amended(&file).unwrap()).unwrap();
    let found = calendar.trading_day(day("2027-10-29")).unwrap();
    assert!(found.special && !found.assumed);
    assert_eq!((found.windows.len(), found.auction_windows.len()), (2, 3));
    assert_eq!(calendar.phase_at(at("2027-10-29 19:05"), true), Phase::ClosingAuction);
    assert_eq!(calendar.phase_at(at("2027-10-29 19:05"), false), Phase::Closed);
}

/// What is said of the shipped calendar with these parts of the year 2027.
fn said_of(holidays: &str, sessions: &str) -> String {
    let year = format!(r#""source": "S", "holidays": [{holidays}], "special_sessions": [{sessions}]"#);
    said(&format!(r#"{{"years": {{"2027": {{{year}}}}}}}"#))
}

fn said(file: &str) -> String {
    let amended = calendar().document().amended(file).and_then(Calendar::of);
    amended.unwrap_err().to_string()
}

#[test]
fn a_wrong_file_is_refused_in_one_sentence_that_names_the_entry() {
    let holiday = r#"{"date": "2027-01-26", "name": "R"}"#;
    let session = |open: &str, close: &str| {
        format!(r#"{{"date": "2027-11-01", "open": "{open}", "close": "{close}", "name": "M"}}"#)
    };
    let evening = session("18:00", "19:00");
    let year = format!(r#""2027": {{"source": "S", "holidays": [{holiday}]}}"#);
    let regime = |windows: &str| {
        said(&format!(
            r#"{{"regimes": [{{"from": "2010-01-01", "name": "R", "source": "S", "ordinary": [{windows}]}}]}}"#
        ))
    };
    let wrong = [
        (said("[]"), "a list stands where an object is expected"),
        (
            said(r#"{"years": {"2027": ["S", [], [], []]}}"#),
            "at years.2027: a list stands where an object is expected",
        ),
        (
            said_of(r#"["2027-01-26", "R"]"#, ""),
            "at years.2027.holidays[0]: a list stands where an object is expected",
        ),
        (said_of("", ""), "the year 2027 has no holidays: leave it out until"),
        (said_of(r#"{"date": "2028-01-26", "name": "R"}"#, ""), "2028-01-26 is listed under 2027"),
        (
            said_of(r#"{"date": "2027-01-26", "name": "R\u001b[31m"}"#, ""),
            "2027-01-26 has a control character in its name or source",
        ),
        (said_of(&format!("{holiday}, {holiday}"), ""), "2027-01-26 is listed twice as a holiday"),
        (said_of(r#"{"date": "2027-02-30", "name": "R"}"#, ""), "at years.2027.holidays[0].date: "),
        (
            said_of(r#"{"date": "2027-01-26", "nmae": "R"}"#, ""),
            "at years.2027.holidays[0].nmae: nmae is no field of this: date, name",
        ),
        (said_of(holiday, &session("19:00", "18:00")), "the session of 2027-11-01 closes before it opens"),
        (
            said_of(holiday, &format!("{evening}, {evening}")),
            "the sessions of 2027-11-01 overlap or are not in order",
        ),
        (said_of(holiday, &session("6 pm", "19:00")), "\"6 pm\" is not a time such as 09:15"),
        (
            said_of(holiday, r#"{"date": "2027-11-01", "open": "18:00", "name": "M"}"#),
            "needs both open and close",
        ),
        (said(&format!(r#"{{"years": {{{year}, {year}}}}}"#)), "the year 2027 is named twice"),
        (said(&format!(r#"{{"years": {{{}}}}}"#, year.replace("2027", "2029"))), "the year 2027 is missing"),
        (said(r#"{"regimes": []}"#), "it needs 1 to 100 regimes, and has 0"),
        (
            regime(r#"{"phase": "pre_open", "starts": "09:00", "ends": "09:08"}"#),
            "the regime from 2010-01-01: there is no continuous trading",
        ),
        (
            regime(r#"{"phase": "continuous", "starts": "15:30", "ends": "09:15"}"#),
            "continuous ends at 09:15, before it starts at 15:30",
        ),
        (
            regime(r#"{"phase": "lunch", "starts": "09:00", "ends": "09:08"}"#),
            "at regimes[0].ordinary[0].phase: lunch is none of these: ",
        ),
    ];
    for (message, expected) in wrong {
        assert!(message.contains(expected) && !message.contains('\n'), "{message}");
    }
}

#[test]
fn a_file_has_bounds() {
    assert!(said(&" ".repeat(MOST_BYTES + 1)).ends_with("bytes, more than 245760"));
    let days: Vec<String> = (0..101)
        .map(|number| day("2027-01-01") + chrono::Days::new(number))
        .map(|day| format!(r#"{{"date": "{day}", "name": "R"}}"#))
        .collect();
    assert!(
        said_of(&days.join(", "), "").contains("the year 2027 has 101 entries of one kind, more than 100")
    );
    let long = "x".repeat(1_001);
    let entry = format!(r#"{{"date": "2027-01-26", "name": "{long}"}}"#);
    assert!(said_of(&entry, "").contains("the holiday of 2027-01-26 has a name or source of more than 1000"));
    let year = |number: i32| {
        format!(r#""{number}": {{"source": "S", "holidays": [{{"date": "{number}-01-26", "name": "R"}}]}}"#)
    };
    let years = |range: std::ops::RangeInclusive<i32>| {
        said(&format!(r#"{{"years": {{{}}}}}"#, range.map(year).collect::<Vec<_>>().join(", ")))
    };
    assert!(years(2027..=2090).contains("it has 68 years, more than 64"));
    assert!(years(2101..=2101).contains("only 1990 to 2100 are possible"));
}

#[test]
fn every_entry_of_the_shipped_calendar_has_its_source() {
    let calendar = calendar();
    let document = calendar.document();
    assert!(document.regimes.iter().all(|regime| !regime.source.is_empty()));
    for (number, year) in &document.years {
        assert!(!year.source.is_empty(), "{number}");
        assert!(year.special_sessions.iter().all(|session| !session.source.is_empty()), "{number}");
        assert!(year.settlement_holidays.iter().all(|holiday| !holiday.source.is_empty()), "{number}");
    }
}

#[test]
fn the_phases_of_every_day_follow_each_other_and_answer_for_themselves() {
    let calendar = calendar();
    let (from, to) = (calendar.covers().0, day("2027-12-31"));
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
