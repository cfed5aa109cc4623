//! `prahari api`: any request to a running daemon, for what no command of its own exists.

use std::process::ExitCode;

use super::remote::Remote;
use crate::cli::ApiCall;
use crate::exit::{Failure, print_document};

/// Sends the request and prints the answer.
pub fn api_call(options: &ApiCall) -> Result<ExitCode, Failure> {
    let path = options.path.strip_prefix("/api/v1").unwrap_or(&options.path);
    if !path.starts_with('/') {
        return Err(Failure::input(format!("{path} is not a path such as /orders")));
    }
    let body = match options.data.as_deref().map(serde_json::from_str) {
        None => None,
        Some(Ok(body)) => Some(body),
        Some(Err(error)) => return Err(Failure::input(format!("--data is not JSON: {error}"))),
    };
    let answer = Remote::of(&options.daemon, "/api/v1")?.tell(options.method.name(), path, body)?;
    if !answer.is_empty() {
        print_document(&answer);
    }
    Ok(ExitCode::SUCCESS)
}
