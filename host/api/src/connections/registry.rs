//! Every open connection, and the decision which of them gives way.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prahari_app::accounts::network;
use prahari_domain::ids::UserId;
use tokio::sync::Notify;

use super::{ConnectionLimits, Stream};

/// Every open connection of the daemon.
#[derive(Debug)]
pub struct Connections {
    limits: ConnectionLimits,
    state: Mutex<State>,
}

/// Use of connections, for an admin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Use {
    /// Connections open now.
    pub open: usize,
    /// Open connections without a signed-in user.
    pub anonymous: usize,
    /// Open connections that are live streams.
    pub streams: usize,
    /// Closed since the start because no complete request came in time.
    pub silent: u64,
    /// Closed since the start because nothing was taken of an answer.
    pub stalled: u64,
    /// Closed since the start to make room for others.
    pub evicted: u64,
    /// Closed since the start as they came, because nobody could give way.
    pub refused: u64,
    /// Streams refused since the start, because their user has too many.
    pub streams_refused: u64,
}

/// Reasons why the daemon closed a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// No complete request came in time.
    Silent,
    /// Nothing was taken of an answer.
    Stalled,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    open: HashMap<u64, Open>,
    /// Those that may give way to anybody, the oldest first.
    anonymous: BTreeSet<u64>,
    /// Connections without a signed-in user, by address, the oldest first.
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
    /// Connections of signed-in users, by user, without streams.
    by_user: HashMap<UserId, BTreeSet<u64>>,
    streams: HashMap<UserId, usize>,
    counted: Use,
}

#[derive(Debug)]
struct Open {
    address: IpAddr,
    user: Option<UserId>,
    /// Streams and what gave way already are in none of the sets.
    listed: bool,
    evicted: Arc<Notify>,
}

/// One connection, as long as it is open.
#[derive(Debug)]
pub(crate) struct Connection {
    number: u64,
    all: Arc<Connections>,
    evicted: Arc<Notify>,
    asked: Notify,
}

impl Connections {
    /// Creates an empty registry with these limits.
    pub fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Returns the limits of connections.
    pub fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// Returns how the connections are used now.
    pub fn used(&self) -> Use {
        let state = self.state();
        let streams = state.streams.values().sum();
        Use { open: state.open.len(), anonymous: state.anonymous.len(), streams, ..state.counted }
    }

    /// Takes a new connection in, and has another give way if there are too many. None when nobody can.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Connection>> {
        let address = network(address);
        let mut state = self.state();
        if let Some(oldest) = state.oldest_of(address, self.limits.per_address) {
            state.evict(oldest);
        }
        while state.open.len() >= self.limits.most {
            let Some(oldest) = state.anonymous.first().copied() else {
                state.counted.refused += 1;
                return None;
            };
            state.evict(oldest);
        }
        let number = state.next;
        state.next += 1;
        let evicted = Arc::new(Notify::new());
        let open = Open { address, user: None, listed: true, evicted: evicted.clone() };
        state.open.insert(number, open);
        state.list(number);
        Some(Arc::new(Connection { number, all: self.clone(), evicted, asked: Notify::new() }))
    }

    /// Has the oldest stranger give way, when the system has no descriptors left.
    pub(crate) fn make_room(&self) {
        let mut state = self.state();
        if let Some(oldest) = state.anonymous.first().copied() {
            state.evict(oldest);
        }
    }

    /// Notes why a connection was closed.
    pub(crate) fn note(&self, end: End) {
        let counted = &mut self.state().counted;
        match end {
            End::Silent => counted.silent += 1,
            End::Stalled => counted.stalled += 1,
        }
    }

    /// One more stream of a user; none when they have too many.
    pub(crate) fn open_stream(self: &Arc<Self>, user: UserId) -> Option<Stream> {
        let mut state = self.state();
        let count = state.streams.entry(user).or_default();
        if *count >= self.limits.streams_per_user {
            state.counted.streams_refused += 1;
            return None;
        }
        *count += 1;
        Some(Stream::new(self.clone(), user))
    }

    pub(super) fn close_stream(&self, user: UserId) {
        let mut state = self.state();
        if let Some(count) = state.streams.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                state.streams.remove(&user);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl Connection {
    /// Ready when the connection is to be closed in favour of another.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Notes that a complete head was read.
    pub(crate) fn note_request(&self) {
        self.asked.notify_one();
    }

    /// Ready when the first complete head was read.
    pub(crate) async fn was_asked(&self) {
        self.asked.notified().await;
    }

    /// Notes why it was closed.
    pub(crate) fn note(&self, end: End) {
        self.all.note(end);
    }

    /// Notes whose request it carries now; nobody's, for one who has shown nothing that is valid.
    pub(crate) fn belongs_to(&self, user: Option<UserId>) {
        let mut state = self.all.state();
        let Some(open) = state.open.get(&self.number) else { return };
        if open.user == user || !open.listed {
            return;
        }
        state.unlist(self.number);
        if let Some(open) = state.open.get_mut(&self.number) {
            open.user = user;
        }
        state.list(self.number);
        let beyond = match user {
            Some(user) => state.oldest_of_user(user, self.all.limits.per_user),
            None => None,
        };
        if let Some(oldest) = beyond {
            state.evict(oldest);
        }
    }

    /// One more stream of a user, on this connection; none when they have too many.
    pub(crate) fn begin_stream(&self, user: UserId) -> Option<Stream> {
        let stream = self.all.open_stream(user)?;
        self.all.state().unlist(self.number);
        Some(stream)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut state = self.all.state();
        state.unlist(self.number);
        state.open.remove(&self.number);
    }
}

impl State {
    /// The oldest stranger of an address that has as many as it may.
    fn oldest_of(&self, address: IpAddr, most: usize) -> Option<u64> {
        self.by_address.get(&address).filter(|these| these.len() >= most)?.first().copied()
    }

    /// The oldest connection of a user who has more than they may.
    fn oldest_of_user(&self, user: UserId, most: usize) -> Option<u64> {
        self.by_user.get(&user).filter(|these| these.len() > most)?.first().copied()
    }

    /// Tells a connection to close and takes it out of the sets at once, so that the next call picks another
    /// one.
    fn evict(&mut self, number: u64) {
        self.unlist(number);
        if let Some(open) = self.open.remove(&number) {
            open.evicted.notify_one();
            self.counted.evicted += 1;
        }
    }

    fn list(&mut self, number: u64) {
        let Some(open) = self.open.get_mut(&number) else { return };
        open.listed = true;
        match open.user {
            Some(user) => self.by_user.entry(user).or_default().insert(number),
            None => {
                self.anonymous.insert(number);
                self.by_address.entry(open.address).or_default().insert(number)
            }
        };
    }

    fn unlist(&mut self, number: u64) {
        let Some(open) = self.open.get_mut(&number) else { return };
        open.listed = false;
        match open.user {
            Some(user) => remove(&mut self.by_user, user, number),
            None => {
                self.anonymous.remove(&number);
                remove(&mut self.by_address, open.address, number);
            }
        }
    }
}

fn remove<K: std::hash::Hash + Eq>(sets: &mut HashMap<K, BTreeSet<u64>>, key: K, number: u64) {
    if let Some(set) = sets.get_mut(&key) {
        set.remove(&number);
        if set.is_empty() {
            sets.remove(&key);
        }
    }
}
