//! What there is to tell of orders, whichever room of the desk has found it.

use super::Desk;
use super::annulled::FillAlarm;
use super::strays::StrayNews;
use super::unknown::UnknownAlarm;

/// What there is to tell of an order that somebody may have to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAlarm {
    /// Of one whose outcome is not known, or was not.
    Unknown(UnknownAlarm),
    /// Of the executions of one that the broker shows no more, or did not.
    Fill(FillAlarm),
    /// Of those at the broker that the books do not know.
    Stray(StrayNews),
}

impl Desk {
    /// Takes out what there is to tell of orders since this was last asked: each once.
    pub fn take_alarms(&mut self) -> Vec<OrderAlarm> {
        let unknown = self.take_unknown_alarms().into_iter().map(OrderAlarm::Unknown);
        let fills = self.take_fill_alarms().into_iter().map(OrderAlarm::Fill);
        let mut alarms: Vec<OrderAlarm> = unknown.chain(fills).collect();
        alarms.extend(self.take_stray_news().map(OrderAlarm::Stray));
        alarms
    }
}
