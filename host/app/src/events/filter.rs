//! What of the events a listener wants, of those that it may hear.

use prahari_domain::ids::UserId;

use super::{Audience, Event, PriceWish, ServiceChange};

/// Type of an event, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A service changed, or gave a sign of life.
    Service,
    /// A run began or ended, or a slot got its outcome.
    Task,
    /// An order changed.
    Order,
    /// A position changed.
    Position,
    /// A line was logged.
    Log,
    /// An alert was raised.
    Alert,
    /// A message to the user was kept.
    Notification,
    /// The settings of a task were changed.
    Settings,
    /// Something else changed.
    Changed,
    /// The price of a share. No [`Event`] has this type: prices are told beside them, as [`Filter::prices`] says.
    Quote,
}

impl Topic {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::Service,
        Self::Task,
        Self::Order,
        Self::Position,
        Self::Log,
        Self::Alert,
        Self::Notification,
        Self::Settings,
        Self::Changed,
        Self::Quote,
    ];

    /// Returns the `type` of such events in a message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Task => "task",
            Self::Order => "order",
            Self::Position => "position",
            Self::Log => "log",
            Self::Alert => "alert",
            Self::Notification => "notification",
            Self::Settings => "settings",
            Self::Changed => "changed",
            Self::Quote => "quote",
        }
    }

    const fn of(event: &Event) -> Self {
        match event {
            Event::Service(_) => Self::Service,
            Event::Task(_) => Self::Task,
            Event::Order(_) => Self::Order,
            Event::Position(_) => Self::Position,
            Event::Log(_) => Self::Log,
            Event::Alert(_) => Self::Alert,
            Event::Notification(_) => Self::Notification,
            Event::Settings(_) => Self::Settings,
            Event::Changed(_) => Self::Changed,
        }
    }
}

/// What is known of an event without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    topic: Topic,
    is_heartbeat: bool,
}

impl Label {
    pub(super) const fn of(event: &Event) -> Self {
        let is_heartbeat =
            matches!(event, Event::Service(service) if matches!(service.change, ServiceChange::Heartbeat));
        Self { topic: Topic::of(event), is_heartbeat }
    }
}

/// The events that a listener wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only events of these types; all when none are named.
    pub topics: Option<Vec<Topic>>,
    /// Only events that concern this user or everybody.
    pub user: Option<UserId>,
    /// Whether the signs of life of services are told.
    pub heartbeats: bool,
    /// Whose prices are told, once a minute of the session.
    pub prices: PriceWish,
}

impl Default for Filter {
    /// Every event, and no prices.
    fn default() -> Self {
        Self { topics: None, user: None, heartbeats: true, prices: PriceWish::Nothing }
    }
}

impl Filter {
    pub(super) fn wants(&self, audience: Audience, label: Label) -> bool {
        let of_user = |user: UserId| match audience {
            Audience::User(of) => of == user,
            Audience::Everybody => true,
            Audience::Admins => false,
        };
        (self.heartbeats || !label.is_heartbeat)
            && self.topics.as_ref().is_none_or(|topics| topics.contains(&label.topic))
            && self.user.is_none_or(of_user)
    }
}
