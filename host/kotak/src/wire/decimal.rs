//! Decimals in texts, to paise, without a float on the way.

use prahari_domain::money::Paise;

/// Most digits that are read; the broker's longest numbers have about 20.
const MOST_DIGITS: usize = 60;

/// Largest exponent that is read, of either sign.
const MOST_EXPONENT: i32 = 20;

/// Reads rupees such as `250.75`, `-3`, `19.409999999999997` or `1e+08`; parts of a paisa are rounded half away from zero.
/// None when it is no number or does not fit.
pub(crate) fn rupees(text: &str) -> Option<Paise> {
    scaled(text, 2).and_then(|value| i64::try_from(value).ok()).map(Paise)
}

/// Reads paise such as `27500` or `5.00`, of which some fields are made.
pub(crate) fn paise(text: &str) -> Option<Paise> {
    scaled(text, 0).and_then(|value| i64::try_from(value).ok()).map(Paise)
}

/// Reads a whole number such as `4` or `4.00`; none when it has a part below one.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let thousandths = scaled(text, 3)?;
    (thousandths % 1_000 == 0).then_some(thousandths / 1_000).and_then(|value| i64::try_from(value).ok())
}

/// Writes rupees as a plain decimal with two places, as the broker takes them; a whole zero is `0`.
pub(crate) fn written(price: Paise) -> String {
    if price == Paise::ZERO { "0".to_owned() } else { price.to_string() }
}

/// The number times `10^places`, rounded half away from zero.
fn scaled(text: &str, places: i32) -> Option<i128> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(part.bytes());
    let count = digits().count();
    if count == 0 || count > MOST_DIGITS || exponent.abs() > MOST_EXPONENT {
        return None;
    }
    let mut power =
        i32::try_from(part.len()).ok()?.checked_neg()?.checked_add(exponent)?.checked_add(places)?;
    let mut value: i128 = 0;
    for (read, byte) in digits().enumerate() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        // The power of ten that the digit stands for. Of those that are dropped the first decides the rounding.
        let place = power.checked_add(i32::try_from(count - 1 - read).ok()?)?;
        match place {
            0.. => value = value.checked_mul(10)?.checked_add(i128::from(digit))?,
            -1 if digit >= 5 => value = value.checked_add(1)?,
            _ => {}
        }
    }
    while power > 0 {
        value = value.checked_mul(10)?;
        power -= 1;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rupees_are_read_to_the_paisa() {
        for (text, read) in [
            ("250.75", 25_075),
            ("250.7500", 25_075),
            ("0", 0),
            ("-3", -300),
            ("+3.1", 310),
            (".5", 50),
            ("5.", 500),
            ("19.409999999999997", 1_941),
            ("0.004", 0),
            ("0.005", 1),
            ("-0.005", -1),
            ("0.0049999", 0),
            ("1e+08", 10_000_000_000),
            ("2.5E-1", 25),
            ("1e-9", 0),
            (" 12.30 ", 1_230),
            ("81219.409999999996", 8_121_941),
        ] {
            assert_eq!(rupees(text), Some(Paise(read)), "{text}");
        }
        for none in ["", "-", ".", "1,000", "NaN", "1e999999999", "--1", "0x1", "१", "1 2", "1e+30"] {
            assert_eq!(rupees(none), None, "{none}");
        }
    }

    #[test]
    fn whole_numbers_have_no_part() {
        assert_eq!(
            (whole("4"), whole("4.00"), whole("4.5"), whole("-2")),
            (Some(4), Some(4), None, Some(-2))
        );
        assert_eq!(paise("27500"), Some(Paise(27_500)));
    }

    #[test]
    fn prices_are_written_plainly() {
        assert_eq!(
            (written(Paise(25_075)), written(Paise(0)), written(Paise(5))),
            ("250.75".to_owned(), "0".to_owned(), "0.05".to_owned())
        );
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in ".{0,80}") {
            let _ = (rupees(&text), whole(&text), paise(&text));
        }

        #[test]
        fn what_is_written_reads_back(amount in -1_000_000_000_000_i64..1_000_000_000_000) {
            prop_assert_eq!(rupees(&written(Paise(amount))), Some(Paise(amount)));
        }

        #[test]
        fn digits_that_are_dropped_round_as_the_number_does(amount in 0_i64..1_000_000_000, more in "[0-9]{1,30}") {
            let text = format!("{}.{:02}{more}", amount / 100, amount % 100);
            let up = i64::from(more.as_bytes()[0] >= b'5');
            prop_assert_eq!(rupees(&text), Some(Paise(amount + up)));
        }
    }
}
