//! Lists as CSV: whoever asks for a list with `Accept: text/csv` is answered everything that the filter says, page after
//! page of the same route. So a table has the same rows, rights and filters as the list, and is written in one place.
//!
//! - `listings`: the lists that there are as CSV, and their columns, which the OpenAPI document names.
//! - `pages`: the pages of a route, one after another.
//! - `table`: rows as text.

mod listings;
mod pages;
mod table;

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::caller::Caller;
use crate::per_user::Permit;
use crate::problem::{Code, Problem};
use crate::state::Api;
pub(crate) use listings::announce;
use listings::{Listing, is_list, listing};
use pages::Pages;
use table::Table;

/// Most rows of a table.
const MOST_ROWS: usize = 100_000;

/// Most pages that are read for a table: where little is found among much, many of them are empty.
const MOST_PAGES: usize = 2_000;

/// Tables up to this size, in bytes, are written while their rows are counted; larger ones are read once more.
const KEPT_BYTES: usize = 1 << 20;

/// An answer that is no table.
type Refused = Box<Response>;

fn refused(problem: Problem) -> Refused {
    Box::new(problem.into_response())
}

/// Answers lists as CSV where that is asked for; everything else goes on as it is.
pub(crate) async fn answer(State(api): State<Api>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(path) = path.filter(|path| reads && is_list(path)) else {
        return next.run(request).await;
    };
    // What the tables are is read from the document, which is not made before somebody asks for one.
    let mut answer = match wants_csv(request.headers()).then(|| listing(&path)).flatten() {
        Some(listing) => table_of(&api, listing, request, next).await.unwrap_or_else(|refused| *refused),
        None => next.run(request).await,
    };
    // In either form: whoever keeps one must not show it to those who ask for the other.
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    answer
}

/// Whether CSV is liked better than JSON. Who likes both alike gets JSON.
fn wants_csv(headers: &HeaderMap) -> bool {
    let (mut csv, mut json) = (0.0, 0.0);
    for accepted in headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
        for range in accepted.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f64);
            if kind.eq_ignore_ascii_case("text/csv") {
                csv = weight.max(csv);
            } else if kind.eq_ignore_ascii_case("application/json") {
                json = weight.max(json);
            }
        }
    }
    csv > json
}

/// The whole of a list as CSV. The rows are counted first, because an answer that has begun cannot be refused any more.
async fn table_of(
    api: &Api,
    listing: &'static Listing,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let (mut parts, _) = request.into_parts();
    // The answer to HEAD is that to GET, and loses its body last of all.
    parts.method = Method::GET;
    let caller = Caller::from_request_parts(&mut parts, api).await.map_err(refused)?;
    let permit = api.exports.begin(caller.0.user).ok_or_else(|| refused(too_many()))?;
    let mut pages = Pages::new(listing, parts.clone(), next.clone())?;
    let table = Table::new(&listing.columns);
    let mut kept = Some(table.head().map_err(|error| refused(Problem::fault(&error)))?);
    let (mut rows, mut read) = (0, 0);
    while let Some(page) = pages.next().await? {
        (rows, read) = (rows + page.len(), read + 1);
        if rows > MOST_ROWS || read > MOST_PAGES {
            return Err(refused(too_long()));
        }
        kept = match kept {
            Some(mut text) if text.len() < KEPT_BYTES => {
                text.extend(table.rows(&page).map_err(|error| refused(Problem::fault(&error)))?);
                Some(text)
            }
            _ => None,
        };
    }
    let body = match kept {
        Some(text) => Body::from(text),
        None => stream(Pages::new(listing, parts, next)?, table, permit),
    };
    let day = api.daemon.clock.now().ist_day();
    Ok(with_headers(body, &format!("{}-{day}.csv", listing.name)))
}

/// The pages as they are asked for by whoever reads. When one cannot be had, the answer breaks off: it says nowhere that it
/// is whole.
fn stream(pages: Pages, table: Table, permit: Permit) -> Body {
    let begin = (pages, table, permit, true);
    Body::from_stream(futures::stream::try_unfold(begin, |(mut pages, table, permit, first)| async move {
        if first {
            let head = Bytes::from(table.head()?);
            return Ok::<_, io::Error>(Some((head, (pages, table, permit, false))));
        }
        let page = pages.next().await.map_err(|_| io::Error::other("a page cannot be read any more"))?;
        let Some(page) = page else { return Ok(None) };
        let rows = Bytes::from(table.rows(&page)?);
        Ok(Some((rows, (pages, table, permit, false))))
    }))
}

fn with_headers(body: Body, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    // The name has the letters of a list's name and of a date.
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn too_many() -> Problem {
    let sentence = "two tables of yours are being written; ask again when one of them is done";
    Problem::new(Code::TooManyExports, sentence).retry_after(5)
}

fn too_long() -> Problem {
    Problem::invalid(format!(
        "these are more than {MOST_ROWS} rows, or too many to look through; narrow the range of dates or the filter"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_answered_to_who_likes_it_better_than_json() {
        let wants = |accept: &str| {
            let headers = [(header::ACCEPT, HeaderValue::from_str(accept).unwrap())];
            wants_csv(&HeaderMap::from_iter(headers))
        };
        for accept in
            ["text/csv", "TEXT/CSV; header=present", "text/csv, */*", "text/csv, application/json;q=0.5"]
        {
            assert!(wants(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/*",
            "application/json",
            "application/json, text/csv",
            "text/csv;q=0",
            "text/csv2",
        ] {
            assert!(!wants(accept), "{accept}");
        }
        assert!(!wants_csv(&HeaderMap::new()));
    }
}
