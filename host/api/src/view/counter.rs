//! A number that a task counted.

use serde::Serialize;
use utoipa::ToSchema;

/// A number that a task counted, such as the orders that it placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counter {
    /// Name that the task gives it, such as `placed`; 64 characters at most.
    name: String,
    /// The number, in whatever the task counts: pieces, or paise where the name says so.
    value: i64,
}

impl From<(String, i64)> for Counter {
    fn from((name, value): (String, i64)) -> Self {
        Self { name, value }
    }
}
