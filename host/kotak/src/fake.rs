//! A broker for the tests of this crate: it answers each request as the test says. What the real one does all day long is
//! the business of the fake in `tests/kotak-sim`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_brokers::Pace;
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::{OneTimeCodes, Secret};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::{Url, form_urlencoded};

use crate::credentials::{CredentialSource, Credentials};
use crate::session::{KeptSession, LoginRecord, LoginRecords, Sessions};
use crate::settings::{KotakSettings, Outbound};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status and body.
    Answer(u16, String),
    /// The request is read and the connection closed.
    Break,
    /// The request is read and never answered.
    Silence,
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The fake.
pub(crate) struct Fake {
    pub(crate) url: Url,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) fn ok(body: Value) -> Reply {
    Reply::Answer(200, body.to_string())
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line =
            |line: &'_ str| line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
        self.head
            .lines()
            .find(|found| line(found))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim())
    }

    /// The JSON of the form.
    pub(crate) fn fields(&self) -> Value {
        let pairs = form_urlencoded::parse(self.body.as_bytes());
        let found = pairs.into_iter().find(|(name, _)| name == "jData").map(|(_, value)| value.into_owned());
        serde_json::from_str(&found.unwrap_or_default()).unwrap_or(Value::Null)
    }
}

impl Fake {
    /// A broker that takes logins, and answers the rest by `handler`.
    pub(crate) async fn new(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, base) = (asked.clone(), url.clone());
        let handler: Arc<Handler> = Arc::new(handler);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, handler.clone(), log.clone(), base.clone()));
            }
        });
        Self { url, asked }
    }

    /// Requests whose path has this in it.
    pub(crate) fn to(&self, part: &str) -> Vec<Asked> {
        self.asked.lock().iter().filter(|asked| asked.path.contains(part)).cloned().collect()
    }

    pub(crate) fn logins(&self) -> usize {
        self.to("tradeApiValidate").len()
    }
}

