//! One user's account: cash, holdings, orders.
//!
//! Its sums are kept apart from the order desk's books on purpose: a simulation compares the two.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use prahari_domain::charges::{self, BrokeragePlan, ChargeSchedule, ChargesError, DayFill};
use prahari_domain::ids::{ActionId, OrderId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Side};
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::order::{PaperOrder, PaperState};
use super::store::PaperRow;
use crate::broker::{BrokerEvent, BrokerEventKind, Funds};
use crate::link::{AccountChange, OwnAccount};

/// Rates of charges and brokerage plan of the paper broker.
#[derive(Debug, Clone)]
pub(super) struct Tariff {
    pub schedule: &'static ChargeSchedule,
    pub plan: BrokeragePlan,
}

impl Tariff {
    /// Returns the estimated charges of one side of this value on a day.
    pub fn estimate(&self, side: Side, value: Paise, day: Day) -> Result<Paise, ChargesError> {
        charges::estimate(side, value, day, self.schedule, &self.plan)
    }
}

/// Account of one user at the paper broker.
#[derive(Debug)]
pub(super) struct Account {
    pub kept: Kept,
    pub orders: BTreeMap<OrderId, PaperOrder>,
    /// Happened, not reported yet. After a restart the book tells the same.
    pub unreported: VecDeque<BrokerEvent>,
    /// Orders changed since the last save.
    changed: BTreeSet<OrderId>,
    /// Whether money was paid in or out, or a corporate action done, since the last save.
    paid: bool,
}

/// Changes that have to be stored.
pub(super) struct Changes {
    pub rows: Vec<PaperRow>,
    pub account: Vec<u8>,
}

/// Stored state of the account without its orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub capital: Paise,
    pub cash: Paise,
    pub holdings: BTreeMap<Symbol, u32>,
    ledger: Option<DayLedger>,
    /// Corporate actions that are done, by number. Last, because accounts from before it end without it.
    actions: Vec<ActionId>,
}

/// The newest day with fills. Its charges are computed anew with each fill, as the contract note at its end will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DayLedger {
    day: Day,
    fills: Vec<DayFill>,
    booked: Paise,
}

impl Account {
    pub fn open(capital: Paise) -> Self {
        let kept =
            Kept { capital, cash: capital, holdings: BTreeMap::new(), ledger: None, actions: Vec::new() };
        Self::restore(kept, Vec::new())
    }

    pub fn restore(kept: Kept, orders: Vec<PaperOrder>) -> Self {
        let orders = orders.into_iter().map(|order| (order.id, order)).collect();
        Self { kept, orders, unreported: VecDeque::new(), changed: BTreeSet::new(), paid: false }
    }

    /// Returns how many things [`crate::SimulatedAccount::advance`] could report on.
    pub fn waiting(&self) -> usize {
        self.orders.values().filter(|order| order.is_open()).count() + self.unreported.len()
    }

    pub fn held(&self, symbol: &Symbol) -> u32 {
        self.kept.holdings.get(symbol).copied().unwrap_or(0)
    }

    /// Shares that open sells, other than this one, have not sold yet.
    pub fn offered(&self, symbol: &Symbol, but: Option<OrderId>) -> u32 {
        let sells = self.open_but(but).filter(|order| order.side == Side::Sell && order.symbol == *symbol);
        sells.map(PaperOrder::remaining).fold(0, u32::saturating_add)
    }

    /// Cash held back for open buys other than this one: value and estimated charges.
    pub fn reserved(&self, but: Option<OrderId>, tariff: &Tariff) -> Result<Paise, ChargesError> {
        let buys = self.open_but(but).filter(|order| order.side == Side::Buy);
        buys.map(|order| cost(order.remaining(), order.reserve_price, order.session, tariff)).sum()
    }

    pub fn funds(&self, tariff: &Tariff) -> Result<Funds, ChargesError> {
        Ok(Funds { cash: self.kept.cash, reserved: self.reserved(None, tariff)? })
    }

    /// All of it as others see it.
    pub fn view(&self) -> OwnAccount {
        let fills = self
            .orders
            .values()
            .flat_map(|order| order.fills.iter().map(|fill| (order.broker_tag(), fill.clone())));
        let Kept { capital, cash, holdings, .. } = &self.kept;
        OwnAccount { capital: *capital, cash: *cash, holdings: holdings.clone(), fills: fills.collect() }
    }

