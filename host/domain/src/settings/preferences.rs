//! Which messages a user wants to be alerted to, and when.
//!
//! Every message is kept and can be read; a preference decides only whether it may disturb. One that may not is marked
//! with the reason, and no channel delivers it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::merge::{check, to_values};
use super::setting::{Kind, Setting, SettingsError, Unit};
use crate::time::{Day, Timestamp};

/// What a message is about; each kind has its switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// An order was placed.
    OrderPlaced,
    /// An order was filled, wholly or in part.
    OrderFilled,
    /// An order was refused.
    OrderRejected,
    /// An order ended unfilled, or filled in part: it was withdrawn, or a buy expired.
    OrderCancelled,
    /// A position was closed, with what it came to.
    PositionClosed,
    /// What a trading date came to.
    DailySummary,
    /// A run did not succeed, or was missed.
    TaskFailed,
    /// Somebody else started a service of the user.
    ServiceStarted,
    /// Somebody else stopped a service of the user; one that failed is an [`NotificationKind::Error`].
    ServiceStopped,
    /// An alert was raised: something stands until somebody has looked.
    Alert,
    /// Errors that somebody has to act on.
    Error,
    /// Something is worth a look.
    Warning,
    /// Something is good to know.
    Info,
}

impl NotificationKind {
    /// Every kind, in the order of the switches.
    pub const ALL: [Self; 13] = [
        Self::OrderPlaced,
        Self::OrderFilled,
        Self::OrderRejected,
        Self::OrderCancelled,
        Self::PositionClosed,
        Self::DailySummary,
        Self::TaskFailed,
        Self::ServiceStarted,
        Self::ServiceStopped,
        Self::Alert,
        Self::Error,
        Self::Warning,
        Self::Info,
    ];

    /// Returns the name in the database and the API; the switch has the same name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderPlaced => "order_placed",
            Self::OrderFilled => "order_filled",
            Self::OrderRejected => "order_rejected",
            Self::OrderCancelled => "order_cancelled",
            Self::PositionClosed => "position_closed",
            Self::DailySummary => "daily_summary",
            Self::TaskFailed => "task_failed",
            Self::ServiceStarted => "service_started",
            Self::ServiceStopped => "service_stopped",
            Self::Alert => "alert",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for NotificationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for NotificationKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| format!("{text:?} is no kind of message"))
    }
}

/// Reasons why a message does not disturb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// The user wants no alerts of this kind.
    SwitchedOff,
    /// It came in the user's quiet hours, and waits for their end.
    QuietHours,
}

impl Silence {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SwitchedOff => "switched_off",
            Self::QuietHours => "quiet_hours",
        }
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Silence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::SwitchedOff, Self::QuietHours].into_iter().find(|silence| silence.name() == text);
        known.ok_or_else(|| format!("{text:?} is no reason for silence"))
    }
}

/// An IST time of day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    minute: u32,
}

impl TimeOfDay {
    /// A time of day; hours and minutes that there are not are taken for the last of the day.
    pub const fn new(hour: u32, minute: u32) -> Self {
        let minute = hour * 60 + minute;
        Self { minute: if minute < MINUTES_OF_DAY { minute } else { MINUTES_OF_DAY - 1 } }
    }

