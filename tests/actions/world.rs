//! A folder of raw bars, a share that is held, an order of it that stands, and a level that a task remembers.

use std::fmt::Write;
use std::sync::Arc;

use prahari_app::actions::ActionFilter;
use prahari_app::daemon::Daemon;
use prahari_brokers::{AdjustedMarket, CsvMarket};
use prahari_domain::actions::{ActionKind, ActionRow, CorporateAction, Origin, Provenance};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Variety};
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;

use crate::support::desk_fixture::{buy, order_context};
use crate::support::{ADMIN, FRIDAY, MONDAY, TUESDAY, TestHost, at, day, start_services};

/// The days after [`TUESDAY`].
pub const WEDNESDAY: &str = "2025-03-12";

/// A task that remembers a level.
pub const TASK: Task = Task::literal("sell_monitor");

pub fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

/// An action of ABC that an admin entered.
pub fn action(ex_day: &str, kind: ActionKind) -> CorporateAction {
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    CorporateAction::new(symbol("ABC"), day(ex_day), kind, provenance, "").unwrap()
}

/// Bars of days, each at one price in paise.
pub fn bars(days: &[(&str, i64)]) -> String {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for (day, paise) in days {
        let price = Paise(*paise);
        writeln!(text, "{day},{price},{price},{price},{price},1000000").unwrap();
    }
    text
}

/// A folder in which ABC costs 100 rupees through Monday and `after` paise from Tuesday on.
pub fn folder(after: i64) -> tempfile::TempDir {
    let days = ["2025-03-05", "2025-03-06", FRIDAY, MONDAY].map(|day| (day, 10_000));
    let later = [TUESDAY, WEDNESDAY, "2025-03-13"].map(|day| (day, after));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ABC.csv"), bars(&[days.as_slice(), later.as_slice()].concat()))
        .unwrap();
    // Somebody else's share, so that the market is not one share alone; and the new names.
    for name in ["XYZ", "ABCNEW", "ABCX"] {
        let days = ["2025-03-05", "2025-03-06", FRIDAY, MONDAY, TUESDAY, WEDNESDAY, "2025-03-13"];
        let steady: Vec<_> = days.iter().map(|day| (*day, 4_000)).collect();
        std::fs::write(folder.path().join(format!("{name}.csv")), bars(&steady)).unwrap();
    }
    folder
}

/// The host on raw bars of a folder.
pub fn house(folder: &tempfile::TempDir) -> TestHost {
    house_of(folder, 2)
}

pub fn house_of(folder: &tempfile::TempDir, users: u32) -> TestHost {
    let raw = CsvMarket::open_raw(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    TestHost::new(users).on(Arc::new(AdjustedMarket::new(Arc::new(raw))))
}

/// A daemon on Monday evening whose admin holds 11 shares of ABC, bids for more after the market, and remembers a level.
pub async fn monday_evening(house: &TestHost) -> (Arc<Daemon>, OrderId) {
    let daemon = house.start(at(MONDAY, "10:00")).await;
    evening_of(daemon).await
}

/// The same evening, with the 11 shares and no order.
pub async fn without_order(house: &TestHost) -> Arc<Daemon> {
    let (daemon, amo) = monday_evening(house).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let now = order_context(at(MONDAY, "20:00"));
    user.desk.lock().await.cancel(amo, "by hand", now).await.unwrap().unwrap();
    daemon
}

/// The same of a daemon that was just started.
pub async fn evening_of(daemon: Arc<Daemon>) -> (Arc<Daemon>, OrderId) {
    start_services(&daemon).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let mut request = buy("ABC", 11, 10_000);
    request.kind = OrderKind::Market;
    let now = at(MONDAY, "10:00");
    user.desk.lock().await.place(request, order_context(now)).await.unwrap().unwrap();
    crate::support::run(&daemon, at(MONDAY, "20:00")).await;
    assert_eq!(user.desk.lock().await.book().held(&symbol("ABC")), 11);
    let amo = prahari_domain::orders::OrderRequest { variety: Variety::AfterMarket, ..buy("ABC", 5, 9_500) };
    let now = at(MONDAY, "20:00");
    let amo = user.desk.lock().await.place(amo, order_context(now)).await.unwrap().unwrap();
    user.runs.memory().entry(TASK).or_default().insert("sell/ABC".to_owned(), vec![1]);
    user.runs.memory().entry(TASK).or_default().insert("sell/XYZ".to_owned(), vec![2]);
    (daemon, amo)
}

/// The only action that the daemon knows.
pub async fn only_action(daemon: &Daemon) -> ActionRow {
    let filter = ActionFilter { limit: 10, ..ActionFilter::default() };
    let [row] = daemon.actions.list(filter).await.unwrap().try_into().unwrap();
    row
}

/// Cash, and cash with everything that is held at its last price, in paise.
pub async fn worth(daemon: &Daemon, user: UserId) -> (i64, i64) {
    let user = daemon.users.find(user).unwrap();
    let (cash, held, valued) = {
        let desk = user.desk.lock().await;
        let book = desk.book();
        (book.cash().0, book.positions(), desk.valuations(daemon.clock.now()).await)
    };
    let symbols: Vec<Symbol> = held.iter().map(|position| position.symbol.clone()).collect();
    let quotes = daemon.trading.market.quotes(&symbols, daemon.clock.now()).await.unwrap();
    let value: i64 = held
        .iter()
        .zip(quotes)
        .zip(valued)
        .map(|((position, quote), valued)| {
            // A new name has no price before it trades.
            quote.map_or(valued.value().0, |quote| quote.last.0 * i64::from(position.quantity))
        })
        .sum();
    (cash, cash + value)
}

/// What the admin's books hold of a share: shares and exact cost.
pub async fn held(daemon: &Daemon, of: &str) -> (u32, i64) {
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    (desk.book().held(&symbol(of)), desk.book().invested_in(&symbol(of)).0)
}

/// Days as dates.
pub fn date(text: &str) -> Day {
    day(text)
}
