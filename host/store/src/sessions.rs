//! Who is logged in with a browser.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::log_ins;
use crate::store::{SystemScope, UserScope};
use crate::users::{self, UserRow};

/// A session to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Hash of the secret in the browser's cookie.
    pub hash: [u8; 32],
    /// Time of the log-in, by the system's clock.
    pub now: Timestamp,
    /// Time at which it ends however much it is used.
    pub expires_at: Timestamp,
    /// Address from which the user logged in.
    pub address: String,
    /// `User-Agent` of the browser at the log-in.
    pub agent: String,
    /// The hash of the password by which it begins; nothing, where none was shown.
    pub password: Option<String>,
}

/// Row of a log-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Numbered from 1, never given twice; no secret.
    pub id: u64,
    /// The user that it belongs to.
    pub user: UserId,
    /// Time of the log-in.
    pub created_at: Timestamp,
    /// Time at which it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Time at which it ends however much it is used.
    pub expires_at: Timestamp,
    /// Address from which the user logged in.
    pub address: String,
    /// `User-Agent` of the browser at the log-in.
    pub agent: String,
}

impl UserScope {
    /// Begins a session and waits until it is durable; sessions that are over are forgotten. Answers no id when the
    /// user is not active, or has another password meanwhile.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn open_session(&self, new: NewSession) -> Result<Option<u64>, StoreError> {
        let user = self.user;
        self.store
            .write_durable("begin a session", move |conn| {
                // Asked again here, because the password was looked at some time ago.
                if !users::find(conn, user)?.is_some_and(|user| user.active) {
                    return Ok(None);
                }
                if new.password.is_some() && log_ins::find(conn, user)?.password_hash != new.password {
                    return Ok(None);
                }
                execute(conn, "DELETE FROM sessions WHERE expires_at <= ?1", [new.now.0])?;
                insert(conn, user, &new).map(Some)
            })
            .await
    }

    /// The user's sessions, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read sessions", move |conn| {
            select(conn, "SELECT * FROM sessions WHERE user_id = ?1 ORDER BY id DESC", [user], read)
        })
        .await
    }

    /// Ends a session of the user and waits until that is durable. Answers whether there was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_session(&self, id: u64) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), id.cast_signed());
        self.store
            .write_durable("end a session", move |conn| {
                let ended = execute(conn, "DELETE FROM sessions WHERE user_id = ?1 AND id = ?2", values)?;
                Ok(ended == 1)
            })
            .await
    }

    /// Ends every session of the user and waits until that is durable. Answers how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_sessions(&self) -> Result<usize, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("end the sessions of a user", move |conn| {
                execute(conn, "DELETE FROM sessions WHERE user_id = ?1", [user])
            })
            .await
    }
}

impl SystemScope {
    /// The session with this hash and its user as they are now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_session(&self, hash: [u8; 32]) -> Result<Option<(SessionRow, UserRow)>, StoreError> {
        self.store
            .read("read a session", move |conn| {
                let found = select_one(conn, "SELECT * FROM sessions WHERE hash = ?1", [hash], read)?;
                let Some(session) = found else { return Ok(None) };
                Ok(users::find(conn, session.user)?.map(|user| (session, user)))
            })
            .await
    }

    /// Stores the time at which a session was used; one that has ended meanwhile stays ended.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn touch_session(&self, id: u64, now: Timestamp) -> Result<(), StoreError> {
        let values = (id.cast_signed(), now.0);
        self.store
            .write("note the use of a session", move |conn| {
                execute(conn, "UPDATE sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1", values)
                    .map(|_| ())
            })
            .await
    }
}

/// Returns whether a session of a user goes on. What it makes asks this in the same transaction, or it could
/// outlive it.
pub(crate) fn goes_on(conn: &Connection, user: UserId, session: u64) -> Result<bool, StoreError> {
    let values = (user.0.cast_signed(), session.cast_signed());
    Ok(select_one(conn, "SELECT 1 FROM sessions WHERE user_id = ?1 AND id = ?2", values, |_| Ok(()))?
        .is_some())
}

fn insert(conn: &Connection, user: UserId, new: &NewSession) -> Result<u64, StoreError> {
    let sql = "INSERT INTO sessions (hash, user_id, created_at, seen_at, expires_at, address, agent)
               VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)";
    let NewSession { hash, now, expires_at, address, agent, .. } = new;
    execute(conn, sql, (hash, user.0.cast_signed(), now.0, expires_at.0, address, agent))?;
    Ok(conn.last_insert_rowid().cast_unsigned())
}

fn read(row: &Row<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        created_at: instant(row, "created_at")?,
        seen_at: instant(row, "seen_at")?,
        expires_at: instant(row, "expires_at")?,
        address: row.get("address")?,
        agent: row.get("agent")?,
    })
}
