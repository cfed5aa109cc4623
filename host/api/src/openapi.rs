//! The OpenAPI document: collected from the handlers, with what holds for all of them added once.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};
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

/// Adds to each operation that an error is answered as problem details.
fn complete(mut document: Document) -> Document {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let problem = ResponseBuilder::new()
                .description("What went wrong.")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
