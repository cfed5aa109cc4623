//! A sentence that a person gives with what they do: why an alert is resolved, a halt lifted, a jump explained.

use prahari_domain::text::is_plain;

use crate::problem::Problem;

/// Most characters of it.
pub const LONGEST_SENTENCE: usize = 500;

/// Most characters of a name.
pub const LONGEST_NAME: usize = 64;

/// The sentence without the space around it, once it can be kept and shown as it stands; `field` names it in the
/// refusal.
///
/// # Errors
/// When it is empty or too long, or has characters that a page, a terminal or a log would obey instead of showing them.
pub fn sentence<'a>(field: &str, given: &'a str) -> Result<&'a str, Problem> {
    sentence_within(field, given, LONGEST_SENTENCE)
}

/// The name that a person gives to something of theirs, as [`sentence`].
///
/// # Errors
/// As [`sentence`], with [`LONGEST_NAME`] as its limit.
pub fn own_name<'a>(field: &str, given: &'a str) -> Result<&'a str, Problem> {
    sentence_within(field, given, LONGEST_NAME)
}

fn sentence_within<'a>(field: &str, given: &'a str, longest: usize) -> Result<&'a str, Problem> {
    let sentence = given.trim();
    if sentence.is_empty() || sentence.chars().count() > longest {
        return Err(Problem::invalid(format!("{field}: 1 to {longest} characters")));
    }
    if !is_plain(sentence) {
        return Err(Problem::invalid(format!(
            "{field}: it has a character that cannot be seen, or a line break"
        )));
    }
    Ok(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_bound_that_holds_for_the_reason_of_a_decision_about_an_order() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        for body in ["OrderResolution", "Cancellation"] {
            let reason = &document["components"]["schemas"][body]["properties"]["reason"];
            assert_eq!(reason["maxLength"], LONGEST_SENTENCE, "{body}");
        }
    }

    #[test]
    fn a_sentence_is_kept_as_it_is_without_the_space_around_it() {
        assert_eq!(sentence("why", " एक विभाजन, 2:1 ✓ \n").unwrap(), "एक विभाजन, 2:1 ✓");
        assert_eq!(own_name("name", &format!(" {} ", "é".repeat(64))).unwrap().chars().count(), 64);
        for name in ["  ", &"é".repeat(65)] {
            let refused = own_name("name", name).unwrap_err();
            assert!(format!("{refused:?}").contains("name: 1 to 64 characters"), "{refused:?}");
        }
        assert_eq!(sentence("why", &"é".repeat(500)).unwrap().chars().count(), 500);
    }

    #[test]
    fn what_is_empty_long_or_would_be_obeyed_is_refused() {
        for given in [
            "",
            "  ",
            "\n",
            "a\nb",
            "a\tb",
            "a\u{1b}[2J",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            &"x".repeat(501),
        ] {
            assert!(sentence("why", given).is_err(), "{given:?}");
        }
    }
}
