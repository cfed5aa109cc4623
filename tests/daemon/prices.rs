//! Shares without a price, and bars that no longer come.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write;
use std::sync::Arc;

use prahari_app::bar_cache::restatements;
use prahari_app::daemon::Daemon;
use prahari_app::desk::DailyStatement;
use prahari_app::queries::{RestatedBar, RestatedFilter};
use prahari_brokers::CsvMarket;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;
use prahari_domain::risk::RefusalCode;
use prahari_store::{AlertCode, AlertFilter};

use crate::support::desk_fixture::{buy, order_context};
use crate::support::{ADMIN, MONDAY, TUESDAY, TestHost, at, day, run, start_services, stop};

/// The days after [`TUESDAY`].
const WEDNESDAY: &str = "2025-03-12";
const THURSDAY: &str = "2025-03-13";
const NEXT_TUESDAY: &str = "2025-03-18";

/// Daily bars at a hundred rupees, from the Thursday before [`MONDAY`] through the days that are named. The Friday
/// of that week is a holiday.
fn bars(through: &str) -> String {
    let days = ["2025-03-06", "2025-03-07", MONDAY, TUESDAY, WEDNESDAY, THURSDAY, "2025-03-17", NEXT_TUESDAY];
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for day in days.into_iter().filter(|day| *day <= through) {
        writeln!(text, "{day},100.00,101.00,99.00,100.50,1000000").unwrap();
    }
    text
}

/// A daemon at ten on Monday on a folder of bars, whose admin holds ten shares of ABC.
async fn holding(folder: &tempfile::TempDir, house: TestHost) -> (TestHost, Arc<Daemon>) {
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let house = house.on(Arc::new(market));
    let daemon = house.start(at(MONDAY, "10:00")).await;
    start_services(&daemon).await;
    let mut request = buy("ABC", 10, 10_000);
    request.kind = OrderKind::Market;
    daemon
        .users
        .find(ADMIN)
        .unwrap()
        .desk
        .lock()
        .await
        .place(request, order_context(at(MONDAY, "10:00")))
        .await
        .unwrap()
        .unwrap();
    (house, daemon)
}

fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is open: code, subject, sentence.
async fn open_alerts(daemon: &Daemon, code: AlertCode) -> Vec<(String, String)> {
    let filter = AlertFilter { open: Some(true), before: None, limit: 100 };
    let open = daemon.store.system().alerts(filter).await.unwrap();
    let of_code: Vec<_> = open.into_iter().filter(|alert| alert.code == code).collect();
    // Raised on the day that they are about, not later.
    assert!(
        of_code.iter().all(|alert| alert.subject == "folder" || alert.raised_at.ist_day() == day(WEDNESDAY))
    );
    of_code.into_iter().map(|alert| (alert.subject, alert.detail)).collect()
}

#[tokio::test]
async fn a_held_share_without_a_new_price_on_two_trading_days_is_told_until_it_has_one() {
    let folder = folder(&[("ABC.csv", bars(MONDAY)), ("XYZ.csv", bars(NEXT_TUESDAY))]);
    let (house, daemon) = holding(&folder, TestHost::new(1)).await;
    // Not on Tuesday: one day without a price is forgiven.
    run(&daemon, at(THURSDAY, "09:00")).await;
    let detail =
        "ABC had no new price on two trading days, 2025-03-11 and 2025-03-12: the last one is of 2025-03-10";
    let told = ("ABC".to_owned(), detail.to_owned());
    assert_eq!(open_alerts(&daemon, AlertCode::PriceMissing).await, [told]);
    stop(daemon).await;

    std::fs::write(folder.path().join("ABC.csv"), bars(NEXT_TUESDAY)).unwrap();
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let daemon = house.on(Arc::new(market)).start(at(THURSDAY, "09:00")).await;
    run(&daemon, at("2025-03-14", "00:00")).await;
    assert_eq!(open_alerts(&daemon, AlertCode::PriceMissing).await, []);
}

