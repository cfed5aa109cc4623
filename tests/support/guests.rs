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

/// A task that asks for its own settings, which this schema describes, and says them as its summary; it fails as
/// `invalid` with the sentence that it is told when it is told none.
pub fn tells_its_settings(schema: &str) -> Vec<u8> {
    let escaped: String = schema.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    component_of(
        "1.2.0",
        &format!(
            r#"(module
            (import "prahari:task/settings@1.2.0" "get" (func $get (param i32)))
            (memory (export "memory") 2)
            (data (i32.const 16384) "{escaped}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32)
                (i32.store (i32.const 1060) (i32.const 16384))
                (i32.store (i32.const 1064) (i32.const {length}))
                i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (call $get (i32.const 2048))
                ;; Told: a text at 2052. Not told: at 2052 which error, and of `invalid` its sentence at 2056.
                (if (i32.eqz (i32.load8_u (i32.const 2048)))
                    (then (i64.store (i32.const 3076) (i64.load (i32.const 2052))))
                    (else
                        (if (i32.ne (i32.load8_u (i32.const 2052)) (i32.const 1)) (then unreachable))
                        (i32.store8 (i32.const 3072) (i32.const 1))
                        (i32.store8 (i32.const 3076) (i32.const 1))
                        (i64.store (i32.const 3080) (i64.load (i32.const 2056)))))
                i32.const 3072))"#,
            wants = wants(CONFIG),
            length = schema.len(),
        ),
    )
}

/// A task that keeps a byte in its state under `sell/ABC`, built against version 1.2.0.
pub fn remembers_a_level() -> Vec<u8> {
    remembers("1.2.0", "", "")
}

/// The same of version 1.3.0; it asks what became of ABC first, and fails when it is not told.
pub fn adjusts_a_level() -> Vec<u8> {
    remembers(
        "1.3.0",
        r#"(import "prahari:task/actions@1.3.0" "since" (func $since (param i32 i32 i32 i32)))"#,
        "(call $since (i32.const 2100) (i32.const 1) (i32.const 0) (i32.const 5120))
                (if (i32.load8_u (i32.const 5120)) (then unreachable))",
    )
}

fn remembers(version: &str, asks: &str, first: &str) -> Vec<u8> {
    component_of(
        version,
        &format!(
            r#"(module
            (import "prahari:task/state@{version}" "set" (func $set (param i32 i32 i32)))
            {asks}
            (memory (export "memory") 1)
            ;; At 2048 the texts; at 2064 the entry: key, some value; at 2100 the list of the one share.
            (data (i32.const 2048) "sell/ABC1")
            (data (i32.const 2064) "\00\08\00\00" "\08\00\00\00" "\01\00\00\00" "\08\08\00\00" "\01\00\00\00")
            (data (i32.const 2100) "\05\08\00\00" "\03\00\00\00")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                {first}
                (call $set (i32.const 2064) (i32.const 1) (i32.const 5120))
                (i32.store8 (i32.const 3072) (i32.load8_u (i32.const 5120)))
                i32.const 3072))"#,
            wants = wants_all(&[MARKET, STATE])
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
    let (known, later) = (b"@1.1.0", b"@1.4.0");
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
const BROKER_TRADE: u8 = 3;
const CONFIG: u8 = 6;
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

/// The same of a guest that wants several.
fn wants_all(capabilities: &[u8]) -> String {
    let list: String = capabilities.iter().map(|capability| format!("\\{capability:02x}")).collect();
    format!(
        r#"(data (i32.const 1044) "\c0\03\00\00" "\{:02x}\00\00\00")
            (data (i32.const 960) "{list}")"#,
        capabilities.len()
    )
}

/// Memory and a `cabi_realloc` that gives what was never given before, for guests that are answered long lists.
const ROOMY: &str = r#"(memory (export "memory") 40)
            (global $free (mut i32) (i32.const 131072))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (local.get $at))"#;

