//! The bounds of a schema, checked on its text: what is within them is compiled and applied in milliseconds.
//!
//! A reference is followed as if the part stood where it is referred to, because that is what applying it costs: a few
//! lines that refer to each other twice could cost more than a machine has time for.

use serde_json::Value;

use super::SettingsSchemaError;

/// Most values of a schema, those that references repeat included: ten for each of two hundred settings.
const MOST_PARTS: usize = 2_000;

/// Deepest nesting, through references too.
const MOST_DEPTH: usize = 32;

/// Most settings at the top.
const MOST_PROPERTIES: usize = 100;

/// Most patterns, each of which is compiled.
const MOST_PATTERNS: usize = 16;

/// What changes where references lead; without them `#/...` means one place.
const MOVES_REFERENCES: [&str; 6] =
    ["$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"];

/// The drafts that may be named, by what their names have in common.
const DRAFTS: [&str; 3] = [
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
];

/// Checks that a document is the schema of an object and within the bounds.
pub(super) fn check(document: &Value) -> Result<(), SettingsSchemaError> {
    let whole = |reason: &str| SettingsSchemaError { place: String::new(), reason: reason.to_owned() };
    let members = document.as_object().ok_or_else(|| whole("it is no JSON object"))?;
    if members.get("type").and_then(Value::as_str) != Some("object") {
        return Err(whole("its `type` has to be \"object\", because settings have names"));
    }
    if let Some(draft) = members.get("$schema")
        && !draft.as_str().is_some_and(|draft| DRAFTS.iter().any(|known| draft.contains(known)))
    {
        return Err(SettingsSchemaError {
            place: "/$schema".to_owned(),
            reason: "the drafts 07, 2019-09 and 2020-12 are known".to_owned(),
        });
    }
    let properties = members.get("properties").and_then(Value::as_object).map_or(0, |found| found.len());
    if properties > MOST_PROPERTIES {
        return Err(SettingsSchemaError {
            place: "/properties".to_owned(),
            reason: format!("there are {properties}; at most {MOST_PROPERTIES} are allowed"),
        });
    }
    Walk { document, path: Vec::new(), parts: 0, patterns: 0 }.visit(document)
}

/// A walk through a schema and what it refers to.
struct Walk<'a> {
    document: &'a Value,
    path: Vec<String>,
    parts: usize,
    patterns: usize,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, value: &'a Value) -> Result<(), SettingsSchemaError> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(self
                .wrong(format!("the schema has more than {MOST_PARTS} values, what it refers to included")));
        }
        if self.path.len() > MOST_DEPTH {
            return Err(self.wrong(format!(
                "the schema is nested more than {MOST_DEPTH} deep, what it refers to included"
            )));
        }
        match value {
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(index, item)| self.enter(index.to_string(), item))
            }
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.check_member(name, member)?;
                self.enter(name.replace('~', "~0").replace('/', "~1"), member)
            }),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, name: String, value: &'a Value) -> Result<(), SettingsSchemaError> {
        self.path.push(name);
        self.visit(value)?;
        self.path.pop();
        Ok(())
    }

    fn check_member(&mut self, name: &str, member: &'a Value) -> Result<(), SettingsSchemaError> {
        // A setting may be called like a keyword; then a schema stands there and no text.
        let text = member.as_str();
        match (name, text, member.as_object()) {
            ("$ref", Some(target), _) => return self.follow(target),
            ("pattern", Some(_), _) => self.patterns += 1,
            ("patternProperties", _, Some(patterns)) => self.patterns += patterns.len(),
            _ => {}
        }
        if self.patterns > MOST_PATTERNS {
            return Err(self.wrong(format!("the schema has more than {MOST_PATTERNS} patterns")));
        }
        // The schema's own name is at the top.
        let moves = MOVES_REFERENCES.contains(&name) && (name != "$id" || !self.path.is_empty());
        if moves && (text.is_some() || member.is_boolean()) {
            return Err(self.wrong(format!("`{name}` is not allowed")));
        }
        Ok(())
    }

    fn follow(&mut self, target: &str) -> Result<(), SettingsSchemaError> {
        let pointer = target.strip_prefix('#').filter(|pointer| !pointer.contains('%'));
        let Some(pointer) = pointer.filter(|pointer| pointer.is_empty() || pointer.starts_with('/')) else {
            return Err(self.wrong(format!("$ref {target:?} leads out of the schema; `#/...` is allowed")));
        };
        let Some(part) = self.document.pointer(pointer) else {
            return Err(self.wrong(format!("$ref {target:?} leads to nothing")));
        };
        self.enter("$ref".to_owned(), part)
    }

    fn wrong(&self, reason: String) -> SettingsSchemaError {
        // Where it began is what its author can find; the way through references may be long.
        let path =
            self.path.iter().take_while(|name| *name != "$ref").map(|name| format!("/{name}")).collect();
        SettingsSchemaError { place: path, reason }
    }
}
