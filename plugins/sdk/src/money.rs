//! Prices and amounts in paise.

use crate::Paise;

/// Rupees with two decimals, such as `-1234.05`.
pub fn rupees(amount: Paise) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let magnitude = amount.unsigned_abs();
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

/// An amount as people read it, in rupees with Indian grouping, such as `-₹1,23,456.05`.
pub fn for_people(amount: Paise) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let magnitude = amount.unsigned_abs();
    format!("{sign}₹{}.{:02}", grouped(magnitude / 100), magnitude % 100)
}

/// Digits with commas: the last three stand together, those before them in twos.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left >= 3 && left % 2 == 1 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The smallest multiple of `tick` that is not below `price`. Orders round up on both sides, as the strategy asks.
/// A tick of zero or less leaves the price unchanged.
pub fn round_up(price: Paise, tick: Paise) -> Paise {
    if tick <= 0 {
        return price;
    }
    match price.rem_euclid(tick) {
        0 => price,
        over => price.saturating_add(tick - over),
    }
}

/// The largest multiple of `tick` that is not above `price`. A tick of zero or less leaves the price unchanged.
pub fn round_down(price: Paise, tick: Paise) -> Paise {
    if tick <= 0 { price } else { price - price.rem_euclid(tick) }
}

/// A computed price (in paise, with fractions) rounded up to the tick. What lies less than a millionth of a paisa above
/// a whole paisa is noise of the computation and does not cost a tick. `None` when it is no price at all.
pub fn round_up_computed(price: f64, tick: Paise) -> Option<Paise> {
    const NOISE: f64 = 1e-6;
    whole((price - NOISE).ceil()).map(|paise| round_up(paise, tick))
}

/// A computed price to the nearest paisa, half up. `None` when it is no price at all.
pub fn nearest(price: f64) -> Option<Paise> {
    whole((price + 0.5).floor())
}

/// What `quantity` shares cost at `price`; `None` when it does not fit.
pub fn value(price: Paise, quantity: u32) -> Option<Paise> {
    price.checked_mul(i64::from(quantity))
}

/// A price as the indicators take it: still in paise.
pub fn as_number(price: Paise) -> f64 {
    // A price of 2^53 paise would be ninety lakh crore rupees; below that the conversion is exact.
    price as f64
}

fn whole(price: f64) -> Option<Paise> {
    // 2^53: above it a float no longer holds every paisa.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (price.is_finite() && price > 0.0 && price < EXACT).then_some(price as Paise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_rupees_with_two_decimals() {
        assert_eq!(rupees(-123_405), "-1234.05");
        assert_eq!(rupees(5), "0.05");
    }

    #[test]
    fn people_read_an_amount_with_its_sign_before_the_currency_and_with_commas() {
        let told = [
            (0, "₹0.00"),
            (-5, "-₹0.05"),
            (99_999, "₹999.99"),
            (-267_300, "-₹2,673.00"),
            (1_234_567, "₹12,345.67"),
            (12_345_605, "₹1,23,456.05"),
            (123_456_789_012, "₹1,23,45,67,890.12"),
            (i64::MIN, "-₹92,23,37,20,36,85,47,758.08"),
        ];
        for (amount, text) in told {
            assert_eq!(for_people(amount), text);
        }
    }

    #[test]
    fn a_price_between_ticks_rounds_up() {
        assert_eq!(round_up(10_001, 5), 10_005);
        assert_eq!(round_up(10_005, 5), 10_005);
        assert_eq!(round_up(10_001, 0), 10_001);
        assert_eq!(round_down(10_004, 5), 10_000);
    }

    #[test]
    fn noise_of_a_computation_does_not_cost_a_tick() {
        assert_eq!(round_up_computed(10_000.000_000_01, 5), Some(10_000));
        assert_eq!(round_up_computed(10_000.01, 5), Some(10_005));
        assert_eq!(round_up_computed(f64::NAN, 5), None);
        assert_eq!(round_up_computed(-1.0, 5), None);
    }

    #[test]
    fn the_nearest_paisa_rounds_half_up() {
        assert_eq!(nearest(100.5), Some(101));
        assert_eq!(nearest(100.49), Some(100));
        assert_eq!(nearest(f64::INFINITY), None);
    }
}
