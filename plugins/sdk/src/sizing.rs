//! How many shares one buy may be (reference strategy, position sizing).

use crate::{Candle, Instrument, Paise, Strategy, money};

/// Sessions whose volume is averaged.
pub const VOLUME_SESSIONS: usize = 50;

/// Largest part of the mean daily volume that an order may be, by price in paise: dear shares trade fewer pieces, so
/// the same part of their volume moves the price more.
const VOLUME_TIERS: [(Paise, f64); 4] = [(500_000, 0.02), (100_000, 0.05), (50_000, 0.10), (0, 0.20)];

/// Why a buy has no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsized {
    /// The price is not positive.
    InvalidPrice,
    /// The mean daily volume is below the user's limit.
    Illiquid,
    /// The money for one position does not buy one lot.
    QuantityZero,
    /// The order would be too large a part of the mean daily volume.
    TooLargeForVolume,
}

impl Unsized {
    /// Its reason code in decisions.
    pub fn reason(self) -> &'static str {
        match self {
            Self::InvalidPrice => "invalid_price",
            Self::Illiquid => "illiquid",
            Self::QuantityZero => "quantity_zero",
            Self::TooLargeForVolume => "position_too_large_for_volume",
        }
    }
}

/// The quantity of a buy at `price`: the money for one position, less when that part of the volume is worth less,
/// within the largest order value and the exchange's freeze quantity, in whole lots.
///
/// An illiquid share has no size. (The reference gave it the full capital instead.)
///
/// # Errors
/// Why it has none.
pub fn buy_quantity(
    strategy: &Strategy,
    instrument: &Instrument,
    price: Paise,
    average_volume: u64,
) -> Result<u32, Unsized> {
    if price <= 0 {
        return Err(Unsized::InvalidPrice);
    }
    if average_volume == 0 || average_volume < strategy.min_absolute_avg_volume {
        return Err(Unsized::Illiquid);
    }
    let by_volume = average_volume as f64 * strategy.max_position_volume_ratio * money::as_number(price);
    let by_volume = money::nearest(by_volume.floor()).unwrap_or(if by_volume > 0.0 { Paise::MAX } else { 0 });
    let capital = strategy.user_capital.min(by_volume).min(strategy.max_order_value);
    let quantity = in_lots(u32::try_from(capital / price).unwrap_or(0), instrument);
    if quantity == 0 {
        return Err(Unsized::QuantityZero);
    }
    if f64::from(quantity) / average_volume as f64 > largest_part_of_volume(price) {
        return Err(Unsized::TooLargeForVolume);
    }
    Ok(quantity)
}

/// A quantity cut down to what the money affords at that price, with one part in 200 left for charges (those of a delivery
/// buy are about an eighth of a percent). Zero when it affords nothing.
pub fn affordable(quantity: u32, price: Paise, available: Paise) -> u32 {
    const CHARGES_PART: Paise = 200;
    let spendable = available.saturating_sub(available / CHARGES_PART);
    let shares = spendable.checked_div(price).and_then(|shares| u32::try_from(shares).ok()).unwrap_or(0);
    quantity.min(shares)
}

/// The limit of a buy at about this price: rounded up to the tick, within the price band.
pub fn buy_limit(price: Paise, instrument: &Instrument) -> Paise {
    let highest = money::round_down(instrument.band_high, instrument.tick);
    money::round_up(price, instrument.tick).min(highest)
}

/// Whether a price can be true: within today's band, and not further from a price of at most one session ago than
/// the widest band of the exchange (20 %) allows.
pub fn is_sane(price: Paise, recent: Paise, instrument: &Instrument) -> bool {
    const WIDEST_BAND_PART: Paise = 5;
    let farthest = recent / WIDEST_BAND_PART;
    price > 0
        && (instrument.band_low..=instrument.band_high).contains(&price)
        && price.abs_diff(recent) <= farthest.unsigned_abs()
}

/// The mean volume of the newest [`VOLUME_SESSIONS`] candles, rounded down; zero without candles.
pub fn average_volume(candles: &[Candle]) -> u64 {
    let newest = candles.iter().rev().take(VOLUME_SESSIONS);
    let (sum, count) =
        newest.fold((0_u128, 0_u128), |(sum, count), bar| (sum + u128::from(bar.volume), count + 1));
    sum.checked_div(count).and_then(|mean| u64::try_from(mean).ok()).unwrap_or(0)
}

fn in_lots(quantity: u32, instrument: &Instrument) -> u32 {
    let freeze = if instrument.freeze_quantity == 0 { u32::MAX } else { instrument.freeze_quantity };
    let quantity = quantity.min(freeze);
    quantity - quantity.checked_rem(instrument.lot).unwrap_or(0)
}

