//! Log lines, one for each event: on standard error, readable on a terminal and JSON otherwise, and for a daemon with
//! `--log-dir` in one file a day as well.
//!
//! `PRAHARI_LOG` says what is logged, as [`EnvFilter`] reads it: `info`, or `warn,prahari_store=debug`. Without it a
//! daemon tells warnings and what its day brings, and `--quiet` and every other command warnings only. Whatever guests,
//! users and the network send goes through [`one_line`] on its way out, so that no text can fake a line of the log or
//! reach the terminal as a command.

mod clock;
mod files;
mod writer;

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use prahari_domain::text::one_line;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use clock::LineTime;
pub use clock::follow;
use files::LogFiles;

use crate::cli::Command;
use crate::exit::Failure;

/// Name of the environment variable.
const VARIABLE: &str = "PRAHARI_LOG";

/// Filter of a command that a person waits for, and of a quiet daemon.
const QUIET: &str = "warn";

/// Filter of a daemon that somebody watches, or whose files somebody reads later: its day, and who logs in at a broker.
const WATCHED: &str = "warn,prahari::day=info,prahari_kotak::session=info";

/// The files of this process, if it writes any.
static FILES: OnceLock<LogFiles> = OnceLock::new();

/// Starts logging for this process.
pub fn start(command: &Command) -> Result<(), Failure> {
    if !command.is_interactive() {
        return Ok(());
    }
    let daemon = match command {
        Command::Serve(options) => Some(&options.log),
        _ => None,
    };
    let usual = if daemon.is_some_and(|log| !log.quiet) { WATCHED } else { QUIET };
    let asked = std::env::var(VARIABLE).ok();
    let (filter, unreadable) = filter(asked.as_deref(), usual);
    let form = if io::stderr().is_terminal() { Form::Lines } else { Form::Json };
    let mut layers = vec![layer(form, filter, io::stderr)];
    if let Some((log, folder)) = daemon.and_then(|log| Some((log, log.log_dir.as_deref()?))) {
        let files = LogFiles::open(folder, log.log_days)?;
        let lines = FILES.get_or_init(|| files);
        layers.push(layer(Form::Lines, self::filter(asked.as_deref(), WATCHED).0, || lines.clone()));
    }
    // A second start in one process keeps the first: nothing is lost by it.
    let _already_started = tracing_subscriber::registry().with(layers).try_init();
    if let Some(error) = unreadable {
        tracing::warn!(%error, "{VARIABLE} cannot be read; {usual} is used instead");
    }
    Ok(())
}

/// Writes what is still to be written into the files, within two seconds.
pub fn end() {
    if let Some(files) = FILES.get() {
        files.end();
    }
}

/// The filter that was asked for, or the usual one with the reason why.
fn filter(asked: Option<&str>, usual: &str) -> (EnvFilter, Option<ParseError>) {
    match asked.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(usual), Some(error)),
        None => (EnvFilter::new(usual), None),
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

/// A place to which lines go.
type Lines = Box<dyn Layer<Registry> + Send + Sync>;

fn layer<W>(form: Form, filter: EnvFilter, writer: impl Fn() -> W + Send + Sync + 'static) -> Lines
where
    W: Write + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_timer(LineTime);
    let lines = lines.with_writer(Safely(writer));
    match form {
        Form::Lines => lines.with_filter(filter).boxed(),
        Form::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
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
mod tests;
