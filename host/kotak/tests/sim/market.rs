//! Prices of the broker as a source of market data: what is asked, how often, and what is told when nothing is answered.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use kotak_sim::{Call, Facts, Fault, InstrumentSpec, SessionError, When};
use prahari_brokers::{MarketData, MarketError, Quote, Session, Sessions as Hours, SourceNews};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};
use prahari_kotak::{KotakMarket, PriceAccount};

use crate::account::{Account, USER};

/// The usual hours, on every day.
struct EveryDay;

impl Hours for EveryDay {
    fn session(&self, day: Day) -> Option<Session> {
        let at = |minute: i64| Timestamp::start_of(day).plus_minutes(minute);
        let windows = vec![(at(9 * 60 + 15), at(15 * 60 + 30))];
        Some(Session { day, pre_open: at(9 * 60), auction: at(9 * 60 + 8), windows })
    }

    fn is_open(&self, _: Day) -> Option<bool> {
        Some(true)
    }
}

struct Named(Result<UserId, String>);

#[async_trait]
impl PriceAccount for Named {
    async fn user(&self) -> Result<UserId, String> {
        self.0.clone()
    }
}

fn market(account: &Account) -> KotakMarket {
    account.brokerage.market(Arc::new(EveryDay), Arc::new(Named(Ok(USER))))
}

fn symbols(names: &[&str]) -> Vec<Symbol> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// The last prices of shares, now.
async fn prices(
    account: &Account,
    market: &KotakMarket,
    names: &[&str],
) -> Result<Vec<Option<Paise>>, MarketError> {
    let quotes = market.quotes(&symbols(names), account.now()).await?;
    Ok(quotes.into_iter().map(|quote| quote.map(|quote| quote.last)).collect())
}

fn asked(account: &Account) -> usize {
    account.sim.calls(Call::Quotes, None)
}

#[tokio::test]
async fn many_shares_are_asked_for_25_at_a_time_and_once_for_everybody() {
    let account = Account::new().await;
    let names: Vec<String> = (0..60).map(|number| format!("SHARE{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let isin = format!("INE000B{number:05}");
        account.sim.list_instrument(InstrumentSpec::share(
            &format!("{}", 80_000 + number),
            name,
            &isin,
            10_000,
        ));
    }
    let market = market(&account);
    let shares: Vec<Symbol> = names.iter().map(|name| name.parse().unwrap()).collect();
    let quotes = market.quotes(&shares, account.now()).await.unwrap();
    assert!(quotes.iter().all(Option::is_some), "{quotes:?}");
    assert_eq!((asked(&account), account.logins()), (3, 1));
    // An answer serves for two seconds.
    account.time.pass(3_000);
    let one = symbols(&["DEMO"]);
    let now = account.now();
    let answers = join_all((0..20).map(|_| market.quotes(&one, now))).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap()[0].is_some()));
    assert_eq!(asked(&account), 4);
    account.time.pass(1_900);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    assert_eq!(asked(&account), 4);
    account.time.pass(200);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    assert_eq!((asked(&account), account.logins()), (5, 1));
    let line = market.sources().remove(0).line.unwrap();
    // The file of shares among them.
    assert_eq!((line.asked, line.per_minute, line.waiting), (6, 120, 0));
}

#[tokio::test]
async fn a_quote_has_what_the_broker_tells_of_the_day() {
    let account = Account::new().await;
    let market = market(&account);
    account.sim.set_price("DEMO-EQ", 25_300).unwrap();
    account.sim.set_price("DEMO-EQ", 25_150).unwrap();
    account.sim.set_volume("DEMO-EQ", 1_200).unwrap();
    let now = account.now();
    let quote = market.quotes(&symbols(&["DEMO"]), now).await.unwrap().remove(0).unwrap();
    let Quote { last, open, high, low, previous_close, volume, at, source, .. } = quote;
    assert_eq!((last, open), (Paise(25_150), Some(Paise(25_100))));
    assert_eq!((high, low, previous_close), (Some(Paise(25_300)), Some(Paise(25_100)), Paise(25_000)));
    assert_eq!((volume, at.0, source), (1_200, now.0 / 1_000 * 1_000, "kotak"));
}

#[tokio::test]
async fn the_file_of_shares_says_what_can_be_ordered() {
    let account = Account::new().await;
    let unlimited = InstrumentSpec::share("90010", "DEMON", "INE000A00010", 1_000).with_band(5, 900, 1_100);
    account.sim.list_instrument(InstrumentSpec { freeze: None, ..unlimited });
    let market = market(&account);
    let found =
        market.instruments(&symbols(&["DEMO", "DEMOT", "NOPE", "DEMON"]), account.now()).await.unwrap();
    let demo = found[0].as_ref().unwrap();
    assert_eq!(
        (demo.series.as_str(), demo.tick, demo.lot, demo.freeze_quantity),
        ("EQ", Paise(5), 1, 999_900)
    );
    assert_eq!((demo.band_low, demo.band_high), (Paise(22_500), Paise(27_500)));
    assert_eq!(found[1].as_ref().map(|share| share.series.as_str()), Some("BE"));
    assert_eq!(found[2], None);
    // Without a limit of the broker's.
    assert_eq!(found[3].as_ref().map(|share| share.freeze_quantity), Some(u32::MAX));
    let universe = market.universe().await.unwrap();
    assert!(universe.contains(&symbols(&["DEMO&CO"])[0]) && universe.is_sorted());
    assert_eq!((account.sim.calls(Call::File, None), account.logins()), (1, 1));
}

