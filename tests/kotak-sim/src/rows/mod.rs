//! The rows of reports, with every member that was recorded.

pub(crate) mod holding;
pub(crate) mod order;
pub(crate) mod position;
pub(crate) mod trade;

use serde_json::{Map, Value};

/// A row.
pub(crate) type Fields = Map<String, Value>;

/// A row of members that always say the same.
pub(crate) fn constant(texts: &[(&str, &str)], numbers: &[(&str, i64)]) -> Fields {
    let texts = texts.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let numbers = numbers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    texts.chain(numbers).collect()
}

/// Sets members that are texts.
pub(crate) fn texts<const N: usize>(row: &mut Fields, values: [(&str, String); N]) {
    for (name, value) in values {
        row.insert(name.to_owned(), Value::String(value));
    }
}

/// Sets members that are numbers.
pub(crate) fn numbers<const N: usize>(row: &mut Fields, values: [(&str, i64); N]) {
    for (name, value) in values {
        row.insert(name.to_owned(), Value::from(value));
    }
}

/// The same row with all numbers as texts.
pub(crate) fn as_texts(mut row: Fields) -> Fields {
    for value in row.values_mut().filter(|value| value.is_number()) {
        *value = Value::String(value.to_string());
    }
    row
}
