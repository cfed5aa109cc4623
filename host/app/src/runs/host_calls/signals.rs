//! `signals`: what stands for the user, and publishing.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::{MarketError, Quote};
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::is_outside_band;
use prahari_domain::risk::RefusalCode;
use prahari_domain::signals::{SignalDraft as Draft, SignalKind, SignalScope};
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::signals::{PublishReport, SignalDraft};
use prahari_store::DecisionRow;

use super::{Answer, LiveServices, convert, invalid};
use crate::error::AppError;
use crate::signals::REFUSED_SIGNAL;

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
        let told = ready.len();
        let ready = self.without_jumped(ready, for_everybody).await;
        let refused = u32::try_from(told.saturating_sub(ready.len())).unwrap_or(u32::MAX);
        let published = self.runs.signals.publish(scope, ready).await?;
        self.has_queued().await?;
        Ok(HostReply::Published(PublishReport {
            inserted: published.inserted,
            updated: published.updated,
            expired: published.expired,
            skipped: published.skipped.saturating_add(refused),
        }))
    }

    /// Leaves out findings on shares with a jump that nobody has explained, of today or since the user holds the share: what was
    /// found is of other shares than those of before. Each is among the decisions, with the reason.
    async fn without_jumped(&mut self, drafts: Vec<Draft>, for_everybody: bool) -> Vec<Draft> {
        let now = self.now().now;
        // What the user of a shared task holds is no matter of the others.
        let held = if for_everybody { BTreeMap::new() } else { self.held_since().await };
        let symbols: BTreeSet<Symbol> = drafts.iter().map(|draft| draft.symbol.clone()).collect();
        let mut looked_at = self.gapped(&symbols, now).await;
        looked_at.extend(symbols.into_iter().filter(|symbol| held.contains_key(symbol)));
        let mut jumped: BTreeMap<Symbol, String> = BTreeMap::new();
        for symbol in looked_at {
            let jump = self.runs.trading.unexplained_jump(&symbol, now).await.unwrap_or_else(|error| {
                tracing::warn!(%symbol, %error, "whether a share has jumped cannot be asked");
                None
            });
            let since = held.get(&symbol);
            let counts = |day: Day| day == now.ist_day() || since.is_some_and(|since| *since < day);
            if let Some(jump) = jump.filter(|jump| counts(jump.day)) {
                jumped.insert(symbol, self.runs.trading.jumps.factors().tell_jump(&jump));
            }
        }
        let (kept, refused): (Vec<Draft>, Vec<Draft>) =
            drafts.into_iter().partition(|draft| !jumped.contains_key(&draft.symbol));
        for draft in refused {
            let jump = jumped.get(&draft.symbol).map_or("", String::as_str);
            let kind = draft.kind.name();
            let refusal =
                format!("{jump}: no {kind} signal of it is raised before an admin has explained it");
            let decision = DecisionRow {
                symbol: draft.symbol.to_string(),
                action: REFUSED_SIGNAL.to_owned(),
                reason: RefusalCode::SymbolHalted.name().to_owned(),
                evidence: vec![("refusal".to_owned(), refusal)],
            };
            // A run that publishes it again and again has it there once.
            if !self.decisions.contains(&decision) {
                self.decisions.push(decision);
            }
        }
        kept
    }

    /// Since when the user holds each share.
    async fn held_since(&self) -> BTreeMap<Symbol, Day> {
        let desk = self.user.desk.lock().await;
        let mut held: BTreeMap<Symbol, Day> = BTreeMap::new();
        for position in desk.book().positions() {
            let since = held.entry(position.symbol).or_insert(position.opened_on);
            *since = position.opened_on.min(*since);
        }
        held
    }

    /// Those shares whose open of today may be a jump: one question for all of them, so that few are looked at one by one.
    async fn gapped(&self, symbols: &BTreeSet<Symbol>, now: Timestamp) -> BTreeSet<Symbol> {
        let (trading, today) = (&self.runs.trading, now.ist_day());
        let asked: Vec<Symbol> = symbols.iter().cloned().collect();
        let quotes: Result<Vec<Option<Quote>>, MarketError> =
            if asked.is_empty() { Ok(Vec::new()) } else { trading.market.quotes(&asked, now).await };
        let quotes = quotes.unwrap_or_else(|error| {
            tracing::warn!(%error, "the opens of shares with findings cannot be had");
            Vec::new()
        });
        let factors = trading.jumps.factors();
        let before = today.pred_opt().unwrap_or(today);
        let gapped = quotes.into_iter().flatten().filter(|quote| {
            // Where an action was announced, a gap that did not come counts as well.
            let is_gap = |open| is_outside_band(quote.previous_close, open);
            quote.open.is_some_and(is_gap) || factors.has_between(&quote.symbol, before, today)
        });
        gapped.map(|quote| quote.symbol).collect()
    }

    /// The first symbol that the exchange does not list: what nobody can trade is not kept for everybody to look
    /// through.
    async fn unknown_symbol(&self, drafts: &[Draft]) -> Result<Option<Symbol>, AppError> {
        let symbols: Vec<Symbol> = drafts.iter().map(|draft| draft.symbol.clone()).collect();
        let known = self.runs.trading.market.instruments(&symbols, self.now().now).await?;
        Ok(symbols.into_iter().zip(known).find(|(_, known)| known.is_none()).map(|(symbol, _)| symbol))
    }
}
