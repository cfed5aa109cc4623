//! A module that leaves behind as much as it may in every run of a day: the database grows by no more than the
//! limits say, and is back where it was when the retention rule has been applied.

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_app::maintenance::Retention;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::RunFootprint;

use crate::support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, floods, heavy, run, runs, start_services, stop,
};
use crate::{activate, upload};

const TASK: Task = Task::literal("sell_monitor");

/// Long after the day, when everything of it is old.
const LATER: &str = "2025-03-17";

/// What the rows of a user take beside what the module leaves: slots, runs of other tasks, lines about the service.
const OF_A_USER: u64 = 200 << 10;

/// The row of a run, indices included, while it is kept. A summary of 4,000 bytes stands in it.
const OF_A_RUN: u64 = 9_000;

async fn used(daemon: &Daemon) -> u64 {
    daemon.store.flush().await.unwrap();
    daemon.store.system().used_bytes().await.unwrap()
}

/// What the user's runs left, each and together.
async fn left_by(daemon: &Daemon, user: UserId) -> (u64, RunFootprint) {
    let runs = runs(daemon, user, TASK).await;
    let all = runs.iter().fold(RunFootprint::default(), |all, run| all.plus(run.left));
    assert!(runs.iter().all(|run| run.outcome.as_deref() == Some("succeeded")), "{:?}", runs.first());
    (runs.len() as u64, all)
}

fn assert_within(left: RunFootprint, allowance: &Allowance) {
    let day = allowance.per_day;
    let full = [
        ("decision_bytes", left.decision_bytes, day.decision_bytes),
        ("notifications", left.notifications, day.notifications.into()),
        ("log_bytes", left.log_bytes, day.log_bytes),
        ("signals", left.signals, day.signals.into()),
        ("recording_bytes", left.recording_bytes, day.recording_bytes),
    ];
    for (name, left, most) in full {
        // The module comes as near to each limit as one more run would pass it.
        assert!(left <= most && left * 10 > most * 8, "{name}: {left} of {most}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_that_leaves_all_it_may_fills_no_more_than_its_limits_and_leaves_nothing_for_good() {
    let (users, until) = if heavy() { (10, at(TUESDAY, "00:00")) } else { (2, at(MONDAY, "10:05")) };
    let house = TestHost::new(users);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    let mut allowance = crate::support::allowance(TASK);
    allowance.capabilities.insert("signals-publish".to_owned());
    daemon.grants.allow((None, TASK), allowance.clone(), ADMIN, daemon.clock.now()).await.unwrap();
    let version = upload(&daemon, TASK, &floods::leaves_everything("ADRIVON")).await.version;
    activate(&daemon, TASK, version).await.unwrap();
    start_services(&daemon).await;
    let before = used(&daemon).await;

    run(&daemon, until).await;
    let (count, left) = left_by(&daemon, OTHER).await;
    assert_within(left, &allowance);
    let grown = used(&daemon).await - before;
    let bound = u64::from(users) * (allowance.most_bytes_per_day() + OF_A_USER + count * OF_A_RUN);
    println!("{users} users, {count} runs each: {} MB of {} MB at most", grown >> 20, bound >> 20);
    assert!(grown < bound, "{grown} bytes of {bound}");
    stop(daemon).await;

    // What a day has left is known after a restart: nothing more is let through.
    let daemon = house.start(until).await;
    run(&daemon, until.plus_minutes(2)).await;
    assert_within(left_by(&daemon, OTHER).await.1, &allowance);
    stop(daemon).await;

    let daemon = house.start(at(LATER, "00:00")).await;
    let days = 1;
    let rule = Retention {
        recordings_days: days,
        plain_ticks_days: days,
        logs_days: days,
        decisions_days: days,
        notifications_days: days,
        signals_days: days,
    };
    daemon.maintenance.set_retention(rule).await.unwrap();
    let forgotten = daemon.maintenance.prune_old().await.unwrap();
    let after = used(&daemon).await.saturating_sub(before);
    let kept = u64::from(users) * (allowance.per_run.state_bytes + OF_A_USER);
    println!("{forgotten:?}: {} kB more than before", after >> 10);
    assert!(after < kept, "{after} bytes are left, {kept} may be: {forgotten:?}");
    stop(daemon).await;
}
