//! Settings as JSON: reading, writing, and changing some of them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::setting::{Setting, SettingsError};

/// Values of settings, by name.
pub type Values = serde_json::Map<String, Value>;

/// The longest unknown name that an error repeats, in characters.
const LONGEST_NAME: usize = 64;

/// Checks each value against the list.
///
/// # Errors
/// With the first name that the list does not have, or the first value that it does not allow.
pub fn check(list: &[Setting], values: &Values) -> Result<(), SettingsError> {
    values.iter().try_for_each(|(name, value)| find(list, name)?.check(value))
}

/// The values after a change: a name in `change` replaces what was there, `null` brings its default back (JSON merge).
///
/// # Errors
/// As [`check`]; the list decides about what results, not only about the change.
pub fn merge(list: &[Setting], values: &Values, change: &Values) -> Result<Values, SettingsError> {
    let mut merged = values.clone();
    for (name, value) in change {
        find(list, name)?;
        match value {
            Value::Null => merged.remove(name),
            value => merged.insert(name.clone(), value.clone()),
        };
    }
    check(list, &merged)?;
    Ok(merged)
}

/// A struct of settings as values.
///
/// # Errors
/// When it is no struct, which would be a fault of this program.
pub fn to_values(settings: &impl Serialize) -> Result<Values, SettingsError> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(other) => Err(SettingsError::Damaged(format!("{other} is not an object"))),
        Err(error) => Err(SettingsError::Damaged(error.to_string())),
    }
}

/// Values as a struct of settings; what is missing takes its default.
///
/// # Errors
/// When they do not fit the struct.
pub fn from_values<T: DeserializeOwned>(values: Values) -> Result<T, SettingsError> {
    serde_json::from_value(Value::Object(values)).map_err(|error| SettingsError::Damaged(error.to_string()))
}

fn find<'a>(list: &'a [Setting], name: &str) -> Result<&'a Setting, SettingsError> {
    list.iter()
        .find(|setting| setting.name == name)
        .ok_or_else(|| SettingsError::Unknown { setting: name.chars().take(LONGEST_NAME).collect() })
}
