//! Rows of the trade report: one for each fill.

use crate::instruments::rupees;
use crate::order::{Fill, Order};
use crate::rows::{Fields, constant, numbers, texts};
use crate::time::{clock_time, date, seconds, slashed, stamp};
use crate::world::World;

const TEXTS: [(&str, &str); 30] = [
    ("algCat", "NA"),
    ("algId", "NA"),
    ("brkClnt", "NA"),
    ("cstFrm", "C"),
    ("exp", "-"),
    ("expDt", "NA"),
    ("nReqId", "1"),
    ("optTp", "-"),
    ("ordDur", "NA"),
    ("ordGenTp", "--"),
    ("rmk", "--"),
    ("rptTp", "fill"),
    ("stkPrc", "0.00"),
    ("genDen", "1"),
    ("genNum", "1"),
    ("GuiOrdId", ""),
    ("locId", "111111111111100"),
    ("multiplier", "1"),
    ("ordSrc", "NA"),
    ("prcNum", "1"),
    ("prcDen", "1"),
    ("strategyCode", ""),
    ("precision", "2"),
    ("tok", ""),
    ("posFlg", ""),
    ("prc", ""),
    ("tm", ""),
    ("it", "EQ"),
    ("exOrdId", "NA"),
    ("lotSz", "1"),
];

impl World {
    /// The fills of an account as they were known at `at`.
    pub fn trade_rows(&self, account: usize, at: i64) -> Vec<Fields> {
        let own = self.orders.iter().filter(|order| order.account == account);
        let mut rows: Vec<(i64, Fields)> = own
            .flat_map(|order| order.fills_until(at).map(move |fill| (order, fill)))
            .filter(|(_, fill)| crate::time::day_of(fill.at) == self.day)
            .map(|(order, fill)| (fill.received, self.trade_row(order, fill)))
            .collect();
        rows.sort_by_key(|(received, _)| *received);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn trade_row(&self, order: &Order, fill: &Fill) -> Fields {
        let mut row = constant(&TEXTS, &[("minQty", 0), ("qty", 0), ("brdLtQty", 1)]);
        numbers(
            &mut row,
            [
                ("fldQty", fill.quantity),
                ("flLeg", i64::from(fill.leg)),
                ("boeSec", seconds(fill.at)),
                ("updRecvTm", fill.received),
            ],
        );
        let spec = self.accounts.get(order.account).map(|account| &account.spec);
        texts(
            &mut row,
            [
                ("actId", spec.map(|spec| spec.ucc.clone()).unwrap_or_default()),
                ("usrId", spec.map(|spec| spec.pan.clone()).unwrap_or_default()),
                ("nOrdNo", order.number.clone()),
                ("exOrdId", order.state.exchange_number.clone().unwrap_or_else(|| "NA".to_owned())),
                ("flId", fill.id.to_string()),
                ("avgPrc", rupees(fill.price)),
                ("exTm", stamp(fill.at)),
                ("flDt", date(fill.at)),
                ("flTm", clock_time(fill.at)),
                ("hsUpTm", slashed(fill.at)),
                ("uSec", seconds(fill.at).to_string()),
                ("prcTp", order.state.kind.clone()),
                ("prod", order.product.clone()),
                ("trnsTp", order.side.letter().to_owned()),
            ],
        );
        if let Some(spec) = self.instruments.get(order.instrument).map(|instrument| &instrument.spec) {
            texts(
                &mut row,
                [
                    ("exSeg", spec.segment.clone()),
                    ("sym", spec.name.clone()),
                    ("trdSym", spec.trading_symbol.clone()),
                    ("series", spec.series.clone()),
                    ("lotSz", spec.lot.to_string()),
                ],
            );
        }
        if self.facts.trades_have_tag {
            texts(&mut row, [("GuiOrdId", order.state.tag.clone())]);
        }
        row
    }
}
