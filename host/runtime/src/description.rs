//! What a module may say of itself, and how it is kept: it is shown to people, whoever wrote it.

use prahari_domain::text::one_line;

use crate::abi::latest::TaskInfo;

/// Most bytes of a name. The tasks of the host have up to 23.
const MOST_NAME: usize = 64;

/// Most bytes of a version.
const MOST_VERSION: usize = 64;

/// Most bytes of the line about when it runs.
const MOST_SCHEDULE: usize = 200;

/// Most bytes of the schema of its settings: a hundred settings with a sentence each.
const MOST_SCHEMA: usize = 16 << 10;

/// Most capabilities it may list; there are eleven.
const MOST_CAPABILITIES: usize = 64;

/// Most bytes of a manifest: ten times what one with every field has.
const MOST_MANIFEST: usize = 16 << 10;

/// What a module says of itself is too much to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the module describes itself with {found} {of}; at most {most} are allowed")]
pub struct DescriptionError {
    /// The part that is too much, with its unit, such as `bytes of name`.
    pub of: &'static str,
    /// Size of the part in the module.
    pub found: usize,
    /// Largest allowed size of the part.
    pub most: usize,
}

/// The description with its text made safe to show.
///
/// # Errors
/// When there is too much of it.
pub(crate) fn cleaned(info: TaskInfo) -> Result<TaskInfo, DescriptionError> {
    let bounded = [
        ("bytes of name", info.name.len(), MOST_NAME),
        ("bytes of version", info.version.len(), MOST_VERSION),
        ("bytes of default-schedule", info.default_schedule.len(), MOST_SCHEDULE),
        ("bytes of config-schema", info.config_schema.len(), MOST_SCHEMA),
        ("capabilities", info.capabilities.len(), MOST_CAPABILITIES),
    ];
    if let Some((of, found, most)) = bounded.into_iter().find(|(_, found, most)| found > most) {
        return Err(DescriptionError { of, found, most });
    }
    Ok(TaskInfo {
        name: one_line(&info.name).into_owned(),
        version: one_line(&info.version).into_owned(),
        default_schedule: one_line(&info.default_schedule).into_owned(),
        // Line by line, because a document has line breaks between its parts.
        config_schema: info.config_schema.lines().map(one_line).collect::<Vec<_>>().join("\n"),
        ..info
    })
}

/// Checks the size of a manifest, whose text an operator reads before accepting it.
///
/// # Errors
/// When there is too much of it.
pub(crate) fn bounded_manifest(text: String) -> Result<String, DescriptionError> {
    let (of, found, most) = ("bytes of manifest", text.len(), MOST_MANIFEST);
    if found > most { Err(DescriptionError { of, found, most }) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::latest::{Capability, TaskKind};

    fn info() -> TaskInfo {
        TaskInfo {
            name: "sell_monitor".to_owned(),
            version: "1.0.0".to_owned(),
            kind: TaskKind::Continuous,
            capabilities: vec![Capability::Log],
            default_schedule: "each minute".to_owned(),
            config_schema: "{\n  \"type\": \"object\"\n}".to_owned(),
        }
    }

    #[test]
    fn an_ordinary_description_is_left_alone() {
        assert_eq!(cleaned(info()), Ok(info()));
    }

    #[test]
    fn text_that_a_terminal_would_obey_is_spelled_out() {
        let said = TaskInfo { name: "a\u{1b}[2Jb".to_owned(), version: "1\u{202e}2".to_owned(), ..info() };
        let kept = cleaned(said).unwrap();
        assert_eq!((kept.name.as_str(), kept.version.as_str()), ("a\\u001b[2Jb", "1\\u202e2"));
    }

    #[test]
    fn a_manifest_has_a_bound() {
        let most = "x".repeat(MOST_MANIFEST);
        assert_eq!(bounded_manifest(most.clone()), Ok(most.clone()));
        let error = bounded_manifest(most + "x").unwrap_err().to_string();
        assert!(error.contains("16385 bytes of manifest; at most 16384"), "{error}");
    }

    #[test]
    fn each_part_has_a_bound() {
        let long = |bytes| "x".repeat(bytes);
        let too_much = [
            ("bytes of name", TaskInfo { name: long(65), ..info() }),
            ("bytes of version", TaskInfo { version: long(65), ..info() }),
            ("bytes of default-schedule", TaskInfo { default_schedule: long(201), ..info() }),
            ("bytes of config-schema", TaskInfo { config_schema: long((16 << 10) + 1), ..info() }),
            ("capabilities", TaskInfo { capabilities: vec![Capability::Log; 65], ..info() }),
        ];
        for (of, said) in too_much {
            let error = cleaned(said).unwrap_err();
            assert_eq!((error.of, error.found), (of, error.most + 1), "{error}");
        }
        let most = TaskInfo { name: long(64), capabilities: vec![Capability::Log; 64], ..info() };
        assert!(cleaned(most).is_ok());
    }
}
