//! Lists that are answered whole or page by page.

use serde::Serialize;
use utoipa::ToSchema;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    /// The items.
    pub items: Vec<T>,
    /// The `cursor` of the next part; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Listing<T> {
    /// A list that is always answered whole.
    pub fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), next: None }
    }
}
