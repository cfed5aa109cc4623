//! Nothing that the broker must not show leaves its client: after a day in which it wrote account, PAN and tokens wherever
//! it does, log, recordings, database, answers and workers have none of it.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use kotak_sim::{AccountSpec, Call, Fault};
use prahari_app::daemon::Daemon;
use prahari_app::runs::Trigger;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::UserId;
use prahari_domain::orders::Side;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::broker;
use prahari_runtime::{HostCall, HostReply};
use prahari_store::RunFilter;
use tracing_subscriber::EnvFilter;

use crate::live_day::LiveDay;
use crate::support::captured_log::CapturedLog;
use crate::support::console::{Console, THIRD};
use crate::support::{ADMIN, MONDAY, OTHER, at};

/// What is logged: everything of ours and of the client of HTTP, and of the rest what a person would ask for.
const FILTER: &str = "info,prahari=trace,prahari_api=trace,prahari_app=trace,prahari_brokers=trace,\
                      prahari_kotak=trace,prahari_store=trace,reqwest=trace,hyper=debug,hyper_util=trace";

const MONITOR: Task = Task::literal("sell_monitor");

/// What must be nowhere: of accounts, and of every session that the fake begins.
fn secrets<'a>(accounts: impl Iterator<Item = &'a AccountSpec>) -> Vec<String> {
    let mut all = vec![
        // The ids of its sessions, and the head of its tokens.
        "11111111-aaaa-4bbb".to_owned(),
        "33333333-aaaa-4bbb".to_owned(),
        BASE64URL_NOPAD.encode(br#"{"alg":"RS256""#)[..18].to_owned(),
    ];
    for account in accounts {
        let mobile = account.mobile.trim_start_matches("+91").to_owned();
        let own = [&account.access_token, &account.ucc, &account.pan, &account.totp_secret];
        all.extend(own.into_iter().cloned().chain([mobile]));
    }
    all
}

fn none_in(place: &str, bytes: &[u8], secrets: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets {
        let around = text.find(secret.as_str()).map(|at| {
            let from = text.floor_char_boundary(at.saturating_sub(80));
            text[from..].chars().take(240).collect::<String>()
        });
        assert_eq!(around, None, "{place} has {secret}");
    }
}

/// Whether digits stand in a text as a number by themselves.
fn has_number(text: &str, digits: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.match_indices(digits).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + digits.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

/// The day: a login that is refused, orders, changes, refusals with everything in their reasons.
async fn trade(live: &LiveDay) {
    let ucc = live.outside.account(OTHER).ucc.clone();
    let token = live.outside.account(OTHER).access_token.clone();
    // The refusal repeats the token that was sent.
    live.outside.sim.change_account(&ucc, |spec| spec.access_token = "none of ours".to_owned()).unwrap();
    let user = live.daemon.users.find(OTHER).unwrap();
    user.link().broker.funds().await.unwrap_err();
    live.outside.sim.change_account(&ucc, |spec| spec.access_token = token).unwrap();
    live.pass_until(live.now().plus_minutes(5)).await;
    for (user, share) in [ADMIN, OTHER].into_iter().zip(&live.shares) {
        let rests = live.limit(share, Side::Buy, 10, -15).await;
        let id = live.place(user, rests).await.unwrap();
        // From here on the broker's own tag is on it, with the PAN inside.
        let change = broker::OrderChange { quantity: Some(7), kind: None };
        let changed = live.ask(user, HostCall::Modify { order_id: id, change }).await;
        assert!(matches!(&changed, HostReply::Modified(Ok(()))), "{changed:?}");
    }
    for (user, share) in [ADMIN, OTHER].into_iter().zip(live.shares.iter().skip(2)) {
        let AccountSpec { ucc, pan, mobile, .. } = live.outside.account(user);
        let reason = format!("RMS:Margin Exceeds for entity account-{ucc} of {pan}, call {mobile}");
        live.outside.next(Call::Place, Fault::RejectLate { ms: 0, reason });
        let refused = live.limit(share, Side::Buy, 10, 5).await;
        let _in_the_book = live.place(user, refused).await;
        live.pass_until(live.now().plus_minutes(2)).await;
    }
    for (user, share) in [ADMIN, OTHER].into_iter().zip(live.shares.iter().skip(4)) {
        let bought = live.limit(share, Side::Buy, 10, 5).await;
        live.place(user, bought).await.unwrap();
    }
    // Sessions that end, and an answer that nobody can read.
    live.outside.sim.end_sessions(&ucc).unwrap();
    live.pass_until(live.now().plus_minutes(5)).await;
    live.outside.next(Call::Book, Fault::WrongJson);
    live.pass_until(live.now().plus_minutes(5)).await;
}

/// What can be seen of the process in which a user's task runs.
async fn worker_of(daemon: &Arc<Daemon>, user: UserId) -> Vec<(String, Vec<u8>)> {
    daemon.services.start_individual(user, MONITOR).await.unwrap();
    let whose = daemon.users.find(user).unwrap();
    let answer = daemon.runs.execute(&whose, MONITOR, daemon.clock.now(), Trigger::Scheduled, 1).await;
    assert!(answer.unwrap().unwrap().outcome.is_success());
    let all = daemon.services.individual_status(user).await.unwrap();
    let pid = all.into_iter().find(|status| status.task == MONITOR).unwrap().process_id.unwrap();
    let mut seen = Vec::new();
    for name in ["environ", "cmdline", "maps"] {
        seen.push((format!("{name} of the worker"), std::fs::read(format!("/proc/{pid}/{name}")).unwrap()));
    }
    if let Some(memory) = memory_of(pid, &seen[2].1) {
        assert!(memory.len() > 1 << 20, "little of the worker's memory was seen: {}", memory.len());
        seen.push(("the memory of the worker".to_owned(), memory));
    }
    seen
}

/// Most bytes of a process that are looked at: much is reserved that was never written.
const MOST_LOOKED_AT: usize = 1 << 30;

/// What a process may write of its memory; none where this system shows it to nobody.
fn memory_of(pid: u32, maps: &[u8]) -> Option<Vec<u8>> {
    let memory = match File::open(format!("/proc/{pid}/mem")) {
        Ok(memory) => memory,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            eprintln!("left out: the memory of a worker cannot be read here: {error}");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let (mut page, nothing) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let (mut seen, mut looked_at) = (Vec::new(), 0);
    for line in String::from_utf8_lossy(maps).lines().filter(|line| line.contains(" rw")) {
        let (begin, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let number = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let (mut at, end) = (number(begin), number(end));
        while at < end && looked_at < MOST_LOOKED_AT {
            let most = usize::try_from(end - at).unwrap().min(page.len());
            let Ok(read @ 1..) = memory.read_at(&mut page[..most], at) else { break };
            if page[..read] != nothing[..read] {
                seen.extend_from_slice(&page[..read]);
            }
            (at, looked_at) = (at + read as u64, looked_at + read);
        }
    }
    Some(seen)
}

/// Every recording of a user's runs, as text.
async fn recordings(daemon: &Daemon, user: UserId) -> String {
    let scope = daemon.store.user(user);
    let filter = RunFilter { limit: 1_000, ..RunFilter::default() };
    let mut text = String::new();
    for run in scope.runs(filter).await.unwrap() {
        let Some(recording) = find_recording(&scope, run.id).await.unwrap() else { continue };
        text.push_str(&format!("{:?} {:?}\n", recording.run, recording.calls().unwrap()));
    }
    text
}

/// Every answer that somebody can ask for.
async fn answers(console: &Console) -> String {
    let (user, admin) = (console.user().await, console.admin().await);
    let document = console.nobody().get("/api/v1/openapi.json").await.json();
    let mut text = String::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // A stream does not end by itself.
        if item.get("get").is_none() || path.ends_with("/live") {
            continue;
        }
        let ids = if path.contains("{id}") { &["1", "2", "3"][..] } else { &["1"][..] };
        for client in [&user, &admin] {
            for id in ids {
                text.push_str(&client.get(&path.replace("{id}", id)).await.text);
            }
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_no_secret_of_the_broker_is_anywhere() {
    let log = CapturedLog::default();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(FILTER)).without_time().with_ansi(false);
    let _the_only_one = tracing::subscriber::set_global_default(subscriber.with_writer(log.clone()).finish());
    let live = LiveDay::begin(3, &[ADMIN, OTHER], at(MONDAY, "08:50")).await;
    live.pass_until(at(MONDAY, "09:16")).await;
    trade(&live).await;
    let worker = worker_of(&live.daemon, THIRD).await;
    live.pass_until(at(MONDAY, "15:32")).await;
    live.leap_until(at(MONDAY, "19:00")).await;
    let users = [ADMIN, OTHER, THIRD];
    let secrets = secrets(users.iter().map(|user| live.outside.account(*user)));
    // The broker has written what it must not show, and we have heard it.
    let reasons = live.outside.orders(OTHER).into_iter().filter_map(|order| order.reason);
    assert!(reasons.into_iter().any(|reason| reason.contains(&live.outside.account(OTHER).pan)));
    let tags: Vec<String> = live.outside.orders(ADMIN).into_iter().map(|order| order.tag).collect();
    assert!(tags.iter().any(|tag| tag.contains(&live.outside.account(ADMIN).pan)), "{tags:?}");

    let mut recorded = String::new();
    for user in users {
        recorded.push_str(&recordings(&live.daemon, user).await);
    }
    let LiveDay { house, outside, daemon, .. } = live;
    let console = Console::over(house, daemon.clone()).await;
    let answered = answers(&console).await;
    daemon.services.stop_individual(THIRD, MONITOR).await.unwrap();
    let house = console.stop().await;

    let logged = log.text();
    assert!(logged.contains("logged in at the broker"), "{}", logged.len());
    assert!(answered.contains("[masked]"), "no reason of a refusal was shown");
    assert!(recorded.len() > 10_000 && answered.len() > 10_000, "{} {}", recorded.len(), answered.len());
    none_in("the log", logged.as_bytes(), &secrets);
    none_in("a recording", recorded.as_bytes(), &secrets);
    none_in("an answer", answered.as_bytes(), &secrets);
    for (place, bytes) in &worker {
        none_in(place, bytes, &secrets);
    }
    for end in ["", "-wal"] {
        let mut path = house.database().into_os_string();
        path.push(end);
        none_in("the database", &std::fs::read(path).unwrap_or_default(), &secrets);
    }
    // The PIN is six digits: it may be part of any number, and a number by itself is looked for where people read.
    for user in users {
        let pin = &outside.account(user).mpin;
        for text in [&logged, &answered] {
            assert!(!has_number(text, pin), "{pin}");
        }
    }
}
