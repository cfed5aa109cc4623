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
            ("listed", NotKnown),
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
    let here = vec!["192.0.2.8".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    account.sim.change_account(&account.spec.ucc, |spec| spec.addresses = here).unwrap();
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
async fn the_broker_is_asked_which_addresses_it_takes_orders_from_and_its_refusal_ends_no_session() {
    let account = Account::new().await;
    account.broker.funds().await.unwrap();
    let other = "192.0.2.8".parse().unwrap();
    account.sim.change_account(&account.spec.ucc, |spec| spec.addresses = vec![other]).unwrap();
    let checks = look(&account).await;
    let listed = named(&checks, "listed");
    let said = "the broker takes orders from 192.0.2.8 only; the calls of this user leave as this machine routes them, and it sees \
                127.0.0.1";
    assert_eq!((listed.outcome, listed.evidence.as_str()), (Failed, said));
    // What the doctor foretells is what an order meets, and it is told with the way that the order took.
    let refused = account.broker.place(&account.resting(1), account.now()).await.unwrap_err().to_string();
    assert!(refused.contains("; the call left as this machine routes them: the broker's app"), "{refused}");
    account.sim.change_facts(|facts| facts.subscription_works = false);
    let checks = look(&account).await;
    assert_eq!((named(&checks, "listed").outcome, named(&checks, "address").outcome), (NotKnown, Good));
    assert_eq!(account.broker.way_out().as_deref(), Some("as this machine routes them"));
    assert_eq!(account.logins(), 1);
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
    assert!(good.evidence.contains("needs ₹960.00"), "{good:?}");
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
