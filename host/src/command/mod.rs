//! One file per command.

mod actions;
mod api_call;
mod audit;
mod bench;
mod calendar;
mod candidates;
mod database;
mod doctor;
mod grant;
mod key;
mod logs;
mod market;
mod module;
mod openapi;
mod orders;
mod positions;
mod query;
mod remote;
mod replay;
mod runs;
mod schedule;
mod serve;
mod service;
mod settings;
mod shadow;
mod simulate;
mod task;
mod token;
mod trading;
mod user;
mod worker;

use std::collections::BTreeSet;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::{AuditCommand, Command, DatabaseCommand, FieldValue, KeyCommand};
use crate::exit::Failure;

/// Longest time that what a command leaves behind may take to end; dropping what is left kills the processes that
/// it started.
const LEFTOVERS: Duration = Duration::from_millis(500);

/// Runs a command to its end.
pub fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(options) => on_runtime(serve::serve(*options)),
        Command::Simulate(options) => on_runtime(simulate::simulate(options)),
        Command::Replay(options) => on_runtime(replay::replay(options)),
        Command::Shadow(options) => on_runtime(shadow::shadow(options)),
        Command::Compile => Ok(prahari_runtime::compile_stdin_to_stdout()),
        Command::Task(command) => task::task(command),
        Command::Market(command) => on_runtime_with_code(market::market(command)),
        Command::Openapi => openapi::openapi(),
        Command::Module(options) => module::module(&options),
        Command::Calendar(options) => calendar::calendar(&options),
        Command::Actions(options) => actions::actions(&options),
        Command::Schedule(options) => schedule::schedule(&options),
        Command::Grant(options) => grant::grant(&options),
        Command::Service(options) => service::service(&options),
        Command::User(options) => user::user(&options),
        Command::Token(options) => token::token(options),
        Command::Logs(options) => logs::logs(&options),
        Command::Runs(options) => runs::runs(&options),
        Command::Orders(options) => orders::orders(&options),
        Command::Positions(options) => positions::positions(&options),
        Command::Doctor(options) => doctor::doctor(&options),
        Command::Settings(options) => settings::settings(&options),
        Command::Trading(options) => trading::trading(&options),
        Command::Api(options) => api_call::api_call(&options),
        Command::Key(KeyCommand::Rotate { db, key }) => on_runtime(key::rotate(db, key)),
        Command::Key(KeyCommand::Forget { db, key }) => on_runtime(key::forget(db, key)),
        Command::Audit(AuditCommand::Verify { db, json }) => audit::verify(&db, json),
        Command::Database(DatabaseCommand::Check { db, json }) => database::check(&db, json),
        Command::Database(DatabaseCommand::Backup { db, to }) => database::backup(&db, &to),
        Command::Database(DatabaseCommand::Restore { db, from }) => database::restore(&db, &from),
        Command::Worker => Ok(worker::worker()),
        Command::Bench(options) => on_runtime(bench::bench(options)),
    }
}

/// Returns an instant of the daemon's answers as people read it, such as `2025-03-10 09:15:02`; it answers in IST.
fn moment(at: &str) -> String {
    let part = |from: usize, to: usize| at.get(from..to).unwrap_or(at);
    format!("{} {}", part(0, 10), part(11, 19))
}

/// Refuses a field that is given twice: which value is meant cannot be told.
fn check_given_once(fields: &[FieldValue]) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    match fields.iter().find(|given| !names.insert(&given.field)) {
        Some(twice) => Err(Failure::input(format!("{} is given twice", twice.field))),
        None => Ok(()),
    }
}

fn on_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    on_runtime_with_code(async { work.await.map(|()| ExitCode::SUCCESS) })
}

fn on_runtime_with_code(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::work)?;
    let done = runtime.block_on(work);
    // What is still under way waits for a client, a broker or a disk that may never answer, and nobody waits for it.
    runtime.shutdown_timeout(LEFTOVERS);
    done
}
