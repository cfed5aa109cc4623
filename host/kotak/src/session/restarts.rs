//! What a process that is started again knows of the logins of the one before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prahari_brokers::SessionEnd;
use serde_json::json;

use super::*;
use crate::fake::{Asked, Fake, Remembered, Reply, USER, ok, restarted, settings, standard_reply, time};

const DAY_MS: i64 = 86_400_000;

fn limits() -> Reply {
    ok(
        json!({ "stat": "Ok", "stCode": 200, "Net": "10", "MarginUsed": "0", "CollateralValue": "10", "Collateral": "0" }),
    )
}

/// A broker that takes logins, and whose first session is over once the switch is set.
async fn broker(is_first_over: &Arc<AtomicBool>) -> Fake {
    let is_over = is_first_over.clone();
    Fake::new(move |asked: &Asked| {
        let of_first = asked.header("Auth").is_some_and(|token| token.ends_with("sig1"));
        match &asked.path {
            path if path.contains("login/1.0/tradeApi") => standard_reply(),
            _ if of_first && is_over.load(Ordering::SeqCst) => {
                ok(json!({ "stCode": 100_022, "errMsg": "invalid session token", "stat": "Not_Ok" }))
            }
            _ => limits(),
        }
    })
    .await
}

async fn refusing() -> Fake {
    Fake::new(|_: &Asked| Reply::Answer(400, "{\"message\":\"Invalid TOTP for ZZ9Z9\"}".to_owned())).await
}

#[tokio::test]
async fn the_session_of_the_day_is_taken_up_and_nobody_logs_in_again() {
    let fake = broker(&Arc::default()).await;
    let (time, records) = (time(), Arc::new(Remembered::default()));
    let first = restarted(settings(&fake), time.clone(), &records);
    first.of(USER).limits().await.unwrap();
    let record = records.record().unwrap();
    assert_eq!(record.counts, LoginCounts { tried: 1, succeeded: 1, ..LoginCounts::default() });
    assert_eq!(
        (record.begun_at, record.last_success.is_some(), record.last_step.is_some()),
        (None, true, true)
    );
    // A stop leaves it as a kill does.
    first.forget_all(SessionEnd::Shutdown).await;
    for _ in 0..2 {
        let session = restarted(settings(&fake), time.clone(), &records).of(USER);
        session.take_up().await.unwrap();
        let view = session.view();
        assert!(matches!(view.state, SessionState::Active { .. }), "{view:?}");
        assert_eq!(view.logins_today, 1);
        session.limits().await.unwrap();
    }
    assert_eq!((fake.logins(), fake.to("tradeApiLogin").len()), (1, 1));
    let tokens: Vec<_> =
        fake.to("limits").iter().map(|asked| asked.header("Auth").map(str::to_owned)).collect();
    assert_eq!(tokens, vec![Some("hdr.Trade.sig1".to_owned()); 3]);
    // What the login told of the user stays masked, and the keys too.
    let session = restarted(settings(&fake), time, &records).of(USER);
    session.take_up().await.unwrap();
    let echo = "hdr.Trade.sig1 33333333-aaaa-4bbb-8ccc-000000000001 ZZ9Z9 424242 AAAAA0000A";
    assert_eq!(session.masker.clean(echo).as_str(), ["[masked]"; 5].join(" "));
}

#[tokio::test]
async fn a_kept_session_that_the_broker_refuses_costs_one_login() {
    let is_over = Arc::new(AtomicBool::new(false));
    let fake = broker(&is_over).await;
    let (time, records) = (time(), Arc::new(Remembered::default()));
    restarted(settings(&fake), time.clone(), &records).of(USER).limits().await.unwrap();
    is_over.store(true, Ordering::SeqCst);
    time.pass(3_600_000);
    let session = restarted(settings(&fake), time.clone(), &records).of(USER);
    session.limits().await.unwrap();
    assert_eq!((fake.logins(), session.view().logins_today), (2, 2));
    // The new one is kept in its place.
    restarted(settings(&fake), time, &records).of(USER).limits().await.unwrap();
    assert_eq!(fake.logins(), 2);
}

