//! Connecting a chat with the user who shows its code.

use prahari_domain::ids::UserId;
use serde_json::json;

use super::{Chats, answers};
use crate::audit::{AuditOutcome, Change};
use crate::channels::ChannelError;
use crate::error::AppError;

impl Chats {
    /// Connects a chat whose code helps, and returns what to answer; nothing after too many that do not.
    pub(super) async fn connect(&self, chat: i64, typed: &str) -> Result<Option<String>, AppError> {
        let taken = self.deps.channels.take_chat_code(typed);
        let active = |user: &UserId| self.deps.users.find(*user).is_ok_and(|user| user.access.is_active());
        let Some((user, name)) = taken.filter(|(user, _)| active(user)) else {
            let is_heard = self.heard.answers_wrong_code(chat, self.deps.real.now());
            return Ok(is_heard.then(|| answers::WRONG_CODE.to_owned()));
        };
        let details = json!({ "kind": "telegram", "name": name });
        let entry = self.begin_change(user, "channel.add", details, "code of a chat".to_owned()).await?;
        let added = self.deps.channels.add_chat(user, name, chat).await;
        let status = if added.is_ok() { 201 } else { 409 };
        self.end_change(entry, status).await?;
        match added {
            Ok(_) => Ok(Some(answers::CONNECTED.to_owned())),
            Err(AppError::Channel(error @ ChannelError::TooMany)) => Ok(Some(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Writes down a change that a chat is about to make.
    pub(super) async fn begin_change(
        &self,
        user: UserId,
        action: &str,
        details: serde_json::Value,
        via: String,
    ) -> Result<u64, AppError> {
        let resource = format!("user {user}");
        let change = Change { user: Some(user), via, action, resource, details, address: None };
        self.deps.audit.append(change).await
    }

    /// Writes down what came of it, as the status that a request would have been answered with.
    pub(super) async fn end_change(&self, entry: u64, status: u16) -> Result<(), AppError> {
        self.deps.audit.end(entry, AuditOutcome { status, code: String::new() }).await
    }
}
