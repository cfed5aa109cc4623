//! `prahari database`: whether everything in a database fits together, a copy of it, and the way back.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use prahari_app::inspection::{self, Check};
use prahari_domain::numbers::counted;
use prahari_secrets::KeyFile;
use prahari_store::{DatabaseCopy, DatabasePlace, StoreError};
use serde_json::{Value, json};

use crate::exit::{Failure, print_document, say};

/// Exit code when the check finds a fault.
const FAULTY: u8 = 1;

/// Prints one line for each check, and below it a sentence for each fault; or the same as JSON. Changes nothing.
pub fn check(db: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let checks = inspection::check(db).map_err(Failure::input)?;
    let sound = checks.iter().all(Check::is_sound);
    if as_json {
        let checks: Vec<Value> = checks.iter().map(document).collect();
        print_document(&json!({ "sound": sound, "checks": checks }).to_string());
    } else {
        checks.iter().for_each(print);
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAULTY) })
}

/// Copies a database, also one that a daemon uses, to a new file.
pub fn backup(db: &Path, to: &Path) -> Result<ExitCode, Failure> {
    check_free(to)?;
    let copy = DatabaseCopy::make(db, to).map_err(failure)?;
    let sound = is_sound(&copy)?;
    let version = copy.version();
    let bytes = copy.keep().map_err(failure)?;
    let (db, to, key) = (db.display(), to.display(), KeyFile::beside(db));
    say!("the database {db}, of version {version}, is backed up in {to}: {bytes} bytes");
    say!("the key file is not in it ({} without --key): keep a copy of it apart", key.path().display());
    if sound {
        return Ok(ExitCode::SUCCESS);
    }
    say!("the faults above are those of the database: keep earlier backups until they are explained");
    Ok(ExitCode::from(FAULTY))
}

/// Puts a backup in the place of a database that no daemon uses.
pub fn restore(db: &Path, from: &Path) -> Result<ExitCode, Failure> {
    if is_same_file(db, from) {
        return Err(Failure::input(format!(
            "{} is the database itself, and no backup of it",
            from.display()
        )));
    }
    let place = DatabasePlace::take(db).map_err(failure)?;
    let copy = DatabaseCopy::make(from, db).map_err(failure)?;
    if !is_sound(&copy)? {
        say!("the backup {} has the faults above, and was not put in place", from.display());
        return Ok(ExitCode::from(FAULTY));
    }
    let version = copy.version();
    let aside = place.clear().map_err(failure)?;
    if let Some(aside) = &aside {
        say!("what stood there is moved aside to {}", aside.display());
    }
    copy.keep().map_err(failure)?;
    let (key, db, from) = (KeyFile::beside(db), db.display(), from.display());
    say!("the database {db} is that of {from}, of version {version}");
    let there = if key.path().exists() { "is there" } else { "is not there" };
    say!("it opens with the key file of its time, which no backup holds: {} {there}", key.path().display());
    Ok(ExitCode::SUCCESS)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Says at once what would be said when the copy is whole.
fn check_free(to: &Path) -> Result<(), Failure> {
    match to.symlink_metadata() {
        Ok(_) => Err(Failure::input(StoreError::Taken { path: to.to_owned() })),
        Err(_) => Ok(()),
    }
}

/// Looks at everything in a copy and prints what is wrong. Of an earlier version only the pages can be looked at.
fn is_sound(copy: &DatabaseCopy) -> Result<bool, Failure> {
    let checks = if copy.is_of_earlier_version() {
        say!("it is of the earlier version {}: its pages are checked, and not its rows", copy.version());
        inspection::check_pages(copy.path()).map(|check| vec![check])
    } else {
        inspection::check(copy.path())
    };
    let checks = checks.map_err(Failure::work)?;
    checks.iter().filter(|check| !check.is_sound()).for_each(print);
    let sound = checks.iter().all(Check::is_sound);
    if sound {
        say!("{} of the copy found nothing wrong", counted(checks.len(), "check", "checks"));
    }
    Ok(sound)
}

/// A disk is no fault of what was given; anything else is.
fn failure(error: StoreError) -> Failure {
    match &error {
        StoreError::Sql { .. } => Failure::work(error),
        StoreError::File { source, .. } if source.kind() == ErrorKind::StorageFull => Failure::work(error),
        _ => Failure::input(error),
    }
}

fn document(check: &Check) -> Value {
    let Check { name, looked_at, faults, unnamed, cut_off } = check;
    json!({
        "name": name,
        "sound": check.is_sound(),
        "looked_at": looked_at,
        "faults": faults,
        "more_faults": unnamed,
        "cut_off": cut_off,
    })
}

fn print(check: &Check) {
    let Check { name, looked_at, faults, unnamed, cut_off } = check;
    if *cut_off {
        say!("CUT OFF {name}: {looked_at} looked at, and not the rest, which lies on damaged pages");
    } else if check.is_sound() {
        say!("ok      {name}: {looked_at} looked at");
        return;
    }
    if !faults.is_empty() {
        let faults = counted(faults.len() as u64 + unnamed, "fault", "faults");
        say!("FAULTY  {name}: {looked_at} looked at, {faults}");
    }
    for fault in faults {
        say!("        {fault}");
    }
    if *unnamed > 0 {
        say!("        and {unnamed} more");
    }
}
