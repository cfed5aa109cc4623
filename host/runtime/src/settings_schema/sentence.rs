//! What the validator found, in a sentence for people.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use prahari_domain::text::one_line;
use serde_json::Value;

/// Most characters of what is wrong: the value and the bound that it breaks may both be long.
const LONGEST_REASON: usize = 300;

/// Returns the place and what is wrong there, such as `/lookback: 0 is less than the minimum of 2`.
pub(super) fn sentence_of(error: &ValidationError<'_>) -> String {
    let within = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::Required { property: Value::String(name) } => {
            cut(&format!("{within}/{name}: it has to be set, there is no default"))
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let name = unexpected.first().map_or("", String::as_str);
            cut(&format!("{within}/{name}: there is no such setting"))
        }
        _ if within.is_empty() => cut(&format!("the settings: {error}")),
        _ => cut(&format!("{within}: {error}")),
    }
}

/// Returns what is wrong, without the place.
pub(super) fn reason_of(error: &ValidationError<'_>) -> String {
    cut(&error.to_string())
}

fn cut(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line.into_owned(),
    }
}
