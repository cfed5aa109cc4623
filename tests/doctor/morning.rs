//! The look of each morning: once for each user and trading date, in time, late or missed, and an alert for what fails.

use prahari_app::daemon::Daemon;
use prahari_app::doctor::{CheckOutcome, Morning, ReadinessOutcome};
use prahari_brokers::Check;
use prahari_domain::ids::UserId;
use prahari_store::{AlertCode, AlertFilter, AlertRow, Role};

use crate::probe::{PROBE, Probe};
use crate::support::{ADMIN, MONDAY, OTHER, SATURDAY, TUESDAY, TestHost, at, day, stop};
use crate::{outcome, pass_until};

async fn mornings(daemon: &Daemon, user: UserId) -> Vec<Morning> {
    daemon.doctor.mornings(&daemon.users.find(user).unwrap(), 10).await.unwrap()
}

async fn alerts(daemon: &Daemon, user: UserId, open: bool) -> Vec<AlertRow> {
    let filter = AlertFilter { open: Some(open), before: None, limit: 100 };
    let all = daemon.store.user(user).alerts(filter).await.unwrap();
    all.into_iter().filter(|alert| alert.code == AlertCode::NotReady).collect()
}

#[tokio::test]
async fn everybody_is_looked_at_once_in_the_morning_also_across_a_restart() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:39")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 0, "too early");
    pass_until(&daemon, at(MONDAY, "08:40")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 2);
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 0);
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "09:30")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 0);
    for user in [ADMIN, OTHER] {
        let kept = mornings(&daemon, user).await;
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].day, kept[0].looked_at), (day(MONDAY), Some(at(MONDAY, "08:40"))));
        assert!(kept[0].reason.is_empty() && !kept[0].checks.is_empty(), "{kept:?}");
    }
    pass_until(&daemon, at(TUESDAY, "08:40")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 2);
    assert_eq!(mornings(&daemon, OTHER).await.len(), 2);
}

#[tokio::test]
async fn a_morning_that_the_daemon_slept_through_is_made_up_for_until_the_session_is_over() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 1);
    let kept = mornings(&daemon, ADMIN).await.remove(0);
    assert_eq!((kept.due_at, kept.looked_at), (at(MONDAY, "08:40"), Some(at(MONDAY, "10:00"))));
    assert!(kept.reason.starts_with("it was due at 08:40, when the daemon was not running"), "{kept:?}");
    stop(daemon).await;

    let daemon = house.start(at(TUESDAY, "15:30")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 1);
    let kept = mornings(&daemon, ADMIN).await.remove(0);
    assert_eq!((kept.outcome, kept.looked_at), (ReadinessOutcome::Missed, None));
    assert!(kept.reason.ends_with("and the session is over") && kept.checks.is_empty(), "{kept:?}");
    // Nobody is looked at on a day without a session.
    pass_until(&daemon, at("2025-03-15", "10:00")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 0);
}

#[tokio::test]
async fn a_saturday_and_users_who_are_not_active_have_no_look() {
    let house = TestHost::new(2);
    let daemon = house.start(at(SATURDAY, "08:40")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 0);
    daemon.store.user(OTHER).set_access(Role::User, false, daemon.clock.now()).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "08:40")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 1);
    assert!(mornings(&daemon, OTHER).await.is_empty());
}

#[tokio::test]
async fn what_fails_is_one_alert_that_the_next_good_morning_ends() {
    let (probe, house) = Probe::in_house(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    probe.says(vec![
        Check::failed("session", "nobody logs in any more", "allow logins again"),
        Check::failed("clock", "our clock is 30.0 s ahead", "set it"),
    ]);
    daemon.doctor.look_at_everybody().await.unwrap();
    let open = alerts(&daemon, OTHER, true).await;
    assert_eq!((open.len(), open[0].subject.as_str()), (1, MONDAY));
    let expected =
        "2 checks of the doctor failed: session: nobody logs in any more; clock: our clock is 30.0 s ahead";
    assert_eq!(open[0].detail, expected);
    assert!(alerts(&daemon, ADMIN, true).await.is_empty(), "what fails for one user is that user's");
    assert_eq!(mornings(&daemon, OTHER).await[0].outcome, ReadinessOutcome::Failed);

    probe.says(vec![Check::ok("session", "logged in")]);
    pass_until(&daemon, at(TUESDAY, "08:40")).await;
    daemon.doctor.look_at_everybody().await.unwrap();
    assert!(alerts(&daemon, OTHER, true).await.is_empty());
    let over = alerts(&daemon, OTHER, false).await;
    assert_eq!(over[0].resolution, format!("the doctor looked again on {TUESDAY}"));
}

/// The alert comes before the row: a daemon that is killed in between looks again and tells nobody twice.
#[tokio::test]
async fn a_kill_between_the_alert_and_the_row_tells_nobody_twice() {
    let (probe, mut house) = Probe::in_house(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    daemon.store.flush().await.unwrap();
    probe.says(vec![Check::failed("session", "nobody logs in any more", "")]);
    daemon.doctor.look_at_everybody().await.unwrap();
    // As if the row had not been written: the look of the date is gone, its alert is not.
    daemon.store.system().prune_readiness(day(TUESDAY)).await.unwrap();
    daemon.store.flush().await.unwrap();
    let _killed = house.crash();

    let daemon = house.start(at(MONDAY, "08:50")).await;
    assert_eq!(daemon.doctor.look_at_everybody().await.unwrap(), 2);
    assert_eq!(alerts(&daemon, OTHER, true).await.len(), 1);
    assert_eq!(alerts(&daemon, OTHER, false).await, []);
    assert_eq!(mornings(&daemon, OTHER).await.len(), 1);
}

#[tokio::test]
async fn an_address_that_changed_since_the_last_morning_is_doubted() {
    let (probe, house) = Probe::in_house(2);
    let daemon = house.start(at(MONDAY, "08:40")).await;
    daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    let seen = |address: &str| Check::ok("address", format!("it is {address}")).steady(address);
    probe.says(vec![seen("192.0.2.7")]);
    daemon.doctor.look_at_everybody().await.unwrap();
    let user = daemon.users.find(OTHER).unwrap();
    pass_until(&daemon, at(MONDAY, "09:00")).await;
    assert_eq!(outcome(&daemon.doctor.examine(&user).await.unwrap(), "address"), CheckOutcome::Ok);
    probe.says(vec![seen("192.0.2.9")]);
    pass_until(&daemon, at(TUESDAY, "08:40")).await;
    let found = daemon.doctor.examine(&user).await.unwrap();
    let address = &found.checks[0];
    assert_eq!(address.outcome, CheckOutcome::Warning);
    assert_eq!(address.evidence, format!("it is 192.0.2.9; on {MONDAY} it was 192.0.2.7"));
    // The morning keeps it, and the next one compares with that.
    daemon.doctor.look_at_everybody().await.unwrap();
    pass_until(&daemon, at(TUESDAY, "09:00")).await;
    assert_eq!(outcome(&daemon.doctor.examine(&user).await.unwrap(), "address"), CheckOutcome::Ok);
}
