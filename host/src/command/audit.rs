//! `prahari audit verify`: whether the audit log is as it was written.

use std::path::Path;
use std::process::ExitCode;

use prahari_domain::numbers::counted;
use prahari_store::verify_audit;

use crate::exit::{Failure, say};

/// The chain is broken.
const BROKEN: u8 = 2;

/// Prints one line: how many entries there are, and whether their chain is whole.
pub fn verify(db: &Path) -> Result<ExitCode, Failure> {
    let check = verify_audit(db).map_err(Failure::input)?;
    let (entries, head) = (counted(check.entries, "audit entry", "audit entries"), check.head);
    match check.broken {
        None => {
            say!("{entries}, the chain is whole; the last hash is {head}");
            Ok(ExitCode::SUCCESS)
        }
        Some((id, why)) => {
            say!("{entries}, the chain is broken at entry {id}: {why}");
            Ok(ExitCode::from(BROKEN))
        }
    }
}
