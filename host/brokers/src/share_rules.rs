//! What a broker's own list says of a share.

use prahari_domain::instruments::Instrument;
use prahari_domain::money::Paise;

/// What a broker's own list says of a share. It refuses an order that is against it, whatever the source of the market says of
/// the share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRules {
    /// Series, such as `EQ`.
    pub series: String,
    /// Smallest step of a price.
    pub tick: Paise,
    /// Quantities are multiples of it.
    pub lot: u32,
    /// Largest quantity of one order; none where there is no limit.
    pub freeze_quantity: Option<u32>,
    /// Lowest price that an order may name today; none where the list does not say it of today.
    pub band_low: Option<Paise>,
    /// Highest price that an order may name today; none where the list does not say it of today.
    pub band_high: Option<Paise>,
}

impl ShareRules {
    /// Returns a share as orders of it have to be at this broker: what the list says stands in place of what the source of the
    /// market says, and a price has to be in the bands of both. Bands that have no price in common contradict each other; then
    /// that of the source stays, and the exchange decides.
    #[must_use]
    pub fn over(self, instrument: Instrument) -> Instrument {
        let low = self.band_low.map_or(instrument.band_low, |low| low.max(instrument.band_low));
        let high = self.band_high.map_or(instrument.band_high, |high| high.min(instrument.band_high));
        let (band_low, band_high) = match low.round_up_to(self.tick) <= high {
            true => (low, high),
            false => (instrument.band_low, instrument.band_high),
        };
        Instrument {
            series: self.series,
            tick: self.tick,
            lot: self.lot,
            freeze_quantity: self.freeze_quantity.unwrap_or(instrument.freeze_quantity),
            band_low,
            band_high,
            ..instrument
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_source() -> Instrument {
        Instrument {
            symbol: "ABC".parse().unwrap(),
            series: "EQ".to_owned(),
            tick: Paise(1),
            lot: 1,
            freeze_quantity: 1_000,
            band_low: Paise(8_000),
            band_high: Paise(12_000),
            closing_auction: true,
        }
    }

    fn rules() -> ShareRules {
        ShareRules {
            series: "BE".to_owned(),
            tick: Paise(5),
            lot: 10,
            freeze_quantity: Some(500),
            band_low: Some(Paise(9_000)),
            band_high: Some(Paise(13_000)),
        }
    }

    #[test]
    fn the_list_of_the_broker_counts_and_the_narrower_band() {
        let share = rules().over(of_the_source());
        assert_eq!((share.series.as_str(), share.tick, share.lot), ("BE", Paise(5), 10));
        assert_eq!(share.freeze_quantity, 500);
        assert_eq!((share.band_low, share.band_high), (Paise(9_000), Paise(12_000)));
        // What the list does not have stays as the source says.
        assert!(share.closing_auction);
        let silent = ShareRules { freeze_quantity: None, band_low: None, band_high: None, ..rules() };
        let share = silent.over(of_the_source());
        assert_eq!(
            (share.freeze_quantity, share.band_low, share.band_high),
            (1_000, Paise(8_000), Paise(12_000))
        );
    }

    #[test]
    fn bands_without_a_price_in_common_leave_that_of_the_source() {
        for (low, high, tick) in [(12_001, 13_000, 5), (7_000, 7_999, 5), (8_001, 8_009, 10)] {
            let band = ShareRules { band_low: Some(Paise(low)), band_high: Some(Paise(high)), ..rules() };
            let share = ShareRules { tick: Paise(tick), ..band }.over(of_the_source());
            assert_eq!(
                (share.tick, share.band_low, share.band_high),
                (Paise(tick), Paise(8_000), Paise(12_000))
            );
        }
    }
}
