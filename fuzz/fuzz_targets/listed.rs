//! The addresses from which the broker Kotak Neo takes orders.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_kotak::fuzzing::listed(bytes);
});
