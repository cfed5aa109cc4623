//! Prices that a source tells by itself, between the questions that it is asked.
//!
//! A source says of which shares it pushes, and what it pushed last. Whoever follows asks for the newest price of each share:
//! what came in between is gone, so a flood costs a price for each share that is followed and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

/// A price that a source told by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePush {
    /// The share.
    pub symbol: Symbol,
    /// Its last traded price, raw as it is traded at.
    pub last: Paise,
    /// Time of that trade, as the source says.
    pub at: Timestamp,
    /// Name of the source that says so, such as `synthetic`.
    pub source: &'static str,
}

/// A source that pushes prices.
#[async_trait]
pub trait PricePushes: Send + Sync {
    /// Pushes the prices of these shares from now on and of no others. Returns those that it pushes.
    fn follow(&self, symbols: &[Symbol]) -> BTreeSet<Symbol>;

    /// The next instant after `after` at which it has new prices, if it can tell. A source that computes its prices can, also
    /// of the future; a feed can only while something is there that nobody has asked for, and then it is at once.
    fn next_after(&self, after: Timestamp) -> Option<Timestamp>;

    /// The newest price of each share that was pushed until `now`, in the order asked; `None` where none was.
    fn newest(&self, symbols: &[Symbol], now: Timestamp) -> Vec<Option<PricePush>>;

    /// Returns when something was pushed since this was last waited for. Never of a source that computes its prices, whose
    /// next instant is known. It may be dropped at any time.
    async fn pushed(&self);
}

/// The newest prices of a feed, for the shares that are followed.
#[derive(Debug, Default)]
pub struct PriceBoard {
    state: Mutex<Board>,
    pushed: Notify,
}

#[derive(Debug, Default)]
struct Board {
    followed: BTreeSet<Symbol>,
    newest: BTreeMap<Symbol, PricePush>,
    /// Whether something came that nobody has asked for.
    is_new: bool,
}

impl PriceBoard {
    /// Puts up what the feed tells. Shares that nobody follows and prices that are older than what is there change nothing.
    /// Never waits.
    pub fn push(&self, push: PricePush) {
        {
            let mut board = self.state.lock();
            let is_older = board.newest.get(&push.symbol).is_some_and(|newest| newest.at > push.at);
            if is_older || !board.followed.contains(&push.symbol) {
                return;
            }
            board.newest.insert(push.symbol.clone(), push);
            board.is_new = true;
        }
        self.pushed.notify_one();
    }

    /// The shares that somebody follows: what a feed has to be subscribed to.
    pub fn followed(&self) -> BTreeSet<Symbol> {
        self.state.lock().followed.clone()
    }
}

#[async_trait]
impl PricePushes for PriceBoard {
    fn follow(&self, symbols: &[Symbol]) -> BTreeSet<Symbol> {
        let followed: BTreeSet<Symbol> = symbols.iter().cloned().collect();
        let mut board = self.state.lock();
        board.newest.retain(|symbol, _| followed.contains(symbol));
        board.followed.clone_from(&followed);
        followed
    }

    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.state.lock().is_new.then(|| after.plus_millis(1))
    }

    fn newest(&self, symbols: &[Symbol], _now: Timestamp) -> Vec<Option<PricePush>> {
        let mut board = self.state.lock();
        board.is_new = false;
        symbols.iter().map(|symbol| board.newest.get(symbol).cloned()).collect()
    }

    async fn pushed(&self) {
        self.pushed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &str) -> Symbol {
        Symbol::new(name).unwrap()
    }

    fn push(name: &str, last: i64, at: i64) -> PricePush {
        PricePush { symbol: symbol(name), last: Paise(last), at: Timestamp(at), source: "feed" }
    }

    #[tokio::test]
    async fn a_flood_leaves_the_newest_price_of_each_share_that_is_followed() {
        let (board, followed) = (PriceBoard::default(), [symbol("ABC"), symbol("XYZ")]);
        assert_eq!(board.follow(&followed).len(), 2);
        for at in 1..=100_000 {
            board.push(push("ABC", at, at));
            board.push(push("OTHER", at, at));
        }
        // Late, and no news.
        board.push(push("ABC", 7, 50));
        board.pushed().await;
        assert_eq!(board.next_after(Timestamp(5)), Some(Timestamp(6)));
        let asked = [symbol("XYZ"), symbol("ABC"), symbol("OTHER")];
        let newest = board.newest(&asked, Timestamp(0));
        assert_eq!(newest, [None, Some(push("ABC", 100_000, 100_000)), None]);
        assert_eq!(board.next_after(Timestamp(5)), None);
        assert_eq!(board.state.lock().newest.len(), 1);
    }

    #[test]
    fn what_is_no_longer_followed_is_forgotten() {
        let board = PriceBoard::default();
        board.follow(&[symbol("ABC")]);
        board.push(push("ABC", 1, 1));
        board.follow(&[symbol("XYZ")]);
        board.follow(&[symbol("ABC")]);
        assert_eq!(board.newest(&[symbol("ABC")], Timestamp(9)), [None]);
        assert_eq!(board.followed(), BTreeSet::from([symbol("ABC")]));
    }
}
