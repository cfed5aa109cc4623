//! `test`: every check and every test, cheapest first. This is what continuous integration calls.

use crate::failure::Outcome;
use crate::steps::Steps;
use crate::{components, examples, fmt, kotak_client, lint, process, schemathesis, tidy, wasm_target, web};

/// The command; prints the time of each step, also when one failed.
pub fn command() -> Outcome<()> {
    let mut steps = Steps::default();
    let outcome = all(&mut steps);
    steps.print();
    outcome
}

fn all(steps: &mut Steps) -> Outcome<()> {
    steps.step("formatting", fmt::check)?;
    steps.step("house rules", tidy::command)?;
    steps.step("wasm target", || wasm_target::command(None))?;
    steps.step("components", || components::command(None))?;
    // Before anything is compiled, because the program embeds what is built here.
    steps.step("console", web::test)?;
    // Clippy and rustdoc read the same metadata of the dependencies; the tests compile them.
    steps.step("clippy", lint::clippy)?;
    steps.step("documentation", documentation)?;
    // Before the tests, whose summary should be the last thing one reads.
    steps.step("made-up requests", schemathesis::command)?;
    steps.step("the broker's own client", kotak_client::command)?;
    steps.step("worked examples", examples::command)?;
    steps.step("console in a browser", web::browser_tests)?;
    steps.step("tests", tests)
}

fn documentation() -> Outcome<()> {
    let mut cargo = process::cargo();
    cargo.args(["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
    // With the examples, cargo gives dependencies the features that tests want too, as it does for clippy. Without them it
    // checks half of what the compiler of modules is made of once more.
    cargo.args(["--lib", "--bins", "--examples"]);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests() -> Outcome<()> {
    let nextest = process::output(process::cargo().args(["nextest", "--version"]));
    if nextest.is_err() {
        eprintln!(
            "cargo-nextest is not installed: using cargo test, which runs one test program after the other"
        );
        return process::run(process::cargo().args(["test", "--locked", "--workspace"]));
    }
    process::run(process::cargo().args(["nextest", "run", "--locked", "--workspace"]))?;
    // nextest leaves the examples in the documentation out.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--doc"]))
}
