//! Rows of the order book, of the order feed and of an order's history.

use crate::instruments::{Instrument, rupees};
use crate::order::{Order, State};
use crate::rows::{Fields, constant, numbers, texts};
use crate::time::{seconds, slashed, stamp};
use crate::world::World;

const BOOK_TEXTS: [(&str, &str); 40] = [
    ("algId", "NA"),
    ("algCat", "NA"),
    ("algSeqNo", "NA"),
    ("brkClnt", "00000"),
    ("defMktProV", "0"),
    ("dscQtyPct", "0"),
    ("exUsrInfo", "NA"),
    ("expDt", "NA"),
    ("expDtSsb", "-"),
    ("mktProPct", "--"),
    ("mktPro", "0"),
    ("mktProFlg", "0"),
    ("noMktProFlg", "0"),
    ("optTp", "- "),
    ("ordAutSt", "NA"),
    ("odCrt", "NA"),
    ("ordValDt", "NA"),
    ("rmk", "--"),
    ("rptTp", "NA"),
    ("reqId", "1"),
    ("sipInd", "NA"),
    ("stkPrc", "0.00"),
    ("symOrdId", "NA"),
    ("classification", "0"),
    ("vendorCode", ""),
    ("genDen", "1"),
    ("genNum", "1"),
    ("prcNum", "1"),
    ("prcDen", "1"),
    ("multiplier", "1"),
    ("precision", "2"),
    ("locId", "111111111111100"),
    ("appInstlId", "NA"),
    ("strategyCode", "NA"),
    ("it", "EQ"),
    ("exCfmTm", "NA"),
    ("exOrdId", "NA"),
    ("rejRsn", "--"),
    ("mfdBy", "NA"),
    ("ordGenTp", "NA"),
];

const BOOK_NUMBERS: [(&str, i64); 4] = [("coPct", 0), ("dscQty", 0), ("minQty", 0), ("refLmtPrc", 0)];

impl World {
    /// The row of an order in one of its states, as the book and the order feed have it.
    pub fn book_row(&self, order: &Order, state: &State) -> Fields {
        let mut row = constant(&BOOK_TEXTS, &BOOK_NUMBERS);
        self.identify(&mut row, order, state);
        self.describe(&mut row, order);
        numbers(
            &mut row,
            [
                ("qty", state.quantity),
                ("fldQty", state.filled),
                ("cnlQty", state.cancelled),
                ("unFldSz", state.left()),
                ("boeSec", seconds(state.at)),
                ("updRecvTm", state.received),
            ],
        );
        texts(
            &mut row,
            [
                ("ordSt", state.status.text().to_owned()),
                ("stat", if order.from_app { "Ok".to_owned() } else { state.status.text().to_owned() }),
                ("prc", rupees(state.price)),
                ("trgPrc", rupees(state.trigger)),
                ("avgPrc", rupees(state.average())),
                ("prcTp", state.kind.clone()),
                ("ordEntTm", stamp(order.entered)),
                ("ordDtTm", stamp(state.changed)),
                ("hsUpTm", slashed(state.at)),
                ("uSec", seconds(state.at).to_string()),
            ],
        );
        put(&mut row, "rejRsn", state.reason.clone());
        put(&mut row, "mfdBy", state.modified_by.clone());
        put(&mut row, "exCfmTm", state.confirmed.map(stamp));
        put(&mut row, "exOrdId", state.exchange_number.clone());
        put(&mut row, "ordGenTp", order.amo.then(|| "AMO".to_owned()));
        // Rows of other front ends come with numbers as texts.
        if !order.from_app {
            return row;
        }
        let number = |name: &&str| ["qty", "fldQty", "unFldSz"].contains(name);
        let names: Vec<String> = row.keys().filter(|name| number(&name.as_str())).cloned().collect();
        for name in names {
            if let Some(value) = row.get_mut(&name) {
                *value = value.to_string().into();
            }
        }
        row
    }

    fn identify(&self, row: &mut Fields, order: &Order, state: &State) {
        let spec = self.accounts.get(order.account).map(|account| &account.spec);
        let sent = order.sent_tag.clone().unwrap_or_default();
        let kept = if self.facts.ord_mod_no_has_tag { sent } else { state.tag.clone() };
        let source = if order.from_app { "ADMINCPPAPI_MOB" } else { "ADMINCPPAPI_NEOTRADEAPI" };
        texts(
            row,
            [
                ("nOrdNo", order.number.clone()),
                ("GuiOrdId", state.tag.clone()),
                ("ordModNo", if order.from_app { String::new() } else { kept }),
                ("actId", spec.map(|spec| spec.ucc.clone()).unwrap_or_default()),
                ("usrId", spec.map(|spec| spec.pan.clone()).unwrap_or_default()),
                ("ordSrc", source.to_owned()),
            ],
        );
    }

