//! Actions of a source that prices or the books contradict: they wait for an admin, over a restart too, and nothing is booked twice.

use std::sync::Arc;

use prahari_app::actions::{ActionFilter, DoubtFilter};
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_brokers::CsvMarket;
use prahari_domain::actions::{ActionKind, ActionState, CorporateAction, DoubtState, Origin, Provenance};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::ActionId;
use prahari_domain::money::Paise;
use prahari_store::AlertCode;

use super::source::{folder, house, write_list};
use super::world::{self, WEDNESDAY, action, date, held, monday_evening, symbol};
use crate::support::{ADMIN, FRIDAY, MONDAY, TUESDAY, TestHost, at, run, stop};

const BONUS: ActionKind = ActionKind::Bonus { new: 1, held: 1 };

/// The doubted actions, newest first: number, action, state and sentence.
async fn doubted(daemon: &Daemon) -> Vec<(u64, String, DoubtState, String)> {
    let rows = daemon.actions.doubted(DoubtFilter { limit: 10, ..DoubtFilter::default() }).await.unwrap();
    rows.into_iter().map(|row| (row.id.0, row.action.to_string(), row.state, row.doubt)).collect()
}

/// Subjects of the open alerts about doubted actions.
async fn alerts(daemon: &Daemon) -> Vec<String> {
    let open = daemon.store.system().open_installation_alerts(10).await.unwrap();
    let open = open.into_iter().filter(|alert| alert.code == AlertCode::ActionDoubted);
    open.map(|alert| alert.subject).collect()
}

async fn known(daemon: &Daemon) -> Vec<(String, ActionState)> {
    let rows = daemon.actions.list(ActionFilter { limit: 10, ..ActionFilter::default() }).await.unwrap();
    rows.iter().rev().map(|row| (row.action.to_string(), row.state)).collect()
}

/// What ABC has paid the admin beside their cash.
async fn income(daemon: &Daemon) -> Paise {
    let user = daemon.users.find(ADMIN).unwrap();
    daemon.queries.of(&user).holdings().await.funds.income
}

/// A dividend of ABC as a list that somebody brings tells it.
fn dividend(ex_day: &str, paise: i64) -> CorporateAction {
    let provenance = Provenance { origin: Origin::Import, teller: "second.csv".to_owned() };
    let kind = ActionKind::Dividend { per_share: Paise(paise) };
    CorporateAction::new(symbol("ABC"), date(ex_day), kind, provenance, "").unwrap()
}

#[tokio::test]
async fn a_doubted_action_of_a_source_waits_over_a_restart_until_it_is_rejected_or_confirmed() {
    let folder = folder();
    // Prices were halved on Tuesday, and on no other day.
    write_list(folder.path(), FRIDAY, &[(MONDAY, "BONUS 1:1"), (WEDNESDAY, "BONUS 1:1")]);
    let house = house(&folder);
    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    let monday = "ABC on 2025-03-10: bonus of 1 new for 1 held";
    let wednesday = "ABC on 2025-03-12: bonus of 1 new for 1 held";
    stop(daemon).await;

    let daemon = house.start(at(WEDNESDAY, "10:05")).await;
    let waiting = doubted(&daemon).await;
    let told: Vec<_> = waiting.iter().map(|(id, action, state, _)| (*id, action.as_str(), *state)).collect();
    assert_eq!(told, [(2, wednesday, DoubtState::Pending), (1, monday, DoubtState::Pending)]);
    assert!(waiting[1].3.starts_with("ABC opened at ₹100.00 on 2025-03-10 after a close of"), "{waiting:?}");
    assert_eq!(alerts(&daemon).await, ["ABC 2025-03-10 bonus", "ABC 2025-03-12 bonus"]);
    assert_eq!(known(&daemon).await, []);

    let rows = daemon.actions.doubted(DoubtFilter { limit: 10, ..DoubtFilter::default() }).await.unwrap();
    let rejected = daemon.actions.reject_doubt(rows[1].id, "it was put off", "asha").await.unwrap();
    let decided = (rejected.state, rejected.decided_by.as_str(), rejected.reason.as_str());
    assert_eq!(decided, (DoubtState::Rejected, "asha", "it was put off"));
    let confirmed = daemon.actions.confirm_doubt(rows[0].id, "asha").await.unwrap();
    assert_eq!((confirmed.state, confirmed.action.to_string().as_str()), (ActionState::Applied, wednesday));
    assert_eq!(alerts(&daemon).await, Vec::<String>::new());
    for id in [rows[0].id, rows[1].id] {
        let again = daemon.actions.confirm_doubt(id, "asha").await.unwrap_err();
        assert!(matches!(again, AppError::ActionRefused(_)), "{again}");
    }
    stop(daemon).await;

    // The source goes on telling both.
    let daemon = house.start(at(WEDNESDAY, "10:10")).await;
    let states: Vec<_> = doubted(&daemon).await.into_iter().map(|(_, _, state, _)| state).collect();
    assert_eq!(states, [DoubtState::Confirmed, DoubtState::Rejected]);
    assert_eq!(known(&daemon).await, [(wednesday.to_owned(), ActionState::Applied)]);
    assert_eq!(alerts(&daemon).await, Vec::<String>::new());

    // With other figures it is another question; told no more it is none.
    write_list(folder.path(), FRIDAY, &[(MONDAY, "BONUS 2:1"), (WEDNESDAY, "BONUS 1:1")]);
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(alerts(&daemon).await, ["ABC 2025-03-10 bonus"]);
    write_list(folder.path(), "2025-03-07", &[(WEDNESDAY, "BONUS 1:1")]);
    write_list(folder.path(), "2025-03-06", &[(MONDAY, "BONUS 2:1"), (WEDNESDAY, "BONUS 1:1")]);
    daemon.prices.refresh_bars().await.unwrap();
    assert_eq!(alerts(&daemon).await, Vec::<String>::new());
    assert_eq!(doubted(&daemon).await.len(), 1);
    stop(daemon).await;
}

