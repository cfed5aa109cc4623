//! Makes guessing slow: after some failures an account, and an address, has to wait, each time twice as long.
//!
//! Kept in memory only. A restart forgets it, which nobody outside can cause. Somebody who fails on purpose can keep an
//! account from logging in; those who are logged in, and API tokens, are not touched by that.

use std::collections::HashMap;
use std::net::IpAddr;

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

/// Failures that cost nothing.
const FREE_PER_ACCOUNT: u32 = 5;
/// More, because many people may share an address.
const FREE_PER_ADDRESS: u32 = 20;
/// The first wait; each further one is twice as long.
const FIRST_WAIT_MS: i64 = 30_000;
/// Longest wait after failed attempts, in milliseconds.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// Failures are forgotten after this long without one.
const FORGOTTEN_AFTER_MS: i64 = 3_600_000;
/// Attempts that had to wait are logged at most once in this time, in milliseconds, with their number: whoever
/// makes them decides how many there are.
const TOLD_EVERY_MS: i64 = 60_000;
/// Most accounts and addresses that are remembered: some 2 MB.
const REMEMBERED: usize = 20_000;

/// What failed attempts are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Account(String),
    /// An IPv4 address, or the /64 network of an IPv6 address, all of which one client owns.
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    /// The time of the one before the last.
    before: Timestamp,
}

/// The failures of late.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    failures: Mutex<HashMap<Subject, Failures>>,
    refused: Mutex<Refused>,
}

/// Attempts that had to wait.
#[derive(Debug, Default)]
struct Refused {
    /// Attempts refused since the last log line.
    count: u64,
    told: Option<Timestamp>,
}

impl Throttle {
    /// Counts an attempt as failed before it is looked at, so that many at once do not pass as one. When the
    /// account or the address has to wait, it is not counted and the answer is until when. A one-time link names no
    /// account: only the address is counted then, so that nobody elsewhere waits for a guesser.
    pub(super) fn begin(
        &self,
        account: Option<&str>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let mut failures = self.failures.lock();
        let subjects = subjects(account, address);
        let waits = subjects.iter().flatten().filter_map(|(subject, free)| {
            failures.get(subject).and_then(|found| found.wait_until(*free)).filter(|until| now < *until)
        });
        if let Some(until) = waits.max() {
            return Err(until);
        }
        if failures.len() >= REMEMBERED {
            make_room(&mut failures, now);
        }
        for (subject, _) in subjects.into_iter().flatten() {
            let found = failures.entry(subject).or_insert(Failures { count: 0, last: now, before: now });
            if now.millis_since(found.last) > FORGOTTEN_AFTER_MS {
                found.count = 0;
            }
            *found = Failures { count: found.count.saturating_add(1), last: now, before: found.last };
        }
        Ok(())
    }

    /// Counts an attempt that had to wait; answers how many there were since the last answer, when it is time to
    /// tell the log.
    pub(super) fn count_refused(&self, now: Timestamp) -> Option<u64> {
        let mut refused = self.refused.lock();
        refused.count = refused.count.saturating_add(1);
        let waits = |told: Timestamp| (0..TOLD_EVERY_MS).contains(&now.millis_since(told));
        if refused.told.is_some_and(waits) {
            return None;
        }
        refused.told = Some(now);
        Some(std::mem::take(&mut refused.count))
    }

    /// The attempt that was counted last was none: both are as before it.
    pub(super) fn take_back(&self, account: Option<&str>, address: IpAddr) {
        let mut failures = self.failures.lock();
        for (subject, _) in subjects(account, address).into_iter().flatten() {
            if let Some(found) = failures.get_mut(&subject) {
                (found.count, found.last) = (found.count.saturating_sub(1), found.before);
            }
        }
    }

    /// The attempt was none of a guesser: the account starts anew, the address is as before.
    pub(super) fn succeeded(&self, account: Option<&str>, address: IpAddr) {
        let mut failures = self.failures.lock();
        for (subject, _) in subjects(account, address).into_iter().flatten() {
            if matches!(subject, Subject::Account(_)) {
                failures.remove(&subject);
            } else if let Some(found) = failures.get_mut(&subject) {
                found.count = found.count.saturating_sub(1);
            }
        }
    }
}

impl Failures {
    fn wait_until(self, free: u32) -> Option<Timestamp> {
        let doublings = self.count.checked_sub(free)?.min(16);
        Some(self.last.plus_millis((FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)))
    }
}

/// An IPv4 address, or the /64 network of an IPv6 address, all of which one client owns.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn subjects(account: Option<&str>, address: IpAddr) -> [Option<(Subject, u32)>; 2] {
    [
        account.map(|account| (Subject::Account(account.to_lowercase()), FREE_PER_ACCOUNT)),
        Some((Subject::Address(network(address)), FREE_PER_ADDRESS)),
    ]
}

