//! What an individual service uses: its process now, and each run.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::process_usage::ProcessUsage;

use super::{cpu_ticks, execute, pid, status};
use crate::support::waiting::until_some;
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, guests, runs};

const TASK: Task = Task::literal("position_monitor");

/// Clock ticks within a second, as `/proc` counts them on Linux.
const TICK_MS: u128 = 10;

#[tokio::test]
async fn the_processor_time_and_memory_of_a_service_are_those_of_its_process() {
    let house = TestHost::new(1);
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(TASK, &guests::loops())]).await;
    assert_eq!(status(&daemon, ADMIN, TASK).await.usage, None, "it does not run");
    daemon.services.start_individual(ADMIN, TASK).await.unwrap();
    let worker = pid(&daemon, ADMIN, TASK).await;
    let usage = async || status(&daemon, ADMIN, TASK).await.usage.unwrap();
    let before = usage().await;
    let running = execute(&daemon, ADMIN, TASK);
    let used = until_some("the worker to compute", async || {
        let now = usage().await;
        (now.cpu.as_millis() >= before.cpu.as_millis() + 10 * TICK_MS).then_some(now)
    });
    let used: ProcessUsage = used.await;
    let ticks = u128::from(cpu_ticks(worker)) * TICK_MS;
    assert!(ticks + 2 * TICK_MS >= used.cpu.as_millis(), "{used:?} and {ticks} ms");
    assert!(u128::from(cpu_ticks(worker)) * TICK_MS <= usage().await.cpu.as_millis() + 2 * TICK_MS);
    let told = std::fs::read_to_string(format!("/proc/{worker}/statm")).unwrap();
    let pages: u64 = told.split_whitespace().nth(1).unwrap().parse().unwrap();
    let (resident, told) = (pages * 4096, usage().await.memory_bytes);
    assert!(told.abs_diff(resident) < 16 << 20 && told > 1 << 20, "{told} and {resident} bytes");
    running.await.unwrap();
    daemon.services.stop_individual(ADMIN, TASK).await.unwrap();
    assert_eq!(status(&daemon, ADMIN, TASK).await.usage, None);
}

/// Processor time in microseconds and largest memory in bytes of a user's last run of a task.
async fn last_run(daemon: &prahari_app::daemon::Daemon, user: UserId) -> (u64, u64) {
    daemon.store.flush().await.unwrap();
    let run = runs(daemon, user, TASK).await.pop().unwrap();
    (run.cpu_micros, run.peak_memory)
}

#[tokio::test]
async fn the_processor_time_and_memory_of_a_run_are_told_alike_of_a_worker_and_of_the_daemon() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    daemon.services.start_individual(OTHER, TASK).await.unwrap();
    for user in [ADMIN, OTHER] {
        execute(&daemon, user, TASK).await.unwrap().unwrap();
    }
    let (unified, individual) = (last_run(&daemon, ADMIN).await, last_run(&daemon, OTHER).await);
    assert_eq!(unified.1, individual.1, "the same memory");
    assert!(individual.1 > 64 << 10 && individual.0 > 0 && unified.0 > 0, "{unified:?} {individual:?}");
}

#[tokio::test]
async fn the_processor_time_of_a_run_in_a_worker_is_no_less_than_its_process_used_for_it() {
    let house = TestHost::new(1);
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(TASK, &guests::loops())]).await;
    daemon.services.start_individual(ADMIN, TASK).await.unwrap();
    let used = async || status(&daemon, ADMIN, TASK).await.usage.unwrap().cpu.as_micros();
    let before = used().await;
    let answer = execute(&daemon, ADMIN, TASK).await.unwrap().unwrap();
    let spent = used().await - before;
    let told = u128::from(last_run(&daemon, ADMIN).await.0);
    assert_eq!(answer.outcome.name(), "cpu_limit", "{:?}", answer.outcome);
    // Beside the guest the process makes its instance. On a busy machine more is told: a slice is measured by the clock.
    assert!(told > 10_000 && told + 200_000 >= spent, "{told} of {spent} microseconds");
}
