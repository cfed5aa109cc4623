//! The `prahari` binary.
fn main() {}
