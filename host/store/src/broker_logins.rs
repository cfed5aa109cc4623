//! What is known of users' logins at their brokers, and the sealed session of a date.

use rusqlite::{Connection, Row, named_params};

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, optional_instant, parsed, select_one};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Dates of one user and broker of which the logins are kept.
pub const KEPT_LOGIN_DAYS: u32 = 31;

/// What is known of a user's logins at a broker on a trading date. Without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerLoginsRow {
    /// The trading date of the counts.
    pub day: Day,
    /// Logins of the date that were begun and may have reached the broker.
    pub tried: u32,
    /// Those of them that brought a session.
    pub succeeded: u32,
    /// Those of them that did not.
    pub failed: u32,
    /// Logins that brought a session and do not count towards the most of a date any more.
    pub forgiven: u32,
    /// Whether a session was doubted on the date.
    pub doubted: bool,
    /// Refused logins in a row, of any dates.
    pub refusals: u32,
    /// Logins in a row that helped nothing, of any dates.
    pub fruitless: u32,
    /// Time at which the login under way began; none when none is.
    pub begun_at: Option<Timestamp>,
    /// Since when nobody logs in until a person allows it, and why.
    pub blocked: Option<(Timestamp, String)>,
    /// Until when nobody logs in, and why.
    pub cooling: Option<(Timestamp, String)>,
    /// Time of the last login that brought a session.
    pub last_success: Option<Timestamp>,
    /// The half minute whose one-time code was used last, counted since the epoch.
    pub last_step: Option<u64>,
}

/// What becomes of the session that is kept for a user at a broker. Without `Debug`: not even the sealed value belongs into a log.
pub enum SessionChange {
    /// It stays as it is.
    Same,
    /// This one takes its place.
    Keep {
        /// Trading date on which it is good.
        day: Day,
        /// The session, sealed.
        sealed: Vec<u8>,
    },
    /// None is kept any more.
    Remove,
}

impl UserScope {
    /// Keeps what is known of the user's logins at a broker together with what becomes of the session, and waits until it is
    /// durable. A session of another date goes.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_broker_logins(
        &self,
        broker: &'static str,
        row: BrokerLoginsRow,
        session: SessionChange,
    ) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("save logins at a broker", move |conn| {
                write(conn, (user, broker), &row)?;
                let whose = (user.0.cast_signed(), broker);
                match session {
                    SessionChange::Same => {}
                    SessionChange::Keep { day, sealed } => {
                        let sql = "INSERT INTO broker_sessions (user_id, broker, day, sealed) VALUES (?1, ?2, ?3, ?4)
                                   ON CONFLICT (user_id, broker) DO UPDATE SET day = ?3, sealed = ?4";
                        execute(conn, sql, (whose.0, whose.1, day.to_string(), sealed))?;
                    }
                    SessionChange::Remove => {
                        let sql = "DELETE FROM broker_sessions WHERE user_id = ?1 AND broker = ?2";
                        execute(conn, sql, whose)?;
                    }
                }
                let sql = "DELETE FROM broker_sessions WHERE user_id = ?1 AND broker = ?2 AND day <> ?3";
                execute(conn, sql, (whose.0, whose.1, row.day.to_string())).map(|_| ())
            })
            .await
    }

    /// What is known of the user's logins at a broker, of the newest date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn broker_logins(&self, broker: &'static str) -> Result<Option<BrokerLoginsRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read logins at a broker", move |conn| {
            let sql =
                "SELECT * FROM broker_logins WHERE user_id = ?1 AND broker = ?2 ORDER BY day DESC LIMIT 1";
            select_one(conn, sql, (user, broker), read)
        })
        .await
    }

    /// The sealed session of a date that is kept for the user at a broker.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn broker_session(
        &self,
        broker: &'static str,
        day: Day,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read a session at a broker", move |conn| {
            let sql = "SELECT sealed FROM broker_sessions WHERE user_id = ?1 AND broker = ?2 AND day = ?3";
            select_one(conn, sql, (user, broker, day.to_string()), |row| Ok(row.get("sealed")?))
        })
        .await
    }
}

