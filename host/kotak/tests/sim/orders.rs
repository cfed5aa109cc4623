//! One order and everything that can go wrong with it: it exists at most once, and nobody believes that it does not.

use kotak_sim::{AppOrder, Call, Facts, Fault, SessionError, TagRefusal, When};
use prahari_brokers::{BrokerError, BrokerOrderState};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Side};

use crate::account::{Account, link};

fn answer(status: u16, body: &str, after_effect: bool) -> Fault {
    Fault::Answer { status, body: body.to_owned(), after_effect }
}

/// Faults after which nobody knows, each with whether the broker has taken the order.
fn unclear() -> Vec<(Fault, bool)> {
    let mut faults = vec![(Fault::Truncated, true), (Fault::WrongJson, true), (Fault::RateLimited, false)];
    for after_effect in [true, false] {
        faults.extend([
            (answer(502, "<html>busy</html>", after_effect), after_effect),
            (answer(200, "<html>busy</html>", after_effect), after_effect),
            (answer(200, "", after_effect), after_effect),
            (answer(200, "{}", after_effect), after_effect),
            (answer(408, "{\"message\":\"late\"}", after_effect), after_effect),
            (Fault::Cut { after_effect }, after_effect),
            (Fault::CoreError { after_effect }, after_effect),
        ]);
    }
    faults
}

#[tokio::test]
async fn after_an_unclear_answer_the_book_is_asked_and_nothing_is_sent_again() {
    for (fault, is_there) in unclear() {
        let account = Account::new().await;
        account.fault(Call::Place, When::First(1), fault.clone());
        let order = account.resting(1);
        let first = account.broker.place(&order, account.now()).await;
        assert!(matches!(first, Err(BrokerError::Unclear(_))), "{fault:?}: {first:?}");
        account.time.pass(1_000);
        let again = account.broker.place(&order, account.now()).await;
        match &again {
            Ok(placed) => assert!(is_there && placed.broker_id.starts_with("261102"), "{fault:?}"),
            Err(BrokerError::Unclear(_)) => assert!(!is_there, "{fault:?}"),
            other => panic!("{fault:?}: {other:?}"),
        }
        // The tag came once, and after a restart the book knows it as well.
        assert_eq!(account.most_under_one_tag(), (1, usize::from(is_there)), "{fault:?}");
        let (broker, _pushes) = link(&account.brokerage).await;
        assert_eq!(broker.book().await.unwrap().len(), usize::from(is_there));
    }
}

#[tokio::test]
async fn silence_leaves_it_unknown() {
    let account =
        Account::with(Facts::default(), |settings| settings.send = std::time::Duration::from_millis(300))
            .await;
    account.session().limits().await.unwrap();
    account.fault(Call::Place, When::First(1), Fault::NoAnswer { after_effect: true });
    let order = account.resting(1);
    let first = account.broker.place(&order, account.now()).await;
    assert!(matches!(first, Err(BrokerError::Unclear(_))), "{first:?}");
    let found = account.broker.place(&order, account.now()).await.unwrap();
    assert_eq!((found.broker_id.len(), account.most_under_one_tag()), (15, (1, 1)));
}

#[tokio::test]
async fn a_tag_that_is_taken_is_told_in_each_of_its_shapes() {
    for shape in [TagRefusal::Of2026, TagRefusal::Of2025, TagRefusal::Of2024] {
        let account = Account::new().await;
        account.fault(Call::Place, When::First(1), Fault::TagRefused(shape));
        let order = account.resting(1);
        let first = account.broker.place(&order, account.now()).await;
        assert_eq!(first, Err(BrokerError::TagInUse), "{shape:?}");
        let placed = account.broker.place(&order, account.now()).await.unwrap();
        assert_eq!(account.sim.orders(&account.spec.ucc)[0].number, placed.broker_id);
        // After a restart nobody remembers the tag; the broker does, whoever's order it is.
        account.time.pass(1_000);
        account.sim.change_facts(|facts| facts.duplicate_tag = shape);
        let mut other = account.resting(1);
        other.request.quantity = 5;
        for order in [&order, &other] {
            let (broker, _pushes) = link(&account.brokerage).await;
            assert_eq!(broker.place(order, account.now()).await, Err(BrokerError::TagInUse), "{shape:?}");
            assert_eq!(broker.book().await.unwrap()[0].broker_id, placed.broker_id);
        }
        assert_eq!(account.sim.orders(&account.spec.ucc).len(), 1);
    }
}

#[tokio::test]
async fn an_order_that_the_book_shows_late_stays_unknown_until_it_does() {
    let account = Account::new().await;
    account.fault(Call::Place, When::First(1), Fault::Cut { after_effect: true });
    account.fault(Call::Place, When::First(1), Fault::Invisible { ms: 4_300 });
    let order = account.resting(1);
    assert!(account.broker.place(&order, account.now()).await.is_err());
    assert!(matches!(account.broker.place(&order, account.now()).await, Err(BrokerError::Unclear(_))));
    account.time.pass(5_000);
    assert!(account.broker.place(&order, account.now()).await.is_ok());
    assert_eq!(account.most_under_one_tag(), (1, 1));
}