fn largest_part_of_volume(price: Paise) -> f64 {
    VOLUME_TIERS.iter().find(|(from, _)| price >= *from).map_or(0.0, |(_, part)| *part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ScriptedHost, candles_from_closes};

    const LIQUID: u64 = 1_000_000;

    fn world() -> (Strategy, Instrument) {
        let host = ScriptedHost::at(20_000, 16, 5).share("ACME", 10_000);
        (host.strategy, host.instruments["ACME"].clone())
    }

    #[test]
    fn a_liquid_share_gets_the_money_for_one_position() {
        let (strategy, instrument) = world();
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, LIQUID), Ok(333));
    }

    #[test]
    fn a_thin_share_gets_only_its_part_of_the_volume() {
        let (strategy, instrument) = world();
        // 10 % of 10,000 shares, worth 30,000 rupees at 30 rupees.
        assert_eq!(buy_quantity(&strategy, &instrument, 3_000, 10_000), Ok(1_000));
    }

    #[test]
    fn an_illiquid_share_has_no_size_instead_of_the_full_capital() {
        let (mut strategy, instrument) = world();
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, 9_999), Err(Unsized::Illiquid));
        strategy.min_absolute_avg_volume = 0;
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, 0), Err(Unsized::Illiquid));
    }

    #[test]
    fn no_order_is_worth_more_than_the_largest_order_value() {
        let (mut strategy, instrument) = world();
        strategy.max_order_value = 5_000_000;
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, LIQUID), Ok(166));
    }

    #[test]
    fn a_share_dearer_than_the_money_for_one_position_is_not_bought() {
        let (strategy, instrument) = world();
        assert_eq!(buy_quantity(&strategy, &instrument, 10_000_001, LIQUID), Err(Unsized::QuantityZero));
    }

    #[test]
    fn each_price_tier_has_its_largest_part_of_the_volume() {
        let (mut strategy, instrument) = world();
        strategy.min_absolute_avg_volume = 1;
        strategy.max_position_volume_ratio = 1.0;
        let mut fits = |price: Paise, volume: u64| {
            strategy.user_capital = price * 100;
            strategy.max_order_value = price * 100;
            buy_quantity(&strategy, &instrument, price, volume).is_ok()
        };
        for (price, volume) in [(500_000, 5_000), (100_000, 2_000), (50_000, 1_000), (49_999, 500)] {
            assert!(fits(price, volume), "100 of {volume} shares at {price} paise");
            assert!(!fits(price, volume - 1), "100 of {} shares at {price} paise", volume - 1);
        }
    }

    #[test]
    fn a_quantity_is_whole_lots_within_the_freeze_quantity() {
        let (strategy, mut instrument) = world();
        instrument.lot = 50;
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, LIQUID), Ok(300));
        instrument.freeze_quantity = 120;
        assert_eq!(buy_quantity(&strategy, &instrument, 30_000, LIQUID), Ok(100));
    }

    #[test]
    fn a_price_of_nothing_has_no_size() {
        let (strategy, instrument) = world();
        assert_eq!(buy_quantity(&strategy, &instrument, 0, LIQUID), Err(Unsized::InvalidPrice));
        assert_eq!(buy_quantity(&strategy, &instrument, Paise::MAX, u64::MAX), Err(Unsized::QuantityZero));
    }

    #[test]
    fn what_the_money_affords_leaves_a_rest_for_charges() {
        assert_eq!(affordable(500, 10_000, 1_000_000), 99);
        assert_eq!(affordable(50, 10_000, 1_000_000), 50);
        assert_eq!(affordable(50, 10_000, 9_000), 0);
        assert_eq!(affordable(50, 10_000, -9_000), 0);
        assert_eq!(affordable(50, 0, 9_000), 0);
    }

    #[test]
    fn a_limit_is_rounded_up_but_stays_within_the_band() {
        let (_, mut instrument) = world();
        assert_eq!(buy_limit(10_001, &instrument), 10_005);
        instrument.band_high = 10_003;
        assert_eq!(buy_limit(10_001, &instrument), 10_000);
    }

    #[test]
    fn a_price_outside_the_band_or_far_from_the_recent_one_is_not_believed() {
        let (_, instrument) = world();
        assert!(is_sane(11_000, 10_000, &instrument));
        assert!(!is_sane(12_001, 12_000, &instrument), "above the band");
        assert!(!is_sane(11_000, 9_000, &instrument), "22 % in one session");
        assert!(!is_sane(0, 10_000, &instrument));
    }

    #[test]
    fn the_mean_volume_covers_the_newest_fifty_sessions() {
        let mut bars = candles_from_closes(19_999, &[10_000; 60]);
        for bar in bars.iter_mut().take(10) {
            bar.volume = 0;
        }
        assert_eq!(average_volume(&bars), LIQUID);
        assert_eq!(average_volume(&[]), 0);
    }
}
