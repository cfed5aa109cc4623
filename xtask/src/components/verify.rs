//! What a component must hold to before it is embedded: the task world, nothing else, and a bounded size.

use wasmparser::{ComponentTypeRef, Parser, Payload};

use crate::failure::{Failure, Outcome};

const PACKAGE: &str = "prahari:task/";
/// The version that the SDK is written against.
const VERSION: &str = "@1.2.0";
const EXPORTS: [&str; 3] = ["describe", "run", "prahari:task/manifest@1.2.0"];

/// Checks imports, exports and size; every violation is named.
pub fn verify(component: &[u8], size_limit: usize) -> Outcome<()> {
    let names =
        outer_names(component).map_err(|error| Failure::new(format!("is not a component: {error}")))?;
    let mut problems = Vec::new();
    for import in names.imports.iter().filter(|import| !is_ours(import)) {
        problems.push(format!("imports {import}, which is not of {PACKAGE}*{VERSION}"));
    }
    for export in EXPORTS.iter().filter(|export| !names.exports.iter().any(|name| name == *export)) {
        problems.push(format!("does not export `{export}`"));
    }
    if component.len() > size_limit {
        problems.push(format!("has {} bytes, more than {size_limit}", component.len()));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("; "))) }
}

fn is_ours(import: &str) -> bool {
    import.starts_with(PACKAGE) && import.ends_with(VERSION)
}

#[derive(Default)]
struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
}

/// The names of the outermost component; those of the modules and components inside it are its own affair.
fn outer_names(component: &[u8]) -> Result<Names, wasmparser::BinaryReaderError> {
    let mut names = Names::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import?;
                    // The world's own types are imported by their bare names; a type lets nobody do anything.
                    if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                        names.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    names.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = r#"(component
        (import "prahari:task/log@1.2.0" (instance))
        (core module $inner (import "env" "memory" (memory 1)))
        (component $adapter (import "inner" (func)))
        (type $number u64)
        (import "day" (type (eq $number)))
        (import "prahari:task/state@1.2.0" (instance $state (export "get" (func))))
        (alias export $state "get" (func $get))
        (export "describe" (func $get))
        (export "run" (func $get))
        (instance $manifest (export "manifest" (func $get)))
        (export "prahari:task/manifest@1.2.0" (instance $manifest)))"#;

    fn verified(text: &str, limit: usize) -> String {
        let component = wat::parse_str(text).unwrap();
        verify(&component, limit).map_or_else(|failure| failure.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn a_component_of_the_task_world_is_fine() {
        assert_eq!(verified(TASK, 400_000), "fine");
    }

    #[test]
    fn foreign_imports_are_listed() {
        let text = TASK.replace("prahari:task/log@1.2.0", "wasi:cli/stdout@0.2.6");
        assert_eq!(
            verified(&text, 400_000),
            "imports wasi:cli/stdout@0.2.6, which is not of prahari:task/*@1.2.0"
        );
    }

    #[test]
    fn another_version_of_our_package_is_foreign() {
        let text = TASK.replace("prahari:task/log@1.2.0", "prahari:task/log@1.3.0");
        assert!(verified(&text, 400_000).starts_with("imports prahari:task/log@1.3.0"));
    }

    #[test]
    fn a_missing_export_is_named() {
        let text = TASK.replace("(export \"run\" (func $get))", "");
        assert_eq!(verified(&text, 400_000), "does not export `run`");
    }

    #[test]
    fn a_component_above_the_limit_is_refused() {
        assert!(verified(TASK, 100).ends_with("bytes, more than 100"));
    }

    #[test]
    fn a_core_module_is_no_component() {
        assert_eq!(
            verified("(module)", 400_000),
            "does not export `describe`; does not export `run`; does not export `prahari:task/manifest@1.2.0`"
        );
    }
}
