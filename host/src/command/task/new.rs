//! `prahari task new`: a project with a small working task.
//!
//! The templates are an ordinary project named `gap_watch`; a new one is the same with another name. Everything it
//! needs from here comes out of this binary, so it can be made and built where there is no checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{Language, NewTask, TaskName};
use crate::exit::{Failure, say};
use crate::templates;

/// Files of a folder: path within it, text.
type Files = &'static [(&'static str, &'static str)];

/// Where a Rust project keeps the SDK: as deep below the project as it lies below our checkout, since its bindings
/// look for the WIT by a relative path.
const SDK_FOLDER: &str = "vendor/prahari-sdk/src";

/// Creates the project from the template.
pub fn new(options: &NewTask) -> Result<ExitCode, Failure> {
    let folder = options.dir.clone().unwrap_or_else(|| PathBuf::from(options.name.as_str()));
    check_empty(&folder)?;
    for (inside, files) in company(options.lang) {
        for (path, text) in *files {
            write(&folder.join(inside).join(path), text)?;
        }
    }
    // Last, because a language may need a file of the WIT in a form of its own.
    for (path, text) in template(options.lang) {
        write(&folder.join(path), &named(text, &options.name))?;
    }
    say!("{} is ready; its README.md says how to build and try it", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// The files that carry the task's name.
fn template(language: Language) -> Files {
    match language {
        Language::Rust => templates::RUST,
        Language::Python => templates::PYTHON,
        Language::Js => templates::JS,
    }
}

/// The folders that are the same in every project of a language.
fn company(language: Language) -> &'static [(&'static str, Files)] {
    match language {
        Language::Rust => {
            &[("wit", templates::WIT), ("market", templates::MARKET), (SDK_FOLDER, templates::SDK)]
        }
        Language::Python | Language::Js => &[("wit", templates::WIT), ("market", templates::MARKET)],
    }
}

/// The template's text for a task of another name, in the three forms in which a name is written.
fn named(text: &str, name: &TaskName) -> String {
    let kebab = name.words().collect::<Vec<_>>().join("-");
    let pascal: String = name.words().map(capitalised).collect();
    text.replace("gap_watch", name.as_str()).replace("gap-watch", &kebab).replace("GapWatch", &pascal)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Fails when the folder holds files, so that none is overwritten.
fn check_empty(folder: &Path) -> Result<(), Failure> {
    let unusable = |error| Failure::input(format!("cannot use the folder {}: {error}", folder.display()));
    if !folder.try_exists().map_err(unusable)? {
        return Ok(());
    }
    if fs::read_dir(folder).map_err(unusable)?.next().is_some() {
        return Err(Failure::input(format!("{} is there already and not empty", folder.display())));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error| Failure::input(format!("cannot write {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_its_three_forms() {
        let text = named("gap_watch gap-watch GapWatch", &"rsi2_exit_monitor".parse().unwrap());
        assert_eq!(text, "rsi2_exit_monitor rsi2-exit-monitor Rsi2ExitMonitor");
    }

    #[test]
    fn names_that_no_crate_can_have_are_refused() {
        for name in
            ["", "Gap", "gap-watch", "_gap", "gap__watch", "2gap", "gap_2", "gap watch", &"a".repeat(41)]
        {
            assert!(name.parse::<TaskName>().is_err(), "{name}");
        }
    }

    #[test]
    fn the_types_of_the_world_are_the_same_where_they_stand_elsewhere() {
        for version in ["1.0.0", "1.2.0"] {
            types_are_the_same(version);
        }
    }

    fn types_are_the_same(version: &str) {
        let file = format!("@{version}/task.wit");
        let task = |files: Files| files.iter().find(|(path, _)| path.ends_with(&file)).unwrap().1;
        let types = |text: &'static str| {
            let from = text.find("    /// What a task says of itself; it grants nothing.").unwrap();
            let rest = &text[from..];
            rest[..rest.rfind("denied(capability),").unwrap()].to_owned()
        };
        assert_eq!(types(task(templates::JS)), types(task(templates::WIT)));
    }

    #[test]
    fn the_vendored_sdk_asks_for_what_ours_asks_for() {
        let ours = include_str!("../../../../Cargo.toml");
        let line = ours.lines().find(|line| line.starts_with("wit-bindgen = ")).unwrap();
        let (_, manifest) =
            templates::RUST.iter().find(|(path, _)| *path == "vendor/prahari-sdk/Cargo.toml").unwrap();
        assert!(manifest.lines().any(|theirs| theirs == line), "{manifest}");
    }
}
