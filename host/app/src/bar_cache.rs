//! The bars that a source over the net was asked for, on the daemon's store.

use async_trait::async_trait;
use prahari_brokers::{BarCache, BarCacheError, KeptShare, KeptYear, bar_changes, unpack_year};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{BarShareRow, BarYearRow, Store, StoreError};

/// Keeps bars in a database.
pub struct DatabaseBarCache {
    store: Store,
}

impl DatabaseBarCache {
    /// Bars on this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

#[async_trait]
impl BarCache for DatabaseBarCache {
    async fn load(&self, source: &'static str, symbol: &Symbol) -> Result<Option<KeptShare>, BarCacheError> {
        let kept = self.store.system().bars(source, symbol).await.map_err(failed)?;
        let year = |BarYearRow { year, restated, data }| KeptYear { year, restated, bytes: data };
        Ok(kept.map(|BarShareRow { listed, from, fetched_at, years }| KeptShare {
            listed,
            from,
            fetched_at,
            years: years.into_iter().map(year).collect(),
        }))
    }

    async fn save(
        &self,
        source: &'static str,
        symbol: &Symbol,
        share: KeptShare,
    ) -> Result<(), BarCacheError> {
        let KeptShare { listed, from, fetched_at, years } = share;
        let row = |KeptYear { year, restated, bytes }| BarYearRow { year, restated, data: bytes };
        let share = BarShareRow { listed, from, fetched_at, years: years.into_iter().map(row).collect() };
        self.store.system().save_bars(source, symbol, share).await.map_err(failed)
    }
}

/// A year's bars that a source without versions of its own said otherwise than before, packed.
pub(crate) struct RestatedVersions {
    pub year: i32,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
}

/// Keeps what a source said of a year and what it says now, as of bars that are fetched.
///
/// # Errors
/// When the store is closed or has stopped.
pub(crate) async fn keep_versions(
    store: &Store,
    source: &'static str,
    symbol: &Symbol,
    RestatedVersions { year, before, after }: RestatedVersions,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = Day::from_ymd_opt(year, 1, 1).unwrap_or_else(|| now.ist_day());
    // What was known last is the version before, whatever has been added to it since that was kept.
    for (restated, data) in [(false, before), (true, after)] {
        let years = vec![BarYearRow { year, restated, data }];
        let share = BarShareRow { listed: true, from, fetched_at: now, years };
        store.system().save_bars(source, symbol, share).await?;
    }
    Ok(())
}

/// A year of a share that came otherwise than it was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restatement {
    /// The year.
    pub year: i32,
    /// Number of the version that says something else than the one before.
    pub version: u32,
    /// Time at which it was last written.
    pub stored_at: Timestamp,
    /// What changed, one sentence for each bar.
    pub changes: Vec<String>,
}

/// What of a share's kept bars was restated, oldest year first.
///
/// # Errors
/// When the database cannot be read, or what is kept there.
pub async fn restatements(
    store: &Store,
    source: &'static str,
    symbol: &Symbol,
) -> Result<Vec<Restatement>, BarCacheError> {
    let versions = store.system().bar_versions(source, symbol).await.map_err(failed)?;
    let mut restatements = Vec::new();
    for (before, after) in versions.iter().zip(versions.iter().skip(1)) {
        if before.year != after.year {
            continue;
        }
        let changes = bar_changes(&unpack_year(&before.data)?, &unpack_year(&after.data)?);
        let changes = changes.into_iter().map(|(before, after)| change(symbol, before, after)).collect();
        let (year, version, stored_at) = (after.year, after.version, after.stored_at);
        restatements.push(Restatement { year, version, stored_at, changes });
    }
    Ok(restatements)
}

/// Such as `ABC of 2024-07-05: close 102.00 -> 105.00, volume 2000 -> 2100`.
fn change(symbol: &Symbol, before: Candle, after: Option<Candle>) -> String {
    let day = before.day;
    let Some(after) = after else { return format!("{symbol} of {day} is gone") };
    let prices = [
        ("open", before.open, after.open),
        ("high", before.high, after.high),
        ("low", before.low, after.low),
        ("close", before.close, after.close),
    ];
    let changed = prices.into_iter().filter(|(_, was, is)| was != is);
    let mut changed: Vec<String> = changed.map(|(name, was, is)| format!("{name} {was} -> {is}")).collect();
    if before.volume != after.volume {
        changed.push(format!("volume {} -> {}", before.volume, after.volume));
    }
    format!("{symbol} of {day}: {}", changed.join(", "))
}

fn failed(error: StoreError) -> BarCacheError {
    BarCacheError(error.to_string())
}
