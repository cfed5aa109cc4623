//! The message about a trading date that is over.

use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::Words;
use crate::desk::DailyStatement;

/// What a trading date came to.
#[derive(Debug)]
pub(crate) struct DayFacts<'a> {
    /// The statement of the date.
    pub statement: &'a DailyStatement,
    /// Positions that were opened on the date and are held.
    pub opened: u64,
    /// Symbols that were sold on the date and are not held any more.
    pub closed: u64,
    /// Slots of the date that failed or were missed.
    pub failed: u64,
}

impl DayFacts<'_> {
    /// Returns whether nothing happened of which anybody wants to hear.
    pub fn is_nothing(&self) -> bool {
        let DailyStatement { orders_placed, fills, open_positions, orders_expired, .. } = self.statement;
        [*orders_placed, *fills, *open_positions, *orders_expired].iter().all(|count| *count == 0)
            && self.failed == 0
            && self.statement.income == Paise::ZERO
            && self.statement.note.is_none()
    }
}

/// What a trading date came to: result with income and net of charges, orders, fills, positions, and what failed.
pub(crate) fn summary(facts: &DayFacts<'_>) -> Words {
    let statement = facts.statement;
    let net = statement.net();
    let income = match statement.income {
        Paise::ZERO => String::new(),
        income => format!("dividends {} to the bank, ", rupees(income)),
    };
    let mut lines = vec![
        format!(
            "Realised {}, {income}charges {}, net {}.",
            rupees(statement.realised),
            rupees(statement.charges),
            rupees(net)
        ),
        format!(
            "{} worth {}, unrealised {}; cash {}.",
            counted(statement.open_positions, "open position", "open positions"),
            rupees(statement.market_value),
            rupees(statement.unrealised),
            rupees(statement.cash)
        ),
        format!(
            "{}, {}, {} expired.",
            counted(statement.orders_placed, "order placed", "orders placed"),
            counted(statement.fills, "fill", "fills"),
            counted(statement.orders_expired, "order", "orders")
        ),
        format!("{} opened, {} closed.", counted(facts.opened, "position", "positions"), facts.closed),
    ];
    if facts.failed > 0 {
        lines.push(format!("{} failed or missed.", counted(facts.failed, "expected run", "expected runs")));
    }
    lines.extend(statement.note.as_ref().map(|note| format!("The books may be incomplete: {note}.")));
    Words {
        kind: NotificationKind::DailySummary,
        level: NotificationLevel::Info,
        title: format!("{}: net {}", statement.day.format("%-d %b %Y"), rupees(net)),
        body: lines.join("\n"),
    }
}
