//! Shares that are traded in the user's account by others than Prahari.
//!
//! The broker's list of shares is compared with the books. Lists lag, so a difference is believed only when two readings some time
//! apart show the same one, no order of ours may explain it, and the broker's book has no fill that is not booked yet. What is
//! missing then was sold outside and is booked so (`external_sale.rs`); what is too much waits for its owner to say whose it is
//! (`adoption.rs`). A simulated account is ours alone, and is compared and nothing more.

mod explained;
mod look;
mod reading;
mod show;

use std::collections::BTreeMap;

use prahari_domain::book::Book;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent, OrderRequest, OrderState, Side};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{DifferenceRow, UserScope};

use super::{Desk, OrderContext};
use crate::error::AppError;

pub(super) use look::{LOOKS_APART_MS, READINGS_APART_MS};
pub(super) use reading::Reading;
pub use show::DifferenceNews;

/// What is known of shares that are not from orders of ours.
#[derive(Default)]
pub(super) struct Outside {
    /// Whether the next three are those of the database.
    is_read: bool,
    /// Shares of the account that are not ours, as a person has said.
    pub of_others: BTreeMap<Symbol, u32>,
    /// Of which strategy shares become that are bought outside; none when each purchase is asked about.
    pub adopts_for: Option<StrategyName>,
    /// Differences that wait for a decision.
    pub open: BTreeMap<Symbol, DifferenceRow>,
    /// Differences that were seen once.
    suspected: BTreeMap<Symbol, (Reading, Timestamp)>,
    looked_at: Option<Timestamp>,
    /// The date on which the broker last refused a sell because the shares had not arrived.
    unsettled: BTreeMap<Symbol, Day>,
    news: Vec<DifferenceNews>,
}

impl Outside {
    /// What the journal has of the last date of an order: of sells that the broker has refused because the shares had not arrived, a
    /// start sends no other. Where it cannot be read the broker refuses once more.
    pub async fn load(scope: &UserScope, book: &Book) -> Self {
        let mut outside = Self::default();
        let date = |order: &Order| order.updated_at.ist_day();
        let last = book.orders().map(date).max();
        // Of one that was filled in part the rest is cancelled.
        let may_be_refused = |order: &&Order| {
            order.request.side == Side::Sell
                && order.broker_id.is_some()
                && matches!(order.state, OrderState::Rejected | OrderState::Cancelled)
                && Some(date(order)) == last
        };
        let sells: Vec<(OrderId, OrderRequest)> =
            book.orders().filter(may_be_refused).map(|order| (order.id, order.request.clone())).collect();
        for (id, request) in sells {
            let entries = scope.journal_of(id).await.unwrap_or_else(|error| {
                tracing::warn!(order = %id, %error, "whether a sell was refused as not settled cannot be read");
                Vec::new()
            });
            for entry in &entries {
                outside.learn(&request, entry);
            }
        }
        outside
    }

    /// Takes up what an entry of the journal says of shares: that the broker has refused a sell because they had not arrived. However
    /// a refusal was learnt, it ends in the journal, so this is the one place that tells these from others.
    pub fn learn(&mut self, request: &OrderRequest, entry: &JournalEntry) {
        let is_unsettled = matches!(entry.event, OrderEvent::Rejected { unsettled: true, .. });
        if is_unsettled && request.side == Side::Sell {
            let day = entry.at.ist_day();
            let last = self.unsettled.entry(request.symbol.clone()).or_insert(day);
            *last = day.max(*last);
        }
    }

    /// Has the next minute look at the shares, whatever was seen before.
    pub fn look_soon(&mut self) {
        self.looked_at = None;
    }

    /// Has a symbol looked at with the next look for which there is no reason.
    pub fn look_later(&mut self, symbol: &Symbol) {
        self.suspected.remove(symbol);
    }

    /// Returns why a share is not offered on a date: the broker has refused it once, and each further offer would be refused too.
    pub fn not_settled(&self, symbol: &Symbol, day: Day) -> Option<Refusal> {
        self.unsettled.get(symbol).filter(|refused| **refused == day)?;
        let detail = format!(
            "the broker has refused a sell of {symbol} today because the shares have not arrived: they are offered again on the next trading date"
        );
        Some(Refusal { code: RefusalCode::Holdings, detail })
    }

    /// Notes that nothing is left to say of a symbol.
    pub fn settle(&mut self, symbol: &Symbol) {
        self.suspected.remove(symbol);
        self.open.remove(symbol);
    }
}

impl Desk {
    /// Takes out what is new about differences since this was last asked.
    pub fn take_differences(&mut self) -> Vec<DifferenceNews> {
        std::mem::take(&mut self.outside.news)
    }

    /// Reads once what a simulated account never has.
    pub(super) async fn read_outside(&mut self) -> Result<(), AppError> {
        if self.outside.is_read || self.link.simulated.is_some() {
            return Ok(());
        }
        let of_others = self.scope().shares_of_others().await?;
        let open = self.scope().open_differences().await?;
        self.outside.adopts_for = self.scope().outside_purchases().await?;
        self.outside.of_others = of_others.into_iter().collect();
        self.outside.open = open.into_iter().map(|row| (row.seen.symbol.clone(), row)).collect();
        self.outside.is_read = true;
        Ok(())
    }

    /// Notes that a difference is over.
    pub(super) fn is_over(&mut self, symbol: Symbol, how: &str) {
        self.outside.settle(&symbol);
        self.outside.news.push(DifferenceNews::Over { symbol, how: how.to_owned() });
    }

    /// The context in which the host itself acts for a strategy.
    pub(super) fn of_host(strategy: StrategyName, now: Timestamp) -> OrderContext {
        OrderContext { run: RunId(0), strategy, day: now.ist_day(), now }
    }
}
