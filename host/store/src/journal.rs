//! The order journal of each user, and the snapshots that save folding it from the first entry.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::orders::{JournalEntry, Order};

use crate::columns::{execute, from_json, instant, parsed, select, select_one, to_json, unsigned};
use crate::errors::StoreError;
use crate::orders::OrderColumns;
use crate::store::{Told, UserScope};

/// Entries and the orders they changed, ready to be written: the JSON is made by the caller's thread, because the
/// writer's is the one that everybody waits for.
struct Append {
    user: UserId,
    entries: Vec<(JournalEntry, String)>,
    orders: Vec<OrderColumns>,
}

impl UserScope {
    /// Appends to the journal and keeps the orders as they are after it, and waits until both are durable.
    ///
    /// # Errors
    /// [`StoreError::JournalGap`] when an entry does not follow the one before; [`StoreError::ForeignUser`]; or when
    /// the store is closed or has stopped. Nothing is written then.
    pub async fn append_journal_durable(
        &self,
        entries: Vec<JournalEntry>,
        orders: Vec<Order>,
    ) -> Result<(), StoreError> {
        self.append(entries, &orders, true).await?.committed().await
    }

    /// The same, but answers as soon as the entries have their place in the queue: from then on they become durable, in
    /// the order of all writes, or are refused.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped; the entries have no place then. That an
    /// entry does not follow the one before is told by [`Told`]: it is this user's affair and stops nothing else.
    pub async fn append_journal(
        &self,
        entries: Vec<JournalEntry>,
        orders: Vec<Order>,
    ) -> Result<Told, StoreError> {
        self.append(entries, &orders, false).await
    }

    /// The same, and has them committed at once, for somebody who is going to wait for it.
    ///
    /// # Errors
    /// As [`UserScope::append_journal`].
    pub async fn append_journal_urgently(
        &self,
        entries: Vec<JournalEntry>,
        orders: Vec<Order>,
    ) -> Result<Told, StoreError> {
        self.append(entries, &orders, true).await
    }

    async fn append(
        &self,
        entries: Vec<JournalEntry>,
        orders: &[Order],
        urgent: bool,
    ) -> Result<Told, StoreError> {
        let append = self.prepare(entries, orders)?;
        self.store
            .write_told("append to the journal", self.user, urgent, move |conn| append.write(conn))
            .await
    }

    /// The entries after a sequence number, in order; all of them after 0.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_journal(&self, after_sequence: u64) -> Result<Vec<JournalEntry>, StoreError> {
        let values = (self.user.0.cast_signed(), after_sequence.cast_signed());
        self.store
            .read("read the journal", move |conn| {
                let sql = "SELECT sequence, order_id, at, data FROM journal
                           WHERE user_id = ?1 AND sequence > ?2 ORDER BY sequence";
                select(conn, sql, values, read)
            })
            .await
    }

    /// Keeps the fold of the journal through a sequence number, in place of the last one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_snapshot(&self, through_sequence: u64, data: Vec<u8>) -> Result<(), StoreError> {
        let values = (self.user.0.cast_signed(), through_sequence.cast_signed(), data);
        self.write("save a snapshot", move |conn| {
            let sql = "INSERT INTO snapshots (user_id, through_sequence, data) VALUES (?1, ?2, ?3)
                           ON CONFLICT (user_id) DO UPDATE
                           SET through_sequence = excluded.through_sequence, data = excluded.data";
            execute(conn, sql, values).map(|_| ())
        })
        .await
    }

    /// The last snapshot, with the sequence number through which it goes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .read("read a snapshot", move |conn| {
                let sql = "SELECT through_sequence, data FROM snapshots WHERE user_id = ?1";
                select_one(conn, sql, [user], |row| {
                    Ok((unsigned(row, "through_sequence")?, row.get("data")?))
                })
            })
            .await
    }

    fn prepare(&self, entries: Vec<JournalEntry>, orders: &[Order]) -> Result<Append, StoreError> {
        let encode = |entry: JournalEntry| {
            self.check_owner("the journal entry", entry.order.user)?;
            let data = to_json("a journal entry", &entry.event)?;
            Ok((entry, data))
        };
        let columns = |order: &Order| {
            self.check_owner("the order", order.id.user)?;
            OrderColumns::new(order)
        };
        Ok(Append {
            user: self.user,
            entries: entries.into_iter().map(encode).collect::<Result<_, StoreError>>()?,
            orders: orders.iter().map(columns).collect::<Result<_, _>>()?,
        })
    }
}

impl Append {
    fn write(self, conn: &Connection) -> Result<(), StoreError> {
        self.check_sequence(conn)?;
        let sql = "INSERT INTO journal (user_id, sequence, order_id, at, event, data)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = conn.prepare_cached(sql)?;
        for (entry, data) in &self.entries {
            let values = (
                self.user.0.cast_signed(),
                entry.sequence.cast_signed(),
                entry.order.to_string(),
                entry.at.0,
                entry.event.name(),
                data,
            );
            insert.execute(values)?;
        }
        self.orders.iter().try_for_each(|order| order.write(conn))
    }

    /// Before anything is written: a journal with a hole cannot be folded.
    fn check_sequence(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql = "SELECT max(sequence) FROM journal WHERE user_id = ?1";
        let last =
            select_one(conn, sql, [self.user.0.cast_signed()], |row| Ok(row.get::<_, Option<i64>>(0)?))?;
        let mut expected = last.flatten().unwrap_or(0).cast_unsigned();
        for (entry, _) in &self.entries {
            expected += 1;
            if entry.sequence != expected {
                return Err(StoreError::JournalGap { user: self.user, expected, given: entry.sequence });
            }
        }
        Ok(())
    }
}

/// Reads the columns `sequence`, `order_id`, `at` and `data`.
pub(crate) fn read(row: &Row<'_>) -> Result<JournalEntry, StoreError> {
    Ok(JournalEntry {
        sequence: unsigned(row, "sequence")?,
        order: parsed(row, "order_id")?,
        at: instant(row, "at")?,
        event: from_json(row, "data")?,
    })
}
