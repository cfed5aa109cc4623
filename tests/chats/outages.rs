//! A Telegram that is down, busy, or blocked: what waits, for how long, and what does not.

use prahari_app::channels::DeliveryState;
use serde_json::{Value, json};

use super::world::{CHANNELS, CHAT, World};
use crate::webhook_receiver::WebhookReceiver;

const HOUR_MS: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_that_is_down_for_hours_delays_nothing_else_and_gets_what_waited() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    world.connect(&user, CHAT).await;
    world.telegram.be_down(true);
    let began = world.console.daemon.clock.now();
    let waiting = world.tell("It goes on").await;
    let mut row = world.delivery(waiting, |row| row.attempts == 1 && row.due_at.is_some()).await;
    while row.due_at.unwrap().millis_since(began) < 3 * HOUR_MS {
        row = world.delivery(waiting, |row| row.state == DeliveryState::Waiting).await;
        world.pass_until(row.due_at.unwrap());
        let attempts = row.attempts;
        row = world
            .delivery(waiting, |row| row.attempts > attempts && row.state == DeliveryState::Waiting)
            .await;
    }
    assert!(
        row.reason.starts_with("no connection") || row.reason.starts_with("there was no answer"),
        "{row:?}"
    );
    // A task of the same user runs, and does not know of any of it.
    let once = json!({ "task": "eod_cleanup" });
    user.post("/api/v1/service/individual/run-once", once).await.ok();
    world.console.daemon.background.finish().await;
    let run = user.get("/api/v1/executions").await.ok()["items"][0].clone();
    assert_eq!((&run["task"], &run["outcome"]), (&json!("eod_cleanup"), &json!("succeeded")), "{run}");
    // Another receiver of the same user has its own at once.
    let receiver = WebhookReceiver::start();
    let hook = json!({ "name": "hook", "url": receiver.url });
    let hook = user.post(&format!("{CHANNELS}/webhooks"), hook).await.ok()["id"].as_u64().unwrap();
    let other = world.test(&user, hook).await;
    receiver.next().answer(204);
    world.delivery(other, |row| row.state == DeliveryState::Delivered).await;
    world.telegram.be_down(false);
    world.pass_until(row.due_at.unwrap());
    assert!(world.telegram.next().text.starts_with("It goes on\n"));
    world.delivery(waiting, |row| row.state == DeliveryState::Delivered).await;
    // What was written is read again too.
    world.telegram.write(CHAT, "/help");
    world.pass_minutes(60);
    assert!(world.telegram.next().text.contains("/status"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_telegram_is_left_alone_for_as_long_as_it_asks() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    world.connect(&user, CHAT).await;
    world.telegram.be_busy(1_800);
    let began = world.console.daemon.clock.now();
    let id = world.tell("It goes on").await;
    let row = world.delivery(id, |row| row.attempts == 1 && row.state == DeliveryState::Waiting).await;
    assert_eq!(row.reason, "Telegram answered 429: Too Many Requests: retry after 1800");
    assert!(row.due_at.unwrap().millis_since(began) >= 1_800_000, "{row:?}");
    assert!(!row.repeated);
    world.pass_until(row.due_at.unwrap());
    assert!(world.telegram.next().text.starts_with("It goes on"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_bot_gives_the_channel_up_with_its_reason_until_a_test_reaches_it() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    let chat = world.connect(&user, CHAT).await;
    world.telegram.block(CHAT, true);
    let id = world.test(&user, chat).await;
    let reason = "Telegram answered 403: Forbidden: bot was blocked by the user";
    let row = world.delivery(id, |row| row.state == DeliveryState::GivenUp).await;
    assert_eq!(row.reason, reason);
    let mut shown = Value::Null;
    for _ in 0..1_000 {
        shown = user.get(CHANNELS).await.ok()["items"][0]["ended_reason"].clone();
        if !shown.is_null() {
            break;
        }
    }
    assert_eq!(shown, reason);
    world.telegram.block(CHAT, false);
    world.telegram.write(CHAT, "/status");
    assert!(world.telegram.next().text.starts_with("Messages to this chat were given up"));
    world.test(&user, chat).await;
    assert!(world.telegram.next().text.starts_with("A test from Prahari"));
    assert_eq!(user.get(CHANNELS).await.ok()["items"][0]["ended_reason"], Value::Null);
}
