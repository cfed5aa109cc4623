//! Whatever an exchange writes is read or refused, and no share and no price is lost by a ratio.

use proptest::prelude::*;

use super::*;
use crate::money::Paise;

proptest! {
    #[test]
    fn anything_can_be_thrown_at_the_reading_of_a_purpose(text in ".{0,600}") {
        let purpose = read_purpose(&text);
        prop_assert!(purpose.actions.len() + purpose.unreadable.len() <= MOST_PARTS);
    }

    #[test]
    fn what_looks_like_a_purpose_gives_only_actions_within_bounds(
        text in "((BONUS|FVSPLT FRM|DIV -|RIGHTS|DEMERGER|AGM|CONSOLIDATION| RS| RE|[0-9]{1,12}|[:/+@. -]| TO ){0,6}){0,8}",
    ) {
        for kind in read_purpose(&text).actions {
            let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
            let day = Day::from_ymd_opt(2026, 6, 5).unwrap();
            let action = CorporateAction::new(Symbol::new("TCS").unwrap(), day, kind, provenance, &text);
            prop_assert!(action.is_ok(), "{action:?}");
        }
    }

    #[test]
    fn no_share_is_lost_by_a_ratio(quantity in any::<u32>(), new in 1_u64..=1_000, old in 1_u64..=1_000) {
        let ratio = Ratio::new(new, old).unwrap();
        let (shares, rest) = ratio.split(quantity);
        let of = |part: u32| u64::from(part);
        prop_assert_eq!(shares * of(ratio.old_shares()) + of(rest), of(quantity) * of(ratio.new_shares()));
        prop_assert!(rest < ratio.old_shares());
    }

    #[test]
    fn a_price_that_follows_its_factor_always_matches(
        price in 10_000_i64..1_000_000_000, new in 1_u64..=100, old in 1_u64..=100,
    ) {
        let factor = PriceFactor::of_shares(Ratio::new(new, old).unwrap());
        let after = factor.apply(Paise(price)).unwrap();
        prop_assert!(factor.matches(Paise(price), after));
    }
}