#[tokio::test]
async fn a_held_share_that_is_halted_by_a_jump_counts_as_one_without_a_price_until_it_is_explained() {
    let halved = |day: &str| format!("{day},50.00,51.00,49.00,50.50,2000000\n");
    let jumped: String = [TUESDAY, WEDNESDAY, THURSDAY, "2025-03-17"].map(halved).concat();
    let folder = folder(&[("ABC.csv", bars(MONDAY) + jumped.as_str()), ("XYZ.csv", bars(NEXT_TUESDAY))]);
    let (_house, daemon) = holding(&folder, TestHost::new(1)).await;
    run(&daemon, at(TUESDAY, "20:00")).await;
    assert_eq!(open_alerts(&daemon, AlertCode::PriceMissing).await, [], "one day is forgiven");
    run(&daemon, at(THURSDAY, "09:00")).await;
    let detail = "ABC had no new price on two trading days, 2025-03-11 and 2025-03-12: ABC opened at ₹50.00 on 2025-03-11 \
                  after a close of ₹100.50 on 2025-03-10 (-50.2 %), and no price since then counts before an admin has \
                  explained it";
    assert_eq!(open_alerts(&daemon, AlertCode::PriceMissing).await, [("ABC".to_owned(), detail.to_owned())]);
    daemon.prices.explain_price_jumps(&"ABC".parse().unwrap(), ADMIN, "a bonus of 1:1").await.unwrap();
    run(&daemon, at(THURSDAY, "20:00")).await;
    assert_eq!(open_alerts(&daemon, AlertCode::PriceMissing).await, []);
}

#[tokio::test]
async fn an_analysis_that_finds_no_fresh_bars_is_told() {
    let folder = folder(&[("ABC.csv", bars(MONDAY)), ("XYZ.csv", bars(MONDAY))]);
    let (_house, daemon) = holding(&folder, TestHost::new(1)).await;
    // Not on Tuesday: one session is forgiven.
    run(&daemon, at(THURSDAY, "09:00")).await;
    let detail = "the bars are stale: 2 of 2 shares that were looked at have no bar of 2025-03-12, which was expected, or of \
                  2025-03-11, the session before; the newest one is of 2025-03-10, from csv; a scan of the market judges none of \
                  these";
    assert_eq!(open_alerts(&daemon, AlertCode::BarsStale).await, [("bars".to_owned(), detail.to_owned())]);
}

#[tokio::test]
async fn new_rows_of_a_folder_are_taken_up_and_a_folder_that_broke_is_told() {
    let folder = folder(&[("ABC.csv", bars(MONDAY)), ("XYZ.csv", bars(MONDAY))]);
    let market = Arc::new(CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap());
    let house = TestHost::new(1).on(market.clone());
    let daemon = house.start(at(TUESDAY, "10:00")).await;
    std::fs::write(folder.path().join("ABC.csv"), "half a file").unwrap();
    daemon.prices.refresh_bars().await.unwrap();
    let [(subject, detail)] = open_alerts(&daemon, AlertCode::BarsStale).await.try_into().unwrap();
    assert_eq!(subject, "folder");
    assert!(
        detail.starts_with("the bars changed and cannot be read again, so the old ones are used: "),
        "{detail}"
    );
    assert_eq!(market.covers().unwrap().1, day(MONDAY));
    std::fs::write(folder.path().join("ABC.csv"), bars(TUESDAY)).unwrap();
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(open_alerts(&daemon, AlertCode::BarsStale).await, []);
    assert_eq!(market.covers().unwrap().1, day(TUESDAY));
}

