//! `signals`: what stands for the user, and publishing.

use prahari_domain::signals::{SignalKind, SignalScope};
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::signals::{PublishReport, SignalDraft};

use super::{Answer, LiveServices, convert, invalid};

impl LiveServices<'_> {
    pub(super) async fn read_signals(&self) -> Answer {
        let desk = self.user.desk.lock().await;
        let standing = self.daemon.signals.standing(desk.book(), self.now().now);
        Ok(HostReply::Signals(standing.into_iter().map(convert::signal).collect()))
    }

    /// The analysis publishes for everybody, every other task for its own user only.
    pub(super) async fn publish_signals(&self, drafts: &[SignalDraft]) -> Answer {
        let mut ready = Vec::with_capacity(drafts.len());
        for draft in drafts {
            match convert::signal_draft(draft) {
                Ok(draft) => ready.push(draft),
                Err(reason) => return Ok(invalid(format!("drafts: {reason}"))),
            }
        }
        let for_everybody = self.task.is_shared();
        let misplaced = ready
            .iter()
            .find(|draft| matches!(draft.kind, SignalKind::Buy | SignalKind::StrongBuy) != for_everybody);
        if let Some(draft) = misplaced {
            let detail =
                format!("drafts: {} may not publish this kind of signal for {}", self.task, draft.symbol);
            return Ok(invalid(detail));
        }
        let scope = if for_everybody { SignalScope::Shared } else { SignalScope::Personal(self.user.id) };
        let published = self.daemon.publish(scope, ready).await?;
        Ok(HostReply::Published(PublishReport {
            inserted: published.inserted,
            updated: published.updated,
            expired: published.expired,
            skipped: published.skipped,
        }))
    }
}
