//! Listed actions that the bars of a folder contradict, as the daemon asks of one that somebody brings.

use std::collections::HashMap;

use prahari_domain::actions::{ActionKind, CorporateAction, PriceFactor, against_close, against_move};
use prahari_domain::instruments::{Candle, Symbol};

/// The actions that count, by share.
pub(super) struct Listed<'a>(HashMap<&'a Symbol, Vec<&'a CorporateAction>>);

impl<'a> Listed<'a> {
    pub(super) fn of(actions: &[&'a CorporateAction]) -> Self {
        let mut by_share: HashMap<&Symbol, Vec<&CorporateAction>> = HashMap::new();
        for action in actions.iter().copied() {
            by_share.entry(action.symbol()).or_default().push(action);
        }
        by_share.values_mut().for_each(|of_share| of_share.sort_by_key(|action| action.ex_day()));
        Self(by_share)
    }

    /// The actions of a share that its bars as traded, oldest first, contradict: each in a sentence with who told it and what prices
    /// say. Where the share has no bar of the ex-date or none before it, nobody can tell.
    pub(super) fn contradicted(&self, symbol: &Symbol, bars: &[Candle]) -> Vec<String> {
        let of_share = self.0.get(symbol).map_or(&[][..], Vec::as_slice);
        let doubts = of_share.iter().filter_map(|action| {
            let reason = against(action, of_share, bars)?;
            Some(format!("{action} ({}): {reason}", action.provenance()))
        });
        doubts.collect()
    }
}

/// What bars as traded say against an action among those of its share.
fn against(action: &CorporateAction, of_share: &[&CorporateAction], bars: &[Candle]) -> Option<String> {
    let at = bars.partition_point(|bar| bar.day < action.ex_day());
    let before = bars.get(at.checked_sub(1)?)?;
    if let ActionKind::Dividend { per_share } = action.kind() {
        return against_close(*per_share, before.day, before.close);
    }
    let alone = action.price_factor().filter(|factor| !factor.is_one())?;
    let of_day = bars.get(at).filter(|bar| bar.day == action.ex_day())?;
    let around = (before, of_day);
    // Two lists may tell one action in other words, so one that fits alone is enough.
    against_move(action, alone, around, before.close)?;
    against_move(action, together(action, of_share)?, around, before.close)
}

/// By how much the actions of one ex-date change prices together; `None` where one of them does not say.
fn together(action: &CorporateAction, of_share: &[&CorporateAction]) -> Option<PriceFactor> {
    let mut of_day =
        of_share.iter().filter(|other| other.ex_day() == action.ex_day() && other.kind().changes_prices());
    of_day.try_fold(PriceFactor::ONE, |all, other| Some(all.times_nearly(other.price_factor()?)))
}
