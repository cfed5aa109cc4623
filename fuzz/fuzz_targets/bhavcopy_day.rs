//! The exchange's daily files.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_brokers::fuzzing::bhavcopy_day(bytes);
});
