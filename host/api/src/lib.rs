//! The HTTP side: who asks, the routes by resource, the OpenAPI document and the page.

mod auth;
mod caller;
mod extract;
mod live;
mod openapi;
mod page;
mod problem;
mod routes;
mod serve;
mod state;
mod uploads;
mod view;

pub use auth::{Auth, AuthSettings};
pub use openapi::document;
pub use routes::router;
pub use serve::{ANSWER_WITHIN, ServeError, bind, serve};
pub use state::Api;
