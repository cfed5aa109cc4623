//! What the operator allows a task is what it gets, also when it is a real task that wants more.

use std::collections::BTreeSet;

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_app::simulation::try_module;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderEvent, OrderRequest, OrderState, Side};
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::{RefusalCode, broker};
use prahari_runtime::{HostCall, HostReply};
use prahari_store::OrderFilter;

use crate::support::desk_fixture::{ask, buy, sell, to_host};
use crate::support::fake_broker::PRICE;
use crate::support::{
    ADMIN, FRIDAY, MONDAY, OTHER, TUESDAY, TestHost, at, guests, run, runs, start_services, stop,
};
use crate::upload;

async fn allow(daemon: &Daemon, of: (Option<UserId>, Task), change: impl FnOnce(&mut Allowance)) {
    let mut allowance = crate::support::allowance(of.1);
    change(&mut allowance);
    daemon.grants.allow(of, allowance, ADMIN, daemon.clock.now()).await.unwrap();
}

/// Orders of a user that were sent, by side.
async fn orders(daemon: &Daemon, user: UserId, side: Side) -> usize {
    daemon.store.flush().await.unwrap();
    let filter = OrderFilter { limit: 500, ..OrderFilter::default() };
    let orders = daemon.store.user(user).orders(filter).await.unwrap().items;
    orders.iter().filter(|order| order.request.side == side && order.state != OrderState::Rejected).count()
}

#[tokio::test]
async fn a_task_places_what_it_is_granted_and_no_more() {
    let house = TestHost::new(4);
    let daemon = house.start(at(FRIDAY, "08:50")).await;
    let buys = Task::literal("buy_orders");
    let [none, dear, few] = [OTHER, UserId(3), UserId(4)];
    allow(&daemon, (Some(none), buys), |allowance| allowance.symbols = Some(BTreeSet::new())).await;
    allow(&daemon, (Some(dear), buys), |allowance| allowance.max_order_value_paise = Some(Paise(100))).await;
    allow(&daemon, (Some(few), buys), |allowance| allowance.orders_per_day = Some(1)).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let all = orders(&daemon, ADMIN, Side::Buy).await;
    assert!(all > 1, "{all} buys of somebody who is granted everything");
    assert_eq!(orders(&daemon, none, Side::Buy).await, 0);
    assert_eq!(orders(&daemon, dear, Side::Buy).await, 0);
    let days = runs(&daemon, few, buys).await.len();
    let placed = orders(&daemon, few, Side::Buy).await;
    assert!((1..=days).contains(&placed), "{placed} orders on {days} days");
    let used = daemon.store.user(ADMIN).used(at(FRIDAY, "00:00"), at(TUESDAY, "00:00")).await.unwrap();
    let monitor = used.iter().find(|row| row.task == Task::literal("sell_monitor")).unwrap();
    assert_eq!(monitor.runs, 2 * 375);
    assert!(monitor.most_memory > 0 && monitor.calls >= monitor.runs, "{monitor:?}");
    stop(daemon).await;

    // What was set holds after a restart, and can be taken back.
    let daemon = house.start(at(TUESDAY, "08:00")).await;
    assert_eq!(daemon.grants.of(few, buys).orders_per_day, Some(1));
    assert!(daemon.grants.forget((Some(few), buys)).await.unwrap());
    assert_eq!(*daemon.grants.of(few, buys), crate::support::allowance(buys));
}

