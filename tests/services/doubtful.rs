//! An order of which it is not known whether the broker has it, and the next run of its user.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::tasks::Task;

use crate::support::fake_broker::Mishap;
use crate::support::{ADMIN, FRIDAY, TestHost, at, run, start_services};

/// After the buys of an evening.
async fn evening(house: &TestHost) -> Arc<Daemon> {
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(FRIDAY, "16:10")).await;
    // Nothing was due since the buys, so the clock stands there still.
    assert!(daemon.clock.wait_until(at(FRIDAY, "16:10"), &tokio::sync::Notify::new()).await);
    daemon
}

async fn orders(daemon: &Daemon) -> Vec<Order> {
    daemon.users.find(ADMIN).unwrap().desk.lock().await.book().orders().cloned().collect()
}

async fn symbols(daemon: &Daemon) -> Vec<Symbol> {
    orders(daemon).await.into_iter().map(|order| order.request.symbol).collect()
}

#[tokio::test]
async fn an_order_in_doubt_is_settled_before_the_next_run_also_in_the_evening_and_by_hand() {
    let undisturbed = TestHost::new(1);
    let daemon = evening(&undisturbed).await;
    let wanted = symbols(&daemon).await;

    let house = TestHost::new(1);
    house.mishaps.lock().unwrap().insert(wanted[0].clone(), Mishap::LineCut);
    let daemon = evening(&house).await;
    let states = async || orders(&daemon).await.iter().map(|order| order.state).collect::<Vec<_>>();
    assert_eq!(states().await, [OrderState::Unknown], "what else is wanted waits until it is settled");
    house.unreachable.lock().unwrap().clear();
    daemon.runs.run_once(ADMIN, Task::literal("buy_orders"), ADMIN).await.unwrap();
    daemon.background.finish().await;
    assert_eq!(symbols(&daemon).await, wanted, "the broker had it, and the task bought nothing twice");
    assert!(states().await.iter().all(|state| *state == OrderState::Accepted), "{:?}", states().await);
}
