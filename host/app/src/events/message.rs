//! Events as text.

use std::fmt;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use serde::Serialize;

use super::{Audience, Event};

/// An event as it is sent: written down once, for every listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Sequence number; each epoch begins at 1.
    pub sequence: u64,
    pub(super) body: Arc<str>,
}

impl Message {
    /// One JSON object, `sequence` first.
    pub fn json(&self) -> String {
        format!("{{\"sequence\":{},{}", self.sequence, self.body)
    }
}

/// An event as JSON without its opening brace, because its number is not known before it is in the ring.
pub(super) fn body(audience: Audience, at: Timestamp, event: &Event) -> serde_json::Result<Arc<str>> {
    #[derive(Serialize)]
    struct Body<'a> {
        at: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
        #[serde(flatten)]
        event: &'a Event,
    }
    let user = match audience {
        Audience::User(user) => Some(user),
        Audience::Admins | Audience::Everybody => None,
    };
    let text = into_one_line(serde_json::to_string(&Body { at: Rfc3339(at).to_string(), user, event })?);
    Ok(Arc::from(text.strip_prefix('{').unwrap_or(&text)))
}

/// An instant as the API writes it: RFC 3339 with India's offset, which has not changed since 1945.
pub(super) struct Rfc3339(pub(super) Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.0.ist_time();
        write!(f, "{}T{}+05:30", self.0.ist_day(), local.format("%H:%M:%S%.3f"))
    }
}