#[tokio::test]
async fn a_list_of_the_folder_that_disagrees_with_a_booked_dividend_is_kept_until_that_one_is_undone() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(TUESDAY, "DIV - RS 2 PER SH")]);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(income(&daemon).await, Paise(2_200));

    write_list(folder.path(), MONDAY, &[(TUESDAY, "DIV - RS 3 PER SH")]);
    daemon.prices.refresh_bars().await.unwrap();
    let [(_, told, state, doubt)] = doubted(&daemon).await.try_into().unwrap();
    assert_eq!((told.as_str(), state), ("ABC on 2025-03-11: dividend of ₹3.00 a share", DoubtState::Pending));
    let says =
        "action 1 is applied already, as dividend of ₹2.00 a share: undo it first if this one is right";
    assert_eq!((doubt.as_str(), income(&daemon).await), (says, Paise(2_200)));
    assert_eq!(alerts(&daemon).await, ["ABC 2025-03-11 dividend"]);

    let rows = daemon.actions.doubted(DoubtFilter { limit: 1, ..DoubtFilter::default() }).await.unwrap();
    let refused = daemon.actions.confirm_doubt(rows[0].id, "asha").await.unwrap_err();
    assert!(refused.to_string().contains("(action 1) is applied already: undo it first"), "{refused}");
    daemon.actions.undo(ActionId(1), "the company paid 3 rupees", "asha").await.unwrap();
    daemon.actions.confirm_doubt(rows[0].id, "asha").await.unwrap();
    assert_eq!((income(&daemon).await, alerts(&daemon).await), (Paise(3_300), Vec::new()));
    stop(daemon).await;
}

#[tokio::test]
async fn what_a_person_brought_stands_over_what_a_list_of_the_folder_tells_until_that_is_confirmed() {
    let folder = folder();
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.import(vec![dividend(TUESDAY, 200)], "asha").await.unwrap();
    let tell = async |words: &str| {
        write_list(folder.path(), FRIDAY, &[(TUESDAY, words)]);
        daemon.prices.refresh_bars().await.unwrap();
    };
    // The same is no news.
    tell("DIV - RS 2 PER SH").await;
    let brought = ("ABC on 2025-03-11: dividend of ₹2.00 a share".to_owned(), ActionState::Announced);
    assert_eq!((doubted(&daemon).await, known(&daemon).await), (Vec::new(), vec![brought.clone()]));

    tell("DIV - RS 3.00 PER SH").await;
    let [(_, told, state, doubt)] = doubted(&daemon).await.try_into().unwrap();
    assert_eq!((told.as_str(), state), ("ABC on 2025-03-11: dividend of ₹3.00 a share", DoubtState::Pending));
    let says = "action 1 is announced already, as dividend of ₹2.00 a share (import second.csv): confirm this one if it is right";
    assert_eq!(doubt, says);
    assert_eq!(known(&daemon).await, [brought]);
    assert_eq!(alerts(&daemon).await, ["ABC 2025-03-11 dividend"]);

    // The list is mended: nothing is in question any more.
    tell("DIV - RS 2 PER SH").await;
    assert_eq!((doubted(&daemon).await, alerts(&daemon).await), (Vec::new(), Vec::new()));

    tell("DIV - RS 3.00 PER SH").await;
    let rows = daemon.actions.doubted(DoubtFilter { limit: 1, ..DoubtFilter::default() }).await.unwrap();
    let row = daemon.actions.confirm_doubt(rows[0].id, "asha").await.unwrap();
    assert_eq!((row.id, row.action.provenance().origin), (ActionId(1), Origin::File));
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!((income(&daemon).await, alerts(&daemon).await), (Paise(3_300), Vec::new()));
    stop(daemon).await;
}

