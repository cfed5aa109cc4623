//! What SQLite says of damaged pages, as one sentence for a person: which pages, and of what.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use prahari_domain::numbers::counted;
use prahari_domain::text::one_line;

use crate::columns::select_one;
use crate::errors::StoreError;

/// The most findings that SQLite is asked for.
const MOST_FINDINGS: u32 = 200;

/// The most places that the sentence names.
const MOST_PLACES: usize = 5;

/// What is said where SQLite cannot even say what is damaged.
const UNREADABLE: &str = "the database file is damaged: not even its list of tables can be read; put a backup from before in its place";

/// Returns what is wrong with the pages and indices of the database, in one sentence; nothing when all is well.
pub(super) fn fault(conn: &Connection) -> Result<Option<String>, StoreError> {
    let mut found = Vec::new();
    let stopped = look(conn, &mut found).err();
    let findings = Findings::of(found.iter().flat_map(|text| text.lines()));
    // What was found before SQLite itself ran into the damage says where it is.
    match (findings.sentence(|root| owner_of(conn, root))?, stopped) {
        (None, Some(error)) if error.is_damaged_page() => Ok(Some(UNREADABLE.to_owned())),
        (None, Some(error)) => Err(error),
        (sentence, _) => Ok(sentence),
    }
}

fn look(conn: &Connection, found: &mut Vec<String>) -> Result<(), StoreError> {
    let mut statement = conn.prepare(&format!("PRAGMA integrity_check({MOST_FINDINGS})"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.push(row.get(0)?);
    }
    Ok(())
}

/// Returns which table or index has `root` as its first page.
fn owner_of(conn: &Connection, root: u32) -> Result<Option<String>, StoreError> {
    if root == 1 {
        return Ok(Some("the list of tables".to_owned()));
    }
    let sql = "SELECT type, name, tbl_name FROM sqlite_schema WHERE rootpage = ?1";
    select_one(conn, sql, [root], |row| {
        let (kind, name, table): (String, String, String) =
            (row.get("type")?, row.get("name")?, row.get("tbl_name")?);
        Ok(if kind == "table" {
            format!("the table {name}")
        } else {
            format!("an index of the table {table}")
        })
    })
}

/// Findings of SQLite, by kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    /// Damaged pages, each with the first page of what it belongs to.
    pages: BTreeMap<u32, u32>,
    /// Indices that do not fit their tables.
    indices: BTreeSet<String>,
    /// The first of all others, as SQLite says it. That a page is used by nobody only follows from a damaged one.
    other: Option<String>,
    /// Whether pages are used by nothing, or free ones are not listed well.
    lost: bool,
}

impl Findings {
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut findings = Self::default();
        for line in lines.map(str::trim).filter(|line| !line.is_empty() && *line != "ok") {
            findings.add(line);
        }
        findings
    }

    fn add(&mut self, line: &str) {
        let words: Vec<&str> = line.split([' ', ':']).collect();
        match words.as_slice() {
            // `*** in database main ***`, and what a damaged page does to the one above it.
            ["***", ..] => {}
            ["Tree", ..] if line.ends_with("Child page depth differs") => {}
            ["Tree", root, "page", page, ..] => {
                let number = |text: &str| text.parse().unwrap_or(0);
                self.pages.entry(number(page)).or_insert_with(|| number(root));
            }
            ["Tree", root, ..] => {
                let root = root.parse().unwrap_or(0);
                self.pages.entry(root).or_insert(root);
            }
            ["Page", ..] | ["Freelist", ..] | ["Main", ..] => self.lost = true,
            _ => match line.rsplit_once(" index ") {
                Some((_, index)) => {
                    self.indices.insert(index.split(' ').next().unwrap_or(index).to_owned());
                }
                None => {
                    self.other.get_or_insert_with(|| one_line(line).into_owned());
                }
            },
        }
    }

    fn sentence(
        &self,
        owner: impl Fn(u32) -> Result<Option<String>, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        let mut places = Vec::new();
        for (page, root) in &self.pages {
            let of = owner(*root)?.unwrap_or_else(|| "something that is in no list".to_owned());
            places.push(format!("page {page} ({of})"));
        }
        if places.is_empty() {
            places.extend(
                self.indices.iter().map(|index| format!("the index {index}, which does not fit its table")),
            );
        }
        if places.is_empty() {
            places.extend(self.other.iter().cloned());
        }
        if places.is_empty() && self.lost {
            places.push("its account of which pages are in use".to_owned());
        }
        let more = places.len().saturating_sub(MOST_PLACES);
        places.truncate(MOST_PLACES);
        let Some((last, others)) = places.split_last() else { return Ok(None) };
        let list = match (others, more) {
            ([], 0) => last.clone(),
            (others, 0) => format!("{} and {last}", others.join(", ")),
            (_, more) => {
                format!("{} and {}", places.join(", "), counted(more, "more place", "more places"))
            }
        };
        Ok(Some(format!("the database file is damaged in {list}: put a backup from before in its place")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> Option<String> {
        let owner = |root| Ok((root == 7).then(|| "the table runs".to_owned()));
        Findings::of(text.lines()).sentence(owner).unwrap()
    }

    #[test]
    fn one_sentence_names_the_pages_and_what_they_belong_to() {
        assert_eq!(sentence("ok"), None);
        let text = "*** in database main ***\nTree 7 page 45: btreeInitPage() returns error code 11\n\
                    Tree 7 page 7 cell 1: Child page depth differs\nPage 46: never used\nwrong # of entries in index runs_of_task";
        assert_eq!(
            sentence(text).unwrap(),
            "the database file is damaged in page 45 (the table runs): put a backup from before in its place"
        );
        let text =
            "Tree 7 page 45 cell 3: Rowid 5 out of order\nTree 9 page 50 right child: invalid page number 0";
        assert!(
            sentence(text)
                .unwrap()
                .contains("page 45 (the table runs) and page 50 (something that is in no list)")
        );
        let many: String = (10..20).map(|page| format!("Tree 7 page {page}: x\n")).collect();
        assert!(sentence(&many).unwrap().contains("page 14 (the table runs) and 5 more places"));
    }

    #[test]
    fn an_index_that_does_not_fit_and_lost_pages_are_named_where_no_page_is() {
        let text = "row 5 missing from index runs_of_task\nwrong # of entries in index runs_of_task";
        assert!(sentence(text).unwrap().contains("in the index runs_of_task, which does not fit its table:"));
        assert!(sentence("Page 46: never used").unwrap().contains("its account of which pages are in use"));
        assert!(sentence("NULL value in runs.task").unwrap().contains("in NULL value in runs.task:"));
    }
}
