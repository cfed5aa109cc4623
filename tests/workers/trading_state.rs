//! A task in a process of its own trades by the trading state of its user, as in the daemon: its calls come back to the same desk.

use prahari_app::settings::Hand;
use prahari_domain::risk::{StatedState, TradingState};
use prahari_domain::tasks::Task;

use crate::support::{ADMIN, FRIDAY, MONDAY, TestHost, at, run, runs, stop, tasks};

#[tokio::test]
async fn what_a_worker_asks_is_refused_by_a_state_that_was_set_while_it_ran() {
    let house = TestHost::new(1);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    for task in tasks() {
        daemon.services.start_individual(ADMIN, task).await.unwrap();
    }
    let user = daemon.users.find(ADMIN).unwrap();
    let (reason, since) = ("results are due".to_owned(), daemon.clock.now());
    let stated = StatedState { state: TradingState::ReduceOnly, reason, since, by: ADMIN };
    let change = daemon.settings.change_trading_state(&user, Hand::Own, stated, None).await.unwrap();
    change.save().await.unwrap();
    run(&daemon, at(MONDAY, "17:00")).await;

    let evenings = runs(&daemon, ADMIN, Task::literal("buy_orders")).await;
    assert_eq!(evenings.len(), 2);
    let mut reasons = Vec::new();
    for run in evenings {
        let decided = daemon.store.user(ADMIN).decisions_of(run.id).await.unwrap();
        reasons.extend(decided.into_iter().map(|decision| decision.reason));
    }
    assert!(reasons.iter().any(|reason| reason == "reduce_only"), "{reasons:?}");
    assert_eq!(user.desk.lock().await.book().orders().count(), 0);
    stop(daemon).await;
}
