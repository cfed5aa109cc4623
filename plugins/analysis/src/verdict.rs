//! The rule verdict: what oversold, trend, volume and signs say together (reference: rule-based verdict, without
//! fundamentals, news and models).

use crate::alignment::{Alignment, Confirmation};
use crate::settings::Settings;
use crate::signs::Signs;
use crate::volume::{Volume, VolumeQuality};

/// Alignment from which a dip in an uptrend is a strong buy.
const STRONG_ALIGNMENT: u32 = 8;
/// Alignment that confirms a dip below the long trend.
const CONFIRMING_ALIGNMENT: u32 = 6;

/// What to do about a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Buy, first among the buys.
    StrongBuy,
    /// Buy.
    Buy,
    /// Something shows, not enough to act.
    Watch,
    /// Nothing to do.
    Avoid,
}

impl Verdict {
    /// Whether it proposes to buy.
    pub fn is_buy(self) -> bool {
        matches!(self, Self::StrongBuy | Self::Buy)
    }

    /// Its word in decisions and evidence.
    pub fn code(self) -> &'static str {
        match self {
            Self::StrongBuy => "strong_buy",
            Self::Buy => "buy",
            Self::Watch => "watch",
            Self::Avoid => "avoid",
        }
    }
}

/// Why a verdict is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The chart is too broken, flat or erratic.
    ChartQuality,
    /// Too few shares are traded on an average day.
    Illiquid,
    /// Too few shares were traded in this session.
    LowVolume,
    /// Oversold above the 200-session average.
    OversoldInUptrend,
    /// Extremely oversold below it, and something confirms the turn.
    OversoldBelowTrend,
    /// Extremely oversold below it, and nothing does.
    Unconfirmed,
    /// Signs without being oversold enough.
    NotOversold,
    /// Nothing shows.
    NoSigns,
    /// The newest candles were sold too hard.
    SellingPressure,
}

impl Reason {
    /// Its stable code in decisions.
    pub fn code(self) -> &'static str {
        match self {
            Self::ChartQuality => "chart_quality",
            Self::Illiquid => "illiquid",
            Self::LowVolume => "low_volume",
            Self::OversoldInUptrend => "oversold_in_uptrend",
            Self::OversoldBelowTrend => "oversold_below_trend",
            Self::Unconfirmed => "oversold_unconfirmed",
            Self::NotOversold => "not_oversold",
            Self::NoSigns => "no_signs",
            Self::SellingPressure => "selling_pressure",
        }
    }
}

/// What the verdict looks at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// RSI of the session.
    pub rsi: f64,
    /// Whether the close is above the 200-session average.
    pub above_trend: bool,
    /// The session's volume.
    pub volume: &'a Volume,
    /// Signs of the newest candles.
    pub signs: Signs,
    /// Daily and weekly alignment.
    pub alignment: &'a Alignment,
}

/// The verdict of a share whose chart has passed.
pub fn decide(facts: &Facts<'_>, settings: &Settings) -> (Verdict, Reason) {
    if !facts.volume.enough {
        let illiquid = facts.volume.quality == VolumeQuality::Illiquid;
        return (Verdict::Avoid, if illiquid { Reason::Illiquid } else { Reason::LowVolume });
    }
    let limit = if facts.above_trend { settings.rsi_oversold } else { settings.rsi_extreme_oversold };
    match (facts.rsi < limit, facts.above_trend) {
        (true, true) if is_strong(facts.alignment) => (Verdict::StrongBuy, Reason::OversoldInUptrend),
        (true, true) => (Verdict::Buy, Reason::OversoldInUptrend),
        (true, false) if is_confirmed(facts) => (Verdict::Buy, Reason::OversoldBelowTrend),
        (true, false) => (Verdict::Watch, Reason::Unconfirmed),
        (false, _) if shows_something(facts) => (Verdict::Watch, Reason::NotOversold),
        (false, _) => (Verdict::Avoid, Reason::NoSigns),
    }
}

fn is_strong(alignment: &Alignment) -> bool {
    alignment.score >= STRONG_ALIGNMENT || alignment.confirmation == Confirmation::Excellent
}

fn is_confirmed(facts: &Facts<'_>) -> bool {
    facts.alignment.score >= CONFIRMING_ALIGNMENT || facts.signs.patterns() > 0 || facts.volume.strong
}

