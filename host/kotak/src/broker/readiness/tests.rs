use prahari_brokers::CheckOutcome::{self, Failed, NotKnown, Ok as Good, Warning};
use prahari_domain::time::Day;

use super::*;
use crate::error::{Call, Meaning};
use crate::mask::Masked;
use crate::wire::listed::ListedAddresses;

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), time.parse().unwrap())
}

fn monday(time: &str) -> Timestamp {
    at("2026-11-02", time)
}

fn view(state: SessionState) -> SessionView {
    SessionView { state, logins_today: 1, refusals: 0, last_answer: None }
}

fn reason() -> Masked {
    Masked::ours("it said no")
}

fn look(state: SessionState, now: Timestamp) -> (CheckOutcome, String) {
    let check = session(&view(state), now);
    (check.outcome, check.evidence)
}

#[test]
fn a_session_is_not_missed_before_the_first_orders_of_the_day() {
    let none = || SessionState::None { reason: reason() };
    let today: Day = "2026-11-02".parse().unwrap();
    let active = |day: Day| SessionState::Active { since: monday("08:31:00"), day };
    assert_eq!(look(none(), monday("08:45:00")).0, NotKnown);
    assert_eq!(look(none(), monday("09:00:00")).0, Warning);
    let (outcome, said) = look(active(today), monday("09:00:00"));
    assert_eq!(
        (outcome, said.as_str()),
        (Good, "logged in at 08:31:00, login 1 of the day; nothing was asked with it yet")
    );
    // One of Friday is none of today.
    let friday = "2026-10-30".parse().unwrap();
    assert_eq!(look(active(friday), monday("08:45:00")).0, NotKnown);
    assert_eq!(look(active(friday), monday("10:00:00")).0, Warning);
    let over = |at| SessionState::Over { at, reason: reason() };
    let (outcome, said) = look(over(monday("09:30:00")), monday("10:00:00"));
    assert_eq!((outcome, said.contains("it said no")), (Warning, true), "{said}");
    assert_eq!(look(over(at("2026-10-30", "23:59:59")), monday("08:45:00")).0, NotKnown);
}

#[test]
fn a_login_that_does_not_work_is_told_at_any_hour() {
    let early = monday("06:00:00");
    assert_eq!(look(SessionState::LoggingIn { since: early }, early).0, NotKnown);
    let cooling = SessionState::CoolingDown { until: monday("06:01:00"), reason: reason() };
    assert_eq!(look(cooling, early).0, Warning);
    assert_eq!(look(SessionState::NeedsCode, early).0, Failed);
    let (outcome, said) = look(SessionState::Blocked { reason: reason() }, early);
    assert_eq!((outcome, said.as_str()), (Failed, "nobody logs in any more: it said no"));
}

fn proof(
    outbound: Outbound,
    address: Result<String, KotakError>,
    clock: Option<ClockOffset>,
) -> AccountProof {
    let line = LineProof { address, clock };
    AccountProof { outbound, makes_codes: true, with_session: false, line, listed: None }
}

fn off(ahead: i64) -> Option<ClockOffset> {
    Some(ClockOffset { ahead, within: 510 })
}

#[test]
fn a_clock_is_odd_from_five_seconds_and_refuses_codes_from_twenty() {
    for (ahead, expected) in [
        (0, Good),
        (4_999, Good),
        (-5_000, Warning),
        (19_999, Warning),
        (20_000, Failed),
        (-20_000, Failed),
        (i64::MIN, Failed),
    ] {
        let found = clock(&proof(Outbound::Direct, Ok("192.0.2.7".to_owned()), off(ahead)).line);
        assert_eq!(found.outcome, expected, "{ahead}: {found:?}");
    }
    let said = clock(&proof(Outbound::Direct, Ok("192.0.2.7".to_owned()), off(-6_340)).line).evidence;
    assert_eq!(said, "our clock is 6.3 s behind the broker's, give or take 510 ms");
    let untold = clock(&proof(Outbound::Direct, Ok("192.0.2.7".to_owned()), None).line);
    assert_eq!((untold.outcome, untold.evidence.as_str()), (NotKnown, "the broker's answer tells no time"));
}

