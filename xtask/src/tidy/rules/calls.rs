//! What code may not say: read a clock, sleep, print by itself, send an order past the desk, skip a test, leave work undone.
//!
//! Clippy knows the clock and sleep by their full paths; this rule also sees code that clippy does not compile and
//! asks for the reason of every exception in one list.

use super::{Exception, is_excepted};
use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::Tree;

struct Ban {
    needles: &'static [&'static str],
    message: &'static str,
    exceptions: &'static [Exception],
}

const BANS: [Ban; 7] = [
    Ban {
        needles: &["SystemTime::now", "Instant::now", "Utc::now", "Local::now"],
        message: "reads a clock: time comes from the clock of prahari-app, so that tests can move it",
        exceptions: &[
            Exception { path: "host/app/src/clock", reason: "is the clock" },
            Exception { path: "xtask/src/steps.rs", reason: "measures the build driver" },
            Exception { path: "host/runtime/src/meter.rs", reason: "measures what a run costs" },
            Exception { path: "host/runtime/examples/", reason: "measures" },
            Exception {
                path: "host/runtime/tests/hostile.rs",
                reason: "keeps the processor busy for a time",
            },
            Exception { path: "host/store/tests/store/throughput.rs", reason: "measures" },
            Exception { path: "host/src/command/bench", reason: "measures" },
        ],
    },
    Ban {
        needles: &["sleep(", "sleep_until("],
        message: "sleeps: wait on the clock of prahari-app, or on what is waited for",
        exceptions: &[
            Exception { path: "host/app/src/clock", reason: "is the clock" },
            Exception {
                path: "host/runtime/src/compile.rs",
                reason: "stops the module compiler by real time",
            },
            Exception { path: "host/runtime/src/host_call_channel.rs", reason: "stops a guest by real time" },
            Exception { path: "host/runtime/src/cpu_permits.rs", reason: "frees a thread in real time" },
            Exception { path: "host/api/src/connections/", reason: "closes connections by real time" },
            Exception {
                path: "host/api/src/serve.rs",
                reason: "waits for descriptors that come back in real time",
            },
        ],
    },
    Ban {
        needles: &["io::stdout(", "io::stderr(", "print!(", "println!(", "eprint!(", "eprintln!("],
        message: "prints by itself: say it through host/src/exit.rs, which makes text of files and guests safe to show",
        exceptions: &[
            Exception { path: "host/src/exit.rs", reason: "makes it safe" },
            Exception { path: "host/src/logging/", reason: "makes it safe" },
            Exception { path: "host/src/command/simulate.rs", reason: "asks whether there is a terminal" },
            Exception { path: "host/src/fetched.rs", reason: "asks whether there is a terminal" },
            Exception { path: "host/src/command/bench", reason: "prints numbers for a program" },
            Exception { path: "host/runtime/src/compile.rs", reason: "speaks to the daemon by a pipe" },
            Exception { path: "host/runtime/src/remote/child.rs", reason: "speaks to the daemon by a pipe" },
            Exception { path: "host/build.rs", reason: "speaks to cargo" },
            Exception { path: "host/api/build.rs", reason: "speaks to cargo" },
            Exception { path: "host/schedule/src/hostile_tests.rs", reason: "is a test" },
            Exception { path: "host/runtime/tests/", reason: "are tests" },
            Exception { path: "host/store/tests/", reason: "are tests" },
            Exception { path: "host/brokers/", reason: "has tests and an example that print" },
            Exception {
                path: "plugins/",
                reason: "has tests and examples that print; a guest has no terminal",
            },
            Exception { path: "tests/", reason: "are tests" },
            Exception { path: "xtask/", reason: "is the build driver" },
        ],
    },
    Ban {
        needles: &["broker.place("],
        message: "sends an order past the desk: only the desk's file that asks the risk gate first calls the broker",
        exceptions: &[
            Exception { path: "host/app/src/desk/place.rs", reason: "asks the risk gate first" },
            Exception {
                path: "host/src/command/bench/order.rs",
                reason: "stands between the desk and a broker",
            },
            Exception { path: "host/brokers/", reason: "has tests of the paper broker" },
            Exception { path: "host/kotak/", reason: "has tests of that broker" },
            Exception { path: "tests/", reason: "are tests" },
        ],
    },
    Ban {
        needles: &["broker.modify("],
        message: "changes an order past the desk: only the desk's file that asks the risk gate first calls the broker",
        exceptions: &[
            Exception { path: "host/app/src/desk/change.rs", reason: "asks the risk gate first" },
            Exception {
                path: "host/src/command/bench/order.rs",
                reason: "stands between the desk and a broker",
            },
            Exception { path: "host/brokers/", reason: "has tests of the paper broker" },
            Exception { path: "host/kotak/", reason: "has tests of that broker" },
            Exception { path: "tests/", reason: "are tests" },
        ],
    },
    Ban {
        needles: &["#[ignore"],
        message: "skips a test: make it run everywhere, or say in the test what is left out",
        exceptions: &[],
    },
    Ban {
        needles: &["todo!(", "unimplemented!("],
        message: "leaves work undone: finish it, or refuse with an error",
        exceptions: &[],
    },
];

