//! What a folder of the exchange's daily files tells of corporate actions, from the list to the books.

use std::path::Path;
use std::sync::Arc;

use prahari_app::actions::ActionFilter;
use prahari_app::daemon::Daemon;
use prahari_brokers::{AdjustedMarket, BhavcopyMarket};
use prahari_domain::actions::{ActionKind, ActionState, Origin};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::orders::OrderKind;
use prahari_store::AlertCode;

use super::world::{WEDNESDAY, action, held};
use crate::support::desk_fixture::{buy, order_context};
use crate::support::{ADMIN, FRIDAY, MONDAY, TUESDAY, TestHost, at, run, start_services, stop};

const BARS: &str =
    "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n";
const LIST: &str =
    "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";

/// A day's bars of ABC, which costs 100 rupees before Tuesday and 50 from then on, and of a share beside it.
fn write_day(dir: &Path, day: &str) {
    let day: chrono::NaiveDate = day.parse().unwrap();
    let name = day.format("%d%b%Y").to_string().to_uppercase();
    let stamp = day.format("%d-%b-%Y").to_string().to_uppercase();
    let price = if day.to_string().as_str() < TUESDAY { 100 } else { 50 };
    let row = |symbol: &str, price: i64| {
        format!("{symbol},EQ,{price},{price},{price},{price},{price},{price},1000000,1,{stamp},7,INE0,\n")
    };
    std::fs::write(
        dir.join(format!("cm{name}bhav.csv")),
        format!("{BARS}{}{}", row("ABC", price), row("XYZ", 40)),
    )
    .unwrap();
}

/// The list of a day, with these ex-dates and words of ABC.
pub fn write_list(dir: &Path, day: &str, rows: &[(&str, &str)]) {
    let day: chrono::NaiveDate = day.parse().unwrap();
    let row = |(ex_day, words): &(&str, &str)| format!("EQ,ABC,ABC LTD,{ex_day},,,{ex_day},,,{words}\n");
    let text: String = rows.iter().map(row).collect();
    std::fs::write(dir.join(format!("bc{}.csv", day.format("%d%m%Y"))), format!("{LIST}{text}")).unwrap();
}

pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for day in ["2025-03-05", "2025-03-06", FRIDAY, MONDAY, TUESDAY, WEDNESDAY, "2025-03-13"] {
        write_day(folder.path(), day);
    }
    folder
}

pub fn house(folder: &tempfile::TempDir) -> TestHost {
    let raw = BhavcopyMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    TestHost::new(2).on(Arc::new(AdjustedMarket::new(Arc::new(raw))))
}

/// What is known, by ex-date: the action and how far it has come.
async fn known(daemon: &Daemon) -> Vec<(String, ActionState)> {
    let rows = daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap();
    assert!(rows.iter().all(|row| row.action.provenance().origin == Origin::File));
    rows.iter().rev().map(|row| (row.action.to_string(), row.state)).collect()
}

#[tokio::test]
async fn a_bonus_of_the_folders_list_doubles_what_is_held_on_its_ex_date() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(TUESDAY, "BONUS 1:1"), ("2025-03-20", "DIV - RS 2 PER SH")]);
    write_list(folder.path(), MONDAY, &[(TUESDAY, "BONUS 1:1"), ("2025-03-20", "DIV - RS 2 PER SH")]);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    start_services(&daemon).await;
    let (bonus, dividend) =
        ("ABC on 2025-03-11: bonus of 1 new for 1 held", "ABC on 2025-03-20: dividend of ₹2.00 a share");
    let announced = |text: &str| (text.to_owned(), ActionState::Announced);
    assert_eq!(known(&daemon).await, [announced(bonus), announced(dividend)]);
    let mut request = buy("ABC", 10, 10_000);
    request.kind = OrderKind::Market;
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.place(request, order_context(at(MONDAY, "10:00"))).await.unwrap().unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    assert_eq!(held(&daemon, "ABC").await, (20, 100_000));
    assert_eq!(known(&daemon).await, [(bonus.to_owned(), ActionState::Applied), announced(dividend)]);
}

