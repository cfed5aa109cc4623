//! A sentence that a person gives with what they do: why an alert is resolved, a halt lifted, a jump explained.

use prahari_domain::text::is_plain;

use crate::problem::Problem;

/// Most characters of it.
pub const LONGEST_SENTENCE: usize = 500;

/// The sentence without the space around it, once it can be kept and shown as it stands; `field` names it in the
/// refusal.
///
/// # Errors
/// When it is empty or too long, or has characters that a page, a terminal or a log would obey instead of showing them.
pub fn sentence<'a>(field: &str, given: &'a str) -> Result<&'a str, Problem> {
    let sentence = given.trim();
    if sentence.is_empty() || sentence.chars().count() > LONGEST_SENTENCE {
        return Err(Problem::invalid(format!("{field}: 1 to {LONGEST_SENTENCE} characters")));
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
    fn a_sentence_is_kept_as_it_is_without_the_space_around_it() {
        assert_eq!(sentence("why", " एक विभाजन, 2:1 ✓ \n").unwrap(), "एक विभाजन, 2:1 ✓");
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
