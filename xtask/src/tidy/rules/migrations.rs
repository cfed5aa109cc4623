//! Migrations are numbered without gaps, and their names say what they do.

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

const FOLDER: &str = "migrations/";

/// Checks the names in the folder of migrations: `NNNN_verb_noun.sql`, from 0001.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let paths = tree.files.iter().map(|file| file.path.as_str()).filter(|path| path.ends_with(".sql"));
    let migrations = paths.filter_map(|path| path.strip_prefix(FOLDER).map(|name| (path, name)));
    for (index, (path, name)) in migrations.enumerate() {
        let expected = index + 1;
        match number(name) {
            None => findings.push(Finding::new(path, 1, "is not named NNNN_verb_noun.sql")),
            Some(number) if number != expected => {
                findings.push(Finding::new(
                    path,
                    1,
                    format!("is numbered {number:04} where {expected:04} comes next"),
                ));
            }
            Some(_) => {}
        }
    }
    findings
}

fn number(name: &str) -> Option<usize> {
    let (digits, words) = name.strip_suffix(".sql")?.split_once('_')?;
    let numbered = digits.len() == 4 && digits.chars().all(|digit| digit.is_ascii_digit());
    let named = words.split('_').count() >= 2
        && words.split('_').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
    if numbered && named { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn a_gap_and_a_double_are_found() {
        let ok = [("migrations/0001_create_users.sql", ""), ("migrations/0002_add_user_role.sql", "")];
        assert!(found(check, &ok).is_empty());
        let gap = [("migrations/0001_create_users.sql", ""), ("migrations/0003_create_runs.sql", "")];
        assert_eq!(
            found(check, &gap),
            ["migrations/0003_create_runs.sql:1: is numbered 0003 where 0002 comes next"]
        );
        let double = [("migrations/0001_create_runs.sql", ""), ("migrations/0001_create_users.sql", "")];
        assert_eq!(found(check, &double).len(), 1);
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        for name in
            ["migrations/1_create_users.sql", "migrations/0001_users.sql", "migrations/0001-create-users.sql"]
        {
            assert_eq!(found(check, &[(name, "")]).len(), 1, "{name}");
        }
    }
}
