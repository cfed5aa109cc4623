//! What several sources say together.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::instruments::Symbol;

use crate::folder::BarsReport;

/// Every share of any of them, sorted.
pub(super) fn universe(universes: Vec<Arc<[Symbol]>>) -> Arc<[Symbol]> {
    // Most chains have one source that knows all shares: then nothing is copied.
    let longest = universes.iter().max_by_key(|universe| universe.len());
    if let Some(longest) = longest {
        let knows_all =
            |other: &Arc<[Symbol]>| other.iter().all(|symbol| longest.binary_search(symbol).is_ok());
        if universes.iter().all(knows_all) {
            return Arc::clone(longest);
        }
    }
    let all: BTreeSet<&Symbol> = universes.iter().flat_map(|universe| universe.iter()).collect();
    all.into_iter().cloned().collect()
}

/// One report of all that are made of files; `None` where none is.
pub(super) fn report(mut reports: Vec<(&'static str, BarsReport)>) -> Option<BarsReport> {
    if reports.len() == 1 {
        return reports.pop().map(|(_, report)| report);
    }
    let mut hasher = blake3::Hasher::new();
    let (mut whole, mut explained) = (BarsReport::default(), Vec::new());
    for (source, report) in &reports {
        let named = |note: &String| format!("{source}: {note}");
        let (open, of_actions) = report.parts();
        whole.symbols = whole.symbols.max(report.symbols);
        whole.restated += report.restated;
        whole.unusable += report.unusable;
        whole.notes.extend(open.iter().map(named));
        explained.extend(of_actions.iter().map(named));
        hasher.update(source.as_bytes());
        hasher.update(report.digest.as_bytes());
    }
    whole.explained = explained.len();
    whole.notes.extend(explained);
    whole.digest = hasher.finalize().to_hex().to_string();
    (!reports.is_empty()).then_some(whole)
}
