//! Prices in the stream: whose, when, by how many questions to the source, and what a source that fails or hangs does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prahari_app::clock::Clock;
use prahari_app::events::{Audience, MOST_PRICED};
use prahari_app::shutdown::Stop;
use prahari_brokers::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::{Candle, Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest};
use prahari_domain::time::Timestamp;
use prahari_store::TokenScope;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::world::console::{Console, THIRD};
use super::world::desk_fixture::{buy, order_context};
use super::world::fake_broker::{FlatMarket, PRICE};
use super::world::listening::{Listening, bearer, listen, request};
use super::world::waiting::{until, within_a_minute};
use super::world::{self, ADMIN, FRIDAY, MONDAY, OTHER, TestHost, at, day};
use super::{line, tell};

/// A flat market whose quotes rise by five paise a minute from 09:15 on, and which notes what it is asked.
struct Tape {
    inner: FlatMarket,
    questions: Mutex<Vec<(Timestamp, Vec<String>)>>,
    /// Whether XYZ opened at half of its last close.
    jumped: AtomicBool,
    held: AtomicBool,
    asked: Notify,
    let_go: Notify,
}

impl Tape {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: FlatMarket::new(CalendarHandle::embedded().unwrap()),
            questions: Mutex::default(),
            jumped: AtomicBool::new(false),
            held: AtomicBool::new(false),
            asked: Notify::new(),
            let_go: Notify::new(),
        })
    }

    /// The shares that were asked for so far, with the time of each question.
    fn questions(&self) -> Vec<(Timestamp, Vec<String>)> {
        self.questions.lock().unwrap().clone()
    }

    fn has_jumped(&self, symbol: &Symbol) -> bool {
        symbol.as_str() == "XYZ" && self.jumped.load(Ordering::Acquire)
    }
}

#[async_trait]
impl MarketData for Tape {
    fn source(&self) -> &'static str {
        "tape"
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.inner.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        if !symbols.is_empty() {
            let names = symbols.iter().map(ToString::to_string).collect();
            self.questions.lock().unwrap().push((now, names));
        }
        if self.held.load(Ordering::Acquire) {
            self.asked.notify_one();
            self.let_go.notified().await;
        }
        let mut quotes = self.inner.quotes(symbols, now).await?;
        for quote in quotes.iter_mut().flatten() {
            let minutes = now.millis_since(at(MONDAY, "09:15")) / 60_000;
            quote.last = PRICE + Paise(5 * minutes);
            quote.open = self.has_jumped(&quote.symbol).then_some(Paise(5_000));
        }
        Ok(quotes)
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        _: Interval,
        count: u32,
        _: bool,
        _: Timestamp,
    ) -> Result<Candles, MarketError> {
        let bar =
            Candle { day: day(FRIDAY), open: PRICE, high: PRICE, low: PRICE, close: PRICE, volume: 1_000 };
        let bars = if self.has_jumped(symbol) { vec![bar] } else { Vec::new() };
        Ok(Candles::newest(self.source(), Arc::from(bars), usize::MAX, None, count))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.inner.instruments(symbols, now).await
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.inner.minute(symbol, instant).await
    }
}

/// A time of Monday as messages write it.
fn written(time: &str) -> String {
    format!("{MONDAY}T{time}:00.000+05:30")
}

/// Listens as a user with a token that reads.
async fn hear(console: &Console, user: UserId, query: &str) -> Listening {
    listen(console, &bearer(console, user, TokenScope::Read).await, query).await.0
}

/// The symbols of the next `count` prices of a minute; prices of minutes before are passed by.
async fn priced_at(listening: &mut Listening, time: &str, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < count {
        let event = listening.event().await;
        if event["type"] == "quote" && event["priced_at"] == written(time).as_str() {
            found.push(event["symbol"].as_str().unwrap().to_owned());
        }
    }
    found
}

/// What the metrics say of prices: asked for, most, left out.
async fn priced_shares(console: &Console) -> Value {
    let metrics = console.admin().await.get("/api/v1/system/metrics").await.ok();
    let stream = &metrics["stream"];
    json!([stream["priced_shares"], stream["most_priced_shares"], stream["unpriced_shares"]])
}

