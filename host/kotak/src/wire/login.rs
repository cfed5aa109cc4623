//! The two answers of a login.

use prahari_secrets::Secret;
use serde_json::Value;
use url::Url;

use super::row::{Misread, Row};
use crate::http::reach::Reach;
use crate::mask::Masker;

const WHAT: &str = "the answer to the login";

/// Keys of a session, of either step.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) token: Secret,
    pub(crate) sid: Secret,
    /// What else of the answer nobody may see.
    pub(crate) also_secret: Vec<Secret>,
}

/// What the second step brings.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) keys: Keys,
    /// Where everything else is asked.
    pub(crate) base: Url,
    /// Where the market feed is.
    pub(crate) feed: Option<Url>,
    /// Where the order feed is.
    pub(crate) orders: Option<Url>,
    pub(crate) data_centre: Option<String>,
}

/// Reads the keys of a step. Everything secret in it is masked from then on, before anything else is read.
///
/// # Errors
/// When it is no success, or a key is missing.
pub(crate) fn keys(body: &Value, masker: &Masker) -> Result<Keys, Misread> {
    let row = Row::new(WHAT, body.get("data").unwrap_or(&Value::Null))?;
    let mut also_secret = Vec::new();
    for field in ["token", "sid", "rid", "ucc", "kId"] {
        if let Some(text) = row.text(field) {
            let secret = Secret::new(text.into_owned());
            masker.learn(&secret);
            if !matches!(field, "token" | "sid") {
                also_secret.push(secret);
            }
        }
    }
    if !row.text("status").is_some_and(|status| status.eq_ignore_ascii_case("success")) {
        return Err(row.misread("status", "is not success"));
    }
    let key = |field| row.need_text(field).map(Secret::new);
    Ok(Keys { token: key("token")?, sid: key("sid")?, also_secret })
}

/// Reads the answer to the second step.
///
/// # Errors
/// As [`keys`], and when the address for everything else is missing or is not the broker's.
pub(crate) fn opened(body: &Value, reach: Reach, masker: &Masker) -> Result<Opened, Misread> {
    let keys = keys(body, masker)?;
    let row = Row::new(WHAT, body.get("data").unwrap_or(&Value::Null))?;
    let address = |field: &'static str| row.text(field).and_then(|text| reach.read(&text));
    let base = row.need_text("baseUrl")?;
    Ok(Opened {
        keys,
        base: reach.read(&base).ok_or_else(|| row.misread("baseUrl", "is not an address of the broker"))?,
        feed: address("feedUrl"),
        orders: address("rtUrl"),
        data_centre: row.text("dataCenter").map(|text| text.chars().take(20).collect()),
    })
}
