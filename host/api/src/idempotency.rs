//! `Idempotency-Key`: a change that somebody sends twice under one key, because the first answer was lost or a button was
//! pressed twice, is done once, and answered twice.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequestParts as _, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use prahari_domain::ids::UserId;

use crate::caller::Caller;
use crate::extract::read_body;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The header.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest key.
pub(crate) const LONGEST_KEY: usize = 64;

/// Most requests of a user that are remembered. With a new one the oldest is forgotten.
const MOST_REQUESTS: usize = 16;

/// Most bytes of an answer that is kept. All answers to changes but a few lists are shorter.
const MOST_ANSWER_BYTES: usize = 16 << 10;

/// Routes below which answers hold secrets, such as links and tokens, or for which nobody is signed in. They are not remembered.
const SECRET: [&str; 4] =
    ["/api/v1/auth/", "/api/v1/users", "/api/v1/user/channels/webhooks", "/api/v1/user/channels/telegram"];

/// Routes that take a component. They need no key: the same bytes are the same version, however often they come.
const UPLOADS: [&str; 2] = ["/api/v1/modules/{task}", "/api/v1/tasks"];

/// The latest requests of each user that had a key.
#[derive(Default)]
pub(crate) struct KeyedRequests(Mutex<HashMap<UserId, VecDeque<Keyed>>>);

struct Keyed {
    key: String,
    /// Hash of what was asked.
    request: u64,
    state: Progress,
}

#[derive(Clone)]
enum Progress {
    UnderWay,
    Answered(Answer),
    /// Done, with an answer that is too long to be kept.
    Done,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Returns whether requests to this route are remembered.
pub(crate) fn remembers(route: &str) -> bool {
    !UPLOADS.contains(&route) && !SECRET.iter().any(|secret| route.starts_with(secret))
}

/// Answers a request whose key was seen before as it was answered then, and remembers the answer of a new one.
pub(crate) async fn once(State(api): State<Api>, request: Request, next: Next) -> Response {
    let remembered = request.extensions().get::<MatchedPath>().is_some_and(|route| remembers(route.as_str()));
    if request.method() != Method::POST || !remembered || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match once_under_key(&api, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once_under_key(api: &Api, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, api).await?;
    let key = read_key(&parts.headers)?;
    let user = caller.0.user;
    let (parts, body) = read_body(Request::from_parts(parts, body), api, "the body").await?;
    let mut hasher = DefaultHasher::new();
    // With other rights it is another request: what an admin was answered is not for a token of a lesser scope.
    (caller.is_admin(), parts.uri.path(), parts.uri.query(), &body[..]).hash(&mut hasher);
    if let Some(answer) = api.keyed.begin(user, &key, hasher.finish())? {
        return Ok(answer.into_response());
    }
    let attempt = Attempt { keyed: api.keyed.clone(), user, key };
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    Ok(attempt.end(answer).await)
}

fn read_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all(KEY).iter();
    let first = given.next().and_then(|key| key.to_str().ok());
    if given.next().is_some() {
        return Err(Problem::invalid("Idempotency-Key: it is given twice; send it once"));
    }
    let read = first.filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let wrong =
        || Problem::invalid(format!("Idempotency-Key: it must have 1 to {LONGEST_KEY} plain characters"));
    read.map(str::to_owned).ok_or_else(wrong)
}

impl KeyedRequests {
    /// Remembers a request, unless its key is known: then returns how the first was answered.
    fn begin(&self, user: UserId, key: &str, request: u64) -> Result<Option<Answer>, Problem> {
        let mut users = self.0.lock();
        let of_user = users.entry(user).or_default();
        let Some(known) = of_user.iter().find(|known| known.key == key) else {
            if of_user.len() == MOST_REQUESTS {
                forget_oldest(of_user)?;
            }
            of_user.push_back(Keyed { key: key.to_owned(), request, state: Progress::UnderWay });
            return Ok(None);
        };
        let refused = |why: &str| Err(Problem::new(Code::KeyUsed, format!("Idempotency-Key: {why}")));
        match &known.state {
            _ if known.request != request => refused("another request was sent under this key"),
            Progress::Answered(answer) => Ok(Some(answer.clone())),
            Progress::UnderWay => refused("the first request under this key is not answered yet"),
            Progress::Done => refused("the request was carried out; its answer was too long to be kept"),
        }
    }

