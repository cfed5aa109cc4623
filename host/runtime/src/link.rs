//! The passage between a running guest and the task that drives it.
//!
//! The guest lives on its own stack inside a store whose data must own everything it uses, while the services are
//! borrowed from the caller. So a host function leaves its call here and suspends; the driver takes it, asks the
//! services on its own stack, leaves the reply and resumes the guest. This also makes the guest's processor time
//! exactly what passes between resuming and suspending it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::OwnedSemaphorePermit;

use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::lanes::Lanes;
use crate::meter::Meter;
use crate::services::HostServices;

#[derive(Debug, Default)]
enum Passage {
    #[default]
    Empty,
    Asked(HostCall),
    /// The driver took the call and is waiting for the services.
    Serving,
    Answered(HostReply),
}

/// One per run, shared by the store's data and the driver.
#[derive(Debug)]
pub(crate) struct Link {
    passage: Mutex<Passage>,
    lanes: Arc<Lanes>,
    /// The lane of a guest that has run longer than a tick without asking anything.
    lane: Mutex<Option<OwnedSemaphorePermit>>,
    meter: Meter,
    /// What the host spends on the guest's calls.
    host: Meter,
}

impl Link {
    pub(crate) fn new(lanes: &Arc<Lanes>) -> Arc<Self> {
        Arc::new(Self {
            passage: Mutex::default(),
            lanes: Arc::clone(lanes),
            lane: Mutex::default(),
            meter: Meter::default(),
            host: Meter::default(),
        })
    }

    /// Lets others run, and returns when it is this guest's turn again.
    pub(crate) async fn next_turn(self: Arc<Self>) {
        self.leave_lane();
        let lane = self.lanes.enter().await;
        *self.lane.lock() = lane;
    }

    fn leave_lane(&self) {
        drop(self.lane.lock().take());
    }

    /// Measures the guest's processor time.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Measures the host's own time for the guest's calls.
    pub(crate) fn host(&self) -> &Meter {
        &self.host
    }

    /// Suspends the guest until the driver has the reply to this call.
    pub(crate) fn ask(&self, call: HostCall) -> impl Future<Output = HostReply> + Send + '_ {
        *self.passage() = Passage::Asked(call);
        Reply(self)
    }

    fn take_call(&self) -> Option<HostCall> {
        let mut passage = self.passage();
        match std::mem::take(&mut *passage) {
            Passage::Asked(call) => {
                *passage = Passage::Serving;
                Some(call)
            }
            other => {
                *passage = other;
                None
            }
        }
    }

    fn answer(&self, reply: HostReply) {
        *self.passage() = Passage::Answered(reply);
    }

    fn passage(&self) -> MutexGuard<'_, Passage> {
        self.passage.lock()
    }
}

struct Reply<'a>(&'a Link);

impl Future for Reply<'_> {
    type Output = HostReply;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<HostReply> {
        let mut passage = self.0.passage();
        match std::mem::take(&mut *passage) {
            Passage::Answered(reply) => Poll::Ready(reply),
            other => {
                // No waker is kept: the driver polls again itself, right after it has answered.
                *passage = other;
                Poll::Pending
            }
        }
    }
}

/// How a driven guest ended.
pub(crate) enum Driven<T> {
    Ended(T),
    WallLimit,
    HostLimit,
}

enum Step<T> {
    Ended(T),
    Call(HostCall),
}

/// Runs the guest to its end, answering its calls from the services, for at most this time by the wall clock and this time of
/// the host's own.
pub(crate) async fn drive<G: Future + Send>(
    guest: G,
    link: &Arc<Link>,
    services: &mut dyn HostServices,
    budget: &Budget,
) -> Driven<G::Output> {
    let host_limit = Duration::from_millis(budget.work.host_ms);
    let mut timer = pin!(wall_timer(Duration::from_millis(budget.wall_ms)));
    let mut guest = pin!(guest);
    loop {
        let step = std::future::poll_fn(|cx| resume(guest.as_mut(), link, cx));
        let call = match before(timer.as_mut(), step).await {
            None => return Driven::WallLimit,
            Some(Step::Ended(value)) => return Driven::Ended(value),
            Some(Step::Call(call)) => call,
        };
        link.leave_lane();
        let served = measured(&link.host, services.call(&call));
        if call.has_effect() {
            link.answer(served.await);
            if timer.is_elapsed() {
                return Driven::WallLimit;
            }
        } else {
            match before(timer.as_mut(), served).await {
                None => return Driven::WallLimit,
                Some(reply) => link.answer(reply),
            }
        }
        if link.host.used() > host_limit {
            return Driven::HostLimit;
        }
    }
}

/// The future, whose own time is counted and not the time in which it waits.
pub(crate) async fn measured<F: Future>(meter: &Meter, future: F) -> F::Output {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        meter.resumed();
        let polled = future.as_mut().poll(cx);
        meter.suspended();
        polled
    })
    .await
}

/// Lets the guest run until it ends, yields to other tasks, or asks for something.
fn resume<G: Future>(guest: Pin<&mut G>, link: &Link, cx: &mut Context<'_>) -> Poll<Step<G::Output>> {
    link.meter.resumed();
    let polled = guest.poll(cx);
    link.meter.suspended();
    match polled {
        Poll::Ready(value) => Poll::Ready(Step::Ended(value)),
        Poll::Pending => link.take_call().map_or(Poll::Pending, |call| Poll::Ready(Step::Call(call))),
    }
}

/// Ends when a run has taken this long.
#[expect(
    clippy::disallowed_methods,
    reason = "the wall limit of a run is real time even when the clock is virtual"
)]
pub(crate) fn wall_timer(wall: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(wall)
}

/// The future's value, or `None` when the timer ends first. The future goes first, so that a run which never waits
/// costs no timer.
pub(crate) async fn before<F: Future>(
    mut timer: Pin<&mut tokio::time::Sleep>,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
    })
    .await
}
