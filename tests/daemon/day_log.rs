//! What a person who watches the daemon reads, and how much of it.

use prahari_app::day_log::{MOST_LINES, MOST_PLAIN_LINES};
use prahari_domain::tasks::Task;
use tracing::Level;

use crate::support::captured_log::CapturedLog;
use crate::support::living::Living;
use crate::support::waiting::until;
use crate::support::{MONDAY, OTHER, TUESDAY, TestHost, at, guests, run, slot, start_services};

const USERS: u32 = 250;

#[tokio::test]
async fn of_many_runs_of_a_minute_so_many_are_told_and_the_others_are_counted() {
    let log = CapturedLog::start(Level::INFO);
    let (house, cleanup) = (TestHost::new(USERS), Task::literal("eod_cleanup"));
    let failing = guests::logs("x\\1b[2J nothing today");
    let living = Living::at_work(&house, at(MONDAY, "17:59"), &[(cleanup, &failing)]).await;
    let starts = log.of_the_day();
    let told = usize::try_from(MOST_PLAIN_LINES).unwrap();
    let started = |line: &&String| line.starts_with("the unified service was started by the daemon");
    assert_eq!((starts.len(), starts.iter().filter(started).count()), (told, told));

    living.pass_until(at(MONDAY, "18:00")).await;
    let daemon = living.daemon.clone();
    for user in daemon.users.all() {
        until("every run to end", async || {
            daemon.store.flush().await.unwrap();
            slot(&daemon, user.id, MONDAY, cleanup).await.outcome.is_some()
        })
        .await;
    }
    living.hand.pass_until(at(MONDAY, "18:01"));
    daemon.day_log.minute_over();
    let lines = log.of_the_day();
    let failures = lines.iter().filter(|line| line.starts_with("eod_cleanup task_failed: unavailable: x"));
    assert_eq!(failures.count(), usize::try_from(MOST_LINES).unwrap());
    let [.., runs, notes] = lines.as_slice() else { panic!("{lines:#?}") };
    let left = USERS - MOST_LINES;
    assert_eq!(*runs, format!("and {left} more runs and slots: {left} failed"));
    let left = USERS - MOST_PLAIN_LINES;
    assert_eq!(*notes, format!("and {left} more lines about services and alerts: {left} info"));
    assert!(!log.text().contains('\u{1b}'), "what a guest says is made safe");
    living.end().await;
}

#[tokio::test]
async fn ticks_are_told_when_something_is_to_be_said_and_once_at_the_end_of_their_slot() {
    let log = CapturedLog::start(Level::INFO);
    let house = TestHost::new(2);
    let living = Living::at_work(&house, at(MONDAY, "09:14"), &[]).await;
    let user = living.daemon.users.find(OTHER).unwrap();
    living.handed_out(at(MONDAY, "09:14")).await;
    for minute in ["09:15", "09:16", "09:17"] {
        // A tick during other work is missed, and told.
        until("the user's work to be done", async || !user.backlog.is_at_work()).await;
        living.pass_until(at(MONDAY, minute)).await;
        let (daemon, due) = (living.daemon.clone(), at(MONDAY, minute));
        until("the tick to end", async || {
            daemon.store.flush().await.unwrap();
            slot(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await.last_tick_at == Some(due)
        })
        .await;
    }
    let of_ticks = |log: &CapturedLog| -> Vec<String> {
        let lines = log.of_the_day().into_iter();
        lines.filter(|line| line.contains("sell_monitor") && line.contains("user=2")).collect()
    };
    assert_eq!(of_ticks(&log), Vec::<String>::new(), "nothing is held, so there is nothing to say");
    // The machine sleeps: what is missed for one reason is told once, however many ticks it is.
    living.pass_until(at(MONDAY, "15:31")).await;
    let daemon = living.daemon.clone();
    until("the slot to end", async || {
        daemon.store.flush().await.unwrap();
        slot(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await.outcome.is_some()
    })
    .await;
    living.end().await;
    let lines = of_ticks(&log);
    let [missed, ended] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(missed.starts_with("the tick of sell_monitor at 09:18 missed: "), "{missed}");
    assert!(
        ended.starts_with("sell_monitor of 09:15 ran: 3 of 375 ticks ran, 0 failed, 372 missed ("),
        "{ended}"
    );
    assert!(ended.ends_with("user=2 name=\"user2\""), "{ended}");
}

#[tokio::test]
async fn in_lockstep_nothing_is_told() {
    let log = CapturedLog::start(Level::INFO);
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert_eq!(log.of_the_day(), Vec::<String>::new());
}
