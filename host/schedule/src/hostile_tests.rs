//! Scripts that mean harm: each is refused with a reason, and cheaply.
//!
//! The proof is the limit on operations, which is the same on every machine. Time is measured beside it, as processor
//! time of this thread, so that a busy machine makes no difference; an evaluation waits for nothing, so that on an idle
//! one this is the time that passes.

use std::time::Duration;

use chrono::NaiveTime;
use nix::time::{ClockId, clock_gettime};
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;

use crate::{MAX_SCRIPT_BYTES, Rule, Schedule, slots};

/// The most that a script may cost until it is refused.
const LIMIT: Duration = Duration::from_millis(100);

/// What the script is, its whole text, and a part of the reason it is refused for.
type Case = (&'static str, String, &'static str);

fn case(name: &'static str, text: impl Into<String>, reason: &'static str) -> Case {
    (name, text.into(), reason)
}

/// The same with the text as the body of `slots`.
fn body(name: &'static str, body: impl AsRef<str>, reason: &'static str) -> Case {
    (name, format!("fn slots(day) {{ {} }}", body.as_ref()), reason)
}

/// Endless or nearly so.
fn loops() -> Vec<Case> {
    let too_many = "Too many operations";
    vec![
        body("an endless loop", "loop {}", too_many),
        body("an endless while", "while true { }", too_many),
        body("an endless do", "do { } until false", too_many),
        body("a loop that eats its failures", "loop { try { throw 1; } catch { } }", "'try'"),
        body("the end of all operations caught", "try { loop {} } catch { } 600", "'try'"),
        body("10^9 slots counted", "let n = 0; for m in 0..1000000000 { n += 1; } n", too_many),
        body("10^9 slots", "let t = []; for m in range(0, 1000000000) { t.push(m); } t", "Size of array"),
        body("10^9 slots as a range", "0..1000000000", "not a time"),
        body("a range that stands still", "for m in range(0, 10, 0) { }", "step value cannot be zero"),
        body(
            "loops in loops",
            "for a in 0..999 { for b in 0..999 { for c in 0..999 { a + b + c; } } }",
            too_many,
        ),
        case("recursion", "fn slots(day) { slots(day) }", "Stack overflow"),
        case(
            "recursion in twos",
            "fn a(n) { b(n) } fn b(n) { a(n) } fn slots(day) { a(0) }",
            "Stack overflow",
        ),
        case(
            "a tree of calls",
            "fn f(n) { if n > 0 { f(n - 1); f(n - 1); f(n - 1); f(n - 1); f(n - 1); f(n - 1); } }
             fn slots(day) { loop { f(5); } }",
            too_many,
        ),
    ]
}

/// More and more memory, or work that hides in one operation.
fn growth() -> Vec<Case> {
    let text = "Length of string too large";
    vec![
        body("a text that doubles", "let s = \"0123456789\"; loop { s += s; }", text),
        body("a text of a thousand letters", format!("\"{}\"", "x".repeat(1_000)), "string"),
        body("an array that grows", "let a = []; loop { a.push(1); }", "Size of array"),
        body("an array that holds itself", "let a = [1]; loop { a = [a, a]; }", "Size of array"),
        body("an array of 2000", format!("[{}]", "1,".repeat(2_000)), "Size of array literal"),
        body("101 times", "let t = []; for m in 0..101 { t.push(m); } t", "101 times, the limit is 100"),
        body(
            "a map that grows",
            "let m = #{}; for i in 0..99 { m[`k${i}`] = i; } loop { let b = m; }",
            "'#{'",
        ),
        body("a map of forty", format!("#{{{}}}", keys(40)), "'#{'"),
        body("a map that holds itself", "let m = #{}; loop { m.a = m; m.b = m; }", "'#{'"),
        body(
            "arrays copied",
            "let a = []; a.push(1); loop { let b = [a, a, a]; a.push(b.len()); }",
            "Size of array",
        ),
        body(
            "full arrays copied",
            format!("let a = [{}]; loop {{ let b = a; }}", "1,".repeat(99)),
            "Too many",
        ),
        body(
            "full texts in an array made into one text",
            format!(
                "let s = \"{}\"; let a = []; for i in 0..120 {{ a.push(s); }} loop {{ let t = `${{a}}`; }}",
                "x".repeat(250)
            ),
            "string",
        ),
        body(
            "full texts joined",
            format!("let a = \"{}\"; loop {{ let b = a + a; }}", "x".repeat(128)),
            "Too many",
        ),
    ]
}

