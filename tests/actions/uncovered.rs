//! Jumps that an action explains or makes: what is halted, and until when.

use prahari_app::daemon::Daemon;
use prahari_domain::actions::{ActionKind, ActionState, Ratio};
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;
use prahari_store::{AlertCode, AlertFilter, HaltFilter};

use super::world::{WEDNESDAY, action, folder, held, house, without_order};
use crate::support::desk_fixture::{order_context, sell};
use crate::support::{ADMIN, OTHER, TUESDAY, at, run, stop};

const BONUS: ActionKind = ActionKind::Bonus { new: 1, held: 1 };

/// A jump as it is told at the open of Tuesday, where prices are half of before.
const HALVED: &str = "ABC opened at ₹50.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (-50.0 %)";

/// What is halted now, and what of the halts that are over was written down.
async fn halts(daemon: &Daemon, open: bool) -> Vec<String> {
    let filter = HaltFilter { open: Some(open), before: None, limit: 10 };
    let rows = daemon.store.user(ADMIN).halts(filter).await.unwrap();
    rows.into_iter().map(|halt| if open { halt.reason } else { halt.explanation }).collect()
}

async fn is_alert_open(daemon: &Daemon) -> bool {
    let filter = AlertFilter { open: Some(true), before: None, limit: 10 };
    let alerts = daemon.store.user(ADMIN).alerts(filter).await.unwrap();
    alerts.iter().any(|alert| alert.code == AlertCode::SymbolHalted)
}

/// The jumps that were noticed: whether each is closed, and why.
async fn jumps(daemon: &Daemon) -> Vec<(bool, String)> {
    daemon.store.flush().await.unwrap();
    let rows = daemon.store.system().price_jumps(10).await.unwrap();
    rows.into_iter().map(|row| (row.explained_at.is_some(), row.explanation)).collect()
}

/// Why a sell of one share is refused; `None` where it is taken.
async fn refused(daemon: &Daemon, time: &str) -> Option<String> {
    let user = daemon.users.find(ADMIN).unwrap();
    let mut request = sell("ABC", 1, 5_000);
    request.kind = OrderKind::Market;
    let answer = user.desk.lock().await.place(request, order_context(at(TUESDAY, time))).await.unwrap();
    answer.err().map(|refusal| refusal.detail)
}

