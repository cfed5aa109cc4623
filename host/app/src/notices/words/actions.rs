//! Messages about corporate actions.

use prahari_domain::book::{HoldingChange, HoldingPart, OpenLot};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::Words;

/// An action changed what the user holds, or what it had changed was taken back.
pub(crate) fn booked(change: &HoldingChange) -> Words {
    let mut said: Vec<String> = change.parts.iter().filter_map(shares).collect();
    let income = change.income();
    if income != Paise::ZERO {
        let income = if change.undoes { -income } else { income };
        let what = if change.undoes { "no longer counted as income" } else { "income, paid to the bank" };
        said.push(format!("{} {what}", rupees(income)));
    }
    if change.cash != Paise::ZERO {
        let what = if change.undoes { "taken back for" } else { "paid for" };
        said.push(format!("{} {what} a fraction of a share", rupees(Paise(change.cash.0.abs()))));
    }
    let verb = if change.undoes { " is taken back" } else { "" };
    Words {
        kind: NotificationKind::Info,
        level: NotificationLevel::Info,
        title: format!("{}{verb}", change.what),
        body: format!("{}.", said.join("; ")),
    }
}

/// What becomes of one position, such as `7 TCS become 14`.
fn shares(part: &HoldingPart) -> Option<String> {
    let of = |lots: &[OpenLot]| lots.iter().map(|lot| u64::from(lot.quantity)).sum::<u64>();
    let held = format!("{} of {}", part.symbol, part.strategy);
    let told = |number: u64, one: &str, many: &str| {
        counted(number, &format!("{held} {one}"), &format!("{held} {many}"))
    };
    match (of(&part.before), of(&part.after)) {
        (0, 0) => None,
        (0, after) => Some(told(after, "is new", "are new")),
        (before, 0) => Some(told(before, "is gone", "are gone")),
        (before, after) => Some(format!("{} {after}", told(before, "becomes", "become"))),
    }
}
