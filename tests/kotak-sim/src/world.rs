//! All that the fake knows, behind one lock: each call sees and changes it as a whole.

use std::collections::BTreeSet;

use crate::account::Account;
use crate::arrivals::Arrival;
use crate::calls::Call;
use crate::exchange::hours::{Hours, Phase};
use crate::facts::Facts;
use crate::fault::FaultPlan;
use crate::feed::Hub;
use crate::instruments::{Instrument, InstrumentSpec};
use crate::order::Order;
use crate::time::{Millis, day_of};

/// The world.
pub(crate) struct World {
    pub facts: Facts,
    pub hours: Hours,
    /// Days without a session beside Saturdays and Sundays.
    pub holidays: BTreeSet<i64>,
    /// How long an order stays in each of the states before it is open.
    pub step_ms: Millis,
    pub now: Millis,
    /// The day that has begun.
    pub day: i64,
    pub phase: Phase,
    /// `http://address:port`, without the path of the facts.
    pub origin: String,
    pub instruments: Vec<Instrument>,
    pub accounts: Vec<Account>,
    pub orders: Vec<Order>,
    pub candles: Vec<Candles>,
    pub faults: FaultPlan,
    pub arrivals: Vec<Arrival>,
    /// Each call of REST and each connection to a feed: when, which, whose.
    pub calls: Vec<(Millis, Call, Option<String>)>,
    pub counters: Counters,
    pub hub: Hub,
}

/// The bars of one instrument and interval: time, open, high, low, close in paise, volume.
#[derive(Debug, Clone)]
pub(crate) struct Candles {
    pub symbol: String,
    pub interval: String,
    pub bars: Vec<(Millis, [i64; 4], i64)>,
}

/// The numbers that are given out, each once.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    order: u64,
    exchange: u64,
    fill: u64,
    session: u64,
    own_tag: u64,
    received: i64,
}

impl World {
    pub fn new(facts: Facts, now: Millis, origin: String) -> Self {
        let mut world = Self {
            facts,
            hours: Hours::default(),
            holidays: BTreeSet::new(),
            step_ms: 0,
            now,
            day: day_of(now),
            phase: Phase::Night,
            origin,
            instruments: InstrumentSpec::demo().into_iter().map(Instrument::new).collect(),
            accounts: Vec::new(),
            orders: Vec::new(),
            candles: Vec::new(),
            faults: FaultPlan::default(),
            arrivals: Vec::new(),
            calls: Vec::new(),
            counters: Counters::default(),
            hub: Hub::default(),
        };
        world.phase = world.phase_at(now);
        world
    }

    /// The address that validate gives as `baseUrl`.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin, self.facts.base_path)
    }

    pub fn account_index(&self, ucc: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.spec.ucc == ucc)
    }

    pub fn instrument_index(&self, symbol: &str) -> Option<usize> {
        self.instruments.iter().position(|instrument| instrument.spec.trading_symbol == symbol)
    }

    pub fn instrument_by_token(&self, segment: &str, token: &str) -> Option<usize> {
        self.instruments
            .iter()
            .position(|instrument| instrument.spec.segment == segment && instrument.spec.token == token)
    }

    pub fn order_index(&self, number: &str) -> Option<usize> {
        self.orders.iter().position(|order| order.number == number)
    }

    /// `updRecvTm` of now, above all that were given before.
    pub fn received(&mut self) -> i64 {
        let now = self.now.saturating_mul(1_000_000);
        self.counters.received = (self.counters.received + 1).max(now + 1);
        self.counters.received
    }

    pub fn ucc(&self, account: usize) -> Option<String> {
        self.accounts.get(account).map(|account| account.spec.ucc.clone())
    }
}

impl Counters {
    pub fn session(&mut self) -> u64 {
        next(&mut self.session)
    }

    pub fn order(&mut self) -> u64 {
        next(&mut self.order)
    }

    pub fn exchange(&mut self) -> u64 {
        next(&mut self.exchange)
    }

    pub fn fill(&mut self) -> u64 {
        next(&mut self.fill)
    }

    pub fn own_tag(&mut self) -> u64 {
        next(&mut self.own_tag)
    }
}

fn next(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter
}
