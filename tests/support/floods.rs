//! Guests that call one host function again and again with as much as they can say: one for each way of costing the
//! host something, or of leaving something behind.

use std::fmt::Write;

use super::guests::component_of;

/// Where lists, texts, replies and results stand in a guest's memory of 32 MiB.
const ENTRIES: u32 = 1 << 20;
const TEXTS: u32 = 12 << 20;
const REPLIES: u32 = 16 << 20;
const REPLY: u32 = 2048;
const RESULT: u32 = 3072;

/// What a guest calls, and with what.
#[derive(Debug, Clone)]
pub struct Flood {
    interface: &'static str,
    function: &'static str,
    /// The types of the flattened parameters.
    parameters: &'static str,
    /// The arguments of one call.
    arguments: String,
    /// How often it calls.
    calls: u32,
    /// Entries of the list that a call carries, how many bytes each has, and where in it a text of its own stands.
    entries: u32,
    stride: u32,
    text_at: Option<u32>,
    /// More of each entry: where, and what.
    fields: Vec<(u32, u32)>,
    /// The text, when all have the same; else each has six letters, other ones in every call.
    same_text: Option<&'static str>,
    /// Length of the summary, and how many counters it has.
    summary: (u32, u32),
}

impl Flood {
    /// A guest that makes this many calls without a list, with these arguments behind which the place of the reply
    /// is put.
    pub fn plain(
        (interface, function): (&'static str, &'static str),
        parameters: &'static str,
        arguments: &str,
        calls: u32,
    ) -> Self {
        Self {
            interface,
            function,
            parameters,
            arguments: format!("{arguments} (i32.const {REPLY})"),
            calls,
            entries: 0,
            stride: 8,
            text_at: None,
            fields: Vec::new(),
            same_text: None,
            summary: (0, 0),
        }
    }

    /// A guest whose calls carry a list of entries of this size, and nothing else.
    pub fn list(of: (&'static str, &'static str), (entries, stride): (u32, u32), calls: u32) -> Self {
        let arguments = format!("(i32.const {ENTRIES}) (i32.const {entries})");
        let plain = Self::plain(of, "i32 i32 i32", &arguments, calls);
        Self { entries, stride, ..plain }
    }

    /// A guest whose calls carry names, which no two of them share.
    pub fn names(of: (&'static str, &'static str), entries: u32, calls: u32) -> Self {
        Self { text_at: Some(0), ..Self::list(of, (entries, 8), calls) }
    }

    /// The same with these parameters and more arguments behind the list.
    #[must_use]
    pub fn with(self, parameters: &'static str, more: &str) -> Self {
        let arguments =
            format!("(i32.const {ENTRIES}) (i32.const {}) {more} (i32.const {REPLY})", self.entries);
        Self { parameters, arguments, ..self }
    }

    /// With a text of its own at a place of each entry.
    #[must_use]
    pub fn text_at(self, place: u32) -> Self {
        Self { text_at: Some(place), ..self }
    }

    /// With the same text there in each.
    #[must_use]
    pub fn same_text_at(self, place: u32, text: &'static str) -> Self {
        Self { text_at: Some(place), same_text: Some(text), ..self }
    }

    /// With a number at a place of each entry.
    #[must_use]
    pub fn field(mut self, place: u32, value: u32) -> Self {
        self.fields.push((place, value));
        self
    }

    /// With a long text at a place of each entry: all of them the same one.
    #[must_use]
    pub fn long_text_at(self, place: u32, bytes: u32) -> Self {
        self.field(place, REPLIES).field(place + 4, bytes)
    }

    /// Which ends with a summary of this many bytes and counters.
    #[must_use]
    pub fn ending_with(self, bytes: u32, counters: u32) -> Self {
        Self { summary: (bytes, counters), ..self }
    }

    /// The component.
    pub fn component(&self) -> Vec<u8> {
        let version = if self.interface == "charges" { "1.1.0" } else { "1.0.0" };
        component_of(version, &self.core(version))
    }

