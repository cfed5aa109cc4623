//! The latest instant that a database knows of.

use prahari_domain::time::Timestamp;

use crate::errors::StoreError;
use crate::store::SystemScope;

/// What has happened by the daemon's clock, the newest of each kind. Times follow numbers but for what was told late, so of what
/// grows without end the last rows are enough.
const KNOWN: [&str; 8] = [
    "SELECT max((SELECT max(at) FROM (SELECT at FROM journal WHERE user_id = users.id ORDER BY sequence DESC LIMIT 20)))
     FROM users",
    "SELECT max(max(started_at, coalesce(finished_at, started_at)))
     FROM (SELECT started_at, finished_at FROM runs ORDER BY id DESC LIMIT 1000)",
    "SELECT max(max(coalesce(heartbeat, 0), coalesce(started_at, 0))) FROM service_status",
    "SELECT max(at) FROM (SELECT at FROM service_log ORDER BY id DESC LIMIT 1000)",
    "SELECT max(at) FROM (SELECT at FROM notifications ORDER BY id DESC LIMIT 1000)",
    "SELECT max(max(raised_at, coalesce(resolved_at, raised_at)))
     FROM (SELECT raised_at, resolved_at FROM alerts ORDER BY id DESC LIMIT 1000)",
    "SELECT max(at) FROM order_looks",
    "SELECT max(max(coalesce(begun_at, 0), coalesce(last_success_at, 0))) FROM broker_logins",
];

impl SystemScope {
    /// Returns the latest instant of what has happened by the daemon's clock: orders, runs, services, messages, logins at
    /// brokers. None while nothing has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn latest_instant(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store
            .read("read the latest instant", |conn| {
                let mut latest = None;
                for sql in KNOWN {
                    let known: Option<i64> = conn.query_row(sql, [], |row| row.get(0))?;
                    latest = latest.max(known.filter(|at| *at > 0));
                }
                Ok(latest.map(Timestamp))
            })
            .await
    }
}
