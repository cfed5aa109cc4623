//! Guests that cost the host something or leave something behind, one for each way, beside users who work: each is
//! refused by name, the others hardly notice, and the run's own row says what it used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prahari_app::clock::Stopwatch;
use prahari_app::daemon::Daemon;
use prahari_app::runs::Trigger;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::{HostError, Refusal};
use prahari_store::RunRow;

use crate::support::console::{Client, Console};
use crate::support::floods::Flood;
use crate::support::{ADMIN, MONDAY, TestHost, at, heavy};
use crate::upload;

/// Somebody who works while others do harm.
const NEIGHBOUR: UserId = UserId(3);

/// Users before the first who does harm.
const USERS: u32 = 3;

/// What a guest may add to the memory of the daemon, in bytes.
const MOST_MEMORY: u64 = 100 << 20;

/// What it may add to the database.
const MOST_DATABASE: u64 = 10 << 20;

/// What neighbours may be slower whatever it was before, since a machine has moments of its own.
const IGNORED: Duration = Duration::from_millis(20);

/// How a guest is stopped.
#[derive(Debug, Clone, Copy)]
enum End {
    /// A call is refused with a sentence that has this in it, and the run goes on.
    Refused(&'static str),
    /// The run ends with this outcome.
    Outcome(&'static str),
    /// It is served to its end: what it does costs next to nothing.
    Served,
}

struct Case {
    name: &'static str,
    task: Task,
    flood: Flood,
    end: End,
}

fn case(name: &'static str, flood: Flood, end: End) -> Case {
    Case { name, task: Task::literal("position_monitor"), flood, end }
}

fn trade(name: &'static str, flood: Flood, end: End) -> Case {
    Case { name, task: Task::literal("sell_monitor"), flood, end }
}

/// Where the texts of a guest stand, and a place with a long one.
const TEXT: &str = "(i32.const 12582912)";
const LONG: &str = "(i32.const 16777216)";

const DECIDE: (&str, &str) = ("decision", "record");
const SET: (&str, &str) = ("state", "set");
const PUBLISH: (&str, &str) = ("signals", "publish");

fn messages(title: u32, body: u32, calls: u32) -> Flood {
    let arguments = format!("(i32.const 0) {LONG} (i32.const {title}) {LONG} (i32.const {body})");
    Flood::plain(("notify", "send"), "i32 i32 i32 i32 i32 i32", &arguments, calls)
}

/// `log.write` has no reply: what stands last is the length, 2,048 bytes.
fn lines(level: u32, calls: u32) -> Flood {
    Flood::plain(("log", "write"), "i32 i32 i32", &format!("(i32.const {level}) {LONG}"), calls)
}

fn candles(symbols: u32, count: i32, calls: u32) -> Flood {
    let more = format!("(i32.const 0) (i32.const {count}) (i32.const 0)");
    Flood::names(("market", "candles"), symbols, calls).with("i32 i32 i32 i32 i32 i32", &more)
}

fn cancels(orders: u32, calls: u32) -> Flood {
    let more = format!("{LONG} (i32.const 5000)");
    Flood::names(("broker", "cancel"), orders, calls).with("i32 i32 i32 i32 i32", &more)
}

fn modifies(calls: u32) -> Flood {
    let arguments =
        format!("{TEXT} (i32.const 0) (i32.const 1) (i32.const 5) (i32.const 0) (i32.const 0) (i64.const 0)");
    Flood::plain(("broker", "modify"), "i32 i32 i32 i32 i32 i32 i64 i32", &arguments, calls)
}

fn asks(of: (&'static str, &'static str), calls: u32) -> Flood {
    Flood::plain(of, "i32", "", calls)
}

fn exits(drafts: u32, calls: u32) -> Flood {
    Flood::list(PUBLISH, (drafts, 136), calls).field(8, 3)
}

/// One of each kind.
fn kinds() -> Vec<Case> {
    let far = "(i32.const 20000) (i32.const -2500)";
    vec![
        case("decisions", Flood::list(DECIDE, (1_900, 32), 50), End::Refused("decisions")),
        case("messages", messages(10, 100, 1_900), End::Refused("messages to the user")),
        case("log", lines(1, 1_900), End::Outcome("log_limit")),
        case(
            "keys that are not there",
            Flood::list(SET, (1_000, 20), 50).text_at(0),
            End::Refused("changes of its state"),
        ),
        case(
            "state",
            Flood::list(SET, (1, 20), 9).text_at(0).field(8, 1).field(12, 16 << 20).field(16, 100_000),
            End::Refused("bytes, allowed are 262144"),
        ),
        case("invented shares", exits(100, 5).text_at(0), End::Refused("there is no share")),
        case("signals", exits(1, 1_900).same_text_at(0, KNOWN), End::Refused("signals to publish")),
        case("candles", candles(100, -1, 1_900), End::Refused("rows of its calls")),
        case("names", Flood::names(("market", "quotes"), 50_000, 20), End::Refused("bytes in its calls")),
        case(
            "days",
            Flood::plain(("calendar", "trading-day-from"), "i32 i32 i32", far, 1_900),
            End::Refused("rows of its calls"),
        ),
        trade("cancellations", cancels(150, 50), End::Refused("change or cancel at most 200 orders")),
        trade("questions", asks(("broker", "holdings"), 1_900), End::Refused("questions to the broker")),
        case("summary", asks(("config", "get"), 1).ending_with(100_000, 0), End::Outcome("byte_limit")),
        case("calls", asks(("config", "get"), 5_000), End::Outcome("call_limit")),
    ]
}

/// A share of the market that the tests have.
const KNOWN: &str = "ADRIVON";

/// Every other way, for the long form.
fn others() -> Vec<Case> {
    let symbols = |function| Flood::names(("market", function), 400, 1_900);
    vec![
        case(
            "few large decisions",
            Flood::list(DECIDE, (60, 32), 50).long_text_at(16, 4_000),
            End::Refused("bytes of decisions"),
        ),
        case(
            "a decision of a megabyte",
            Flood::list(DECIDE, (1, 32), 50).long_text_at(16, 1_000_000),
            End::Refused("may have 4096 bytes"),
        ),
        case("decisions of no symbol", Flood::list(DECIDE, (1, 32), 1_999), End::Served),
        case(
            "many decisions at once",
            Flood::list(DECIDE, (300_000, 32), 3),
            End::Refused("bytes in its calls"),
        ),
        case("a long message", messages(10, 5_000, 1_900), End::Refused("may have 4096 bytes")),
        case("a long title", messages(5_000, 10, 1_900), End::Refused("may have 4096 bytes")),
        case("messages without text", messages(0, 0, 1_900), End::Refused("messages to the user")),
        case("errors in the log", lines(3, 1_900), End::Outcome("log_limit")),
        case(
            "many keys",
            Flood::list(SET, (500, 20), 4).text_at(0).field(8, 1),
            End::Refused("keys, allowed are 1000"),
        ),
        case(
            "the same key again",
            Flood::list(SET, (1_500, 20), 5).same_text_at(0, "key").field(8, 1),
            End::Refused("changes of its state"),
        ),
        case("a key without a name", Flood::list(SET, (1, 20), 1_900), End::Refused("allowed are 1 to 200")),
        case(
            "a value of a megabyte",
            Flood::list(SET, (1, 20), 50).text_at(0).field(8, 1).field(12, 16 << 20).field(16, 1_000_000),
            End::Refused("bytes"),
        ),
        case(
            "reading keys",
            Flood::names(("state", "get"), 2_000, 1_900),
            End::Refused("bytes in its calls"),
        ),
        case(
            "reading one key",
            Flood::list(("state", "get"), (1_000, 8), 1_900),
            End::Refused("bytes in its calls"),
        ),
        case(
            "listing keys",
            Flood::plain(("state", "keys"), "i32 i32 i32", &format!("{TEXT} (i32.const 0)"), 1_999),
            End::Served,
        ),
        case(
            "a long prefix",
            Flood::plain(("state", "keys"), "i32 i32 i32", &format!("{LONG} (i32.const 100000)"), 1_900),
            End::Refused("bytes in its calls"),
        ),
        case("signals at once", exits(600, 3).same_text_at(0, KNOWN), End::Refused("signals to publish")),
        case(
            "a signal with a long reason",
            exits(1, 50).same_text_at(0, KNOWN).long_text_at(12, 5_000),
            End::Refused("may have 4096 bytes"),
        ),
        case(
            "buys for everybody",
            Flood::list(PUBLISH, (1, 136), 50).same_text_at(0, KNOWN),
            End::Refused("may not publish"),
        ),
        case("levels without end", exits(1, 50).same_text_at(0, KNOWN).field(8, 2), End::Served),
        case("reading signals", asks(("signals", "read"), 1_999), End::Served),
        case("candles of few", candles(20, 5_000, 50), End::Refused("rows of its calls")),
        case("no candles of many", candles(5_000, 0, 1_900), End::Refused("bytes in its calls")),
        case("quotes", symbols("quotes"), End::Refused("bytes in its calls")),
        case("instruments", symbols("instruments"), End::Refused("bytes in its calls")),
        case(
            "quotes of one share",
            Flood::list(("market", "quotes"), (1_000, 8), 1_900).same_text_at(0, KNOWN),
            End::Refused("bytes in its calls"),
        ),
        case("the universe", asks(("market", "universe"), 1_999), End::Served),
        case("phases", Flood::names(("calendar", "phases"), 400, 1_900), End::Refused("bytes in its calls")),
        case(
            "phases of nothing",
            Flood::list(("calendar", "phases"), (50_000, 8), 100),
            End::Refused("bytes in its calls"),
        ),
        case(
            "days",
            Flood::plain(("calendar", "get-day"), "i32 i32", "(i32.const 20000)", 1_999),
            End::Served,
        ),
        case(
            "days far away",
            Flood::plain(
                ("calendar", "trading-day-from"),
                "i32 i32 i32",
                "(i32.const 20000) (i32.const 2147483647)",
                1_900,
            ),
            End::Refused("rows of its calls"),
        ),
        case("the hour", asks(("calendar", "after-market-open"), 5_000), End::Outcome("call_limit")),
        trade("one cancellation", cancels(1, 1_900), End::Refused("change or cancel at most 200 orders")),
        trade("cancellations at once", cancels(100_000, 3), End::Refused("bytes in its calls")),
        trade("changes", modifies(1_900), End::Refused("change or cancel at most 200 orders")),
        trade("reconciling", asks(("broker", "reconcile"), 1_900), End::Refused("questions to the broker")),
        trade(
            "closing the day",
            asks(("broker", "close-day"), 1_900),
            End::Refused("questions to the broker"),
        ),
        trade(
            "orders",
            Flood::list(("broker", "place"), (100, 96), 20),
            End::Refused("place at most 50 orders"),
        ),
        trade(
            "orders at once",
            Flood::list(("broker", "place"), (5_000, 96), 5),
            End::Refused("place at most 50 orders"),
        ),
        trade(
            "reading orders",
            Flood::plain(("broker", "orders"), "i32 i32", "(i32.const 2)", 1_999),
            End::Served,
        ),
        trade("positions", asks(("broker", "positions"), 1_999), End::Served),
        trade("funds", asks(("broker", "get-funds"), 1_999), End::Served),
        trade(
            "charges",
            Flood::list(("charges", "estimate"), (1_000, 16), 1_900),
            End::Refused("bytes in its calls"),
        ),
        case("counters", asks(("config", "get"), 1).ending_with(0, 900), End::Outcome("byte_limit")),
    ]
}

/// The p99 of what neighbours do: an answer over HTTP, a durable write, a run of their own.
async fn p99(daemon: &Daemon, client: &Client, rounds: usize, ready: impl Fn() -> bool) -> Duration {
    let neighbour = daemon.users.find(NEIGHBOUR).unwrap();
    let mut took = Vec::new();
    while took.len() < 3 * rounds || !ready() {
        let stopwatch = Stopwatch::start();
        assert_eq!(client.get("/api/v1/user/service/status").await.status, 200);
        took.push(stopwatch.elapsed());
        let stopwatch = Stopwatch::start();
        daemon.store.flush().await.unwrap();
        took.push(stopwatch.elapsed());
        let stopwatch = Stopwatch::start();
        let now = daemon.clock.now();
        let answer = daemon
            .runs
            .execute(&neighbour, Task::literal("premarket_retry"), now, Trigger::Manual, 1)
            .await
            .unwrap();
        assert!(answer.unwrap().outcome.is_success());
        took.push(stopwatch.elapsed());
    }
    took.sort();
    took[took.len() * 99 / 100]
}

async fn run_of(daemon: &Daemon, user: UserId, task: Task) -> RunId {
    let user = daemon.users.find(user).unwrap();
    let now = daemon.clock.now();
    daemon.runs.execute(&user, task, now, Trigger::Manual, 1).await.unwrap().unwrap().run
}

/// The p99 of neighbours without and with a guest that runs again and again beside them.
async fn pair(
    daemon: &Arc<Daemon>,
    client: &Client,
    (user, task): (UserId, Task),
    rounds: usize,
) -> (Duration, Duration) {
    let without = p99(daemon, client, rounds, || true).await;
    let (ended, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let hostile = tokio::spawn({
        let (daemon, ended, stop) = (daemon.clone(), ended.clone(), stop.clone());
        async move {
            while !stop.load(Ordering::SeqCst) {
                run_of(&daemon, user, task).await;
                ended.store(true, Ordering::SeqCst);
            }
        }
    });
    let with = p99(daemon, client, rounds, || ended.load(Ordering::SeqCst)).await;
    stop.store(true, Ordering::SeqCst);
    hostile.await.unwrap();
    (without, with)
}

/// How much slower neighbours are than they may be; negative when they are not.
fn excess((without, with): &(Duration, Duration)) -> i128 {
    let most = (2 * *without).max(*without + IGNORED);
    i128::try_from(with.as_micros()).unwrap() - i128::try_from(most.as_micros()).unwrap()
}

fn status(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix(line)).unwrap();
    line.trim_matches(|it: char| !it.is_ascii_digit()).parse::<u64>().unwrap() * 1024
}

/// The sentences with which calls of a run were refused.
async fn refusals(daemon: &Daemon, user: UserId, run: RunId) -> Vec<String> {
    let recording = find_recording(&daemon.store.user(user), run).await.unwrap().unwrap();
    let of_orders = |refusals: Vec<&Refusal>| refusals.into_iter().map(|it| it.detail.clone()).collect();
    let refused = |reply: &HostReply| match reply {
        HostReply::Refused(HostError::Invalid(why) | HostError::Unavailable(why)) => vec![why.clone()],
        HostReply::Placed(answers) => of_orders(answers.iter().filter_map(|it| it.as_ref().err()).collect()),
        HostReply::Cancelled(answers) => {
            of_orders(answers.iter().filter_map(|it| it.as_ref().err()).collect())
        }
        HostReply::Modified(Err(refusal)) => vec![refusal.detail.clone()],
        _ => Vec::new(),
    };
    let calls = recording.calls().unwrap();
    let mut sentences: Vec<_> =
        calls.iter().filter_map(|call| call.answer.as_ref()).flat_map(|(_, reply)| refused(reply)).collect();
    sentences.dedup();
    sentences
}

/// Whether the run was stopped as it should be, and says what it used.
async fn check_end(daemon: &Daemon, user: UserId, run: RunId, case: &Case) -> RunRow {
    daemon.store.flush().await.unwrap();
    let row = daemon.store.user(user).find_run(run).await.unwrap().unwrap();
    let outcome = row.outcome.as_deref().unwrap();
    match case.end {
        End::Refused(why) => {
            let sentences = refusals(daemon, user, run).await;
            assert!(sentences.iter().any(|it| it.contains(why)), "{}: {row:?} {sentences:?}", case.name);
            assert_eq!(outcome, "succeeded", "{}: {row:?}", case.name);
        }
        End::Outcome(name) => assert_eq!(outcome, name, "{}: {row:?}", case.name),
        End::Served => assert_eq!(outcome, "succeeded", "{}: {row:?}", case.name),
    }
    let said = row.left.rows > 0 || row.left.refused > 0;
    assert!(row.calls > 0 && said && row.left.host_micros < 10_000_000, "{}: {row:?}", case.name);
    row
}

async fn suffer(console: &Console, client: &Client, user: UserId, case: &Case, rounds: usize) {
    let daemon = &console.daemon;
    let row = upload(daemon, case.task, &case.flood.component()).await;
    let permission = daemon.grants.permission(case.task);
    daemon.modules.pin(user, (case.task, row.version), ADMIN, permission, daemon.clock.now()).await.unwrap();

    daemon.store.flush().await.unwrap();
    let database = daemon.store.system().used_bytes().await.unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let memory = status("VmRSS:");
    let stopwatch = Stopwatch::start();
    let run = run_of(daemon, user, case.task).await;
    let took = stopwatch.elapsed();
    let row = check_end(daemon, user, run, case).await;
    let mut pairs = Vec::new();
    for _ in 0..3 {
        pairs.push(pair(daemon, client, (user, case.task), rounds).await);
    }
    pairs.sort_by_key(excess);
    daemon.store.flush().await.unwrap();
    let memory = status("VmHWM:").saturating_sub(memory);
    let database = daemon.store.system().used_bytes().await.unwrap().saturating_sub(database);
    println!(
        "{:26} {took:9.1?} neighbours {:.1?} -> {:.1?}, memory +{} MB, database +{} kB, {:?}",
        case.name,
        pairs[1].0,
        pairs[1].1,
        memory >> 20,
        database >> 10,
        row.left
    );
    assert!(excess(&pairs[1]) <= 0, "{}: neighbours were slowed down: {pairs:?}", case.name);
    assert!(memory <= MOST_MEMORY, "{}: {memory} bytes of memory", case.name);
    assert!(database <= MOST_DATABASE, "{}: {database} bytes of database", case.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_guest_does_has_a_bound_and_neighbours_hardly_notice() {
    let mut cases = kinds();
    if heavy() {
        cases.extend(others());
        assert!(cases.len() >= 40);
    }
    let users = USERS + u32::try_from(cases.len()).unwrap();
    let console = Console::of(TestHost::new(users), at(MONDAY, "10:00")).await;
    let client = console.logged_in(NEIGHBOUR).await;
    let rounds = if heavy() { 100 } else { 8 };
    for (user, case) in (u64::from(USERS) + 1..).zip(&cases) {
        suffer(&console, &client, UserId(user), case, rounds).await;
    }
    assert!(console.daemon.store.health().is_ok());
    console.stop().await;
}
