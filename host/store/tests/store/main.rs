//! The store on real files.

#[cfg(test)]
mod access;
#[cfg(test)]
mod alerts;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod bars;
#[cfg(test)]
mod broker_logins;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod corporate_actions;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod failure;
#[cfg(test)]
mod files;
#[cfg(test)]
mod inspection;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod migrated_orders;
#[cfg(test)]
mod migrated_schedules;
#[cfg(test)]
mod opening;
mod order_looks;
#[cfg(test)]
mod readiness;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod scopes;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod support;
#[cfg(test)]
mod system;
#[cfg(test)]
mod throughput;
#[cfg(test)]
mod totals;
