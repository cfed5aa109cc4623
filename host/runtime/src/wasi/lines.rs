//! Bytes written to a stream, as lines of a log.

/// Longest line; a longer one becomes several, so that a guest that never ends one holds no memory of the host.
const LONGEST_BYTES: usize = 4 << 10;

/// What was written since the last line break.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    /// Takes what was written and answers the lines that it ends. A line without text is left out.
    pub(super) fn take(&mut self, written: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for &byte in written {
            if byte != b'\n' {
                self.unfinished.push(byte);
            }
            if byte == b'\n' || self.unfinished.len() >= LONGEST_BYTES {
                lines.extend(self.take_rest());
            }
        }
        lines
    }

    /// The last line, which has no break; none without text.
    pub(super) fn take_rest(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.unfinished);
        let line = String::from_utf8_lossy(line.trim_ascii_end());
        (!line.is_empty()).then(|| line.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_lines() {
        let mut lines = Lines::default();
        assert!(lines.take(b"one ").is_empty());
        assert_eq!(lines.take(b"line\r\n\nand\nano"), ["one line", "and"]);
        assert_eq!(lines.take(b"ther \xff\n"), ["another \u{fffd}"]);
        assert!(lines.take(b"the end").is_empty());
        assert_eq!(lines.take_rest().as_deref(), Some("the end"));
        assert_eq!(lines.take_rest(), None);
    }

    #[test]
    fn a_line_that_never_ends_is_cut() {
        let mut lines = Lines::default();
        let cut = lines.take(&[b'x'; 10_000]);
        assert_eq!(cut.iter().map(String::len).collect::<Vec<_>>(), [4096, 4096]);
        assert_eq!(lines.take_rest().map(|line| line.len()), Some(10_000 - 2 * 4096));
    }
}
