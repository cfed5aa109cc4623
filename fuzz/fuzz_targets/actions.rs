//! Lists of corporate actions, in any of their layouts.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_brokers::fuzzing::actions(bytes);
});