    fn describe(&self, row: &mut Fields, order: &Order) {
        let Some(Instrument { spec, .. }) = self.instruments.get(order.instrument) else { return };
        texts(
            row,
            [
                ("exSeg", spec.segment.clone()),
                ("tok", spec.token.clone()),
                ("sym", spec.name.clone()),
                ("trdSym", spec.trading_symbol.clone()),
                ("series", spec.series.clone()),
                ("tckSz", format!("{}00", rupees(spec.tick))),
                ("lotSz", spec.lot.to_string()),
                ("brdLtQty", spec.lot.to_string()),
                ("trnsTp", order.side.letter().to_owned()),
                ("prod", order.product.clone()),
                ("vldt", order.validity.clone()),
            ],
        );
    }

    /// The states of an order, newest first, as its history has them.
    pub fn history_rows(&self, order: &Order) -> Vec<Fields> {
        let visible = order.visible_from <= self.now;
        let states = order.past.iter().rev().filter(|_| visible);
        states.map(|state| self.history_row(order, state)).collect()
    }

    fn history_row(&self, order: &Order, state: &State) -> Fields {
        let fixed = [
            ("exch", "NSE"),
            ("nReqId", "1"),
            ("dclQty", "0"),
            ("cstFrm", "C"),
            ("legOrdInd", ""),
            ("ordUsrMsg", ""),
            ("exchOrdId", "NA"),
            ("exchTmstp", "--"),
            ("rejRsn", "--"),
        ];
        let mut row = constant(&fixed, &[]);
        let spec = self.instruments.get(order.instrument).map(|instrument| &instrument.spec);
        numbers(
            &mut row,
            [
                ("qty", state.quantity),
                ("fldQty", state.filled),
                ("unFldSz", state.left()),
                ("brdLtQty", spec.map_or(1, |spec| spec.lot)),
            ],
        );
        let of = |field: fn(&crate::instruments::InstrumentSpec) -> &String| {
            spec.map(|spec| field(spec).clone()).unwrap_or_default()
        };
        texts(
            &mut row,
            [
                ("nOrdNo", order.number.clone()),
                ("exSeg", of(|spec| &spec.segment)),
                ("scripName", of(|spec| &spec.description)),
                ("trdSym", of(|spec| &spec.trading_symbol)),
                ("sym", of(|spec| &spec.name)),
                ("tok", of(|spec| &spec.token)),
                ("flDtTm", stamp(state.at)),
                ("ordDur", order.validity.clone()),
                ("ordSt", state.status.text().to_owned()),
                ("prc", rupees(state.price)),
                ("avgPrc", rupees(state.average())),
                ("trgPrc", rupees(state.trigger)),
                ("prod", order.product.clone()),
                ("trnsTp", order.side.letter().to_owned()),
                ("prcTp", state.kind.clone()),
                ("GuiOrdId", state.tag.clone()),
            ],
        );
        put(&mut row, "rejRsn", state.reason.clone());
        put(&mut row, "exchOrdId", state.exchange_number.clone());
        put(&mut row, "exchTmstp", state.confirmed.map(|_| stamp(state.at)));
        row
    }

    /// The rows of the book as it was at `at`, in the order in which orders came.
    pub fn book_rows(&self, account: usize, at: i64) -> Vec<Fields> {
        let own = self.orders.iter().filter(|order| order.account == account && self.is_in_book(order));
        let rows = own.filter_map(|order| Some(self.book_row(order, order.state_at(at)?)));
        rows.collect()
    }

    /// Whether the book still has an order: those of today, and what waits or waited for today's session.
    pub fn is_in_book(&self, order: &Order) -> bool {
        use crate::time::{day_of, start_of};
        let since = start_of(self.day);
        let cleared = self.now - since >= self.facts.book_clears_at;
        let first = if cleared { self.day } else { self.day - 1 };
        let is_alive = !order.state.status.is_finished();
        is_alive || day_of(order.entered) >= first || day_of(order.state.at) >= first
    }
}

fn put(row: &mut Fields, name: &str, value: Option<String>) {
    if let Some(value) = value {
        row.insert(name.to_owned(), value.into());
    }
}
