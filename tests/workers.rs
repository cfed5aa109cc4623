//! Individual services in processes of their own: what they hold, what they do, and what becomes of them when they,
//! or the daemon, are killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "workers/restarts.rs"]
mod restarts;
#[path = "support/daemon.rs"]
mod support;
#[path = "workers/trading_state.rs"]
mod trading_state;
#[path = "workers/usage.rs"]
mod usage;
#[path = "workers/waits.rs"]
mod waits;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::replays::ReplayVerdict;
use prahari_app::runs::recordings::find_recording;
use prahari_app::runs::{RunAnswer, Trigger};
use prahari_app::services::{IndividualStatus, STOP_PATIENCE};
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::{self, RunContext};
use prahari_runtime::{
    Budget, Compiler, Grant, HostCall, HostReply, HostServices, RunOutcome, RunRequest, Runtime,
    RuntimeConfig, WorkerProgram,
};
use prahari_store::{NotificationFilter, ServiceLogFilter, ServiceLogRow, SlotOutcome};
use support::waiting::{until, until_some};
use support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, component, guests, heavy, run, runs, slots, start_services,
    stop,
};

const WEDNESDAY: &str = "2025-03-12";

const KILLED: &str = "it was ended by SIGKILL";

/// What must happen within five seconds of a kill.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), what).await.expect("it happens within five seconds")
}

async fn status(daemon: &Daemon, user: UserId, task: Task) -> IndividualStatus {
    let all = daemon.services.individual_status(user).await.unwrap();
    all.into_iter().find(|status| status.task == task).unwrap()
}

async fn pid(daemon: &Daemon, user: UserId, task: Task) -> u32 {
    status(daemon, user, task).await.process_id.expect("it runs")
}

fn send(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Waits until a service is stopped, with this reason.
async fn stopped(daemon: &Daemon, user: UserId, task: Task, reason: &str) {
    let status = soon(until_some("the service to be stopped", async || {
        let status = status(daemon, user, task).await;
        (status.process_id.is_none() && status.stopped_at.is_some()).then_some(status)
    }));
    assert_eq!(status.await.reason, reason);
    let rows = daemon.store.user(user).individual_services().await.unwrap();
    assert!(rows.iter().filter(|row| row.task == task).all(|row| !row.is_running()));
}

/// Clock ticks of processor time that a process has used.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Answers nothing: for runs that get to no call.
struct Nobody;

#[async_trait]
impl HostServices for Nobody {
    async fn call(&mut self, _: &HostCall) -> HostReply {
        HostReply::Failed("nobody answers".to_owned())
    }
}

/// A run of the admin's that may take this long.
fn request(wall_ms: u64) -> RunRequest {
    let context = RunContext {
        run_id: 1,
        user_id: ADMIN.0,
        task: Task::literal("position_monitor").name().to_owned(),
        day: 20_157,
        due_at: 0,
        now: 0,
        trigger: latest::Trigger::Scheduled,
    };
    RunRequest { context, grant: Grant::none(), budget: Budget { wall_ms, ..Budget::default() } }
}

/// Begins a run of the position monitor for a user.
fn execute(daemon: &Arc<Daemon>, user: UserId, task: Task) -> tokio::task::JoinHandle<Option<RunAnswer>> {
    let daemon = daemon.clone();
    tokio::spawn(async move {
        let user = daemon.users.find(user).unwrap();
        daemon.runs.execute(&user, task, daemon.clock.now(), Trigger::Scheduled, 1).await.unwrap()
    })
}

/// That another user's worker still lives and works.
async fn undisturbed(daemon: &Arc<Daemon>, pid: u32) {
    assert_eq!(status(daemon, OTHER, Task::literal("sell_monitor")).await.process_id, Some(pid));
    assert!(is_alive(pid));
    let answer = execute(daemon, OTHER, Task::literal("sell_monitor")).await.unwrap().unwrap();
    assert_eq!(answer.outcome.name(), "succeeded", "{:?}", answer.outcome);
}

/// A daemon in which the position monitor is another module, both users having one individual service.
async fn with_monitor(house: &TestHost, module: &[u8]) -> (Arc<Daemon>, u32, u32) {
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(Task::literal("position_monitor"), module)]).await;
    assert!(daemon.services.start_individual(ADMIN, Task::literal("position_monitor")).await.unwrap());
    assert!(daemon.services.start_individual(OTHER, Task::literal("sell_monitor")).await.unwrap());
    let killed = pid(&daemon, ADMIN, Task::literal("position_monitor")).await;
    let other = pid(&daemon, OTHER, Task::literal("sell_monitor")).await;
    (daemon, killed, other)
}