/// A task that buys shares by their momentum: 5 each, at the market, of the first three that stand 2% above the close of the day
/// before.
pub fn buys_momentum() -> Vec<u8> {
    component(&format!(
        r#"(module
            (import "prahari:task/market@1.0.0" "universe" (func $universe (param i32)))
            (import "prahari:task/market@1.0.0" "quotes" (func $quotes (param i32 i32 i32)))
            (import "prahari:task/broker@1.0.0" "place" (func $place (param i32 i32 i32)))
            {ROOMY}
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (local $left i32) (local $quote i32) (local $request i32) (local $wanted i32)
                (call $universe (i32.const 2048))
                (if (i32.load8_u (i32.const 2048)) (then unreachable))
                (call $quotes (i32.load (i32.const 2052)) (i32.load (i32.const 2056)) (i32.const 2064))
                (if (i32.load8_u (i32.const 2064)) (then unreachable))
                (local.set $quote (i32.load (i32.const 2068)))
                (local.set $left (i32.load (i32.const 2072)))
                (local.set $request (i32.const 65536))
                (block $done
                    (loop $next
                        (br_if $done (i32.eqz (local.get $left)))
                        (br_if $done (i32.ge_u (local.get $wanted) (i32.const 3)))
                        ;; An option of 112 bytes: whether there is a quote, and from 8 on the quote, with the symbol first, the last
                        ;; price at 8 and the close of the day before at 80.
                        (if (i32.load8_u (local.get $quote))
                            (then (if (i64.gt_s
                                    (i64.mul (i64.load offset=16 (local.get $quote)) (i64.const 100))
                                    (i64.mul (i64.load offset=88 (local.get $quote)) (i64.const 102)))
                                (then
                                    ;; A request of 96 bytes: symbol, buy, 5 shares, and everything else zero: at the market, now, as
                                    ;; delivery, an entry.
                                    (i32.store (local.get $request) (i32.load offset=8 (local.get $quote)))
                                    (i32.store offset=4 (local.get $request) (i32.load offset=12 (local.get $quote)))
                                    (i32.store offset=12 (local.get $request) (i32.const 5))
                                    (local.set $request (i32.add (local.get $request) (i32.const 96)))
                                    (local.set $wanted (i32.add (local.get $wanted) (i32.const 1)))))))
                        (local.set $quote (i32.add (local.get $quote) (i32.const 112)))
                        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                        (br $next)))
                (if (local.get $wanted)
                    (then (call $place (i32.const 65536) (local.get $wanted) (i32.const 2080))))
                i32.const 3072))"#,
        wants = wants_all(&[MARKET, BROKER_TRADE])
    ))
}

/// A task that sells everything that it is shown, at the market.
pub fn sells_everything() -> Vec<u8> {
    component(&format!(
        r#"(module
            (import "prahari:task/broker@1.0.0" "positions" (func $positions (param i32)))
            (import "prahari:task/broker@1.0.0" "place" (func $place (param i32 i32 i32)))
            {ROOMY}
            (data (i32.const 2560) "next_day")
            {wants}
            (func (export "describe") (result i32) i32.const 1024)
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (local $left i32) (local $position i32) (local $request i32)
                (call $positions (i32.const 2048))
                (if (i32.load8_u (i32.const 2048)) (then unreachable))
                (local.set $position (i32.load (i32.const 2052)))
                (local.set $left (i32.load (i32.const 2056)))
                (local.set $request (i32.const 65536))
                (block $done
                    (loop $next
                        (br_if $done (i32.eqz (local.get $left)))
                        ;; A position of 40 bytes begins with symbol and quantity.
                        (i32.store (local.get $request) (i32.load (local.get $position)))
                        (i32.store offset=4 (local.get $request) (i32.load offset=4 (local.get $position)))
                        (i32.store8 offset=8 (local.get $request) (i32.const 1))
                        (i32.store offset=12 (local.get $request) (i32.load offset=8 (local.get $position)))
                        ;; The purpose: an exit, with its reason.
                        (i32.store8 offset=36 (local.get $request) (i32.const 2))
                        (i32.store offset=40 (local.get $request) (i32.const 2560))
                        (i32.store offset=44 (local.get $request) (i32.const 8))
                        (local.set $request (i32.add (local.get $request) (i32.const 96)))
                        (local.set $position (i32.add (local.get $position) (i32.const 40)))
                        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                        (br $next)))
                (if (i32.load (i32.const 2056))
                    (then (call $place (i32.const 65536) (i32.load (i32.const 2056)) (i32.const 2080))))
                i32.const 3072))"#,
        wants = wants_all(&[BROKER_READ, BROKER_TRADE])
    ))
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
