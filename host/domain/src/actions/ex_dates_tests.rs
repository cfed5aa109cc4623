//! When a share may be traded around its ex-date.

use super::*;
use crate::calendar::{Calendar, Phase};
use crate::ids::ActionId;
use crate::time::Timestamp;

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), time.parse().unwrap())
}

fn demerger(ex_day: &str, state: ActionState) -> ActionRow {
    let kind = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: None };
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let symbol = Symbol::new("TATAMOTORS").unwrap();
    let action = CorporateAction::new(symbol, ex_day.parse().unwrap(), kind, provenance, "").unwrap();
    ActionRow {
        id: ActionId(1),
        action,
        state,
        open_factor: None,
        known_at: Timestamp(0),
        changed_at: Timestamp(0),
        changed_by: String::new(),
        reason: String::new(),
    }
}

#[test]
fn a_demerged_share_trades_from_ten_on_the_first_session_of_its_ex_date() {
    let calendar = Calendar::embedded().unwrap();
    let opens = |day: &str| demerger_opens_at(&calendar, day.parse().unwrap());
    assert_eq!(opens("2025-10-14"), Some(at("2025-10-14", "10:00:00")));
    // A holiday that came late: the special pre-open is of the next session.
    assert_eq!(opens("2025-10-02"), Some(at("2025-10-03", "10:00:00")));
}

#[test]
fn before_its_open_is_known_a_demerged_share_has_no_session_and_the_others_have_theirs() {
    let calendar = Calendar::embedded().unwrap();
    let (share, other) = (Symbol::new("TATAMOTORS").unwrap(), Symbol::new("TCS").unwrap());
    let waits = ExDates::of(&[demerger("2025-10-14", ActionState::Announced)]);
    let phase = |ex_dates: &ExDates, symbol: &Symbol, day: &str, time: &str| {
        let now = at(day, time);
        ex_dates.phase(symbol, calendar.phase_at(now, false), &calendar, now)
    };
    assert_eq!(phase(&waits, &share, "2025-10-13", "10:00:00"), Phase::Continuous, "the day before");
    assert_eq!(phase(&waits, &share, "2025-10-14", "08:00:00"), Phase::Closed);
    for time in ["09:00:00", "09:30:00", "10:00:00", "15:00:00"] {
        assert_eq!(phase(&waits, &share, "2025-10-14", time), Phase::PreOpenMatching, "{time}");
    }
    assert_eq!(phase(&waits, &share, "2025-10-15", "10:00:00"), Phase::PreOpenMatching, "no price yet");
    assert_eq!(phase(&waits, &other, "2025-10-14", "09:30:00"), Phase::Continuous);
    let opened = ExDates::of(&[ActionRow {
        open_factor: PriceFactor::new(3, 5),
        ..demerger("2025-10-14", ActionState::Applied)
    }]);
    assert_eq!(phase(&opened, &share, "2025-10-14", "09:59:59"), Phase::PreOpenMatching);
    assert_eq!(phase(&opened, &share, "2025-10-14", "10:00:00"), Phase::Continuous);
    let undone = ExDates::of(&[demerger("2025-10-14", ActionState::Undone)]);
    assert_eq!(phase(&undone, &share, "2025-10-14", "09:30:00"), Phase::Continuous);
}

#[test]
fn on_the_ex_date_only_an_open_of_the_day_is_a_price_and_later_the_quote_is() {
    let calendar = Calendar::embedded().unwrap();
    let share = Symbol::new("TATAMOTORS").unwrap();
    let applied = ExDates::of(&[demerger("2025-10-14", ActionState::Applied)]);
    let shut =
        |opened, day: &str, time: &str| applied.without_price(&share, opened, &calendar, at(day, time));
    let ex_day: Day = "2025-10-14".parse().unwrap();
    assert_eq!(shut(true, "2025-10-13", "10:00:00"), None);
    let until = at("2025-10-14", "10:00:00");
    assert_eq!(shut(true, "2025-10-14", "09:59:00"), Some(Shut::SpecialPreOpen { ex_day, until }));
    assert_eq!(shut(false, "2025-10-14", "10:00:00"), Some(Shut::NoOpen { ex_day }));
    assert_eq!(shut(true, "2025-10-14", "10:00:00"), None);
    assert_eq!(shut(false, "2025-10-15", "08:00:00"), None);
    let pre_open = |day: &str, time: &str| applied.special_pre_open(&share, &calendar, at(day, time));
    assert_eq!(pre_open("2025-10-13", "15:30:00"), None);
    assert_eq!(pre_open("2025-10-14", "09:59:59"), Some(ex_day));
    assert_eq!(pre_open("2025-10-14", "10:00:00"), None);
}
