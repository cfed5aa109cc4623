//! A paper broker that misbehaves because an admin said so: days of each way, what is refused, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeMap;

use prahari_app::chaos::{ChaosCounts, ChaosModes};
use prahari_app::daemon::Daemon;
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, OrderEvent, OrderState, Side};
use prahari_domain::risk::RefusalCode;
use prahari_domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::pushes::Live;
use crate::support::console::Console;
use crate::support::desk_fixture::{buy, order_context};
use crate::support::fake_broker::PRICE;
use crate::support::live_broker::LIVE;
use crate::support::{ADMIN, FRIDAY, MONDAY, OTHER, TUESDAY, TestHost, at, day, run, start_services, stop};

const NONE: ChaosModes = ChaosModes { late_ms: None, lose_every: None, lag_ms: None, down: false };
const DOWN: ChaosModes = ChaosModes { down: true, ..NONE };

/// Days with a session, from the Monday on; the morning after them is that of a holiday.
const DAYS: [&str; 4] = [MONDAY, TUESDAY, "2025-03-12", "2025-03-13"];
const AFTER: &str = "2025-03-14";

/// Days of one user whose broker misbehaves from the open to midnight: nothing is doubled and nothing lost. Returns how often
/// something went wrong, and how many orders were executed.
async fn days_of(modes: ChaosModes) -> (ChaosCounts, usize) {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    let mut all = ChaosCounts::default();
    for day in DAYS {
        run(&daemon, at(day, "09:17")).await;
        let on = daemon.chaos.turn_on(OTHER, modes, None, ADMIN).await.unwrap();
        assert_eq!(on.chaos.until, at(day, "00:00").plus_minutes(24 * 60), "it ends with the date");
        run(&daemon, at(day, "23:59")).await;
        let ChaosCounts { late, lost, lagged, refused } = daemon.chaos.status(OTHER).unwrap().unwrap().counts;
        all.late += late;
        all.lost += lost;
        all.lagged += lagged;
        all.refused += refused;
    }
    run(&daemon, at(AFTER, "09:00")).await;
    assert_eq!(daemon.chaos.status(OTHER).unwrap(), None);
    let executed = agrees_with_the_account(&daemon).await;
    stop(daemon).await;
    (all, executed)
}

/// The account and the journal say the same, to the paisa, and no signal was bought twice on a date. Returns how many
/// orders were executed.
async fn agrees_with_the_account(daemon: &Daemon) -> usize {
    daemon.store.flush().await.unwrap();
    let scope = daemon.store.user(OTHER);
    let halted = scope.open_halts().await.unwrap();
    assert!(halted.iter().all(|halt| halt.symbol.is_some()), "{halted:?}");
    let user = daemon.users.find(OTHER).unwrap();
    let desk = user.desk.lock().await;
    let book = desk.book();
    assert!(!desk.has_unknown_orders());
    assert_eq!(book.difference(), Paise::ZERO);
    let account = user.link().simulated.unwrap().view().await.unwrap();
    assert_eq!(account.cash, book.cash());
    let held: BTreeMap<_, _> =
        book.held_symbols().map(|symbol| (symbol.clone(), book.held(symbol))).collect();
    assert_eq!(account.holdings, held);

    let journal = scope.load_journal(0).await.unwrap();
    let executed = filled(&journal);
    for order in executed.keys() {
        let known = scope.paper_order(&order.to_string()).await.unwrap();
        assert!(known.is_some(), "{order} is filled here and unknown there");
    }
    let (open, _) = scope.load_paper().await.unwrap();
    for order in open {
        let id: OrderId = order.tag.parse().unwrap();
        assert!(journal.iter().any(|entry| entry.order == id), "{id} is there and unknown here");
    }
    bought_once(&journal, &executed);
    executed.len()
}

/// How many shares of each order were executed.
fn filled(journal: &[JournalEntry]) -> BTreeMap<OrderId, u32> {
    let mut filled = BTreeMap::new();
    for entry in journal {
        if let OrderEvent::Filled(fill) = &entry.event {
            *filled.entry(entry.order).or_default() += fill.quantity;
        }
    }
    filled
}

fn bought_once(journal: &[JournalEntry], executed: &BTreeMap<OrderId, u32>) {
    let mut of_signals: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for entry in journal {
        let OrderEvent::Intended { request, .. } = &entry.event else { continue };
        let Some(signal) = request.signal.filter(|_| request.side == Side::Buy) else { continue };
        let (wanted, bought) = of_signals.entry(format!("{signal:?} on {}", entry.order.day)).or_default();
        *wanted = request.quantity.max(*wanted);
        *bought += executed.get(&entry.order).copied().unwrap_or(0);
    }
    for (signal, (wanted, bought)) in of_signals {
        assert!(bought <= wanted, "{bought} shares were bought on {signal}, which wanted {wanted}");
    }
}

