//! Text that came from outside, made safe to show: in a log, a terminal, a database, a page.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line, without anything that a terminal or a viewer would obey.
///
/// Line breaks, tabs, escape sequences and other control characters, line and paragraph separators, characters that
/// turn the direction of writing and characters that cannot be seen are written as `\n`, `\r`, `\t` or `\u` with
/// four hex digits, as JSON writes them. So a guest's message can neither fake a log line nor hide part of itself,
/// and a line of JSON stays the same document. Everything else is left alone, so doing it again changes nothing.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            character if is_obeyed(character) => escape(character, &mut safe),
            character => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// The text on one line, without anything that a terminal or a viewer would obey: line breaks and tabs become blanks,
/// and the other characters that [`one_line`] spells out are gone. For words from outside that are searched before they
/// are shown, where a character that cannot be seen would hide what is searched for.
pub fn without_obeyed(text: &str) -> String {
    let kept = |character: char| match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        character => (!is_obeyed(character)).then_some(character),
    };
    text.chars().filter_map(kept).collect()
}

/// Makes a text of several lines safe, such as indented JSON or the body of a message: each line by itself, and
/// the line breaks stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    if is_plain_lines(text) && !text.contains(['\r', '\t']) {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| one_line(line.strip_suffix('\r').unwrap_or(line)));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// [`one_line`] of a text that is already a `String`, such as a line of JSON: without a copy where nothing is to be
/// done.
pub fn into_one_line(text: String) -> String {
    match one_line(&text) {
        Cow::Owned(safe) => safe,
        Cow::Borrowed(_) => text,
    }
}

/// Returns whether a text is one line in which everything can be seen, so that it may be kept as somebody gave it.
pub fn is_plain(text: &str) -> bool {
    !text.contains(is_obeyed)
}

/// Returns whether a text is lines in which everything can be seen, so that somebody who reads it, such as a
/// script, reads all of it.
pub fn is_plain_lines(text: &str) -> bool {
    !text.contains(|character| !matches!(character, '\n' | '\r' | '\t') && is_obeyed(character))
}

fn escape(character: char, safe: &mut String) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        // Writing to a string does not fail.
        let _written = write!(safe, "\\u{unit:04x}");
    }
}

/// Returns whether a terminal or a page obeys the character instead of drawing it.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_language_is_left_alone() {
        for text in ["", "bought 10 INFY at ₹1,500", "प्रहरी ठीक है", "C:\\path {\"a\": 1}", "é ✓ 😀"]
        {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(one_line("done\n2025 ERROR fake\r\tx"), "done\\n2025 ERROR fake\\r\\tx");
        assert_eq!(one_line("\u{1b}[2Jgone\u{7}\0"), "\\u001b[2Jgone\\u0007\\u0000");
        assert_eq!(one_line("\u{9b}31m \u{7f}"), "\\u009b31m \\u007f");
        assert_eq!(one_line("a\u{202e}b\u{2066}c\u{200b}d\u{2028}e"), "a\\u202eb\\u2066c\\u200bd\\u2028e");
        assert_eq!(one_line("\u{e0041}"), "\\udb40\\udc41");
    }

    #[test]
    fn what_is_obeyed_can_be_taken_out_instead() {
        assert_eq!(without_obeyed("pass\u{200b}word\r\nb\u{1b}[2J\u{202e}c\0\u{2028}d"), "password  b[2Jc d");
        assert_eq!(without_obeyed("प्रहरी ✓"), "प्रहरी ✓");
    }

    #[test]
    fn doing_it_again_changes_nothing() {
        let once = one_line("a\nb\u{1b}").into_owned();
        assert_eq!(one_line(&once), once);
    }

    #[test]
    fn lines_stay_lines_and_each_is_safe() {
        assert_eq!(lines("a\r\n\tb\u{1b}[2J\rc\n"), "a\n\\tb\\u001b[2J\\rc\n");
        assert!(matches!(lines("one\ntwo\n"), Cow::Borrowed("one\ntwo\n")));
        assert_eq!(lines("plain\tbut for a tab"), "plain\\tbut for a tab");
        assert!(is_plain("प्रहरी ✓") && !is_plain("a\nb") && !is_plain("a\u{202e}b"));
        assert!(is_plain_lines("fn slots(day) {\r\n\t[]\n}") && !is_plain_lines("// \u{202e}"));
        assert_eq!(into_one_line("a\nb".to_owned()), "a\\nb");
    }

    #[test]
    fn a_line_of_json_stays_the_same_document() {
        let text = "right\u{202e}tfel \u{7f}\u{85}\u{e0041}";
        let json = serde_json::to_string(text).unwrap();
        let safe = one_line(&json);
        assert!(safe.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
