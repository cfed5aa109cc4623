//! Axum's extractors, which hold what they read against the OpenAPI document. They keep axum's names, by which the
//! document recognises them.

use std::error::Error;

use axum::RequestExt as _;
use axum::body::{Bytes, HttpBody as _};
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prahari_domain::json;
use prahari_domain::text::into_one_line;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::Identity;
use crate::connections::TooSlow;
use crate::contract;
use crate::live::Credential;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// A JSON body, of a request or an answer.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// Query parameters of a request, checked against the OpenAPI document.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// The variable parts of the path.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    /// Escapes what a terminal or a page would obey with JSON's own escapes: for a program it is the same document.
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(text) => ([(header::CONTENT_TYPE, "application/json")], into_one_line(text)).into_response(),
            Err(error) => Problem::fault(&error).into_response(),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json(&request));
        }
        let (parts, bytes) = read_body(request, api, "the body").await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?;
        if let Some(operation) = contract::operation(&parts) {
            operation.check_body(&value).map_err(|wrong| Problem::invalid(wrong.to_string()))?;
        }
        // From the bytes again: a field that is given twice is one in the value.
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut reader).map(Self).map_err(|error| {
            let field = error.path().to_string();
            Problem::invalid(in_our_words(&field, json::refusal(error.inner())))
        })
    }
}

impl<T: DeserializeOwned> FromRequestParts<Api> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        check_query(parts)?;
        let read = axum::extract::Query::<T>::from_request_parts(parts, api).await;
        read.map(|query| Self(query.0)).map_err(|rejection| unfit_query(&rejection))
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<Api> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let given = RawPathParams::from_request_parts(parts, api).await.map_err(|_| not_text())?;
        if let Some(operation) = contract::operation(parts) {
            operation.check_path(given.iter()).map_err(|wrong| Problem::invalid(wrong.to_string()))?;
        }
        let read = axum::extract::Path::<T>::from_request_parts(parts, api).await;
        read.map(|path| Self(path.0)).map_err(|rejection| unfit_path(parts, rejection))
    }
}

/// Holds what stands after the question mark against the document.
///
/// # Errors
/// What is wrong with it, in one sentence that names the parameter.
pub(crate) fn check_query(parts: &Parts) -> Result<(), Problem> {
    type Pairs = axum::extract::Query<Vec<(String, String)>>;
    let pairs = Pairs::try_from_uri(&parts.uri).map_err(|rejection| unfit_query(&rejection))?;
    match contract::operation(parts) {
        Some(operation) => {
            operation.check_query(&pairs.0).map_err(|wrong| Problem::invalid(wrong.to_string()))
        }
        None => Ok(()),
    }
}

/// A sentence for a value that is of the form that the document knows, and that its own reader does not take: the parameter, and
/// what the reader says.
fn unfit_query(rejection: &QueryRejection) -> Problem {
    let said = rejection.source().map(ToString::to_string);
    Problem::invalid(said.unwrap_or_else(|| "what stands after the question mark cannot be read".to_owned()))
}

/// The same for a variable part of the path. Only texts have readers of their own, and no path has two.
fn unfit_path(parts: &Parts, rejection: PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = rejection else { return not_text() };
    let said = match failed.into_kind() {
        ErrorKind::Message(said) | ErrorKind::DeserializeError { message: said, .. } => said,
        other => other.to_string(),
    };
    let name = contract::operation(parts).and_then(|operation| operation.text_of_path());
    Problem::invalid(in_our_words(name.unwrap_or_default(), said))
}

fn not_text() -> Problem {
    Problem::invalid("the path cannot be read: a part of it is not UTF-8 text")
}

/// The whole body of a request, for somebody who may still send it when its last byte has come: a body takes as
/// long as its sender likes, and a right may have ended meanwhile. `what` names it in a refusal.
///
/// # Errors
/// When it is too large, does not come in time, or comes from somebody who is not who they were any more.
pub(crate) async fn read_body(request: Request, api: &Api, what: &str) -> Result<(Parts, Bytes), Problem> {
    let (mut parts, body) = request.into_parts();
    let who = parts.extensions.get::<Identity>().copied();
    let Ok(credential) = Credential::from_request_parts(&mut parts, api).await;
    let announced = body.size_hint().lower();
    let request = Request::from_parts(parts.clone(), body).with_limited_body();
    if request.body().size_hint().upper().is_some_and(|most| announced > most) {
        // Nothing of it is waited for.
        return Err(too_large(what));
    }
    let bytes = Bytes::from_request(request, api).await;
    let bytes = bytes.map_err(|rejection| unread(&rejection, what))?;
    if who.is_some() && credential.identify(api).await? != who {
        return Err(Problem::new(Code::NotSignedIn, "your rights ended while the body was sent"));
    }
    Ok((parts, bytes))
}

/// Returns whether the content type is JSON, with or without a word about its characters.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The refusal of a body that is not said to be JSON.
pub(crate) fn not_json(request: &Request) -> Problem {
    let reason = if request.body().size_hint().exact() == Some(0) {
        "there is no body, and one that is application/json is needed"
    } else {
        "the body is not said to be application/json"
    };
    Problem::new(Code::UnsupportedMediaType, reason)
}

fn unread(rejection: &BytesRejection, what: &str) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(what);
    }
    let mut cause = rejection.source();
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return Problem::new(Code::TooSlow, format!("{what} did not come in time"));
        }
        cause = error.source();
    }
    Problem::invalid(format!("{what} was not sent to its end"))
}

fn too_large(what: &str) -> Problem {
    Problem::new(Code::TooLarge, format!("{what} is larger than is read"))
}

fn malformed(error: &serde_json::Error) -> Problem {
    if error.is_eof() {
        return Problem::invalid("the body ends before its JSON does");
    }
    let (line, column) = (error.line(), error.column());
    Problem::invalid(format!("the body is not JSON: line {line}, column {column} cannot be read"))
}

/// A sentence for what the document cannot say of a value. What our own types say of themselves is one already.
fn in_our_words(field: &str, said: String) -> String {
    match field {
        "." | "" => said,
        field => format!("{field}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_body_that_is_not_there_is_told_as_such() {
        let said = |body: &'static str| not_json(&Request::new(Body::from(body))).into_detail();
        assert_eq!(said(""), "there is no body, and one that is application/json is needed");
        assert_eq!(said("{}"), "the body is not said to be application/json");
    }
}
