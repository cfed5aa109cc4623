//! Answers of the chart interface of Yahoo Finance.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    prahari_brokers::fuzzing::yahoo_chart(bytes);
});
