//! Desks that are at work just when the prices of the day are looked at.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_brokers::CsvMarket;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::orders::OrderKind;
use prahari_domain::risk::RefusalCode;
use prahari_store::{AlertCode, AlertFilter};

use crate::support::desk_fixture::{buy, order_context, sell};
use crate::support::living::Living;
use crate::support::waiting::until;
use crate::support::{ADMIN, MONDAY, TUESDAY, TestHost, at, run, start_services, stop};

/// Bars of ABC at these rupees on these days, and of another share on all of them.
fn folder(bars: &[(&str, u32)], days: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bars: &[(&str, u32)]| {
        let mut text = "date,open,high,low,close,volume\n".to_owned();
        for (day, price) in bars {
            writeln!(text, "{day},{price},{price},{price},{price},1000000").unwrap();
        }
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    write("ABC.csv", bars);
    write("XYZ.csv", &days.iter().map(|day| (*day, 100)).collect::<Vec<_>>());
    folder
}

/// A house on these bars, whose admin has held ten shares of ABC since Monday.
async fn holding(folder: &tempfile::TempDir) -> TestHost {
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let house = TestHost::new(1).on(Arc::new(market));
    let daemon = house.start(at(MONDAY, "10:00")).await;
    start_services(&daemon).await;
    let mut request = buy("ABC", 10, 10_000);
    request.kind = OrderKind::Market;
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.place(request, order_context(at(MONDAY, "10:00"))).await.unwrap().unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:05")).await.unwrap();
    assert_eq!(user.desk.lock().await.book().held(&"ABC".parse().unwrap()), 10);
    drop(user);
    stop(daemon).await;
    house
}

async fn missing(daemon: &Daemon) -> usize {
    let filter = AlertFilter { open: Some(true), before: None, limit: 100 };
    let open = daemon.store.system().alerts(filter).await.unwrap();
    open.iter().filter(|alert| alert.code == AlertCode::PriceMissing).count()
}

#[tokio::test]
async fn a_share_that_jumped_is_halted_before_a_busy_desk_sells_it() {
    let days = ["2025-03-06", "2025-03-07", MONDAY, TUESDAY];
    let folder = folder(&[(days[0], 100), (days[1], 100), (MONDAY, 100), (TUESDAY, 50)], &days);
    let house = holding(&folder).await;
    let living = Living::begin(&house, at(TUESDAY, "09:14")).await;
    let user = living.daemon.users.find(ADMIN).unwrap();
    // The broker has a question of before the open still.
    let at_work = user.desk.lock().await;
    living.pass_until(at(TUESDAY, "09:16")).await;
    // Whoever sells from now on comes after the look at the opens.
    let selling = tokio::spawn({
        let user = user.clone();
        async move {
            let mut request = sell("ABC", 10, 5_000);
            request.kind = OrderKind::Market;
            user.desk.lock().await.place(request, order_context(at(TUESDAY, "09:16"))).await.unwrap()
        }
    });
    tokio::task::yield_now().await;
    drop(at_work);
    let refusal = selling.await.unwrap().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SymbolHalted, "{}", refusal.detail);
    living.daemon.background.finish().await;
    let halts = living.daemon.store.user(ADMIN).open_halts().await.unwrap();
    assert_eq!(halts.len(), 1, "{halts:?}");
    assert!(halts[0].reason.starts_with("ABC opened at ₹50.00 on 2025-03-11"), "{halts:?}");
    living.end().await;
}

#[tokio::test]
async fn a_desk_that_is_busy_at_the_close_keeps_its_alert_of_a_missing_price() {
    let days = ["2025-03-06", "2025-03-07", MONDAY, TUESDAY, "2025-03-12", "2025-03-13"];
    let folder = folder(&[(days[0], 100), (days[1], 100), (MONDAY, 100)], &days);
    let house = holding(&folder).await;
    let daemon = house.start(at(TUESDAY, "09:00")).await;
    run(&daemon, at("2025-03-12", "17:00")).await;
    assert_eq!(missing(&daemon).await, 1);
    stop(daemon).await;
    let living = Living::begin(&house, at("2025-03-13", "15:39")).await;
    let user = living.daemon.users.find(ADMIN).unwrap();
    let at_work = user.desk.lock().await;
    // The closes are looked at before the first of the evening's tasks begins.
    living.hand.pass_until(at("2025-03-13", "16:10"));
    until("the evening to begin", async || !user.runs.executing().is_empty()).await;
    drop(at_work);
    living.daemon.background.finish().await;
    assert_eq!(missing(&living.daemon).await, 1, "it is still without a price");
    living.end().await;
}
