//! A dividend is for who held the shares before its ex-date, in the shares of that day: told or corrected after they were sold, after a
//! bonus of the same ex-date, and under the name that they have by then.

use std::path::Path;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_domain::actions::{ActionKind, ActionState, CorporateAction};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;
use prahari_store::{AlertCode, AlertFilter, HaltCode};

use super::world::{WEDNESDAY, action, date, folder, held, house, monday_evening, only_action, symbol};
use crate::support::desk_fixture::{buy, order_context, sell};
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, at, run, start_services, stop};

const fn dividend(paise: i64) -> ActionKind {
    ActionKind::Dividend { per_share: Paise(paise) }
}

/// What ABC has paid the admin beside their cash.
async fn income(daemon: &Daemon) -> Paise {
    income_of(daemon, ADMIN).await
}

async fn income_of(daemon: &Daemon, user: UserId) -> Paise {
    let user = daemon.users.find(user).unwrap();
    daemon.queries.of(&user).holdings().await.funds.income
}

/// Sells on Tuesday morning what the admin holds of ABC.
async fn sell_all(daemon: &Arc<Daemon>) {
    sell_all_of(daemon, &[ADMIN]).await;
}

/// The same of these users.
async fn sell_all_of(daemon: &Arc<Daemon>, users: &[UserId]) {
    let now = at(TUESDAY, "09:20");
    run(daemon, now).await;
    for user in users {
        let user = daemon.users.find(*user).unwrap();
        let mut desk = user.desk.lock().await;
        let open: Vec<_> = desk.book().active_orders().map(|order| (order.id, order.strategy)).collect();
        for (order, strategy) in open {
            let mut order_context = order_context(now);
            order_context.strategy = strategy;
            desk.cancel(order, "by hand", order_context).await.unwrap().unwrap();
        }
        let mut request = sell("ABC", desk.book().held(&symbol("ABC")), 10_000);
        request.kind = OrderKind::Market;
        desk.place(request, order_context(now)).await.unwrap().unwrap();
    }
    run(daemon, at(TUESDAY, "20:00")).await;
    assert_eq!(held(daemon, "ABC").await, (0, 0));
}

