//! Where bars of closed days are kept, so that each is fetched once.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};

/// Keeps bars of closed days by source and share, a year's together.
#[async_trait]
pub trait BarCache: Send + Sync {
    /// What is kept of a share; `None` when nothing is.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn load(&self, source: &'static str, symbol: &Symbol) -> Result<Option<KeptShare>, BarCacheError>;

    /// Keeps a share. The years given take the place of those that were kept; others stay. What a restated year was
    /// before is kept as an earlier version of it.
    ///
    /// # Errors
    /// When it cannot be written.
    async fn save(
        &self,
        source: &'static str,
        symbol: &Symbol,
        share: KeptShare,
    ) -> Result<(), BarCacheError>;
}

/// What is kept of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptShare {
    /// Whether the source lists it.
    pub listed: bool,
    /// First day that was asked for.
    pub from: Day,
    /// The real time at which it was last asked for.
    pub fetched_at: Timestamp,
    /// Its bars by year, oldest first.
    pub years: Vec<KeptYear>,
}

/// The bars of a share in one calendar year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptYear {
    /// The year.
    pub year: i32,
    /// Whether bars that were kept before have changed; more bars of the year are no change.
    pub restated: bool,
    /// The bars, as [`unpack_year`](super::unpack_year) reads them.
    pub bytes: Vec<u8>,
}

/// The cache did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bars cannot be kept: {0}")]
pub struct BarCacheError(pub String);

/// Keeps bars in memory: for a source that need not outlive its process.
#[derive(Debug, Default)]
pub struct MemoryBarCache {
    shares: Mutex<HashMap<(&'static str, Symbol), Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    listed: bool,
    from: Day,
    fetched_at: Timestamp,
    years: BTreeMap<i32, KeptYear>,
}

#[async_trait]
impl BarCache for MemoryBarCache {
    async fn load(&self, source: &'static str, symbol: &Symbol) -> Result<Option<KeptShare>, BarCacheError> {
        let kept = self.shares.lock().get(&(source, symbol.clone())).cloned();
        Ok(kept.map(|Kept { listed, from, fetched_at, years }| KeptShare {
            listed,
            from,
            fetched_at,
            years: years.into_values().collect(),
        }))
    }

    async fn save(
        &self,
        source: &'static str,
        symbol: &Symbol,
        share: KeptShare,
    ) -> Result<(), BarCacheError> {
        let KeptShare { listed, from, fetched_at, years } = share;
        let mut shares = self.shares.lock();
        let empty = || Kept { listed, from, fetched_at, years: BTreeMap::new() };
        let kept = shares.entry((source, symbol.clone())).or_insert_with(empty);
        (kept.listed, kept.from, kept.fetched_at) = (listed, from, fetched_at);
        kept.years.extend(years.into_iter().map(|year| (year.year, year)));
        Ok(())
    }
}
