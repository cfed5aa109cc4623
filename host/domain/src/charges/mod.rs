//! What trading costs: the contract note of a day, by the rates in force on that day.
//!
//! Scope: shares and equity funds in the rolling settlement of the cash segment. Trade-for-trade series have other
//! rules for the securities transaction tax and are not traded by the tasks.

mod note;
mod rates;

pub use note::{ContractNote, DayFill, estimate, note};
pub use rates::{BrokeragePlan, ChargeRates, ChargeSchedule, ChargesError, PerCrore};

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
