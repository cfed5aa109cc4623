//! The store on real files.

#[cfg(test)]
mod access;
mod alerts;
mod backup;
mod bars;
mod calendars;
mod channels;
mod corporate_actions;
mod crash;
mod damage;
mod failure;
mod files;
mod inspection;
mod journal;
mod ledger;
mod messages;
mod migrated_orders;
mod migrated_schedules;
mod opening;
mod reads;
mod recordings;
mod runs;
mod scopes;
mod settings;
mod support;
mod system;
mod throughput;
mod totals;
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
#[cfg(test)]
