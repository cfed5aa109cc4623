//! A fake of the broker Kotak Neo on loopback: its REST interface and both feeds, with an exchange inside, for tests.
//!
//! What it promises of each endpoint, and how sure that is, stands in this crate's `README.md`. Three things make it
//! fit for tests: it reads no clock (the test tells the time or gives a closure, see [`SimClock`]); each fact that sources
//! dispute is a field of [`Facts`]; and [`Fault`]s are scheduled by call or by time. What came is in the [`Arrival`]s.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use kotak_sim::{AccountSpec, KotakSim, SimClock, ist};
//!
//! let sim = KotakSim::start(SimClock::told(ist("2026-11-02 09:20:11").unwrap())).await.unwrap();
//! sim.add_account(AccountSpec::numbered(7));
//! sim.set_price("DEMO-EQ", 25_075).unwrap();
//! assert!(sim.url().starts_with("http://127.0.0.1:"));
//! # });
//! ```

mod account;
mod arrivals;
mod calls;
mod clock;
mod control;
mod exchange;
mod facts;
mod fault;
mod feed;
mod incoming;
mod instruments;
mod net;
mod order;
mod reply;
mod rest;
mod rows;
mod sensible;
mod serve;
mod session;
mod sim;
mod time;
mod views;
mod world;

pub use account::{AccountSpec, CarriedSpec, HoldingSpec};
pub use arrivals::{Answer, Arrival, Effect, TagStory};
pub use calls::{Call, Calls};
pub use clock::SimClock;
pub use control::COMMANDS;
pub use exchange::hours::Hours;
pub use facts::*;
pub use fault::{Fault, Row, Rule, When};
pub use instruments::{Instrument, InstrumentSpec};
pub use net::SimError;
pub use order::{Side, Status};
pub use sim::{AppOrder, KotakSim};
pub use time::{LATEST, Millis, ist};
pub use views::{FillView, HoldingView, LoginView, OrderView};