async fn serve(mut stream: TcpStream, handler: Arc<Handler>, log: Arc<Mutex<Vec<Asked>>>, base: Url) {
    while let Some(asked) = read(&mut stream).await {
        log.lock().push(asked.clone());
        let number = log.lock().iter().filter(|asked| asked.path.contains("tradeApiLogin")).count();
        let mut reply = handler(&asked);
        if let Reply::Answer(0, _) = reply {
            reply = standard(&asked, number, &base);
        }
        match reply {
            Reply::Answer(status, body) => {
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
                let written = stream.write_all(format!("{head}{body}").as_bytes()).await;
                if written.is_err() {
                    return;
                }
            }
            Reply::Break => return,
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// Left to the fake: logins succeed, all else is not there.
pub(crate) fn standard_reply() -> Reply {
    Reply::Answer(0, String::new())
}

fn standard(asked: &Asked, login: usize, base: &Url) -> Reply {
    let data = |kind: &str| {
        json!({ "data": {
            "token": format!("hdr.{kind}.sig{login}"), "sid": format!("33333333-aaaa-4bbb-8ccc-00000000000{login}"),
            "rid": "r", "ucc": "ZZ9Z9", "kId": "AAAAA0000A", "kType": kind, "status": "success",
            "dataCenter": "E99", "baseUrl": base.as_str().trim_end_matches('/'), "hsServerId": "",
        } })
    };
    match &asked.path {
        path if path.contains("tradeApiLogin") => ok(data("View")),
        path if path.contains("tradeApiValidate") => ok(data("Trade")),
        _ => Reply::Answer(404, "{\"error\":[{\"code\":404,\"message\":\"no such route\"}]}".to_owned()),
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let (mut got, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&got[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")
                    .and_then(|value| value.trim().parse().ok())
            });
            let length: usize = length.unwrap_or(0);
            if got.len() >= end + 4 + length {
                let body = String::from_utf8_lossy(&got[end + 4..end + 4 + length]).into_owned();
                let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
                return Some(Asked { path, head, body });
            }
        }
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => got.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
}

/// A time that stands until somebody waits: then it is the awaited instant.
pub(crate) struct JumpingTime(pub(crate) AtomicI64);

impl JumpingTime {
    pub(crate) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

#[async_trait]
impl Pace for JumpingTime {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, instant: Timestamp) {
        self.0.fetch_max(instant.0, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

/// 2026-11-02 09:20:11 IST, at the beginning of a half minute's second third.
pub(crate) const NOW: Timestamp = Timestamp(1_793_591_411_000);

pub(crate) fn time() -> Arc<JumpingTime> {
    Arc::new(JumpingTime(AtomicI64::new(NOW.0)))
}

pub(crate) const USER: UserId = UserId(7);

/// Secrets of the test's user, none of which may be seen anywhere.
pub(crate) const SECRETS: [&str; 7] = [
    "00000000-0000-4000-8000-0000000000ab",
    "9876543210",
    "ZZ9Z9",
    "424242",
    "AAAAA0000A",
    "33333333-aaaa",
    "hdr.Trade.sig",
];

pub(crate) struct Kept {
    pub(crate) codes: bool,
}

#[async_trait]
impl CredentialSource for Kept {
    async fn credentials(&self, _: UserId) -> Result<Credentials, String> {
        let secret = |text: &str| Secret::new(text.to_owned());
        Ok(Credentials {
            access_token: secret(SECRETS[0]),
            mobile: secret("+919876543210"),
            client_code: secret(SECRETS[2]),
            pin: secret(SECRETS[3]),
            codes: self.codes.then(|| OneTimeCodes::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap()),
            outbound: Outbound::Direct,
        })
    }
}

pub(crate) fn settings(fake: &Fake) -> KotakSettings {
    KotakSettings { fewest_shares: 1, order_feed: false, ..KotakSettings::at(fake.url.clone()) }
}

pub(crate) fn sessions(settings: KotakSettings, pace: Arc<JumpingTime>) -> Arc<Sessions> {
    Arc::new(Sessions::new(Arc::new(settings), pace, Arc::new(Kept { codes: true })).unwrap())
}

/// A session as it is kept, with its day.
type Dated = (Day, Secret);

/// What outlives a process.
#[derive(Default)]
pub(crate) struct Remembered {
    kept: Mutex<(Option<LoginRecord>, Option<Dated>)>,
    /// Whether nothing can be written.
    pub(crate) is_full: AtomicBool,
}

impl Remembered {
    pub(crate) fn record(&self) -> Option<LoginRecord> {
        self.kept.lock().0.clone()
    }

    pub(crate) fn has_session(&self) -> bool {
        self.kept.lock().1.is_some()
    }

    /// What a process finds that is started now, whatever the other goes on to write.
    pub(crate) fn copy(&self) -> Arc<Self> {
        let kept = self.kept.lock().clone();
        Arc::new(Self { kept: Mutex::new(kept), is_full: AtomicBool::new(false) })
    }
}

#[async_trait]
impl LoginRecords for Remembered {
    async fn record(&self, _: UserId) -> Result<Option<LoginRecord>, String> {
        Ok(self.record())
    }

    async fn session(&self, _: UserId, day: Day) -> Result<Option<Secret>, String> {
        Ok(self.kept.lock().1.clone().filter(|(of, _)| *of == day).map(|(_, session)| session))
    }

    async fn save(&self, _: UserId, record: LoginRecord, session: KeptSession) -> Result<(), String> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err("the disk is full".to_owned());
        }
        let mut kept = self.kept.lock();
        match session {
            KeptSession::Same => {}
            KeptSession::Keep(session) => kept.1 = Some((record.day, session)),
            KeptSession::Remove => kept.1 = None,
        }
        kept.0 = Some(record);
        Ok(())
    }
}

/// The sessions of a process that finds what another has left.
pub(crate) fn restarted(
    settings: KotakSettings,
    pace: Arc<JumpingTime>,
    records: &Arc<Remembered>,
) -> Arc<Sessions> {
    let kept = Arc::new(Kept { codes: true });
    Arc::new(Sessions::kept(Arc::new(settings), pace, kept, records.clone()).unwrap())
}
