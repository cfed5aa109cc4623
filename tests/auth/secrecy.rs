//! No secret ever comes back: not in an answer, not in the log, not in the bytes of the database.

use std::io::Write;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::console::{Console, PASSWORD};
use crate::support::{FRIDAY, at};

const CREDENTIALS: &str = "/api/v1/user/broker/credentials";

/// Everything that a user or the daemon keeps secret, easy to find again.
const SECRETS: [&str; 6] =
    ["consumerkeyXQZW", "+919999900001", "UCC7XQ", "918273", "JBSWY3DPEHPK3PXPXQZW", PASSWORD];

/// Collects the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_back() {
    let log = Log::default();
    // Without the time of a line: the six digits of its microseconds are those of the MPIN once in a million lines.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).without_time();
    let subscriber = subscriber.with_writer(log.clone());
    // The test has a process of its own, so that the whole log is its.
    let _set = tracing::subscriber::set_global_default(subscriber.finish());
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    let [consumer_key, mobile, ucc, mpin, totp_secret, _] = SECRETS;
    let body = json!({
        "consumer_key": consumer_key, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
    });
    let saved = user.send(Method::PUT, CREDENTIALS, body).await.ok();
    assert_eq!(saved["fields"].as_array().unwrap().len(), 5);
    let begun = user.post("/api/v1/auth/totp/begin", json!({ "password": PASSWORD })).await.ok();
    let totp = begun["secret"].as_str().unwrap().to_owned();
    // A value that is refused is not repeated either.
    let refused = user.send(Method::PUT, CREDENTIALS, json!({ "mpin": "918273x" })).await;
    assert_eq!(refused.status, 400);
    let mut seen = vec![refused.text];
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
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let mut secrets: Vec<&str> = SECRETS.to_vec();
    secrets.extend([totp.as_str(), cookie.as_str()]);
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
