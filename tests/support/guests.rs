//! Task modules made from the text of a core module.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A task that writes one character to its state under `kept`, and then succeeds or fails.
pub fn writes_state(value: char, succeeds: bool) -> Vec<u8> {
    let result = if succeeds { "\\00" } else { "\\01" };
    component(&format!(
        r#"(module
            (import "prahari:task/state@1.0.0" "set" (func $set (param i32 i32 i32)))
            (memory (export "memory") 1)
            ;; At 2048 the texts; at 2064 the entry: key, some value.
            (data (i32.const 2048) "kept{value}")
            (data (i32.const 2064) "\00\08\00\00" "\04\00\00\00" "\01\00\00\00" "\04\08\00\00" "\01\00\00\00")
            ;; The result: a summary without text, or `unavailable` without text.
            (data (i32.const 3072) "{result}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $set (i32.const 2064) (i32.const 1) (i32.const 5120))
                i32.const 3072))"#,
        wants = wants(STATE)
    ))
}

/// A task that asks for the broker's holdings, and fails when they cannot be had.
pub fn asks_for_holdings() -> Vec<u8> {
    asks_for_holdings_and_wants(BROKER_READ)
}

/// The same, but `describe` says that it wants to read the market and nothing else.
pub fn asks_for_holdings_without_a_wish() -> Vec<u8> {
    asks_for_holdings_and_wants(MARKET)
}

/// A task that asks for the broker's holdings, and breaks a rule of WebAssembly when they are not to be had.
pub fn traps_without_holdings() -> Vec<u8> {
    component(&format!(
        r#"(module
            (import "prahari:task/broker@1.0.0" "holdings" (func $holdings (param i32)))
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $holdings (i32.const 2048))
                (if (i32.load8_u (i32.const 2048)) (then unreachable))
                i32.const 3072))"#,
        wants = wants(BROKER_READ)
    ))
}

fn asks_for_holdings_and_wants(capability: u8) -> Vec<u8> {
    component(&format!(
        r#"(module
            (import "prahari:task/broker@1.0.0" "holdings" (func $holdings (param i32)))
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $holdings (i32.const 2048))
                ;; The first byte of either result is 0 for success and 1 for an error.
                (i32.store8 (i32.const 3072) (i32.load8_u (i32.const 2048)))
                i32.const 3072))"#,
        wants = wants(capability)
    ))
}

/// A task that breaks a rule of WebAssembly.
pub fn traps() -> Vec<u8> {
    component(
        r#"(module
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32) unreachable))"#,
    )
}

/// A task that computes without end.
pub fn loops() -> Vec<u8> {
    component(
        r#"(module
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (loop $again (br $again))
                unreachable))"#,
    )
}

/// A task that asks for the universe of the market, and fails when it cannot be had.
pub fn asks_for_universe() -> Vec<u8> {
    component(&format!(
        r#"(module
            (import "prahari:task/market@1.0.0" "universe" (func $universe (param i32)))
            (memory (export "memory") 1)
            (global $free (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $universe (i32.const 2048))
                (i32.store8 (i32.const 3072) (i32.load8_u (i32.const 2048)))
                i32.const 3072))"#,
        wants = wants(MARKET)
    ))
}

/// A task that logs a warning and then fails as `unavailable` with the same text, which is written as in the text
/// format of WebAssembly: `\\0a` for a line break.
pub fn logs(text: &str) -> Vec<u8> {
    let escapes = text.matches('\\').count();
    let length = text.len() - 2 * escapes;
    component(&format!(
        r#"(module
            (import "prahari:task/log@1.0.0" "write" (func $write (param i32 i32 i32)))
            (memory (export "memory") 1)
            (data (i32.const 2048) "{text}")
            ;; The result: an error, `unavailable`, with the text.
            (data (i32.const 3072) "\01\00\00\00" "\00\00\00\00" "\00\08\00\00")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $write (i32.const 2) (i32.const 2048) (i32.const {length}))
                (i32.store (i32.const 3084) (i32.const {length}))
                i32.const 3072))"#,
        wants = wants(LOG)
    ))
}

/// A task that calls itself, its version and its default schedule by this text, which is written as in [`logs`].
pub fn describes(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len() - 2 * text.matches('\\').count()).unwrap();
    let words = format!("\\00\\08\\00\\00\\{length:02x}\\00\\00\\00");
    component(&format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 2048) "{text}")
            (data (i32.const 1024) "{words}{words}")
            (data (i32.const 1052) "{words}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32) i32.const 3072))"#
    ))
}

