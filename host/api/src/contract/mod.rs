//! The OpenAPI document as what is enforced: every request is held against it before a handler sees it.
//!
//! So a length, a range, a list of names is written once, beside the field, and what is refused is refused in the
//! same words everywhere: the field, what is expected, what came. What a handler looks at beyond that is whether
//! the values make sense.

mod bounds;
mod form;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use axum::extract::MatchedPath;
use axum::http::Method;
use axum::http::request::Parts;
use serde_json::{Map, Value};

pub(crate) use bounds::complete;
pub(crate) use form::Wrong;
use form::{Form, Kind};

/// Parameters and body that an operation takes.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    path: BTreeMap<String, Form>,
    query: BTreeMap<String, Form>,
    required: Vec<String>,
    body: Option<Form>,
    /// Whether there is a body, of whatever form.
    takes_body: bool,
}

/// Methods in small letters, as the document writes them, and paths.
type Operations = HashMap<(String, String), Operation>;

/// Returns what the document says of the operation that a request asks for; none for what is not in it, such as the
/// page.
pub(crate) fn operation(parts: &Parts) -> Option<&'static Operation> {
    static OPERATIONS: OnceLock<Operations> = OnceLock::new();
    let operations = OPERATIONS.get_or_init(|| {
        let document = serde_json::to_value(crate::openapi::document());
        document.map(|document| read(&document)).unwrap_or_default()
    });
    let path = parts.extensions.get::<MatchedPath>()?.as_str();
    let method = if parts.method == Method::HEAD { "get" } else { parts.method.as_str() };
    operations.get(&(method.to_lowercase(), path.to_owned()))
}

impl Operation {
    /// Whether there are parameters after the question mark.
    pub(crate) fn takes_query(&self) -> bool {
        !self.query.is_empty()
    }

    /// Whether there is a body.
    pub(crate) fn takes_body(&self) -> bool {
        self.takes_body
    }

    /// The one variable part of the path that is a text, and so may have a reader of its own; none when there are several.
    pub(crate) fn text_of_path(&self) -> Option<&str> {
        let mut texts = self.path.iter().filter(|(_, form)| !matches!(form.kind, Kind::Whole { .. }));
        let (name, _) = texts.next()?;
        texts.next().is_none().then_some(name.as_str())
    }

    /// Checks whether a body is of the form that is expected.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check_body(&self, body: &Value) -> Result<(), Wrong> {
        match &self.body {
            Some(form) => form.check_body(body),
            None => Ok(()),
        }
    }

    /// Checks whether the variable parts of a path are of the form that is expected.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn check_path<'a>(
        &self,
        given: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Wrong> {
        for (name, text) in given {
            if let Some(form) = self.path.get(name) {
                form.check_text(name, text)?;
            }
        }
        Ok(())
    }

    /// Checks whether what stands after the question mark is of the form that is expected.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check_query(&self, given: &[(String, String)]) -> Result<(), Wrong> {
        for (position, (name, text)) in given.iter().enumerate() {
            let Some(form) = self.query.get(name) else {
                return Err(Wrong::unknown("parameter", name, self.query.keys()));
            };
            if given.iter().take(position).any(|(earlier, _)| earlier == name) {
                return Err(Wrong::of(name, "is given twice"));
            }
            form.check_text(name, text)?;
        }
        let missing = self.required.iter().find(|name| !given.iter().any(|(given, _)| given == *name));
        match missing.and_then(|name| Some((name, self.query.get(name)?))) {
            Some((name, form)) => Err(form.missing(name)),
            None => Ok(()),
        }
    }
}

fn read(document: &Value) -> Operations {
    let empty = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().cloned().unwrap_or_default();
        let path = path.clone();
        methods
            .into_iter()
            .map(move |(method, said)| ((method, path.clone()), read_operation(document, &said)))
    };
    paths.iter().flat_map(of_path).collect()
}

fn read_operation(document: &Value, said: &Value) -> Operation {
    let mut operation = Operation::default();
    for parameter in said["parameters"].as_array().into_iter().flatten() {
        let Some(name) = parameter["name"].as_str() else { continue };
        let form = Form::read(document, &parameter["schema"]);
        if parameter["in"] == "path" {
            operation.path.insert(name.to_owned(), form);
        } else if parameter["in"] == "query" {
            if parameter["required"] == true {
                operation.required.push(name.to_owned());
            }
            operation.query.insert(name.to_owned(), form);
        }
    }
    operation.takes_body = said["requestBody"].is_object();
    let nothing = Value::Null;
    let schema = said.pointer("/requestBody/content/application~1json/schema").unwrap_or(&nothing);
    let form = Form::read(document, schema);
    // What is any object at all is looked at by its handler.
    operation.body = Some(form).filter(|form| matches!(form.kind, Kind::Object(_)));
    operation
}
