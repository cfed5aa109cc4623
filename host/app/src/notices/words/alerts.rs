//! Messages about alerts, and about slots that were expected and not seen.

use prahari_brokers::Check;
use prahari_domain::ids::UserId;
use prahari_domain::numbers::counted;
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, NotificationLevel};

use super::Words;

/// Largest number of users that a message to the admins names.
const NAMED_USERS: usize = 5;

/// Largest number of failed checks that a message names.
const NAMED_CHECKS: usize = 5;

/// An alert was raised; `detail` is its sentence, or those of several of the kind.
pub(crate) fn raised(code: AlertCode, detail: String) -> Words {
    alert(title(code).to_owned(), detail)
}

/// A slot of the user was expected and not seen; `detail` is the sentence of the alert.
pub(crate) fn not_seen(task: Task, detail: String) -> Words {
    alert(format!("{task} was expected and not seen"), detail)
}

/// A slot of several users was expected and not seen, for the admins.
pub(crate) fn not_seen_for(task: Task, due_at: Timestamp, users: &[UserId]) -> Words {
    let named: Vec<String> = users.iter().take(NAMED_USERS).map(ToString::to_string).collect();
    let more = if users.len() > NAMED_USERS { " and others" } else { "" };
    let users_told = counted(users.len(), "user", "users");
    let title = format!("{task} was expected and not seen for {users_told}");
    alert(title, format!("{task} due at {due_at}: users {}{more}", named.join(", ")))
}

/// The calendar still ends soon, told to the admins day by day at last; `detail` is the sentence of the alert.
pub(crate) fn calendar_ends_still(detail: String) -> Words {
    Words {
        kind: NotificationKind::Warning,
        level: NotificationLevel::Warning,
        title: title(AlertCode::CalendarEnds).to_owned(),
        body: detail,
    }
}

/// The sentence of the alert about what the doctor found failed.
pub(crate) fn not_ready(failed: &[&Check]) -> String {
    let named: Vec<String> =
        failed.iter().take(NAMED_CHECKS).map(|check| format!("{}: {}", check.name, check.evidence)).collect();
    let more = match failed.len().saturating_sub(NAMED_CHECKS) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let checks = counted(failed.len(), "check", "checks");
    format!("{checks} of the doctor failed: {}{more}", named.join("; "))
}

fn alert(title: String, body: String) -> Words {
    Words { kind: NotificationKind::Alert, level: NotificationLevel::Error, title, body }
}

fn title(code: AlertCode) -> &'static str {
    match code {
        AlertCode::SlotNotSeen => "A slot was expected and not seen",
        AlertCode::UserHalted => "Trading of a user is halted",
        AlertCode::BarsStale => "The bars are stale",
        AlertCode::PriceMissing => "A held share has no new price",
        AlertCode::CalendarEnds => "The trading calendar ends",
        AlertCode::CalendarDamaged => "The trading calendar cannot be read",
        AlertCode::WriteRefused => "Something could not be written down",
        AlertCode::ClockSetBack => "The clock was set back",
        AlertCode::ClockJumped => "The clock jumped forward",
        AlertCode::SymbolHalted => "Orders of a symbol are halted",
        AlertCode::ModuleUnfit => "A module keeps failing",
        AlertCode::OrderUnknown => "What became of an order is not known",
        AlertCode::OrderUnclaimed => "An order at the broker is not in the books",
        AlertCode::FillWithdrawn => "A trade was annulled",
        AlertCode::PositionUnattended => "Nothing looks after a position",
        AlertCode::ServiceStopped => "A service keeps failing and stays stopped",
        AlertCode::SourceDown => "A source of prices is down",
        AlertCode::BarsRestated => "Bars of the past were restated",
        AlertCode::ActionNotTold => "A corporate action is booked and no longer told",
        AlertCode::ActionDoubted => "Corporate actions wait for an admin's word",
        AlertCode::ActionWithoutTerms => "The terms of a demerger are missing",
        AlertCode::NotReady => "Something is not ready for the market",
        AlertCode::HoldingsDiffer => "The broker holds other shares than the books",
        AlertCode::LoginBlocked => "Nobody logs in at a broker until a person allows it",
    }
}
