//! Uploads that mean harm, over HTTP, while everybody's tasks run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::select_all;
use prahari_app::clock::Stopwatch;
use prahari_domain::tasks::Task;
use prahari_store::{Role, SlotOutcome};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::console::{Client, Console};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, component, end_of, guests, run, start_services};
use crate::{upload, version_of};

const TASK: Task = Task::literal("sell_monitor");
const PATH: &str = "/api/v1/modules/sell_monitor";

/// What an upload was answered, and how long that took.
struct Answered {
    status: u16,
    sentence: String,
    after: Duration,
}

async fn post(client: &Client, bytes: Vec<u8>) -> Answered {
    let stopwatch = Stopwatch::start();
    let request = client.request(Method::POST, PATH).header("content-type", "application/octet-stream");
    let answer = request.body(bytes).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: serde_json::Value = answer.json().await.unwrap();
    let sentence = body["detail"].as_str().unwrap_or_default().to_owned();
    Answered { status, sentence, after: stopwatch.elapsed() }
}

fn parsed(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// Within the limits on modules, and so much to compile that it steps back behind everything else.
fn slow_to_compile() -> Vec<u8> {
    let function = "(func (param i64 i64) (result i64)
        (i64.mul (i64.add (local.get 0) (local.get 1)) (i64.xor (local.get 0) (i64.const 79))))";
    parsed(&format!("(component (core module {}))", function.repeat(6_000)))
}

/// What is refused, with a part of the sentence that says why.
fn refused() -> Vec<(Vec<u8>, &'static str)> {
    let bomb = format!("(component (core module {}))", "(func)".repeat(50_000));
    let nested = format!("{}{}", "(component ".repeat(20), ")".repeat(20));
    let code = std::fs::read(compiled(&shared_cache()).remove(0)).unwrap();
    vec![
        (parsed(&bomb), "50000 functions"),
        (parsed(&nested), "nested more than 4 deep"),
        (b"(component)".to_vec(), "the file is text"),
        (code[32..].to_vec(), "precompiled"),
        (slow_to_compile(), "describe"),
        (guests::talks_of_itself(), "with 5000 bytes of name; at most 64 are allowed"),
        (Vec::new(), "empty"),
    ]
}

fn shared_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("modules")
}

/// The shared cache in a folder of one's own, for what must not be found compiled by the next run of the test.
fn own_cache() -> tempfile::TempDir {
    let cache = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(shared_cache()).unwrap().map(Result::unwrap) {
        // Other tests put files there, under another name first.
        let _gone_meanwhile = std::fs::copy(entry.path(), cache.path().join(entry.file_name()));
    }
    cache
}

fn compiled(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "cwasm")).collect()
}

/// Announces 100 MB and sends none of them: whoever refuses that has not read them.
async fn announce_too_much(console: &Console, admin: &Client) -> String {
    let mut line = begin_upload(console, admin, "Content-Length: 104857600").await;
    refusal(&mut line).await
}

/// A line on which the head of an upload was sent.
async fn begin_upload(console: &Console, admin: &Client, length: &str) -> TcpStream {
    let mut line = TcpStream::connect(console.address).await.unwrap();
    let (address, cookie) = (console.address, admin.cookie().unwrap());
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
         Content-Type: application/octet-stream\r\n{length}\r\n\r\n"
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line
}

