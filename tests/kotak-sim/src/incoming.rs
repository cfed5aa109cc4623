//! A request as it came, in the parts that the handlers ask for.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub headers: HeaderMap,
    pub uri: Uri,
    /// The part of the path that the route leaves open, decoded.
    pub rest: Vec<String>,
    pub body: Vec<u8>,
    pub from: IpAddr,
}

impl Incoming {
    /// A header, if it is text and not empty; names in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim).filter(|value| !value.is_empty())
    }

    /// The body as a JSON object.
    pub fn json(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The JSON object in the form's one field `jData`, without the members that are null; also as a query.
    pub fn fields(&self) -> Option<Map<String, Value>> {
        let (_, text) = form_urlencoded::parse(&self.body).find(|(name, _)| name == "jData")?;
        let mut fields: Map<String, Value> = serde_json::from_str(&text).ok()?;
        fields.retain(|_, value| !value.is_null());
        Some(fields)
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query()?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}
