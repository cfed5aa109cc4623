//! Money as people in India write it.

use prahari_domain::money::Paise;

/// Rupees with two decimals and groups of two digits above the thousands, such as `Rs 1,23,456.50`.
pub(crate) fn rupees(amount: Paise) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let paise = amount.0.unsigned_abs();
    format!("{sign}Rs {}.{:02}", grouped(paise / 100), paise % 100)
}

/// A whole number with groups of two digits above the thousands, such as `1,23,456`.
pub(crate) fn grouped(rupees: u64) -> String {
    let digits = rupees.to_string();
    let count = digits.len();
    let mut text = String::with_capacity(count + count / 2);
    for (index, digit) in digits.chars().enumerate() {
        // Digits that follow this one, itself included.
        let left = count - index;
        if index > 0 && (left == 3 || (left > 3 && left % 2 == 1)) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_by_thousands_lakhs_and_crores() {
        for (paise, text) in [
            (0, "Rs 0.00"),
            (5, "Rs 0.05"),
            (99_900, "Rs 999.00"),
            (123_450, "Rs 1,234.50"),
            (1_234_500, "Rs 12,345.00"),
            (12_345_650, "Rs 1,23,456.50"),
            (123_456_789_012, "Rs 1,23,45,67,890.12"),
            (-123_405, "-Rs 1,234.05"),
            (i64::MIN, "-Rs 92,23,37,20,36,85,47,758.08"),
        ] {
            assert_eq!(rupees(Paise(paise)), text);
        }
    }
}
