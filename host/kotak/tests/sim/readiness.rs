//! What is proved before the market opens: without a login, without an order, and in bounded time.

use kotak_sim::{Call, Facts, Fault, SessionError, When};
use prahari_brokers::CheckOutcome::{Failed, NotKnown, Ok as Good, Warning};
use prahari_brokers::{Check, CheckOutcome};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, Side};
use prahari_kotak::Outbound;

use crate::account::Account;

async fn look(account: &Account) -> Vec<Check> {
    account.broker.readiness(account.now()).await
}

fn outcomes(checks: &[Check]) -> Vec<(&str, CheckOutcome)> {
    checks.iter().map(|check| (&*check.name, check.outcome)).collect()
}

fn named<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap()
}

#[tokio::test]
async fn nobody_logs_in_and_nothing_is_ordered_for_a_look() {
    let account = Account::new().await;
    let checks = look(&account).await;
    // At 09:20 somebody should have needed the broker.
    assert_eq!(
        outcomes(&checks),
        [
            ("session", Warning),
            ("credentials", Good),
            ("address", NotKnown),
            ("clock", Good),
            ("shares", NotKnown)
        ]
    );
    assert_eq!((account.sim.calls(Call::Login, None), account.sim.calls(Call::Place, None)), (0, 0));
    assert_eq!(account.sim.calls(Call::ClientAddress, None), 1);
    let shown = format!("{checks:?}");
    for secret in [&account.spec.access_token, &account.spec.mpin, &account.spec.ucc, &account.spec.mobile] {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
}

#[tokio::test]
async fn with_a_session_the_address_and_the_file_of_shares_are_proved_too() {
    let account = Account::new().await;
    account.placed(account.resting(1)).await;
    let checks = look(&account).await;
    assert!(checks.iter().all(|check| check.outcome == Good), "{checks:?}");
    assert_eq!(named(&checks, "address").steady.as_deref(), Some("127.0.0.1"));
    assert!(named(&checks, "shares").evidence.contains("2026-11-02"), "{checks:?}");
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn a_file_of_shares_of_an_earlier_day_is_a_warning() {
    let account = Account::new().await;
    account.fault(Call::FilePaths, When::Always, Fault::Lag { ms: 3 * 86_400_000 });
    account.placed(account.resting(1)).await;
    let checks = look(&account).await;
    assert_eq!(named(&checks, "shares").outcome, Warning, "{checks:?}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_before_a_code_is_refused() {
    for (ahead, expected) in [(-30_000, Failed), (12_000, Warning), (2_000, Good)] {
        let account = Account::with(Facts { dates_ahead: ahead, ..Facts::default() }, |_| {}).await;
        let checks = look(&account).await;
        assert_eq!(named(&checks, "clock").outcome, expected, "{ahead}: {checks:?}");
        assert_eq!(account.sim.calls(Call::Login, None), 0);
    }
}

#[tokio::test]
async fn an_address_that_is_not_the_one_that_was_set_fails() {
    let ours: std::net::IpAddr = "127.0.0.2".parse().unwrap();
    let account = Account::leaving(Outbound::Address(ours), Facts::default(), |_| {}).await;
    account.broker.funds().await.unwrap();
    assert_eq!(named(&look(&account).await, "address").outcome, Good);
    let body = "{\"data\":[{\"ip\":\"127.0.0.9\"}],\"stCode\":1000}".to_owned();
    account.fault(
        Call::ClientAddress,
        When::Always,
        Fault::Answer { status: 200, body, after_effect: false },
    );
    let checks = look(&account).await;
    assert_eq!(named(&checks, "address").outcome, Failed, "{checks:?}");
}

#[tokio::test]
async fn a_session_that_is_doubted_costs_no_login_by_a_look() {
    let account = Account::new().await;
    account.broker.funds().await.unwrap();
    account.fault(Call::ClientAddress, When::Always, Fault::SessionDoubted(SessionError::InvalidToken100022));
    let checks = look(&account).await;
    assert_eq!(named(&checks, "address").outcome, Failed, "{checks:?}");
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn a_broker_that_is_silent_is_told_within_the_time_of_a_read() {
    let account = Account::new().await;
    account.fault(Call::ClientAddress, When::Always, Fault::NoAnswer { after_effect: false });
    let checks = tokio::time::timeout(std::time::Duration::from_secs(30), look(&account)).await.unwrap();
    assert_eq!(
        [named(&checks, "address").outcome, named(&checks, "clock").outcome],
        [Failed, NotKnown],
        "{checks:?}"
    );
}

#[tokio::test]
async fn the_money_for_buys_that_wait_is_asked_for_with_a_session_that_is_there() {
    let account = Account::new().await;
    let (small, large) =
        (account.resting(2), account.order(3, Side::Buy, 450, OrderKind::Limit(Paise(24_000))));
    let asked = async |buys: &[Order]| account.broker.margin(buys, account.now()).await;
    assert_eq!(asked(&[]).await, None);
    // Nobody logs in for it.
    assert_eq!(asked(std::slice::from_ref(&small)).await.unwrap().outcome, NotKnown);
    assert_eq!(account.logins(), 0);
    account.placed(account.resting(1)).await;
    let good = asked(std::slice::from_ref(&small)).await.unwrap();
    assert_eq!((&*good.name, good.outcome), ("margin", Good), "{good:?}");
    assert!(good.evidence.contains("need ₹960.00"), "{good:?}");
    let short = asked(&[small.clone(), large]).await.unwrap();
    assert_eq!(short.outcome, Warning, "{short:?}");
    assert!(short.evidence.contains("the 2 buys"), "{short:?}");
    // However many there are, ten are asked about.
    let many = vec![small; 12];
    let before = account.sim.calls(Call::Margin, None);
    let some = asked(&many).await.unwrap();
    assert_eq!(account.sim.calls(Call::Margin, None) - before, 10);
    assert!(some.evidence.contains("2 more not counted"), "{some:?}");
    account.fault(Call::Margin, When::Always, Fault::RateLimited);
    assert_eq!(asked(&many).await.unwrap().outcome, NotKnown);
    assert_eq!(account.logins(), 1);
}