    /// The instant of a day at which it is so late.
    pub fn on(self, day: Day) -> Timestamp {
        Timestamp::start_of(day).plus_minutes(i64::from(self.minute))
    }
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is not a time such as 22:00");
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute) =
            text.split_once(':').filter(|(hour, minute)| digits(hour) && digits(minute)).ok_or_else(wrong)?;
        match (hour.parse::<u32>(), minute.parse::<u32>()) {
            (Ok(hour), Ok(minute)) if hour < 24 && minute < 60 => Ok(Self { minute: hour * 60 + minute }),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// What one user wants to be alerted to. Defaults are those of the system this one replaces: what needs somebody is on,
/// what is good to know is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationPreferences {
    /// See [`NotificationKind::OrderPlaced`]. Default on.
    pub order_placed: bool,
    /// See [`NotificationKind::OrderFilled`]. Default on.
    pub order_filled: bool,
    /// See [`NotificationKind::OrderRejected`]. Default on.
    pub order_rejected: bool,
    /// See [`NotificationKind::OrderCancelled`]. Default on.
    pub order_cancelled: bool,
    /// See [`NotificationKind::PositionClosed`]. Default on.
    pub position_closed: bool,
    /// See [`NotificationKind::DailySummary`]. Default on.
    pub daily_summary: bool,
    /// See [`NotificationKind::TaskFailed`]. Default on.
    pub task_failed: bool,
    /// See [`NotificationKind::ServiceStarted`]. Default off.
    pub service_started: bool,
    /// See [`NotificationKind::ServiceStopped`]. Default off.
    pub service_stopped: bool,
    /// See [`NotificationKind::Alert`]. Default on.
    pub alert: bool,
    /// See [`NotificationKind::Error`]. Default on.
    pub error: bool,
    /// See [`NotificationKind::Warning`]. Default off.
    pub warning: bool,
    /// See [`NotificationKind::Info`]. Default off.
    pub info: bool,
    /// When the quiet hours begin each day; may be later than their end, across midnight. Default none.
    pub quiet_from: Option<TimeOfDay>,
    /// When they end; not part of them. Default none.
    pub quiet_until: Option<TimeOfDay>,
    /// When the summary of a trading date is told, IST, on that date. Default 18:30, half an hour after the last of the usual
    /// tasks of a day.
    pub summary_at: TimeOfDay,
}

impl Default for NotificationPreferences {
    fn default() -> Self {
        Self {
            order_placed: true,
            order_filled: true,
            order_rejected: true,
            order_cancelled: true,
            position_closed: true,
            daily_summary: true,
            task_failed: true,
            service_started: false,
            service_stopped: false,
            alert: true,
            error: true,
            warning: false,
            info: false,
            quiet_from: None,
            quiet_until: None,
            summary_at: SUMMARY_AT,
        }
    }
}

const fn switch(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Switch, unit: Unit::None, about }
}

/// The default of [`NotificationPreferences::summary_at`].
const SUMMARY_AT: TimeOfDay = TimeOfDay::new(18, 30);

/// The earliest time of a summary: the session is over by then.
const EARLIEST_SUMMARY: TimeOfDay = TimeOfDay::new(16, 0);

/// The latest: at midnight the date is closed, and told of all the same.
const LATEST_SUMMARY: TimeOfDay = TimeOfDay::new(23, 59);

const MINUTES_OF_DAY: u32 = 24 * 60;

const MINUTE_MS: i64 = 60_000;

const fn time(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Time, unit: Unit::None, about }
}

/// Every setting of [`NotificationPreferences`].
pub const PREFERENCES: [Setting; 16] = [
    switch("order_placed", "Alert when an order was placed."),
    switch("order_filled", "Alert when an order was filled, wholly or in part."),
    switch("order_rejected", "Alert when an order was refused."),
    switch("order_cancelled", "Alert when an order was cancelled, or a buy expired unfilled."),
    switch("position_closed", "Alert when a position was closed, with what it came to."),
    switch("daily_summary", "Alert once on each trading date with what it came to."),
    switch("task_failed", "Alert when a run did not succeed or was missed."),
    switch("service_started", "Alert when somebody else started a service of yours."),
    switch("service_stopped", "Alert when somebody else stopped a service of yours."),
    switch("alert", "Alert when something stands until somebody has looked."),
    switch("error", "Alert when something needs somebody."),
    switch("warning", "Alert when something is worth a look."),
    switch("info", "Alert when something is good to know."),
    time(
        "quiet_from",
        "When the quiet hours begin each day, IST; may be later than their end, across midnight.",
    ),
    time("quiet_until", "When the quiet hours end, IST."),
    Setting {
        name: "summary_at",
        kind: Kind::TimeBetween { earliest: EARLIEST_SUMMARY, latest: LATEST_SUMMARY },
        unit: Unit::None,
        about: "When you are told what a trading date came to, IST, from 16:00 to 23:59.",
    },
];

impl NotificationPreferences {
    /// Checks that the quiet hours have a beginning and another end, or neither.
    ///
    /// # Errors
    /// With the setting that is missing or contradicts the other.
    pub fn validate(&self) -> Result<(), SettingsError> {
        check(&PREFERENCES, &to_values(self)?)?;
        let contradiction =
            |setting, value: Option<TimeOfDay>, relation: &str| SettingsError::Contradiction {
                setting,
                value: value.map_or_else(|| "null".to_owned(), String::from),
                relation: relation.to_owned(),
            };
        match (self.quiet_from, self.quiet_until) {
            (Some(from), Some(until)) if from == until => {
                Err(contradiction("quiet_until", Some(until), "another time than quiet_from"))
            }
            (Some(_), None) => Err(contradiction("quiet_until", None, "given with quiet_from")),
            (None, Some(_)) => Err(contradiction("quiet_from", None, "given with quiet_until")),
            _ => Ok(()),
        }
    }

