//! Whether the market source still gets new bars, and its renewal between two days.

use prahari_brokers::{Interval, Question};
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertCode, NewAlert};

use crate::error::AppError;
use crate::prices::{Prices, log_bars};

/// Number of shares that are asked for their newest bar: enough to tell a source that stands still from a share
/// that does.
const SAMPLE: usize = 50;

/// The subjects of the alert: the bars themselves, and the folder that they come from.
const BARS: &str = "bars";
const FOLDER: &str = "folder";

/// The newest bar of a share.
struct Newest {
    day: Day,
    source: &'static str,
}

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
        let fresh = newest.iter().flatten().filter(|newest| newest.day >= before).count();
        if newest.is_empty() || fresh * 2 >= newest.len() {
            let over = format!("there are bars of {before} or later again");
            self.notices.clear(AlertCode::BarsStale, None, BARS, &over).await?;
            return Ok(());
        }
        let last = newest.iter().flatten().max_by_key(|newest| newest.day);
        let last = match last {
            Some(Newest { day, source }) => format!("the newest one is of {day}, from {source}"),
            None => format!("there are none at all, from {}", self.sources_of_bars()),
        };
        let detail = format!(
            "the bars are stale: {} of {} that were looked at have no bar of {day}, which was expected, or of {before}, the \
             session before; {last}; a scan of the market judges none of these",
            newest.len() - fresh,
            counted(newest.len(), "share", "shares")
        );
        self.notices
            .raise(NewAlert { code: AlertCode::BarsStale, user: None, subject: BARS.to_owned(), detail })
            .await?;
        Ok(())
    }

    /// The names of the sources that are asked for bars, in their order.
    fn sources_of_bars(&self) -> String {
        let sources = self.trading.market.sources();
        let asked = sources.iter().filter(|source| source.answers.may(Question::Bars));
        asked.map(|source| source.source).collect::<Vec<_>>().join(" or ")
    }

    /// The newest closed bar of each share of a sample spread over the universe.
    async fn newest_bars(&self, now: Timestamp) -> Result<Vec<Option<Newest>>, AppError> {
        let universe = self.trading.market.universe().await?;
        let step = universe.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<&Symbol> = universe.iter().step_by(step).collect();
        let mut newest = Vec::with_capacity(sample.len());
        for symbol in sample {
            let bars = self.trading.market.candles(symbol, Interval::Daily, 1, false, now).await?;
            newest.push(bars.last().map(|bar| Newest { day: bar.day, source: bars.source() }));
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
                tracing::info!(symbols = report.symbols, "the bars were read again: some had changed");
                self.notices.clear(AlertCode::BarsStale, None, FOLDER, "the bars were read again").await?;
                self.actions.take_up().await?;
                // What new lists explain is known now.
                log_bars(&self.trading.market.report().unwrap_or(report));
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
