//! The log of a test's process, for tests that look into it. Such a test has a process of its own, so that the whole log is its.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

/// Collects the log.
#[derive(Clone, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl CapturedLog {
    /// Collects everything of this level and more severe ones from now on.
    pub fn start(level: Level) -> Self {
        let log = Self::default();
        // Without the time of a line: the six digits of its microseconds are those of the MPIN once in a million lines.
        let subscriber = tracing_subscriber::fmt().with_max_level(level).without_time().with_ansi(false);
        let _set = tracing::subscriber::set_global_default(subscriber.with_writer(log.clone()).finish());
        log
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines so far that tell what a day brings, without level and target.
    pub fn of_the_day(&self) -> Vec<String> {
        let text = self.text();
        text.lines()
            .filter_map(|line| line.split_once("prahari::day: "))
            .map(|(_, line)| line.to_owned())
            .collect()
    }
}

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for CapturedLog {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