/// A run that was cut off is the same when it is replayed until then.
async fn replays_as_far_as_it_went(daemon: &Daemon, task: Task) {
    daemon.store.flush().await.unwrap();
    let row = runs(daemon, ADMIN, task).await.remove(0);
    assert_eq!(row.outcome.as_deref(), Some("worker_ended"));
    let replay = daemon.replays.replay_run(&row, None).await.unwrap();
    assert_eq!(replay.verdict, ReplayVerdict::Same, "{replay:?}");
}

async fn outcome(running: tokio::task::JoinHandle<Option<RunAnswer>>) -> RunOutcome {
    soon(running).await.unwrap().unwrap().outcome
}

#[tokio::test]
async fn a_worker_killed_while_it_waits_is_stopped_with_the_reason_and_its_owner_is_told() {
    let house = TestHost::new(2);
    let (daemon, killed, other) = with_monitor(&house, component(Task::literal("position_monitor"))).await;
    send(killed, Signal::SIGKILL);
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), KILLED).await;
    assert!(!is_alive(killed));
    let message = until_some("a message to the owner", async || {
        daemon
            .store
            .user(ADMIN)
            .notifications(NotificationFilter::default())
            .await
            .unwrap()
            .into_iter()
            .next()
    });
    let message = soon(message).await;
    assert_eq!(message.row.title, "Your service of position_monitor was stopped");
    assert!(message.row.body.starts_with(KILLED), "{}", message.row.body);
    undisturbed(&daemon, other).await;
    assert!(daemon.store.user(OTHER).notifications(NotificationFilter::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_worker_killed_while_it_computes_ends_its_run_with_the_reason() {
    let house = TestHost::new(2);
    let (daemon, killed, other) = with_monitor(&house, &guests::loops()).await;
    let before = cpu_ticks(killed);
    let running = execute(&daemon, ADMIN, Task::literal("position_monitor"));
    until("the worker to compute", async || cpu_ticks(killed) >= before + 5).await;
    send(killed, Signal::SIGKILL);
    assert_eq!(outcome(running).await, RunOutcome::WorkerEnded(KILLED.to_owned()));
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), KILLED).await;
    daemon.store.flush().await.unwrap();
    let run = runs(&daemon, ADMIN, Task::literal("position_monitor")).await.remove(0);
    assert_eq!(run.outcome.as_deref(), Some("worker_ended"));
    assert_eq!(run.detail, "the worker of the run ended: it was ended by SIGKILL");
    replays_as_far_as_it_went(&daemon, Task::literal("position_monitor")).await;
    undisturbed(&daemon, other).await;
}

#[tokio::test]
async fn a_worker_killed_inside_a_host_call_ends_its_run_with_the_reason() {
    let house = TestHost::new(2);
    let (daemon, killed, other) = with_monitor(&house, &guests::asks_for_universe()).await;
    house.market.set_held(true);
    let running = execute(&daemon, ADMIN, Task::literal("position_monitor"));
    soon(house.market.asked()).await;
    send(killed, Signal::SIGKILL);
    assert_eq!(outcome(running).await, RunOutcome::WorkerEnded(KILLED.to_owned()));
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), KILLED).await;
    house.market.set_held(false);
    replays_as_far_as_it_went(&daemon, Task::literal("position_monitor")).await;
    undisturbed(&daemon, other).await;
}

