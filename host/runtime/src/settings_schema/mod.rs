//! The schema of a task's own settings, as its module describes it, and what fits it.
//!
//! Whoever wrote the module wrote the schema, so what it may cost to read and to apply is bounded before the
//! validator sees it, and nothing that it names is fetched.

mod bounds;
mod sentence;

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

use sentence::{reason_of, sentence_of};

/// Settings of a task's own, by name.
pub type TaskValues = Map<String, Value>;

/// Most bytes that a user's settings of one task may have, as JSON without spaces: as much as one decision or message.
pub const MOST_SETTINGS_BYTES: usize = 4 << 10;

/// Deepest nesting of a user's settings: an object in a list in an object, and some more.
pub const MOST_SETTINGS_DEPTH: usize = 8;

/// Largest number up to which every whole one is exact as a float: 2^53.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Most bytes of a compiled pattern, so that the sixteen of a schema stay within 4 MiB.
const MOST_PATTERN_BYTES: usize = 256 << 10;

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsSchemaError {
    /// JSON pointer to the part; empty for the schema as a whole.
    pub place: String,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for SettingsSchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, reason } = self;
        match place.as_str() {
            "" => write!(f, "config-schema: {reason}"),
            place => write!(f, "config-schema, {place}: {reason}"),
        }
    }
}

impl std::error::Error for SettingsSchemaError {}

/// Why settings cannot be a user's: one sentence that names the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MisfitError(String);

/// A schema that can be used.
#[derive(Debug)]
pub struct SettingsSchema {
    document: Value,
    defaults: TaskValues,
    validator: Validator,
}

impl SettingsSchema {
    /// Reads the `config-schema` of a module; none when it is empty.
    ///
    /// # Errors
    /// When it is no JSON Schema of an object, exceeds a bound, refers to something outside of itself, or one of its
    /// defaults does not fit it.
    pub fn read(text: &str) -> Result<Option<Self>, SettingsSchemaError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let whole = |reason: String| SettingsSchemaError { place: String::new(), reason };
        let document: Value =
            serde_json::from_str(text).map_err(|error| whole(format!("it is no JSON: {error}")))?;
        bounds::check(&document)?;
        let patterns =
            PatternOptions::regex().size_limit(MOST_PATTERN_BYTES).dfa_size_limit(MOST_PATTERN_BYTES);
        // A name of its own would be what `#/...` is resolved against.
        let mut nameless = document.clone();
        if let Value::Object(members) = &mut nameless {
            members.remove("$id");
        }
        let options = jsonschema::options().with_pattern_options(patterns).should_validate_formats(false);
        let validator = options.offline().build(&nameless).map_err(|error| SettingsSchemaError {
            place: error.instance_path().as_str().to_owned(),
            reason: reason_of(&error),
        })?;
        let schema = Self { defaults: defaults_of(&document), document, validator };
        schema.check_defaults()?;
        Ok(Some(schema))
    }

    /// Returns the schema as the module has it.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Returns the names of the settings that it describes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let properties = self.document.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// Returns the settings with the default of each that is not set.
    ///
    /// # Errors
    /// When they do not fit the schema; the sentence names the place.
    pub fn fill(&self, set: &TaskValues) -> Result<TaskValues, MisfitError> {
        let mut values = self.defaults.clone();
        values.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
        let values = Value::Object(values);
        self.validator.validate(&values).map_err(|error| MisfitError(sentence_of(&error)))?;
        match whole(values) {
            Value::Object(values) => Ok(values),
            _ => Ok(TaskValues::new()),
        }
    }

    /// Checks that a user who sets nothing but what has no default is not told about the defaults.
    fn check_defaults(&self) -> Result<(), SettingsSchemaError> {
        let defaults = Value::Object(self.defaults.clone());
        let is_missing = |kind: &ValidationErrorKind| matches!(kind, ValidationErrorKind::Required { .. });
        match self.validator.iter_errors(&defaults).find(|error| !is_missing(error.kind())) {
            None => Ok(()),
            Some(error) => Err(SettingsSchemaError {
                place: "/properties".to_owned(),
                reason: format!("the defaults do not fit: {}", sentence_of(&error)),
            }),
        }
    }
}

/// Checks the size of what a user wants to set, before any schema is asked.
///
/// # Errors
/// When it has too many bytes or is nested too deep.
pub fn check_size(set: &TaskValues) -> Result<(), MisfitError> {
    let bytes = serde_json::to_string(set).map_or(usize::MAX, |text| text.len());
    if bytes > MOST_SETTINGS_BYTES {
        return Err(MisfitError(format!(
            "the settings have {bytes} bytes; at most {MOST_SETTINGS_BYTES} are allowed"
        )));
    }
    if set.values().any(|value| is_deeper(value, MOST_SETTINGS_DEPTH - 1)) {
        return Err(MisfitError(format!("the settings are nested more than {MOST_SETTINGS_DEPTH} deep")));
    }
    Ok(())
}

/// Returns a value with `2.0` as `2`: JSON Schema takes both for an integer, and what reads integers in a task may not. JSON is
/// read to 128 levels, so there is an end.
fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let integer = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            match integer.filter(|float| float.abs() <= MOST_EXACT) {
                Some(float) => Value::from(float as i64),
                None => Value::Number(number),
            }
        }
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, whole(value))).collect(),
        value => value,
    }
}

/// Returns whether a value has more levels than this; JSON is read to 128 levels, so there is an end.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => return false,
    };
    levels == 0 || inner.any(|value| is_deeper(value, levels - 1))
}

/// The `default` of each property that has one.
fn defaults_of(document: &Value) -> TaskValues {
    let properties = document.get("properties").and_then(Value::as_object);
    let with_default =
        |(name, schema): (&String, &Value)| Some((name.clone(), schema.get("default")?.clone()));
    properties.into_iter().flatten().filter_map(with_default).collect()
}

#[cfg(test)]
mod tests;
