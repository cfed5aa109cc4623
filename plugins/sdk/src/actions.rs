//! Corporate actions, for a task that adjusts what it remembers of a share by itself: `prahari:task/actions`, since 1.3.0. With the
//! feature `actions`, because the host leaves the memory of a module alone that imports the interface, and removes what other
//! modules remember of a share on its ex-date.

mod bindings;

use crate::Paise;

pub(crate) use bindings::prahari::task::actions::since;
pub use bindings::prahari::task::actions::{Action, Change, Ratio};

/// A price of before some actions of a share in the prices of after them, to the nearest paisa; the actions of other shares
/// are passed over. A ratio without a denominator changes nothing.
pub fn adjusted(price: Paise, symbol: &str, actions: &[Action]) -> Paise {
    actions.iter().filter(|action| action.symbol == symbol).fold(price, |price, action| {
        match &action.change {
            Change::Prices(ratio) => times(price, *ratio),
            Change::Renamed(_) => price,
        }
    })
}

/// The symbol that a share has after some actions. What became of it under that symbol is asked for by that symbol.
pub fn symbol_after<'a>(symbol: &'a str, actions: &'a [Action]) -> &'a str {
    let renamed =
        actions.iter().filter(|action| action.symbol == symbol).find_map(|action| match &action.change {
            Change::Renamed(to) => Some(to.as_str()),
            Change::Prices(_) => None,
        });
    renamed.unwrap_or(symbol)
}

fn times(price: Paise, ratio: Ratio) -> Paise {
    let (numerator, denominator) = (i128::from(ratio.numerator), i128::from(ratio.denominator));
    let Some(product) = i128::from(price).checked_mul(numerator) else { return price };
    let half = if product < 0 { -(denominator / 2) } else { denominator / 2 };
    let rounded = product.checked_add(half).and_then(|product| product.checked_div(denominator));
    rounded.and_then(|price| Paise::try_from(price).ok()).unwrap_or(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Capability, Host, HostError, ScriptedHost};

    fn action(symbol: &str, ex_day: i32, change: Change) -> Action {
        Action { symbol: symbol.to_owned(), ex_day, change }
    }

    fn prices(numerator: u64, denominator: u64) -> Change {
        Change::Prices(Ratio { numerator, denominator })
    }

    #[test]
    fn a_level_follows_every_action_of_its_share_and_no_other() {
        let actions = [
            action("ACME", 1, prices(1, 2)),
            action("OTHER", 2, prices(1, 10)),
            action("ACME", 3, prices(1, 5)),
        ];
        assert_eq!(adjusted(265_570, "ACME", &actions), 26_557);
        assert_eq!(adjusted(265_570, "THIRD", &actions), 265_570);
        assert_eq!(adjusted(5, "ACME", &actions[..1]), 3, "half a paisa up");
        assert_eq!(adjusted(5, "ACME", &[action("ACME", 1, prices(1, 0))]), 5);
        assert_eq!(adjusted(i64::MAX, "ACME", &[action("ACME", 1, prices(u64::MAX, 1))]), i64::MAX);
    }

    #[test]
    fn a_share_is_followed_to_its_new_symbol() {
        let actions = [action("ACME", 1, Change::Renamed("ACMENEW".to_owned()))];
        assert_eq!((symbol_after("ACME", &actions), symbol_after("X", &actions)), ("ACMENEW", "X"));
        assert_eq!(adjusted(500, "ACME", &actions), 500);
    }

    #[test]
    fn the_scripted_host_tells_what_came_after_a_day_and_until_today() {
        let mut host = ScriptedHost::at(20_000, 9, 15);
        host.actions = vec![
            action("ACME", 19_990, prices(1, 2)),
            action("ACME", 20_000, prices(1, 5)),
            action("ACME", 20_001, prices(1, 3)),
        ];
        let told = host.actions_since(&["ACME".to_owned()], 19_990).unwrap();
        assert_eq!(told.iter().map(|action| action.ex_day).collect::<Vec<_>>(), [20_000]);
        assert_eq!(host.actions_since(&["X".to_owned()], 0).unwrap(), []);
        let many = vec!["ACME".to_owned(); 1_001];
        assert!(matches!(host.actions_since(&many, 0), Err(HostError::Invalid(_))));
        host.denied = vec![Capability::Market];
        assert_eq!(host.actions_since(&[], 0), Err(HostError::Denied(Capability::Market)));
    }
}
