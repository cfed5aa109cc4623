//! Days that follow from a seed: what is decided, what the market does, and what goes wrong at the broker.

use kotak_sim::{Call, Calls, Fault, Row, Rule, SessionError, TagRefusal, When};

/// What is traded.
pub const SYMBOLS: [&str; 5] = ["ABC", "DEF", "GHI", "JKL", "XYZ"];

/// Steps of a day.
const STEPS: usize = 9;

/// What happens at one time of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Decides to buy; a market order without a limit.
    Buy { symbol: &'static str, quantity: u32, limit: Option<i64> },
    /// Decides to sell of what is held: which of it, and how many paise from the price.
    Sell { which: usize, away: i64 },
    /// Changes one of the orders that stand.
    Change { which: usize, quantity: u32, limit: i64 },
    /// Withdraws one of the orders that stand.
    Cancel { which: usize },
    /// Tries again what was refused and may be.
    TryAgain,
    /// The market trades.
    Trade { symbol: &'static str, price: i64 },
}

/// A step, and what goes wrong at it or later.
pub struct Planned {
    /// The step.
    pub step: Step,
    /// The fault.
    pub fault: Option<Rule>,
}

/// A sequence that follows from its seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }

    fn index(&mut self, most: usize) -> usize {
        usize::try_from(self.below(most as u64)).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }

    /// A price around the 100 rupees that everything costs at first.
    fn price(&mut self) -> i64 {
        9_500 + i64::try_from(self.below(200)).unwrap() * 5
    }

    fn quantity(&mut self) -> u32 {
        u32::try_from(1 + self.below(6)).unwrap()
    }
}

/// The day of a seed. It begins with a buy that is filled at once, so that there is something to sell.
pub fn day_of(seed: u64) -> Vec<Planned> {
    let mut draw = Draw(seed);
    let first = Step::Buy { symbol: draw.one(&SYMBOLS), quantity: draw.quantity() + 2, limit: Some(10_500) };
    let mut day = vec![Planned { step: first, fault: fault(&mut draw) }];
    while day.len() < STEPS {
        let (step, fault) = (step(&mut draw), fault(&mut draw));
        day.push(Planned { step, fault });
    }
    day
}

fn step(draw: &mut Draw) -> Step {
    match draw.below(12) {
        0..=3 => {
            let limit = (draw.below(5) > 0).then(|| draw.price());
            Step::Buy { symbol: draw.one(&SYMBOLS), quantity: draw.quantity(), limit }
        }
        4 | 5 => {
            let away = i64::try_from(draw.below(40)).unwrap() * 5 - 100;
            Step::Sell { which: draw.index(8), away }
        }
        6 | 7 => Step::Change { which: draw.index(8), quantity: draw.quantity(), limit: draw.price() },
        8 => Step::Cancel { which: draw.index(8) },
        9 => Step::TryAgain,
        _ => Step::Trade { symbol: draw.one(&SYMBOLS), price: draw.price() },
    }
}

/// What goes wrong, at two of three steps. No fault takes a tag away from an order: of one without a tag nobody can
/// say at the end whose it is.
fn fault(draw: &mut Draw) -> Option<Rule> {
    let after_effect = draw.below(2) == 0;
    let body = draw.one(&["<html>", "", "{}"]).to_owned();
    let session = draw.one(&[
        SessionError::InvalidToken100022,
        SessionError::Gateway900901,
        SessionError::Documented1003,
        SessionError::Bare403,
    ]);
    let tag = draw.one(&[TagRefusal::Of2026, TagRefusal::Of2025, TagRefusal::Of2024]);
    let first = |call, fault| Some(Rule::new(call, When::First(1), fault));
    let reason = "RMS:Margin Exceeds".to_owned();
    match draw.below(30) {
        0 => first(Call::Place, Fault::Cut { after_effect: true }),
        1 => first(Call::Place, Fault::Cut { after_effect }),
        2 => first(Call::Place, Fault::Answer { status: 502, body, after_effect }),
        3 => first(Call::Place, Fault::Answer { status: 200, body, after_effect }),
        4 => first(Call::Place, Fault::TagRefused(tag)),
        5 => first(Call::Place, Fault::Invisible { ms: 90_000 }),
        6 => first(Call::Place, Fault::SessionEnds(session)),
        7 => first(Call::Place, Fault::RateLimited),
        8 => first(Call::Place, Fault::CoreError { after_effect }),
        9 => first(Call::Place, Fault::RejectLate { ms: 30_000, reason }),
        10 => first(Call::Place, Fault::FillsAtMost(1)),
        11 => first(Call::Place, Fault::Stalls { ms: 100_000 }),
        12 => first(Call::Place, Fault::Truncated),
        13 => first(Call::Place, Fault::AddressNotListed),
        14 => first(Call::Book, Fault::Empty),
        15 => first(Call::Book, Fault::RowMissing(draw.one(&[Row::First, Row::Last]))),
        16 => first(Call::Book, Fault::Lag { ms: 150_000 }),
        17 => first(Call::Trades, Fault::RowMissing(Row::Last)),
        18 => first(Call::Modify, Fault::Cut { after_effect }),
        19 => first(Call::Modify, Fault::ChangeRefused { reason }),
        20 => first(Call::Cancel, Fault::WrongJson),
        21 => first(Call::Cancel, Fault::Cut { after_effect }),
        22 => first(Call::Holdings, Fault::Empty),
        23 => Some(Rule::of(Calls::Reports, When::First(1), Fault::SessionEnds(session))),
        _ => None,
    }
}
