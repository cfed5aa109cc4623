//! A daemon on files and a source over the net that is down, half, wrong, slow or locks out, for minutes and for a day: nothing is
//! bought on an old price, what is held may be sold, tasks go on, and alerts say what is wrong.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::daemon::Daemon;
use prahari_brokers::{Answers, Chain, CsvMarket, MarketData, YahooSettings};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::orders::{OrderEvent, Side};
use prahari_domain::risk::RefusalCode;
use prahari_store::{AlertCode, SlotOutcome};

use crate::fake_yahoo::Mood;
use crate::house::desk_fixture::{order_context, sell};
use crate::house::{ADMIN, MONDAY, TUESDAY, TestHost, at, day, end_of, run, start_services, stop};
use crate::traded::{FRIDAY_BEFORE, alerts, bought, world};
use crate::world::{World, symbol, weekdays};

/// Files of closed days before the source.
fn chain(
    folder: &tempfile::TempDir,
    world: &World,
    change: impl FnOnce(&mut YahooSettings),
) -> Arc<dyn MarketData> {
    for name in ["ABC", "XYZ"] {
        let mut text = "date,open,high,low,close,volume\n".to_owned();
        for bar in weekdays("2025-01-01", FRIDAY_BEFORE, 100) {
            text.push_str(&format!("{},100,100,100,100,1000\n", bar.day));
        }
        std::fs::write(folder.path().join(format!("{name}.csv")), text).unwrap();
    }
    let calendar = CalendarHandle::embedded().unwrap();
    let csv: Arc<dyn MarketData> = Arc::new(CsvMarket::open(folder.path(), 1, calendar.clone()).unwrap());
    Arc::new(Chain::new(vec![csv, Arc::new(world.market_with(change))], calendar))
}

async fn held(daemon: &Daemon, name: &str) -> u32 {
    daemon.users.find(ADMIN).unwrap().desk.lock().await.book().held(&symbol(name))
}

