//! Whose prices the listeners want, and which shares are asked for at a pulse.

use std::collections::{BTreeMap, BTreeSet};

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;

/// Most shares that are asked for at one pulse, whatever the listeners name: as many as brokers answer in one call.
pub const MOST_PRICED: usize = 500;

/// Whose prices a listener is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PriceWish {
    /// None.
    #[default]
    Nothing,
    /// Those of these shares.
    Named(BTreeSet<Symbol>),
    /// Those of the shares that this user holds at the time.
    HeldBy(UserId),
}

/// The shares that are asked for at a pulse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// Shares that are asked for, [`MOST_PRICED`] at most.
    pub shares: BTreeSet<Symbol>,
    /// Number of shares that somebody wants and that had no place.
    pub left_out: usize,
}

/// The wishes of all listeners. It holds what their streams name, so it is bounded as these are.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// Shares that a user's streams name, and how many streams name each.
    named: BTreeMap<UserId, BTreeMap<Symbol, usize>>,
    /// Users whose shares are followed, and by how many streams.
    followed: BTreeMap<UserId, usize>,
}

impl Wishes {
    /// Adds what a stream of `user` wants.
    pub(super) fn add(&mut self, user: UserId, wish: &PriceWish) {
        match wish {
            PriceWish::Nothing => {}
            PriceWish::Named(symbols) => {
                let named = self.named.entry(user).or_default();
                for symbol in symbols {
                    *named.entry(symbol.clone()).or_default() += 1;
                }
            }
            PriceWish::HeldBy(holder) => *self.followed.entry(*holder).or_default() += 1,
        }
    }

    /// Takes away what a stream of `user` wanted.
    pub(super) fn remove(&mut self, user: UserId, wish: &PriceWish) {
        match wish {
            PriceWish::Nothing => {}
            PriceWish::Named(symbols) => {
                let Some(named) = self.named.get_mut(&user) else { return };
                for symbol in symbols {
                    count_down(named, symbol);
                }
                if named.is_empty() {
                    self.named.remove(&user);
                }
            }
            PriceWish::HeldBy(holder) => count_down(&mut self.followed, holder),
        }
    }

    /// Returns whether nobody wants any price.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.followed.is_empty()
    }

    /// Returns the users whose shares are followed.
    pub(super) fn followed(&self) -> Vec<UserId> {
        self.followed.keys().copied().collect()
    }

    /// The shares to ask for, `most` at most: those that are held first, then those that are named. Of each user's the first
    /// one, then of each the second and so on, so that one who names many takes nobody else's place.
    pub(super) fn pick(&self, held: &BTreeMap<UserId, BTreeSet<Symbol>>, most: usize) -> Picked {
        let (mut shares, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        let held: Vec<_> = held.values().map(BTreeSet::iter).collect();
        take_in_turn(held, most, &mut shares, &mut left_out);
        let named: Vec<_> = self.named.values().map(BTreeMap::keys).collect();
        take_in_turn(named, most, &mut shares, &mut left_out);
        Picked { shares, left_out: left_out.len() }
    }
}

/// Takes the first of each list, then the second of each and so on; what has no place any more goes to `left_out`.
fn take_in_turn<'a>(
    mut lists: Vec<impl Iterator<Item = &'a Symbol>>,
    most: usize,
    shares: &mut BTreeSet<Symbol>,
    left_out: &mut BTreeSet<&'a Symbol>,
) {
    while !lists.is_empty() {
        lists.retain_mut(|list| {
            let Some(symbol) = list.next() else { return false };
            if shares.len() < most {
                shares.insert(symbol.clone());
            } else if !shares.contains(symbol) {
                left_out.insert(symbol);
            }
            true
        });
    }
}

fn count_down<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    let Some(count) = counts.get_mut(key) else { return };
    *count = count.saturating_sub(1);
    if *count == 0 {
        counts.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANITA: UserId = UserId(1);
    const BALA: UserId = UserId(2);

    fn symbols(names: &[&str]) -> BTreeSet<Symbol> {
        names.iter().map(|name| Symbol::new(name).unwrap()).collect()
    }

    fn named(names: &[&str]) -> PriceWish {
        PriceWish::Named(symbols(names))
    }

    fn picked(wishes: &Wishes, held: &[(UserId, &[&str])], most: usize) -> (Vec<String>, usize) {
        let held = held.iter().map(|(user, names)| (*user, symbols(names))).collect();
        let Picked { shares, left_out } = wishes.pick(&held, most);
        (shares.iter().map(ToString::to_string).collect(), left_out)
    }

    #[test]
    fn a_share_that_several_want_is_asked_for_once_and_until_the_last_has_gone() {
        let mut wishes = Wishes::default();
        wishes.add(ANITA, &named(&["TCS", "INFY"]));
        wishes.add(ANITA, &named(&["TCS"]));
        wishes.add(BALA, &named(&["TCS"]));
        wishes.add(BALA, &PriceWish::HeldBy(ANITA));
        assert_eq!(wishes.followed(), [ANITA]);
        let held: [(UserId, &[&str]); 1] = [(ANITA, &["INFY", "SBIN"])];
        assert_eq!(picked(&wishes, &held, 10), (vec!["INFY".into(), "SBIN".into(), "TCS".into()], 0));
        wishes.remove(ANITA, &named(&["TCS", "INFY"]));
        wishes.remove(BALA, &PriceWish::HeldBy(ANITA));
        assert_eq!(picked(&wishes, &[], 10), (vec!["TCS".into()], 0));
        wishes.remove(ANITA, &named(&["TCS"]));
        wishes.remove(BALA, &named(&["TCS"]));
        assert!(wishes.is_empty());
    }

    #[test]
    fn one_who_names_more_than_there_is_room_for_takes_nobody_elses_place() {
        let mut wishes = Wishes::default();
        wishes.add(ANITA, &named(&["A1", "A2", "A3", "A4"]));
        wishes.add(BALA, &named(&["Z1"]));
        assert_eq!(picked(&wishes, &[], 3), (vec!["A1".into(), "A2".into(), "Z1".into()], 2));
        let held: [(UserId, &[&str]); 1] = [(BALA, &["H1", "A4"])];
        let shares = vec!["A1".into(), "A4".into(), "H1".into()];
        assert_eq!(picked(&wishes, &held, 3), (shares, 3), "what is held comes first");
    }
}