    fn end(&self, user: UserId, key: &str, state: Progress) {
        let mut users = self.0.lock();
        let of_user = users.get_mut(&user).into_iter().flatten();
        if let Some(known) = of_user.into_iter().find(|known| known.key == key) {
            known.state = state;
        }
    }
}

/// Forgets the oldest request that was answered. One that is under way would be carried out a second time.
fn forget_oldest(of_user: &mut VecDeque<Keyed>) -> Result<(), Problem> {
    let answered = |known: &Keyed| !matches!(known.state, Progress::UnderWay);
    let oldest = of_user.iter().position(answered).ok_or_else(|| {
        let sentence =
            format!("Idempotency-Key: {MOST_REQUESTS} requests with keys are under way; wait for one");
        Problem::new(Code::KeyUsed, sentence)
    })?;
    of_user.remove(oldest);
    Ok(())
}

/// A request that is under way. Dropped without an answer, it is forgotten, so that it can be tried again.
struct Attempt {
    keyed: Arc<KeyedRequests>,
    user: UserId,
    key: String,
}

impl Attempt {
    /// Keeps the answer of what was done; what was refused may be tried again under the same key.
    async fn end(self, answer: Response) -> Response {
        if !answer.status().is_success() {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let short = body.size_hint().upper().is_some_and(|most| most <= MOST_ANSWER_BYTES as u64);
        if !short {
            self.keyed.end(self.user, &self.key, Progress::Done);
            return Response::from_parts(parts, body);
        }
        match axum::body::to_bytes(body, MOST_ANSWER_BYTES).await {
            Ok(body) => {
                let answer =
                    Answer { status: parts.status, headers: parts.headers.clone(), body: body.clone() };
                self.keyed.end(self.user, &self.key, Progress::Answered(answer));
                Response::from_parts(parts, Body::from(body))
            }
            Err(error) => Problem::fault(&error).into_response(),
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut users = self.keyed.0.lock();
        if let Some(of_user) = users.get_mut(&self.user) {
            of_user.retain(|known| known.key != self.key || !matches!(known.state, Progress::UnderWay));
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        *response.headers_mut() = self.headers;
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: UserId = UserId(1);

    fn answered(keyed: &KeyedRequests, user: UserId, key: &str) {
        assert!(keyed.begin(user, key, 7).unwrap().is_none());
        let answer =
            Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from_static(b"1") };
        keyed.end(user, key, Progress::Answered(answer));
    }

    #[test]
    fn a_key_stands_for_one_request_of_one_user() {
        let keyed = KeyedRequests::default();
        answered(&keyed, ONE, "a");
        assert!(keyed.begin(ONE, "a", 7).unwrap().is_some());
        assert!(keyed.begin(ONE, "a", 8).is_err(), "another request");
        assert!(keyed.begin(UserId(2), "a", 8).unwrap().is_none(), "somebody else's key");
        assert!(keyed.begin(UserId(2), "a", 8).is_err(), "it is under way");
    }

    #[test]
    fn what_ends_without_an_answer_may_be_tried_again() {
        let keyed = Arc::new(KeyedRequests::default());
        assert!(keyed.begin(ONE, "a", 7).unwrap().is_none());
        drop(Attempt { keyed: keyed.clone(), user: ONE, key: "a".to_owned() });
        assert!(keyed.begin(ONE, "a", 7).unwrap().is_none());
    }

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let keyed = KeyedRequests::default();
        for number in 0..=MOST_REQUESTS {
            answered(&keyed, ONE, &number.to_string());
        }
        assert_eq!(keyed.0.lock()[&ONE].len(), MOST_REQUESTS);
        assert!(keyed.begin(ONE, "1", 7).unwrap().is_some());
        assert!(keyed.begin(ONE, "0", 7).unwrap().is_none());
    }

    #[test]
    fn what_is_under_way_is_not_forgotten_for_another() {
        let keyed = KeyedRequests::default();
        for number in 0..MOST_REQUESTS {
            assert!(keyed.begin(ONE, &number.to_string(), 7).unwrap().is_none());
        }
        assert!(keyed.begin(ONE, "more", 7).is_err());
        assert!(keyed.begin(UserId(2), "more", 7).unwrap().is_none());
    }

    #[test]
    fn what_hands_out_secrets_is_not_remembered() {
        for path in [
            "/api/v1/auth/tokens",
            "/api/v1/users",
            "/api/v1/users/{id}/reset-link",
            "/api/v1/user/channels/webhooks",
            "/api/v1/user/channels/telegram",
        ] {
            assert!(!remembers(path), "{path}");
        }
        assert!(!UPLOADS.into_iter().any(remembers));
        assert!(remembers("/api/v1/user/service/start") && remembers("/api/v1/tasks/{task}/accept"));
    }
}
