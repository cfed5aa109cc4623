//! What a task was granted for a user.

use serde::{Deserialize, Serialize};

use crate::abi::latest::Capability;

/// A set of capabilities. It starts empty: what is not granted is denied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grant(u16);

impl Grant {
    /// Every capability in the order of the WIT.
    pub const ALL: [Capability; 11] = [
        Capability::Calendar,
        Capability::Market,
        Capability::BrokerRead,
        Capability::BrokerTrade,
        Capability::SignalsRead,
        Capability::SignalsPublish,
        Capability::Config,
        Capability::State,
        Capability::Notify,
        Capability::Log,
        Capability::Decision,
    ];

    /// The grant that allows nothing.
    pub const fn none() -> Self {
        Self(0)
    }

    /// The grant that allows every capability.
    pub fn all() -> Self {
        Self::ALL.into_iter().collect()
    }

    /// Returns this grant with one capability more.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | bit(capability))
    }

    /// Returns this grant without one capability.
    #[must_use]
    pub const fn without(self, capability: Capability) -> Self {
        Self(self.0 & !bit(capability))
    }

    /// Returns what both grant: a task gets what it asked for and its user allowed.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether the capability is granted.
    pub const fn allows(self, capability: Capability) -> bool {
        self.0 & bit(capability) != 0
    }

    /// The granted capabilities in the order of the WIT.
    pub fn capabilities(self) -> impl Iterator<Item = Capability> {
        Self::ALL.into_iter().filter(move |capability| self.allows(*capability))
    }
}

impl FromIterator<Capability> for Grant {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::none(), Self::with)
    }
}

const fn bit(capability: Capability) -> u16 {
    match capability {
        Capability::Calendar => 1,
        Capability::Market => 1 << 1,
        Capability::BrokerRead => 1 << 2,
        Capability::BrokerTrade => 1 << 3,
        Capability::SignalsRead => 1 << 4,
        Capability::SignalsPublish => 1 << 5,
        Capability::Config => 1 << 6,
        Capability::State => 1 << 7,
        Capability::Notify => 1 << 8,
        Capability::Log => 1 << 9,
        Capability::Decision => 1 << 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_allows_what_it_holds_and_nothing_else() {
        let grant = Grant::none().with(Capability::Market).with(Capability::Log);
        assert!(grant.allows(Capability::Market));
        assert!(!grant.allows(Capability::BrokerTrade));
        assert_eq!(grant.capabilities().collect::<Vec<_>>(), [Capability::Market, Capability::Log]);
        assert_eq!(grant.intersection(Grant::none().with(Capability::Log)).capabilities().count(), 1);
        assert_eq!(Grant::all().capabilities().count(), Grant::ALL.len());
        assert!(!Grant::all().without(Capability::Notify).allows(Capability::Notify));
    }
}
