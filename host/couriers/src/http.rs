//! One request over one connection: no pool, no proxy, no redirect, and of the answer only what is needed.

use std::future::Future;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::courier::Undelivered;

/// Most bytes of the head of an answer that are kept; a longer one is refused.
const MOST_HEAD_BYTES: usize = 32 << 10;

/// What an answer says: nothing of its body is read.
pub(crate) struct Answer {
    /// Status of the answer.
    pub(crate) status: StatusCode,
    /// Time for which the receiver asks to be left alone, in seconds.
    pub(crate) wait_s: Option<u64>,
}

/// Sends a request and waits for the head of its answer. The connection ends with it.
///
/// # Errors
/// When the connection fails; whether the request arrived is unknown once it was begun.
pub(crate) async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, Undelivered>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MOST_HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Undelivered::not_sent(format!("the connection failed: {error}")))?;
    match beside(connection, sender.send_request(request)).await {
        Ok(answer) => Ok(Answer { status: answer.status(), wait_s: wait_of(answer.headers()) }),
        Err(error) => Err(Undelivered::unclear(format!("there was no answer: {error}"))),
    }
}

/// Drives a connection while something is asked over it. It may end before the answer was looked at.
async fn beside<T>(connection: impl Future<Output = hyper::Result<()>>, asked: impl Future<Output = T>) -> T {
    let mut asked = std::pin::pin!(asked);
    tokio::select! {
        biased;
        answer = &mut asked => return answer,
        _ended = connection => {}
    }
    asked.await
}

/// Seconds that an answer asks to wait; a date is not understood, and a long time is for the caller to bound.
fn wait_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
