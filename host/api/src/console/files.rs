//! The files of the console, as its build wrote them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::conditional::any_lists;

include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// One file of the console.
pub struct File {
    /// The path under which it is served.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// A quoted hash of its bytes.
    pub etag: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// Its bytes compressed with brotli; none when that saves nothing.
    pub brotli: Option<&'static [u8]>,
}

impl File {
    /// Answers a request for the file: nothing when the browser has it already, else its bytes in the smallest form
    /// that the browser reads.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        // The names of these files contain a hash of what is in them.
        let kept = if self.path.starts_with("/assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let headers: [(HeaderName, HeaderValue); 4] = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.kind)),
            (header::ETAG, HeaderValue::from_static(self.etag)),
            (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if any_lists(asked, header::IF_NONE_MATCH, self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        match self.brotli {
            Some(brotli) if any_lists(asked, header::ACCEPT_ENCODING, "br") => {
                (headers, [(header::CONTENT_ENCODING, "br")], brotli).into_response()
            }
            _ => (headers, self.bytes).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File = File {
        path: "/assets/app-1a2b.js",
        kind: "text/javascript; charset=utf-8",
        etag: "\"00ff\"",
        bytes: b"let day = 1;",
        brotli: Some(b"short"),
    };

    fn asked(name: HeaderName, value: &'static str) -> Response {
        FILE.answer(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn a_file_is_sent_once_and_in_the_smallest_form_that_the_browser_reads() {
        let plain = FILE.answer(&HeaderMap::new());
        assert_eq!(plain.status(), StatusCode::OK);
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let small = asked(header::ACCEPT_ENCODING, "gzip, br;q=0.9");
        assert_eq!(small.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(
            asked(header::ACCEPT_ENCODING, "gzip, brotli").headers().get(header::CONTENT_ENCODING),
            None
        );
        assert_eq!(asked(header::IF_NONE_MATCH, "\"1\", W/\"00ff\"").status(), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(header::IF_NONE_MATCH, "\"0\"").status(), StatusCode::OK);
    }
}
