//! Calls with a session: what trades is made once, what reads once more after a login where the session was over.

use std::future::Future;
use std::sync::Arc;

use super::Session;
use super::manager::UserSession;
use crate::client::KotakClient;
use crate::error::{KotakError, Meaning};

impl UserSession {
    /// Reads with the session. When the broker says that it is over, somebody logs in once, and it is read once more.
    pub(crate) async fn read<T, F, Fut>(self: &Arc<Self>, call: F) -> Result<T, KotakError>
    where
        F: Fn(Arc<KotakClient>, Arc<Session>) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, KotakError>> + Send,
    {
        let first = self.once(&call).await;
        match &first {
            Err(error) if is_over(error) => self.once(&call).await,
            _ => first,
        }
    }

    /// Makes a call with the session, once, whatever comes of it: for what trades.
    pub(crate) async fn once<T, F, Fut>(self: &Arc<Self>, call: F) -> Result<T, KotakError>
    where
        F: Fn(Arc<KotakClient>, Arc<Session>) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, KotakError>> + Send,
    {
        let (session, client) = self.acquire(None).await?;
        let answer = call(client, session.clone()).await;
        match &answer {
            Err(error) if is_over(error) => self.is_over(session.generation, &error.said).await,
            Err(_) => {}
            Ok(_) => self.answered(session.generation).await,
        }
        answer
    }

    async fn answered(self: &Arc<Self>, generation: u64) {
        if self.note_answer(generation) {
            self.save_or_tell().await;
        }
    }

    /// Answers whether the session is the first in a while that helps.
    fn note_answer(&self, generation: u64) -> bool {
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        if inner.current.as_ref().is_none_or(|(session, _)| session.generation != generation) {
            return false;
        }
        inner.last_answer = Some(now);
        std::mem::take(&mut inner.fruitless) > 0
    }
}

fn is_over(error: &KotakError) -> bool {
    error.meaning == Meaning::Session
}