#[tokio::test]
async fn a_dividend_that_is_told_after_the_sale_is_of_who_held_the_shares_before_the_ex_date() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    sell_all(&daemon).await;
    let row = daemon.actions.add(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(1_617)));
    // Told the next day as well; and for the next ex-date nothing was held any more.
    daemon.actions.undo(row.id, "it was entered too early", "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise::ZERO);
    daemon.actions.add_confirmed(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(1_617));
    let row = daemon.actions.add_confirmed(action(WEDNESDAY, dividend(500)), "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(1_617)));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_that_is_corrected_after_the_sale_is_paid_again_and_each_entry_says_its_own_amount() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, dividend(1_255)), "asha").await.unwrap();
    sell_all(&daemon).await;
    assert_eq!(income(&daemon).await, Paise(13_805));
    daemon.actions.undo(row.id, "the company paid 13 rupees", "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise::ZERO);
    let same = daemon.actions.add_confirmed(action(TUESDAY, dividend(1_300)), "asha").await.unwrap();
    assert_eq!((same.id, same.state), (row.id, ActionState::Applied));
    assert_eq!((income(&daemon).await, held(&daemon, "ABC").await), (Paise(14_300), (0, 0)));

    let booked = {
        let user = daemon.users.find(ADMIN).unwrap();
        daemon.queries.of(&user).applied_actions(None, None, 10).await.unwrap().items
    };
    let said: Vec<_> =
        booked.iter().map(|of| (of.entry.change.per_share(), of.entry.change.income())).collect();
    let expected = [(1_300, 14_300), (1_255, -13_805), (1_255, 13_805)];
    assert_eq!(said, expected.map(|(per_share, income)| (Some(Paise(per_share)), Paise(income))));
    stop(daemon).await;

    // The books of the next start have it.
    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise(14_300));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_that_is_told_after_a_bonus_of_its_ex_date_is_for_the_shares_of_before() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    daemon.actions.add_confirmed(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(1_617));
    // The next one is for all of them.
    run(&daemon, at(TUESDAY, "20:00")).await;
    daemon.actions.add_confirmed(action(WEDNESDAY, dividend(100)), "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "09:00:30")).await;
    assert_eq!(income(&daemon).await, Paise(1_617 + 2_200));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_of_before_a_new_symbol_is_paid_under_either_name() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let change = action(WEDNESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") });
    daemon.actions.add_confirmed(change, "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "20:00")).await;
    run(&daemon, at(WEDNESDAY, "09:05")).await;
    assert_eq!(held(&daemon, "ABCNEW").await, (11, 110_000));
    let provenance = action(TUESDAY, dividend(200)).provenance().clone();
    let named = CorporateAction::new(symbol("ABCNEW"), date(TUESDAY), dividend(200), provenance, "").unwrap();
    let row = daemon.actions.add_confirmed(named, "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(2_200)));
    daemon.actions.undo(row.id, "it has the other name", "asha").await.unwrap();
    daemon.actions.add_confirmed(action(TUESDAY, dividend(200)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(2_200));
    stop(daemon).await;
}

/// The intent of an order of this many shares of ABC, as it stands in the journal.
fn intent(shares: u32) -> String {
    format!(r#"{{"event":"intended","request":{{"symbol":"ABC","side":"buy","quantity":{shares},"#)
}

/// Writes one text over another of the same length, wherever that stands in a file.
fn overwrite(file: &Path, written: &str, other: &str) {
    assert_eq!(written.len(), other.len());
    let mut bytes = std::fs::read(file).unwrap();
    let last = bytes.len() - written.len();
    let places: Vec<usize> = (0..last).filter(|at| bytes[*at..].starts_with(written.as_bytes())).collect();
    assert!(!places.is_empty(), "{written}");
    for place in places {
        bytes[place..place + other.len()].copy_from_slice(other.as_bytes());
    }
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_keeps_a_dividend_from_its_user_alone_until_it_is_mended() {
    let folder = folder(10_000);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    start_services(&daemon).await;
    for (user, shares) in [(ADMIN, 11), (OTHER, 7)] {
        let mut request = buy("ABC", shares, 10_000);
        request.kind = OrderKind::Market;
        let user = daemon.users.find(user).unwrap();
        let now = order_context(at(MONDAY, "10:00"));
        user.desk.lock().await.place(request, now).await.unwrap().unwrap();
    }
    run(&daemon, at(MONDAY, "20:00")).await;
    sell_all_of(&daemon, &[ADMIN, OTHER]).await;
    // With the close of Tuesday the books are kept, and need no entry of before.
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    stop(daemon).await;
    overwrite(&house.database(), &intent(7), &intent(8));

    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    assert!(daemon.users.find(OTHER).unwrap().desk.lock().await.fault().is_none());
    let told = daemon.actions.add_confirmed(action(TUESDAY, dividend(147)), "asha").await;
    let Err(AppError::ActionRefused(said)) = told else { panic!("{told:?}") };
    let fault = "of the order journal of user 2 is not what was written: its checksum does not fit";
    let refused = "ABC on 2025-03-11: dividend of ₹1.47 a share is known, but not booked: entry ";
    assert!(said.starts_with(refused) && said.ends_with(fault), "{said}");
    assert_eq!((income(&daemon).await, income_of(&daemon, OTHER).await), (Paise(1_617), Paise::ZERO));
    let halts = daemon.store.user(OTHER).open_halts().await.unwrap();
    assert_eq!((halts.len(), halts[0].code), (1, HaltCode::JournalDamaged), "{halts:?}");
    assert!(halts[0].reason.ends_with(fault), "{halts:?}");
    let open = AlertFilter { open: Some(true), before: None, limit: 10 };
    let alerts = daemon.store.user(OTHER).alerts(open).await.unwrap();
    assert!(alerts.iter().any(|alert| alert.code == AlertCode::UserHalted), "{alerts:?}");
    assert_eq!(daemon.store.user(ADMIN).open_halts().await.unwrap(), []);
    // Nothing else stops.
    run(&daemon, at(WEDNESDAY, "10:10")).await;
    assert!(daemon.store.health().is_ok());
    stop(daemon).await;

    overwrite(&house.database(), &intent(8), &intent(7));
    let daemon = house.start(at(WEDNESDAY, "10:10")).await;
    daemon.users_admin.lift_halt(halts[0].id, ADMIN, "the row is mended").await.unwrap();
    run(&daemon, at(WEDNESDAY, "10:20")).await;
    let row = only_action(&daemon).await;
    assert_eq!(row.state, ActionState::Applied);
    assert_eq!((income(&daemon).await, income_of(&daemon, OTHER).await), (Paise(1_617), Paise(1_029)));
    stop(daemon).await;
}
