//! Corporate actions: one row for each identity, which is never deleted.

use prahari_domain::actions::{
    ActionDoubt, ActionKind, ActionName, ActionState, CorporateAction, DoubtState, Origin, PriceFactor,
    Provenance,
};
use prahari_domain::time::Timestamp;
use prahari_store::{
    ActionFilter, ActionTransition, DoubtDecision, DoubtFilter, Durability, MOST_DOUBTED, Store,
};

fn action(symbol: &str, ex_day: &str, new: u32) -> CorporateAction {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let kind = ActionKind::Bonus { new, held: 1 };
    CorporateAction::new(symbol.parse().unwrap(), ex_day.parse().unwrap(), kind, provenance, "").unwrap()
}

fn filter() -> ActionFilter {
    ActionFilter { limit: 10, ..ActionFilter::default() }
}

#[tokio::test]
async fn a_row_is_kept_once_changes_until_it_is_applied_and_counts_again_after_it_was_undone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("some.db"), Durability::Off).unwrap();
    let (system, now) = (store.system(), Timestamp(7));
    let keep = async |new| {
        let rows = vec![action("TCS", "2026-06-05", new)];
        system.keep_actions(rows, "asha".to_owned(), now).await.unwrap()
    };
    assert_eq!((keep(1).await, keep(2).await), (1, 1));
    let [row] = system.actions(filter()).await.unwrap().try_into().unwrap();
    assert_eq!(
        (row.state, row.action.kind()),
        (ActionState::Announced, &ActionKind::Bonus { new: 2, held: 1 })
    );
    system.mark_applied(vec![row.id], "host".to_owned(), now).await.unwrap();
    assert_eq!(keep(3).await, 0, "what is applied stays");
    system.keep_open_factor(row.id, PriceFactor::new(3, 5).unwrap()).await.unwrap();
    let found = system.find_action(row.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.open_factor), (ActionState::Applied, PriceFactor::new(3, 5)));
    let undo = ActionTransition {
        id: row.id,
        state: ActionState::Undone,
        by: "asha".to_owned(),
        reason: "postponed".to_owned(),
        at: now,
    };
    assert!(system.move_action(undo.clone()).await.unwrap());
    assert!(!system.move_action(undo).await.unwrap());
    assert_eq!(system.actions_in_force(ActionName::ALL.to_vec()).await.unwrap(), []);
    assert_eq!(keep(1).await, 1);
    let again = system.find_action(row.id).await.unwrap().unwrap();
    assert_eq!((again.state, again.open_factor, again.reason.as_str()), (ActionState::Announced, None, ""));
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_list_goes_page_by_page_from_the_latest_ex_date_and_is_filtered() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("some.db"), Durability::Off).unwrap();
    let system = store.system();
    let rows =
        vec![action("TCS", "2026-06-05", 1), action("INFY", "2026-06-05", 1), action("TCS", "2026-07-01", 1)];
    system.keep_actions(rows, "asha".to_owned(), Timestamp(7)).await.unwrap();
    let named = async |filter: ActionFilter| {
        let rows = system.actions(filter).await.unwrap();
        rows.iter()
            .map(|row| (row.action.symbol().to_string(), row.action.ex_day(), row.id))
            .collect::<Vec<_>>()
    };
    let first = named(ActionFilter { limit: 2, ..filter() }).await;
    assert_eq!((first[0].0.as_str(), first[1].0.as_str()), ("TCS", "INFY"));
    let before = Some((first[1].1, first[1].2));
    let second = named(ActionFilter { before, ..filter() }).await;
    assert_eq!(second.len(), 1);
    assert_eq!(named(ActionFilter { symbol: Some("TCS".parse().unwrap()), ..filter() }).await.len(), 2);
    assert_eq!(named(ActionFilter { kind: Some(ActionName::Split), ..filter() }).await, []);
    assert_eq!(named(ActionFilter { from: Some("2026-06-06".parse().unwrap()), ..filter() }).await.len(), 1);
    assert_eq!(named(ActionFilter { until: Some("2026-06-06".parse().unwrap()), ..filter() }).await.len(), 2);
    store.close().await.unwrap();
}

#[tokio::test]
async fn doubted_actions_are_bounded_and_those_that_wait_for_a_decision_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("some.db"), Durability::Off).unwrap();
    let system = store.system();
    let doubt = |number: u32| ActionDoubt {
        action: action(&format!("S{number}"), "2026-06-05", 1),
        reason: "prices say otherwise".to_owned(),
    };
    let keep = async |doubts: Vec<ActionDoubt>| system.keep_doubts(doubts, Timestamp(7)).await.unwrap().len();
    let most = usize::try_from(MOST_DOUBTED).unwrap();
    assert_eq!(keep((0..MOST_DOUBTED).map(doubt).collect()).await, most);
    assert_eq!(keep(vec![doubt(0)]).await, 0, "it is pending already");
    assert_eq!(keep(vec![doubt(MOST_DOUBTED)]).await, 0, "there is no room");
    let rejected = DoubtDecision {
        state: DoubtState::Rejected,
        by: "asha".to_owned(),
        reason: "it is wrong".to_owned(),
        at: Timestamp(8),
    };
    assert_eq!(system.decide_doubts(vec![doubt(5).action.key()], rejected).await.unwrap(), 1);
    assert_eq!(keep(vec![doubt(5), doubt(MOST_DOUBTED)]).await, 1);
    let pending = DoubtFilter { state: Some(DoubtState::Pending), limit: 10_000, before: None };
    let kept = system.doubted_actions(pending).await.unwrap();
    assert_eq!((kept.len(), kept[0].action.symbol().as_str()), (most, "S2000"));
    let before = DoubtFilter { before: Some(kept[0].id), limit: 1, ..DoubtFilter::default() };
    assert_eq!(system.doubted_actions(before).await.unwrap()[0].id, kept[1].id);
    store.close().await.unwrap();
}
