//! What sources that fetch their prices from elsewhere have in common: how they wait, what they fetch ahead of its use, and
//! what they have to tell.

use async_trait::async_trait;
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;

/// Time as the world outside has it, whatever the daemon's clock does: servers count requests and lock out by it.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Returns the real time.
    fn now(&self) -> Timestamp;

    /// Waits until this real time.
    async fn wait_until(&self, instant: Timestamp);
}

/// What shares are fetched for, ahead of its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmFor {
    /// Prices of the running day will be asked for, from whoever has them.
    Prices,
    /// Closed bars will be asked for: a source is not needed for shares of which an earlier one has them.
    Bars,
}

/// Told how far fetching ahead has come.
pub type OnProgress<'a> = &'a (dyn Fn(WarmStep) + Send + Sync);

/// How far a source has come with fetching ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmStep {
    /// Name of the source.
    pub source: &'static str,
    /// Shares that are done.
    pub done: usize,
    /// Shares altogether.
    pub of: usize,
    /// Those of which something was fetched.
    pub fetched: usize,
    /// Those that could not be fetched.
    pub failed: usize,
}

/// Result of fetching shares ahead of their use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warmed {
    /// Shares that something was fetched of.
    pub fetched: usize,
    /// Shares of which everything was there.
    pub known: usize,
    /// Shares that the source does not list.
    pub unlisted: Vec<Symbol>,
    /// Shares that could not be fetched, with the reason.
    pub failed: Vec<(Symbol, String)>,
}

impl Warmed {
    /// Adds what another source did.
    pub fn add(&mut self, other: Self) {
        self.fetched += other.fetched;
        self.known += other.known;
        self.unlisted.extend(other.unlisted);
        self.failed.extend(other.failed);
    }

    /// Says it in one sentence.
    pub fn sentence(&self) -> String {
        let fetched = counted(self.fetched, "share", "shares");
        let mut text = format!("{fetched} fetched, {} known", self.known);
        if !self.unlisted.is_empty() {
            text.push_str(&format!(", {} not listed: {}", self.unlisted.len(), first(&self.unlisted)));
        }
        if let Some((_, reason)) = self.failed.first() {
            let symbols: Vec<Symbol> = self.failed.iter().map(|(symbol, _)| symbol.clone()).collect();
            text.push_str(&format!(", {} failed: {} ({reason})", symbols.len(), first(&symbols)));
        }
        text
    }
}

impl Warmed {
    /// What the sentence does not say: the reason of each of several shares that failed, and each of those that are not listed where
    /// it does not name them all.
    pub fn unsaid(&self) -> Vec<String> {
        let failed = self.failed.iter().map(|(symbol, reason)| format!("{symbol}: {reason}"));
        let unlisted = self.unlisted.iter().map(|symbol| format!("{symbol}: the source does not list it"));
        let failed = failed.filter(|_| self.failed.len() > 1);
        failed.chain(unlisted.filter(|_| self.unlisted.len() > NAMED)).collect()
    }
}

/// Largest number of shares in a sentence.
const NAMED: usize = 5;

fn first(symbols: &[Symbol]) -> String {
    let mut named: Vec<&str> = symbols.iter().take(NAMED).map(Symbol::as_str).collect();
    if symbols.len() > NAMED {
        named.push("and more");
    }
    named.join(", ")
}

/// Something that happened to a source and that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceNews {
    /// The source cannot be asked.
    Down {
        /// Name of the source.
        source: &'static str,
        /// What is wrong, one sentence.
        reason: String,
    },
    /// It answers again.
    Up {
        /// Name of the source.
        source: &'static str,
    },
    /// Bars of days that were over say something else than when they were fetched before.
    Restated {
        /// Name of the source.
        source: &'static str,
        /// The share.
        symbol: Symbol,
        /// How many bars, and the first of them, before and after.
        detail: String,
    },
    /// A year of a share says something else of days that were over than when the source was read before. Told by sources that keep no
    /// versions themselves.
    RestatedYear {
        /// Name of the source.
        source: &'static str,
        /// The share.
        symbol: Symbol,
        /// The year.
        year: i32,
        /// Its bars as they were, packed.
        before: Vec<u8>,
        /// Its bars as they are now, packed.
        after: Vec<u8>,
    },
    /// The source tells corporate actions that it did not tell before.
    Actions {
        /// Name of the source.
        source: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_warmed_is_one_sentence() {
        let symbol = |text: &str| text.parse::<Symbol>().unwrap();
        let mut warmed = Warmed { fetched: 2, known: 3, ..Warmed::default() };
        assert_eq!(warmed.sentence(), "2 shares fetched, 3 known");
        assert_eq!(warmed.unsaid(), Vec::<String>::new());
        let down = (symbol("ABC"), "it does not answer".to_owned());
        warmed.add(Warmed {
            known: 1,
            unlisted: vec![symbol("NONE")],
            failed: vec![down],
            ..Warmed::default()
        });
        let said = "2 shares fetched, 4 known, 1 not listed: NONE, 1 failed: ABC (it does not answer)";
        assert_eq!(warmed.sentence(), said);
        assert_eq!(warmed.unsaid(), Vec::<String>::new(), "nothing is said twice");
        warmed.failed.push((symbol("XYZ"), "it is busy".to_owned()));
        assert_eq!(warmed.unsaid(), ["ABC: it does not answer", "XYZ: it is busy"]);
    }
}
