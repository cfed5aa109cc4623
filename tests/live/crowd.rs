//! Many clients while many users tick: nothing is lost for those who keep up, and those who do not cost a bounded
//! amount.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_api::ConnectionLimits;
use prahari_app::clock::Stopwatch;
use prahari_app::events::{Audience, MOST_BYTES, MOST_EVENTS};
use prahari_domain::ids::UserId;
use prahari_store::{RunFilter, TokenScope};

use super::world::console::Console;
use super::world::listening::{Heard, Listening, bearer, listen};
use super::world::{self, MONDAY, TestHost, at};
use super::{OTHER, line};

/// What one client has heard: its user, the runs that began and ended, and how often it was told to load anew.
#[derive(Default)]
struct Account {
    started: Vec<u64>,
    finished: Vec<u64>,
    events: usize,
    resyncs: usize,
}

/// Listens until the line `end`, checking that numbers only grow and that everything is this user's.
async fn keep_up(mut listening: Listening, user: UserId) -> (UserId, Account) {
    let mut account = Account::default();
    let mut last = 0;
    loop {
        let Heard::Message(event) = listening.next().await else { panic!("the stream of {user} ended") };
        match event["type"].as_str().unwrap() {
            "beat" => continue,
            "resync" => account.resyncs += 1,
            "log" if event["message"] == "end" => return (user, account),
            _ => assert_eq!(event["user"], user.0, "{event}"),
        }
        let sequence = event["sequence"].as_u64().unwrap();
        assert!(sequence > last, "{sequence} after {last}");
        last = sequence;
        account.events += 1;
        match event["phase"].as_str() {
            Some("started") => account.started.push(event["run"].as_u64().unwrap()),
            Some("finished") => account.finished.push(event["run"].as_u64().unwrap()),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_that_keeps_up_loses_an_event_while_everybody_ticks() {
    let (users, clients, until, ticks) = (1_000, 500, "09:45", 30);
    let console = Console::of(TestHost::new(users), at(MONDAY, "09:10")).await;
    let mut reading = Vec::new();
    for user in (1..=clients).map(UserId) {
        let token = bearer(&console, user, TokenScope::Read).await;
        reading.push(tokio::spawn(keep_up(listen(&console, &token, "").await.0, user)));
    }
    assert_eq!(console.daemon.events.listening(), reading.len());
    let before = resident_kb();
    let watch = Stopwatch::start();
    world::start_services(&console.daemon).await;
    world::run(&console.daemon, at(MONDAY, until)).await;
    let ticked = watch.elapsed();
    console.daemon.events.publish(Audience::Everybody, line("end"));
    let mut accounts = BTreeMap::new();
    for reader in reading {
        let (user, account) = reader.await.unwrap();
        accounts.insert(user, account);
    }
    let heard: usize = accounts.values().map(|account| account.events).sum();
    let (held, bytes) = console.daemon.events.held();
    eprintln!(
        "{clients} clients, {users} users until {until}: ticked {ticked:?}, all heard {:?}; {heard} events heard; ring {held} events, {bytes} bytes; resident {before} -> {} kB",
        watch.elapsed(),
        resident_kb(),
    );
    assert!(held <= MOST_EVENTS && bytes <= MOST_BYTES);
    for (user, account) in accounts {
        assert_eq!(account.resyncs, 0, "user {user}");
        let stored = stored_runs(&console, user).await;
        assert!(stored.len() >= ticks, "user {user} had {} runs", stored.len());
        assert_eq!(sorted(account.started), stored, "user {user}");
        assert_eq!(sorted(account.finished), stored, "user {user}");
    }
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_do_not_read_cost_a_bounded_amount_and_are_told_to_load_anew() {
    let (clients, events) = (500, 400_000_u32);
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "08:00")).await;
    let limits = ConnectionLimits { streams_per_user: 500, ..ConnectionLimits::default() };
    let console = Arc::new(Console::limited(house, daemon, limits).await);
    let token = bearer(&console, OTHER, TokenScope::Read).await;
    let mut stuck = Vec::new();
    for _ in 0..clients {
        stuck.push(listen(&console, &token, "").await.0);
    }
    // The ring is full before the count begins: it is bounded anyway, and is not what a client costs.
    let text = "x".repeat(1_000);
    let publish = async |from: u32, to: u32| {
        for n in from..to {
            console.daemon.events.publish(Audience::User(OTHER), line(&format!("{n} {text}")));
            if n % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    publish(0, 20_000).await;
    let before = resident_kb();
    publish(20_000, events).await;
    let after = resident_kb();
    let owed = u64::from(events) * 1_100 * clients / 1_000_000;
    let (held, bytes) = console.daemon.events.held();
    eprintln!(
        "{clients} clients do not read {owed} MB: resident {before} -> {after} kB; ring {held} events, {bytes} bytes"
    );
    assert!(bytes <= MOST_BYTES);
    // One batch, two small buffers and a task for each, and the allocator's slack; a queue would hold gigabytes.
    let most = 24 * 1_024 + clients * 256;
    assert!(after.saturating_sub(before) < most, "grew by {} kB, allowed {most}", after - before);
    console.daemon.events.publish(Audience::User(OTHER), line("end"));
    for mut listening in stuck {
        let (mut resyncs, mut last) = (0, 0);
        loop {
            let event = listening.event().await;
            let sequence = event["sequence"].as_u64().unwrap();
            assert!(sequence > last);
            last = sequence;
            if event["type"] == "resync" {
                resyncs += 1;
            } else if event["message"] == "end" || resyncs > 0 {
                break;
            }
            if resyncs > 0 && last == u64::from(events) + 1 {
                break;
            }
        }
        assert!(resyncs > 0, "it was never told");
    }
    Arc::into_inner(console).unwrap().stop().await;
}

async fn stored_runs(console: &Console, user: UserId) -> Vec<u64> {
    let filter = RunFilter { limit: 1_000, ..RunFilter::default() };
    let runs = console.daemon.store.user(user).runs(filter).await.unwrap();
    sorted(runs.iter().map(|run| run.id.0).collect())
}

fn sorted(mut ids: Vec<u64>) -> Vec<u64> {
    ids.sort_unstable();
    ids
}

/// What this process has in memory, from the system.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