#[tokio::test]
async fn a_share_that_is_not_listed_is_told_apart_from_a_broker_that_does_not_answer() {
    let account = Account::new().await;
    let market = market(&account);
    assert_eq!(prices(&account, &market, &["NOPE"]).await, Ok(vec![None]));
    assert_eq!(prices(&account, &market, &["DEMO", "NOPE"]).await, Ok(vec![Some(Paise(25_100)), None]));
    account.fault(Call::Quotes, When::Always, Fault::quotes_upstream());
    account.time.pass(10_000);
    // What is known serves for a minute.
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_100))]));
    account.time.pass(60_000);
    let down = prices(&account, &market, &["DEMO"]).await.unwrap_err().to_string();
    assert!(down.contains("Failed to call upstream quote API"), "{down}");
    assert_eq!(prices(&account, &market, &["NOPE"]).await, Ok(vec![None]));
    // Nobody asks for a while.
    let before = asked(&account);
    assert!(prices(&account, &market, &["DEMO", "DEMOS"]).await.is_err());
    assert_eq!(asked(&account), before);
    let state = market.sources().remove(0);
    assert!(
        state.trouble.is_some_and(|trouble| trouble.reason.contains("upstream") && trouble.until.is_some())
    );
    account.sim.clear_faults();
    account.time.pass(60_000);
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_100))]));
    let news = market.news();
    assert!(
        matches!(news.as_slice(), [SourceNews::Down { .. }, SourceNews::Up { source: "kotak" }]),
        "{news:?}"
    );
    assert_eq!((market.sources().remove(0).trouble, account.logins()), (None, 1));
}

#[tokio::test]
async fn without_the_user_there_is_no_price_and_nobody_logs_in() {
    let account = Account::new().await;
    let nobody = Arc::new(Named(Err("there is no user asha".to_owned())));
    let market = account.brokerage.market(Arc::new(EveryDay), nobody);
    let why = prices(&account, &market, &["DEMO"]).await.unwrap_err();
    assert_eq!(why, MarketError::Unavailable("there is no user asha".to_owned()));
    assert!(market.instruments(&symbols(&["DEMO"]), account.now()).await.is_err());
    assert_eq!((account.sim.logins(&account.spec.ucc).len(), asked(&account)), (0, 0));
}

#[tokio::test]
async fn a_session_that_ends_costs_one_login_and_a_login_that_is_refused_is_not_tried_on() {
    let account = Account::new().await;
    let market = market(&account);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    // Trading and prices have one session.
    account.broker.funds().await.unwrap();
    assert_eq!(account.logins(), 1);
    account.time.pass(3_600_000);
    account.fault(Call::Quotes, When::First(1), Fault::SessionEnds(SessionError::InvalidToken100022));
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_100))]));
    assert_eq!(account.logins(), 2);
    // From now on nobody is let in.
    account.sim.change_account(&account.spec.ucc, |spec| spec.mpin = "999999".to_owned()).unwrap();
    account.time.pass(3_600_000);
    account.fault(Call::Quotes, When::First(1), Fault::SessionEnds(SessionError::InvalidToken100022));
    for _ in 0..100 {
        let down = prices(&account, &market, &["DEMO"]).await.unwrap_err().to_string();
        assert!(!down.contains(&account.spec.mpin) && !down.contains(&account.spec.access_token), "{down}");
        account.time.pass(30_000);
    }
    assert_eq!(account.logins(), 2);
    assert!(
        account.sim.calls(Call::Validate, None) <= 2 + 3,
        "the broker locks an account after some refusals"
    );
}

