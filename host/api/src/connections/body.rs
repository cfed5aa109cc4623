//! A body that has to be complete in time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;

/// The body of a request, with an end to waiting for it: between two pieces of it, and for all of it.
pub(crate) struct TimedBody {
    bytes: Incoming,
    pause: Duration,
    whole: Duration,
    /// Runs while the next piece is waited for.
    pausing: Option<Pin<Box<dyn Sleep>>>,
    /// Runs from the first look on.
    ending: Option<Pin<Box<dyn Sleep>>>,
}

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not come in time")]
pub(crate) struct TooSlow;

impl TimedBody {
    /// A body that may pause for `pause`, and may take as long as `whole` in all.
    pub(crate) fn new(bytes: Incoming, pause: Duration, whole: Duration) -> Self {
        Self { bytes, pause, whole, pausing: None, ending: None }
    }

    /// Returns whether the next part of the body, or the whole of it, has taken too long.
    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        let timer = TokioTimer::new();
        let (pause, whole) = (self.pause, self.whole);
        let pausing = self.pausing.get_or_insert_with(|| timer.sleep(pause));
        let paused = pausing.as_mut().poll(context).is_ready();
        let ending = self.ending.get_or_insert_with(|| timer.sleep(whole));
        ending.as_mut().poll(context).is_ready() || paused
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.bytes).poll_frame(context) {
            Poll::Ready(frame) => {
                self.pausing = None;
                Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
            }
            Poll::Pending if self.is_late(context) => Poll::Ready(Some(Err(Box::new(TooSlow)))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.bytes.size_hint()
    }
}
