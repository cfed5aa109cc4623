//! Answers of the broker Kotak Neo to any call, with any status.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_kotak::fuzzing::errors(bytes);
});
