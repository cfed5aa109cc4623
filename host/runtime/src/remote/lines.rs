//! What a worker writes to its standard error, as lines of the daemon's log.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Most bytes of a line that are kept.
const LINE_BYTES: usize = 1_000;

/// Most lines of one worker that are logged. It has nothing to say but why it cannot start; the rest is read, so that
/// it never waits for us, and thrown away.
const LINES: usize = 200;

/// Reads to the end; `log` gets each line, without control characters.
pub(crate) async fn forward(mut from: impl AsyncRead + Unpin, mut log: impl FnMut(&str)) {
    let mut lines = Lines::default();
    let mut chunk = [0; 1_024];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        chunk.iter().take(count).for_each(|byte| lines.take(*byte, &mut log));
    }
    lines.end(&mut log);
}

#[derive(Default)]
struct Lines {
    line: Vec<u8>,
    logged: usize,
}

impl Lines {
    fn take(&mut self, byte: u8, log: &mut impl FnMut(&str)) {
        if byte == b'\n' {
            self.end(log);
        } else if self.line.len() < LINE_BYTES {
            self.line.push(byte);
        }
    }

    fn end(&mut self, log: &mut impl FnMut(&str)) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() || self.logged >= LINES {
            return;
        }
        self.logged += 1;
        log(&String::from_utf8_lossy(&line).escape_debug().to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn logged(text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        forward(text.as_bytes(), |line| lines.push(line.to_owned())).await;
        lines
    }

    #[tokio::test]
    async fn lines_are_cut_and_their_control_characters_escaped() {
        assert_eq!(logged("one\n\n\x1b[31mtwo\rthree").await, ["one", "\\u{1b}[31mtwo\\rthree"]);
        let long = logged(&"x".repeat(5_000)).await;
        assert_eq!(long[0].len(), LINE_BYTES);
    }

    #[tokio::test]
    async fn everything_is_read_and_no_more_than_the_limit_is_logged() {
        assert_eq!(logged(&"again\n".repeat(100_000)).await.len(), LINES);
    }
}
