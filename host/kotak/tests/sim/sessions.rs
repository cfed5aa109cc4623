//! One login a day, and one more for each session that the broker ends.

use kotak_sim::{Call, Facts, Fault, LoginError, SessionEnd, SessionError, When};
use prahari_brokers::BrokerError;
use prahari_kotak::{Outbound, SessionState};

use crate::account::{Account, USER};

#[tokio::test]
async fn a_session_that_ends_at_any_read_costs_one_login_and_no_read() {
    for error in [
        SessionError::Gateway900901,
        SessionError::InvalidToken100022,
        SessionError::LoginCheck100022,
        SessionError::Documented1003,
        SessionError::Documented1003Http200,
        SessionError::Bare403,
        SessionError::ViewToken100021,
    ] {
        for call in [Call::Book, Call::Positions, Call::Holdings, Call::Limits] {
            let account = Account::new().await;
            account.session().limits().await.unwrap();
            account.time.pass(3_600_000);
            account.fault(call, When::First(1), Fault::SessionEnds(error));
            account.broker.book().await.unwrap();
            account.broker.holdings().await.unwrap();
            account.broker.funds().await.unwrap();
            assert_eq!(account.logins(), 2, "{error:?} {call:?}");
        }
    }
}

#[tokio::test]
async fn a_session_of_an_hour_is_renewed_when_the_broker_says_so_and_not_before() {
    let facts = Facts { session_ends: SessionEnd::After(3_600_000), ..Facts::default() };
    let account = Account::with(facts, |_| {}).await;
    for _ in 0..40 {
        account.broker.funds().await.unwrap();
        account.time.pass(300_000);
    }
    // 200 minutes: the first login, and three sessions that ended.
    assert_eq!(account.logins(), 4);
}

#[tokio::test]
async fn a_login_of_somebody_else_takes_the_session_and_costs_one_of_ours() {
    let account = Account::new().await;
    account.broker.funds().await.unwrap();
    account.time.pass(600_000);
    account.sim.log_in_elsewhere(&account.spec.ucc).unwrap();
    account.broker.funds().await.unwrap();
    account.broker.funds().await.unwrap();
    assert_eq!(account.session().view().logins_today, 2);
}

#[tokio::test]
async fn at_night_good_tokens_are_called_bad_and_logins_stay_few() {
    let account = Account::with(Facts::default(), |_| {}).await;
    account.broker.funds().await.unwrap();
    account.time.pass(600_000);
    account.fault(Call::Limits, When::Always, Fault::SessionDoubted(SessionError::InvalidToken100022));
    for _ in 0..120 {
        assert!(account.broker.funds().await.is_err());
        account.time.pass(60_000);
    }
    // Two hours: twice at once, then after 1, 2, 4, 8, 16, 30, 30 minutes.
    assert!((5..=9).contains(&account.logins()), "{}", account.logins());
    account.sim.clear_faults();
    account.time.pass(1_800_000);
    account.broker.funds().await.unwrap();
}

#[tokio::test]
async fn a_wrong_pin_ends_before_the_lock_in_each_form_of_the_refusal() {
    for login_error in [LoginError::Documented, LoginError::List, LoginError::ListAndHttp200] {
        let account = Account::with(Facts { login_error, ..Facts::default() }, |_| {}).await;
        account.sim.change_account(&account.spec.ucc, |spec| spec.mpin = "999999".to_owned()).unwrap();
        for _ in 0..6 {
            let error = account.broker.funds().await.unwrap_err();
            assert!(matches!(error, BrokerError::Unavailable(_)), "{error:?}");
            account.time.pass(120_000);
        }
        assert!(matches!(account.session().view().state, SessionState::Blocked { .. }), "{login_error:?}");
        assert_eq!(account.sim.calls(Call::Validate, None), 3, "{login_error:?}");
        account.sim.change_account(&account.spec.ucc, |spec| spec.mpin = account.spec.mpin.clone()).unwrap();
        account.session().allow_again().await;
        account.broker.funds().await.unwrap();
    }
}

#[tokio::test]
async fn a_broker_that_is_down_at_the_login_is_asked_again_after_a_while() {
    let account = Account::new().await;
    let down =
        Fault::Answer { status: 503, body: "<html>maintenance</html>".to_owned(), after_effect: false };
    account.fault(Call::Login, When::First(2), down);
    assert!(account.broker.funds().await.is_err());
    assert!(account.broker.funds().await.is_err());
    assert_eq!(account.sim.calls(Call::Login, None), 1);
    account.time.pass(61_000);
    assert!(account.broker.funds().await.is_err());
    account.time.pass(61_000);
    account.broker.funds().await.unwrap();
    assert_eq!((account.sim.calls(Call::Login, None), account.session().view().refusals), (3, 0));
}

#[tokio::test]
async fn an_empty_book_after_an_order_is_not_believed() {
    let account = Account::new().await;
    account.placed(account.resting(1)).await;
    account.time.pass(120_000);
    account.fault(Call::Book, When::Always, Fault::Empty);
    for _ in 0..3 {
        let error = account.broker.book().await.unwrap_err();
        assert!(error.to_string().contains("it is empty"), "{error}");
        account.time.pass(120_000);
    }
    assert_eq!(account.logins(), 2);
    account.sim.clear_faults();
    assert_eq!(account.broker.book().await.unwrap().len(), 1);
}

/// The fake refuses a fifth question at a time.
#[tokio::test]
async fn prices_of_many_are_asked_for_four_questions_at_a_time() {
    let account = Account::new().await;
    let tokens: Vec<String> = ["90001", "90002", "90003"].map(str::to_owned).to_vec();
    let asked = (0..12).map(|_| {
        let (session, tokens) = (account.session(), tokens.clone());
        tokio::spawn(async move { session.quotes(&tokens, prahari_kotak::QuoteFilter::Last).await })
    });
    for asked in asked.collect::<Vec<_>>() {
        asked.await.unwrap().unwrap();
    }
    assert_eq!((account.sim.calls(Call::Quotes, None), account.logins()), (12, 1));
}

/// The broker takes orders from listed addresses, and only from the one that logged in.
#[tokio::test]
async fn login_and_orders_leave_by_the_same_address() {
    let ours: std::net::IpAddr = "127.0.0.2".parse().unwrap();
    let account = Account::leaving(Outbound::Address(ours), Facts::default(), |_| {}).await;
    account.sim.change_account(&account.spec.ucc, |spec| spec.addresses = vec![ours]).unwrap();
    account.placed(account.resting(1)).await;
    assert_eq!(account.session().address().await.unwrap(), "127.0.0.2");
    let other = Account::new().await;
    other.sim.change_account(&other.spec.ucc, |spec| spec.addresses = vec![ours]).unwrap();
    let refused = other.broker.place(&other.resting(1), other.now()).await;
    assert!(matches!(refused, Err(BrokerError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn zeros_are_no_money_and_other_users_have_sessions_of_their_own() {
    let account = Account::new().await;
    account.fault(Call::Limits, When::First(1), Fault::AllZero);
    assert!(account.broker.funds().await.is_err());
    account.broker.funds().await.unwrap();
    assert!(matches!(account.sessions.of(USER).view().state, SessionState::Active { .. }));
    let other = account.sessions.of(prahari_domain::ids::UserId(8));
    assert!(matches!(other.view().state, SessionState::None { .. }));
}
