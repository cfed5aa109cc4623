//! What brokers' log-ins need, sealed; and everything sealed, for another key.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, from_json, instant, select, select_one, to_json, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};
use crate::{broker_logins, channels, log_ins};

/// A user's credentials. Without `Debug`: not even the sealed value belongs into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialsRow {
    /// Name of the broker.
    pub broker: String,
    /// The credentials, sealed.
    pub sealed: Vec<u8>,
    /// The names of those that are there.
    pub fields: Vec<String>,
    /// Time at which they were saved, real time.
    pub updated_at: Timestamp,
}

/// Purpose of a sealed value in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// The credentials of a broker.
    BrokerCredentials,
    /// A session at a broker.
    BrokerSession,
    /// The secret of an authenticator, in use or begun.
    Totp,
    /// What is needed to send to a channel.
    Channel,
    /// What is secret of a carrier, which is the installation's: its user is the number 0, which nobody has.
    Carrier,
}

/// A column that holds sealed values.
#[derive(Clone, Copy)]
struct SealedColumn {
    table: &'static str,
    /// Key of the table's rows.
    key: &'static str,
    /// Whose the value is.
    owner: &'static str,
    column: &'static str,
    purpose: Sealed,
}

const fn column(
    table: &'static str,
    [key, owner, column]: [&'static str; 3],
    purpose: Sealed,
) -> SealedColumn {
    SealedColumn { table, key, owner, column, purpose }
}

/// Every column that holds sealed values.
const SEALED: [SealedColumn; 6] = [
    column("broker_credentials", ["user_id", "user_id", "sealed"], Sealed::BrokerCredentials),
    column("broker_sessions", ["id", "user_id", "sealed"], Sealed::BrokerSession),
    column("log_ins", ["user_id", "user_id", "totp"], Sealed::Totp),
    column("log_ins", ["user_id", "user_id", "totp_pending"], Sealed::Totp),
    column("channels", ["id", "user_id", "sealed"], Sealed::Channel),
    column("carriers", ["id", "0", "sealed"], Sealed::Carrier),
];

/// A sealed value of the database.
struct SealedValue {
    /// Key of its row.
    row: i64,
    user: UserId,
    value: Vec<u8>,
}

impl UserScope {
    /// Replaces the user's credentials and waits until they are durable. No session that was begun with others is kept.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_credentials(&self, row: CredentialsRow) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        let fields = to_json("the names of credentials", &row.fields)?;
        self.store
            .write_durable("save credentials", move |conn| {
                let sql =
                    "INSERT OR REPLACE INTO broker_credentials (user_id, broker, sealed, fields, updated_at)
                           VALUES (?1, ?2, ?3, ?4, ?5)";
                execute(conn, sql, (user, row.broker, row.sealed, fields, row.updated_at.0))?;
                broker_logins::remove_sessions(conn, user)
            })
            .await
    }

    /// The user's credentials, if they have saved any.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn credentials(&self) -> Result<Option<CredentialsRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read credentials", move |conn| {
            select_one(conn, "SELECT * FROM broker_credentials WHERE user_id = ?1", [user], read)
        })
        .await
    }

    /// Deletes the user's credentials, with the session that was begun with them, and waits until that is durable. Answers
    /// whether there were any.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn delete_credentials(&self) -> Result<bool, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("delete credentials", move |conn| {
                broker_logins::remove_sessions(conn, user)?;
                Ok(execute(conn, "DELETE FROM broker_credentials WHERE user_id = ?1", [user])? == 1)
            })
            .await
    }
}

impl SystemScope {
    /// The first bytes of every sealed value, each beginning once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sealed_beginnings(&self, bytes: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store
            .read("read what is sealed", move |conn| {
                let mut found = Vec::new();
                for SealedColumn { table, column, .. } in SEALED {
                    let sql = format!(
                        "SELECT DISTINCT substr({column}, 1, ?1) AS beginning FROM {table} WHERE {column} IS NOT NULL"
                    );
                    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
                    found.extend(select(conn, &sql, [bytes], |row| Ok(row.get::<_, Vec<u8>>("beginning")?))?);
                }
                Ok(found)
            })
            .await
    }

    /// Removes every sealed value that `opens` does not say that it opens, all or none, and waits until that is
    /// durable. An authenticator goes as a whole, with its recovery codes. Answers how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn delete_sealed(
        &self,
        opens: impl Fn(&[u8]) -> bool + Send + 'static,
    ) -> Result<usize, StoreError> {
        self.store
            .write_durable("forget what is sealed", move |conn| {
                let mut forgotten = 0;
                for from in SEALED {
                    for SealedValue { row, user, value } in sealed_in(conn, from)? {
                        if opens(&value) {
                            continue;
                        }
                        forgotten += 1;
                        match from.purpose {
                            Sealed::Carrier => {
                                execute(conn, "DELETE FROM carriers WHERE id = ?1", [row])?;
                            }
                            Sealed::BrokerCredentials => {
                                let sql = "DELETE FROM broker_credentials WHERE user_id = ?1";
                                execute(conn, sql, [row])?;
                            }
                            Sealed::BrokerSession => {
                                execute(conn, "DELETE FROM broker_sessions WHERE id = ?1", [row])?;
                            }
                            Sealed::Totp => log_ins::remove_totp(conn, user)?,
                            Sealed::Channel => {
                                let reason = "what is needed to send it was given up";
                                channels::remove(conn, user, row, None, reason)?;
                            }
                        }
                    }
                }
                Ok(forgotten)
            })
            .await
    }

    /// Replaces every sealed value by what `reseal` makes of it, all or none, and waits until that is durable. Answers
    /// how many there were.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] with the words of `reseal`; or when the store is closed or has stopped.
    pub async fn reseal(
        &self,
        reseal: impl Fn(UserId, Sealed, &[u8]) -> Result<Vec<u8>, String> + Send + 'static,
    ) -> Result<usize, StoreError> {
        self.store
            .write_durable("seal everything anew", move |conn| {
                // All are made before the first is written: a refusal must leave everything as it was.
                let mut made = Vec::new();
                for from in SEALED {
                    for SealedValue { row, user, value } in sealed_in(conn, from)? {
                        let value = reseal(user, from.purpose, &value)
                            .map_err(|why| StoreError::Unsealable { user, why })?;
                        made.push((from, row, value));
                    }
                }
                for (SealedColumn { table, key, column, .. }, row, value) in &made {
                    let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {key} = ?1");
                    execute(conn, &sql, (row, value))?;
                }
                Ok(made.len())
            })
            .await
    }
}

fn sealed_in(conn: &Connection, from: SealedColumn) -> Result<Vec<SealedValue>, StoreError> {
    let SealedColumn { table, key, owner, column, .. } = from;
    let sql = format!(
        "SELECT {key} AS row_key, {owner} AS user_id, {column} AS sealed FROM {table} WHERE {column} IS NOT NULL"
    );
    select(conn, &sql, [], |row| {
        Ok(SealedValue { row: row.get("row_key")?, user: user(row, "user_id")?, value: row.get("sealed")? })
    })
}

fn read(row: &Row<'_>) -> Result<CredentialsRow, StoreError> {
    Ok(CredentialsRow {
        broker: row.get("broker")?,
        sealed: row.get("sealed")?,
        fields: from_json(row, "fields")?,
        updated_at: instant(row, "updated_at")?,
    })
}
