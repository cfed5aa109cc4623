//! Time zones as they are written: their names in the IANA database.

use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serializer};

/// The zone of the exchange, which a rule means that names none.
pub fn india() -> Tz {
    Tz::Asia__Kolkata
}

/// Reads a name such as `Asia/Kolkata`.
///
/// # Errors
/// One sentence, when there is no such zone.
pub fn parse(name: &str) -> Result<Tz, String> {
    Tz::from_str(name).map_err(|_| format!("{name:?} is not a time zone such as Asia/Kolkata"))
}

pub(crate) fn serialize<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