    /// The most shares up to `wanted` that cash, less what other orders hold back, pays for.
    pub fn affordable(
        &self,
        id: OrderId,
        wanted: u32,
        price: Paise,
        day: Day,
        tariff: &Tariff,
    ) -> Result<u32, ChargesError> {
        let available = self.kept.cash - self.reserved(Some(id), tariff)?;
        if cost(wanted, price, day, tariff)? <= available {
            return Ok(wanted);
        }
        // Cost grows with quantity: halve the range between what is affordable and what is not.
        let (mut enough, mut much) = (0, wanted);
        while much - enough > 1 {
            let middle = enough + (much - enough) / 2;
            if cost(middle, price, day, tariff)? <= available { enough = middle } else { much = middle }
        }
        Ok(enough)
    }

    /// Pays in or out what `capital` differs by from what was paid in before.
    pub fn set_capital(&mut self, capital: Paise) {
        if capital != self.kept.capital {
            self.kept.cash += capital - self.kept.capital;
            self.kept.capital = capital;
            self.paid = true;
        }
    }

    /// Does a corporate action once, or takes it back.
    pub fn change_holdings(&mut self, change: &AccountChange) -> Result<(), String> {
        let place = match (self.kept.actions.binary_search(&change.action), change.undoes) {
            (Ok(_), false) | (Err(_), true) => return Ok(()),
            (Ok(place) | Err(place), _) => place,
        };
        let mut holdings = self.kept.holdings.clone();
        for (symbol, more) in &change.shares {
            let held = i64::from(self.held(symbol)).saturating_add(*more);
            let held = u32::try_from(held)
                .map_err(|_| format!("{held} shares of {symbol} cannot be held in a paper account"))?;
            holdings.insert(symbol.clone(), held);
        }
        holdings.retain(|_, held| *held > 0);
        self.kept.holdings = holdings;
        self.kept.cash += change.cash;
        if change.undoes {
            self.kept.actions.remove(place);
        } else {
            self.kept.actions.insert(place, change.action);
        }
        self.paid = true;
        Ok(())
    }

    /// Books an execution: shares, money and the day's charges.
    pub fn fill(
        &mut self,
        id: OrderId,
        quantity: u32,
        price: Paise,
        at: Timestamp,
        tariff: &Tariff,
    ) -> Result<(), ChargesError> {
        let Some(order) = self.orders.get_mut(&id) else { return Ok(()) };
        let (symbol, side) = (order.symbol.clone(), order.side);
        let charged = self.kept.charge(
            DayFill { symbol: symbol.clone(), side, quantity, price },
            at.ist_day(),
            tariff,
        )?;
        let fill = order.fill(quantity, price, at);
        self.kept.book(symbol, side, &fill, charged);
        self.report(id, at, BrokerEventKind::Filled(fill));
        Ok(())
    }

    /// Ends an order and reports it.
    pub fn end(&mut self, id: OrderId, state: PaperState, at: Timestamp) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        order.end(state.clone(), at);
        match state {
            PaperState::Cancelled(reason) => self.report(id, at, BrokerEventKind::Cancelled { reason }),
            PaperState::Expired(reason) => self.report(id, at, BrokerEventKind::Expired { reason }),
            PaperState::Open | PaperState::Filled => self.touch(id),
        }
    }

    /// Takes the reports that are due: those of what happened up to `until`.
    pub fn take_reports(&mut self, until: Timestamp) -> Vec<BrokerEvent> {
        let due = self.unreported.iter().take_while(|event| event.at <= until).count();
        self.unreported.drain(..due).collect()
    }

    /// Marks an order as changed since the last save.
    pub fn touch(&mut self, id: OrderId) {
        self.changed.insert(id);
    }

    /// The rows to save, if anything changed; orders that ended before `today` leave the book with them.
    pub fn take_changes(&mut self, today: Day) -> Result<Option<Changes>, postcard::Error> {
        if self.changed.is_empty() && !self.paid {
            return Ok(None);
        }
        let old: Vec<OrderId> =
            self.orders.values().filter(|order| is_old(order, today)).map(|order| order.id).collect();
        self.changed.extend(&old);
        let mut rows = Vec::with_capacity(self.changed.len());
        for order in self.changed.iter().filter_map(|id| self.orders.get(id)) {
            let active = !is_old(order, today);
            rows.push(PaperRow { tag: order.id.to_string(), active, data: postcard::to_stdvec(order)? });
        }
        let account = postcard::to_stdvec(&self.kept)?;
        for id in old {
            self.orders.remove(&id);
        }
        self.changed.clear();
        self.paid = false;
        Ok(Some(Changes { rows, account }))
    }

    fn open_but(&self, but: Option<OrderId>) -> impl Iterator<Item = &PaperOrder> {
        self.orders.values().filter(move |order| order.is_open() && Some(order.id) != but)
    }

    fn report(&mut self, id: OrderId, at: Timestamp, kind: BrokerEventKind) {
        if let Some(order) = self.orders.get(&id) {
            let (broker_id, tag) = (Some(order.broker_id()), order.broker_tag());
            self.unreported.push_back(BrokerEvent { broker_id, tag, at, kind });
        }
        self.touch(id);
    }
}

