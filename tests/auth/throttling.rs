//! Guessing is slow, and a lock-out says when it ends.

use serde_json::{Value, json};

use crate::support::console::{Console, PASSWORD};
use crate::support::{FRIDAY, at};

const LOG_IN: &str = "/api/v1/auth/login";

fn guess(name: &str, password: &str) -> Value {
    json!({ "name": name, "password": password })
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_links_keep_nobody_from_a_link_of_theirs() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let made = console.admin().await.post("/api/v1/users/2/reset-link", json!({})).await.ok();
    let guess = |token: &str| json!({ "token": token, "password": "a-new-password-of-mine" });
    for _ in 0..12 {
        let guessed = console.nobody().post("/api/v1/auth/reset", guess(&"x".repeat(43))).await;
        assert_eq!(guessed.problem().1, "link_unusable");
    }
    let link = made["token"].as_str().unwrap();
    assert_eq!(console.nobody().post("/api/v1/auth/reset", guess(link)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_waits_after_five_wrong_passwords_even_for_the_right_one() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let nobody = console.nobody();
    for _ in 0..5 {
        let answer = nobody.post(LOG_IN, guess("user2", "wrong")).await;
        assert_eq!(answer.problem(), (401, "wrong_credentials".to_owned()));
    }
    let locked = nobody.post(LOG_IN, guess("user2", PASSWORD)).await;
    assert_eq!(locked.problem(), (429, "too_many_attempts".to_owned()));
    assert_eq!(locked.retry_after, Some(30));
    // Nobody else is locked out by that.
    console.user_named("user3").await;
    console.pass_seconds(30).await;
    console.user_named("user2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_are_counted_as_many() {
    let console = Console::start(at(FRIDAY, "08:00")).await;
    let guesses = (0..24).map(|_| {
        let nobody = console.nobody();
        tokio::spawn(async move { nobody.post(LOG_IN, guess("user2", "wrong")).await.status.as_u16() })
    });
    let mut heard = 0;
    for guess in guesses.collect::<Vec<_>>() {
        heard += usize::from(guess.await.unwrap() == 401);
    }
    assert_eq!(heard, 5);
}