/// A task that asks what buying 10 shares at 1,500 rupees costs, built against version 1.1.0. It fails when it is
/// not told.
pub fn asks_for_charges() -> Vec<u8> {
    component_of(
        "1.1.0",
        &format!(
            r#"(module
            (import "prahari:task/charges@1.1.0" "estimate" (func $estimate (param i32 i32 i32)))
            (memory (export "memory") 1)
            ;; At 2048 the trade: buy, 10 shares, 150,000 paise.
            (data (i32.const 2048) "\00\00\00\00" "\0a\00\00\00" "\f0\49\02\00\00\00\00\00")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $estimate (i32.const 2048) (i32.const 1) (i32.const 3000))
                (i32.store8 (i32.const 3072) (i32.load8_u (i32.const 3000)))
                i32.const 3072))"#,
            wants = wants(BROKER_READ)
        ),
    )
}

/// A task that does nothing and exports this text as its manifest.
pub fn says(manifest: &str) -> Vec<u8> {
    says_and(manifest, "i32.const 3072")
}

/// A task that exports this text as its manifest and breaks a rule of WebAssembly whenever it runs.
pub fn says_and_traps(manifest: &str) -> Vec<u8> {
    says_and(manifest, "unreachable")
}

fn says_and(manifest: &str, run: &str) -> Vec<u8> {
    let escaped: String = manifest.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let length = manifest.len();
    exports_manifest_and(
        &format!(
            r#"(data (i32.const 8192) "{escaped}")
            (func (export "prahari:task/manifest@1.2.0#manifest") (result i32)
                (i32.store (i32.const 2048) (i32.const 8192))
                (i32.store (i32.const 2052) (i32.const {length}))
                i32.const 2048)"#
        ),
        run,
    )
}

/// A task that never comes back when it is asked for its manifest.
pub fn never_says() -> Vec<u8> {
    exports_manifest(
        r#"(func (export "prahari:task/manifest@1.2.0#manifest") (result i32)
                (loop $again (br $again))
                unreachable)"#,
    )
}

/// A task whose manifest is said to have this many bytes.
pub fn says_much(length: u32) -> Vec<u8> {
    exports_manifest(&format!(
        r#"(func (export "prahari:task/manifest@1.2.0#manifest") (result i32)
                (drop (memory.grow (i32.const {pages})))
                (memory.fill (i32.const 8192) (i32.const 120) (i32.const {length}))
                (i32.store (i32.const 2048) (i32.const 8192))
                (i32.store (i32.const 2052) (i32.const {length}))
                i32.const 2048)"#,
        pages = length / 65_536 + 1
    ))
}

fn exports_manifest(function: &str) -> Vec<u8> {
    exports_manifest_and(function, "i32.const 3072")
}

fn exports_manifest_and(function: &str, run: &str) -> Vec<u8> {
    component_of(
        "1.2.0",
        &format!(
            r#"(module
            (memory (export "memory") 2)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            (func (export "describe") (result i32) i32.const 1024)
            {function}
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32) {run}))"#
        ),
    )
}

/// The same as if it had been built against a version that does not exist yet.
pub fn of_a_later_version() -> Vec<u8> {
    let mut bytes = asks_for_charges();
    let (known, later) = (b"@1.1.0", b"@1.3.0");
    for at in 0..bytes.len() - known.len() {
        if bytes[at..].starts_with(known) {
            bytes[at..at + later.len()].copy_from_slice(later);
        }
    }
    bytes
}

/// A task that calls itself by a name of 5,000 bytes.
pub fn talks_of_itself() -> Vec<u8> {
    component(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 1024) "\00\20\00\00" "\88\13\00\00")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32) unreachable))"#,
    )
}

/// Capabilities by their places in the WIT.
const MARKET: u8 = 1;
const BROKER_READ: u8 = 2;
const STATE: u8 = 7;
const LOG: u8 = 9;

/// What `describe` says of a guest that wants one capability: the list of them in the record at 1024, and its one
/// entry.
fn wants(capability: u8) -> String {
    format!(
        r#"(data (i32.const 1044) "\c0\03\00\00" "\01\00\00\00")
            (data (i32.const 960) "\{capability:02x}")"#
    )
}

fn component(core: &str) -> Vec<u8> {
    component_of("1.0.0", core)
}

/// A core module's text as a component built against this version of the WIT.
pub fn component_of(version: &str, core: &str) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../wit/prahari-task@{version}"));
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = if core.contains("prahari:task/manifest@") { "task-with-manifest" } else { "task" };
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wat::parse_str(core).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}
