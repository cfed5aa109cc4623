//! What is secret of the installation's bot and mail server, and of users' chats and mailboxes, is in no log, answer,
//! database or error.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{BOT, CHANNELS, CHAT, MAIL, World};
use crate::support::captured_log::CapturedLog;
use crate::{fake_smtp, fake_telegram};

/// Part of the token that no other text has.
const TOKEN_SECRET: &str = "AAtelegramtokenXQZW";
const ADDRESS: &str = "ashaXQZW@example.org";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_carrier_or_a_channel_comes_back() {
    let log = CapturedLog::start(tracing::Level::TRACE);
    let world = World::with_bot().await;
    assert!(fake_telegram::TOKEN.contains(TOKEN_SECRET));
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    admin.send(Method::PUT, MAIL, world.mail_server()).await.ok();
    let mut seen = Vec::new();
    // Each way to fail, too: refused, unreachable, blocked.
    let malformed = format!("7:{TOKEN_SECRET} with a space");
    for token in [malformed.as_str(), "7:AAtelegramtokenXQZWwrong"] {
        let refused = admin.send(Method::PUT, BOT, json!({ "token": token })).await;
        assert!(!refused.status.is_success());
        seen.push(refused.text);
    }
    let begun = user.post(&format!("{CHANNELS}/telegram"), json!({ "name": "phone" })).await.ok();
    let code = begun["code"].as_str().unwrap().to_owned();
    let chat = world.connect(&user, CHAT).await;
    user.post(&format!("{CHANNELS}/email"), json!({ "name": "mail", "address": ADDRESS })).await.ok();
    let mail_code = world.smtp.next().text;
    let mail_code = mail_code.lines().find_map(|line| line.strip_prefix("The code is ")).unwrap();
    let mailbox = user.post(&format!("{CHANNELS}/email/confirm"), json!({ "code": mail_code })).await.ok();
    world.smtp.reply("RCPT", "550 5.1.1 <ashaXQZW@example.org> is unknown");
    let lost = world.test(&user, mailbox["id"].as_u64().unwrap()).await;
    world.delivery(lost, |row| row.ended_at.is_some()).await;
    world.telegram.be_down(true);
    seen.push(admin.send(Method::PUT, BOT, json!({ "token": fake_telegram::TOKEN })).await.text);
    let waiting = world.test(&user, chat).await;
    world.delivery(waiting, |row| !row.reason.is_empty()).await;
    seen.extend(everything(&world, &[&user, &admin]).await);
    world.console.daemon.store.flush().await.unwrap();
    let house = world.stop().await;
    let log = log.text();
    for secret in [TOKEN_SECRET, fake_smtp::PASSWORD, ADDRESS, code.as_str(), mail_code] {
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

/// What every route that shows something answers.
async fn everything(world: &World, clients: &[&crate::support::console::Client]) -> Vec<String> {
    let document: Value =
        serde_json::from_str(&world.console.nobody().get("/api/v1/openapi.json").await.text).unwrap();
    let mut seen = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        // A stream does not end by itself.
        if item.get("get").is_none() || path.ends_with("/live") {
            continue;
        }
        let path = path.replace("{id}", "2");
        for client in clients {
            seen.push(client.get(&path).await.text);
        }
    }
    assert!(seen.len() > 10, "{}", seen.len());
    seen
}
