//! Logins: how many, when, and when none.

use std::sync::Arc;

use prahari_brokers::SessionEnd;
use prahari_secrets::Secret;
use serde_json::json;

use super::*;
use crate::error::{KotakError, Meaning};
use crate::fake::{
    Asked, Fake, JumpingTime, Kept, NOW, Reply, SECRETS, USER, ok, sessions, settings, standard_reply, time,
};
use crate::mask::Masked;

fn limits() -> Reply {
    ok(
        json!({ "stat": "Ok", "stCode": 200, "Net": "10", "MarginUsed": "0", "CollateralValue": "10", "Collateral": "0" }),
    )
}

fn over() -> Reply {
    ok(json!({ "stCode": 100_022, "errMsg": "invalid session token", "stat": "Not_Ok" }))
}

/// A broker whose reports answer by the number of the login that the session is of.
async fn by_login(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Fake {
    Fake::new(move |asked: &Asked| {
        if asked.path.contains("login/1.0/tradeApi") {
            return standard_reply();
        }
        let token = asked.header("Auth").unwrap_or_default();
        answer(token.rsplit("sig").next().and_then(|number| number.parse().ok()).unwrap_or(0))
    })
    .await
}

fn start(fake: &Fake) -> (Arc<Sessions>, Arc<JumpingTime>) {
    let time = time();
    (sessions(settings(fake), time.clone()), time)
}

fn masked(text: &str) -> Masked {
    Masked::ours(text)
}

#[tokio::test]
async fn many_calls_at_once_make_one_login() {
    let fake = by_login(|_| limits()).await;
    let (sessions, _) = start(&fake);
    let calls = (0..4).map(|_| {
        let session = sessions.of(USER);
        tokio::spawn(async move { session.limits().await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(fake.logins(), 1);
    let view = sessions.of(USER).view();
    assert!(matches!(view.state, SessionState::Active { .. }), "{view:?}");
    assert_eq!((view.logins_today, view.refusals), (1, 0));
}

#[tokio::test]
async fn both_steps_carry_what_each_needs_and_the_code_of_the_moment() {
    let fake = by_login(|_| limits()).await;
    let (sessions, _) = start(&fake);
    sessions.of(USER).limits().await.unwrap();
    let (first, second) = (fake.to("tradeApiLogin").remove(0), fake.to("tradeApiValidate").remove(0));
    let code = Kept { codes: true };
    let credentials = crate::credentials::CredentialSource::credentials(&code, USER).await.unwrap();
    let expected = credentials.codes.unwrap().code(u64::try_from(NOW.0 / 1_000).unwrap()).unwrap();
    let body: serde_json::Value = serde_json::from_str(&first.body).unwrap();
    assert_eq!(body, json!({ "mobileNumber": "+919876543210", "ucc": "ZZ9Z9", "totp": expected.expose() }));
    assert_eq!(
        (first.header("authorization"), first.header("neo-fin-key")),
        (Some(SECRETS[0]), Some("neotradeapi"))
    );
    assert_eq!(second.body, "{\"mpin\":\"424242\"}");
    assert_eq!(second.header("Auth"), Some("hdr.View.sig1"));
    let report = fake.to("limits").remove(0);
    assert_eq!(report.header("Auth"), Some("hdr.Trade.sig1"));
    assert_eq!(report.fields(), json!({ "seg": "ALL", "exch": "ALL", "prod": "ALL" }));
}

#[tokio::test]
async fn a_read_with_a_session_that_is_over_logs_in_once_and_reads_once_more() {
    let fake = by_login(|login| if login == 1 { over() } else { limits() }).await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    // The first login is old by then.
    let (_, _) = (session.log_in_with(Secret::new("000000".to_owned())).await, time.pass(3_600_000));
    session.limits().await.unwrap();
    assert_eq!((fake.logins(), fake.to("limits").len()), (2, 2));
    session.limits().await.unwrap();
    assert_eq!((fake.logins(), session.view().logins_today), (2, 2));
}

/// Out of hours the broker calls good tokens bad: each login would be one more message to the user.
#[tokio::test]
async fn a_session_that_is_over_as_soon_as_it_began_makes_the_next_login_wait_longer_each_time() {
    let fake = by_login(|_| over()).await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    let mut waits = Vec::new();
    for _ in 0..7 {
        assert!(session.limits().await.is_err());
        let SessionState::CoolingDown { until, reason } = session.view().state else { panic!("no wait") };
        let now = prahari_brokers::Pace::now(&*time);
        waits.push(until.millis_since(now) / 1_000);
        assert_eq!(reason, masked("invalid session token"));
        // Whoever asks before that is told when, and nobody logs in.
        let before = fake.logins();
        let early = session.limits().await.unwrap_err();
        // The same sentence at any moment of the wait: it is shown after it was said, too.
        let from = until.plus_millis(999).ist_time().format("%H:%M:%S");
        let said = format!("the login: the next login is not before {from} IST: invalid session token");
        assert_eq!(early.to_string(), said);
        assert_eq!(fake.logins(), before);
        time.pass(until.millis_since(now));
    }
    assert_eq!(waits, [60, 120, 240, 480, 960, 1_800, 1_800]);
}

#[tokio::test]
async fn a_day_has_a_bounded_number_of_logins_until_a_person_says_so() {
    let fake = by_login(|_| over()).await;
    let time = time();
    let few = crate::KotakSettings { logins_a_day: 3, ..settings(&fake) };
    let sessions = sessions(few, time.clone());
    let session = sessions.of(USER);
    for _ in 0..5 {
        assert!(session.limits().await.is_err());
        time.pass(1_900_000);
    }
    assert_eq!(fake.logins(), 3);
    assert_eq!(session.view().state, SessionState::Blocked { reason: masked("3 logins on one day") });
    session.allow_again().await;
    assert!(session.limits().await.is_err());
    assert_eq!(fake.logins(), 4);
}

#[tokio::test]
async fn refused_logins_end_before_the_broker_locks_the_account() {
    let fake =
        Fake::new(|_: &Asked| Reply::Answer(400, "{\"message\":\"Invalid TOTP for ZZ9Z9\"}".to_owned()))
            .await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    for refused in 1..=5 {
        let error = session.limits().await.unwrap_err();
        assert!(!error.to_string().contains("ZZ9Z9"), "{error}");
        assert_eq!(session.view().refusals, refused.min(3));
        time.pass(86_400_000);
    }
    assert_eq!(fake.to("tradeApiLogin").len(), 3);
    let blocked = SessionState::Blocked { reason: masked("refused 3 times: Invalid TOTP for [masked]") };
    assert_eq!(session.view().state, blocked);
    session.forget(SessionEnd::Credentials).await;
    assert!(session.limits().await.is_err());
    assert_eq!(fake.to("tradeApiLogin").len(), 4);
}

#[tokio::test]
async fn trouble_of_the_gateway_cools_down_and_locks_nobody_out() {
    let fake = Fake::new(|_: &Asked| Reply::Answer(503, "<html>".to_owned())).await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    for _ in 0..5 {
        assert_eq!(session.limits().await.unwrap_err().meaning, Meaning::Gateway);
        assert!(matches!(session.view().state, SessionState::CoolingDown { .. }));
        time.pass(60_000);
    }
    assert_eq!((fake.to("tradeApiLogin").len(), session.view().refusals), (5, 0));
}

#[tokio::test]
async fn the_next_day_has_a_login_of_its_own_and_a_stopped_service_none() {
    let fake = by_login(|_| limits()).await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    session.limits().await.unwrap();
    time.pass(86_400_000);
    session.limits().await.unwrap();
    assert_eq!((fake.logins(), session.view().logins_today), (2, 1));
    sessions.forget_all(SessionEnd::Service).await;
    let state = session.view().state;
    assert!(
        matches!(&state, SessionState::Over { reason, .. } if *reason == masked("the service was stopped")),
        "{state:?}"
    );
    assert_eq!(fake.logins(), 2);
}

#[tokio::test]
async fn a_login_is_finished_when_whoever_asked_for_it_has_gone() {
    let fake = by_login(|_| limits()).await;
    let (sessions, _) = start(&fake);
    let session = sessions.of(USER);
    {
        let mut call = Box::pin(session.limits());
        assert!(futures_once(&mut call).await.is_none());
    }
    // The login that was begun goes on by itself; the next call finds its session.
    session.limits().await.unwrap();
    assert_eq!(fake.logins(), 1);
}

/// Polls once.
async fn futures_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        let polled = std::pin::Pin::new(&mut *future).poll(context);
        std::task::Poll::Ready(match polled {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_code_is_used_once_and_not_in_its_last_seconds() {
    let fake = by_login(|login| if login == 1 { over() } else { limits() }).await;
    let (sessions, time) = start(&fake);
    let session = sessions.of(USER);
    // The half minute ends at :30; two seconds before that a code is not sent.
    time.pass(17_000);
    assert!(session.limits().await.is_err());
    assert_eq!(prahari_brokers::Pace::now(&*time).to_string(), "2026-11-02 09:20:30.000");
    session.allow_again().await;
    session.limits().await.unwrap();
    assert_eq!(prahari_brokers::Pace::now(&*time).to_string(), "2026-11-02 09:21:00.000");
    let codes: Vec<String> = fake.to("tradeApiLogin").into_iter().map(|asked| asked.body).collect();
    assert_ne!(codes[0], codes[1]);
}

#[tokio::test]
async fn without_a_secret_the_user_types_the_code() {
    let fake = by_login(|_| limits()).await;
    let kept = Arc::new(Kept { codes: false });
    let sessions = Sessions::new(Arc::new(settings(&fake)), time(), kept).unwrap();
    let session = sessions.of(USER);
    let error = session.limits().await.unwrap_err();
    assert_eq!(error.to_string(), "the login: there is no one-time code: it has to be typed");
    assert_eq!(session.view().state, SessionState::NeedsCode);
    session.log_in_with(Secret::new("123456".to_owned())).await.unwrap();
    session.limits().await.unwrap();
    assert!(fake.to("tradeApiLogin")[0].body.contains("\"totp\":\"123456\""));
    assert_eq!(fake.logins(), 1);
}

#[tokio::test]
async fn nothing_secret_is_in_what_is_shown() {
    let echo = |asked: &Asked| {
        let header = |name| asked.header(name).unwrap_or_default().to_owned();
        format!("{} {} {} AAAAA0000A {}", header("Authorization"), header("Auth"), header("Sid"), asked.body)
    };
    let fake = Fake::new(move |asked: &Asked| match &asked.path {
        path if path.contains("login/1.0/tradeApi") => standard_reply(),
        _ => Reply::Answer(
            400,
            json!({ "stCode": 1009, "errMsg": echo(asked), "stat": "ZZ9Z9 9876543210 424242" }).to_string(),
        ),
    })
    .await;
    let (sessions, _) = start(&fake);
    let session = sessions.of(USER);
    let error: KotakError = session.limits().await.unwrap_err();
    let view = session.view();
    let (inner, _client) = session.acquire_for_test().await;
    let shown = format!("{error} {error:?} {view:?} {inner:?}");
    for secret in SECRETS {
        assert!(!shown.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()), "{secret}: {shown}");
    }
    // And at the login itself, which echoes the access token.
    let refuse = Fake::new(move |asked: &Asked| {
        Reply::Answer(
            424,
            json!({ "error": [{ "code": "424", "message": format!("Consumer key {}", echo(asked)) }] })
                .to_string(),
        )
    })
    .await;
    let (sessions, _) = start(&refuse);
    let error = sessions.of(USER).limits().await.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", sessions.of(USER).view());
    for secret in SECRETS {
        assert!(!shown.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()), "{secret}: {shown}");
    }
}