/// Texts that are hard on the parser.
fn shapes() -> Vec<Case> {
    let deep = "maximum complexity";
    let nested =
        |open: &str, inside: &str, close: &str| format!("{}{inside}{}", open.repeat(400), close.repeat(400));
    vec![
        body("brackets in brackets", nested("(", "1", ")"), deep),
        body("arrays in arrays", nested("[", "1", "]"), deep),
        body("maps in maps", nested("#{a:", "1", "}"), "'#{'"),
        body("blocks in blocks", nested("{", "1", "}"), deep),
        body("conditions in conditions", nested("if true {", "1", "}"), deep),
        body("a row of signs", format!("{}1", "- ".repeat(1_900)), deep),
        body("a row of negations", format!("{}true", "!".repeat(3_000)), deep),
        body("a long sum", format!("1{}", "+1".repeat(1_500)), deep),
        body("a chain of fields", format!("day{}", ".date".repeat(700)), deep),
        body("a text in a text in a text", nested("`${", "1", "}`"), deep),
        body(
            "a hundred variables",
            (0..100).map(|n| format!("let v{n} = 1;")).collect::<String>(),
            "Too many variables",
        ),
        case(
            "twenty functions",
            (0..20).map(|n| format!("fn f{n}() {{ 1 }}")).collect::<String>(),
            "functions",
        ),
        case("five thousand bytes", " ".repeat(MAX_SCRIPT_BYTES + 1), "the limit is 4096"),
        case("an unfinished text", "fn slots(day) { \"600 }", "Open string"),
        body("a number of forty digits", "9".repeat(40), "not a time"),
        body("a sum that overflows", "9223372036854775807 + 1", "overflow"),
        body("a power that overflows", "7 ** 9999999", "overflow"),
        body("a division by nothing", "600 / (day.opens - day.opens)", "Division by zero"),
    ]
}

/// What is no time of the day.
fn answers() -> Vec<Case> {
    let (outside, no_time) = ("outside its day", "not a time");
    vec![
        body("before the day", "-1", outside),
        body("after the day", "1440", outside),
        body("the smallest number", "-9223372036854775807 - 1", outside),
        body("one time of many outside", "[\"10:00\", 600, 100000]", outside),
        body(
            "a stretch of ten years",
            "day.each_minute(\"00:00\", \"99:00\")",
            "is not a time such as 09:15",
        ),
        body("a fraction", "600.5", no_time),
        body("no number", "0.0 / 0.0", no_time),
        body("an infinite number", "1.0 / 0.0", no_time),
        body("yes", "true", no_time),
        body("a letter", "'a'", no_time),
        body("the day itself", "day", no_time),
        body("a map", "#{time: \"10:00\"}", "'#{'"),
        body("an array in an array", "[[600]]", no_time),
        body("a time in wide digits", "\"１０:００\"", "is not a time such as 09:15"),
        body("a time with a hidden sign", "\"\u{202e}10:00\"", "is not a time such as 09:15"),
        body("a time of 25 hours", "\"25:00\"", "is not a time such as 09:15"),
        body(
            "a thrown text with control signs",
            "throw \"\\x1b[2J\\nall is well\"",
            "\\u001b[2J all is well",
        ),
    ]
}

