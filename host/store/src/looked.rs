//! Lists that are looked through: what is wanted may be little among much, so what is looked at for one page is bounded, and a page
//! says where to go on.

use rusqlite::{Row, Rows};

use crate::errors::StoreError;

/// Most rows that are looked at for one page of a list.
pub(crate) const MOST_LOOKED_AT: u32 = 5_000;

/// A part of a list that was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked<T, C> {
    /// What was found. It may be less than asked for, even nothing, with more to come.
    pub items: Vec<T>,
    /// Where the look ended; none when everything was looked at.
    pub next: Option<C>,
}

impl<T, C> Looked<T, C> {
    /// Goes through rows until `limit` are found or `most` were looked at. `find` answers what is wanted of a row, if anything;
    /// `place` where the row stands in the list.
    pub(crate) fn through(
        mut rows: Rows<'_>,
        limit: u32,
        most: u32,
        find: impl Fn(&Row<'_>) -> Result<Option<T>, StoreError>,
        place: impl Fn(&Row<'_>) -> Result<C, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut page = Self { items: Vec::new(), next: None };
        let mut looked_at = 0;
        while let Some(row) = rows.next()? {
            looked_at += 1;
            page.items.extend(find(row)?);
            if page.items.len() >= limit as usize || looked_at >= most {
                page.next = Some(place(row)?);
                break;
            }
        }
        Ok(page)
    }
}