#[tokio::test]
async fn what_a_folder_restates_is_kept_in_both_versions_and_told_with_its_difference() {
    let folder = folder(&[("ABC.csv", bars(MONDAY)), ("XYZ.csv", bars(MONDAY))]);
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let house = TestHost::new(1).on(Arc::new(market));
    let daemon = house.start(at(TUESDAY, "20:00")).await;
    let restated =
        |day: &str| bars(TUESDAY).replace(&format!("{day},100.00,101.00"), &format!("{day},99.50,101.00"));
    std::fs::write(folder.path().join("ABC.csv"), restated(MONDAY)).unwrap();
    daemon.prices.refresh_bars().await.unwrap();
    let told = async |daemon: &Daemon| {
        let filter = RestatedFilter { limit: 10, ..RestatedFilter::default() };
        let bars = daemon.queries.restated_bars(&filter).await.unwrap();
        let of = |bar: RestatedBar| {
            let (cursor, after) = (bar.cursor, bar.after.unwrap());
            let day = format!("{} {} {}", cursor.source, cursor.symbol, cursor.day);
            (day, cursor.restated_at, bar.before.open, after.open)
        };
        bars.into_iter().map(of).collect::<Vec<_>>()
    };
    daemon.store.flush().await.unwrap();
    let now = at(TUESDAY, "20:00");
    let once = (format!("csv ABC {MONDAY}"), now, Paise(10_000), Paise(9_950));
    assert_eq!(told(&daemon).await, std::slice::from_ref(&once));
    stop(daemon).await;

    // After a restart it is there, and what was added meanwhile is no difference.
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let house = house.on(Arc::new(market));
    let daemon = house.start(at(TUESDAY, "21:00")).await;
    let again = restated(MONDAY).replace("2025-03-06,100.00,101.00", "2025-03-06,100.20,101.00");
    std::fs::write(folder.path().join("ABC.csv"), again).unwrap();
    daemon.prices.refresh_bars().await.unwrap();
    daemon.store.flush().await.unwrap();
    let twice = ("csv ABC 2025-03-06".to_owned(), at(TUESDAY, "21:00"), Paise(10_000), Paise(10_020));
    assert_eq!(told(&daemon).await, [twice, once]);
    let symbol = "ABC".parse().unwrap();
    let versions = restatements(&daemon.store, "csv", &symbol).await.unwrap();
    let changes: Vec<_> = versions.into_iter().flat_map(|version| version.changes).collect();
    let expected = ["ABC of 2025-03-10: open 100.00 -> 99.50", "ABC of 2025-03-06: open 100.00 -> 100.20"];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn a_position_without_a_price_is_valued_at_its_last_known_one_and_marked() {
    let folder = folder(&[("ABC.csv", bars(NEXT_TUESDAY)), ("XYZ.csv", bars(NEXT_TUESDAY))]);
    let (house, daemon) = holding(&folder, TestHost::new(1)).await;
    run(&daemon, at(MONDAY, "17:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let valued = user.desk.lock().await.valuations(at(MONDAY, "17:00")).await.remove(0);
    assert_eq!((valued.price, valued.unpriced), (Paise(10_050), false));

    house.market.set_down(true);
    let evening = at(TUESDAY, "17:00");
    let valued = user.desk.lock().await.valuations(evening).await.remove(0);
    assert_eq!((valued.price, valued.at.ist_day(), valued.unpriced), (Paise(10_050), day(MONDAY), true));
    let statement: DailyStatement =
        user.desk.lock().await.day_statement(order_context(evening)).await.unwrap();
    assert_eq!((statement.market_value, statement.unpriced.len()), (Paise(100_500), 1));
    let unpriced = &statement.unpriced[0];
    assert_eq!(
        (unpriced.symbol.as_str(), unpriced.price, unpriced.priced_on),
        ("ABC", Paise(10_050), day(MONDAY))
    );
    assert_ne!(statement.invested, statement.market_value);
}

#[tokio::test]
async fn a_share_that_left_the_band_is_bought_by_nobody_before_an_admin_has_explained_it() {
    let halved = |day: &str| format!("{day},50.00,51.00,49.00,50.50,2000000\n");
    let jumped = [bars(MONDAY), halved(TUESDAY), halved(WEDNESDAY)].concat();
    let folder = folder(&[("ABC.csv", jumped), ("XYZ.csv", bars(NEXT_TUESDAY))]);
    let market = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let now = at(WEDNESDAY, "10:00");
    let daemon = TestHost::new(1).on(Arc::new(market)).start(now).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let place = async |symbol: &str, limit| {
        user.desk.lock().await.place(buy(symbol, 10, limit), order_context(now)).await.unwrap()
    };
    let refusal = place("ABC", 5_000).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SymbolHalted);
    let sentence = "ABC opened at ₹50.00 on 2025-03-11 after a close of ₹100.50 on 2025-03-10 (-50.2 %)";
    assert!(refusal.detail.contains(sentence), "{}", refusal.detail);
    place("XYZ", 10_000).await.unwrap();
    let symbol = "ABC".parse().unwrap();
    assert_eq!(daemon.prices.explain_price_jumps(&symbol, ADMIN, "a bonus of 1:1").await.unwrap(), 1);
    place("ABC", 5_000).await.unwrap();
    let [row] = daemon.store.system().price_jumps(10).await.unwrap().try_into().unwrap();
    assert_eq!((row.explained_by, row.explanation.as_str()), (Some(ADMIN), "a bonus of 1:1"));
}
