//! Deadlines of what is asked of the outside: a broker or a market that does not answer holds up one user for some
//! seconds and nobody else.
//!
//! They stand around every link that the registry of brokers hands out and around the
//! [`MarketData`](prahari_brokers::MarketData) that the daemon is started with, so no caller can forget them. They
//! are real time, as the world outside is, whatever the speed of the clock. On a clock that stands still while work
//! is done there are none: a simulation asks nothing that is outside the process, and what it answers must not
//! depend on how fast the machine is.

mod account;
mod broker;
mod call_limiter;
mod market;

use std::time::Duration;

pub use account::TimedAccount;
pub use broker::TimedBroker;
pub use call_limiter::{CALLS_AT_ONCE, CallLimiter};
pub use market::TimedMarket;

/// The longest times that the daemon waits for the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Deadline of a call that sends an order, a change or a cancellation. Past it the outcome is unknown.
    ///
    /// Default 10 s: brokers answer within some 100 ms, and at the open within seconds; an answer that comes later
    /// is found in the broker's book by the next comparison.
    pub send: Duration,
    /// Deadline of a call that reads from the broker. Past it the call fails.
    ///
    /// Default 10 s: large books and holdings take seconds.
    pub read: Duration,
    /// Deadline of a call that reads from the market. Past it the call fails.
    ///
    /// Default 10 s, for the same reason.
    pub market: Duration,
    /// Deadline for making a user's link, which asks nothing outside. Past it the user is halted.
    ///
    /// Default 2 s: it reads some rows of the database, and every user's is made at the start.
    pub link: Duration,
    /// How long the broker is not asked again for a user after a call passed its deadline: every call fails at
    /// once, without being sent. Without it each call of a run would wait for its own deadline, fifty orders for
    /// minutes.
    ///
    /// Default 15 s: the next minute's tick asks again.
    pub rest: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            send: Duration::from_secs(10),
            read: Duration::from_secs(10),
            market: Duration::from_secs(10),
            link: Duration::from_secs(2),
            rest: Duration::from_secs(15),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The names of the functions between a line and the next end of a block that begins a line.
    fn functions<'a>(source: &'a str, from: &str) -> BTreeSet<&'a str> {
        let body = source.split_once(from).unwrap().1.split_once("\n}\n").unwrap().0;
        let named = body
            .lines()
            .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
        named.map(|rest| rest.split(['(', '<']).next().unwrap()).collect()
    }

    #[test]
    fn everything_that_a_broker_and_a_market_can_be_asked_is_passed_on() {
        // What a trait answers by itself would otherwise be the answer for every broker and market that stands behind.
        let broker = include_str!("../../../brokers/src/broker.rs");
        let timed = functions(include_str!("broker.rs"), "impl Broker for TimedBroker {");
        assert_eq!(functions(broker, "pub trait Broker"), timed);
        let chaos = include_str!("../../../brokers/src/chaos/link.rs");
        assert_eq!(functions(broker, "pub trait Broker"), functions(chaos, "impl Broker for ChaosLink {"));
        let link = include_str!("../../../brokers/src/link.rs");
        let timed = functions(include_str!("account.rs"), "impl SimulatedAccount for TimedAccount {");
        assert_eq!(functions(link, "pub trait SimulatedAccount"), timed);
        let chaos = functions(chaos, "impl SimulatedAccount for ChaosLink {");
        assert_eq!(functions(link, "pub trait SimulatedAccount"), chaos);
        let market = include_str!("../../../brokers/src/market.rs");
        let timed = functions(include_str!("market.rs"), "impl MarketData for TimedMarket {");
        assert_eq!(functions(market, "pub trait MarketData"), timed);
        let chain =
            functions(include_str!("../../../brokers/src/chain/mod.rs"), "impl MarketData for Chain {");
        assert_eq!(functions(market, "pub trait MarketData"), chain);
        let adjusted = include_str!("../../../brokers/src/adjusted/mod.rs");
        let adjusted = functions(adjusted, "impl MarketData for AdjustedMarket {");
        assert_eq!(functions(market, "pub trait MarketData"), adjusted);
    }
}
