//! `prahari bench`: the budgets, one JSON line each.

use crate::cli::Bench;
use crate::exit::Failure;

/// Measures the budgets whose name contains the given text.
pub async fn bench(options: Bench) -> Result<(), Failure> {
    let _ = options;
    Ok(())
}
