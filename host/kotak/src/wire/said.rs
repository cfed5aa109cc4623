//! What a body says of the call: code, texts, and from both what it means.

use serde_json::Value;

use super::row::Row;
use crate::error::{Call, Meaning};

/// Most texts of a body that are kept; a known one has at most four.
const MOST_TEXTS: usize = 6;

/// What the broker said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Code in the body.
    pub(crate) code: Option<i64>,
    /// Whether it calls itself good.
    pub(crate) good: bool,
    /// Its texts, not clean of secrets yet.
    pub(crate) texts: Vec<String>,
}

impl Said {
    /// Reads a body. One that is no object says nothing.
    pub(crate) fn of(body: &Value) -> Self {
        let mut said = Self::default();
        let Ok(row) = Row::new("an answer", body) else { return said };
        said.take(
            row,
            &["stCode", "code", "errorCode"],
            &["errMsg", "emsg", "message", "description", "desc", "error"],
        );
        // Lists and objects of errors, as gateways write them.
        for nested in ["error", "fault"] {
            let inner = match row.value(nested) {
                Some(Value::Array(rows)) => rows.first(),
                other => other,
            };
            if let Some(Ok(inner)) = inner.map(|inner| Row::new("an error", inner)) {
                said.take(inner, &["code"], &["message", "description"]);
            }
        }
        let stat = row.text("stat").or_else(|| row.text("status"));
        if let Some(stat) = stat {
            said.good = ["ok", "success"].iter().any(|good| stat.eq_ignore_ascii_case(good));
            if !said.good && !stat.eq_ignore_ascii_case("not_ok") && !stat.eq_ignore_ascii_case("error") {
                said.push(&stat);
            }
        }
        said
    }

    fn take(&mut self, row: Row<'_>, codes: &[&str], texts: &[&str]) {
        if self.code.is_none() {
            self.code = codes.iter().find_map(|code| row.whole(code));
        }
        for text in texts {
            if let Some(text) = row.text(text) {
                self.push(&text);
            }
        }
    }

    fn push(&mut self, text: &str) {
        if self.texts.len() < MOST_TEXTS && !self.texts.iter().any(|other| other == text) {
            self.texts.push(text.to_owned());
        }
    }

    /// Returns whether a text has this in it, in any case of its letters.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        self.texts.iter().any(|text| text.to_ascii_lowercase().contains(words))
    }

    /// Returns what it means for a call that was answered with this status and did not succeed. The body decides
    /// before the status, and the code before the text: only the tag that is taken has no code of its own.
    pub(crate) fn meaning(&self, call: Call, http: u16) -> Meaning {
        if call == Call::Place && self.mentions("orderid already exists") {
            return Meaning::TagTaken;
        }
        match self.code {
            Some(900_900..=900_905 | 100_021 | 100_022 | 1_003) => Meaning::Session,
            Some(100_008 | 1_037) => Meaning::Address,
            Some(429) => Meaning::Rate,
            Some(1_004) => Meaning::Funds,
            Some(1_021) => Meaning::Finished,
            Some(1_006) => Meaning::NotFound,
            // A wrong number, of which the pages say 1006; of a placement it proves nothing.
            Some(5_204) if matches!(call, Call::Modify | Call::Cancel | Call::History) => Meaning::NotFound,
            Some(1_007 | 1_009 | 1_017 | 5_202) => Meaning::Refused,
            Some(5_203) => Meaning::Empty,
            Some(code) if code != i64::from(http) => self.of_unlisted(call, code),
            _ => self.of_status(call, http),
        }
    }

    /// A code that is not listed: of a gateway it is a status, of anything else it proves nothing.
    fn of_unlisted(&self, call: Call, code: i64) -> Meaning {
        match u16::try_from(code) {
            Ok(status @ 400..=599) => self.of_status(call, status),
            _ => Meaning::Unlisted,
        }
    }

    fn of_status(&self, call: Call, http: u16) -> Meaning {
        let logs_in = matches!(call, Call::LogIn | Call::Validate);
        match http {
            429 => Meaning::Rate,
            // At the login it says that the access token is of nobody.
            424 if logs_in => Meaning::Refused,
            408 | 424 | 500..=599 => Meaning::Gateway,
            400..=499 if logs_in => Meaning::Refused,
            401 | 403 => Meaning::Session,
            _ if logs_in && !self.texts.is_empty() => Meaning::Refused,
            _ => Meaning::Unlisted,
        }
    }

    /// The texts in one line, not clean of secrets yet.
    pub(crate) fn line(&self) -> String {
        self.texts.join(": ")
    }
}
