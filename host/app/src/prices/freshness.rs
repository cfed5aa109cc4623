//! Whether the market source still gets new bars, and its renewal between two days.

use prahari_brokers::{BarsReport, Interval};
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertCode, NewAlert};

use crate::error::AppError;
use crate::prices::Prices;

/// Number of shares that are asked for their newest bar: enough to tell a source that stands still from a share
/// that does.
const SAMPLE: usize = 50;

/// The subjects of the alert: the bars themselves, and the folder that they come from.
const BARS: &str = "bars";
const FOLDER: &str = "folder";

impl Prices {
    /// Raises an alert when most shares have no bar of this trading day or the one before, and clears it when they
    /// have. Asked after each run that judges the whole market for everybody.
    ///
    /// # Errors
    /// When the alert cannot be written down.
    pub(crate) async fn look_for_stale_bars(&self, day: Day) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let Some(before) = self.trading_day_before(day) else { return Ok(()) };
        let newest = match self.newest_bars(now).await {
            Ok(newest) => newest,
            Err(error) => {
                tracing::warn!(%error, "the newest bars cannot be had");
                return Ok(());
            }
        };
        let fresh = newest.iter().filter(|newest| newest.is_some_and(|newest| newest >= before)).count();
        if newest.is_empty() || fresh * 2 >= newest.len() {
            let over = format!("there are bars of {before} or later again");
            self.notices.clear(AlertCode::BarsStale, None, BARS, &over).await?;
            return Ok(());
        }
        let last = newest.iter().flatten().max();
        let last =
            last.map_or_else(|| "there are none".to_owned(), |last| format!("the newest one is of {last}"));
        let detail = format!(
            "the bars are stale: {} of {} have none of {before} or {day}, {last}; a scan of the market judges none of these",
            newest.len() - fresh,
            counted(newest.len(), "share", "shares")
        );
        self.notices
            .raise(NewAlert { code: AlertCode::BarsStale, user: None, subject: BARS.to_owned(), detail })
            .await?;
        Ok(())
    }

    /// The day of the newest closed bar of each share of a sample spread over the universe.
    async fn newest_bars(&self, now: Timestamp) -> Result<Vec<Option<Day>>, AppError> {
        let universe = self.trading.market.universe().await?;
        let step = universe.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<&Symbol> = universe.iter().step_by(step).collect();
        let mut newest = Vec::with_capacity(sample.len());
        for symbol in sample {
            let bars = self.trading.market.candles(symbol, Interval::Daily, 1, false, now).await?;
            newest.push(bars.last().map(|bar| bar.day));
        }
        Ok(newest)
    }

    /// Takes up bars and corporate actions that were added since the market source was read, once a day between two
    /// sessions.
    ///
    /// # Errors
    /// When an alert or an action cannot be written down.
    pub async fn refresh_bars(&self) -> Result<(), AppError> {
        match self.trading.market.refresh().await {
            Ok(None) => Ok(()),
            Ok(Some(report)) => {
                self.trading.jumps.forget();
                for note in BarsReport::shown(&report) {
                    tracing::warn!(note, "the bars are not quite as they should be");
                }
                tracing::info!(symbols = report.symbols, "the bars were read again: some had changed");
                self.notices.clear(AlertCode::BarsStale, None, FOLDER, "the bars were read again").await?;
                self.actions.take_up().await?;
                // What was restated is kept before anybody reads it again.
                self.tell_source_news().await
            }
            Err(error) => {
                let detail =
                    format!("the bars changed and cannot be read again, so the old ones are used: {error}");
                let subject = FOLDER.to_owned();
                self.notices
                    .raise(NewAlert { code: AlertCode::BarsStale, user: None, subject, detail })
                    .await?;
                Ok(())
            }
        }
    }
}
