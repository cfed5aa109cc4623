//! The channel of host calls between a running guest and the task that drives it.
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
use crate::cpu_permits::CpuPermits;
use crate::meter::Meter;
use crate::services::HostServices;

#[derive(Debug, Default)]
enum CallSlot {
    #[default]
    Empty,
    Asked(HostCall),
    /// The driver took the call and is waiting for the services.
    Serving,
    Answered(HostReply),
}

/// One per run, shared by the store's data and the driver.
#[derive(Debug)]
pub(crate) struct HostCallChannel {
    slot: Mutex<CallSlot>,
    permits: Arc<CpuPermits>,
    /// The permit of a guest that has run longer than a tick without asking anything.
    permit: Mutex<Option<OwnedSemaphorePermit>>,
    meter: Meter,
    /// Meters the time that the host spends on the guest's calls.
    host: Meter,
}

impl HostCallChannel {
    pub(crate) fn new(permits: &Arc<CpuPermits>) -> Arc<Self> {
        Arc::new(Self {
            slot: Mutex::default(),
            permits: Arc::clone(permits),
            permit: Mutex::default(),
            meter: Meter::default(),
            host: Meter::default(),
        })
    }

    /// Lets others run, and returns when it is this guest's turn again.
    pub(crate) async fn next_turn(self: Arc<Self>) {
        self.release_permit();
        let permit = self.permits.acquire().await;
        *self.permit.lock() = permit;
    }

    fn release_permit(&self) {
        drop(self.permit.lock().take());
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
        *self.slot() = CallSlot::Asked(call);
        Reply(self)
    }

    fn take_call(&self) -> Option<HostCall> {
        let mut slot = self.slot();
        match std::mem::take(&mut *slot) {
            CallSlot::Asked(call) => {
                *slot = CallSlot::Serving;
                Some(call)
            }
            other => {
                *slot = other;
                None
            }
        }
    }

    fn answer(&self, reply: HostReply) {
        *self.slot() = CallSlot::Answered(reply);
    }

    fn slot(&self) -> MutexGuard<'_, CallSlot> {
        self.slot.lock()
    }
}

struct Reply<'a>(&'a HostCallChannel);

impl Future for Reply<'_> {
    type Output = HostReply;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<HostReply> {
        let mut slot = self.0.slot();
        match std::mem::take(&mut *slot) {
            CallSlot::Answered(reply) => Poll::Ready(reply),
            other => {
                // No waker is kept: the driver polls again itself, right after it has answered.
                *slot = other;
                Poll::Pending
            }
        }
    }
}

/// Result of driving a guest.
pub(crate) enum Driven<T> {
    Ended(T),
    WallLimit,
    HostLimit,
}

enum Step<T> {
    Ended(T),
    Call(HostCall),
}

/// Runs the guest to its end, answering its calls from the services, for at most this time by the wall clock and
/// this time of the host's own.
pub(crate) async fn drive<G: Future + Send>(
    guest: G,
    channel: &Arc<HostCallChannel>,
    services: &mut dyn HostServices,
    budget: &Budget,
) -> Driven<G::Output> {
    let host_limit = Duration::from_millis(budget.work.host_ms);
    let mut timer = pin!(wall_timer(Duration::from_millis(budget.wall_ms)));
    let mut guest = pin!(guest);
    loop {
        let step = std::future::poll_fn(|cx| resume(guest.as_mut(), channel, cx));
        let call = match before(timer.as_mut(), step).await {
            None => return Driven::WallLimit,
            Some(Step::Ended(value)) => return Driven::Ended(value),
            Some(Step::Call(call)) => call,
        };
        channel.release_permit();
        let served = measured(&channel.host, services.call(&call));
        if call.has_effect() {
            channel.answer(served.await);
            if timer.is_elapsed() {
                return Driven::WallLimit;
            }
        } else {
            match before(timer.as_mut(), served).await {
                None => return Driven::WallLimit,
                Some(reply) => channel.answer(reply),
            }
        }
        if channel.host.used() > host_limit {
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
fn resume<G: Future>(
    guest: Pin<&mut G>,
    channel: &HostCallChannel,
    cx: &mut Context<'_>,
) -> Poll<Step<G::Output>> {
    channel.meter.resumed();
    let polled = guest.poll(cx);
    channel.meter.suspended();
    match polled {
        Poll::Ready(value) => Poll::Ready(Step::Ended(value)),
        Poll::Pending => channel.take_call().map_or(Poll::Pending, |call| Poll::Ready(Step::Call(call))),
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