/// Checks every Rust file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let code = rust::parts(&file.text).code;
        for (index, line) in code.lines().enumerate() {
            let broken =
                BANS.iter().filter(|ban| ban.needles.iter().any(|needle| contains_word(line, needle)));
            let broken = broken.filter(|ban| !is_excepted(ban.exceptions, &file.path));
            findings.extend(broken.map(|ban| Finding::new(&file.path, index + 1, ban.message)));
        }
    }
    findings
}

/// Whether `needle` stands in the line and is not the end of a longer word.
fn contains_word(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn a_clock_outside_its_module_is_found() {
        let source = "//! Words.\nfn now() {\n    std::time::Instant::now();\n}\n";
        let findings = found(check, &[("host/api/src/lib.rs", source), ("host/app/src/clock.rs", source)]);
        assert_eq!(findings.len(), 1);
        assert!(
            findings.first().unwrap().starts_with("host/api/src/lib.rs:3: reads a clock"),
            "{findings:?}"
        );
    }

    #[test]
    fn comments_and_texts_may_name_what_code_may_not() {
        let source = "// Instant::now() and todo!()\nconst A: &str = \"thread::sleep(1)\";\n";
        assert!(found(check, &[("a.rs", source)]).is_empty());
    }

    #[test]
    fn sleeping_skipping_and_leaving_undone_are_found() {
        let source = "#[ignore]\nfn a() { tokio::time::sleep(x).await; }\nfn b() { todo!() }\nfn c() { unimplemented!() }\n";
        let lines: Vec<String> = found(check, &[("tests/a.rs", source)]);
        let starts: Vec<&str> = lines.iter().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(starts, ["tests/a.rs:1", "tests/a.rs:2", "tests/a.rs:3", "tests/a.rs:4"]);
    }

    #[test]
    fn printing_past_what_makes_text_safe_is_found() {
        let source = "fn a() { println!(\"x\"); }\nfn b() { writeln!(std::io::stderr(), \"x\"); }\nfn c() { say!(\"x\"); }\n";
        let findings = found(check, &[("host/src/command/a.rs", source), ("host/src/exit.rs", source)]);
        let starts: Vec<&str> = findings.iter().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(starts, ["host/src/command/a.rs:1", "host/src/command/a.rs:2"]);
    }

    #[test]
    fn an_order_that_is_sent_past_the_desk_is_found() {
        let source = "//! Words.\nfn a() { self.link.broker.place(&order, now); }\nfn b() { link.broker.modify(&order); }\n";
        let paths =
            ["host/app/src/cancellations.rs", "host/app/src/desk/place.rs", "host/app/src/desk/change.rs"];
        let findings = found(check, &paths.map(|path| (path, source)));
        let mut starts: Vec<&str> = findings.iter().filter_map(|line| line.split(": ").next()).collect();
        starts.sort_unstable();
        let expected = [
            "host/app/src/cancellations.rs:2",
            "host/app/src/cancellations.rs:3",
            "host/app/src/desk/change.rs:2",
            "host/app/src/desk/place.rs:3",
        ];
        assert_eq!(starts, expected);
    }

    #[test]
    fn a_word_that_ends_alike_is_another_word() {
        assert!(found(check, &[("a.rs", "fn a() { virtual_sleep(1); MyInstant::now(); }")]).is_empty());
    }
}
