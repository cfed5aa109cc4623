//! Versions change while everybody ticks.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::ModuleHash;
use prahari_store::SlotOutcome;

use crate::support::{MONDAY, TestHost, at, end_of, guests, heavy, run, runs, start_services};
use crate::{activate, roll_back, upload};

const TASK: Task = Task::literal("sell_monitor");

/// An activation or a rollback: when it was asked for, and when it had taken effect.
#[derive(Debug)]
struct Change {
    version: u64,
    asked: Timestamp,
    done: Timestamp,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_activations_and_rollbacks_under_load_lose_no_run_and_mix_no_versions() {
    let users = if heavy() { 1_000 } else { 200 };
    let house = TestHost::new(users);
    let modules = ['1', '2', '3'].map(|value| guests::writes_state(value, true));
    let daemon = house.start(at(MONDAY, "09:10")).await;
    let mut versions = Vec::new();
    for module in &modules {
        versions.push(upload(&daemon, TASK, module).await.version);
        activate(&daemon, TASK, versions[0]).await.unwrap();
    }
    start_services(&daemon).await;
    let changing = {
        let (daemon, versions) = (Arc::clone(&daemon), versions.clone());
        tokio::spawn(async move {
            let mut changes = Vec::new();
            for change in 0..50 {
                let asked = daemon.clock.now();
                let version = if change % 3 == 2 {
                    roll_back(&daemon, TASK).await.unwrap()
                } else {
                    let version = versions[change % versions.len()];
                    activate(&daemon, TASK, version).await.unwrap();
                    version
                };
                changes.push(Change { version, asked, done: daemon.clock.now() });
                tokio::task::yield_now().await;
            }
            changes
        })
    };
    run(&daemon, at(MONDAY, "15:31")).await;
    let mut changes = changing.await.unwrap();
    let before = Timestamp(i64::MIN);
    changes.insert(0, Change { version: versions[0], asked: before, done: before });
    daemon.store.flush().await.unwrap();
    let rows = daemon.store.system().modules().await.unwrap();
    let hash = |version: u64| {
        let row = rows.iter().find(|row| row.task == TASK && row.version == version).unwrap();
        row.hash.clone()
    };
    // What was active at some moment of an instant: the last that was so before it, and those that became so in it.
    let active_at = |instant: Timestamp| -> BTreeSet<String> {
        let before = changes.iter().rfind(|change| change.done < instant);
        let within = changes.iter().filter(|change| change.asked <= instant && instant <= change.done);
        before.into_iter().chain(within).map(|change| hash(change.version)).collect()
    };
    let known: Vec<String> = modules.iter().map(|module| ModuleHash::of(module).to_string()).collect();
    let mut seen = BTreeSet::new();
    for user in (1..=u64::from(users)).map(UserId) {
        let (outcome, reason) = end_of(&daemon, user, MONDAY, TASK).await;
        assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, "375 of 375 ticks ran, 0 failed"));
        for run in runs(&daemon, user, TASK).await {
            assert_eq!(run.outcome.as_deref(), Some("succeeded"), "{run:?}");
            assert!(known.contains(&run.module_hash));
            assert!(active_at(run.started_at).contains(&run.module_hash), "{run:?}");
            seen.insert(run.module_hash);
        }
    }
    let spread: BTreeSet<Timestamp> = changes.iter().map(|change| change.done).collect();
    eprintln!("{users} users; 50 changes in {} instants; {} versions ran", spread.len(), seen.len());
    assert!(spread.len() > 3 && seen.len() > 1, "{changes:?}");
}
