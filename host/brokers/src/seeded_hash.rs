//! Numbers that look random and depend on nothing but what they are about.
//!
//! There is no generator with a state: a number is the hash of a seed and of what it is for (user, order, symbol, day,
//! minute). So it does not matter what else is asked, or in which order.

/// A hash that further facts can be mixed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeededHash(u64);

impl SeededHash {
    /// Starts from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Returns this hash with a number mixed in.
    pub const fn with(self, number: u64) -> Self {
        Self(mix(self.0 ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Returns this hash with a text mixed in.
    pub fn with_text(self, text: &str) -> Self {
        text.bytes().fold(self.with(text.len() as u64), |draw, byte| draw.with(u64::from(byte)))
    }

    /// Uniform below `bound`; 0 for a bound of 0. The bias is below `bound` / 2^64.
    pub const fn below(self, bound: u64) -> u64 {
        ((self.0 as u128 * bound as u128) >> 64) as u64
    }

    /// Uniform in [0, 1).
    pub const fn unit(self) -> f64 {
        // 53 bits fill a float's mantissa.
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [-1, 1).
    pub const fn signed(self) -> f64 {
        self.unit() * 2.0 - 1.0
    }

    /// Uniform in [low, high).
    pub const fn between(self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): full avalanche in a few cycles.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_depends_on_everything_mixed_in_and_on_nothing_else() {
        let draw = SeededHash::new(7).with(3).with_text("ABC");
        assert_eq!(draw, SeededHash::new(7).with(3).with_text("ABC"));
        assert_ne!(draw, SeededHash::new(8).with(3).with_text("ABC"));
        assert_ne!(draw, SeededHash::new(7).with(4).with_text("ABC"));
        assert_ne!(draw, SeededHash::new(7).with(3).with_text("ABD"));
    }

    #[test]
    fn numbers_fill_their_range_evenly() {
        let mut counts = [0_u32; 10];
        for i in 0..10_000 {
            counts[usize::try_from(SeededHash::new(1).with(i).below(10)).unwrap()] += 1;
            assert!((0.0..1.0).contains(&SeededHash::new(1).with(i).unit()));
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert_eq!(SeededHash::new(1).below(0), 0);
    }
}
