//! Pushed prices of sources in a chain: each share is followed at the first source that pushes it, and at no other.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::task::Poll;

use async_trait::async_trait;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::Chain;
use crate::price_push::{PricePush, PricePushes};
use crate::questions::Question;

impl Chain {
    fn pushing(&self) -> impl Iterator<Item = &dyn PricePushes> {
        self.may(Question::Quotes).filter_map(|source| source.price_pushes())
    }
}

#[async_trait]
impl PricePushes for Chain {
    fn follow(&self, symbols: &[Symbol]) -> BTreeSet<Symbol> {
        let (mut followed, mut by_source) = (BTreeSet::new(), Vec::new());
        for source in self.pushing() {
            // Also when none is left: a share that an earlier source pushes now is no longer followed here.
            let is_left = |symbol: &&Symbol| !followed.contains(*symbol);
            let left: Vec<Symbol> = symbols.iter().filter(is_left).cloned().collect();
            let taken = source.follow(&left);
            followed.extend(taken.iter().cloned());
            by_source.push(taken);
        }
        *self.pushed_by.lock() = by_source;
        followed
    }

    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let by_source = self.pushed_by.lock();
        let in_use = self.pushing().zip(by_source.iter()).filter(|(_, followed)| !followed.is_empty());
        in_use.filter_map(|(source, _)| source.next_after(after)).min()
    }

    fn newest(&self, symbols: &[Symbol], now: Timestamp) -> Vec<Option<PricePush>> {
        let by_source = self.pushed_by.lock();
        let mut newest: Vec<Option<PricePush>> = vec![None; symbols.len()];
        for (source, followed) in self.pushing().zip(by_source.iter()) {
            let (places, asked): (Vec<usize>, Vec<Symbol>) = symbols
                .iter()
                .enumerate()
                .filter(|(_, symbol)| followed.contains(*symbol))
                .map(|(place, symbol)| (place, symbol.clone()))
                .unzip();
            for (place, push) in places.into_iter().zip(source.newest(&asked, now)) {
                if let Some(found) = newest.get_mut(place) {
                    *found = push;
                }
            }
        }
        newest
    }

    async fn pushed(&self) {
        let mut waits: Vec<_> = self.pushing().map(|source| source.pushed()).collect();
        poll_fn(|context| {
            let is_any = waits.iter_mut().any(|wait| wait.as_mut().poll(context).is_ready());
            if is_any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
