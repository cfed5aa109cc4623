//! The exchange's lists of price bands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_brokers::fuzzing::bhavcopy_bands(bytes);
});
