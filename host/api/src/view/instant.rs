//! Instants as the API writes and reads them.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use prahari_domain::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// India's offset in seconds; it has not changed since 1945.
const IST_SECONDS: i32 = 19_800;

/// An instant, such as `2025-01-02T09:15:00.000+05:30`. Written in IST; read with any offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Instant(pub Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = DateTime::from_timestamp_millis(self.0.0).unwrap_or_default();
        let text = match FixedOffset::east_opt(IST_SECONDS) {
            Some(ist) => utc.with_timezone(&ist).to_rfc3339_opts(SecondsFormat::Millis, true),
            None => utc.to_rfc3339_opts(SecondsFormat::Millis, true),
        };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = DateTime::parse_from_rfc3339(&text).map_err(|_| {
            serde::de::Error::custom(format!("{text:?} is not an instant like 2025-01-02T09:15:00+05:30"))
        })?;
        Ok(Self(Timestamp(parsed.timestamp_millis())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_ist_and_read_back() {
        let instant = Instant(Timestamp(1_735_789_500_000));
        let text = serde_json::to_string(&instant).unwrap();
        assert_eq!(text, "\"2025-01-02T09:15:00.000+05:30\"");
        assert_eq!(serde_json::from_str::<Instant>(&text).unwrap(), instant);
        assert_eq!(serde_json::from_str::<Instant>("\"2025-01-02T03:45:00Z\"").unwrap(), instant);
        assert!(serde_json::from_str::<Instant>("\"2025-01-02\"").is_err());
    }
}
