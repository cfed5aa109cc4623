//! Actions that bars, calendar or market contradict, or that would replace another: none counts before it is confirmed.

use std::sync::Arc;

use prahari_app::actions::ActionFilter;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_domain::actions::{ActionKind, ActionState, CorporateAction, Origin, Provenance, Ratio};
use prahari_domain::money::Paise;

use super::world::{WEDNESDAY, action, date, folder, held, house, monday_evening, symbol};
use crate::support::desk_fixture::order_context;
use crate::support::{ADMIN, MONDAY, TUESDAY, TestHost, at, run, stop};

const BONUS: ActionKind = ActionKind::Bonus { new: 1, held: 1 };

fn split(new: u64) -> ActionKind {
    ActionKind::Split { ratio: Ratio::new(new, 1).unwrap() }
}

fn of(name: &str, ex_day: &str, kind: ActionKind) -> CorporateAction {
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    CorporateAction::new(symbol(name), date(ex_day), kind, provenance, "").unwrap()
}

async fn doubt(daemon: &Arc<Daemon>, action: CorporateAction) -> String {
    match daemon.actions.add(action, "asha").await {
        Err(AppError::ActionDoubted(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// As [`monday_evening`], without the order that would buy at a halved price.
async fn monday_without_order(house: &TestHost) -> Arc<Daemon> {
    let (daemon, amo) = monday_evening(house).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let now = order_context(at(MONDAY, "20:00"));
    user.desk.lock().await.cancel(amo, "by hand", now).await.unwrap().unwrap();
    daemon
}

async fn count(daemon: &Daemon) -> usize {
    daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap().len()
}

#[tokio::test]
async fn an_action_whose_change_of_price_did_not_come_changes_nothing_before_it_is_confirmed() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    let came = "ABC opened at ₹100.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (unchanged)";
    for (kind, led_to) in [(BONUS, "₹50.00"), (split(5), "₹20.00")] {
        let said = doubt(&daemon, action(TUESDAY, kind.clone())).await;
        let expected = format!(
            "ABC on 2025-03-11: {kind}: {came}, and it leads to an open of about {led_to}; confirm it if it is meant"
        );
        assert_eq!(said, expected);
    }
    let preview = daemon.actions.preview(vec![action(TUESDAY, BONUS)]).await.unwrap();
    assert_eq!((preview.new.len(), preview.doubted.len()), (0, 1));
    let told = preview.doubted[0].to_string();
    assert!(told.starts_with("ABC on 2025-03-11: bonus of 1 new for 1 held: ABC opened at "), "{told}");
    let done = daemon.actions.import(vec![action(TUESDAY, BONUS)], "asha").await.unwrap();
    assert!(done.is_empty() && done.doubted.len() == 1, "{done:?}");
    assert_eq!((count(&daemon).await, held(&daemon, "ABC").await), (0, (11, 110_000)));

    let row = daemon.actions.add_confirmed(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!((row.state, held(&daemon, "ABC").await), (ActionState::Applied, (22, 110_000)));
    stop(daemon).await;
}

#[tokio::test]
async fn a_close_before_an_action_that_is_known_is_told_to_the_paisa() {
    let folder = folder(10_000);
    let house = house(&folder);
    let daemon = monday_without_order(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    // A third of ₹100.00 is rounded, and three times that is a paisa less.
    daemon.actions.add_confirmed(action(TUESDAY, split(3)), "asha").await.unwrap();
    let said = doubt(&daemon, action(TUESDAY, BONUS)).await;
    let came = "ABC opened at ₹100.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (unchanged)";
    assert!(said.contains(came), "{said}");
    stop(daemon).await;
}

#[tokio::test]
async fn a_list_with_a_contradicted_action_is_taken_up_whole_once_it_is_confirmed() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    let rows = || {
        let dividend = ActionKind::Dividend { per_share: Paise(147) };
        vec![action(TUESDAY, BONUS), action("2025-03-13", dividend)]
    };
    let preview = daemon.actions.preview_confirmed(rows()).await.unwrap();
    assert_eq!((preview.new.len(), preview.doubted.len()), (2, 0));
    let done = daemon.actions.import(rows(), "asha").await.unwrap();
    assert_eq!((done.new.len(), done.doubted.len(), count(&daemon).await), (1, 1, 1));
    let done = daemon.actions.import_confirmed(rows(), "asha").await.unwrap();
    assert_eq!((done.new.len(), done.same, count(&daemon).await), (1, 1, 2));
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    stop(daemon).await;
}

#[tokio::test]
async fn what_the_prices_of_the_ex_date_say_too_is_taken_without_a_question() {
    // Two of one day change the price together: a split of two for one and a bonus of four for one.
    for (price, kinds, shares) in
        [(5_000, vec![BONUS], 22), (1_000, vec![split(2), ActionKind::Bonus { new: 4, held: 1 }], 110)]
    {
        let folder = folder(price);
        let house = house(&folder);
        let daemon = monday_without_order(&house).await;
        // The jump that no row explains yet halts the share, so nothing is sold.
        run(&daemon, at(TUESDAY, "20:00")).await;
        let rows: Vec<_> = kinds.iter().map(|kind| action(TUESDAY, kind.clone())).collect();
        let done = daemon.actions.import(rows, "asha").await.unwrap();
        assert!(done.doubted.is_empty() && done.new.len() == kinds.len(), "{done:?}");
        assert_eq!(held(&daemon, "ABC").await, (shares, 110_000));
        stop(daemon).await;
    }
}

#[tokio::test]
async fn what_can_hardly_be_meant_is_said_in_a_sentence_each() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let dividend = |paise| ActionKind::Dividend { per_share: Paise(paise) };
    let cases = [
        (of("NOPE", TUESDAY, BONUS), "the market knows no share NOPE"),
        (action("2025-03-15", BONUS), "2025-03-15 is no trading day"),
        (action("2099-01-05", BONUS), "2099-01-05 is more than a year ahead"),
        (
            action(TUESDAY, dividend(99_999_999)),
            "it is more than a whole share cost at the close of 2025-03-10, which was ₹100.00",
        ),
        (action(TUESDAY, split(1_000)), "it makes prices 1/1000 of what they were, more than 20 times other"),
        (
            action(TUESDAY, ActionKind::SymbolChange { to: symbol("XYZ") }),
            "XYZ is another share, which traded on 2025-03-10",
        ),
    ];
    for (action, says) in cases {
        let said = doubt(&daemon, action.clone()).await;
        assert_eq!(said, format!("{action}: {says}; confirm it if it is meant"));
        daemon.actions.preview_confirmed(vec![action]).await.unwrap();
    }
    assert_eq!(count(&daemon).await, 0);
    daemon.actions.add(action(TUESDAY, dividend(9_999)), "asha").await.unwrap();
    daemon
        .actions
        .add(action(TUESDAY, ActionKind::SymbolChange { to: symbol("ABCZ") }), "asha")
        .await
        .unwrap();
    // A list of the exchange names shares that this market does not have.
    let done = daemon.actions.import(vec![of("NOPE", TUESDAY, BONUS)], "asha").await.unwrap();
    assert_eq!((done.new.len(), done.doubted.len()), (1, 0));
    stop(daemon).await;
}

#[tokio::test]
async fn a_market_that_is_down_is_no_ground_to_refuse() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    // Nobody holds it.
    let bonus = of("XYZ", TUESDAY, BONUS);
    doubt(&daemon, bonus.clone()).await;
    house.market.set_down(true);
    assert!(doubt(&daemon, of("XYZ", "2025-03-15", BONUS)).await.contains("is no trading day"));
    let row = daemon.actions.add(bonus, "asha").await.unwrap();
    assert_eq!(row.state, ActionState::Applied);
    house.market.set_down(false);
    stop(daemon).await;
}

#[tokio::test]
async fn other_figures_of_a_known_action_and_one_that_was_taken_back_count_only_once_confirmed() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, split(10)), "asha").await.unwrap();
    daemon.actions.add(action(TUESDAY, split(10)), "asha").await.unwrap();
    let said = doubt(&daemon, action(TUESDAY, split(5))).await;
    let known = format!(
        "ABC on 2025-03-11: split, 5 for 1: it is known as split, 10 for 1 (action {}, admin asha) and would replace it; \
         confirm it if it is meant",
        row.id
    );
    assert_eq!(said, known);
    assert_eq!(daemon.actions.find(row.id).await.unwrap().action.kind(), &split(10));
    let same = daemon.actions.add_confirmed(action(TUESDAY, split(5)), "asha").await.unwrap();
    assert_eq!((same.id, same.action.kind()), (row.id, &split(5)));

    daemon.actions.undo(row.id, "it was put off", "asha").await.unwrap();
    let said = doubt(&daemon, action(TUESDAY, split(5))).await;
    let back = format!(
        "it was taken back as split, 5 for 1 (action {}: it was put off) and would count again; confirm it if it is meant",
        row.id
    );
    assert!(said.ends_with(&back), "{said}");
    assert_eq!(daemon.actions.find(row.id).await.unwrap().state, ActionState::Undone);
    let again = daemon.actions.add_confirmed(action(TUESDAY, split(5)), "asha").await.unwrap();
    assert_eq!(again.state, ActionState::Announced);
    stop(daemon).await;
}