#[tokio::test]
async fn no_session_outlives_its_day_its_credentials_or_its_service() {
    let fake = broker(&Arc::default()).await;
    let records = Arc::new(Remembered::default());
    let mut logins = 0;
    for why in [SessionEnd::Service, SessionEnd::Credentials, SessionEnd::Broker] {
        let sessions = restarted(settings(&fake), time(), &records);
        sessions.of(USER).limits().await.unwrap();
        logins += 1;
        assert_eq!((records.has_session(), fake.logins()), (true, logins), "{why:?}");
        sessions.of(USER).forget(why).await;
        assert!(!records.has_session(), "{why:?}");
    }
    let time = time();
    restarted(settings(&fake), time.clone(), &records).of(USER).limits().await.unwrap();
    time.pass(DAY_MS);
    let session = restarted(settings(&fake), time.clone(), &records).of(USER);
    session.take_up().await.unwrap();
    assert!(session.in_use().is_none());
    // At the end of a day that the daemon lives through it goes as well.
    session.limits().await.unwrap();
    time.pass(DAY_MS);
    session.forget(SessionEnd::Day).await;
    assert!(!records.has_session());
    // Its keys go to no other address than that of its login.
    session.limits().await.unwrap();
    let other = broker(&Arc::default()).await;
    restarted(settings(&other), time, &records).of(USER).limits().await.unwrap();
    assert_eq!((other.logins(), other.to("limits").len()), (1, 1));
}

#[tokio::test]
async fn restarts_have_no_account_locked() {
    let fake = refusing().await;
    let (time, records) = (time(), Arc::new(Remembered::default()));
    for _ in 0..6 {
        let session = restarted(settings(&fake), time.clone(), &records).of(USER);
        assert!(session.limits().await.is_err());
        // Nor does one that comes at once try again before the wait is over.
        let session = restarted(settings(&fake), time.clone(), &records).of(USER);
        let early = session.limits().await.unwrap_err();
        let waits = [
            "the login: the next login is not before ",
            "the login: nobody logs in until a person allows it",
        ];
        assert!(waits.iter().any(|wait| early.to_string().starts_with(wait)), "{early}");
        time.pass(60_000);
    }
    assert_eq!(fake.to("tradeApiLogin").len(), 3);
    let session = restarted(settings(&fake), time.clone(), &records).of(USER);
    session.take_up().await.unwrap();
    let reason = crate::mask::Masked::ours("refused 3 times: Invalid TOTP for [masked]");
    assert_eq!(session.view().state, SessionState::Blocked { reason });
    let record = records.record().unwrap();
    assert_eq!((record.counts.tried, record.counts.failed, record.refusals), (3, 3, 3));
    // What a person allows is allowed after the next restart as well.
    session.allow_again().await;
    let session = restarted(settings(&fake), time, &records).of(USER);
    assert!(session.limits().await.is_err());
    assert_eq!((fake.to("tradeApiLogin").len(), session.view().refusals), (4, 1));
}

#[tokio::test]
async fn a_login_that_a_death_cuts_off_counts_as_refused() {
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let fake = Fake::new(move |_: &Asked| {
        told.send(()).unwrap();
        Reply::Silence
    })
    .await;
    let time = time();
    let mut records = Arc::new(Remembered::default());
    for _ in 0..3 {
        let session = restarted(settings(&fake), time.clone(), &records).of(USER);
        let login = tokio::spawn(async move { session.limits().await });
        hears.recv().await.unwrap();
        // The process dies here: the next finds what was on the disk.
        records = records.copy();
        login.abort();
        time.pass(60_000);
    }
    let session = restarted(settings(&fake), time, &records).of(USER);
    let error = session.limits().await.unwrap_err();
    let why = "refused 3 times: the daemon ended before the broker had answered";
    assert!(error.to_string().ends_with(why), "{error}");
    assert_eq!(fake.to("tradeApiLogin").len(), 3);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_tried() {
    let fake = refusing().await;
    let records = Arc::new(Remembered::default());
    records.is_full.store(true, Ordering::SeqCst);
    let session = restarted(settings(&fake), time(), &records).of(USER);
    let error = session.limits().await.unwrap_err();
    assert_eq!(error.to_string(), "the login: the disk is full");
    assert_eq!(fake.to("tradeApiLogin").len(), 0);
}

#[tokio::test]
async fn new_credentials_leave_nothing_of_why_the_old_ones_failed() {
    let is_over = Arc::new(AtomicBool::new(false));
    let fake = broker(&is_over).await;
    let session = restarted(settings(&fake), time(), &Arc::default()).of(USER);
    session.limits().await.unwrap();
    is_over.store(true, Ordering::SeqCst);
    // The session is young, so nobody logs in again at once.
    assert!(session.limits().await.is_err());
    assert!(matches!(session.view().state, SessionState::CoolingDown { .. }));
    session.forget(SessionEnd::Credentials).await;
    let SessionState::Over { reason, .. } = session.view().state else { panic!("{:?}", session.view()) };
    assert_eq!(reason.as_str(), "the credentials were changed");
}
