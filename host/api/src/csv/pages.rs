//! The pages of a list, one after another, as the route itself answers them.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Uri;
use axum::http::request::Parts;
use axum::middleware::Next;
use serde_json::Value;

use super::listings::Listing;
use super::{Refused, refused};
use crate::problem::{Code, Problem};

/// Items of one page.
const PAGE: &str = "limit=500";

/// Most bytes of one page; the largest have some 2 MB.
const MOST_BYTES: usize = 64 << 20;

/// Parameters of a page, which a table has none of.
const OF_PAGES: [&str; 2] = ["limit", "cursor"];

/// A request that is asked page by page. Who asks is looked at anew for each.
pub(super) struct Pages {
    listing: &'static Listing,
    parts: Parts,
    next: Next,
    /// Where the next page begins; none on the first.
    cursor: Option<String>,
    done: bool,
}

impl Pages {
    /// Begins with the first page.
    ///
    /// # Errors
    /// With the refusal of a request that asks for one page.
    pub(super) fn new(listing: &'static Listing, parts: Parts, next: Next) -> Result<Self, Refused> {
        let given = parts.uri.query().unwrap_or_default().split('&');
        let names = given.filter_map(|pair| pair.split('=').next());
        for name in names {
            if OF_PAGES.contains(&name) {
                let sentence =
                    format!("{name}: a CSV answer has everything that the filter says; leave it out");
                return Err(refused(Problem::invalid(sentence)));
            }
        }
        Ok(Self { listing, parts, next, cursor: None, done: false })
    }

    /// The items of the next page; none after the last one.
    ///
    /// # Errors
    /// With the answer of the route when it is no page.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, Refused> {
        if self.done {
            return Ok(None);
        }
        let mut parts = self.parts.clone();
        parts.uri = self.uri()?;
        let answer = self.next.clone().run(Request::from_parts(parts, Body::empty())).await;
        if !answer.status().is_success() {
            return Err(Box::new(answer));
        }
        let body = to_bytes(answer.into_body(), MOST_BYTES).await.map_err(|error| fault(&error))?;
        let mut page: Value = serde_json::from_slice(&body).map_err(|error| fault(&error))?;
        refuse_busy(&page)?;
        let (around, _) = self.listing.rows.rsplit_once('/').unwrap_or_default();
        let next = page.pointer(&format!("{around}/next"));
        self.cursor = next.and_then(Value::as_str).map(ToOwned::to_owned);
        self.done = self.cursor.is_none();
        match page.pointer_mut(self.listing.rows).map(Value::take) {
            Some(Value::Array(items)) => Ok(Some(items)),
            _ => Ok(Some(Vec::new())),
        }
    }

    /// The address of the next page.
    fn uri(&self) -> Result<Uri, Refused> {
        let given = self.parts.uri.query().unwrap_or_default();
        let mut query: Vec<String> = if given.is_empty() { Vec::new() } else { vec![given.to_owned()] };
        let is_given = |name: &str| given.split('&').any(|pair| pair.split('=').next() == Some(name));
        let with = self.listing.with.iter().filter(|(name, _)| !is_given(name));
        query.extend(with.map(|(name, value)| format!("{name}={value}")));
        if self.listing.paged {
            query.push(PAGE.to_owned());
        }
        query.extend(self.cursor.as_deref().map(|cursor| format!("cursor={}", escaped(cursor))));
        query.retain(|part| !part.is_empty());
        let path = self.parts.uri.path();
        let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
        address.parse::<Uri>().map_err(|error| fault(&error))
    }
}

/// A list says beside its items whose could not be read. A table has no place for that, and would look whole.
fn refuse_busy(page: &Value) -> Result<(), Refused> {
    if page.get("busy").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Ok(());
    }
    let sentence = "the desks of some users are at work, and what they hold cannot be read; ask again";
    Err(refused(Problem::new(Code::Unavailable, sentence).retry_after(5)))
}

fn fault(error: &dyn std::error::Error) -> Refused {
    refused(Problem::fault(error))
}

/// A text as it stands in an address.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => safe.push(char::from(byte)),
            other => safe.push_str(&format!("%{other:02X}")),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_could_not_be_read_is_not_left_out_silently() {
        assert!(refuse_busy(&json!({ "items": [] })).is_ok());
        assert!(refuse_busy(&json!({ "items": [], "busy": [] })).is_ok());
        let refused = refuse_busy(&json!({ "items": [], "busy": [{ "user": 2 }] })).unwrap_err();
        assert_eq!(refused.status(), 503);
    }

    #[test]
    fn a_cursor_stands_in_an_address_as_one_value() {
        assert_eq!(escaped("7.M&M.rebound"), "7.M%26M.rebound");
        assert_eq!(escaped("-5.2 +%é"), "-5.2%20%2B%25%C3%A9");
    }
}
