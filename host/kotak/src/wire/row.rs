//! One JSON object of the broker's, read field by field.

use std::borrow::Cow;

use prahari_domain::money::Paise;
use serde_json::{Map, Value};

use super::decimal;

/// Longest text of a field that is read, in bytes; a longer one is nothing that we know.
const LONGEST: usize = 4_096;

/// A field that is missing or cannot be read. Its value is not told: it may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {field} {problem}")]
pub(crate) struct Misread {
    /// What was read, such as `a row of the order book`.
    pub(crate) what: &'static str,
    /// Name of the field.
    pub(crate) field: &'static str,
    /// What is wrong.
    pub(crate) problem: &'static str,
}

/// One object.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    what: &'static str,
    fields: &'a Map<String, Value>,
}

impl<'a> Row<'a> {
    /// Reads an object that is called this in errors.
    ///
    /// # Errors
    /// When it is no object.
    pub(crate) fn new(what: &'static str, value: &'a Value) -> Result<Self, Misread> {
        match value {
            Value::Object(fields) => Ok(Self { what, fields }),
            _ => Err(Misread { what, field: "it", problem: "is no object" }),
        }
    }

    /// A field that is wrong.
    pub(crate) fn misread(&self, field: &'static str, problem: &'static str) -> Misread {
        Misread { what: self.what, field, problem }
    }

    /// Returns a field as it is.
    pub(crate) fn value(&self, field: &str) -> Option<&'a Value> {
        self.fields.get(field)
    }

    /// Returns a field as a text without blanks around it: of a number its digits. None when it is not there, null,
    /// an object, empty, or one of the marks that stand for nothing.
    pub(crate) fn text(&self, field: &str) -> Option<Cow<'a, str>> {
        let text: Cow<'a, str> = match self.fields.get(field)? {
            Value::String(text) if text.len() <= LONGEST => Cow::Borrowed(text.trim()),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            _ => return None,
        };
        (!matches!(&*text, "" | "-" | "--" | "NA")).then_some(text)
    }

    /// Returns a text that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn need_text(&self, field: &'static str) -> Result<String, Misread> {
        self.text(field).map(Cow::into_owned).ok_or_else(|| self.misread(field, "is missing"))
    }

    /// Returns a whole number, not below zero; none where nothing stands.
    ///
    /// # Errors
    /// When something else stands there.
    pub(crate) fn count(&self, field: &'static str) -> Result<Option<u32>, Misread> {
        let Some(text) = self.text(field) else { return Ok(None) };
        let read = decimal::whole(&text).and_then(|number| u32::try_from(number).ok());
        read.map(Some).ok_or_else(|| self.misread(field, "is not a number of shares"))
    }

    /// Returns a whole number that must be there.
    ///
    /// # Errors
    /// When it is not, or something else stands there.
    pub(crate) fn need_count(&self, field: &'static str) -> Result<u32, Misread> {
        self.count(field)?.ok_or_else(|| self.misread(field, "is missing"))
    }

    /// Returns a whole number of any size and sign; none where nothing stands or something else.
    pub(crate) fn whole(&self, field: &str) -> Option<i64> {
        decimal::whole(&self.text(field)?)
    }

    /// Returns an amount or a price in rupees; none where nothing stands.
    ///
    /// # Errors
    /// When something else stands there.
    pub(crate) fn rupees(&self, field: &'static str) -> Result<Option<Paise>, Misread> {
        let Some(text) = self.text(field) else { return Ok(None) };
        decimal::rupees(&text).map(Some).ok_or_else(|| self.misread(field, "is not an amount"))
    }

    /// Returns an amount that must be there.
    ///
    /// # Errors
    /// When it is not, or something else stands there.
    pub(crate) fn need_rupees(&self, field: &'static str) -> Result<Paise, Misread> {
        self.rupees(field)?.ok_or_else(|| self.misread(field, "is missing"))
    }

    /// Returns a price above zero; none where there is none, for which the broker writes zero.
    ///
    /// # Errors
    /// When something else stands there.
    pub(crate) fn price(&self, field: &'static str) -> Result<Option<Paise>, Misread> {
        Ok(self.rupees(field)?.filter(|price| *price > Paise::ZERO))
    }
}
