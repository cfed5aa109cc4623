//! What scripts log in with.

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, named, optional_instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::sessions;
use crate::store::{SystemScope, UserScope};
use crate::users::{self, UserRow};

named! {
    /// What a token may be used for; never more than its user may do.
    TokenScope {
        /// May only read.
        Read = "read",
        /// May read, and change the user's own data.
        Control = "control",
        /// Everything that an admin may do.
        Admin = "admin",
    }
}

/// A token to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiToken {
    /// Hash of the secret.
    pub hash: [u8; 32],
    /// Name that the user gave the token.
    pub name: String,
    /// Scope of the token.
    pub scope: TokenScope,
    /// Time at which it is made, by the system's clock.
    pub now: Timestamp,
    /// Time from which the token is refused; none when it never ends.
    pub expires_at: Option<Timestamp>,
    /// The session that makes it; it has to go on until then.
    pub session: Option<u64>,
}

/// Row of an API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Numbered from 1, never given twice; no secret.
    pub id: u64,
    /// The user that it belongs to.
    pub user: UserId,
    /// Name that the user gave the token.
    pub name: String,
    /// Scope of the token.
    pub scope: TokenScope,
    /// Time at which it was made.
    pub created_at: Timestamp,
    /// Time at which it was last used, to the minute; none when it never was.
    pub used_at: Option<Timestamp>,
    /// Time from which the token is refused; none when it never ends.
    pub expires_at: Option<Timestamp>,
    /// Time at which it was revoked; none when it was not.
    pub revoked_at: Option<Timestamp>,
}

impl UserScope {
    /// Adds a token and waits until it is durable; answers its number, and none when the session that makes it has
    /// ended.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn create_api_token(&self, new: NewApiToken) -> Result<Option<u64>, StoreError> {
        let user = self.user;
        self.store
            .write_durable("save an API token", move |conn| {
                let sql = "INSERT INTO api_tokens (hash, user_id, name, scope, created_at, expires_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let NewApiToken { hash, name, scope, now, expires_at, session } = new;
                if let Some(session) = session
                    && !sessions::goes_on(conn, user, session)?
                {
                    return Ok(None);
                }
                let user = user.0.cast_signed();
                execute(conn, sql, (hash, user, name, scope.name(), now.0, expires_at.map(|at| at.0)))?;
                Ok(Some(conn.last_insert_rowid().cast_unsigned()))
            })
            .await
    }

    /// The user's tokens, newest first, revoked ones as well.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn api_tokens(&self) -> Result<Vec<ApiTokenRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read API tokens", move |conn| {
            select(conn, "SELECT * FROM api_tokens WHERE user_id = ?1 ORDER BY id DESC", [user], read)
        })
        .await
    }

    /// Revokes a token of the user and waits until that is durable. Answers whether there is such a token; revoking
    /// it again changes nothing.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn revoke_api_token(&self, id: u64, now: Timestamp) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), id.cast_signed(), now.0);
        self.store
            .write_durable("revoke an API token", move |conn| {
                let sql = "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, ?3)
                           WHERE user_id = ?1 AND id = ?2";
                Ok(execute(conn, sql, values)? == 1)
            })
            .await
    }
}

impl SystemScope {
    /// The token with this hash, revoked or not, and its user as they are now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_api_token(&self, hash: [u8; 32]) -> Result<Option<(ApiTokenRow, UserRow)>, StoreError> {
        self.store
            .read("read an API token", move |conn| {
                let found = select_one(conn, "SELECT * FROM api_tokens WHERE hash = ?1", [hash], read)?;
                let Some(token) = found else { return Ok(None) };
                Ok(users::find(conn, token.user)?.map(|user| (token, user)))
            })
            .await
    }

    /// Stores the time at which a token was used.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn touch_api_token(&self, id: u64, now: Timestamp) -> Result<(), StoreError> {
        let values = (id.cast_signed(), now.0);
        self.store
            .write("note the use of an API token", move |conn| {
                execute(conn, "UPDATE api_tokens SET used_at = ?2 WHERE id = ?1", values).map(|_| ())
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<ApiTokenRow, StoreError> {
    Ok(ApiTokenRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        name: row.get("name")?,
        scope: parsed(row, "scope")?,
        created_at: instant(row, "created_at")?,
        used_at: optional_instant(row, "used_at")?,
        expires_at: optional_instant(row, "expires_at")?,
        revoked_at: optional_instant(row, "revoked_at")?,
    })
}
