//! Log lines on standard error, one for each event: readable on a terminal, JSON otherwise.
//!
//! `PRAHARI_LOG` says what is logged, `warn` by default; `info`, or `warn,prahari_store=debug`, as [`EnvFilter`]
//! reads it. Whatever guests, users and the network send goes through [`one_line`] on its way out, so that no text
//! can fake a line of the log or reach the terminal as a command.

use std::io::{self, IsTerminal, Write};

use prahari_domain::text::one_line;
use tracing::Dispatch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// Name of the environment variable.
const VARIABLE: &str = "PRAHARI_LOG";

/// Default filter of log lines.
const DEFAULT: &str = "warn";

/// Starts logging for this process.
pub fn start(enabled: bool) {
    if !enabled {
        return;
    }
    let asked = std::env::var(VARIABLE).ok();
    let filter = asked.as_deref().map(EnvFilter::try_new);
    let form = if io::stderr().is_terminal() { Form::Lines } else { Form::Json };
    let (filter, unreadable) = match filter {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(DEFAULT), Some(error)),
        None => (EnvFilter::new(DEFAULT), None),
    };
    // A second start in one process keeps the first: nothing is lost by it.
    let _already_started = dispatch(form, filter, io::stderr).try_init();
    if let Some(error) = unreadable {
        tracing::warn!(%error, "{VARIABLE} cannot be read; {DEFAULT} is used instead");
    }
}

/// Format of a line.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Lines for people: time, level, target, message and values.
    Lines,
    /// One JSON object per line, for programs.
    Json,
}

fn dispatch<W>(form: Form, filter: EnvFilter, writer: impl Fn() -> W + Send + Sync + 'static) -> Dispatch
where
    W: Write,
{
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Safely(writer));
    match form {
        Form::Lines => lines.into(),
        Form::Json => lines.json().flatten_event(true).into(),
    }
}

/// Makes each line safe before it is written.
struct Safely<F>(F);

impl<'a, F: Fn() -> W, W: Write> MakeWriter<'a> for Safely<F> {
    type Writer = SafeLine<W>;

    fn make_writer(&'a self) -> SafeLine<W> {
        SafeLine((self.0)())
    }
}

/// Is given one whole event at a time, as `tracing-subscriber` does, and writes it as one line in one piece.
struct SafeLine<W>(W);

impl<W: Write> Write for SafeLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = one_line(text.trim_end_matches('\n')).into_owned();
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Takes the terminal over, fakes a line, and turns the writing direction.
    const HOSTILE: &str = "done\n2030-01-01T00:00:00Z ERROR all is lost\r\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{2028}x";

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the log lines of events with hostile text in every field that takes a value.
    fn written(form: Form, filter: &str) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let dispatch = dispatch(form, EnvFilter::new(filter), move || writer.clone());
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::error!(reason = HOSTILE, error = %HOSTILE, debug = ?HOSTILE, "guest says {HOSTILE}");
            tracing::info!("quiet");
        });
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    fn assert_safe(lines: &str) {
        let obeyed = |c: char| {
            c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}')
        };
        assert!(!lines.trim_end_matches('\n').contains(obeyed), "{lines:?}");
    }

    #[test]
    fn a_hostile_text_stays_on_its_one_line_on_a_terminal() {
        let lines = written(Form::Lines, "warn");
        assert_safe(&lines);
        assert!(lines.contains("ERROR"), "{lines}");
        assert!(lines.contains("guest says done\\n2030-01-01T00:00:00Z ERROR all is lost"), "{lines}");
        assert!(!lines.contains("quiet"));
    }

    #[test]
    fn a_hostile_text_stays_one_value_in_json_and_nothing_of_it_is_lost() {
        let lines = written(Form::Json, "warn");
        assert_safe(&lines);
        let event: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(event["level"], "ERROR");
        assert_eq!(event["reason"], HOSTILE);
    }

    #[test]
    fn the_filter_says_what_is_logged() {
        assert_eq!(written(Form::Json, "info").lines().count(), 2);
        assert_eq!(written(Form::Lines, "off"), "");
    }
}
