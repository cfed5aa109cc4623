//! How many may be connected, for how long, and who gives way when there are too many.
//!
//! Whoever has not shown who they are is a *stranger*. A new connection is never turned away for strangers: the
//! oldest of them gives way, of the same address when that has too many, of all otherwise. So somebody who signs in
//! gets through a flood of connections that say nothing, and whoever is signed in is not touched by it.

mod body;
mod line;
mod registry;
mod stream;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use body::{TimedBody, TooSlow};
pub(crate) use line::Line;
pub(crate) use registry::{Connection, End};
pub use registry::{Connections, Use};
pub(crate) use stream::Stream;

/// What connections may take. Each has a setting of `prahari serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections altogether. Beyond it the oldest stranger gives way; when there is none, the new one is closed.
    ///
    /// 10,000: each costs a descriptor and some 15 kB. The daemon takes fewer when the system gives it few descriptors.
    pub most: usize,
    /// Connections of strangers from one IPv4 address, or one /64 of IPv6. Beyond it their oldest gives way.
    ///
    /// 256: a browser opens six, and many people may share an address or a proxy; those who are signed in do not count.
    pub per_address: usize,
    /// Connections of one signed-in user, streams not counted. Beyond it their oldest gives way.
    ///
    /// 64: ten browsers. One user's script that never closes what it opens is the case.
    pub per_user: usize,
    /// Live streams of one user. Beyond it a new one is refused.
    ///
    /// 32: one for each open tab, two where it shows prices. To close the oldest instead would make tabs that connect again close each other
    /// for ever.
    pub streams_per_user: usize,
    /// How long a connection may take to its first request: until its head is complete.
    ///
    /// 10 s: a head is a few hundred bytes, sent at once.
    pub first_request: Duration,
    /// How long it may take from an answer to the next complete head.
    ///
    /// 75 s: longer than the minute for which browsers and proxies keep connections, so that they close first.
    pub idle: Duration,
    /// The longest pause within a body.
    ///
    /// 15 s: a mobile phone in a tunnel.
    pub body_pause: Duration,
    /// Longest time for a whole request body.
    ///
    /// 5 minutes: the largest module in 32 MiB at 1 Mbit/s. It ends what comes byte by byte.
    pub body: Duration,
    /// How long a client may take nothing of an answer that waits for it.
    ///
    /// 30 s: the same that a live stream waits.
    pub stalled: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            most: 10_000,
            per_address: 256,
            per_user: 64,
            streams_per_user: 32,
            first_request: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body_pause: Duration::from_secs(15),
            body: Duration::from_secs(300),
            stalled: Duration::from_secs(30),
        }
    }
}
