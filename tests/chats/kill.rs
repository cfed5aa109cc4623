//! The kill switch from a chat: on after a confirmation, never off, and nobody else's.

use serde_json::{Value, json};

use super::world::{CHAT, World};

const SWITCH: &str = "/api/v1/user/kill-switch";

/// The word that a question asks to be sent.
fn word_of(question: &str) -> &str {
    let line = question.lines().find_map(|line| line.strip_prefix("/kill "));
    line.unwrap_or_else(|| panic!("no word in {question}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_turns_its_users_switch_on_after_a_confirmation_and_never_off() {
    let world = World::with_bot().await;
    let user = world.console.user().await;
    let channel = world.connect(&user, CHAT).await;
    let say = |command: &str| {
        world.telegram.write(CHAT, command);
        world.telegram.next().text
    };
    let question = say("/kill");
    assert!(say("/kill nope").starts_with("This is not the word"));
    // The wrong word has taken the right one away.
    assert!(say(&format!("/kill {}", word_of(&question))).starts_with("This is not the word"));
    let question = say("/kill");
    world.pass_minutes(2);
    assert!(say(&format!("/kill {}", word_of(&question))).starts_with("This is not the word"));
    assert_eq!(user.get(SWITCH).await.ok()["own"], false);
    let question = say("/kill");
    assert!(say(&format!("/kill {}", word_of(&question))).starts_with("Your kill switch is on:"));
    let switches = user.get(SWITCH).await.ok();
    assert_eq!((&switches["own"], &switches["in_force"]), (&json!(true), &json!(true)));
    for command in ["/kill", "/kill off", "/kill abcd"] {
        assert!(say(command).starts_with("Your kill switch is on already."));
    }
    assert_eq!(user.get(SWITCH).await.ok()["own"], true);
    let audit = world.console.admin().await.get("/api/v1/audit?limit=20").await.ok();
    let of_chat = |entry: &&Value| entry["via"] == format!("channel {channel}");
    let entry = audit["items"].as_array().unwrap().iter().find(of_chat).unwrap();
    assert_eq!((&entry["action"], &entry["user"]), (&json!("limits.tighten"), &json!(2)), "{entry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_turns_the_switch_of_another() {
    let world = World::with_bot().await;
    let (user, other) = (world.console.user().await, world.console.other_user().await);
    world.connect(&user, CHAT).await;
    world.connect(&other, 8).await;
    world.telegram.write(CHAT, "/kill");
    let question = world.telegram.next().text;
    let confirm = format!("/kill {}", word_of(&question));
    // Neither a connected chat of somebody else nor a stranger.
    world.telegram.write(8, &confirm);
    assert!(world.telegram.next().text.starts_with("This is not the word"));
    world.telegram.write(99, &confirm);
    assert!(world.telegram.next().text.starts_with("This bot belongs to"));
    for client in [&user, &other] {
        assert_eq!(client.get(SWITCH).await.ok()["own"], false);
    }
    world.telegram.write(CHAT, &confirm);
    assert!(world.telegram.next().text.starts_with("Your kill switch is on:"));
    assert_eq!(other.get(SWITCH).await.ok()["own"], false);
}