#[tokio::test]
async fn a_minute_is_made_of_the_prices_that_were_seen_in_it() {
    let account = Account::new().await;
    let market = market(&account);
    let demo = symbols(&["DEMO"]).remove(0);
    // 09:20:11.
    let began = account.now();
    prices(&account, &market, &["DEMO"]).await.unwrap();
    account.time.pass(10_000);
    account.sim.set_price("DEMO-EQ", 25_200).unwrap();
    account.sim.set_volume("DEMO-EQ", 500).unwrap();
    assert_eq!(market.minute(&demo, began).await, Ok(None), "it is not over");
    account.time.pass(44_000);
    let bar = market.minute(&demo, began).await.unwrap().unwrap();
    assert_eq!(
        (bar.open, bar.high, bar.low, bar.close),
        (Paise(25_100), Paise(25_200), Paise(25_100), Paise(25_200))
    );
    assert_eq!((bar.volume, bar.at.0 % 60_000), (500, 0));
    assert_eq!(market.minute(&demo, began.plus_minutes(-1)).await, Ok(None), "nothing was seen in it");
    assert_eq!(market.minute(&demo, began.plus_minutes(-10)).await, Ok(None), "nothing is traded then");
    // What is asked of the past is answered as it was known then.
    account.time.pass(60_000);
    let then = async |seconds: i64| {
        let quotes = market.quotes(std::slice::from_ref(&demo), began.plus_millis(seconds * 1_000)).await;
        quotes.unwrap().remove(0).map(|quote| quote.last)
    };
    assert_eq!((then(20).await, then(-5).await), (Some(Paise(25_200)), None));
    let unseen = market.quotes(&symbols(&["DEMOS"]), began).await.unwrap_err().to_string();
    assert!(unseen.contains("what DEMOS cost at 09:20:11 was not seen"), "{unseen}");
    let candles =
        market.candles(&demo, prahari_brokers::Interval::Daily, 5, true, account.now()).await.unwrap();
    assert!(candles.is_empty());
}

/// Waits until the market has pushed this price of a share.
async fn pushed(account: &Account, market: &KotakMarket, name: &str, price: i64) {
    let (pushes, share) = (market.price_pushes().unwrap(), symbols(&[name]));
    while pushes.newest(&share, account.now()).remove(0).map(|push| push.last) != Some(Paise(price)) {
        pushes.pushed().await;
    }
}

#[tokio::test]
async fn prices_of_the_feed_are_pushed_and_a_silent_feed_is_noticed() {
    let account = Account::with(Facts::default(), |settings| settings.order_feed = true).await;
    let market = market(&account);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    let followed = market.price_pushes().unwrap().follow(&symbols(&["DEMO", "NOPE"]));
    assert_eq!(followed.into_iter().collect::<Vec<_>>(), symbols(&["DEMO"]));
    pushed(&account, &market, "DEMO", 25_100).await;
    account.sim.set_price("DEMO-EQ", 25_150).unwrap();
    pushed(&account, &market, "DEMO", 25_150).await;
    // What the feed tells is not asked for.
    let before = asked(&account);
    account.time.pass(5_000);
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_150))]));
    assert_eq!(asked(&account), before);
    let feed = market.sources().remove(0).feed.unwrap();
    assert_eq!((feed.followed, feed.silent), (1, false));
    assert!(feed.connected.is_some() && feed.heard_at.is_some());
    // The connection lives, and no price comes.
    account.fault(Call::MarketFrame, When::Always, Fault::Lost);
    account.sim.set_price("DEMO-EQ", 25_250).unwrap();
    account.time.pass(61_000);
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_250))]));
    account.sim.set_price("DEMO-EQ", 25_350).unwrap();
    account.time.pass(3_000);
    assert_eq!(prices(&account, &market, &["DEMO"]).await, Ok(vec![Some(Paise(25_350))]));
    let state = market.sources().remove(0);
    assert!(state.feed.is_some_and(|feed| feed.silent));
    assert!(state.trouble.is_some_and(|trouble| trouble.reason.contains("the market feed is silent")));
    assert_eq!((asked(&account), account.logins()), (before + 2, 1));
}

#[tokio::test]
async fn a_feed_that_ends_is_entered_again_and_told_again_what_is_followed() {
    let account = Account::with(Facts::default(), |settings| settings.order_feed = true).await;
    let market = market(&account);
    market.price_pushes().unwrap().follow(&symbols(&["DEMO"]));
    // Whoever asks first brings the session that the feed needs.
    prices(&account, &market, &["DEMO"]).await.unwrap();
    pushed(&account, &market, "DEMO", 25_100).await;
    account.sim.close_feeds(false);
    account.sim.set_price("DEMO-EQ", 25_200).unwrap();
    let time = account.time.clone();
    let passing = tokio::spawn(async move {
        loop {
            time.pass(100);
            tokio::task::yield_now().await;
        }
    });
    pushed(&account, &market, "DEMO", 25_200).await;
    passing.abort();
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn the_session_of_prices_outlives_the_trading_of_its_user() {
    use prahari_brokers::SessionEnd;
    let account = Account::new().await;
    let market = market(&account);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    account.session().forget(SessionEnd::Service).await;
    account.time.pass(5_000);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    assert_eq!(account.logins(), 1);
    // Other credentials are another login.
    account.session().forget(SessionEnd::Credentials).await;
    account.time.pass(60_000);
    prices(&account, &market, &["DEMO"]).await.unwrap();
    assert_eq!(account.logins(), 2);
}
