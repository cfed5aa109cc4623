//! What the bot answers, as plain text.

use prahari_domain::money::{Paise, rupees};
use prahari_domain::orders::{Order, Side};
use prahari_store::{OrderFilter, SlotCounts};

use super::Chats;
use crate::desk::Valuation;
use crate::error::AppError;
use crate::services::ServiceState;
use crate::user::User;

/// Most lines of a list; the console has the rest.
const MOST_LINES: usize = 20;

/// To somebody whose chat is not connected.
pub(super) const STRANGER: &str = "This bot belongs to an installation of Prahari. If you have an account there: in its console, open Settings, Channels, \
     connect Telegram, and send the line that it shows. Nothing else is answered here.";

/// To a code that does not help.
pub(super) const WRONG_CODE: &str =
    "This code is not the right one, was used, or is older than ten minutes. The console makes a new one.";

/// To a chat that was just connected.
pub(super) const CONNECTED: &str = "Connected. Your messages arrive here. /help tells what you may ask.";

/// To a chat whose channel was given up.
pub(super) const ENDED: &str = "Messages to this chat were given up because it did not take one. Test the channel in the console, and they come again.";

/// Which commands there are.
pub(super) const HELP: &str = "/status: services, today's slots, money\n/positions: what you hold\n/orders: today's orders\n/kill: stop all new orders, after a confirmation\n\
     Everything else is done in the console.";

impl Chats {
    /// How a user's services, day and money stand.
    pub(super) async fn status(&self, user: &User) -> Result<String, AppError> {
        let today = self.deps.clock.now().ist_day();
        let service = match self.deps.services.service_status(user).state {
            ServiceState::Running => "running",
            ServiceState::Stopped => "stopped",
        };
        let limits = user.settings.limits().in_force();
        let switch = if limits.kill_switch { "on" } else { "off" };
        let state = match &limits.reduce_only {
            Some(reason) => format!("\nReduce-only, nothing is bought: {reason}"),
            None => String::new(),
        };
        let queries = self.deps.queries.of(user);
        let (day, funds) = (queries.ledger_day(today).await?, queries.holdings().await.funds);
        let slots = slots(day.tasks.iter().map(|(_, counts)| counts));
        let net = funds.realised - funds.charges;
        let income = match funds.income {
            Paise::ZERO => String::new(),
            income => format!("\nDividends so far, paid to the bank: {}", rupees(income)),
        };
        Ok(format!(
            "Service: {service}\nKill switch: {switch}{state}\nSlots of {today}: {slots}\nWorth: {}, of which cash {}\nUnrealised: {}\nRealised so far, after charges: {}{income}",
            rupees(funds.total()),
            rupees(funds.cash),
            rupees(funds.unrealised()),
            rupees(net),
        ))
    }

    /// What a user holds.
    pub(super) async fn positions(&self, user: &User) -> String {
        let held = self.deps.queries.of(user).holdings().await.positions;
        list("You hold nothing.", held.iter().map(position), held.len())
    }

    /// Today's orders of a user, newest first.
    pub(super) async fn orders(&self, user: &User) -> Result<String, AppError> {
        let today = self.deps.clock.now().ist_day();
        let filter = OrderFilter { from: Some(today), through: Some(today), ..OrderFilter::default() };
        let found = self.deps.queries.of(user).orders(filter).await?.items;
        Ok(list("No orders today.", found.iter().map(order), found.len()))
    }
}

/// The first lines, and how many more there are.
fn list(none: &str, lines: impl Iterator<Item = String>, count: usize) -> String {
    let mut shown: Vec<String> = lines.take(MOST_LINES).collect();
    if shown.is_empty() {
        return none.to_owned();
    }
    if count > shown.len() {
        shown.push(format!("and {} more in the console", count - shown.len()));
    }
    shown.join("\n")
}

fn position(held: &Valuation) -> String {
    let Valuation { position, price, unpriced, at_cost, .. } = held;
    let gain = held.value() - position.invested;
    let note = match (*unpriced, *at_cost) {
        (_, true) => ", counted at its cost: it has had no price",
        (true, false) => ", an older price",
        (false, false) => "",
    };
    let (average, price, gain) = (rupees(position.average_price), rupees(*price), rupees(gain));
    format!("{} {} at {average}, now {price} ({gain}){note}", position.quantity, position.symbol)
}

fn order(order: &Order) -> String {
    let request = &order.request;
    let side = match request.side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    };
    let state = order.state.in_words();
    let filled = if order.filled > 0 { format!(", {} filled", order.filled) } else { String::new() };
    format!("{side} {} {}: {state}{filled}", request.quantity, request.symbol)
}

/// How many slots stand how; what there is none of is left out.
fn slots<'a>(tasks: impl Iterator<Item = &'a SlotCounts> + Clone) -> String {
    let sum = |of: fn(&SlotCounts) -> u64| tasks.clone().map(of).sum::<u64>();
    let sums = [
        (sum(|counts| counts.ran), "ran"),
        (sum(|counts| counts.late), "late"),
        (sum(|counts| counts.skipped), "skipped"),
        (sum(|counts| counts.missed), "missed"),
        (sum(|counts| counts.failed), "failed"),
        (sum(|counts| counts.open), "overdue"),
        (sum(|counts| counts.expected), "to come"),
    ];
    let parts: Vec<String> =
        sums.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_and_says_how_much_is_left() {
        let lines = (0..23).map(|number| number.to_string());
        let text = list("none", lines, 23);
        assert!(text.starts_with("0\n1\n") && text.ends_with("\n19\nand 3 more in the console"), "{text}");
        assert_eq!(list("none", std::iter::empty(), 0), "none");
    }
}