#[tokio::test]
async fn days_of_lost_answers_double_and_lose_nothing() {
    let (counts, executed) = days_of(ChaosModes { lose_every: Some(1), ..NONE }).await;
    assert!(counts.lost > 0 && executed > 0, "{counts:?} {executed}");
}

#[tokio::test]
async fn days_with_a_book_that_lags_double_and_lose_nothing() {
    let (_, executed) = days_of(ChaosModes { lag_ms: Some(300_000), ..NONE }).await;
    assert!(executed > 0);
}

#[tokio::test]
async fn days_of_answers_beyond_their_deadlines_double_and_lose_nothing() {
    let (counts, _) = days_of(ChaosModes { late_ms: Some(12_000), ..NONE }).await;
    assert!(counts.late > 0, "{counts:?}");
}

#[tokio::test]
async fn days_with_a_broker_that_is_down_double_and_lose_nothing() {
    let (counts, _) = days_of(DOWN).await;
    assert!(counts.refused > 0, "{counts:?}");
}

#[tokio::test]
async fn days_of_all_but_down_at_once_double_and_lose_nothing() {
    let modes = ChaosModes { late_ms: Some(500), lose_every: Some(2), lag_ms: Some(120_000), down: false };
    let (counts, executed) = days_of(modes).await;
    assert!(counts.late > 0 && counts.lost > 0 && executed > 0, "{counts:?} {executed}");
}

/// Lets time pass in which nothing is done.
async fn pass_until(daemon: &Daemon, instant: Timestamp) {
    daemon.clock.wait_until(instant, &Notify::new()).await;
}

#[tokio::test]
async fn an_order_that_a_lagging_book_does_not_show_yet_is_neither_closed_nor_sent_again() {
    let mut house = TestHost::new(2);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "09:50")).await;
    let user = daemon.users.find(OTHER).unwrap();
    let mut desk = user.desk.lock().await;
    let ten = at(MONDAY, "10:00");
    pass_until(&daemon, ten).await;
    desk.reconcile(ten).await.unwrap();
    let lagging = ChaosModes { lag_ms: Some(60_000), ..NONE };
    daemon.chaos.turn_on(OTHER, lagging, None, ADMIN).await.unwrap();
    let standing = desk.place(buy("ABC", 10, 9_000), order_context(ten)).await.unwrap().unwrap();
    assert_eq!(desk.reconcile(ten).await.unwrap(), []);
    assert_eq!(desk.book().order(&standing).unwrap().state, OrderState::Accepted);

    // Its answer is lost as well. Nothing is sent before the book has caught up.
    let later = at(MONDAY, "10:05");
    pass_until(&daemon, later).await;
    desk.reconcile(later).await.unwrap();
    let lossy = ChaosModes { lose_every: Some(1), ..lagging };
    daemon.chaos.turn_on(OTHER, lossy, None, ADMIN).await.unwrap();
    for symbol in ["XYZ", "PQR"] {
        let refused = desk.place(buy(symbol, 10, PRICE.0), order_context(later)).await.unwrap().unwrap_err();
        assert_eq!(refused.code, RefusalCode::Unsettled);
    }
    let unknown = desk.book().orders().last().unwrap().id;
    assert_eq!(desk.book().order(&unknown).unwrap().state, OrderState::Unknown);
    assert_eq!(desk.book().orders().count(), 2, "the third was not sent");

    let caught_up = at(MONDAY, "10:06");
    pass_until(&daemon, caught_up).await;
    desk.reconcile(caught_up).await.unwrap();
    assert_eq!(desk.book().order(&unknown).unwrap().state, OrderState::Accepted);
    assert!(!desk.needs_reconcile());
    daemon.chaos.turn_off(OTHER, ADMIN).await.unwrap();
    let end = at(MONDAY, "10:08");
    pass_until(&daemon, end).await;
    desk.sync_fills(end).await.unwrap();
    assert_eq!(desk.book().held(&"XYZ".parse().unwrap()), 10);
    drop(desk);
    stop(daemon).await;
}

