//! The audit log: who changed what, in a chain that shows when an entry was altered.

use std::net::IpAddr;

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{AuditRow, NewAudit, Store};
use serde_json::Value;

use crate::clock::Clock;
use crate::error::AppError;

pub use prahari_store::{AuditFilter, AuditOutcome, AuditStep};

/// Entries that are checked while nobody else reads over the same connection: some 20 ms.
const ENTRIES_AT_ONCE: u32 = 2_000;

/// Parts of one check.
const MOST_PARTS: u32 = 100;

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
    /// What came of it; none while that is not known, and of what the program did itself.
    pub outcome: Option<AuditOutcome>,
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
    /// there is none without its entry. Returns the number of the entry, for [`AuditLog::end`].
    ///
    /// # Errors
    /// When it cannot be written; the change must not take place then.
    pub async fn append(&self, change: Change<'_>) -> Result<u64, AppError> {
        let entry = NewAudit {
            at: self.clock.now(),
            user: change.user,
            via: change.via,
            action: change.action.to_owned(),
            resource: change.resource,
            details: change.details.to_string(),
            address: change.address.map(|address| address.to_string()).unwrap_or_default(),
        };
        Ok(self.store.system().append_audit(entry).await?)
    }

    /// Writes down what came of the attempt that an entry tells of.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end(&self, entry: u64, outcome: AuditOutcome) -> Result<(), AppError> {
        Ok(self.store.system().end_audit(entry, outcome).await?)
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

impl AuditLog {
    /// Looks at the chain after the entry `after`, part by part, up to the first entry that is not as it was written, and at 200,000
    /// entries at most. The entry before them is taken as it stands; 0 begins with the first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_after(&self, after: u64) -> Result<AuditStep, AppError> {
        let mut part = self.store.system().verify_audit_after(after, ENTRIES_AT_ONCE).await?;
        for _ in 1..MOST_PARTS {
            if !part.more {
                break;
            }
            part = self.store.system().verify_audit_after(part.intact_through, ENTRIES_AT_ONCE).await?;
        }
        Ok(part)
    }
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        let (entry, outcome) = (row.entry, row.outcome);
        Self {
            id: row.id,
            outcome,
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
