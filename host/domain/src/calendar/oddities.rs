//! What is odd in the years that a calendar brings: nothing that makes it wrong, and much that is a slip of whoever
//! typed it.

use chrono::{Datelike, Weekday};

use crate::numbers::counted;
use crate::time::Day;

use super::Calendar;
use super::document::{Holiday, Year};

/// The exchange has had 13 to 17 holidays on weekdays in each year since 2023; a list with fewer than this is half
/// a list.
const FEWEST_HOLIDAYS: usize = 10;

/// Most days that one sentence names.
const MOST_NAMED: usize = 5;

/// Returns what is odd in the years of `brought` that are not as `current` has them, one sentence each.
pub fn oddities(current: &Calendar, brought: &Calendar) -> Vec<String> {
    let known = &current.document().years;
    let years = brought.document().years.iter();
    years
        .filter(|(number, year)| known.get(number) != Some(year))
        .flat_map(|(number, year)| of_year(*number, year))
        .collect()
}

fn of_year(number: i32, year: &Year) -> Vec<String> {
    let mut odd = Vec::new();
    let on_weekdays = year.holidays.iter().filter(|holiday| !is_weekend(holiday.date)).count();
    if on_weekdays < FEWEST_HOLIDAYS {
        let holidays = counted(on_weekdays, "holiday", "holidays");
        odd.push(format!(
            "{number} has {holidays} on weekdays, and the exchange has 13 to 17 in a year: the list of a year \
             replaces the year as a whole"
        ));
    }
    odd.extend(on_weekends(number, "holidays", &year.holidays));
    odd.extend(on_weekends(number, "settlement holidays", &year.settlement_holidays));
    odd
}

fn on_weekends(number: i32, kind: &str, holidays: &[Holiday]) -> Option<String> {
    let closed: Vec<&Holiday> = holidays.iter().filter(|holiday| is_weekend(holiday.date)).collect();
    if closed.is_empty() {
        return None;
    }
    let named: Vec<String> = closed
        .iter()
        .take(MOST_NAMED)
        .map(|Holiday { date, name, .. }| format!("{date} ({name}, a {})", name_of(date.weekday())))
        .collect();
    let more = closed.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{number} has {kind} on days that are closed anyway: {}{more}", named.join(", ")))
}

fn is_weekend(day: Day) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn name_of(weekday: Weekday) -> &'static str {
    if weekday == Weekday::Sat { "Saturday" } else { "Sunday" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let current = Calendar::embedded().unwrap();
        let brought = Calendar::of(current.document().amended(text).unwrap()).unwrap();
        oddities(&current, &brought)
    }

    #[test]
    fn what_is_known_already_is_not_looked_at_again() {
        assert_eq!(of("{}"), Vec::<String>::new());
        let empty = Calendar::of(Calendar::embedded().unwrap().document().clone()).unwrap();
        assert_eq!(oddities(&empty, &Calendar::embedded().unwrap()), Vec::<String>::new());
    }

    #[test]
    fn half_a_list_and_holidays_on_weekends_are_said() {
        let text = r#"{"years": {"2027": {"source": "x", "holidays": [
            {"date": "2027-01-26", "name": "Republic Day"}, {"date": "2027-08-15", "name": "Independence Day"}],
            "settlement_holidays": [{"date": "2027-05-01", "name": "Maharashtra Day"}]}}}"#;
        assert_eq!(
            of(text),
            [
                "2027 has 1 holiday on weekdays, and the exchange has 13 to 17 in a year: the list of a year replaces the year \
                 as a whole",
                "2027 has holidays on days that are closed anyway: 2027-08-15 (Independence Day, a Sunday)",
                "2027 has settlement holidays on days that are closed anyway: 2027-05-01 (Maharashtra Day, a Saturday)",
            ]
        );
    }

    #[test]
    fn the_shipped_years_are_not_odd() {
        for (number, year) in &Calendar::embedded().unwrap().document().years {
            assert_eq!(of_year(*number, year), Vec::<String>::new(), "{number}");
        }
    }
}
