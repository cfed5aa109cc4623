//! Between which numbers the runs of a stretch of time stand.
//!
//! Runs are numbered over all users as they begin, so their starts ascend with their numbers but for those that begin side by
//! side. That is why lists of everybody's runs are walks of numbers, and there is no index over the times of all.

use rusqlite::Connection;

use prahari_domain::time::Timestamp;

use crate::columns::{instant, select_one};
use crate::errors::StoreError;

/// How much earlier than a run with a lower number one can have started, in milliseconds. A run gets its number and reads the clock
/// at once; the rest is for a clock that is set back. After one that was set back further, a stretch of that time can lack runs.
const SIDE_BY_SIDE_MS: i64 = 60_000;

const NEXT_RUN: &str = "SELECT id, started_at FROM runs WHERE id >= ?1 ORDER BY id LIMIT 1";

/// Returns the numbers among which every run stands that started at `since` or later and before `until`: the first of them, and the
/// first after them. Runs that started up to a minute before or after that time stand among them too.
pub(crate) fn numbers_between(
    conn: &Connection,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(i64, i64), StoreError> {
    let first = match since {
        Some(since) => first_from(conn, since.plus_millis(-SIDE_BY_SIDE_MS))?,
        None => i64::MIN,
    };
    let end = match until {
        Some(until) => first_from(conn, until.plus_millis(SIDE_BY_SIDE_MS))?,
        None => i64::MAX,
    };
    Ok((first, end))
}

/// The number of a run that began at this instant or later and follows one that did not, found by halves; without such a run, the
/// one after the newest.
fn first_from(conn: &Connection, at: Timestamp) -> Result<i64, StoreError> {
    let newest: Option<i64> = conn.query_row("SELECT max(id) FROM runs", [], |row| row.get(0))?;
    let (mut low, mut high) = (0_i64, newest.unwrap_or(0).saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let next = select_one(conn, NEXT_RUN, [middle], |row| {
            Ok((row.get::<_, i64>("id")?, instant(row, "started_at")?))
        })?;
        match next {
            Some((id, started_at)) if started_at < at => low = id.saturating_add(1),
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{new_database, start};

    #[test]
    fn every_run_of_a_time_stands_among_its_numbers() {
        let conn = new_database();
        // Every third number has no run any more, and each fifth run began half a minute before the one with the number before.
        let started_at = |run: i64| run * 20_000 - if run % 5 == 0 { 50_000 } else { 0 };
        let runs: Vec<i64> = (1..=100).filter(|run| run % 3 != 0).collect();
        runs.iter().for_each(|run| start(&conn, 1, *run, started_at(*run)));
        for since in (0..2_100_000).step_by(70_000) {
            for until in (since..2_100_000).step_by(170_000) {
                let found = numbers_between(&conn, Some(Timestamp(since)), Some(Timestamp(until))).unwrap();
                let missing = |run: &&i64| {
                    (since..until).contains(&started_at(**run)) && !(found.0..found.1).contains(*run)
                };
                assert_eq!(runs.iter().find(missing), None, "from {since} to {until}: {found:?}");
            }
        }
    }

    #[test]
    fn only_the_runs_around_a_time_stand_among_its_numbers() {
        let conn = new_database();
        (1..=100).for_each(|run| start(&conn, 1, run, run * 1_000_000));
        let between = |since, until| numbers_between(&conn, since, until).unwrap();
        let at = |run: i64| Some(Timestamp(run * 1_000_000));
        assert_eq!(between(at(40), at(60)), (40, 61));
        assert_eq!(between(at(40), None), (40, i64::MAX));
        assert_eq!(between(None, at(60)), (i64::MIN, 61));
        assert_eq!(between(at(101), at(102)), (101, 101));
        let none = numbers_between(&new_database(), at(1), at(2)).unwrap();
        assert_eq!(none, (0, 0));
    }

    #[test]
    fn a_run_is_found_by_its_number() {
        let plan = plan_of(NEXT_RUN);
        assert!(plan.starts_with("SEARCH runs USING INTEGER PRIMARY KEY (rowid>?)"), "{plan}");
    }
}
