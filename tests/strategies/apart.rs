//! A task of one strategy that goes for what belongs to another.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::modules::{Activation, Upload};
use prahari_domain::orders::{OrderRequest, Side};
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::RefusalCode;
use prahari_runtime::abi::latest::broker::{self, OrderChange, OrderFilter};
use prahari_runtime::{HostCall, HostReply};
use prahari_store::ModuleOrigin;

use super::{MOMENTUM, add, support};
use support::console::Console;
use support::desk_fixture::{ask, buy, sell, to_host};
use support::fake_broker::PRICE;
use support::{ADMIN, MONDAY, TestHost, at, guests, run, stop};

const SELLS: Task = Task::literal("sell_monitor");
const EXIT: Task = Task::literal("momentum_exit");

/// A daemon in a flat market, on which a task of momentum was added.
async fn begin() -> (TestHost, Arc<Daemon>) {
    let mut house = TestHost::new(3);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "10:00")).await;
    add(&daemon, ("momentum_exit", MOMENTUM), "10:30", guests::sells_everything()).await;
    (house, daemon)
}

async fn place(daemon: &Daemon, task: Task, request: &OrderRequest) -> Result<String, (RefusalCode, String)> {
    place_as(daemon, task, to_host(request)).await
}

async fn place_as(
    daemon: &Daemon,
    task: Task,
    request: broker::OrderRequest,
) -> Result<String, (RefusalCode, String)> {
    let HostReply::Placed(answers) =
        ask(daemon, ADMIN, task, HostCall::Place { requests: vec![request] }).await
    else {
        panic!("no answer to an order")
    };
    answers.into_iter().next().unwrap().map_err(|refusal| (refusal.code, refusal.detail))
}

/// Everything that the task is shown of orders and shares, as text.
async fn shown(daemon: &Daemon, task: Task) -> String {
    let mut shown = String::new();
    for call in [
        HostCall::Orders { filter: OrderFilter::Active },
        HostCall::Orders { filter: OrderFilter::Today },
        HostCall::Orders { filter: OrderFilter::Retryable },
        HostCall::Positions,
        HostCall::Holdings,
    ] {
        shown += &format!("{:?}\n", ask(daemon, ADMIN, task, call).await);
    }
    shown
}

