//! Lists of what is open until somebody resolves it, such as alerts and halts: everybody's own, and all of them for
//! admins.

use serde::Deserialize;
use utoipa::IntoParams;

use super::{limit, parse_cursor};
use crate::problem::Problem;

/// Query parameters that select entries of a user's list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenList {
    /// The user whose they are; an admin may name anybody, others themselves only.
    pub user: Option<u64>,
    /// Only open ones (true), or only resolved or lifted ones (false).
    open: Option<bool>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Query parameters that select entries of everybody's list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenListOfAll {
    /// Only open ones (true), or only resolved or lifted ones (false).
    open: Option<bool>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The part of such a list that makes a page.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Only open ones (true), or only resolved or lifted ones (false).
    pub open: Option<bool>,
    /// Older than this one.
    pub before: Option<u64>,
    /// Items of the page.
    pub limit: u32,
}

impl OpenList {
    /// The part that is asked for.
    ///
    /// # Errors
    /// When limit or cursor cannot be meant.
    pub fn part(&self) -> Result<Part, Problem> {
        Part::of(self.open, self.limit, self.cursor.as_deref())
    }
}

impl OpenListOfAll {
    /// The part that is asked for.
    ///
    /// # Errors
    /// As [`OpenList::part`].
    pub fn part(&self) -> Result<Part, Problem> {
        Part::of(self.open, self.limit, self.cursor.as_deref())
    }
}

impl Part {
    fn of(open: Option<bool>, asked: Option<u32>, cursor: Option<&str>) -> Result<Self, Problem> {
        Ok(Self { open, before: parse_cursor(cursor)?, limit: limit(asked)? })
    }
}
