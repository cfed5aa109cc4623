//! The part of a request's path behind the question mark.

use std::fmt::{Display, Write};

/// Parameters of a request; those without a value are left out.
#[derive(Debug, Default)]
pub struct Query(String);

impl Query {
    /// Adds a parameter, if there is a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        let Some(value) = value else { return self };
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.to_string().bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte))
                }
                // Writing to a string does not fail.
                byte => _ = write!(self.0, "%{byte:02X}"),
            }
        }
        self
    }

    /// Returns it with its question mark; empty without parameters.
    pub fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_be_mistaken_for_more_parameters() {
        let query =
            Query::default().with("user", Some(2)).with("task", None::<u64>).with("symbol", Some("M&M"));
        assert_eq!(query.text(), "?user=2&symbol=M%26M");
        assert_eq!(Query::default().text(), "");
        assert_eq!(Query::default().with("at", Some("9:15+05")).text(), "?at=9%3A15%2B05");
    }
}
