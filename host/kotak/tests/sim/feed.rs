//! The order feed: each state of an order is a look at the book.

use kotak_sim::{Call, Facts, Fault, Hello, When};
use prahari_brokers::Pushed;
use prahari_domain::money::Paise;
use prahari_kotak::feed::{MarketFeed, Silence};

use crate::account::Account;

/// Lets time pass until something is told.
async fn told_in_time(account: &mut Account) {
    let time = account.time.clone();
    let passing = tokio::spawn(async move {
        loop {
            time.pass(100);
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    passing.abort();
}

#[tokio::test]
async fn what_happens_at_the_broker_is_told_in_either_form_of_the_first_frame() {
    for hello in [Hello::Raw, Hello::Either] {
        let facts = Facts { order_feed_hello: hello, ..Facts::default() };
        let mut account = Account::with(facts, |settings| settings.order_feed = true).await;
        account.broker.funds().await.unwrap();
        // The feed is entered, which may be after the order: either way the book is worth a look.
        assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
        let order = account.resting(1);
        account.broker.place(&order, account.now()).await.unwrap();
        assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
        account.sim.set_price("DEMO-EQ", 23_900).unwrap();
        assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
        assert_eq!(account.logins(), 1);
    }
}

#[tokio::test]
async fn a_feed_that_ends_is_entered_again_and_the_book_is_looked_at() {
    let mut account = Account::with(Facts::default(), |settings| settings.order_feed = true).await;
    account.broker.funds().await.unwrap();
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    account.sim.close_feeds(true);
    // Once for the end, once for the next connection.
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    told_in_time(&mut account).await;
    account.broker.place(&account.resting(1), account.now()).await.unwrap();
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn a_feed_that_refuses_costs_no_login() {
    let mut account = Account::with(Facts::default(), |settings| settings.order_feed = true).await;
    account.fault(Call::OrderFeed, When::First(2), Fault::Refused);
    account.broker.funds().await.unwrap();
    told_in_time(&mut account).await;
    assert_eq!(account.logins(), 1);
}

/// The last price that the feed has told, once it is this one.
async fn price(feed: &MarketFeed, token: u32, price: i64) {
    let mut news = feed.news();
    while feed.last(token).and_then(|heard| heard.picture.last) != Some(Paise(price)) {
        news.changed().await.unwrap();
    }
}

#[tokio::test]
async fn prices_of_the_market_feed_are_those_of_the_market_also_after_it_ended() {
    let account = Account::with(Facts::default(), |settings| settings.order_feed = true).await;
    let feed = MarketFeed::start(account.session(), account.time.clone());
    feed.want(vec!["90001".to_owned()]);
    assert!(matches!(feed.silence(true), Silence::Silent { .. }));
    account.broker.funds().await.unwrap();
    price(&feed, 90_001, 25_100).await;
    account.sim.set_price("DEMO-EQ", 25_150).unwrap();
    price(&feed, 90_001, 25_150).await;
    assert_eq!((feed.silence(true), feed.last(90_002)), (Silence::None, None));
    // Another share is wanted beside it.
    feed.want(vec!["90001".to_owned(), "90007".to_owned()]);
    account.sim.set_price("DEMO&CO-EQ", 55_010).unwrap();
    price(&feed, 90_007, 55_010).await;
    // What is wanted is wanted again on the next connection.
    account.sim.close_feeds(false);
    account.sim.set_price("DEMO-EQ", 25_200).unwrap();
    let time = account.time.clone();
    let passing = tokio::spawn(async move {
        loop {
            time.pass(100);
            tokio::task::yield_now().await;
        }
    });
    price(&feed, 90_001, 25_200).await;
    passing.abort();
    // Prices stop on a connection that lives.
    account.fault(Call::MarketFrame, When::Always, Fault::Lost);
    account.sim.set_price("DEMO-EQ", 25_250).unwrap();
    account.time.pass(61_000);
    assert!(matches!(feed.silence(true), Silence::Silent { .. } | Silence::AfterSnapshot { .. }));
    assert_eq!((feed.silence(false), account.logins()), (Silence::None, 1));
}

#[tokio::test]
async fn the_older_market_feed_is_followed_where_it_is_set_and_goes_on_while_it_is_acknowledged() {
    let account = Account::with(Facts::default(), |settings| {
        settings.order_feed = true;
        settings.older_market_feed = Some(settings.login.join("hsm").unwrap());
    })
    .await;
    let feed = MarketFeed::start(account.session(), account.time.clone());
    feed.want(vec!["90001".to_owned(), "90007".to_owned()]);
    account.broker.funds().await.unwrap();
    price(&feed, 90_001, 25_100).await;
    let first = feed.last(90_001).unwrap().picture;
    assert_eq!((first.bid, first.ask), (Some(Paise(25_095)), Some(Paise(25_105))));
    assert!(first.close.is_some() && first.band_low < first.band_high && first.traded_at.is_some());
    // More frames than the broker sends without an acknowledgement; what has not changed stays.
    for step in 1..=12 {
        account.sim.set_price("DEMO-EQ", 25_100 + 5 * step).unwrap();
        price(&feed, 90_001, 25_100 + 5 * step).await;
    }
    let last = feed.last(90_001).unwrap().picture;
    assert_eq!((last.close, last.band_low), (first.close, first.band_low));
    account.sim.set_price("DEMO&CO-EQ", 55_010).unwrap();
    price(&feed, 90_007, 55_010).await;
    // On the next connection everything is told anew.
    account.sim.close_feeds(false);
    account.sim.set_price("DEMO-EQ", 25_200).unwrap();
    let time = account.time.clone();
    let passing = tokio::spawn(async move {
        loop {
            time.pass(100);
            tokio::task::yield_now().await;
        }
    });
    price(&feed, 90_001, 25_200).await;
    passing.abort();
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn an_older_feed_that_refuses_is_entered_later_and_costs_no_login() {
    let account = Account::with(Facts::default(), |settings| {
        settings.order_feed = true;
        settings.older_market_feed = Some(settings.login.join("hsm").unwrap());
    })
    .await;
    account.fault(Call::MarketFeed, When::First(1), Fault::Refused);
    let feed = MarketFeed::start(account.session(), account.time.clone());
    feed.want(vec!["90001".to_owned()]);
    account.broker.funds().await.unwrap();
    let time = account.time.clone();
    let passing = tokio::spawn(async move {
        loop {
            time.pass(100);
            tokio::task::yield_now().await;
        }
    });
    price(&feed, 90_001, 25_100).await;
    passing.abort();
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn feeds_that_the_login_does_not_name_are_found_in_the_list_of_the_data_centre() {
    let facts = Facts { urls_in_validate: false, ..Facts::default() };
    let mut account = Account::with(facts, |settings| settings.order_feed = true).await;
    let feed = MarketFeed::start(account.session(), account.time.clone());
    feed.want(vec!["90001".to_owned()]);
    account.broker.funds().await.unwrap();
    price(&feed, 90_001, 25_100).await;
    assert_eq!(account.pushes.next().await, Some(Pushed::Gap));
    assert_eq!(account.logins(), 1);
}
