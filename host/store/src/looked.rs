//! Lists that are looked through: what is wanted may be little among much, so what is looked at for one page is bounded, and a page
//! says where to go on.

/// A part of a list that was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked<T, C> {
    /// What was found. It may be less than asked for, even nothing, with more to come.
    pub items: Vec<T>,
    /// Where the look ended; none when everything was looked at.
    pub next: Option<C>,
}
