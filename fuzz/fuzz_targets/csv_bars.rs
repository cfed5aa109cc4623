//! Files with the bars of one share.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_brokers::fuzzing::csv_bars(bytes);
});
