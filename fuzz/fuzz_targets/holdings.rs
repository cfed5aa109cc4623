//! The holdings at the broker Kotak Neo.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_kotak::fuzzing::holdings(bytes);
});