#[tokio::test]
async fn a_jump_that_only_an_action_made_is_closed_with_it_and_open_again_when_the_action_is() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    let (abc, now) = (symbol("ABC"), at(WEDNESDAY, "10:00"));
    let jumps = async || {
        daemon.trading.unexplained_jump(&symbol("ABC"), now).await.unwrap();
        daemon.store.flush().await.unwrap();
        let rows = daemon.store.system().price_jumps(10).await.unwrap();
        rows.into_iter()
            .map(|row| (row.jump.symbol, row.explained_at.is_some(), row.explanation))
            .collect::<Vec<_>>()
    };
    assert_eq!(jumps().await, []);
    let row = daemon.actions.add_confirmed(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!(jumps().await, [(abc.clone(), false, String::new())]);
    daemon.actions.undo(row.id, "it is of another share", "asha").await.unwrap();
    let reason =
        "ABC on 2025-03-11: bonus of 1 new for 1 held is taken back, and prices have no jump without it";
    assert_eq!(jumps().await, [(abc.clone(), true, reason.to_owned())]);
    assert_eq!(daemon.trading.unexplained_jump(&abc, now).await.unwrap(), None);
    daemon.actions.add_confirmed(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!(jumps().await, [(abc.clone(), false, String::new())]);
    assert!(daemon.trading.unexplained_jump(&abc, now).await.unwrap().is_some());
    stop(daemon).await;
}

#[tokio::test]
async fn a_jump_that_was_there_before_the_action_stays_when_it_is_taken_back() {
    let folder = folder(5_000);
    let house = house(&folder);
    let daemon = monday_without_order(&house).await;
    run(&daemon, at(TUESDAY, "10:00")).await;
    let row = daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    daemon.actions.undo(row.id, "it was something else", "asha").await.unwrap();
    daemon.store.flush().await.unwrap();
    let rows = daemon.store.system().price_jumps(10).await.unwrap();
    assert_eq!((rows.len(), rows[0].explained_at), (1, None));
    stop(daemon).await;
}
