//! The message that only tries a channel.

use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::Words;

/// What a channel is tried with. Its kind is that of no switch: it is sent whatever the user prefers.
pub(crate) fn test() -> Words {
    Words {
        kind: NotificationKind::Info,
        level: NotificationLevel::Info,
        title: "A test from Prahari".to_owned(),
        body: "Messages to you arrive here.".to_owned(),
    }
}
