//! Rows of positions: what was traded since the last settlement, and contracts that are carried.

use crate::account::CarriedSpec;
use crate::exchange::PRODUCTS;
use crate::exchange::checks::Traded;
use crate::instruments::{Instrument, rupees};
use crate::rows::{Fields, constant, numbers, texts};
use crate::time::slashed;
use crate::world::World;

const TEXTS: [(&str, &str); 21] = [
    ("cfBuyAmt", "0.00"),
    ("cfSellAmt", "0.00"),
    ("cfBuyQty", "0"),
    ("cfSellQty", "0"),
    ("dscQty", ""),
    ("exp", "-"),
    ("expDt", "NA"),
    ("genNum", "1"),
    ("genDen", "1"),
    ("prcNum", "1"),
    ("prcDen", "1"),
    ("multiplier", "1"),
    ("optTp", "- "),
    ("posFlg", "true"),
    ("precision", "2"),
    ("sqrFlg", "Y"),
    ("stkPrc", "0.00"),
    ("upldPrc", "0.00"),
    ("type", "EQ"),
    ("series", "EQ"),
    ("lotSz", "1"),
];

impl World {
    /// All positions of an account, by instrument and product.
    pub fn position_rows(&self, account: usize, with_last: bool) -> Vec<Fields> {
        let mut rows = Vec::new();
        for (index, instrument) in self.instruments.iter().enumerate() {
            for product in PRODUCTS {
                let traded = self.traded(account, index, product);
                let carried = self.carried(account, instrument, product);
                if traded != Traded::default() || carried.is_some() {
                    rows.push(self.position_row(account, instrument, product, traded, carried, with_last));
                }
            }
        }
        rows
    }

    /// The row of one position, also when nothing of it is left.
    pub fn position_row(
        &self,
        account: usize,
        instrument: &Instrument,
        product: &str,
        traded: Traded,
        carried: Option<&CarriedSpec>,
        with_last: bool,
    ) -> Fields {
        let spec = &instrument.spec;
        let mut row = constant(&TEXTS, &[]);
        numbers(&mut row, [("brdLtQty", spec.lot), ("updRecvTm", self.now * 1_000_000)]);
        texts(
            &mut row,
            [
                ("actId", self.ucc(account).unwrap_or_default()),
                ("buyAmt", rupees(traded.paid)),
                ("sellAmt", rupees(traded.earned)),
                ("flBuyQty", traded.bought.to_string()),
                ("flSellQty", traded.sold.to_string()),
                ("exSeg", spec.segment.clone()),
                ("hsUpTm", slashed(self.now)),
                ("lotSz", spec.lot.to_string()),
                ("prod", product.to_owned()),
                ("series", spec.series.clone()),
                ("sym", spec.name.clone()),
                ("tok", spec.token.clone()),
                ("trdSym", spec.trading_symbol.clone()),
            ],
        );
        if !spec.kind.is_empty() {
            texts(&mut row, [("type", spec.kind.clone()), ("optTp", spec.option.clone())]);
        }
        if let Some(carried) = carried {
            self.carry_row(&mut row, carried);
        }
        if with_last {
            texts(&mut row, [("ltp", instrument.last.map_or_else(|| "0".to_owned(), rupees))]);
        }
        row
    }

    fn carry_row(&self, row: &mut Fields, carried: &CarriedSpec) {
        let known = !self.facts.carried_without_cost;
        let price = if known { carried.cost } else { carried.settlement };
        let (quantity, amount) =
            if carried.net > 0 { ("cfBuyQty", "cfBuyAmt") } else { ("cfSellQty", "cfSellAmt") };
        texts(
            row,
            [
                (quantity, carried.net.abs().to_string()),
                (amount, rupees(carried.net.abs() * price)),
                ("upldPrc", if known { rupees(carried.cost) } else { "0.00".to_owned() }),
            ],
        );
    }

    fn carried(&self, account: usize, instrument: &Instrument, product: &str) -> Option<&CarriedSpec> {
        let carried = &self.accounts.get(account)?.spec.carried;
        carried
            .iter()
            .find(|carried| carried.symbol == instrument.spec.trading_symbol && carried.product == product)
    }
}
