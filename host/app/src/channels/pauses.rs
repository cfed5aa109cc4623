//! When a message that was not delivered is tried again, and when no more.

use prahari_couriers::Undelivered;
use prahari_domain::time::Timestamp;
use prahari_store::{DeliveryEnd, DeliveryRow};

const MINUTE_MS: i64 = 60_000;

/// Pauses after the first attempts; the last one stands for all that follow.
///
/// What passes by itself passes within minutes; what does not is asked about once an hour, so that a receiver that is
/// back after hours has its messages within the hour.
const PAUSES_MS: [i64; 4] = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];

/// Part of a pause by which it may be longer, in thousandths: receivers that were down for many channels are not
/// asked by all of them in one second.
const JITTER: i64 = 200;

/// The longest pause that a receiver may ask for.
const LONGEST_WAIT_MS: i64 = 2 * 60 * MINUTE_MS;

/// The longest time for which a delivery can be set to wait; one that waits longer was set before the clock was set
/// back.
pub(super) const LONGEST_PAUSE_MS: i64 = LONGEST_WAIT_MS + LONGEST_WAIT_MS * JITTER / 1_000;

/// Age from which a message is not tried any more: of a trading day nothing is news a day later.
pub(super) const GIVEN_UP_AFTER_MS: i64 = 24 * 60 * MINUTE_MS;

/// Age from which a test is not tried any more: whoever asked for it looks at what comes of it now.
const TEST_GIVEN_UP_AFTER_MS: i64 = 5 * MINUTE_MS;

/// Returns what becomes of a delivery whose attempt failed at `now`.
pub(super) fn after_failure(row: &DeliveryRow, failed: Undelivered, now: Timestamp) -> DeliveryEnd {
    let Undelivered { reason, again, perhaps_arrived, wait_s, ends_channel: _, told_admin: _ } = failed;
    if !again {
        return DeliveryEnd::GivenUp { at: now, reason };
    }
    if now.millis_since(row.at) >= GIVEN_UP_AFTER_MS {
        let reason = format!("it could not be delivered within a day; at last: {reason}");
        return DeliveryEnd::GivenUp { at: now, reason };
    }
    let attempt = row.attempts.saturating_add(1);
    let pause = pause_after(row.id, attempt, wait_s);
    if row.kind.is_none() && now.plus_millis(pause).millis_since(row.at) > TEST_GIVEN_UP_AFTER_MS {
        let reason = format!("the test could not be delivered within 5 minutes; at last: {reason}");
        return DeliveryEnd::GivenUp { at: now, reason };
    }
    DeliveryEnd::Again { due_at: now.plus_millis(pause), reason, perhaps_arrived }
}

/// Milliseconds between an attempt, numbered from 1, and the next.
fn pause_after(id: u64, attempt: u64, wait_s: Option<u64>) -> i64 {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = PAUSES_MS;
    let usual = PAUSES_MS.get(index).copied().unwrap_or(last);
    let asked = wait_s.map_or(0, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000));
    let pause = usual.max(asked.min(LONGEST_WAIT_MS));
    pause + pause * share(id, attempt) / 1_000
}

/// A share of the jitter that differs between deliveries and attempts: a hash of them, as all that looks random here.
fn share(id: u64, attempt: u64) -> i64 {
    let hash = blake3::hash(&[id.to_le_bytes(), attempt.to_le_bytes()].concat());
    let first = hash.as_bytes().first_chunk::<4>().copied().unwrap_or_default();
    i64::from(u32::from_le_bytes(first)) % (JITTER + 1)
}

#[cfg(test)]
mod tests {
    use prahari_domain::settings::NotificationKind;
    use prahari_store::{DeliveryState, NotificationLevel};

    use super::*;

    fn row(attempts: u64) -> DeliveryRow {
        DeliveryRow {
            id: 7,
            channel: 1,
            channel_name: "mine".to_owned(),
            kind: Some(NotificationKind::Error),
            level: NotificationLevel::Info,
            title: "a title".to_owned(),
            body: String::new(),
            at: Timestamp(0),
            more: 0,
            digest: false,
            state: DeliveryState::Waiting,
            attempts,
            repeated: false,
            reason: String::new(),
            due_at: Some(Timestamp(0)),
            ended_at: None,
        }
    }

    fn pause(attempts: u64, failed: Undelivered) -> i64 {
        match after_failure(&row(attempts), failed, Timestamp(0)) {
            DeliveryEnd::Again { due_at, .. } => due_at.0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_to_an_hour_and_are_up_to_a_fifth_longer() {
        for (attempts, minutes) in [(0, 1), (1, 5), (2, 15), (3, 60), (4, 60), (26, 60), (u64::MAX, 60)] {
            let (usual, found) = (minutes * MINUTE_MS, pause(attempts, Undelivered::not_sent("down")));
            assert!((usual..=usual * 6 / 5).contains(&found), "{attempts}: {found}");
        }
        let shares: std::collections::BTreeSet<i64> = (0..50).map(|id| share(id, 1)).collect();
        assert!(shares.len() > 30, "{shares:?}");
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_pause_but_not_for_days() {
        let asks = |wait_s| Undelivered { wait_s: Some(wait_s), ..Undelivered::not_sent("slow down") };
        assert!((600_000..=720_000).contains(&pause(0, asks(600))));
        assert!((60_000..=72_000).contains(&pause(0, asks(1))));
        assert!((LONGEST_WAIT_MS..=LONGEST_PAUSE_MS).contains(&pause(0, asks(u64::MAX))));
    }

    #[test]
    fn a_test_is_tried_for_five_minutes_at_most() {
        let test = |attempts| DeliveryRow { kind: None, ..row(attempts) };
        let down = || Undelivered::not_sent("down");
        let after = |attempts, failed, now| after_failure(&test(attempts), failed, Timestamp(now));
        assert!(matches!(after(0, down(), 0), DeliveryEnd::Again { due_at, .. } if due_at.0 <= 72_000));
        let reason = "the test could not be delivered within 5 minutes; at last: down".to_owned();
        let at = Timestamp(MINUTE_MS);
        assert_eq!(after(1, down(), MINUTE_MS), DeliveryEnd::GivenUp { at, reason });
        let asked = Undelivered { wait_s: Some(1_800), ..down() };
        assert!(matches!(after(0, asked, 0), DeliveryEnd::GivenUp { at: Timestamp(0), .. }));
    }

    #[test]
    fn what_no_attempt_changes_is_given_up_at_once_and_everything_else_after_a_day() {
        let gone = after_failure(&row(0), Undelivered::for_good("gone"), Timestamp(5));
        assert_eq!(gone, DeliveryEnd::GivenUp { at: Timestamp(5), reason: "gone".to_owned() });
        let late = Timestamp(GIVEN_UP_AFTER_MS);
        let reason = "it could not be delivered within a day; at last: down".to_owned();
        let given_up = after_failure(&row(9), Undelivered::not_sent("down"), late);
        assert_eq!(given_up, DeliveryEnd::GivenUp { at: late, reason });
    }
}
