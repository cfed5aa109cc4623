//! What is secret of the installation's bot and mail server, and of users' chats and mailboxes, is in no log, answer,
//! database or error.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};
use prahari_app::channels::DeliveryState;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{BOT, CHANNELS, CHAT, MAIL, World};
use crate::support::captured_log::CapturedLog;
use crate::support::console::Client;
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
    check_nowhere(
        &[TOKEN_SECRET, fake_smtp::PASSWORD, ADDRESS, code.as_str(), mail_code],
        world,
        &seen,
        &log,
    )
    .await;
}

/// Adds the mailbox by its code; returns the number of the channel.
async fn mailbox(world: &World, user: &Client) -> u64 {
    user.post(&format!("{CHANNELS}/email"), json!({ "name": "mail", "address": ADDRESS })).await.ok();
    let mail = world.smtp.next().text;
    let code = mail.lines().find_map(|line| line.strip_prefix("The code is ")).unwrap();
    let added = user.post(&format!("{CHANNELS}/email/confirm"), json!({ "code": code })).await.ok();
    added["id"].as_u64().unwrap()
}

/// The log-in as the daemon sends it, and in other forms.
fn forms_of_log_in() -> Vec<String> {
    let (user, password) = (fake_smtp::USER, fake_smtp::PASSWORD);
    let plain = format!("\0{user}\0{password}");
    vec![
        password.to_owned(),
        BASE64.encode(plain.as_bytes()),
        BASE64_NOPAD.encode(plain.as_bytes()),
        BASE64URL.encode(plain.as_bytes()),
        BASE64.encode(user.as_bytes()),
        BASE64.encode(password.as_bytes()),
        password.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_repeats_the_log_in_tells_nobody_of_it_and_users_hear_none_of_its_words() {
    let log = CapturedLog::start(tracing::Level::TRACE);
    let world = World::with_mail().await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    let channel = mailbox(&world, &user).await;
    let (forms, mut seen) = (forms_of_log_in(), Vec::new());
    for form in &forms {
        let line: &'static str = format!("535 bad credentials secret-echo AUTH PLAIN {form}").leak();
        world.smtp.reply("AUTH", line);
        let refused = admin.send(Method::PUT, MAIL, world.mail_server()).await;
        assert_eq!(refused.problem(), (409, "carrier_failed".to_owned()));
        assert!(refused.text.contains("secret-echo AUTH PLAIN [masked]"), "{}", refused.text);
        seen.push(refused.text);
        world.smtp.reply("AUTH", line);
        let id = world.test(&user, channel).await;
        let row = world.delivery(id, |row| row.attempts == 1 && row.state == DeliveryState::Waiting).await;
        let told = "the mail server does not let the installation in; an admin can see to it";
        assert_eq!(row.reason, told);
        // The next attempt succeeds, so that no test waits when the next is queued.
        world.pass_until(row.due_at.unwrap());
        world.smtp.next();
        world.delivery(id, |row| row.state == DeliveryState::Delivered).await;
    }
    world.smtp.reply("AUTH", format!("535 secret-echo {}", forms[1]).leak());
    let body = json!({ "name": "mail", "address": ADDRESS });
    let refused = user.post(&format!("{CHANNELS}/email"), body).await;
    assert_eq!(refused.problem(), (409, "carrier_failed".to_owned()));
    assert!(!refused.text.contains("535") && !refused.text.contains("secret-echo"), "{}", refused.text);
    seen.push(refused.text);
    seen.extend(everything(&world, &[&user, &admin]).await);
    let secrets: Vec<&str> = forms.iter().map(|form| form.trim_end_matches('=')).collect();
    let text = check_nowhere(&secrets, world, &seen, &log).await;
    assert!(text.contains("secret-echo AUTH PLAIN [masked]"), "whoever runs the daemon is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_that_repeats_the_token_tells_nobody_of_it() {
    let log = CapturedLog::start(tracing::Level::TRACE);
    let world = World::with_bot().await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    let chat = world.connect(&user, CHAT).await;
    let token = fake_telegram::TOKEN;
    let percent: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let forms =
        [token.to_owned(), percent, BASE64.encode(token.as_bytes()), BASE64URL.encode(token.as_bytes())];
    for form in &forms {
        world.telegram.refuse(&format!("Bad Request: POST https://api.telegram.org/bot{form}/x"));
        let id = world.test(&user, chat).await;
        let row = world.delivery(id, |row| row.state == DeliveryState::GivenUp).await;
        assert!(row.reason.starts_with("Telegram answered 400: Bad Request: POST https"), "{row:?}");
    }
    let seen = everything(&world, &[&user, &admin]).await;
    let secrets: Vec<&str> =
        forms.iter().map(|form| form.trim_end_matches('=')).chain([TOKEN_SECRET]).collect();
    check_nowhere(&secrets, world, &seen, &log).await;
}

/// Checks that secrets are in no answer, in no line of the log and in no byte of the database; returns the log.
async fn check_nowhere(secrets: &[&str], world: World, seen: &[String], log: &CapturedLog) -> String {
    world.console.daemon.store.flush().await.unwrap();
    let house = world.stop().await;
    let log = log.text();
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
        for text in seen {
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
    log
}

/// What every route that shows something answers.
async fn everything(world: &World, clients: &[&Client]) -> Vec<String> {
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
