//! What there is to tell of annulled fills: one alert for an order, whose words follow what is open of it.

use std::collections::BTreeMap;

use prahari_domain::ids::OrderId;
use prahari_domain::orders::Fill;

use super::{Gone, words};
use crate::desk::Desk;

/// What there is to tell of the executions of an order that the broker shows no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FillAlarm {
    /// An execution is gone, or a further one.
    Gone {
        /// The order that it is about.
        order: OrderId,
        /// All that is open of the order now, for the user.
        detail: String,
    },
    /// A part of what was told is settled.
    Left {
        /// The order that it is about.
        order: OrderId,
        /// What is open of the order still, for the user.
        detail: String,
    },
    /// Broker and books agree again on what was executed of it.
    Settled {
        /// The order that it is about.
        order: OrderId,
        /// How it ended, one sentence.
        how: String,
    },
}

/// What a person was told to decide of an order.
#[derive(Debug)]
pub(super) struct Asked {
    /// What is gone of it; none while only the alert of before a start is known.
    pub gone: Option<Gone>,
    /// Why a person is asked.
    pub question: Question,
    /// The sentence.
    pub detail: String,
}

/// Why a person is asked: the later says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// The broker's two lists do not agree.
    Disputed,
    /// It was annulled, and cannot be taken back.
    NotBooked,
}

impl Asked {
    /// What an alert says that a process before this one raised. It is not told again.
    pub fn before(detail: String) -> Self {
        Self { gone: None, question: Question::NotBooked, detail }
    }
}

impl Desk {
    /// Takes out what there is to tell of annulled fills since this was last asked.
    pub(in crate::desk) fn take_fill_alarms(&mut self) -> Vec<FillAlarm> {
        std::mem::take(&mut self.annulled.alarms)
    }

    /// Has an alert raised about what a person has to decide of an order, unless as much was told of what is gone.
    pub(super) fn ask_person(&mut self, order: OrderId, asked: Asked) {
        let is_known = |told: &Asked| told.gone == asked.gone && told.question >= asked.question;
        if self.annulled.asked.get(&order).is_some_and(is_known) {
            return;
        }
        self.annulled.asked.insert(order, asked);
        self.tell_gone(order);
    }

    /// Has an alert raised that tells all that is open of an order.
    pub(super) fn tell_gone(&mut self, order: OrderId) {
        if let Some(detail) = self.still_open(order) {
            self.annulled.alarms.push(FillAlarm::Gone { order, detail });
        }
    }

    /// Has an alert that is raised tell what is open of its order by now.
    pub(super) fn tell_left(&mut self, order: OrderId) {
        if let Some(detail) = self.still_open(order) {
            self.annulled.alarms.push(FillAlarm::Left { order, detail });
        }
    }

    /// Has an alert resolved of whose order something is settled, unless something of it is open still: then it tells that.
    pub(super) fn tell_settled(&mut self, order: OrderId, how: String) {
        if self.still_open(order).is_some() {
            self.tell_left(order);
        } else {
            self.annulled.alarms.push(FillAlarm::Settled { order, how });
        }
    }

    /// Has what was told of fills that are booked again resolved.
    pub(in crate::desk) fn tell_of_returned(&mut self, returned: BTreeMap<OrderId, Vec<Fill>>) {
        for (id, fills) in returned {
            if let Some(how) = self.book.order(&id).map(|order| words::returned(order, &fills)) {
                self.tell_settled(id, how);
            }
        }
    }

    /// What is open of the fills of an order: what is taken back and has not come back, and what a person has to decide.
    fn still_open(&self, id: OrderId) -> Option<String> {
        let fills = self.annulled.taken_back.get(&id);
        let taken_back =
            self.book.order(&id).zip(fills).map(|(order, fills)| words::taken_back(order, fills));
        let asked = self.annulled.asked.get(&id).map(|asked| asked.detail.clone());
        match (taken_back, asked) {
            (Some(taken_back), Some(asked)) => Some(format!("{taken_back}; {asked}")),
            (taken_back, asked) => taken_back.or(asked),
        }
    }
}