/// The answer, up to the sentence about the size.
async fn refusal(line: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("a component has at most") {
        assert!(line.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_two_uploads_under_way_and_no_more() {
    let console = Console::start(at(MONDAY, "09:00")).await;
    let admin = console.admin().await;
    let bytes = guests::writes_state('1', true);
    // Each says that there is more to come; one of them is refused without waiting for it.
    let mut lines = Vec::new();
    for length in ["Content-Length: 1000", "Transfer-Encoding: chunked", "Content-Length: 30000000"] {
        lines.push(begin_upload(&console, &admin, length).await);
    }
    let answers = lines.iter_mut().map(|line| Box::pin(beginning(line)));
    let (answer, refused, others) = select_all(answers).await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    drop(others);
    drop(lines.remove(refused));
    let answered = post(&admin, bytes.clone()).await;
    let sentence = "two uploads of yours are under way; wait until one of them has ended";
    assert_eq!((answered.status, answered.sentence.as_str()), (429, sentence));
    // Another user has places of their own.
    console.daemon.users_admin.set_access(OTHER, Role::Admin, true, console.real.now()).await.unwrap();
    assert_eq!(post(&console.user().await, bytes.clone()).await.status, 201);
    drop(lines);
    // Asking is the only waiting.
    let mut status = 429;
    for _ in 0..10_000 {
        status = post(&admin, bytes.clone()).await.status;
        if status != 429 {
            break;
        }
    }
    assert_eq!(status, 201);
}

/// The first bytes of an answer.
async fn beginning(line: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    line.read_buf(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Sends a byte more than a component may have, without having announced how many come.
async fn send_too_much(console: &Console, admin: &Client) -> String {
    let mut line = begin_upload(console, admin, "Transfer-Encoding: chunked").await;
    let chunk = [b"100000\r\n".as_slice(), &vec![0; 1 << 20], b"\r\n"].concat();
    for _ in 0..32 {
        line.write_all(&chunk).await.unwrap();
    }
    line.write_all(b"2\r\n\0\0\r\n0\r\n\r\n").await.unwrap();
    refusal(&mut line).await
}

/// How long the daemon takes to say how the user's service is, again and again until the uploads have their answers.
async fn latencies(user: &Client, uploads: &mut JoinSet<()>) -> Vec<Duration> {
    let mut latencies = Vec::new();
    while !uploads.is_empty() {
        while let Some(ended) = uploads.try_join_next() {
            ended.unwrap();
        }
        let stopwatch = Stopwatch::start();
        assert_eq!(user.get("/api/v1/user/service/status").await.status, 200);
        latencies.push(stopwatch.elapsed());
    }
    latencies.sort();
    latencies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_uploads_are_refused_while_everybody_is_served() {
    let cache = own_cache();
    let console = Console::of(TestHost::with_cache(50, cache.path()), at(MONDAY, "09:10")).await;
    let daemon = Arc::clone(&console.daemon);
    start_services(&daemon).await;
    let (admin, user) = (console.admin().await, console.user().await);
    assert!(announce_too_much(&console, &admin).await.starts_with("HTTP/1.1 413 "));
    assert!(send_too_much(&console, &admin).await.starts_with("HTTP/1.1 413 "));

    let slowest = Arc::new(Mutex::new(Duration::ZERO));
    let mut uploads = JoinSet::new();
    // As many as one user may have under way.
    let turns = Arc::new(Semaphore::new(2));
    for (bytes, reason) in refused() {
        let (admin, slowest, turns) = (admin.clone(), Arc::clone(&slowest), Arc::clone(&turns));
        uploads.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            let answered = post(&admin, bytes).await;
            assert_eq!(answered.status, 400, "{reason}: {}", answered.sentence);
            assert!(answered.sentence.contains(reason), "{reason}: {}", answered.sentence);
            let mut slowest = slowest.lock().unwrap();
            *slowest = slowest.max(answered.after);
        });
    }
    // The same new version twice at once is one version.
    for _ in 0..2 {
        let (admin, bytes) =
            (admin.clone(), [component(TASK), &[0, 6, 5, b't', b'w', b'i', b'c', b'e']].concat());
        let turns = Arc::clone(&turns);
        uploads.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            assert_eq!(post(&admin, bytes).await.status, 201);
        });
    }
    let serving = tokio::spawn({
        let daemon = Arc::clone(&daemon);
        async move { run(&daemon, at(MONDAY, "15:31")).await }
    });
    let latencies = latencies(&user, &mut uploads).await;
    serving.await.unwrap();

    for user in daemon.users.all() {
        let (outcome, reason) = end_of(&daemon, user.id, MONDAY, TASK).await;
        assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, "375 of 375 ticks ran, 0 failed"));
    }
    let in_use = admin.delete(&format!("{PATH}/1")).await;
    assert_eq!((in_use.status.as_u16(), in_use.json()["code"].as_str()), (409, Some("module_in_use")));
    let versions = daemon.store.system().modules().await.unwrap();
    assert_eq!(versions.iter().filter(|row| row.task == TASK).count(), 2);
    let (median, worst) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
    let slowest = *slowest.lock().unwrap();
    eprintln!(
        "{} answers meanwhile: median {median:?}, worst {worst:?}; slowest upload {slowest:?}",
        latencies.len()
    );
    // Had the daemon waited for the compiler, an answer would have taken as long as that.
    assert!(median * 10 < slowest, "median {median:?} while an upload took {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_in_the_cache_is_compiled_again_while_everybody_is_served() {
    let cache = own_cache();
    let house = TestHost::with_cache(20, cache.path());
    let daemon = house.start(at(MONDAY, "09:10")).await;
    start_services(&daemon).await;
    let module = guests::writes_state('1', true);
    upload(&daemon, Task::literal("buy_orders"), &module).await;
    let mut tampered = Vec::new();
    for path in compiled(cache.path()) {
        let mut code = std::fs::read(&path).unwrap();
        let middle = code.len() / 2;
        code[middle] ^= 1;
        std::fs::write(&path, &code).unwrap();
        tampered.push((path, code));
    }
    let serving = tokio::spawn({
        let daemon = Arc::clone(&daemon);
        async move { run(&daemon, at(MONDAY, "15:31")).await }
    });
    // Its code is in the cache as that of another task, and was changed there.
    let task = Task::literal("position_monitor");
    let row = upload(&daemon, task, &module).await;
    let compiled_again =
        tampered.iter().filter(|(path, code)| std::fs::read(path).ok().as_ref() != Some(code));
    assert_eq!(compiled_again.count(), 1);
    serving.await.unwrap();
    assert_eq!((row.version, version_of(&daemon, ADMIN, task)), (2, 1));
    for user in daemon.users.all() {
        assert_eq!(end_of(&daemon, user.id, MONDAY, TASK).await.1, "375 of 375 ticks ran, 0 failed");
    }
}
