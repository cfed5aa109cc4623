//! Taking an action back, and importing rows twice.

use prahari_app::daemon::Daemon;
use prahari_domain::actions::{ActionKind, ActionState, Ratio};
use prahari_domain::ids::UserId;
use prahari_domain::orders::{OrderKind, OrderState};
use prahari_domain::signals::SignalKind;
use prahari_runtime::HostCall;

use super::jumped_signals::reentry;
use super::world::{TASK, WEDNESDAY, action, folder, held, house, monday_evening, worth};
use crate::support::desk_fixture::{ask, order_context, sell};
use crate::support::{ADMIN, OTHER, TUESDAY, at, run, stop};

const BONUS: ActionKind = ActionKind::Bonus { new: 1, held: 1 };

/// A demerger that changes no books, because it names no new company, with the part of the price that stays.
const WITHOUT_COMPANY: ActionKind =
    ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: Some(9_000) };

/// Has a task of a user remember a level of ABC, and one of another share.
fn remember(daemon: &Daemon, user: UserId) {
    let user = daemon.users.find(user).unwrap();
    let mut memory = user.runs.memory();
    let kept = memory.entry(TASK).or_default();
    kept.insert("sell/ABC".to_owned(), vec![3]);
    kept.insert("sell/XYZ".to_owned(), vec![4]);
}

/// The shares of which re-entries of the admin stand.
async fn reentries(daemon: &Daemon) -> Vec<String> {
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    let standing = daemon.signals.active.standing(desk.book(), None, daemon.clock.now());
    let found = standing.iter().filter(|signal| matches!(signal.draft.kind, SignalKind::Reentry { .. }));
    let mut symbols: Vec<String> = found.map(|signal| signal.draft.symbol.to_string()).collect();
    symbols.sort();
    symbols
}

/// Whether the task remembers the level of ABC, and that of the other share.
fn remembers(daemon: &Daemon, user: UserId) -> [bool; 2] {
    let user = daemon.users.find(user).unwrap();
    let memory = user.runs.memory();
    ["sell/ABC", "sell/XYZ"].map(|key| memory.get(&TASK).is_some_and(|kept| kept.contains_key(key)))
}

#[tokio::test]
async fn an_action_that_did_not_take_place_is_undone_to_the_paisa_in_books_and_account() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let before = worth(&daemon, ADMIN).await;
    let row = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    let undone = daemon.actions.undo(row.id, "it was postponed", "asha").await.unwrap();
    assert_eq!((undone.state, undone.reason.as_str()), (ActionState::Undone, "it was postponed"));
    assert_eq!((held(&daemon, "ABC").await, worth(&daemon, ADMIN).await), ((11, 110_000), before));
    {
        let user = daemon.users.find(ADMIN).unwrap();
        let mut desk = user.desk.lock().await;
        assert_eq!(desk.reconcile(at(TUESDAY, "09:00:30")).await.unwrap(), []);
    }
    let again = daemon.actions.undo(row.id, "again", "asha").await.unwrap_err().to_string();
    assert_eq!(again, format!("action {} is undone already", row.id));
    // It counts again once it is entered again, under the same number.
    let same = daemon.actions.add_confirmed(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!((same.id, same.state), (row.id, ActionState::Applied));
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    let refused = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap_err().to_string();
    assert!(refused.ends_with("is applied already: undo it first"), "{refused}");
}

#[tokio::test]
async fn what_was_sold_since_keeps_the_action_and_says_for_whom() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let mut request = sell("ABC", 1, 5_000);
    request.kind = OrderKind::Market;
    user.desk.lock().await.place(request, order_context(at(TUESDAY, "09:20"))).await.unwrap().unwrap();
    run(&daemon, at(TUESDAY, "09:30")).await;
    let (shares, cost) = held(&daemon, "ABC").await;
    assert!(shares < 22);
    let refused = daemon.actions.undo(row.id, "why not", "asha").await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "it cannot be undone for user 1: ABC on 2025-03-11: bonus of 1 new for 1 held: the lots of ABC are not those \
         that it is about; shares were traded since"
    );
    assert_eq!(held(&daemon, "ABC").await, (shares, cost));
}