async fn until_listening(console: &Console, count: usize) {
    until("clients to be gone", async || console.daemon.events.listening() == count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_that_are_named_are_told_by_one_question_for_all_while_somebody_listens() {
    let tape = Tape::new();
    let console = Console::of(TestHost::new(3).on(tape.clone()), at(MONDAY, "09:10")).await;
    let mut one = hear(&console, OTHER, "?types=quote&symbols=ABC").await;
    let mut two = hear(&console, THIRD, "?symbols=XYZ,ABC").await;
    world::run(&console.daemon, at(MONDAY, "09:15:30")).await;
    let expected = json!({
        "type": "quote",
        "at": written("09:15"),
        "symbol": "ABC",
        "last_paise": PRICE.0,
        "previous_close_paise": PRICE.0,
        "priced_at": written("09:15"),
        "source": "flat",
    });
    assert_eq!(one.event().await, expected);
    assert_eq!(priced_at(&mut two, "09:15", 2).await, ["ABC", "XYZ"]);
    let both = vec!["ABC".to_owned(), "XYZ".to_owned()];
    assert_eq!(tape.questions(), [(at(MONDAY, "09:15"), both)]);
    assert_eq!(priced_shares(&console).await, json!([2, MOST_PRICED, 0]));

    drop(two);
    until_listening(&console, 1).await;
    world::run(&console.daemon, at(MONDAY, "09:16:30")).await;
    let next = one.event().await;
    assert_eq!((&next["priced_at"], &next["last_paise"]), (&json!(written("09:16")), &json!(PRICE.0 + 5)));
    assert_eq!(tape.questions().last(), Some(&(at(MONDAY, "09:16"), vec!["ABC".to_owned()])));

    drop(one);
    until_listening(&console, 0).await;
    world::run(&console.daemon, at(MONDAY, "09:20")).await;
    assert_eq!(tape.questions().len(), 2, "nobody listens");
    assert_eq!(priced_shares(&console).await, json!([0, MOST_PRICED, 0]));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_asked_for_each_minute_of_the_session_and_at_no_other_time() {
    let tape = Tape::new();
    let console = Console::of(TestHost::new(3).on(tape.clone()), at(MONDAY, "08:50")).await;
    let mut listening = hear(&console, OTHER, "?types=quote&symbols=ABC").await;
    world::run(&console.daemon, at(MONDAY, "16:30")).await;
    assert_eq!(priced_at(&mut listening, "15:30", 1).await, ["ABC"]);
    let asked: Vec<Timestamp> = tape.questions().into_iter().map(|(at, _)| at).collect();
    let expected: Vec<Timestamp> = (0..=375).map(|minute| at(MONDAY, "09:15").plus_minutes(minute)).collect();
    assert_eq!(asked, expected);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_gives_no_price_and_no_old_one_in_its_place() {
    let console = Console::of(TestHost::new(3).on(Tape::new()), at(MONDAY, "09:59:30")).await;
    let mut listening = hear(&console, OTHER, "?types=quote&symbols=ABC").await;
    world::run(&console.daemon, at(MONDAY, "10:00:30")).await;
    assert_eq!(listening.event().await["priced_at"], written("10:00").as_str());
    console.house.market.set_down(true);
    world::run(&console.daemon, at(MONDAY, "10:01:30")).await;
    console.house.market.set_down(false);
    world::run(&console.daemon, at(MONDAY, "10:02:30")).await;
    assert_eq!(listening.event().await["priced_at"], written("10:02").as_str());
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_names_the_shares_are_those_that_the_user_holds() {
    let console = Console::of(TestHost::new(3).on(Tape::new()), at(MONDAY, "10:00")).await;
    let mut own = hear(&console, OTHER, "?types=quote").await;
    let mut others = hear(&console, THIRD, "?types=quote,log").await;
    let of_admin = bearer(&console, ADMIN, TokenScope::Admin).await;
    let (mut admin, _) = listen(&console, &of_admin, "?types=quote&user=2").await;
    let now = console.daemon.clock.now();
    let user = console.daemon.users.find(OTHER).unwrap();
    {
        let mut desk = user.desk.lock().await;
        desk.reconcile(now).await.unwrap();
        let request = OrderRequest { kind: OrderKind::Market, ..buy("XYZ", 10, 1) };
        desk.place(request, order_context(now)).await.unwrap().unwrap();
    }
    world::run(&console.daemon, at(MONDAY, "10:07:30")).await;
    assert_eq!(user.desk.lock().await.book().held(&Symbol::new("XYZ").unwrap()), 10);
    assert_eq!(priced_at(&mut own, "10:07", 1).await, ["XYZ"]);
    assert_eq!(priced_at(&mut admin, "10:07", 1).await, ["XYZ"]);
    console.daemon.events.publish(Audience::User(THIRD), line("end"));
    assert_eq!(others.event().await["message"], "end", "one who holds nothing is told no price");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_jump_a_share_is_told_again_when_somebody_has_explained_it() {
    let tape = Tape::new();
    let console = Console::of(TestHost::new(3).on(tape.clone()), at(MONDAY, "09:59:30")).await;
    let mut listening = hear(&console, OTHER, "?types=quote&symbols=ABC,XYZ").await;
    tape.jumped.store(true, Ordering::Release);
    let (xyz, now) = (Symbol::new("XYZ").unwrap(), console.daemon.clock.now());
    // As a desk does that holds it.
    assert!(console.daemon.trading.unexplained_jump(&xyz, now).await.unwrap().is_some());
    world::run(&console.daemon, at(MONDAY, "10:00:30")).await;
    assert_eq!(listening.event().await["symbol"], "ABC");
    console.daemon.prices.explain_price_jumps(&xyz, ADMIN, "a bonus of 1:1").await.unwrap();
    world::run(&console.daemon, at(MONDAY, "10:01:30")).await;
    let first = listening.event().await;
    assert_eq!((&first["symbol"], &first["priced_at"]), (&json!("ABC"), &json!(written("10:01"))));
    assert_eq!(listening.event().await["symbol"], "XYZ");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_hangs_holds_up_no_instant_and_is_asked_once() {
    let tape = Tape::new();
    let house = TestHost::new(3).on(tape.clone());
    let (daemon, hand) = house.start_manual(at(MONDAY, "09:59:30"), &[]).await;
    let console = Console::over(house, daemon.clone()).await;
    let mut listening = hear(&console, OTHER, "?types=quote&symbols=ABC").await;
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(Some(at(MONDAY, "10:05"))).await }
    });
    tape.held.store(true, Ordering::Release);
    hand.pass_until(at(MONDAY, "10:00"));
    within_a_minute("the prices to be asked for", tape.asked.notified()).await;
    hand.pass_until(at(MONDAY, "10:03"));
    until("the scheduler to go on", async || daemon.cursor.reached() >= at(MONDAY, "10:03")).await;
    assert_eq!(tape.questions().len(), 1);
    tape.held.store(false, Ordering::Release);
    tape.let_go.notify_one();
    assert_eq!(listening.event().await["priced_at"], written("10:00").as_str());
    daemon.background.finish().await;
    hand.pass_until(at(MONDAY, "10:04"));
    assert_eq!(listening.event().await["priced_at"], written("10:04").as_str());
    scheduler.await.unwrap().unwrap();
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_clock_that_runs_fast_prices_come_at_its_minutes() {
    let house = TestHost::new(3).on(Tape::new());
    let daemon = house.start_on(Clock::scaled(at(MONDAY, "09:59:30"), 60), &[]).await;
    let console = Console::over(house, daemon.clone()).await;
    let mut listening = hear(&console, OTHER, "?types=quote&symbols=ABC").await;
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(None).await }
    });
    let mut minutes = Vec::new();
    for _ in 0..3 {
        // Hours and minutes of the time that is told.
        minutes.push(listening.event().await["priced_at"].as_str().unwrap()[11..16].to_owned());
    }
    assert!(minutes.windows(2).all(|pair| pair[0] < pair[1]), "{minutes:?}");
    daemon.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    scheduler.await.unwrap().unwrap();
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_names_fifty_shares_at_most_and_only_for_quotes() {
    let console = Console::start(at(MONDAY, "08:00")).await;
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let refused = async |query: &str| {
        let request = request(&console, query, &[("authorization", token.as_str())]);
        Listening::open(&console, request).await.err()
    };
    let shares = |count: usize| (0..count).map(|number| format!("S{number}")).collect::<Vec<_>>().join(",");
    assert_eq!(refused(&format!("?symbols={}", shares(50))).await, None);
    for query in [
        format!("?symbols={}", shares(51)),
        "?types=order&symbols=ABC".to_owned(),
        "?symbols=".to_owned(),
        "?symbols=abc".to_owned(),
        "?symbols=ABC,".to_owned(),
    ] {
        assert_eq!(refused(&query).await, Some(400), "{query}");
    }
    assert_eq!(refused("?types=quote&user=3").await, Some(404));
    let said = console.user().await.get(&format!("/api/v1/live?symbols={}", shares(51))).await;
    assert!(said.text.contains("symbols: 51 are more than 50"), "{}", said.text);
    // What is named without types comes beside all events.
    let mut listening = hear(&console, OTHER, "?symbols=ABC").await;
    tell(&console, OTHER, [1]);
    assert_eq!(listening.event().await["message"], "1");
    console.stop().await;
}
