//! No secret ever comes back: not in an answer, not in the log or its files, not in the bytes of the database.

use std::fs;

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::json;

use crate::serving::{DEMO_PASSWORD, demo_after};
use crate::support::captured_log::CapturedLog;
use crate::support::console::{Console, PASSWORD};
use crate::support::{FRIDAY, at};

const CREDENTIALS: &str = "/api/v1/user/broker/credentials";

/// Everything that a user or the daemon keeps secret, easy to find again.
const SECRETS: [&str; 7] = [
    "consumerkeyXQZW",
    "+919999900001",
    "UCC7XQ",
    "918273",
    "JBSWY3DPEHPK3PXPXQZW",
    PASSWORD,
    "webhookpathXQZW",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_back() {
    let log = CapturedLog::start(tracing::Level::TRACE);
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    let [consumer_key, mobile, ucc, mpin, totp_secret, _, path] = SECRETS;
    let body = json!({
        "consumer_key": consumer_key, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
    });
    let webhook = json!({ "name": "mine", "url": format!("https://hooks.example.org/{path}") });
    let added = user.post("/api/v1/user/channels/webhooks", webhook).await.ok();
    let signing_key = added["signing_key"].as_str().unwrap().to_owned();
    let tested = user.post(&format!("/api/v1/user/channels/{}/test", added["id"]), json!({})).await;
    assert_eq!(tested.status, 202);
    // One that is refused is not repeated either.
    let webhook = json!({ "name": "mine", "url": format!("http://hooks.example.org/{path}") });
    let not_added = user.post("/api/v1/user/channels/webhooks", webhook).await;
    assert_eq!(not_added.status, 400);
    let saved = user.send(Method::PUT, CREDENTIALS, body).await.ok();
    assert_eq!(saved["fields"].as_array().unwrap().len(), 5);
    let begun = user.post("/api/v1/auth/totp/begin", json!({ "password": PASSWORD })).await.ok();
    let totp = begun["secret"].as_str().unwrap().to_owned();
    // A value that is refused is not repeated either.
    let refused = user.send(Method::PUT, CREDENTIALS, json!({ "mpin": "918273x" })).await;
    assert_eq!(refused.status, 400);
    let mut seen = vec![refused.text, not_added.text];
    let cookie = user.cookie().unwrap().split_once('=').unwrap().1.to_owned();
    let document: serde_json::Value =
        serde_json::from_str(&console.nobody().get("/api/v1/openapi.json").await.text).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        // A stream does not end by itself.
        if item.get("get").is_none() || path.ends_with("/live") {
            continue;
        }
        let path = path.replace("{id}", "2");
        for client in [&user, &admin] {
            seen.push(client.get(&path).await.text);
        }
    }
    assert!(seen.len() > 10, "{}", seen.len());
    console.daemon.store.flush().await.unwrap();
    let house = console.stop().await;
    let log = log.text();
    let mut secrets: Vec<&str> = SECRETS.to_vec();
    secrets.extend([totp.as_str(), cookie.as_str(), signing_key.as_str()]);
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
        for text in &seen {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
        for end in ["", "-wal"] {
            let mut path = house.database().into_os_string();
            path.push(end);
            let bytes = std::fs::read(path).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in the database{end}");
        }
    }
}

#[test]
fn no_secret_is_in_the_log_files_however_much_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let arguments = ["--speed", "1", "--history", "0", "--users", "2", "--log-dir", logs.to_str().unwrap()];
    let mut daemon = demo_after("export PRAHARI_LOG=trace; exec 2> /dev/null", &arguments);
    let session = daemon.sign_in("user2", DEMO_PASSWORD);
    let [consumer_key, mobile, ucc, mpin, totp_secret, _, _] = SECRETS;
    let body = json!({
        "consumer_key": consumer_key, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
    });
    let saved = daemon.send_as(&session, ("PUT", CREDENTIALS), &body);
    assert_eq!(saved.status, 200, "{}", saved.body);
    let made = daemon.post_as(&session, "/api/v1/auth/tokens", &json!({ "name": "logged", "scope": "read" }));
    let token: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let bearer = format!("authorization: Bearer {}\r\n", token["token"].as_str().unwrap());
    assert_eq!(daemon.get("/api/v1/user/config", &bearer).status, 200);
    daemon.signal(Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
    let files = fs::read_dir(&logs).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let text: String = files.collect();
    assert!(text.contains("TRACE") && text.contains("the daemon has started"), "{}", text.len());
    let cookie = session.trim().split_once('=').unwrap().1;
    // The six digits of the MPIN may be part of any number among so many lines.
    let secrets =
        [consumer_key, mobile, ucc, totp_secret, DEMO_PASSWORD, cookie, token["token"].as_str().unwrap()];
    for secret in secrets {
        assert!(!text.contains(secret), "the log files hold {secret}");
    }
}
