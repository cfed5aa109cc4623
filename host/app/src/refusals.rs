//! Refusals of the database that are an answer to a person, told apart from its failures.

use prahari_store::StoreError;

/// Reasons why the database did not take a change that a person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has the id.
    UnknownUser,
    /// Another user has the name.
    NameTaken,
    /// Another change of the settings came first.
    SettingsChanged,
    /// Another change of the schedules came first.
    ScheduleChanged,
    /// Another change of the grant came first.
    GrantChanged,
    /// Another calendar was imported first.
    CalendarChanged,
    /// The change would leave no active admin who can log in.
    LastAdmin,
    /// The one-time link was used, is too old, or never was.
    LinkUnusable,
    /// The daemon ends, and nothing is written any more.
    Ending,
}

impl Refusal {
    /// The refusal that an error of the database is; none when it is a failure of ours.
    pub fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::UnknownUser { .. } => Some(Self::UnknownUser),
            StoreError::NameTaken { .. } => Some(Self::NameTaken),
            StoreError::SettingsChanged { .. } => Some(Self::SettingsChanged),
            StoreError::ScheduleChanged { .. } => Some(Self::ScheduleChanged),
            StoreError::GrantChanged { .. } => Some(Self::GrantChanged),
            StoreError::CalendarChanged { .. } => Some(Self::CalendarChanged),
            StoreError::LastAdmin { .. } => Some(Self::LastAdmin),
            StoreError::LinkUnusable => Some(Self::LinkUnusable),
            StoreError::Stopped { .. } | StoreError::Closed => Some(Self::Ending),
            _ => None,
        }
    }
}
