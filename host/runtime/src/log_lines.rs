//! Bytes written to a stream, as lines of a log.

/// Longest line in bytes; a longer one becomes several, so that a guest that never ends one holds no memory of the
/// host.
const LONGEST_BYTES: usize = 4 << 10;

/// What was written and not taken yet: finished lines, and the bytes since the last line break.
#[derive(Debug, Default)]
pub(crate) struct LogLines {
    finished: Vec<String>,
    unfinished: Vec<u8>,
}

impl LogLines {
    /// Adds what was written. A line without text is left out.
    pub(crate) fn write(&mut self, written: &[u8]) {
        for &byte in written {
            if byte != b'\n' {
                self.unfinished.push(byte);
            }
            if byte == b'\n' || self.unfinished.len() >= LONGEST_BYTES {
                self.end_line();
            }
        }
    }

    /// Takes the finished lines; at the end of the stream also the last one, which has no break.
    pub(crate) fn take(&mut self, at_end: bool) -> Vec<String> {
        if at_end {
            self.end_line();
        }
        std::mem::take(&mut self.finished)
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.unfinished);
        let line = String::from_utf8_lossy(line.trim_ascii_end());
        if !line.is_empty() {
            self.finished.push(line.into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_lines() {
        let mut lines = LogLines::default();
        lines.write(b"one ");
        assert!(lines.take(false).is_empty());
        lines.write(b"line\r\n\nand\nano");
        assert_eq!(lines.take(false), ["one line", "and"]);
        lines.write(b"ther \xff\n");
        assert_eq!(lines.take(false), ["another \u{fffd}"]);
        lines.write(b"the end");
        assert!(lines.take(false).is_empty());
        assert_eq!(lines.take(true), ["the end"]);
        assert!(lines.take(true).is_empty());
    }

    #[test]
    fn a_line_that_never_ends_is_cut() {
        let mut lines = LogLines::default();
        lines.write(&[b'x'; 10_000]);
        let lengths: Vec<_> = lines.take(true).iter().map(String::len).collect();
        assert_eq!(lengths, [4096, 4096, 10_000 - 2 * 4096]);
    }
}
