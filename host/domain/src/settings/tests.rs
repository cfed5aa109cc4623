//! The bounds, driven by the lists that describe them.

use serde_json::{Value, json};

use super::{CAPITAL, Kind, PREFERENCES, STRATEGY, Setting, Values, check, merge};
use crate::risk::LIMITS;

fn lists() -> [(&'static str, &'static [Setting]); 4] {
    [
        ("strategy", &STRATEGY),
        ("limits", &LIMITS),
        ("preferences", &PREFERENCES),
        ("capital", std::slice::from_ref(&CAPITAL)),
    ]
}

/// Values at the bounds, and values just beyond them.
fn around(kind: Kind) -> (Vec<Value>, Vec<Value>) {
    let symbols = |count: usize| Value::from((0..count).map(|n| format!("S{n}")).collect::<Vec<_>>());
    match kind {
        Kind::Switch => (vec![json!(true), json!(false)], vec![]),
        Kind::Whole { least, most } => {
            (vec![json!(least), json!(most)], vec![json!(least - 1), json!(most + 1)])
        }
        Kind::Number { least, most } => {
            (vec![json!(least), json!(most)], vec![json!(least - 0.001), json!(most + 0.001), json!(1e308)])
        }
        Kind::Money { least, most } => {
            (vec![json!(least.0), json!(most.0)], vec![json!(least.0 - 1), json!(most.0 + 1)])
        }
        Kind::Symbols { most } => (vec![json!([]), json!(["M&M"]), symbols(most)], vec![symbols(most + 1)]),
        Kind::Time => (vec![json!("00:00"), json!("23:59")], vec![]),
        Kind::TimeBetween { earliest, latest } => {
            (vec![json!(earliest.to_string()), json!(latest.to_string())], vec![json!("00:00")])
        }
    }
}

/// Values of another kind.
fn foreign(kind: Kind) -> Vec<Value> {
    let mut values = vec![json!("x"), json!({}), json!("25:00"), json!(["lower"]), json!(u64::MAX)];
    values.push(if matches!(kind, Kind::Switch) { json!(1) } else { json!(true) });
    if matches!(kind, Kind::Whole { .. } | Kind::Money { .. }) {
        values.push(json!(10.5));
    }
    if matches!(kind, Kind::Symbols { .. }) {
        // It is a list, only not of symbols.
        values.retain(|value| !value.is_array());
    }
    if matches!(kind, Kind::Number { .. }) {
        // It is a number, only far beyond every bound.
        values.retain(|value| !value.is_number());
    }
    values
}

fn only(name: &str, value: Value) -> Values {
    [(name.to_owned(), value)].into_iter().collect()
}

#[test]
fn every_bound_refuses_what_lies_beyond_it_and_names_the_setting() {
    for (subject, list) in lists() {
        for setting in list {
            let (within, beyond) = around(setting.kind);
            for value in within {
                assert_eq!(check(list, &only(setting.name, value)), Ok(()), "{subject}.{}", setting.name);
            }
            for value in beyond {
                let message = check(list, &only(setting.name, value.clone())).unwrap_err().to_string();
                let named = message.starts_with(&format!("{} is ", setting.name));
                assert!(named && message.contains(", but must be from "), "{subject}: {message}");
            }
            for value in foreign(setting.kind) {
                let message = check(list, &only(setting.name, value.clone())).unwrap_err().to_string();
                assert!(message.starts_with(&format!("{} must be ", setting.name)), "{value}: {message}");
            }
        }
    }
}

#[test]
fn what_is_no_symbol_is_named() {
    let refused = |entry: Value| {
        let values = only("allowed_symbols", json!(["INFY", entry, "also wrong"]));
        check(&LIMITS, &values).unwrap_err().to_string()
    };
    let takes = "1 to 32 of A-Z, 0-9, & and -";
    assert_eq!(refused(json!("NO_SUCH!")), format!("allowed_symbols: \"NO_SUCH!\" is not a symbol: {takes}"));
    assert_eq!(
        refused(json!(7)),
        format!("allowed_symbols: an entry that is not text is not a symbol: {takes}")
    );
    let long = refused(json!("\u{202e}x".repeat(10_000)));
    assert!(long.len() < 500 && !long.contains('\u{202e}'), "{long}");
}

#[test]
fn an_unknown_setting_is_refused_by_name_and_cut_when_it_is_long() {
    let message = merge(&STRATEGY, &Values::new(), &only("stop_loss", json!(1))).unwrap_err().to_string();
    assert_eq!(message, "there is no setting \"stop_loss\"");
    let long = "x\u{1b}".repeat(10_000);
    let message = merge(&STRATEGY, &Values::new(), &only(&long, Value::Null)).unwrap_err().to_string();
    assert!(message.len() < 500 && !message.contains('\u{1b}'), "{message}");
}

#[test]
fn a_change_replaces_what_it_names_and_null_brings_the_default_back() {
    let before: Values =
        [("rsi_period".to_owned(), json!(14)), ("rsi_exit".to_owned(), json!(60.0))].into_iter().collect();
    let change: Values = [("rsi_period".to_owned(), Value::Null), ("rsi_oversold".to_owned(), json!(25))]
        .into_iter()
        .collect();
    let merged = merge(&STRATEGY, &before, &change).unwrap();
    assert_eq!(Value::Object(merged), json!({ "rsi_exit": 60.0, "rsi_oversold": 25 }));
}

#[test]
fn names_are_unique_and_every_setting_is_explained_in_words() {
    for (subject, list) in lists() {
        for setting in list {
            assert_eq!(list.iter().filter(|other| other.name == setting.name).count(), 1, "{subject}");
            assert!(setting.about.ends_with('.') && setting.about.len() < 120, "{}", setting.name);
            let mut words = setting.about.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let code = words.find(|word| word.contains('_') || *word == "null");
            assert_eq!(code, None, "{} is explained to people", setting.name);
        }
    }
}
