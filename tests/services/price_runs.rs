//! Runs on changes of price: when there are any, of what, how many, and what they say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prahari_app::daemon::Daemon;
use prahari_app::queries::StepSubject;
use prahari_app::replays::ReplayVerdict;
use prahari_app::runs::recordings::find_recording;
use prahari_app::scheduler::{MOST_PRICE_RUNS_A_MINUTE, PriceRunsUse};
use prahari_brokers::{
    Candles, Interval, MarketData, MarketError, MinuteBar, PriceBoard, PricePush, PricePushes, Quote,
};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest};
use prahari_domain::price_cause::PriceCause;
use prahari_domain::settings::PriceRuns;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, HaltCode, RunFilter, RunRow, RunTrigger, ServiceKind};

use super::move_to;
use super::support::desk_fixture::{buy, order_context};
use super::support::fake_broker::{FlatMarket, PRICE};
use super::support::waiting::until;
use super::support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, day, run, runs, slot, start_services, stop,
};

const TASK: Task = Task::literal("sell_monitor");

/// A flat market whose prices a test tells, and which pushes them.
struct Feed {
    inner: FlatMarket,
    board: PriceBoard,
    told: Mutex<BTreeMap<Symbol, Paise>>,
}

impl Feed {
    fn new() -> Arc<Self> {
        let inner = FlatMarket::new(CalendarHandle::embedded().unwrap());
        Arc::new(Self { inner, board: PriceBoard::default(), told: Mutex::default() })
    }

    fn tell(&self, symbol: &str, last: i64, at: Timestamp) {
        let (symbol, last) = (Symbol::new(symbol).unwrap(), Paise(last));
        self.told.lock().unwrap().insert(symbol.clone(), last);
        self.board.push(PricePush { symbol, last, at, source: "feed" });
    }

    fn followed(&self) -> Vec<String> {
        self.board.followed().iter().map(ToString::to_string).collect()
    }
}

