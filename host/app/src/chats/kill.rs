//! The kill switch from a chat: on, after a confirmation, and never off.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use prahari_domain::settings::Values;
use prahari_domain::time::Timestamp;
use prahari_secrets::{RecoveryCode, SecretError};
use prahari_store::ChatChannel;
use serde_json::json;

use super::{Chats, MINUTE_MS};
use crate::error::AppError;
use crate::settings::Change;
use crate::user::User;

/// Time for which a kill switch waits for its confirmation.
const CONFIRM_MS: i64 = 2 * MINUTE_MS;

/// Kill switches that wait for their confirmation: at most one of each connected chat.
///
/// The code keeps away what was not meant, such as a touch on the command's name; it is no secret, since it stands in the chat.
#[derive(Default)]
pub(super) struct Kills(Mutex<BTreeMap<i64, (String, Timestamp)>>);

impl Kills {
    /// Makes a code for a chat, in place of the one before.
    fn ask(&self, chat: i64, now: Timestamp) -> Result<String, SecretError> {
        let code = RecoveryCode::generate()?;
        let word = code.expose().split('-').next().unwrap_or_default().to_owned();
        let mut waiting = self.0.lock();
        waiting.retain(|_, (_, until)| *until > now);
        waiting.insert(chat, (word.clone(), now.plus_millis(CONFIRM_MS)));
        Ok(word)
    }

    /// Uses the code of a chat, which helps once; also a wrong one takes it away.
    fn confirm(&self, chat: i64, typed: &str, now: Timestamp) -> bool {
        let waited = self.0.lock().remove(&chat);
        waited.is_some_and(|(word, until)| until > now && word == typed.to_ascii_lowercase())
    }
}

impl Chats {
    /// Turns a user's own kill switch on when the code is right, and else asks for it. Returns what to answer.
    pub(super) async fn kill(
        &self,
        user: &User,
        channel: &ChatChannel,
        chat: i64,
        typed: Option<&str>,
    ) -> Result<String, AppError> {
        if user.settings.limits().set().value.own.kill_switch {
            return Ok("Your kill switch is on already. It is turned off in the console.".to_owned());
        }
        let now = self.deps.real.now();
        let Some(typed) = typed else {
            let word = self.kills.ask(chat, now)?;
            return Ok(format!(
                "This stops all new orders of your tasks. To confirm, send within 2 minutes:\n/kill {word}\nIt is turned off in the console only."
            ));
        };
        if !self.kills.confirm(chat, typed, now) {
            return Ok("This is not the word, or the 2 minutes are over. Nothing has changed; send /kill to begin again.".to_owned());
        }
        self.turn_on(user, channel).await?;
        Ok("Your kill switch is on: no order is placed or changed. It is turned off in the console."
            .to_owned())
    }

    async fn turn_on(&self, user: &User, channel: &ChatChannel) -> Result<(), AppError> {
        let values: Values = [("kill_switch".to_owned(), true.into())].into_iter().collect();
        let change = self.deps.settings.change_own_limits(user, Change::Merge(&values), None).await?;
        let (details, via) = (json!({ "change": values }), format!("channel {}", channel.id));
        let entry = self.begin_change(user.id, "limits.tighten", details, via).await?;
        let saved = change.save().await;
        self.end_change(entry, if saved.is_ok() { 200 } else { 500 }).await?;
        saved.map(|_version| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_helps_its_chat_once_and_for_two_minutes() {
        let (kills, now) = (Kills::default(), Timestamp(0));
        let word = kills.ask(1, now).unwrap();
        assert_eq!(word.len(), 4);
        assert!(!kills.confirm(2, &word, now));
        assert!(kills.confirm(1, &word.to_uppercase(), now));
        assert!(!kills.confirm(1, &word, now));
        let word = kills.ask(1, now).unwrap();
        assert!(!kills.confirm(1, "nope", now) && !kills.confirm(1, &word, now));
        let word = kills.ask(1, now).unwrap();
        assert!(!kills.confirm(1, &word, Timestamp(CONFIRM_MS)));
    }
}