#[tokio::test]
async fn however_the_source_fails_nobody_buys_on_its_old_prices_what_is_held_may_be_sold_and_it_is_told() {
    for (mood, said) in [
        (Mood::Down, "it answers with status 502"),
        (Mood::Half, "it answers with status 200 and no chart"),
        (Mood::Other, "it answers with status 200 and nothing of a chart"),
        (Mood::Silent, "it does not answer within 0.1 s"),
        (Mood::LockedOut, "it says that it was asked too often"),
    ] {
        let world = world("09:20").await;
        let folder = tempfile::tempdir().unwrap();
        let market = chain(&folder, &world, |settings| settings.deadline = Duration::from_millis(100));
        let daemon = TestHost::new(1).on(market.clone()).start(at(MONDAY, "09:20")).await;
        let upkeep = async || daemon.maintenance.upkeep_step(&mut Some(day(MONDAY))).await.unwrap();
        assert_eq!(bought(&daemon, "ABC", at(MONDAY, "09:20")).await, Ok(()), "{mood:?}");
        world.fake.set_minutes("ABC", day(MONDAY), &[(10_000, 500); 10]);
        world.pace.set(at(MONDAY, "09:25"));
        daemon.users.find(ADMIN).unwrap().desk.lock().await.sync_fills(at(MONDAY, "09:25")).await.unwrap();
        assert_eq!(held(&daemon, "ABC").await, 10, "{mood:?}");
        market.quotes(&[symbol("XYZ")], at(MONDAY, "09:25")).await.unwrap();

        world.fake.set_mood(mood);
        let later = at(MONDAY, "09:56");
        world.pace.set(later);
        // Three questions in a row without an answer, of which each was asked three times, are a source that is down.
        for _ in 0..3 {
            let refusal = bought(&daemon, "XYZ", later).await.unwrap_err();
            assert_eq!(refusal.code, RefusalCode::MarketUnavailable, "{mood:?}");
            assert!(
                refusal.detail.contains("older than 30 minutes of trading"),
                "{mood:?}: {}",
                refusal.detail
            );
        }
        // What is known of it says its age in every answer.
        let quote = market.quotes(&[symbol("ABC")], later).await.unwrap().remove(0).unwrap();
        assert!(quote.at <= at(MONDAY, "09:25") && quote.source == "yahoo", "{mood:?}: {quote:?}");
        let user = daemon.users.find(ADMIN).unwrap();
        let sold = user.desk.lock().await.place(sell("ABC", 10, 10_000), order_context(later)).await.unwrap();
        assert!(sold.is_ok(), "{mood:?}: {sold:?}");
        upkeep().await;
        let told = alerts(&daemon, AlertCode::SourceDown).await;
        let [(subject, detail)] = told.as_slice() else { panic!("{mood:?}: {told:?}") };
        let sentence = format!("the source of prices yahoo is down: {said}");
        assert!(subject == "yahoo" && detail.starts_with(&sentence), "{mood:?}: {detail}");
        let states = market.sources();
        assert!(states[0].trouble.is_none() && states[1].trouble.is_some(), "{mood:?}");

        world.fake.set_mood(Mood::Well);
        world.fake.set_minutes("XYZ", day(MONDAY), &[(10_000, 500); 120]);
        let eleven = at(MONDAY, "11:00");
        world.pace.set(eleven);
        assert_eq!(bought(&daemon, "XYZ", eleven).await, Ok(()), "{mood:?}");
        upkeep().await;
        assert_eq!(alerts(&daemon, AlertCode::SourceDown).await, [], "{mood:?}");
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_slow_source_holds_up_an_order_no_longer_than_its_patience() {
    let world = world("09:20").await;
    let folder = tempfile::tempdir().unwrap();
    let market = chain(&folder, &world, |settings| {
        settings.patience = Duration::from_millis(50);
        settings.deadline = Duration::from_millis(400);
    });
    let daemon = TestHost::new(1).on(market.clone()).start(at(MONDAY, "09:20")).await;
    world.fake.set_mood(Mood::Silent);
    // The files have a price of the session before, which counts until half an hour of trading has passed.
    assert_eq!(bought(&daemon, "ABC", at(MONDAY, "09:20")).await, Ok(()));
    let late = at(MONDAY, "09:50");
    let refusal = bought(&daemon, "XYZ", late).await.unwrap_err();
    assert!(refusal.detail.contains("(csv), older than 30 minutes of trading"), "{}", refusal.detail);
    stop(daemon).await;
}

#[tokio::test]
async fn shares_are_listed_while_the_source_that_tells_their_series_is_down() {
    let world = world("09:20").await;
    let folder = tempfile::tempdir().unwrap();
    let text = format!("date,open,high,low,close,volume\n{FRIDAY_BEFORE},100,100,100,100,1000\n");
    std::fs::write(folder.path().join("XYZ.csv"), text).unwrap();
    let calendar = CalendarHandle::embedded().unwrap();
    let csv: Arc<dyn MarketData> = Arc::new(CsvMarket::open(folder.path(), 1, calendar.clone()).unwrap());
    let yahoo: Arc<dyn MarketData> = Arc::new(world.market_with(|settings| settings.universe.clear()));
    let answers = ["bars", "quotes,instruments"].map(|text| text.parse::<Answers>().unwrap());
    let market = Arc::new(Chain::of([csv, yahoo].into_iter().zip(answers), calendar));
    let now = at(MONDAY, "09:20");
    world.fake.set_mood(Mood::Down);
    let daemon = TestHost::new(1).on(market.clone()).start(now).await;
    assert!(market.instruments(&[symbol("XYZ")], now).await.is_err());
    let listed = daemon.queries.market_symbols("", None, 9).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|share| (share.symbol, share.series)).collect();
    assert_eq!(listed, [(symbol("XYZ"), None)]);
    stop(daemon).await;
}

/// Symbols and sides of the orders that were decided.
async fn ordered(daemon: &Daemon) -> Vec<(String, Side)> {
    let journal = daemon.store.user(ADMIN).load_journal(0).await.unwrap();
    let order = |event: &OrderEvent| match event {
        OrderEvent::Intended { request, .. } => Some((request.symbol.to_string(), request.side)),
        _ => None,
    };
    journal.iter().filter_map(|entry| order(&entry.event)).collect()
}

#[tokio::test]
async fn a_source_that_is_down_for_days_stops_no_task_buys_nothing_and_is_told_until_it_is_back() {
    let world = world("09:20").await;
    let market = world.market_with(|settings| settings.universe = ["ABC", "XYZ"].map(symbol).to_vec());
    let daemon = TestHost::new(1).on(Arc::new(market)).start(at(MONDAY, "09:20")).await;
    start_services(&daemon).await;
    assert_eq!(bought(&daemon, "ABC", at(MONDAY, "09:20")).await, Ok(()));
    world.fake.set_minutes("ABC", day(MONDAY), &[(10_000, 500); 10]);
    world.pace.set(at(MONDAY, "09:25"));
    daemon.users.find(ADMIN).unwrap().desk.lock().await.sync_fills(at(MONDAY, "09:25")).await.unwrap();
    // Of both the closed days are known.
    for name in ["ABC", "XYZ"] {
        daemon.trading.market.quotes(&[symbol(name)], at(MONDAY, "09:25")).await.unwrap();
    }
    world.fake.set_mood(Mood::Down);
    let mut pruned_on = Some(day(MONDAY));
    for (date, time) in [
        (MONDAY, "12:00"),
        (MONDAY, "20:00"),
        (TUESDAY, "12:00"),
        (TUESDAY, "20:00"),
        ("2025-03-12", "20:00"),
    ] {
        world.pace.set(at(date, time));
        run(&daemon, at(date, time)).await;
        daemon.maintenance.upkeep_step(&mut pruned_on).await.unwrap();
    }
    let bought: Vec<_> = ordered(&daemon).await.into_iter().filter(|(_, side)| *side == Side::Buy).collect();
    assert_eq!(bought, [("ABC".to_owned(), Side::Buy)]);
    assert_eq!(alerts(&daemon, AlertCode::SourceDown).await.len(), 1);
    let stale = alerts(&daemon, AlertCode::BarsStale).await;
    let says = "the bars are stale: 2 of 2 shares that were looked at have no bar of ";
    assert!(stale[0].1.starts_with(says) && stale[0].1.contains(", from yahoo; "), "{stale:?}");
    // Monitors went on with what they knew, and the scan says why it judged nothing.
    for task in ["sell_monitor", "position_monitor"] {
        let (outcome, reason) = end_of(&daemon, ADMIN, TUESDAY, task.parse().unwrap()).await;
        assert_eq!(outcome, SlotOutcome::Ran, "{task}: {reason}");
    }
    let (_, reason) = end_of(&daemon, ADMIN, TUESDAY, "analysis".parse().unwrap()).await;
    assert!(reason.contains("none of 2 symbols has candles to judge"), "{reason}");

    world.fake.set_mood(Mood::Well);
    world.fake.change(|days| {
        days.values_mut().for_each(|bars| bars.extend(weekdays(MONDAY, "2025-03-13", 100)));
    });
    world.pace.set(at("2025-03-13", "15:55"));
    run(&daemon, at("2025-03-13", "20:00")).await;
    daemon.maintenance.upkeep_step(&mut pruned_on).await.unwrap();
    assert_eq!(alerts(&daemon, AlertCode::SourceDown).await, []);
    assert_eq!(alerts(&daemon, AlertCode::BarsStale).await, []);
    stop(daemon).await;
}