#[async_trait]
impl MarketData for Feed {
    fn source(&self) -> &'static str {
        "feed"
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        Some(&self.board)
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.inner.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let mut quotes = self.inner.quotes(symbols, now).await?;
        let told = self.told.lock().unwrap();
        for quote in quotes.iter_mut().flatten() {
            quote.last = told.get(&quote.symbol).copied().unwrap_or(quote.last);
        }
        Ok(quotes)
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        self.inner.candles(symbol, interval, count, forming, now).await
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

/// Buys for a user now and goes on until the shares are held; answers when that is.
async fn hold(daemon: &Arc<Daemon>, symbol: &str) {
    let (user, symbol) = (daemon.users.find(OTHER).unwrap(), Symbol::new(symbol).unwrap());
    let now = daemon.clock.now();
    {
        let mut desk = user.desk.lock().await;
        desk.reconcile(now).await.unwrap();
        let request = OrderRequest { kind: OrderKind::Market, ..buy(symbol.as_str(), 10, 1) };
        desk.place(request, order_context(now)).await.unwrap().unwrap();
    }
    for minutes in 1..=15 {
        run(daemon, now.plus_minutes(minutes).plus_millis(30_000)).await;
        if user.desk.lock().await.book().held(&symbol) == 10 {
            return;
        }
    }
    panic!("the shares are not held after a quarter of an hour");
}

/// Lets tasks of the other user run on prices.
async fn choose(daemon: &Daemon, tasks: impl IntoIterator<Item = Task>) {
    let user = daemon.users.find(OTHER).unwrap();
    let chosen = PriceRuns { tasks: tasks.into_iter().collect() };
    daemon.settings.change_price_runs(&user, chosen, None).await.unwrap().save().await.unwrap();
}

/// A daemon whose other user holds ten shares of XYZ, at half a minute past 09:40.
async fn holding(feed: &Arc<Feed>) -> (TestHost, Arc<Daemon>) {
    let house = TestHost::new(2).on(feed.clone());
    let daemon = house.start(at(MONDAY, "09:20")).await;
    start_services(&daemon).await;
    hold(&daemon, "XYZ").await;
    run(&daemon, at(MONDAY, "09:40:30")).await;
    (house, daemon)
}

/// The same with the sell monitor on prices: XYZ is followed from 09:41 on, and costs its usual price.
async fn following(feed: &Arc<Feed>) -> (TestHost, Arc<Daemon>) {
    let (house, daemon) = holding(feed).await;
    choose(&daemon, [TASK]).await;
    run(&daemon, at(MONDAY, "09:41:05")).await;
    assert_eq!(feed.followed(), ["XYZ"]);
    tell(&daemon, feed, "XYZ", PRICE.0, "09:41:05").await;
    assert_eq!(on_prices(&daemon).await, []);
    (house, daemon)
}

/// Has the feed tell a price at a time of Monday, when it is made, and everything done that follows within 100 ms.
async fn tell(daemon: &Arc<Daemon>, feed: &Feed, symbol: &str, last: i64, time: &str) {
    let now = at(MONDAY, time);
    move_to(daemon, now).await;
    feed.tell(symbol, last, now);
    run(daemon, now.plus_millis(100)).await;
}

/// The user's runs because of a price, oldest first.
async fn on_prices(daemon: &Daemon) -> Vec<RunRow> {
    runs(daemon, OTHER, TASK).await.into_iter().filter(|run| run.cause.is_some()).collect()
}

fn used(daemon: &Daemon) -> PriceRunsUse {
    daemon.users.find(OTHER).unwrap().price_runs.used_on(day(MONDAY))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_users_word_no_price_is_followed_and_nothing_runs() {
    let feed = Feed::new();
    let (_house, daemon) = holding(&feed).await;
    assert_eq!(feed.followed(), Vec::<String>::new());
    tell(&daemon, &feed, "XYZ", 10_100, "09:40:40").await;
    run(&daemon, at(MONDAY, "09:45")).await;
    assert_eq!((on_prices(&daemon).await, used(&daemon)), (Vec::new(), PriceRunsUse::default()));
    assert_eq!(daemon.prices.changes_use().changes, 0);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_run_on_once_and_row_recording_and_log_say_which_price_and_how_old() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    let ticks = slot(&daemon, OTHER, MONDAY, TASK).await.ticks_ran;
    move_to(&daemon, at(MONDAY, "09:41:15")).await;
    feed.tell("XYZ", 10_050, at(MONDAY, "09:41:12"));
    run(&daemon, at(MONDAY, "09:41:50")).await;

    let [row]: [RunRow; 1] = on_prices(&daemon).await.try_into().unwrap();
    let cause =
        PriceCause { symbol: Symbol::new("XYZ").unwrap(), price: Paise(10_050), at: at(MONDAY, "09:41:12") };
    assert_eq!(row.cause.as_ref(), Some(&cause));
    assert_eq!((row.started_at, row.slot_due), (at(MONDAY, "09:41:15"), None));
    assert_eq!((row.trigger, row.service), (RunTrigger::Scheduled, Some(ServiceKind::Unified)));
    assert_eq!(row.outcome.as_deref(), Some("succeeded"), "{}", row.detail);
    let scope = daemon.store.user(OTHER);
    let recording = find_recording(&scope, row.id).await.unwrap().unwrap();
    assert_eq!(recording.run.cause.as_ref(), Some(&cause));
    let replay = daemon.replays.replay_run(&row, None).await.unwrap();
    assert_eq!(replay.verdict, ReplayVerdict::Same, "{replay:?}");

    let only = |symbol: &str| RunFilter { on_price: Some(symbol.parse().unwrap()), ..RunFilter::default() };
    assert_eq!(scope.runs(only("XYZ")).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(scope.runs(only("ABC")).await.unwrap(), []);
    let user = daemon.users.find(OTHER).unwrap();
    let asked = daemon.queries.of(&user).why_no_trade("XYZ".parse().unwrap(), Some(day(MONDAY))).await;
    let why = asked.unwrap().unwrap();
    let on_price: Vec<_> =
        why.steps.iter().filter(|step| step.found.contains(" ran on the price of ")).collect();
    assert_eq!(on_price.len(), 1, "{why:?}");
    assert!(on_price[0].found.contains("₹100.50, succeeded"), "{on_price:?}");
    assert_eq!((on_price[0].at, on_price[0].subject), (Some(row.started_at), StepSubject::Run(row.id)));

    let words = "XYZ at ₹100.50 of 09:41:12, 3 s old";
    let log = scope.log_of(row.id).await.unwrap();
    assert_eq!(log[0].message, format!("run on the price of {words}"));

    // Outside the count of ticks, which go on: at 09:41 there was one already.
    assert_eq!(slot(&daemon, OTHER, MONDAY, TASK).await.ticks_ran, ticks);
    run(&daemon, at(MONDAY, "09:42:30")).await;
    assert_eq!((on_prices(&daemon).await.len(), used(&daemon).runs), (1, 1));
    assert_eq!(daemon.prices.changes_use().changes, 1);
    assert_eq!(runs(&daemon, ADMIN, TASK).await.iter().filter(|run| run.cause.is_some()).count(), 0);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_run_a_second_at_most_and_it_is_on_the_newest_price() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    let told = at(MONDAY, "09:41:15");
    for (millis, price) in [(0, 10_010), (300, 10_020), (600, 10_030), (900, 10_030)] {
        move_to(&daemon, told.plus_millis(millis)).await;
        feed.tell("XYZ", price, told.plus_millis(millis));
        run(&daemon, told.plus_millis(millis + 50)).await;
    }
    run(&daemon, at(MONDAY, "09:41:50")).await;
    let ran: Vec<_> = on_prices(&daemon)
        .await
        .iter()
        .map(|run| (run.started_at.millis_since(told), run.cause.as_ref().unwrap().price.0))
        .collect();
    assert_eq!(ran, [(0, 10_010), (1_000, 10_030)]);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_has_so_many_runs_and_what_is_left_out_is_counted() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    for change in 0..MOST_PRICE_RUNS_A_MINUTE + 3 {
        let time = format!("09:41:{}", 10 + 2 * change);
        tell(&daemon, &feed, "XYZ", 10_001 + i64::from(change), &time).await;
    }
    let expected = PriceRunsUse { runs: MOST_PRICE_RUNS_A_MINUTE, over_minute: 3, ..PriceRunsUse::default() };
    assert_eq!((on_prices(&daemon).await.len(), used(&daemon)), (6, expected));
    // The next minute has its own, after its tick, which sees every price until it begins.
    run(&daemon, at(MONDAY, "09:42:01")).await;
    tell(&daemon, &feed, "XYZ", 10_100, "09:42:05").await;
    assert_eq!(used(&daemon).runs, MOST_PRICE_RUNS_A_MINUTE + 1);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_share_that_is_not_held_nor_a_time_without_trading_has_anything_run() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    for (seconds, price) in [(10, 9_000), (12, 9_100)] {
        tell(&daemon, &feed, "ABC", price, &format!("09:41:{seconds}")).await;
    }
    // A price of an earlier day.
    move_to(&daemon, at(MONDAY, "09:41:20")).await;
    feed.tell("XYZ", 9_000, at("2025-03-07", "15:00"));
    run(&daemon, at(MONDAY, "09:41:25")).await;
    assert_eq!(on_prices(&daemon).await, []);
    run(&daemon, at(MONDAY, "15:29:30")).await;
    assert_eq!(on_prices(&daemon).await, []);
    tell(&daemon, &feed, "XYZ", 10_200, "15:29:50").await;
    assert_eq!(on_prices(&daemon).await.len(), 1);
    run(&daemon, at(MONDAY, "15:30:30")).await;
    assert_eq!(feed.followed(), Vec::<String>::new());
    tell(&daemon, &feed, "XYZ", 10_300, "15:30:40").await;
    run(&daemon, at(TUESDAY, "09:14:30")).await;
    assert_eq!(on_prices(&daemon).await.len(), 1);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_halted_and_one_whose_service_is_stopped_run_nothing() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    daemon.halts.halt_user(OTHER, HaltCode::AccountUnusable, "somebody has to look").await.unwrap();
    tell(&daemon, &feed, "XYZ", 10_100, "09:41:20").await;
    assert_eq!(on_prices(&daemon).await, []);
    let halt = daemon.store.user(OTHER).open_halts().await.unwrap()[0].id;
    daemon.users_admin.lift_halt(halt, ADMIN, "looked at").await.unwrap();
    tell(&daemon, &feed, "XYZ", 10_200, "09:41:30").await;
    assert_eq!(on_prices(&daemon).await.len(), 1);
    daemon.services.stop_service(OTHER).await.unwrap();
    tell(&daemon, &feed, "XYZ", 10_300, "09:41:40").await;
    run(&daemon, at(MONDAY, "09:42:10")).await;
    assert_eq!(on_prices(&daemon).await.len(), 1);
    assert_eq!(feed.followed(), Vec::<String>::new());
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_silent_is_told_and_so_is_its_end() {
    let feed = Feed::new();
    let (_house, daemon) = following(&feed).await;
    let open = async || -> Vec<String> {
        let filter = AlertFilter { open: Some(true), before: None, limit: 100 };
        let open = daemon.store.system().alerts(filter).await.unwrap();
        let of_source = open.into_iter().filter(|alert| alert.code == AlertCode::SourceDown);
        of_source.map(|alert| alert.subject).collect()
    };
    run(&daemon, at(MONDAY, "09:44:30")).await;
    assert_eq!(open().await, Vec::<String>::new());
    run(&daemon, at(MONDAY, "09:45:30")).await;
    assert_eq!(open().await, ["pushed prices"]);
    tell(&daemon, &feed, "XYZ", PRICE.0, "09:45:40").await;
    run(&daemon, at(MONDAY, "09:46:30")).await;
    assert_eq!(open().await, Vec::<String>::new());
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_individual_service_runs_on_prices_in_its_worker() {
    let feed = Feed::new();
    let (_house, daemon) = holding(&feed).await;
    choose(&daemon, [TASK]).await;
    daemon.services.stop_service(OTHER).await.unwrap();
    daemon.services.start_individual(OTHER, TASK).await.unwrap();
    run(&daemon, at(MONDAY, "09:41:05")).await;
    tell(&daemon, &feed, "XYZ", PRICE.0, "09:41:05").await;
    tell(&daemon, &feed, "XYZ", 10_050, "09:41:15").await;
    let [row]: [RunRow; 1] = on_prices(&daemon).await.try_into().unwrap();
    assert_eq!((row.service, row.slot_due), (Some(ServiceKind::Individual), None));
    assert_eq!(row.outcome.as_deref(), Some("succeeded"), "{}", row.detail);
    daemon.services.stop_individual(OTHER, TASK).await.unwrap();
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_clock_that_goes_on_a_push_is_run_on_when_it_comes() {
    let feed = Feed::new();
    let (house, daemon) = holding(&feed).await;
    choose(&daemon, [TASK]).await;
    stop(daemon).await;
    let end = at(MONDAY, "15:00");
    let (daemon, hand) = house.start_manual(at(MONDAY, "09:50:30"), &[]).await;
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(Some(end)).await }
    });
    // The minutes of before are made up for first; a tick that is due meanwhile is skipped, so a later one is waited for.
    // What begins after a price has seen it, so that tick has to be over.
    let mut minute = at(MONDAY, "09:51");
    until("a tick after the restart", async || {
        hand.pass_until(minute);
        until("the minute to be handed out", async || daemon.cursor.reached() >= minute).await;
        daemon.store.flush().await.unwrap();
        let ticks = runs(&daemon, OTHER, TASK).await;
        let is_over = ticks.iter().any(|tick| tick.started_at >= minute && tick.outcome.is_some());
        if !is_over && daemon.users.find(OTHER).unwrap().runs.executing().is_empty() {
            minute = minute.plus_minutes(1);
        }
        is_over
    })
    .await;
    until("the share to be followed", async || feed.followed() == ["XYZ"]).await;
    hand.pass_until(minute.plus_millis(10_000));
    feed.tell("XYZ", PRICE.0, minute.plus_millis(9_000));
    until("the first price to be seen", async || daemon.cursor.reached() >= minute.plus_millis(9_000)).await;
    // The clock does not go on: the push alone wakes whoever waits.
    feed.tell("XYZ", 10_050, minute.plus_millis(10_000));
    // It is counted before it begins: the clock stands until there is its row.
    until("the run", async || {
        daemon.store.flush().await.unwrap();
        on_prices(&daemon).await.len() == 1
    })
    .await;
    hand.pass_until(end);
    scheduler.await.unwrap().unwrap();
    daemon.store.flush().await.unwrap();
    let [row]: [RunRow; 1] = on_prices(&daemon).await.try_into().unwrap();
    assert_eq!((row.started_at, row.cause.unwrap().price), (minute.plus_millis(10_000), Paise(10_050)));
    stop(daemon).await;
}

/// What a day on the made-up market leaves behind: the digest of the journals, and every run on a price.
async fn made_up_day(is_on: bool) -> (String, Vec<(Timestamp, PriceCause)>) {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:20")).await;
    let symbol = daemon.trading.market.universe().await.unwrap()[0].clone();
    hold(&daemon, symbol.as_str()).await;
    // No order is let through from here on, on a price as little as in a tick, so the shares stay held.
    daemon.settings.set_kill_switch(true).await.unwrap();
    start_services(&daemon).await;
    choose(&daemon, is_on.then_some(TASK)).await;
    run(&daemon, at(MONDAY, "10:30")).await;
    let caused = on_prices(&daemon).await.into_iter().map(|run| (run.started_at, run.cause.unwrap()));
    let ran = (daemon.store.system().journal_digest().await.unwrap(), caused.collect());
    let user = daemon.users.find(OTHER).unwrap();
    assert_eq!(user.desk.lock().await.book().held(&symbol), 10);
    stop(daemon).await;
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_made_up_market_the_same_prices_cause_the_same_runs_each_time() {
    let (digest, caused) = made_up_day(true).await;
    assert_eq!(made_up_day(true).await, (digest, caused.clone()));
    assert!(caused.len() > 60, "{}", caused.len());
    // At the steps within each minute, on prices of that very instant, and within the bound.
    let mut by_minute: BTreeMap<i64, u32> = BTreeMap::new();
    for (started_at, cause) in &caused {
        assert_eq!((started_at, started_at.0 % 5_000), (&cause.at, 0));
        *by_minute.entry(started_at.0 / 60_000).or_default() += 1;
    }
    assert!(by_minute.values().all(|count| *count <= MOST_PRICE_RUNS_A_MINUTE), "{by_minute:?}");
    assert!(made_up_day(false).await.1.is_empty());
}
