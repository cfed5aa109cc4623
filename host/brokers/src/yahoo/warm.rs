//! Fetching ahead: shares one after the other, so that whoever asks meanwhile waits for one of them and not for all.

use std::sync::atomic::Ordering;

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::SOURCE;
use super::market::YahooMarket;
use crate::fetching::{OnProgress, WarmStep, Warmed};
use crate::folder::{BarsReport, Notes};

impl YahooMarket {
    /// Fetches the closed days of shares as far as they are missing at `now`. When the source goes down the rest is left.
    pub(super) async fn warm_days(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
        progress: OnProgress<'_>,
    ) -> Warmed {
        let mut warmed = Warmed::default();
        let step = |done: usize, warmed: &Warmed| {
            let (fetched, failed) = (warmed.fetched, warmed.failed.len());
            progress(WarmStep { source: SOURCE, done, of: symbols.len(), fetched, failed });
        };
        for (done, symbol) in symbols.iter().enumerate() {
            step(done, &warmed);
            let asked = self.requests();
            let fetched = match self.shares.begin_days(symbol, now) {
                Ok(Some(waiting)) => waiting.landed().await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            match fetched {
                Err(error) => warmed.failed.push((symbol.clone(), error.to_string())),
                Ok(()) if self.shares.held(symbol).is_some_and(|held| held.market.is_none()) => {
                    warmed.unlisted.push(symbol.clone());
                }
                Ok(()) if self.requests() > asked => warmed.fetched += 1,
                Ok(()) => warmed.known += 1,
            }
        }
        step(symbols.len(), &warmed);
        warmed
    }

    /// Fetches nothing any more: from now on the source is what is known, as a folder is what it was read as. Answers what
    /// that is, of these shares.
    pub async fn freeze(&self, symbols: &[Symbol]) -> BarsReport {
        self.shares.frozen.store(true, Ordering::Release);
        let (mut notes, mut count) = (Notes::default(), 0);
        for symbol in symbols {
            let held = match self.shares.held(symbol) {
                Some(held) => Some(held),
                None => self.shares.read_cache(symbol).await,
            };
            if let Some(held) = held.filter(|held| !held.bars.is_empty()) {
                notes.bars(None, symbol, &held.bars);
                count += 1;
            }
        }
        self.report.get_or_init(|| notes.finish(count, &[])).clone()
    }
}
