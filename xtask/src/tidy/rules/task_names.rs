//! Tasks are an open set: the host names none of those that it carries inside. What a task is stands in its manifest.

use super::{Exception, is_excepted};
use crate::components::TASKS;
use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::Tree;

const EXCEPTIONS: [Exception; 2] = [
    Exception { path: "host/templates/", reason: "begins a project of somebody else" },
    Exception { path: "host/src/command/bench/", reason: "measures one task, and says which in its lines" },
];

/// The route that the plan of the console has for one task; it asks that task's manifest who may start it.
const ALIAS: &str = "host/api/src/routes/service/once.rs";

/// Checks every Rust file of the host, its tests left out.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let host = tree.rust().filter(|file| file.path.starts_with("host/") && !is_test(&file.path));
    for file in host.filter(|file| !is_excepted(&EXCEPTIONS, &file.path)) {
        let text = untested(&file.text);
        for task in TASKS.iter().filter(|task| file.path != ALIAS || !is_plain_word(task)) {
            findings.extend(lines_with(text, task).into_iter().map(|line| {
                let message =
                    format!("names the task {task}: what the host knows of a task stands in its manifest");
                Finding::new(&file.path, line, message)
            }));
        }
    }
    findings
}

/// The lines that have the name: anywhere, or, of a name that is an ordinary word, in code and texts.
fn lines_with(text: &str, task: &str) -> Vec<usize> {
    let mut lines: Vec<usize> = if is_plain_word(task) {
        let parts = rust::parts(text);
        let code = parts.code.lines().enumerate().filter(|(_, line)| has_word(line, task));
        let code: Vec<usize> = code.map(|(index, _)| index + 1).collect();
        let literals = parts.literals.into_iter().filter(|(_, literal)| has_word(literal, task));
        code.into_iter().chain(literals.map(|(line, _)| line)).collect()
    } else {
        text.lines()
            .enumerate()
            .filter(|(_, line)| has_word(line, task))
            .map(|(index, _)| index + 1)
            .collect()
    };
    lines.dedup();
    lines
}

/// Whether a name is also a word of ordinary sentences.
fn is_plain_word(task: &str) -> bool {
    !task.contains('_')
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.contains("/tests/") || name.contains("tests")
}

/// The file without the module of its tests, which stands last.
fn untested(text: &str) -> &str {
    match text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\npub(crate) mod tests {"))
    {
        Some(tests) => text.get(..tests).unwrap_or(text),
        None => text,
    }
}

/// Whether a line has the name as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |next: Option<char>| next.is_some_and(|next| next.is_alphanumeric() || next == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        !is_part(before) && !is_part(after)
    })
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn a_name_is_found_in_code_texts_and_comments() {
        let source = "fn a() {\n    if task.name() == \"sell_monitor\" {}\n    // as buy_orders does\n}\n";
        let findings = found(check, &[("host/app/src/a.rs", source)]);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("host/app/src/a.rs:2: names the task sell_monitor"), "{findings:?}");
        assert!(findings[1].contains("host/app/src/a.rs:3: names the task buy_orders"), "{findings:?}");
    }

    #[test]
    fn an_ordinary_word_counts_where_it_is_not_a_comment() {
        let source =
            "// the analysis of it\nconst A: &str = \"analysis\";\nlet analysis = 1;\nlet analysis_of = 1;\n";
        let findings = found(check, &[("host/store/src/a.rs", source)]);
        assert_eq!(findings.len(), 2, "{findings:?}");
    }

    #[test]
    fn tests_templates_and_other_folders_may_name_them() {
        let name = "const A: &str = \"eod_cleanup\";\n";
        let tested = format!("fn a() {{}}\n\n#[cfg(test)]\nmod tests {{\n{name}}}\n");
        let files = [
            ("host/app/src/a.rs", tested.as_str()),
            ("host/app/src/b_tests.rs", name),
            ("host/store/tests/store/c.rs", name),
            ("host/templates/rust/src/lib.rs", name),
            ("plugins/eod_cleanup/src/lib.rs", name),
            (ALIAS, "const A: &str = \"/api/v1/service/analysis/run\";\n"),
        ];
        assert_eq!(found(check, &files), Vec::<String>::new());
    }
}