#[tokio::test]
async fn what_the_broker_refuses_is_refused_and_what_it_rejects_later_is_in_the_book() {
    let account = Account::new().await;
    account.fault(Call::Place, When::First(1), Fault::AddressNotListed);
    let refused = account.broker.place(&account.resting(1), account.now()).await;
    assert!(matches!(refused, Err(BrokerError::Refused { .. })), "{refused:?}");
    account.fault(Call::Place, When::First(1), Fault::AddressChanged);
    let refused = account.broker.place(&account.resting(2), account.now()).await;
    assert!(matches!(refused, Err(BrokerError::Refused { .. })), "{refused:?}");
    let reason = format!("RMS:Rule: Check circuit limit, account-{}", account.spec.ucc);
    account.fault(Call::Place, When::First(1), Fault::RejectLate { ms: 500, reason });
    let order = account.placed(account.resting(3)).await;
    let seen = account.seen(&order).await;
    let BrokerOrderState::Rejected { reason, .. } = &seen.state else { panic!("{seen:?}") };
    assert!(reason.contains("circuit limit") && !reason.contains(&account.spec.ucc), "{reason}");
    // What may be done about a refusal is in its text alone.
    let texts = [
        (4, "RMS:Margin Exceeds,Cash Available:1000.00", (true, false)),
        (5, "RMS:Rule: Check T1 holdings including TT/BE/Z/T/TS ,No Holdings Present", (false, true)),
        (6, "16283 : something new", (false, false)),
    ];
    for (number, text, expected) in texts {
        let fault = Fault::RejectLate { ms: 500, reason: text.to_owned() };
        account.fault(Call::Place, When::First(1), fault);
        let order = account.placed(account.resting(number)).await;
        let seen = account.seen(&order).await;
        let BrokerOrderState::Rejected { retryable, unsettled, .. } = seen.state else { panic!("{seen:?}") };
        assert_eq!((retryable, unsettled), expected, "{text}");
    }
    assert_eq!(account.logins(), 1);
}

/// Of the broker's app: seen, not ours, and without the PAN that its tag is made of.
#[tokio::test]
async fn an_order_of_the_app_is_shown_without_a_tag() {
    let account = Account::new().await;
    let order = AppOrder {
        symbol: "DEMO-EQ".to_owned(),
        side: kotak_sim::Side::Buy,
        quantity: 2,
        price: 24_000,
        product: "CNC".to_owned(),
    };
    let number = account.sim.place_in_app(&account.spec.ucc, &order).unwrap();
    let book = account.broker.book().await.unwrap();
    assert_eq!((book.len(), book[0].tag.as_str(), &book[0].broker_id), (1, "", &number));
    let shown = format!("{book:?} {:?}", account.session().book().await.unwrap());
    for secret in [&account.spec.pan, &account.spec.ucc, &account.spec.access_token] {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
}

#[tokio::test]
async fn a_session_that_ends_at_a_placement_sends_nothing_again() {
    for error in [
        SessionError::Gateway900901,
        SessionError::InvalidToken100022,
        SessionError::LoginCheck100022,
        SessionError::Documented1003,
        SessionError::Documented1003Http200,
        SessionError::Bare403,
        SessionError::ViewToken100021,
    ] {
        let account = Account::new().await;
        account.session().limits().await.unwrap();
        account.time.pass(120_000);
        account.fault(Call::Place, When::First(1), Fault::SessionEnds(error));
        let first = account.broker.place(&account.resting(1), account.now()).await;
        assert!(matches!(first, Err(BrokerError::Refused { retryable: true, .. })), "{error:?}: {first:?}");
        assert_eq!((account.sim.calls(Call::Place, None), account.logins()), (1, 1));
        account.placed(account.resting(2)).await;
        assert_eq!((account.sim.calls(Call::Place, None), account.logins()), (2, 2), "{error:?}");
    }
}

#[tokio::test]
async fn no_connection_means_that_nothing_was_sent() {
    let account = Account::new().await;
    let order = account.placed(account.resting(1)).await;
    let now = account.now().0;
    account.sim.down_between(now, now + 60_000);
    let nothing = account
        .broker
        .place(&account.order(2, Side::Buy, 1, OrderKind::Limit(Paise(24_000))), account.now())
        .await;
    assert!(matches!(nothing, Err(BrokerError::Unavailable(_))), "{nothing:?}");
    assert!(account.broker.book().await.is_err());
    account.time.pass(61_000);
    // The fake listens again a moment later.
    while account.broker.book().await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(account.seen(&order).await.state, BrokerOrderState::Open);
    // It never left, so the same tag may be used.
    account.placed(account.resting(2)).await;
    assert_eq!((account.most_under_one_tag(), account.logins()), ((1, 1), 1));
}
