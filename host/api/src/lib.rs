//! The HTTP side: routes and the page.

mod routes;
mod serve;

pub use routes::router;
pub use serve::{ServeError, bind, serve};
