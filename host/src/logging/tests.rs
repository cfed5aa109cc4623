use std::sync::{Arc, Mutex};

use prahari_app::day_log::TARGET as DAY;

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
    let lines =
        tracing_subscriber::registry().with(layer(form, EnvFilter::new(filter), move || writer.clone()));
    tracing::subscriber::with_default(lines, || {
        tracing::error!(reason = HOSTILE, error = %HOSTILE, debug = ?HOSTILE, "guest says {HOSTILE}");
        tracing::info!("quiet");
        tracing::info!(target: DAY, "a run has ended");
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
    assert_eq!(written(Form::Json, "info").lines().count(), 3);
    assert_eq!(written(Form::Lines, "off"), "");
    assert_eq!(written(Form::Json, QUIET).lines().count(), 1);
    let watched = written(Form::Lines, WATCHED);
    assert_eq!(watched.lines().count(), 2);
    assert!(watched.ends_with("  INFO prahari::day: a run has ended\n"), "{watched}");
    let (asked, unreadable) = filter(Some("warn,prahari_app=debug"), QUIET);
    assert!(unreadable.is_none() && asked.to_string().contains("prahari_app=debug"));
    assert!(filter(Some("prahari_app=loud"), QUIET).1.is_some());
}
