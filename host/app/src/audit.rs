//! The audit log: who changed what, in a chain that shows when an entry was altered.

use std::net::IpAddr;

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{AuditRow, NewAudit, Store};
use serde_json::Value;

use crate::clock::Clock;
use crate::error::AppError;

pub use prahari_store::AuditFilter;

/// A change that a person is about to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'a> {
    /// User who changes it; nobody for somebody who is not logged in and shows no user.
    pub user: Option<UserId>,
    /// Credential that was used: a session, a token or a link.
    pub via: String,
    /// A word for the kind of thing and one for what is done, such as `user.deactivate`.
    pub action: &'a str,
    /// Object of the change, such as `user 3`.
    pub resource: String,
    /// More about it; never a secret.
    pub details: Value,
    /// Address of the client; none when it is not known.
    pub address: Option<IpAddr>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Numbered from 1 without gaps.
    pub id: u64,
    /// Time of the system's clock, also in a simulation.
    pub at: Timestamp,
    /// User who changed it; nobody for the program itself.
    pub user: Option<UserId>,
    /// Credential that was used: a session, a token, a link or the command line.
    pub via: String,
    /// Action, such as `user.deactivate`.
    pub action: String,
    /// Object of the action, such as `user 3`.
    pub resource: String,
    /// Details of the change, as JSON.
    pub details: Value,
    /// Address of the client; empty when it is not known.
    pub address: String,
}

/// The audit log of a database. Its instants are real time.
#[derive(Clone)]
pub struct AuditLog {
    store: Store,
    clock: Clock,
}

impl AuditLog {
    /// The log of a database, by this clock.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Writes down what somebody is about to change, and waits until that is durable. Called before the change, so that
    /// there is none without its entry; an entry without a change is an attempt that failed.
    ///
    /// # Errors
    /// When it cannot be written; the change must not take place then.
    pub async fn append(&self, change: Change<'_>) -> Result<(), AppError> {
        let entry = NewAudit {
            at: self.clock.now(),
            user: change.user,
            via: change.via,
            action: change.action.to_owned(),
            resource: change.resource,
            details: change.details.to_string(),
            address: change.address.map(|address| address.to_string()).unwrap_or_default(),
        };
        self.store.system().append_audit(entry).await?;
        Ok(())
    }

    /// The entries that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn entries(&self, filter: AuditFilter) -> Result<Vec<Entry>, AppError> {
        let rows = self.store.system().audit(filter).await?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        let entry = row.entry;
        Self {
            id: row.id,
            at: entry.at,
            user: entry.user,
            via: entry.via,
            action: entry.action,
            resource: entry.resource,
            // An entry that was altered by hand is shown with whatever can be read of it; the chain tells that it was.
            details: serde_json::from_str(&entry.details).unwrap_or(Value::Null),
            address: entry.address,
        }
    }
}
