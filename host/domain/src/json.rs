//! Reading JSON that people write, such as a calendar or a manifest. The reader speaks of the types of this program; what it says
//! is put here into words that whoever wrote the text understands.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

/// Why a text is not what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The entry, such as `years.2027.holidays[3].date`; empty when the text as a whole is meant.
    pub entry: String,
    /// What is wrong with it, without a full stop.
    pub sentence: String,
}

/// Reads a text to its end.
///
/// # Errors
/// With the first entry that is not as it should be.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unread> {
    // What is no JSON has a line and a column; what is another JSON than expected has an entry.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Unread { entry: String::new(), sentence: not_json(&error) });
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        // A question mark stands where the reader has lost its way.
        let entry = path.trim_end_matches(['.', '?']).to_owned();
        Unread { entry, sentence: refusal(error.inner()) }
    })
}

/// What is wrong with a part of a text that is JSON.
pub fn refusal(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = if error.line() == 0 {
        &*said
    } else {
        said.rsplit_once(" at line ").map_or(&*said, |(said, _)| said)
    };
    match error.classify() {
        Category::Data => in_words(said),
        _ if said.starts_with("recursion limit") => "it is nested too deep".to_owned(),
        // An object or a text is expected there, by a type that has several forms.
        Category::Syntax => "another kind of value is expected".to_owned(),
        Category::Eof | Category::Io => said.to_owned(),
    }
}

fn not_json(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "it ends before its JSON does".to_owned(),
        _ => format!("it is not JSON: line {}, column {} cannot be read", error.line(), error.column()),
    }
}

/// The reader's own sentences in other words; what our types say of themselves stays as it is.
fn in_words(said: &str) -> String {
    let after = |begin: &str| said.strip_prefix(begin);
    if let Some(name) = after("missing field ") {
        return format!("{} is missing", bare(name));
    }
    if let Some(name) = after("duplicate field ") {
        return format!("{} is given twice", bare(name));
    }
    if let Some(rest) = after("unknown field ") {
        return unknown(rest, "is no field of this");
    }
    if let Some(rest) = after("unknown variant ") {
        return unknown(rest, "is none of these");
    }
    let expectation = |begin: &str| after(begin).and_then(|rest| rest.rsplit_once(", expected "));
    if let Some((found, wanted)) = expectation("invalid type: ") {
        return format!("it is {}, not {}", expected(wanted), kind(found));
    }
    if let Some((found, wanted)) = expectation("invalid value: ") {
        let value = found.split_once(' ').map_or(found, |(_, value)| value);
        return format!("it is {}; this is {}", expected(wanted), bare(value));
    }
    said.to_owned()
}

fn bare(name: &str) -> &str {
    name.trim_matches('`')
}

/// Of a name that is not known: the name, and those that there are.
fn unknown(rest: &str, what: &str) -> String {
    match rest.rsplit_once(", expected ") {
        Some((name, others)) => {
            let others = others.trim_start_matches("one of ").replace("` or `", "`, `").replace('`', "");
            format!("{} {what}: {others}", bare(name))
        }
        None => {
            let name = rest.split(", there are no ").next().unwrap_or(rest);
            format!("{} {what}: there are none", bare(name))
        }
    }
}

/// What is expected, by the reader's name for it.
fn expected(wanted: &str) -> &str {
    match wanted {
        "a string" | "a borrowed string" | "a character" => "a text",
        "a boolean" => "true or false",
        "a map" => "an object",
        "a sequence" => "a list",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0 on",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        named if named.starts_with("struct ") => "an object",
        named if named.starts_with("enum ") => "a text or an object with one field",
        other => other,
    }
}

/// What kind of value was found, by the reader's name for it.
fn kind(found: &str) -> &str {
    match found.split([' ', '`']).next() {
        Some("string") => "a text",
        Some("integer") => "a number",
        Some("floating") => "a number with a fraction",
        Some("boolean") => "true or false",
        Some("null") => "null",
        Some("map") => "an object",
        Some("sequence") => "a list",
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is read only")]
    struct Thing {
        name: String,
        #[serde(default)]
        parts: Vec<Part>,
        late: Option<Late>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is read only")]
    struct Part {
        count: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "it is read only")]
    enum Late {
        Never,
        Window { millis: i64 },
    }

    #[test]
    fn a_refusal_names_the_entry_and_no_type_of_the_program() {
        for (text, entry, sentence) in [
            ("", "", "it ends before its JSON does"),
            (r#"{"name": "a""#, "", "it ends before its JSON does"),
            ("{name}", "", "it is not JSON: line 1, column 2 cannot be read"),
            ("{\"name\": \"a\"}\nx", "", "it is not JSON: line 2, column 1 cannot be read"),
            ("7", "", "it is an object, not a number"),
            ("{}", "", "name is missing"),
            (r#"{"name": 7}"#, "name", "it is a text, not a number"),
            (r#"{"name": "a", "name": "b"}"#, "", "name is given twice"),
            (r#"{"name": "a", "parts": {}}"#, "parts", "it is a list, not an object"),
            (r#"{"name": "a", "parts": [{}]}"#, "parts[0]", "count is missing"),
            (
                r#"{"name": "a", "parts": [{"count": -1}]}"#,
                "parts[0].count",
                "it is a whole number from 0 to 4294967295; this is -1",
            ),
        ] {
            let unread = read::<Thing>(text).unwrap_err();
            assert_eq!((&*unread.entry, &*unread.sentence), (entry, sentence), "{text}");
        }
    }

    #[test]
    fn a_name_that_is_not_known_is_told_with_those_that_are() {
        let sentence = |text: &str| read::<Thing>(text).unwrap_err().sentence;
        assert_eq!(
            sentence(r#"{"name": "a", "fingers": 5}"#),
            "fingers is no field of this: name, parts, late"
        );
        assert_eq!(sentence(r#"{"name": "a", "parts": [{"x": 5}]}"#), "x is no field of this: count");
        assert_eq!(sentence(r#"{"name": "a", "late": "soon"}"#), "soon is none of these: never, window");
        assert_eq!(sentence(r#"{"name": "a", "late": [5]}"#), "another kind of value is expected");
    }
}
