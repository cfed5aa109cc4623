//! One-time links: for the first admin, and for choosing a password.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select_one};
use crate::errors::StoreError;
use crate::log_ins::{self, KeptAccess};
use crate::sessions;
use crate::store::{SystemScope, UserScope};
use crate::users::{self, NewUser};

/// A link to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLink {
    /// Hash of the secret.
    pub hash: [u8; 32],
    /// Time at which it is made, by the system's clock.
    pub now: Timestamp,
    /// Time from which the link is refused.
    pub expires_at: Timestamp,
    /// User who makes it, by which session; nobody for those of the daemon itself.
    pub made_by: Option<(UserId, u64)>,
}

/// A link, as far as it matters.
struct Link {
    id: i64,
    /// User who chooses a password; without a user it is a set-up link.
    user: Option<UserId>,
    remove_totp: bool,
    expires_at: Timestamp,
    used: bool,
}

impl SystemScope {
    /// Makes a link with which somebody can make themself an admin, and ends all earlier ones of the kind.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn create_setup_link(&self, link: NewLink) -> Result<(), StoreError> {
        self.store
            .write_durable("save a set-up link", move |conn| {
                execute(conn, "DELETE FROM links WHERE purpose = 'setup' AND used_at IS NULL", [])?;
                insert(conn, None, false, link)
            })
            .await
    }

    /// Returns whether this is a set-up link that can be used now. It may be used by somebody else a moment later.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_setup_link(&self, hash: [u8; 32], now: Timestamp) -> Result<bool, StoreError> {
        self.store
            .read("read a link", move |conn| {
                Ok(usable(conn, hash, now)?.is_some_and(|link| link.user.is_none()))
            })
            .await
    }

    /// Returns who may choose a password with this link now; none when it is no such link.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn password_link(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<UserId>, StoreError> {
        self.store
            .read("read a link", move |conn| Ok(usable(conn, hash, now)?.and_then(|link| link.user)))
            .await
    }

    /// Uses a set-up link to make a user with a password, and waits until that is durable.
    ///
    /// # Errors
    /// [`StoreError::LinkUnusable`], [`StoreError::NameTaken`]; or when the store is closed or has stopped.
    pub async fn use_setup_link(
        &self,
        hash: [u8; 32],
        now: Timestamp,
        new: NewUser,
        password_hash: String,
    ) -> Result<UserId, StoreError> {
        self.store
            .write_durable("use a set-up link", move |conn| {
                let link = usable(conn, hash, now)?.filter(|link| link.user.is_none());
                let link = link.ok_or(StoreError::LinkUnusable)?;
                // First, because it may be refused, and a refusal must leave everything as it was.
                let user = users::insert(conn, &new)?;
                log_ins::write_password(conn, user, &password_hash, now)?;
                mark_used(conn, &link, now)?;
                Ok(user)
            })
            .await
    }

    /// Uses a link to choose a password: sets it, ends the user's sessions, their API tokens and the links that
    /// they made, and waits until that is durable.
    ///
    /// # Errors
    /// [`StoreError::LinkUnusable`]; or when the store is closed or has stopped.
    pub async fn use_password_link(
        &self,
        hash: [u8; 32],
        now: Timestamp,
        password_hash: String,
    ) -> Result<UserId, StoreError> {
        self.store
            .write_durable("use a link", move |conn| {
                let link = usable(conn, hash, now)?.ok_or(StoreError::LinkUnusable)?;
                let user = link.user.ok_or(StoreError::LinkUnusable)?;
                mark_used(conn, &link, now)?;
                log_ins::write_password(conn, user, &password_hash, now)?;
                if link.remove_totp {
                    log_ins::remove_totp(conn, user)?;
                }
                log_ins::end_rights(conn, user, now, &KeptAccess::default())?;
                Ok(user)
            })
            .await
    }
}

impl UserScope {
    /// Makes a link with which the user chooses a password, and ends their earlier ones. With `remove_totp` its use
    /// removes the authenticator as well. Answers whether the session that makes it goes on; without it there is no
    /// link.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn create_password_link(&self, link: NewLink, remove_totp: bool) -> Result<bool, StoreError> {
        let user = self.user;
        self.store
            .write_durable("save a link", move |conn| {
                if let Some((maker, session)) = link.made_by
                    && !sessions::goes_on(conn, maker, session)?
                {
                    return Ok(false);
                }
                end_links(conn, user)?;
                insert(conn, Some(user), remove_totp, link).map(|()| true)
            })
            .await
    }
}

/// Ends a user's unused links.
pub(crate) fn end_links(conn: &Connection, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM links WHERE user_id = ?1 AND used_at IS NULL";
    execute(conn, sql, [user.0.cast_signed()]).map(|_| ())
}

fn insert(
    conn: &Connection,
    user: Option<UserId>,
    remove_totp: bool,
    link: NewLink,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO links (hash, purpose, user_id, remove_totp, created_at, expires_at, made_by)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let purpose = if user.is_some() { "password" } else { "setup" };
    let user = user.map(|user| user.0.cast_signed());
    let made_by = link.made_by.map(|(maker, _)| maker.0.cast_signed());
    let values = (link.hash, purpose, user, remove_totp, link.now.0, link.expires_at.0, made_by);
    execute(conn, sql, values).map(|_| ())
}

/// Ends the unused links that a user has made for anybody.
pub(crate) fn end_links_made_by(conn: &Connection, maker: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM links WHERE made_by = ?1 AND used_at IS NULL";
    execute(conn, sql, [maker.0.cast_signed()]).map(|_| ())
}

/// The link, if it was not used, is not over, and its user is active; a set-up link, if still no admin could log in.
fn usable(conn: &Connection, hash: [u8; 32], now: Timestamp) -> Result<Option<Link>, StoreError> {
    let found = select_one(conn, "SELECT * FROM links WHERE hash = ?1", [hash], read)?;
    let Some(link) = found.filter(|link| !link.used && now < link.expires_at) else { return Ok(None) };
    let active = match link.user {
        Some(user) => users::find(conn, user)?.is_some_and(|user| user.active),
        None => !users::has_other_admin(conn, None)?,
    };
    Ok(active.then_some(link))
}

fn mark_used(conn: &Connection, link: &Link, now: Timestamp) -> Result<(), StoreError> {
    execute(conn, "UPDATE links SET used_at = ?2 WHERE id = ?1", (link.id, now.0)).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<Link, StoreError> {
    Ok(Link {
        id: row.get("id")?,
        user: row.get::<_, Option<i64>>("user_id")?.map(|id| UserId(id.cast_unsigned())),
        remove_totp: row.get("remove_totp")?,
        expires_at: instant(row, "expires_at")?,
        used: row.get::<_, Option<i64>>("used_at")?.is_some(),
    })
}