const HUNG: &str = "it did not end its run at the time limit";

#[tokio::test]
async fn a_worker_that_hangs_is_killed_after_the_time_limit_of_its_run_and_its_service_is_stopped() {
    let house = TestHost::new(2);
    let (daemon, hung, other) = with_monitor(&house, component(Task::literal("position_monitor"))).await;
    send(hung, Signal::SIGSTOP);
    let service =
        daemon.users.find(ADMIN).unwrap().services.individual(Task::literal("position_monitor")).unwrap();
    let report = soon(service.worker.run(request(20), &mut Nobody)).await;
    assert_eq!(report.outcome, RunOutcome::WorkerEnded(HUNG.to_owned()));
    assert_eq!(report.outcome.name(), "worker_ended");
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), HUNG).await;
    assert!(!is_alive(hung));
    undisturbed(&daemon, other).await;
}

#[tokio::test]
async fn a_worker_that_does_not_end_when_it_is_stopped_is_killed_after_its_time() {
    // Half a minute of real time is for the long form.
    let patience = if heavy() { STOP_PATIENCE } else { Duration::from_secs(1) };
    assert_eq!(STOP_PATIENCE, Duration::from_secs(30));
    let house = TestHost::new(2);
    let (daemon, hung, other) = with_monitor(&house, component(Task::literal("position_monitor"))).await;
    send(hung, Signal::SIGSTOP);
    let service =
        daemon.users.find(ADMIN).unwrap().services.individual(Task::literal("position_monitor")).unwrap();
    let stopwatch = Stopwatch::start();
    let end = service.worker.stop(patience).await;
    assert!(stopwatch.elapsed() >= patience && stopwatch.elapsed() < patience + Duration::from_secs(5));
    let seconds = patience.as_secs();
    let reason = format!("it was stopped and did not end within {seconds} s, so it was killed");
    assert_eq!((end.reason.as_str(), end.asked), (reason.as_str(), true));
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), &reason).await;
    assert!(!is_alive(hung));
    undisturbed(&daemon, other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_noticed_at_any_speed_of_the_clock() {
    // A minute of real time is the limit of a run, so this is for the long form.
    let speeds: &[u32] = if heavy() { &[1, 600] } else { &[] };
    for speed in speeds {
        let house = TestHost::new(1);
        let daemon = house.start_on(Clock::scaled(at(MONDAY, "09:14:50"), *speed), &[]).await;
        daemon.services.start_individual(ADMIN, Task::literal("sell_monitor")).await.unwrap();
        let hung = pid(&daemon, ADMIN, Task::literal("sell_monitor")).await;
        send(hung, Signal::SIGSTOP);
        let mut scheduler = daemon.scheduler();
        let scheduled = tokio::spawn(async move { scheduler.run(None).await });
        // Longer than any other wait: the limit of a run is a minute.
        let noticed = async {
            while daemon
                .users
                .find(ADMIN)
                .unwrap()
                .services
                .individual(Task::literal("sell_monitor"))
                .is_some()
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(90), noticed).await.expect("noticed within its limit");
        stopped(&daemon, ADMIN, Task::literal("sell_monitor"), HUNG).await;
        daemon.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
        scheduled.await.unwrap().unwrap();
        daemon.store.flush().await.unwrap();
        let run = runs(&daemon, ADMIN, Task::literal("sell_monitor")).await.remove(0);
        assert_eq!(run.outcome.as_deref(), Some("worker_ended"), "{}", run.detail);
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_worker_gets_nothing_that_its_module_did_not_ask_for() {
    for (module, outcome) in [
        (guests::asks_for_holdings(), "succeeded"),
        (guests::asks_for_holdings_without_a_wish(), "task_failed"),
    ] {
        let house = TestHost::new(2);
        let (daemon, _, _) = with_monitor(&house, &module).await;
        let answer = execute(&daemon, ADMIN, Task::literal("position_monitor")).await.unwrap().unwrap();
        assert_eq!(answer.outcome.name(), outcome, "{:?}", answer.outcome);
    }
}

#[tokio::test]
async fn the_slots_of_a_worker_that_was_killed_are_accounted_for() {
    let house = TestHost::new(1);
    let own = guests::asks_for_universe();
    let daemon = house.start_with(at(MONDAY, "08:55"), &[(Task::literal("position_monitor"), &own)]).await;
    daemon.services.start_individual(ADMIN, Task::literal("position_monitor")).await.unwrap();
    let pid = pid(&daemon, ADMIN, Task::literal("position_monitor")).await;
    house.market.set_held(true);
    let scheduled = {
        let daemon = daemon.clone();
        tokio::spawn(async move { run(&daemon, at(TUESDAY, "00:00")).await })
    };
    house.market.asked().await;
    send(pid, Signal::SIGKILL);
    scheduled.await.unwrap();
    let slots = slots(&daemon, ADMIN, MONDAY).await;
    assert_eq!(slots.len(), 7, "only its own slots are expected: {slots:?}");
    assert_eq!(slots[0].outcome, Some(SlotOutcome::Failed));
    assert_eq!(slots[0].reason, "the worker of the run ended: it was ended by SIGKILL");
    for slot in &slots[1..] {
        assert_eq!(slot.outcome, Some(SlotOutcome::Skipped), "{slot:?}");
    }
}

/// The line with this name in the log of a user's services, as soon as there is one.
async fn logged(daemon: &Daemon, user: UserId, event: &str) -> ServiceLogRow {
    soon(until_some("a line in the log", async || {
        let filter = ServiceLogFilter { levels: Vec::new(), before: None, limit: 100 };
        let lines = daemon.store.user(user).service_log(filter).await.unwrap();
        lines.into_iter().find(|line| line.event == event)
    }))
    .await
}

#[tokio::test]
async fn a_worker_that_crashes_has_a_line_in_the_log_and_is_counted_as_a_failure() {
    let house = TestHost::new(2);
    let (daemon, worker, _) = with_monitor(&house, &guests::asks_for_universe()).await;
    let failures = |user| daemon.users.find(user).unwrap().services.activity().error_count;
    assert_eq!(failures(ADMIN), 0);
    send(worker, Signal::SIGKILL);
    let line = logged(&daemon, ADMIN, "individual_failed").await;
    let task = "the individual service of position_monitor";
    let expected = format!("{task} ended by itself; process {worker}: it was ended by SIGKILL");
    assert_eq!((line.level.as_str(), line.message), ("error", expected));
    assert_eq!((failures(ADMIN), failures(OTHER)), (1, 0));
}

#[tokio::test]
async fn a_worker_that_is_stopped_ends_its_run_first() {
    let house = TestHost::new(2);
    let (daemon, worker, _) = with_monitor(&house, &guests::asks_for_universe()).await;
    house.market.set_held(true);
    let running = execute(&daemon, ADMIN, Task::literal("position_monitor"));
    soon(house.market.asked()).await;
    let stopping = {
        let daemon = daemon.clone();
        tokio::spawn(async move {
            daemon.services.stop_individual(ADMIN, Task::literal("position_monitor")).await.unwrap()
        })
    };

    house.market.let_go();
    assert_eq!(outcome(running).await.name(), "succeeded");
    assert!(soon(stopping).await.unwrap());
    assert!(!is_alive(worker));
    stopped(&daemon, ADMIN, Task::literal("position_monitor"), "it was stopped").await;
    assert!(!daemon.services.stop_individual(ADMIN, Task::literal("position_monitor")).await.unwrap());
    assert!(daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn individual_services_wait_while_the_unified_one_runs_and_end_when_it_starts() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:00")).await;
    daemon.services.start_individual(ADMIN, Task::literal("buy_orders")).await.unwrap();
    let worker = pid(&daemon, ADMIN, Task::literal("buy_orders")).await;
    assert!(
        !daemon.services.start_individual(ADMIN, Task::literal("buy_orders")).await.unwrap(),
        "it runs already"
    );
    daemon.services.start_service(ADMIN).await.unwrap();
    assert!(!is_alive(worker));
    stopped(&daemon, ADMIN, Task::literal("buy_orders"), "it was stopped").await;
    let refused = daemon.services.start_individual(ADMIN, Task::literal("buy_orders")).await;
    assert!(matches!(refused, Err(AppError::UnifiedServiceRunning)), "{refused:?}");
    // Another user is not concerned, except that the analysis is for admins.
    assert!(daemon.services.start_individual(OTHER, Task::literal("buy_orders")).await.unwrap());
    let refused = daemon.services.start_individual(OTHER, Task::literal("analysis")).await;
    assert!(matches!(refused, Err(AppError::TaskForAdmins(_))), "{refused:?}");
    daemon.services.stop_service(ADMIN).await.unwrap();
    for _ in 0..3 {
        assert!(daemon.services.start_individual(ADMIN, Task::literal("buy_orders")).await.unwrap());
        assert!(daemon.services.stop_individual(ADMIN, Task::literal("buy_orders")).await.unwrap());
    }
}

#[tokio::test]
async fn after_a_restart_individual_services_are_stopped_with_the_reason() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:00")).await;
    daemon.services.start_individual(ADMIN, Task::literal("sell_monitor")).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "08:01")).await;
    stopped(&daemon, ADMIN, Task::literal("sell_monitor"), "the daemon was restarted").await;
    let line = logged(&daemon, ADMIN, "individual_stopped").await;
    let expected =
        "the individual service of sell_monitor was stopped by the daemon: the daemon was restarted";
    assert_eq!((line.level.as_str(), line.message.as_str()), ("warn", expected));
    let told = daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap();
    let titles: Vec<_> = told.iter().map(|message| message.row.title.as_str()).collect();
    assert_eq!(titles, ["Your service of sell_monitor was stopped"]);
    let status = status(&daemon, ADMIN, Task::literal("sell_monitor")).await;
    assert_eq!(status.started_at, Some(at(MONDAY, "08:00")));
    assert_eq!(status.next_run_at, Some(at(MONDAY, "09:15")));
    assert!(status.schedule_enabled && status.last_run.is_none());
}

/// Everything that a user's runs asked, were answered, and ended with, and what became of the orders.
async fn history(daemon: &Daemon, user: UserId) -> (Vec<String>, String) {
    let scope = daemon.store.user(user);
    let mut told = Vec::new();
    for task in crate::support::tasks() {
        for run in runs(daemon, user, task).await {
            let recording = find_recording(&scope, run.id).await.unwrap().unwrap();
            let calls = recording.calls().unwrap();
            told.push(format!("{} {task} {:?} {} {calls:?}", run.id, run.outcome, run.detail));
        }
    }
    (told, scope.journal_digest().await.unwrap())
}

async fn two_days(individually: bool) -> (Vec<String>, String) {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:55")).await;
    if individually {
        for task in crate::support::tasks() {
            daemon.services.start_individual(ADMIN, task).await.unwrap();
        }
    } else {
        start_services(&daemon).await;
    }
    run(&daemon, at(WEDNESDAY, "00:00")).await;
    for date in [MONDAY, TUESDAY] {
        for slot in slots(&daemon, ADMIN, date).await {
            assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
        }
    }
    history(&daemon, ADMIN).await
}

#[tokio::test]
async fn runs_in_workers_ask_and_trade_what_runs_in_the_daemon_do() {
    let (unified, individual) = (two_days(false).await, two_days(true).await);
    assert!(unified.0.len() > 700, "{} runs", unified.0.len());
    for (one, other) in unified.0.iter().zip(&individual.0) {
        assert_eq!(one, other);
    }
    assert_eq!(unified, individual);
}

#[tokio::test]
async fn a_worker_holds_no_secret_no_database_and_little_memory() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    daemon.services.start_individual(ADMIN, Task::literal("sell_monitor")).await.unwrap();
    execute(&daemon, ADMIN, Task::literal("sell_monitor")).await.unwrap().unwrap();
    let pid = pid(&daemon, ADMIN, Task::literal("sell_monitor")).await;
    let of = |name: &str| format!("/proc/{pid}/{name}");
    assert_eq!(std::fs::read(of("environ")).unwrap(), b"", "its environment is empty");
    let arguments = std::fs::read(of("cmdline")).unwrap();
    assert!(arguments.ends_with(b"prahari\0worker\0"), "{}", String::from_utf8_lossy(&arguments));
    let mut open: Vec<String> = std::fs::read_dir(of("fd"))
        .unwrap()
        .map(|fd| std::fs::read_link(fd.unwrap().path()).unwrap().to_string_lossy().into_owned())
        .collect();
    open.sort();
    let harmless = |name: &String| {
        ["socket:", "pipe:", "anon_inode:[event", "/memfd:", "/dev/null"]
            .iter()
            .any(|it| name.starts_with(it))
            || name.ends_with("/pagemap")
    };
    assert!(open.iter().all(harmless), "{open:?}");
    // The line to the daemon, and what the process tells itself about signals.
    open.dedup();
    assert!(open.iter().filter(|name| name.starts_with("socket:")).count() <= 3, "{open:?}");
    let maps = std::fs::read_to_string(of("maps")).unwrap();
    let mapped = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    for file in mapped.filter(|name| name.starts_with('/')) {
        let known = file.ends_with("/prahari") || file.contains(".so") || file.starts_with("/memfd:");
        assert!(known, "{file} is mapped");
    }
    let limits = std::fs::read_to_string(of("limits")).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().nth(3), Some("0"), "{files}");
    let memory = std::fs::read_to_string(of("status")).unwrap();
    let resident = memory.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    println!("a worker with one module: {resident}");
    let kilobytes: u64 = resident.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 60_000, "{resident}");
}

