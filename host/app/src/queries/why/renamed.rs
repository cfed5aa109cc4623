//! A share that had another name on the day: what is known of it is known by that.

use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::Asked;
use crate::queries::UserQueries;

/// The name by which to ask instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OtherName {
    /// The answer, one sentence.
    pub told: String,
    /// Whether the share has this name since, and not before.
    is_later: bool,
}

impl OtherName {
    /// Whether it is the answer, given what there is of the day. Somebody else may have taken an old name: a bar and whatever names
    /// the share are theirs. Of a new name before the change only orders are: bars and what is made of them are carried over.
    pub(super) fn may_be(&self, has_bar: bool, is_named: bool, is_ordered: bool) -> bool {
        if self.is_later { !has_bar && !is_named } else { !is_ordered }
    }
}

impl UserQueries<'_> {
    /// The name that the share had on the day, when it was another one. A day that has not begun has none.
    pub(super) fn other_name(&self, asked: &Asked) -> Option<OtherName> {
        let today = asked.now.ist_day();
        let factors = self.all.trading.jumps.factors();
        if asked.day > today { None } else { other_name(&factors, &asked.symbol, asked.day, today) }
    }
}

fn other_name(factors: &ActionFactors, symbol: &Symbol, day: Day, today: Day) -> Option<OtherName> {
    let told = |how: String| format!("nothing is known of {symbol} on {day}: {how}; ask for that name");
    if let Some((since, later)) = factors.later_symbol(symbol, day) {
        return Some(OtherName { told: told(format!("since {since} it is {later}")), is_later: true });
    }
    let (since, earlier) = factors.earlier_symbol(symbol, today).filter(|(since, _)| day < *since)?;
    Some(OtherName { told: told(format!("until {since} it was {earlier}")), is_later: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_a_change_of_name_only_an_order_under_the_new_one_is_told_and_after_it_all_of_the_old_one() {
        let other = |is_later| OtherName { told: String::new(), is_later };
        let earlier = |has_bar, is_named, is_ordered| other(false).may_be(has_bar, is_named, is_ordered);
        assert!(earlier(true, true, false) && earlier(false, false, false));
        assert!(!earlier(true, true, true));
        let later = |has_bar, is_named| other(true).may_be(has_bar, is_named, false);
        assert!(later(false, false) && !later(true, false) && !later(false, true));
    }
}
