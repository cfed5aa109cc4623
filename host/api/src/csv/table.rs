//! Rows of a list as RFC 4180 has them.

use std::borrow::Cow;
use std::io;

use csv::{Terminator, Writer, WriterBuilder};
use prahari_domain::text::one_line;
use serde_json::Value;

/// Writes items as lines of the same columns.
pub(super) struct Table {
    columns: &'static [String],
}

impl Table {
    /// A table of these columns.
    pub(super) fn new(columns: &'static [String]) -> Self {
        Self { columns }
    }

    /// The first line: the names of the columns.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(super) fn head(&self) -> io::Result<Vec<u8>> {
        let mut writer = writer();
        writer.write_record(self.columns)?;
        finished(writer)
    }

    /// One line for each item. What an item does not have is an empty cell.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub(super) fn rows(&self, items: &[Value]) -> io::Result<Vec<u8>> {
        let mut writer = writer();
        for item in items {
            let cells = self.columns.iter().map(|column| cell(find(item, column)));
            writer.write_record(cells.map(Cow::into_owned))?;
        }
        finished(writer)
    }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn finished(writer: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn find<'a>(item: &'a Value, column: &str) -> &'a Value {
    static NOTHING: Value = Value::Null;
    column.split('.').fold(item, |value, name| value.get(name).unwrap_or(&NOTHING))
}

fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(_) | Value::Number(_) => Cow::Owned(value.to_string()),
        Value::String(text) => harmless(one_line(text)),
        Value::Array(items) if items.is_empty() => Cow::Borrowed(""),
        Value::Array(_) | Value::Object(_) => Cow::Owned(one_line(&value.to_string()).into_owned()),
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe before it says that it is text.
fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(columns: &'static [String], items: &[Value]) -> String {
        let table = Table::new(columns);
        let text = [table.head().unwrap(), table.rows(items).unwrap()].concat();
        String::from_utf8(text).unwrap()
    }

    fn columns(names: &[&str]) -> &'static [String] {
        Vec::leak(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_line_is_as_the_standard_has_it() {
        let columns = columns(&["a", "b.c", "b.d"]);
        let items = [
            json!({ "a": "x, \"y\"", "b": { "c": -5, "d": null } }),
            json!({ "a": "", "b": { "c": 1.5, "d": true } }),
            json!({ "b": null }),
        ];
        let expected = "a,b.c,b.d\r\n\"x, \"\"y\"\"\",-5,\r\n,1.5,true\r\n,,\r\n";
        assert_eq!(lines(columns, &items), expected);
    }

    #[test]
    fn no_text_is_a_formula_or_more_than_a_line() {
        let columns = columns(&["a"]);
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+91", "'+91"),
            ("-5", "'-5"),
            ("@SUM", "'@SUM"),
            ("a=1", "a=1"),
            ("\t=1", "\\t=1"),
            ("a\r\nb", "a\\r\\nb"),
            ("a\u{1b}[2J", "a\\u001b[2J"),
        ] {
            assert_eq!(lines(columns, &[json!({ "a": text })]), format!("a\r\n{expected}\r\n"));
        }
        assert_eq!(lines(columns, &[json!({ "a": [{ "b": 1 }, 2] })]), "a\r\n\"[{\"\"b\"\":1},2]\"\r\n");
        assert_eq!(lines(columns, &[json!({ "a": [] })]), "a\r\n\"\"\r\n");
    }
}
