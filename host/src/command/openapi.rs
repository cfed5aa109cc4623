//! `prahari openapi`: the description of the HTTP interface, for clients and for a look at what changed.

use std::process::ExitCode;

use crate::exit::{Failure, say};

/// Prints the document.
pub fn openapi() -> Result<ExitCode, Failure> {
    say!("{}", prahari_api::document().to_pretty_json().map_err(Failure::work)?);
    Ok(ExitCode::SUCCESS)
}
