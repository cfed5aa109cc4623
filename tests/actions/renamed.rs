//! A share under a new symbol has a past: the bars of the symbol that it had before.

use prahari_app::daemon::Daemon;
use prahari_brokers::Interval;
use prahari_domain::actions::ActionKind;
use prahari_domain::money::Paise;

use super::world::{WEDNESDAY, action, bars, folder, house, monday_evening, symbol};
use crate::support::{ADMIN, FRIDAY, MONDAY, OTHER, TUESDAY, at, day, run, stop};

/// The closes that the market tells of ABCNEW now, in paise.
async fn closes(daemon: &Daemon) -> Vec<i64> {
    let now = daemon.clock.now();
    let bars =
        daemon.trading.market.candles(&symbol("ABCNEW"), Interval::Daily, 10, false, now).await.unwrap();
    bars.iter().map(|bar| bar.close.0).collect()
}

#[tokio::test]
async fn from_the_ex_date_on_until_it_is_taken_back_a_new_symbol_has_the_bars_of_the_old_one() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    // Somebody else had the name.
    assert_eq!(closes(&daemon).await, [4_000; 4]);
    let row = daemon
        .actions
        .add_confirmed(action(TUESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") }), "asha")
        .await;
    assert_eq!(closes(&daemon).await, [4_000; 4], "the ex-date has not come");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(closes(&daemon).await, [10_000; 4]);
    daemon.actions.undo(row.unwrap().id, "it was put off", "asha").await.unwrap();
    assert_eq!(closes(&daemon).await, [4_000; 4]);
}

#[tokio::test]
async fn before_the_first_trade_under_its_new_name_a_share_is_worth_what_it_was_under_the_old_one() {
    // Bought at 100 rupees on Monday, and worth 110 on Tuesday. Somebody else's share had the new name, at 40.
    let folder = folder(11_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let change = action(WEDNESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") });
    daemon.actions.add_confirmed(change, "asha").await.unwrap();
    let valued = async |of: &str| {
        let user = daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        let valued = desk.valuations(daemon.clock.now()).await;
        let [valued] = valued.try_into().unwrap();
        assert_eq!(valued.position.symbol, symbol(of));
        (valued.value(), valued.price, valued.at.ist_day().to_string(), valued.unpriced)
    };
    let worth = |unpriced| (Paise(121_000), Paise(11_000), TUESDAY.to_owned(), unpriced);
    run(&daemon, at(TUESDAY, "20:00")).await;
    assert_eq!(valued("ABC").await, worth(false));
    for time in ["09:00:30", "09:05"] {
        run(&daemon, at(WEDNESDAY, time)).await;
        assert_eq!(valued("ABCNEW").await, worth(false), "{time}");
    }
    house.market.set_down(true);
    assert_eq!(valued("ABCNEW").await, worth(true), "the price that was kept at the close");
    house.market.set_down(false);
    stop(daemon).await;
}

#[tokio::test]
async fn why_no_trade_names_the_symbol_that_the_share_had_on_the_day() {
    let folder = folder(10_000);
    // As it is at the exchange: the old symbol ends with the last session under it.
    let until_monday = ["2025-03-05", "2025-03-06", FRIDAY, MONDAY].map(|day| (day, 10_000));
    std::fs::write(folder.path().join("ABC.csv"), bars(&until_monday)).unwrap();
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let change = action(TUESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") });
    daemon.actions.add_confirmed(change, "asha").await.unwrap();
    let user = daemon.users.find(OTHER).unwrap();
    let why = async |name: &str, asked: &str| {
        let told = daemon.queries.of(&user).why_no_trade(symbol(name), Some(day(asked))).await.unwrap();
        told.unwrap().conclusion
    };
    assert_eq!(why("ABC", WEDNESDAY).await, "nothing is known of 2025-03-12: it has not begun");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    let since = "nothing is known of ABC on 2025-03-11: since 2025-03-11 it is ABCNEW; ask for that name";
    assert_eq!(why("ABC", TUESDAY).await, since);
    let until = "nothing is known of ABCNEW on 2025-03-07: until 2025-03-11 it was ABC; ask for that name";
    assert_eq!(why("ABCNEW", FRIDAY).await, until);
    // Under the name of the day it is told as of any share.
    for (name, asked) in [("ABC", FRIDAY), ("ABCNEW", TUESDAY)] {
        let conclusion = why(name, asked).await;
        assert!(!conclusion.contains("ask for that name"), "{name}: {conclusion}");
    }
}

#[tokio::test]
async fn a_symbol_that_nobody_had_before_tells_no_open_before_it_trades() {
    let folder = folder(11_000);
    let until = [("2025-03-06", 10_000), (FRIDAY, 10_000), (MONDAY, 10_000), (TUESDAY, 11_000)];
    std::fs::write(folder.path().join("ABC.csv"), bars(&until)).unwrap();
    let since = bars(&[(WEDNESDAY, 11_200), ("2025-03-13", 11_300)]);
    std::fs::write(folder.path().join("ABCNEW.csv"), since).unwrap();
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let change = action(WEDNESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") });
    daemon.actions.add_confirmed(change, "asha").await.unwrap();
    let told = async || {
        let quotes = daemon.queries.market_quotes(&[symbol("ABCNEW")]).await.unwrap();
        let quote = quotes.into_iter().next().flatten()?;
        Some((quote.last.0, quote.previous_close.0))
    };
    let price = async || {
        let user = daemon.users.find(ADMIN).unwrap();
        let valued = user.desk.lock().await.valuations(daemon.clock.now()).await;
        valued.into_iter().map(|valued| valued.price.0).collect::<Vec<_>>()
    };
    for time in ["00:21", "09:00:30", "09:10"] {
        run(&daemon, at(WEDNESDAY, time)).await;
        assert_eq!((told().await, price().await), (None, vec![11_000]), "{time}");
    }
    run(&daemon, at(WEDNESDAY, "09:20")).await;
    assert_eq!((told().await, price().await), (Some((11_200, 11_000)), vec![11_200]));
    stop(daemon).await;
}
