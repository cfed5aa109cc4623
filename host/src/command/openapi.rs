//! `prahari openapi`: the description of the HTTP interface, for clients and for a look at what changed.

use std::process::ExitCode;

use crate::exit::{Failure, print_document};

/// Prints the OpenAPI document.
pub fn openapi() -> Result<ExitCode, Failure> {
    print_document(&prahari_api::document().to_pretty_json().map_err(Failure::work)?);
    Ok(ExitCode::SUCCESS)
}
