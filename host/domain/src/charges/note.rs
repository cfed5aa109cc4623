//! The contract note of one user and day.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::Side;
use crate::time::Day;

use super::rates::{
    BrokeragePlan, CRORE_IN_PAISE, ChargeRates, ChargeSchedule, ChargesError, round, round_over,
};

/// One execution as the contract note sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFill {
    /// Symbol that was traded.
    pub symbol: Symbol,
    /// Side of the trade.
    pub side: Side,
    /// Number of shares.
    pub quantity: u32,
    /// Price per share of this fill, in paise.
    pub price: Paise,
}

/// The charges of one user and day, line by line, each rounded as the broker's note rounds it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractNote {
    /// Brokerage.
    pub brokerage: Paise,
    /// Securities transaction tax, to the whole rupee, half up (STT Rules 2004, rule 4).
    pub stt: Paise,
    /// The exchange's transaction charge.
    pub transaction: Paise,
    /// Investor Protection Fund Trust.
    pub ipft: Paise,
    /// SEBI turnover fee.
    pub sebi: Paise,
    /// Stamp duty, buys only, to the whole rupee of the day, half up, as contract notes have it. A day that is told
    /// fill by fill is charged what the note of the fills so far says more than the one before.
    pub stamp: Paise,
    /// Tax on brokerage, transaction charge, IPFT and regulator's fee, from their unrounded sum.
    pub gst: Paise,
    /// Depository charge of delivery sells, per symbol, with the tax on it.
    pub depository: Paise,
}

impl ContractNote {
    /// The sum of all lines.
    pub fn total(&self) -> Paise {
        self.brokerage
            + self.stt
            + self.transaction
            + self.ipft
            + self.sebi
            + self.stamp
            + self.gst
            + self.depository
    }
}

impl ContractNote {
    /// The note whose lines are computed from the lines of two others.
    fn line_by_line(self, other: Self, of: impl Fn(Paise, Paise) -> Paise) -> Self {
        Self {
            brokerage: of(self.brokerage, other.brokerage),
            stt: of(self.stt, other.stt),
            transaction: of(self.transaction, other.transaction),
            ipft: of(self.ipft, other.ipft),
            sebi: of(self.sebi, other.sebi),
            stamp: of(self.stamp, other.stamp),
            gst: of(self.gst, other.gst),
            depository: of(self.depository, other.depository),
        }
    }
}

impl Add for ContractNote {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.line_by_line(other, Add::add)
    }
}

impl Sub for ContractNote {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.line_by_line(other, Sub::sub)
    }
}

impl Sum for ContractNote {
    fn sum<I: Iterator<Item = Self>>(notes: I) -> Self {
        notes.fold(Self::default(), Add::add)
    }
}

/// Computes the note of a day from all its fills.
///
/// Delivery or intraday follows what was matched within the day per symbol, whatever product the orders named: the
/// exchange does not know products.
///
/// # Errors
/// When the schedule has no rates.
pub fn note(
    fills: &[DayFill],
    day: Day,
    schedule: &ChargeSchedule,
    plan: &BrokeragePlan,
) -> Result<ContractNote, ChargesError> {
    let rates = schedule.on(day)?;
    let mut symbols: BTreeMap<&Symbol, SymbolDay> = BTreeMap::new();
    for fill in fills {
        let fresh = || SymbolDay { is_fund: schedule.is_equity_fund(&fill.symbol), ..SymbolDay::default() };
        symbols.entry(&fill.symbol).or_insert_with(fresh).add(fill);
    }
    let mut sums = Sums::default();
    for symbol in symbols.values() {
        sums.add(symbol, rates, plan);
    }
    Ok(sums.note(rates))
}

/// Returns what one side of an order of this value is likely to cost as delivery, for holding back cash before it
/// is filled.
///
/// # Errors
/// When the schedule has no rates.
pub fn estimate(
    side: Side,
    value: Paise,
    day: Day,
    schedule: &ChargeSchedule,
    plan: &BrokeragePlan,
) -> Result<Paise, ChargesError> {
    let rates = schedule.on(day)?;
    let mut one = SymbolDay::default();
    match side {
        Side::Buy => (one.bought, one.bought_value) = (1, value.0.into()),
        Side::Sell => (one.sold, one.sold_value) = (1, value.0.into()),
    }
    let mut sums = Sums::default();
    sums.add(&one, rates, plan);
    Ok(sums.note(rates).total())
}

