//! `prahari calendar`: the calendar of a running daemon, over its HTTP interface.

use std::fmt;
use std::process::ExitCode;

use prahari_domain::calendar::MOST_BYTES;
use prahari_domain::numbers::counted;
use serde::Deserialize;

use super::remote::Remote;
use crate::cli::{Calendar, CalendarCommand, CalendarFile};
use crate::exit::{Failure, print_document, say};
use crate::given_file;

/// Does what a command says, and tells what became of it.
pub fn calendar(options: &Calendar) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/calendar")?;
    match &options.command {
        CalendarCommand::Preview(file) => {
            let path = format!("/preview?whole={}", file.whole);
            daemon.show_upload(&path, "application/json", &read(file)?, |changes: Changes| {
                warn(&changes.warnings);
                changes.print();
            })?;
        }
        CalendarCommand::Import(file) => {
            let bytes = read(file)?;
            let versions: Versions = daemon.ask("GET", "/versions", None)?;
            let path = format!("?expected_version={}&whole={}", versions.newest, file.whole);
            daemon.show_upload(&path, "application/json", &bytes, |imported: Imported| imported.print())?;
        }
        CalendarCommand::Versions => {
            daemon.show("GET", "/versions", None, |versions: Versions| versions.print())?;
        }
        CalendarCommand::Show { version, shipped } => {
            let path = match (shipped, version) {
                (true, _) => "/shipped".to_owned(),
                (false, Some(version)) => format!("/versions/{version}"),
                (false, None) => {
                    let versions: Versions = daemon.ask("GET", "/versions", None)?;
                    format!("/versions/{}", versions.newest)
                }
            };
            print_document(&daemon.tell("GET", &path, None)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(CalendarFile { file, .. }: &CalendarFile) -> Result<Vec<u8>, Failure> {
    given_file::read("calendar", file, MOST_BYTES)
}

/// Result of an import.
#[derive(Deserialize)]
struct Imported {
    version: u64,
    changed: bool,
    known_through: String,
    warnings: Vec<String>,
}

impl Imported {
    fn print(&self) {
        let Self { version, changed, known_through, warnings } = self;
        warn(warnings);
        if *changed {
            say!(
                "version {version} of the calendar is in force; its holidays are known through {known_through}"
            );
        } else {
            say!("version {version} of the calendar, which is in force, says the same; nothing was changed");
        }
    }
}

/// Prints warnings about a calendar file to standard error.
fn warn(warnings: &[String]) {
    warnings.iter().for_each(|warning| crate::exit::warn(warning));
}

/// The versions, newest first.
#[derive(Deserialize)]
struct Versions {
    newest: u64,
    items: Vec<Version>,
    offered: Option<Offered>,
}

impl Versions {
    fn print(&self) {
        self.items.iter().for_each(|version| say!("{version}"));
        if let Some(Offered { as_of, known_through }) = &self.offered {
            say!(
                "a newer one ships with the program, of {as_of}, with holidays through {known_through}: \
                 `prahari calendar show --shipped` prints it"
            );
        }
    }
}

/// A version of the calendar.
#[derive(Deserialize)]
struct Version {
    version: u64,
    origin: String,
    as_of: String,
    known_through: String,
    imported_by: Option<u64>,
    imported_at: String,
}

/// A newer one that ships.
#[derive(Deserialize)]
struct Offered {
    as_of: String,
    known_through: String,
}

/// Changes that a file would make.
#[derive(Deserialize)]
struct Changes {
    known_through: String,
    would_know_through: String,
    differing_days: usize,
    days: Vec<DayChange>,
    differing_slots: usize,
    slots: Vec<SlotChange>,
    failed: Vec<String>,
    warnings: Vec<String>,
}

/// A day that would be another one.
#[derive(Deserialize)]
struct DayChange {
    before: Day,
    after: Day,
}

/// A day, as far as it is shown here.
#[derive(Deserialize)]
struct Day {
    day: String,
    open: bool,
    note: String,
}

/// A task that would be due otherwise.
#[derive(Deserialize)]
struct SlotChange {
    day: String,
    task: String,
    removed: Vec<Slot>,
    added: Vec<Slot>,
}

/// A slot, as far as it is shown here.
#[derive(Deserialize)]
struct Slot {
    due_at: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, origin, as_of, known_through, imported_by, imported_at } = self;
        write!(
            f,
            "version {version} ({origin}, of {as_of}), holidays through {known_through}, from {imported_at}"
        )?;
        match imported_by {
            Some(user) => write!(f, " by user {user}"),
            None => Ok(()),
        }
    }
}

impl Changes {
    fn print(&self) {
        let Self {
            known_through,
            would_know_through,
            differing_days,
            days,
            differing_slots,
            slots,
            failed,
            ..
        } = self;
        say!("holidays are known through {known_through}, and would be through {would_know_through}");
        for DayChange { before, after } in days {
            say!("{}: {before}, would be {after}", after.day);
        }
        if *differing_days > days.len() {
            say!("and {}", counted(differing_days - days.len(), "more day", "more days"));
        }
        slots.iter().for_each(|change| say!("{change}"));
        if *differing_slots > slots.len() {
            let more = differing_slots - slots.len();
            say!("and {}", counted(more, "more change of slots", "more changes of slots"));
        }
        failed.iter().for_each(|reason| say!("would not run: {reason}"));
        let days = counted(*differing_days, "day", "days");
        let task_days = counted(*differing_slots, "task day", "task days");
        say!("{days} and {task_days} differ; nothing was changed");
    }
}

impl fmt::Display for SlotChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, task, removed, added } = self;
        let times =
            |slots: &[Slot]| slots.iter().map(|slot| slot.due_at.clone()).collect::<Vec<_>>().join(", ");
        write!(f, "{day} {task}:")?;
        if !removed.is_empty() {
            write!(f, " not at {}", times(removed))?;
        }
        if !added.is_empty() {
            write!(f, " at {}", times(added))?;
        }
        Ok(())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", if self.open { "open" } else { "closed" })?;
        if self.note.is_empty() { Ok(()) } else { write!(f, " ({})", self.note) }
    }
}
