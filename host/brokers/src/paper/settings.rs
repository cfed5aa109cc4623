//! How the paper broker behaves, and how it misbehaves when told to.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::seeded_hash::SeededHash;

/// Settings of the paper broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSettings {
    /// Shapes slippage and faults. Default 1.
    pub seed: u64,
    /// The brokerage plan of every account, by its name in the table of charges. Default `trade_api`.
    pub plan: String,
    /// Least slippage of a market order in continuous trading, in millionths of the price, as far as its minute's
    /// prices reach. Default 1,000 (0.1 %).
    pub slippage_least: u32,
    /// Greatest slippage, in millionths of the price. Default 3,000 (0.3 %).
    pub slippage_greatest: u32,
    /// Percent of a minute's volume that one order may take, at least one share. Default 10.
    pub volume_percent: u32,
    /// Misbehaviour; none by default.
    pub faults: PaperFaults,
}

impl Default for PaperSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            plan: "trade_api".to_owned(),
            slippage_least: 1_000,
            slippage_greatest: 3_000,
            volume_percent: 10,
            faults: PaperFaults::default(),
        }
    }
}

impl PaperSettings {
    /// The first thing that makes no sense.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let faults = &self.faults;
        let sum = u32::from(faults.lose_reply) + u32::from(faults.lose_request) + u32::from(faults.down);
        match self {
            _ if self.slippage_least > self.slippage_greatest => {
                Some("the least slippage is above the greatest")
            }
            _ if self.slippage_greatest >= 1_000_000 => Some("the slippage is a whole price or more"),
            _ if !(1..=100).contains(&self.volume_percent) => {
                Some("the share of a minute's volume is not 1 to 100")
            }
            _ if sum > 1_000 => Some("faults are more than 1,000 in a thousand"),
            _ if faults.late_ms < 0 => Some("reports cannot be early"),
            _ => None,
        }
    }
}

/// What goes wrong on purpose. Rates are calls in a thousand; which call fails follows from seed, user, order and
/// instant, so that a repeated simulation fails in the same places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaperFaults {
    /// The call is carried out, but its answer is lost.
    pub lose_reply: u16,
    /// The call never arrives, and the caller cannot tell.
    pub lose_request: u16,
    /// The call is not carried out and fails as [`BrokerError::Unavailable`](crate::BrokerError::Unavailable).
    pub down: u16,
    /// Fills and expiries are reported this many milliseconds after they happened. The book shows them at once.
    pub late_ms: i64,
}

/// Fault that one call meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    LoseReply,
    LoseRequest,
    Down,
}

impl PaperFaults {
    /// Decides about one call.
    pub(super) fn pick_fault(
        &self,
        seed: u64,
        user: UserId,
        call: &str,
        tag: &str,
        now: Timestamp,
    ) -> Option<Fault> {
        let draw =
            SeededHash::new(seed).with_text(call).with(user.0).with_text(tag).with(now.0.cast_unsigned());
        let mut at = draw.below(1_000);
        for (rate, fault) in [
            (self.lose_reply, Fault::LoseReply),
            (self.lose_request, Fault::LoseRequest),
            (self.down, Fault::Down),
        ] {
            match at.checked_sub(u64::from(rate)) {
                Some(rest) => at = rest,
                None => return Some(fault),
            }
        }
        None
    }
}
