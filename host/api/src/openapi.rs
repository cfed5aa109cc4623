//! The OpenAPI document: collected from the handlers, with what holds for all of them added once.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, Required, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::contract;
use crate::csv;
use crate::idempotency;
use crate::jobs;
use crate::problem::{Code, ProblemBody};

/// Parts of the document that do not come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(title = "Prahari", description = "The trading day of many users: services, schedules, runs, orders."),
    components(schemas(ProblemBody, Code)),
    modifiers(&Everywhere)
)]
pub struct Base;

struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut Document) {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    }
}

/// The document of every route.
pub fn document() -> Document {
    complete(crate::routes::documented().into_openapi())
}

/// The errors that any route may answer: status, name in the document, and what they mean. Server errors are faults
/// and are not announced, except the one that passes.
const ERRORS: [(&str, &str, &str); 8] = [
    ("400", "Invalid", "The request cannot be meant: its JSON, a field, a parameter."),
    ("401", "NotSignedIn", "Nobody is signed in, or no longer."),
    ("403", "NotAllowed", "Not allowed to this caller."),
    ("404", "NotFound", "There is no such thing, or it is none of the caller's business."),
    ("409", "Conflict", "Not possible as things stand; the code and the sentence say why."),
    ("421", "UnknownHost", "The request is under a name that is not the daemon's."),
    ("429", "TooOften", "Too often; Retry-After says when it may be tried again, where that is known."),
    ("503", "Unavailable", "Not possible at present."),
];

/// The errors of routes that read a body.
const BODY_ERRORS: [(&str, &str, &str); 3] = [
    ("408", "TooSlow", "The body did not come in time."),
    ("413", "TooLarge", "The body is larger than is read."),
    ("415", "NotJson", "The body is not JSON."),
];

/// Adds to each operation the errors that it may answer, all of one form.
fn complete(mut document: Document) -> Document {
    let components = document.components.get_or_insert_default();
    for (path, item) in &mut document.paths.paths {
        if let Some(operation) = item.post.as_mut().filter(|_| idempotency::remembers(path)) {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        }
        if let Some(operation) = item.post.as_mut().filter(|_| jobs::is_long(path)) {
            operation.parameters.get_or_insert_default().push(RefOr::T(prefer()));
            operation.responses.responses.insert("202".to_owned(), RefOr::T(begun()));
        }
        if let Some(operation) = &mut item.get {
            csv::announce(path, operation);
        }
        for operation in operations(item) {
            contract::complete(operation, components);
            let of_body = operation.request_body.is_some().then_some(BODY_ERRORS).into_iter().flatten();
            for (status, name, _) in ERRORS.into_iter().chain(of_body) {
                let responses = &mut operation.responses.responses;
                let response = || RefOr::Ref(Ref::from_response_name(name));
                responses.entry(status.to_owned()).or_insert_with(response);
            }
        }
    }
    let named = ERRORS.into_iter().chain(BODY_ERRORS);
    let responses = named.map(|(_, name, meaning)| (name.to_owned(), RefOr::T(problem(meaning))));
    components.responses.extend(responses);
    document
}

/// The answer to a request that goes on as a job.
fn begun() -> Response {
    let description = "It goes on as a job, whose address stands in `Location`; only with `Prefer`.";
    let id = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .description(Some("Number of the job."));
    let schema = ObjectBuilder::new().property("id", id).required("id");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}

fn prefer() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([jobs::RESPOND_ASYNC]));
    ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "`respond-async` is answered at once with 202 and a job; it goes on without the caller.",
        ))
        .schema(Some(text))
        .build()
}

fn idempotency_key() -> Parameter {
    let length = (Some(1), Some(idempotency::LONGEST_KEY));
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(length.0).max_length(length.1);
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Any text of your own. A request that is sent again under the same key is carried out once and answered as \
             the first time; the last 16 of a user are remembered while the daemon runs.",
        ))
        .schema(Some(text))
        .build()
}

fn problem(meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meaning).content("application/problem+json", content).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Generators of clients name their functions by it.
    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let mut document = document();
        let mut paths = BTreeMap::<_, Vec<_>>::new();
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                paths.entry(operation.operation_id.clone().unwrap()).or_default().push(path.clone());
            }
        }
        let doubled: Vec<_> = paths.into_iter().filter(|(_, paths)| paths.len() > 1).collect();
        assert!(doubled.is_empty(), "{doubled:?}");
    }
}
