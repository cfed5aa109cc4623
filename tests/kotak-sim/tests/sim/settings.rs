//! Each fact is tried both ways, and each fault is tried: whoever adds one adds its test.

use kotak_sim::Facts;

const TESTS: [&str; 10] = [
    include_str!("bodies.rs"),
    include_str!("days.rs"),
    include_str!("fault_tests.rs"),
    include_str!("feed_faults.rs"),
    include_str!("feeds.rs"),
    include_str!("login.rs"),
    include_str!("order_faults.rs"),
    include_str!("orders.rs"),
    include_str!("program.rs"),
    include_str!("session_faults.rs"),
];

fn is_tried(name: &str) -> bool {
    TESTS.iter().any(|text| text.contains(name))
}

#[test]
fn every_fact_is_changed_by_a_test() {
    let facts = serde_json::to_value(Facts::default()).unwrap();
    let names = facts.as_object().unwrap().keys();
    let untried: Vec<&String> =
        names.filter(|name| !is_tried(&format!("facts.{name}")) && !is_tried(&format!("{name}: "))).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn every_fault_is_tried() {
    let source = include_str!("../../src/fault.rs");
    let inside = source.split("pub enum Fault {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let variants = inside
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase));
    let names: Vec<&str> = variants.map(|line| line.split([' ', '(', ',']).next().unwrap()).collect();
    assert!(names.len() > 25, "{names:?}");
    let untried: Vec<&&str> = names.iter().filter(|name| !is_tried(&format!("Fault::{name}"))).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn facts_are_read_from_a_file_that_names_only_what_differs() {
    let facts: Facts = serde_json::from_str(r#"{"duplicate_tag": "of2024", "base_path": "/gw"}"#).unwrap();
    let expected = Facts {
        duplicate_tag: kotak_sim::TagRefusal::Of2024,
        base_path: "/gw".to_owned(),
        ..Facts::default()
    };
    assert_eq!(facts, expected);
}