#[tokio::test]
async fn a_newer_list_changes_takes_back_and_tells_again_and_a_persons_word_stays() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[("2025-03-20", "BONUS 1:1"), ("2025-03-21", "DIV - RS 2 PER SH")]);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let bonus = "ABC on 2025-03-20: bonus of 1 new for 1 held".to_owned();
    assert_eq!(known(&daemon).await[0], (bonus.clone(), ActionState::Announced));

    // The bonus is put off, and the dividend is another one.
    write_list(folder.path(), MONDAY, &[("2025-03-21", "DIV - RS 3 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    let other = "ABC on 2025-03-21: dividend of ₹3.00 a share".to_owned();
    let expected = [(bonus.clone(), ActionState::Undone), (other.clone(), ActionState::Announced)];
    assert_eq!(known(&daemon).await, expected);

    // It is told again, and counts again.
    write_list(folder.path(), TUESDAY, &[("2025-03-20", "BONUS 1:1"), ("2025-03-21", "DIV - RS 3 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    let expected = [(bonus.clone(), ActionState::Announced), (other.clone(), ActionState::Announced)];
    assert_eq!(known(&daemon).await, expected);

    // What a person takes back stays so, whatever the lists tell.
    let rows = daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap();
    let row = rows.iter().find(|row| row.action.to_string() == bonus).unwrap();
    daemon.actions.undo(row.id, "the company says otherwise", "asha").await.unwrap();
    let later = [
        ("2025-03-20", "BONUS 1:1"),
        ("2025-03-21", "DIV - RS 3 PER SH"),
        ("2025-03-24", "DIV - RS 1 PER SH"),
    ];
    write_list(folder.path(), WEDNESDAY, &later);
    daemon.prices.refresh_bars().await.unwrap();
    let known = known(&daemon).await;
    assert_eq!(known[0], (bonus, ActionState::Undone));
    assert_eq!(known.len(), 3, "{known:?}");
}

#[tokio::test]
async fn an_applied_action_that_is_no_longer_told_is_an_alert_until_it_is_told_again_or_taken_back() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(TUESDAY, "BONUS 1:1")]);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(known(&daemon).await[0].1, ActionState::Applied);
    assert_eq!(alerts(&daemon).await, []);

    // Monday's list comes late, and does not have it.
    write_list(folder.path(), MONDAY, &[("2025-03-20", "DIV - RS 2 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    let [(subject, detail)] = alerts(&daemon).await.try_into().unwrap();
    assert_eq!(subject, "ABC 2025-03-11 bonus");
    assert!(
        detail.starts_with("ABC on 2025-03-11: bonus of 1 new for 1 held: it is booked, and the last list"),
        "{detail}"
    );
    assert_eq!(known(&daemon).await[0].1, ActionState::Applied, "a person decides");

    // It is replaced by one that has it.
    write_list(folder.path(), MONDAY, &[(TUESDAY, "BONUS 1:1"), ("2025-03-20", "DIV - RS 2 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(alerts(&daemon).await, []);

    // And again by one that does not; it did not take place.
    write_list(folder.path(), MONDAY, &[("2025-03-20", "DIV - RS 3 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(alerts(&daemon).await.len(), 1);
    let rows = daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap();
    let bonus = rows.iter().find(|row| row.action.ex_day().to_string() == TUESDAY).unwrap();
    daemon.actions.undo(bonus.id, "the exchange withdrew it", "asha").await.unwrap();
    assert_eq!(alerts(&daemon).await, []);
}

#[tokio::test]
async fn an_alert_about_an_action_that_a_person_has_resolved_is_not_raised_again() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(TUESDAY, "BONUS 1:1")]);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    write_list(folder.path(), MONDAY, &[("2025-03-20", "DIV - RS 2 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(TUESDAY, "09:05")).await;
    assert_eq!(alerts(&daemon).await.len(), 1, "one, also after a start");
    let open = daemon.store.system().open_installation_alerts(10).await.unwrap();
    let alert = open.iter().find(|alert| alert.code == AlertCode::ActionNotTold).unwrap();
    let (now, says) = (at(TUESDAY, "09:06"), "the company confirms it".to_owned());
    assert!(daemon.store.system().resolve_installation_alert(alert.id, ADMIN, now, says).await.unwrap());
    stop(daemon).await;
    let daemon = house.start(at(TUESDAY, "09:10")).await;
    assert_eq!(alerts(&daemon).await, []);
}

#[tokio::test]
async fn a_jump_that_a_known_action_explains_is_told_as_such_from_the_start_and_after_the_folder_changed() {
    let folder = folder();
    let house = house(&folder);
    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    // What somebody has to look at, and what is explained.
    let told = |daemon: &Daemon| {
        let report = daemon.trading.market.report().unwrap();
        (report.open_shown(), report.explained_shown())
    };
    let jump = "ABC opened at ₹50.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (-50.0 %)";
    let open = format!("{jump}; a corporate action for which the prices are not adjusted, or a fault");
    assert_eq!(told(&daemon), (vec![open.clone()], vec![]));
    let bonus = ActionKind::Bonus { new: 1, held: 1 };
    let row = daemon.actions.add(action(TUESDAY, bonus), "asha").await.unwrap();
    let explained =
        format!("{jump}, which is explained by bonus of 1 new for 1 held on 2025-03-11 (admin asha)");
    assert_eq!(told(&daemon), (vec![], vec![explained.clone()]));
    stop(daemon).await;

    let daemon = house.start(at(WEDNESDAY, "10:05")).await;
    assert_eq!(told(&daemon), (vec![], vec![explained.clone()]));
    write_day(folder.path(), "2025-03-04");
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(told(&daemon), (vec![], vec![explained]));
    let sources = daemon.trading.market.sources();
    assert_eq!(sources[0].report.as_ref().map(|report| report.explained), Some(1));
    daemon.actions.undo(row.id, "it was something else", "asha").await.unwrap();
    assert_eq!(told(&daemon), (vec![open], vec![]));
    stop(daemon).await;
}

#[tokio::test]
async fn an_action_of_the_folder_whose_change_of_price_did_not_come_is_an_alert_until_it_is_confirmed() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(MONDAY, "BONUS 1:1"), (TUESDAY, "BONUS 1:1")]);
    let house = house(&folder);
    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    let of_tuesday = ("ABC on 2025-03-11: bonus of 1 new for 1 held".to_owned(), ActionState::Applied);
    assert_eq!(known(&daemon).await, [of_tuesday], "the price was halved on Tuesday, and not on Monday");
    let doubted = async || {
        let open = daemon.store.system().open_installation_alerts(10).await.unwrap();
        let open = open.into_iter().filter(|alert| alert.code == AlertCode::ActionDoubted);
        open.map(|alert| (alert.subject, alert.detail)).collect::<Vec<_>>()
    };
    let [(subject, detail)] = doubted().await.try_into().unwrap();
    assert_eq!(subject, "ABC 2025-03-10 bonus");
    let waits = "is not taken up before an admin confirms it, because ABC opened at ";
    assert!(detail.starts_with("ABC on 2025-03-10: bonus of 1 new for 1 held ("), "{detail}");
    assert!(detail.contains(waits), "{detail}");
    let action =
        daemon.trading.market.actions().told.iter().find(|told| told.ex_day().to_string() == MONDAY).cloned();
    daemon.actions.add_confirmed(action.unwrap(), "asha").await.unwrap();
    assert_eq!(doubted().await, []);
    assert_eq!(known(&daemon).await.len(), 2);
    stop(daemon).await;
}

/// The open alerts about actions: subject and sentence.
async fn alerts(daemon: &Daemon) -> Vec<(String, String)> {
    let open = daemon.store.system().open_installation_alerts(10).await.unwrap();
    let open = open.into_iter().filter(|alert| alert.code == AlertCode::ActionNotTold);
    open.map(|alert| (alert.subject, alert.detail)).collect()
}
