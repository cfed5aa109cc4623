//! `signals`: what stands for the user, and publishing.

use prahari_domain::instruments::Symbol;
use prahari_domain::signals::{SignalDraft as Draft, SignalKind, SignalScope};
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::signals::{PublishReport, SignalDraft};

use super::{Answer, LiveServices, convert, invalid};
use crate::error::AppError;

impl LiveServices<'_> {
    pub(super) async fn read_signals(&self) -> Answer {
        let desk = self.user.desk.lock().await;
        // Two strategies may act on one signal: what the other made of it is no reason to leave it alone.
        let (of, now) = (Some(self.order_context.strategy), self.now().now);
        let standing = self.runs.signals.active.standing(desk.book(), of, now);
        Ok(HostReply::Signals(standing.into_iter().map(convert::signal).collect()))
    }

    /// A shared task publishes for everybody, every other one for its own user only.
    pub(super) async fn publish_signals(&mut self, drafts: &[SignalDraft]) -> Answer {
        let mut ready = Vec::with_capacity(drafts.len());
        for draft in drafts {
            match convert::signal_draft(draft) {
                Ok(draft) => ready.push(draft),
                Err(reason) => return Ok(invalid(format!("drafts: {reason}"))),
            }
        }
        let for_everybody = self.runs.tasks.current().is_shared(self.task);
        let misplaced = ready
            .iter()
            .find(|draft| matches!(draft.kind, SignalKind::Buy | SignalKind::StrongBuy) != for_everybody);
        if let Some(draft) = misplaced {
            let detail =
                format!("drafts: {} may not publish this kind of signal for {}", self.task, draft.symbol);
            return Ok(invalid(detail));
        }
        if let Some(unknown) = self.unknown_symbol(&ready).await? {
            return Ok(invalid(format!("drafts: there is no share {unknown}")));
        }
        let scope = if for_everybody { SignalScope::Shared } else { SignalScope::Personal(self.user.id) };
        let published = self.runs.signals.publish(scope, ready).await?;
        self.has_queued().await?;
        Ok(HostReply::Published(PublishReport {
            inserted: published.inserted,
            updated: published.updated,
            expired: published.expired,
            skipped: published.skipped,
        }))
    }

    /// The first symbol that the exchange does not list: what nobody can trade is not kept for everybody to look
    /// through.
    async fn unknown_symbol(&self, drafts: &[Draft]) -> Result<Option<Symbol>, AppError> {
        let symbols: Vec<Symbol> = drafts.iter().map(|draft| draft.symbol.clone()).collect();
        let known = self.runs.trading.market.instruments(&symbols, self.now().now).await?;
        Ok(symbols.into_iter().zip(known).find(|(_, known)| known.is_none()).map(|(symbol, _)| symbol))
    }
}
