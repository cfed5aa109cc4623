//! The feeds: who is connected, and what is sent to whom, with the faults of frames.

mod market;
mod older;
mod orders;
mod packets;
mod socket;

use tokio::sync::mpsc::UnboundedSender;

use crate::calls::Call;
use crate::fault::Fault;
use crate::time::Millis;
use crate::world::World;

pub(crate) use market::Interest;
pub(crate) use socket::{market_feed, older_market_feed, order_feed};

/// Everyone who is connected to a feed and was let in.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    feeds: Vec<Feed>,
    next: u64,
}

/// A connection to a feed.
#[derive(Debug)]
pub(crate) struct Feed {
    pub id: u64,
    pub account: usize,
    pub sid: String,
    pub kind: Kind,
    since: Millis,
    out: UnboundedSender<Out>,
    /// A frame that waits for the one that follows it.
    held: Option<Out>,
    /// Counts the frames of prices, for their headers.
    pub frames: u8,
}

/// What a connection is for.
#[derive(Debug)]
pub(crate) enum Kind {
    Orders,
    Market(Vec<Interest>),
    Older(older::Older),
}

/// What is written to a connection.
#[derive(Debug, Clone)]
pub(crate) enum Out {
    Text(String),
    Binary(Vec<u8>),
    Close,
}

impl Hub {
    /// Lets a connection in; its number.
    pub fn enter(
        &mut self,
        account: usize,
        sid: &str,
        kind: Kind,
        since: Millis,
        out: UnboundedSender<Out>,
    ) -> u64 {
        self.next += 1;
        let sid = sid.to_owned();
        self.feeds.push(Feed { id: self.next, account, sid, kind, since, out, held: None, frames: 0 });
        self.next
    }

    pub fn leave(&mut self, id: u64) {
        self.feeds.retain(|feed| feed.id != id);
    }

    pub fn feed(&mut self, id: u64) -> Option<&mut Feed> {
        self.feeds.iter_mut().find(|feed| feed.id == id)
    }

    pub fn count(&self, orders: bool) -> usize {
        self.feeds.iter().filter(|feed| matches!(feed.kind, Kind::Orders) == orders).count()
    }

    fn ids(&self, orders: bool) -> Vec<u64> {
        let feeds = self.feeds.iter().filter(|feed| matches!(feed.kind, Kind::Orders) == orders);
        feeds.map(|feed| feed.id).collect()
    }
}

impl Feed {
    fn send(&self, frame: Out) {
        // Who is gone is taken out by its own task.
        let _ = self.out.send(frame);
    }

    /// Sends what no fault touches: acknowledgements.
    pub fn answer(&self, text: String) {
        self.send(Out::Text(text));
    }
}

impl World {
    /// Sends a frame to a connection, unless a fault has something else in mind.
    pub fn send_frame(&mut self, id: u64, frame: Out) {
        let now = self.now;
        let Some(feed) = self.hub.feed(id) else { return };
        let call = if matches!(feed.kind, Kind::Orders) { Call::OrderFrame } else { Call::MarketFrame };
        let ucc = self.accounts.get(feed.account).map(|account| account.spec.ucc.as_str());
        let struck = self.faults.strike(call, ucc, now);
        if struck.has(&Fault::Closed) {
            feed.send(Out::Close);
            return self.hub.leave(id);
        }
        if struck.has(&Fault::Lost) {
            return;
        }
        if struck.has(&Fault::Swapped) && feed.held.is_none() {
            feed.held = Some(frame);
            return;
        }
        let times = if struck.has(&Fault::Twice) { 2 } else { 1 };
        (0..times).for_each(|_| feed.send(frame.clone()));
        if let Some(held) = feed.held.take() {
            feed.send(held);
        }
    }

    /// Ends connections to the order feed that have lasted as long as the facts let them.
    pub fn close_old_feeds(&mut self) {
        let Some(lasts) = self.facts.order_feed_lasts else { return };
        for id in self.hub.ids(true) {
            let Some(feed) = self.hub.feed(id) else { continue };
            if feed.since + lasts <= self.now {
                feed.send(Out::Close);
                self.hub.leave(id);
            }
        }
    }

    /// Ends all connections to one of the feeds.
    pub fn close_feeds(&mut self, orders: bool) {
        for id in self.hub.ids(orders) {
            if let Some(feed) = self.hub.feed(id) {
                feed.send(Out::Close);
            }
            self.hub.leave(id);
        }
    }

    /// The connections to the order feed of an account whose session still lives.
    fn order_feeds(&mut self, account: usize) -> Vec<u64> {
        let Some(of) = self.accounts.get(account) else { return Vec::new() };
        let alive: Vec<&str> =
            of.sessions.iter().filter(|session| !session.ended).map(|session| session.sid.as_str()).collect();
        let feeds = self.hub.feeds.iter().filter(|feed| {
            matches!(feed.kind, Kind::Orders) && feed.account == account && alive.contains(&feed.sid.as_str())
        });
        feeds.map(|feed| feed.id).collect()
    }
}