#[tokio::test]
async fn limits_of_a_run_are_those_of_its_allowance_from_the_next_run_on() {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "09:20")).await;
    let eod = Task::literal("eod_cleanup");
    allow(&daemon, (None, eod), |allowance| allowance.calls = 1).await;
    let once = async |user| {
        let begun = daemon.runs.run_once(user, eod, user).await.unwrap();
        daemon.background.finish().await;
        daemon.store.flush().await.unwrap();
        daemon.store.user(user).find_run(begun.run).await.unwrap().unwrap().outcome.unwrap()
    };
    assert_eq!(once(ADMIN).await, "call_limit");
    allow(&daemon, (Some(OTHER), eod), |allowance| {
        allowance.capabilities.remove("broker-trade");
    })
    .await;
    assert_eq!(once(OTHER).await, "task_failed", "its own allowance holds, not that of everybody");
    allow(&daemon, (None, Task::literal("position_monitor")), |allowance| allowance.memory_bytes = 1 << 16)
        .await;
    let begun = daemon.runs.run_once(ADMIN, Task::literal("position_monitor"), ADMIN).await.unwrap();
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    let run = daemon.store.user(ADMIN).find_run(begun.run).await.unwrap().unwrap();
    assert_eq!(run.outcome.as_deref(), Some("memory_limit"), "{}", run.detail);
    let mut wrong = crate::support::allowance(eod);
    wrong.capabilities.insert("everything".to_owned());
    let refused = daemon.grants.allow((None, eod), wrong, ADMIN, daemon.clock.now()).await;
    assert_eq!(refused.unwrap_err().to_string(), "there is no capability \"everything\"");
}

#[tokio::test]
async fn a_module_gets_nothing_that_it_did_not_ask_for() {
    let eod = Task::literal("eod_cleanup");
    let (asks, keeps_quiet) = (guests::asks_for_holdings(), guests::asks_for_holdings_without_a_wish());
    for (module, outcome) in [(asks, "succeeded"), (keeps_quiet, "task_failed")] {
        let house = TestHost::new(1);
        let daemon = house.start_with(at(FRIDAY, "09:20"), &[(eod, &module)]).await;
        let begun = daemon.runs.run_once(ADMIN, eod, ADMIN).await.unwrap();
        daemon.background.finish().await;
        daemon.store.flush().await.unwrap();
        let run = daemon.store.user(ADMIN).find_run(begun.run).await.unwrap().unwrap();
        assert_eq!(run.outcome.unwrap(), outcome);
        stop(daemon).await;
    }
}

#[tokio::test]
async fn the_processor_time_of_a_run_is_that_of_its_allowance() {
    let (house, task) = (TestHost::new(1), Task::literal("position_monitor"));
    let daemon = house.start_with(at(FRIDAY, "09:20"), &[(task, &guests::loops())]).await;
    allow(&daemon, (Some(ADMIN), task), |allowance| allowance.cpu_ms = 20).await;
    let begun = daemon.runs.run_once(ADMIN, task, ADMIN).await.unwrap();
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    let run = daemon.store.user(ADMIN).find_run(begun.run).await.unwrap().unwrap();
    assert_eq!(run.outcome.as_deref(), Some("cpu_limit"));
    let default = crate::support::allowance(task).cpu_ms * 1_000;
    assert!(run.cpu_micros * 4 < default, "{} us of the default's {default}", run.cpu_micros);
}

#[tokio::test]
async fn a_shadow_grants_a_candidate_no_more_than_it_asks_for() {
    let (house, task) = (TestHost::new(1), Task::literal("position_monitor"));
    let daemon = house.start_with(at(FRIDAY, "09:00"), &[(task, &guests::asks_for_holdings())]).await;
    start_services(&daemon).await;
    run(&daemon, at(FRIDAY, "12:00")).await;
    let candidate = upload(&daemon, task, &guests::asks_for_holdings_without_a_wish()).await;
    let report = try_module(&daemon, task, candidate.version, 1, ADMIN).await.unwrap();
    assert_eq!((report.runs, report.changed), (3, 3), "{report}");
}

#[tokio::test]
async fn what_is_held_is_followed_and_sold_whatever_may_be_bought() {
    let (house, task) = (TestHost::new(2), Task::literal("sell_monitor"));
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:14")).await;
    allow(&daemon, (Some(OTHER), task), |allowance| {
        allowance.symbols = Some(BTreeSet::new());
        allowance.max_order_value_paise = Some(Paise(100));
    })
    .await;
    run(&daemon, at(MONDAY, "15:31")).await;
    for user in [ADMIN, OTHER] {
        assert!(orders(&daemon, user, Side::Sell).await > 0, "user {user} offers what they hold");
        assert!(changes(&daemon, user).await > 0, "user {user} lowers the limits");
    }
    stop(daemon).await;
}