    /// Returns why a message of this kind does not disturb at this instant; `None` when it may.
    pub fn silence(&self, kind: NotificationKind, at: Timestamp) -> Option<Silence> {
        if !self.wants(kind) {
            Some(Silence::SwitchedOff)
        } else if self.is_quiet(at) {
            Some(Silence::QuietHours)
        } else {
            None
        }
    }

    fn wants(&self, kind: NotificationKind) -> bool {
        match kind {
            NotificationKind::OrderPlaced => self.order_placed,
            NotificationKind::OrderFilled => self.order_filled,
            NotificationKind::OrderRejected => self.order_rejected,
            NotificationKind::OrderCancelled => self.order_cancelled,
            NotificationKind::PositionClosed => self.position_closed,
            NotificationKind::DailySummary => self.daily_summary,
            NotificationKind::TaskFailed => self.task_failed,
            NotificationKind::ServiceStarted => self.service_started,
            NotificationKind::ServiceStopped => self.service_stopped,
            NotificationKind::Alert => self.alert,
            NotificationKind::Error => self.error,
            NotificationKind::Warning => self.warning,
            NotificationKind::Info => self.info,
        }
    }

    /// Returns when the quiet hours end in which this instant lies; `None` outside of them.
    pub fn quiet_until_after(&self, at: Timestamp) -> Option<Timestamp> {
        let until = self.quiet_until.filter(|_| self.is_quiet(at))?;
        // They end within a day, at a whole minute; India's clocks are never set.
        let minutes = (until.minute + MINUTES_OF_DAY - at.ist_minute_of_day()) % MINUTES_OF_DAY;
        let minute_begun = at.plus_millis(-at.0.rem_euclid(MINUTE_MS));
        Some(minute_begun.plus_minutes(i64::from(minutes)))
    }

