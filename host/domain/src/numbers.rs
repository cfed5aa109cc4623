//! A number and what it counts, as people write it.

use std::fmt::Display;

/// A number and what it counts, such as `1 fill` or `3 fills`. What follows may stand in the words too, where it depends on
/// the number: `1 share is`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let what = if number == N::from(1) { one } else { many };
    format!("{number} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_one() {
        assert_eq!(counted(1_u64, "fill", "fills"), "1 fill");
        assert_eq!(counted(0_usize, "fill", "fills"), "0 fills");
        assert_eq!(counted(12_u32, "share is", "shares are"), "12 shares are");
        assert_eq!(counted(-1_i64, "day", "days"), "-1 days");
    }
}
