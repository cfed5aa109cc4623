//! One file of log lines a day, named by the date in India: appended to, bounded, and removed when it is old.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use chrono::Days;
use nix::fcntl::OFlag;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;

use super::clock;

/// Most bytes of a day's file: what comes later on that day is left out, so that a program gone wild fills no disk.
pub const MOST_BYTES: u64 = 256 << 20;

/// Lines are gathered up to so many bytes before they are written.
const MOST_GATHERED: usize = 64 << 10;

/// Writes the lines of a day into its file. What cannot be written is counted and said, and is nobody's failure.
pub struct DayWriter {
    folder: PathBuf,
    /// How many days are kept, the present one among them.
    keep: u32,
    most_bytes: u64,
    gathered: Gathered,
    open: Option<OpenFile>,
    /// Lines that could not be written and were not told yet.
    missing: u64,
    /// Lines beyond the bound of a day.
    left_out: u64,
    /// Whether the last attempt to write failed.
    failing: bool,
    /// Whether the last line of the file may be cut off.
    torn: bool,
    complain: Box<dyn Fn(&str) + Send>,
}

/// Lines of one day that are still to be written.
#[derive(Default)]
struct Gathered {
    day: Day,
    bytes: Vec<u8>,
    lines: u64,
}

struct OpenFile {
    day: Day,
    file: File,
    length: u64,
    /// Whether it was said that it has as many bytes as it may.
    full: bool,
}

impl DayWriter {
    /// Writes into a folder, and says through `complain` what it could not do.
    pub fn new(folder: PathBuf, keep: u32, most_bytes: u64, complain: Box<dyn Fn(&str) + Send>) -> Self {
        Self {
            folder,
            keep,
            most_bytes,
            gathered: Gathered::default(),
            open: None,
            missing: 0,
            left_out: 0,
            failing: false,
            torn: false,
            complain,
        }
    }

    /// Takes a line of a day, which has its line end; it is in the file after the next [`DayWriter::flush`].
    pub fn add(&mut self, day: Day, line: &[u8]) {
        if self.gathered.day != day || self.gathered.bytes.len() >= MOST_GATHERED {
            self.flush();
        }
        self.gathered.day = day;
        self.gathered.bytes.extend_from_slice(line);
        self.gathered.lines += 1;
    }

    /// Counts lines that never came here.
    pub fn add_missing(&mut self, lines: u64) {
        self.missing += lines;
    }

    /// Writes what was gathered.
    pub fn flush(&mut self) {
        let Gathered { day, bytes, lines } = std::mem::take(&mut self.gathered);
        if lines > 0
            && let Err(error) = self.put(day, &bytes, lines)
        {
            self.failed(day, lines, &error);
        }
    }

    /// Writes what was gathered and says what is missing: nothing more comes.
    pub fn end(&mut self) {
        self.flush();
        let missing = std::mem::take(&mut self.missing) + std::mem::take(&mut self.left_out);
        if missing > 0 {
            (self.complain)(&format!(
                "{} missing in the log files",
                counted(missing, "line is", "lines are")
            ));
        }
    }

    fn put(&mut self, day: Day, bytes: &[u8], lines: u64) -> io::Result<()> {
        let missing = (self.missing > 0).then(|| {
            let lines = counted(self.missing, "line is", "lines are");
            format!("{lines} missing in {} before this one", self.path(day).display())
        });
        let mut text = Vec::with_capacity(bytes.len());
        text.extend(self.torn.then_some(b'\n'));
        text.extend(missing.iter().flat_map(|missing| line_of_ours(missing).into_bytes()));
        text.extend_from_slice(bytes);
        let most = self.most_bytes;
        let open = self.file_of(day)?;
        if open.length.saturating_add(text.len() as u64) > most {
            return self.leave_out(day, lines);
        }
        open.file.write_all(&text)?;
        open.length += text.len() as u64;
        (self.torn, self.failing, self.missing) = (false, false, 0);
        if let Some(missing) = missing {
            (self.complain)(&missing);
        }
        Ok(())
    }

    /// Leaves lines out of a day that has as many bytes as it may, which is said once.
    fn leave_out(&mut self, day: Day, lines: u64) -> io::Result<()> {
        self.left_out += lines;
        let (most, path) = (self.most_bytes, self.path(day));
        let open = self.file_of(day)?;
        if std::mem::replace(&mut open.full, true) {
            return Ok(());
        }
        let said = format!(
            "{} has {most} bytes, as many as it may: later lines of the day are left out",
            path.display()
        );
        let written = open.file.write_all(line_of_ours(&said).as_bytes());
        (self.complain)(&said);
        written
    }

    /// The file of a day, opened when another day has begun; then old ones are removed.
    fn file_of(&mut self, day: Day) -> io::Result<&mut OpenFile> {
        if self.open.as_ref().is_none_or(|open| open.day != day) {
            self.open = None;
            let mut options = OpenOptions::new();
            // Whatever stands under the name, opening it does not wait; others than the owner do not read it.
            options.append(true).create(true).mode(0o600).custom_flags(OFlag::O_NONBLOCK.bits());
            let file = options.open(self.path(day))?;
            let length = file.metadata()?.len();
            self.remove_before(day);
            return Ok(self.open.insert(OpenFile { day, file, length, full: false }));
        }
        self.open.as_mut().ok_or_else(|| io::Error::other("it is not open"))
    }

    /// Removes the files of days that are not kept any more. Nothing else in the folder is touched.
    fn remove_before(&self, today: Day) {
        let Some(oldest) = today.checked_sub_days(Days::new(u64::from(self.keep.saturating_sub(1)))) else {
            return;
        };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) => {
                return (self.complain)(&format!("the folder of log files cannot be read: {error}"));
            }
        };
        for entry in entries.flatten() {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if !is_file || day_of(&entry.file_name()).is_none_or(|day| day >= oldest) {
                continue;
            }
            if let Err(error) = fs::remove_file(entry.path()) {
                (self.complain)(&format!("{} is old and cannot be removed: {error}", entry.path().display()));
            }
        }
    }

    fn failed(&mut self, day: Day, lines: u64, error: &io::Error) {
        // Opened anew next time: the folder may have been made anew by then.
        self.open = None;
        self.torn = true;
        self.missing += lines;
        if !std::mem::replace(&mut self.failing, true) {
            let path = self.path(day);
            (self.complain)(&format!(
                "the log file {} cannot be written: {error}; lines are left out until it can",
                path.display()
            ));
        }
    }

    fn path(&self, day: Day) -> PathBuf {
        self.folder.join(name_of(day))
    }
}

/// Returns a line about the files themselves.
fn line_of_ours(said: &str) -> String {
    format!("{}  WARN prahari::logging: {said}\n", clock::text(clock::now()))
}

/// Returns the name of a day's file.
fn name_of(day: Day) -> String {
    format!("prahari-{day}.log")
}

/// Returns the day of a file that is one of ours.
fn day_of(name: &OsStr) -> Option<Day> {
    let day: Day = name.to_str()?.strip_prefix("prahari-")?.strip_suffix(".log")?.parse().ok()?;
    (name_of(day).as_str() == name).then_some(day)
}

#[cfg(test)]
mod tests;