fn shows_something(facts: &Facts<'_>) -> bool {
    facts.signs.any() || facts.alignment.confirmation >= Confirmation::Fair
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::{Resistance, Room, Severity, Support, SupportQuality};
    use crate::volume::Steadiness;

    fn alignment(score: u32, confirmation: Confirmation) -> Alignment {
        Alignment {
            score,
            confirmation,
            severity: Severity::High,
            support: Support { level: 100.0, distance: 1.0, tests: 2, quality: SupportQuality::Strong },
            resistance: Resistance { level: 120.0, distance: 10.0, room: Room::Strong },
            weekly_support: None,
            volume_exhaustion: 0,
        }
    }

    fn volume(quality: VolumeQuality, enough: bool, strong: bool) -> Volume {
        let steadiness = Steadiness::Steady;
        Volume { average: 100_000.0, ratio: 1.0, quality, enough, strong, trend: None, steadiness }
    }

    fn decided(rsi: f64, above_trend: bool, score: u32, signs: Signs) -> (Verdict, Reason) {
        let volume = volume(VolumeQuality::Good, true, false);
        let alignment = alignment(score, Confirmation::Poor);
        let facts = Facts { rsi, above_trend, volume: &volume, signs, alignment: &alignment };
        decide(&facts, &Settings::default())
    }

    const HAMMER: Signs = Signs { hammer: true, engulfing: false, divergence: false, oversold: false };
    const NONE: Signs = Signs { hammer: false, engulfing: false, divergence: false, oversold: false };

    #[test]
    fn oversold_in_an_uptrend_is_a_buy_and_a_strong_one_when_aligned() {
        assert_eq!(decided(29.9, true, 0, NONE).0, Verdict::Buy);
        assert_eq!(decided(29.9, true, 8, NONE).0, Verdict::StrongBuy);
        assert_eq!(decided(30.0, true, 8, NONE), (Verdict::Avoid, Reason::NoSigns));
    }

    #[test]
    fn below_the_trend_only_extremes_count_and_need_confirmation() {
        assert_eq!(decided(25.0, false, 8, HAMMER), (Verdict::Watch, Reason::NotOversold));
        assert_eq!(decided(19.9, false, 5, NONE), (Verdict::Watch, Reason::Unconfirmed));
        assert_eq!(decided(19.9, false, 6, NONE), (Verdict::Buy, Reason::OversoldBelowTrend));
        assert_eq!(decided(19.9, false, 0, HAMMER).0, Verdict::Buy);
    }

    #[test]
    fn strong_volume_confirms_below_the_trend() {
        let strong = volume(VolumeQuality::Good, true, true);
        let alignment = alignment(0, Confirmation::Poor);
        let facts =
            Facts { rsi: 15.0, above_trend: false, volume: &strong, signs: NONE, alignment: &alignment };
        assert_eq!(decide(&facts, &Settings::default()).0, Verdict::Buy);
    }

    #[test]
    fn without_volume_everything_is_avoided() {
        let alignment = alignment(10, Confirmation::Excellent);
        let judge = |volume: &Volume| {
            let facts = Facts { rsi: 10.0, above_trend: true, volume, signs: HAMMER, alignment: &alignment };
            decide(&facts, &Settings::default())
        };
        let poor = judge(&volume(VolumeQuality::Poor, false, false));
        assert_eq!(poor, (Verdict::Avoid, Reason::LowVolume));
        let illiquid = judge(&volume(VolumeQuality::Illiquid, false, false));
        assert_eq!(illiquid, (Verdict::Avoid, Reason::Illiquid));
    }

    #[test]
    fn signs_alone_are_watched() {
        assert_eq!(decided(45.0, true, 0, HAMMER), (Verdict::Watch, Reason::NotOversold));
        let volume = volume(VolumeQuality::Good, true, false);
        let fair = alignment(4, Confirmation::Fair);
        let facts = Facts { rsi: 45.0, above_trend: true, volume: &volume, signs: NONE, alignment: &fair };
        assert_eq!(decide(&facts, &Settings::default()).0, Verdict::Watch);
    }

    #[test]
    fn the_users_limits_are_used() {
        let settings = Settings { rsi_oversold: 35.0, ..Settings::default() };
        let volume = volume(VolumeQuality::Good, true, false);
        let alignment = alignment(0, Confirmation::Poor);
        let facts =
            Facts { rsi: 33.0, above_trend: true, volume: &volume, signs: NONE, alignment: &alignment };
        assert_eq!(decide(&facts, &settings).0, Verdict::Buy);
    }
}
