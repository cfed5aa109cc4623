//! Messages leave the daemon for a receiver on this machine, once each, and again after a kill.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/fake_smtp.rs"]
mod fake_smtp;
#[path = "support/fake_telegram.rs"]
mod fake_telegram;
#[path = "support/mod.rs"]
mod program;
#[path = "support/serving.rs"]
mod serving;
#[path = "support/webhook_receiver.rs"]
mod webhook_receiver;

use std::path::Path;
use std::sync::Arc;

use fake_smtp::FakeSmtp;
use fake_telegram::{FakeTelegram, TOKEN};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prahari_secrets::SigningKey;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use serving::{DEMO_PASSWORD, Serving, demo, demo_after};
use webhook_receiver::{Request, WebhookReceiver};

const CHANNELS: &str = "/api/v1/user/channels";
const DELIVERIES: &str = "/api/v1/user/deliveries";

/// Adds a webhook of the user; answers its number and its key.
fn add_webhook(daemon: &Serving, session: &str, url: &str) -> (u64, SigningKey) {
    let body = json!({ "name": "mine", "url": url });
    let added = daemon.post_as(session, &format!("{CHANNELS}/webhooks"), &body);
    assert_eq!(added.status, 201, "{}", added.body);
    let added: Value = serde_json::from_str(&added.body).unwrap();
    (added["id"].as_u64().unwrap(), SigningKey::parse(added["signing_key"].as_str().unwrap()).unwrap())
}

/// Waits until the newest delivery has ended, and answers it.
fn ended(daemon: &Serving, session: &str) -> Value {
    for _ in 0..2_000 {
        let newest = daemon.json(&format!("{DELIVERIES}?limit=1"), session)["items"][0].clone();
        if !newest["ended_at"].is_null() {
            return newest;
        }
        std::thread::yield_now();
    }
    panic!("it does not end");
}

/// Checks who a request is from, as the specification of Standard Webhooks tells receivers to.
fn check_signature(request: &Request, key: &SigningKey) {
    let seconds = request.header("webhook-timestamp").parse().unwrap();
    let signed = key.sign(request.header("webhook-id"), seconds, request.body.as_bytes()).unwrap();
    assert_eq!(request.header("webhook-signature"), signed);
}

#[test]
fn a_message_that_was_being_sent_when_the_daemon_was_killed_comes_again_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let db = db.to_str().unwrap();
    let arguments = [
        "--db",
        db,
        "--local-webhooks",
        "--users",
        "2",
        "--history",
        "0",
        "--from",
        "2025-03-10",
        "--speed",
        "1",
    ];
    let receiver = WebhookReceiver::start();
    let mut daemon = demo(&arguments);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    let (channel, key) = add_webhook(&daemon, &user, &receiver.url);
    let test = format!("{CHANNELS}/{channel}/test");
    assert_eq!(daemon.post_as(&user, &test, &json!({})).status, 202);
    let first = receiver.next();
    check_signature(&first, &key);
    assert_eq!(first.json()["data"]["repeated"], false);
    // It has the message, and the daemon does not know.
    daemon.signal(Signal::SIGKILL);
    daemon.child.wait().unwrap();

    let daemon = demo(&arguments);
    let again = receiver.next();
    check_signature(&again, &key);
    assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(again.json()["data"]["repeated"], true);
    again.answer(204);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    let row = ended(&daemon, &user);
    assert_eq!((&row["state"], &row["repeated"]), (&json!("delivered"), &json!(true)), "{row}");
    assert_eq!((&row["attempts"], &row["kind"]), (&json!(2), &Value::Null), "{row}");
    assert!(receiver.is_quiet(), "it came a third time");
}

#[test]
fn a_worker_that_dies_is_told_to_a_receiver_and_nothing_waits_for_the_answer() {
    let receiver = WebhookReceiver::start();
    let arguments =
        ["--local-webhooks", "--users", "2", "--history", "0", "--from", "2025-03-10", "--speed", "1"];
    let daemon = demo(&arguments);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    let (_, key) = add_webhook(&daemon, &user, &receiver.url);
    assert_eq!(daemon.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);
    let start = json!({ "task": "sell_monitor" });
    assert_eq!(daemon.post_as(&user, "/api/v1/service/individual/start", &start).status, 200);
    let status = daemon.json("/api/v1/service/individual/status", &user);
    let pid = status["services"]["sell_monitor"]["pid"].as_i64().unwrap();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
    let told = receiver.next();
    check_signature(&told, &key);
    assert_eq!(told.json()["type"], "error", "{}", told.body);
    // The receiver says nothing yet, and the daemon goes on.
    assert_eq!(daemon.post_as(&user, "/api/v1/user/service/start", &json!({})).status, 200);
    told.answer(200);
    let row = ended(&daemon, &user);
    assert_eq!((&row["state"], &row["kind"]), (&json!("delivered"), &json!("error")), "{row}");
    let kept = daemon.json("/api/v1/notifications", &user);
    assert_eq!(kept["items"][0]["title"], row["title"]);
}

