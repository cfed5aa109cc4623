//! What a run on a price says of its cause, where a person reads what it did.

use prahari_domain::price_cause::PriceCause;
use prahari_domain::time::Timestamp;
use prahari_store::{DecisionRow, LogRow};

/// Says in the log of a run and with each of its decisions which price it was run for, and how old that was when it began.
pub(super) fn tell_cause(
    cause: &PriceCause,
    began: Timestamp,
    decisions: &mut [DecisionRow],
    log: &mut Vec<LogRow>,
) {
    let words = cause.words(began);
    let message = format!("run on the price of {words}");
    log.insert(0, LogRow { level: "info".to_owned(), message, at: Some(began) });
    for decision in decisions {
        decision.evidence.push(("on_price".to_owned(), words.clone()));
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use prahari_domain::money::Paise;

    use super::*;

    #[test]
    fn the_log_begins_with_the_price_and_each_decision_has_it_behind_its_own_evidence() {
        let time = NaiveTime::from_hms_opt(10, 15, 2).unwrap();
        let at = Timestamp::from_ist("2025-01-03".parse().unwrap(), time);
        let cause = PriceCause { symbol: "TCS".parse().unwrap(), price: Paise(12_345), at };
        let row = |symbol: &str, evidence: &[(&str, &str)]| DecisionRow {
            symbol: symbol.to_owned(),
            action: "hold".to_owned(),
            reason: "waiting".to_owned(),
            evidence: evidence
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let mut decisions = vec![row("TCS", &[("rsi", "42")]), row("INFY", &[])];
        let line = |message: &str, at| LogRow { level: "info".to_owned(), message: message.to_owned(), at };
        let mut log = vec![line("its own", None)];
        let began = at.plus_millis(3_000);
        tell_cause(&cause, began, &mut decisions, &mut log);
        let words = "TCS at ₹123.45 of 10:15:02, 3 s old";
        assert_eq!(log, [line(&format!("run on the price of {words}"), Some(began)), line("its own", None)]);
        assert_eq!(
            decisions,
            [row("TCS", &[("rsi", "42"), ("on_price", words)]), row("INFY", &[("on_price", words)])]
        );
    }
}