/// What a schedule has no business with.
fn reaching_out() -> Vec<Case> {
    vec![
        body("eval", "eval(\"600\")", "'eval'"),
        body("import", "import \"os\" as os; 600", "'import'"),
        body("print", "loop { print(\"x\"); }", "'print'"),
        body("debug", "loop { debug(day); }", "'debug'"),
        body("sleep", "sleep(1000000); 600", "Function not found: sleep"),
        body("a clock", "timestamp(); 600", "Function not found: timestamp"),
        body("exit", "exit(600)", "Function not found: exit"),
        body("chance", "rand()", "Function not found: rand"),
        body("JSON", "parse_json(\"{}\")", "Function not found: parse_json"),
        body("sorting", "let a = [3, 1]; a.sort(); a", "Function not found: sort"),
        body("filling up", "let s = \"\"; s.pad(1000000000, 'x'); 600", "Function not found: pad"),
        body("a closure", "let f = |x| x; 600", "Unexpected '|'"),
        body("a function's name", "Fn(\"slots\")", "'Fn'"),
        body("what is defined", "is_def_fn(\"slots\", 1)", "not a time"),
        body("another variable", "secrets", "Undefined variable"),
        body("another type", "Day()", "Function not found: Day"),
    ]
}

/// Changing the meaning of what is there.
fn redefining() -> Vec<Case> {
    let again = "which has a meaning already";
    vec![
        body("the day changed", "day.opens = 0; 600", "opens"),
        body("a part of the day changed", "day.date += \"x\"; 600", "date"),
        body("a method of the day replaced", "day.moved = 5; 600", "moved"),
        body("a variable shadowed", "let a = 1; let a = 2; 600", "already defined"),
        body("the day shadowed", "let day = 5; 600", "already defined"),
        body("a constant changed", "const A = 1; A = 2; 600", "constant"),
        case("push redefined", "fn push(a, b) { loop {} } fn slots(day) { [].push(1) }", again),
        case("moved redefined", "fn moved(t) { 0 } fn slots(day) { day.moved(\"16:00\") }", again),
        case("slots twice", "fn slots(day) { 600 } fn slots(day) { 660 }", "slots"),
        case("no slots", "fn main() { 600 }", "does not define fn slots(day)"),
        case("statements outside", "let a = 600; fn slots(day) { a }", "a"),
        case("a loop outside", "fn slots(day) { 600 } loop {}", "statements outside its functions"),
        case("a language of its own", "require('fs'); process.exit()", "char"),
        case("no script at all", "\u{0}\u{1}\u{2}", "Unexpected"),
    ]
}

fn keys(count: usize) -> String {
    (0..count).map(|key| format!("k{key}: 1,")).collect()
}

/// The refusal, and the processor time that it took.
fn refusal(text: &str) -> (String, Duration) {
    let day: Day = "2025-01-02".parse().unwrap();
    let trading_day = Calendar::embedded().unwrap().trading_day(day).unwrap();
    let schedule = Schedule::of(Task::literal("buy_orders"), Rule::Script(text.to_owned()));
    let before = processor_time();
    let answer = slots(&schedule, &trading_day);
    let spent = processor_time().saturating_sub(before);
    (answer.map_or_else(|error| error.to_string(), |slots| format!("accepted: {slots:?}")), spent)
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap()
}

#[test]
fn hostile_scripts_are_refused_with_a_reason_within_100_ms() {
    // The engine is built once, by whoever asks first.
    let warm = Rule::At { time: NaiveTime::MIN };
    refusal(&warm.script().unwrap());
    let cases: Vec<Case> = [loops(), growth(), shapes(), answers(), reaching_out(), redefining()]
        .into_iter()
        .flatten()
        .collect();
    assert!(cases.len() >= 30);
    let mut slowest = (Duration::ZERO, "");
    let mut wrong = Vec::new();
    for (name, text, reason) in &cases {
        let (refusal, spent) = refusal(text);
        let in_time = spent <= LIMIT;
        let one_line = prahari_domain::text::is_plain(&refusal) && refusal.len() < 1_000;
        if !refusal.contains(reason) || refusal.starts_with("accepted") || !in_time || !one_line {
            wrong.push(format!("{name} ({spent:?}): {refusal}"));
        }
        slowest = slowest.max((spent, name));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    println!("{} scripts refused; the slowest, {}, took {:?}", cases.len(), slowest.1, slowest.0);
}
