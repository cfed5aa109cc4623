use prahari_domain::calendar::Calendar;

use super::*;

fn times(source: &str) -> Result<Vec<String>, String> {
    let day = Calendar::embedded().unwrap().trading_day("2025-01-02".parse().unwrap()).unwrap();
    let times = run(source, &day)?;
    Ok(times.iter().map(|at| at.ist_time().format("%H:%M").to_string()).collect())
}

#[test]
fn a_script_answers_the_times_of_its_day_sorted_and_once_each() {
    let source = r#"fn slots(day) { if day.weekday == 4 { [day.closes, day.opens, "10:00", "10:00"] } else { [] } }"#;
    assert_eq!(times(source).unwrap(), ["09:15", "10:00", "15:30"]);
}

#[test]
fn a_hostile_script_is_refused_with_a_reason() {
    let hostile = [
        "fn slots(day) { loop { } }",
        "fn slots(day) { slots(day) }",
        "fn slots(day) { let x = []; loop { x.push(1); } }",
        r#"fn slots(day) { let x = "a"; loop { x += x; } }"#,
        "fn slots(day) { let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; } }",
        "fn slots(day) { let x = []; for i in 0..1000000000 { x.push(\"10:00\"); } x }",
        "fn slots(day) { [\"24:00\"] }",
        "fn slots(day) { [\"2025-01-03 10:00\"] }",
        "fn slots(day) { [1000] }",
        "fn slots(day) { 7 }",
        "fn slots(day) { throw \"no\" }",
        "fn slots(day) { eval(\"loop {}\") }",
        "fn slots(day) { import \"x\" as y; [] }",
        "fn slots(day) { day.nothing.more }",
        "fn slots(day) { 1 / 0 }",
        "fn slots(day",
        "fn other(day) { [] }",
        "",
    ];
    for source in hostile {
        let reason = times(source).expect_err(source);
        assert!(!reason.is_empty(), "{source}");
    }
    let nested = format!("fn slots(day) {{ {}1{} }}", "(".repeat(500), ")".repeat(500));
    assert!(times(&nested).is_err());
    assert!(times(&" ".repeat(LIMITS.source_bytes + 1)).is_err());
}
