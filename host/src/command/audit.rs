//! `prahari audit verify`: whether the audit log is as it was written.

use std::path::Path;
use std::process::ExitCode;

use prahari_domain::numbers::counted;
use prahari_store::verify_audit;
use serde_json::json;

use crate::exit::{Failure, print_document, say};

/// The chain is broken.
const BROKEN: u8 = 2;

/// Prints one line, or the same as JSON: how many entries there are, and whether their chain is whole.
pub fn verify(db: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let check = verify_audit(db).map_err(Failure::input)?;
    let head = check.head;
    let code = if check.broken.is_none() { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) };
    if as_json {
        let broken = check.broken.map(|(entry, why)| json!({ "entry": entry, "why": why }));
        let whole = broken.is_none();
        let found = json!({ "whole": whole, "entries": check.entries, "head": head, "broken": broken });
        print_document(&found.to_string());
        return Ok(code);
    }
    let entries = counted(check.entries, "audit entry", "audit entries");
    match check.broken {
        None => say!("{entries}, the chain is whole; the last hash is {head}"),
        Some((id, why)) => say!("{entries}, the chain is broken at entry {id}: {why}"),
    }
    Ok(code)
}
