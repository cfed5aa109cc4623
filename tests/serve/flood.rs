//! A flood of connections that ask for nothing, and how long the others wait meanwhile.

use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use prahari_app::clock::Stopwatch;
use tokio::net::TcpSocket;

use crate::connections::{half_body, half_head, is_closed, request, stream};
use crate::serving::{DEMO_PASSWORD, Serving, demo};
use crate::support::heavy;

/// How many of each kind are held open.
fn many() -> usize {
    if heavy() { 2_000 } else { 200 }
}

/// A connection from an address of its own: of one address the daemon holds few.
async fn line(daemon: &Serving, said: &str, number: usize) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    let last = u8::try_from(2 + number % 100).unwrap();
    socket.bind(([127, 0, 0, last], 0).into()).ok()?;
    let stream = socket.connect(daemon.address.parse().unwrap()).await.ok()?;
    let _gave_way = stream.writable().await;
    let _gave_way = stream.try_write(said.as_bytes());
    stream.into_std().ok()
}

/// Keeps as many of a kind open as belong to the flood until it is told to end; answers how many were opened.
fn keep_up(daemon: &Serving, said: &str, ready: &mpsc::Sender<()>, end: &mpsc::Receiver<()>) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut lines: Vec<Option<TcpStream>> = (0..many()).map(|_| None).collect();
    let mut opened = 0;
    let mut told = false;
    loop {
        for (number, slot) in lines.iter_mut().enumerate() {
            if slot.as_mut().is_none_or(is_closed) {
                *slot = runtime.block_on(line(daemon, said, number));
                opened += 1;
            }
        }
        if !std::mem::replace(&mut told, true) {
            ready.send(()).unwrap();
        }
        if end.recv_timeout(Duration::from_millis(200)) != Err(mpsc::RecvTimeoutError::Timeout) {
            return opened;
        }
    }
}

/// How long the slowest in a hundred of the others waits: on new connections, signed in and not.
fn p99(daemon: &Serving, session: &str) -> Duration {
    let mut waits = Vec::new();
    for _ in 0..100 {
        for (path, headers) in [("/api/v1/system/health", ""), ("/api/v1/auth/me", session)] {
            let stopwatch = Stopwatch::start();
            assert_eq!(daemon.get(path, headers).status, 200);
            waits.push(stopwatch.elapsed());
        }
    }
    waits.sort_unstable();
    waits[waits.len() * 99 / 100 - 1]
}

#[test]
fn a_flood_of_every_kind_makes_nobody_wait() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    let daemon = demo(&["--speed", "1", "--history", "0", "--connections", "1500"]);
    let flooding = daemon.sign_in("user3", DEMO_PASSWORD);
    let session = daemon.sign_in("user2", DEMO_PASSWORD);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let kinds = [
        ("silent", String::new()),
        ("half a head", half_head(&daemon)),
        ("half a body", half_body(&daemon)),
        ("kept alive", request(&daemon, "/api/v1/system/health", "")),
        ("streams of one user", stream(&daemon, &flooding)),
    ];
    for (what, said) in kinds {
        let mut pairs = Vec::new();
        let mut opened = 0;
        for _ in 0..3 {
            let without = p99(&daemon, &session);
            let with = std::thread::scope(|scope| {
                let (told, ready) = mpsc::channel();
                let (end, ended) = mpsc::channel();
                let (daemon, said) = (&daemon, &said);
                let flood = scope.spawn(move || keep_up(daemon, said, &told, &ended));
                ready.recv().unwrap();
                let with = p99(daemon, &session);
                drop(end);
                opened += flood.join().unwrap();
                with
            });
            pairs.push((with, without));
        }
        // The median of three pairs; what is too little to notice is no difference.
        pairs.sort_by_key(|(with, without)| with.saturating_sub(*without));
        let (with, without) = pairs[1];
        println!("{what}: {opened} connections opened; p99 of the others {with:?}, without {without:?}");
        assert!(with <= without * 3 || with < without + Duration::from_millis(20), "{what}: {pairs:?}");
    }
    println!("{}", daemon.json("/api/v1/system/connections", &admin));
}
