//! Every vector of `data/vectors.json` against the functions of this crate.

// Helpers outside `#[test]` functions are test code too.
#![allow(clippy::expect_used, clippy::panic)]

use prahari_indicators as indicators;
use prahari_indicators::Bar;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The vectors are rounded to eight decimals.
const TOLERANCE: f64 = 1e-8;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    indicator: String,
    length: usize,
    input: Input,
    expected: BTreeMap<String, Vec<Option<f64>>>,
    published_2dp_from_index_14: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Input {
    high: Option<Vec<f64>>,
    low: Option<Vec<f64>>,
    close: Vec<f64>,
}

impl Input {
    fn bars(&self) -> Vec<Bar> {
        let high = self.high.as_ref().expect("the vector has highs");
        let low = self.low.as_ref().expect("the vector has lows");
        let prices = high.iter().zip(low).zip(&self.close);
        prices
            .map(|((high, low), close)| Bar {
                day: 0,
                open: *close,
                high: *high,
                low: *low,
                close: *close,
                volume: 0.0,
            })
            .collect()
    }
}

fn load() -> Vec<Vector> {
    let file: File =
        serde_json::from_str(include_str!("../data/vectors.json")).expect("the vectors are valid JSON");
    file.vectors
}

fn compute(vector: &Vector, semantics: &str) -> Vec<Option<f64>> {
    let (close, length) = (&vector.input.close, vector.length);
    match (vector.indicator.as_str(), semantics) {
        ("rsi", "talib") => indicators::rsi(close, length),
        ("rsi", "pandas_ta_native") => indicators::rsi_from_first_change(close, length),
        ("ema", "talib" | "pandas_ta_native") => indicators::ema(close, length),
        ("ema", "ewm_first") => indicators::ema_from_first(close, length),
        ("sma", "talib" | "pandas_ta_native") => indicators::sma(close, length),
        ("true_range", "talib") => indicators::true_range(&vector.input.bars()),
        ("true_range", "pandas_ta_native") => indicators::true_range_from_first(&vector.input.bars()),
        ("atr", "talib") => indicators::atr(&vector.input.bars(), length),
        ("atr", "pandas_ta_native") => indicators::atr_from_first(&vector.input.bars(), length),
        (indicator, semantics) => panic!("no function for {indicator} as {semantics}"),
    }
}

fn agree(computed: Option<f64>, expected: Option<f64>) -> bool {
    match (computed, expected) {
        (Some(computed), Some(expected)) => (computed - expected).abs() <= TOLERANCE,
        (computed, expected) => computed == expected,
    }
}

#[test]
fn every_vector_is_met_at_every_index() {
    let vectors = load();
    let mut compared = 0;
    for vector in &vectors {
        for (semantics, expected) in &vector.expected {
            let computed = compute(vector, semantics);
            assert_eq!(computed.len(), expected.len(), "{} as {semantics}", vector.name);
            for (index, (computed, expected)) in computed.iter().zip(expected).enumerate() {
                let name = &vector.name;
                assert!(
                    agree(*computed, *expected),
                    "{name} as {semantics} at {index}: {computed:?}, not {expected:?}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "only {compared} values were compared");
}

#[test]
fn the_published_example_is_met_to_two_decimals() {
    let vectors = load();
    let vector =
        vectors.iter().find(|vector| vector.published_2dp_from_index_14.is_some()).expect("it is there");
    let computed = indicators::rsi(&vector.input.close, vector.length);
    for (value, published) in
        computed.iter().skip(14).zip(vector.published_2dp_from_index_14.iter().flatten())
    {
        assert!((value.unwrap() - published).abs() <= 0.0051, "{value:?} is not {published}");
    }
}

#[test]
fn incremental_steps_meet_the_vectors_too() {
    for vector in load().iter().filter(|vector| vector.indicator == "rsi") {
        let expected = &vector.expected["talib"];
        let seed = &vector.input.close[..=vector.length];
        let mut state =
            indicators::WilderRsi::from_closes(seed, vector.length).expect("the seed is long enough");
        for (close, expected) in vector.input.close.iter().zip(expected).skip(vector.length + 1) {
            assert!(agree(Some(state.step(*close)), *expected), "{} at close {close}", vector.name);
        }
    }
}
