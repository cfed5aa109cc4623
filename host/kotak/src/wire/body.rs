//! From bytes to JSON, and from JSON to success or an error by its meaning.

use serde_json::Value;

use super::quote::QuoteRow;
use super::said::Said;
use crate::error::{Call, KotakError, Meaning};
use crate::http::{NoAnswer, Raw};
use crate::mask::{Masked, Masker};

/// What a call says when there is nothing, which is an empty list there and an error nowhere else.
const NO_HOLDINGS: &str = "no holdings found";

/// Reads the body of an answer.
///
/// # Errors
/// [`Meaning::NotSent`] and [`Meaning::Lost`] when there is none; otherwise what the body says. A body that is not JSON is
/// what its status says, and [`Meaning::Unreadable`] where that says nothing.
pub(crate) fn json(call: Call, answer: Result<Raw, NoAnswer>, masker: &Masker) -> Result<Value, KotakError> {
    let raw = answer.map_err(|none| no_answer(call, none))?;
    match serde_json::from_slice::<Value>(&raw.body) {
        Ok(body) if is_good(call, raw.status, &body) => Ok(body),
        Ok(body) => Err(said(call, raw.status, &Said::of(&body), masker)),
        Err(_) => Err(unreadable(call, &raw)),
    }
}

/// Turns the absence of an answer into an error.
pub(crate) fn no_answer(call: Call, none: NoAnswer) -> KotakError {
    match none {
        NoAnswer::NotSent(why) => KotakError::not_sent(call, why),
        NoAnswer::Lost(why) => KotakError::ours(call, Meaning::Lost, why),
        NoAnswer::TooLong { status } => KotakError {
            http: Some(status),
            ..KotakError::ours(call, Meaning::Unreadable, "the answer is longer than it may be")
        },
    }
}

/// Reads the rows of a list; an answer that says that there is nothing is an empty list.
///
/// # Errors
/// Those of the call, and [`Meaning::Unreadable`] when one row cannot be read: half a list would be a lie.
pub(crate) fn rows<T, E: std::fmt::Display>(
    call: Call,
    answer: Result<Value, KotakError>,
    counts: impl Fn(&Value) -> bool,
    read: impl Fn(&Value) -> Result<T, E>,
) -> Result<Vec<T>, KotakError> {
    let body = match answer {
        Ok(body) => body,
        Err(error) if error.meaning == Meaning::Empty => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(Value::Array(rows)) = body.get("data") else {
        return Err(misread(call, "there is no list in the answer"));
    };
    let rows = rows.iter().filter(|row| counts(row));
    rows.map(|row| read(row).map_err(|why| misread(call, why))).collect()
}

/// Reads the rows of quotes, which are no list in an object but the answer itself.
///
/// # Errors
/// [`Meaning::Unreadable`] when one row cannot be read.
pub(crate) fn quotes(answer: &Value) -> Result<Vec<QuoteRow>, KotakError> {
    let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|row| QuoteRow::read(row).map_err(|why| misread(Call::Quotes, why))).collect()
}

/// An answer that is JSON and says nothing that can be used.
pub(crate) fn misread(call: Call, why: impl std::fmt::Display) -> KotakError {
    KotakError::ours(call, Meaning::Unreadable, why.to_string())
}

fn said(call: Call, http: u16, said: &Said, masker: &Masker) -> KotakError {
    let mut meaning = said.meaning(call, http);
    if call == Call::Holdings && said.mentions(NO_HOLDINGS) {
        meaning = Meaning::Empty;
    }
    // A good status with a body that neither succeeds nor says why.
    if meaning == Meaning::Unlisted && said.code.is_none() && said.texts.is_empty() {
        meaning = Meaning::Unreadable;
    }
    let text = masker.clean(&said.line());
    KotakError { call, meaning, said: text, code: said.code, http: Some(http) }
}

fn unreadable(call: Call, raw: &Raw) -> KotakError {
    let empty = raw.body.iter().all(u8::is_ascii_whitespace);
    let begins = raw.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let what = match begins {
        _ if empty => "the answer is empty",
        Some(b'<') => "the answer is a page and not JSON",
        _ => "the answer is not JSON",
    };
    let meaning = match Said::default().meaning(call, raw.status) {
        Meaning::Unlisted => Meaning::Unreadable,
        // A page with 401 or 403 is that of a wall before the broker as well: it says nothing of the session.
        Meaning::Session | Meaning::Refused if !empty => Meaning::Unreadable,
        other => other,
    };
    KotakError { call, meaning, said: Masked::ours(what), code: None, http: Some(raw.status) }
}

/// Returns whether a body is the answer that the call asks for. Only the body decides, except where it has no mark of
/// its own.
fn is_good(call: Call, http: u16, body: &Value) -> bool {
    let fine = (200..300).contains(&http);
    let code = Said::of(body).code;
    let said_good = Said::of(body).good;
    match call {
        Call::LogIn | Call::Validate => fine && body.get("data").is_some_and(Value::is_object),
        Call::Address => fine && body.get("data").is_some(),
        Call::Holdings => {
            fine && body.get("data").is_some_and(Value::is_array) && code.is_none_or(|code| code == 200)
        }
        Call::Quotes => fine && body.is_array(),
        Call::Files | Call::Feeds | Call::Listed => fine && body.get("data").is_some_and(Value::is_object),
        _ => said_good && code.is_none_or(|code| code == 200),
    }
}
