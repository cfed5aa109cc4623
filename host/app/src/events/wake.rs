//! Who is woken by which event, and what each could not be told any more.

use std::collections::HashMap;

use prahari_domain::ids::UserId;
use tokio::sync::watch;

use super::{Audience, Listener};

/// Told to every subscription, beside the events.
#[derive(Debug, Clone, Copy)]
pub(super) enum Control {
    /// The rights of a user have changed.
    Recheck(UserId),
    /// The daemon is stopping.
    End,
}

/// A channel for each user who listens, and one for all admins: an event wakes only those whom it concerns.
#[derive(Default)]
pub(super) struct Listeners {
    users: HashMap<UserId, Channel>,
    admins: Option<Channel>,
}

struct Channel {
    /// The newest event that is to be heard here.
    newest: watch::Sender<u64>,
    /// The newest such event that has left the ring.
    lost: u64,
    listening: usize,
}

impl Channel {
    fn new(lost: u64, newest: u64) -> Self {
        Self { newest: watch::Sender::new(newest), lost, listening: 0 }
    }
}

impl Listeners {
    /// Adds a listener. A new channel knows nothing of what was told and `lost` before it, so all of it counts.
    pub(super) fn add(&mut self, listener: Listener, lost: u64, newest: u64) -> watch::Receiver<u64> {
        let new = || Channel::new(lost, newest);
        let channel = match listener {
            Listener::User(user) => self.users.entry(user).or_insert_with(new),
            Listener::Admin(_) => self.admins.get_or_insert_with(new),
        };
        channel.listening += 1;
        channel.newest.subscribe()
    }

    /// Takes a listener away, and its channel with the last one.
    pub(super) fn remove(&mut self, listener: Listener) {
        let Some(channel) = self.channel(listener) else { return };
        channel.listening -= 1;
        if channel.listening == 0 {
            match listener {
                Listener::User(user) => self.users.remove(&user),
                Listener::Admin(_) => self.admins.take(),
            };
        }
    }

    /// The newest event that a listener should have heard and that is gone.
    pub(super) fn lost(&self, listener: Listener) -> u64 {
        let channel = match listener {
            Listener::User(user) => self.users.get(&user),
            Listener::Admin(_) => self.admins.as_ref(),
        };
        channel.map_or(u64::MAX, |channel| channel.lost)
    }

    /// Wakes those who hear of an event. Somebody who is awake already only finds a higher number.
    pub(super) fn wake(&self, audience: Audience, sequence: u64) {
        self.each(audience, |channel| {
            channel.newest.send_replace(sequence);
        });
    }

    /// Notes that an event has left the ring.
    pub(super) fn note_lost(&mut self, audience: Audience, sequence: u64) {
        if let Some(admins) = &mut self.admins {
            admins.lost = sequence;
        }
        match audience {
            Audience::User(user) => {
                if let Some(channel) = self.users.get_mut(&user) {
                    channel.lost = sequence;
                }
            }
            Audience::Everybody => self.users.values_mut().for_each(|channel| channel.lost = sequence),
            Audience::Admins => {}
        }
    }

    pub(super) fn count(&self) -> usize {
        self.users.values().chain(&self.admins).map(|channel| channel.listening).sum()
    }

    fn each(&self, audience: Audience, tell: impl Fn(&Channel)) {
        if let Some(admins) = &self.admins {
            tell(admins);
        }
        match audience {
            Audience::User(user) => {
                if let Some(channel) = self.users.get(&user) {
                    tell(channel);
                }
            }
            Audience::Everybody => self.users.values().for_each(tell),
            Audience::Admins => {}
        }
    }

    fn channel(&mut self, listener: Listener) -> Option<&mut Channel> {
        match listener {
            Listener::User(user) => self.users.get_mut(&user),
            Listener::Admin(_) => self.admins.as_mut(),
        }
    }
}
