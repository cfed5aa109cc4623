//! What docs/PLUGIN-GUIDE.md shows: of `prahari task run`, against what the command that stands before it prints; and the
//! commands of a block, for those who run them.

use std::fs;
use std::path::Path;

use super::prahari;
use crate::failure::{Failure, Outcome};
use crate::{process, workspace};

/// The guide, from the checkout's top folder.
const GUIDE: &str = "docs/PLUGIN-GUIDE.md";

/// Beginning of the command whose answer is shown.
const COMMAND: &str = "prahari task run ";

/// Kind of the block with the answer.
const ANSWER: &str = "text";

/// Runs the guide's command in a project that has its component, and compares the answer with the one shown.
pub fn check(project: &Path) -> Outcome<()> {
    let guide = guide()?;
    let (arguments, shown) = sample(&guide).ok_or_else(|| {
        Failure::new(format!("{GUIDE} has no block with `{COMMAND}` and a block of its answer behind it"))
    })?;
    let printed = process::output(prahari().args(arguments).current_dir(project))?;
    if let Some((shown, printed)) = difference(&shown, &printed) {
        return Err(Failure::new(format!("{GUIDE} shows `{shown}`, and the command prints `{printed}`")));
    }
    println!("what the guide shows of `prahari task run` is what it prints\n");
    Ok(())
}

/// The first block of the guide that begins with this command.
pub fn block(command: &str) -> Outcome<String> {
    let guide = guide()?;
    let found = blocks(&guide).find(|(_, text)| text.starts_with(command)).map(|(_, text)| text.to_owned());
    found.ok_or_else(|| Failure::new(format!("{GUIDE} has no block that begins with `{command}`")))
}

fn guide() -> Outcome<String> {
    let path = workspace::root().join(GUIDE);
    fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))
}

/// The blocks of a document: the kind, and the text.
fn blocks(document: &str) -> impl Iterator<Item = (&str, &str)> {
    document.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
}

/// The words of the command behind the program's name, and the answer that is shown.
fn sample(guide: &str) -> Option<(Vec<String>, String)> {
    let blocks: Vec<(&str, &str)> = blocks(guide).collect();
    let at = blocks.iter().position(|(_, text)| text.starts_with(COMMAND))?;
    let (_, command) = blocks.get(at)?;
    let (_, answer) = blocks.get(at + 1..)?.iter().find(|(kind, _)| *kind == ANSWER)?;
    let words = command.replace("\\\n", " ");
    let words = words.split_whitespace().skip(1).map(str::to_owned).collect();
    Some((words, (*answer).to_owned()))
}

/// The first line in which two answers differ, with what differs from machine to machine left out.
fn difference(shown: &str, printed: &str) -> Option<(String, String)> {
    let (shown, printed): (Vec<_>, Vec<_>) = (shown.lines().collect(), printed.lines().collect());
    let line = |of: &[&str], at: usize| of.get(at).map_or("", |line| line).to_owned();
    (0..shown.len().max(printed.len()))
        .map(|at| (line(&shown, at), line(&printed, at)))
        .find(|(shown, printed)| plain(shown) != plain(printed))
}

/// A line without the hash of the module and what a run measures: time, memory and bytes.
fn plain(line: &str) -> String {
    let words = line.trim_end().split(' ');
    let measured = line.starts_with("used ");
    let mut after_module = false;
    let words = words.map(|word| {
        let varies =
            std::mem::replace(&mut after_module, word == "module") || (measured && word.contains('.'));
        if varies { "?" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "a\n```sh component\nprahari task run a.wasm --day 2025-03-12 \\\n    --at 09:20\n```\nruns it:\n\n```text\na at 2025-03-12, module 98b2\nused        4 of 2000 calls, 0.2 of 2000 ms\n```\n";

    #[test]
    fn the_sample_is_the_command_and_the_answer_behind_it() {
        let (words, answer) = sample(GUIDE).unwrap();
        assert_eq!(words, ["task", "run", "a.wasm", "--day", "2025-03-12", "--at", "09:20"]);
        assert!(answer.starts_with("a at ") && answer.ends_with(" ms\n"), "{answer}");
        assert!(sample("no blocks").is_none());
    }

    #[test]
    fn what_is_measured_may_differ_and_nothing_else() {
        let (_, answer) = sample(GUIDE).unwrap();
        let printed = "a at 2025-03-12, module 1234\nused        4 of 2000 calls, 0.9 of 2000 ms\n";
        assert_eq!(difference(&answer, printed), None);
        let more = printed.replace("4 of", "5 of");
        assert!(difference(&answer, &more).unwrap().1.contains("5 of 2000 calls"));
        assert!(difference(&answer, &format!("{printed}one more")).is_some());
    }
}
