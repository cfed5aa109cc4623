//! An action that is cut off: between the paper account and the journal, and by a desk that is busy.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::actions::{ActionKind, ActionState};
use prahari_domain::ids::OrderId;
use prahari_domain::orders::OrderState;
use prahari_domain::risk::RefusalCode;

use super::world::{TASK, action, folder, held, house, monday_evening, only_action, symbol, worth};
use crate::support::desk_fixture::{order_context, sell};
use crate::support::fake_broker::Mishap;
use crate::support::living::Living;
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, run, stop};

const BONUS: ActionKind = ActionKind::Bonus { new: 1, held: 1 };

async fn state(daemon: &Daemon) -> ActionState {
    only_action(daemon).await.state
}

/// What the paper account holds of ABC.
async fn in_account(daemon: &Daemon) -> u32 {
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    let held = desk.link().broker.holdings().await.unwrap();
    held.into_iter().find(|held| held.symbol == symbol("ABC")).map_or(0, |held| held.quantity)
}

/// Monday evening without the order, and the bonus announced for Tuesday; between account and journal the line is cut.
async fn cut_off(house: &TestHost) -> (Arc<Daemon>, (i64, i64)) {
    let (daemon, amo) = monday_evening(house).await;
    cancel(&daemon, amo).await;
    let before = worth(&daemon, ADMIN).await;
    daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    house.mishaps.lock().unwrap().insert(symbol("ABC"), Mishap::LineCut);
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (11, 110_000), "the journal does not have it");
    house.unreachable.lock().unwrap().clear();
    assert_eq!(in_account(&daemon).await, 22, "and the account does");
    assert_eq!(state(&daemon).await, ActionState::Announced);
    (daemon, before)
}

async fn cancel(daemon: &Daemon, order: OrderId) {
    let user = daemon.users.find(ADMIN).unwrap();
    let now = order_context(at(MONDAY, "20:00"));
    user.desk.lock().await.cancel(order, "by hand", now).await.unwrap().unwrap();
}

async fn is_whole(daemon: &Daemon, before: (i64, i64)) {
    assert_eq!((held(daemon, "ABC").await, in_account(daemon).await), ((22, 110_000), 22));
    assert_eq!(worth(daemon, ADMIN).await, before);
    assert_eq!(state(daemon).await, ActionState::Applied);
    let row = only_action(daemon).await;
    assert_eq!(daemon.actions.applied_to(row.id).await.unwrap().len(), 1, "one entry of the journal");
    let user = daemon.users.find(ADMIN).unwrap();
    let mut desk = user.desk.lock().await;
    let now = daemon.clock.now();
    assert_eq!(desk.reconcile(now).await.unwrap(), [], "the account says what the books say");
}

#[tokio::test]
async fn after_a_kill_between_account_and_journal_an_action_is_booked_once() {
    let folder = folder(5_000);
    let mut house = house(&folder);
    let (daemon, before) = cut_off(&house).await;
    let old = house.crash();
    stop(daemon).await;
    drop(old);
    for time in ["09:01", "09:02"] {
        let daemon = house.start(at(TUESDAY, time)).await;
        is_whole(&daemon, before).await;
        stop(daemon).await;
    }
}

#[tokio::test]
async fn what_the_account_has_and_the_books_do_not_is_not_sold_and_is_booked_at_the_next_instant() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, before) = cut_off(&house).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let now = at(TUESDAY, "09:00:30");
    let refusal =
        user.desk.lock().await.place(sell("ABC", 11, 5_000), order_context(now)).await.unwrap().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SessionClosed);
    assert_eq!(
        refusal.detail,
        "ABC on 2025-03-11: bonus of 1 new for 1 held is not booked for this user yet: no orders of ABC are accepted \
         before it is"
    );
    run(&daemon, at(TUESDAY, "09:10")).await;
    is_whole(&daemon, before).await;
}

#[tokio::test]
async fn a_busy_desk_is_done_when_it_is_free_and_the_others_are_not_done_twice() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, amo) = monday_evening(&house).await;
    stop(daemon).await;
    let living = Living::begin(&house, at(TUESDAY, "09:00:30")).await;
    let daemon = &living.daemon;
    let (user, other) = (daemon.users.find(ADMIN).unwrap(), daemon.users.find(OTHER).unwrap());
    let at_work = user.desk.lock().await;
    daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!(state(daemon).await, ActionState::Announced, "it is not done for everybody");
    // What somebody else remembers of the share from now on is of after the action.
    let remember = vec![3];
    other.runs.memory().entry(TASK).or_default().insert("sell/ABC".to_owned(), remember.clone());

    // Whoever sells from now on comes after the action.
    let selling = tokio::spawn({
        let user = user.clone();
        async move {
            let mut desk = user.desk.lock().await;
            let now = order_context(at(TUESDAY, "09:00:30"));
            let sold = desk.place(sell("ABC", 22, 5_000), now).await.unwrap();
            (sold, desk.book().order(&amo).unwrap().state)
        }
    });
    tokio::task::yield_now().await;
    drop(at_work);
    let (sold, amo) = selling.await.unwrap();
    assert_eq!((sold.is_ok(), amo), (true, OrderState::Cancelled), "{sold:?}");
    daemon.background.finish().await;
    assert_eq!(held(daemon, "ABC").await, (22, 110_000));
    living.pass_until(at(TUESDAY, "09:05")).await;
    assert_eq!(state(daemon).await, ActionState::Applied);
    assert_eq!(other.runs.memory()[&TASK].get("sell/ABC"), Some(&remember));
    living.end().await;
}
