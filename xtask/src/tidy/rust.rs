//! Rust source taken apart just far enough to tell code, text and comments from one another.

/// A source file's parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The source with comments and the inside of literals left out; its lines are those of the file.
    pub code: String,
    /// The text literals, each with the line on which it begins.
    pub literals: Vec<(usize, String)>,
}

/// Takes a source file apart. Never fails: on source that does not compile the parts are merely of little use.
pub fn parts(source: &str) -> Parts {
    let mut reader = Reader { rest: source, line: 1, parts: Parts::default() };
    while let Some(next) = reader.rest.chars().next() {
        reader.step(next);
    }
    reader.parts
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    parts: Parts,
}

impl Reader<'_> {
    fn step(&mut self, next: char) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.skip(end);
        } else if self.rest.starts_with("/*") {
            self.skip(comment_length(self.rest));
        } else if let Some((start, end, length)) = self.raw_text() {
            self.literal(start, end, length);
        } else if next == '"' {
            let end = quoted_length(self.rest, '"');
            self.literal(1, end.saturating_sub(1), end);
        } else if next == '\'' && is_character(self.rest) {
            self.skip(quoted_length(self.rest, '\''));
        } else {
            self.parts.code.push(next);
            self.advance(next.len_utf8());
        }
    }

    /// Start and end of the inside of a raw text that begins here, and its whole length.
    fn raw_text(&self) -> Option<(usize, usize, usize)> {
        let after = self.rest.strip_prefix('r')?;
        // The `r` of `br"` and `cr"` follows a letter as well; that of an identifier such as `for` precedes no quote.
        let hashes = after.len() - after.trim_start_matches('#').len();
        let inside = after.get(hashes..)?.strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let start = hashes + 2;
        let end = start + inside.find(&close).unwrap_or(inside.len());
        Some((start, end, (end + close.len()).min(self.rest.len())))
    }

    fn literal(&mut self, start: usize, end: usize, length: usize) {
        let inside = self.rest.get(start..end).unwrap_or_default().to_owned();
        self.parts.literals.push((self.line, inside));
        self.parts.code.push_str("\"\"");
        self.skip(length);
    }

    /// Passes over what is not code; its line ends stay.
    fn skip(&mut self, length: usize) {
        let skipped = self.rest.get(..length).unwrap_or(self.rest);
        let ends = skipped.matches('\n').count();
        self.parts.code.extend(std::iter::repeat_n('\n', ends));
        self.advance(skipped.len());
    }

    fn advance(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }
}

fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth.saturating_sub(1), at + 2);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of a quoted text, its quotes included.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, next) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if next == '\\' {
            escaped = true;
        } else if next == quote {
            return at + next.len_utf8();
        }
    }
    text.len()
}

/// Whether a quote begins a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut following = text.chars().skip(1);
    let first = following.next();
    first == Some('\\') || (first.is_some() && following.next() == Some('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_not_code() {
        let parts = parts("a(); // now()\n/* one /* two */\n still */ b();\n//! c\n");
        assert_eq!(parts.code, "a(); \n\n b();\n\n");
        assert!(parts.literals.is_empty());
    }

    #[test]
    fn texts_are_told_with_their_lines() {
        let parts =
            parts("let a = \"one \\\" // two\";\nlet b = r#\"three \"four\" \"#;\nlet c = b\"five\";");
        let texts: Vec<(usize, &str)> =
            parts.literals.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(texts, [(1, "one \\\" // two"), (2, "three \"four\" "), (3, "five")]);
        assert_eq!(parts.code, "let a = \"\";\nlet b = \"\";\nlet c = b\"\";");
    }

    #[test]
    fn characters_and_lifetimes_are_not_confused() {
        let parts = parts("fn f<'a>(x: &'a str) { x.find('\"'); x.find('\\''); g(\"t\") }");
        assert_eq!(parts.literals, [(1, "t".to_owned())]);
        assert_eq!(parts.code, "fn f<'a>(x: &'a str) { x.find(); x.find(); g(\"\") }");
    }

    #[test]
    fn lines_stay_where_they_are_after_a_long_text() {
        let parts = parts("a(\"one\ntwo\");\nb();");
        assert_eq!(parts.code.lines().nth(2), Some("b();"));
    }

    #[test]
    fn source_that_ends_too_early_is_no_problem() {
        for source in ["\"open", "/* open", "r#\"open", "'", "'\\", "b'"] {
            parts(source);
        }
    }
}
