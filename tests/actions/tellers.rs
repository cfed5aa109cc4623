//! One action that two tell: the exchange's list a bonus of one for one, and a source of prices two shares for one.

use std::sync::Arc;

use prahari_app::actions::ActionFilter;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_domain::actions::{ActionKind, ActionState, CorporateAction, Origin, Provenance, Ratio};
use prahari_domain::money::Paise;

use super::world::{action, date, folder, held, house, monday_evening, symbol};
use crate::support::{TUESDAY, at, run, stop};

fn told(origin: Origin, ex_day: &str, kind: ActionKind) -> CorporateAction {
    let teller = if origin == Origin::Source { "yahoo" } else { "bc.csv" };
    let provenance = Provenance { origin, teller: teller.to_owned() };
    CorporateAction::new(symbol("ABC"), date(ex_day), kind, provenance, "").unwrap()
}

fn bonus() -> CorporateAction {
    told(Origin::File, TUESDAY, ActionKind::Bonus { new: 1, held: 1 })
}

fn split(ex_day: &str, new: u64) -> CorporateAction {
    told(Origin::Source, ex_day, ActionKind::Split { ratio: Ratio::new(new, 1).unwrap() })
}

/// What is known, with its state.
async fn known(daemon: &Arc<Daemon>) -> Vec<(String, ActionState)> {
    let rows = daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap();
    rows.iter().rev().map(|row| (row.action.to_string(), row.state)).collect()
}

#[tokio::test]
async fn an_action_that_two_tell_is_applied_once_whoever_comes_first_and_when() {
    for ([first, second], between) in [
        ([bonus(), split(TUESDAY, 2)], false),
        ([bonus(), split(TUESDAY, 2)], true),
        ([split(TUESDAY, 2), bonus()], false),
        ([split(TUESDAY, 2), bonus()], true),
        // A source of prices that has the date a day late.
        ([bonus(), split("2025-03-12", 2)], true),
    ] {
        let folder = folder(5_000);
        let house = house(&folder);
        let (daemon, _) = monday_evening(&house).await;
        let case = format!("{first}, then {second}, {between}");
        daemon.actions.import(vec![first.clone()], "test").await.unwrap();
        if between {
            run(&daemon, at(TUESDAY, "09:20")).await;
            assert_eq!(held(&daemon, "ABC").await, (22, 110_000), "{case}");
        }
        let done = daemon.actions.import(vec![second], "test").await.unwrap();
        assert!(done.is_empty() && done.same == 1 && done.refused.is_empty(), "{case}: {done:?}");
        run(&daemon, at("2025-03-12", "09:20")).await;
        assert_eq!(held(&daemon, "ABC").await, (22, 110_000), "{case}");
        assert_eq!(known(&daemon).await, [(first.to_string(), ActionState::Applied)], "{case}");
        stop(daemon).await;
    }
}

#[tokio::test]
async fn what_a_source_of_prices_tells_changes_no_row_and_another_ratio_is_refused() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.import(vec![bonus()], "test").await.unwrap();
    let dividend = |origin, paise| told(origin, TUESDAY, ActionKind::Dividend { per_share: Paise(paise) });
    daemon.actions.import(vec![dividend(Origin::File, 147)], "test").await.unwrap();
    let others = vec![split(TUESDAY, 5), dividend(Origin::Source, 148)];
    let done = daemon.actions.import(others, "test").await.unwrap();
    assert!(done.is_empty(), "{done:?}");
    let refused = [
        "ABC on 2025-03-11: split, 5 for 1: action 1 is announced already, as bonus of 1 new for 1 held",
        "ABC on 2025-03-11: dividend of ₹1.48 a share: action 2 is announced already, as dividend of ₹1.47 a share",
    ];
    let mut said: Vec<String> = done.refused.iter().map(ToString::to_string).collect();
    said.sort_by_key(|sentence| sentence.contains("dividend of ₹1.48"));
    assert_eq!(said, refused);
    stop(daemon).await;
}

#[tokio::test]
async fn what_a_source_of_prices_told_wrongly_is_undone_before_a_person_enters_it() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.import(vec![split(TUESDAY, 5)], "test").await.unwrap();
    let entered = action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 });
    let Err(AppError::ActionRefused(reason)) = daemon.actions.add(entered.clone(), "asha").await else {
        panic!("it is entered beside the other one");
    };
    let said = "source yahoo told it as ABC on 2025-03-11: split, 5 for 1 (action 1): undo it first";
    assert_eq!(reason, said);
    let id = daemon.actions.list(ActionFilter { limit: 1, ..ActionFilter::default() }).await.unwrap()[0].id;
    daemon.actions.undo(id, "it is a bonus", "asha").await.unwrap();
    daemon.actions.add(entered, "asha").await.unwrap();
    // The source goes on telling it.
    daemon.actions.import(vec![split(TUESDAY, 5)], "test").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    stop(daemon).await;
}