#[tokio::test]
async fn a_jump_that_an_undo_uncovers_halts_at_once_and_ends_when_the_action_is_entered_again() {
    let folder = folder(5_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    let row = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    assert_eq!((held(&daemon, "ABC").await.0, halts(&daemon, true).await), (22, vec![]));

    daemon.actions.undo(row.id, "it is of another share", "asha").await.unwrap();
    let halted = format!("{HALVED}: a corporate action or a fault, until an admin has explained it");
    assert_eq!((held(&daemon, "ABC").await.0, halts(&daemon, true).await), (11, vec![halted.clone()]));
    assert!(is_alert_open(&daemon).await);
    let said = refused(&daemon, "09:20").await.unwrap();
    assert!(said.contains(HALVED), "{said}");
    run(&daemon, at(TUESDAY, "09:40")).await;
    assert_eq!((held(&daemon, "ABC").await.0, jumps(&daemon).await), (11, vec![(false, String::new())]));

    let again = daemon.actions.add_confirmed(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!((again.state, held(&daemon, "ABC").await.0), (ActionState::Applied, 22));
    let why = format!("explained by ABC on 2025-03-11: bonus of 1 new for 1 held (action {})", row.id);
    assert_eq!(jumps(&daemon).await, [(true, why.clone())]);
    assert_eq!((halts(&daemon, true).await, halts(&daemon, false).await), (vec![], vec![why]));
    assert!(!is_alert_open(&daemon).await);

    daemon.actions.undo(row.id, "it is of another share after all", "asha").await.unwrap();
    assert_eq!(jumps(&daemon).await, [(false, String::new())]);
    assert_eq!(halts(&daemon, true).await, [halted]);
    stop(daemon).await;
}

#[tokio::test]
async fn a_halt_that_came_of_an_action_ends_when_it_is_taken_back() {
    let folder = folder(10_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    let row = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    let halted = halts(&daemon, true).await;
    assert!(halted.len() == 1 && halted[0].contains("did not come so"), "{halted:?}");
    assert!(refused(&daemon, "09:20").await.is_some());

    daemon.actions.undo(row.id, "it was put off", "asha").await.unwrap();
    let why =
        "ABC on 2025-03-11: bonus of 1 new for 1 held is taken back, and prices have no jump without it";
    assert_eq!(jumps(&daemon).await, [(true, why.to_owned())]);
    assert_eq!((halts(&daemon, true).await, halts(&daemon, false).await), (vec![], vec![why.to_owned()]));
    assert!(!is_alert_open(&daemon).await);
    assert_eq!(refused(&daemon, "09:20").await, None);
    stop(daemon).await;
}

#[tokio::test]
async fn a_halt_stays_when_a_jump_is_left_without_the_action() {
    let folder = folder(5_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    let wrong = ActionKind::Bonus { new: 2, held: 1 };
    let row = daemon.actions.add(action(TUESDAY, wrong), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    let of_wrong = halts(&daemon, true).await;
    let did_not_come = "and the bonus of 2 new for 1 held of 2025-03-11 did not come so";
    assert!(of_wrong.len() == 1 && of_wrong[0].contains(did_not_come), "{of_wrong:?}");
    let since = daemon.store.user(ADMIN).open_halts().await.unwrap()[0].since;
    daemon.actions.undo(row.id, "it was another one", "asha").await.unwrap();
    assert_eq!(jumps(&daemon).await, [(false, String::new())]);

    // It is the same halt, and says what it is for now: to whoever looks, to the alert, and to an order.
    let now = halts(&daemon, true).await;
    let of_none = ": a corporate action or a fault, until an admin has explained it";
    assert!(now.len() == 1 && now[0].starts_with("ABC opened at ") && now[0].ends_with(of_none), "{now:?}");
    assert_eq!(halts(&daemon, false).await, Vec::<String>::new());
    assert_eq!(daemon.store.user(ADMIN).open_halts().await.unwrap()[0].since, since);
    let filter = AlertFilter { open: Some(true), before: None, limit: 10 };
    let alerts = daemon.store.user(ADMIN).alerts(filter).await.unwrap();
    let told: Vec<_> = alerts.iter().filter(|alert| alert.code == AlertCode::SymbolHalted).collect();
    assert!(told.len() == 1 && told[0].detail.ends_with(now[0].as_str()), "{told:?}");
    let said = refused(&daemon, "09:20").await.unwrap();
    assert!(said.contains(of_none) && !said.contains(did_not_come), "{said}");
    stop(daemon).await;

    // Other figures of an action that was put in its place are told as well.
    let daemon = house.start(at(TUESDAY, "09:25")).await;
    let three = ActionKind::Bonus { new: 3, held: 1 };
    daemon.actions.add_confirmed(action(TUESDAY, three), "asha").await.unwrap();
    let now = halts(&daemon, true).await;
    let other = "and the bonus of 3 new for 1 held of 2025-03-11 did not come so";
    assert!(now.len() == 1 && now[0].contains(other), "{now:?}");
    stop(daemon).await;
}

#[tokio::test]
async fn a_jump_of_an_action_that_did_not_come_is_told_with_one_set_of_figures_and_its_name() {
    let folder = folder(10_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "09:20")).await;
    let what = "ABC opened at ₹100.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (unchanged), and the bonus of \
                1 new for 1 held of 2025-03-11 did not come so";
    let halted = halts(&daemon, true).await;
    assert!(halted.len() == 1 && halted[0].starts_with(what), "{halted:?}");
    let user = daemon.users.find(OTHER).unwrap();
    let day = super::world::date(TUESDAY);
    let told = daemon.queries.of(&user).why_no_trade(super::world::symbol("ABC"), Some(day)).await.unwrap();
    let steps: Vec<String> = told.unwrap().steps.into_iter().map(|step| step.found).collect();
    let is_told =
        |found: &String| *found == format!("{what}: nobody buys it before an admin has explained it");
    assert!(steps.iter().any(is_told), "{steps:?}");
    stop(daemon).await;
}

#[tokio::test]
async fn a_jump_that_a_later_action_makes_is_told_at_the_prices_that_were_traded() {
    let folder = folder(10_000);
    let house = house(&folder);
    let daemon = without_order(&house).await;
    run(&daemon, at(WEDNESDAY, "09:20")).await;
    assert_eq!(halts(&daemon, true).await, Vec::<String>::new());
    // In the bars of now the close of Monday is a third of what it was.
    let split = ActionKind::Split { ratio: Ratio::new(3, 1).unwrap() };
    let row = daemon.actions.add_confirmed(action(TUESDAY, split.clone()), "asha").await.unwrap();
    let what = "ABC opened at ₹100.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (unchanged), and the split, 3 for 1 \
                of 2025-03-11 did not come so";
    let halted = halts(&daemon, true).await;
    assert!(halted.len() == 1 && halted[0].starts_with(what), "{halted:?}");
    daemon.store.flush().await.unwrap();
    let [noticed] = daemon.store.system().price_jumps(10).await.unwrap().try_into().unwrap();
    assert_eq!((noticed.jump.previous_close, noticed.jump.open), (Paise(10_000), Paise(10_000)));
    daemon.actions.undo(row.id, "it did not take place", "asha").await.unwrap();
    assert_eq!(halts(&daemon, true).await, Vec::<String>::new());
    daemon.actions.add_confirmed(action(TUESDAY, split), "asha").await.unwrap();
    assert_eq!(halts(&daemon, true).await, halted);
    stop(daemon).await;
}
