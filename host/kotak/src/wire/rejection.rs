//! Why an order was refused after it was taken: the broker says it in a text.

use crate::mask::Masked;

/// Reasons that are told apart, because what may be done about them differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectionKind {
    /// Money is missing.
    Funds,
    /// The price is outside the circuit limits of the day.
    Circuit,
    /// Shares that have not arrived, or are of a trade-for-trade series, were sold.
    Unsettled,
    /// The quantity is above the freeze quantity.
    Freeze,
    /// The market is closed.
    Closed,
    /// It would have met an order of the same account.
    SelfTrade,
    /// The form of the order is not allowed to programs.
    NotForPrograms,
    /// Anything else.
    Other,
}

/// A reason for a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What kind it is of.
    pub kind: RejectionKind,
    /// The broker's text, clean of secrets.
    pub said: Masked,
}

/// Parts of the broker's texts by which a kind is known, in small letters. The first that fits counts.
const TEXTS: &[(&str, RejectionKind)] = &[
    ("margin exceeds", RejectionKind::Funds),
    ("insufficient", RejectionKind::Funds),
    ("circuit", RejectionKind::Circuit),
    ("outside execution range", RejectionKind::Circuit),
    ("t1 holdings", RejectionKind::Unsettled),
    ("no holdings present", RejectionKind::Unsettled),
    ("freeze quantity", RejectionKind::Freeze),
    ("adapter is down", RejectionKind::Closed),
    ("market is closed", RejectionKind::Closed),
    ("self trade", RejectionKind::SelfTrade),
    ("algo", RejectionKind::NotForPrograms),
];

impl Rejection {
    /// Reads a reason that is clean already.
    pub(crate) fn new(said: Masked) -> Self {
        let low = said.as_str().to_ascii_lowercase();
        let kind =
            TEXTS.iter().find(|(text, _)| low.contains(text)).map_or(RejectionKind::Other, |(_, kind)| *kind);
        Self { kind, said }
    }

    /// Returns whether the same order may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self.kind, RejectionKind::Funds | RejectionKind::Closed)
    }
}