#[tokio::test]
async fn what_a_person_brings_as_a_list_of_the_folder_told_it_is_theirs_from_then_on() {
    let folder = folder();
    write_list(folder.path(), FRIDAY, &[(TUESDAY, "DIV - RS 2 PER SH")]);
    let house = house(&folder);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let done = daemon.actions.import(vec![dividend(TUESDAY, 200)], "asha").await.unwrap();
    assert_eq!((done.is_empty(), done.same), (true, 1));
    let row = daemon.actions.find(ActionId(1)).await.unwrap();
    assert_eq!((row.action.provenance().origin, row.changed_by.as_str()), (Origin::Import, "asha"));
    // Neither another figure nor a list that no longer has it changes that.
    for (of, told) in
        [(FRIDAY, (TUESDAY, "DIV - RS 3.00 PER SH")), (MONDAY, ("2025-03-20", "DIV - RS 1 PER SH"))]
    {
        write_list(folder.path(), of, &[told]);
        daemon.prices.refresh_bars().await.unwrap();
        let row = daemon.actions.find(ActionId(1)).await.unwrap();
        assert_eq!((row.state, row.action.kind()), (ActionState::Announced, dividend(TUESDAY, 200).kind()));
    }
    stop(daemon).await;
}

#[tokio::test]
async fn a_second_list_that_tells_a_booked_dividend_otherwise_books_nothing_and_names_the_booked_one() {
    let folder = world::folder(10_000);
    let house = world::house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.import(vec![dividend(TUESDAY, 200)], "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise(2_200));

    let done = daemon.actions.import(vec![dividend(TUESDAY, 300)], "asha").await.unwrap();
    let says = "ABC on 2025-03-11: dividend of ₹3.00 a share: action 1 is applied already, as dividend of ₹2.00 a share: undo it first if this one is right";
    assert_eq!((done.is_empty(), done.refused[0].to_string().as_str()), (true, says));

    // On another day it might be the same one as well. A list that tells both tells two.
    let done = daemon.actions.import(vec![dividend(WEDNESDAY, 200)], "asha").await.unwrap();
    let says = "ABC on 2025-03-12: dividend of ₹2.00 a share: action 1 is applied already, as dividend of ₹2.00 a share of 2025-03-11 (import second.csv): where it is the same one, undo that first";
    assert_eq!((done.is_empty(), done.doubted[0].to_string().as_str()), (true, says));
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise(2_200));

    daemon.actions.undo(ActionId(1), "it was a day later", "asha").await.unwrap();
    let done = daemon.actions.import(vec![dividend(WEDNESDAY, 200)], "asha").await.unwrap();
    assert_eq!((done.new.len(), income(&daemon).await), (1, Paise(2_200)));
    let both = vec![dividend(WEDNESDAY, 200), dividend("2025-03-13", 100)];
    let done = daemon.actions.import(both, "asha").await.unwrap();
    assert_eq!((done.same, done.new.len(), done.doubted.len()), (1, 1, 0));
    stop(daemon).await;
}

#[tokio::test]
async fn a_source_that_adjusts_by_itself_contradicts_no_action_of_the_past() {
    let folder = world::folder(10_000);
    let adjusted = CsvMarket::open(folder.path(), 1, CalendarHandle::embedded().unwrap()).unwrap();
    let house = TestHost::new(2).on(Arc::new(adjusted));
    let (daemon, _) = monday_evening(&house).await;
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    // No price moved, because a split is in all of them; and a close of the past may have been ten times as much.
    let dividend = |ex_day| action(ex_day, ActionKind::Dividend { per_share: Paise(12_000) });
    let told = vec![action(TUESDAY, BONUS), dividend(MONDAY)];
    let preview = daemon.actions.preview(told).await.unwrap();
    assert_eq!((preview.new.len(), preview.doubted.len()), (2, 0), "{preview:?}");
    // The close of yesterday is what it was.
    let preview = daemon.actions.preview(vec![dividend("2025-03-13")]).await.unwrap();
    assert_eq!(preview.doubted.len(), 1);
    daemon.actions.add(action(TUESDAY, BONUS), "asha").await.unwrap();
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    stop(daemon).await;
}