    fn core(&self, version: &str) -> String {
        let Self { interface, function, parameters, arguments, calls, entries, stride, .. } = self;
        let (text, counters) = self.summary;
        let write_entry = self.write_entry();
        let common = self.same_text.unwrap_or_default();
        let capability = self.capability();
        // The long text of entries and summary stands where replies will, and is overwritten by none: replies come
        // behind it.
        format!(
            r#"(module
            (import "prahari:task/{interface}@{version}" "{function}" (func $call (param {parameters})))
            (memory (export "memory") 512)
            (data (i32.const {TEXTS}) "{common}")
            (data (i32.const 1044) "\c0\03\00\00" "\01\00\00\00")
            (data (i32.const 960) "\{capability:02x}")
            (data (i32.const {RESULT}) "\00\00\00\00")
            (global $free (mut i32) (i32.const {free}))
            (global $number (mut i32) (i32.const 0))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            (func (export "describe") (result i32) i32.const 1024)
            (func $letter (param $at i32) (param $shift i32)
                (i32.store8 (local.get $at)
                    (i32.add (i32.const 65) (i32.and (i32.shr_u (global.get $number) (local.get $shift)) (i32.const 15)))))
            (func $entries
                (local $left i32) (local $at i32) (local $text i32)
                (local.set $left (i32.const {entries}))
                (local.set $at (i32.const {ENTRIES}))
                (local.set $text (i32.const {TEXTS}))
                (block $done (loop $next
                    (br_if $done (i32.eqz (local.get $left)))
                    {write_entry}
                    (local.set $at (i32.add (local.get $at) (i32.const {stride})))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br $next))))
            (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
                (local $left i32)
                (memory.fill (i32.const {REPLIES}) (i32.const 120) (i32.const 2097152))
                (local.set $left (i32.const {calls}))
                (block $done (loop $next
                    (br_if $done (i32.eqz (local.get $left)))
                    (call $entries)
                    (global.set $free (i32.const {free}))
                    (call $call {arguments})
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br $next)))
                (i32.store offset=4 (i32.const {RESULT}) (i32.const {REPLIES}))
                (i32.store offset=8 (i32.const {RESULT}) (i32.const {text}))
                (i32.store offset=12 (i32.const {RESULT}) (i32.const {empty}))
                (i32.store offset=16 (i32.const {RESULT}) (i32.const {counters}))
                i32.const {RESULT}))"#,
            free = REPLIES + (2 << 20),
            empty = 8192,
        )
    }

    /// The place in the WIT of what it needs.
    fn capability(&self) -> u8 {
        match (self.interface, self.function) {
            ("calendar", _) => 0,
            ("market", _) => 1,
            ("broker", "place" | "modify" | "cancel" | "reconcile" | "close-day") => 3,
            ("broker" | "charges", _) => 2,
            ("signals", "read") => 4,
            ("signals", _) => 5,
            ("config", _) => 6,
            ("state", _) => 7,
            ("notify", _) => 8,
            ("log", _) => 9,
            _ => 10,
        }
    }

    /// Instructions that write the entry at `$at`.
    fn write_entry(&self) -> String {
        let mut code = String::new();
        if let Some(place) = self.text_at {
            let length = self.same_text.map_or(6, str::len);
            if self.same_text.is_none() {
                for letter in 0..6 {
                    let _written = write!(
                        code,
                        "(call $letter (i32.add (local.get $text) (i32.const {letter})) (i32.const {}))",
                        4 * letter
                    );
                }
                code.push_str("(global.set $number (i32.add (global.get $number) (i32.const 1)))");
            }
            let _written = write!(
                code,
                "(i32.store offset={place} (local.get $at) (local.get $text))
                 (i32.store offset={} (local.get $at) (i32.const {length}))",
                place + 4
            );
            if self.same_text.is_none() {
                code.push_str("(local.set $text (i32.add (local.get $text) (i32.const 8)))");
            }
        }
        for (place, value) in &self.fields {
            let _written = write!(
                code,
                "(i32.store offset={place} (local.get $at) (i32.const {}))",
                value.cast_signed()
            );
        }
        code
    }
}