impl Kept {
    /// Reads an account, also one that was written before there were corporate actions.
    pub fn read(bytes: &[u8]) -> Result<Self, postcard::Error> {
        match postcard::from_bytes(bytes) {
            Err(postcard::Error::DeserializeUnexpectedEnd) => {
                let with_none = [bytes, &[0]].concat();
                postcard::from_bytes(&with_none)
            }
            read => read,
        }
    }

    /// Adds a fill to its day and gives what the day's charges grew by; a sell after a buy can make them smaller.
    fn charge(&mut self, fill: DayFill, day: Day, tariff: &Tariff) -> Result<Paise, ChargesError> {
        // Worked on as a copy, so that a failure leaves the account as it was.
        let mut ledger = match &self.ledger {
            Some(ledger) if ledger.day == day => ledger.clone(),
            _ => DayLedger { day, fills: Vec::new(), booked: Paise::ZERO },
        };
        ledger.fills.push(fill);
        let total = charges::note(&ledger.fills, day, tariff.schedule, &tariff.plan)?.total();
        let grown = total - ledger.booked;
        ledger.booked = total;
        self.ledger = Some(ledger);
        Ok(grown)
    }

    fn book(&mut self, symbol: Symbol, side: Side, fill: &Fill, charged: Paise) {
        let value = fill.price.times(fill.quantity).unwrap_or(Paise(i64::MAX));
        let held = self.holdings.entry(symbol).or_default();
        match side {
            Side::Buy => {
                *held = held.saturating_add(fill.quantity);
                self.cash -= value;
            }
            Side::Sell => {
                *held = held.saturating_sub(fill.quantity);
                self.cash += value;
            }
        }
        self.cash -= charged;
        self.holdings.retain(|_, held| *held > 0);
    }
}

/// Ended on an earlier day: nobody has to find it in the book any more.
fn is_old(order: &PaperOrder, today: Day) -> bool {
    !order.is_open() && order.changed_at.ist_day().max(order.id.day) < today
}

/// Returns what buying costs, charges included; more than any cash when it cannot be counted.
pub(super) fn cost(quantity: u32, price: Paise, day: Day, tariff: &Tariff) -> Result<Paise, ChargesError> {
    if quantity == 0 {
        return Ok(Paise::ZERO);
    }
    let Some(value) = price.times(quantity) else { return Ok(Paise(i64::MAX)) };
    Ok(value + tariff.estimate(Side::Buy, value, day)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(text: &str) -> Symbol {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_from_before_there_were_actions_still_reads() {
        let holdings = BTreeMap::from([(symbol("TCS"), 7)]);
        let ledger: Option<DayLedger> = None;
        let old = postcard::to_stdvec(&(Paise(100), Paise(90), &holdings, &ledger)).unwrap();
        let kept = Kept::read(&old).unwrap();
        assert_eq!((kept.cash, &kept.holdings, kept.actions.len()), (Paise(90), &holdings, 0));
        assert_eq!(Kept::read(&postcard::to_stdvec(&kept).unwrap()).unwrap(), kept);
        assert!(Kept::read(&old[..2]).is_err(), "half of one does not");
    }

    #[test]
    fn an_action_is_done_once_and_taken_back_once() {
        let mut account = Account::open(Paise(1_000));
        account.kept.holdings.insert(symbol("TCS"), 7);
        let bonus = AccountChange {
            action: ActionId(3),
            undoes: false,
            shares: vec![(symbol("TCS"), 7)],
            cash: Paise(5),
        };
        let inverse = AccountChange {
            undoes: true,
            shares: vec![(symbol("TCS"), -7)],
            cash: Paise(-5),
            ..bonus.clone()
        };
        account.change_holdings(&inverse).unwrap();
        assert_eq!(account.held(&symbol("TCS")), 7, "what was not done is not taken back");
        for _ in 0..2 {
            account.change_holdings(&bonus).unwrap();
            assert_eq!((account.held(&symbol("TCS")), account.kept.cash), (14, Paise(1_005)));
        }
        for _ in 0..2 {
            account.change_holdings(&inverse).unwrap();
            assert_eq!((account.held(&symbol("TCS")), account.kept.cash), (7, Paise(1_000)));
        }
        let too_many = AccountChange { shares: vec![(symbol("TCS"), -8)], ..bonus };
        let refused = account.change_holdings(&too_many).unwrap_err();
        assert_eq!(refused, "-1 shares of TCS cannot be held in a paper account");
        assert_eq!(account.kept.cash, Paise(1_000));
    }
}
