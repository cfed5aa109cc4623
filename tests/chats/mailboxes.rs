//! Mailboxes: confirmed by a code, hear messages under a lasting name, and what the mail server says is followed.

use prahari_app::channels::DeliveryState;
use reqwest::Method;
use serde_json::json;

use super::world::{CHANNELS, MAIL, World};
use crate::support::console::Client;

const EMAIL: &str = "/api/v1/user/channels/email";
const CONFIRM: &str = "/api/v1/user/channels/email/confirm";
const ADDRESS: &str = "asha@example.org";

/// Adds a mailbox by its code; returns the number of the channel.
async fn confirm(world: &World, user: &Client) -> u64 {
    let sent = user.post(EMAIL, json!({ "name": "mail", "address": ADDRESS })).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    let mail = world.smtp.next();
    let code = mail.text.lines().find_map(|line| line.strip_prefix("The code is ")).unwrap();
    user.post(CONFIRM, json!({ "code": code })).await.ok()["id"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_added_by_the_code_that_was_sent_there_and_hears_messages() {
    let world = World::with_mail().await;
    let user = world.console.user().await;
    let early = user.post(CONFIRM, json!({ "code": "k3vq-7hdm-2xzp-a4tn" })).await;
    assert_eq!(early.problem(), (409, "wrong_confirmation".to_owned()));
    let channel = confirm(&world, &user).await;
    let listed = user.get(CHANNELS).await.ok();
    assert_eq!(listed["items"][0]["address"], "a…@example.org", "{listed}");
    let id = world.test(&user, channel).await;
    let mail = world.smtp.next();
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("prahari@mail.test", ADDRESS));
    assert_eq!(mail.header("Subject"), "A test from Prahari");
    assert!(mail.header("Message-ID").ends_with("@mail.test>"), "{}", mail.text);
    assert!(mail.text.contains("\n\nMessages to you arrive here."), "{}", mail.text);
    world.delivery(id, |row| row.state == DeliveryState::Delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_not_now_is_asked_again_under_the_same_name_and_one_that_says_never_is_not() {
    let world = World::with_mail().await;
    let user = world.console.user().await;
    let channel = confirm(&world, &user).await;
    world.smtp.reply(".", "451 4.3.0 later");
    let id = world.test(&user, channel).await;
    let row = world.delivery(id, |row| row.attempts == 1 && row.state == DeliveryState::Waiting).await;
    assert!(row.reason.contains("451") && !row.repeated, "{row:?}");
    world.pass_until(row.due_at.unwrap());
    let mail = world.smtp.next();
    assert!(mail.header("Message-ID").contains(&format!("-{id}@")), "{}", mail.text);
    world.smtp.reply("RCPT", "550 5.1.1 <asha@example.org> is unknown");
    let id = world.test(&user, channel).await;
    let row = world.delivery(id, |row| row.state == DeliveryState::GivenUp).await;
    assert!(row.reason.contains("550") && !row.reason.contains(ADDRESS), "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_does_not_let_the_installation_in_is_not_kept_and_a_password_goes_to_its_own_host_only()
 {
    let world = World::bare().await;
    let admin = world.console.admin().await;
    let mut wrong = world.mail_server();
    wrong["password"] = json!("another");
    let refused = admin.send(Method::PUT, MAIL, wrong).await;
    assert_eq!(refused.problem(), (409, "carrier_failed".to_owned()));
    assert!(refused.text.contains("535"), "{}", refused.text);
    assert!(admin.get("/api/v1/system/carriers").await.ok()["email"].is_null());
    let set = admin.send(Method::PUT, MAIL, world.mail_server()).await.ok();
    assert_eq!((&set["user"], &set["security"]), (&json!("prahari"), &json!("none")));
    // Left out, the password of the same user at the same host stays; another host gets none.
    let mut again = world.mail_server();
    again.as_object_mut().unwrap().remove("password");
    admin.send(Method::PUT, MAIL, again.clone()).await.ok();
    again["host"] = json!("localhost");
    assert_eq!(admin.send(Method::PUT, MAIL, again).await.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(admin.delete(MAIL).await.status, 204);
    let user = world.console.user().await;
    let none = user.post(EMAIL, json!({ "name": "mail", "address": ADDRESS })).await;
    assert_eq!(none.problem(), (409, "channel_not_set_up".to_owned()));
    let audit = admin.get("/api/v1/audit?action=carrier.set&limit=10").await.ok();
    assert_eq!(audit["items"].as_array().unwrap().len(), 3, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_to_mailboxes_are_bounded_by_the_hour() {
    let world = World::with_mail().await;
    let user = world.console.user().await;
    let body = json!({ "name": "mail", "address": ADDRESS });
    for _ in 0..prahari_app::channels::MOST_CODES {
        assert_eq!(user.post(EMAIL, body.clone()).await.status, 202);
        world.smtp.next();
    }
    assert_eq!(user.post(EMAIL, body.clone()).await.problem(), (429, "tested_too_often".to_owned()));
    world.pass_minutes(60);
    assert_eq!(user.post(EMAIL, body).await.status, 202);
}