/// One symbol's trades of a day. Values in paise.
#[derive(Default)]
struct SymbolDay {
    bought: i128,
    bought_value: i128,
    sold: i128,
    sold_value: i128,
    is_fund: bool,
}

impl SymbolDay {
    fn add(&mut self, fill: &DayFill) {
        let quantity = i128::from(fill.quantity);
        let value = quantity * i128::from(fill.price.0);
        match fill.side {
            Side::Buy => {
                (self.bought, self.bought_value) = (self.bought + quantity, self.bought_value + value)
            }
            Side::Sell => (self.sold, self.sold_value) = (self.sold + quantity, self.sold_value + value),
        }
    }

    fn matched(&self) -> i128 {
        self.bought.min(self.sold)
    }

    /// The volume-weighted price over all buys and sells of the day, rounded to the paisa (STT Rules 2004, rule 3).
    fn mean_price(&self) -> i128 {
        half_up(self.bought_value + self.sold_value, self.bought + self.sold)
    }

    /// The part of a side's value that belongs to `part` of its `whole` shares, to the paisa.
    fn share(value: i128, part: i128, whole: i128) -> i128 {
        half_up(value * part, whole)
    }
}

fn half_up(numerator: i128, denominator: i128) -> i128 {
    if denominator <= 0 { 0 } else { (2 * numerator + denominator).div_euclid(2 * denominator) }
}

/// The lines before rounding, as numerators over one crore in paise.
#[derive(Default)]
struct Sums {
    brokerage: i128,
    stt: i128,
    transaction: i128,
    ipft: i128,
    sebi: i128,
    stamp: i128,
    depository: Paise,
}

impl Sums {
    fn add(&mut self, symbol: &SymbolDay, rates: &ChargeRates, plan: &BrokeragePlan) {
        let matched = symbol.matched();
        let (bought, sold) = (symbol.bought - matched, symbol.sold - matched);
        let mean = symbol.mean_price();
        self.stt += match symbol.is_fund {
            true => sold * mean * i128::from(rates.stt_fund_sale.0),
            false => (bought + sold) * mean * i128::from(rates.stt_delivery.0),
        };
        self.stt += matched * mean * i128::from(rates.stt_intraday.0);

        let intraday_buys = SymbolDay::share(symbol.bought_value, matched, symbol.bought);
        let intraday_sells = SymbolDay::share(symbol.sold_value, matched, symbol.sold);
        let delivery_buys = symbol.bought_value - intraday_buys;
        let delivery_sells = symbol.sold_value - intraday_sells;
        self.stamp += delivery_buys * i128::from(rates.stamp_delivery.0);
        self.stamp += intraday_buys * i128::from(rates.stamp_intraday.0);
        self.brokerage += (delivery_buys + delivery_sells) * i128::from(plan.delivery.0);
        self.brokerage += (intraday_buys + intraday_sells) * i128::from(plan.intraday.0);

        let turnover = symbol.bought_value + symbol.sold_value;
        self.transaction += turnover * i128::from(rates.transaction.0);
        self.ipft += turnover * i128::from(rates.ipft.0);
        self.sebi += turnover * i128::from(rates.sebi.0);
        if sold > 0 {
            let charge =
                round(delivery_sells * i128::from(plan.depository.0), 1).max(plan.depository_minimum);
            let tax = charge.scale(rates.gst_percent.into(), 100).unwrap_or_default();
            self.depository += charge + tax;
        }
    }

    fn note(&self, rates: &ChargeRates) -> ContractNote {
        let taxed = self.brokerage + self.transaction + self.ipft + self.sebi;
        ContractNote {
            brokerage: round(self.brokerage, 1),
            stt: round(self.stt, 100),
            transaction: round(self.transaction, 1),
            ipft: round(self.ipft, 1),
            sebi: round(self.sebi, 1),
            stamp: round(self.stamp, 100),
            gst: round_over(taxed * i128::from(rates.gst_percent), 100 * CRORE_IN_PAISE),
            depository: self.depository,
        }
    }
}
