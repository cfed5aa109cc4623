//! One action that two tellers name differently.
//!
//! A source of prices tells that shares became more and not why: a bonus of 1 for 1 and a split of 2 for 1 are the same
//! ratio to it. It may also know the ex-date a little differently. Applied twice, such an action would double what was doubled
//! already, so what a source of prices tells and what others tell of a share is one action when the dates are near.

use super::{ActionKind, CorporateAction, Origin, PriceFactor};

/// Most days between the ex-dates of one action as two tellers have it.
pub const TWIN_DAYS: i64 = 7;

/// What others tell of the action that a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twin {
    /// The same, in other words or in several rows.
    Same,
    /// Something else: one of them is wrong.
    Other,
}

/// Returns what `others` tell of the action that `told` tells; none when they tell nothing of it.
///
/// Of two rows of one action one is of a source of prices: others name kinds and dates as the company does.
pub fn twin_of<'a>(
    told: &CorporateAction,
    others: impl IntoIterator<Item = &'a CorporateAction>,
) -> Option<Twin> {
    let near: Vec<&CorporateAction> = others.into_iter().filter(|other| may_be_one(told, other)).collect();
    if near.is_empty() {
        return None;
    }
    let is_same = match told.kind() {
        ActionKind::Dividend { .. } => near.iter().any(|other| other.kind() == told.kind()),
        _ => {
            // A split and a bonus of one day are two rows of the exchange, and one ratio of a source of prices.
            let mut days: Vec<_> = near.iter().map(|other| other.ex_day()).collect();
            days.sort_unstable();
            days.dedup();
            days.iter().any(|day| {
                let of_day = near.iter().filter(|other| other.ex_day() == *day);
                together(of_day.copied()) == told.price_factor()
            })
        }
    };
    Some(if is_same { Twin::Same } else { Twin::Other })
}

/// What prices are multiplied by after all of these.
fn together<'a>(actions: impl Iterator<Item = &'a CorporateAction>) -> Option<PriceFactor> {
    actions.map(CorporateAction::price_factor).try_fold(PriceFactor::ONE, |all, factor| all.times(factor?))
}

fn may_be_one(told: &CorporateAction, other: &CorporateAction) -> bool {
    let is_of_prices = |action: &CorporateAction| action.provenance().origin == Origin::Source;
    let apart = told.ex_day().signed_duration_since(other.ex_day()).num_days().abs();
    let is_alike = match (told.kind(), other.kind()) {
        (ActionKind::Dividend { .. }, ActionKind::Dividend { .. }) => true,
        (one, other) => one.share_ratio().is_some() && other.share_ratio().is_some(),
    };
    told.symbol() == other.symbol()
        && is_of_prices(told) != is_of_prices(other)
        && apart <= TWIN_DAYS
        && is_alike
}

#[cfg(test)]
mod tests {
    use super::super::{Provenance, Ratio};
    use super::*;
    use crate::money::Paise;

    fn told(origin: Origin, ex_day: &str, kind: ActionKind) -> CorporateAction {
        let provenance = Provenance { origin, teller: "somebody".to_owned() };
        CorporateAction::new("TCS".parse().unwrap(), ex_day.parse().unwrap(), kind, provenance, "").unwrap()
    }

    fn split(new: u64, old: u64) -> ActionKind {
        ActionKind::Split { ratio: Ratio::new(new, old).unwrap() }
    }

    const DAY: &str = "2024-10-28";

    #[test]
    fn a_bonus_of_one_for_one_is_the_split_in_two_of_a_source_of_prices_whoever_came_first() {
        let bonus = told(Origin::File, DAY, ActionKind::Bonus { new: 1, held: 1 });
        for day in [DAY, "2024-10-29", "2024-11-04"] {
            let of_source = told(Origin::Source, day, split(2, 1));
            assert_eq!(twin_of(&of_source, [&bonus]), Some(Twin::Same), "{day}");
            assert_eq!(twin_of(&bonus, [&of_source]), Some(Twin::Same), "{day}");
        }
        let other = told(Origin::Source, "2024-10-30", split(5, 1));
        assert_eq!(twin_of(&other, [&bonus]), Some(Twin::Other));
        let later = told(Origin::Source, "2024-11-05", split(2, 1));
        assert_eq!(twin_of(&later, [&bonus]), None);
    }

    #[test]
    fn two_rows_of_a_day_are_one_ratio_and_two_of_the_company_are_two_actions() {
        let bonus = told(Origin::File, DAY, ActionKind::Bonus { new: 1, held: 1 });
        let parts = told(Origin::Import, DAY, split(5, 1));
        let of_source = told(Origin::Source, "2024-10-29", split(10, 1));
        assert_eq!(twin_of(&of_source, [&bonus, &parts]), Some(Twin::Same));
        assert_eq!(twin_of(&of_source, [&bonus]), Some(Twin::Other));
        assert_eq!(twin_of(&bonus, [&parts]), None);
    }

    #[test]
    fn a_dividend_is_told_once_also_where_the_dates_differ() {
        let dividend = |paise| ActionKind::Dividend { per_share: Paise(paise) };
        let of_list = told(Origin::File, DAY, dividend(900));
        let of_source = told(Origin::Source, "2024-10-29", dividend(900));
        assert_eq!(twin_of(&of_source, [&of_list]), Some(Twin::Same));
        assert_eq!(
            twin_of(&told(Origin::Source, "2024-10-29", dividend(450)), [&of_list]),
            Some(Twin::Other)
        );
        assert_eq!(twin_of(&told(Origin::Source, DAY, split(2, 1)), [&of_list]), None);
    }
}
