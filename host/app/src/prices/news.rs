//! What happened to sources over the net, told as alerts; and bars that nobody fetches any more, forgotten.

use prahari_brokers::SourceNews;
use prahari_store::{AlertCode, AlertFilter, NewAlert};

use crate::bar_cache::{RestatedVersions, keep_versions};
use crate::error::AppError;
use crate::prices::{Prices, silence};

/// How long bars of a share that is no longer fetched are kept, in milliseconds: 400 days, as other things that are asked
/// again when a year is closed.
const KEPT_BARS_MS: i64 = 400 * 24 * 60 * 60_000;

/// Why an alert about a source is over that can be asked again.
const ANSWERS: &str = "the source of prices answers again";

/// The most open alerts that are looked through.
const MOST_ALERTS: u32 = 10_000;

impl Prices {
    /// Tells what happened to the market source since this was last asked: that it is down or answers again, bars of the
    /// past that it says otherwise now, and corporate actions.
    ///
    /// # Errors
    /// When an alert cannot be written down.
    pub(crate) async fn tell_source_news(&self) -> Result<(), AppError> {
        // How they stand is taken before the news: what went down in between is told last.
        for source in self.answering.first_answers(&self.trading.market.sources()) {
            self.notices.clear(AlertCode::SourceDown, None, source, ANSWERS).await?;
        }
        let news = self.trading.market.news();
        if news.iter().any(|news| matches!(news, SourceNews::Restated { .. })) {
            // What was found in the bars of before says nothing of these.
            self.trading.jumps.forget();
        }
        for news in news {
            match news {
                SourceNews::Up { source } => {
                    self.notices.clear(AlertCode::SourceDown, None, source, ANSWERS).await?;
                }
                SourceNews::Down { source, reason } => {
                    let detail = format!("the source of prices {source} is down: {reason}");
                    self.raise(AlertCode::SourceDown, source.to_owned(), detail).await?;
                }
                SourceNews::Restated { source, symbol, detail } => {
                    let detail = format!("{source} restated bars of the past: {detail}");
                    self.raise(AlertCode::BarsRestated, symbol.to_string(), detail).await?;
                }
                SourceNews::RestatedYear { source, symbol, year, before, after } => {
                    let versions = RestatedVersions { year, before, after };
                    keep_versions(&self.handles.store, source, &symbol, versions, self.handles.clock.now())
                        .await?;
                }
                SourceNews::Actions { source } => {
                    tracing::debug!(source, "the source of prices tells of corporate actions");
                    self.actions.take_up().await?;
                }
            }
        }
        Ok(())
    }

    /// Ends alerts about restated bars of earlier days and about sources that are no longer asked, and forgets bars of shares
    /// that nobody has fetched for long. At the start of a process and once a day.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn tidy_source_news(&self) -> Result<(), AppError> {
        let system = self.handles.store.system();
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_ALERTS };
        for alert in system.alerts(filter).await? {
            let over = match alert.code {
                AlertCode::BarsRestated => "it was told on the day on which it was found",
                AlertCode::SourceDown if !self.is_asked(&alert.subject) => {
                    "the source of prices is no longer configured"
                }
                _ => continue,
            };
            self.notices.clear(alert.code, None, &alert.subject, over).await?;
        }
        let before = self.handles.clock.now().plus_millis(-KEPT_BARS_MS);
        while system.prune_bars(before).await? > 0 {}
        Ok(())
    }

    /// Whether the subject of an alert about a source is still one: a source, or prices that some source pushes.
    fn is_asked(&self, subject: &str) -> bool {
        let market = &self.trading.market;
        match subject {
            silence::SUBJECT => market.price_pushes().is_some(),
            source => market.sources().iter().any(|state| state.source == source),
        }
    }

    async fn raise(&self, code: AlertCode, subject: String, detail: String) -> Result<(), AppError> {
        self.notices.raise(NewAlert { code, user: None, subject, detail }).await?;
        Ok(())
    }
}
