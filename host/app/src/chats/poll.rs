//! Asking Telegram for what was written: one place, one question at a time.

use std::pin::pin;
use std::sync::Arc;

use prahari_couriers::{TelegramUpdate, Undelivered};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::Chats;
use crate::channels::Bot;
use crate::error::AppError;

/// Key under which is stored how far was read.
const READ_KEY: &str = "telegram_read";

/// Pauses after questions that failed, one after the other; the last stands for all that follow.
const PAUSES_MS: [i64; 4] = [1_000, 5_000, 15_000, 60_000];

/// The longest pause that the server may ask for.
const LONGEST_PAUSE_MS: i64 = 60 * 60_000;

/// How far was read, and of which bot: another one numbers anew.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Read {
    bot: String,
    next: i64,
}

/// Asks and answers until the daemon stops. What was begun to be answered is carried through.
pub(super) async fn follow(chats: Arc<Chats>) {
    let mut failures = 0;
    let mut stopped = pin!(chats.deps.shutdown.begun());
    while !chats.deps.shutdown.is_begun() {
        let found = tokio::select! {
            _reason_is_logged = &mut stopped => return,
            found = chats.wait(&mut failures) => found,
        };
        if let Some((bot, updates)) = found {
            chats.hear_all(&bot, &updates).await;
        }
    }
}

impl Chats {
    /// Waits until something was written to the bot, and returns it; nothing where it is to be asked again, after a pause
    /// when Telegram could not be asked.
    async fn wait(&self, failures: &mut usize) -> Option<(Bot, Vec<TelegramUpdate>)> {
        let changed = self.deps.channels.bot_changed();
        let Some(bot) = self.deps.channels.bot() else {
            changed.notified().await;
            return None;
        };
        let asked = tokio::select! {
            asked = self.ask(&bot) => asked,
            () = changed.notified() => return None,
        };
        match asked {
            Ok(updates) => {
                if *failures > 0 {
                    tracing::info!(failures = *failures, "Telegram answers again");
                }
                *failures = 0;
                Some((bot, updates))
            }
            Err(failed) => {
                self.pause(failures, failed, changed).await;
                None
            }
        }
    }

    /// Waits before the next question; another bot is asked at once.
    async fn pause(&self, failures: &mut usize, failed: Undelivered, changed: &Notify) {
        if *failures == 0 {
            let reason = failed.reason;
            tracing::warn!(reason, "Telegram cannot be asked for what was written to the bot");
        }
        *failures += 1;
        let until = self.deps.real.now().plus_millis(pause_after(*failures, failed.wait_s));
        let _either_way = self.deps.real.wait_until(until, changed).await;
    }

    async fn ask(&self, bot: &Bot) -> Result<Vec<TelegramUpdate>, Undelivered> {
        let next = self.read(bot).await.map_err(|error| Undelivered::not_sent(error.to_string()))?;
        self.deps.telegram.updates(&bot.token, next).await
    }

    /// Answers each, and keeps how far was read once all are answered: after a crash in between they are answered again,
    /// and what they change is changed already.
    async fn hear_all(&self, bot: &Bot, updates: &[TelegramUpdate]) {
        for update in updates {
            let Some(message) = &update.message else { continue };
            if let Err(error) = self.hear(bot, message).await {
                tracing::error!(%error, "what a chat asked for failed");
            }
        }
        let Some(last) = updates.iter().map(|update| update.id).max() else { return };
        if let Err(error) = self.keep_read(bot, last.saturating_add(1)).await {
            tracing::error!(%error, "how far the bot's messages were read could not be written down");
        }
    }

    /// The first update of a bot that was not read.
    async fn read(&self, bot: &Bot) -> Result<i64, AppError> {
        let kept = self.deps.store.system().meta(READ_KEY).await?;
        let kept = kept.and_then(|text| serde_json::from_str::<Read>(&text).ok());
        Ok(kept.filter(|read| read.bot == bot.name).map_or(0, |read| read.next))
    }

    async fn keep_read(&self, bot: &Bot, next: i64) -> Result<(), AppError> {
        let read = serde_json::to_string(&Read { bot: bot.name.clone(), next })?;
        Ok(self.deps.store.system().set_meta(READ_KEY, read).await?)
    }
}

/// Milliseconds after so many failures in a row.
fn pause_after(failures: usize, wait_s: Option<u64>) -> i64 {
    let [.., last] = PAUSES_MS;
    let usual = PAUSES_MS.get(failures.saturating_sub(1)).copied().unwrap_or(last);
    let asked = wait_s.map_or(0, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000));
    usual.max(asked.min(LONGEST_PAUSE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_follow_what_the_server_asks_for() {
        let pauses: Vec<i64> = (1..=6).map(|failures| pause_after(failures, None)).collect();
        assert_eq!(pauses, [1_000, 5_000, 15_000, 60_000, 60_000, 60_000]);
        assert_eq!(pause_after(1, Some(35)), 35_000);
        assert_eq!(pause_after(1, Some(u64::MAX)), LONGEST_PAUSE_MS);
    }
}
