//! Axum's extractors, with problem details for what they refuse. They keep axum's names, by which the OpenAPI document
//! recognises them.

use axum::extract::{FromRequest, FromRequestParts};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prahari_domain::text::into_one_line;
use serde::Serialize;

use crate::problem::Problem;

/// A JSON body, of a request or an answer.
#[derive(Debug, Clone, Copy, FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    /// What JSON may hold as it is and a terminal or a page would obey is written with JSON's own escapes: for a program it is
    /// the same document.
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(text) => ([(CONTENT_TYPE, "application/json")], into_one_line(text)).into_response(),
            Err(error) => Problem::fault(&error).into_response(),
        }
    }
}

/// What stands after the question mark.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// The variable parts of the path.
#[derive(Debug, Clone, Copy, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);
