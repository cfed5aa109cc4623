//! What ex-dates forbid to whoever trades: a share that is demerged has no price before its special pre-open is over, and what
//! an action makes of a holding is booked before anything of it is sent.

use std::collections::HashMap;

use crate::book::Book;
use crate::calendar::{Calendar, Phase};
use crate::instruments::Symbol;
use crate::time::{Day, Timestamp};

use super::{ActionKind, ActionRow, ActionState};

/// How long the special pre-open of a demerged share lasts, from the beginning of the exchange's pre-open: 09:00 to 10:00 on an
/// ordinary day.
pub const SPECIAL_PRE_OPEN_MINUTES: i64 = 60;

/// The actions that may forbid orders or may be missing in books, by share. Made anew when an action changes, and shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExDates {
    by_symbol: HashMap<Symbol, Vec<ActionRow>>,
}

/// Why no order of a share is taken for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shut {
    /// The special pre-open of a demerged share has not ended.
    SpecialPreOpen {
        /// The ex-date.
        ex_day: Day,
        /// When trading begins.
        until: Timestamp,
    },
    /// A demerged share has no open yet.
    NoOpen {
        /// The ex-date.
        ex_day: Day,
    },
    /// The books do not have an action yet that changes what is held of the share.
    NotBooked {
        /// The action, in plain words.
        action: String,
    },
}

impl ExDates {
    /// The ex-dates of these actions. What is undone or changes no books forbids nothing. What is applied counts where it changed
    /// prices: a demerged share may have no price that day still, and the books of a user with a fault may not have it.
    pub fn of(rows: &[ActionRow]) -> Self {
        let mut by_symbol: HashMap<Symbol, Vec<ActionRow>> = HashMap::new();
        for row in rows {
            let counts = match row.state {
                ActionState::Announced => row.action.kind().changes_books(),
                ActionState::Applied => row.action.kind().changes_prices(),
                ActionState::Undone => false,
            };
            if counts {
                by_symbol.entry(row.action.symbol().clone()).or_default().push(row.clone());
            }
        }
        Self { by_symbol }
    }

    /// Returns why nobody trades a share for now, whoever asks: it is demerged, and its special pre-open is not over or its
    /// open is not known. `opened` says whether the market knows an open of the day.
    pub fn without_price(
        &self,
        symbol: &Symbol,
        opened: bool,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Option<Shut> {
        self.demergers(symbol, now).find_map(|row| {
            let ex_day = row.action.ex_day();
            match demerger_opens_at(calendar, ex_day).filter(|until| now < *until) {
                Some(until) => Some(Shut::SpecialPreOpen { ex_day, until }),
                None => {
                    let waits = row.state == ActionState::Announced && row.price_factor().is_none();
                    let is_first =
                        first_session(calendar, ex_day).is_some_and(|first| first == now.ist_day());
                    (waits || (is_first && !opened)).then_some(Shut::NoOpen { ex_day })
                }
            }
        })
    }

    /// Returns the ex-date of the demerger in whose special pre-open an instant lies: what a source calls a price of then is none.
    pub fn special_pre_open(&self, symbol: &Symbol, calendar: &Calendar, at: Timestamp) -> Option<Day> {
        let mut ex_days = self.demergers(symbol, at).map(|row| row.action.ex_day());
        ex_days.find(|ex_day| demerger_opens_at(calendar, *ex_day).is_some_and(|until| at < until))
    }

    /// Returns the first announced action of a share whose ex-date has come and that these books do not have yet, although it
    /// changes them.
    pub fn not_booked(&self, symbol: &Symbol, book: &Book, now: Timestamp) -> Option<Shut> {
        let today = now.ist_day();
        let came = self.of_share(symbol).iter().filter(|row| row.action.ex_day() <= today);
        let mut announced = came.filter(|row| row.state == ActionState::Announced);
        // What cannot be planned is not booked either.
        let changes = |row: &&ActionRow| {
            book.plan_action(row.id, &row.action, row.open_factor).map_or(true, |change| change.is_some())
        };
        let row = announced.find(changes)?;
        Some(Shut::NotBooked { action: row.action.to_string() })
    }

    /// The phase of a share of which the exchange's phase is `phase`: no orders where it is demerged and has no price. The
    /// open of the day counts as known once its special pre-open is over and nothing waits for it.
    pub fn phase(&self, symbol: &Symbol, phase: Phase, calendar: &Calendar, now: Timestamp) -> Phase {
        let takes = phase.takes_limit_orders() || phase.takes_market_orders();
        let shut = takes && self.without_price(symbol, true, calendar, now).is_some();
        if shut { Phase::PreOpenMatching } else { phase }
    }

    pub(super) fn of_share(&self, symbol: &Symbol) -> &[ActionRow] {
        self.by_symbol.get(symbol).map_or(&[], Vec::as_slice)
    }

    fn demergers(&self, symbol: &Symbol, now: Timestamp) -> impl Iterator<Item = &ActionRow> {
        let today = now.ist_day();
        let came = move |row: &&ActionRow| is_demerger(row) && row.action.ex_day() <= today;
        self.of_share(symbol).iter().filter(came)
    }
}

/// Returns when a share that is demerged on `ex_day` begins to trade: an hour after the pre-open of the first session from then
/// on begins. `None` where the calendar does not know that session.
pub fn demerger_opens_at(calendar: &Calendar, ex_day: Day) -> Option<Timestamp> {
    let session = calendar.day_or_closed(first_session(calendar, ex_day)?);
    let entry = session.windows.iter().find(|window| window.phase.takes_limit_orders())?;
    Some(entry.starts.plus_minutes(SPECIAL_PRE_OPEN_MINUTES))
}

fn is_demerger(row: &ActionRow) -> bool {
    matches!(row.action.kind(), ActionKind::Demerger { .. })
}

fn first_session(calendar: &Calendar, ex_day: Day) -> Option<Day> {
    if calendar.is_open_on(ex_day) { Some(ex_day) } else { calendar.next_open(ex_day).ok() }
}

impl Shut {
    /// Returns the sentence for whoever wanted to trade a share.
    pub fn sentence(&self, symbol: &Symbol) -> String {
        match self {
            Self::SpecialPreOpen { ex_day, until } => {
                let until = until.ist_time().format("%H:%M");
                format!(
                    "{symbol} is demerged on {ex_day}: it has no price before its special pre-open ends at {until}, and no \
                     orders of it are accepted until then"
                )
            }
            Self::NoOpen { ex_day } => format!(
                "{symbol} is demerged on {ex_day} and its open is not known yet: no orders of it are accepted without a price"
            ),
            Self::NotBooked { action } => format!(
                "{action} is not booked for this user yet: no orders of {symbol} are accepted before it is"
            ),
        }
    }
}
