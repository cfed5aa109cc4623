//! `prahari database check`: whether everything in a database fits together.

use std::path::Path;
use std::process::ExitCode;

use prahari_app::inspection::{self, Check};

use crate::exit::{Failure, say};

/// Exit code when the check finds a fault.
const FAULTY: u8 = 1;

/// Prints one line for each check, and below it a sentence for each fault. Changes nothing.
pub fn check(db: &Path) -> Result<ExitCode, Failure> {
    let checks = inspection::check(db).map_err(Failure::input)?;
    checks.iter().for_each(print);
    let sound = checks.iter().all(Check::is_sound);
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAULTY) })
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
        say!("FAULTY  {name}: {looked_at} looked at, {} faults", faults.len() as u64 + unnamed);
    }
    for fault in faults {
        say!("        {fault}");
    }
    if *unnamed > 0 {
        say!("        and {unnamed} more");
    }
}