/// The codes of the refusals of these orders; none of one that is taken.
async fn place(daemon: &Daemon, requests: &[OrderRequest]) -> Vec<Option<RefusalCode>> {
    let requests = requests.iter().map(to_host).collect();
    let reply = ask(daemon, ADMIN, Task::literal("sell_monitor"), HostCall::Place { requests }).await;
    let HostReply::Placed(answers) = reply else { panic!("{reply:?}") };
    answers.into_iter().map(|answer| answer.err().map(|refusal| refusal.code)).collect()
}

/// The same of a change of the open order of a symbol to another limit.
async fn modify(daemon: &Daemon, symbol: &str, limit: i64) -> Option<RefusalCode> {
    let user = daemon.users.find(ADMIN).unwrap();
    let order = {
        let desk = user.desk.lock().await;
        let mut open = desk.book().active_orders();
        open.find(|order| order.request.symbol.as_str() == symbol).unwrap().id
    };
    let change = broker::OrderChange { quantity: None, kind: Some(broker::OrderKind::Limit(limit)) };
    let call = HostCall::Modify { order_id: order.to_string(), change };
    let reply = ask(daemon, ADMIN, Task::literal("sell_monitor"), call).await;
    let HostReply::Modified(answer) = reply else { panic!("{reply:?}") };
    answer.err().map(|refusal| refusal.code)
}

#[tokio::test]
async fn a_grant_that_lets_nothing_be_bought_refuses_no_sell_of_what_is_held() {
    let mut house = TestHost::new(1);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let market = [buy("ABC", 10, PRICE.0), buy("XYZ", 10, PRICE.0), buy("PQR", 1, 9_000)];
    assert_eq!(place(&daemon, &market).await, [None; 3]);
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let of = (Some(ADMIN), Task::literal("sell_monitor"));
    let sells = [sell("ABC", 10, 11_000), sell("XYZ", 10, 11_000)];
    let (symbol, value) = (Some(RefusalCode::Symbol), Some(RefusalCode::OrderValue));

    allow(&daemon, of, |allowance| allowance.symbols = Some(BTreeSet::new())).await;
    assert_eq!(place(&daemon, &[buy("DEF", 1, 9_000), sells[0].clone()]).await, [symbol, None]);
    assert_eq!((modify(&daemon, "PQR", 9_005).await, modify(&daemon, "ABC", 10_995).await), (symbol, None));

    allow(&daemon, of, |allowance| allowance.max_order_value_paise = Some(Paise(100))).await;
    assert_eq!(place(&daemon, &[buy("DEF", 1, 9_000), sells[1].clone()]).await, [value, None]);
    assert_eq!((modify(&daemon, "PQR", 9_005).await, modify(&daemon, "XYZ", 10_995).await), (value, None));
    // What is not held is no way round it, and a module that loops is still held up.
    assert_eq!(place(&daemon, &[sell("DEF", 1, 11_000)]).await, [Some(RefusalCode::Holdings)]);
    allow(&daemon, of, |allowance| allowance.orders_per_day = Some(0)).await;
    assert_eq!(place(&daemon, &[sell("DEF", 1, 11_000)]).await, [Some(RefusalCode::OrdersPerDay)]);
    stop(daemon).await;
}

/// Changes of a user's orders that the broker has taken.
async fn changes(daemon: &Daemon, user: UserId) -> usize {
    let scope = daemon.store.user(user);
    let mut changes = 0;
    for order in scope.orders(OrderFilter { limit: 500, ..OrderFilter::default() }).await.unwrap().items {
        let journal = scope.journal_of(order.id).await.unwrap();
        changes += journal.iter().filter(|entry| matches!(entry.event, OrderEvent::Changed { .. })).count();
    }
    changes
}
