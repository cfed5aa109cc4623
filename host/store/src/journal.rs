//! The order journal of each user.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::orders::{JournalEntry, Order};

use crate::columns::{from_json, instant, parsed, to_json, unsigned};
use crate::errors::StoreError;
use crate::journal_chain::{self, Checksum, Stored};
use crate::notifications::{self, NewNotification};
use crate::orders::OrderColumns;
use crate::store::{PendingWrite, UserScope};

/// Entries and the orders they changed, ready to be written: the JSON is made by the caller's thread, because the
/// writer's is the one that everybody waits for.
struct Append {
    user: UserId,
    entries: Vec<(JournalEntry, String)>,
    orders: Vec<OrderColumns>,
    /// What the user is told of them.
    messages: Vec<NewNotification>,
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
        self.append(entries, &orders, Vec::new(), true).await?.committed().await
    }

    /// Appends entries and returns once they are queued: they become durable in the order of all writes, or are
    /// refused.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped; the entries have no place then.
    /// That an entry does not follow the one before is told by [`PendingWrite`]: it is this user's affair and stops
    /// nothing else.
    pub async fn append_journal(
        &self,
        entries: Vec<JournalEntry>,
        orders: Vec<Order>,
    ) -> Result<PendingWrite, StoreError> {
        self.append(entries, &orders, Vec::new(), false).await
    }

    /// Appends entries and keeps the messages about them in the same write: of a crash either both are there or
    /// neither. Returns once they are queued; with `urgent` they are committed at once, for a caller that is going to
    /// wait for it.
    ///
    /// # Errors
    /// As [`UserScope::append_journal`].
    pub async fn append_journal_telling(
        &self,
        entries: Vec<JournalEntry>,
        orders: Vec<Order>,
        messages: Vec<NewNotification>,
        urgent: bool,
    ) -> Result<PendingWrite, StoreError> {
        self.append(entries, &orders, messages, urgent).await
    }

    async fn append(
        &self,
        entries: Vec<JournalEntry>,
        orders: &[Order],
        messages: Vec<NewNotification>,
        urgent: bool,
    ) -> Result<PendingWrite, StoreError> {
        let append = Append { messages, ..self.prepare(entries, orders)? };
        self.store
            .queue_write("append to the journal", self.user, urgent, move |conn| append.write(conn))
            .await
    }

    /// The entries after a sequence number, in order; all of them after 0. Each is compared with its checksum.
    ///
    /// # Errors
    /// [`StoreError::JournalDamaged`] with the first entry that is missing or not what was written; or when the
    /// database cannot be read.
    pub async fn load_journal(&self, after_sequence: u64) -> Result<Vec<JournalEntry>, StoreError> {
        let user = self.user;
        self.read("read the journal", move |conn| journal_chain::load(conn, user, after_sequence)).await
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
            messages: Vec::new(),
        })
    }
}

impl Append {
    fn write(self, conn: &Connection) -> Result<(), StoreError> {
        let mut previous = self.check_sequence(conn)?;
        let sql = "INSERT INTO journal (user_id, sequence, order_id, at, event, data, checksum)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = conn.prepare_cached(sql)?;
        for (entry, data) in &self.entries {
            let JournalEntry { sequence, order, at, event } = entry;
            let (user, order, event) = (self.user, order.to_string(), event.name());
            previous = Stored {
                user,
                sequence: *sequence,
                order: order.as_bytes(),
                at: at.0,
                event: event.as_bytes(),
                data: data.as_bytes(),
            }
            .checksum(&previous);
            insert.execute((
                user.0.cast_signed(),
                sequence.cast_signed(),
                &order,
                at.0,
                event,
                data,
                previous,
            ))?;
        }
        self.orders.iter().try_for_each(|order| order.write(conn))?;
        notifications::keep_all(conn, self.user, &self.messages)
    }

    /// Before anything is written: a journal with a hole cannot be folded. Answers the checksum of the last entry.
    fn check_sequence(&self, conn: &Connection) -> Result<Checksum, StoreError> {
        let (last, checksum) = journal_chain::last(conn, self.user)?;
        let mut expected = last;
        for (entry, _) in &self.entries {
            expected += 1;
            if entry.sequence != expected {
                return Err(StoreError::JournalGap { user: self.user, expected, given: entry.sequence });
            }
        }
        Ok(checksum)
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
