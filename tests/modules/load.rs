//! Versions change while everybody ticks.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::ModuleHash;
use prahari_store::SlotOutcome;

use crate::support::{House, MONDAY, at, end_of, guests, run, runs, start_services};
use crate::{activate, roll_back, upload};

const TASK: Task = Task::SellMonitor;

/// Whether the long forms of the tests were asked for.
fn heavy() -> bool {
    std::env::var_os("PRAHARI_HEAVY_TESTS").is_some_and(|value| value == "1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_activations_and_rollbacks_under_load_lose_no_run_and_mix_no_versions() {
    let users = if heavy() { 1_000 } else { 200 };
    let house = House::new(users);
    let modules = ['1', '2', '3'].map(|value| guests::writes_state(value, true));
    let daemon = house.start_with(at(MONDAY, "09:10"), &[(TASK, &modules[0])]).await;
    let mut versions = vec![daemon.modules.for_user(TASK, UserId(1)).unwrap().version];
    for module in &modules[1..] {
        versions.push(upload(&daemon, TASK, module).await.version);
    }
    start_services(&daemon).await;
    let changing = {
        let daemon = Arc::clone(&daemon);
        tokio::spawn(async move {
            for change in 0..50 {
                if change % 3 == 2 {
                    roll_back(&daemon, TASK).await.unwrap();
                } else {
                    activate(&daemon, TASK, versions[change % versions.len()]).await.unwrap();
                }
                tokio::task::yield_now().await;
            }
        })
    };
    run(&daemon, at(MONDAY, "15:31")).await;
    changing.await.unwrap();
    daemon.store.settle().await.unwrap();
    let history = daemon.store.system().module_activations(Some(TASK), 1_000).await.unwrap();
    let rows = daemon.store.system().modules().await.unwrap();
    let hash = |version: u64| {
        let row = rows.iter().find(|row| row.task == TASK && row.version == version).unwrap();
        row.hash.clone()
    };
    // What was active at some moment of an instant: what was so before it, and what became so in it.
    let active_at = |instant: Timestamp| -> BTreeSet<String> {
        let before = history.iter().find(|activation| activation.at < instant);
        let within = history.iter().filter(|activation| activation.at == instant);
        before.into_iter().chain(within).map(|activation| hash(activation.version)).collect()
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
    eprintln!("{} activations and rollbacks, {} versions ran", history.len(), seen.len());
    assert!(history.len() > 30 && seen.len() > 1, "{} changes, {} versions", history.len(), seen.len());
}
