use std::time::Duration;

use async_trait::async_trait;
use prahari_brokers::{Pushed, SessionEnd, pushes};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::accept_async;

use super::*;
use crate::fake::{Asked, Fake, Kept, NOW, USER, ok, settings, standard_reply};
use crate::session::Sessions;

/// A time that passes when the test says so.
struct HeldTime(watch::Sender<Timestamp>);

impl HeldTime {
    fn pass(&self, millis: i64) {
        self.0.send_modify(|now| *now = now.plus_millis(millis));
    }
}

#[async_trait]
impl Pace for HeldTime {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    async fn wait_until(&self, instant: Timestamp) {
        let mut changes = self.0.subscribe();
        let _closed = changes.wait_for(|now| *now >= instant).await.is_err();
    }
}

type ServerSocket = WebSocketStream<tokio::net::TcpStream>;

struct Feeds {
    listener: TcpListener,
    time: Arc<HeldTime>,
    session: Arc<UserSession>,
    sessions: Sessions,
    pushes: prahari_brokers::Pushes,
    _task: tokio::task::JoinHandle<()>,
    _fake: Fake,
}

impl Feeds {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let orders = format!("http://{}/realtime", listener.local_addr().unwrap());
        let fake = Fake::new(move |asked: &Asked| match asked.path.as_str() {
            path if path.contains("tradeApiValidate") => ok(json!({ "data": {
                "token": "hdr.trade.sig", "sid": "the-sid", "status": "success", "rtUrl": orders,
                "baseUrl": format!("http://{}", asked.header("Host").unwrap_or_default()),
            } })),
            path if path.contains("limits") => {
                ok(json!({ "stat": "Ok", "Net": "1", "MarginUsed": "0", "CollateralValue": "1" }))
            }
            _ => standard_reply(),
        })
        .await;
        let time = Arc::new(HeldTime(watch::Sender::new(NOW)));
        let quick = crate::KotakSettings { connect: Duration::from_secs(5), ..settings(&fake) };
        let sessions = Sessions::new(Arc::new(quick), time.clone(), Arc::new(Kept { codes: true })).unwrap();
        let session = sessions.of(USER);
        let (sender, pushes) = pushes();
        let task = tokio::spawn(follow(session.clone(), sender, time.clone()));
        Self { listener, time, session, sessions, pushes, _task: task, _fake: fake }
    }

    async fn log_in(&self) {
        self.session.limits().await.unwrap();
    }

    /// The next connection, with its first frame.
    async fn accept(&self) -> (ServerSocket, String) {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        let first = socket.next().await.unwrap().unwrap().into_text().unwrap().to_string();
        (socket, first)
    }

    async fn gap(&mut self) {
        assert_eq!(self.pushes.next().await, Some(Pushed::Gap));
    }
}

const TAKEN: &str = r#"{"ak":"ok","type":"cn","task":"cn","msg":"connected"}"#;

fn order(status: &str) -> Message {
    let row = json!({ "type": "order", "data": {
        "nOrdNo": "1", "ordSt": status, "qty": 4, "fldQty": 0, "sym": "DEMO", "trnsTp": "B", "exSeg": "nse_cm",
        "ordDtTm": "02-Nov-2026 09:20:11", "prc": "250.75",
    } });
    Message::text(row.to_string())
}

#[tokio::test]
async fn the_feed_is_entered_when_there_is_a_session_and_news_is_a_look_at_the_book() {
    let mut feeds = Feeds::new().await;
    feeds.log_in().await;
    let (mut socket, first) = feeds.accept().await;
    assert_eq!(first, "{type:cn,Authorization:hdr.trade.sig,Sid:the-sid,src:WEB}");
    socket.send(Message::text(TAKEN)).await.unwrap();
    feeds.gap().await;
    socket.send(order("open")).await.unwrap();
    feeds.gap().await;
    // Repeated, it is no news; the next that is comes once.
    socket.send(order("open")).await.unwrap();
    socket.send(order("cancelled")).await.unwrap();
    feeds.gap().await;
    // Forgotten, the connection ends, and nobody connects or logs in again.
    feeds.sessions.forget_all(SessionEnd::Service).await;
    feeds.gap().await;
    assert!(!matches!(socket.next().await, Some(Ok(Message::Text(_)))));
    assert!(feeds.session.in_use().is_none());
}

#[tokio::test]
async fn a_first_frame_that_is_not_answered_is_tried_in_its_other_form() {
    let mut feeds = Feeds::new().await;
    feeds.log_in().await;
    let (_mute, first) = feeds.accept().await;
    assert!(first.starts_with("{type:cn"));
    feeds.time.pass(TAKEN_WITHIN);
    let passing = feeds.time.clone();
    // The pause before the next attempt begins when this connection has ended.
    let passes = tokio::spawn(async move {
        loop {
            passing.pass(100);
            tokio::task::yield_now().await;
        }
    });
    let (mut socket, second) = feeds.accept().await;
    passes.abort();
    assert!(second.starts_with("{\"") && second.contains("\"type\":\"cn\""), "{second}");
    socket.send(Message::text(TAKEN)).await.unwrap();
    feeds.gap().await;
}

#[test]
fn pauses_grow_to_a_minute_and_a_dead_connection_is_given_up() {
    let pauses: Vec<i64> = (0..8).map(pause).collect();
    assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    let at = Timestamp;
    assert!(overdue(at(9_999), at(0), at(0), false).is_none());
    assert!(overdue(at(10_000), at(0), at(0), false).is_some());
    assert!(overdue(at(74_999), at(0), at(0), true).is_none());
    assert!(overdue(at(75_000), at(0), at(0), true).is_some());
}
