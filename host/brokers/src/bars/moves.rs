//! Prices that move within a minute, and that are pushed when they do: a step every five seconds.
//!
//! Like everything of a market of bars they are a function of the instant, so what will be pushed when is known beforehand,
//! and a virtual clock comes to each step.

use std::collections::BTreeSet;

use async_trait::async_trait;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::BarMarket;
use super::answers::minute_of;
use crate::path::STEPS;
use crate::price_push::{PricePush, PricePushes};

/// Length of a step in milliseconds.
const STEP_MS: i64 = 60_000 / STEPS as i64;

impl BarMarket {
    /// The step of its minute that an instant falls in; of a market that does not move within minutes the first.
    pub(super) fn step_of(&self, now: Timestamp) -> usize {
        let within = now.0.rem_euclid(60_000) / STEP_MS;
        if self.moves { usize::try_from(within).unwrap_or(0) } else { 0 }
    }

    /// Time at which the prices that are shown at an instant were made.
    pub(super) fn moment(&self, now: Timestamp) -> Timestamp {
        if self.moves { now.plus_millis(-now.0.rem_euclid(STEP_MS)) } else { minute_of(now) }
    }
}

#[async_trait]
impl PricePushes for BarMarket {
    fn follow(&self, symbols: &[Symbol]) -> BTreeSet<Symbol> {
        symbols.iter().filter(|symbol| self.find(symbol).is_some()).cloned().collect()
    }

    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let day_data = self.day_data(after.ist_day());
        let next = self.moment(after).plus_millis(STEP_MS);
        let windows = &day_data.session.as_ref()?.windows;
        windows.iter().map(|(starts, ends)| (next.max(*starts), ends)).find_map(|(at, ends)| {
            let is_trading = at < *ends;
            is_trading.then_some(at)
        })
    }

    fn newest(&self, symbols: &[Symbol], now: Timestamp) -> Vec<Option<PricePush>> {
        let day_data = self.day_data(now.ist_day());
        let is_trading = day_data.session.as_ref().is_some_and(|session| session.index_of(now).is_some());
        let push = |symbol: &Symbol| {
            let quote = self.quote(symbol, now, &day_data).filter(|quote| quote.open.is_some())?;
            Some(PricePush { symbol: quote.symbol, last: quote.last, at: quote.at, source: quote.source })
        };
        symbols.iter().map(|symbol| push(symbol).filter(|_| is_trading)).collect()
    }

    async fn pushed(&self) {
        std::future::pending().await
    }
}
