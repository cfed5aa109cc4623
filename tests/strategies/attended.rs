//! What looks after a position is shown, and an alert says when nothing does.

use prahari_app::daemon::Daemon;
use prahari_domain::tasks::Task;
use prahari_runtime::HostCall;
use prahari_store::{AlertCode, AlertFilter, AlertRow};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{MOMENTUM, add, support};
use support::console::{Client, Console};
use support::desk_fixture::{ask, buy, to_host};
use support::fake_broker::PRICE;
use support::{ADMIN, MONDAY, TestHost, at, guests};

/// Lets a minute pass and looks after what there is to look after.
async fn minute(daemon: &Daemon) {
    let next = daemon.clock.now().plus_minutes(1);
    daemon.clock.wait_until(next, &Notify::new()).await;
    let mut pruned_on = Some(next.ist_day());
    daemon.maintenance.upkeep_step(&mut pruned_on).await.unwrap();
    daemon.store.flush().await.unwrap();
}

async fn alerts(daemon: &Daemon, open: bool) -> Vec<AlertRow> {
    let filter = AlertFilter { open: Some(open), before: None, limit: 100 };
    let all = daemon.store.user(ADMIN).alerts(filter).await.unwrap();
    all.into_iter().filter(|alert| alert.code == AlertCode::PositionUnattended).collect()
}

async fn looked_after(admin: &Client) -> Vec<Value> {
    let held = admin.get("/api/v1/positions").await.ok();
    held["items"].as_array().unwrap().iter().map(|held| held["looked_after_by"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_says_that_nothing_looks_after_a_position_until_something_does() {
    let mut house = TestHost::new(3);
    house.make_flat();
    let console = Console::of(house, at(MONDAY, "10:00")).await;
    let (daemon, admin) = (&console.daemon, console.admin().await);
    add(daemon, ("momentum_exit", MOMENTUM), "15:00", guests::sells_everything()).await;
    for task in [Task::literal("sell_monitor"), Task::literal("momentum_exit")] {
        let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
        ask(daemon, ADMIN, task, HostCall::Place { requests }).await;
    }
    daemon.users.find(ADMIN).unwrap().desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    assert_eq!(looked_after(&admin).await, [json!([]), json!([])], "no service is on");

    minute(daemon).await;
    assert!(alerts(daemon, true).await.is_empty(), "a service that is started again is off for a moment");
    // A desk that asks its broker at the full minute is waited for.
    let at_work = daemon.users.find(ADMIN).unwrap();
    let desk = at_work.desk.lock().await;
    let looking = tokio::spawn({
        let daemon = daemon.clone();
        async move { minute(&daemon).await }
    });
    tokio::task::yield_now().await;
    drop(desk);
    looking.await.unwrap();
    let open = alerts(daemon, true).await;
    let mut subjects: Vec<_> = open.iter().map(|alert| alert.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["momentum", "rebound"]);
    let own = open.iter().find(|alert| alert.subject == "momentum").unwrap();
    assert_eq!(
        own.detail,
        "nothing looks after ABC: no service runs a task of the strategy momentum that may trade"
    );
    for _ in 0..5 {
        minute(daemon).await;
    }
    assert_eq!(alerts(daemon, true).await.len(), 2, "said once");

    daemon.services.start_service(ADMIN).await.unwrap();
    minute(daemon).await;
    assert!(alerts(daemon, true).await.is_empty());
    assert_eq!(alerts(daemon, false).await.len(), 2, "they are over, and can be read");
    let of = looked_after(&admin).await;
    assert_eq!(of[0], json!(["momentum_exit"]));
    assert!(of[1].as_array().unwrap().contains(&json!("sell_monitor")), "{of:?}");

    // A schedule that is disabled counts from the next start of the service, as for everything else.
    let version = daemon.schedules.current().version;
    let path = "/api/v1/service/schedules/momentum_exit/disable";
    admin.post(path, json!({ "expected_version": version })).await.ok();
    minute(daemon).await;
    minute(daemon).await;
    assert!(alerts(daemon, true).await.is_empty());
    daemon.services.restart_service(ADMIN).await.unwrap();
    minute(daemon).await;
    minute(daemon).await;
    let open = alerts(daemon, true).await;
    assert_eq!(open.iter().map(|alert| alert.subject.as_str()).collect::<Vec<_>>(), ["momentum"]);
    assert_eq!(looked_after(&admin).await[0], json!([]));

    // A start of the daemon knows what was said before it.
    let house = console.stop().await;
    let daemon = house.start(at(MONDAY, "10:20")).await;
    minute(&daemon).await;
    minute(&daemon).await;
    assert_eq!(alerts(&daemon, true).await.len(), 1);
    let admin_desk = daemon.users.find(ADMIN).unwrap();
    assert_eq!(admin_desk.desk.lock().await.book().holders().count(), 2);
    support::stop(daemon).await;
}
