//! The HTTP side: who asks, the routes by resource, the OpenAPI document and the console's files.

mod auth;
mod caller;
mod conditional;
mod connections;
mod console;
mod contract;
mod csv;
mod extract;
mod hosts;
mod idempotency;
mod jobs;
mod layers;
mod live;
mod market_reads;
mod openapi;
mod per_user;
mod problem;
mod request_counts;
mod retry_after;
mod routes;
mod serve;
mod service_starts;
mod state;
mod surplus;
mod view;

pub use connections::{ConnectionLimits, Connections, Use};
pub use hosts::Hosts;
pub use openapi::document;
pub use routes::router;
pub use serve::{ANSWER_WITHIN, ServeError, bind, serve};
pub use service_starts::{STARTS_PER_HOUR, ServiceStarts};
pub use state::Api;
