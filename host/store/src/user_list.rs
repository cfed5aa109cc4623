//! The users as a list: page by page, filtered and in an order; and when each was last seen.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{instant, select, user};
use crate::errors::StoreError;
use crate::lanes::list;
use crate::store::SystemScope;
use crate::users::{Role, UserRow, read};

/// The order of a list of users, and the place after which it goes on; none at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserOrder {
    /// By number.
    Id(Option<UserId>),
    /// By name.
    Name(Option<String>),
}

/// Which users to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFilter {
    /// Only those whose name contains this text, in capitals or not.
    pub text: Option<String>,
    /// Only active ones (true) or only those who are not (false).
    pub active: Option<bool>,
    /// Only those of this role.
    pub role: Option<Role>,
    /// The order, and after whom.
    pub order: UserOrder,
    /// At most this many.
    pub limit: u32,
}

impl SystemScope {
    /// The users that the filter lets through, in its order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user_page(&self, filter: UserFilter) -> Result<Vec<UserRow>, StoreError> {
        self.store.read("read a page of users", move |conn| page(conn, &filter)).await
    }

    /// Returns when a session of each of these users was last used, in real time to the minute; users without a session are left
    /// out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_seen(&self, users: &[UserId]) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        let users = list(users.iter().copied());
        self.store
            .read("read when users were last seen", move |conn| select(conn, LAST_SEEN, [users], read_seen))
            .await
    }
}

const BY_ID: &str = "
    SELECT * FROM users
    WHERE (?1 IS NULL OR instr(lower(name), ?1) > 0) AND (?2 IS NULL OR active = ?2) AND (?3 IS NULL OR role = ?3)
        AND id > ?4
    ORDER BY id LIMIT ?5";

const BY_NAME: &str = "
    SELECT * FROM users
    WHERE (?1 IS NULL OR instr(lower(name), ?1) > 0) AND (?2 IS NULL OR active = ?2) AND (?3 IS NULL OR role = ?3)
        AND name > ?4
    ORDER BY name LIMIT ?5";

const LAST_SEEN: &str = "
    SELECT sessions.user_id, max(sessions.seen_at) AS seen_at FROM json_each(?1) AS wanted
    CROSS JOIN sessions INDEXED BY sessions_of_user ON sessions.user_id = wanted.value
    GROUP BY sessions.user_id";

fn page(conn: &Connection, filter: &UserFilter) -> Result<Vec<UserRow>, StoreError> {
    let text = filter.text.as_deref().map(str::to_lowercase);
    let role = filter.role.map(Role::name);
    match &filter.order {
        UserOrder::Id(after) => {
            let after = after.map_or(0, |user| user.0.cast_signed());
            select(conn, BY_ID, params![text, filter.active, role, after, filter.limit], read)
        }
        UserOrder::Name(after) => {
            let after = after.as_deref().unwrap_or_default();
            select(conn, BY_NAME, params![text, filter.active, role, after, filter.limit], read)
        }
    }
}

fn read_seen(row: &Row<'_>) -> Result<(UserId, Timestamp), StoreError> {
    Ok((user(row, "user_id")?, instant(row, "seen_at")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn a_page_is_read_in_its_order_and_sorts_nothing() {
        for (sql, start) in [
            (BY_ID, "SEARCH users USING INTEGER PRIMARY KEY (rowid>?)"),
            (BY_NAME, "SEARCH users USING INDEX sqlite_autoindex_users_1 (name>?)"),
        ] {
            let plan = plan_of(sql);
            assert_eq!(plan, start);
        }
        let seen = plan_of(LAST_SEEN);
        assert!(seen.contains("SEARCH sessions USING INDEX sessions_of_user (user_id=?)"), "{seen}");
    }
}
