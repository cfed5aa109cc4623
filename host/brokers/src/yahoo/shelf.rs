//! The shares in memory, of which those that were used longest ago make room for others.

use std::collections::HashMap;
use std::sync::Arc;

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::held::Held;

/// Shares by symbol, of so many bars at most.
pub(super) struct Shelf {
    shares: HashMap<Symbol, Place>,
    /// Counts uses.
    uses: u64,
    bars: usize,
    most_bars: usize,
}

struct Place {
    held: Arc<Held>,
    used: u64,
}

/// What a share takes beside its bars, counted in bars.
const OVERHEAD: usize = 20;

impl Shelf {
    /// An empty shelf for this many bars.
    pub fn new(most_bars: usize) -> Self {
        Self { shares: HashMap::new(), uses: 0, bars: 0, most_bars }
    }

    /// A share, which counts as used.
    pub fn get(&mut self, symbol: &Symbol) -> Option<Arc<Held>> {
        self.uses += 1;
        let place = self.shares.get_mut(symbol)?;
        place.used = self.uses;
        Some(Arc::clone(&place.held))
    }

    /// Puts a share in the place of what was known of it, and makes room.
    pub fn put(&mut self, symbol: Symbol, held: Arc<Held>) {
        self.uses += 1;
        self.bars += size(&held);
        if let Some(before) = self.shares.insert(symbol, Place { held, used: self.uses }) {
            self.bars -= size(&before.held);
        }
        while self.bars > self.most_bars && self.shares.len() > 1 {
            let oldest = self.shares.iter().min_by_key(|(_, place)| place.used);
            let Some(oldest) = oldest.map(|(symbol, _)| symbol.clone()) else { return };
            if let Some(gone) = self.shares.remove(&oldest) {
                self.bars -= size(&gone.held);
            }
        }
    }

    /// How many bars are on it.
    pub fn bars(&self) -> usize {
        self.shares.values().map(|place| place.held.bars.len()).sum()
    }

    /// Day of the newest bar on it.
    pub fn newest(&self) -> Option<Day> {
        self.shares.values().filter_map(|place| place.held.last()).max()
    }
}

fn size(held: &Held) -> usize {
    held.bars.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use prahari_domain::time::Timestamp;

    use super::*;

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let symbols = ["A", "B", "C"].map(|name| name.parse::<Symbol>().unwrap());
        let held = || Arc::new(Held::unlisted(Day::MIN, Timestamp(0)));
        let mut shelf = Shelf::new(2 * OVERHEAD);
        shelf.put(symbols[0].clone(), held());
        shelf.put(symbols[1].clone(), held());
        assert!(shelf.get(&symbols[0]).is_some());
        shelf.put(symbols[2].clone(), held());
        assert_eq!(symbols.each_ref().map(|symbol| shelf.get(symbol).is_some()), [true, false, true]);
        // The same share again takes no second place.
        shelf.put(symbols[2].clone(), held());
        assert!(shelf.get(&symbols[0]).is_some());
        assert_eq!(shelf.bars(), 0);
    }
}