#[tokio::test]
async fn it_outlives_a_restart_and_not_its_end() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let modes = ChaosModes { lose_every: Some(3), ..NONE };
    let on = daemon.chaos.turn_on(OTHER, modes, Some(at(MONDAY, "12:00")), ADMIN).await.unwrap();
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "11:00")).await;
    let kept = daemon.chaos.status(OTHER).unwrap().unwrap();
    assert_eq!(kept.chaos, on.chaos);
    assert_eq!(daemon.chaos.status(ADMIN).unwrap(), None);
    pass_until(&daemon, at(MONDAY, "12:00")).await;
    assert_eq!(daemon.chaos.status(OTHER).unwrap(), None);
    // Nobody has taken note of it; the next minute does.
    assert!(daemon.store.user(OTHER).broker_chaos().await.unwrap().is_some());
    daemon.maintenance.upkeep_step(&mut Some(day(MONDAY))).await.unwrap();
    assert_eq!(daemon.store.user(OTHER).broker_chaos().await.unwrap(), None);
    daemon.chaos.turn_on(OTHER, DOWN, None, ADMIN).await.unwrap();
    stop(daemon).await;

    let daemon = house.start(at(TUESDAY, "00:00")).await;
    assert_eq!(daemon.chaos.status(OTHER).unwrap(), None, "it ended with the date");
    stop(daemon).await;
}

#[tokio::test]
async fn only_a_simulated_broker_misbehaves_and_its_user_stays_with_it_meanwhile() {
    let live = Live::new().await;
    let refused = live.daemon.chaos.turn_on(OTHER, DOWN, None, ADMIN).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"user 2 trades over the broker "live", whose money is real: only a simulated broker misbehaves on purpose"#
    );
    assert_eq!(live.daemon.store.user(OTHER).broker_chaos().await.unwrap(), None);
    live.daemon.chaos.turn_on(ADMIN, DOWN, None, ADMIN).await.unwrap();
    let refused = live.daemon.users_admin.set_broker(ADMIN, LIVE).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"user 1 stays linked with the broker "paper": it misbehaves on purpose for this user; turn that off first"#
    );
    live.daemon.chaos.turn_off(ADMIN, ADMIN).await.unwrap();
    live.daemon.users_admin.set_broker(ADMIN, LIVE).await.unwrap();
    stop(live.daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_turns_it_on_within_bounds_and_everybody_concerned_is_shown_it() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let (admin, user) = (console.admin().await, console.user().await);
    let path = "/api/v1/users/2/chaos";
    for (body, said) in [
        (json!({ "late_ms": 15_001 }), "late_ms: 15001 is not between 1 and 15000"),
        (json!({ "lose_every": 0 }), "lose_every: 0 is not between 1 and 1000"),
        (json!({ "lag_ms": 300_001 }), "lag_ms: 300001 is not between 1 and 300000"),
        (json!({}), "nothing is to go wrong"),
        (json!({ "down": true, "until": "2025-03-10T10:00:00+05:30" }), "the time of until has passed"),
        (
            json!({ "down": true, "until": "2025-03-11T00:00:01+05:30" }),
            "the time of until is after the end of 2025-03-10",
        ),
    ] {
        let refused = admin.send(Method::PUT, path, body).await;
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
        assert!(refused.text.contains(said), "{}", refused.text);
    }
    assert_eq!(admin.get(path).await.ok()["chaos"], Value::Null);

    let body = json!({ "late_ms": 500, "down": true, "until": "2025-03-10T15:30:00+05:30" });
    let on = admin.send(Method::PUT, path, body).await.ok()["chaos"].clone();
    assert_eq!((&on["late_ms"], &on["down"], &on["lag_ms"]), (&json!(500), &json!(true), &Value::Null));
    assert_eq!(on["until"], "2025-03-10T15:30:00.000+05:30");
    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!((&status["mode"], &status["chaos"]["down"]), (&json!("paper"), &json!(true)));
    let rows = admin.get("/api/v1/system/users").await.ok();
    let shown = |id: u64| {
        rows["items"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["chaos"].clone()
    };
    assert_eq!((shown(2), shown(3)), (json!(true), json!(false)));
    let newest = &admin.get("/api/v1/audit?limit=1").await.ok()["items"][0];
    assert_eq!((&newest["action"], &newest["resource"]), (&json!("user.chaos"), &json!("user 2")));

    assert_eq!(admin.delete(path).await.status.as_u16(), 204);
    assert_eq!(admin.get(path).await.ok()["chaos"], Value::Null);
    assert_eq!(user.get("/api/v1/user/service/status").await.ok()["chaos"], Value::Null);
    console.stop().await;
}