/// A runtime whose workers are this shell command.
async fn fake(command: &str) -> (Runtime, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let compiler = Compiler::new(env!("CARGO_BIN_EXE_prahari"), &["compile"]);
    let worker = WorkerProgram { program: "/bin/sh".into(), args: vec!["-c".to_owned(), command.to_owned()] };
    let config = RuntimeConfig { worker, ..RuntimeConfig::new(folder.path(), compiler) };
    (Runtime::new(config).unwrap(), folder)
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_refused_with_what_it_did() {
    for (command, reason) in [
        ("exit 3", "it ended with exit code 3"),
        ("kill -9 $$", "it was ended by SIGKILL"),
        ("printf '\\377\\377\\377\\377' >&0; exec sleep 100", "where at most 262144 are allowed"),
        ("printf '\\3\\0\\0\\0abc' >&0; exec sleep 100", "it sent 3 bytes that are no message"),
        ("printf '\\3\\0\\0' >&0", "it ended with exit code 0"),
    ] {
        let (runtime, _folder) = fake(command).await;
        let module = runtime.load(component(Task::literal("eod_cleanup"))).await.unwrap();
        let error = runtime.start_worker(&module).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{command}: {error}");
    }
}

#[test]
fn a_worker_without_a_daemon_ends_at_once() {
    for input in [std::process::Stdio::null(), std::process::Stdio::piped()] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_prahari"));
        let output = command.arg("worker").stdin(input).output().unwrap();
        assert!(output.stdout.is_empty());
    }
}
