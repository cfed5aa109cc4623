//! The states of an order at the broker.

/// Classes of the broker's states. Only [`OrderStatus::Complete`], [`OrderStatus::Rejected`] and [`OrderStatus::Cancelled`]
/// have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderStatus {
    /// On its way to the exchange.
    Pending,
    /// Waits for the next session as an after-market order.
    AmoWaiting,
    /// In the market, perhaps part filled.
    Open,
    /// In the market; the last change of it was refused.
    NotModified,
    /// In the market; a cancellation of it was refused.
    NotCancelled,
    /// All shares are filled.
    Complete,
    /// Refused after it was taken.
    Rejected,
    /// Cancelled; it may hold fills.
    Cancelled,
    /// A state that nobody knows, as it was written: it has not ended.
    Unknown(String),
}

/// Longest unknown state that is kept, in characters.
const LONGEST: usize = 60;

impl OrderStatus {
    /// Reads a state.
    pub fn read(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "put order req received" | "validation pending" | "open pending" => Self::Pending,
            "after market order req received" | "modify after market order req received" => Self::AmoWaiting,
            "open"
            | "modified"
            | "trigger pending"
            | "modify pending"
            | "modify validation pending"
            | "cancel pending"
            | "update" => Self::Open,
            "not modified" => Self::NotModified,
            "not cancelled" => Self::NotCancelled,
            "complete" | "traded" => Self::Complete,
            "rejected" => Self::Rejected,
            "cancelled" | "canceled" | "cancelled after market order" => Self::Cancelled,
            other => Self::Unknown(other.chars().take(LONGEST).collect()),
        }
    }

    /// Returns whether nothing more happens to the order.
    pub const fn has_ended(&self) -> bool {
        matches!(self, Self::Complete | Self::Rejected | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_has_not_ended() {
        for text in ["", "half done", "rejected by nobody", "completed?"] {
            assert!(!OrderStatus::read(text).has_ended(), "{text}");
        }
        for (text, state) in [
            (" Complete ", OrderStatus::Complete),
            ("TRADED", OrderStatus::Complete),
            ("canceled", OrderStatus::Cancelled),
            ("cancelled after market order", OrderStatus::Cancelled),
            ("after market order req received", OrderStatus::AmoWaiting),
            ("cancel pending", OrderStatus::Open),
            ("not modified", OrderStatus::NotModified),
        ] {
            assert_eq!(OrderStatus::read(text), state, "{text}");
        }
    }
}
