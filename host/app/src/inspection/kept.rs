//! What is kept for the program to read back: modules, the settings of users, calendars.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::text::one_line;
use prahari_runtime::ModuleHash;
use prahari_store::{Inspection, StoreError};

use super::Check;
use crate::settings::{KillSwitch, TaskSettings, UserSettings};

/// Each module against the hash under which it is kept, and each version against what it refers to.
pub(super) fn modules(database: &Inspection) -> Check {
    let mut check = Check::of("modules against their hashes", look_at_modules(database));
    match database.version_faults() {
        Ok(faults) => faults.iter().for_each(|fault| check.fault(fault)),
        Err(error) => check.unread(&error),
    }
    check
}

fn look_at_modules(database: &Inspection) -> Result<(u64, Vec<String>), StoreError> {
    let hashes = database.module_hashes()?;
    let mut faults = Vec::new();
    for hash in &hashes {
        if ModuleHash::of(&database.module_bytes(hash)?).to_string() != *hash {
            faults.push(format!(
                "the module {} is not what was written: its bytes have another hash",
                one_line(hash)
            ));
        }
    }
    Ok((hashes.len() as u64, faults))
}

/// The settings of users.
pub(super) fn settings(database: &Inspection) -> Check {
    let found = database.user_rows().and_then(|rows| {
        let mut faults = Vec::new();
        for (user, row) in &rows {
            let named = |why: String| format!("user {user}: {why}");
            match row {
                Ok(row) => {
                    let (_, damaged) = UserSettings::load(row, Arc::new(KillSwitch::default()));
                    faults.extend(damaged.into_iter().map(named));
                }
                Err(error) => faults.push(named(error.to_string())),
            }
        }
        for (user, row) in database.task_settings_rows()? {
            let read = row.map_err(|error| error.to_string()).and_then(|row| {
                TaskSettings::read(&row).map_err(|error| format!("the settings of {}: {error}", row.task))
            });
            faults.extend(read.err().map(|why| format!("user {user}: {}", one_line(&why))));
        }
        Ok((rows.len() as u64, faults))
    });
    Check::of("settings of users", found)
}

/// The versions of the calendar.
pub(super) fn calendars(database: &Inspection) -> Check {
    let found = database.calendar_documents().map(|documents| {
        let fault = |(version, text): &(u64, String)| {
            let error = Calendar::from_json(text).err()?;
            Some(format!("version {version} of the calendar: {}", one_line(&error.to_string())))
        };
        (documents.len() as u64, documents.iter().filter_map(fault).collect())
    });
    Check::of("versions of the calendar", found)
}
