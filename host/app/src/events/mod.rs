//! What happens in the daemon, told to whoever listens.
//!
//! One ring of the last events serves everybody. A listener is a place in it ([`Subscription`]), so memory does not
//! grow with listeners, and one that does not read costs nothing: when the ring has moved past its place it is told
//! to load anew what it shows. Publishing neither waits nor allocates while nobody has ever listened, as in a
//! simulation.
//!
//! Prices are told beside the ring (`prices`): only the newest counts.

mod event;
mod filter;
mod message;
mod prices;
mod ring;
mod subscription;
mod wake;
mod wishes;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use tokio::sync::{Notify, broadcast, watch};

use crate::clock::Clock;
pub use event::{
    AlertEvent, Changed, Event, LogEvent, NotificationEvent, OrderChanged, PositionChanged, Resource,
    ServiceChange, ServiceEvent, SettingsChanged, TaskEvent,
};
use filter::Label;
pub use filter::{Filter, Topic};
pub use message::Message;
use prices::Pulse;
use ring::Ring;
pub use subscription::{Delivery, Greeting, Since, Start, Subscription};
use wake::{Control, Listeners};
use wishes::Wishes;
pub use wishes::{MOST_PRICED, Picked, PriceWish};

/// Most events in the ring: two ticks of 10,000 users, so that a listener has a minute to catch up.
pub const MOST_EVENTS: usize = 65_536;

/// Most bytes in the ring, whatever the events are like. Reserved only as events come.
pub const MOST_BYTES: usize = 16 << 20;

/// Requests to look at a listener's rights again that may wait; a listener behind all of them looks anyway.
const CONTROLS: usize = 64;

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One user, and the admins.
    User(UserId),
    /// Admins only.
    Admins,
    /// Every user.
    Everybody,
}

/// User who subscribes; decides which events they receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// A user: hears of the own events and of those for everybody.
    User(UserId),
    /// An admin: hears of everything.
    Admin(UserId),
}

impl Listener {
    /// Returns the user who listens.
    pub const fn user(self) -> UserId {
        match self {
            Self::User(user) | Self::Admin(user) => user,
        }
    }

    const fn hears(self, audience: Audience) -> bool {
        match (self, audience) {
            (Self::Admin(_), _) | (_, Audience::Everybody) => true,
            (Self::User(own), Audience::User(user)) => own.0 == user.0,
            (Self::User(_), Audience::Admins) => false,
        }
    }
}

/// Where events are published and listened to. One per daemon.
pub struct EventBus {
    clock: Clock,
    epoch: String,
    /// Whether anybody has ever listened. From then on events are kept, so that a listener can come back.
    kept: AtomicBool,
    state: Mutex<State>,
    control: broadcast::Sender<Control>,
    ended: AtomicBool,
    /// Notified when the last listener has gone.
    no_listeners: Notify,
    /// Whose prices the listeners want.
    wishes: Mutex<Wishes>,
    /// The prices that were told last.
    pulses: watch::Sender<Arc<Pulse>>,
}

struct State {
    ring: Ring,
    listeners: Listeners,
}

impl EventBus {
    /// A bus that nobody listens to yet; events carry the time of `clock`.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            epoch: new_epoch(),
            kept: AtomicBool::new(false),
            state: Mutex::new(State {
                ring: Ring::new(MOST_EVENTS, MOST_BYTES),
                listeners: Listeners::default(),
            }),
            control: broadcast::Sender::new(CONTROLS),
            ended: AtomicBool::new(false),
            no_listeners: Notify::new(),
            wishes: Mutex::default(),
            pulses: watch::Sender::default(),
        }
    }

    /// Returns which run of the daemon the sequence numbers belong to.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Returns whether events are kept at all. Ask before doing work that only an event needs.
    pub fn is_wanted(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Publishes an event. Never waits; does nothing before the first subscription.
    pub fn publish(&self, audience: Audience, event: Event) {
        self.publish_with(audience, || event);
    }

    /// Publishes an event that is built only when somebody has ever subscribed.
    pub fn publish_with(&self, audience: Audience, event: impl FnOnce() -> Event) {
        if self.is_wanted() {
            self.publish_at(audience, self.clock.now(), event);
        }
    }

    /// The same of an event whose time is written down elsewhere too: both are the same.
    pub fn publish_at(&self, audience: Audience, at: Timestamp, event: impl FnOnce() -> Event) {
        if !self.is_wanted() {
            return;
        }
        let event = event();
        let body = match message::body(audience, at, &event) {
            Ok(body) => body,
            Err(error) => return tracing::error!(%error, "an event could not be told"),
        };
        let mut state = self.state();
        let State { ring, listeners } = &mut *state;
        let sequence = ring
            .push((audience, Label::of(&event)), body, |audience, gone| listeners.note_lost(audience, gone));
        listeners.wake(audience, sequence);
    }

    /// Tells that something changed which has no event of its own; `id` says which one, and is empty where there is only one.
    /// Call it after the change, so that whoever reads it anew finds it.
    pub fn changed(&self, audience: Audience, what: Resource, id: impl Display) {
        self.publish_with(audience, || Event::Changed(Changed { what, id: id.to_string() }));
    }

    /// Listens to everything. With `since`, goes on after the event that a listener of the same rights has heard last.
    pub fn subscribe(
        self: &Arc<Self>,
        listener: Listener,
        since: Option<&Since>,
    ) -> (Subscription, Greeting) {
        self.subscribe_to(listener, Filter::default(), since)
    }

    /// Listens to what a filter lets through. With `since`, as [`EventBus::subscribe`].
    pub fn subscribe_to(
        self: &Arc<Self>,
        listener: Listener,
        filter: Filter,
        since: Option<&Since>,
    ) -> (Subscription, Greeting) {
        Subscription::open(self.clone(), (listener, filter), since)
    }

    /// The rights of a user have changed: every stream of theirs looks whether it may go on. Call it after the change.
    pub fn recheck(&self, user: UserId) {
        // Nobody listens when it cannot be sent.
        let _listening = self.control.send(Control::Recheck(user));
    }

    /// Ends every subscription: the daemon stops.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
        let _listening = self.control.send(Control::End);
    }

    /// Returns the number of open subscriptions.
    pub fn listening(&self) -> usize {
        self.state().listeners.count()
    }

    /// Waits until nobody listens, so that every stream has said its goodbye.
    pub async fn no_listeners(&self) {
        let mut no_listeners = std::pin::pin!(self.no_listeners.notified());
        loop {
            no_listeners.as_mut().enable();
            if self.listening() == 0 {
                return;
            }
            no_listeners.as_mut().await;
            no_listeners.set(self.no_listeners.notified());
        }
    }

    /// Returns what the ring holds now: events and their bytes.
    pub fn held(&self) -> (usize, usize) {
        self.state().ring.held()
    }

    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// A name that no other start of a daemon on this machine has had: two buses of one process differ by the counter, two
/// processes by time and number.
fn new_epoch() -> String {
    static STARTED: AtomicU64 = AtomicU64::new(0);
    let nth = STARTED.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{:x}-{nth:x}", Clock::System.now().0, std::process::id())
}

#[cfg(test)]
mod tests;