#[test]
fn an_address_is_compared_with_the_one_that_calls_leave_from() {
    let ours = |text: &str| Outbound::Address(text.parse().unwrap());
    let seen = |text: &str| Ok(text.to_owned());
    let found = address(&proof(Outbound::Direct, seen("192.0.2.7"), off(0)));
    assert_eq!((found.outcome, found.steady.as_deref()), (Good, Some("192.0.2.7")));
    assert_eq!(address(&proof(ours("192.0.2.7"), seen("192.0.2.7"), off(0))).outcome, Good);
    assert_eq!(address(&proof(ours("192.0.2.9"), seen("192.0.2.7"), off(0))).outcome, Failed);
    assert_eq!(address(&proof(ours("127.0.0.2"), seen("127.0.0.1"), off(0))).outcome, Failed);
    // What leaves a private network has another address outside.
    assert_eq!(address(&proof(ours("10.0.0.5"), seen("192.0.2.7"), off(0))).outcome, Good);
    let refused = || Err(KotakError::ours(Call::Address, Meaning::Session, "invalid session token"));
    assert_eq!(address(&proof(Outbound::Direct, refused(), off(0))).outcome, NotKnown);
    let with_session = AccountProof { with_session: true, ..proof(Outbound::Direct, refused(), off(0)) };
    assert_eq!(address(&with_session).outcome, Failed);
    let silent = Err(KotakError::ours(Call::Address, Meaning::Lost, "no answer within 8 s"));
    assert_eq!(address(&proof(Outbound::Direct, silent, None)).outcome, Failed);
}

#[test]
fn the_address_that_is_seen_has_to_be_one_of_those_that_are_listed() {
    let look = |seen: Result<String, KotakError>, listed: Result<&[&str], KotakError>, in_force: bool| {
        let addresses =
            |texts: &[&str]| -> Vec<IpAddr> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        let listed = listed.map(|texts| ListedAddresses { addresses: addresses(texts), in_force });
        let outbound = Outbound::Address("10.0.0.5".parse().unwrap());
        let check = super::listed(&AccountProof {
            with_session: true,
            listed: Some(listed),
            ..proof(outbound, seen, off(0))
        });
        (check.outcome, check.evidence)
    };
    let seen = || Ok("192.0.2.7".to_owned());
    let error = || KotakError::ours(Call::Listed, Meaning::Session, "invalid session token");
    let (outcome, said) = look(seen(), Ok(&["192.0.2.8", "192.0.2.7"]), true);
    let whole = "the broker takes orders from 192.0.2.8 and 192.0.2.7 only, and sees 192.0.2.7; calls leave from 10.0.0.5";
    assert_eq!((outcome, said.as_str()), (Good, whole));
    assert_eq!(look(seen(), Ok(&["192.0.2.7"]), false).0, Warning);
    let (outcome, said) = look(seen(), Ok(&["192.0.2.8"]), true);
    assert_eq!(outcome, Failed);
    assert!(said.ends_with("the calls of this user leave from 10.0.0.5, and it sees 192.0.2.7"), "{said}");
    assert_eq!(look(seen(), Ok(&[]), true).0, Warning);
    assert_eq!(look(Err(error()), Ok(&["192.0.2.7"]), true).0, NotKnown);
    // It may be that the broker has no such call any more.
    assert_eq!(look(seen(), Err(error()), true).0, NotKnown);
    assert_eq!(super::listed(&proof(Outbound::Direct, seen(), off(0))).outcome, NotKnown);
}

#[test]
fn credentials_are_told_by_their_names_only() {
    let whole = credentials(&Ok(proof(Outbound::Direct, Ok("192.0.2.7".to_owned()), None)));
    assert_eq!(whole.outcome, Good);
    let typed =
        AccountProof { makes_codes: false, ..proof(Outbound::Direct, Ok("192.0.2.7".to_owned()), None) };
    assert_eq!(credentials(&Ok(typed)).outcome, Warning);
    let missing = credentials(&Err(KotakError::not_sent(Call::LogIn, "the PIN is missing")));
    assert_eq!((missing.outcome, missing.evidence.as_str()), (Failed, "the PIN is missing"));
}

#[test]
fn the_file_of_shares_of_an_earlier_day_is_told() {
    let now = monday("08:45:00");
    assert_eq!(shares(None, now).outcome, NotKnown);
}