fn make_room(failures: &mut HashMap<Subject, Failures>, now: Timestamp) {
    failures.retain(|_, found| now.millis_since(found.last) <= FORGOTTEN_AFTER_MS);
    if failures.len() >= REMEMBERED {
        // A flood: those who wait matter, the rest is forgotten.
        failures.retain(|_, found| found.count >= FREE_PER_ACCOUNT);
    }
    if failures.len() >= REMEMBERED {
        failures.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn other(n: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, n])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    #[test]
    fn after_five_failures_an_account_waits_twice_as_long_each_time() {
        let throttle = Throttle::default();
        for n in 0..5 {
            assert_eq!(throttle.begin(Some("a"), other(n), at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(Some("A"), other(9), at(29)), Err(at(30)));
        assert_eq!(throttle.begin(Some("b"), other(9), at(29)), Ok(()));
        assert_eq!(throttle.begin(Some("a"), other(9), at(30)), Ok(()));
        assert_eq!(throttle.begin(Some("a"), other(9), at(30)), Err(at(90)));
        assert_eq!(throttle.begin(Some("a"), other(9), at(90)), Ok(()));
        assert_eq!(throttle.begin(Some("a"), other(9), at(91)), Err(at(210)));
    }

    #[test]
    fn the_log_is_told_once_a_minute_of_however_many_attempts_had_to_wait() {
        let throttle = Throttle::default();
        let told: Vec<_> = (0..600).filter_map(|n| throttle.count_refused(at(n / 5))).collect();
        assert_eq!(told, [1, 300]);
        assert_eq!(throttle.count_refused(at(0)), Some(300), "a clock that was set back");
    }

    #[test]
    fn an_address_waits_whatever_names_it_tries() {
        let throttle = Throttle::default();
        for n in 0..20 {
            assert_eq!(throttle.begin(Some(&format!("user{n}")), HERE, at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(Some("another"), HERE, at(0)), Err(at(30)));
        assert_eq!(throttle.begin(Some("another"), other(1), at(0)), Ok(()));
    }

    #[test]
    fn links_have_no_account_so_only_the_address_of_a_guesser_waits() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            assert_eq!(throttle.begin(None, HERE, at(0)), Ok(()));
        }
        assert_eq!(throttle.begin(None, HERE, at(0)), Err(at(30)));
        assert_eq!(throttle.begin(None, other(1), at(0)), Ok(()));
        throttle.succeeded(None, other(1));
    }

    #[test]
    fn success_clears_the_account_and_not_the_address() {
        let throttle = Throttle::default();
        for _ in 0..4 {
            throttle.begin(Some("a"), HERE, at(0)).unwrap();
        }
        throttle.begin(Some("a"), HERE, at(0)).unwrap();
        throttle.succeeded(Some("a"), HERE);
        for n in 0..16 {
            assert_eq!(throttle.begin(Some(&format!("user{n}")), HERE, at(0)), Ok(()), "{n}");
        }
        assert_eq!(throttle.begin(Some("a"), HERE, at(0)), Err(at(30)));
    }

    #[test]
    fn an_attempt_that_was_none_leaves_no_wait_and_no_longer_one() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin(Some("a"), HERE, at(0)).unwrap();
        }
        for seconds in 30..60 {
            assert_eq!(throttle.begin(Some("a"), HERE, at(seconds)), Ok(()));
            throttle.take_back(Some("a"), HERE);
        }
        assert_eq!(throttle.begin(Some("a"), HERE, at(60)), Ok(()));
        assert_eq!(throttle.begin(Some("a"), HERE, at(61)), Err(at(120)));
        throttle.take_back(Some("nobody"), other(1));
    }

    #[test]
    fn failures_are_forgotten_after_an_hour_and_waits_are_bounded() {
        let throttle = Throttle::default();
        let mut now = at(0);
        for n in 0..40 {
            match throttle.begin(Some("a"), other(n), now) {
                Ok(()) => {}
                Err(until) => {
                    assert!(until.millis_since(now) <= LONGEST_WAIT_MS);
                    now = until;
                }
            }
        }
        let later = now.plus_millis(FORGOTTEN_AFTER_MS + LONGEST_WAIT_MS);
        for n in 0..5 {
            assert_eq!(throttle.begin(Some("a"), other(100 + n), later), Ok(()));
        }
    }

    #[test]
    fn addresses_of_one_network_are_one_and_memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..20_u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
            throttle.begin(Some(&format!("user{n}")), address, at(0)).unwrap();
        }
        let same = IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]);
        assert!(throttle.begin(Some("x"), same, at(0)).is_err());
        for n in 0..50_000_u32 {
            let _ = throttle.begin(Some(&format!("name{n}")), IpAddr::from(n.to_be_bytes()), at(1));
        }
        assert!(throttle.failures.lock().len() <= REMEMBERED + 2);
    }
}
