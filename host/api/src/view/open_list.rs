//! Lists of what stands until somebody settles it, such as alerts and halts: everybody's own, and all of them for admins.

use serde::Deserialize;
use utoipa::IntoParams;

use super::{limit, parse_cursor};
use crate::problem::Problem;

/// Which of a user's are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenList {
    /// The user whose they are; an admin may name anybody, others themselves only.
    pub user: Option<u64>,
    /// Those that stand, or those that were settled or lifted.
    open: Option<bool>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Which of everybody's are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenListOfAll {
    /// Those that stand, or those that were settled or lifted.
    open: Option<bool>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The part of such a list that makes a page.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Those that stand, or those that do not.
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
