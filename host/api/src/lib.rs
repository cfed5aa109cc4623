//! The HTTP side: who asks, the routes by resource, the OpenAPI document and the page.

mod auth;
mod caller;
mod connections;
mod contract;
mod extract;
mod hosts;
mod layers;
mod live;
mod openapi;
mod page;
mod problem;
mod routes;
mod serve;
mod service_starts;
mod state;
mod uploads;
mod view;

pub use connections::{ConnectionLimits, Connections, Use};
pub use hosts::Hosts;
pub use openapi::document;
pub use routes::router;
pub use serve::{ANSWER_WITHIN, ServeError, bind, serve};
pub use service_starts::{STARTS_PER_HOUR, ServiceStarts};
pub use state::Api;
