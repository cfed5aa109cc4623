//! The prices that the market feed tells by itself, for the shares that are followed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use prahari_brokers::{FeedState, PricePush, PricePushes};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;
use tokio::sync::watch;

use super::bring::Bringer;
use super::figures::Figures;
use super::{KotakMarket, SOURCE};
use crate::feed::{Heard, MarketFeed, Silence};
use crate::session::UserSession;

/// The feed that is followed.
pub(super) struct Fed {
    feed: MarketFeed,
    /// What was last told of each share, by the broker's numbers.
    told: BTreeMap<u32, Heard>,
}

impl Bringer {
    /// Returns whether the feed is followed when somebody follows shares.
    pub fn follows(&self) -> bool {
        self.settings.market_feed
    }

    /// Follows the feed with this session, once somebody follows shares, and wants those.
    pub fn follow_feed(self: &Arc<Self>, session: &Arc<UserSession>) {
        let tokens = self.followed_tokens();
        if !self.settings.market_feed {
            return;
        }
        let mut fed = self.fed.lock();
        if fed.is_none() && !tokens.is_empty() {
            let feed = MarketFeed::start(session.clone(), self.pace.clone());
            tokio::spawn(take_news(Arc::downgrade(self), feed.news()));
            *fed = Some(Fed { feed, told: BTreeMap::new() });
        }
        if let Some(fed) = fed.as_ref() {
            fed.feed.want(tokens.into_iter().map(|(_, token)| token).collect());
        }
    }

    /// The shares that are followed, with their numbers; none while the broker's file is not there.
    fn followed_tokens(&self) -> Vec<(Symbol, String)> {
        let Some(file) = self.listed() else { return Vec::new() };
        let token = |symbol: Symbol| {
            let token = file.find(&symbol)?.token.clone();
            Some((symbol, token))
        };
        self.board.followed().into_iter().filter_map(token).collect()
    }

    /// Returns whether the feed tells the price of a share: it has told it, and is not silent while the exchange trades.
    pub fn is_fed(&self, symbol: &Symbol, token: &str) -> bool {
        if !self.trades_at(self.now()) {
            return false;
        }
        let fed = self.fed.lock();
        let (Some(fed), Ok(token)) = (fed.as_ref(), token.parse()) else { return false };
        let is_alive = fed.feed.silence(true) == Silence::None && fed.feed.last(token).is_some();
        is_alive && self.board.followed().contains(symbol)
    }

    /// Takes up what the feed has told.
    fn take_heard(&self) {
        let tokens = self.followed_tokens();
        let mut news = Vec::new();
        {
            let mut fed = self.fed.lock();
            let Some(fed) = fed.as_mut() else { return };
            for (symbol, token) in tokens {
                let Ok(token) = token.parse::<u32>() else { continue };
                let Some(heard) = fed.feed.last(token) else { continue };
                if fed.told.get(&token) != Some(&heard) {
                    news.push((symbol, heard.picture.clone()));
                    fed.told.insert(token, heard);
                }
            }
        }
        for (symbol, picture) in news {
            let Some(figures) = Figures::of_picture(&picture) else { continue };
            let push =
                PricePush { symbol: symbol.clone(), last: figures.last, at: figures.at, source: SOURCE };
            if self.known.lock().take(&symbol, figures, None, self.now()) {
                self.board.push(push);
            }
        }
    }

    /// How the feed stands; none where it is not to be followed.
    pub fn feed_state(&self) -> Option<FeedState> {
        if !self.settings.market_feed {
            return None;
        }
        let is_open = self.trades_at(self.now());
        let followed = self.board.followed().len();
        let fed = self.fed.lock();
        let connection = fed.as_ref().and_then(|fed| fed.feed.connection());
        let silent = fed.as_ref().is_some_and(|fed| fed.feed.silence(is_open) != Silence::None);
        Some(FeedState {
            followed,
            connected: connection.map(|(since, _)| since),
            heard_at: connection.and_then(|(_, heard)| heard),
            silent: silent && followed > 0,
        })
    }
}

/// Takes up news of the feed until it ends.
async fn take_news(bringer: Weak<Bringer>, mut news: watch::Receiver<u64>) {
    while news.changed().await.is_ok() {
        let Some(bringer) = bringer.upgrade() else { return };
        bringer.take_heard();
    }
}

#[async_trait]
impl PricePushes for KotakMarket {
    /// Those that the broker's file lists; all while it is not there.
    fn follow(&self, symbols: &[Symbol]) -> BTreeSet<Symbol> {
        let file = self.bringer.listed();
        let lists = |symbol: &&Symbol| file.as_ref().is_none_or(|file| file.find(symbol).is_some());
        let listed: Vec<Symbol> = symbols.iter().filter(lists).cloned().collect();
        let followed = self.bringer.board.follow(&listed);
        if let Some(session) = self.bringer.last_session() {
            self.bringer.follow_feed(&session);
        }
        followed
    }

    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.bringer.board.next_after(after)
    }

    fn newest(&self, symbols: &[Symbol], now: Timestamp) -> Vec<Option<PricePush>> {
        self.bringer.board.newest(symbols, now)
    }

    async fn pushed(&self) {
        self.bringer.board.pushed().await;
    }
}