async fn fill(daemon: &Daemon, until: &str) {
    daemon.users.find(ADMIN).unwrap().desk.lock().await.sync_fills(at(MONDAY, until)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_neither_sees_nor_touches_what_belongs_to_another_strategy() {
    let (_house, daemon) = begin().await;
    place(&daemon, SELLS, &buy("ABC", 100, PRICE.0)).await.unwrap();
    fill(&daemon, "10:01").await;
    let open = place(&daemon, SELLS, &sell("ABC", 40, PRICE.0 + 500)).await.unwrap();

    let theirs = shown(&daemon, EXIT).await;
    assert!(!theirs.contains("ABC"), "{theirs}");
    assert!(shown(&daemon, SELLS).await.matches("ABC").count() >= 4);

    let user = daemon.users.find(ADMIN).unwrap();
    let scope = daemon.store.user(ADMIN);
    let before = (user.desk.lock().await.book().clone(), scope.load_journal(0).await.unwrap());
    let foreign = format!("order {open} belongs to the strategy rebound, and momentum may not touch it");

    let (code, detail) = place(&daemon, EXIT, &sell("ABC", 1, PRICE.0)).await.unwrap_err();
    assert_eq!(code, RefusalCode::Holdings);
    assert_eq!(
        detail,
        "1 share of ABC offered, but 0 are held and not yet offered; 100 more belong to other strategies than momentum"
    );
    let reason = "not mine".to_owned();
    let HostReply::Cancelled(answers) =
        ask(&daemon, ADMIN, EXIT, HostCall::Cancel { order_ids: vec![open.clone()], reason }).await
    else {
        panic!("no answer to a cancellation")
    };
    let refusal = answers.into_iter().next().unwrap().unwrap_err();
    assert_eq!((refusal.code, refusal.detail), (RefusalCode::UnknownOrder, foreign.clone()));
    let change = OrderChange { quantity: Some(1), kind: None };
    let HostReply::Modified(answer) =
        ask(&daemon, ADMIN, EXIT, HostCall::Modify { order_id: open.clone(), change }).await
    else {
        panic!("no answer to a change")
    };
    let refusal = answer.unwrap_err();
    assert_eq!((refusal.code, refusal.detail), (RefusalCode::UnknownOrder, foreign.clone()));
    let mut retry = to_host(&buy("ABC", 1, PRICE.0));
    retry.retry_of = Some(open.clone());
    assert_eq!(place_as(&daemon, EXIT, retry).await.unwrap_err(), (RefusalCode::UnknownOrder, foreign));

    daemon.store.flush().await.unwrap();
    let after = (user.desk.lock().await.book().clone(), scope.load_journal(0).await.unwrap());
    assert!(after == before, "nothing changed");
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_strategies_hold_one_share_and_each_is_shown_and_sells_its_own() {
    let (_house, daemon) = begin().await;
    place(&daemon, SELLS, &buy("ABC", 100, PRICE.0)).await.unwrap();
    place(&daemon, EXIT, &buy("ABC", 10, PRICE.0)).await.unwrap();
    fill(&daemon, "10:01").await;
    let HostReply::Positions(positions) = ask(&daemon, ADMIN, EXIT, HostCall::Positions).await else {
        panic!("no positions")
    };
    assert_eq!(
        positions.iter().map(|held| (held.symbol.as_str(), held.quantity)).collect::<Vec<_>>(),
        [("ABC", 10)]
    );
    let HostReply::Holdings(holdings) = ask(&daemon, ADMIN, EXIT, HostCall::Holdings).await else {
        panic!("no holdings")
    };
    assert_eq!(holdings.iter().map(|held| held.quantity).collect::<Vec<_>>(), [10], "of 110 at the broker");

    assert_eq!(place(&daemon, EXIT, &sell("ABC", 11, PRICE.0)).await.unwrap_err().0, RefusalCode::Holdings);
    place(&daemon, SELLS, &sell("ABC", 100, PRICE.0 + 500)).await.unwrap();
    place(&daemon, EXIT, &sell("ABC", 10, PRICE.0)).await.unwrap();
    fill(&daemon, "10:02").await;
    let user = daemon.users.find(ADMIN).unwrap();
    let mut desk = user.desk.lock().await;
    let abc = "ABC".parse().unwrap();
    assert_eq!((desk.book().held(&abc), desk.book().held_by(MOMENTUM, &abc)), (100, 0));
    assert_eq!(
        desk.reconcile(at(MONDAY, "10:03")).await.unwrap(),
        [],
        "the broker's one position is the sum"
    );
    drop(desk);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_one_task_serves_another_strategy_where_its_manifest_says_so() {
    // A market with a past, from which the component works out its prices.
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    add(&daemon, ("momentum_exit", MOMENTUM), "10:30", guests::sells_everything()).await;
    let mut manifest = support::manifest(SELLS);
    manifest.name = Task::literal("momentum_sells");
    manifest.strategy = MOMENTUM;
    let upload = |task| {
        let bytes = support::component(SELLS).to_vec();
        daemon
            .modules
            .upload(Upload { task, bytes, origin: ModuleOrigin::Uploaded, by: None }, daemon.clock.now())
    };
    let refused = upload(EXIT).await.unwrap_err().to_string();
    assert!(refused.contains("the manifest is that of sell_monitor, not of momentum_exit"), "{refused}");
    manifest.module_of = Some(SELLS);
    daemon.task_changes.declare_task(manifest.clone(), ADMIN).await.unwrap();
    let row = upload(manifest.name).await.unwrap();
    let (task, by, reason) = (manifest.name, Some(ADMIN), "a test".to_owned());
    let activation = Activation { task, version: row.version, by, reason };
    daemon.trials.activate_module(activation, true).await.unwrap();

    let share = daemon.trading.market.universe().await.unwrap()[0].to_string();
    for (task, quantity) in [(SELLS, 20), (EXIT, 10)] {
        let at_market =
            broker::OrderRequest { kind: broker::OrderKind::Market, ..to_host(&buy(&share, quantity, 1)) };
        place_as(&daemon, task, at_market).await.unwrap();
    }
    run(&daemon, at(MONDAY, "10:02")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    run(&daemon, at(MONDAY, "10:05")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    let mut offered: Vec<_> = desk
        .book()
        .orders()
        .filter(|order| order.request.side == Side::Sell)
        .map(|order| (order.strategy.name().to_owned(), order.request.quantity))
        .collect();
    offered.sort();
    assert_eq!(
        offered,
        [("momentum".to_owned(), 10), ("rebound".to_owned(), 20)],
        "each offers its own shares"
    );
    drop(desk);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strategies_are_seen_with_tasks_orders_and_positions() {
    let (house, daemon) = begin().await;
    let console = Console::over(house, daemon).await;
    let (daemon, admin) = (&console.daemon, console.admin().await);
    let other = place(daemon, SELLS, &buy("XYZ", 7, PRICE.0)).await.unwrap();
    let own = place(daemon, EXIT, &buy("ABC", 10, PRICE.0)).await.unwrap();
    fill(daemon, "10:01").await;
    daemon.store.flush().await.unwrap();
    let listed = admin.get("/api/v1/tasks").await.ok();
    let of = |name: &str| {
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|item| item["task"] == name).unwrap()["strategy"].clone()
    };
    assert_eq!((of("momentum_exit"), of("sell_monitor")), ("momentum".into(), "rebound".into()));
    for (strategy, id) in [("momentum", &own), ("rebound", &other)] {
        let orders = admin.get(&format!("/api/v1/orders?strategy={strategy}")).await.ok();
        let orders = orders["items"].as_array().unwrap();
        assert_eq!(
            (orders.len(), &orders[0]["id"], &orders[0]["strategy"]),
            (1, &id.as_str().into(), &strategy.into())
        );
    }
    let refused = admin.get("/api/v1/orders?strategy=My%20Own").await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let held = admin.get("/api/v1/positions").await.ok();
    assert_eq!(
        (&held["items"][0]["symbol"], &held["items"][0]["strategy"]),
        (&"ABC".into(), &"momentum".into())
    );
    assert_eq!(held["items"][1]["strategy"], "rebound");
    console.stop().await;
}