impl SystemScope {
    /// Removes the sessions at brokers that are not of this date, whosever they are, and waits until that is durable; how many
    /// there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_broker_sessions_except(&self, day: Day) -> Result<u64, StoreError> {
        self.store
            .write_durable("remove sessions of another date", move |conn| {
                Ok(execute(conn, "DELETE FROM broker_sessions WHERE day <> ?1", [day.to_string()])? as u64)
            })
            .await
    }
}

/// Removes the sessions that were begun with credentials which are not the user's any more.
pub(crate) fn remove_sessions(conn: &Connection, user: i64) -> Result<(), StoreError> {
    execute(conn, "DELETE FROM broker_sessions WHERE user_id = ?1", [user]).map(|_| ())
}

fn write(conn: &Connection, (user, broker): (UserId, &str), row: &BrokerLoginsRow) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO broker_logins (user_id, broker, day, tried, succeeded, failed, forgiven, doubted,
                   refusals, fruitless, begun_at, blocked_at, blocked_reason, cooling_until, cooling_reason,
                   last_success_at, last_step)
               VALUES (:user, :broker, :day, :tried, :succeeded, :failed, :forgiven, :doubted, :refusals, :fruitless,
                   :begun_at, :blocked_at, :blocked_reason, :cooling_until, :cooling_reason, :last_success_at, :last_step)";
    let (blocked_at, blocked_reason) = row.blocked.as_ref().map(|(at, why)| (at.0, why)).unzip();
    let (cooling_until, cooling_reason) = row.cooling.as_ref().map(|(at, why)| (at.0, why)).unzip();
    let user = user.0.cast_signed();
    execute(
        conn,
        sql,
        named_params! {
            ":user": user, ":broker": broker, ":day": row.day.to_string(),
            ":tried": row.tried, ":succeeded": row.succeeded, ":failed": row.failed, ":forgiven": row.forgiven,
            ":doubted": row.doubted, ":refusals": row.refusals, ":fruitless": row.fruitless,
            ":begun_at": row.begun_at.map(|at| at.0),
            ":blocked_at": blocked_at, ":blocked_reason": blocked_reason,
            ":cooling_until": cooling_until, ":cooling_reason": cooling_reason,
            ":last_success_at": row.last_success.map(|at| at.0),
            ":last_step": row.last_step.map(u64::cast_signed),
        },
    )?;
    // One of a later date is from before the clock was set back, and would be taken for the newest.
    let sql = "DELETE FROM broker_logins WHERE user_id = ?1 AND broker = ?2 AND day > ?3";
    execute(conn, sql, (user, broker, row.day.to_string()))?;
    let sql = "DELETE FROM broker_logins WHERE user_id = ?1 AND broker = ?2 AND day <
               (SELECT min(day) FROM (SELECT day FROM broker_logins WHERE user_id = ?1 AND broker = ?2
                                      ORDER BY day DESC LIMIT ?3))";
    execute(conn, sql, (user, broker, KEPT_LOGIN_DAYS)).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<BrokerLoginsRow, StoreError> {
    let reasoned = |at: &'static str, why: &str| -> Result<Option<(Timestamp, String)>, StoreError> {
        let why: Option<String> = row.get(why)?;
        Ok(optional_instant(row, at)?.zip(why))
    };
    let last_step: Option<i64> = row.get("last_step")?;
    Ok(BrokerLoginsRow {
        day: parsed(row, "day")?,
        tried: row.get("tried")?,
        succeeded: row.get("succeeded")?,
        failed: row.get("failed")?,
        forgiven: row.get("forgiven")?,
        doubted: row.get("doubted")?,
        refusals: row.get("refusals")?,
        fruitless: row.get("fruitless")?,
        begun_at: optional_instant(row, "begun_at")?,
        blocked: reasoned("blocked_at", "blocked_reason")?,
        cooling: reasoned("cooling_until", "cooling_reason")?,
        last_success: optional_instant(row, "last_success_at")?,
        last_step: last_step.map(i64::cast_unsigned),
    })
}
