//! A version of a task that may place orders is not activated before somebody has seen what it would have done.

use std::sync::Arc;

use prahari_app::error::AppError;
use prahari_app::modules::Activation;
use prahari_app::progress::Progress;
use prahari_app::shadow::FindingKind;
use prahari_app::simulation::try_module;
use prahari_domain::tasks::Task;
use prahari_runtime::shadow::TradeMatch;
use prahari_store::ModuleRow;

use crate::faults::{Fault, faulty};
use crate::support::{
    ADMIN, FRIDAY, MONDAY, OTHER, TestHost, at, component, guests, run, runs, start_services,
};
use crate::{upload, version_of};

const TASK: Task = Task::literal("sell_monitor");

/// The same component under another hash: with a section that nobody reads.
fn retouched(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0, 5, 4, b'n', b'o', b't', b'e']].concat()
}

fn activation(row: &ModuleRow) -> Activation {
    Activation { task: row.task, version: row.version, by: Some(ADMIN), reason: "a test".to_owned() }
}

#[tokio::test]
async fn a_version_that_may_trade_is_tried_in_its_shadow_before_it_is_activated() {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:30")).await;

    let same = upload(&daemon, TASK, &retouched(component(TASK))).await;
    let untried = daemon.trials.activate_module(activation(&same), false).await.unwrap_err();
    let sentence = "version 2 of the module of sell_monitor has no accepted trial: sell_monitor may place orders, so try it in its shadow first";
    assert_eq!(untried.to_string(), sentence);
    let report = try_module(&daemon, TASK, same.version, 5, ADMIN).await.unwrap();
    assert_eq!(report.runs, 2 * (375 + 15));
    assert!(report.accepted_without_change(), "{report}");
    daemon.trials.activate_module(activation(&same), false).await.unwrap();
    assert_eq!(version_of(&daemon, ADMIN, TASK), 2);

    let other = upload(&daemon, TASK, &guests::writes_state('1', true)).await;
    let report = try_module(&daemon, TASK, other.version, 1, ADMIN).await.unwrap();
    assert!(report.runs > 0 && !report.accepted_without_change(), "{report}");
    let refused = daemon.trials.activate_module(activation(&other), false).await;
    assert!(matches!(refused, Err(AppError::ModuleUntried { .. })), "{refused:?}");
    daemon.trials.accept_module(TASK, other.version, ADMIN, false).await.unwrap();
    daemon.trials.activate_module(activation(&other), false).await.unwrap();
    assert_eq!(version_of(&daemon, ADMIN, TASK), 3);

    // Force is for those who know; a task that may not trade needs neither.
    let forced = upload(&daemon, TASK, &guests::writes_state('2', true)).await;
    daemon.trials.activate_module(activation(&forced), true).await.unwrap();
    let monitor = upload(&daemon, Task::literal("position_monitor"), &guests::writes_state('2', true)).await;
    daemon.trials.activate_module(activation(&monitor), false).await.unwrap();
    // What was active before may be so again.
    daemon.trials.activate_module(activation(&same), false).await.unwrap();
    let none = daemon.trials.accept_module(TASK, forced.version, ADMIN, true).await;
    assert!(matches!(none, Err(AppError::ModuleUntried { .. })), "{none:?}");
}

#[tokio::test]
async fn a_version_that_may_trade_for_one_user_alone_is_tried_as_well() {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "08:50")).await;
    let untried = upload(&daemon, TASK, &guests::writes_state('1', true)).await;
    let pinned = daemon.trials.pin_module(OTHER, (TASK, untried.version), ADMIN, false).await;
    assert!(matches!(pinned, Err(AppError::ModuleUntried { .. })), "{pinned:?}");
    assert_eq!(version_of(&daemon, OTHER, TASK), 1);
    daemon.trials.pin_module(OTHER, (TASK, untried.version), ADMIN, true).await.unwrap();
    assert_eq!((version_of(&daemon, ADMIN, TASK), version_of(&daemon, OTHER, TASK)), (1, 2));

    let monitor = Task::literal("position_monitor");
    let mut allowance = crate::support::allowance(monitor);
    allowance.capabilities.insert("broker-trade".to_owned());
    daemon.grants.allow((Some(OTHER), monitor), allowance, ADMIN, daemon.clock.now()).await.unwrap();
    let untried = upload(&daemon, monitor, &guests::writes_state('1', true)).await;
    let refused = daemon.trials.activate_module(activation(&untried), false).await;
    assert!(
        matches!(refused, Err(AppError::ModuleUntried { .. })),
        "it could trade for one user: {refused:?}"
    );
}

