//! Bars of past days that a source over the net said otherwise than before, from the versions that are kept.

use prahari_brokers::{bar_changes, unpack_year};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{RestatedYearKey, RestatedYearRow};

use super::Queries;
use crate::error::AppError;

/// Years that are read at once: two pages of some kilobytes each.
const YEARS: u32 = 20;

/// A bar that was known and came otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestatedBar {
    /// Where it stands in the list.
    pub cursor: RestatedCursor,
    /// The bar as it was known.
    pub before: Candle,
    /// The bar as it came; none when it came no more.
    pub after: Option<Candle>,
}

/// A place in the list of restated bars: the newest restatement first, of one the latest day first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestatedCursor {
    /// Real time at which the bars that had changed were fetched.
    pub restated_at: Timestamp,
    /// Name of the source.
    pub source: String,
    /// The share.
    pub symbol: Symbol,
    /// The year, of which `day` is a day.
    pub year: i32,
    /// Number of the version of the year that says so, from 2.
    pub version: u32,
    /// Day of the bar.
    pub day: Day,
}

/// Selects restated bars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestatedFilter {
    /// Only of this share.
    pub symbol: Option<Symbol>,
    /// Continues after this bar of the list.
    pub after: Option<RestatedCursor>,
    /// At most this many.
    pub limit: u32,
}

impl Queries {
    /// Returns the bars that came otherwise than they were known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn restated_bars(&self, filter: &RestatedFilter) -> Result<Vec<RestatedBar>, AppError> {
        let limit = filter.limit as usize;
        let (symbol, mut bars) = (filter.symbol.as_ref(), Vec::new());
        // The year of the cursor again: days of it may be left.
        let mut from = filter.after.as_ref().map(RestatedCursor::key);
        loop {
            let years = self.store.system().restated_years(symbol, from.as_ref(), YEARS).await?;
            let is_last = years.len() < YEARS as usize;
            let next = years.last().map(|year| year.key.clone());
            // The last one is read again as the first of the next batch.
            let whole = if is_last { years.len() } else { years.len().saturating_sub(1) };
            for year in years.into_iter().take(whole) {
                let changed = bars_of(year).into_iter();
                bars.extend(
                    changed.filter(|bar| filter.after.as_ref().is_none_or(|after| bar.is_after(after))),
                );
            }
            if is_last || bars.len() >= limit {
                bars.truncate(limit);
                return Ok(bars);
            }
            from = next;
        }
    }
}

impl RestatedCursor {
    fn key(&self) -> RestatedYearKey {
        RestatedYearKey {
            restated_at: self.restated_at,
            source: self.source.clone(),
            symbol: self.symbol.clone(),
            year: self.year,
            version: self.version,
        }
    }
}

impl RestatedBar {
    /// Returns whether it stands after a place in the list, of bars of the same year or later ones of the list.
    fn is_after(&self, place: &RestatedCursor) -> bool {
        self.cursor.key() != place.key() || self.cursor.day < place.day
    }
}

/// The bars of a year that changed, the latest day first; none of one that cannot be read.
fn bars_of(RestatedYearRow { key, before, after }: RestatedYearRow) -> Vec<RestatedBar> {
    let (before, after) = match (unpack_year(&before), unpack_year(&after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(symbol = %key.symbol, year = key.year, %error, "what was restated cannot be told");
            return Vec::new();
        }
    };
    let bar = |(before, after): (Candle, Option<Candle>)| {
        let RestatedYearKey { restated_at, source, symbol, year, version } = key.clone();
        let cursor = RestatedCursor { restated_at, source, symbol, year, version, day: before.day };
        RestatedBar { cursor, before, after }
    };
    bar_changes(&before, &after).into_iter().rev().map(bar).collect()
}