#[test]
fn without_the_operators_word_no_webhook_goes_to_this_machine() {
    let daemon = demo(&["--users", "2", "--history", "0", "--from", "2025-03-10", "--speed", "1"]);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    for url in ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://10.0.0.1/", "https://[::1]/"] {
        let body = json!({ "name": "mine", "url": url });
        let refused = daemon.post_as(&user, &format!("{CHANNELS}/webhooks"), &body);
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
    assert_eq!(daemon.json(CHANNELS, &user)["items"], json!([]));
}

/// Makes an authority, writes its certificate into a file, and answers what a server at `localhost` speaks TLS by.
fn tls_of_own_authority(file: &Path) -> Arc<ServerConfig> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(file, authority.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

#[test]
fn a_mail_server_of_an_own_authority_is_spoken_with_at_the_operators_word_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let smtp = FakeSmtp::start_tls(tls_of_own_authority(&file));
    let server = json!({
        "host": "localhost", "port": smtp.port, "security": "tls",
        "user": fake_smtp::USER, "password": fake_smtp::PASSWORD, "from": "prahari@mail.test",
    });
    let arguments =
        ["--local-mail", "--users", "2", "--history", "0", "--from", "2025-03-10", "--speed", "1"];
    let set = |daemon: &Serving| {
        let admin = daemon.sign_in("admin", DEMO_PASSWORD);
        daemon.send_as(&admin, ("PUT", "/api/v1/system/carriers/email"), &server)
    };
    let refused = set(&demo(&arguments));
    let why = "its certificate is from an issuer that this machine does not trust";
    assert!(refused.status == 409 && refused.body.contains(why), "{}", refused.body);
    assert!(smtp.is_quiet());

    let daemon = demo(&[&arguments[..], &["--extra-ca", file.to_str().unwrap()]].concat());
    let taken = set(&daemon);
    assert_eq!(taken.status, 200, "{}", taken.body);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    let body = json!({ "name": "mail", "address": "asha@example.org" });
    let sent = daemon.post_as(&user, &format!("{CHANNELS}/email"), &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
    let mail = smtp.next();
    assert_eq!((mail.to.as_str(), mail.header("Subject")), ("asha@example.org", "Your code for Prahari"));
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_ends_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let path = file.to_str().unwrap();
    let started =
        program::prahari(&["serve", "--demo", "--listen", "127.0.0.1:0", "--extra-ca", path]).output();
    let started = started.unwrap();
    let said = String::from_utf8(started.stderr).unwrap();
    assert!(!started.status.success());
    assert!(
        said.contains(&format!("--extra-ca {path}: it holds no certificate in the form of PEM")),
        "{said}"
    );
}

#[test]
fn the_program_answers_a_chat_and_logs_no_token_however_much_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let logs = logs.to_str().unwrap();
    let telegram = FakeTelegram::start();
    let server = telegram.url.as_str();
    let arguments =
        ["--speed", "1", "--history", "0", "--users", "2", "--from", "2025-03-10", "--log-dir", logs];
    let arguments = [&arguments[..], &["--telegram-server", server]].concat();
    let mut daemon = demo_after("export PRAHARI_LOG=trace; exec 2> /dev/null", &arguments);
    let (admin, user) = (daemon.sign_in("admin", DEMO_PASSWORD), daemon.sign_in("user2", DEMO_PASSWORD));
    let set = daemon.send_as(&admin, ("PUT", "/api/v1/system/carriers/telegram"), &json!({ "token": TOKEN }));
    assert_eq!(set.status, 200, "{}", set.body);
    let begun = daemon.post_as(&user, &format!("{CHANNELS}/telegram"), &json!({ "name": "phone" }));
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    let code = begun["code"].as_str().unwrap();
    telegram.write(7, &format!("/start {code}"));
    assert!(telegram.next().text.starts_with("Connected."));
    telegram.write(7, "/status");
    assert!(telegram.next().text.contains("Worth: "));
    daemon.signal(Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
    let files = std::fs::read_dir(logs).unwrap();
    let text: String = files.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    assert!(text.contains("TRACE") && text.contains("the daemon has started"), "{}", text.len());
    for secret in [TOKEN, code] {
        assert!(!text.contains(secret), "the log files hold {secret}");
    }
}

/// Starts a task of the user in a process of its own and kills that.
fn have_a_worker_die(daemon: &Serving, session: &str, task: &str) {
    let started = daemon.post_as(session, "/api/v1/service/individual/start", &json!({ "task": task }));
    assert_eq!(started.status, 200, "{}", started.body);
    let status = daemon.json("/api/v1/service/individual/status", session);
    let pid = status["services"][task]["pid"].as_i64().unwrap();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
}

/// Waits until the user's deliveries are as a test wants them, and answers them, oldest first.
fn deliveries(daemon: &Serving, session: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..2_000 {
        let mut rows = daemon.json(DELIVERIES, session)["items"].as_array().unwrap().clone();
        rows.reverse();
        if wanted(&rows) {
            return rows;
        }
        std::thread::yield_now();
    }
    panic!("the deliveries do not become so");
}

#[test]
fn what_telegram_had_when_the_daemon_was_killed_comes_again_with_a_mark_and_what_waited_comes_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    let db = path.to_str().unwrap();
    let telegram = FakeTelegram::start();
    let arguments = ["--db", db, "--telegram-server", &telegram.url, "--users", "2", "--history", "0"];
    let arguments = [&arguments[..], &["--from", "2025-03-10", "--speed", "1"]].concat();
    let mut daemon = demo(&arguments);
    let (admin, user) = (daemon.sign_in("admin", DEMO_PASSWORD), daemon.sign_in("user2", DEMO_PASSWORD));
    let set = daemon.send_as(&admin, ("PUT", "/api/v1/system/carriers/telegram"), &json!({ "token": TOKEN }));
    assert_eq!(set.status, 200, "{}", set.body);
    let begun = daemon.post_as(&user, &format!("{CHANNELS}/telegram"), &json!({ "name": "phone" }));
    let begun: Value = serde_json::from_str(&begun.body).unwrap();
    telegram.write(7, &format!("/start {}", begun["code"].as_str().unwrap()));
    assert!(telegram.next().text.starts_with("Connected."));
    assert_eq!(daemon.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);

    // A connected chat is told without another switch. Telegram takes the first and says nothing; the second waits behind it.
    telegram.be_silent(true);
    have_a_worker_die(&daemon, &user, "sell_monitor");
    let first = telegram.next();
    have_a_worker_die(&daemon, &user, "position_monitor");
    let rows = deliveries(&daemon, &user, |rows| rows.len() == 2);
    assert_eq!((&rows[0]["state"], &rows[1]["state"]), (&json!("sending"), &json!("waiting")), "{rows:?}");
    daemon.signal(Signal::SIGKILL);
    daemon.child.wait().unwrap();
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(file).unwrap_or_default();
        assert!(
            !bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()),
            "the token is kept open"
        );
    }

    telegram.be_silent(false);
    let daemon = demo(&arguments);
    let (again, second) = (telegram.next(), telegram.next());
    let title = |row: &Value| format!("{}\n", row["title"].as_str().unwrap());
    let mark = "(this message may have come before)";
    assert!(first.text.starts_with(&title(&rows[0])) && !first.text.contains(mark), "{first:?}");
    assert!(again.text.starts_with(&title(&rows[0])) && again.text.contains(mark), "{again:?}");
    assert!(second.text.starts_with(&title(&rows[1])) && !second.text.contains(mark), "{second:?}");
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    let all_ended = |rows: &[Value]| rows.iter().all(|row| !row["ended_at"].is_null());
    let rows = deliveries(&daemon, &user, all_ended);
    let told: Vec<_> = rows.iter().map(|row| (&row["state"], &row["repeated"], &row["attempts"])).collect();
    let delivered = json!("delivered");
    assert_eq!(told, [(&delivered, &json!(true), &json!(2)), (&delivered, &json!(false), &json!(1))]);
    assert!(telegram.is_quiet(), "something came a third time");
}
