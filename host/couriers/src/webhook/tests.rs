//! The receivers here are servers on this machine. What they hold themselves to: a POST in HTTP/1.1 with a length,
//! answered by a status; the specification of Standard Webhooks asks for 2xx for "taken", 410 for "never again" and
//! anything else for "try again", and that a signature is checked over id, time and body.

use prahari_secrets::{Secret, SigningKey};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn message() -> OutgoingMessage {
    OutgoingMessage {
        id: "m-7".to_owned(),
        kind: "order_filled".to_owned(),
        level: "info".to_owned(),
        title: "Bought".to_owned(),
        body: "10 TCS".to_owned(),
        at: Timestamp(1_735_789_500_000),
        more: 2,
        says_how_many: false,
        repeated: true,
        attempted_at: Timestamp(1_790_000_000_999),
    }
}

fn to(url: &str) -> Webhook {
    Webhook { url: Secret::new(url.to_owned()), key: SigningKey::parse(KEY).unwrap() }
}

/// A receiver that answers one request with these bytes and tells what it was sent.
async fn receiver(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?token=QXZW", listener.local_addr().unwrap());
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut got, mut part) = (Vec::new(), [0; 4_096]);
        while !got.ends_with(b"}}") {
            let count = stream.read(&mut part).await.unwrap();
            assert!(count > 0, "it ended early");
            got.extend_from_slice(&part[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(got).unwrap()
    });
    (url, received)
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {request}"))
}

#[tokio::test]
async fn a_message_is_posted_once_with_a_signature_that_the_receiver_can_check() {
    let (url, received) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
    let courier = WebhookCourier::new(Reach::Local);
    courier.deliver(&to(&url), &message()).await.unwrap();
    let request = received.await.unwrap();
    assert!(request.starts_with("POST /hook?token=QXZW HTTP/1.1\r\n"), "{request}");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let signed = SigningKey::parse(KEY).unwrap().sign("m-7", 1_790_000_000, body.as_bytes()).unwrap();
    assert_eq!(header(&request, "webhook-id"), "m-7");
    assert_eq!(header(&request, "webhook-timestamp"), "1790000000");
    assert_eq!(header(&request, "webhook-signature"), signed);
    assert_eq!(header(&request, "content-type"), "application/json");
    let data = json!({ "level": "info", "title": "Bought", "body": "10 TCS", "more": 2, "repeated": true });
    let expected =
        json!({ "type": "order_filled", "timestamp": "2025-01-02T09:15:00.000+05:30", "data": data });
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
}

#[tokio::test]
async fn every_other_answer_is_told_in_one_sentence_without_the_address() {
    for (answer, reason, again, wait_s) in [
        ("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", "the receiver answered 500", true, None),
        (
            "HTTP/1.1 410 Gone\r\n\r\n",
            "the receiver answered 410: it takes no messages any more",
            false,
            None,
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n",
            "the receiver answered 302, and redirects are not followed",
            true,
            None,
        ),
        ("HTTP/1.1 429 Slow\r\nretry-after: 90\r\n\r\n", "the receiver answered 429", true, Some(90)),
    ] {
        let (url, received) = receiver(answer).await;
        let failed = WebhookCourier::new(Reach::Local).deliver(&to(&url), &message()).await.unwrap_err();
        received.await.unwrap();
        let reason = reason.to_owned();
        assert_eq!(
            failed,
            Undelivered {
                reason,
                again,
                perhaps_arrived: false,
                wait_s,
                ends_channel: false,
                told_admin: None
            }
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_never_ends_its_head_leaves_open_whether_the_message_arrived() {
    for answer in ["", "HTTP/1.1 2", "no HTTP at all\r\n\r\n", "HTTP/1.1 /hook?token=QXZW\r\n\r\n"] {
        let (url, received) = receiver(answer).await;
        let failed = WebhookCourier::new(Reach::Local).deliver(&to(&url), &message()).await.unwrap_err();
        received.await.unwrap();
        assert!(failed.again && failed.perhaps_arrived, "{answer:?}: {failed:?}");
        assert!(failed.reason.starts_with("there was no answer: "), "{failed:?}");
        assert!(!failed.reason.contains("QXZW"), "{failed:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_this_machine_unless_the_operator_allows_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let courier = WebhookCourier::new(Reach::Public);
    for url in [format!("https://localhost:{port}/"), format!("https://127.0.0.1:{port}/")] {
        let failed = courier.deliver(&to(&url), &message()).await.unwrap_err();
        assert!(failed.reason.contains("the operator does not allow"), "{failed:?}");
    }
    let nobody = listener.into_std().unwrap().accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(courier.check(&to("https://hooks.example.org/T0/x")).unwrap(), "https://hooks.example.org");
    assert!(courier.check(&to("http://hooks.example.org/")).is_err());
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_or_does_not_speak_tls_is_a_failure_before_anything_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = free.local_addr().unwrap();
    drop(free);
    let courier = WebhookCourier::new(Reach::Local);
    let failed = courier.deliver(&to(&format!("http://{closed}/")), &message()).await.unwrap_err();
    assert!(failed.again && !failed.perhaps_arrived, "{failed:?}");
    assert!(failed.reason.starts_with("no connection: "), "{failed:?}");
}
