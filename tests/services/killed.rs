//! The interleavings with real processes: one is killed at some moment of it, and another is started on what it left.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::net::TcpStream;

use nix::sys::signal::Signal;
use prahari_domain::ids::UserId;
use serde_json::{Value, json};

use super::interleavings::{Act, ROUNDS, Seed, SeededRng, Shares, WINDOWS, all_accounted_for};
use crate::serving::{DEMO_PASSWORD, Serving, demo};
use crate::support::{ADMIN, MONDAY, TUESDAY, TestHost, at, run, stop};

/// So that a minute takes a twentieth of a second.
const SPEED: &str = "1200";

/// Whose session it comes with, method and path, body.
type Request<'a> = (&'a str, (&'static str, &'static str), Value);

/// A daemon in a process of its own, and the sessions of its two users.
struct Process {
    serving: Serving,
    admin: String,
    user: String,
}

impl Process {
    /// On a new database: nobody has traded, both services are on, the market is about to open.
    fn begin(db: &str) -> Self {
        let serving = start(db);
        let admin = serving.sign_in("admin", DEMO_PASSWORD);
        let user = serving.sign_in("user2", DEMO_PASSWORD);
        let begun = Self { serving, admin, user };
        let opening = format!("{MONDAY}T09:13");
        while begun.health()["now"].as_str().unwrap() < opening.as_str() {}
        begun
    }

    /// Ends it at once, with these requests under way, and starts another one. The sessions go on.
    fn kill(mut self, db: &str, under_way: Vec<TcpStream>) -> Self {
        self.serving.signal(Signal::SIGKILL);
        assert!(!self.serving.child.wait().unwrap().success());
        drop(under_way);
        Self { serving: start(db), ..self }
    }

    fn session(&self, user: UserId) -> &str {
        if user == ADMIN { &self.admin } else { &self.user }
    }

    /// Whose request an act is, and what it asks for.
    fn request(&self, act: Act) -> Request<'_> {
        match act {
            Act::Restart(user) => (self.session(user), ("POST", "/api/v1/user/service/restart"), Value::Null),
            Act::Stop(user) => (self.session(user), ("POST", "/api/v1/user/service/stop"), Value::Null),
            Act::Start(user) => (self.session(user), ("POST", "/api/v1/user/service/start"), Value::Null),
            Act::RunOnce(user, task) => {
                let body = json!({ "task": task.name() });
                (self.session(user), ("POST", "/api/v1/service/individual/run-once"), body)
            }
            Act::Change(which) => {
                let (start, end) = WINDOWS[which];
                let rule = json!({ "kind": "each_minute", "time": start, "end_time": end });
                let version = &self.serving.json("/api/v1/service/schedules", &self.admin)["version"];
                let body = json!({ "expected_version": version, "rule": rule, "enabled": true });
                (&self.admin, ("PUT", "/api/v1/service/schedules/sell_monitor"), body)
            }
            Act::SetActive(active) => {
                (&self.admin, ("PATCH", "/api/v1/users/2"), json!({ "active": active }))
            }
        }
    }

    /// Refusals are answers here: somebody else was first, or the user is not active, which ends the session too.
    fn act(&mut self, act: Act) {
        let (session, what, body) = self.request(act);
        let answer = self.serving.send_as(session, what, &body);
        assert!(
            matches!(answer.status, 200..300 | 401 | 403 | 409),
            "{act:?}: {} {}",
            answer.status,
            answer.body
        );
        if answer.status == 401 {
            // The admin lets the user in again.
            let body = json!({ "active": true });
            let active = self.serving.send_as(&self.admin, ("PATCH", "/api/v1/users/2"), &body);
            assert_eq!(active.status, 200, "{}", active.body);
            self.user = self.serving.sign_in("user2", DEMO_PASSWORD);
        }
    }

    /// Begins it, and does not wait for the answer.
    fn begin_act(&self, act: Act) -> TcpStream {
        let (session, what, body) = self.request(act);
        self.serving.say_as(session, what, &body)
    }

    /// What it says of itself; it works.
    fn health(&self) -> Value {
        let health = self.serving.json("/api/v1/system/health", "");
        assert_ne!(health["status"], "failed", "{health}");
        health
    }

    /// Lets some instants fall due.
    fn wait(&self, rng: &mut SeededRng) {
        for _ in 0..rng.below(4) {
            let before = self.health()["last_instant"].clone();
            // Nothing falls due for a long time when nobody's service is on.
            let _next = (0..100).find(|_| self.health()["last_instant"] != before);
        }
    }
}

fn start(db: &str) -> Serving {
    demo(&["--db", db, "--users", "2", "--history", "0", "--from", MONDAY, "--speed", SPEED])
}

/// One interleaving with one kill; answers by the daemon's clock when it came.
async fn interleave(seed: u64) -> String {
    let mut rng = SeededRng(seed);
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let mut process = Process::begin(&db);
    let kill_after = rng.below(ROUNDS);
    let mut killed_at = String::new();
    for round in 0..ROUNDS {
        let acts: Vec<Act> = (0..rng.below(4)).map(|_| Act::any(&mut rng)).collect();
        if round == kill_after {
            let under_way = acts.into_iter().map(|act| process.begin_act(act)).collect();
            (0..=rng.below(8)).for_each(|_| killed_at = process.health()["now"].to_string());
            process = process.kill(&db, under_way);
        } else {
            acts.into_iter().for_each(|act| process.act(act));
        }
        process.wait(&mut rng);
    }
    process.serving.signal(Signal::SIGTERM);
    assert!(process.serving.child.wait().unwrap().success());
    // The day ends for a daemon in this process, which finds what the others left.
    let house = TestHost::over(2, folder);
    let daemon = house.start(at(TUESDAY, "00:01")).await;
    run(&daemon, at(TUESDAY, "00:02")).await;
    all_accounted_for(&daemon, true).await;
    stop(daemon).await;
    killed_at
}

#[tokio::test]
async fn kills_of_the_process_among_it_change_nothing_of_that() {
    let (count, mut moments) = (Shares::now().killed, Vec::new());
    for seed in 20_000..20_000 + count {
        let _told = Seed(seed);
        moments.push(interleave(seed).await);
    }
    println!("{count} interleavings, {} kills of a process: {moments:?}", moments.len());
    assert_eq!(u64::try_from(moments.len()).unwrap(), count, "one each");
}
