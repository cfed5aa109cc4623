//! The OpenAPI document: collected from the handlers, with what holds for all of them added once.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::problem::{Code, ProblemBody};

/// What does not come from the handlers.
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

/// The errors that any route may answer, with what they mean. Server errors are faults and are not announced, except the
/// one that passes.
const ERRORS: [(&str, &str); 7] = [
    ("400", "The request cannot be meant: its JSON, a field, a parameter."),
    ("401", "Nobody is signed in, or no longer."),
    ("403", "Not allowed to this caller."),
    ("404", "There is no such thing, or it is none of the caller's business."),
    ("409", "Not possible as things stand; the code and the sentence say why."),
    ("429", "Too often; Retry-After says when it may be tried again."),
    ("503", "Not possible at present."),
];

/// The errors of routes that read a body.
const BODY_ERRORS: [(&str, &str); 2] =
    [("413", "The body is larger than is read."), ("415", "The body is not JSON.")];

/// Adds to each operation the errors that it may answer, all of one form.
fn complete(mut document: Document) -> Document {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let of_body = operation.request_body.is_some().then_some(BODY_ERRORS).into_iter().flatten();
            for (status, meaning) in ERRORS.into_iter().chain(of_body) {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(meaning)));
            }
        }
    }
    document
}

fn problem(meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meaning).content("application/problem+json", content).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
