//! The HTTP side: who asks, the routes by resource, the OpenAPI document and the page.

mod auth;
#[allow(dead_code, reason = "the routes that ask for it follow")]
mod caller;
#[allow(dead_code, reason = "the routes that use all of them follow")]
mod extract;
mod instant;
mod openapi;
mod page;
mod problem;
mod routes;
mod serve;
mod state;
#[allow(dead_code, reason = "the routes that use all of it follow")]
mod view;

pub use auth::{Auth, AuthSettings};
pub use openapi::document;
pub use routes::router;
pub use serve::{ServeError, bind, serve};
pub use state::Api;