/// A task that leaves behind as much as it may of everything in each run: 20 messages, 60 decisions and 16 lines of
/// 4,000 bytes, two values of 100,000 bytes in its state, 40 signals that there were not yet, and a summary of
/// 4,000 bytes. The text is drawn from the number of the run, so that it does not compress well. It wants the
/// capabilities of all of that.
pub fn leaves_everything(symbol: &str) -> Vec<u8> {
    let symbol_length = symbol.len();
    component_of(
        "1.0.0",
        &format!(
            r#"(module
            (import "prahari:task/notify@1.0.0" "send" (func $send (param i32 i32 i32 i32 i32 i32)))
            (import "prahari:task/decision@1.0.0" "record" (func $record (param i32 i32 i32)))
            (import "prahari:task/log@1.0.0" "write" (func $write (param i32 i32 i32)))
            (import "prahari:task/state@1.0.0" "set" (func $set (param i32 i32 i32)))
            (import "prahari:task/signals@1.0.0" "publish" (func $publish (param i32 i32 i32)))
            (memory (export "memory") 64)
            (data (i32.const 1044) "\c0\03\00\00" "\05\00\00\00")
            (data (i32.const 960) "\05\07\08\09\0a")
            (data (i32.const 1200) "{symbol}")
            (data (i32.const 1300) "ab")
            (global $drawn (mut i32) (i32.const 0))
            (global $free (mut i32) (i32.const 3145728))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            (func (export "describe") (result i32) i32.const 1024)
            ;; Half a megabyte of letters, digits and the like from 1 MiB on.
            (func $rng
                (local $at i32)
                (local.set $at (i32.const 1048576))
                (loop $next
                    (global.set $drawn
                        (i32.add (i32.mul (global.get $drawn) (i32.const 1664525)) (i32.const 1013904223)))
                    (i32.store8 (local.get $at)
                        (i32.add (i32.const 48) (i32.and (i32.shr_u (global.get $drawn) (i32.const 20)) (i32.const 63))))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (br_if $next (i32.lt_u (local.get $at) (i32.const 1572864)))))
            (func $text (param $number i32) (result i32)
                (i32.add (i32.const 1048576) (i32.mul (local.get $number) (i32.const 4000))))
            (func (export "run") (param $run i64) (param i64 i32 i32 i32 i64 i64 i32) (result i32)
                (local $left i32) (local $at i32)
                (global.set $drawn (i32.wrap_i64 (local.get $run)))
                (call $rng)
                ;; Messages.
                (local.set $left (i32.const 20))
                (loop $message
                    (call $send (i32.const 0) (i32.const 1200) (i32.const {symbol_length})
                        (call $text (local.get $left)) (i32.const 4000) (i32.const 2048))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br_if $message (local.get $left)))
                ;; Decisions: one text each, as the reason.
                (local.set $left (i32.const 60))
                (local.set $at (i32.const 65536))
                (loop $decision
                    (i32.store offset=16 (local.get $at) (call $text (i32.add (local.get $left) (i32.const 20))))
                    (i32.store offset=20 (local.get $at) (i32.const 4000))
                    (local.set $at (i32.add (local.get $at) (i32.const 32)))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br_if $decision (local.get $left)))
                (call $record (i32.const 65536) (i32.const 60) (i32.const 2048))
                ;; Lines.
                (local.set $left (i32.const 16))
                (loop $line
                    (call $write (i32.const 1) (call $text (i32.add (local.get $left) (i32.const 81))) (i32.const 4000))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br_if $line (local.get $left)))
                ;; The state: two keys.
                (i32.store (i32.const 131072) (i32.const 1300))
                (i32.store (i32.const 131076) (i32.const 1))
                (i32.store (i32.const 131080) (i32.const 1))
                (i32.store (i32.const 131084) (i32.const 1048576))
                (i32.store (i32.const 131088) (i32.const 100000))
                (i32.store (i32.const 131092) (i32.const 1301))
                (i32.store (i32.const 131096) (i32.const 1))
                (i32.store (i32.const 131100) (i32.const 1))
                (i32.store (i32.const 131104) (i32.const 1200000))
                (i32.store (i32.const 131108) (i32.const 100000))
                (call $set (i32.const 131072) (i32.const 2) (i32.const 2048))
                ;; Signals: a re-entry in a cycle of its own, with one reason of 3,000 bytes.
                (i32.store (i32.const 196600) (call $text (i32.const 100)))
                (i32.store (i32.const 196604) (i32.const 3000))
                (local.set $left (i32.const 40))
                (local.set $at (i32.const 196608))
                (loop $signal
                    (i32.store (local.get $at) (i32.const 1200))
                    (i32.store offset=4 (local.get $at) (i32.const {symbol_length}))
                    (i32.store8 offset=8 (local.get $at) (i32.const 2))
                    (i32.store8 offset=12 (local.get $at) (i32.const 30))
                    (i32.store offset=16 (local.get $at)
                        (i32.add (local.get $left) (i32.mul (i32.wrap_i64 (local.get $run)) (i32.const 40))))
                    (i32.store offset=128 (local.get $at) (i32.const 196600))
                    (i32.store offset=132 (local.get $at) (i32.const 1))
                    (local.set $at (i32.add (local.get $at) (i32.const 136)))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br_if $signal (local.get $left)))
                (call $publish (i32.const 196608) (i32.const 40) (i32.const 2048))
                (i32.store8 (i32.const 3072) (i32.const 0))
                (i32.store offset=4 (i32.const 3072) (call $text (i32.const 110)))
                (i32.store offset=8 (i32.const 3072) (i32.const 4000))
                (i32.store offset=12 (i32.const 3072) (i32.const 8192))
                (i32.store offset=16 (i32.const 3072) (i32.const 0))
                i32.const 3072))"#
        ),
    )
}
