//! Where prices left the band, and which corporate action explains it.

use std::collections::HashMap;

use prahari_domain::actions::{CorporateAction, PriceFactor};
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::PriceJump;

use super::report::first;

/// The jumps of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundJumps {
    /// Name of the file that they all stand in; none where each day is one of its own.
    pub file: Option<String>,
    /// The jumps, oldest first.
    pub jumps: Vec<PriceJump>,
}

/// Says which jumps nothing explains, one sentence for each share, and which are explained by what.
pub(super) fn tell_jumps<'a>(
    found: &[FoundJumps],
    actions: impl IntoIterator<Item = &'a CorporateAction>,
) -> (Vec<String>, Vec<String>) {
    let mut by_share: HashMap<&Symbol, Vec<&CorporateAction>> = HashMap::new();
    for action in actions.into_iter().filter(|action| action.kind().changes_prices()) {
        by_share.entry(action.symbol()).or_default().push(action);
    }
    let (mut open, mut explained) = (Vec::new(), Vec::new());
    for FoundJumps { file, jumps } in found {
        let subject = file.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let (mut of_actions, mut of_none) = (Vec::new(), Vec::new());
        for jump in jumps {
            let known = by_share.get(&jump.symbol).map_or(&[][..], Vec::as_slice);
            match explanation(jump, known) {
                Some(actions) => of_actions.push(format!("{jump}, which is explained by {actions}")),
                None => of_none.push(jump.to_string()),
            }
        }
        if !of_none.is_empty() {
            open.push(format!(
                "{subject}{}; a corporate action for which the prices are not adjusted, or a fault",
                first(&of_none, String::clone)
            ));
        }
        if !of_actions.is_empty() {
            explained.push(format!("{subject}{}", first(&of_actions, String::clone)));
        }
    }
    (open, explained)
}

/// The actions that a jump is of, in words: one whose ratio it has, or all of its night together. A demerger takes something away; by
/// how much its open says.
fn explanation(jump: &PriceJump, known: &[&CorporateAction]) -> Option<String> {
    let of_night =
        |action: &&&CorporateAction| jump.previous_day < action.ex_day() && action.ex_day() <= jump.day;
    let of_night: Vec<&CorporateAction> = known.iter().filter(of_night).copied().collect();
    let fits = |factor: Option<PriceFactor>| match factor {
        Some(factor) => factor.matches(jump.previous_close, jump.open),
        None => jump.open < jump.previous_close,
    };
    // Two may tell the same action in other words, so one that fits is enough.
    if let Some(one) = of_night.iter().find(|action| fits(action.price_factor())) {
        return Some(words(one));
    }
    let together = of_night
        .iter()
        .try_fold(PriceFactor::ONE, |all, action| Some(all.times_nearly(action.price_factor()?)));
    let fit = of_night.len() > 1 && fits(together);
    fit.then(|| of_night.iter().map(|action| words(action)).collect::<Vec<_>>().join(" and "))
}

/// Such as `bonus of 1 new for 1 held on 2024-10-28 (file bc28102024.csv)`.
fn words(action: &CorporateAction) -> String {
    format!("{} on {} ({})", action.kind(), action.ex_day(), action.provenance())
}