#[tokio::test]
async fn the_same_rows_from_two_sources_are_one_action_and_other_figures_are_shown_first() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let first = daemon.actions.import(vec![action(TUESDAY, BONUS)], "asha").await.unwrap();
    assert_eq!((first.new.len(), first.same), (1, 0));
    let again = daemon.actions.import(vec![action(TUESDAY, BONUS)], "file").await.unwrap();
    assert_eq!((again.new.len(), again.same), (0, 1));
    let other = action(TUESDAY, ActionKind::Bonus { new: 2, held: 1 });
    let preview = daemon.actions.preview(vec![other.clone()]).await.unwrap();
    assert_eq!((preview.changed.len(), preview.changed[0].was.kind()), (1, &BONUS));
    daemon.actions.import(vec![other.clone()], "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (33, 110_000));
    let late = daemon.actions.preview(vec![action(TUESDAY, BONUS)]).await.unwrap();
    assert_eq!(late.refused.len(), 1);
    assert!(
        late.refused[0].to_string().contains("is applied already, as bonus of 2 new for 1 held"),
        "{:?}",
        late.refused
    );
    let many = vec![other; prahari_app::actions::MOST_IMPORTED + 1];
    let refused = daemon.actions.import(many, "asha").await.unwrap_err().to_string();
    assert_eq!(refused, "20001 actions in one import are more than 20000");
}

#[tokio::test]
async fn levels_orders_and_signals_that_were_made_of_an_action_go_with_it_also_where_no_books_have_it() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, WITHOUT_COMPANY), "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "10:05")).await;
    assert_eq!(daemon.actions.applied_to(row.id).await.unwrap(), [], "no books have it");
    // Of bars that it went into: of who holds the share, and of who watches it.
    remember(&daemon, ADMIN);
    remember(&daemon, OTHER);
    let user = daemon.users.find(ADMIN).unwrap();
    let now = order_context(at(WEDNESDAY, "10:05"));
    let order = user.desk.lock().await.place(sell("ABC", 11, 10_500), now).await.unwrap().unwrap();
    let drafts = vec![reentry("ABC", 10_000), reentry("XYZ", 4_000)];
    ask(&daemon, ADMIN, TASK, HostCall::PublishSignals { drafts }).await;
    assert_eq!(reentries(&daemon).await, ["ABC", "XYZ"]);

    daemon.actions.undo(row.id, "it was put off", "asha").await.unwrap();
    assert_eq!([ADMIN, OTHER].map(|user| remembers(&daemon, user)), [[false, true]; 2]);
    assert_eq!(reentries(&daemon).await, ["XYZ"], "what was found by the action is over");
    run(&daemon, at(WEDNESDAY, "10:10")).await;
    assert_eq!(user.desk.lock().await.book().order(&order).unwrap().state, OrderState::Cancelled);
    assert_eq!(held(&daemon, "ABC").await, (11, 110_000));
    stop(daemon).await;
}

#[tokio::test]
async fn an_action_that_is_taken_back_before_its_ex_date_leaves_levels_and_orders_alone() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, amo) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, WITHOUT_COMPANY), "asha").await.unwrap();
    daemon.actions.undo(row.id, "it was put off", "asha").await.unwrap();
    assert_eq!(remembers(&daemon, ADMIN), [true, true]);
    let user = daemon.users.find(ADMIN).unwrap();
    assert_eq!(user.desk.lock().await.book().order(&amo).unwrap().state, OrderState::Accepted);
    stop(daemon).await;
}

#[tokio::test]
async fn what_is_added_late_or_told_with_other_figures_is_in_nothing_that_is_remembered() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:05")).await;
    remember(&daemon, ADMIN);
    remember(&daemon, OTHER);
    let row = daemon.actions.add_confirmed(action(TUESDAY, WITHOUT_COMPANY), "asha").await.unwrap();
    assert_eq!([ADMIN, OTHER].map(|user| remembers(&daemon, user)), [[false, true]; 2]);

    // Told anew with another part, after it was taken back.
    daemon.actions.undo(row.id, "it was another part", "asha").await.unwrap();
    remember(&daemon, ADMIN);
    remember(&daemon, OTHER);
    let other = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: Some(9_500) };
    daemon.actions.add_confirmed(action(TUESDAY, other), "asha").await.unwrap();
    assert_eq!([ADMIN, OTHER].map(|user| remembers(&daemon, user)), [[false, true]; 2]);
    stop(daemon).await;
}
