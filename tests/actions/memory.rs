//! What tasks remember of a share: kept for a module that asks for actions by itself, removed for others. Where an action is taken
//! back it is removed for all.

use prahari_app::daemon::Daemon;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::actions::ActionKind;
use prahari_domain::ids::ActionId;
use prahari_domain::tasks::Task;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::actions::{Change, Ratio};

use super::world::{action, evening_of, folder, house};
use crate::support::{ADMIN, MONDAY, TUESDAY, at, guests, run, runs, stop};

const ADJUSTS: Task = Task::literal("position_monitor");
const FORGETS: Task = Task::literal("sell_monitor");

/// Which of the two tasks remember something of ABC.
fn remember(daemon: &Daemon) -> [bool; 2] {
    let user = daemon.users.find(ADMIN).unwrap();
    let memory = user.runs.memory();
    [ADJUSTS, FORGETS].map(|task| memory.get(&task).is_some_and(|kept| kept.contains_key("sell/ABC")))
}

#[tokio::test]
async fn a_module_that_imports_actions_keeps_its_keys_and_one_of_1_2_0_loses_those_of_the_share() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (adjusts, forgets) = (guests::adjusts_a_level(), guests::remembers_a_level());
    let own: [(Task, &[u8]); 2] = [(ADJUSTS, &adjusts), (FORGETS, &forgets)];
    let daemon = house.start_with(at(MONDAY, "10:00"), &own).await;
    let (daemon, _) = evening_of(daemon).await;
    assert_eq!(remember(&daemon), [true, true]);
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    assert_eq!(remember(&daemon), [true, true], "the ex-date has not come");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(remember(&daemon), [true, false]);
    stop(daemon).await;

    // It is on disk.
    let daemon = house.start_with(at(TUESDAY, "09:01"), &own).await;
    assert_eq!(remember(&daemon), [true, false]);
    run(&daemon, at(TUESDAY, "09:35")).await;
    assert_eq!(remember(&daemon), [true, true], "it remembers anew");
    let last = runs(&daemon, ADMIN, ADJUSTS).await.pop().unwrap();
    let recording = find_recording(&daemon.store.user(ADMIN), last.id).await.unwrap().unwrap();
    let told = recording.calls().unwrap().into_iter().find_map(|call| match call.answer {
        Some((_, HostReply::Actions(actions))) => Some(actions),
        _ => None,
    });
    let told: Vec<Change> = told.unwrap().into_iter().map(|action| action.change).collect();
    assert_eq!(told, [Change::Prices(Ratio { numerator: 1, denominator: 2 })]);

    // Nobody tells a task that an action was taken back.
    daemon.actions.undo(ActionId(1), "it was put off", "asha").await.unwrap();
    assert_eq!(remember(&daemon), [false, false]);
    stop(daemon).await;
}