#[tokio::test]
async fn an_order_for_a_symbol_outside_the_grant_is_refused_in_the_shadow_of_that_run() {
    let house = TestHost::new(1);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "00:00")).await;
    let buys = Task::literal("buy_orders");
    let mut allowance = crate::support::allowance(buys);
    allowance.symbols = Some(daemon.trading.market.universe().await.unwrap().iter().cloned().collect());
    daemon.grants.allow((None, buys), allowance, ADMIN, daemon.clock.now()).await.unwrap();

    let astray = upload(&daemon, buys, &faulty(buys.name(), Fault::OtherSymbol)).await;
    let report = try_module(&daemon, buys, astray.version, 1, ADMIN).await.unwrap();
    let ran = runs(&daemon, ADMIN, buys).await;
    let finding = report.findings.first().unwrap();
    assert_eq!((finding.kind, finding.run, finding.user), (FindingKind::Changed, ran[0].id, ADMIN));
    let refused = finding.orders.iter().find_map(|order| match &order.standing {
        TradeMatch::Refused(reason) => Some((order.candidate.clone().unwrap(), reason.clone())),
        _ => None,
    });
    let (order, reason) = refused.unwrap();
    let symbol = order.split(' ').nth(2).unwrap();
    assert!(
        symbol.starts_with('Z') && reason == format!("{symbol} is not in the grant"),
        "{order}: {reason}"
    );
}

#[tokio::test]
async fn a_trial_in_which_nothing_could_be_compared_is_accepted_by_force_alone() {
    let house = TestHost::new(1);
    let daemon = house.start(at(FRIDAY, "09:10")).await;
    start_services(&daemon).await;
    run(&daemon, at(FRIDAY, "09:30")).await;
    // It asks in each run what was never asked.
    let asking = upload(&daemon, TASK, &guests::asks_for_charges()).await;
    let report = try_module(&daemon, TASK, asking.version, 1, ADMIN).await.unwrap();
    assert!(report.runs > 0 && report.lacking == report.runs, "{report}");
    assert_eq!(report.simulated, None, "there are recorded runs");
    let refused = daemon.trials.accept_module(TASK, asking.version, ADMIN, false).await.unwrap_err();
    let sentence = "nothing could be compared in the trial of version 2 of sell_monitor: try it again when there are recorded runs that have the answers to its questions, or accept it with force";
    assert_eq!(refused.to_string(), sentence);
    let refused = daemon.trials.activate_module(activation(&asking), false).await;
    assert!(matches!(refused, Err(AppError::ModuleUntried { .. })), "{refused:?}");
    daemon.trials.accept_module(TASK, asking.version, ADMIN, true).await.unwrap();
    daemon.trials.activate_module(activation(&asking), false).await.unwrap();
    assert_eq!(version_of(&daemon, ADMIN, TASK), 2);
}

#[tokio::test]
async fn where_nothing_was_recorded_yet_the_last_month_is_simulated_on_the_daemons_bars() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let buys = Task::literal("buy_orders");
    let same = upload(&daemon, buys, &retouched(component(buys))).await;
    let progress = Arc::new(Progress::default());
    let trial = try_module(&daemon, buys, same.version, 5, ADMIN);
    let report = progress.clone().of(trial).await.unwrap();
    assert_eq!(progress.done(), 29, "each of the thirty days but the last was over before the end");
    let told = report.to_string();
    let begins = "buy_orders: there is no recorded run to compare with, so a month was simulated on the bars of the daemon, \
                  2025-02-08 to 2025-03-09: 19 runs, 0 failed, ";
    assert!(told.starts_with(begins), "{told}");
    let month = report.simulated.clone().unwrap();
    assert!((month.runs, month.failed) == (19, 0) && month.orders > 0, "{month:?}");
    assert!(month.charges_paise > 0, "its orders were filled: {month:?}");
    // A person looks at it before it trades; nothing of the daemon's own has moved.
    let refused = daemon.trials.activate_module(activation(&same), false).await;
    assert!(matches!(refused, Err(AppError::ModuleUntried { .. })), "{refused:?}");
    assert!(runs(&daemon, ADMIN, buys).await.is_empty());
    assert_eq!(version_of(&daemon, ADMIN, buys), 1);
    daemon.trials.accept_module(buys, same.version, ADMIN, false).await.unwrap();
    daemon.trials.activate_module(activation(&same), false).await.unwrap();
    assert_eq!(version_of(&daemon, ADMIN, buys), 2);

    // A version that fails in the month says how.
    let failing = upload(&daemon, buys, &guests::writes_state('1', false)).await;
    let month = try_module(&daemon, buys, failing.version, 5, ADMIN).await.unwrap().simulated.unwrap();
    assert!(month.runs > 0 && month.failed == month.runs && month.orders == 0, "{month:?}");
    assert!(month.failure.as_ref().is_some_and(|failure| failure.starts_with("task_failed: ")), "{month:?}");
}