    fn is_quiet(&self, at: Timestamp) -> bool {
        let (Some(from), Some(until)) = (self.quiet_from, self.quiet_until) else { return false };
        let now = at.ist_minute_of_day();
        if from < until {
            (from.minute..until.minute).contains(&now)
        } else {
            now >= from.minute || now < until.minute
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    fn at(time: &str) -> Timestamp {
        Timestamp::from_ist(
            "2025-03-10".parse().unwrap(),
            NaiveTime::parse_from_str(time, "%H:%M:%S").unwrap(),
        )
    }

    fn quiet(from: &str, until: &str) -> NotificationPreferences {
        let preferences = NotificationPreferences {
            quiet_from: Some(from.parse().unwrap()),
            quiet_until: Some(until.parse().unwrap()),
            ..NotificationPreferences::default()
        };
        assert_eq!(preferences.validate(), Ok(()));
        preferences
    }

    #[test]
    fn the_list_has_a_switch_for_every_kind_and_the_quiet_hours() {
        let mut listed: Vec<_> = PREFERENCES.iter().map(|setting| setting.name).collect();
        let kinds: Vec<_> = NotificationKind::ALL.into_iter().map(NotificationKind::name).collect();
        assert_eq!(listed.iter().take(kinds.len()).copied().collect::<Vec<_>>(), kinds);
        listed.sort_unstable();
        let values = to_values(&NotificationPreferences::default()).unwrap();
        assert_eq!(listed, values.keys().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn preferences_from_before_there_were_further_kinds_still_read_and_have_those_on() {
        let kept = r#"{"order_placed":false,"order_filled":true,"warning":true,"quiet_from":"22:00","quiet_until":"07:30"}"#;
        let read: NotificationPreferences = serde_json::from_str(kept).unwrap();
        assert_eq!((read.order_placed, read.position_closed, read.daily_summary), (false, true, true));
        assert_eq!(read.silence(NotificationKind::PositionClosed, at("12:00:00")), None);
        assert_eq!(read.summary_at.to_string(), "18:30");
    }

    #[test]
    fn the_summary_is_told_between_the_end_of_the_session_and_midnight() {
        let set = |value: serde_json::Value| {
            let mut values = to_values(&NotificationPreferences::default()).unwrap();
            values.insert("summary_at".to_owned(), value);
            check(&PREFERENCES, &values).map_err(|error| error.to_string())
        };
        assert_eq!(set("16:00".into()), Ok(()));
        assert_eq!(set("23:59".into()), Ok(()));
        let early = "summary_at is \"15:59\", but must be from \"16:00\" to \"23:59\"";
        assert_eq!(set("15:59".into()), Err(early.to_owned()));
        for other in [serde_json::Value::Null, "24:00".into(), 16.into()] {
            let wanted = "summary_at must be an IST time such as \"18:30\"";
            assert_eq!(set(other), Err(wanted.to_owned()));
        }
        assert_eq!(TimeOfDay::new(18, 30).on("2025-03-10".parse().unwrap()), at("18:30:00"));
        assert_eq!(TimeOfDay::new(99, 99), TimeOfDay::new(23, 59));
    }

    #[test]
    fn each_switch_silences_its_own_kind_and_no_other() {
        for off in NotificationKind::ALL {
            let mut values = to_values(&NotificationPreferences::default()).unwrap();
            NotificationKind::ALL
                .iter()
                .for_each(|kind| drop(values.insert(kind.name().to_owned(), true.into())));
            values.insert(off.name().to_owned(), false.into());
            let preferences: NotificationPreferences = super::super::from_values(values).unwrap();
            for kind in NotificationKind::ALL {
                let expected = (kind == off).then_some(Silence::SwitchedOff);
                assert_eq!(preferences.silence(kind, at("12:00:00")), expected, "{kind} with {off} off");
            }
        }
    }

    #[test]
    fn quiet_hours_end_before_their_end_and_may_span_midnight() {
        let overnight = quiet("22:00", "07:30");
        let within_a_day = quiet("13:00", "14:00");
        let silence = |preferences: &NotificationPreferences, time| {
            preferences.silence(NotificationKind::Error, at(time))
        };
        for time in ["22:00:00", "23:59:59", "00:00:00", "07:29:59"] {
            assert_eq!(silence(&overnight, time), Some(Silence::QuietHours), "{time}");
        }
        for time in ["21:59:59", "07:30:00", "12:00:00"] {
            assert_eq!(silence(&overnight, time), None, "{time}");
        }
        assert_eq!(silence(&within_a_day, "13:59:59"), Some(Silence::QuietHours));
        assert_eq!(silence(&within_a_day, "14:00:00"), None);
    }

    #[test]
    fn the_end_of_quiet_hours_is_their_next_one() {
        let overnight = quiet("22:00", "07:30");
        let morning = at("07:30:00");
        let evening = morning.plus_minutes(24 * 60);
        for (time, ends) in [("22:00:00", evening), ("23:59:59", evening), ("00:00:00", morning)] {
            assert_eq!(overnight.quiet_until_after(at(time)), Some(ends), "{time}");
        }
        assert_eq!(overnight.quiet_until_after(morning.plus_millis(-1)), Some(morning));
        assert_eq!(overnight.quiet_until_after(morning), None);
        let within_a_day = quiet("13:00", "14:00");
        assert_eq!(within_a_day.quiet_until_after(at("13:59:59")), Some(at("14:00:00")));
        assert_eq!(NotificationPreferences::default().quiet_until_after(at("03:00:00")), None);
    }

    #[test]
    fn half_or_empty_quiet_hours_are_refused() {
        let refused = |from: Option<&str>, until: Option<&str>| {
            let time = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            let (quiet_from, quiet_until) = (time(from), time(until));
            let preferences =
                NotificationPreferences { quiet_from, quiet_until, ..NotificationPreferences::default() };
            preferences.validate().unwrap_err().to_string()
        };
        let sentence = "quiet_until is 22:00, but must be another time than quiet_from";
        assert_eq!(refused(Some("22:00"), Some("22:00")), sentence);
        assert_eq!(refused(Some("22:00"), None), "quiet_until is null, but must be given with quiet_from");
        assert_eq!(refused(None, Some("22:00")), "quiet_from is null, but must be given with quiet_until");
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for text in ["", "7:30", "07:3", "24:00", "12:60", "12-30", "12:30:00", "+1:00", "१२:००"] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text:?}");
        }
        assert_eq!("07:05".parse::<TimeOfDay>().unwrap().to_string(), "07:05");
    }
}
