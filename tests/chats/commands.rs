//! Chats: connected by a code, once; heard within bounds; only what is a user's own.

use serde_json::{Value, json};

use super::world::{BOT, CHANNELS, CHAT, World};
use crate::fake_telegram;
use crate::support::{OTHER, start_services};

const TELEGRAM: &str = "/api/v1/user/channels/telegram";

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_connected_by_a_code_that_helps_once_and_hears_tests_until_it_is_removed() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    let begun = user.post(TELEGRAM, json!({ "name": "phone" })).await.ok();
    let code = begun["code"].as_str().unwrap();
    assert_eq!(begun["link"], format!("https://t.me/{}?start={code}", fake_telegram::BOT));
    world.telegram.write(CHAT, "/start k3vq-7hdm-2xzp-a4tn");
    assert!(world.telegram.next().text.starts_with("This code is not the right one"));
    world.telegram.write(CHAT, &format!("/start {code}"));
    assert!(world.telegram.next().text.starts_with("Connected."));
    let listed = user.get(CHANNELS).await.ok();
    let channel = &listed["items"][0];
    assert_eq!((&channel["kind"], &channel["name"]), (&json!("telegram"), &json!("phone")), "{listed}");
    assert_eq!(channel["ended_reason"], Value::Null);
    let id = channel["id"].as_u64().unwrap();
    world.test(&user, id).await;
    assert_eq!(world.telegram.next().text, "A test from Prahari\nMessages to you arrive here.");
    // Used, it connects nobody else.
    world.telegram.write(8, &format!("/start {code}"));
    assert!(world.telegram.next().text.starts_with("This code is not the right one"));
    assert_eq!(user.delete(&format!("{CHANNELS}/{id}")).await.status, 204);
    world.telegram.write(CHAT, "/status");
    assert!(world.telegram.next().text.starts_with("This bot belongs to an installation of Prahari."));
    let audit = world.console.admin().await.get("/api/v1/audit?limit=50").await.ok();
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    for action in ["carrier.set", "channel.code", "channel.add", "channel.test", "channel.remove"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_too_old_after_ten_minutes() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    let begun = user.post(TELEGRAM, json!({ "name": "phone" })).await.ok();
    world.pass_minutes(10);
    world.telegram.write(CHAT, &format!("/start {}", begun["code"].as_str().unwrap()));
    assert!(world.telegram.next().text.contains("older than ten minutes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_chat_reads_what_is_its_users_and_nothing_of_others() {
    let world = World::with_bot().await;
    start_services(&world.console.daemon).await;
    let user = world.console.user().await;
    world.connect(&user, CHAT).await;
    let ask = |command: &str| {
        world.telegram.write(CHAT, command);
        world.telegram.next().text
    };
    let status = ask("/status");
    for part in ["Service: running", "Kill switch: off", "Slots of 2025-03-07: ", "Worth: ₹"] {
        assert!(status.contains(part), "{part} in {status}");
    }
    assert_eq!(ask("/positions"), "You hold nothing.");
    assert_eq!(ask("/orders"), "No orders today.");
    let help = ask("/help");
    assert!(help.contains("/kill"), "{help}");
    assert_eq!(ask("hello"), help);
    assert_eq!(ask("/start"), help);
    let body = json!({ "state": "reduce_only", "reason": "results are due" });
    user.send(reqwest::Method::PUT, "/api/v1/user/trading-state", body).await.ok();
    assert!(ask("/status").contains("\nReduce-only, nothing is bought: results are due\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_told_once_how_to_connect_and_groups_nothing() {
    let world = World::with_bot().await;
    world.telegram.write_in(-100, "group", "/status");
    for command in ["/status", "/kill", "hello", "/positions"] {
        world.telegram.write(99, command);
    }
    let told = world.telegram.next();
    assert!(told.chat == 99 && told.text.starts_with("This bot belongs to"), "{told:?}");
    world.telegram.wait_until_read();
    assert!(world.telegram.is_quiet());
    world.pass_minutes(24 * 60);
    world.telegram.write(99, "/status");
    assert_eq!(world.telegram.next(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_a_chat_are_bounded_by_the_minute() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    world.connect(&user, CHAT).await;
    world.pass_minutes(1);
    for _ in 0..prahari_app::chats::MOST_COMMANDS + 5 {
        world.telegram.write(CHAT, "/help");
    }
    for _ in 0..prahari_app::chats::MOST_COMMANDS {
        assert!(world.telegram.next().text.contains("/kill"));
    }
    world.telegram.wait_until_read();
    assert!(world.telegram.is_quiet());
    world.pass_minutes(1);
    world.telegram.write(CHAT, "/help");
    assert!(world.telegram.next().text.contains("/kill"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_of_a_chat_are_answered_a_few_times_an_hour() {
    let world = World::with_bot().await;
    for _ in 0..prahari_app::chats::MOST_WRONG_CODES + 3 {
        world.telegram.write(99, "/start k3vq-7hdm-2xzp-a4tn");
    }
    for _ in 0..prahari_app::chats::MOST_WRONG_CODES {
        assert!(world.telegram.next().text.starts_with("This code is not the right one"));
    }
    world.telegram.wait_until_read();
    assert!(world.telegram.is_quiet());
    world.pass_minutes(60);
    world.telegram.write(99, "/start k3vq-7hdm-2xzp-a4tn");
    assert!(world.telegram.next().text.starts_with("This code is not the right one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_not_active_is_not_answered() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    world.connect(&user, CHAT).await;
    let admin = world.console.admin().await;
    let path = format!("/api/v1/users/{OTHER}");
    admin.send(reqwest::Method::PATCH, &path, json!({ "active": false })).await.ok();
    world.telegram.write(CHAT, "/positions");
    world.telegram.wait_until_read();
    assert!(world.telegram.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_telegram_does_not_know_is_not_kept_and_a_removed_bot_connects_nobody() {
    let world = World::bare().await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    let wrong = admin.send(reqwest::Method::PUT, BOT, json!({ "token": "1:ABCDEFGHIJ" })).await;
    assert_eq!(wrong.problem(), (409, "carrier_failed".to_owned()));
    assert!(wrong.text.contains("Unauthorized"), "{}", wrong.text);
    let none = user.post(TELEGRAM, json!({ "name": "phone" })).await;
    assert_eq!(none.problem(), (409, "channel_not_set_up".to_owned()));
    let set = admin.send(reqwest::Method::PUT, BOT, json!({ "token": fake_telegram::TOKEN })).await.ok();
    assert_eq!(set["name"], fake_telegram::BOT);
    assert_eq!(user.get(CHANNELS).await.ok()["bot"], fake_telegram::BOT);
    assert_eq!(admin.delete(BOT).await.status, 204);
    assert_eq!(user.get(CHANNELS).await.ok()["bot"], Value::Null);
}
