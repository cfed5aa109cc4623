//! The buyer by momentum of `docs/examples`, as its author would bring it: granted, tried, activated, with settings of its
//! own, kept by its own exit task, and replayed. `cargo xtask examples` builds the two components and names their folder.

use std::path::PathBuf;

use prahari_app::replays::ReplayVerdict;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use reqwest::Method;
use serde_json::{Value, json};

use super::{MOMENTUM, support};
use support::console::{Client, Console, THIRD};
use support::{OTHER, TestHost, at, run, runs};

const BUYS: Task = Task::literal("momentum_buys");
const EXIT: Task = Task::literal("momentum_exit");

/// The component of a task; none when nobody has built it.
fn component(task: Task) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("PRAHARI_MOMENTUM").map(PathBuf::from) else {
        eprintln!("left out: `cargo xtask examples` builds {task} and runs this");
        return None;
    };
    Some(std::fs::read(folder.join(format!("{task}.wasm"))).expect("it is built"))
}

/// How many buys and sells of the strategy were filled for a user.
async fn filled(admin: &Client, user: UserId) -> (usize, usize) {
    let orders = admin.get(&format!("/api/v1/orders?user={user}&limit=500")).await.ok();
    let own = |side: &str| {
        let orders = orders["items"].as_array().unwrap().iter();
        orders
            .filter(|order| order["strategy"] == MOMENTUM.name() && order["side"] == side)
            .filter(|order| order["filled_quantity"].as_u64() > Some(0))
            .count()
    };
    (own("buy"), own("sell"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_written_by_the_guide_trades_by_its_users_settings() {
    let (Some(buys), Some(exit)) = (component(BUYS), component(EXIT)) else { return };
    let console = Console::of(TestHost::new(3), at("2025-02-03", "08:00")).await;
    let (daemon, admin, user) = (&console.daemon, console.admin().await, console.user().await);

    // The exit task as it says itself what it is; the buyer by its manifest first, so that it does not run untried.
    admin.upload("/api/v1/tasks", &exit).await.ok();
    let manifest: Value =
        serde_json::from_str(console.house.runtime.load(&buys).await.unwrap().manifest().unwrap()).unwrap();
    admin.send(Method::PUT, &format!("/api/v1/tasks/{BUYS}"), manifest).await.ok();
    admin.upload(&format!("/api/v1/modules/{BUYS}"), &buys).await.ok();
    let version = format!("/api/v1/modules/{BUYS}/1");
    let untried = admin.post(&format!("{version}/activate"), json!({})).await;
    assert_eq!(untried.problem(), (409, "module_untried".to_owned()));
    let trial = admin.post(&format!("{version}/shadow"), json!({ "days": 31 })).await.ok();
    let month = &trial["report"]["simulated"];
    assert!(month["runs"].as_u64().is_some_and(|runs| runs > 15) && month["failed"] == 0, "{trial}");
    admin.post(&format!("{version}/shadow/accept"), json!({})).await.ok();
    admin.post(&format!("{version}/activate"), json!({})).await.ok();
    let grants = admin.get("/api/v1/grants").await.ok();
    let own = grants["items"].as_array().unwrap().iter().find(|grant| grant["task"] == BUYS.name()).unwrap();
    let granted = json!(["broker-read", "broker-trade", "config", "decision", "market"]);
    assert_eq!(own["allowance"]["capabilities"], granted);

    let path = format!("/api/v1/user/tasks/{BUYS}/settings");
    let refused = user.send(Method::PUT, &path, json!({ "values": { "most_buys": 0 } })).await;
    assert_eq!(refused.json()["detail"], "/most_buys: 0 is less than the minimum of 1");
    let set = json!({ "values": { "most_buys": 1, "lookback": 10, "money_paise": 1_000_000 } });
    user.send(Method::PUT, &path, set).await.ok();
    for user in [OTHER, THIRD] {
        daemon.services.start_service(user).await.unwrap();
    }
    run(daemon, at("2025-03-05", "08:00")).await;

    for (user, most) in [(OTHER, 1), (THIRD, 3)] {
        let bought = runs(daemon, user, BUYS).await;
        assert!(
            bought.len() > 15 && bought.iter().all(|run| run.outcome.as_deref() == Some("succeeded")),
            "{bought:?}"
        );
        assert_eq!(bought.iter().map(|run| run.orders).max(), Some(most), "buys of a day of user {user}");
        let (buys, sells) = filled(&admin, user).await;
        assert!(buys > 3 && sells > 0, "user {user} bought {buys} times and sold {sells} times");
        for task in [BUYS, EXIT] {
            for row in runs(daemon, user, task).await {
                let replay = daemon.replays.replay_run(&row, None).await.unwrap();
                assert_eq!(replay.verdict, ReplayVerdict::Same, "{task}: {replay:?}");
            }
        }
    }
    console.stop().await;
}
