//! Loading modules: what is refused and why, what compiling may cost, and that the cache is never believed blindly.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use prahari_runtime::{CheckError, CompileError, Compiler, LoadError, Runtime, RuntimeConfig, RuntimeError};
use support::{TestHost, built, compiler, component, config};

#[tokio::test]
async fn a_compiled_module_is_found_again_without_compiling() {
    let host = TestHost::new();
    host.guest("quiet").await;
    let no_compiler =
        RuntimeConfig { compiler: Compiler::new("/nonexistent", &[]), ..config(host.folder.path()) };
    let again = Runtime::new(no_compiler).unwrap();
    let module = again.load(&component("guests", "quiet")).await.unwrap();
    assert_eq!(module.hash(), prahari_runtime::ModuleHash::of(&component("guests", "quiet")));
}

#[tokio::test]
async fn a_changed_file_of_the_cache_is_compiled_again_and_never_loaded() {
    let host = TestHost::new();
    host.guest("quiet").await;
    let file = only_compiled(host.folder.path());
    let good = fs::read(&file).unwrap();
    let middle = good.len() / 2;
    let mut flipped = good.clone();
    flipped[middle] ^= 1;
    for bad in [flipped, good[..good.len() - 1].to_vec(), good[..10].to_vec(), Vec::new()] {
        fs::write(&file, bad).unwrap();
        let no_compiler = Compiler::new("/nonexistent", &[]);
        let strict = RuntimeConfig { compiler: no_compiler, ..config(host.folder.path()) };
        let error = Runtime::new(strict).unwrap().load(&component("guests", "quiet")).await.unwrap_err();
        assert!(matches!(error, LoadError::Compile(CompileError::Start { .. })), "{error}");
    }
    host.guest("quiet").await;
    assert_eq!(fs::read(&file).unwrap().len(), good.len());
}

#[tokio::test]
async fn a_file_made_for_another_module_is_not_loaded_under_this_ones_name() {
    let host = TestHost::new();
    host.guest("quiet").await;
    let quiet = only_compiled(host.folder.path());
    let code = fs::read(&quiet).unwrap();
    host.guest("log_once").await;
    let log_once = compiled(host.folder.path()).into_iter().find(|path| *path != quiet).unwrap();
    fs::write(&log_once, code).unwrap();
    assert_eq!(host.guest("log_once").await.info().name, "sell_monitor");
}

#[tokio::test]
async fn the_key_is_private_and_an_exposed_one_is_refused() {
    let host = TestHost::new();
    let key = host.folder.path().join("modules/key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Runtime::new(config(host.folder.path())).unwrap_err();
    assert!(matches!(error, RuntimeError::Cache(_)));
    assert!(error.to_string().contains("can be read by other users"), "{error}");
}

#[tokio::test]
async fn code_of_another_engine_is_removed() {
    let host = TestHost::new();
    let old = host.folder.path().join("modules").join("0123-0000000000000000.cwasm");
    fs::write(&old, b"old").unwrap();
    let _again = Runtime::new(config(host.folder.path())).unwrap();
    assert!(!old.exists());
}

#[tokio::test]
async fn files_that_are_no_modules_are_refused_before_anything_is_compiled() {
    let host = TestHost::new();
    let refused = async |bytes: &[u8]| match host.runtime.load(bytes).await {
        Err(LoadError::Check(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b"(component)").await, CheckError::Text);
    assert_eq!(refused(&wat::parse_str("(module)").unwrap()).await, CheckError::CoreModule);
    host.guest("quiet").await;
    let code = fs::read(only_compiled(host.folder.path())).unwrap();
    assert_eq!(refused(&code[32..]).await, CheckError::Precompiled);
}

#[tokio::test]
async fn a_component_without_the_tasks_exports_is_refused_with_their_names() {
    let error = TestHost::new().runtime.load(&wat::parse_str("(component)").unwrap()).await.unwrap_err();
    assert!(matches!(error, LoadError::Link(_)));
    assert!(error.to_string().contains("describe") || error.to_string().contains("run"), "{error}");
}

#[tokio::test]
async fn an_invalid_module_is_refused_with_the_compilers_reason() {
    let invalid = wat::parse_str("(component (core module (func (result i32))))").unwrap();
    let error = TestHost::new().runtime.load(&invalid).await.unwrap_err();
    assert!(matches!(error, LoadError::Compile(CompileError::Refused(_))), "{error}");
    assert!(error.to_string().contains("type mismatch"), "{error}");
}

#[tokio::test]
async fn a_compiler_that_does_not_end_is_killed() {
    let hanging = Compiler { wall: Duration::from_millis(100), ..Compiler::new("/bin/sleep", &["1000"]) };
    let error = load_with(hanging, &component("guests", "quiet")).await;
    assert!(matches!(error, LoadError::Compile(CompileError::WallTime(_))), "{error}");
}

#[tokio::test]
async fn compiling_ends_at_its_processor_limit() {
    let error = load_with(Compiler { cpu_seconds: 1, ..compiler() }, &expensive()).await;
    assert!(matches!(error, LoadError::Compile(CompileError::CpuTime(1))), "{error}");
}

#[tokio::test]
async fn compiling_ends_at_its_memory_limit() {
    let error = load_with(Compiler { memory_bytes: 48 << 20, ..compiler() }, &expensive()).await;
    assert!(
        matches!(error, LoadError::Compile(CompileError::Killed(_) | CompileError::Refused(_))),
        "{error}"
    );
}

#[tokio::test]
async fn modules_brought_at_once_are_compiled_one_after_the_other_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    // Fails when it meets another of its kind, and leaves a line behind.
    let script = format!(
        "cd {:?}; mkdir at-work || exit 1; echo >> compiled; {:?}; status=$?; rmdir at-work; exit $status",
        folder.path(),
        compiler().program
    );
    let config =
        RuntimeConfig { compiler: Compiler::new("/bin/sh", &["-c", &script]), ..config(folder.path()) };
    let runtime = Runtime::new(config).unwrap();
    let (quiet, other) = (component("guests", "quiet"), component("guests", "log_once"));
    let loaded = tokio::join!(runtime.load(&quiet), runtime.load(&other), runtime.load(&quiet));
    assert_eq!(loaded.0.unwrap().hash(), loaded.2.unwrap().hash());
    loaded.1.unwrap();
    assert_eq!(fs::read(folder.path().join("compiled")).unwrap(), b"\n\n");
}

async fn load_with(compiler: Compiler, component: &[u8]) -> LoadError {
    let folder = tempfile::tempdir().unwrap();
    let config = RuntimeConfig { compiler, ..config(folder.path()) };
    Runtime::new(config).unwrap().load(component).await.unwrap_err()
}

/// Many functions with something to do in each: within the limits on modules, seconds to compile.
fn expensive() -> Vec<u8> {
    built::arithmetic(20_000, 20)
}

fn only_compiled(folder: &Path) -> PathBuf {
    let mut files = compiled(folder);
    assert_eq!(files.len(), 1);
    files.remove(0)
}

fn compiled(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("modules")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "cwasm")).collect()
}
